"""Each reason knows what it is about: the question, the event, the packets; and the past that a picture lights up."""

from hypothesis import given
from worlds import runs

from imteach import Crash, Delay, Drop, Late, Offline, Resend, Say, Scenario
from imteach.tell import past, title, why
from imteach.tell.reasons.title import TITLES
from imteach.tell.reasons.why import reasons
from imteach.trace import EVENT_KINDS


def retransmitted():
    return Scenario("retransmit").run(Drop("ack:N"))


# What a sentence is about


def test_each_sentence_marks_its_own_event_and_its_own_packet():
    trace = retransmitted()
    told = reasons(trace, trace.happened("show")[1])
    assert [trace.events[reason.event].kind for reason in told] == [
        *("say", "timer_fire", "retransmit", "arrive", "arrive", "show"),
    ]
    assert [reason.packet for reason in told] == [
        *(None, None, "m1/msg:R#2", "m1/msg:R#2", "m1/msg:N#2", "m1/msg:N#2"),
    ]


def test_a_sentence_marks_the_packet_that_it_misses_and_the_one_it_compares_with():
    trace = retransmitted()
    told = {trace.events[reason.event].kind: reason for reason in reasons(trace, trace.happened("show")[1])}
    assert told["timer_fire"].also == ("m1/ack:N#1",)
    assert told["show"].also == ("m1/msg:N#1",)  # "the first time was at 100 ms"
    assert told["say"].also == told["retransmit"].also == ()


def test_a_sentence_marks_what_a_discarded_duplicate_was_shown_by():
    trace = Scenario("dedup").run(Drop("ack:N"))
    assert reasons(trace, trace.happened("discard")[0])[-1].also == ("m1/msg:N#1",)


def test_what_came_too_late_is_discarded_because_of_nothing_shown():
    late = [Drop("m1/msg:N#1"), Drop("m1/msg:N#2"), Delay("m1/msg:N#3", by=900)]
    trace = Scenario("ordered", say=[Say("one"), Say("two", at=950)]).run(*late)
    last = reasons(trace, trace.happened("discard", text="too late")[0])[-1]
    assert (last.packet, last.also) == ("m1/msg:N#3", ())


def test_a_timer_that_had_been_cancelled_misses_nothing():
    trace = Scenario("retransmit").run(Drop("msg:A"), Late("alice", "m1"))
    (fired,) = trace.happened("timer_fire", t=200)
    assert reasons(trace, fired)[-1].also == ()


def test_a_lost_pull_is_marked_at_the_timer_that_waited_for_it():
    trace = Scenario("offline").run(Offline("bob", lasting=1000), Drop("bob/offline:A"))
    (fired,) = trace.happened("timer_fire", node="bob")
    assert reasons(trace, fired)[-1].also == ("bob/offline:A#1",)


@given(runs())
def test_every_sentence_of_every_run_marks_what_there_is(case):
    scenario, faults = case
    trace = scenario.run(*faults)
    for event in trace.events[:: max(1, len(trace.events) // 20)]:
        told = reasons(trace, event)
        assert [reason.text for reason in told] == [f"{sentence}" for sentence in why(trace, event)]
        for reason in told:
            assert reason.text.startswith(f"{trace.events[reason.event].t} ms: ")
            assert {*reason.also, *filter(None, [reason.packet])} <= trace.packet.keys()
        asked = title(trace, event)
        assert asked.startswith("Why ")
        assert asked.endswith("?")
        assert "None" not in asked or any("None" in say.text for say in scenario.say)
        ids, names = past(trace, event)
        assert {cause.id for cause in trace.causes(event)} | {event.id} <= set(ids)
        assert all(trace.events[number].t <= event.t or trace.events[number].packet in names for number in ids)
        assert {name for reason in told for name in reason.also} <= set(names)


# The question


def questions(trace, kind):
    return [title(trace, event) for event in trace.happened(kind)]


def test_every_kind_of_event_has_its_question():
    assert list(TITLES) == list(EVENT_KINDS)


def test_the_questions_of_a_retransmission():
    trace = retransmitted()
    assert questions(trace, "say") == ["Why does alice say “hello”?"]
    assert questions(trace, "show") == ["Why is bob shown “hello”?", "Why is bob shown “hello” again?"]
    assert questions(trace, "drop") == ["Why did m1/ack:N#1 not arrive?"]
    assert questions(trace, "timer_fire") == ["Why does alice's timer for m1 run out?"]
    assert questions(trace, "retransmit") == ["Why does alice send m1 again?"]
    assert questions(trace, "status")[-1] == "Why does alice see ✓✓ delivered?"
    assert questions(trace, "send")[1] == "Why does the server send m1/msg:A#1?"
    assert questions(trace, "arrive")[0] == "Why does m1/msg:R#1 reach the server?"


def test_the_questions_about_an_absence_and_a_crash():
    trace = Scenario("offline", resend=[Resend("m1", at=2000)]).run(
        Offline("bob", lasting=1000), Crash("alice", at=60, down=100)
    )
    assert questions(trace, "logout") == ["Why does bob log out?", "Why does the server learn that bob is gone?"]
    assert questions(trace, "login")[-1] == "Why does the server learn that bob is online?"
    assert questions(trace, "store") == ["Why does the server store m1 for bob?"]
    assert questions(trace, "delete") == ["Why does the server delete m1, kept for bob?"]
    assert questions(trace, "timer_start")[-1] == "Why does bob start the timer for a pull?"
    assert questions(trace, "crash") == ["Why does alice crash?"]
    assert questions(trace, "restart") == ["Why does alice start again?"]
    assert questions(trace, "status")[-1] == "Why has alice's client forgotten m1?"


def test_the_questions_of_a_group():
    trace = Scenario("group", groups={"us": ["alice", "bob"]}, say=[Say("hi", to="us")], ack_every=2).run()
    assert "Why does bob start the timer for the next heartbeat of us?" in questions(trace, "timer_start")
    assert "Why does bob start the timer for an ack of us?" in questions(trace, "timer_start")
    assert "Why does bob's heartbeat of us come?" in questions(trace, "timer_fire")
    assert "Why does bob's timer for an ack of us run out?" in questions(trace, "timer_fire")


def test_what_was_said_is_quoted_as_text_and_cut():
    trace = Scenario("basic", say=[Say("<b>one</b>\n" + "x" * 100), Say("two", at=9)]).run()
    assert questions(trace, "say")[0] == "Why does alice say “<b>one</b> " + "x" * 28 + "…”?"
    assert questions(trace, "status")[-1] == "Why does alice see ✓ sent for m2?"


# The past


def test_the_past_of_a_second_showing_has_the_ack_n_that_was_lost():
    trace = retransmitted()
    ids, names = past(trace, trace.happened("show")[1])
    assert names == ("m1/msg:N#1", "m1/ack:N#1", "m1/msg:R#2", "m1/msg:N#2")
    kinds = [(trace.events[number].t, trace.events[number].kind) for number in ids]
    assert (180, "drop") in kinds
    assert (100, "show") in kinds
    assert "m1/msg:A#1" not in names  # it led to nothing of this
    assert list(ids) == sorted(ids)
