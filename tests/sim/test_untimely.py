"""What comes at the wrong time: a timer that was cancelled, a logout at once, an impatient person, an early beat."""

import pytest

from imteach import (
    LADDER,
    Again,
    Beat,
    Client,
    Crash,
    Drop,
    Late,
    LearnerError,
    Offline,
    Resend,
    Say,
    Scenario,
    Trace,
    explore,
)
from imteach.protocol import Report, StartTimer, Transmit
from imteach.tell import fault_in_words, why_broken, why_unused
from imteach.tell.facts import Facts

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
    assert trace.state_at(130)["bob"]["timers"] == {"pull": 430}
    assert Trace.from_json(trace.to_json()).state_at(300) == trace.state_at(300)


def test_a_late_timer_does_not_end_the_one_that_began_anew():
    trace = Scenario("dedup", retries=0).run(Again("m1", at=30), Late("alice", "m1"))
    assert [(e.t, e.status) for e in trace.happened("status")][-2:] == [(30, "failed"), (200, "delivered")]
    assert [timer[:3] for timer in fired(trace)] == [(30, "alice", "m1")]
    assert "m1/msg:A#1" in Facts(trace, trace.messages[0], "bob").timed


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


# An impatient person


class NewName(Client):
    """Sends again under a new msgid, so that nobody can tell that it is the same."""

    def on_resend(self, msgid, message):
        return self.on_say(message)


class SecondTimer(Client):
    """Starts a timer more when a message is sent again, and does not stop it at the ack:N."""

    def on_resend(self, msgid, message):
        *rest, timer = super().on_resend(msgid, message)
        return [*rest, timer, StartTimer(f"again:{msgid}")]

    def on_timer(self, name):
        if name.startswith("again:"):
            return [Report(name.removeprefix("again:"), "failed")]
        return super().on_timer(name)


@pytest.mark.parametrize("rung", LADDER)
def test_a_message_under_way_is_sent_again_under_its_msgid_and_its_timer_starts_anew(rung):
    trace = Scenario(rung).run(Again("m1", at=30))
    (pressed,) = trace.happened("resend")
    assert (pressed.t, pressed.node, pressed.msgid, pressed.text) == (30, "alice", "m1", "again m1@30")
    assert [(e.t, e.until) for e in trace.happened("timer_start", timer="m1")] == [(0, 300), (30, 330)]
    assert trace.packet["m1/msg:R#2"].sent == 30
    assert trace.messages[0].shown == {"bob": 1 if LADDER[rung].dedups else 2}
    assert trace.promises["no_duplicates"] == LADDER[rung].dedups
    assert Trace.from_json(trace.to_json()) == trace


def test_it_has_fresh_tries_as_one_that_failed_has():
    drops = [Drop(f"msg:R#{number}") for number in range(1, 9)]
    trace = Scenario("dedup", retries=1).run(Again("m1", after="send m1/msg:R#2"), *drops)
    assert [p.sent for p in trace.packets] == [0, 300, 300, 600]
    assert trace.messages[0].status == "failed"


@pytest.mark.parametrize(
    ("rung", "at", "why"),
    [("dedup", 500, "m1 is delivered"), ("basic", 150, "m1 is sent"), ("dedup", 5, "m1 was never said")],
)
def test_where_there_is_nothing_to_press_nothing_is_sent_and_the_trace_says_why(rung, at, why):
    trace = Scenario(rung, say=[Say(at=10)]).run(Again("m1", at=at))
    assert [(event.t, event.text) for event in trace.happened("unsaid")] == [(at, why)]
    assert "m1/msg:R#2" not in trace.packet
    assert trace.unused == ()


def test_one_whose_client_is_down_can_press_nothing():
    trace = Scenario("dedup").run(Crash("alice", after="send m1/msg:R#1"), Again("m1", after="send m1/msg:R#1"))
    assert trace.happened("unsaid")[0].text == "alice is down"


def test_pressed_after_it_failed_it_is_what_anybody_does():
    scenario = Scenario("dedup", retries=0, resend=[Resend("m1", at=700)])
    lost = Drop("msg:R")
    again = Scenario("dedup", retries=0).run(lost, Again("m1", at=700))
    assert again.events == scenario.run(lost).events


def test_it_may_follow_what_any_node_does_and_comes_when_all_else_of_that_instant_is_done():
    trace = Scenario("dedup", say=[Say("one"), Say("two", at=100)]).run(Again("m1", after="show m1"))
    assert [(e.kind, e.msgid) for e in trace.events if e.t == 100 and e.kind in ("say", "show", "resend")] == [
        ("show", "m1"), ("say", "m2"), ("resend", "m1")
    ]  # fmt: skip


def test_from_dedup_on_impatience_breaks_no_promise_of_ours():
    for rung in ("dedup", "offline", "durable", "ordered"):
        found = explore(Scenario(rung, retries=1), faults=2, kinds=["again"])
        assert found.plans > 20
        assert all(verdict.holds for verdict in found.promises.values())
    group = Scenario("group", say=[Say("hi", to="friends")], groups=FRIENDS, retries=0)
    assert all(verdict.holds for verdict in explore(group, kinds=["again"]).promises.values())


def test_the_search_finds_what_a_client_does_wrong_only_then():
    names, timer = (Scenario("dedup", client=mine) for mine in (NewName, SecondTimer))
    assert explore(names, faults=2).promises["no_duplicates"].holds
    found = explore(names, kinds=["again"]).promises["no_duplicates"]
    assert found.broken_by == (Again("m1", after="send m1/msg:R#1"),)
    assert explore(timer, kinds=["drop"]).promises["no_false_failure"].holds
    assert not explore(timer, kinds=["again"]).promises["no_false_failure"].holds


