"""Writing a file whole or not at all. Imports only `errors`, and no pathlib: most commands have no other use for it."""

import os
from os.path import dirname, exists, isdir, isfile, join, lexists, realpath

from imteach.errors import InputError, quoted


def write_whole(path: str | os.PathLike[str], content: str | bytes) -> None:
    """Write `content` (text as UTF-8) to `path`: beside it first, then renamed, so that nobody finds half a file.

    Something that is no ordinary file (`/dev/null`, a pipe) is written to as it is. Raises `InputError` if `path`
    cannot be written; what was there before then stays.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        if exists(path) and not isfile(path) and not isdir(path):
            _write(path, "wb", data)
        else:
            _replace(realpath(path), data)  # resolved: a link stays a link, and what it points to is written
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from None
    except ValueError:  # of which each Python says something else
        raise InputError(f"cannot write {quoted(str(path))}: no file can have this name") from None


def _replace(path: str, data: bytes) -> None:
    if lexists(path):  # a folder, a write-protected file or a link in a circle is refused: renaming would get past it
        open(path, "r+b").close()
    beside = join(dirname(path), f".imteach-{os.urandom(6).hex()}")
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
