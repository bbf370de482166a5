"""Every plan of faults: as many as there are, and the smallest one first."""

import json
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
from brute import brute

from imteach import Drop, InputError, Offline, Say, Scenario, explore
from imteach.protocol import LADDER

ALL = ("drop", "duplicate", "delay", "crash")
TWO = [Say("one"), Say("two", at=20)]
AWAY = (Offline("bob", at=0, lasting=1000),)


@pytest.mark.parametrize(
    ("scenario", "faults", "kinds", "given"),
    [
        *((Scenario(rung), 2, ("drop",), ()) for rung in LADDER),
        (Scenario("dedup"), 4, ("drop",), ()),
        (Scenario("retransmit", retries=1), 2, ALL, ()),
        (Scenario("durable", retries=1), 2, ("drop", "crash"), ()),
        (Scenario("ordered", say=TWO, retries=1), 2, ("drop", "delay"), ()),
        (Scenario("offline"), 2, ("drop", "crash"), AWAY),
    ],
)
def test_it_tries_the_plans_that_there_are_and_finds_the_fewest_faults(scenario, faults, kinds, given):
    found = explore(scenario, faults, kinds, given)
    plans, broken = brute(scenario, faults, kinds, given)
    assert found.plans == plans
    assert {name: verdict.broken_by for name, verdict in found.promises.items()} == broken
    for name, verdict in found.promises.items():
        assert verdict.holds == (broken[name] is None)
        assert verdict.holds or not verdict.trace.promises[name]


def test_of_the_plans_with_the_fewest_faults_the_one_that_strikes_first_is_told():
    found = explore(Scenario("retransmit"), faults=2)
    assert found.promises["no_duplicates"].broken_by == (Drop("m1/ack:R#1"),)  # not ack:N, which is sent later


def test_a_counterexample_is_python_that_reproduces_it():
    verdict = explore(Scenario("dedup", say=TWO), faults=3).promises["no_false_failure"]
    space = {}
    *first, last = verdict.python.splitlines()
    exec("\n".join(first), space)
    trace = eval(last, space)
    assert trace == verdict.trace
    assert not trace.promises["no_false_failure"]


def test_any_number_of_workers_finds_the_same_bytes():
    alone = explore(Scenario("offline"), 2, ALL, AWAY)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        assert explore(Scenario("offline"), 2, ALL, AWAY, executor=pool).to_json() == alone.to_json()


def test_what_was_stopped_is_never_said_to_hold():
    found = explore(Scenario("dedup"), faults=3, most_plans=50)
    assert not found.finished
    assert found.plans == 50
    assert not any(verdict.holds for verdict in found.promises.values())
    assert "Not finished: it stopped after 50 plans." in found.to_text()
    assert "✓ holds" not in found.to_text()
    assert json.loads(found.to_json())["finished"] is False


def test_an_interrupt_keeps_what_was_found(monkeypatch):
    runs = []
    run = Scenario.run

    def interrupted(scenario, *faults):
        runs.append(faults)
        if len(runs) > 10:
            raise KeyboardInterrupt
        return run(scenario, *faults)

    monkeypatch.setattr(Scenario, "run", interrupted)
    found = explore(Scenario("retransmit"), faults=2)
    assert found.plans == 10
    assert found.promises["no_duplicates"].broken_by == (Drop("m1/ack:R#1"),)
    assert found.unfinished == "it was interrupted after 10 plans"


def test_a_wrong_kind_is_refused_with_those_that_there_are():
    with pytest.raises(InputError, match="no kind 'loss' here; kinds are drop, duplicate, delay, crash"):
        explore(Scenario("dedup"), kinds=["loss"])
    with pytest.raises(InputError, match="faults"):
        explore(Scenario("dedup"), faults=-1)
