"""What the command writes to the terminal: always UTF-8, and quiet when nobody listens any more."""

import io
import os
import sys
from typing import TextIO

from imteach.errors import InputError


def be_readable(*streams: TextIO | None) -> None:
    """Make these streams write UTF-8, whatever the locale says: the diagrams and ticks need it.

    A terminal that cannot show them shows something odd, but a learner never sees an encoding error.
    """
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def say(text: str) -> int:
    """Write `text` to standard output and return the exit status: 0, or 1 if the reader left (`| head`).

    Raises `InputError` if it cannot be written, to a full disk for instance.
    """
    try:
        print(text, end="", flush=True)
    except BrokenPipeError:
        _write_no_more()
        return 1
    except OSError as error:
        _write_no_more()
        raise InputError(f"cannot write to standard output: {error.strerror}") from None
    return 0


def _write_no_more() -> None:
    """Send what is still buffered nowhere, or Python would complain about it when it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def note(text: str) -> None:
    """Write one line to standard error."""
    if sys.stderr is not None:
        print(f"imteach: {one_line(text)}", file=sys.stderr, flush=True)


def one_line(text: str) -> str:
    r"""Return `text` as one line without anything that could control a terminal.

    >>> one_line("no file 'a\nb'\x1b[31m")
    "no file 'a b'�[31m"
    """
    return "".join(letter if letter.isprintable() else "�" for letter in " ".join(text.split()))
