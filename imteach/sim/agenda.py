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
    """Something due at `t` simulated ms. `order` settles ties: first made, first kept."""

    t: float
    rank: int
    order: int
    what: str
    about: Any


Due = tuple[float, int, int, str, Any]
"""An appointment as a plain tuple, of which a long run makes and compares millions."""


class Agenda:
    """A queue of appointments, by time, then rank, then the order in which they were made.

    What is planned from the start waits in a list beside the heap: it may be much more than is ever under way at once.

    >>> agenda = Agenda()
    >>> agenda.add(50, TIMER, "timer", "m1")
    >>> agenda.add(50, ARRIVAL, "arrive", "a packet")
    >>> [due.what for due in agenda]
    ['arrive', 'timer']
    >>> agenda.pop()
    (50, 2, 1, 'arrive', 'a packet')
    """

    def __init__(self) -> None:
        self._heap: list[Due] = []
        self._planned: list[Due] = []  # the last comes first
        self._made = 0

    def add(self, t: float, rank: int, what: str, about: Any) -> None:
        """Make an appointment at an instant `t`."""
        heappush(self._heap, (t, rank, self._made, what, about))
        self._made += 1

    def plan(self) -> None:
        """Take all that was added so far for what is planned from the start."""
        self._planned, self._heap = sorted(self._heap + self._planned, reverse=True), []

    def fork(self) -> "Agenda":
        """Return an agenda that goes on from here by itself."""
        twin = object.__new__(Agenda)
        twin._heap, twin._planned, twin._made = self._heap.copy(), self._planned.copy(), self._made
        return twin

    def __bool__(self) -> bool:
        return bool(self._heap or self._planned)

    def __iter__(self) -> Iterator[Appointment]:
        """Yield what is still to come, in its order."""
        return map(Appointment._make, sorted(self._heap + self._planned))

    def in_any_order(self) -> Iterator[Due]:
        """Yield what is still to come in the order in which it is found, what was planned first."""
        return chain(self._planned, self._heap)

    def coming(self) -> Iterator[Due]:
        """Take out and yield what comes next, as long as there is something. More may be added meanwhile."""
        heap, planned = self._heap, self._planned
        while planned:
            yield heappop(heap) if heap and heap[0] < planned[-1] else planned.pop()
        while heap:
            yield heappop(heap)

    @property
    def next(self) -> Appointment:
        """What comes next."""
        return Appointment._make(min(self._heap[:1] + self._planned[-1:]))

    def pop(self) -> Due:
        """Take the next appointment out."""
        return next(self.coming())
