"""Runs in which msgids, or what is kept for somebody, are forgotten: what happens, and how the promises judge it."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import faults, scenarios

from imteach import Crash, Drop, Offline, Resend, Say, Scenario, Trace
from imteach.protocol import LADDER, SERVER, forgotten_by
from imteach.tell import why_broken
from imteach.tell.moments.holds import holds as holds_of
from imteach.tell.reasons.why import why

TWO = (Say("one"), Say("two", at=60))
AWAY = Offline("bob", at=0, lasting=1000)
DEDUPING = tuple(name for name, rung in LADDER.items() if rung.dedups)


@st.composite
def forgetful_runs(draw):
    """A scenario in which something is forgotten, or could be, under random faults."""
    scenario = draw(scenarios(rungs=DEDUPING))
    numbers = st.fixed_dictionaries(
        {},
        optional={
            "dedup_limit": st.integers(0, 3),
            "dedup_for": st.sampled_from([1, 100, 350, 0.5, 5000]),
            "store_for": st.sampled_from([1, 200, 900, 0.5, 5000]),
        },
    ).filter(bool)
    scenario = replace(scenario, **draw(numbers))
    return scenario.run(*draw(faults(scenario)))


# The dedup table


def test_a_retransmission_of_what_was_forgotten_is_shown_twice():
    trace = Scenario("dedup", say=TWO, dedup_limit=1).run(Drop("m1/ack:N"))
    assert [(event.t, event.msgid) for event in trace.happened("forget", node="bob")] == [(160, "m1"), (400, "m2")]
    assert trace.messages[0].shown == {"bob": 2}
    assert not trace.promises["no_duplicates"]
    assert trace.state_at(159)["bob"]["dedup"] == ["m1"]
    assert trace.state_at(160)["bob"]["dedup"] == ["m2"]
    assert Scenario("dedup", say=TWO, dedup_limit=2).run(Drop("m1/ack:N")).promises["no_duplicates"]


def test_one_message_needs_a_table_of_one():
    assert Scenario("dedup", dedup_limit=1).run(Drop("ack:N")).promises["no_duplicates"]
    assert not Scenario("dedup", dedup_limit=0).run(Drop("ack:N")).promises["no_duplicates"]


def test_a_msgid_must_be_remembered_longer_than_its_sender_sends_it_again():
    """It is shown at 100 ms. The third msg:R leaves at 600 ms, so its msg:N comes at 700 ms."""
    lost = (Drop("ack:N"), Drop("ack:N#2"))
    kept = {
        ms: Scenario("dedup", dedup_for=ms).run(*lost).promises["no_duplicates"] for ms in (300, 301, 599, 600, 601)
    }
    # What falls on one instant: arrivals first, then timers. At 700 ms the msg:N comes, and then the timer runs out
    assert kept == {300: False, 301: False, 599: False, 600: True, 601: True}


def test_the_run_goes_on_until_all_is_forgotten():
    trace = Scenario("dedup", dedup_for=5000).run()
    assert [(event.t, event.node, event.kind) for event in trace.events[-2:]] == [
        (5100, "bob", "timer_fire"),
        (5100, "bob", "forget"),
    ]
    assert trace.promises["all_delivered"]


def test_on_ordered_a_forgotten_msgid_makes_a_false_failure_instead_of_a_duplicate():
    trace = Scenario("ordered", say=TWO, dedup_limit=1).run(Drop("m1/ack:N"))
    assert (trace.messages[0].status, trace.messages[0].shown) == ("failed", {"bob": 1})
    assert (trace.promises["no_duplicates"], trace.promises["no_false_failure"]) == (True, False)


def test_what_is_off_the_table_is_off_the_disk_too():
    limits = {"say": TWO, "dedup_limit": 1, "retries": 3}
    trace = Scenario("durable", **limits).run(Drop("m1/ack:N"), Crash("bob", at=250, down=10))
    erased = [event.key for event in trace.happened("write", node="bob") if event.text == "erased"]
    assert erased == ["dedup/m1", "dedup/m2"]
    assert trace.state_at(270)["bob"]["dedup"] == ["m2"]
    assert trace.messages[0].shown == {"bob": 2}


def test_a_crash_between_showing_and_forgetting_leaves_the_oldest_to_be_forgotten_at_the_restart():
    trace = Scenario("durable", say=TWO, dedup_limit=1).run(Crash("bob", after="write m2", down=20))
    forgotten = trace.happened("forget", node="bob")[0]
    assert (forgotten.t, forgotten.msgid, trace.events[forgotten.causes[0]].kind) == (180, "m1", "restart")


def test_a_group_keeps_its_promises_though_its_members_remember_nothing():
    """There the numbers say what was shown."""
    groups = {"friends": ["alice", "bob", "carol"]}
    says = [Say("one", to="friends"), Say("two", "carol", "friends", at=20), Say("three", to="friends", at=40)]
    usual = Scenario("group", say=says, groups=groups)
    scenario = replace(usual, dedup_limit=0, store_for=100)
    for struck in (
        [],
        [Drop("m1/msg:N>bob")],
        [Crash("bob", at=230, down=100)],
        [Offline("carol", at=50, lasting=900)],
    ):
        trace = scenario.run(*struck)
        assert trace.promises == usual.run(*struck).promises
        assert trace.promises["no_duplicates"]
        assert trace.happened("forget")


# The offline store


def test_what_nobody_comes_for_in_time_is_lost_though_its_sender_saw_it_delivered():
    trace = Scenario("offline", store_for=500).run(AWAY)
    assert [(e.t, e.node, e.to) for e in trace.happened("delete")] == [(550, SERVER, "bob")]
    (said,) = trace.messages
    assert (said.status, said.shown, said.stored) == ("delivered", {"bob": 0}, {"bob": 0})
    broken = [promise for promise, holds in trace.promises.items() if not holds]
    assert broken == ["no_false_delivery", "no_silent_loss", "all_delivered"]


def test_who_comes_in_time_gets_it():
    trace = Scenario("offline", store_for=1500).run(AWAY)
    assert all(trace.promises.values())
    assert [event.timer for event in trace.happened("timer_cancel", node=SERVER)] == ["forget:m1"]


def test_one_that_is_kept_when_the_run_ends_was_judged_too_kindly_before():
    """Without `store_for` the run ends with the message in the store, and ✓✓ is true; with it the run goes on."""
    assert Scenario("offline").run(Offline("bob")).promises["no_false_delivery"]
    assert not Scenario("offline", store_for=10**8).run(Offline("bob")).promises["no_false_delivery"]


def test_a_crash_of_the_server_makes_it_keep_everything_for_the_whole_time_again():
    without = Scenario("offline", store_for=900).run(AWAY)
    assert without.state_at(950)[SERVER]["store"] == {}
    trace = Scenario("offline", store_for=900).run(AWAY, Crash(SERVER, at=400, down=100))
    assert trace.state_at(950)[SERVER]["store"] == {"bob": ["m1"]}
    assert all(trace.promises.values())  # kept until 1,400 ms; bob pulls at 1,000 ms


def test_what_is_sent_again_after_it_was_forgotten_is_stored_again():
    scenario = Scenario("offline", store_for=100, retries=1, resend=[Resend("m1", at=2000)])
    trace = scenario.run(Offline("bob", at=0, lasting=3000), *(Drop(f"ack:N#{number}") for number in (1, 2)))
    assert [event.t for event in trace.happened("store")] == [50, 350, 2050]
    assert trace.promises["stored_once"]


# Whatever happens


@given(forgetful_runs())
def test_the_table_holds_what_was_shown_and_not_forgotten_and_never_too_much(trace):
    tables = {person: {} for person in trace.scenario.people}
    writes = trace.scenario.setting.writes
    for event, later in zip(trace.events, (*trace.events[1:], None), strict=True):
        if event.kind == "show":
            tables[event.node][event.msgid] = None
        elif event.kind == "forget":
            del tables[event.node][event.msgid]
        elif event.kind == "crash" and event.node in tables and not writes:
            tables[event.node].clear()
        if later is None:
            held = trace.state_at(event.t)
            for person, table in tables.items():
                if not writes and held[person]:
                    assert held[person]["dedup"] == list(table)
    limit = trace.scenario.dedup_limit
    if limit is not None:
        for t in sorted({event.t for event in trace.happened("show")})[:5]:
            assert all(len(held.get("dedup", ())) <= limit for held in trace.state_at(t).values())


@given(forgetful_runs())
def test_nothing_is_shown_twice_unless_it_was_forgotten_or_a_crash_lost_it(trace):
    crashed = {event.node for event in trace.happened("crash")}
    for event in trace.happened("show"):
        before = [e for e in trace.happened("show", node=event.node) if e.msgid == event.msgid and e.id < event.id]
        if before and event.node not in crashed:
            forgotten = [e for e in trace.happened("forget", node=event.node) if e.msgid == event.msgid]
            assert any(before[-1].id < e.id < event.id for e in forgotten)


@given(forgetful_runs())
def test_each_timer_of_the_server_is_for_something_that_it_keeps(trace):
    starts = Counter(event.timer for event in trace.happened("timer_start", node=SERVER))
    assert all(map(forgotten_by, starts))
    if trace.scenario.store_for is None:
        assert not starts
    for event in trace.happened("timer_fire", node=SERVER):
        assert event.t == pytest.approx(trace.events[event.causes[0]].t + trace.scenario.store_for)


@given(forgetful_runs())
def test_a_trace_with_something_forgotten_is_read_back_the_same(trace):
    again = Trace.from_json(trace.to_json())
    assert again == trace
    assert again.scenario == trace.scenario


@given(forgetful_runs())
def test_it_can_be_drawn_and_told(trace):
    assert trace.to_svg()
    assert trace.to_text()
    for promise, holds in trace.promises.items():
        assert bool(why_broken(trace, promise)) != holds
    for event in trace.events:
        if event.kind in ("forget", "delete", "discard", "show", "timer_fire"):
            assert why(trace, event)
    assert not holds_of(trace).why_none
