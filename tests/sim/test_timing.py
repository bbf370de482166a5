"""When things happen: latencies, patience, one instant, several messages at once."""

import pytest

from imteach import Delay, Drop, Duplicate, InputError, Offline, Say, Scenario
from imteach.tell import why_broken


def moments(trace, kind, **about):
    return [e.t for e in trace.events if e.kind == kind and all(getattr(e, k) == v for k, v in about.items())]


def order(trace, t):
    """What happens at this instant, as (node, kind) of events that no step of the same instant led to."""
    now = [event for event in trace.events if event.t == t]
    ids = {event.id for event in now}
    return [(event.node, event.kind) for event in now if not ids & set(event.causes)]


# Latency


def test_six_packets_one_latency_each():
    trace = Scenario("dedup").run()
    assert [(p.name, p.src, p.dst, p.sent, p.due, p.arrived) for p in trace.packets] == [
        ("m1/msg:R#1", "alice", "server", 0, 50, 50),
        ("m1/msg:A#1", "server", "alice", 50, 100, 100),
        ("m1/msg:N#1", "server", "bob", 50, 100, 100),
        ("m1/ack:R#1", "bob", "server", 100, 150, 150),
        ("m1/ack:A#1", "server", "bob", 150, 200, 200),
        ("m1/ack:N#1", "server", "alice", 150, 200, 200),
    ]


def test_each_link_has_its_own_latency_both_ways():
    trace = Scenario("dedup", latency={"alice": 10, "bob": 70}, rto=500).run()
    assert {p.kind: (p.sent, p.arrived) for p in trace.packets} == {
        "msg:R": (0, 10),
        "msg:A": (10, 20),
        "msg:N": (10, 80),
        "ack:R": (80, 150),
        "ack:A": (150, 220),
        "ack:N": (150, 160),
    }


def test_a_link_without_a_latency_of_its_own_has_the_default():
    trace = Scenario("basic", latency={"bob": 200}).run()
    assert trace.packet["m1/msg:R#1"].arrived == 50
    assert trace.packet["m1/msg:N#1"].arrived == 250


def test_the_two_ways_of_a_link_can_take_different_times():
    trace = Scenario("dedup", latency={"alice": 10, "bob": 70, "server>bob": 200, "alice>server": 0}, rto=500).run()
    assert {p.kind: (p.sent, p.arrived) for p in trace.packets} == {
        "msg:R": (0, 0),
        "msg:A": (0, 10),
        "msg:N": (0, 200),
        "ack:R": (200, 270),
        "ack:A": (270, 470),
        "ack:N": (270, 280),
    }
    assert "ms late" not in trace.to_text()  # no packet takes longer than its way does


def test_a_way_with_a_latency_of_its_own_leaves_the_way_back_at_the_default():
    scenario = Scenario("dedup", latency={"server>bob": 200})
    assert scenario.ways == {
        ("alice", "server"): 50,
        ("server", "alice"): 50,
        ("bob", "server"): 50,
        ("server", "bob"): 200,
    }
    assert scenario.run(Delay("ack:R", by=30)).packet["m1/ack:R#1"].due == 330
    assert "latency 50 ms, server → bob 200 ms;" in scenario.run().to_text()


def test_a_login_reaches_the_server_as_a_packet_to_it_would():
    trace = Scenario("offline", latency={"server>bob": 200, "bob>server": 30}).run(Offline("bob", lasting=1000))
    assert moments(trace, "login", node="server") == [1030]


def test_a_copy_comes_one_latency_of_its_way_later():
    trace = Scenario("basic", latency={"server>bob": 200}).run(Duplicate("msg:N"))
    assert trace.packet["m1/msg:N#1~2"].arrived == 450


def test_why_a_sender_sends_again_reckons_with_each_way():
    """With a slow way to bob no ack:N could come in time, dropped ack:R or not; with a quicker one it could."""
    slow = Scenario("retransmit", latency={"server>bob": 190}).run(Drop("ack:R"))
    quick = Scenario("retransmit", latency={"server>bob": 150}).run(Drop("ack:R"))
    assert "before any ack:N could arrive" in why_broken(slow, "no_duplicates")
    assert "m1/ack:R#1 was dropped, so alice, still waiting" in why_broken(quick, "no_duplicates")
    slow_back = Scenario("retransmit", latency={"server>alice": 151}).run(Drop("ack:R"))  # 1 ms too slow for ack:N
    quick_back = Scenario("retransmit", latency={"server>alice": 150}).run(Drop("ack:R"))
    assert "before any ack:N could arrive" in why_broken(slow_back, "no_duplicates")
    assert "m1/ack:R#1 was dropped, so alice, still waiting" in why_broken(quick_back, "no_duplicates")


def test_with_no_latency_everything_happens_at_once_in_the_order_of_its_causes():
    trace = Scenario("dedup", latency=0).run()
    assert {event.t for event in trace.events} == {0}
    assert [event.packet for event in trace.events if event.kind == "arrive"] == [p.name for p in trace.packets]
    assert trace.promises["all_delivered"]


