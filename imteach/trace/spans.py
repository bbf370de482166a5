"""From when to when each fault of a run really strikes: what follows an effect has no time of its own."""

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from imteach.scenario import Again, Beat, Crash, Delay, Drop, Duplicate, Fault, Late, Loss, Offline, Partition
from imteach.scenario.checks import NETWORK
from imteach.scenario.moments import ANYBODY, whose
from imteach.trace import Trace
from imteach.trace.records import instant
from imteach.trace.unused import EffectNames


class Span(NamedTuple):
    """From `since` to `until`, in simulated ms. Without `until` it lasts to the end; without `since` it never is."""

    since: float | None = None
    until: float | None = None

    def holds(self, t: float) -> bool:
        """Whether this moment is in it. At the moment of its end it is over.

        >>> [Span(100, 200).holds(t) for t in (100, 199, 200)], Span(100).holds(10**6), Span().holds(0)
        ([True, True, False], True, False)
        """
        return self.since is not None and self.since <= t and (self.until is None or t < self.until)


def spans(trace: Trace) -> dict[Fault, Span]:
    """Return for each fault of a run when it strikes. A packet's is its way, from its sending to its end.

    >>> from imteach import Scenario
    >>> trace = Scenario("offline").run(Offline("bob", after="show m1", lasting=1000), Drop("m1/ack:N#7"))
    >>> for fault, span in spans(trace).items():
    ...     print(fault, *span)
    offline bob@show:m1+1000 100 1100
    drop m1/ack:N#7 None None
    """
    met = _Moments(trace)
    return {fault: Span() if fault in trace.unused else met.span(fault) for fault in trace.faults}


def just_after(t: float, trace: Trace) -> float:
    """Return a moment after all that happens at `t`, and before what comes next: 1 ms later, or earlier if need be.

    >>> from imteach import Scenario
    >>> trace = Scenario("dedup").run()
    >>> just_after(100, trace), just_after(99.5, trace)
    (101, 99.75)
    """
    coming = next((event.t for event in trace.events if event.t > t), t + 2)
    return instant(t + min(1, (coming - t) / 2))


class _Moments:
    """When a run did what faults refer to. Each sort is looked up once, and only if some fault asks for it."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace

    @cached_property
    def _crashes(self) -> Mapping[str | None, float]:
        """When each fault made a node crash, by its text."""
        return {event.text: event.t for event in self._trace.events if event.kind == "crash"}

    @cached_property
    def _vanished(self) -> Mapping[str | None, float]:
        """When each packet was dropped or lost."""
        return {event.packet: event.t for event in self._trace.events if event.kind in ("drop", "lose")}

    @cached_property
    def _done(self) -> Mapping[tuple[str, str], float]:
        """When a node, or `ANYBODY`, did each thing that faults have a name for, timers cancelled among them."""
        names, done = EffectNames(), dict[tuple[str, str], float]()
        for event in self._trace.events:
            if event.kind == "timer_cancel":
                done[event.node, f"cancel {names.cancelled(event.node, str(event.timer))}"] = event.t
            elif event.node != NETWORK and (name := names.name(event)):
                done[event.node, name] = event.t
                done.setdefault((ANYBODY, name), event.t)
        return done

    def span(self, fault: Fault) -> Span:
        """When a fault strikes that is not unused."""
        match fault:
            case Drop() | Delay() | Duplicate():
                return self._way(fault.packet, copies=isinstance(fault, Duplicate))
            case Crash(down=down):
                return _lasting(self._crashes[str(fault)], down)
            case Offline(person, at, lasting, after):
                return _lasting(at if after is None else self._done[whose(person, after), after], lasting)
            case Partition(at=at, lasting=lasting):
                return _lasting(at, lasting)
            case Again(at=at, after=after) | Beat(at=at, after=after):
                return _lasting(self._done[ANYBODY, after] if at is None else at, 0)  # type: ignore[index]
            case Late(node, timer):
                return _lasting(self._done[node, f"cancel {timer}"], 0)
            case Loss():
                return Span(0)

    def _way(self, name: str, copies: bool) -> Span:
        """The way of a packet; `copies` if those that the network made of it count, too."""
        packet = self._trace.packet[name]
        ways = [packet, *(other for other in self._trace.packets if copies and other.name.startswith(f"{name}~"))]
        return Span(packet.sent, max(self._vanished.get(way.name, way.due) for way in ways))


def _lasting(since: float, lasting: float | None) -> Span:
    return Span(since, None if lasting is None else instant(since + lasting))
