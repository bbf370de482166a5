"""Which promises a run keeps so far: kept, open or broken, at every moment."""

from itertools import groupby, pairwise

import pytest
from gallery import GALLERY, run_so_far
from hypothesis import given, settings
from nightly import by_night
from real_bugs import BUGS
from worlds import runs

from imteach import Crash, Drop, Duplicate, Offline, Say, Scenario, Server
from imteach.protocol import judge
from imteach.scenario import Resend
from imteach.tell import why_broken
from imteach.tell.moments import instants, jumps, verdicts
from imteach.tell.moments.verdicts import CANNOT_BE_MENDED
from imteach.trace.outcomes import OutcomeReader


def history(trace, name):
    (verdict,) = (verdict for verdict in verdicts(trace) if verdict.name == name)
    return [(so_far.since, so_far.holds, so_far.why) for so_far in verdict.history]


def stands(trace, name):
    return [(since, holds) for since, holds, _ in history(trace, name)]


def test_a_duplicate_is_broken_from_the_moment_in_which_it_is_shown():
    trace = Scenario("retransmit").run(Drop("ack:N"))
    assert history(trace, "no_duplicates") == [
        (0, "kept", ""),
        (400, "broken", why_broken(trace, "no_duplicates")),
    ]
    assert history(trace, "all_delivered") == [
        (0, "open", "Not yet: bob has not been shown “hello”."),
        (100, "open", "Not yet: bob was shown “hello”, but alice's screen says ✓ sent."),
        (500, "kept", ""),
    ]
    assert stands(trace, "no_false_failure") == [(0, "kept")]


def test_what_the_server_keeps_counts_as_arrived_and_that_is_said():
    trace = Scenario("offline").run(Offline("bob", at=0))
    kept = "The server keeps “hello” for bob: that counts as arrived."
    assert history(trace, "no_false_delivery") == [(0, "kept", ""), (100, "kept", kept)]
    assert history(trace, "no_silent_loss")[1:] == [(50, "kept", kept)]
    assert history(trace, "all_delivered")[-1] == (100, "kept", kept)
    assert history(trace, "no_duplicates") == [(0, "kept", "")]
    pulled = Scenario("offline").run(Offline("bob", at=0, lasting=1000))
    assert history(pulled, "no_false_delivery") == [(0, "kept", ""), (100, "kept", kept), (1100, "kept", "")]
    several = Scenario("offline", say=[Say("one"), Say("two", at=10)]).run(Offline("bob", at=0))
    last = history(several, "all_delivered")[-1]
    assert last[1:] == ("kept", "The server keeps “one” for bob (and 1 more message): that counts as arrived.")


def test_a_silent_loss_is_open_until_the_end_says_that_it_is_one():
    trace = Scenario("basic").run(Drop("msg:N"))
    assert history(trace, "no_silent_loss") == [
        (0, "open", "Not yet: bob has not been shown “hello”, and alice's screen says ◷ sending."),
        (100, "broken", why_broken(trace, "no_silent_loss")),
    ]
    assert stands(trace, "no_duplicates") == [(0, "kept")]


def test_a_failure_that_is_told_is_no_silent_loss():
    trace = Scenario("acked").run(Drop("msg:N"))
    assert stands(trace, "no_silent_loss") == [(0, "open"), (100, "open"), (300, "kept")]
    assert stands(trace, "all_delivered") == [(0, "open"), (300, "broken")]
    unconfirmed = Scenario("acked").run(Drop("ack:N"))
    assert stands(unconfirmed, "no_silent_loss") == [(0, "open"), (100, "kept")]
    assert stands(unconfirmed, "all_delivered") == [(0, "open"), (100, "open"), (300, "broken")]


def test_a_false_failure_is_open_while_a_late_ack_can_mend_it():
    trace = Scenario("retransmit", retries=0, rto=120, resend=[Resend("m1", at=500)]).run()
    assert history(trace, "no_false_failure")[:3] == [
        (0, "kept", ""),
        (120, "open", "For now alice's screen says ! failed, yet bob was shown “hello”."),
        (200, "kept", ""),
    ]


def test_nothing_is_broken_before_it_is_said():
    trace = Scenario("dedup", say=[Say(at=100)]).run()
    assert stands(trace, "all_delivered") == [(0, "kept"), (100, "open"), (200, "open"), (300, "kept")]
    silent = Scenario("ordered", say=[], people=["alice", "bob"]).run()
    assert {so_far.holds for verdict in verdicts(silent) for so_far in verdict.history} == {"kept"}


def test_what_is_kept_for_somebody_who_is_away_is_enough_until_they_are_back():
    trace = Scenario("offline").run(Offline("bob", lasting=1000))
    assert history(trace, "all_delivered") == [
        (0, "open", "Not yet: bob has not been shown “hello”."),
        (50, "open", "Not yet: “hello” is kept for bob, but alice's screen says ◷ sending."),
        (100, "kept", "The server keeps “hello” for bob: that counts as arrived."),
        (1000, "open", "Not yet: “hello” is kept for bob, who has not been shown it."),
        (1100, "kept", ""),
    ]


def test_two_copies_in_the_store_are_broken_for_good():
    bug, rung = BUGS["StoresAgain"]
    trace = Scenario(rung, server=bug).run(Offline("bob", lasting=2000), Drop("ack:N"))
    first, second = trace.happened("store")
    assert stands(trace, "stored_once")[:2] == [(0, "kept"), (second.t, "broken")]
    assert f"and again when m1/msg:R#2 arrived at {second.t} ms" in history(trace, "stored_once")[1][2]
    assert stands(trace, "stored_once")[-1][1] == "broken"
    assert first.t < second.t


