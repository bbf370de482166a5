"""The log of a run, and how an entry of it becomes an `Event` when somebody looks.

The log has one entry for each event. For an arrival at its time that is the packet's number. For what a node asked for,
other than a `Write`, it is the effect itself: the effects of a step follow it at once, so the step says when, where and
why they happened. For everything else it is a `Row`.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from imteach.protocol import (
    CancelTimer,
    Delete,
    Discard,
    Effect,
    Forget,
    Hold,
    Packet,
    Report,
    Show,
    StartTimer,
    Store,
    Transmit,
    Value,
)
from imteach.trace.records import STEPS, Event

NONE = -1
"""Stands for no event and for no packet where the number of one could be."""

T = TypeVar("T")


class Row(Value, frozen=True):
    """An event that has neither a packet's number nor an effect as its entry in the log.

    `cause` is the id of the event that led to it, `packet` the number of the packet that it is about. `what` is the
    msgid, or the timer; `more` is what else events of this kind say, see `_ROWS`.
    """

    kind: str
    t: float
    node: str
    cause: int = NONE
    packet: int = NONE
    what: str | None = None
    more: Any = None


def is_step(entry: int | Row | Effect) -> bool:
    """Whether a node was told something here; the effects after it in the log are what the node then asked for."""
    return type(entry) is int or (type(entry) is Row and entry.kind in STEPS)


class ByKind(dict[type, T]):
    """Something for each kind of effect; a subclass, which a learner may have made, counts as its kind."""

    def __missing__(self, kind: type) -> T:
        found = self[kind] = next(of for effect, of in list(self.items()) if issubclass(kind, effect))
        return found


Made = Callable[..., Event]
"""Makes an event out of its id, time, node, causes, packet's name, first msgid of what was said, and log entry.

The first msgid is None where it is the usual one: the msgid itself.
"""


def event_of_row(number: int, causes: tuple[int, ...], packet: str | None, said: str | None, row: Row) -> Event:
    """Return the event that a row stands for.

    >>> event_of_row(7, (5,), "m1/msg:N#1", None, Row("lose", 100, "network", 5, 2, "m1", "bob is down")).text
    'bob is down'
    """
    made: Made = _ROWS.get(row.kind, _plain)
    return made(number, row.t, row.node, causes, packet, said, row)


def _plain(n: int, t: float, node: str, why: Any, packet: str | None, said: str | None, row: Row) -> Event:
    return Event(n, t, node, row.kind, why, packet, row.what, said or row.what)


def _text(n: int, t: float, node: str, why: Any, packet: str | None, said: str | None, row: Row) -> Event:
    return Event(n, t, node, row.kind, why, packet, row.what, said or row.what, None, row.more)


def _text_and_to(n: int, t: float, node: str, why: Any, packet: str | None, said: str | None, row: Row) -> Event:
    return Event(n, t, node, row.kind, why, packet, row.what, said or row.what, None, *row.more)


def _to(n: int, t: float, node: str, why: Any, packet: str | None, said: str | None, row: Row) -> Event:
    return Event(n, t, node, row.kind, why, to=row.more)


def _timer(n: int, t: float, node: str, why: Any, packet: str | None, said: str | None, row: Row) -> Event:
    return Event(n, t, node, row.kind, why, text=row.more, timer=row.what)


def _write(n: int, t: float, node: str, why: Any, packet: str | None, said: str | None, row: Row) -> Event:
    text, key = row.more
    return Event(n, t, node, row.kind, why, packet, row.what, said or row.what, None, text, key=key)


_ROWS: dict[str, Made] = {
    "say": _text_and_to,
    "resend": _text,
    "unsaid": _text_and_to,
    "lose": _text,
    "crash": _text,
    "login": _to,
    "logout": _to,
    "timer_fire": _timer,
    "write": _write,
}
"""By kind of event: what makes it, which depends on what `more` holds."""


def arrived(n: int, t: float, packet: Packet, sending: int, name: str) -> Event:
    """Return the event of a packet's arrival; the event `sending` is its cause."""
    msgid = packet.msgid or None
    return Event(n, t, packet.dst, "arrive", (sending,), name, msgid, msgid)


def sent(n: int, t: float, node: str, why: Any, packet: str | None, said: str | None, effect: Transmit) -> Event:
    """Return the event of a packet's sending."""
    msgid = effect.packet.msgid or None
    return Event(n, t, node, "send", why, packet, msgid, said or msgid)


def _status(n: int, t: float, node: str, why: Any, packet: str | None, said: str | None, effect: Report) -> Event:
    return Event(n, t, node, "status", why, packet, effect.msgid, said or effect.msgid, effect.status)


def _shown(n: int, t: float, node: str, why: Any, packet: str | None, said: str | None, effect: Show) -> Event:
    msgid, text = effect.msgid, effect.message.text
    return Event(n, t, node, "show", why, packet, msgid, said or msgid, None, text)


def _discarded(n: int, t: float, node: str, why: Any, packet: str | None, said: str | None, effect: Discard) -> Event:
    msgid, text = effect.msgid, effect.why or None
    return Event(n, t, node, "discard", why, packet, msgid, said or msgid, None, text)


def _held(n: int, t: float, node: str, why: Any, packet: str | None, said: str | None, effect: Hold) -> Event:
    return Event(n, t, node, "hold", why, packet, effect.msgid, said or effect.msgid)


def _forgotten(n: int, t: float, node: str, why: Any, packet: str | None, said: str | None, effect: Forget) -> Event:
    return Event(n, t, node, "forget", why, packet, effect.msgid, said or effect.msgid)


def _stored(n: int, t: float, node: str, why: Any, packet: str | None, said: str | None, effect: Store) -> Event:
    msgid, to = effect.kept.msgid, effect.to
    return Event(n, t, node, "store", why, packet, msgid, said or msgid, None, None, to)


def _deleted(n: int, t: float, node: str, why: Any, packet: str | None, said: str | None, effect: Delete) -> Event:
    msgid, to = effect.msgid, effect.to
    return Event(n, t, node, "delete", why, packet, msgid, said or msgid, None, None, to)


def _cancelled(n: int, t: float, node: str, why: Any, _: str | None, __: str | None, effect: CancelTimer) -> Event:
    return Event(n, t, node, "timer_cancel", why, timer=effect.name)


def timer_started(
    n: int, t: float, node: str, why: Any, _: None, __: None, effect: StartTimer, until: float | None = None
) -> Event:
    """Return the event of a timer's start; `until` is given, for the effect does not say it."""
    return Event(n, t, node, "timer_start", why, None, None, None, None, None, None, effect.name, until)


EVENT_OF: ByKind[Made] = ByKind(
    {
        Transmit: sent,
        StartTimer: timer_started,
        CancelTimer: _cancelled,
        Report: _status,
        Show: _shown,
        Discard: _discarded,
        Hold: _held,
        Forget: _forgotten,
        Store: _stored,
        Delete: _deleted,
    }
)
"""By kind of effect: what makes its event."""
