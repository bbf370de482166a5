"""The exercises in which a server is written or mended."""

from imteach.course.exercises.budgets import kept_until_it_came, packets_at_most
from imteach.course.exercises.class_judge import FOUR, NO_FAULT, ClassJudge, trials
from imteach.course.exercises.exercise import Exercise
from imteach.protocol import Server
from imteach.scenario import Offline, Say
from imteach.verify.exams.trials import Trial

PASSING_ON = trials(
    "the server starts anew", "the server forgets at once", "the same words twice", "both directions", "three people",
    "all talk at once", "two messages in any order",
)  # fmt: skip
"""Trials that expose the bugs of a server that passes on."""

KEEPING = trials(
    "bob leaves in between", "bob is away twice", "more than a page is kept", "the second page is lost",
    "two are away", "the same words to bob, who is away", "the server crashes while bob is away",
    "the server crashes, and two are kept",
)  # fmt: skip
"""Trials that expose the bugs of a server that keeps messages for those who are away."""

COPIED = Trial(
    "bob is away, and packets are copied", "what cannot be deleted twice", kinds=("duplicate",),
    given=(Offline("bob", at=0, lasting=1000),), since="offline",
)  # fmt: skip
ONE_IS_THERE = Trial(
    "carol is away, and bob is not", "what is deleted for one because another one answers",
    {"say": [Say("hello", to="carol"), Say("hi", at=200)]}, given=(Offline("carol", at=0, lasting=1000),),
    since="offline",
)  # fmt: skip

WITHOUT_ACK_A = Exercise(
    title="acknowledge without ack:A",
    lesson=4,
    task="""Nobody misses a lost ack:A. So write a server that sends none, at the rung `acked`: a message is to take
five packets, and all else is to be as before.

`on_ack_r` is called when bob's client says that it has shown a message. It returns what the server sends then.""",
    start="""\
from imteach import Server, exercises


class MyServer(Server):
    def on_ack_r(self, packet):
        return super().on_ack_r(packet)  # a list of two: ack:A to bob, ack:N to alice


exercise = exercises["acknowledge without ack:A"]
exercise.check(MyServer)
""",
    hints=(
        "super().on_ack_r(packet) returns two effects. Which of them does somebody wait for?",
        "A part of a list is a list, too: effects[:1] is the first of it, effects[1:] is all but the first.",
        "ack:A is the first of the two. What is left when it is cut off is to be returned, as a list.",
    ),
    judge=ClassJudge(Server, "acked", FOUR | {"trials": PASSING_ON}, budgets={"packets": packets_at_most(5)}),
)

WITHOUT_MEMORY = Exercise(
    title="a server without a memory",
    lesson=8,
    task="""This server notes at msg:R who is to hear of a message, and looks it up at ack:R. If it crashes in
between, its notes are gone.

Write it so that it notes nothing about messages in flight, and so needs nothing after a crash.""",
    start="""\
from imteach import Server, exercises
from imteach.protocol import Transmit


class MyServer(Server):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.senders = {}

    def on_msg_r(self, packet):
        self.senders[packet.msgid] = packet.src
        return super().on_msg_r(packet)

    def on_ack_r(self, packet):
        sender = self.senders.pop(packet.msgid)
        return [
            Transmit(packet.follow_up("ack:A", to=packet.src)),
            Transmit(packet.follow_up("ack:N", to=sender)),
        ]


exercise = exercises["a server without a memory"]
exercise.check(MyServer)
""",
    hints=(
        "ack:R comes after the crash as well, and it brings more with it than a msgid. What would you need of it?",
        "Each packet of a message carries that message: packet.message, with its text, its sender and its receiver.",
        "packet.message.sender is who is to hear of it. Then nobody needs self.senders, nor the notes in on_msg_r.",
    ),
    judge=ClassJudge(
        Server,
        "dedup",
        {
            "it runs": (NO_FAULT,),
            "a crash": trials("the server starts anew", "the server forgets at once"),
            **FOUR,
            "trials": PASSING_ON,
        },
        budgets={"packets": packets_at_most(6, [Say(), Say("hi", sender="carol", at=10)])},
    ),
)

NOT_YET = Exercise(
    title="do not throw it away yet",
    lesson=9,
    task="""bob is away, and the server keeps his messages. This server deletes them as soon as it has sent them to him.

Write both methods so that nothing is lost, and nothing is kept for ever. `Delete(to, msgid)` asks for a message to be
taken from the disk; `self.store[to]` is what the server holds itself: what is kept for somebody, by msgid.""",
    start="""\
from imteach import Server, exercises
from imteach.protocol import Delete


class MyServer(Server):
    def on_offline_r(self, packet):  # bob asks for what was kept
        effects = super().on_offline_r(packet)  # one effect: offline:A, with the oldest of it
        for kept in list(self.store.get(packet.src, {}).values())[:20]:
            del self.store[packet.src][kept.msgid]
            effects.append(Delete(packet.src, kept.msgid))
        return effects

    def on_offlineack_r(self, packet):  # bob has the messages packet.msgids
        return []


exercise = exercises["do not throw it away yet"]
exercise.check(MyServer)
""",
    hints=(
        "Lose offline:A, and look at what is left of alice's message. Which packet says that bob has it?",
        "on_offline_r only answers. What it does too much belongs into the other method, for other msgids.",
        """For each msgid in packet.msgids that is in self.store[packet.src]: delete it there, and return its Delete.
Careful: the same offlineack:R can come twice.""",
    ),
    judge=ClassJudge(
        Server,
        "offline",
        FOUR | {"bob is away": trials("bob is away"), "trials": (*KEEPING, COPIED, ONE_IS_THERE)},
        budgets={"nothing is kept for ever": kept_until_it_came},
    ),
)

SERVER_TASKS = (WITHOUT_ACK_A, WITHOUT_MEMORY, NOT_YET)
