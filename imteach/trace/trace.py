"""A trace: everything that happened in one run, and what follows from that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING, Any

from imteach.errors import InputError, quoted
from imteach.printed import fold
from imteach.protocol import KINDS, SERVER, Outcome, judge
from imteach.scenario.checks import by_promise, moment
from imteach.scenario.faults import Fault
from imteach.scenario.reader import same
from imteach.scenario.scenario import Scenario
from imteach.trace.causes import happens_before
from imteach.trace.file import loop_in, message_out, read_trace, to_json
from imteach.trace.knowledge import Fact, Knows, knowledge
from imteach.trace.outcomes import outcomes
from imteach.trace.records import EVENT_KINDS, Event, PacketRecord, mistakes_in
from imteach.trace.replay import state_at
from imteach.trace.unused import unused
from imteach.views import ask

if TYPE_CHECKING:
    from networkx import DiGraph


@dataclass(frozen=True, repr=False)
class Trace:
    """One run of a scenario under faults. In a notebook it shows as a sequence diagram.

    - `scenario`: what was run. `faults`: what struck it. `unused`: those of them that named something which never
      happened.
    - `packets`: a `PacketRecord` for each packet, in the order of their sending.
    - `events`: an `Event` for everything that happened, in time order.
    - `messages`: an `Outcome` for each thing said, in the order in which it was said.
    - `promises`: for each promise, whether this run keeps it.
    - `counts`: how many packets of each kind were sent.
    - `timed`: whether the run had a clock; if not (see `follow`), times only count its steps.
    - `loop`: the moment after which everything that happens, up to the last event, happens over and over, for ever.
      None for a run that comes to its end. The promises of a run with a loop say what holds so far, for they are judged
      at ends, and it has none.

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
    packets: Sequence[PacketRecord]  # tuples, or what makes itself one when it is looked at
    events: Sequence[Event]
    timed: bool = True
    loop: float | None = None

    @property
    def rung(self) -> str:
        """The name of the rung that was run."""
        return self.scenario.rung

    @cached_property
    def messages(self) -> tuple[Outcome, ...]:
        """What came of each thing said, in the order in which it was said."""
        packets = self.packets if self.scenario.groups else ()  # elsewhere no outcome depends on what a packet carries
        return outcomes(self.scenario, {packet.name: packet for packet in packets}, self.events)

    @cached_property
    def promises(self) -> dict[str, bool]:
        """For each promise, by its name or its title, whether this run keeps it. Raises `InputError` for no promise."""
        return by_promise(judge(self.messages, self.scenario.setting))

    @cached_property
    def mistakes(self) -> tuple[Event, ...]:
        """The crashes of nodes that stopped because of a mistake in a learner's code; `text` says which mistake."""
        return tuple(mistakes_in(self.events))

    @cached_property
    def packet(self) -> Mapping[str, PacketRecord]:
        """The packets by name, short or whole. Raises `InputError` for one that was never sent.

        >>> from imteach import Scenario
        >>> trace = Scenario("basic").run()
        >>> trace.packet["m1/msg:N#1"].arrived, trace.packet["msg:N"].arrived
        (100, 100)
        """
        return _ByName(self)

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many packets of each kind were sent, copies that the network made left out.

        >>> from imteach import Drop, Scenario
        >>> Scenario("basic").run().counts
        {'msg:R': 1, 'msg:A': 1, 'msg:N': 1}
        """
        counts = dict.fromkeys(KINDS, 0)
        for packet in self.packets:
            counts[packet.kind] += packet.copy == 1
        return {kind: count for kind, count in counts.items() if count}

    def happened(self, kind: str, **about: object) -> list[Event]:
        """Return the events of this kind, in time order, that have these values: `trace.happened("show", node="bob")`.

        Raises `InputError` for a kind or a field that events do not have.

        >>> from imteach import Drop, Scenario
        >>> [event.t for event in Scenario("retransmit").run(Drop("ack:N")).happened("show", node="bob")]
        [100, 400]
        """
        if kind not in EVENT_KINDS:
            raise InputError(f"no kind of event {quoted(kind)}; kinds are {', '.join(EVENT_KINDS)}")
        for name in about:
            if name not in Event.__struct_fields__:
                raise InputError(f"no field {quoted(name)}; an event has {', '.join(Event.__struct_fields__)}")
        wanted = about.items()
        return [e for e in self.events if e.kind == kind and all(getattr(e, name) == value for name, value in wanted)]

    def causes(self, event: Event) -> list[Event]:
        """Return everything that led to this event, in time order: its causes, their causes, and so on.

        >>> from imteach import Scenario
        >>> trace = Scenario("basic").run()
        >>> [cause.kind for cause in trace.causes(trace.happened("show")[0])]
        ['say', 'send', 'arrive', 'send', 'arrive']
        """
        if event.id >= len(self.events) or self.events[event.id] != event:
            raise InputError(f"{quoted(event, 120)} is no event of this trace")
        found: set[int] = set()
        look_at = list(event.causes)
        while look_at:
            cause = look_at.pop()
            if cause not in found:
                found.add(cause)
                look_at.extend(self.events[cause].causes)
        return [self.events[cause] for cause in sorted(found)]

    def why(self, event: Event) -> list[str]:
        """Return why this event happened, in a few short sentences, the beginning first.

        >>> from imteach import Drop, Scenario
        >>> trace = Scenario("retransmit").run(Drop("ack:N"))
        >>> trace.why(trace.happened("show")[1])[-1]
        '400 ms: bob is shown “hello” again: the first time was at 100 ms'
        """
        sentences: list[str] = ask("Trace.why", self, event)
        return sentences

    def why_not(self, msgid: str, who: str, at: float | None = None) -> list[str]:
        """Return why `who` did not see a message or, for its sender, did not learn that it has arrived.

        A few short sentences, the beginning first; the last one says how it stands. Only what happened up to `at`
        simulated ms counts; None: up to the end. Raises `InputError` for an unknown message, for somebody whom it does
        not concern, and if they did see it or learn of it: then `why` tells.

        >>> from imteach import Drop, Scenario
        >>> print(Scenario("retransmit").run(Drop("msg:R")).why_not("m1", "bob", at=200))
        0 ms: alice says “hello” to bob
        30 ms: m1/msg:R#1 is dropped on its way to the server
        200 ms: alice waits for ack:N: the timer runs until 300 ms
        """
        sentences: list[str] = ask("Trace.why_not", self, msgid, who, at)
        return sentences

    def happens_before(self) -> "DiGraph":
        """Return the events as a networkx graph: an edge from each event to those that it led to.

        Each node's own events are joined in their order, too (an edge with `order=True`); two events without a path
        between them are concurrent. Nodes are event ids, with the event as `event`.
        """
        return happens_before(self)

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

        Two runs that a node cannot tell apart give equal lists. So a packet that arrives stands without its number,
        which is the trace's own count and not in the packet. Raises `InputError` for an unknown node.

        >>> from imteach import Drop, Scenario
        >>> Scenario("basic").run(Drop("msg:N")).seen_by("alice")[-1]
        '100 ms: sees m1 ✓ sent'
        >>> Scenario("basic").run(Drop("msg:N")).seen_by("alice") == Scenario("basic").run().seen_by("alice")
        True
        """
        self._check_node(node)
        sentences: list[str] = ask("Trace.seen_by", self, node)
        return sentences

    def knows(self, node: str, at: float | None = None) -> list[Knows]:
        """Return what a node knows of the messages said by `at` simulated ms, after all that happens then.

        Each row is a claim, the first msgid of what was said, whether the node knows it, and the packet by which it
        does. Knowledge comes from the causes of what happened, not from what nodes say: a sender may see `delivered`
        and not know that the message is shown. Such a row is `believed`, with the packet that made its sender believe
        so. Without `at`: at the end. Raises `InputError` for an unknown node, and for a negative time.

        >>> from imteach import Offline, Scenario
        >>> for claim, msgid, true, packet in Scenario("acked").run().knows("alice", at=210):
        ...     print(claim, msgid, true, packet)
        the server has it m1 True m1/msg:A#1
        bob has it m1 True m1/ack:N#1
        >>> row = Scenario("offline").run(Offline("bob", at=0)).knows("alice")[1]
        >>> row.true, row.believed, row.packet
        (False, True, 'm1/ack:N#1')
        """
        self._check_node(node)
        at = inf if at is None else moment(at, "at")
        rows = (fact.at(at) for fact in self.knowledge if fact.node == node)
        return [row for row in rows if row is not None]

    @cached_property
    def knowledge(self) -> tuple[Fact, ...]:
        """All that `knows` says, for every node and every moment at once: a `Fact` for each row, with its changes.

        >>> from imteach import Scenario
        >>> fact = Scenario("acked").run().knowledge[3]
        >>> fact.node, fact.claim, [(change.t, change.true, change.packet) for change in fact.changes]
        ('alice', 'bob has it', [(0, False, None), (200, True, 'm1/ack:N#1')])
        """
        return knowledge(self.scenario, self.packet, self.events)

    def _check_node(self, node: str) -> None:
        nodes = (*self.scenario.people, SERVER)
        if node not in nodes:
            raise InputError(f"no node {quoted(node)}; nodes are {', '.join(nodes)}")

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
        file, *parts, events = read_trace(text)
        timed, loop = file.switch("timed", usual=True), loop_in(file, events)
        trace = cls(*parts, events, timed, loop)  # type: ignore[arg-type,call-arg]
        claims = {
            "messages": [message_out(outcome) for outcome in trace.messages],
            "promises": dict(trace.promises),
            "unused": [str(fault) for fault in unused(trace.faults, trace.packet.keys(), trace.events)],
        }
        named = file.raw("promises")
        if isinstance(named, dict) and "stored_once" in trace.promises and "stored_once" not in named:
            _leave_out_stored_once(claims)
        for name, follows in claims.items():
            if not same(file.raw(name), follows):
                raise InputError(
                    f"expected what follows from the events, {quoted(follows, 300)}, got {quoted(file.raw(name), 300)}",
                    where=f"trace: {name}",
                )
        return trace

    def to_svg(self) -> str:
        """Return the sequence diagram as SVG text. Same trace, same bytes."""
        svg: str = ask("Trace.to_svg", self)
        return svg

    def to_text(self) -> str:
        """Return the sequence diagram as text for a terminal."""
        text: str = ask("Trace.to_text", self)
        return text

    def to_mermaid(self) -> str:
        """Return the sequence diagram in Mermaid's language."""
        diagram: str = ask("Trace.to_mermaid", self)
        return diagram

    def to_plantuml(self, slanted: bool = False) -> str:
        """Return the sequence diagram in PlantUML's language, with lost arrows.

        Arrows are horizontal unless `slanted`, which PlantUML of 2020 (Debian 12) refuses.
        """
        diagram: str = ask("Trace.to_plantuml", self, slanted)
        return diagram

    def to_shiviz(self) -> str:
        """Return the run as a log for ShiViz, with vector clocks. Warns of packets for which it draws no arrow."""
        log: str = ask("Trace.to_shiviz", self)
        return log

    def to_png(self, scale: float = 2) -> bytes:
        """Return the sequence diagram as a PNG, with `scale` pixels for each of the SVG's. Needs `imteach[lab]`.

        Raises `InputError` for a bad scale, a picture too large, and where the library or every font is missing.
        """
        picture: bytes = ask("Trace.to_png", self, scale)
        return picture

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        bundle: dict[str, str] = ask("Trace.mimebundle", self)
        return bundle

    def __repr__(self) -> str:
        line: str = ask("Trace.in_a_line", self)
        return line

    def __str__(self) -> str:
        return fold(repr(self))


def _leave_out_stored_once(claims: dict[str, Any]) -> None:
    """Make claims those of a file from before this was a promise: it names neither the promise nor who broke it."""
    del claims["promises"]["stored_once"]
    for message in claims["messages"]:
        message.pop("twice", None)


class _ByName(dict[str, PacketRecord]):
    """The packets of a trace by their whole names; a short name is looked up as the whole name that it stands for."""

    def __init__(self, trace: Trace) -> None:
        super().__init__({packet.name: packet for packet in trace.packets})
        self._msgids = [outcome.msgid for outcome in trace.messages]
        self._scenario = trace.scenario

    def __missing__(self, name: str) -> PacketRecord:
        whole = self._scenario.whole_name(name, self._msgids)
        if whole not in self:
            raise InputError(f"{whole} was never sent in this run")
        return self[whole]
