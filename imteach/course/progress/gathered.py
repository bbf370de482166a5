"""The files of a class, gathered from a folder: the good ones, and a line for each that is none, or not counted.

They come from strangers. Only ordinary files are opened, none is read beyond its limit, and what they say is text.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from imteach.course.progress.handin import LONGEST_NAME, MOST_BYTES, HandIn, read_hand_in
from imteach.errors import InputError, quoted
from imteach.plain import plain

MOST_FILES = 500
"""The most files of a class."""

DEEPEST = 3
"""Folders below the one that is named: a learning platform gives each learner one of their own."""


@dataclass(frozen=True)
class Gathered:
    """What a class handed in, each with a name, in the order of the names.

    `refused` and `left_out` say what was not counted, a line each: files that are no hand-in, or were changed, and the
    earlier files of one person.
    """

    people: tuple[HandIn, ...]
    refused: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def gather(folder: Path) -> Gathered:
    """Gather what was handed in from a folder. Raises `InputError` if there is no such folder, or no file, or too many.

    Whoever gave no name has that of their file. Of several files with one name the one that was made last counts.
    """
    if not folder.is_dir():
        raise InputError(f"no folder {quoted(str(folder))}; expected one with the files that were handed in")
    files = sorted(_files(folder))
    if not files:
        raise InputError(f"no files (*.json) in {quoted(str(folder))}; imteach handin writes one for each learner")
    read, refused = [], []
    for path in files:
        try:
            read.append((_name_in(path, folder), _read(path)))
        except InputError as error:
            refused.append(f"{_name_in(path, folder)}: {error}")
    people, left_out = _one_each(read)
    return Gathered(tuple(sorted(people, key=lambda each: each.name.casefold())), tuple(refused), tuple(left_out))


def _files(folder: Path) -> Iterator[Path]:
    found = 0
    for here, folders, names in os.walk(folder):
        depth = len(Path(here).relative_to(folder).parts)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and depth < DEEPEST)
        for name in names:
            path = Path(here, name)
            if not name.endswith(".json") or name.startswith(".") or path.is_symlink() or not path.is_file():
                continue
            found += 1
            if found > MOST_FILES:
                raise InputError(f"more than {MOST_FILES} files (*.json) in {quoted(str(folder))}; name one class's")
            yield path


def _name_in(path: Path, folder: Path) -> str:
    return plain(path.relative_to(folder).as_posix())


def _read(path: Path) -> HandIn:
    try:
        with path.open("rb") as file:
            return read_hand_in(file.read(MOST_BYTES + 1))
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}") from None


def _one_each(read: list[tuple[str, HandIn]]) -> tuple[list[HandIn], list[str]]:
    """Return the last hand-in of each person, and a line for each that is not counted."""
    latest: dict[tuple[bool, str], tuple[str, HandIn]] = {}
    left_out = []
    for file, found in sorted(read, key=lambda each: each[1].moment):
        who = (True, found.name.casefold()) if found.name else (False, file)  # a file's name is nobody's
        if who in latest:
            left_out.append(f"{latest[who][0]}: not counted, for {file} has the same name and was made later")
        latest[who] = (file, found if found.name else replace(found, name=file.removesuffix(".json")[-LONGEST_NAME:]))
    return [found for _, found in latest.values()], left_out
