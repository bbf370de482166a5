"""The rung `offline`: what the server keeps for an absent receiver, and how it is pulled."""

import pytest

from imteach import LADDER, Crash, Delay, Drop, Offline, Partition, Say, Scenario

STORING = [name for name, rung in LADDER.items() if rung.stores]
BELOW = [name for name, rung in LADDER.items() if not rung.stores]
AWAY = Offline("bob", lasting=500)  # from 0 to 500 ms; the server knows from 50 to 550 ms


def told(trace, node, *kinds):
    """What happened at a node, of these kinds: when, what, with which packet."""
    return [(e.t, e.kind, e.packet or e.timer or e.msgid) for e in trace.events if e.node == node and e.kind in kinds]


def shown(trace, person="bob"):
    return [(e.t, e.msgid) for e in trace.happened("show", node=person)]


# Kept


@pytest.mark.parametrize("rung", STORING)
def test_a_message_for_an_absent_receiver_is_stored_and_then_the_sender_gets_a_fabricated_ack_n(rung):
    trace = Scenario(rung).run(Offline("bob"))
    at_server = [(e.kind, e.packet) for e in trace.events if e.node == "server" and e.kind in ("send", "store")]
    assert at_server == [("send", "m1/msg:A#1"), ("store", "m1/msg:R#1"), ("send", "m1/ack:N#1")]
    assert trace.packet["ack:N"].fabricated
    assert trace.counts == {"msg:R": 1, "msg:A": 1, "ack:N": 1}
    (said,) = trace.messages
    assert (said.status, said.shown, said.stored, said.away) == ("delivered", {"bob": 0}, {"bob": 1}, ("bob",))
    assert all(trace.promises.values())


@pytest.mark.parametrize("rung", STORING)
def test_the_sender_cannot_tell_a_fabricated_ack_n_from_a_true_one(rung):
    away = Scenario(rung, latency={"bob": 0}).run(Offline("bob"))
    here = Scenario(rung, latency={"bob": 0}).run()
    assert not here.packet["ack:N"].fabricated
    assert away.seen_by("alice") == here.seen_by("alice")


@pytest.mark.parametrize("rung", STORING)
def test_a_retransmission_is_stored_once_and_answered_each_time(rung):
    trace = Scenario(rung).run(Offline("bob"), Drop("ack:N"), Drop("ack:N#2"))
    assert [p.name for p in trace.packets if p.kind == "ack:N" and p.fabricated] == [f"m1/ack:N#{n}" for n in (1, 2, 3)]
    assert len(trace.happened("store")) == 1
    assert trace.messages[0].stored == {"bob": 1}
    assert trace.messages[0].status == "delivered"


@pytest.mark.parametrize("rung", BELOW)
def test_below_offline_a_message_for_an_absent_receiver_goes_nowhere(rung):
    trace = Scenario(rung).run(AWAY)
    assert not trace.happened("store")
    assert trace.messages[0].status == {"basic": "sent", "acked": "unconfirmed"}.get(rung, "delivered")
    assert shown(trace) == ([(700, "m1")] if LADDER[rung].retransmits else [])  # the retransmission after 550 ms
    assert "offline:R" not in trace.counts


@pytest.mark.parametrize("rung", STORING)
def test_nothing_is_kept_for_an_absent_sender(rung):
    trace = Scenario(rung).run(Offline("alice", at=120, lasting=600))
    assert (trace.packet["m1/ack:N#1"].fate, trace.packet["m1/ack:N#1"].arrived) == ("lost", None)
    assert not trace.happened("store")
    assert [p.fate for p in trace.packets if p.kind == "msg:R"] == ["arrived", "lost", "lost"]
    assert trace.messages[0].status == "failed"  # though bob was shown it: nobody could tell her
    assert not trace.promises["no_false_failure"]


# Pulled


@pytest.mark.parametrize("rung", STORING)
def test_at_login_the_receiver_pulls_shows_and_acks_and_the_server_deletes(rung):
    trace = Scenario(rung).run(AWAY)
    kinds = ("login", "send", "arrive", "show", "timer_start", "timer_cancel")
    assert told(trace, "bob", *kinds) == [
        (500, "login", None),
        (500, "send", "bob/offline:R#1"),
        (500, "timer_start", "pull"),
        (600, "arrive", "bob/offline:A#1"),
        (600, "timer_cancel", "pull"),
        (600, "show", "bob/offline:A#1"),
        (600, "send", "bob/offlineack:R#1"),
    ]
    assert trace.packet["bob/offlineack:R"].msgids == ("m1",)
    assert [(e.t, e.msgid, e.to) for e in trace.happened("delete")] == [(650, "m1", "bob")]
    assert trace.messages[0].stored == {"bob": 0}
    assert all(trace.promises.values())


