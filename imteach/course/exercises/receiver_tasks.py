"""The exercises in which the receiver's side of a client is written or mended."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from imteach.course.exercises.budgets import closes_a_gap_at_once, remembers_at_most, tells_its_cursor
from imteach.course.exercises.class_judge import FOUR, NO_FAULT, ClassJudge, trials
from imteach.course.exercises.exercise import Exercise
from imteach.course.exercises.stages import Judged
from imteach.protocol import Client
from imteach.scenario import Drop, Say, Scenario
from imteach.verify.exams.trials import Trial

RECEIVING = trials(
    "copies", "late packets", "a slow link", "any order, copies", "bob comes back at once", "the same words twice",
    "both directions", "three people", "four messages", "twenty messages",
)  # fmt: skip
"""Trials that expose the bugs of a receiver."""

MEND_SILENT = Exercise(
    title="mend the silent dedup",
    lesson=7,
    task="""bob's client knows a message that it has shown, and does not show it again. It is silent about that, too.

Change one line, so that alice is not told `failed` of a message that bob has read.""",
    start="""\
from imteach import Client, exercises


class MyClient(Client):
    def on_msg_n(self, packet):
        if packet.msgid in self.dedup:
            return [self.show_or_discard(packet)]  # change this line
        return super().on_msg_n(packet)


exercise = exercises["mend the silent dedup"]
exercise.check(MyClient)
""",
    hints=(
        "Why does alice's client send again? Which packet is it waiting for, and who can bring that about?",
        "A duplicate says: your ack did not reach me. So it is to be discarded and answered, like the first copy.",
        "self.acknowledge(packet) is the list with the ack:R. Two lists are joined by +.",
    ),
    judge=ClassJudge(Client, "dedup", FOUR | {"trials": RECEIVING}),
)

WRITE_DEDUP = Exercise(
    title="write dedup",
    lesson=7,
    task="""The rung is `retransmit`: whatever comes is shown. Write the method that shows nothing twice, and leaves
nobody without an answer.

You can use: `self.dedup`, an empty dictionary that is yours to fill; `Show(packet.msgid, packet.message)`;
`Discard(packet.msgid, packet.message)`, which puts it into the picture that nothing is shown;
`self.acknowledge(packet)`, the list with the ack:R.""",
    start="""\
from imteach import Client, exercises
from imteach.protocol import Discard, Show


class MyClient(Client):
    def on_msg_n(self, packet):  # a message has come
        return []


exercise = exercises["write dedup"]
exercise.check(MyClient)
""",
    hints=(
        "Three things are to be done with a new message, and one of them with a duplicate as well.",
        "Ask first whether packet.msgid is in self.dedup. If it is not, put it there: self.dedup[packet.msgid] = None.",
        "In both cases the list ends in *self.acknowledge(packet). For a msgid that is new it begins with Show(…).",
    ),
    judge=ClassJudge(Client, "retransmit", FOUR | {"trials": RECEIVING}, like="dedup"),
)

# 30 messages, 40 ms apart: a copy of one can come until 600 ms after the first, and so behind 15 others
_THIRTY = [Say(f"no. {number}", at=40 * number) for number in range(30)]
_LOST = tuple(Drop(f"m{number}/ack:N#{copy}") for number in (1, 9, 10, 19, 20, 21) for copy in (1, 2))
THIRTY = Trial("thirty messages", "a memory that is too short, or is cleared too early", {"say": _THIRTY}, given=_LOST,
              faults=0)  # fmt: skip

TWENTY = Exercise(
    title="remember at most 20 msgids",
    lesson=7,
    task="""A dedup table that never forgets fills up the phone. Write a client that remembers 20 msgids at most,
whatever comes, and still shows nothing twice: a copy comes behind 19 other messages at most.

`self.dedup` is a dictionary, the oldest first. You can use it, or keep a memory of your own.""",
    start="""\
from imteach import Client, exercises


