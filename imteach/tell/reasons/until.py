"""A run as it was at a moment: what came later is not in it, so nothing that is said of it can look ahead."""

from itertools import takewhile

from imteach.trace import Trace
from imteach.trace.records import STEPS_END

IN_FLIGHT = "in flight"
"""What stands for a packet's fate as long as it has none."""


def until(trace: Trace, at: float | None) -> Trace:
    """Return the run up to `at` simulated ms, all that happens then included; None: to its end.

    Its events have the ids that they have in the whole run. A packet that is under way then has the fate `IN_FLIGHT`.

    >>> from imteach import Scenario
    >>> [(packet.name, packet.fate) for packet in until(Scenario("basic").run(), 50).packets]
    [('m1/msg:R#1', 'arrived'), ('m1/msg:A#1', 'in flight'), ('m1/msg:N#1', 'in flight')]
    """
    events = tuple(trace.events if at is None else takewhile(lambda event: event.t <= at, trace.events))
    sent = {event.packet for event in events if event.kind == "send"}
    ended = {e.packet for e in events if e.kind in ("arrive", "drop", "lose") and e.text != STEPS_END}
    if at is None and len(ended) == len(trace.packets):
        return trace
    packets = tuple(
        packet if packet.name in ended else packet._replace(fate=IN_FLIGHT, arrived=None)
        for packet in trace.packets
        if packet.name in sent
    )
    loop = trace.loop if at is None else None
    return Trace(trace.scenario, trace.faults, trace.unused, packets, events, trace.timed, loop)
