"""The virtual clock: what is still to come, in the order in which it will happen."""

from collections.abc import Iterator
from heapq import heappop, heappush
from itertools import chain
from operator import itemgetter
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


_RANK = itemgetter(1)


class Agenda:
    """A queue of appointments, by time, then rank, then the order in which they were made.

    Those of one instant stand together, and are sorted when it comes: a long run has many, and compares them once. What
    is planned from the start waits in a list: it may be much more than is ever under way at once.

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
        self._at: dict[float, list[Due]] = {}  # by instant what is due then, in the order in which it was made
        self._planned: list[Due] = []  # the last comes first
        self._instant: float | None = None  # the one that came last
        self._now: list[Due] = []  # what is still due at it: the last comes first
        self._made = 0

    def add(self, t: float, rank: int, what: str, about: Any) -> None:
        """Make an appointment at `t` simulated ms."""
        due = (t, rank, self._made, what, about)
        self._made += 1
        there = self._at.get(t)
        if there is not None:
            there.append(due)
        elif t != self._instant:
            self._at[t] = [due]
            heappush(self._instants, t)
        else:
            self._now.reverse()
            self._now.append(due)
            _order(self._now)

    def plan(self) -> None:
        """Count all that was added so far as planned from the start."""
        self._planned = sorted(self.in_any_order(), reverse=True)
        self._instants, self._at = [], {}

    def fork(self) -> "Agenda":
        """Return a copy: what happens to one does not change the other."""
        twin = object.__new__(Agenda)
        twin._instants, twin._planned, twin._made = self._instants.copy(), self._planned.copy(), self._made
        twin._at = {t: there.copy() for t, there in self._at.items()}
        twin._instant, twin._now = self._instant, self._now.copy()
        return twin

    def __bool__(self) -> bool:
        return bool(self._now or self._at or self._planned)

    def __iter__(self) -> Iterator[Appointment]:
        """Yield what is still to come, in its order."""
        return map(Appointment._make, sorted(self.in_any_order()))

    def in_any_order(self) -> Iterator[Due]:
        """Yield what is still to come, unsorted: what was planned, then the rest."""
        return chain(self._planned, self._now, *self._at.values())

    def coming(self) -> Iterator[list[Due]]:
        """Yield instant by instant what is due at it, the last first, as long as there is something.

        Who takes it pops it, one after the other: more may be added meanwhile, also at this instant.
        """
        while self._now or self._instants or self._planned:
            yield self._now or self._turned()

    def _turned(self) -> list[Due]:
        """Turn to the next instant at which something is due, and return what is."""
        instants, planned = self._instants, self._planned
        t = planned[-1][0] if planned and not (instants and instants[0] < planned[-1][0]) else instants[0]
        there: list[Due] = []
        while planned and planned[-1][0] == t:
            there.append(planned.pop())
        if instants and instants[0] == t:
            made = self._at.pop(heappop(instants))
            there = there + made if there else made
        if len(there) > 1:
            _order(there)
        self._instant, self._now = t, there
        return there

    @property
    def next(self) -> Appointment:
        """What comes next; raises IndexError if nothing does. Nothing can be added for an earlier instant any more."""
        return Appointment._make((self._now or self._turned())[-1])

    def pop(self) -> Due:
        """Take out what comes next, and return it; raises IndexError if nothing does."""
        return (self._now or self._turned()).pop()


def _order(due: list[Due]) -> None:
    """Put what is due at one instant in order, the last first. It is given as it was made: only ranks are compared."""
    due.sort(key=_RANK)
    due.reverse()
