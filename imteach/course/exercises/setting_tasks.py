"""The exercises in which settings are chosen: how long to wait, and how often to try."""

from collections.abc import Callable

from imteach.course.exercises.exercise import Exercise
from imteach.course.exercises.settings_judge import SettingsJudge, keeps, within
from imteach.scenario import Drop, Offline, Scenario
from imteach.trace import Trace

PATIENCE = 1500


def _no_retransmission(trace: Trace) -> str:
    again = list(trace.happened("retransmit"))
    return f"alice's client sends again at {again[0].t} ms, though nothing is lost" if again else ""


def _told_in_time(trace: Trace) -> str:
    told = [event.t for event in trace.happened("status", status="failed")]
    if not told:
        return "alice is never told that it failed"
    return f"alice is told at {told[0]} ms, later than {PATIENCE} ms" if told[0] > PATIENCE else ""


THREE_LOSSES = Exercise(
    title="enough retries for three losses",
    lesson=5,
    task="""Choose `rto` and `retries` at the rung `retransmit`, so that three losses, whichever they are, do no harm.
Where nothing is lost nothing is to be sent again; and where nobody is there alice is to be told so within 1,500 ms.""",
    start="""\
from imteach import Scenario, exercises

exercise = exercises["enough retries for three losses"]
exercise.check(Scenario("retransmit", rto=300, retries=2))
""",
    hints=(
        "How many tries can three losses spoil at most?",
        "A try that nobody spoils is one more than that. The time until failed is the RTO, times the number of tries.",
        "Three retries make four tries. ack:N comes at 200 ms, so the RTO lies above that; 4 × RTO is at most 1,500.",
    ),
    judge=SettingsJudge(
        Scenario("retransmit"),
        ("rto", "retries"),
        (
            within("nothing is lost", (), _no_retransmission, "nothing is sent again"),
            keeps("each single loss", "all_delivered", 1),
            keeps("three losses", "all_delivered", 3),
            within("nobody is there", (Offline("bob"),), _told_in_time, "alice is told in time"),
        ),
    ),
)


def _few_packets(most: int) -> Callable[[Trace], str]:
    def rule(trace: Trace) -> str:
        count = len(trace.packets)
        return f"alice's message takes {count} packets, more than {most}" if count > most else ""

    return rule


def _never_failed(trace: Trace) -> str:
    failed = trace.happened("status", status="failed")
    if failed:
        return f"alice sees failed at {failed[0].t} ms, and it is not true"
    return "" if trace.promises["all_delivered"] else "bob is never shown the message"


def _shown_by(latest: float) -> Callable[[Trace], str]:
    def rule(trace: Trace) -> str:
        shown = trace.happened("show")
        if not shown:
            return "bob is never shown the message"
        return f"bob is shown the message at {shown[0].t} ms, later than {latest} ms" if shown[0].t > latest else ""

    return rule


BACK_OFF = Exercise(
    title="back off",
    lesson=5,
    task="""bob's link may be quick (50 ms one way) or very slow (600 ms), and alice's client does not know which.
Choose `rto`, `retries` and `backoff` at the rung `retransmit`, so that

over the quick link a lost msg:R is repaired soon: bob reads the message within 600 ms; and over the slow link alice is
never shown `failed`, and the message takes at most 18 packets.""",
    start="""\
from imteach import Scenario, exercises

exercise = exercises["back off"]
exercise.check(Scenario("retransmit", rto=300, retries=2, backoff=1))
""",
    hints=(
        "Over the slow link ack:N comes after 1,300 ms. Until then each timeout costs six packets more.",
        "The first wait is to be short, and the ones behind it long. backoff=2 makes each twice as long as the last.",
        """Three tries are 18 packets. The first wait is 500 ms at most, and all three together last 1,300 ms at least:
with backoff b they are rto, rto × b and rto × b × b.""",
    ),
    judge=SettingsJudge(
        Scenario("retransmit"),
        ("rto", "retries", "backoff"),
        (
            within("the quick link", (), _no_retransmission, "nothing is sent again"),
            within("a loss on it", (Drop("msg:R"),), _shown_by(600), "bob reads it in time"),
            within("never failed", (), _never_failed, "alice sees ✓✓ in the end", latency={"bob": 600}),
            within("packets", (), _few_packets(18), "18 packets at most", latency={"bob": 600}),
        ),
    ),
)

SETTING_TASKS = (THREE_LOSSES, BACK_OFF)
