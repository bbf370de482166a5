"""What a run that does not end does over and over, in words."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from imteach.plain import plain
from imteach.printed import Sentence
from imteach.tell.words import capital, from_then_on, join, quote, the
from imteach.trace import Event, Trace

SHORT = 4
"""Of a round with up to so many clauses all are told, in order."""


def over_and_over(latest: Sequence[Event]) -> str:
    """Return what the `latest` events of a run that does not end have in common, as a clause; "" if nothing is sent.

    It is the timer that ran out most often and what was sent then, or what was sent most often without a timer.

    >>> fired = Event(7, 900, "alice", "timer_fire", (5,), timer="m1")
    >>> over_and_over([fired, Event(8, 900, "alice", "send", (7,), packet="m1/msg:R#9")])
    "again and again alice's timer for m1 runs out and alice sends m1/msg:R"
    """
    by_id = {event.id: event for event in latest}
    fires = Counter(_runs_out(event) for event in latest if event.kind == "timer_fire")
    sent: Counter[str] = Counter()
    with_timer: dict[str, list[str]] = {}  # what was sent when a timer had run out
    for event in latest:
        if not _is_sent(event):
            continue
        sends = f"{the(event.node)} sends {str(event.packet).partition('#')[0]}"
        cause = by_id.get(event.causes[0]) if event.causes else None
        step = by_id.get(cause.causes[0]) if cause is not None and cause.kind == "retransmit" else cause
        if step is not None and step.kind == "timer_fire":
            with_timer.setdefault(_runs_out(step), []).append(sends)
        else:
            sent[sends] += 1
    timer = max(with_timer, key=fires.__getitem__, default=None)
    most = max(sent.values(), default=0)
    if timer is not None and fires[timer] >= most - 1:  # one may lie before the latest
        return f"again and again {join([timer, *dict.fromkeys(with_timer[timer])])}"
    often = [sends for sends, times in sent.items() if times >= most - 1 and times > 1]
    return f"again and again {join(often[:SHORT])}" if often else ""


def since(trace: Trace) -> str:
    """Return that a run goes round for ever, and since when, as a clause; "" if it comes to its end."""
    return "" if trace.loop is None else f"{from_then_on(trace.loop, trace.timed)} it goes round for ever"


def why_endless(trace: Trace) -> str:
    """Return what a run does that goes round for ever, in two sentences; "" if it comes to its end."""
    if trace.loop is None:
        return ""
    again = _round([event for event in trace.events if event.t > trace.loop], several=len(trace.messages) > 1)
    return Sentence(f"{capital(since(trace))}: {again}. Nothing new ever comes of it.")


def _round(events: Sequence[Event], several: bool) -> str:
    """Return what happens in one round, as a clause: all of it in order, if it is short."""
    clauses = list(_clauses(events, several))
    if not clauses or len(clauses) > SHORT:
        return over_and_over(events) or "again and again the same happens"
    *most, last = clauses
    if most and any(" and " in clause for clause in clauses):
        return f"again and again {', '.join(most)}, and {last}"
    return f"again and again {join(clauses)}"


def _clauses(events: Sequence[Event], several: bool) -> Iterator[str]:
    """Yield what happens in a few words each; what a node sends at one go is one clause."""
    told = [event for event in events if _is_sent(event) or event.kind in _TOLD]
    for (node, is_sent), together in groupby(told, lambda event: (event.node, _is_sent(event))):
        if is_sent:
            yield f"{the(node)} sends {join(list(dict.fromkeys(_kind(event, several) for event in together)))}"
        else:
            yield from (_TOLD[event.kind](event) for event in together)


def _is_sent(event: Event) -> bool:
    """Whether a node sends something here; the network, which makes copies, is none."""
    return event.kind == "send" and "~" not in str(event.packet)


def _kind(sent: Event, several: bool) -> str:
    """The kind of a packet that was sent, and of which message it is where there are `several`."""
    kind = str(sent.packet).partition("/")[2].partition("#")[0].partition(">")[0]
    return f"{kind} of {plain(sent.msgid)}" if several and sent.msgid else kind


def _runs_out(fired: Event) -> str:
    what, _, group = str(fired.timer).partition(":")
    if what == "heartbeat":
        return f"{fired.node}'s heartbeat of {group} comes"
    return f"{fired.node}'s timer for {'its pull' if what == 'pull' else fired.timer} runs out"


_TOLD: dict[str, Callable[[Event], str]] = {
    "timer_fire": _runs_out,
    "show": lambda shown: f"{shown.node} is shown {quote(str(shown.text))}",
    "crash": lambda crash: f"{the(crash.node)} crashes",
    "restart": lambda restart: f"{the(restart.node)} starts again",
}
"""What is told of a round besides what is sent."""
