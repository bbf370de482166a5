"""The faults that name something that never happened, and the names by which faults refer to what nodes did."""

import re
from collections import Counter
from collections.abc import Collection, Container, Hashable, Iterable
from functools import cached_property

from imteach.scenario.checks import NETWORK
from imteach.scenario.faults import Again, Beat, Crash, Delay, Drop, Duplicate, Fault, Late, Offline
from imteach.scenario.moments import ANYBODY, whose
from imteach.scenario.untimely import nth_cancel
from imteach.trace.records import Event

_AFTER = {"show": "show", "send": "send", "store": "store", "write": "write", "delete": "write"}
"""By kind of event: the word for it in `Crash(after=…)`."""


_NUMBERED = re.compile(r"#[0-9]+$")


class EffectNames:
    """The names of the effects of one run, as `Crash(after=…)` calls them: `show m1`, `show m1#2` …

    And those of the timers that nodes cancel, as `Late` calls them.

    >>> effects = EffectNames()
    >>> shown = Event(0, 100, "bob", "show", (), msgid="m1")
    >>> effects.name(shown), effects.name(shown), effects.name(shown._replace(kind="arrive"))
    ('show m1', 'show m1#2', None)
    """

    def __init__(self) -> None:
        self._times: Counter[tuple[str, str]] = Counter()  # by node and effect: how often

    def key(self) -> Hashable:
        """Return all that later names depend on."""
        return frozenset(self._times.items())

    def name(self, event: Event) -> str | None:
        """Return the name of the effect that this event records; None if a crash cannot name it.

        To be called for each event of the run, in order, for the names count.
        """
        effect = _AFTER.get(event.kind)
        if effect is None:
            return None
        if effect == "send":
            return f"send {event.packet}"
        what = f"{effect} {event.msgid or str(event.key).partition('/')[2]}"
        times = self._next_time(event.node, what)
        return what if times == 1 else f"{what}#{times}"

    def cancelled(self, node: str, timer: str) -> str:
        """Return the name of a timer that a node cancels now. To be called each time that one is cancelled, in order.

        >>> effects = EffectNames()
        >>> effects.cancelled("alice", "m1"), effects.cancelled("alice", "m1")
        ('m1', 'm1#2')
        """
        return nth_cancel(timer, self._next_time(node, f"cancel {timer}"))

    def times(self, node: str, named: str) -> int:
        """Return how often this node did so far what an effect of this name says: for `show m1#2` how often `show m1`.

        >>> effects = EffectNames()
        >>> name = effects.cancelled("alice", "m1")
        >>> effects.times("alice", "cancel m1#2")
        1
        """
        return self._times[node, named.rpartition("#")[0] if _NUMBERED.search(named) else named]

    def _next_time(self, node: str, what: str) -> int:
        self._times[node, what] += 1
        return self._times[node, what]


def unused(faults: Collection[Fault], packets: Container[str], events: Iterable[Event]) -> tuple[Fault, ...]:
    """Return those faults of a run that name a packet which was never sent, or something else that never happened.

    >>> unused([Drop("m1/ack:N")], {"m1/msg:R#1"}, [])
    (Drop("m1/ack:N"),)
    """
    met = _Met(packets, events)
    return tuple(fault for fault in faults if not met.by(fault))


class _Met:
    """What a run had for faults to strike; of its events only what some fault asks for is looked up."""

    def __init__(self, packets: Container[str], events: Iterable[Event]) -> None:
        self.packets = packets
        self._events = events

    @cached_property
    def crashes(self) -> set[str | None]:
        """The faults behind the crashes, as text."""
        return {event.text for event in self._events if event.kind == "crash"}

    @cached_property
    def cancelled(self) -> set[tuple[str, str]]:
        """The timers cancelled: see `timers_cancelled`."""
        return set(timers_cancelled(self._events))

    @cached_property
    def effects(self) -> set[tuple[str, str]]:
        """What nodes did: see `effects_of`."""
        return effects_of(self._events)

    def by(self, fault: Fault) -> bool:
        """Whether this fault named something that happened. One that names only a time always does."""
        match fault:
            case Drop() | Duplicate() | Delay():
                return fault.packet in self.packets
            case Crash():
                return str(fault) in self.crashes
            case Late(node, timer):
                return (node, timer) in self.cancelled
            case Offline(person, after=str(after)):
                return (whose(person, after), after) in self.effects
            case Again(after=str(after)) | Beat(after=str(after)):
                return (ANYBODY, after) in self.effects
        return True


def timers_cancelled(events: Iterable[Event]) -> list[tuple[str, str]]:
    """Return each time that a node cancelled a timer: the node, and the timer as `Late` names it.

    >>> cancelled = Event(0, 100, "alice", "timer_cancel", (), timer="m1")
    >>> timers_cancelled([cancelled, cancelled])
    [('alice', 'm1'), ('alice', 'm1#2')]
    """
    names = EffectNames()
    return [(e.node, names.cancelled(e.node, str(e.timer))) for e in events if e.kind == "timer_cancel"]


def effects_of(events: Iterable[Event]) -> set[tuple[str, str]]:
    """Return each effect that a fault can follow: the node's that did it, and `ANYBODY`'s; and its name.

    >>> sorted(effects_of([Event(0, 100, "bob", "show", (), msgid="m1"), Event(1, 100, "bob", "arrive", ())]))
    [('', 'show m1'), ('bob', 'show m1')]
    """
    names = EffectNames()
    done = ((event.node, names.name(event)) for event in events if event.node != NETWORK)
    return {(who, name) for node, name in done if name is not None for who in (node, ANYBODY)}