def test_a_dropped_packet_vanishes_three_fifths_of_its_way_and_keeps_the_time_when_it_was_due():
    trace = Scenario("dedup").run(Drop("ack:N"))
    lost = trace.packet["m1/ack:N#1"]
    assert (lost.fate, lost.sent, lost.due, lost.arrived) == ("dropped", 150, 200, None)
    assert [(e.t, e.node) for e in trace.events if e.kind == "drop"] == [(180, "network")]


# Patience


def test_a_retransmission_starts_at_the_timeout_and_takes_the_same_way():
    trace = Scenario("dedup").run(Drop("msg:R"))
    again = trace.packet["m1/msg:R#2"]
    assert (again.sent, again.arrived, again.number) == (300, 350, 2)
    assert moments(trace, "status", status="delivered") == [500]


def test_every_wait_is_the_same_without_backoff():
    trace = Scenario("dedup", retries=3).run(*(Drop(f"msg:R#{n}") for n in (1, 2, 3, 4)))
    assert moments(trace, "timer_fire") == [300, 600, 900, 1200]
    assert moments(trace, "retransmit") == [300, 600, 900]


def test_with_backoff_each_wait_is_longer():
    trace = Scenario("dedup", rto=100, retries=3, backoff=2, latency=10).run(*(Drop(f"msg:R#{n}") for n in range(1, 5)))
    assert moments(trace, "timer_fire") == [100, 300, 700, 1500]
    assert [(e.t, e.until) for e in trace.events if e.kind == "timer_start"] == [
        (0, 100),
        (100, 300),
        (300, 700),
        (700, 1500),
    ]


def test_backoff_may_be_broken_and_times_stay_short_numbers():
    scenario = Scenario("dedup", rto=0.1, backoff=1.5)
    assert [scenario.patience(n) for n in (1, 2, 3)] == pytest.approx([0.1, 0.15, 0.225])
    trace = Scenario("dedup", latency=0.1, rto=0.7, retries=1).run(Drop("msg:R"))
    assert moments(trace, "retransmit") == [0.7]
    assert trace.packet["m1/msg:N#1"].arrived == 0.9  # not 0.8999999999999999


@pytest.mark.parametrize("rto", [5e-324, 0.3, 7 / 13, 10**9])
def test_no_backoff_makes_the_clock_leave_its_range(rto):
    waits = [Scenario("dedup", rto=rto, backoff=10**9, retries=1000).patience(n) for n in (1, 2, 50, 1001)]
    assert waits == sorted(waits)
    assert waits[-1] == 10**9


def test_retries_0_is_one_transmission_and_then_the_failure():
    trace = Scenario("dedup", retries=0).run(Drop("msg:R"))
    assert [packet.name for packet in trace.packets] == ["m1/msg:R#1"]
    assert moments(trace, "status", status="failed") == [300]


def test_a_timer_shorter_than_the_round_trip_makes_duplicates_without_any_loss():
    trace = Scenario("retransmit", rto=60, retries=1).run()
    assert moments(trace, "retransmit") == [60]
    assert trace.messages[0].shown == {"bob": 2}
    assert not trace.promises["no_duplicates"]
    assert Scenario("dedup", rto=60, retries=1).run().messages[0].shown == {"bob": 1}


def test_a_late_ack_n_takes_the_failure_back():
    trace = Scenario("dedup", rto=60, retries=0).run()
    statuses = [(e.t, e.status) for e in trace.events if e.kind == "status"]
    assert statuses == [(0, "sending"), (60, "failed"), (200, "delivered")]
    assert all(trace.promises.values())


def test_on_basic_a_late_msg_a_takes_nothing_back():
    trace = Scenario("basic", rto=60).run()
    assert trace.packet["m1/msg:A#1"].arrived == 100
    assert [e.status for e in trace.events if e.kind == "status"] == ["sending", "failed"]


# One instant: arrivals, then timers, then people


def test_an_answer_that_arrives_as_the_timer_runs_out_is_in_time():
    trace = Scenario("dedup", rto=200).run()
    assert trace.packet["m1/ack:N#1"].arrived == 200
    assert moments(trace, "timer_fire") == []
    assert moments(trace, "timer_cancel") == [200]
    assert moments(Scenario("dedup", rto=199).run(), "retransmit") == [199]


def test_on_basic_an_msg_a_that_arrives_as_the_timer_runs_out_is_in_time():
    assert Scenario("basic", rto=100).run().messages[0].status == "sent"
    assert Scenario("basic", rto=99).run().messages[0].status == "failed"


def test_at_one_instant_arrivals_come_first_then_timers_then_people():
    says = [Say("one"), Say("two", at=250), Say("three", "bob", "alice", at=300)]
    trace = Scenario("dedup", say=says).run(Drop("m1/msg:R"))
    assert order(trace, 300) == [("server", "arrive"), ("alice", "timer_fire"), ("bob", "say")]


