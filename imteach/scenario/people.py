"""What people do in a scenario: they say something, and they send again what failed."""

import re
from dataclasses import dataclass

from imteach.errors import InputError, quoted
from imteach.scenario.checks import milliseconds, person, words
from imteach.scenario.naming import is_msgid
from imteach.scenario.texts import number_in, python

_SAY = r"(?s)(?P<sender>[^>]*)>(?P<to>[^@:]*)(?:@(?P<at>[^:]*))?:(?P<text>.*)"
_RESEND = r"(?s)(?P<msgid>[^@]*)@(?P<at>.*)"


@dataclass(frozen=True, repr=False)
class Say:
    """A person says something: `sender` says `text` to `to`, `at` simulated ms. `to` may be a group.

    >>> Say("hello", at=100)
    Say("hello", at=100)
    >>> Say.parse("alice>bob@100:hello") == Say("hello", sender="alice", to="bob", at=100)
    True
    """

    text: str = "hello"
    sender: str = "alice"
    to: str = "bob"
    at: float = 0

    def __post_init__(self) -> None:
        words(self.text, "text")
        person(self.sender, "sender")
        if person(self.to, "to") == self.sender:
            raise InputError(f"expected somebody else than the sender, {self.sender!r}", where="to")
        object.__setattr__(self, "at", milliseconds(self.at, "at"))

    @classmethod
    def parse(cls, text: str) -> "Say":
        """Read `alice>bob@100:hello`; `@100` may be left out. Raises `InputError`."""
        match = re.fullmatch(_SAY, text) if isinstance(text, str) else None
        if match is None:
            example = "'alice>bob@100:hello' (in a shell, with the quotes)"
            raise InputError(f"expected SENDER>RECEIVER@MS:TEXT, such as {example}, got {quoted(text)}")
        return cls(match["text"], match["sender"], match["to"], number_in(match["at"] or "0", "at", text))

    def __repr__(self) -> str:
        sender = "" if self.sender == "alice" else f', sender="{self.sender}"'
        to = "" if self.to == "bob" else f', to="{self.to}"'
        return f"Say({python(self.text)}{sender}{to}{f', at={self.at}' if self.at else ''})"


@dataclass(frozen=True, repr=False)
class Resend:
    """A person sends again what failed: the message of this msgid, `at` simulated ms.

    If their screen does not show `failed` at that moment, they have nothing to press, and nothing happens.

    >>> Resend("m1", at=2000) == Resend.parse("m1@2000")
    True
    """

    msgid: str
    at: float

    def __post_init__(self) -> None:
        if not isinstance(self.msgid, str) or not is_msgid(self.msgid):
            raise InputError(f"expected the msgid of a message, such as m1, got {quoted(self.msgid)}", where="msgid")
        object.__setattr__(self, "at", milliseconds(self.at, "at"))

    @classmethod
    def parse(cls, text: str) -> "Resend":
        """Read `m1@2000`. Raises `InputError`."""
        match = re.fullmatch(_RESEND, text) if isinstance(text, str) else None
        if match is None:
            raise InputError(f"expected MSGID@MS, such as m1@2000, got {quoted(text)}")
        return cls(match["msgid"], number_in(match["at"], "at", text))

    def __repr__(self) -> str:
        return f"Resend({python(self.msgid)}, at={self.at})"
