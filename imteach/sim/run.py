"""What one run is made of, and what all parts of the simulator do with it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from imteach.learner.learners import Learners
from imteach.learner.mistakes import Line, Mistake
from imteach.learner.returned import checked
from imteach.protocol import SERVER, Effect, MemoryDisk, Value
from imteach.scenario.faults import Fault, Late, checked_fault
from imteach.scenario.packet_faults import drawer
from imteach.scenario.scenario import Scenario
from imteach.sim.agenda import Agenda
from imteach.sim.network import Network
from imteach.sim.orders import Orders
from imteach.sim.quiet import NEWS, Quiet
from imteach.sim.recorder import Recorder
from imteach.sim.rows import NONE
from imteach.tell.words import at
from imteach.trace.records import instant

T = TypeVar("T")


class Running(Value, frozen=True):
    """A timer that runs: whose it is, its name, the event of its start, and what it is for."""

    node: str
    name: str
    started: int
    wait: str


class TooLate(Value, frozen=True):
    """A timer that had run out when its node cancelled it: it, the event of the cancelling, the fault that says so."""

    running: Running
    cancelled: int
    fault: Late


class Run:
    """A run of `scenario` under `faults`: its nodes, its network, what is to come, and what is written down of it."""

    def __init__(self, scenario: Scenario, faults: Iterable[Fault]) -> None:
        self.scenario = scenario
        self.faults = tuple(dict.fromkeys(checked_fault(fault).resolve(scenario) for fault in faults))
        self.orders = Orders(self.faults)
        doings = (len(scenario.say) + len(scenario.resend)) * (scenario.retries + 1)
        self.latency = scenario.ways
        self.to_server = {person: self.latency[person, SERVER] for person in scenario.people}
        self.from_server = {person: self.latency[SERVER, person] for person in scenario.people}
        self.jitter = drawer(scenario.jitter, scenario.seed) if scenario.jitter else None
        most = 100_000 + 1_000 * doings + 200 * len(scenario.people) * (10 + doings)
        self.written = Recorder(most, self.latency)
        self.learners = Learners.among((scenario.client, scenario.server), (*scenario.people, SERVER))
        self.is_ours = self.is_direct = scenario.is_ours  # direct: `arrive` calls a node itself, not by `told`
        self.is_timed = True  # what is due happens then
        self.mistakes: tuple[tuple[str, Line | None], ...] = ()  # of learners' code, in this run
        self.nodes = self.made(lambda: scenario.nodes(self.written.new_msgid))
        self.disks = {name: MemoryDisk() for name in self.nodes}
        self.calm = self.network = Network.among(scenario.people)  # one object until somebody is down, away or cut off
        self.agenda = Agenda()
        self.timers: dict[str, dict[str, Running]] = {name: {} for name in self.nodes}
        self.quiet = Quiet(scenario)
        self.nowhere: set[int] = set()  # packets sent on a connection that is gone, by number
        self.screen: dict[str, dict[str, int]] = {name: {} for name in self.nodes}  # by msgid: event of the last status

    @property
    def now(self) -> float:
        """The time, in simulated ms."""
        return self.written.now

    def expect(self, t: float, rank: int, what: str, about: Any) -> None:
        """Make an appointment at `t` simulated ms, not for a timer: the method `what` is called with `about` then."""
        self.agenda.add(instant(t), rank, what, about)

    def record(
        self, node: str, kind: str, cause: int = NONE, packet: int = NONE, what: str | None = None, more: Any = None
    ) -> int:
        """Write down an event that may be news to a quiet run, and return its id. See `Quiet`, `Recorder.event`."""
        if kind in NEWS:
            self.quiet.news(self.written.now)
        return self.written.event(node, kind, cause, packet, what, more)

    # The nodes

    def made(self, make: Callable[[], T]) -> T:
        """Return the node or nodes made; raise `LearnerError` if a learner's code fails in that."""
        return make() if self.learners is None else self.learners.made(make)

    def held(self, node: str) -> Any:
        """Return the node, to look at what it holds."""
        return self.nodes[node]

    def renew(self, node: str) -> None:
        """Make a node anew: all that it held is gone."""
        self.nodes[node] = self.made(lambda: self.scenario.node(node, self.written.new_msgid))

    def told(self, node: str, method: str, *what: Any) -> list[Effect | Mistake]:
        """Let a node make a step, and return the effects; or the mistake in a learner's code that stops it.

        The step is a call of the node's method of this name, with what the node is told.
        """
        step: Callable[..., object] = getattr(self.nodes[node], method)
        if self.is_ours:
            return step(*what)  # type: ignore[return-value]  # our own nodes return effects
        if self.learners is not None:
            return self.learners.called(self.nodes[node], step, *what)
        return checked(step(*what), type(self.nodes[node]).__name__, at(self.now, self.is_timed))  # type: ignore[return-value]

    def perform(self, node: str, effects: Sequence[Effect | Mistake], step: int) -> None:
        """Make the effects of a step happen. See `Effects`."""
        raise NotImplementedError