def test_at_one_instant_packets_arrive_in_the_order_of_their_sending():
    for first, second in (("alice", "bob"), ("bob", "alice")):
        says = [Say("later", second, first, at=50), Say("sooner", first, second)]
        trace = Scenario("basic", say=says, latency={first: 100, second: 50}).run()
        arrived = [e.packet for e in trace.events if e.kind == "arrive" and e.t == 100]
        assert arrived == ["m1/msg:R#1", "m2/msg:R#1"]
        assert trace.packet["m1/msg:R#1"].src == first


def test_at_one_instant_timers_run_out_in_the_order_of_their_starting():
    trace = Scenario("basic", say=[Say("one"), Say("two", "bob", "alice")]).run(Drop("m1/msg:R"), Drop("m2/msg:R"))
    assert order(trace, 300) == [("alice", "timer_fire"), ("bob", "timer_fire")]


def test_at_one_instant_people_speak_in_the_order_of_the_scenario():
    trace = Scenario("basic", say=[Say("one", at=9), Say("two", at=9), Say("zero", at=3)]).run()
    assert [(e.t, e.msgid, e.text) for e in trace.events if e.kind == "say"] == [
        (3, "m1", "zero"),
        (9, "m2", "one"),
        (9, "m3", "two"),
    ]


# Several messages


def test_several_messages_of_one_sender_do_not_disturb_each_other():
    trace = Scenario("dedup", say=[Say("one"), Say("two", at=20), Say("three", at=40)]).run(Drop("m2/ack:N"))
    assert [(said.msgid, said.text, said.status, said.shown) for said in trace.messages] == [
        ("m1", "one", "delivered", {"bob": 1}),
        ("m2", "two", "delivered", {"bob": 1}),
        ("m3", "three", "delivered", {"bob": 1}),
    ]
    assert [packet.name for packet in trace.packets if packet.number == 2] == [
        f"m2/{kind}#2" for kind in ("msg:R", "msg:A", "msg:N", "ack:R", "ack:A", "ack:N")
    ]


def test_a_loss_lets_a_later_message_overtake():
    trace = Scenario("dedup", say=[Say("one"), Say("two", at=10)]).run(Drop("m1/msg:N"))
    assert [e.text for e in trace.events if e.kind == "show"] == ["two", "one"]
    assert all(trace.promises.values())  # none of the five is about order


def test_a_conversation_goes_both_ways():
    trace = Scenario("dedup", say=[Say("hello"), Say("hi", "bob", "alice", at=120)]).run(Drop("m2/ack:R"))
    assert [(said.sender, said.to, said.status, said.shown) for said in trace.messages] == [
        ("alice", ("bob",), "delivered", {"bob": 1}),
        ("bob", ("alice",), "delivered", {"alice": 1}),
    ]
    assert [(e.t, e.node) for e in trace.events if e.kind == "retransmit"] == [(420, "bob")]


def test_three_people_each_see_what_was_said_to_them():
    says = [Say("1", "alice", "bob"), Say("2", "bob", "carol"), Say("3", "carol", "alice")]
    trace = Scenario("dedup", say=says).run()
    assert {e.text: e.node for e in trace.events if e.kind == "show"} == {"1": "bob", "2": "carol", "3": "alice"}
    assert list(trace.state_at(0)) == ["alice", "bob", "carol", "server"]


def test_nothing_said_is_a_run_too():
    trace = Scenario("dedup", say=[]).run()
    assert (trace.packets, trace.events, trace.messages) == ((), (), ())
    assert all(trace.promises.values())


# Faults


def test_a_fault_that_names_nothing_that_was_sent_is_unused_and_changes_nothing():
    plain, struck = Scenario("dedup").run(), Scenario("dedup").run(Drop("ack:N#2"))
    assert struck.unused == struck.faults == (Drop("m1/ack:N#2"),)
    assert struck.events == plain.events
    assert Scenario("dedup").run(Drop("ack:N"), Drop("ack:N#2")).unused == ()


def test_the_same_fault_twice_is_one_fault():
    assert Scenario("dedup").run(Drop("ack:N"), Drop("m1/ack:N#1")).faults == (Drop("m1/ack:N#1"),)


def test_a_drop_stays_on_its_packet_when_another_fault_changes_what_happens_around_it():
    trace = Scenario("dedup").run(Drop("msg:N"), Drop("ack:N"))
    assert [p.name for p in trace.packets if p.fate == "dropped"] == ["m1/msg:N#1", "m1/ack:N#1"]
    assert trace.packet["m1/ack:N#1"].sent == 450  # the first ack:N, whatever happened before it


def test_a_short_name_needs_one_message():
    with pytest.raises(InputError, match=r"which message's ack:N#1\? several are said: write m1/ack:N#1 or m2/ack:N#1"):
        Scenario("dedup", say=[Say("one"), Say("two")]).run(Drop("ack:N"))
    with pytest.raises(InputError, match=r"which message's ack:N#1\? nothing is said"):
        Scenario("dedup", say=[]).run(Drop("ack:N"))


@pytest.mark.parametrize("wrong", ["ack:N", None, ["ack:N"], Drop])
def test_what_is_no_fault_is_refused(wrong):
    with pytest.raises(InputError, match=r'expected a fault, such as Drop\("ack:N"\), got'):
        Scenario("dedup").run(wrong)
