"""What a node returned, checked before any of it happens: a learner's own class can return anything."""

from collections.abc import Callable, Sequence
from functools import lru_cache

from imteach.errors import InputError, quoted
from imteach.protocol import (
    KINDS,
    STATUSES,
    WAITS,
    CancelTimer,
    Delete,
    Discard,
    Effect,
    Forget,
    Hold,
    Kept,
    Message,
    Packet,
    Report,
    Show,
    StartTimer,
    Store,
    Transmit,
    Write,
)
from imteach.scenario.checks import can_be_written
from imteach.scenario.naming import is_msgid

MOST_ATTEMPTS = 10_000
REASONS = ("", "too late", "too early")
REPORTED = tuple(status for status in STATUSES if status != "forgotten")
"""The statuses that a client can report."""


def checked(effects: object, of: str, when: str = "") -> list[Effect]:
    """Return the effects that a node of the class `of` returned, and `when`; raise `InputError` if they are none.

    >>> checked(None, "MyClient", "at 100 ms")
    Traceback (most recent call last):
    imteach.errors.InputError: MyClient returned None at 100 ms; a node returns a list of effects, or []
    """
    if not isinstance(effects, list):
        raise InputError(
            f"{of} returned {quoted(effects)}{when and f' {when}'}; a node returns a list of effects, or []"
        )
    for effect in effects:
        wrong = wrong_with(effect)
        if wrong:
            raise InputError(f"{of} returned {quoted(effect)}{when and f' {when}'}: {wrong}")
    return effects


def wrong_with(effect: object) -> str:
    """What is wrong with an effect, in words; "" if nothing is.

    >>> wrong_with(None)
    'that is no effect'
    """
    match effect:
        case Transmit(packet):
            return _wrong_packet(packet)
        case StartTimer(name, attempt, wait):
            counts = type(attempt) is int and 1 <= attempt <= MOST_ATTEMPTS
            return _first(
                _wrong_msgid(name),
                "" if counts else f"an attempt is a whole number from 1 to {MOST_ATTEMPTS}",
                "" if isinstance(wait, str) and wait in WAITS else f"a timer waits for one of {', '.join(WAITS)}",
            )
        case CancelTimer(name):
            return _wrong_msgid(name)
        case Show(msgid, message, write):
            return _first(_wrong_msgid(msgid), _wrong_message(message), _wrong_write(write, optional=True))
        case Discard(msgid, message, why):
            reason = "" if why in REASONS else "why a message is discarded is '', 'too late' or 'too early'"
            return _first(_wrong_msgid(msgid), _wrong_message(message), reason)
        case Hold(msgid, message):
            return _first(_wrong_msgid(msgid), _wrong_message(message))
        case Forget(msgid, write):
            return _first(_wrong_msgid(msgid), _wrong_write(write, optional=True))
        case Report(msgid, status, write):
            known = isinstance(status, str) and status in REPORTED
            told = "" if known else f"the statuses are {', '.join(REPORTED)}"
            return _first(_wrong_msgid(msgid), told, _wrong_write(write, optional=True))
        case Write():
            return _wrong_write(effect)
        case Store(to, kept):
            return _first(_wrong_name(to), _wrong_kept(kept))
        case Delete(to, msgid):
            return _first(_wrong_name(to), _wrong_msgid(msgid))
    if isinstance(effect, list):
        return "that is a list inside the list: put a * before it"
    return "that is no effect"


ONE_EFFECT: dict[Callable[..., Effect], str] = {
    Show: "show_or_discard",
    Discard: "show_or_discard",
    Report: "report",
    Hold: "hold_or_give_up",
    StartTimer: "StartTimer",
}
"""Single effects that a learner may mistake for a list, each with the name by which they write it."""


def piece_of(effects: Sequence[object], at: int) -> str:
    """Say what is wrong if an effect was unpacked into its fields, from place `at` on; "" if none was.

    >>> piece_of(["m1", "delivered", None], 0)
    'that is a piece of a Report: put no * before report (one effect, no list), and add it with append, not +='
    """
    for effect, name in ONE_EFFECT.items():
        fields = len(effect.__struct_fields__)  # type: ignore[attr-defined]
        pieces = effects[at : at + fields]
        if len(pieces) == fields and not wrong_with(effect(*pieces)):
            kind = effect.__name__
            rule = f"put no * before {name} (one effect, no list), and add it with append, not +="
            return f"that is a piece of a {kind}: {rule}"
    return ""


def _first(*wrongs: str) -> str:
    """The first of these texts that is not empty."""
    return next(filter(None, wrongs), "")


def _wrong_packet(packet: object) -> str:
    if not isinstance(packet, Packet):
        return "what is transmitted is a Packet"
    if packet.kind not in KINDS:
        return f"kinds are {', '.join(KINDS)}"
    wrong = _wrong_extras(packet)
    if wrong:
        return wrong
    if packet.kind.startswith("offline") or (packet.group and packet.kind in ("ack:R", "ack:A")):
        return "" if packet.msgid == "" else f"an {packet.kind} belongs to a person, so its msgid is ''"
    return _wrong_msgid(packet.msgid) or _wrong_message(packet.message)


def _wrong_extras(packet: Packet) -> str:
    """What is wrong with what only some kinds of packet carry."""
    numbers = (packet.number, packet.base, packet.cursor)
    if not all(type(number) is int and 0 <= number < 10**9 for number in numbers):
        return "number, base and cursor are whole numbers"
    if not isinstance(packet.group, str) or (packet.group and _wrong_name(packet.group)):
        return "a group is named in text"
    if not isinstance(packet.kept, tuple) or not isinstance(packet.msgids, tuple):
        return "kept and msgids are tuples"
    return _first(*map(_wrong_kept, packet.kept), *map(_wrong_msgid, packet.msgids))


def _wrong_msgid(msgid: object) -> str:
    fits = isinstance(msgid, str) and _can_be_msgid(msgid)
    return "" if fits else "a msgid or a timer's name is text of 1 to 80 characters, without spaces, /, #, > and ~"


@lru_cache(maxsize=4096)  # the same few come again and again
def _can_be_msgid(text: str) -> bool:
    return is_msgid(text) and can_be_written(text)


def _wrong_name(name: object) -> str:
    return "" if not _wrong_msgid(name) else "a message is kept for a person or a group, by name"


def _wrong_message(message: object) -> str:
    return "" if isinstance(message, Message) and message.said >= 0 else "what is shown or carried is a Message"


def _wrong_kept(kept: object) -> str:
    if not isinstance(kept, Kept):
        return "what is stored is a Kept"
    return _first(_wrong_msgid(kept.msgid), _wrong_message(kept.message))


def _wrong_write(write: object, optional: bool = False) -> str:
    if write is None and optional:
        return ""
    if not isinstance(write, Write):
        return "what is written is a Write"
    named = isinstance(write.table, str) and isinstance(write.key, str) and can_be_written(write.table + write.key)
    fits = named and 0 < len(write.table) <= 80 and 0 < len(write.key) <= 200
    return "" if fits else "what is written has a table and a key, both text"
