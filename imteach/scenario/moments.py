"""When a fault strikes: at a time, or right after an effect of a node: `show m1`, `send m1/ack:R#1`."""

import re
from typing import TYPE_CHECKING, Protocol

from imteach.errors import InputError, quoted
from imteach.scenario.checks import milliseconds
from imteach.scenario.naming import is_msgid, parse_name
from imteach.scenario.texts import number_in, python

if TYPE_CHECKING:
    from imteach.scenario.scenario import Scenario

EFFECTS = ("show", "send", "store", "write")
"""The effects of a node that a fault can follow."""

_AFTER = r"(?P<effect>\S+) (?P<of>\S+?)(?:#(?P<number>[0-9]{1,9}))?"


def checked_effect(after: object) -> str:
    """Return the text of an effect as it is compared: the first show of m1 is `show m1`. Raises `InputError`.

    >>> checked_effect("show m1#1"), checked_effect("send ack:R")
    ('show m1', 'send ack:R#1')
    """
    match = re.fullmatch(_AFTER, after) if isinstance(after, str) else None
    if match is None or match["effect"] not in EFFECTS:
        raise InputError(
            f"expected EFFECT OF, such as 'show m1', got {quoted(after)}; effects are {', '.join(EFFECTS)}",
            where="after",
        )
    effect, of, number = match["effect"], match["of"], match["number"]
    if number and int(number) == 0:
        raise InputError(f"{quoted(after)}; effects are numbered from #1", where="after")
    if effect == "send":
        return f"send {parse_name(f'{of}#{number or 1}')}"
    if effect != "write" and not is_msgid(of):  # what is written may have a key of any form, as a cursor's has
        raise InputError(
            f"expected {effect} MSGID, such as '{effect} m1', got {quoted(after)}; a msgid has no /, #, > or ~",
            where="after",
        )
    return f"{effect} {of}" + (f"#{int(number)}" if number and int(number) > 1 else "")


class Timed(Protocol):
    """A fault that strikes either at a time or after an effect."""

    @property
    def at(self) -> float | None:
        """When it strikes, in simulated ms."""

    @property
    def after(self) -> str | None:
        """Which effect it follows."""


def check_moment(fault: Timed, what: str, example: str) -> None:
    """Check that a fault, of which this is `what`, has one of `at` and `after`, and keep it as it is compared."""
    if (fault.at is None) == (fault.after is None):
        raise InputError(f'{what}: expected either at=MS or after="EFFECT OF", such as after="{example}"')
    if fault.at is not None:
        object.__setattr__(fault, "at", milliseconds(fault.at, "at"))
    else:
        object.__setattr__(fault, "after", checked_effect(fault.after))


def moment_in_python(at: float | None, after: str | None) -> str:
    """Return when a fault strikes, as the Python that makes it says it.

    >>> print(moment_in_python(150, None), moment_in_python(None, "show m1"))
    at=150 after="show m1"
    """
    return f"at={at}" if after is None else f"after={python(after)}"


_MOMENT = r"(?s)(?P<who>[^@]*)@(?:(?P<effect>[a-z]+):(?P<of>.+)|(?P<at>.*))"


def parsed_moment(text: str, who: str, example: str) -> tuple[str, float | None, str | None]:
    """Return what stands before the @ of a text, and when it says that a fault strikes: `at` and `after`.

    >>> parsed_moment("bob@70", "PERSON", "bob@70"), parsed_moment("bob@show:m1", "PERSON", "bob@70")
    (('bob', 70.0, None), ('bob', None, 'show m1'))
    """
    match = re.fullmatch(_MOMENT, text)
    if match is None:
        raise InputError(f"expected {who}@MS or {who}@EFFECT:OF, such as {example}, got {quoted(text)}")
    if match["effect"] is not None:
        return match["who"], None, f"{match['effect']} {match['of']}"
    return match["who"], number_in(match["at"], "at", text), None


def whole_effect(after: str | None, scenario: "Scenario") -> str | None:
    """Return the same effect; the packet of a `send` gets its whole name in this scenario.

    >>> from imteach import Scenario
    >>> whole_effect("send ack:R#1", Scenario("dedup")), whole_effect("show m1", Scenario("dedup"))
    ('send m1/ack:R#1', 'show m1')
    """
    effect, _, of = (after or "").partition(" ")
    return f"send {scenario.whole_name(of)}" if effect == "send" else after


ANYBODY = ""
"""Stands for any node where a fault follows the effect of whoever does it first."""


def whose(node: str, after: str) -> str:
    """Return whose effect a fault on this node follows: its own, or `ANYBODY`'s if it is the sending of a packet.

    >>> whose("bob", "show m1"), whose("bob", "send m1/msg:N#1")
    ('bob', '')
    """
    return ANYBODY if after.startswith("send ") else node


def written(at: float, after: str | None, lasts: str = "", ends: bool = False) -> str:
    """Return when a fault strikes and how long it lasts, as its text ends: `150+50`, `show:m1+50`.

    Where nothing says how long, a msgid with a + in it has its number, or the + would seem to say it; but not if the
    fault `ends` at once, so that its text never says it.

    >>> written(150, None, "+50"), written(0, "show m1", "+50"), written(0, "show m+1")
    ('150+50', 'show:m1+50', 'show:m+1#1')
    """
    if after is None:
        return f"{at}{lasts}"
    number = "#1" if not lasts and not ends and re.search(r"\+[^+#]*$", after) else ""
    return f"{after.replace(' ', ':', 1)}{number}{lasts}"
