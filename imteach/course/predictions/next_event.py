"""The next event as a question: what has happened so far, and what may come next, among it what does."""

from collections.abc import Iterator

from imteach.errors import InputError
from imteach.scenario.checks import milliseconds
from imteach.tell.event import sentence
from imteach.trace import Event, Trace

TOLD = ("arrive", "drop", "lose", "timer_fire", "show", "discard", "hold", "store", "status", "crash", "restart")
"""The kinds of event that are asked for: what a person, or a picture, would show."""

NOTHING = "nothing more"

MOST_OFFERED = 4
MOST_SO_FAR = 8


def after(trace: Trace, at: float) -> Event | None:
    """Return the first event after `at` simulated ms that is asked for; None if there is no more.

    >>> from imteach import Drop, Scenario
    >>> after(Scenario("dedup").run(Drop("ack:N")), 200).kind
    'timer_fire'
    """
    return next((event for event in _told(trace) if event.t > at), None)


def offered(trace: Trace, fine: Trace, at: float) -> tuple[str, ...]:
    """Return what may come next, in alphabetical order: what does, what comes later, and what would without the faults.

    `fine` is the run without the faults. Raises `InputError` if nothing happens after that in either.

    >>> from imteach import Drop, Scenario
    >>> scenario = Scenario("dedup")
    >>> for text in offered(scenario.run(Drop("ack:N")), scenario.run(), 160):
    ...     print(text)
    alice receives m1/ack:N#1
    alice sees m1 ✓✓ delivered
    m1/ack:N#1 is dropped
    nothing more
    """
    moment = milliseconds(at, "at")
    before = {sentence(event) for event in _told(trace) if event.t <= moment}
    right = after(trace, moment)
    others = sorted([*_told(fine), *_told(trace)], key=lambda event: (event.t, sentence(event)))
    texts = [sentence(right)] if right is not None else []
    texts += [sentence(event) for event in others if event.t > moment and sentence(event) not in before]
    if not texts:
        last = max(event.t for event in others)
        raise InputError(f"expected a moment before the last event, which is at {last} ms, got {at}", where="at")
    return (*sorted([*dict.fromkeys(texts)][: MOST_OFFERED - 1]), NOTHING)


def so_far(trace: Trace, at: float) -> list[str]:
    """Return what has happened up to a moment, the last of it, each with its time in simulated ms."""
    told = [f"{event.t} ms: {sentence(event)}" for event in trace.events if event.t <= at and _is_told(event)]
    return told[-MOST_SO_FAR:]


def right_one(trace: Trace, at: float) -> str:
    """Return what comes next, as it is offered."""
    event = after(trace, at)
    return NOTHING if event is None else sentence(event)


def _told(trace: Trace) -> Iterator[Event]:
    return (event for event in trace.events if event.kind in TOLD)


def _is_told(event: Event) -> bool:
    return event.kind in TOLD or event.kind == "say"
