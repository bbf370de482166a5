"""The tools of a lab: each makes one kind of fault out of what was pointed at.

One table for everybody: the session asks it for faults, the page makes its toolbar of it. The amounts, how late and how
long, begin with the defaults of the search with a clock, and can be turned afterwards.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from imteach.errors import InputError, quoted
from imteach.protocol import SERVER
from imteach.scenario import Again, Beat, Crash, Delay, Drop, Duplicate, Fault, Offline, Partition, Scenario
from imteach.scenario.checks import NETWORK, milliseconds, whole
from imteach.trace import Event, PacketRecord, Trace
from imteach.trace.records import instant
from imteach.trace.spans import just_after, spans
from imteach.trace.unused import EffectNames
from imteach.verify.timed.strikes import AWAY, DOWN, longer_by

CUT = 500
"""How long a link is cut, in simulated ms: longer than one RTO, shorter than the usual tries."""

PACKET_FAULTS = (Drop, Duplicate, Delay)
"""What a learner can do to a packet: one of these at a time."""

TARGETS = ("packet", "node", "link", "event")
"""What a tool can be pointed at: names, but for an event, which goes by its id. A node and a link also take a time."""


# Amounts


@dataclass(frozen=True)
class Amount:
    """A number of a fault that can be turned, in simulated ms. If `open`, it may be None: to the end."""

    name: str
    label: str
    open: bool = False


_AT = Amount("at", "at")

AMOUNTS: dict[type[Fault], tuple[Amount, ...]] = {
    Duplicate: (Amount("after", "the copy arrives later by"),),
    Delay: (Amount("by", "arrives later by"),),
    Crash: (_AT, Amount("down", "is down for")),
    Offline: (_AT, Amount("lasting", "is away for", open=True)),
    Partition: (_AT, Amount("lasting", "is cut for", open=True)),
    Again: (_AT,),
    Beat: (_AT,),
}
"""By kind of fault what can be turned; nothing for the other kinds."""


def amounts_of(fault: Fault) -> list[Amount]:
    """Return the amounts that this fault has: what follows an effect has no time of its own.

    >>> [amount.name for amount in amounts_of(Crash("bob", at=150))]
    ['at', 'down']
    >>> [amount.name for amount in amounts_of(Crash("bob", after="show m1"))]
    ['down']
    """
    follows = getattr(fault, "after", None) if not isinstance(fault, Duplicate) else None
    return [amount for amount in AMOUNTS.get(type(fault), ()) if amount is not _AT or follows is None]


def turned(fault: Fault, name: object, value: object) -> Fault:
    """Return the fault with another amount. Raises `InputError` for an amount that it does not have or cannot have.

    >>> turned(Crash("bob", at=150), "down", 50)
    Crash("bob", at=150, down=50)
    >>> turned(Offline("bob", lasting=1000), "lasting", None)
    Offline("bob", at=0)
    >>> turned(Drop("ack:N"), "by", 7)
    Traceback (most recent call last):
    imteach.errors.InputError: drop ack:N#1 has no amount 'by'; it has none
    """
    amounts = {amount.name: amount for amount in amounts_of(fault)}
    if not isinstance(name, str) or name not in amounts:
        raise InputError(f"{fault} has no amount {quoted(name)}; it has {', '.join(amounts) or 'none'}")
    above = 0 if name in ("down", "lasting") else None
    number = None if value is None and amounts[name].open else milliseconds(value, name, above=above)
    amount: dict[str, Any] = {name: number}
    return replace(fault, **amount)


def same_strike(fault: Fault, other: Fault) -> bool:
    """Whether two faults strike the same thing in the same way, if not by the same amounts.

    >>> same_strike(Crash("bob", at=150), Crash("bob", at=150, down=7)), same_strike(Drop("ack:N"), Drop("ack:R"))
    (True, False)
    """
    if type(fault) is not type(other):
        return False
    amounts: dict[str, Any] = {
        amount.name: getattr(fault, amount.name) for amount in amounts_of(fault) if amount is not _AT
    }
    return replace(other, **amounts) == fault


# What was pointed at


def _node(trace: Trace, target: object, at: object) -> tuple[str, float]:
    if not isinstance(target, str):
        raise InputError(f"expected the name of a node, such as bob or server, got {quoted(target)}", where="node")
    return trace.scenario.checked_node(target), instant(milliseconds(at, "at"))


def _event(trace: Trace, target: object) -> tuple[Event, str | None]:
    """Return the event of this id, and its name if a fault can follow it."""
    number = whole(target, "event", most=len(trace.events) - 1)
    names = EffectNames()
    name = None
    for event in trace.events[: number + 1]:
        name = names.name(event)
    return trace.events[number], name


def _sent(trace: Trace, target: object) -> PacketRecord:
    """Return a packet of this run, by its name."""
    name = Drop(target).resolve(trace.scenario).packet  # type: ignore[arg-type]  # which refuses what is no name
    if name not in trace.packet:
        raise InputError(f"{name} is not sent in this run")
    return trace.packet[name]


def _faults_in_words(trace: Trace) -> str:
    return ", ".join(map(str, trace.faults)) or "none"


def _by_hand(trace: Trace, packet: PacketRecord) -> bool:
    """Whether a fault strikes this very packet: another one takes its place."""
    return any(isinstance(fault, PACKET_FAULTS) and fault.packet == packet.name for fault in trace.faults)


def _never_leaves(trace: Trace, packet: PacketRecord) -> bool:
    """Whether a packet is lost as it is sent: its sender is logged out or cut off."""
    return packet.due > packet.sent and any(
        event.t == packet.sent for event in trace.happened("lose", packet=packet.name)
    )


# What the tools make of it


def _drop(trace: Trace, target: object, _: object) -> Fault:
    packet = _sent(trace, target)
    if packet.fate != "arrived" and not _by_hand(trace, packet):
        raise InputError(f"{packet.name} does not arrive anyway, because of: {_faults_in_words(trace)}")
    return Drop(packet.name)


def _duplicate(trace: Trace, target: object, _: object) -> Fault:
    """A copy of a packet that is lost on its way may arrive; of one that never leaves there is none."""
    packet = _sent(trace, target)
    if _never_leaves(trace, packet):
        raise InputError(f"{packet.name} does not leave {packet.src}, because of: {_faults_in_words(trace)}")
    return Duplicate(packet.name)


def _delay(trace: Trace, target: object, _: object) -> Fault:
    """Delay a packet by one RTO and one round trip, so that a retransmission comes first.

    A packet whose receiver is out of reach may meet it if it comes later. One that vanishes by chance will not.
    """
    packet = _sent(trace, target)
    if _never_leaves(trace, packet) or (packet.fate == "dropped" and not _by_hand(trace, packet)):
        raise InputError(f"{packet.name} does not arrive anyway, because of: {_faults_in_words(trace)}")
    return Delay(packet.name, by=longer_by(trace.scenario, packet.person))


def _crash_node(trace: Trace, target: object, at: object) -> Fault:
    node, t = _node(trace, target, at)
    return Crash(node, at=t, down=DOWN)


def _crash_after(trace: Trace, target: object, _: object) -> Fault:
    """A node crashes right after this, and before what it does next.

    Where a crash cannot follow it at once (a packet arrives, a timer runs out, a tick changes), the node crashes when
    all of that moment has happened: what was pointed at stays as it was.
    """
    event, name = _event(trace, target)
    if event.node == NETWORK:
        raise InputError(f"the network did that; nodes can crash: {', '.join((*trace.scenario.people[:12], SERVER))}")
    if name is not None:
        return Crash(event.node, after=name, down=DOWN)
    return Crash(event.node, at=just_after(event.t, trace), down=DOWN)


def _person(node: str, scenario: Scenario) -> str:
    if node not in scenario.people:
        people = ", ".join(scenario.people[:12])
        raise InputError(f"the {node} has no person who could log out; people are {people}")
    return node


def _leave_at(trace: Trace, target: object, at: object) -> Fault:
    node, t = _node(trace, target, at)
    person = _person(node, trace.scenario)
    _check_not_yet(trace, Offline(person), t, f"{person} is logged out already at {t} ms")
    return Offline(person, at=t, lasting=AWAY)


def _leave_after(trace: Trace, target: object, _: object) -> Fault:
    """A person logs out when this is done; see `_crash_after`."""
    event, name = _event(trace, target)
    person = _person(event.node, trace.scenario)
    _check_not_yet(trace, Offline(person), event.t, f"{person} is logged out already at {event.t} ms")
    if name is not None:
        return Offline(person, after=name, lasting=AWAY)
    return Offline(person, at=just_after(event.t, trace), lasting=AWAY)


def _cut(trace: Trace, target: object, at: object) -> Fault:
    links = {f"{person}-{SERVER}": person for person in trace.scenario.people}
    if not isinstance(target, str) or target not in links:
        raise InputError(f"no link {quoted(target)}; links are {', '.join([*links][:12])}", where="link")
    t = instant(milliseconds(at, "at"))
    _check_not_yet(trace, Partition(links[target], SERVER), t, f"the link {target} is cut already at {t} ms")
    return Partition(links[target], SERVER, at=t, lasting=CUT)


def _check_not_yet(trace: Trace, like: Offline | Partition, t: float, already: str) -> None:
    """Check that no fault like this one, of the same person or the same ways, holds at this moment.

    One that begins at this very moment is no hindrance: it is the same strike, or one to be turned.
    """
    for fault, span in spans(trace).items():
        if isinstance(like, Partition):
            is_like = isinstance(fault, Partition) and fault.ways == like.ways
        else:
            is_like = isinstance(fault, Offline) and fault.person == like.person
        if is_like and span.holds(t) and span.since != t:
            raise InputError(f"{already}, because of: {fault}")


Makes = Callable[[Trace, object, object], Fault]


@dataclass(frozen=True)
class Tool:
    """A tool, and what it makes of each sort of target.

    `acts_on` are the sorts of target; `kind` is the kind of fault that it makes, None if it strikes nothing.
    """

    name: str
    kind: type[Fault] | None = None
    makes: Mapping[str, Makes] = field(default_factory=dict)
    looks_at: tuple[str, ...] = ()

    @property
    def acts_on(self) -> tuple[str, ...]:
        """The sorts of target that it can be pointed at, of `TARGETS`."""
        return (*self.makes, *self.looks_at)


TOOLS = {
    tool.name: tool
    for tool in (
        Tool("drop", Drop, {"packet": _drop}),
        Tool("duplicate", Duplicate, {"packet": _duplicate}),
        Tool("delay", Delay, {"packet": _delay}),
        Tool("crash", Crash, {"node": _crash_node, "event": _crash_after}),
        Tool("away", Offline, {"node": _leave_at, "event": _leave_after}),
        Tool("cut", Partition, {"link": _cut}),
        Tool("why", looks_at=("event", "packet")),
    )
}
"""The tools by name, in the order of the toolbar. What they are called there stands in `web/actions.js`."""


def tool_of(fault: Fault) -> str | None:
    """Return the name of the tool that makes faults of this kind; None if no tool does.

    >>> tool_of(Offline("bob")), tool_of(Again("m1", at=70))
    ('away', None)
    """
    return next((tool.name for tool in TOOLS.values() if tool.kind is type(fault)), None)


def made_by(name: object, trace: Trace, at: object = None, **targets: Any) -> Fault:
    """Return the fault that a tool makes of its target in this run, at `at` simulated ms if that is a node or link.

    `targets` has one of `TARGETS`. Raises `InputError` for another tool or target, and where the fault would do
    nothing.

    >>> trace = Scenario("dedup").run()
    >>> made_by("delay", trace, packet="msg:N"), made_by("crash", trace, node="bob", at=150)
    (Delay("m1/msg:N#1", by=400), Crash("bob", at=150, down=100))
    >>> made_by("away", trace, event=trace.happened("show")[0].id)
    Offline("bob", after="show m1", lasting=1000)
    >>> made_by("away", trace, node="server", at=0)
    Traceback (most recent call last):
    imteach.errors.InputError: the server has no person who could log out; people are alice, bob
    """
    if not isinstance(name, str) or name not in TOOLS:
        raise InputError(f"no tool {quoted(name)}; tools are {', '.join(TOOLS)}")
    tool = TOOLS[name]
    given = {sort: target for sort, target in targets.items() if target is not None}
    fitting = [sort for sort in given if sort in tool.makes]
    if not tool.makes:
        raise InputError(f"{name} strikes nothing")
    if len(given) != 1 or not fitting:
        got = " and ".join(given) or "nothing"
        raise InputError(f"{name} acts on one {' or '.join(tool.acts_on)}, not on {got}")
    return tool.makes[fitting[0]](trace, given[fitting[0]], at)
