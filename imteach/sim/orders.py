"""The faults of one run, looked up where they strike."""

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator
from typing import Any

from imteach.sim.agenda import CRASH, PRESENCE
from imteach.sim.faults import Crash, Delay, Drop, Duplicate, Fault, Loss, Offline, Partition
from imteach.sim.records import Event
from imteach.sim.telling import the

_AFTER = {"show": "show", "send": "send", "store": "store", "write": "write", "delete": "write"}
"""What a crash calls each kind of event that it can fall behind."""

MOST_NAMED = 3  # of the effects that a node did instead of one that never happened


class Orders:
    """What a run's faults do to which packet, and to which node when.

    >>> orders = Orders([Drop("m1/ack:N"), Delay("m1/msg:N", by=400)])
    >>> orders.drops("m1/ack:N#1"), orders.delay_of("m1/msg:N#1"), orders.delay_of("m1/msg:N#2")
    (True, 400, 0)
    """

    def __init__(self, faults: Iterable[Fault], effects: "Effects | None" = None) -> None:
        self._faults = tuple(faults)
        self._dropped = {fault.packet for fault in self._faults if isinstance(fault, Drop)}
        self._strike = [fault.striker() for fault in self._faults if isinstance(fault, Loss)]
        self._delays: dict[str, float] = {}
        self._copies: dict[str, list[float | None]] = {}
        self.crashes: dict[tuple[str, str], Crash] = {}  # those that follow an effect, still to come
        self._effects = effects or Effects()  # those that were before these orders, if there were some
        self.packets = frozenset(fault.packet for fault in self._faults if isinstance(fault, Delay | Duplicate))
        for fault in self._faults:
            match fault:
                case Delay():
                    self._delays[fault.packet] = self._delays.get(fault.packet, 0) + fault.by
                case Duplicate():
                    self._copies.setdefault(fault.packet, []).append(fault.after)
                case Crash(node, None, str(after)):
                    self.crashes[node, after] = fault

    def timed(self) -> Iterator[tuple[float, int, str, Any]]:
        """Yield what is to happen at a time: when, its rank on the agenda, what, and to whom."""
        for fault in self._faults:
            match fault:
                case Crash(_, float() | int() as at, None):
                    yield at, CRASH, "crash", fault
                case Offline(person, at, lasting):
                    yield at, PRESENCE, "leave", person
                    if lasting is not None:
                        yield at + lasting, PRESENCE, "return", person
                case Partition(at=at, lasting=lasting, ways=ways):
                    for way in ways:
                        yield at, PRESENCE, "cut", way
                        if lasting is not None:
                            yield at + lasting, PRESENCE, "mend", way

    def drops(self, packet: str) -> bool:
        """Whether the packet of this name is dropped."""
        if packet in self._dropped:
            return True
        for strikes in self._strike:  # noqa: SIM110  any() would take longer, and this is asked of every packet
            if strikes(packet.encode()):
                return True
        return False

    def delay_of(self, packet: str) -> float:
        """By how many simulated ms the packet of this name is delayed."""
        return self._delays.get(packet, 0)

    def copies_of(self, packet: str) -> list[float | None]:
        """For each copy that is made of the packet of this name, how much later it arrives (None: one latency)."""
        return self._copies.get(packet, [])

    def crash_after(self, node: str, events: Iterable[Event]) -> tuple[Crash, int] | None:
        """Return the crash that is to follow the effect that these events tell of, with the event's id, if one is."""
        found = None
        for event in events:  # all of them, for each counts
            what = self._effects.name(event) if event.node == node else None
            if found is None and what is not None and (node, what) in self.crashes:
                found = self.crashes.pop((node, what)), event.id
        return found


class Effects:
    """The names of the effects of one run, as a crash that follows one calls it: `show m1`, `show m1#2` …

    >>> effects = Effects()
    >>> shown = Event(0, 100, "bob", "show", (), msgid="m1")
    >>> effects.name(shown), effects.name(shown), effects.name(shown._replace(kind="arrive"))
    ('show m1', 'show m1#2', None)
    """

    def __init__(self) -> None:
        self._times: Counter[tuple[str, str]] = Counter()  # by node and effect: how often

    def key(self) -> Hashable:
        """All that decides the names to come."""
        return frozenset(self._times.items())

    def name(self, event: Event) -> str | None:
        """Return the name of the effect that the next event of the run tells of; None if it is no such effect."""
        effect = _AFTER.get(event.kind)
        if effect is None:
            return None
        if effect == "send":
            return f"send {event.packet}"
        what = f"{effect} {event.msgid or str(event.key).partition('/')[2]}"
        self._times[event.node, what] += 1
        times = self._times[event.node, what]
        return what if times == 1 else f"{what}#{times}"


def done_instead(fault: Fault, events: Iterable[Event]) -> str:
    """Say in a few words what a node did instead of the effect that a crash was to follow; "" for other faults.

    >>> shown = Event(0, 100, "bob", "show", (), msgid="m1")
    >>> done_instead(Crash("bob", after="show hello"), [shown]), done_instead(Drop("ack:N"), [shown])
    ('bob did: show m1', '')
    """
    if not isinstance(fault, Crash) or fault.after is None:
        return ""
    names = Effects()
    did = [name for event in events if event.node == fault.node and (name := names.name(event))]
    if not did or fault.after in did:  # of two crashes behind one effect, one does nothing
        return ""
    alike = [name for name in did if name.split()[0] == fault.after.split()[0]] or did
    more = " …" if len(alike) > MOST_NAMED else ""
    return f"{the(fault.node)} did: {', '.join(alike[:MOST_NAMED])}{more}"


def unused(faults: Iterable[Fault], packets: Collection[str], events: Iterable[Event]) -> tuple[Fault, ...]:
    """Return those faults that named something which never happened in this run: a packet, or a crash.

    >>> unused([Drop("m1/ack:N"), Offline("bob")], {"m1/msg:R#1"}, [])
    (Drop("m1/ack:N"),)
    """
    crashed = {event.text for event in events if event.kind == "crash"}

    def is_unused(fault: Fault) -> bool:
        match fault:
            case Drop() | Duplicate() | Delay():
                return fault.packet not in packets
            case Crash():
                return str(fault) not in crashed
        return False

    return tuple(fault for fault in faults if is_unused(fault))
