"""The virtual clock: what is still to come, in the order in which it will happen."""

from collections.abc import Iterator
from heapq import heappop, heappush
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

    >>> agenda = Agenda()
    >>> agenda.add(50, TIMER, "timer", "m1")
    >>> agenda.add(50, ARRIVAL, "arrive", "a packet")
    >>> [due.what for due in agenda]
    ['arrive', 'timer']
    >>> agenda.pop()
    (50, 2, 1, 'arrive', 'a packet')
    """

    def __init__(self) -> None:
        self.heap: list[Due] = []
        self._made = 0

    def add(self, t: float, rank: int, what: str, about: Any) -> None:
        """Make an appointment at an instant `t`."""
        heappush(self.heap, (t, rank, self._made, what, about))
        self._made += 1

    def __iter__(self) -> Iterator[Appointment]:
        """Yield what is still to come, in its order."""
        return map(Appointment._make, sorted(self.heap))

    @property
    def next(self) -> Appointment:
        """What comes next."""
        return Appointment._make(self.heap[0])

    def pop(self) -> Due:
        """Take the next appointment out."""
        return heappop(self.heap)
