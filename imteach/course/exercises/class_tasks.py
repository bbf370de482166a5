"""The exercises in which a client is written or mended."""

from imteach.course.exercises.class_judge import FOUR, ClassJudge, trials
from imteach.course.exercises.exercise import Exercise
from imteach.protocol import Client

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

CLASS_TASKS = (MEND_SILENT, WRITE_DEDUP)
