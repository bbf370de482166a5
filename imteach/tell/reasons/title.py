"""The question that the reasons of an event answer, in plain words: a table by kind of event."""

from collections.abc import Callable

from imteach.plain import plain
from imteach.printed import Sentence
from imteach.protocol import forgotten_by
from imteach.tell.words import quote, sign, the
from imteach.trace import Event, Trace


def title(trace: Trace, event: Event) -> str:
    """Return the question "why did this happen?" about an event, in plain words. `reasons` answer it.

    >>> from imteach import Drop, Scenario
    >>> trace = Scenario("retransmit").run(Drop("ack:N"))
    >>> for event in (trace.happened("drop")[0], trace.happened("retransmit")[0], trace.happened("show")[1]):
    ...     print(title(trace, event))
    Why did m1/ack:N#1 not arrive?
    Why does alice send m1 again?
    Why is bob shown “hello” again?
    """
    return Sentence(plain(TITLES[event.kind](trace, event)))


def _say(trace: Trace, said: Event) -> str:
    return f"Why does {said.node} say {quote(str(said.text))}?"


def _unsaid(trace: Trace, unsaid: Event) -> str:
    what = f"send {unsaid.msgid} again" if unsaid.msgid else f"say {quote(str(unsaid.text))}"
    return f"Why could {unsaid.node} not {what}?"


def _send(trace: Trace, sent: Event) -> str:
    if "~" in str(sent.packet):
        return f"Why is there a copy, {sent.packet}?"
    return f"Why does {the(sent.node)} send {sent.packet}?"


def _did_not_arrive(trace: Trace, lost: Event) -> str:
    return f"Why did {lost.packet} not arrive?"


def _timer(event: Event) -> str:
    """A timer, as what somebody starts or stops."""
    what, _, of = str(event.timer).partition(":")
    about = f" of {of}" if of else ""
    match what:
        case "heartbeat":
            return f"the timer for the next heartbeat{about}"
        case "pull":
            return f"the timer for a pull{about}"
        case "ack" if of:
            return f"the timer for an ack{about}"
    return f"the timer for {event.timer}"


def _timer_fire(trace: Trace, fired: Event) -> str:
    what, _, of = str(fired.timer).partition(":")
    if what == "heartbeat":
        return f"Why does {the(fired.node)}'s heartbeat of {of} come?"
    if forgotten_by(fired.timer):
        return f"Why is the time of {of} over?"
    return f"Why does {the(fired.node)}'s {_timer(fired).removeprefix('the ')} run out?"


def _show(trace: Trace, shown: Event) -> str:
    before = (e for e in trace.events[: shown.id] if e.kind == "show" and e.node == shown.node)
    again = " again" if any(e.said == shown.said for e in before) else ""
    return f"Why is {shown.node} shown {quote(str(shown.text))}{again}?"


def _write(trace: Trace, written: Event) -> str:
    return f"Why does {the(written.node)} {'erase' if written.text else 'write'} {written.key}?"


def _status(trace: Trace, seen: Event) -> str:
    if seen.status == "forgotten":
        return f"Why has {seen.node}'s client forgotten {seen.msgid}?"
    of = f" for {seen.msgid}" if len(trace.messages) > 1 else ""
    return f"Why does {seen.node} see {sign(seen.status)}{of}?"


def _presence(own: str, learned: str) -> Callable[[Trace, Event], str]:
    """The question about a login or a logout: of a client, or as the server learns of it."""

    def asked(trace: Trace, event: Event) -> str:
        if event.to:
            return f"Why does {the(event.node)} learn that {event.to} is {learned}?"
        return f"Why does {event.node} {own}?"

    return asked


TITLES: dict[str, Callable[[Trace, Event], str]] = {
    "start": lambda trace, event: f"Why does {event.node}'s client start?",
    "say": _say,
    "resend": lambda trace, event: f"Why does {event.node} press “send again” for {event.msgid}?",
    "unsaid": _unsaid,
    "send": _send,
    "arrive": lambda trace, event: f"Why does {event.packet} reach {the(event.node)}?",
    "drop": _did_not_arrive,
    "lose": _did_not_arrive,
    "timer_start": lambda trace, event: f"Why does {the(event.node)} start {_timer(event)}?",
    "timer_cancel": lambda trace, event: f"Why does {the(event.node)} stop {_timer(event)}?",
    "timer_fire": _timer_fire,
    "retransmit": lambda trace, event: f"Why does {event.node} send {event.msgid} again?",
    "show": _show,
    "discard": lambda trace, event: f"Why does {the(event.node)} discard {event.msgid}?",
    "hold": lambda trace, event: f"Why does {event.node} hold {event.msgid} back?",
    "forget": lambda trace, event: f"Why does {event.node}'s client forget {event.msgid}?",
    "write": _write,
    "store": lambda trace, event: f"Why does the server store {event.msgid} for {event.to}?",
    "delete": lambda trace, event: f"Why does the server delete {event.msgid}, kept for {event.to}?",
    "status": _status,
    "login": _presence("log in", "online"),
    "logout": _presence("log out", "gone"),
    "crash": lambda trace, event: f"Why does {the(event.node)} crash?",
    "restart": lambda trace, event: f"Why does {the(event.node)} start again?",
}
"""The question about an event, by its kind."""
