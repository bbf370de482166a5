"""The simulator: one driver of the nodes, with a virtual clock and a network that a learner can break.

It tells a node what happened, performs the effects that the node returns one by one, and writes down all of it.
It decides nothing that the protocol decides. Each sort of thing that happens has a file of its own: `doings`,
`flights`, `timers`, `presence`, `effects`; all of them work on one `Run`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from imteach.errors import InputError
from imteach.learner.mistakes import LearnerError
from imteach.scenario.faults import Delay, Drop, Duplicate, Fault
from imteach.scenario.scenario import HEARTBEAT, Scenario
from imteach.sim.agenda import ARRIVAL, PERSON, Due
from imteach.sim.doings import Doings
from imteach.sim.effects import Effects
from imteach.sim.quiet import PULL
from imteach.trace.records import Records
from imteach.trace.trace import Trace
from imteach.trace.unused import unused


def simulate(scenario: Scenario, faults: Iterable[Fault]) -> Trace:
    """Run `scenario` under `faults` to its end, when nothing is in flight and no timer runs.

    The heartbeats of groups never end: such a run ends when nothing else is pending and a round of them brought nothing
    new. Pulls in vain do not keep it going either, once each had all its tries.

    Raises `LearnerError` for a mistake in a learner's code, and `InputError` for a run that does not end.

    >>> from imteach import Drop
    >>> [packet.name for packet in simulate(Scenario("basic"), [Drop("msg:N")]).packets]
    ['m1/msg:R#1', 'm1/msg:A#1', 'm1/msg:N#1']
    """
    return Simulator(scenario, faults).run()


class Simulator(Doings, Effects):
    """One run on a virtual clock. See `simulate`."""

    def run(self) -> Trace:
        """Let everything happen, in order, until nothing is left to come.

        Raises `LearnerError` for a mistake in a learner's code, with the trace of the run if the run ended.
        """
        try:
            self.to_the_end()
        except InputError as error:
            if not self.mistakes:
                raise InputError(f"{error.said}; explore(…, faults=0) shows where it goes round") from error
            raise LearnerError(*self.mistakes[0]) from error  # no trace: what still ran did not end
        trace = self.trace()
        if self.mistakes:
            raise LearnerError(*self.mistakes[0], trace)
        return trace

    def to_the_end(self) -> None:
        """Let everything happen, and write it down."""
        self.begin()
        self.happen(self.agenda.coming())

    def begin(self) -> None:
        """Start every client, and make the appointments that the scenario and the faults ask for."""
        for person in self.scenario.people:
            self.start(person)
        for message, say in zip(self.scenario.messages(), self.scenario.in_order, strict=True):
            self.expect(say.at, PERSON, "say", message)
        for resend in self.scenario.resend:
            self.expect(resend.at, PERSON, "resend", resend)
        for at, rank, what, about in self.orders.timed():
            self.expect(at, rank, what, about)
        self.agenda.plan()

    def happen(self, coming: Iterable[list[Due]]) -> None:
        """Let what comes happen, one after the other: the method of its name is called at its time."""
        written, log, most = self.written, self.written.log, self.written.most_events
        arrive = self.arrive  # most of what comes
        for due in coming:
            while due:
                t, _, _, what, about = due.pop()
                if what == "timer" and about.wait == HEARTBEAT and self.runs(about) and self.is_quiet(t):
                    continue  # this heartbeat, and every other one, comes no more
                written.now = t
                if what == "arrive":
                    arrive(about)
                else:
                    getattr(self, what)(about)
                if len(log) > most:
                    raise written.endless()

    def is_quiet(self, t: float) -> bool:
        """Whether only heartbeats and pulls in vain are still to come at `t`, and a round of them brought nothing."""
        waits: Counter[str] = Counter()
        for wait in self.waited_for():
            if not wait:
                return False
            waits[wait] += 1
        return self.quiet.is_over(t, waits)

    def waited_for(self) -> Iterator[str]:
        """Yield for each thing still to come whether it is a heartbeat or a pull in vain; "" for all else."""
        for timers in self.timers.values():
            for running in timers.values():
                yield running.wait if running.wait in (HEARTBEAT, PULL) else ""
        for _, rank, _, what, about in self.agenda.in_any_order():
            if what != "timer":
                yield PULL if rank == ARRIVAL and self.is_idle(about) else ""

    def trace(self) -> Trace:
        """Return what was written down."""
        written = self.written
        events = Records(len(written.log), written.events)
        packets = Records(len(written.sent), written.packets)
        by_name = any(isinstance(fault, Drop | Duplicate | Delay) for fault in self.faults)
        names = set(written.names()) if by_name else ()  # without such faults no name is needed
        return Trace(self.scenario, self.faults, unused(self.faults, names, events), packets, events)
