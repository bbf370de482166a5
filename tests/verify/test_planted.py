"""The six planted bugs: each is caught, with the fewest faults, and the right class keeps its promise under as many."""

from dataclasses import replace

import pytest
from brute import brute, possible

from imteach import Crash, Delay, Drop, Duplicate, Offline, Say, Scenario, check, explore
from imteach.planted import PLANTED, SilentDedup
from imteach.protocol import PROMISES, Client, Server

BUGS = pytest.mark.parametrize("bug", PLANTED.values(), ids=PLANTED)


def test_there_are_six_and_each_names_what_it_breaks():
    assert len(PLANTED) == 6
    assert {bug.promise for bug in PLANTED.values()} <= set(PROMISES)


@BUGS
def test_a_bug_hides_as_long_as_nothing_goes_wrong(bug):
    assert bug.scenario().run(*bug.given).promises == bug.right.run(*bug.given).promises
    assert all(bug.scenario().run(*bug.given).promises.values())


@BUGS
def test_a_bug_is_caught_with_the_fewest_faults_possible(bug):
    fewest = len(bug.broken_by)
    _, broken = brute(bug.scenario(), fewest, bug.kinds, bug.given)
    assert broken[bug.promise] == bug.broken_by
    _, with_fewer = brute(bug.scenario(), fewest - 1, bug.kinds, bug.given)
    assert with_fewer[bug.promise] is None


@BUGS
def test_explore_finds_the_same(bug):
    found = explore(bug.scenario(), len(bug.broken_by), bug.kinds, bug.given)
    assert found.promises[bug.promise].broken_by == bug.broken_by


@BUGS
def test_check_needs_no_more_faults(bug):
    few = replace(bug.scenario(), retries=0 if "crash" in bug.kinds else 1)  # a crash may fall anywhere
    found = check(few, len(bug.broken_by), bug.kinds, bug.given, most_states=20_000)
    verdict = found.promises[bug.promise]
    assert len(verdict.broken_by) <= len(bug.broken_by)
    assert not verdict.trace.promises[bug.promise]


@BUGS
def test_the_right_class_keeps_the_promise_under_every_plan_of_as_many_faults(bug):
    plans, broken = brute(bug.right, len(bug.broken_by), bug.kinds, bug.given)
    assert plans > 5
    assert broken[bug.promise] is None


@BUGS
def test_a_bug_is_a_method_or_two_as_a_learner_would_write_them(bug):
    own = [name for name in vars(bug.bug) if not name.startswith("_")]
    assert 1 <= len(own) <= 2
    assert bug.bug.__bases__[0] in (Client, Server)
    assert all(hasattr(bug.bug.__bases__[0], name) for name in own)


@BUGS
def test_the_smallest_counterexample_uses_all_its_faults(bug):
    assert bug.trace.unused == ()
    assert not bug.trace.promises[bug.promise]
    assert bug.told.endswith(".")


# The slow search itself


def test_every_plan_of_one_drop_is_a_packet_of_the_run_without_faults():
    plans, broken = brute(Scenario("basic"), 1, ["drop"])
    assert plans == 1 + 3
    assert broken["no_silent_loss"] == (Drop("m1/msg:N#1"),)
    assert broken["no_false_failure"] == (Drop("m1/msg:A#1"),)
    assert broken["no_duplicates"] is None


def test_two_drops_are_counted_by_hand():
    # at basic nothing is retransmitted: {}, {R}, {A}, {N}, {A, N}; with R dropped there is no A and no N
    assert brute(Scenario("basic"), 2, ["drop"])[0] == 5
    assert brute(Scenario("basic"), 3, ["drop"])[0] == 5


def test_a_retransmission_can_only_be_dropped_under_what_brings_it_about():
    assert Drop("m1/msg:R#2") not in possible(Scenario("dedup").run(), ["drop"])
    assert Drop("m1/msg:R#2") in possible(Scenario("dedup").run(Drop("ack:N")), ["drop"])


def test_copies_can_be_dropped_and_delayed_but_not_copied_again():
    faults = set(possible(Scenario("dedup").run(Duplicate("msg:N")), ["drop", "duplicate", "delay"]))
    assert {Drop("m1/msg:N#1~2"), Delay("m1/msg:N#1~2", by=400)} <= faults
    assert Duplicate("m1/msg:N#1") in faults
    assert not any("~" in str(fault) for fault in faults if isinstance(fault, Duplicate))


def test_a_delay_is_one_rto_and_a_round_trip_of_the_persons_link():
    slow = Scenario("basic", latency={"bob": 200}, rto=1000)
    assert {Delay("msg:R", by=1100).resolve(slow), Delay("msg:N", by=1400).resolve(slow)} <= set(
        possible(slow.run(), ["delay"])
    )


def test_a_crash_can_follow_every_effect_that_has_a_name():
    told = [str(fault) for fault in possible(Scenario("durable").run(), ["crash"]) if fault.node == "bob"]
    assert told == ["crash bob@write:m1+100", "crash bob@show:m1+100", "crash bob@send:m1/ack:R#1+100"]


@pytest.mark.parametrize("rung", ["retransmit", "durable"])
@pytest.mark.parametrize("given", [(), (Offline("bob", at=0, lasting=1000),)])
def test_every_plan_of_one_fault_strikes(rung, given):
    scenario = Scenario(rung, say=[Say("one"), Say("two", at=30)])
    kinds = ["drop", "duplicate", "delay", "crash"]
    for fault in possible(scenario.run(*given), kinds):
        assert fault not in scenario.run(*given, fault).unused


def test_the_smallest_is_the_earliest_of_the_fewest():
    _, broken = brute(Scenario("dedup", client=SilentDedup), 2, ["drop", "crash"])
    assert broken["no_false_failure"] == (Drop("m1/ack:R#1"),)
    assert brute(Scenario("dedup"), 1, ["crash"])[1]["no_duplicates"] == (Crash("bob", after="show m1"),)
