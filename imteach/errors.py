"""The one kind of error that a user's input can cause, and how a notebook shows it."""

import sys
from functools import cache
from os.path import dirname
from typing import TYPE_CHECKING

from imteach.printed import fold

if TYPE_CHECKING:
    from traceback import FrameSummary


class InputError(ValueError):
    """Something a person typed or a file holds is not what was expected. One clear line, fit to be shown.

    `where` is the place of what is wrong (`rto`, `say[0].at`, `--loss`), "" if that is plain; the line begins with it.
    `said` is the rest of the line.

    >>> raise InputError("no rung 'tcp'; the rungs are basic, acked, retransmit, dedup")
    Traceback (most recent call last):
    imteach.errors.InputError: no rung 'tcp'; the rungs are basic, acked, retransmit, dedup
    >>> raise InputError("expected a time in ms greater than 0, got -1", where="rto")
    Traceback (most recent call last):
    imteach.errors.InputError: rto: expected a time in ms greater than 0, got -1
    """

    def __init__(self, *said: object, where: str = "") -> None:
        super().__init__(*said)
        self.where = where

    @property
    def said(self) -> str:
        """What is wrong there."""
        return super().__str__()

    def __str__(self) -> str:
        return f"{self.where}: {self.said}" if self.where else self.said

    @property
    def field(self) -> str:
        """The field that is wrong, whichever part of it is.

        >>> InputError("expected each name once", where="groups['friends']").field
        'groups'
        """
        return self.where.partition("[")[0]

    def within(self, place: str) -> "InputError":
        """Return the error as it is said of a whole of which this was a part; `place` is put before its own.

        >>> print(InputError("expected text", where="text").within("lost.toml: say[0]."))
        lost.toml: say[0].text: expected text
        >>> print(InputError("no packet 'msg:X'").within("lost.toml: faults[0]: "))
        lost.toml: faults[0]: no packet 'msg:X'
        """
        return InputError(self.said, where=f"{place}{self.where}" if self.where else place.removesuffix(": "))

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows: the learner's own line and what was expected there, without frames of our code."""
        from traceback import extract_tb  # only an error needs it

        own = [frame for frame in extract_tb(self.__traceback__) if _is_learners(frame)]
        where = [f"line {own[-1].lineno}:  {own[-1].line}"] if own else []
        return [*where, fold(f"{type(self).__name__}: {self}")]


def _is_learners(frame: "FrameSummary") -> bool:
    return bool(frame.line) and is_learners_file(frame.filename)


def is_learners_file(filename: str) -> bool:
    """Whether a learner wrote this file: it is not ours, not Python's and not an installed library's.

    >>> is_learners_file("<ipython-input-3>"), is_learners_file(__file__)
    (True, False)
    """
    return not filename.startswith(_not_the_learners())


@cache
def _not_the_learners() -> tuple[str, ...]:
    """The beginnings of the names of files that no learner wrote."""
    import sysconfig  # only code that may be a learner's needs it

    return (dirname(__file__), *(sysconfig.get_path(name) for name in ("stdlib", "purelib")), "<frozen ")


def quoted(value: object, limit: int = 60) -> str:
    """Return `value` as Python would print it, cut to `limit` characters, for use in an error.

    >>> quoted("msg:X")
    "'msg:X'"
    """
    try:
        text = repr(value)
    except (RecursionError, ValueError):  # nested without end, or an int of thousands of digits
        text = "a value too large to print"
    except Exception:  # a learner's own `__repr__` can fail
        text = f"something of class {type(value).__name__} that cannot be printed"
    return text if len(text) <= limit else text[: limit - 1] + "…"


def comes_with(extra: str) -> str:
    """Return how to get what an extra of imteach brings, for the end of an error.

    The command is for the Python that runs, not for whichever `pip` a shell finds; an environment that uv made has
    none. There imteach is installed, from a clone or a wheel, so it is taken as it is: no index is asked for it, only
    for what the extra brings. What runs in a clone and is not installed is installed from the clone.

    >>> comes_with("lab").startswith("it comes with: ")
    True
    """
    from importlib.util import find_spec  # only an error needs these
    from shlex import join

    python = sys.executable or "python"
    has_pip = find_spec("pip") is not None
    install = [python, "-m", "pip", "install"] if has_pip else ["uv", "pip", "install", "--python", python]
    return f"it comes with: {join([*install, *_itself_with(extra)])}"


def _itself_with(extra: str) -> list[str]:
    """Return what an installer is asked for."""
    from importlib.metadata import PackageNotFoundError, distribution
    from os.path import isfile, join

    clone = dirname(dirname(__file__))
    try:
        distribution("imteach")
    except PackageNotFoundError:
        if isfile(join(clone, "pyproject.toml")):
            return ["-e", f"{clone}[{extra}]"]
    return [f"imteach[{extra}]"]
