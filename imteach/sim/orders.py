"""The faults of one run, looked up by packet, node and time."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from imteach.scenario.faults import Again, Beat, Crash, Delay, Drop, Duplicate, Fault, Late, Loss, Offline, Partition
from imteach.scenario.moments import ANYBODY, whose
from imteach.sim.agenda import CRASH, PERSON, PRESENCE, TIMER
from imteach.trace.records import Event
from imteach.trace.unused import EffectNames

LATER: dict[type, tuple[int, str]] = {
    Offline: (PRESENCE, "leave_for"),
    Again: (PERSON, "again"),
    Beat: (TIMER, "beat"),
}
"""By kind of fault that follows an effect: its rank on the agenda, and which method of a run then takes it."""


class Following(NamedTuple):
    """What follows an effect: a crash before the node's next, with the event of the effect; and more `later`.

    What comes later comes at the same instant, when the step is done.
    """

    crash: tuple[Crash, int] | None
    later: list[Again | Beat | Offline]


class Orders:
    """What a run's faults do to each packet, and to each node at which time.

    >>> orders = Orders([Drop("m1/ack:N"), Delay("m1/msg:N", by=400)])
    >>> orders.drops("m1/ack:N#1"), orders.delay_of("m1/msg:N#1"), orders.delay_of("m1/msg:N#2")
    (True, 400, 0)
    """

    def __init__(self, faults: Iterable[Fault], effects: EffectNames | None = None) -> None:
        self._faults = tuple(faults)
        self._dropped = {fault.packet for fault in self._faults if isinstance(fault, Drop)}
        self._losses = [fault.striker() for fault in self._faults if isinstance(fault, Loss)]
        self._delays: dict[str, float] = {}
        self._copies: dict[str, list[float | None]] = {}
        self.crashes: dict[tuple[str, str], Crash] = {}  # by node and effect: those still to come
        self.next: dict[
            tuple[str, str], list[Again | Beat | Offline]
        ] = {}  # by `whose` and effect: what follows the step of each
        self.late: dict[tuple[str, str], Late] = {}  # by node and timer: those still to come
        self._effects = effects or EffectNames()  # given if these orders replace others in the middle of a run
        self.named = frozenset(filter(None, (getattr(fault, "packet", None) for fault in self._faults)))
        self.ask_names = bool(self.named or self._losses)  # whether a packet's fate depends on its name
        for fault in self._faults:
            match fault:
                case Delay():
                    self._delays[fault.packet] = self._delays.get(fault.packet, 0) + fault.by
                case Duplicate():
                    self._copies.setdefault(fault.packet, []).append(fault.after)
                case Crash(node, None, str(after)):
                    self.crashes[node, after] = fault
                case Offline(person, after=str(after)):
                    self.next.setdefault((whose(person, after), after), []).append(fault)
                case Again(after=str(after)) | Beat(after=str(after)):
                    self.next.setdefault((ANYBODY, after), []).append(fault)
                case Late(node, timer):
                    self.late[node, timer] = fault

    def timed(self) -> Iterator[tuple[float, int, str, Any]]:
        """Yield what is to happen at a time: when, its rank on the agenda, which method of a run, and its argument."""
        for fault in self._faults:
            match fault:
                case Crash(_, float() | int() as at, None):
                    yield at, CRASH, "crash_as_ordered", fault
                case Offline(person, at, lasting, None):
                    yield at, PRESENCE, "leave", person
                    if lasting is not None:
                        yield at + lasting, PRESENCE, "come_back", person
                case Again(_, float() | int() as at) | Beat(_, float() | int() as at):
                    yield at, *LATER[type(fault)], fault
                case Partition(at=at, lasting=lasting, ways=ways):
                    for way in ways:
                        yield at, PRESENCE, "cut", way
                        if lasting is not None:
                            yield at + lasting, PRESENCE, "mend", way

    def drops(self, packet: str) -> bool:
        """Whether the packet of this name is dropped."""
        name = packet.encode()
        for strikes in self._losses:  # any() would take longer, and this is asked of every packet
            if strikes(name):
                return True
        return packet in self._dropped

    def delay_of(self, packet: str) -> float:
        """By how many simulated ms the packet of this name is delayed."""
        return self._delays.get(packet, 0)

    def copies_of(self, packet: str) -> list[float | None]:
        """For each copy that is made of the packet of this name, how much later it arrives (None: one latency)."""
        return self._copies.get(packet, [])

    @property
    def ask_effects(self) -> bool:
        """Whether anything is still to follow an effect."""
        return bool(self.crashes or self.next)

    def after(self, node: str, events: Iterable[Event]) -> "Following":
        """Return what is to follow the effect of this node which these events record."""
        crash, later = None, []
        for event in events:  # also after a crash is found: names count all of them
            what = self._effects.name(event) if event.node == node else None
            if what is None:
                continue
            for who in (node, ANYBODY):
                later += self.next.pop((who, what), [])
            if crash is None and (node, what) in self.crashes:
                crash = self.crashes.pop((node, what)), event.id
        return Following(crash, later)

    def late_timer(self, node: str, timer: str) -> Late | None:
        """Return the fault by which this timer, which its node cancels now, had run out already; None if there is none.

        To be called each time that a timer is cancelled, for the names count.
        """
        return self.late.pop((node, self._effects.cancelled(node, timer)), None)
