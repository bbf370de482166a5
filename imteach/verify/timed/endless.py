"""A run with a clock that goes round for ever: shown up to where it comes back to a state in which it was."""

from collections.abc import Hashable
from dataclasses import replace
from functools import cached_property

from imteach.scenario import Fault
from imteach.trace import Trace
from imteach.trace.records import STEPS_END
from imteach.trace.unused import unused
from imteach.verify.search.finding import Plan, imports
from imteach.verify.timed.branching import Branching
from imteach.verify.timed.strikes import EXPLORE_KINDS


class EndlessPlan(Plan):
    """A run with a clock that goes round for ever.

    >>> from imteach import Client, Offline, Scenario
    >>> from imteach.protocol import StartTimer, Transmit
    >>> class Stubborn(Client):
    ...     def on_timer(self, msgid):
    ...         return [Transmit(self.msg_r(msgid, self.queue[msgid].message)), StartTimer(msgid)]
    >>> plan = EndlessPlan(Scenario("dedup", client=Stubborn), (Offline("bob"),), ())
    >>> plan.trace.loop, plan.trace.events[-1].t
    (100, 400)
    """

    @cached_property
    def trace(self) -> Trace:
        """The run until it has gone round once; what is still in flight then is not followed any further."""
        run, seen = Branching(self.scenario, self.given), dict[Hashable, float]()
        while (place := run.place()) not in seen:
            if run.begun and run.agenda.next.t > run.now:  # all that falls on this instant has happened
                seen[place] = run.now
            run = run.gone_on(_striking(run, self.faults))
        for due in run.agenda:
            if due.what == "arrive":
                run.lose(due.about, STEPS_END)
        trace, faults = run.trace(), (*self.given, *self.faults)
        names = {packet.name for packet in trace.packets}
        return replace(trace, faults=faults, unused=unused(faults, names, trace.events), loop=seen[place])

    @property
    def python(self) -> str:
        """The search that finds it, as Python, to be pasted into a cell: run by itself, it would not end."""
        faults = (*self.given, *self.faults)
        given = f", given=[{', '.join(map(repr, faults))}]" if faults else ""
        return f"{imports(self.scenario, faults, 'explore')}\n\nexplore({self.scenario!r}, faults=0{given})"


def _striking(run: Branching, faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
    """Return which of these faults strike in the next step of a run."""
    first = len(run.written.log)
    struck: tuple[Fault, ...] = ()
    while True:
        possible = {fault for _, fault in run.after(struck).possible(first, EXPLORE_KINDS)}
        more = next((fault for fault in faults if fault in possible and fault not in struck), None)
        if more is None:
            return struck
        struck = (*struck, more)
