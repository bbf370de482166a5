"""What is looked up instead of run is what the run would have brought, to the last number."""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imteach import Client, Drop, Loss, Offline, Say, Scenario
from imteach.planted import NewMsgid
from imteach.verify import ways
from imteach.verify.stories import Runs, SideBySide, ran
from imteach.verify.tally import Chunk, Tally, loss_of, one_run, tally
from imteach.verify.ways import Stories, are_apart

sys.path.append(str(Path(__file__).parents[1] / "sim"))
from worlds import runs  # the random runs of the simulator's tests

UP_TO_DURABLE = ("basic", "acked", "retransmit", "dedup", "offline", "durable")
LOSSES = [Loss(p, seed) for p in (0.2, 0.5) for seed in range(6)]


@given(runs())
def test_whatever_strikes_a_run_that_is_looked_up_ends_as_one_that_is_made(run):
    scenario, faults = run
    told = Runs(scenario, faults)
    for loss in (*LOSSES, *LOSSES):  # the second time nothing is left to run
        assert told.under(loss) == ran(scenario.run(*faults, loss))


@st.composite
def crowded(draw):
    """Two people who say much at few moments, so that much of it is shown at one moment, or out of order."""
    moments = st.integers(0, 4).map(lambda n: 50 * n) | st.integers(0, 400) | st.integers(0, 9999).map(lambda n: n / 17)
    says = st.builds(lambda way, at: Say("hello", *way, at=at), st.sampled_from(WAYS), moments)
    return Scenario(
        draw(st.sampled_from(UP_TO_DURABLE)),
        say=draw(st.lists(says, min_size=2, max_size=25)),
        people=("alice", "bob", "carol"),
        latency=draw(st.sampled_from([0, 25, 50, {"bob": 100}, {"alice": 0, "bob": 75}])),
        rto=draw(st.sampled_from([50, 100, 101, 300])),
        retries=draw(st.integers(0, 4)),
        backoff=draw(st.sampled_from([1, 2])),
    )


WAYS = (("alice", "bob"), ("bob", "alice"), ("carol", "bob"))


@given(crowded(), st.sampled_from([[], [Loss(0.2)], [Loss(0.4, seed=7)], [Loss(0.2), Loss(0.3, seed=1)]]))
def test_messages_that_are_apart_are_told_side_by_side_as_in_one_run(scenario, losses):
    assert are_apart(scenario, losses)
    assert SideBySide(scenario).under(losses) == ran(scenario.run(*losses))


def test_of_messages_side_by_side_some_come_too_late():
    scenario = Scenario("dedup", say=[Say(at=10 * number) for number in range(40)])
    came = SideBySide(scenario).under([Loss(0.3)])
    assert came == ran(scenario.run(Loss(0.3)))
    assert 0 < sum(bool(said.late) for said in came.messages) < 40


@pytest.mark.parametrize(
    ("scenario", "faults"),
    [
        (Scenario("ordered"), [Loss(0.2)]),  # a message waits for the one before it
        (Scenario("dedup"), [Loss(0.2), Drop("msg:R")]),
        (Scenario("offline"), [Offline("bob")]),
        (Scenario("retransmit", client=NewMsgid), [Loss(0.2)]),  # who takes a msgid takes it from the next message
        (Scenario("dedup", latency=0.5), [Loss(0.2)]),
    ],
)
def test_what_may_hang_together_is_not_told_side_by_side(scenario, faults):
    assert not are_apart(scenario, faults)
    assert one_run(scenario, faults) == ran(scenario.run(*faults))


def test_a_way_that_was_gone_is_not_run_again(monkeypatch):
    told = Stories(Scenario("dedup"), read=ran)
    came = [told.under(loss.striker()) for loss in LOSSES]
    monkeypatch.setattr(ways, "Simulator", None)
    assert [told.under(loss.striker()) for loss in LOSSES] == came
    assert 1 < told.ways < len(LOSSES)


def test_no_more_ways_are_remembered_than_may_be(monkeypatch):
    monkeypatch.setattr(ways, "MOST_WAYS", 2)
    told = Stories(Scenario("dedup"), read=ran)
    for loss in LOSSES:
        assert told.under(loss.striker()) == ran(Scenario("dedup").run(loss))
    assert told.ways == 2


class Counting(Client):
    """A learner's client that knows how often one of its kind was made."""

    made = 0

    def __init__(self, *about):
        super().__init__(*about)
        Counting.made += 1


def test_each_run_of_a_learners_class_is_made():
    told = Runs(Scenario("dedup", client=Counting))
    before = Counting.made
    for _ in range(3):
        told.under(Loss(0))
    assert Counting.made - before == 3 * 2  # alice's and bob's


@pytest.mark.parametrize("say", [[Say()], [Say("one"), Say("two", at=10)]])
@pytest.mark.parametrize("rung", ["retransmit", "ordered"])
def test_what_is_counted_is_what_runs_one_by_one_would_count(rung, say):
    scenario = Scenario(rung, say=say)
    one_by_one = Tally()
    for run in range(60):
        one_by_one.count(run, ran(scenario.run(loss_of(0.4, 5, run))))
    assert tally(Chunk(scenario, (), 0.4, 5, 0, 60)) == one_by_one
