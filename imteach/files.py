"""Writing a file whole or not at all. Imports only `errors`."""

import os
from pathlib import Path

from imteach.errors import InputError, quoted


def write_whole(path: Path, content: str | bytes) -> None:
    """Write `content` (text as UTF-8) to `path`: beside it first, then renamed, so that nobody finds half a file.

    Something that is no ordinary file (`/dev/null`, a pipe) is written to as it is. Raises `InputError` if `path`
    cannot be written; what was there before then stays.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            path.write_bytes(data)
        else:
            _replace(path.resolve(), data)  # resolved: a link stays a link, and what it points to is written
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from None
    except (RuntimeError, ValueError) as error:  # links that lead in a circle; a name that no file can have
        raise InputError(f"cannot write {quoted(str(path))}: {error}") from None


def _replace(path: Path, data: bytes) -> None:
    if path.exists():
        path.open("r+b").close()  # a folder or a write-protected file is refused, though renaming would get past it
    beside = path.with_name(f".imteach-{os.urandom(6).hex()}")
    try:
        with beside.open("xb") as file:
            file.write(data)
        if path.exists():
            beside.chmod(path.stat().st_mode)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
