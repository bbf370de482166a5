"""The exercises in which settings are chosen: how long to wait, and how often to try."""

from imteach.course.exercises.exercise import Exercise
from imteach.course.exercises.settings_judge import SettingsJudge, keeps, within
from imteach.scenario import Offline, Scenario
from imteach.trace import Trace

PATIENCE = 1500


def _no_retransmission(trace: Trace) -> str:
    again = list(trace.happened("retransmit"))
    return f"at {again[0].t} ms alice's client sends again, though nothing is lost" if again else ""


def _told_in_time(trace: Trace) -> str:
    told = [event.t for event in trace.happened("status", status="failed")]
    if not told:
        return "alice is never told that it failed"
    return f"alice is told at {told[0]} ms, later than {PATIENCE} ms" if told[0] > PATIENCE else ""


THREE_LOSSES = Exercise(
    title="enough retries for three losses",
    lesson=5,
    task="""Choose `rto` and `retries` at the rung `dedup`, so that three losses, whichever they are, do no harm. Where
nothing is lost nothing is to be sent again; and where nobody is there alice is to be told so within 1,500 ms.""",
    start="""\
from imteach import Scenario, exercises

exercise = exercises["enough retries for three losses"]
exercise.check(Scenario("dedup", rto=300, retries=2))
""",
    hints=(
        "How many tries can three losses spoil at most?",
        "A try that nobody spoils is one more than that. The time until failed is the RTO, times the number of tries.",
        "Three retries make four tries. ack:N comes at 200 ms, so the RTO lies above that; 4 × RTO is at most 1,500.",
    ),
    judge=SettingsJudge(
        Scenario("dedup"),
        ("rto", "retries"),
        (
            within("nothing is lost", (), _no_retransmission, "nothing is sent again"),
            keeps("each single loss", "all_delivered", 1),
            keeps("three losses", "all_delivered", 3),
            within("nobody is there", (Offline("bob"),), _told_in_time, "alice is told in time"),
        ),
    ),
)

SETTING_TASKS = (THREE_LOSSES,)
