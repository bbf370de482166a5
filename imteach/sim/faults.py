"""Faults: what a learner does to a run. Values: equal, hashable, printed as the Python that makes them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from imteach.errors import InputError, quoted
from imteach.sim.naming import parse_name, whole_name
from imteach.sim.scenario import python


@dataclass(frozen=True)
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

    def resolve(self, msgids: Sequence[str]) -> "Drop":
        """Return the same fault with its whole name, where these msgids are said."""
        return Drop(whole_name(parse_name(self.name), msgids))


Fault = Drop


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

    >>> parse_fault("drop m1/ack:N#1")
    Drop("m1/ack:N#1")
    """
    kind, _, rest = text.partition(" ")
    if kind != "drop":
        raise InputError(f"no fault {quoted(text)}; a fault reads: drop m1/ack:N#1")
    return Drop(rest)
