"""The exercises in which faults are found that do something to alice and bob."""

from imteach.course.exercises.exercise import Exercise
from imteach.course.exercises.faults_judge import FaultsJudge, Goal
from imteach.protocol import SERVER
from imteach.scenario import Crash, Delay, Drop, Offline, Say, Scenario
from imteach.trace import Trace


def _sees(trace: Trace, status: str) -> bool:
    """Whether alice sees this beside everything that she said."""
    return all(said.status == status for said in trace.messages)


def _is_shown(trace: Trace, count: int = 1) -> bool:
    """Whether bob is shown everything so often."""
    return all(said.shown["bob"] == count for said in trace.messages)


def _has_read(trace: Trace) -> bool:
    """Whether bob is shown everything, however often."""
    return all(said.shown["bob"] for said in trace.messages)


def _server_crashes(trace: Trace) -> bool:
    return bool(trace.happened("crash", node=SERVER)) and not trace.happened("crash", node="bob")


def _lost(trace: Trace) -> int:
    """How many packets are lost, by whatever."""
    return sum(packet.fate == "lost" for packet in trace.packets)


def _two_first(trace: Trace) -> bool:
    """Whether bob reads the second message before the first one, each once."""
    return [event.said for event in trace.happened("show", node="bob")] == ["m2", "m1"]


