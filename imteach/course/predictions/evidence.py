"""What settles a question about a run: the events that the answer is read from, and why they happened.

An author's answer often is its own evidence: the events that are counted, the packet that is asked for. If it is a bare
value, what the people saw settles it.
"""

from collections.abc import Iterable, Iterator

from imteach.tell import PROMISE_TITLES, Reason, promise_named, why_broken, why_unused
from imteach.tell.reasons.why import reasons
from imteach.tell.reasons.why_not import reasons_not
from imteach.tell.words import stamp
from imteach.trace import Event, PacketRecord, Trace

ENDS = ("arrive", "drop", "lose")

FEW = 2
"""Of at most so many events that are not counted, each is told with all that led to it."""

MOST_TOLD = 4
"""Of more events than these, only one is told with what led to it; of the others only what people saw is told."""

SEEN, MOST_SEEN = ("show", "discard", "status"), 6

BRINGS = ("arrive", "timer_fire")
"""What brings something about and is worth a sentence beside it."""


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
    return [events[number] for number in sorted(events)] or seen_by_people(trace)


def _of(trace: Trace, answer: object) -> Iterator[Event]:
    """The event that this is, or at which this packet's way ended; `answer` can also be a packet's name."""
    if isinstance(answer, Event):
        yield answer
        return
    name = answer.name if isinstance(answer, PacketRecord) else answer
    if (isinstance(name, str) and "/" in name) or (isinstance(name, str) and ":" in name):
        yield from [event for event in trace.events if event.packet == name and event.kind in ENDS][-1:]


def seen_by_people(trace: Trace) -> list[Event]:
    """Return what was shown to anybody or discarded, what was lost or crashed, and what each sender saw last."""
    found = [event for kind in ("show", "discard", "drop", "lose", "crash") for event in trace.happened(kind)]
    last = {event.msgid: event for event in trace.happened("status")}
    return sorted({event.id: event for event in (*found, *last.values())}.values(), key=lambda event: event.id)


def settling(events: list[Event], said: object) -> Event | None:
    """Return the event that speaks most against an answer: the first that it did not count, or what was shown again.

    If there is neither, that is the last one.

    >>> from imteach import Drop, Scenario
    >>> shows = Scenario("retransmit").run(Drop("ack:N")).happened("show")
    >>> settling(shows, 0).t, settling(shows, 1).t, settling(shows, None).t, settling(shows[:1], None).t
    (100, 400, 400, 100)
    """
    if isinstance(said, int) and 0 <= said < len(events):
        return events[said]
    shown: set[tuple[str, str | None]] = set()
    for event in events:
        if event.kind == "show" and (event.node, event.msgid) in shown:
            return event
        if event.kind == "show":
            shown.add((event.node, event.msgid))
    return events[-1] if events else None


def told(trace: Trace, events: Iterable[Event], most: Event | None, counted: bool) -> list[Reason]:
    """Return why these events happened, in time order: all that led to `most`, and of each other what came just before.

    A few events that are not `counted` are all told with what led to them.
    """
    events = list(events)
    many, whole = len(events) > MOST_TOLD, len(events) <= FEW and not counted
    rows = {reason.event: reason for reason in (reasons(trace, most) if most else ())}
    for event in [event for event in events if event.kind in SEEN][:MOST_SEEN] if many else events:
        led = reasons(trace, event)
        wanted = led if whole else led[-1:] if many else _with_what_brought_it(trace, led)
        rows.update({reason.event: reason for reason in wanted})
    return [rows[number] for number in sorted(rows)]


def _with_what_brought_it(trace: Trace, led: list[Reason]) -> list[Reason]:
    """The last of these reasons, and the one before it if that brought it about."""
    return [*(reason for reason in led[-2:-1] if trace.events[reason.event].kind in BRINGS), led[-1]]


def struck_nothing(trace: Trace) -> list[Reason]:
    """Return a sentence for each fault that struck nothing."""
    return [Reason(f"{fault!r}: {why_unused(fault, trace)}", trace.events[-1].id) for fault in trace.unused]


def did_not_happen(trace: Trace) -> list[Reason]:
    """Return why somebody was not shown a message, or why its sender was warned though all have it; [] if all is well.

    >>> from imteach import Drop, Scenario
    >>> for reason in did_not_happen(Scenario("basic").run(Drop("msg:N"))):
    ...     print(reason.text)
    0 ms: alice says “hello” to bob
    80 ms: m1/msg:N#1 is dropped on its way to bob
    100 ms: alice sees m1 ✓ sent, and waits for nothing more
    100 ms: nothing brings it to bob any more, and nobody notices: alice sees ✓ sent
    """
    found: dict[tuple[int, str], Reason] = {}
    for said in trace.messages:
        vain = [who for who in said.to if not said.shown[who]]
        warned = [said.sender] if said.status in ("failed", "unconfirmed") and not vain else []
        for who in (*vain, *warned):
            found.update({(reason.event, reason.text): reason for reason in reasons_not(trace, said.msgid, who)})
    return [found[place] for place in sorted(found, key=lambda place: place[0])]


def stopped(trace: Trace) -> list[Reason]:
    """Return where a learner's code could not go on: what it raised, and at which line."""
    return [Reason(f"{stamp(crash.t, trace.timed)}: {crash.text}", crash.id) for crash in trace.mistakes]


def broken_ones(trace: Trace, answer: object) -> list[Reason]:
    """Return why each promise is broken that the answer names.

    >>> from imteach import Drop, Scenario
    >>> for reason in broken_ones(Scenario("retransmit").run(Drop("ack:N")), ["all_delivered", "no_duplicates"]):
    ...     print(reason.text.partition(": ")[0])
    “Nothing is shown twice” (no_duplicates)
    """
    named = [one for one in answer if one in PROMISE_TITLES] if isinstance(answer, list) else []
    told = [(promise_named(one), why_broken(trace, one)) for one in named]
    return [Reason(f"{promise}: {why}", trace.events[-1].id) for promise, why in told if why]