@pytest.mark.parametrize("rung", STORING)
def test_a_login_with_nothing_kept_is_answered_by_an_empty_page_and_that_by_nothing(rung):
    trace = Scenario(rung, say=[], people=["alice", "bob"]).run(AWAY)
    assert trace.counts == {"offline:R": 1, "offline:A": 1}
    assert (trace.packet["bob/offline:A"].kept, trace.packet["bob/offline:A"].more) == ((), False)


@pytest.mark.parametrize("lost", ["bob/offline:R#1", "bob/offline:A#1"])
def test_when_a_pull_is_lost_its_timer_sends_it_again(lost):
    trace = Scenario("offline").run(AWAY, Drop(lost))
    assert [e.t for e in trace.happened("timer_fire", timer="pull")] == [800]
    assert shown(trace) == [(900, "m1")]
    assert trace.promises["all_delivered"]


def test_a_pull_is_tried_as_often_as_a_message_and_then_not_before_the_next_login():
    in_vain = [Drop(f"bob/offline:R#{n}") for n in (1, 2, 3)]
    trace = Scenario("offline").run(AWAY, *in_vain)
    assert [p.sent for p in trace.packets if p.kind == "offline:R"] == [500, 800, 1100]
    assert trace.messages[0].stored == {"bob": 1}
    assert not trace.promises["all_delivered"]  # bob is there, and has not got it
    again = Scenario("offline").run(AWAY, *in_vain, Offline("bob", at=2000, lasting=100))
    assert shown(again) == [(2200, "m1")]


@pytest.mark.parametrize("retries", [0, 1, 4])
def test_a_pull_has_the_retries_and_the_backoff_of_a_message(retries):
    trace = Scenario("offline", retries=retries, backoff=2, rto=100).run(AWAY, Partition("bob", "server", at=490))
    waits = [100 * 2**n for n in range(retries + 1)]
    assert [p.sent for p in trace.packets if p.kind == "offline:R"] == [
        500 + sum(waits[:n]) for n in range(retries + 1)
    ]


def test_a_lost_offlineack_brings_the_messages_again_to_be_discarded_by_msgid_and_acked_again():
    trace = Scenario("offline").run(AWAY, Drop("bob/offlineack:R#1"), Offline("bob", at=1000, lasting=500))
    assert shown(trace) == [(600, "m1")]
    assert [(e.t, e.packet) for e in trace.happened("discard")] == [(1600, "bob/offline:A#2")]
    assert trace.packet["bob/offlineack:R#2"].msgids == ("m1",)
    assert trace.messages[0].stored == {"bob": 0}
    assert all(trace.promises.values())


def test_a_late_second_answer_to_one_pull_changes_nothing():
    trace = Scenario("offline").run(AWAY, Delay("bob/offline:A#1", by=300))
    assert [p.name for p in trace.packets if p.kind == "offline:A"] == ["bob/offline:A#1", "bob/offline:A#2"]
    assert shown(trace) == [(900, "m1")]
    assert trace.messages[0].stored == {"bob": 0}


@pytest.mark.parametrize("count", [20, 21, 41])
def test_a_long_store_is_pulled_in_pages_of_at_most_20_oldest_first(count):
    says = [Say(str(number), at=number) for number in range(count)]
    trace = Scenario("offline", say=says).run(Offline("bob", lasting=1000))
    pages = [packet for packet in trace.packets if packet.kind == "offline:A"]
    assert [len(page.kept) for page in pages] == [min(20, count - n) for n in range(0, count, 20)]
    assert [page.more for page in pages] == [True] * (len(pages) - 1) + [False]
    assert [msgid for _, msgid in shown(trace)] == [f"m{n}" for n in range(1, count + 1)]
    assert [page.sent for page in pages] == [1050 + 100 * n for n in range(len(pages))]
    assert all(trace.promises.values())


# Presence