class MyClient(Client):
    def on_msg_n(self, packet):
        return super().on_msg_n(packet)  # remembers every msgid, for ever


exercise = exercises["remember at most 20 msgids"]
exercise.check(MyClient)
""",
    hints=(
        "Which of 21 msgids can be forgotten with the least danger?",
        "next(iter(self.dedup)) is the oldest msgid of the table. del self.dedup[…] takes one out.",
        "effects = super().on_msg_n(packet); then, while there are more than 20 in self.dedup, delete the oldest.",
    ),
    judge=ClassJudge(
        Client,
        "dedup",
        FOUR | {"trials": (*RECEIVING, THIRTY)},
        budgets={"memory": remembers_at_most(20, Scenario("dedup", say=_THIRTY), "bob")},
    ),
)

BEFORE_YOU_PROMISE = Exercise(
    title="write before you promise",
    lesson=10,
    task="""The rung is `durable`: what stands on the disk survives a crash. A crash can come between any two effects.
This client sends ack:R first, and then shows and writes.

Put it right. `self.show_or_discard(packet)` is one effect: it shows the message and writes its msgid in one step.""",
    start="""\
from imteach import Client, exercises
from imteach.protocol import Show


class MyClient(Client):
    def on_msg_n(self, packet):
        effect = self.show_or_discard(packet)
        if not isinstance(effect, Show):
            return [*self.acknowledge(packet), effect]  # a duplicate
        shown = Show(packet.msgid, packet.message)  # shows, and writes nothing
        return [*self.acknowledge(packet), effect.write, shown]


exercise = exercises["write before you promise"]
exercise.check(MyClient)
""",
    hints=(
        "Let a crash come after each of the three effects, in your head: what does alice believe, what does bob have?",
        "ack:R is the promise: it comes last. And between showing and writing there must be no room for a crash.",
        "effect shows and writes in one step. So return it first, and what self.acknowledge(packet) returns behind it.",
    ),
    judge=ClassJudge(
        Client,
        "durable",
        {
            "it runs": (NO_FAULT,),
            "each single loss": trials("one message"),
            "each crash": trials("a crash"),
            "a crash and a loss": trials("a crash and a loss"),
            "trials": trials("a crash with two messages", "a crash after an absence", "bob is away", "four messages"),
        },
    ),
)

_TWO_TALK = [Say("one"), Say("first", sender="carol", at=10), Say("two", at=20), Say("second", sender="carol", at=30)]

IN_ORDER = Exercise(
    title="deliver in order",
    lesson=11,
    task="""The rung is `ordered`: each message has a number. `packet.number` is 1 for the first message of a sender to
bob, 2 for the second, and so on. Write the method that shows each sender's messages in their order. What comes too
early is held back; it is acknowledged when it is shown, and not before.

You can use: `packet.message.sender`; `Show(packet.msgid, packet.message)`; `Hold(packet.msgid, packet.message)`, which
puts it into the picture that something is held back; `self.acknowledge(packet)`, the list with the ack:R.""",
    start="""\
from imteach import Client, exercises
from imteach.protocol import Discard, Hold, Show


class MyClient(Client):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.next = {}  # by sender: the number whose turn it is
        self.early = {}  # by sender: the packets that came too early, by number

    def on_msg_n(self, packet):
        return [Show(packet.msgid, packet.message), *self.acknowledge(packet)]


exercise = exercises["deliver in order"]
exercise.check(MyClient)
""",
    hints=(
        "A number is lower than the one whose turn it is, equal to it, or higher. What is to be done in each case?",
        "When a message is shown, the next one may be held back already, and the one after it. That asks for a loop.",
        """Put the packet into self.early[sender]. Then, while the number whose turn it is stands there: take it out,
