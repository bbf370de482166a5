"""Where two runs part, and what came of each, in sentences."""

import random
from unicodedata import category

import pytest
from gallery import GALLERY

from imteach import (
    Again,
    Compare,
    Crash,
    Delay,
    Drop,
    Duplicate,
    Late,
    Offline,
    Partition,
    Say,
    Scenario,
    follow,
)
from imteach.tell.difference import MOST_TOLD
from imteach.trace import EVENT_KINDS

DEDUP = Scenario("dedup")
GROUP = {"say": [Say("hi all", to="friends")], "groups": {"friends": ["alice", "bob", "carol"]}}
SO_FAR = " Until then both are the same."

PARTS = {
    "At 180 ms m1/ack:N#1 is dropped in the first run; in the second it reaches alice at 200 ms.": (
        DEDUP.run(Drop("ack:N")),
        DEDUP.run(),
    ),
    "At 80 ms m1/msg:N#1 is dropped in the second run; in the first it reaches bob at 100 ms.": (
        DEDUP.run(),
        DEDUP.run(Drop("msg:N")),
    ),
    "At 400 ms bob shows “hello” (m1) in the first run; in the second bob discards m1, shown before.": (
        Scenario("retransmit").run(Drop("ack:N")),
        DEDUP.run(Drop("ack:N")),
    ),
    "At 100 ms m1/msg:N#1 reaches bob in the first run; in the second only at 400 ms.": (
        DEDUP.run(),
        DEDUP.run(Delay("msg:N", by=300)),
    ),
    "At 400 ms alice says “hi” to bob in the second run; in the first nothing happens any more after 200 ms.": (
        DEDUP.run(),
        Scenario("dedup", say=[Say(), Say("hi", at=400)]).run(),
    ),
    "At 90 ms bob crashes in the first run; in the second that does not happen.": (
        DEDUP.run(Crash("bob", at=90)),
        DEDUP.run(),
    ),
    "At 190 ms bob comes online in the first run; in the second only at 290 ms.": (
        DEDUP.run(Offline("bob", at=90, lasting=100)),
        DEDUP.run(Offline("bob", at=90, lasting=200)),
    ),
    "At 300 ms alice tries again with m1/msg:R#2 in the first run; in the second alice sees m1 ! failed.": (
        DEDUP.run(Drop("ack:N")),
        Scenario("dedup", retries=0).run(Drop("ack:N")),
    ),
    "At 50 ms m1/msg:N#1 is copied in the second run; in the first that does not happen.": (
        DEDUP.run(),
        DEDUP.run(Duplicate("msg:N")),
    ),
    "At 100 ms alice cancels the timer for m1 in the first run; in the second only at 200 ms.": (
        Scenario("basic").run(),
        Scenario("acked").run(),
    ),
    "At 100 ms m1/msg:N#1 is lost (the link from the server to bob is cut) in the second run; in the first m1/msg:N#1 "
    "reaches bob.": (DEDUP.run(), DEDUP.run(Partition("server", "bob", at=60, lasting=100))),
    "At 70 ms alice sends m1 again too early in the second run; in the first that does not happen.": (
        DEDUP.run(),
        DEDUP.run(Again("m1", at=70)),
    ),
    "At 200 ms alice's timer for m1, cancelled already, runs out in the second run; in the first that does not "
    "happen.": (DEDUP.run(), DEDUP.run(Late("alice", "m1"))),
    "At 80 ms m1/msg:N>carol#1 is dropped in the second run; in the first it reaches carol at 100 ms.": (
        Scenario("group", **GROUP).run(),
        Scenario("group", **GROUP).run(Drop("msg:N>carol")),
    ),
}

FROM_THE_START = {
    "At 0 ms alice says “hello” to bob in the first run; in the second alice says “hi” to bob.": (
        DEDUP.run(),
        Scenario("dedup", say=[Say("hi")]).run(),
    ),
    "At 0 ms alice starts a timer for m1 in both runs, but not alike: until 300 ms in the first, until 150 ms in the "
    "second.": (DEDUP.run(), Scenario("dedup", rto=150).run()),
}


@pytest.mark.parametrize("sentence", PARTS)
def test_where_two_runs_part_is_said_in_a_sentence(sentence):
    assert f"{Compare(*PARTS[sentence]).sentence}" == sentence + SO_FAR


@pytest.mark.parametrize("sentence", FROM_THE_START)
def test_of_runs_that_differ_from_the_start_nothing_is_said_of_before(sentence):
    assert f"{Compare(*FROM_THE_START[sentence]).sentence}" == sentence


def test_equal_runs_are_said_to_be_the_same():
    assert f"{Compare(DEDUP.run(), DEDUP.run()).sentence}" == "The two runs are the same: 19 events."