def test_the_server_learns_of_a_login_or_logout_one_latency_later_whatever_befalls_the_link():
    trace = Scenario("offline", latency={"bob": 70}).run(Offline("bob", at=10, lasting=300), Partition("bob", "server"))
    assert [(e.t, e.kind) for e in trace.events if e.node == "server" and e.kind in ("login", "logout")] == [
        (80, "logout"),
        (380, "login"),
    ]


def test_what_the_server_sends_before_it_learns_of_a_logout_is_lost():
    trace = Scenario("offline").run(Offline("bob", at=1, lasting=2000))
    assert (trace.packet["m1/msg:N#1"].fate, trace.packet["m1/msg:N#1"].sent) == ("lost", 50)
    assert [(e.t, e.packet) for e in trace.happened("store")] == [(350, "m1/msg:R#2")]


def test_what_left_before_a_logout_still_arrives():
    trace = Scenario("offline").run(Offline("bob", at=101, lasting=2000))
    assert trace.packet["ack:R"].fate == "arrived"
    assert trace.messages[0].status == "delivered"


@pytest.mark.parametrize("timeout", [0, 200, 1000])
def test_after_a_crash_the_server_learns_that_a_client_is_gone_only_at_the_presence_timeout(timeout):
    says = [Say("in vain", at=0), Say("kept", at=timeout + 60)]
    scenario = Scenario("offline", say=says, retries=0, presence_timeout=timeout)
    trace = scenario.run(Crash("bob", at=10, down=5000))
    gone = trace.happened("logout", node="server")
    assert [(event.t, event.to) for event in gone] == [(10 + timeout, "bob")]
    assert trace.messages[1].status == "delivered"
    assert trace.messages[0].status == ("delivered" if timeout < 40 else "failed")


def test_a_login_before_the_presence_timeout_is_not_undone_by_it():
    trace = Scenario("offline", say=[Say(at=1500)]).run(Crash("bob", at=10, down=100))
    assert [(e.t, e.kind) for e in trace.events if e.node == "server" and e.to == "bob"] == [(160, "login")]
    assert shown(trace) == [(1600, "m1")]


def test_what_is_sent_to_a_client_that_started_again_before_the_server_knows_is_lost():
    trace = Scenario("offline").run(Crash("bob", at=40, down=30))  # it starts at 70, the server knows at 120
    assert trace.packet["m1/msg:N#1"].fate == "lost"
    assert [e.text for e in trace.happened("lose")] == ["bob's old connection is gone"]
    assert shown(trace) == [(400, "m1")]


def test_a_restart_of_the_server_ends_every_connection_and_each_running_client_logs_in_at_once():
    trace = Scenario("offline", say=[Say(at=400)]).run(
        Crash("server", at=10, down=100), Offline("alice", at=5, lasting=300)
    )
    assert [(e.t, e.node) for e in trace.happened("login") if e.node != "server"] == [(110, "bob"), (305, "alice")]
    assert [p.name for p in trace.packets if p.kind == "offline:R"] == ["bob/offline:R#1", "alice/offline:R#1"]
    assert trace.state_at(120)["server"]["online"] == []
    assert trace.state_at(160)["server"]["online"] == ["bob"]


# One instant


def test_at_one_instant_presence_comes_first_then_crashes_then_arrivals_then_timers_then_people():
    trace = Scenario("offline", say=[Say("one"), Say("two", at=350)]).run(
        Drop("m1/msg:R"),  # sent again at 300, it arrives at 350
        Offline("bob", at=300),  # known at 350
        Crash("bob", at=350),
        Delay("m1/msg:R#2", by=0),
    )
    now = [(e.node, e.kind) for e in trace.events if e.t == 350 and e.kind in ("logout", "crash", "arrive", "say")]
    assert now == [("server", "logout"), ("bob", "crash"), ("server", "arrive"), ("alice", "say")]
    assert trace.happened("store", msgid="m1")


def test_a_message_that_arrives_as_the_login_does_is_passed_on_and_as_the_logout_does_is_kept():
    kept = Scenario("offline").run(Offline("bob", at=0))
    assert kept.happened("store")
    straight = Scenario("offline", say=[Say(at=500)]).run(Offline("bob", at=0, lasting=500))
    assert not straight.happened("store")
    assert shown(straight) == [(600, "m1")]
