"""A step is text both ways: its sentence can be read back, and says the same to the search and to the simulator."""

import pickle
import random

import pytest
from nightly import by_night

from imteach import InputError, Offline, Partition, Resend, Say, Scenario, check, follow
from imteach.protocol import LADDER
from imteach.verify.search.rules import World
from imteach.verify.search.steps.follow import Follower
from imteach.verify.search.steps.step import SENTENCES, Step, parse_step, readings, step_of

ALL = {"all": ["alice", "bob", "carol"]}
TWO = [
    Say("one"),
    Say("two\nlines, bob crashes after effect 1", at=20),
    Say("“quoted”", sender="bob", to="alice", at=30),
]
LOOKS = [Say("”, alice crashes after effect 1: “"), Say("m1/msg:R#1 arrives", at=20), Say("", at=30)]
AWAY = (Offline("bob", at=0, lasting=1000), Partition("alice", "server", at=0, lasting=500))

WORLDS = [
    *((Scenario(rung, say=[Say("hi", to="all")], groups=ALL), ()) for rung in LADDER if rung == "group"),
    *((Scenario(rung, say=TWO), AWAY) for rung in LADDER if rung != "group"),
    *((Scenario(rung, say=LOOKS), ()) for rung in ("basic", "ordered")),
    (Scenario("durable", retries=0, resend=[Resend("m1", at=2000)]), ()),
    (Scenario("offline", retries=0, say=TWO, resend=[Resend("m2", at=2000)]), AWAY),
]

KINDS = [
    *(("drop", "crash", "beat"), ("drop", "duplicate"), ("duplicate", "crash")),
    *(("away", "late", "again", "beat"), ("crash", "late", "again", "beat"), ("away", "beat")),
]


def steps_on_the_way(scenario, given, chance):
    """Every step that can happen on a random path: those of the search, and the simulator that offers its own."""
    kinds = chance.choice(KINDS)
    world, follower = World(scenario, given, kinds), Follower(scenario, given)
    follower.begin()
    state, left = world.start, 3
    for _ in range(50):
        choices = list(world.next(state, kinds, 1))
        if not choices:
            return
        told = [step_of(world, state, action, follower.in_flight) for action, _, _ in choices]
        yield told, follower
        options = [number for number, (_, _, takes) in enumerate(choices) if takes <= left]
        number = chance.choice(options or range(len(choices)))
        assert follower.read(str(told[number])) == told[number]
        follower.step(told[number])
        state, left = choices[number][1], left - choices[number][2]


def test_every_step_of_a_search_is_read_back_from_its_sentence_and_can_happen():
    seen, cut_short, late = set(), 0, 0
    for number, (scenario, given) in enumerate(WORLDS):
        chance = random.Random(number)
        for on_top in by_night((given, (), given), in_the_gate=(given, ())):
            for told, follower in steps_on_the_way(scenario, on_top, chance):
                offered = follower.offers()
                assert {step.whole for step in told} <= offered.keys()
                for step in (*offered, *told):
                    read = list(readings(str(step)))
                    assert read == [step] or ("alice crashes after effect 1: " in str(step) and step in read)
                    assert parse_step(str(step)) == read[0]
                seen |= {step.what for step in told}
                cut_short += sum(step.effects > 0 for step in told)
                late += sum(step.late != "" for step in told)
    assert seen == set(SENTENCES)
    assert cut_short > 100
    assert late > 20


