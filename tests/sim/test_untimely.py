"""What comes at the wrong time: a timer that had run out when it was cancelled, a logout in the midst of things."""

import pytest

from imteach import LADDER, Client, Crash, Late, LearnerError, Offline, Say, Scenario, Trace, explore
from imteach.protocol import Transmit
from imteach.tell import fault_in_words, why_broken, why_unused

FRIENDS = {"friends": ["alice", "bob", "carol"]}
TWO_PULLS = [Offline("bob", at=0, lasting=100), Offline("bob", at=120, lasting=10)]  # the second before the first ends


def fired(trace):
    return [(event.t, event.node, event.timer, event.text) for event in trace.happened("timer_fire")]


def as_without(trace):
    """What happened but for the timer itself, and what it led to."""
    return [(e.t, e.node, e.kind, e.packet, e.status) for e in trace.events if e.kind != "timer_fire"]


class Trusting(Client):
    """Believes that a cancelled timer never comes."""

    def on_timer(self, msgid):
        entry = self.queue[msgid]
        self.queue[msgid] = entry._replace(tries=entry.tries + 1)
        return super().on_timer(msgid)


class Eager(Client):
    """Keeps what was sent, and sends it again whenever a timer comes."""

    def on_timer(self, msgid):
        entry = self.queue.get(msgid) or self.sent[msgid]
        return [Transmit(self.msg_r(msgid, entry.message))]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.sent = {}

    def out_of_queue(self, msgid):
        self.sent[msgid] = self.queue[msgid]
        return super().out_of_queue(msgid)


# What happens


@pytest.mark.parametrize("rung", LADDER)
def test_a_late_timer_is_told_right_after_the_step_that_cancelled_it_and_ours_ignores_it(rung):
    trace = Scenario(rung).run(Late("alice", "m1"))
    at = 200 if LADDER[rung].acks else 100
    assert fired(trace) == [(at, "alice", "m1", "late alice@m1")]
    assert trace.unused == ()
    assert as_without(trace) == as_without(Scenario(rung).run())
    (told,) = trace.happened("timer_fire")
    assert [cause.kind for cause in trace.causes(told)][-2:] == ["arrive", "timer_cancel"]


def test_it_comes_after_all_that_its_step_does_and_before_what_people_do_then():
    trace = Scenario("dedup", say=[Say("one"), Say("two", at=200)]).run(Late("alice", "m1"))
    at_200 = [(e.kind, e.msgid or e.timer) for e in trace.events if (e.t, e.node) == (200, "alice")]
    assert at_200[1:5] == [("timer_cancel", "m1"), ("status", "m1"), ("timer_fire", "m1"), ("say", "m2")]


def test_a_timer_that_began_anew_is_told_once_more_and_runs_on():
    trace = Scenario("offline").run(*TWO_PULLS, Late("bob", "pull"))
    assert fired(trace) == [(130, "bob", "pull", "late bob@pull")]
    assert [p.name for p in trace.packets if p.kind == "offline:R"] == [f"bob/offline:R#{n}" for n in (1, 2, 3)]
    assert trace.promises == dict.fromkeys(trace.promises, True)


def test_the_number_says_which_time_it_is_cancelled():
    trace = Scenario("offline").run(*TWO_PULLS, Late("bob", "pull#2"))
    assert fired(trace) == [(200, "bob", "pull", "late bob@pull#2")]
    assert Scenario("offline").run(*TWO_PULLS, Late("bob", "pull#9")).unused == (Late("bob", "pull#9"),)


def test_the_timers_of_a_group_can_be_late_too():
    scenario = Scenario("group", say=[Say("one", to="friends"), Say("two", to="friends")], groups=FRIENDS, ack_every=2)
    trace = scenario.run(Late("bob", "ack:friends"), Late("carol", "pull:friends"))
    late = [timer for timer in fired(trace) if timer[3]]
    assert [timer[1:3] for timer in late] == [("bob", "ack:friends"), ("carol", "pull:friends")]
    assert trace.promises == scenario.run().promises


def test_a_node_that_crashed_in_that_step_is_told_of_no_timer():
    trace = Scenario("durable").run(Crash("alice", after="write m1#2"), Late("alice", "m1"))
    assert trace.happened("crash")[0].t == trace.happened("timer_cancel", timer="m1")[0].t == 200
    assert trace.happened("timer_fire") == []
    assert Trace.from_json(trace.to_json()) == trace


# What is told of it


def test_a_class_that_trusts_its_cancels_stops_and_the_search_says_which_timer_it_was():
    late = "its timer m1, cancelled already, ran out at 200 ms"
    with pytest.raises(LearnerError, match=f"Trusting.on_timer raised KeyError: 'm1' when {late}"):
        Scenario("dedup", client=Trusting).run(Late("alice", "m1"))
    with pytest.raises(LearnerError, match=late):
        explore(Scenario("dedup", client=Trusting), kinds=["late"])
    assert explore(Scenario("dedup", client=Trusting), kinds=["drop"]).finished


def test_a_promise_that_a_late_timer_breaks_names_it():
    found = explore(Scenario("retransmit", client=Eager), kinds=["late"]).promises["no_duplicates"]
    assert found.broken_by == (Late("alice", "m1"),)
    assert "alice's timer had run out when it was cancelled, so alice's client sent msg:R again" in why_broken(
        found.trace, "no_duplicates"
    )


