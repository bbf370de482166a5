"""What can strike a run at one event: the kinds of fault that a search with a clock tries, each a small function.

A fault is offered only on something that happens: a packet that is sent, something that a node does, a timer that it
cancels. `name` is the name that faults know it by.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from imteach.scenario import Again, Beat, Crash, Delay, Drop, Duplicate, Fault, Late, Offline, Scenario
from imteach.scenario.checks import NETWORK
from imteach.sim.simulator import Simulator
from imteach.trace import Event
from imteach.trace.outcomes import is_under_way
from imteach.trace.unused import EffectNames

EXPLORE_KINDS = ("drop", "duplicate", "delay", "crash", "away", "late", "again", "beat")
"""The kinds of fault that can strike a run. Those that strike at one event are tried in this order."""

DOWN = 100
"""How long a crashed node is down, in simulated ms."""

AWAY = 1000
"""How long a person who logs out is away, in simulated ms: longer than a sender with the usual settings tries."""


class Offer(NamedTuple):
    """A fault of this kind that can strike at an event, and the number among those of its kind there."""

    kind: str
    nth: int
    fault: Fault


def at_event(run: Simulator, event: Event, name: str, kinds: Sequence[str]) -> Iterator[Offer]:
    """Yield the faults of these kinds that can strike at an event of a run, which is just after the event's step."""
    for kind in kinds:
        for nth, fault in enumerate(_OFFERED[kind](run, event, name)):
            yield Offer(kind, nth, fault)


def name_in(event: Event, effects: EffectNames) -> str | None:
    """Return how faults name what a node did in this event, if they can: the effect, or the timer that it cancelled."""
    return effects.cancelled(event.node, str(event.timer)) if event.kind == "timer_cancel" else effects.name(event)


def longer_by(scenario: Scenario, person: str) -> float:
    """By how many simulated ms a packet of this person is delayed: one RTO and one round trip.

    >>> longer_by(Scenario("dedup"), "bob")
    400
    """
    return scenario.rto + scenario.round_trip(person)


# The kinds


def _is_sent(event: Event) -> bool:
    return event.kind == "send" and event.packet is not None


def _is_done(event: Event) -> bool:
    """Whether a node did this: it did not cancel a timer, which is no effect that a fault can follow."""
    return event.node != NETWORK and event.kind != "timer_cancel"


def _drop(_: Simulator, event: Event, __: str) -> Iterator[Fault]:
    if _is_sent(event):
        yield Drop(str(event.packet))


def _duplicate(_: Simulator, event: Event, __: str) -> Iterator[Fault]:
    if _is_sent(event) and "~" not in str(event.packet):
        yield Duplicate(str(event.packet))


def _delay(run: Simulator, event: Event, _: str) -> Iterator[Fault]:
    if _is_sent(event):
        yield Delay(str(event.packet), by=longer_by(run.scenario, run.written.packet_of(event.id).person))


def _crash(_: Simulator, event: Event, name: str) -> Iterator[Fault]:
    if _is_done(event):
        yield Crash(event.node, after=name, down=DOWN)


def _away(run: Simulator, event: Event, name: str) -> Iterator[Fault]:
    if _is_done(event) and event.node in run.scenario.people:
        yield Offline(event.node, after=name, lasting=AWAY)


def _late(_: Simulator, event: Event, name: str) -> Iterator[Fault]:
    if event.kind == "timer_cancel":
        yield Late(event.node, name)


def _again(run: Simulator, event: Event, name: str) -> Iterator[Fault]:
    if _is_sent(event) and event.node != NETWORK and _is_under_way(run, event.said):
        yield Again(str(event.said), after=name)


def _beat(run: Simulator, event: Event, name: str) -> Iterator[Fault]:
    if _is_sent(event) and event.node != NETWORK:
        for person in run.scenario.groups_of:
            if person not in run.network.down:
                yield Beat(person, after=name)


def _is_under_way(run: Simulator, msgid: str | None) -> bool:
    """Whether its sender's screen says of something said that it is not settled."""
    if msgid not in run.scenario.msgids:
        return False
    seen = run.screen[run.written.messages[msgid].sender].get(msgid)
    return seen is not None and is_under_way(run.written.log[seen].status, run.scenario.setting)


_OFFERED: dict[str, Callable[[Simulator, Event, str], Iterator[Fault]]] = dict(
    zip(EXPLORE_KINDS, (_drop, _duplicate, _delay, _crash, _away, _late, _again, _beat), strict=True)
)
"""By kind: what yields the faults that can strike at an event."""