def test_what_differs_only_in_what_a_packet_carries_is_said():
    one = DEDUP.run()
    packets = [one.packets[0]._replace(seq=7), *one.packets[1:]]
    other = type(one)(one.scenario, (), (), tuple(packets), one.events)
    assert f"{Compare(one, other).sentence}" == (
        "At 0 ms alice sends m1/msg:R#1 in both runs, but not alike: without anything more in the first, carries "
        "number 7 in the second."
    )


def test_without_a_clock_no_sentence_says_ms():
    in_vain = GALLERY["goes-round-in-vain"]
    assert not in_vain.timed
    assert f"{Compare(in_vain, follow('dedup', [])).sentence}".startswith("At step 1 bob goes offline in the first run")


def test_every_pair_of_runs_has_its_sentence():
    """Whatever differs; and a sentence stays short and on one line, whatever was typed."""
    rng, kinds = random.Random(3), set()
    for one, other in (rng.sample(list(GALLERY), 2) for _ in range(400)):
        if GALLERY[one].timed == GALLERY[other].timed:
            compare = Compare(GALLERY[one], GALLERY[other])
            told = f"{compare.sentence}"
            assert len(told) < 260, told
            for line in (told, *map("{}".format, compare.outcome)):
                assert line.endswith(".")
                assert "Cc" not in map(category, line)  # nothing that could control a terminal
            assert len(compare.outcome) <= MOST_TOLD + 1
            kinds |= {event.kind for event in (compare.first.one if compare.first else ())}
    assert kinds <= set(EVENT_KINDS)
    assert len(kinds) > 8


def test_what_came_of_each_is_said_where_it_differs():
    compare = Compare(Scenario("retransmit").run(Drop("ack:N")), DEDUP.run(Drop("ack:N")))
    assert [*compare.outcome] == [
        "bob is shown “hello” twice in the first run, once in the second.",
        "“Nothing is shown twice” (no_duplicates) is broken in the first run, kept in the second.",
    ]
    gives_up = Compare(DEDUP.run(), DEDUP.run(Drop("msg:R"), Drop("msg:R#2"), Drop("msg:R#3")))
    assert [*gives_up.outcome][:2] == [
        "bob is shown “hello” once in the first run, never in the second.",
        "alice sees ✓✓ delivered in the first run, ! failed in the second.",
    ]


def test_of_several_messages_each_is_named():
    two = Scenario("dedup", say=[Say("one"), Say("two", at=30)])
    compare = Compare(two.run(Drop("m2/msg:R"), Drop("m2/msg:R#2"), Drop("m2/msg:R#3")), DEDUP.run())
    assert "m1: alice says “one” in the first run, “hello” in the second." in compare.outcome
    assert "m2: alice says “two” to bob in the first run only." in compare.outcome


def test_another_order_on_a_screen_is_told():
    said = [Say("one"), Say("two", at=20), Say("three", at=40)]
    late = Delay("m1/msg:N", by=100)
    runs = [Scenario(rung, say=said).run(late) for rung in ("ordered", "durable")]
    assert [*Compare(*runs).outcome] == ["bob is shown “one” before “two” in the first run, after it in the second."]
    assert [*Compare(*reversed(runs)).outcome] == [
        "bob is shown “two” before “one” in the first run, after it in the second."
    ]
    assert [*Compare(runs[0], runs[0]).outcome] == []


def test_who_says_it_to_whom_is_told_where_that_differs():
    back = Scenario("dedup", say=[Say("hi", sender="bob", to="alice")]).run()
    assert [*Compare(DEDUP.run(), back).outcome] == [
        "alice says “hello” to bob in the first run, bob says “hi” to alice in the second.",
        "bob is shown it once in the first run, never in the second.",
        "alice is shown it never in the first run, once in the second.",
    ]


def test_of_very_much_that_differs_the_rest_is_counted():
    many = Scenario("basic", say=[Say(f"message {n}", at=10 * n) for n in range(40)]).run()
    compare = Compare(many, Scenario("basic").run())
    assert len(compare.outcome) == MOST_TOLD + 1
    assert compare.outcome[-1] == "29 more things differ."


def test_a_promise_that_only_one_rung_makes_counts_if_it_is_broken():
    late = GALLERY["ordered-too-late"]
    assert late.promises["in_order"] is True
    broken = {name for name, holds in late.promises.items() if not holds}
    told = " ".join(Compare(late, DEDUP.run()).outcome)
    assert ("is broken in the first run" in told) == bool(broken)


def test_a_run_that_goes_round_for_ever_is_said_to():
    in_vain = GALLERY["goes-round-in-vain"]
    told = Compare(follow("offline", []), in_vain).outcome
    assert "It goes round for ever in the second run only." in told
    assert not any("“" in line and "kept" in line for line in told)
