"""The learner's own file: a line of JSON for each thing done. They can read it, and delete it, at any time.

It is `~/.imteach/progress.jsonl`, or what the environment variable IMTEACH_PROGRESS names; if that is empty, nothing is
kept. Each line is appended in one write, so that it is whole however many notebooks are open at once. Nothing here may
cost a learner their answer: where a line cannot be kept, it is not, and `why_nothing_is_kept` says why.
"""

import json
import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from os.path import dirname, exists, expanduser, getsize, isfile
from pathlib import PureWindowsPath

from imteach.course.progress.done import LINE_LIMIT, Done, done_now, read_done
from imteach.errors import InputError
from imteach.files import check_writable

VARIABLE = "IMTEACH_PROGRESS"
"""The environment variable that names another file; empty: nothing is kept."""

USUAL = "~/.imteach/progress.jsonl"

MOST_BYTES = 5_000_000
"""The most bytes of the file: some 20,000 lines. A learner who does all the lessons twice writes 500."""

GRADING = "NBGRADER_EXECUTION"
"""nbgrader sets it where it runs a notebook: what learners handed in is not their teacher's progress."""

_SESSION = "JPY_SESSION_NAME"
"""Jupyter sets it, for each kernel, to the path of the notebook."""

_NEWER = re.compile(r"\.new\d*$")  # the newer version of a lesson, beside the one that the learner changed

_HOW = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)  # the last is for Windows


def progress_file() -> str:
    """Return the path of the file, "" where nothing is to be kept."""
    if GRADING in os.environ:
        return ""
    return expanduser(os.environ.get(VARIABLE, USUAL))


def this_lesson() -> str:
    """Return the name of the notebook that this kernel belongs to, without its ending; "" if there is none.

    >>> os.environ[_SESSION] = "/home/ada/imteach-lessons/05-timeout.new.ipynb"
    >>> this_lesson(), os.environ.pop(_SESSION) and this_lesson()
    ('05-timeout', '')
    """
    return _NEWER.sub("", PureWindowsPath(os.environ.get(_SESSION, "")).stem)  # it knows both kinds of slashes


# Keeping


def note(did: str, about: str, said: str, right: bool) -> bool:
    """Keep what was done just now, and return whether it was kept. It never raises.

    What was `did` is "predict", "exercise" or another word; `about` is the question or the exercise's title, `said` the
    answer in words.
    """
    path = progress_file()
    if not path or path.startswith("~"):
        return False
    try:
        _append(path, f"{done_now(did, this_lesson(), about, said, right).line}\n".encode())
    except (OSError, ValueError):  # no such folder, a full disk, a name that no file can have
        return False
    return True


def _append(path: str, line: bytes) -> None:
    if not exists(path):
        os.makedirs(dirname(path) or ".", mode=0o700, exist_ok=True)
    file = os.open(path, _HOW, 0o600)
    try:
        state = os.fstat(file)
        if not stat.S_ISREG(state.st_mode) or _is_full(state.st_size):
            raise OSError("no ordinary file, or full")
        if state.st_size and not _ends_a_line(file):
            line = b"\n" + line  # the end of a line was lost, to a full disk perhaps: that must not cost this one
        if os.write(file, line) < len(line):
            raise OSError("the disk is full")
    finally:
        os.close(file)


def _ends_a_line(file: int) -> bool:
    os.lseek(file, -1, os.SEEK_END)  # what is written goes to the end all the same
    return os.read(file, 1) == b"\n"


def _is_full(size: int) -> bool:
    return size > MOST_BYTES - LINE_LIMIT


def why_nothing_is_kept() -> str:
    """Return why nothing more is kept, "" if all is well. It leaves nothing behind.

    >>> os.environ[VARIABLE] = ""
    >>> why_nothing_is_kept()
    'IMTEACH_PROGRESS is empty'
    """
    path = progress_file()
    if not path:
        return "nbgrader runs this" if GRADING in os.environ else f"{VARIABLE} is empty"
    if path.startswith("~"):
        return f"there is no home folder; {VARIABLE} can name a file"
    if exists(path) and not isfile(path):
        return f"{path} is no ordinary file"
    if exists(path) and _is_full(getsize(path)):
        return f"{path} is full ({MOST_BYTES // 1_000_000} MB); move it away, or delete it, and a new one begins"
    try:
        check_writable(_first_to_be_made(path))
    except InputError as error:
        return str(error)
    return ""


def _first_to_be_made(path: str) -> str:
    """Return the file, or the first folder on the way to it that is not there yet."""
    while (folder := dirname(path)) and not exists(folder):
        path = folder
    return path


# Reading


@dataclass(frozen=True)
class ProgressFile:
    """What a file holds: all that was `done`, in its order, and how many lines were `skipped` as none of ours."""

    done: tuple[Done, ...] = ()
    skipped: int = 0


def kept() -> ProgressFile:
    """Return what the learner's file holds: nothing, where there is none. Raises `InputError` if it cannot be read.

    A torn or foreign line is skipped and counted. Of a file that is too large only the beginning is read.
    """
    path = progress_file()
    if not isfile(path):
        return ProgressFile()
    try:
        with open(path, "rb") as file:
            lines = [line for line in file.read(MOST_BYTES).split(b"\n") if line.strip()]
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    done = tuple(_read(lines))
    return ProgressFile(done, len(lines) - len(done))


def _read(lines: list[bytes]) -> Iterator[Done]:
    for line in lines:
        if len(line) <= LINE_LIMIT:
            with suppress(ValueError, RecursionError):  # no UTF-8, no JSON, or not what we would have written
                yield read_done(json.loads(line.decode()))
