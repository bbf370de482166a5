"""What settles a question about a run: the events that the answer is read from, and why they happened.

An author's answer often is its own evidence: the events that are counted, the packet that is asked for. If it is a bare
value, what the people saw settles it.
"""

from collections.abc import Iterable, Iterator

from imteach.tell import Reason, why_unused
from imteach.tell.reasons.why import reasons
from imteach.trace import Event, PacketRecord, Trace

ENDS = ("arrive", "drop", "lose")

FEW = 2
"""Of at most so many events that are not counted, each is told with all that led to it."""

MOST_TOLD = 4
"""Of more events than these, only the last is told with all that led to it."""


def evidence(trace: Trace, answer: object) -> list[Event]:
    """Return the events that the author's answer is read from, in time order.

    >>> from imteach import Drop, Scenario
    >>> trace = Scenario("retransmit").run(Drop("ack:N"))
    >>> [event.t for event in evidence(trace, trace.happened("show"))]
    [100, 400]
    >>> [(event.node, event.kind, event.t) for event in evidence(trace, "twice")]
    [('bob', 'show', 100), ('network', 'drop', 180), ('bob', 'show', 400), ('alice', 'status', 500)]
    """
    several = answer if isinstance(answer, list | tuple) else [answer]
    events = {event.id: event for one in several for event in _of(trace, one)}
    chosen = events or {event.id: event for event in _seen_by_people(trace)}
    return [chosen[number] for number in sorted(chosen)]


def _of(trace: Trace, answer: object) -> Iterator[Event]:
    """The event that this is, or at which this packet's way ended; `answer` can also be a packet's name."""
    if isinstance(answer, Event):
        yield answer
        return
    name = answer.name if isinstance(answer, PacketRecord) else answer
    if (isinstance(name, str) and "/" in name) or (isinstance(name, str) and ":" in name):
        yield from [event for event in trace.events if event.packet == name and event.kind in ENDS][-1:]


def _seen_by_people(trace: Trace) -> Iterator[Event]:
    """What was shown to anybody or discarded, what was lost on the way, and what each message's sender saw last."""
    for kind in ("show", "discard", "drop", "lose"):
        yield from trace.happened(kind)
    last = {event.msgid: event for event in trace.happened("status")}
    yield from last.values()


def settling(events: list[Event], said: object) -> Event | None:
    """Return the event that speaks most against an answer: the first that it did not count, or else the last.

    >>> from imteach import Drop, Scenario
    >>> shows = Scenario("retransmit").run(Drop("ack:N")).happened("show")
    >>> settling(shows, 0).t, settling(shows, 1).t, settling(shows, 2).t, settling([], 1)
    (100, 400, 400, None)
    """
    if not events:
        return None
    if isinstance(said, int) and 0 <= said < len(events):
        return events[said]
    return events[-1]


def told(trace: Trace, events: Iterable[Event], most: Event | None, counted: bool) -> list[Reason]:
    """Return why these events happened, in time order: all that led to `most`, and of the others each its sentence.

    A few events that are not `counted` are all told with what led to them.
    """
    events = list(events)
    rows = {reason.event: reason for reason in (reasons(trace, most) if most else ())}
    if len(events) <= MOST_TOLD:
        for event in events:
            led = reasons(trace, event)
            rows.update({reason.event: reason for reason in (led if len(events) <= FEW and not counted else led[-1:])})
    return [*(rows[number] for number in sorted(rows)), *_idle(trace)]


def _idle(trace: Trace) -> Iterator[Reason]:
    """A sentence for each fault that struck nothing."""
    for fault in trace.unused:
        yield Reason(f"{fault!r}: {why_unused(fault, trace)}", trace.events[-1].id)
