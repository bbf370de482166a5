"""The exercises in which the sender's side of a client is written or mended, or all of it."""

from imteach.course.exercises.blank import BlankClient
from imteach.course.exercises.budgets import packets_at_most, shows_each_status
from imteach.course.exercises.class_judge import NO_FAULT, ClassJudge, trials
from imteach.course.exercises.exercise import Exercise
from imteach.course.exercises.receiver_tasks import RECEIVING
from imteach.protocol import Client
from imteach.verify.exams.trials import Trial

PATIENT = trials("four retries", "late packets", "a slow link", "any order, copies")
SENDING = trials("both lost at first", "the same words twice", "both directions", "three people", "twenty messages")
"""Trials that expose the bugs of a sender: of one message, and of several."""

AT_ONCE = Trial("no retries, in any order", "an answer that comes after failed", {"retries": 0}, clock=False)

STAGES = {
    "it runs": (NO_FAULT,),
    "each single loss": trials("one message"),
    "nobody is there": trials("nobody is there"),
    "explore": trials("two losses"),
    "check": trials("any order"),
}
"""As `FOUR`; a sender who never gives up is found before the search without a clock, which would find no end."""

RETRANSMIT = Exercise(
    title="write the retransmission",
    lesson=5,
    task="""The rung is `acked`: when a timer runs out, alice's client gives up at once. Write the method that sends
msg:R again under the same msgid while tries are left, and only then gives up.

You can use: `self.queue[msgid]`, which has the `message` and the number of `tries` so far;
`entry._replace(tries=…)`, a new entry to be put in its place; `self.retries`; `Transmit(self.msg_r(msgid, message))`;
`StartTimer(msgid)`; `super().on_timer(msgid)`, which gives up.""",
    start="""\
from imteach import Client, exercises
from imteach.protocol import StartTimer, Transmit


class MyClient(Client):
    def on_timer(self, msgid):  # no ack:N in time
        return super().on_timer(msgid)


exercise = exercises["write the retransmission"]
exercise.check(MyClient)
""",
    hints=(
        "With 2 retries there are 3 tries. The first one was made in on_say, and self.queue[msgid].tries is 1 then.",
        "Two things happen at a retransmission that must not be forgotten: its try is counted, and its timer starts.",
        """If entry.tries <= self.retries: put entry._replace(tries=entry.tries + 1) into the queue, and return a list
of Transmit(…) and StartTimer(msgid). Else super() gives up.""",
    ),
    judge=ClassJudge(
        Client, "acked", STAGES | {"trials": (*PATIENT, *trials("sent again after a failure"), *SENDING)},
        like="retransmit",
    ),
)  # fmt: skip

NO_NEWS = Exercise(
    title="no ✓ after ✓✓",
    lesson=14,
    task="""msg:A comes, so alice's client shows ✓. What could be simpler? Packets can overtake each other, that is
what. Add what is missing.

`self.status` holds what alice sees beside each message, by msgid.""",
    start="""\
from imteach import Client, exercises


class MyClient(Client):
    def on_msg_a(self, packet):
        return [self.report(packet.msgid, "sent")]


exercise = exercises["no ✓ after ✓✓"]
exercise.check(MyClient)
""",
    hints=(
        "Look at the counterexample: what does alice see before msg:A comes, and what after it?",
        "✓ is news only for who has heard nothing better. It must not take the place of ✓✓, and not of failed either.",
        'Report "sent" only if self.status[packet.msgid] is "sending"; else return [].',
    ),
    judge=ClassJudge(Client, "dedup", STAGES | {"trials": (*PATIENT, AT_ONCE, *SENDING)}),
)

FROM_A_BLANK_PAGE = Exercise(
    title="a client from a blank page",
    lesson=14,
    task="""`BlankClient` does nothing at all. Write the five methods of a client for the rung `dedup`: its person says
something, msg:A comes, ack:N comes, a timer runs out, msg:N comes.

You can use: `self.new_msgid()`; `self.msg_r(msgid, message)`, the packet; `self.report(msgid, status)`, the effect that
lets the person see `sending`, `sent`, `delivered` or `failed`; `self.queue`, `self.dedup`, `self.status`, dictionaries;
`self.retries`; `Waiting(message, tries)` for the queue; `self.acknowledge(packet)`, the list with the ack:R; and the
effects `Transmit`, `StartTimer`, `CancelTimer`, `Show`, `Discard`.""",
    start="""\
from imteach import exercises
from imteach.course.exercises import BlankClient
from imteach.protocol import CancelTimer, Discard, Show, StartTimer, Transmit, Waiting


class MyClient(BlankClient):
    def on_say(self, message):
        return []

    def on_msg_a(self, packet):
        return []

    def on_ack_n(self, packet):
        return []

    def on_timer(self, msgid):
        return []

    def on_msg_n(self, packet):
        return []


exercise = exercises["a client from a blank page"]
exercise.check(MyClient)
""",
    hints=(
        "Begin with on_say and on_msg_n, until the first stage says more. What has to be in the queue, for on_timer?",
        "Each of the five is a sentence of lessons 5 and 7. A late ack:N counts as well, even after failed.",
        """on_say: msgid = self.new_msgid(); Waiting(message, 1) into the queue; return report, Transmit and StartTimer.
on_ack_n: CancelTimer, take it out of the queue, report delivered. on_timer: as in “write the retransmission”; at the
end take it out of the queue and report failed. on_msg_a: as in “no ✓ after ✓✓”. on_msg_n: as in “write dedup”.""",
    ),
    judge=ClassJudge(
        BlankClient,
        "dedup",
        STAGES | {"trials": (*PATIENT, AT_ONCE, *SENDING, *RECEIVING)},
        budgets={"what alice sees": shows_each_status, "packets": packets_at_most(6)},
    ),
)

SENDER_TASKS = (RETRANSMIT, NO_NEWS, FROM_A_BLANK_PAGE)
