"""What a node returned, checked before any of it happens: a learner's own class can return anything."""

from imteach.errors import InputError, quoted
from imteach.protocol import (
    KINDS,
    STATUSES,
    CancelTimer,
    Discard,
    Effect,
    Message,
    Packet,
    Report,
    Show,
    StartTimer,
    Transmit,
)
from imteach.sim.checks import can_be_written
from imteach.sim.naming import is_msgid

MOST_ATTEMPTS = 10_000


def checked(effects: object, of: str, t: float) -> list[Effect]:
    """Return the effects that a node of the class `of` returned at `t` ms; raise `InputError` if they are none.

    >>> checked(None, "MyClient", 100)
    Traceback (most recent call last):
    imteach.errors.InputError: MyClient returned None at 100 ms; a node returns a list of effects, or []
    """
    if not isinstance(effects, list):
        raise InputError(f"{of} returned {quoted(effects)} at {t} ms; a node returns a list of effects, or []")
    for effect in effects:
        wrong = _wrong(effect)
        if wrong:
            raise InputError(f"{of} returned {quoted(effect, 120)} at {t} ms: {wrong}")
    return effects


def _wrong(effect: object) -> str:
    """What is wrong with an effect, in words; nothing if nothing is."""
    match effect:
        case Transmit(packet):
            return _wrong_packet(packet)
        case StartTimer(name, attempt):
            counts = type(attempt) is int and 1 <= attempt <= MOST_ATTEMPTS
            return _wrong_msgid(name) or ("" if counts else f"an attempt is a whole number from 1 to {MOST_ATTEMPTS}")
        case CancelTimer(name):
            return _wrong_msgid(name)
        case Show(msgid, message) | Discard(msgid, message):
            return _wrong_msgid(msgid) or _wrong_message(message)
        case Report(msgid, status):
            known = isinstance(status, str) and status in STATUSES
            return _wrong_msgid(msgid) or ("" if known else f"the statuses are {', '.join(STATUSES)}")
    return "that is no effect"


def _wrong_packet(packet: object) -> str:
    if not isinstance(packet, Packet):
        return "what is transmitted is a Packet"
    if packet.kind not in KINDS:
        return f"kinds are {', '.join(KINDS)}"
    return _wrong_msgid(packet.msgid) or _wrong_message(packet.message)


def _wrong_msgid(msgid: object) -> str:
    fits = isinstance(msgid, str) and is_msgid(msgid) and can_be_written(msgid)
    return "" if fits else "a msgid or a timer's name is text of 1 to 80 characters, without spaces, /, # and ~"


def _wrong_message(message: object) -> str:
    return "" if isinstance(message, Message) else "what is shown or carried is a Message"
