"""What comes at the wrong time: a timer that was cancelled, a person who cannot wait, a heartbeat before its time."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imteach.errors import InputError, quoted
from imteach.scenario.checks import node_name
from imteach.scenario.moments import check_moment, moment_in_python, parsed_moment, whole_effect, written
from imteach.scenario.naming import is_msgid
from imteach.scenario.texts import python

if TYPE_CHECKING:
    from imteach.scenario.scenario import Scenario

_TIMER = r"(?P<name>[^#]+)(?:#(?P<number>[0-9]{1,9}))?"
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


@dataclass(frozen=True, repr=False)
class Again:
    """An impatient person sends a message again while it is still under way: the same thing said, the same msgid.

    They do so `at` a time, or right `after` an effect of any node, when its step is done: `"send m1/msg:A#1"`. Where
    the message is settled by then, or was never said, there is nothing to press, and the trace says so. What a person
    types anew, in the same words, is another thing said: that is a second `Say`.

    >>> Again("m1", at=70), str(Again("m1", after="send m1/msg:R"))
    (Again("m1", at=70), 'again m1@send:m1/msg:R#1')
    >>> Again("m1")
    Traceback (most recent call last):
    imteach.errors.InputError: again m1: expected either at=MS or after="EFFECT OF", such as after="send m1/msg:R#1"
    """

    msgid: str
    at: float | None = None
    after: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.msgid, str) or not is_msgid(self.msgid):
            raise InputError(f"expected the msgid of a message, such as m1, got {quoted(self.msgid)}", where="again")
        check_moment(self, f"again {self.msgid}", "send m1/msg:R#1")

    def __repr__(self) -> str:
        return f"Again({python(self.msgid)}, {moment_in_python(self.at, self.after)})"

    def __str__(self) -> str:
        return f"again {self.msgid}@{written(self.at or 0, self.after, ends=True)}"

    @classmethod
    def parse(cls, text: str) -> "Again":
        """Read `m1@70` or `m1@send:m1/msg:R#1`."""
        msgid, at, after = parsed_moment(text, "MSGID", "m1@70")
        return cls(msgid, at, after)

    def resolve(self, scenario: "Scenario") -> "Again":
        """Return the same fault, if this scenario has the message; the packet of a `send` gets its whole name."""
        scenario.checked_msgid(self.msgid, "again")
        return Again(self.msgid, self.at, whole_effect(self.after, scenario))


@dataclass(frozen=True, repr=False)
class Beat:
    """A heartbeat of a group's member comes before its time, while other things are under way.

    It comes `at` a time, or right `after` an effect of any node, when its step is done: `"send m1/msg:N>bob#1"`. The
    next one comes a whole heartbeat later. Where a person is in several groups, all their heartbeats come.

    >>> Beat("bob", at=70), str(Beat("bob", after="send m1/msg:R"))
    (Beat("bob", at=70), 'beat bob@send:m1/msg:R#1')
    >>> Beat("bob")
    Traceback (most recent call last):
    imteach.errors.InputError: beat bob: expected either at=MS or after="EFFECT OF", such as after="send m1/msg:R#1"
    """

    person: str
    at: float | None = None
    after: str | None = None

    def __post_init__(self) -> None:
        node_name(self.person, "beat")
        check_moment(self, f"beat {self.person}", "send m1/msg:R#1")

    def __repr__(self) -> str:
        return f"Beat({python(self.person)}, {moment_in_python(self.at, self.after)})"

    def __str__(self) -> str:
        return f"beat {self.person}@{written(self.at or 0, self.after, ends=True)}"

    @classmethod
    def parse(cls, text: str) -> "Beat":
        """Read `bob@70` or `bob@send:m1/msg:R#1`."""
        who, at, after = parsed_moment(text, "PERSON", "bob@70")
        return cls(who, at, after)

    def resolve(self, scenario: "Scenario") -> "Beat":
        """Return the same fault, if this person is in a group; the packet of a `send` gets its whole name."""
        if self.person not in scenario.groups_of:
            members = ", ".join(list(scenario.groups_of)[:12]) or "nobody"
            raise InputError(f"{quoted(self.person)} is in no group, so no heartbeat comes; {members} is", where="beat")
        return Beat(self.person, self.at, whole_effect(self.after, scenario))


def nth_cancel(timer: str, number: int) -> str:
    """Return how a `Late` names a timer that its node cancels for the time of this number.

    >>> nth_cancel("m1", 1), nth_cancel("m1", 2)
    ('m1', 'm1#2')
    """
    return timer if number == 1 else f"{timer}#{number}"


def _checked_timer(timer: object) -> str:
    """Return the name of a timer as it is compared: the first time that m1 is cancelled is `m1`."""
    match = re.fullmatch(_TIMER, timer) if isinstance(timer, str) else None
    if match is None or not is_msgid(match["name"]):  # a rule for both: see `imteach.learner.returned`
        raise InputError(f"expected the name of a timer, such as m1 or pull, got {quoted(timer)}", where="timer")
    number = int(match["number"] or 1)
    if number == 0:
        raise InputError(f"{quoted(timer)}; the times that a timer is cancelled are numbered from #1", where="timer")
    return nth_cancel(match["name"], number)
