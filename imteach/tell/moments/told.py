"""What happens in each instant of a run, as one line of text."""

from itertools import groupby
from operator import attrgetter

from imteach.tell.event import sentence
from imteach.trace import Event, Trace

TOLD = frozenset((
    "say", "resend", "unsaid", "drop", "lose", "timer_fire", "retransmit", "show", "discard", "hold", "forget",
    "store", "delete", "status", "login", "logout", "crash", "restart"
))  # fmt: skip
"""The kinds of event that are told, and an arrival that led to none of them.

What is sent is seen in the picture; timers that start and what is written stand in what a node holds.
"""

MOST_TOLD = 6  # of one instant; the rest is counted


def told(trace: Trace) -> list[tuple[float, str]]:
    """Return for each instant at which something worth telling happens: the simulated ms, and what happens then.

    >>> from imteach import Drop, Scenario
    >>> for t, line in told(Scenario("retransmit").run(Drop("ack:N"))):
    ...     print(t, line)
    0 alice says “hello” to bob; alice sees m1 ◷ sending
    50 the server receives m1/msg:R#1
    100 alice sees m1 ✓ sent; bob shows “hello” (m1)
    150 the server receives m1/ack:R#1
    180 m1/ack:N#1 is dropped
    200 bob receives m1/ack:A#1
    300 the timer for m1 runs out; alice tries again: m1/msg:R#2
    350 the server receives m1/msg:R#2
    400 alice receives m1/msg:A#2; bob shows “hello” (m1)
    450 the server receives m1/ack:R#2
    500 bob receives m1/ack:A#2; alice sees m1 ✓✓ delivered
    """
    return [(t, line) for t, now in groupby(trace.events, key=attrgetter("t")) if (line := _line(list(now)))]


def _line(now: list[Event]) -> str:
    led = {cause for event in now if event.kind in TOLD for cause in event.causes}
    events = [event for event in now if event.kind in TOLD or (event.kind == "arrive" and event.id not in led)]
    rest = len(events) - MOST_TOLD
    return "; ".join([*map(sentence, events[:MOST_TOLD]), *([f"and {rest} more"] if rest > 0 else [])])
