"""A state of a scenario without a clock, and what may happen in it.

It has three parts: what each node holds (`Local`), what nobody holds alone (`Shared`: how far people have come, who can
reach whom), and the packets in flight.
"""

from collections.abc import Hashable
from typing import Any, NamedTuple

from imteach.learner.mistakes import Mistake
from imteach.protocol import Value
from imteach.sim.network import Network, News

DOWN = -1
"""Stands for the state of a node that is down."""


class Local(Value, frozen=True):
    """What one node holds, as numbers: its state, its disk, the timers that run, what was seen and stored there."""

    state: int
    disk: int
    timers: tuple[str, ...]
    seen: int


class Net(NamedTuple):
    """Who can reach whom, and the news that the server has yet to learn: of logins, of logouts, of crashes.

    `out` are those who logged out by a fault, and will log in again.
    """

    network: Network
    news: tuple[News, ...] = ()
    out: tuple[str, ...] = ()


class Standing(NamedTuple):
    """Where something said may stand on its sender's screen: see `imteach.trace.outcomes`."""

    may: tuple[int, ...] = ()
    shown: bool = False


class Shared(Value, frozen=True):
    """What no node holds alone.

    How far each script has come; how many msgids were made; the first msgid of each thing said, "" if it was not; who
    can reach whom, by number; the places of the things said, in a scenario in which something may be said anew.
    """

    done: tuple[int, ...]
    made: int
    first: tuple[str, ...]
    net: int
    places: tuple[Standing, ...] = ()


class State(NamedTuple):
    """Everything that decides what can happen from now on. `flight` are the packets in flight by number, sorted."""

    shared: Shared
    locals: tuple[Local, ...]
    flight: tuple[int, ...]


STRIKES = ("drop", "copy", "beat", "crash", "away", "again")
"""What happens only by a fault."""


class Action(Value, frozen=True):
    """Something that may happen: what, to whom or what, and after how many effects the node crashes (0: it doesn't).

    `what` is "do", "arrive", "drop", "copy", "timer", "beat", "crash", "restart", "away", "back", "again" or "learn". A
    "beat" is a heartbeat that comes while something else may happen. `late` is a timer that the step stops, with its
    node: it had run out already, and the node is told of it right after the step.
    """

    what: str
    about: Hashable
    crash_after: int = 0
    late: tuple[int, str] | None = None

    @property
    def is_fault(self) -> bool:
        """Whether it takes a fault."""
        return self.crash_after > 0 or self.late is not None or self.what in STRIKES


class MistakeError(Exception):
    """A learner's code cannot go on, here: after this `action`, None if it is how a node starts."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake)
        self.mistake = mistake
        self.action: Action | None = None


class Numbers:
    """Things by number: each different one gets the next.

    >>> packets = Numbers()
    >>> packets.of("a"), packets.of("b"), packets.of("a"), packets[1]
    (0, 1, 0, 'b')
    """

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._things: list[Any] = []

    def of(self, thing: Hashable) -> int:
        """Return the number of a thing."""
        number = self._numbers.setdefault(thing, len(self._things))
        if number == len(self._things):
            self._things.append(thing)
        return number

    def __getitem__(self, number: int) -> Any:
        return self._things[number]

    def __len__(self) -> int:
        return len(self._things)