def test_a_counterexample_is_kept_as_steps_and_told_in_sentences():
    verdict = check("basic", faults=2, kinds=["crash"]).promises["no_silent_loss"]
    assert all(isinstance(step, Step) for step in verdict.example.steps)
    assert verdict.steps == tuple(map(str, verdict.example.steps))
    assert tuple(map(parse_step, verdict.steps)) == verdict.example.steps
    assert follow("basic", verdict.steps) == follow("basic", verdict.example.steps) == verdict.trace
    assert pickle.loads(pickle.dumps(verdict.example.steps)) == verdict.example.steps


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("alice says “hello”", Step("say", ("alice", "hello"))),
        ("alice says “” says “x”", Step("say", ("alice", "” says “x"))),
        ("m1/msg:N>carol#1~2 is dropped", Step("drop", ("m1/msg:N>carol#1~2",))),
        ("server's timer pull/all runs out", Step("timer", ("server", "pull/all"))),
        ("bob's timer a's timer b runs out", Step("timer", ("bob", "a's timer b"))),
        ("the server starts again", Step("restart", ("the server",))),
        ("the server notices that bob is gone", Step("crashed", ("bob",))),
        ("bob logs out once more", Step("logout more", ("bob",))),
        ("alice sends m1 again too early", Step("again", ("alice", "m1"))),
        ("bob logs in, but bob's timer pull had run out", Step("login", ("bob",), "bob", late="pull")),
        ("bob logs in, the server crashes after effect 12", Step("login", ("bob",), "the server", 12)),
        ("bob logs in, the server crashes after effect 1: it was late", Step("login", ("bob",), "the server", 1)),
    ],
)
def test_a_sentence_is_a_step(text, step):
    assert parse_step(text) == step
    assert text.startswith(str(step))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "alice",
            "alice says hello",
            "alice  says “hello”",
            "alice says “hello” ",
            "Bob crash",
            "bob crashes.",
        ),
        *("m1/msg:R #1 arrives", "the server notices that bob is online", "the link between bob and alice is cut"),
        *("bob crashes, bob crashes after effect 0", "bob falls, bob crashes after effect 1", "bob crashes\n", None, 7),
    ],
)
def test_what_is_no_step_is_told_with_what_is_one(text):
    assert list(readings(text)) == []
    with pytest.raises(InputError) as caught:
        parse_step(text)
    said = str(caught.value)
    assert said.startswith(
        f"no step {text!r}; a step is PERSON says “TEXT”, PERSON sends MSGID again, PACKET arrives, "
    )
    assert all(sentence in said for sentence in SENTENCES.values())
    assert said.endswith(
        "and after it there may be: , but NODE's timer TIMER had run out; or: , WHO crashes after effect NUMBER"
    )


def test_what_looks_like_a_crash_is_said_if_somebody_says_it_and_else_a_crash():
    text = "alice says “hi”, alice crashes after effect 1: ”"
    said = follow(Scenario("basic", say=[Say("hi”, alice crashes after effect 1: ")]), [text])
    crashed = follow(Scenario("basic", say=[Say("hi")]), [text])
    assert [any(event.kind == "crash" for event in trace.events) for trace in (said, crashed)] == [False, True]


def test_a_step_made_by_hand_that_cannot_happen_is_told_as_its_sentence_is():
    errors = []
    for step in (Step("drop", ("m1/msg:R#1",)), "m1/msg:R#1 is dropped"):
        with pytest.raises(InputError) as caught:
            follow("basic", [step])
        errors.append(str(caught.value))
    assert errors[0] == errors[1]
    assert errors[0].startswith("'m1/msg:R#1 is dropped' cannot happen here; what can: 'alice says “hello”', ")


def test_of_two_crashes_it_is_told_which_one_the_server_notices():
    """The first one is outdated, for alice has logged in since; the second is not."""
    twice = ["alice crashes", "alice starts again", "the server learns that alice is online", "alice crashes"]
    for notices, server in ((["alice is gone"], {"bob", "alice"}), (["alice is gone by crash 2"], {"bob"})):
        trace = follow("basic", [*twice, *(f"the server notices that {what}" for what in notices)])
        assert set(trace.state_at(1000)["server"]["online"]) == server
    both = ["the server notices that alice is gone", "the server notices that alice is gone"]
    assert set(follow("basic", [*twice, *both]).state_at(1000)["server"]["online"]) == {"bob"}


@pytest.mark.parametrize(
    ("given", "goes"),
    [
        (Partition("alice", "server", at=10), "the link between alice and the server is cut"),
        (Offline("alice", at=10), "alice logs out"),
    ],
)
def test_a_copy_of_what_has_left_arrives_though_its_sender_cannot_be_heard_any_more(given, goes):
    steps = ["alice says “hello”", goes, "m1/msg:R#1 is copied", "m1/msg:R#1 arrives", "m1/msg:R#1~2 arrives"]
    trace = follow("basic", steps, [given])
    assert [packet.fate for packet in trace.packets if packet.kind == "msg:R"] == ["arrived", "arrived"]
    assert [packet.name for packet in trace.packets if packet.kind == "msg:N"] == ["m1/msg:N#1", "m1/msg:N#2"]


def test_a_packet_can_be_named_in_short_where_only_one_can_be_meant():
    begun = ["alice says “hello”", "msg:R arrives", "alice's timer m1 runs out"]
    assert follow("retransmit", begun).happened("arrive")[0].packet == "m1/msg:R#1"
    both = [*begun, "msg:R arrives", "msg:N is dropped"]
    with pytest.raises(
        InputError,
        match=r"^'msg:N is dropped' can be 'm1/msg:N#1 is dropped' and 'm1/msg:N#2 is dropped' here; say which$",
    ):
        follow("retransmit", both)
    with pytest.raises(InputError, match=r"^'ack:R arrives' cannot happen here; what can: "):
        follow("retransmit", [*begun[:2], "ack:R arrives"])
