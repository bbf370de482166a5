"""A learner's code that takes long: it is told which method does, and goes on all the same.

It is a warning and no mistake, because what a run or a search finds may not depend on how fast a machine is.
"""

import warnings
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from types import FunctionType
from typing import NamedTuple

from imteach.bars import stopwatch
from imteach.learner.lines import line_at
from imteach.learner.mistakes import Line, in_one_line
from imteach.learner.watch import Returned, functions_of

LONG = 0.25
"""A call that takes this many seconds is slow: one of ours takes some microseconds, and a search makes hundreds."""

RULE = "a node that wants to wait returns StartTimer, and never sleeps or computes for long"


class SlowWarning(UserWarning):
    """A method of a learner's class is slow."""


class Slow(NamedTuple):
    """A method that is slow: whose, how many seconds one call took, and the line where it begins.

    >>> Slow("Mine.on_msg_n", 0.512, None).words
    'one call of Mine.on_msg_n took 0.5 s'
    """

    who: str
    seconds: float
    line: Line | None

    @property
    def words(self) -> str:
        """What is slow."""
        return f"one call of {self.who} took {self.seconds:.1f} s"

    def warn(self, method: FunctionType) -> None:
        """Warn of it, in one sentence with the line, as Python warns of what stands there: the same once only."""
        sentence = in_one_line(f"{self.words}; {RULE}", self.line)
        where = method.__code__.co_filename, method.__code__.co_firstlineno
        known = method.__globals__.setdefault("__warningregistry__", {})
        with suppress(SlowWarning):  # made an error, it would stop one run and not the next, as the machine likes
            warnings.warn_explicit(sentence, SlowWarning, *where, registry=known)


class Pace:
    """How long calls of methods of the learner's classes `own` take; each that is slow is told once, if it `warns`.

    `slowest` is the slowest so far, None if none was slow.
    """

    def __init__(self, own: list[type]) -> None:
        self.slowest: Slow | None = None
        self.warns = True
        self._own = own
        self._told: set[str] = set()

    def start(self) -> Callable[[], float]:
        """Begin to measure a call: what is returned says how many seconds it is since."""
        return stopwatch()

    def took(
        self, seconds: float, owners: Iterable[type], method: Callable[[], str], returned: Sequence[Returned]
    ) -> None:
        """A method of one of these classes took so long, in which functions of the learner's `returned`."""
        if seconds < LONG:
            return
        called = method()
        for owner in owners:
            functions = {function.__name__: function for function in functions_of(owner)}
            for name in (called, *(each.code.co_name for each in reversed(returned))):
                if name in functions and owner in self._own:  # if not the one called: a method of ours called it
                    self._tell(f"{owner.__name__}.{name}", seconds, functions[name])
                    return

    def _tell(self, who: str, seconds: float, method: FunctionType) -> None:
        code = method.__code__
        slow = Slow(who, seconds, line_at(code.co_filename, code.co_firstlineno))
        if self.slowest is None or seconds > self.slowest.seconds:
            self.slowest = slow
        if self.warns and who not in self._told:
            self._told.add(who)
            slow.warn(method)
