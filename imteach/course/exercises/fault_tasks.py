"""The exercises in which faults are found that do something to alice and bob."""

from imteach.course.exercises.exercise import Exercise
from imteach.course.exercises.faults_judge import FaultsJudge, Goal
from imteach.protocol import PROMISES
from imteach.scenario import Drop, Say, Scenario
from imteach.trace import Trace


def _sees(trace: Trace, status: str) -> bool:
    """Whether alice sees this beside everything that she said."""
    return all(said.status == status for said in trace.messages)


def _is_shown(trace: Trace, count: int = 1) -> bool:
    """Whether bob is shown everything so often."""
    return all(said.shown["bob"] == count for said in trace.messages)


def _keeps_all(trace: Trace) -> bool:
    return all(PROMISES[name](said) for name in trace.promises for said in trace.messages)


A_LIE = Exercise(
    title="make failed a lie",
    lesson=5,
    task="""Both use `dedup`, and alice's client sends again twice. Find drops after which alice sees `failed`, and bob
has read her message all the same. Use as few as you can.""",
    start="""\
from imteach import Drop, Scenario, exercises

faults = [Drop("ack:N")]
exercise = exercises["make failed a lie"]
exercise.check(faults)
""",
    hints=(
        "alice sees failed when her last timer runs out. How many times does her client send msg:R?",
        "bob has to get one copy at least. What may be lost of the other tries, and what must be lost of this one?",
        'Each of the three tries has an ack:N of its own: "ack:N#1", "ack:N#2" and so on. None may reach alice.',
    ),
    judge=FaultsJudge(
        Scenario("dedup"),
        (Drop,),
        (
            Goal("alice sees failed", lambda trace: _sees(trace, "failed"), "she does", "alice does not see failed"),
            Goal("bob has it", _is_shown, "he has read it", "bob was not shown it, so failed is true"),
        ),
        fewest=3,
    ),
)

UNNOTICED = Exercise(
    title="two losses that nobody notices",
    lesson=4,
    task="""At `acked` alice says two things. Drop two packets so that nobody notices: bob reads both, alice sees ✓✓
beside both, and no timer runs out.""",
    start="""\
from imteach import Drop, Say, Scenario, exercises

scenario = Scenario("acked", say=[Say("hello"), Say("are you there?", at=100)])
faults = [Drop("m1/msg:R"), Drop("m2/msg:R")]
exercise = exercises["two losses that nobody notices"]
exercise.check(faults)
""",
    hints=(
        "A packet is missed only by whoever waits for it. For which of the six does nobody wait?",
        "✓✓ hangs on the chain msg:R, msg:N, ack:R, ack:N. Two kinds of packet are not on it.",
        "msg:A and ack:A are the server's answers to requests. m1/msg:A and m1/ack:A are two of four.",
    ),
    judge=FaultsJudge(
        Scenario("acked", say=[Say("hello"), Say("are you there?", at=100)]),
        (Drop,),
        (
            Goal("two losses", lambda trace: len(trace.faults) > 1, "two packets are lost", "fewer than two are lost"),
            Goal("alice sees ✓✓", lambda trace: _sees(trace, "delivered"), "beside both", "alice does not see two ✓✓"),
            Goal("bob has it", _is_shown, "he has read both, once", "bob was not shown both, once"),
            Goal(
                "no timer runs out", lambda trace: not list(trace.happened("timer_fire")), "none does",
                "a timer runs out, so alice's client noticed",
            ),
        ),
        fewest=2,
    ),
)  # fmt: skip

FAULT_TASKS = (UNNOTICED, A_LIE)
