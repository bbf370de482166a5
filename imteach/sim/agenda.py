"""The virtual clock: what is still to come, in the order in which it will happen."""

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Any

from imteach.protocol import Value

PRESENCE, CRASH, ARRIVAL, TIMER, PERSON = range(5)
"""What falls on one instant happens in this order.

Presence (logins, logouts, links cut and mended), crashes and restarts, arrivals in the order of their sending, timers
in the order of their starting, what people do.
"""


def instant(t: float) -> float:
    """Return `t` in simulated ms as a trace keeps it: to the microsecond, and whole where it can be.

    >>> instant(0.1 + 0.2), instant(50.0)
    (0.3, 50)
    """
    if isinstance(t, int):
        return t
    t = round(t, 3)
    return int(t) if t.is_integer() else t


class Appointment(Value, frozen=True, order=True):
    """Something due at `t` simulated ms. `order` settles ties: first made, first kept."""

    t: float
    rank: int
    order: int
    what: str
    about: Any


class Agenda:
    """A queue of appointments, by time, then rank, then the order in which they were made.

    >>> agenda = Agenda()
    >>> agenda.add(50, TIMER, "timer", "m1")
    >>> agenda.add(50, ARRIVAL, "arrive", "a packet")
    >>> agenda.pop().what, agenda.pop().what, len(agenda)
    ('arrive', 'timer', 0)
    """

    def __init__(self) -> None:
        self._heap: list[Appointment] = []
        self._made = 0

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, t: float, rank: int, what: str, about: Any) -> None:
        """Make an appointment at an instant `t`."""
        heappush(self._heap, Appointment(t, rank, self._made, what, about))
        self._made += 1

    def __iter__(self) -> Iterator[Appointment]:
        """Yield what is still to come, in its order."""
        return iter(sorted(self._heap))

    @property
    def next(self) -> Appointment:
        """What comes next."""
        return self._heap[0]

    def pop(self) -> Appointment:
        """Take the next appointment out."""
        return heappop(self._heap)
