"""A node's state, its input and its effects in a few words, whatever its class and the names of its attributes."""

from collections.abc import Callable, Mapping
from typing import Any

from imteach.errors import quoted
from imteach.learner.snapshot import restored
from imteach.plain import plain
from imteach.protocol import (
    SERVER,
    CancelTimer,
    Delete,
    Discard,
    Effect,
    Forget,
    Hold,
    HoldBack,
    Kept,
    Message,
    Packet,
    Report,
    Show,
    StartTimer,
    Store,
    Transmit,
    Waiting,
    Write,
)
from imteach.tell.words import quote, sign

NOTHING = "–"
EMPTY = "“”"
MOST_LETTERS = 60  # shown of what one attribute holds
_DEEPEST = 4  # levels of nesting that are shown


def held(node: object) -> dict[str, str]:
    """Return what a node holds, by the name of the attribute, in the order in which it got its attributes.

    >>> from imteach.protocol import LADDER, Client
    >>> alice = Client("alice", LADDER["dedup"], 2, new_msgid=lambda: "m1")
    >>> _ = alice.command("say", Message(0, "alice", "bob", "hello"))
    >>> [held(alice)[name] for name in ("queue", "status", "dedup")]
    ['m1 (try 1)', 'm1 ◷ sending', '–']
    """
    return {plain(str(name)): _cut(_attribute(name, value)) for name, value in attributes(node).items()}


def attributes(node: object) -> dict[str, Any]:
    """Return the attributes of an object by name: those in slots, then the others, in the order it got them."""
    slots: dict[str, Any] = {}
    for kind in reversed(type(node).__mro__):
        names = kind.__dict__.get("__slots__", ())
        for name in (names,) if isinstance(names, str) else names:
            if hasattr(node, name) and name != "__dict__":
                slots[name] = getattr(node, name)
    return slots | getattr(node, "__dict__", {})


def _attribute(name: str, value: object) -> str:
    if name == "status" and isinstance(value, dict):
        return ", ".join(f"{key} {sign(status)}" for key, status in value.items()) or NOTHING
    return in_words(value)


def in_words(value: object, deep: int = 0) -> str:
    """Return a value in a few words: the same for equal values, whatever the order of a set.

    >>> in_words({"m1": None, "m2": None}), in_words({"tries": 2}), in_words({"b", "a"}), in_words([])
    ('m1, m2', 'tries: 2', 'a, b', '–')
    """
    if deep > _DEEPEST:
        return "…"
    for kind, say in _SAID.items():
        if isinstance(value, kind):
            return say(value, deep + 1)
    if callable(value):
        return str(getattr(value, "__name__", type(value).__name__))
    inside = [f"{name} {in_words(held, deep + 1)}" for name, held in attributes(value).items()]
    return f"{type(value).__name__}({', '.join(inside)})"


def _pairs(pairs: Mapping[Any, Any], deep: int) -> str:
    return ", ".join(_pair(in_words(key, deep), value, deep) for key, value in pairs.items()) or NOTHING


def _pair(key: str, value: object, deep: int) -> str:
    """An entry of a table. A table that is only a set has None as its values; the key "" is the node's own person."""
    if value is None or (isinstance(value, Kept) and value.msgid == key):
        return key
    if key == EMPTY:
        return in_words(value, deep)
    if isinstance(value, Waiting):
        return f"{key} (try {value.tries})"
    return f"{key}: {in_words(value, deep)}"


def _things(things: Any, deep: int) -> str:
    return ", ".join(in_words(thing, deep) for thing in things) or NOTHING


def _hold_back(buffer: Any, deep: int) -> str:
    return f"next {buffer.turn}" + (f", holds {in_words(list(buffer.held.values()), deep)}" if buffer.held else "")


_SAID: dict[Any, Callable[[Any, int], str]] = {
    str: lambda text, _: plain(text) or EMPTY,
    (bool, int, float, complex, bytes, range, type(None)): lambda value, _: quoted(value),
    Message: lambda message, _: quote(message.text),
    Kept: lambda kept, _: plain(kept.msgid),
    Packet: lambda packet, _: packet_in_words(packet),
    Waiting: lambda entry, _: f"try {entry.tries}",
    HoldBack: _hold_back,
    Mapping: _pairs,
    (set, frozenset): lambda things, deep: ", ".join(sorted(in_words(thing, deep) for thing in things)) or NOTHING,
    (list, tuple): _things,
}
"""How to put a value into words, by its type; the first type that fits counts."""


