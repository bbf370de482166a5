"""Faults: what a learner does to a run. They are values: equal, hashable, printed as the Python that makes them.

Each has a text form for JSON, scenario files and tables (`drop m1/ack:N#1`), which `parse_fault` reads again.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from imteach.errors import InputError, quoted
from imteach.scenario.naming import short_name
from imteach.scenario.node_faults import Crash, Offline, Partition
from imteach.scenario.packet_faults import Delay, Drop, Duplicate, Loss
from imteach.scenario.untimely import Again, Beat, Late

if TYPE_CHECKING:
    from imteach.scenario.scenario import Scenario

__all__ = [
    "FAULTS", "Again", "Beat", "Crash", "Delay", "Drop", "Duplicate", "Fault", "Late", "Loss", "Offline", "Partition",
    "checked_fault", "checked_given", "parse_fault", "shortened",
]  # fmt: skip

Fault = Drop | Duplicate | Delay | Crash | Offline | Partition | Loss | Late | Again | Beat
"""Whatever can go wrong: a value of one of these classes."""

FAULTS: dict[str, type[Fault]] = {
    kind.__name__.lower(): kind for kind in (Drop, Duplicate, Delay, Crash, Offline, Partition, Loss, Late, Again, Beat)
}
"""The kinds of fault, by the word that their text begins with."""


def checked_given(given: object, scenario: "Scenario") -> tuple["Fault", ...]:
    """Return these faults, which strike in every run, with whole names. Raises `InputError` if this is no such list.

    >>> from imteach import Scenario
    >>> checked_given([Drop("ack:N")], Scenario("dedup"))
    (Drop("m1/ack:N#1"),)
    """
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise InputError(f'expected a list of faults, such as [Offline("bob")], got {quoted(given)}', where="given")
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


def shortened(fault: Fault, scenario: "Scenario") -> Fault:
    """Return the same fault as a learner would write it in this scenario: a packet by the shortest name it can have.

    >>> from imteach import Scenario
    >>> shortened(Drop("m1/ack:N#1"), Scenario("dedup"))
    Drop("ack:N")
    """
    if not isinstance(fault, Drop | Duplicate | Delay):
        return fault
    short = replace(fault, name=short_name(fault.packet, scenario.msgids))
    try:
        return short if short.resolve(scenario) == fault else fault
    except InputError:  # without its owner it could be anybody's
        return fault
