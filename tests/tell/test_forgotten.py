"""Why something was shown twice, or lost: because it was forgotten, and by which number."""

import pytest

from imteach import Drop, Offline, Say, Scenario, check
from imteach.tell import why_broken
from imteach.tell.moments.holds import holds
from imteach.tell.reasons.title import TITLES
from imteach.tell.reasons.why import why
from imteach.tell.reasons.why_not import why_not

TWO = (Say("one"), Say("two", at=60))
AWAY = Offline("bob", at=0, lasting=1000)


def told(sentence):
    return " ".join(str(sentence).split())


def by_number():
    return Scenario("dedup", say=TWO, dedup_limit=1).run(Drop("m1/ack:N"))


def by_time():
    return Scenario("dedup", dedup_for=250).run(Drop("ack:N"))


def test_a_duplicate_says_that_its_msgid_was_forgotten_and_how_many_are_remembered():
    assert told(why_broken(by_number(), "no_duplicates")) == (
        "bob was shown “one” (m1) twice, at 100 ms and at 400 ms: m1/ack:N#1 was dropped, so alice, still waiting, "
        "sent msg:R again at 300 ms, and bob's client had forgotten m1: it remembers 1 msgid."
    )
    assert told(why(by_number(), by_number().happened("show")[2])[-1]) == (
        "400 ms: bob is shown “one” again: the first time was at 100 ms, and the client had forgotten that at 160 ms: "
        "it remembers 1 msgid"
    )


def test_or_for_how_long_one_is():
    assert told(why_broken(by_time(), "no_duplicates")).endswith(
        "and bob's client had forgotten m1: it remembers a msgid for 250 ms."
    )
    shown = by_time().happened("show")[1]
    assert told(why(by_time(), shown)[-1]).endswith(
        "the client had forgotten that at 350 ms: it remembers a msgid for 250 ms"
    )


def test_what_led_to_the_forgetting_is_told():
    forgotten = by_number().happened("forget")[0]
    assert why(by_number(), forgotten)[-1] == "160 ms: bob's client forgets m1: it remembers 1 msgid"
    assert why(by_number(), forgotten)[0] == "60 ms: alice says “two” to bob"  # the message that took its place
    forgotten = by_time().happened("forget")[0]
    assert why(by_time(), forgotten)[-2:] == [
        "350 ms: bob's client has remembered m1 for 250 ms",
        "350 ms: bob's client forgets m1: it remembers a msgid for 250 ms",
    ]
    assert TITLES["forget"](by_time(), forgotten) == "Why does bob's client forget m1?"
    fired = next(event for event in by_time().happened("timer_fire") if event.timer == "forget:m1")
    assert TITLES["timer_fire"](by_time(), fired) == "Why is the time of m1 over?"


def test_a_crash_is_the_reason_where_it_was_one():
    """The client forgot m1 in the crash; that it would have forgotten it later is no reason."""
    from imteach import Crash

    trace = Scenario("dedup", dedup_for=5000).run(Drop("ack:N"), Crash("bob", at=250, down=10))
    assert "had forgotten it in the crash at 250 ms" in told(why_broken(trace, "no_duplicates"))


def test_from_ordered_on_what_was_forgotten_is_too_late_and_the_sentence_says_why():
    trace = Scenario("ordered", say=TWO, dedup_limit=1).run(Drop("m1/ack:N"))
    assert (
        "bob's client discarded m1/msg:N#2 and m1/msg:N#3 as too late (it had forgotten at 160 ms that it showed it)"
        in told(why_broken(trace, "no_false_failure"))
    )
    discarded = trace.happened("discard")[0]
    assert told(why(trace, discarded)[-1]) == (
        "400 ms: bob discards m1: too late; it was shown at 100 ms, and the client had forgotten that at 160 ms: "
        "it remembers 1 msgid"
    )


@pytest.mark.parametrize("promise", ["no_false_delivery", "no_silent_loss", "all_delivered"])
def test_what_the_store_forgot_is_told_with_its_number(promise):
    trace = Scenario("offline", store_for=500).run(AWAY)
    assert (
        "bob never saw “hello” (m1), because bob was not online when m1/msg:R#1 reached the server, and the server "
        "forgot it after 500 ms, at 550 ms" in told(why_broken(trace, promise))
    )


def test_a_pull_that_was_in_vain_before_is_told_and_one_after_it_is_not():
    lost = [Drop("bob/offline:A#1"), Drop("bob/offline:A#2")]
    trace = Scenario("offline", store_for=500).run(Offline("bob", at=0, lasting=300), *lost)
    sentence = told(why_broken(trace, "all_delivered"))
    assert "bob/offline:A#1 was dropped, and the server forgot it after 500 ms, at 550 ms" in sentence
    assert "offline:A#2" not in sentence


def test_why_bob_has_not_seen_it_says_that_the_server_forgot_it():
    trace = Scenario("offline", store_for=500).run(AWAY)
    assert "550 ms: the server deletes m1, kept for bob, after 500 ms" in list(map(told, why_not(trace, "m1", "bob")))
    (deleted,) = trace.happened("delete")
    assert why(trace, deleted)[-2:] == [
        "550 ms: the server has kept m1 for 500 ms",
        "550 ms: the server deletes m1, kept for bob",
    ]


def test_in_a_run_without_a_clock_no_ms_are_told():
    broken = check(Scenario("dedup", dedup_for=700), faults=0).promises["no_duplicates"]
    assert told(why_broken(broken.trace, "no_duplicates")).endswith("it remembers a msgid for its time.")


def test_what_a_node_holds_says_how_much_and_how_long():
    _, bob, _ = holds(by_number()).holders
    table = bob.rows[2]
    assert table.what == "dedup table (at most 1)"
    assert [(text.since, text.text) for text in table.history] == [(0, "empty"), (100, "m1"), (160, "m2"), (400, "m1")]
    _, bob, _ = holds(by_time()).holders
    assert bob.rows[2].what == "dedup table (each for 250 ms)"
    assert [(timer.label, timer.since, timer.ended, timer.how) for timer in bob.timers] == [
        ("remembers m1", 100, 350, "runs out"),
        ("remembers m1", 400, 650, "runs out"),
    ]
    *_, server = holds(Scenario("offline", store_for=500).run(AWAY)).holders
    assert server.rows[2].what == "offline store for bob (each for 500 ms)"
    assert server.timers[0].label == "keeps m1"


def test_a_disk_says_how_far_a_conversation_has_come_though_its_msgids_are_forgotten():
    _, bob, _ = holds(Scenario("ordered", say=TWO, dedup_limit=1).run()).holders
    assert bob.rows[-1].history[-1].text == "dedup table: m2; last numbers shown: number 2 of alice"
    assert "number 2 of alice written" in bob.rows[-1].history[-1].change


def test_the_picture_says_when_the_time_is_over_and_what_is_forgotten():
    text = by_time().to_text()
    assert "250 ms are over:" in text
    assert "forgets m1" in text
    assert "deletes m1" in Scenario("offline", store_for=500).run(AWAY).to_text()
    assert "2 retries; dedup for 250 ms" in text
    durable = Scenario("durable", say=TWO, dedup_limit=1).run()
    assert "erases dedup/m1" in durable.to_text()
    assert "2 retries; dedup limit 1" in durable.to_text()
    assert "dedup limit" not in Scenario("basic", dedup_limit=1).run().to_text()  # nothing is remembered there
    untimed = check(Scenario("dedup", dedup_for=700), faults=0).promises["no_duplicates"].trace.to_text()
    assert "dedup for a while" in untimed