show it, acknowledge it, and go on to the next number. What is lower than the turn is only acknowledged again.""",
    ),
    judge=ClassJudge(
        Client,
        "ordered",
        {
            "it runs": (NO_FAULT,),
            "each single loss": trials("one message"),
            "two messages": trials("in order"),
            "late and copied": trials("in order, late or copied"),
            "trials": (
                *trials("in order, the first comes last", "in order, to two people", "four messages"),
                Trial("two speak to bob", "one row of numbers for everybody", {"say": _TWO_TALK}),
                Trial(
                    "one that never comes", "what is acknowledged and never shown",
                    {"say": [Say("one"), Say("two", at=20)]}, given=tuple(Drop(f"m1/msg:R#{n}") for n in (1, 2, 3)),
                ),
            ),
        },
    ),
)  # fmt: skip

_TO_FRIENDS: dict[str, Any] = {
    "groups": {"friends": ["alice", "bob", "carol"]},
    "say": [Say("one", to="friends"), Say("two", to="friends", at=100)],
}
_BOBS_TOO = [*_TO_FRIENDS["say"], Say("yes?", sender="bob", to="friends", at=20)]


def _among_friends(budget: Callable[[Scenario], Judged]) -> Callable[[Scenario], Judged]:
    """Return this budget, looked at where alice says one and two to her friends."""
    return lambda scenario: budget(replace(scenario, people=(), **_TO_FRIENDS))


CURSOR = Exercise(
    title="a cursor without gaps",
    lesson=12,
    task="""The rung is `group`. `take_group` is called with the messages that have come for a group: one of a msg:N,
or all that a pull brought. Each has `msgid`, `message` and `number`. What this person said comes here, too, when its
ack:N tells the number: it counts, and is not shown.

Show what is in its turn, and pull where one is missing. `self.groups[group].turn` is the number whose turn it is; the
cursor is one less.

You can use: `Show(kept.msgid, kept.message)`; `self.pull(group)`, the list with offline:R, which asks for all after
the cursor; `self.send_cursor(group)`, the list with the ack:R.""",
    start="""\
from imteach import Client, exercises
from imteach.protocol import Show


class MyClient(Client):
    def take_group(self, arrived, group):
        effects = []
        for kept in arrived:
            if kept.message.sender != self.name:
                effects.append(Show(kept.msgid, kept.message))
            self.groups[group].turn = kept.number + 1  # whatever comes is the next one
        return [*effects, *self.send_cursor(group)]


exercise = exercises["a cursor without gaps"]
exercise.check(MyClient)
""",
    hints=(
        "A number is lower than the one whose turn it is, equal to it, or higher. What is to be done in each case?",
        "What is too early need not be kept: the server has it, and a pull brings all after the cursor, in order.",
        """Equal: show it, if somebody else said it, and let the turn be one more. Higher: add self.pull(group). Lower:
it was here before. The cursor is sent in any case.""",
    ),
    judge=ClassJudge(
        Client,
        "group",
        {
            "it runs": (Trial("nothing is lost", "what goes wrong by itself", _TO_FRIENDS, faults=0),),
            "each single loss": (Trial("one and two to friends", "a cursor that passes over a gap", _TO_FRIENDS),),
            "late and copied": (
                Trial(
                    "one and two, late or copied", "what is taken twice, or before its turn", _TO_FRIENDS,
                    kinds=("duplicate", "delay"),
                ),
            ),
            "trials": (
                Trial("two speak to friends", "what its person said itself", _TO_FRIENDS | {"say": _BOBS_TOO}),
                *trials("two speak in a group", "a member is away"),
            ),
        },
        budgets={
            "at once": _among_friends(closes_a_gap_at_once),
            "cursors": _among_friends(tells_its_cursor),
        },
        untried="Not tried: crashes, other scenarios, more faults than each stage has.",
    ),
)  # fmt: skip

RECEIVER_TASKS = (MEND_SILENT, WRITE_DEDUP, TWENTY, BEFORE_YOU_PROMISE, IN_ORDER, CURSOR)