def on_disk(disk: Any) -> str:
    """Return what a node has written, in words: its tables with their keys, and the values that are numbers.

    >>> from imteach.protocol import MemoryDisk
    >>> disk = MemoryDisk()
    >>> disk.write("dedup", "m1", True), disk.write("last", "bob", 2)
    (None, None)
    >>> on_disk(disk)
    'dedup m1; last bob: 2'
    """
    tables = []
    for table, rows in attributes(disk).get("_tables", {}).items():
        keys = (f"{plain(key)}: {value}" if type(value) is int else plain(key) for key, value in rows.items())
        tables += [f"{table} {', '.join(keys)}"] if rows else []
    return "; ".join(tables) or NOTHING


# A node's input and its effects


def packet_in_words(packet: Packet) -> str:
    """Return a packet as a node knows it: without the number of its transmission.

    >>> packet_in_words(Packet("ack:A", "m1", "server", "bob"))
    'm1/ack:A'
    """
    owner = plain(packet.msgid) or (packet.src if packet.dst == SERVER else packet.dst)
    return f"{owner}/{packet.kind}{_content(packet)}"


def _content(packet: Packet) -> str:
    """What a packet carries that its name does not say."""
    content = [f"{name} {value}" for name, value in (("number", packet.number), ("base", packet.base)) if value]
    if packet.group and packet.dst == SERVER:
        content.append(f"up to {packet.cursor}")
    if packet.kind == "offline:A":
        content.append(f"brings {_things(packet.kept, 1) if packet.kept else 'nothing'}")
    content += ["there is more"] if packet.more else []
    content += [", ".join(map(plain, packet.msgids))] if packet.msgids else []
    return f" ({', '.join(content)})" if content else ""


def told_in_words(told: tuple[Any, ...]) -> str:
    """Return an input of a node, in words.

    >>> told_in_words(("timer", "m1")), told_in_words(("presence", "bob", False))
    ('timer m1 runs out', 'bob is gone')
    """
    match told:
        case "receive", Packet() as packet:
            return f"{packet_in_words(packet)} arrives"
        case "timer", name:
            return f"timer {plain(str(name))} runs out"
        case "command", "say", Message() as message:
            return f"say {quote(message.text)}"
        case "command", "resend", _, msgid:
            return f"resend {plain(str(msgid))}"
        case "command", command:
            return str(command)
        case "presence", person, online:
            return f"{person} is {'online' if online else 'gone'}"
        case "restart", disk:
            written = on_disk(restored(disk))
            return f"starts again with {'nothing on its disk' if written == NOTHING else written}"
    return in_words(told)


def effect_in_words(effect: Effect) -> str:
    """Return an effect, which a node asks for, in words.

    >>> effect_in_words(Report("m1", "sent")), effect_in_words(Write("dedup", "m1"))
    ('m1 ✓ sent', 'write dedup m1')
    """
    match effect:
        case Transmit(packet):
            return f"{packet_in_words(packet)} to {packet.dst}"
        case StartTimer(name):
            return f"start timer {plain(name)}"
        case CancelTimer(name):
            return f"cancel timer {plain(name)}"
        case Show(msgid, _, write):
            return f"show {plain(msgid)}{_and_write(write)}"
        case Report(msgid, status, write):
            return f"{plain(msgid)} {sign(status)}{_and_write(write)}"
        case Discard(msgid, _, why):
            return f"discard {plain(msgid)}{f', {plain(why)}' if why else ''}"
        case Hold(msgid):
            return f"hold {plain(msgid)} back"
        case Forget(msgid, write):
            return f"forget {plain(msgid)}{_and_write(write)}"
        case Write():
            return _written(effect)
        case Store(to, kept):
            return f"store {plain(kept.msgid)} for {plain(to)}"
        case Delete(to, msgid):
            return f"delete {plain(msgid)}, kept for {plain(to)}"


def _and_write(write: Write | None) -> str:
    return f" and {_written(write)}" if write else ""


def _written(write: Write) -> str:
    return plain(f"{'erase' if write.value is None else 'write'} {write.table} {write.key}")


def _cut(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1] + "…"
