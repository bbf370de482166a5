"""Writing a file whole or not at all. Imports only `errors`, and not pathlib, which few commands need otherwise."""

import os
from contextlib import suppress
from os.path import dirname, exists, isdir, isfile, join, lexists, realpath

from imteach.errors import InputError, quoted

DAY = 24 * 3600  # seconds
BESIDE = r"\.imteach-[0-9a-f]{12}"
"""What the file is called that is written beside another one, before it takes its place."""


def write_whole(path: str | os.PathLike[str], content: str | bytes) -> None:
    """Write `content` (text as UTF-8) to a new file beside `path` and rename it, so that nobody finds half a file.

    If `path` is no ordinary file (`/dev/null`, a pipe), write to it directly. Raises `InputError` if `path` cannot be
    written; then it keeps what it held before.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        if _is_special(path):
            _write(path, "wb", data)
        else:
            _replace(realpath(path), data)  # resolved: a link stays a link, and what it points to is written
    except (OSError, ValueError) as error:
        raise _refused(path, error) from None


def write_new(path: str | os.PathLike[str], content: bytes) -> None:
    """Write `content` to a file that is not there yet, and make its folder where that is missing.

    Raises `InputError` if there is something of this name already, which stays as it is, or if it cannot be written.
    """
    try:
        os.makedirs(dirname(path) or ".", exist_ok=True)
        _write(path, "xb", content)
    except FileExistsError as error:
        raise InputError(f"{error.filename} is there already, and stays as it is") from None
    except (OSError, ValueError) as error:
        raise _refused(path, error) from None


def check_writable(path: str | os.PathLike[str] | None) -> None:
    """Raise `InputError` if `path` cannot be written, before long work whose result would be lost.

    The check leaves nothing behind. None stands for no file at all.
    """
    try:
        if path is not None and not _is_special(path):
            beside = _beside(realpath(path))
            _write(beside, "xb", b"")
            os.unlink(beside)
    except (OSError, ValueError) as error:
        raise _refused(path, error) from None


def left_behind(folder: str | os.PathLike[str], names: str) -> list[str]:
    """Return what a program of ours left in this folder when it was killed: what is called so, and is a day old.

    `names` is a regular expression for the whole name. What is younger may be another program's that still runs.
    """
    from re import fullmatch
    from time import time

    old = []
    with os.scandir(folder) as found:
        for entry in found:
            with suppress(FileNotFoundError):  # it was another program's, and is done
                if fullmatch(names, entry.name) and time() - entry.stat(follow_symlinks=False).st_mtime > DAY:
                    old.append(entry.path)
    return old


def _refused(path: object, error: OSError | ValueError) -> InputError:
    if isinstance(error, OSError):
        return InputError(f"cannot write {path}: {error.strerror}")
    return InputError(f"cannot write {quoted(str(path))}: no file can have this name")  # Python's words vary


def _is_special(path: str | os.PathLike[str]) -> bool:
    return exists(path) and not isfile(path) and not isdir(path)


def _beside(path: str) -> str:
    """Return the name of a temporary file beside `path`. Raises `OSError` if `path` itself cannot be written."""
    if lexists(path):  # refuses a folder, a write-protected file, a circular link: the rename might not
        open(path, "r+b").close()
    return join(dirname(path), f".imteach-{os.urandom(6).hex()}")


def _replace(path: str, data: bytes) -> None:
    beside = _beside(path)
    try:
        _write(beside, "xb", data)
        if exists(path):
            os.chmod(beside, os.stat(path).st_mode)
        os.replace(beside, path)
    finally:
        if exists(beside):
            os.unlink(beside)


def _write(path: str | os.PathLike[str], mode: str, data: bytes) -> None:
    with open(path, mode) as file:
        file.write(data)
