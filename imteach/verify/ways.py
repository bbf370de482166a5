"""What can come of a scenario under random loss: each way that it can go is run once, and then looked up.

A packet is lost by a throw that hangs on its name, and what happens hangs on nothing else that is random. So the runs
of one scenario form a tree: its first packet is lost or not, then the next one that is sent under that, and so on. A
run that goes a way which another went before ends as that one did.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Generic, TypeVar

from imteach.protocol import Client, Server
from imteach.sim.faults import Fault, Loss
from imteach.sim.orders import Orders
from imteach.sim.people import Say
from imteach.sim.scenario import Scenario
from imteach.sim.simulator import Simulator
from imteach.sim.trace import Trace

MOST_WAYS = 20_000
"""So many ways that a run can go are remembered; what goes other ways is run each time."""

T = TypeVar("T")

Lost = Callable[[bytes], bool]
"""Whether a packet is lost, by its name."""


class Stories(Generic[T]):
    """All ways that runs of a scenario under `given` faults and random loss can go, as far as runs went them.

    `read` makes of each trace what is to be remembered of it. `owner` is left out of the names of packets where `under`
    asks whether they are lost.

    >>> stories = Stories(Scenario("dedup"), read=lambda trace: trace.messages[0].status)
    >>> [stories.under(Loss(0.2, seed).striker()) for seed in range(100)].count("delivered"), stories.ways
    (79, 44)
    """

    def __init__(
        self, scenario: Scenario, given: Sequence[Fault] = (), *, read: Callable[[Trace], T], owner: str = ""
    ) -> None:
        self.scenario = scenario
        self.given = tuple(given)
        self.owner = owner
        self.ways = 0
        self._read = read
        self._start = _Fork(b"")  # no packet: one way leads on, to the first packet

    def under(self, lost: Lost) -> T:
        """Return what comes of a run in which these packets are lost."""
        after = self._start.after[False]
        while type(after) is _Fork:
            after = after.after[lost(after.packet)]
        return self._run(lost) if after is None else after

    def _run(self, lost: Lost) -> T:
        """Go a way that nobody went before, and remember it."""
        simulator = Simulator(self.scenario, self.given)
        simulator.orders = asking = _Asking(simulator.faults, lost, self.owner)
        came = self._read(simulator.run())
        if self.ways < MOST_WAYS:
            self.ways += 1
            place, way = self._start, False
            for packet, is_lost in asking.asked:
                if place.after[way] is None:
                    place.after[way] = _Fork(packet)
                place, way = place.after[way], is_lost
            place.after[way] = came
        return came


class _Fork:
    """A place where ways part: the packet that is sent next, and what follows if it is not lost, and if it is."""

    __slots__ = ("after", "packet")

    def __init__(self, packet: bytes) -> None:
        self.packet = packet
        self.after: list[Any] = [None, None]  # by whether it is lost: another fork, what came; None: nobody went there


class _Asking(Orders):
    """Orders that also let those packets vanish that are `lost`, and remember what they were asked."""

    def __init__(self, faults: Iterable[Fault], lost: Lost, owner: str) -> None:
        super().__init__(faults)
        self.asked: list[tuple[bytes, bool]] = []
        self._lost = lost
        self._owner = owner

    def drops(self, packet: str) -> bool:
        """Whether the packet of this name is dropped."""
        if super().drops(packet):
            return True
        name = packet.removeprefix(self._owner).encode()
        is_lost = self._lost(name)
        self.asked.append((name, is_lost))
        return is_lost


# Many messages in one run


def are_apart(scenario: Scenario, faults: Iterable[Fault]) -> bool:
    """Whether no message of `scenario` has anything to do with another under these faults.

    So it is up to the rung `durable`, while nothing but random loss strikes. Waits have to be whole ms, for then it
    does not matter when a message is said.

    >>> are_apart(Scenario("dedup"), [Loss(0.2)]), are_apart(Scenario("ordered"), [Loss(0.2)])
    (True, False)
    """
    waits = scenario.rto, scenario.backoff, *map(scenario.latency_of, scenario.people)
    return (
        (scenario.client, scenario.server) == (Client, Server)
        and not (scenario.setting.orders or scenario.resend)
        and all(isinstance(fault, Loss) for fault in faults)
        and all(isinstance(ms, int) for ms in waits)
    )


class Alone(Stories[T]):
    """The stories of messages that `are_apart`: of what `say` says, said alone and at 0 ms.

    >>> twice = Scenario("dedup", say=[Say("one"), Say("two", at=10)])
    >>> stories = Alone(twice, twice.say[1], read=lambda trace: trace.messages[0].status)
    >>> stories.told_as("m2", [Loss(0.2, seed=1)])
    'failed'
    """

    def __init__(self, scenario: Scenario, say: Say, read: Callable[[Trace], T]) -> None:
        super().__init__(replace(scenario, say=[replace(say, at=0)]), read=read, owner="m1")

    def told_as(self, msgid: str, losses: Sequence[Loss]) -> T:
        """Return what comes of it if it is the message of this msgid, under these losses."""
        strike = [loss.striker(msgid) for loss in losses]
        return self.under(strike[0] if len(strike) == 1 else lambda packet: any(strikes(packet) for strikes in strike))
