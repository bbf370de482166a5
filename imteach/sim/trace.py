"""A trace: everything that happened in one run, and what follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from imteach.errors import InputError, quoted
from imteach.protocol import SERVER, Outcome, judge
from imteach.sim.faults import Fault
from imteach.sim.naming import parse_name, whole_name
from imteach.sim.reader import same
from imteach.sim.records import Event, PacketRecord
from imteach.sim.replay import state_at
from imteach.sim.scenario import Scenario
from imteach.sim.telling import tell
from imteach.sim.trace_json import message_out, read_trace, to_json


@dataclass(frozen=True, repr=False)
class Trace:
    """One run of a scenario under faults. In a notebook it shows as a sequence diagram.

    - `scenario`: what was run. `faults`: what struck it. `unused`: those of them that named a packet which was
      never sent.
    - `packets`: a `PacketRecord` for each packet, in the order of their sending.
    - `events`: an `Event` for everything that happened, in time order.
    - `messages`: an `Outcome` for each thing said, in the order in which it was said.
    - `promises`: for each promise whether this run keeps it.

    Times are simulated ms. Equal scenarios and faults give equal traces, to the byte of `to_json()`.

    >>> from imteach import Drop, Scenario
    >>> trace = Scenario("retransmit").run(Drop("ack:N"))
    >>> trace
    <Trace of "retransmit", drop m1/ack:N#1: m1 delivered, shown to bob 2 times; broken: no_duplicates>
    >>> trace.packets[-1].name
    'm1/ack:N#2'
    """

    scenario: Scenario
    faults: tuple[Fault, ...]
    unused: tuple[Fault, ...]
    packets: tuple[PacketRecord, ...]
    events: tuple[Event, ...]

    @property
    def rung(self) -> str:
        """The name of the rung that was run."""
        return self.scenario.rung

    @cached_property
    def messages(self) -> tuple[Outcome, ...]:
        """What came of each thing said, in the order in which it was said."""
        rows: dict[str | None, Event] = {event.said: event for event in self.events if event.kind == "say"}
        status: dict[str | None, str | None] = {}
        shown = {said: dict.fromkeys([str(event.to)], 0) for said, event in rows.items()}
        for event in self.events:
            if event.kind == "status":
                status[event.said] = event.status
            elif event.kind == "show" and event.said in shown:
                shown[event.said][event.node] = shown[event.said].get(event.node, 0) + 1
        return tuple(
            Outcome(
                msgid=str(said),
                sender=event.node,
                to=(str(event.to),),
                text=str(event.text),
                status=status.get(said),
                shown=shown[said],
                stored=dict.fromkeys(shown[said], 0),
            )
            for said, event in rows.items()
        )

    @cached_property
    def promises(self) -> dict[str, bool]:
        """For each promise whether this run keeps it."""
        return judge(self.messages)

    @cached_property
    def packet(self) -> Mapping[str, PacketRecord]:
        """The packets by name, short or whole. Raises `InputError` for one that was never sent.

        >>> from imteach import Scenario
        >>> trace = Scenario("basic").run()
        >>> trace.packet["m1/msg:N#1"].arrived, trace.packet["msg:N"].arrived
        (100, 100)
        """
        return _ByName(self)

    def state_at(self, t: float) -> dict[str, dict[str, Any]]:
        """Return what each node holds just after everything that happens at `t` simulated ms.

        A client's `queue` is its waiting-ack queue (msgid: how often msg:R was transmitted), `dedup` its dedup
        table, `status` what its person sees, `timers` when each running timer will run out. Raises `InputError`
        for a negative time, and for a trace from a file that was made by a class which the file cannot hold.

        >>> from imteach import Scenario
        >>> Scenario("dedup").run().state_at(120)["alice"]
        {'queue': {'m1': 1}, 'dedup': [], 'status': {'m1': 'sent'}, 'timers': {'m1': 300}}
        """
        return state_at(self.scenario, self.packets, self.events, t)

    def seen_by(self, node: str) -> list[str]:
        """Return everything that happened at one node, in time order, a short sentence each.

        Two runs that a node cannot tell apart give equal lists. Raises `InputError` for an unknown node.

        >>> from imteach import Drop, Scenario
        >>> Scenario("basic").run(Drop("msg:N")).seen_by("alice")[-1]
        '100 ms: sees m1 ✓ sent'
        >>> Scenario("basic").run(Drop("msg:N")).seen_by("alice") == Scenario("basic").run().seen_by("alice")
        True
        """
        nodes = (*self.scenario.people, SERVER)
        if node not in nodes:
            raise InputError(f"no node {quoted(node)}; nodes are {', '.join(nodes)}")
        return [tell(event) for event in self.events if event.node == node]

    def to_json(self) -> str:
        """Return the trace as JSON text, schema `imteach/trace/1`, ending in a newline."""
        return to_json(self)

    @classmethod
    def from_json(cls, text: str) -> "Trace":
        """Return the trace that this JSON text holds. Raises `InputError` that names the field that is wrong.

        >>> from imteach import Scenario
        >>> trace = Scenario("acked").run()
        >>> Trace.from_json(trace.to_json()) == trace
        True
        """
        file, *parts = read_trace(text)
        trace = cls(*parts)  # type: ignore[arg-type]
        claims = {
            "messages": [message_out(outcome) for outcome in trace.messages],
            "promises": trace.promises,
            "unused": [str(fault) for fault in trace.faults if fault.packet not in trace.packet],
        }
        for name, follows in claims.items():
            if not same(file.raw(name), follows):
                raise InputError(
                    f"trace: {name}: expected what follows from the events, {quoted(follows, 300)}, "
                    f"got {quoted(file.raw(name), 300)}"
                )
        return trace

    def to_svg(self) -> str:
        """Return the sequence diagram as SVG text. Same trace, same bytes."""
        from imteach.draw import to_svg  # the one look upwards: a trace can show itself

        return to_svg(self)

    def to_text(self) -> str:
        """Return the sequence diagram as text for a terminal."""
        from imteach.draw import to_text

        return to_text(self)

    def to_mermaid(self) -> str:
        """Return the sequence diagram in Mermaid's language."""
        from imteach.draw import to_mermaid

        return to_mermaid(self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        from imteach.draw import mimebundle

        return mimebundle(self)

    def __repr__(self) -> str:
        faults = "".join(f", {fault}" for fault in self.faults)
        came = "; ".join(_told(outcome) for outcome in self.messages) or "nothing said"
        broken = [name for name, holds in self.promises.items() if not holds]
        verdict = f"broken: {', '.join(broken)}" if broken else "all promises kept"
        return f'<Trace of "{self.rung}"{faults}: {came}; {verdict}>'


class _ByName(dict[str, PacketRecord]):
    """The packets of a trace by their whole names; a short name is looked up by what it is short for."""

    def __init__(self, trace: Trace) -> None:
        super().__init__({packet.name: packet for packet in trace.packets})
        self._msgids = [outcome.msgid for outcome in trace.messages]

    def __missing__(self, name: str) -> PacketRecord:
        whole = whole_name(parse_name(name), self._msgids)
        if whole not in self:
            raise InputError(f"{whole} was never sent in this run")
        return self[whole]


def _told(outcome: Outcome) -> str:
    """Say in a few words what came of one thing said."""
    shown = ", ".join(f"shown to {who} {times} time{'s' * (times != 1)}" for who, times in outcome.shown.items())
    return f"{outcome.msgid} {outcome.status or 'never sent'}, {shown}"
