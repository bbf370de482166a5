"""What the network does to packets: it drops one, copies one, delays one, or loses each with some probability."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from math import ceil
from typing import TYPE_CHECKING

from imteach.errors import InputError, quoted
from imteach.scenario.checks import milliseconds, share, whole
from imteach.scenario.naming import parse_name
from imteach.scenario.texts import number_in, plus, python

if TYPE_CHECKING:
    from imteach.scenario.scenario import Scenario


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
        return f"duplicate {self.packet}{plus(self.after)}"

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
        return f"delay {self.packet}{plus(self.by)}"

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


@dataclass(frozen=True, repr=False)
class Loss:
    """The network drops each packet with the probability `p`, each by a throw of its own, decided by `seed`.

    The throw depends only on the seed and the packet's name: nothing else that happens changes it.

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
        """Return a function that says whether it drops a packet, faster than `strikes` where there are many.

        It takes the packet's name as bytes; without the owner, if `owner` is the owner of all of them.

        >>> Loss(0.2, seed=1).striker("m7")(b"/msg:R#1") == Loss(0.2, seed=1).strikes("m7/msg:R#1")
        True
        """
        from hashlib import blake2b  # takes long to load, and few runs need it

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


def _parted(text: str) -> tuple[str, str | None]:
    """Return the name and the time of `NAME+MS`, None if there is no time: a msgid may hold a + of its own."""
    name, plus, ms = text.rpartition("+")
    return (text, None) if not plus or ":" in ms else (name, ms)  # every name has a kind, with a colon


# Jitter, which is no fault, but drawn by a seed and a name as a loss is

FINEST = 1000  # steps of a millisecond in which a jitter that is no whole number of them is drawn


@lru_cache(maxsize=64)
def drawer(most: float, seed: int) -> Callable[[str], float]:
    """Return a function that draws for a packet's name from 0 to `most` simulated ms, each equally often.

    A draw depends on the seed and the name only. So it is the same on any machine, and nothing else that happens in a
    run changes it. Of a whole number of ms whole numbers are drawn.

    >>> draw = drawer(100, seed=1)
    >>> [draw(f"m1/msg:R#{number}") for number in (1, 2, 3)]
    [62, 81, 35]
    """
    from hashlib import blake2b  # takes long to load, and few runs need it

    begun = blake2b(f"jitter {seed} ".encode(), digest_size=8)
    steps = 1 if isinstance(most, int) else FINEST
    amounts = round(most * steps) + 1

    def draw(name: str) -> float:
        throw = begun.copy()
        throw.update(name.encode())
        drawn = int.from_bytes(throw.digest()) * amounts >> 64
        return drawn if steps == 1 else drawn / steps

    return draw
