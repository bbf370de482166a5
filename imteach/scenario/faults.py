"""Faults: what a learner does to a run. Values: equal, hashable, printed as the Python that makes them.

Each has a text form for JSON, scenario files and tables (`drop m1/ack:N#1`), which `parse_fault` reads again.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import ceil
from typing import TYPE_CHECKING

from imteach.errors import InputError, quoted
from imteach.protocol import SERVER
from imteach.scenario.checks import milliseconds, share, whole
from imteach.scenario.naming import is_msgid, parse_name
from imteach.scenario.people import number_in, python

if TYPE_CHECKING:
    from imteach.scenario.scenario import Scenario

EFFECTS = ("show", "send", "store", "write")
"""The effects of a node that a crash can fall behind."""


@dataclass(frozen=True, repr=False)
class Drop:
    """The network drops this packet: it leaves its sender and reaches nobody.

    `name` is a packet's name, short or whole: `"m1/ack:N#2"`, `"ack:N"`. Raises `InputError` for any other.

    >>> Drop("ack:N") == Drop("ack:N#1")
    True
    >>> Drop("m1/ack:N#1"), str(Drop("m1/ack:N"))
    (Drop("m1/ack:N#1"), 'drop m1/ack:N#1')
    """

    name: str = field(compare=False)
    packet: str = field(init=False, repr=False)  # the name, with its number

    def __post_init__(self) -> None:
        object.__setattr__(self, "packet", str(parse_name(self.name)))

    def __repr__(self) -> str:
        return f"Drop({python(self.name)})"

    def __str__(self) -> str:
        return f"drop {self.packet}"

    @classmethod
    def parse(cls, text: str) -> "Drop":
        """Read `m1/ack:N#1`."""
        return cls(text)

    def resolve(self, scenario: "Scenario") -> "Drop":
        """Return the same fault with its whole name in this scenario."""
        return Drop(scenario.whole_name(self.name))


@dataclass(frozen=True, repr=False)
class Duplicate:
    """The network makes a copy of this packet, which arrives `after` simulated ms later (None: one latency).

    >>> Duplicate("msg:N", after=50), str(Duplicate("m1/msg:N", after=50)), str(Duplicate("msg:N"))
    (Duplicate("msg:N", after=50), 'duplicate m1/msg:N#1+50', 'duplicate msg:N#1')
    """

    name: str = field(compare=False)
    after: float | None = None
    packet: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "packet", str(parse_name(self.name)))
        if "~" in self.packet:
            original = self.packet.partition("~")[0]
            raise InputError(f"{self.packet} is a copy already; duplicate {original}, as often as you like")
        if self.after is not None:
            object.__setattr__(self, "after", milliseconds(self.after, "after"))

    def __repr__(self) -> str:
        return f"Duplicate({python(self.name)}{'' if self.after is None else f', after={self.after}'})"

    def __str__(self) -> str:
        return f"duplicate {self.packet}{_plus(self.after)}"

    @classmethod
    def parse(cls, text: str) -> "Duplicate":
        """Read `m1/msg:N#1+50`; `+50` may be left out."""
        name, ms = _parted(text)
        return cls(name) if ms is None else cls(name, number_in(ms, "after", text))

    def resolve(self, scenario: "Scenario") -> "Duplicate":
        """Return the same fault with its whole name in this scenario."""
        return Duplicate(scenario.whole_name(self.name), self.after)


@dataclass(frozen=True, repr=False)
class Delay:
    """The network delays this packet `by` simulated ms, on top of its latency.

    >>> Delay("msg:N", by=400), str(Delay("m1/msg:N", by=400))
    (Delay("msg:N", by=400), 'delay m1/msg:N#1+400')
    """

    name: str = field(compare=False)
    by: float
    packet: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "packet", str(parse_name(self.name)))
        object.__setattr__(self, "by", milliseconds(self.by, "by"))

    def __repr__(self) -> str:
        return f"Delay({python(self.name)}, by={self.by})"

    def __str__(self) -> str:
        return f"delay {self.packet}{_plus(self.by)}"

    @classmethod
    def parse(cls, text: str) -> "Delay":
        """Read `m1/msg:N#1+400`."""
        name, ms = _parted(text)
        if ms is None:
            raise InputError(f"expected NAME+MS, such as m1/msg:N#1+400, got {quoted(text)}")
        return cls(name, number_in(ms, "by", text))

    def resolve(self, scenario: "Scenario") -> "Delay":
        """Return the same fault with its whole name in this scenario."""
        return Delay(scenario.whole_name(self.name), self.by)


_CRASH = r"(?s)(?P<node>[^@]*)@(?:(?P<effect>[a-z]+):(?P<of>.+)|(?P<at>[^:]*?))\+(?P<down>[^+]*)"
_AFTER = r"(?P<effect>\S+) (?P<of>\S+?)(?:#(?P<number>[0-9]{1,9}))?"


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
        _checked_name(self.node, "crash")
        if (self.at is None) == (self.after is None):
            raise InputError(f'crash {self.node}: expected either at=MS or after="EFFECT OF", such as after="show m1"')
        if self.at is not None:
            object.__setattr__(self, "at", milliseconds(self.at, "at"))
        else:
            object.__setattr__(self, "after", _checked_effect(self.after))
        object.__setattr__(self, "down", milliseconds(self.down, "down", above=0))

    def __repr__(self) -> str:
        when = f"at={self.at}" if self.after is None else f"after={python(self.after)}"
        return f"Crash({python(self.node)}, {when}, down={self.down})"

    def __str__(self) -> str:
        when = str(self.at) if self.after is None else self.after.replace(" ", ":", 1)
        return f"crash {self.node}@{when}{_plus(self.down)}"

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
        effect, _, of = (self.after or "").partition(" ")
        return self if effect != "send" else Crash(self.node, None, f"send {scenario.whole_name(of)}", self.down)


_SPAN = r"(?s)(?P<who>[^@]*)(?:@(?P<at>[^+]*))?(?:\+(?P<lasting>.*))?"


@dataclass(frozen=True, repr=False)
class Offline:
    """A person logs out `at` a time and logs in again after `lasting` simulated ms (None: not again).

    >>> Offline("bob", at=0, lasting=1000), str(Offline("bob", lasting=1000)), str(Offline("bob"))
    (Offline("bob", at=0, lasting=1000), 'offline bob@0+1000', 'offline bob@0')
    """

    person: str
    at: float = 0
    lasting: float | None = None

    def __post_init__(self) -> None:
        _checked_name(self.person, "offline")
        _check_span(self)

    def __repr__(self) -> str:
        return f"Offline({python(self.person)}, {_span(self)})"

    def __str__(self) -> str:
        return f"offline {self.person}@{self.at}{_plus(self.lasting)}"

    @classmethod
    def parse(cls, text: str) -> "Offline":
        """Read `bob@0+1000`; without `+1000` bob does not come back."""
        who, at, lasting = _parsed_span(text)
        return cls(who, at, lasting)

    def resolve(self, scenario: "Scenario") -> "Offline":
        """Return the same fault, if this scenario has the person."""
        if self.person not in scenario.people:
            raise InputError(f"no person {quoted(self.person)}; people are {', '.join(scenario.people[:12])}")
        return self


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
            _checked_name(name, "partition")
        if (self.one == SERVER) == (self.other == SERVER):
            raise InputError(f"partition: a link runs between a person and the server, not {self.one} and {self.other}")
        _check_span(self)
        if self.both and self.one == SERVER:  # the same link, so an equal value
            object.__setattr__(self, "one", self.other)
            object.__setattr__(self, "other", SERVER)

    def __repr__(self) -> str:
        one_way = "" if self.both else ", both=False"
        return f"Partition({python(self.one)}, {python(self.other)}, {_span(self)}{one_way})"

    def __str__(self) -> str:
        return f"partition {self.one}{'-' if self.both else '>'}{self.other}@{self.at}{_plus(self.lasting)}"

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


@dataclass(frozen=True, repr=False)
class Loss:
    """The network drops each packet with the probability `p`, each by a throw of its own, decided by `seed`.

    The throw depends on the packet's name: what else happens does not change it.

    >>> Loss(0.2, seed=1), str(Loss(0.2, seed=1))
    (Loss(0.2, seed=1), 'loss 0.2 seed 1')
    """

    p: float
    seed: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "p", share(self.p, "p"))
        whole(self.seed, "seed", most=10**12)

    def __repr__(self) -> str:
        return f"Loss({self.p}, seed={self.seed})"

    def __str__(self) -> str:
        return f"loss {self.p} seed {self.seed}"

    @classmethod
    def parse(cls, text: str) -> "Loss":
        """Read `0.2 seed 1`; ` seed 1` may be left out."""
        p, word, seed = text.partition(" seed ")
        try:
            return cls(float(p), int(seed) if word else 0)
        except ValueError as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f"expected P seed S, such as 0.2 seed 1, got {quoted(text)}") from None

    def resolve(self, scenario: "Scenario") -> "Loss":
        """Return the same fault: it means the same in every scenario."""
        return self

    def strikes(self, packet: str) -> bool:
        """Whether it drops the packet of this name.

        >>> sum(Loss(0.2, seed=1).strikes(f"m{number}/msg:R#1") for number in range(1000))
        191
        """
        return self.striker()(packet.encode())

    def striker(self, owner: str = "") -> Callable[[bytes], bool]:
        """Return what tells whether packets are dropped, quicker than `strikes` where there are many.

        It takes their names as bytes; without the owner, if `owner` is the owner of all of them.

        >>> Loss(0.2, seed=1).striker("m7")(b"/msg:R#1") == Loss(0.2, seed=1).strikes("m7/msg:R#1")
        True
        """
        from hashlib import blake2b  # takes long to load, and few runs throw

        begun = blake2b(f"{self.seed} {owner}".encode(), digest_size=8)
        limit = _limit(self.p)

        def strikes(rest: bytes) -> bool:
            throw = begun.copy()
            throw.update(rest)
            return throw.digest() < limit

        return strikes


@cache
def _limit(p: float) -> bytes:
    """What a throw of 8 bytes must lie below to strike with this probability; for 1 it is above all of them."""
    limit = ceil(p * 2**64)
    return limit.to_bytes(8) if limit < 2**64 else b"\xff" * 9


Fault = Drop | Duplicate | Delay | Crash | Offline | Partition | Loss

FAULTS: dict[str, type[Fault]] = {
    kind.__name__.lower(): kind for kind in (Drop, Duplicate, Delay, Crash, Offline, Partition, Loss)
}
"""The kinds of fault, by the word that their text begins with."""


def checked_given(given: object, scenario: "Scenario") -> tuple["Fault", ...]:
    """Return the faults that strike in any case, under whole names. Raises `InputError` for what is no list of them.

    >>> from imteach import Scenario
    >>> checked_given([Drop("ack:N")], Scenario("dedup"))
    (Drop("m1/ack:N#1"),)
    """
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise InputError(f'given: expected a list of faults, such as [Offline("bob")], got {quoted(given)}')
    return tuple(dict.fromkeys(checked_fault(fault).resolve(scenario) for fault in given))


def checked_fault(value: object) -> Fault:
    """Return `value` if it is a fault.

    >>> checked_fault("ack:N")
    Traceback (most recent call last):
    imteach.errors.InputError: expected a fault, such as Drop("ack:N"), got 'ack:N'
    """
    if isinstance(value, Fault):
        return value
    raise InputError(f'expected a fault, such as Drop("ack:N"), got {quoted(value)}')


def parse_fault(text: str) -> Fault:
    """Return the fault that this text stands for, as in a trace's JSON; raise `InputError` if it is none.

    >>> parse_fault("drop m1/ack:N#1"), parse_fault("crash bob@show:m1+50")
    (Drop("m1/ack:N#1"), Crash("bob", after="show m1", down=50))
    """
    kind, _, rest = text.partition(" ")
    if kind not in FAULTS:
        raise InputError(f"no fault {quoted(text)}; faults are {', '.join(FAULTS)}, such as: drop m1/ack:N#1")
    parse: Callable[[str], Fault] = FAULTS[kind].parse
    return parse(rest)


def _parted(text: str) -> tuple[str, str | None]:
    """Return the name and the time of `NAME+MS`, None if there is no time: a msgid may hold a + of its own."""
    name, plus, ms = text.rpartition("+")
    return (text, None) if not plus or ":" in ms else (name, ms)  # every name has a kind, with a colon


def _plus(ms: float | None) -> str:
    return "" if ms is None else f"+{ms}"


def _span(fault: Offline | Partition) -> str:
    return f"at={fault.at}" + ("" if fault.lasting is None else f", lasting={fault.lasting}")


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


def _checked_name(name: object, where: str) -> None:
    if not isinstance(name, str) or not re.fullmatch(r"\w{1,40}", name):
        raise InputError(f"{where}: expected the name of a node, such as bob or server, got {quoted(name)}")


def _checked_effect(after: object) -> str:
    """Return the text of an effect as it is compared: the first show of m1 is `show m1`."""
    match = re.fullmatch(_AFTER, after) if isinstance(after, str) else None
    if match is None or match["effect"] not in EFFECTS:
        raise InputError(
            f"after: expected EFFECT OF, such as 'show m1', got {quoted(after)}; effects are {', '.join(EFFECTS)}"
        )
    effect, of, number = match["effect"], match["of"], match["number"]
    if number and int(number) == 0:
        raise InputError(f"after: {quoted(after)}; effects are numbered from #1")
    if effect == "send":
        return f"send {parse_name(f'{of}#{number or 1}')}"
    if effect != "write" and not is_msgid(of):  # what is written may have a key of any form, as a cursor's has
        raise InputError(
            f"after: expected {effect} MSGID, such as '{effect} m1', got {quoted(after)}; a msgid has no /, #, > or ~"
        )
    return f"{effect} {of}" + (f"#{int(number)}" if number and int(number) > 1 else "")
