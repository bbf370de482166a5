"""Jitter: each packet takes a little longer, drawn by a seed; the same everywhere, and packets may overtake."""

import pickle
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imteach import Delay, Drop, Duplicate, Say, Scenario, Trace, check, explore, follow, stats
from imteach.scenario.packet_faults import drawer

SEEDS = st.integers(0, 10**12)
NAMES = [f"m{message}/msg:R#{number}" for message in range(1, 101) for number in range(1, 101)]


def due(trace):
    return {packet.name: packet.due - packet.sent for packet in trace.packets}


# What is drawn


def test_the_draws_are_these_on_any_machine():
    assert [drawer(100, 1)(name) for name in NAMES[:5]] == [62, 81, 35, 7, 52]
    assert [drawer(0.5, 1)(name) for name in NAMES[:5]] == [0.307, 0.403, 0.174, 0.038, 0.261]


def test_another_process_with_another_order_of_its_sets_draws_the_same():
    asks = 'from imteach import Scenario; print([p.due for p in Scenario("dedup", jitter=90, seed=5).run().packets])'
    mine = str([packet.due for packet in Scenario("dedup", jitter=90, seed=5).run().packets])
    for seed in ("1", "2"):
        told = subprocess.run(
            [sys.executable, "-c", asks], env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert told.stdout.strip() == mine


@given(SEEDS, st.integers(1, 10**9))
def test_whole_numbers_from_0_to_the_jitter_are_drawn(seed, most):
    drawn = list(map(drawer(most, seed), NAMES[:200]))
    assert all(isinstance(ms, int) and 0 <= ms <= most for ms in drawn)


def test_each_amount_is_drawn_equally_often_and_both_ends_are():
    drawn = list(map(drawer(9, 3), NAMES))
    counts = [drawn.count(ms) for ms in range(10)]
    assert sum(counts) == len(NAMES)
    assert sum((count - 1000) ** 2 / 1000 for count in counts) < 27.9  # chi-square, 9 degrees: one seed in a thousand


@given(SEEDS)
def test_two_seeds_draw_differently(seed):
    assert [*map(drawer(10**6, seed), NAMES[:5])] != [*map(drawer(10**6, seed + 1), NAMES[:5])]


# What it does to a run


def test_a_packet_takes_its_link_and_what_is_drawn_for_it():
    scenario = Scenario("dedup", latency={"alice": 10, "server>bob": 70}, jitter=100, seed=1)
    trace = scenario.run()
    draw = drawer(100, 1)
    links = {"msg:R": 10, "msg:A": 10, "msg:N": 70, "ack:R": 50, "ack:A": 70, "ack:N": 10}
    assert due(trace) == {packet.name: links[packet.kind] + draw(packet.name) for packet in trace.packets}
    assert [scenario.takes_as(p.name, p.src, p.dst) for p in trace.packets] == list(due(trace).values())


def test_what_else_happens_changes_no_draw():
    """Neither what is said besides, nor what is lost, nor the order in which packets are sent."""
    alone = due(Scenario("dedup", jitter=80, seed=2).run())
    says = [Say("before", "bob", "alice", at=500), Say("hello"), Say("after", at=3)]
    among = due(Scenario("dedup", say=says, jitter=80, seed=2).run(Drop("m3/msg:N"), Drop("m1/ack:N")))
    shared = alone.keys() & among.keys()
    assert len(shared) >= 6
    assert {name: among[name] for name in shared} == {name: alone[name] for name in shared}


def test_packets_overtake_each_other():
    scenario = Scenario("dedup", say=[Say("one"), Say("two", at=1)], jitter=200, seed=7)
    shown = [event.text for event in scenario.run().happened("show")]
    assert shown == ["two", "one"]
    assert scenario.run().promises["all_delivered"]
    in_order = replace(scenario, rung="ordered").run()
    assert [event.text for event in in_order.happened("show")] == ["one", "two"]


def test_a_sender_whose_rto_is_shorter_than_a_slow_round_sends_again_though_nothing_is_lost():
    trace = Scenario("dedup", jitter=200, seed=7).run()
    assert trace.counts["msg:R"] > 1
    assert {packet.fate for packet in trace.packets} == {"arrived"}
    assert Scenario("dedup", jitter=200, seed=7, rto=1001).run().counts["msg:R"] == 1


def test_no_jitter_is_what_it_was():
    assert Scenario("dedup", jitter=0, seed=9).run().packets == Scenario("dedup").run().packets


def test_a_delay_comes_on_top_and_a_copy_after_the_original():
    plain = Scenario("basic", jitter=60, seed=3).run()
    trace = Scenario("basic", jitter=60, seed=3).run(Delay("msg:N", by=400), Duplicate("msg:A", after=5))
    assert trace.packet["m1/msg:N#1"].due == plain.packet["m1/msg:N#1"].due + 400
    assert trace.packet["m1/msg:A#1~2"].due == plain.packet["m1/msg:A#1"].due + 5


def test_only_a_fault_makes_a_packet_late_in_the_picture_and_the_settings_say_the_jitter():
    scenario = Scenario("basic", jitter=60, seed=3)
    assert "ms late" not in scenario.run().to_text()
    assert "400 ms late" in scenario.run(Delay("msg:N", by=400)).to_text()
    assert "latency 50 ms, each packet up to 60 ms more (seed 3); RTO 300 ms" in scenario.run().to_text()


def test_a_trace_with_jitter_is_read_back_the_same():
    trace = Scenario("offline", jitter=60.5, seed=3).run(Drop("msg:N"))
    again = Trace.from_json(trace.to_json())
    assert again == trace
    assert again.scenario == trace.scenario
    assert again.to_svg() == trace.to_svg()


def test_a_run_with_a_group_ends_though_every_pull_has_its_own_time():
    """A pull that brings nothing does not keep a run going; only a fault makes it slow."""
    groups = {"friends": ["alice", "bob", "carol"]}
    for seed in range(5):
        trace = Scenario("group", say=[Say(to="friends")], groups=groups, jitter=70, seed=seed, heartbeat=100).run()
        assert trace.events[-1].t < 2000
        assert trace.promises["all_delivered"]


def test_a_scenario_that_was_run_can_go_to_another_process():
    scenario = Scenario("dedup", jitter=80)
    scenario.run()
    assert pickle.loads(pickle.dumps(scenario)) == scenario


# In searches and statistics


def test_a_search_without_a_clock_finds_the_same_with_jitter():
    """There any packet may take as long as it likes."""
    plain, jittery = check(Scenario("retransmit")), check(Scenario("retransmit", jitter=300))
    assert (jittery.states, jittery.transitions) == (plain.states, plain.transitions)
    steps = plain.promises["no_duplicates"].steps
    assert jittery.promises["no_duplicates"].steps == steps
    assert follow(Scenario("retransmit", jitter=300), steps).packets == follow("retransmit", steps).packets


def test_explore_finds_what_only_this_jitter_does():
    """In this seed the answer to the first msg:R comes after the first retransmission, and without jitter before it."""
    late = Scenario("retransmit", jitter=200, seed=7)
    assert explore(late, faults=0).promises["no_duplicates"].broken_by == ()
    assert explore(replace(late, jitter=0), faults=0).promises["no_duplicates"].holds


@pytest.mark.parametrize("jitter", [0, 150])
def test_each_run_of_a_statistic_has_a_jitter_of_its_own(jitter):
    found = stats(Scenario("dedup", jitter=jitter), loss=0, messages=200)
    assert (len(found.counts.shown_after) > 50) == (jitter > 0)
    assert stats(Scenario("dedup", jitter=jitter), loss=0, messages=200).counts == found.counts


def test_a_statistic_with_jitter_gives_the_run_behind_a_share():
    found = stats(Scenario("retransmit", jitter=150), loss=0, messages=100)
    run = found.example("duplicates")
    assert not run.promises["no_duplicates"]
    assert run.scenario.run(*run.faults) == run
    assert run.scenario.jitter == 150


def test_closed_forms_hold_while_the_rto_is_longer_than_the_slowest_round():
    assert stats(Scenario("dedup", jitter=24), loss=0.2, messages=2000).measures["delivered"].inside
    assert stats(Scenario("dedup", jitter=25), loss=0.2, messages=10).why_no_form
