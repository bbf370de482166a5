"""What comes at the wrong time: a timer runs out although it was cancelled."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imteach.errors import InputError, quoted
from imteach.scenario.checks import node_name
from imteach.scenario.texts import python

if TYPE_CHECKING:
    from imteach.scenario.scenario import Scenario

_TIMER = r"(?s)(?P<name>.+?)(?:#(?P<number>[0-9]{1,9}))?"
_LATE = r"(?s)(?P<node>[^@]*)@(?P<timer>.*)"


@dataclass(frozen=True, repr=False)
class Late:
    """A timer had run out when a node cancelled it: the node is told of it all the same, right after that step.

    A message's timer has its msgid as its name; others are `"pull"`, `"pull:friends"` and `"ack:friends"`. `"m1#2"` is
    the second time that this node cancels its timer m1. A node that starts a timer which runs cancels it first.

    >>> Late("alice", "m1"), str(Late("bob", "pull:friends#2"))
    (Late("alice", "m1"), 'late bob@pull:friends#2')
    >>> Late("alice", "")
    Traceback (most recent call last):
    imteach.errors.InputError: timer: expected the name of a timer, such as m1 or pull, got ''
    """

    node: str
    timer: str

    def __post_init__(self) -> None:
        node_name(self.node, "late")
        object.__setattr__(self, "timer", _checked_timer(self.timer))

    def __repr__(self) -> str:
        return f"Late({python(self.node)}, {python(self.timer)})"

    def __str__(self) -> str:
        return f"late {self.node}@{self.timer}"

    @classmethod
    def parse(cls, text: str) -> "Late":
        """Read `alice@m1`, or `alice@m1#2`."""
        match = re.fullmatch(_LATE, text)
        if match is None:
            raise InputError(f"expected NODE@TIMER, such as alice@m1, got {quoted(text)}")
        return cls(match["node"], match["timer"])

    def resolve(self, scenario: "Scenario") -> "Late":
        """Return the same fault, if this scenario has the node."""
        scenario.checked_node(self.node)
        return self


def nth_cancel(timer: str, number: int) -> str:
    """Return how a `Late` names a timer that its node cancels for the time of this number.

    >>> nth_cancel("m1", 1), nth_cancel("m1", 2), nth_cancel("mine#2", 1)
    ('m1', 'm1#2', 'mine#2#1')
    """
    is_clear = number == 1 and _parted(timer)["number"] is None
    return timer if is_clear else f"{timer}#{number}"


def _parted(timer: str) -> re.Match[str]:
    match = re.fullmatch(_TIMER, timer)
    assert match is not None  # every text that is not empty has this form
    return match


def _checked_timer(timer: object) -> str:
    """Return the name of a timer as it is compared: the first time that m1 is cancelled is `m1`."""
    if not isinstance(timer, str) or not 0 < len(timer) <= 100 or not timer.isprintable():
        raise InputError(f"expected the name of a timer, such as m1 or pull, got {quoted(timer)}", where="timer")
    name, number = _parted(timer).group("name", "number")
    if number is None:
        return timer
    if int(number) == 0:
        raise InputError(f"{quoted(timer)}; the times that a timer is cancelled are numbered from #1", where="timer")
    return nth_cancel(name, int(number))
