"""Runs that are looked up: each has the same result as when it was run."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nightly import by_night

from imteach import Client, Crash, Delay, Drop, Duplicate, Loss, Offline, Partition, Resend, Say, Scenario, stats
from imteach.planted import PLANTED
from imteach.protocol import LADDER
from imteach.verify.count import ways as module
from imteach.verify.count.tally import came_of
from imteach.verify.count.ways import Ways

GROUP = {"groups": {"friends": ["alice", "bob", "carol"]}, "say": [Say(to="friends"), Say("two", to="friends", at=700)]}
TWO = [Say("one"), Say("two", at=10)]

FAULTS = st.lists(
    st.sampled_from([
        Drop("m1/msg:R"),
        Duplicate("m1/ack:N"),
        Duplicate("m1/msg:R", after=500),
        Delay("m1/ack:N", by=400),
        Crash("bob", after="show m1", down=100),
        Crash("server", at=120),
        Crash("alice", at=310),
        Offline("bob"),
        Offline("bob", at=40, lasting=900),
        Partition("alice", "server", at=75, lasting=500),
        Loss(0.3, seed=5),
    ]),
    max_size=3,
)  # fmt: skip

SCENARIOS = st.one_of(
    st.builds(
        Scenario,
        st.sampled_from([rung for rung in LADDER if rung != "group"]),
        say=st.sampled_from([[Say()], TWO, [Say("a"), Say("b", sender="bob", to="alice")]]),
        retries=st.integers(0, 2),
        rto=st.sampled_from([100, 200, 300]),
        resend=st.sampled_from([[], [Resend("m1", at=1500)]]),
    ),
    st.builds(Scenario, st.just("group"), **{name: st.just(value) for name, value in GROUP.items()}),
    st.sampled_from([bug.scenario() for bug in PLANTED.values()]),
)


@settings(max_examples=by_night(60, in_the_gate=20), deadline=None)
@given(SCENARIOS, FAULTS, st.sampled_from([0, 0.1, 0.3, 0.6, 1]))
def test_a_run_that_is_looked_up_came_out_as_the_one_that_is_made(scenario, faults, loss):
    ways = Ways(scenario, faults, came_of)
    for seed in range(40):
        assert ways.under(Loss(loss, seed)) == came_of(scenario.run(*faults, Loss(loss, seed)))


def test_the_whole_run_is_the_same_but_for_its_throws():
    ways = Ways(Scenario("dedup"), [], lambda trace: trace)
    for seed in range(300):
        known, made = ways.under(Loss(0.3, seed)), Scenario("dedup").run(Loss(0.3, seed))
        assert (known.packets, known.events) == (made.packets, made.events)
    assert ways.runs_made < 250


def test_most_runs_are_not_made():
    ways = Ways(Scenario("acked"), [], came_of)
    for seed in range(1000):
        ways.under(Loss(0.2, seed))
    assert ways.runs_made == 13  # 1 way if msg:R is lost; else 2 for msg:A, each with 6 for the rest


def test_what_is_known_at_one_loss_is_known_at_another():
    ways = Ways(Scenario("basic"), [], came_of)
    for seed in range(100):
        ways.under(Loss(0.5, seed))
    assert ways.runs_made == 5
    for seed in range(100):
        ways.under(Loss(0.1, seed))
    assert ways.runs_made == 5


def test_a_learners_code_is_run_each_time():
    class Mine(Client):
        pass

    ways = Ways(Scenario("basic", client=Mine), [], came_of)
    for seed in range(10):
        ways.under(Loss(0, seed))
    assert ways.runs_made == 10


def test_when_enough_is_remembered_runs_are_made(monkeypatch):
    monkeypatch.setattr(module, "MOST_PACKETS", 10)
    few = Ways(Scenario("dedup"), [], came_of)
    seeds = [*range(50), *range(50)]
    assert [few.under(Loss(0.5, s)) for s in seeds] == [came_of(Scenario("dedup").run(Loss(0.5, s))) for s in seeds]
    assert few.runs_made > 50


@pytest.mark.parametrize("loss", [0, 1])
def test_nothing_but_one_way(loss):
    ways = Ways(Scenario("dedup"), [], came_of)
    assert len({ways.under(Loss(loss, seed)) for seed in range(20)}) == ways.runs_made == 1


def test_what_came_of_runs_is_forgotten_when_one_of_our_own_classes_was_changed(monkeypatch):
    before = stats("dedup", 0.3, 200)
    monkeypatch.setattr(Client, "on_timer", lambda self, msgid: [])  # as a learner does in a cell, who tries something
    after = stats("dedup", 0.3, 200)
    assert after.measures["attempts_per_message"].value == 1 < before.measures["attempts_per_message"].value