GROUP = {
    "groups": {"friends": ["alice", "bob", "carol"]},
    "say": [Say("one", to="friends"), Say("two", to="friends", at=200)],
}


def test_a_cursor_over_a_gap_loses_a_message_in_the_moment_in_which_the_server_learns_of_it():
    bug, rung = BUGS["CursorOverAGap"]
    trace = Scenario(rung, client=bug, **GROUP).run(Drop("m1/msg:N>bob"))
    assert stands(trace, "no_silent_loss") == [
        *((0, "open"), (50, "kept"), (200, "open"), (250, "kept")),
        *((300, "kept"), (350, "open"), (2100, "broken")),  # from 300 ms on one of two messages
    ]
    assert next(so_far for so_far in history(trace, "no_false_delivery") if so_far[1] != "kept") == (
        *(350, "open", "For now alice's screen says ✓✓ delivered, yet bob has not been shown “one”."),
    )


def test_of_several_messages_the_one_that_has_waited_longest_is_named_and_the_others_are_counted():
    trace = Scenario("dedup", say=[Say("one"), Say("two", at=10), Say("three", at=20)]).run()
    assert history(trace, "all_delivered")[:3] == [
        (0, "open", "Not yet: bob has not been shown “one”."),
        (10, "open", "Not yet: bob has not been shown “one” (and 1 more message)."),
        (20, "open", "Not yet: bob has not been shown “one” (and 2 more messages)."),
    ]


def agrees(trace):
    """Whether each moment is what the outcomes up to there say, all judged anew, and the last is the run's own."""
    found = {verdict.name: verdict.history for verdict in verdicts(trace)}
    assert {name: history[-1].holds == "kept" for name, history in found.items()} == dict(trace.promises)
    reader = OutcomeReader(trace.scenario, trace.packet if trace.scenario.groups else {})
    end = trace.events[-1].t if trace.events else 0
    for t, events in groupby(trace.events, key=lambda event: event.t):
        for event in events:
            reader.read(event)
        outcomes = list(reader.outcomes())
        unkept = judge([said._replace(stored=dict.fromkeys(said.to, 0)) for said in outcomes], trace.scenario.setting)
        for name, kept in judge(outcomes, trace.scenario.setting).items():
            now = next(so_far for so_far in reversed(found[name]) if so_far.since <= t)
            holds = "kept" if kept else "broken" if name in CANNOT_BE_MENDED or t == end else "open"
            assert (t, name, now.holds) == (t, name, holds)
            if kept:  # only what is kept at the server has a reason
                assert (t, name, now.why != "") == (t, name, not unkept[name])
    for name, history in found.items():
        since = [so_far.since for so_far in history]
        assert since[0] == 0, name
        assert since == sorted(set(since)), name
        assert all((one.holds, one.why) != (other.holds, other.why) for one, other in pairwise(history)), name
        assert all(so_far.holds == "kept" or so_far.why for so_far in history), name
        if history[-1].holds == "broken":
            assert history[-1].why == why_broken(trace, name)


@pytest.mark.parametrize("name", GALLERY)
def test_each_moment_is_judged_as_if_it_were_the_end(name):
    agrees(GALLERY[name])


@given(runs())
@settings(max_examples=by_night(500, 60), deadline=None)
def test_each_moment_is_judged_as_if_it_were_the_end_whatever_strikes(run):
    scenario, faults = run
    agrees(scenario.run(*faults))


@pytest.mark.parametrize("name", BUGS)
def test_a_class_with_a_bug_is_judged_like_any_other(name):
    bug, rung = BUGS[name]
    classes = {"server": bug} if issubclass(bug, Server) else {"client": bug}
    say = [Say("one"), Say("two", at=20)]
    agrees(run_so_far(Scenario(rung, say=say, **classes), Drop("m1/ack:N"), Crash("bob", at=160, down=40)))
    if rung == "group":
        agrees(run_so_far(Scenario(rung, **classes, **GROUP), Drop("m1/ack:N")))


# The moments, and those to jump to


def test_the_moments_at_which_anything_happens():
    assert instants(Scenario("dedup").run(Drop("ack:N"))) == (0, 50, 100, 150, 180, 200, 300, 350, 400, 450, 500)
    assert instants(Scenario("dedup", say=[], people=["alice", "bob"]).run()) == ()


def test_the_moments_to_jump_to():
    trace = Scenario("retransmit").run(Drop("msg:N"), Drop("ack:N"))
    assert jumps(trace) == {
        "timeout": tuple(event.t for event in trace.happened("timer_fire")),
        "loss": (80, 480),
        "duplicate": (700,),
        "broken": (700,),
    }
    assert jumps(Scenario("dedup").run(Drop("ack:N")))["duplicate"] == (400,)
    assert jumps(Scenario("basic").run(Drop("msg:N")))["broken"] == (100,)


def test_neither_heartbeats_nor_what_comes_too_early_are_jumped_to():
    trace = Scenario("group", groups={"friends": ["alice", "bob", "carol"]}, say=[Say("hi", to="friends")]).run()
    assert trace.happened("timer_fire")
    assert jumps(trace) == {"timeout": (), "loss": (), "duplicate": (), "broken": ()}


def test_a_moment_at_which_two_things_happen_is_named_once():
    trace = Scenario("dedup", say=[Say(), Say()]).run(Drop("m1/msg:N"), Drop("m2/msg:N"), Duplicate("m1/ack:R"))
    found = jumps(trace)
    assert found["timeout"] == (300,)
    assert found["loss"] == (80,)
