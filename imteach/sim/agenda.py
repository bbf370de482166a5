"""The virtual clock: what is still to come, in the order in which it will happen."""

from collections.abc import Iterator
from heapq import heappop, heappush
from itertools import chain
from typing import Any, NamedTuple

PRESENCE, CRASH, ARRIVAL, TIMER, PERSON = range(5)
"""What falls on one instant happens in this order.

Presence (logins, logouts, links cut and mended), crashes and restarts, arrivals in the order of their sending, timers
in the order of their starting, what people do.
"""


class Appointment(NamedTuple):
    """Something due at `t` simulated ms: the method `what` of the run is called with `about`.

    `order` counts the appointments made: of those of one time and rank the first made comes first.
    """

    t: float
    rank: int
    order: int
    what: str
    about: Any


Due = tuple[float, int, int, str, Any]
"""An appointment as a plain tuple, of which a long run makes and compares millions."""


class Agenda:
    """A queue of appointments, by time, then rank, then the order in which they were made.

    Those of one instant stand together: a long run has many, and two instants are faster to compare than two
    appointments. What is planned from the start waits in a list: it may be much more than is ever under way at once.

    >>> agenda = Agenda()
    >>> agenda.add(50, TIMER, "timer", "m1")
    >>> agenda.add(50, ARRIVAL, "arrive", "a packet")
    >>> [due.what for due in agenda]
    ['arrive', 'timer']
    >>> agenda.pop()
    (50, 2, 1, 'arrive', 'a packet')
    """

    def __init__(self) -> None:
        self._instants: list[float] = []  # a heap
        self._at: dict[float, list[Due]] = {}  # by instant what is due then: a heap each, never empty
        self._planned: list[Due] = []  # the last comes first
        self._made = 0

    def add(self, t: float, rank: int, what: str, about: Any) -> None:
        """Make an appointment at `t` simulated ms."""
        due = (t, rank, self._made, what, about)
        self._made += 1
        there = self._at.get(t)
        if there is None:
            self._at[t] = [due]
            heappush(self._instants, t)
        else:
            heappush(there, due)

    def plan(self) -> None:
        """Count all that was added so far as planned from the start."""
        self._planned = sorted(self.in_any_order(), reverse=True)
        self._instants, self._at = [], {}

    def fork(self) -> "Agenda":
        """Return a copy: what happens to one does not change the other."""
        twin = object.__new__(Agenda)
        twin._instants, twin._planned, twin._made = self._instants.copy(), self._planned.copy(), self._made
        twin._at = {t: there.copy() for t, there in self._at.items()}
        return twin

    def __bool__(self) -> bool:
        return bool(self._at or self._planned)

    def __iter__(self) -> Iterator[Appointment]:
        """Yield what is still to come, in its order."""
        return map(Appointment._make, sorted(self.in_any_order()))

    def in_any_order(self) -> Iterator[Due]:
        """Yield what is still to come, unsorted: what was planned, then the rest."""
        return chain(self._planned, *self._at.values())

    def coming(self) -> Iterator[Due]:
        """Take out and yield what comes next, as long as there is something. More may be added meanwhile."""
        instants, at, planned = self._instants, self._at, self._planned
        while planned:
            is_first = not instants or planned[-1] < at[instants[0]][0]
            yield planned.pop() if is_first else self._taken()
        while instants:
            yield self._taken()

    def _taken(self) -> Due:
        """Take out the next of what was not planned."""
        there = self._at[self._instants[0]]
        due = heappop(there)
        if not there:
            del self._at[heappop(self._instants)]
        return due

    @property
    def next(self) -> Appointment:
        """What comes next; raises ValueError if nothing does."""
        first = [self._at[t][0] for t in self._instants[:1]]
        return Appointment._make(min(first + self._planned[-1:]))

    def pop(self) -> Due:
        """Take out what comes next, and return it; raises StopIteration if nothing does."""
        return next(self.coming())