def test_what_came_of_it_is_told():
    trace = Scenario("retransmit").run(Again("m1", after="send m1/msg:A#1"))
    assert "alice sent it again at 50 ms, while it was under way (◷ sending)" in why_broken(trace, "no_duplicates")
    why = trace.why(trace.happened("show")[1])
    assert "50 ms: alice sends m1 again, too early, while it was under way (◷ sending)" in why
    assert "50 ms: sends m1 again, too early" in trace.seen_by("alice")
    assert fault_in_words(Again("m1", at=70)) == "m1 is to be sent again at 70 ms, failed or not"
    assert fault_in_words(Again("m1", after="show m1")) == (
        "m1 is to be sent again right after: show m1, failed or not"
    )
    assert why_unused(Again("m1", after="show m9"), trace) == "nobody did that in this run, so nobody sent m1 again"


# A heartbeat before its time


def chat(*says, client=Client, **more):
    return Scenario("group", say=[Say(text, to="friends") for text in says], groups=FRIENDS, client=client, **more)


def beats(trace, person="carol"):
    return [(e.t, e.text) for e in trace.happened("timer_fire", node=person) if str(e.timer).startswith("heartbeat")]


class SkipsGaps(Client):
    """Waits for nothing longer than to the next heartbeat: what it holds back then is shown and acked, gap or not."""

    def on_heartbeat(self, group):
        buffer = self.groups[group]
        early = [buffer.held.pop(number) for number in sorted(buffer.held)]
        if not early:
            return super().on_heartbeat(group)
        buffer.pass_by(early[-1].number)
        return [self.heartbeat(group), *map(self.show_or_discard, early), *self.send_cursor(group)]


def test_a_heartbeat_comes_early_and_the_next_a_whole_one_later():
    trace = chat("hi").run(Beat("carol", at=70))
    assert beats(trace)[:2] == [(70, "beat carol@70"), (2070, None)]
    assert beats(trace, "bob")[0] == (2000, None)
    assert trace.happened("send", packet="carol/offline:R#1")[0].t == 70
    assert all(trace.promises.values())
    assert Trace.from_json(trace.to_json()) == trace
    assert trace.state_at(100)["carol"]["timers"]["heartbeat:friends"] == 2070


def test_it_repairs_what_was_lost_before_the_next_heartbeat_would():
    trace = chat("hi").run(Drop("m1/msg:N>carol"), Beat("carol", after="send m1/msg:N>carol"))
    assert [(e.t, e.node) for e in trace.happened("show")] == [(100, "bob"), (150, "carol")]
    assert "50 ms: carol's heartbeat of friends, before its time" in trace.why(trace.happened("show")[1])


def test_it_may_follow_what_any_node_does_and_each_of_a_persons_groups_counts():
    scenario = Scenario(
        "group", say=[Say(to="friends")], groups={**FRIENDS, "two": ["bob", "carol"]}, people=["alice", "bob", "carol"]
    )
    trace = scenario.run(Beat("carol", after="show m1"))
    early = [event.timer for event in trace.happened("timer_fire", node="carol", text="beat carol@show:m1")]
    assert early == ["heartbeat:friends", "heartbeat:two"]


def test_one_whose_client_is_down_has_no_heartbeat():
    trace = chat("hi").run(Crash("carol", at=60, down=100), Beat("carol", at=70))
    assert all(text is None for _, text in beats(trace))


def test_an_early_heartbeat_ends_no_quiet_run_before_the_regular_ones_came():
    lost = [Drop(f"bob/offline:R#{number}") for number in (1, 2, 3)]
    scenario = Scenario("group", say=[Say(to="friends")], groups={"friends": ["alice", "bob"]})
    trace = scenario.run(Drop("m1/msg:N>bob"), *lost, Beat("bob", at=200))
    assert trace.messages[0].shown == {"bob": 1}  # it pulls again at 2,200 ms


def test_a_cursor_that_skips_a_gap_is_found_by_one_early_heartbeat():
    lost = [Drop("m1/msg:N>carol#1")]
    mine, ours = (chat("one", "two", client=client, retries=0) for client in (SkipsGaps, Client))
    assert all(verdict.holds for verdict in explore(mine, faults=0, given=lost).promises.values())
    (early,) = explore(mine, kinds=["beat"], given=lost).promises["no_silent_loss"].broken_by
    assert (type(early), early.person) == (Beat, "carol")
    assert all(verdict.holds for verdict in explore(ours, kinds=["beat"], given=lost).promises.values())


def test_the_words_for_it():
    trace = chat("hi").run(Beat("carol", at=70))
    assert "early heartbeat" in trace.to_text()
    assert "70 ms: the timer for heartbeat:friends runs out" in trace.seen_by("carol")  # it cannot know
    assert fault_in_words(Beat("carol", at=70)) == "carol's heartbeat comes before its time, at 70 ms"
    assert fault_in_words(Beat("carol", after="show m1")) == (
        "carol's heartbeat comes before its time, right after: show m1"
    )
    assert why_unused(Beat("carol", after="show m9"), trace) == (
        "nobody did that in this run, so no heartbeat of carol came before its time"
    )
    assert "(an early heartbeat)" in explore(chat("hi", retries=0), kinds=["beat"]).to_text()
