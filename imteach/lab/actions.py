"""What a page can ask for: one table of actions, by which its messages are understood.

A message cannot be trusted: a field may be missing, or anything at all. So each action says which fields it takes, how
each is checked, and what is to be done if the message comes from an older picture. Help and keys can be made of the
same table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from imteach.errors import InputError, quoted
from imteach.scenario.checks import TEXT_LIMIT, can_be_written, milliseconds, whole

ENVELOPE = ("do", "rev", "ask")
"""What every message may have: the action, the number of the picture that the learner saw, and which view asks."""

NAMES = ("packet", "fault", "msgid", "one", "other")
"""The fields that name packets or messages. Saying something more can give messages other names."""


# Checks: each returns the value, or raises `InputError` that names the field


def anything(value: object, _: str) -> object:
    """Return the value as it is: the session says what is wrong with it."""
    return value


def text(value: object, where: str) -> str:
    """Return `value` if it is text that can be written down, of at most 10,000 characters.

    >>> text(7, "to")
    Traceback (most recent call last):
    imteach.errors.InputError: to: expected text, got 7
    """
    if not isinstance(value, str) or not can_be_written(value):
        raise InputError(f"expected text, got {quoted(value)}", where=where)
    if len(value) > TEXT_LIMIT:
        raise InputError(f"expected at most {TEXT_LIMIT} characters, got {len(value)}", where=where)
    return value


def switch(value: object, where: str) -> bool:
    """Return `value` if it is true or false.

    >>> switch(1, "online")
    Traceback (most recent call last):
    imteach.errors.InputError: online: expected true or false, got 1
    """
    if not isinstance(value, bool):
        raise InputError(f"expected true or false, got {quoted(value)}", where=where)
    return value


def moment(value: object, where: str) -> float:
    """Return `value` if it is a moment at which people can do something, in simulated ms."""
    return milliseconds(value, where)


def moment_or_none(value: object, where: str) -> float | None:
    """Return `value` if it is a time in simulated ms, or None."""
    return None if value is None else milliseconds(value, where)


def text_or_none(value: object, where: str) -> str | None:
    """Return `value` if it is text, or None."""
    return None if value is None else text(value, where)


def place_or_none(value: object, where: str) -> int | None:
    """Return `value` if it is the place of something in a list, from 0, or None."""
    return None if value is None else whole(value, where, most=10**9)


# The table


class _Needed:
    """Stands where a field has no usual value."""


class Takes(NamedTuple):
    """A field of a message: how it is checked, and its value if it is left out."""

    check: Callable[[object, str], Any]
    usual: object = _Needed


@dataclass(frozen=True)
class Wish:
    """Something that a page can ask for; `about` says it in a few words.

    `method` does it: of the session, or of the widget if it is only `for_eyes`. Its arguments are `takes`, in this
    order.

    What comes from an older picture is done all the same, if it still means what it did. If it takes something back
    that is no more there, `may_be_gone` lets it pass in silence. `only_now` is for what could mean the opposite by now:
    the sentence that is said instead. `only_this_run` is that of what means another thing once the run is another one.
    What only asks what another step would show `is_ahead`: nothing is done.
    """

    method: str
    about: str
    takes: Mapping[str, Takes]
    for_eyes: bool = False
    may_be_gone: bool = False
    only_now: str = ""
    only_this_run: str = ""
    is_ahead: bool = False


_TEXT, _AT, _ANYTHING = Takes(text), Takes(moment), Takes(anything, "")
_TARGET = Takes(anything, None)  # of five one is given, and the tool says what it takes

ACTIONS = {
    "drop": Wish("lose", "lose a packet", {"packet": _ANYTHING}),
    "spare": Wish("spare", "lose a packet no more", {"packet": _ANYTHING}, may_be_gone=True),
    "take back": Wish("take_fault_back", "take a fault back", {"fault": _ANYTHING}, may_be_gone=True),
    "strike": Wish(
        "use",
        "use a tool on a packet, a node, a link or an event",
        {"tool": _TEXT, "packet": _TARGET, "node": _TARGET, "link": _TARGET, "event": _TARGET, "at": _TARGET},
    ),
    "change": Wish(
        "change",
        "turn an amount of a fault",
        {"fault": _TEXT, "amount": _TEXT, "value": Takes(moment_or_none)},
        may_be_gone=True,
    ),
    "swap": Wish("swap", "let one packet overtake another", {"one": _TEXT, "other": _TEXT}),
    "say": Wish(
        "say", "say something", {"text": Takes(anything), "sender": _TEXT, "to": _TEXT, "at": _AT}
    ),  # the session says what is wrong with a text
    "unsay": Wish("unsay", "let something not be said", {"msgid": _TEXT}),
    "resend": Wish("resend", "send again what failed", {"msgid": _TEXT, "at": _AT}),
    "presence": Wish("set_online", "log in or out", {"person": _TEXT, "online": Takes(switch), "at": _AT}),
    "set": Wish(
        "turn",
        "set a number: RTO, retries, latency …",
        {"name": _TEXT, "value": Takes(anything), "who": Takes(text_or_none, None)},
    ),  # the scenario says what is wrong with a value
    "preset": Wish("preset", "go to a situation by its name", {"name": _TEXT}),
    "add person": Wish("add_person", "let somebody more be there", {"person": _TEXT}),
    "remove person": Wish("remove_person", "let somebody go", {"person": _TEXT}, may_be_gone=True),
    "group": Wish("gather", "say who is in the group", {"members": Takes(anything)}),
    "rung": Wish("choose", "go to another rung", {"rung": _ANYTHING}),
    "window": Wish("_look_at", "look at another part of a long run", {"window": Takes(anything, -1)}, for_eyes=True),
    "open": Wish("open", "go to what a scenario file says", {"text": Takes(anything)}),
    "export": Wish("_export", "save the lab in some form", {"form": _TEXT}, for_eyes=True),
    "why": Wish(
        "_ask_why",
        "say why something happened",
        {"event": Takes(place_or_none, None), "packet": Takes(text_or_none, None)},
        for_eyes=True,
    ),
    "why not": Wish(
        "_ask_why_not", "say why something did not happen", {"msgid": _TEXT, "who": _TEXT, "at": _AT}, for_eyes=True
    ),
    "undo": Wish(
        "undo",
        "take the last step back",
        {},
        only_now="the last step is another one by now, so nothing was undone; Undo takes that one back",
    ),
    "redo": Wish(
        "redo",
        "take the step again that was undone last",
        {},
        only_now="the steps are others by now, so nothing was done again; Redo takes what was undone last",
    ),
    "reset": Wish("reset", "go back to how the lab began", {}),
    "keep": Wish(
        "keep",
        "keep this run beside the next",
        {},
        only_this_run="the run is another one by now, so it was not kept; Keep keeps that one",
    ),
    "put away": Wish("put_away", "keep no run any more", {}),
    "ready": Wish(
        "_get_ready", "send what a step would show", {"to": Takes(anything)}, for_eyes=True, is_ahead=True
    ),  # the step is its message, and is read as one
}
"""What a page can ask for, by what its message has as `do`."""


def understood(message: object) -> tuple[Wish, dict[str, Any]]:
    """Return the action that a message asks for, and the values of its fields. Raises `InputError` if it asks for none.

    >>> wish, given = understood({"do": "presence", "person": "bob", "online": False, "at": 100, "rev": 3})
    >>> wish.method, given
    ('set_online', {'person': 'bob', 'online': False, 'at': 100})
    >>> understood({"do": "presence", "person": "bob", "at": 100})
    Traceback (most recent call last):
    imteach.errors.InputError: presence takes person, online, at, and there is no online
    """
    what = message.get("do") if isinstance(message, dict) else None
    if not isinstance(message, dict) or not isinstance(what, str) or what not in ACTIONS:
        raise InputError(f"the page asked for {quoted(message)}, which the lab does not know")
    wish = ACTIONS[what]
    taken = ", ".join(wish.takes) or "nothing"
    for name in message:
        if name not in wish.takes and name not in ENVELOPE:
            raise InputError(f"{what} takes {taken}, and not {quoted(name)}")
    given = {}
    for name, (check, usual) in wish.takes.items():
        if name not in message and usual is _Needed:
            raise InputError(f"{what} takes {taken}, and there is no {name}")
        given[name] = check(message[name], name) if name in message else usual
    return wish, given
