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
        if _is_special(path):
            _write(path, "wb", data)
        else:
            _replace(realpath(path), data)  # resolved: a link stays a link, and what it points to is written
    except (OSError, ValueError) as error:
        raise _refused(path, error) from None


def check_writable(path: str | os.PathLike[str] | None) -> None:
    """Raise `InputError` if `path` cannot be written, before work that takes long would be lost over it.

    Nothing is left behind. None stands for no file at all.
    """
    try:
        if path is not None and not _is_special(path):
            beside = _beside(realpath(path))
            _write(beside, "xb", b"")
            os.unlink(beside)
    except (OSError, ValueError) as error:
        raise _refused(path, error) from None


def _refused(path: object, error: OSError | ValueError) -> InputError:
    if isinstance(error, OSError):
        return InputError(f"cannot write {path}: {error.strerror}")
    return InputError(f"cannot write {quoted(str(path))}: no file can have this name")  # each Python has other words


def _is_special(path: str | os.PathLike[str]) -> bool:
    return exists(path) and not isfile(path) and not isdir(path)


def _beside(path: str) -> str:
    """Where to write what is then renamed to `path`, if that can be written itself."""
    if lexists(path):  # a folder, a write-protected file or a link in a circle is refused: renaming would get past it
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
