"""What happens to nodes and their links: a node crashes, a person is offline, a link is cut."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imteach.errors import InputError, quoted
from imteach.protocol import SERVER
from imteach.scenario.checks import milliseconds, node_name
from imteach.scenario.moments import check_moment, checked_effect, moment_in_python, whole_effect, written
from imteach.scenario.texts import number_in, plus, python

if TYPE_CHECKING:
    from imteach.scenario.scenario import Scenario

_CRASH = r"(?s)(?P<node>[^@]*)@(?:(?P<effect>[a-z]+):(?P<of>.+)|(?P<at>[^:]*?))\+(?P<down>[^+]*)"


@dataclass(frozen=True, repr=False)
class Crash:
    """A node crashes and is `down` for so many simulated ms: it forgets all that is not on its disk.

    It crashes `at` a time, or right `after` one of its effects and before its next: `"show m1"`, `"store m1"`,
    `"write m1"`, or `"send m1/ack:R#1"`; `"show m1#2"` is the second time that it shows m1.

    >>> Crash("bob", after="show m1", down=50), str(Crash("server", at=150, down=50))
    (Crash("bob", after="show m1", down=50), 'crash server@150+50')
    >>> Crash("bob")
    Traceback (most recent call last):
    imteach.errors.InputError: crash bob: expected either at=MS or after="EFFECT OF", such as after="show m1"
    """

    node: str
    at: float | None = None
    after: str | None = None
    down: float = 100

    def __post_init__(self) -> None:
        node_name(self.node, "crash")
        check_moment(self, f"crash {self.node}", "show m1")
        object.__setattr__(self, "down", milliseconds(self.down, "down", above=0))

    def __repr__(self) -> str:
        return f"Crash({python(self.node)}, {moment_in_python(self.at, self.after)}, down={self.down})"

    def __str__(self) -> str:
        return f"crash {self.node}@{written(self.at or 0, self.after, plus(self.down))}"

    @classmethod
    def parse(cls, text: str) -> "Crash":
        """Read `bob@150+50` or `bob@show:m1+50`."""
        match = re.fullmatch(_CRASH, text)
        if match is None:
            raise InputError(
                f"expected NODE@MS+MS or NODE@EFFECT:OF+MS, such as bob@150+50 or bob@show:m1+50, got {quoted(text)}"
            )
        down = number_in(match["down"], "down", text)
        if match["effect"] is not None:
            return cls(match["node"], after=f"{match['effect']} {match['of']}", down=down)
        return cls(match["node"], at=number_in(match["at"], "at", text), down=down)

    def resolve(self, scenario: "Scenario") -> "Crash":
        """Return the same fault, if this scenario has the node; the packet of a `send` gets its whole name."""
        scenario.checked_node(self.node)
        return Crash(self.node, self.at, whole_effect(self.after, scenario), self.down)


_LEAVES_AFTER = r"(?s)(?P<who>[^@]*)@(?P<effect>[a-z]+):(?P<of>.+?)(?:\+(?P<lasting>[^+#]*))?"
_SPAN = r"(?s)(?P<who>[^@]*)(?:@(?P<at>[^+]*))?(?:\+(?P<lasting>.*))?"


@dataclass(frozen=True, repr=False)
class Offline:
    """A person logs out `at` a time and logs in again after `lasting` simulated ms (None: not again).

    Or they log out right `after` the step in which their client does something: `"show m1"` or `"write m1"`; or in
    which any node sends a packet: `"send m1/msg:N#1"`.

    >>> Offline("bob", at=0, lasting=1000), str(Offline("bob", lasting=1000)), str(Offline("bob"))
    (Offline("bob", at=0, lasting=1000), 'offline bob@0+1000', 'offline bob@0')
    >>> Offline("bob", after="show m1", lasting=1000), str(Offline("bob", after="show m1", lasting=1000))
    (Offline("bob", after="show m1", lasting=1000), 'offline bob@show:m1+1000')
    """

    person: str
    at: float = 0
    lasting: float | None = None
    after: str | None = None

    def __post_init__(self) -> None:
        node_name(self.person, "offline")
        _check_span(self)
        if self.after is not None:
            if self.at:
                raise InputError(f"offline {self.person}: expected either at=MS or after={python(str(self.after))}")
            object.__setattr__(self, "after", checked_effect(self.after))

    def __repr__(self) -> str:
        return f"Offline({python(self.person)}, {_span(self, self.after)})"

    def __str__(self) -> str:
        return f"offline {self.person}@{written(self.at, self.after, plus(self.lasting))}"

    @classmethod
    def parse(cls, text: str) -> "Offline":
        """Read `bob@0+1000` or `bob@show:m1+1000`; without `+1000` bob does not come back."""
        match = re.fullmatch(_LEAVES_AFTER, text)
        if match is not None:
            lasting = None if match["lasting"] is None else number_in(match["lasting"], "lasting", text)
            return cls(match["who"], lasting=lasting, after=f"{match['effect']} {match['of']}")
        who, at, lasting = _parsed_span(text)
        return cls(who, at, lasting)

    def resolve(self, scenario: "Scenario") -> "Offline":
        """Return the same fault, if this scenario has the person."""
        if self.person not in scenario.people:
            raise InputError(f"no person {quoted(self.person)}; people are {', '.join(scenario.people[:12])}")
        return Offline(self.person, self.at, self.lasting, whole_effect(self.after, scenario))


@dataclass(frozen=True, repr=False)
class Partition:
    """The link between a person and the server is cut `at` a time, for `lasting` simulated ms (None: to the end).

    One of `one` and `other` is the server. `both` ways, or only from `one` to `other`. It changes nobody's presence.

    >>> Partition("alice", "server", at=100, lasting=500)
    Partition("alice", "server", at=100, lasting=500)
    >>> str(Partition("server", "alice", at=100, lasting=500, both=False))
    'partition server>alice@100+500'
    """

    one: str
    other: str
    at: float = 0
    lasting: float | None = None
    both: bool = True

    def __post_init__(self) -> None:
        for name in (self.one, self.other):
            node_name(name, "partition")
        if (self.one == SERVER) == (self.other == SERVER):
            raise InputError(
                f"a link runs between a person and the server, not {self.one} and {self.other}", where="partition"
            )
        _check_span(self)
        if self.both and self.one == SERVER:  # the same link, so an equal value
            object.__setattr__(self, "one", self.other)
            object.__setattr__(self, "other", SERVER)

    def __repr__(self) -> str:
        one_way = "" if self.both else ", both=False"
        return f"Partition({python(self.one)}, {python(self.other)}, {_span(self)}{one_way})"

    def __str__(self) -> str:
        return f"partition {self.one}{'-' if self.both else '>'}{self.other}@{self.at}{plus(self.lasting)}"

    @classmethod
    def parse(cls, text: str) -> "Partition":
        """Read `alice-server@100+500`, or one way `alice>server@100+500`."""
        who, at, lasting = _parsed_span(text)
        one, sign, other = who.partition(">" if ">" in who else "-")
        if not sign:
            raise InputError(f"expected PERSON-server@MS+MS, such as alice-server@100+500, got {quoted(text)}")
        return cls(one, other, at, lasting, both=sign == "-")

    def resolve(self, scenario: "Scenario") -> "Partition":
        """Return the same fault, if this scenario has both nodes."""
        scenario.checked_node(self.one)
        scenario.checked_node(self.other)
        return self

    @property
    def ways(self) -> list[tuple[str, str]]:
        """The ways that are cut: from whom to whom."""
        return [(self.one, self.other), *([(self.other, self.one)] if self.both else [])]


def _span(fault: Offline | Partition, after: str | None = None) -> str:
    return moment_in_python(fault.at, after) + ("" if fault.lasting is None else f", lasting={fault.lasting}")


def _check_span(fault: Offline | Partition) -> None:
    object.__setattr__(fault, "at", milliseconds(fault.at, "at"))
    if fault.lasting is not None:
        object.__setattr__(fault, "lasting", milliseconds(fault.lasting, "lasting", above=0))


def _parsed_span(text: str) -> tuple[str, float, float | None]:
    """Return who, from when and for how long, of `WHO@MS+MS`."""
    match = re.fullmatch(_SPAN, text)
    assert match is not None  # every text has this form
    lasting = None if match["lasting"] is None else number_in(match["lasting"], "lasting", text)
    return match["who"], number_in(match["at"] or "0", "at", text), lasting
