"""What a picture lights up when somebody asks why: everything that led to an event, and what its reasons name."""

from collections.abc import Sequence

from imteach.tell.reasons.why import Reason, reasons
from imteach.trace import Event, Trace

NAMED = ("send", "arrive", "drop", "lose", "show")
"""Of a packet that a reason tells of besides its own, these events are shown."""


def past(trace: Trace, event: Event) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return all that led to an event: the ids of its causes and its own, and the names of the packets among them.

    A reason can name what did not happen, such as the lost ack:N for want of which a timer ran out. That is in it too.
    Ids and names stand in time order. Raises `InputError` if it is no event of this trace.

    >>> from imteach import Drop, Scenario
    >>> trace = Scenario("retransmit").run(Drop("ack:N"))
    >>> past(trace, trace.happened("retransmit")[0])[1]
    ('m1/ack:N#1', 'm1/msg:R#2')
    """
    ids, names = told_of(trace, reasons(trace, event))
    return _in_order(trace, {*ids, *(cause.id for cause in trace.causes(event)), event.id}, set(names))


def told_of(trace: Trace, told: Sequence[Reason]) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return what these reasons are about: ids of events and names of packets, in time order.

    >>> from imteach import Drop, Scenario
    >>> from imteach.tell import reasons_not
    >>> trace = Scenario("basic").run(Drop("msg:R"))
    >>> told_of(trace, reasons_not(trace, "m1", "bob", at=100))
    ((0, 4), ('m1/msg:R#1',))
    """
    also = {name for reason in told for name in reason.also}
    ids = {event.id for event in trace.events if event.packet in also and event.kind in NAMED}
    own = {reason.packet for reason in told if reason.packet is not None}
    return _in_order(trace, ids | {reason.event for reason in told}, own | also)


def _in_order(trace: Trace, ids: set[int], also: set[str]) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return these events, and their packets and these, in time order."""
    names = {trace.events[number].packet for number in ids} | also
    return tuple(sorted(ids)), tuple(packet.name for packet in trace.packets if packet.name in names)
