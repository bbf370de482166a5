"""The moments of a run at which something happens, and those to which a learner wants to jump."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from imteach.scenario.scenario import HEARTBEAT
from imteach.tell.moments.verdicts import PromiseHistory, verdicts
from imteach.trace import Event, Trace

OF_A_GROUP = (HEARTBEAT, "ack")
"""The timers of groups that run out all the time: nobody waits for an answer there."""


def instants(trace: Trace) -> tuple[float, ...]:
    """Return the simulated ms at which anything happens, in ascending order.

    >>> from imteach import Scenario
    >>> instants(Scenario("basic").run())
    (0, 50, 100)
    """
    return tuple(dict.fromkeys(event.t for event in trace.events))


def jumps(trace: Trace, judged: Sequence[PromiseHistory] | None = None) -> dict[str, tuple[float, ...]]:
    """Return when, in simulated ms, something of each sort happens that one looks for, in ascending order.

    `timeout`: somebody's patience ends. `loss`: a packet is dropped or lost. `duplicate`: a message comes again and is
    shown or discarded. `broken`: a promise is broken from here on. `judged` are the verdicts, if they are known.

    >>> from imteach import Drop, Scenario
    >>> jumps(Scenario("retransmit").run(Drop("ack:N")))
    {'timeout': (300,), 'loss': (180,), 'duplicate': (400,), 'broken': (400,)}
    """
    found = {
        "timeout": (event.t for event in trace.events if _is_timeout(event)),
        "loss": (event.t for event in trace.events if event.kind in ("drop", "lose")),
        "duplicate": _duplicates(trace),
        "broken": _breaks(verdicts(trace) if judged is None else judged),
    }
    return {sort: tuple(dict.fromkeys(moments)) for sort, moments in found.items()}


def _is_timeout(event: Event) -> bool:
    return event.kind == "timer_fire" and str(event.timer).partition(":")[0] not in OF_A_GROUP


def _duplicates(trace: Trace) -> Iterable[float]:
    """When a person is shown something again, or their client discards what was shown before."""
    shown: set[tuple[str, str | None]] = set()
    for event in trace.events:
        if event.kind == "show" and (event.node, event.said) in shown:
            yield event.t
        elif event.kind == "show":
            shown.add((event.node, event.said))
        elif event.kind == "discard" and event.text is None:
            yield event.t


def _breaks(judged: Iterable[PromiseHistory]) -> list[float]:
    """When a promise becomes broken."""
    breaks = []
    for verdict in judged:
        if verdict.history[0].holds == "broken":
            breaks.append(verdict.history[0].since)
        breaks += [b.since for a, b in pairwise(verdict.history) if a.holds != "broken" and b.holds == "broken"]
    return sorted(breaks)