def test_the_chain_of_causes_says_that_it_had_been_cancelled():
    trace = Scenario("retransmit", client=Eager).run(Late("alice", "m1"))
    why = trace.why(trace.happened("show")[1])
    assert "200 ms: alice cancels the timer for m1" in why
    assert "200 ms: alice's timer for m1 runs out, though it was cancelled: it had run out already" in why


def test_what_a_node_sees_of_it_is_a_timer_that_runs_out():
    assert Scenario("dedup").run(Late("alice", "m1")).seen_by("alice")[-1] == "200 ms: the timer for m1 runs out"


def test_it_is_told_whose_timer_it_was_and_which_time():
    assert fault_in_words(Late("alice", "m1")) == "alice's timer for m1 had run out already when it was cancelled"
    assert fault_in_words(Late("server", "m1#2")) == (
        "The server's timer for m1 had run out already when it was cancelled (#2)"
    )


def test_one_that_names_no_cancelled_timer_says_which_there_were():
    trace = Scenario("dedup").run(Late("alice", "m9"))
    assert "(never happened; alice cancelled: m1)" in repr(trace)
    assert "never happened, so nothing came of it: late alice@m9 (alice cancelled: m1)" in trace.to_text()


# In a search


def test_the_kinds_of_a_search_are_what_they_were_unless_late_timers_are_asked_for():
    assert explore(Scenario("dedup")).kinds == ("drop",)
    found = explore(Scenario("dedup", retries=0), faults=2, kinds=["late", "drop"])
    assert found.kinds == ("drop", "late")
    assert "(a drop or a late timer)" in found.to_text()


# A logout right after something that was done


def logged(trace, person="bob"):
    return [(event.t, event.kind) for event in trace.events if event.node == person and event.kind.startswith("log")]


def test_a_person_logs_out_when_the_step_is_done_and_comes_back_as_much_later_as_is_said():
    trace = Scenario("durable").run(Offline("bob", after="write m1", lasting=500))
    assert logged(trace) == [(100, "logout"), (600, "login")]
    at_100 = [event.kind for event in trace.events if (event.t, event.node) == (100, "bob")]
    assert at_100 == ["arrive", "write", "show", "send", "logout"]  # not in the middle of a step
    assert trace.packet["m1/ack:R#1"].fate == "arrived"  # it had left
    assert trace.promises == dict.fromkeys(trace.promises, True)


def test_it_comes_before_what_else_arrives_at_that_instant():
    scenario = Scenario("dedup", say=[Say("one"), Say("two")])
    trace = scenario.run(Offline("bob", after="show m1", lasting=40))
    assert trace.packet["m2/msg:N#1"].fate == "lost"
    assert trace.packet["m2/msg:N#1"].due == 100


def test_it_may_follow_a_packet_that_another_node_sends():
    trace = Scenario("offline").run(Offline("bob", after="send m1/msg:N#1"))
    assert logged(trace) == [(50, "logout")]
    assert trace.packet["m1/msg:N#1"].fate == "lost"


def test_one_who_crashes_in_that_step_is_away_when_the_client_starts_again():
    trace = Scenario("offline").run(Offline("bob", after="show m1", lasting=500), Crash("bob", after="show m1"))
    assert [(e.t, e.kind) for e in trace.events if e.node == "bob"][2:6] == [
        (100, "crash"), (200, "restart"), (200, "logout"), (600, "login")
    ]  # fmt: skip
    assert trace.unused == ()


def test_a_person_who_is_away_can_be_kept_away_longer():
    faults = [Offline("alice", at=0, lasting=400), Offline("alice", after="send m1/msg:R#2", lasting=900)]
    assert logged(Scenario("offline").run(*faults), "alice") == [(0, "logout"), (1200, "login")]


def test_two_may_follow_one_effect_and_each_counts():
    faults = [Offline("bob", after="show m1", lasting=ms) for ms in (100, 300)]
    trace = Scenario("offline").run(*faults)
    assert logged(trace) == [(100, "logout"), (400, "login")]
    assert trace.unused == ()


def test_where_a_packet_is_named_in_short_its_whole_name_counts():
    assert Scenario("dedup").run(Offline("bob", after="send msg:N")).faults == (
        Offline("bob", after="send m1/msg:N#1"),
    )


def test_what_never_happened_is_told_as_for_a_crash():
    trace = Scenario("dedup").run(Offline("bob", after="show hello"))
    assert "(never happened; bob did: show m1)" in repr(trace)
    assert why_unused(Offline("bob", after="show hello"), trace) == (
        "bob never did that in this run, so nobody logged out; bob did: show m1"
    )
    assert why_unused(Offline("bob", after="send m9/msg:N"), trace) == (
        "this run never sent that packet, so nobody logged out"
    )
    assert fault_in_words(Offline("bob", after="show m1", lasting=5)) == "bob logs out right after: show m1, for 5 ms"


def test_with_a_logout_in_the_budget_the_search_finds_what_only_an_absence_shows():
    """Below `offline` a message for somebody who is away goes nowhere; from it on, the server keeps it."""
    below, above = (explore(Scenario(rung, retries=0), kinds=["away"]) for rung in ("dedup", "offline"))
    assert below.promises["all_delivered"].broken_by == (Offline("alice", after="send m1/msg:R#1", lasting=1000),)
    assert not below.promises["no_false_failure"].holds
    assert above.promises["no_silent_loss"].holds
    assert "(an absence)" in below.to_text()