A_LIE = Exercise(
    title="make failed a lie",
    lesson=5,
    task="""At `retransmit` alice's client sends again twice. Find drops after which alice sees `failed`, and bob has
read her message all the same. Use as few as you can.""",
    start="""\
from imteach import Drop, exercises

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
        Scenario("retransmit"),
        (Drop,),
        (
            Goal("alice sees failed", lambda trace: _sees(trace, "failed"), "she does", "alice does not see failed"),
            Goal("bob has it", _has_read, "he has read it", "bob was not shown it, so failed is true"),
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

THREE_BUBBLES = Exercise(
    title="three bubbles",
    lesson=6,
    task="""At `retransmit` bob is shown whatever comes. Find drops after which he reads *hello* three times, and alice
sees ✓✓ beside it. Use as few as you can.""",
    start="""\
from imteach import Drop, exercises

faults = [Drop("ack:N")]
exercise = exercises["three bubbles"]
exercise.check(faults)
""",
    hints=(
        "Each copy that bob reads is a msg:R that reached the server. How many does alice's client send at most?",
        "All three msg:R and all three msg:N have to arrive. So what may be lost?",
        "alice sends again while no ack:N comes. The first two tries must not be answered to her, and the third must.",
    ),
    judge=FaultsJudge(
        Scenario("retransmit"),
        (Drop,),
        (
            Goal(
                "bob reads it three times",
                lambda trace: _is_shown(trace, 3),
                "three bubbles",
                "bob does not read it three times",
            ),
            Goal("alice sees ✓✓", lambda trace: _sees(trace, "delivered"), "she does", "alice does not see ✓✓"),
        ),
        fewest=2,
    ),
)

RESTARTED = Exercise(
    title="a restart that nobody notices",
    lesson=8,
    task="""At `dedup` the server crashes once. Choose when and for how long, so that two packets at least are lost by
it, and yet bob reads *hello* once and alice sees ✓✓.""",
    start="""\
from imteach import Crash, exercises

faults = [Crash("server", at=500, down=100)]
exercise = exercises["a restart that nobody notices"]
exercise.check(faults)
""",
    hints=(
        "Which packets reach the server, and when? Run Scenario('dedup') without a fault, and look.",
        "What arrives while the server is down is lost. One arrival is not enough; whose retransmission brings more?",
        "alice's msg:R arrives at 50 ms, and again at 350 ms. The third one, at 650 ms, has to find the server up.",
    ),
    judge=FaultsJudge(
        Scenario("dedup"),
        (Crash,),
        (
            Goal("the server crashes", _server_crashes, "it does", "it is not the server that crashes"),
            Goal("two are lost", lambda trace: _lost(trace) > 1, "two at least", "fewer than two packets are lost"),
            Goal("bob reads it once", _is_shown, "he does", "bob does not read it once"),
            Goal("alice sees ✓✓", lambda trace: _sees(trace, "delivered"), "she does", "alice does not see ✓✓"),
        ),
        fewest=1,
    ),
)

NEVER_FETCHED = Exercise(
    title="kept, and never fetched",
    lesson=9,
    task="""At `offline` bob is away until 1,000 ms, and the server keeps alice's message. Find drops after which he
is back, alice sees ✓✓, and *hello* is on no screen of his. Use as few as you can.""",
    start="""\
from imteach import Drop, exercises

faults = [Drop("offline:R")]
exercise = exercises["kept, and never fetched"]
exercise.check(faults)
""",
    hints=(
        "alice has her ✓✓ before bob is back. Which packets bring him what was kept?",
        "His client asks with offline:R, and asks again when no answer comes. How many times?",
        'Each of the three tries needs its offline:R and its offline:A. "offline:R#2" is the second one.',
    ),
    judge=FaultsJudge(
        Scenario("offline"),
        (Drop,),
        (
            Goal("alice sees ✓✓", lambda trace: _sees(trace, "delivered"), "she does", "alice does not see ✓✓"),
            Goal("bob has nothing", lambda trace: _is_shown(trace, 0), "he reads nothing", "bob reads it"),
        ),
        fewest=3,
        given=(Offline("bob", at=0, lasting=1000),),
    ),
)

FORGOTTEN = Exercise(
    title="a crash that shows it twice",
    lesson=10,
    task="""At `offline` bob's dedup table is in his client's memory only, and a crash empties it. Find one crash, and
no other fault, after which bob reads *hello* twice.""",
    start="""\
from imteach import Crash, exercises

faults = [Crash("bob", at=500, down=100)]
exercise = exercises["a crash that shows it twice"]
exercise.check(faults)
""",
    hints=(
        "A second copy comes only if alice's client sends again. So her ack:N must not come.",
        "bob has to be shown the message before the crash. And what must the crash prevent?",
        'Right after bob is shown m1 his client would send ack:R. Between the two a crash strikes by after="show m1".',
    ),
    judge=FaultsJudge(
        Scenario("offline"),
        (Crash,),
        (Goal("bob reads it twice", lambda trace: _is_shown(trace, 2), "two bubbles", "bob does not read it twice"),),
        fewest=1,
    ),
)

OVERTAKES = Exercise(
    title="two before one",
    lesson=11,
    task="""At `durable` alice says *one*, and 20 ms later *two*. Nothing is lost, and nothing is sent again: packets
are only late. Let bob read *two* first, and then *one*. Use as few delays as you can.""",
    start="""\
from imteach import Delay, Say, exercises

faults = [Delay("m2/msg:N", by=100)]
exercise = exercises["two before one"]
exercise.check(faults)
""",
    hints=(
        "Which packets bring “one” to bob? A late one lets the other message pass.",
        "If it is too late alice's client sends again, after 300 ms. From msg:R to ack:N it takes 200 ms.",
        "m1/msg:R or m1/msg:N can be late: by more than 20 ms, and by less than 100.",
    ),
    judge=FaultsJudge(
        Scenario("durable", say=[Say("one"), Say("two", at=20)]),
        (Delay,),
        (
            Goal("two before one", _two_first, "he reads two, and then one", "bob does not read two before one"),
            Goal(
                "nothing is sent again", lambda trace: not trace.happened("retransmit"), "nothing is",
                "alice's client sends again",
            ),
        ),
        fewest=1,
    ),
)  # fmt: skip

FAULT_TASKS = (UNNOTICED, A_LIE, THREE_BUBBLES, RESTARTED, NEVER_FETCHED, FORGOTTEN, OVERTAKES)
