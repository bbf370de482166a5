"""The learner's working copy of the lessons. What a learner changed is never overwritten.

A hidden file beside the copies remembers the sha256 of each file as it was put there. A newer lesson replaces a copy
that still has this sha256; beside any other copy, the newer lesson gets a name of its own.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path, PurePosixPath

from imteach.course.hidden import show_outputs, shown_before_it_is_run
from imteach.course.slides import as_slides
from imteach.errors import InputError, quoted
from imteach.files import BESIDE, left_behind, write_whole

MANIFEST = ".imteach-lessons.json"
"""The hidden file: `{"1.ipynb": "<sha256 of the newest version that was put here>"}`."""

_SLIDES = "--slides"
"""No file's name: in the hidden file it says that the lessons here are for the screen, and stay so."""


def shipped_lessons() -> Path:
    """Return the folder of the lessons that came with imteach: inside the package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "lessons", package.parent / "lessons"):
        if folder.is_dir():
            return folder
    raise InputError(f"no lessons came with this installation of imteach ({package}); install it again")


def lesson_names(folder: Path) -> list[str]:
    """Return the names of the notebooks in this folder, in reading order."""
    return sorted(path.name for path in folder.glob("*.ipynb") if path.is_file())


def refresh(folder: Path, shipped: Path | None = None, slides: bool = False) -> list[str]:
    """Make or update the working copy in `folder`, and return notes for the learner, one line each.

    `shipped` is where the lessons come from (default: those that came with imteach). `slides` are for the screen at the
    front; where they once were, they stay slides. Raises `InputError` if the folder cannot be used.
    """
    shipped = shipped or shipped_lessons()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if folder.samefile(shipped):
            return ["these are the lessons that came with imteach, not a copy"]
        _clear_up({(folder / name).parent for name in _files(shipped)})
        notes, known = _remembered(folder)
        before = dict(known)
        if slides:
            known[_SLIDES] = "yes"
        for name in _files(shipped):
            lesson = without_answers((shipped / name).read_bytes())
            notes.extend(_bring(name, as_slides(lesson) if _SLIDES in known else lesson, folder, known))
    except FileExistsError:
        raise InputError(f"{folder} is a file; name a folder for the lessons") from None
    except OSError as error:
        raise InputError(f"cannot keep the lessons in {folder}: {error.strerror}") from None
    except (RuntimeError, ValueError) as error:
        raise InputError(f"cannot keep the lessons in {quoted(str(folder))}: {error}") from None
    if known != before:
        write_whole(folder / MANIFEST, json.dumps(known, indent=1, sort_keys=True) + "\n")
    return notes


def _clear_up(places: Iterable[Path]) -> None:
    """Remove what was being written in these folders when something of ours was killed."""
    for place in places:
        for left in left_behind(place, BESIDE) if place.is_dir() else ():
            Path(left).unlink(missing_ok=True)


def without_answers(lesson: bytes) -> bytes:
    """Return a lesson without outputs and cell numbers, so that a learner predicts first and runs it then.

    A cell tagged `lab` keeps its output, a still picture that says how to make it live; unless it answers a prediction.

    >>> print(without_answers(b'{"cells": []}').decode(), end="")
    {
     "cells": []
    }
    """
    try:
        book = json.loads(lesson)
        cells = [cell for cell in book["cells"] if cell["cell_type"] == "code"]
        for cell in cells:
            cell["execution_count"] = None
            kept = cell["outputs"] if shown_before_it_is_run(cell) else []
            cell["outputs"] = [{**output, "execution_count": None} for output in kept]
        show_outputs(book)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return lesson  # a picture, or whatever else lies beside the lessons
    return (json.dumps(book, indent=1, ensure_ascii=False) + "\n").encode()


def _bring(name: str, new: bytes, folder: Path, known: dict[str, str]) -> Iterator[str]:
    """Put one shipped file into the working copy, under its own name if the learner's work allows it."""
    target, sha = folder / name, _sha(new)
    if not _free(target, sha, known.get(name)):
        if known.get(name) == sha:
            return  # the learner changed the newest version: there is no newer one
        known[name] = sha
        name = _name_beside(name, sha, folder, known)
        yield f"{target.name} was changed here and stays; its new version is {PurePosixPath(name).name}"
        target = folder / name
    elif _is_file(target) and _sha(target.read_bytes()) != sha:
        yield f"{name}: updated"
    if not _is_file(target) or target.read_bytes() != new:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, new)
    known[name] = sha


def _name_beside(name: str, sha: str, folder: Path, known: dict[str, str]) -> str:
    """Return NAME.new.ipynb, or with a number if the learner has changed that one too."""
    path = PurePosixPath(name)
    for number in count(1):
        beside = str(path.with_name(f"{path.stem}.new{number if number > 1 else ''}{path.suffix}"))
        if _free(folder / beside, sha, known.get(beside)):
            return beside
    raise AssertionError("count() has no end")


def _free(target: Path, new: str, known: str | None) -> bool:
    """Whether no work of the learner's is lost by writing there: there is no file, or only one that we put there."""
    if not target.exists() and not target.is_symlink():
        return True
    return _is_file(target) and _sha(target.read_bytes()) in (new, known)


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()  # a link is the learner's own doing


def _files(shipped: Path) -> list[str]:
    """Return the names of all lessons and what belongs to them, without what editors and Jupyter leave behind."""
    names = [path.relative_to(shipped) for path in sorted(shipped.rglob("*")) if path.is_file()]
    return [name.as_posix() for name in names if not any(part[0] in "._" for part in name.parts)]


def _remembered(folder: Path) -> tuple[list[str], dict[str, str]]:
    """Return notes for the learner, and the sha256 of what we put here, by name; other files count as changed."""
    path = folder / MANIFEST
    if not path.exists():
        return [], {}
    try:
        known = json.loads(path.read_text("utf-8"))
        if isinstance(known, dict) and all(isinstance(sha, str) for sha in known.values()):
            return [], known
    except (ValueError, RecursionError):
        pass
    return [f"{path} is damaged: every lesson here that differs from the shipped one counts as changed by you"], {}


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
