"""The rung `ordered`: numbers, `base`, the hold-back buffer, and what happens when one message fails for good."""

import pytest

from imteach import LADDER, Crash, Delay, Drop, Offline, Say, Scenario
from imteach.protocol import HoldBack
from imteach.scenario import Resend

ORDERING = [name for name, rung in LADDER.items() if rung.orders]
BELOW = [name for name, rung in LADDER.items() if rung.retransmits and not rung.orders]
TWO = [Say("one"), Say("two", at=10)]
ONE_FAILS = [Drop(f"m1/msg:R#{n}") for n in (1, 2, 3)]


def shown(trace, person="bob"):
    return [(e.t, e.msgid) for e in trace.happened("show", node=person)]


@pytest.mark.parametrize("rung", BELOW)
def test_below_ordered_a_message_that_is_sent_again_is_shown_after_a_later_one(rung):
    trace = Scenario(rung, say=TWO).run(Drop("m1/msg:N"))
    assert shown(trace) == [(110, "m2"), (400, "m1")]
    assert [said.late for said in trace.messages] == [("bob",), ()]
    assert "in_order" not in trace.promises
    assert all(trace.promises.values())


@pytest.mark.parametrize("rung", ORDERING)
def test_from_ordered_on_the_later_one_is_held_back_and_acked_when_it_is_shown(rung):
    trace = Scenario(rung, say=TWO).run(Drop("m1/msg:N"))
    at_bob = [(e.t, e.kind, e.msgid) for e in trace.events if e.node == "bob" and e.kind in ("hold", "show", "send")]
    assert at_bob[:5] == [
        (110, "hold", "m2"),
        (400, "show", "m1"),
        (400, "show", "m2"),
        (400, "send", "m1"),
        (400, "send", "m2"),
    ]
    assert trace.state_at(300)["bob"]["held"] == {"alice": ["m2"]}
    assert trace.state_at(400)["bob"]["held"] == {}
    assert all(trace.promises.values())


@pytest.mark.parametrize("rung", ORDERING)
def test_msg_r_carries_its_number_and_the_lowest_that_is_still_waited_for(rung):
    trace = Scenario(rung, say=[*TWO, Say("three", at=450), Say("four", at=600)]).run(Drop("m1/msg:N"))
    carried = {p.name: (p.seq, p.base) for p in trace.packets if p.kind == "msg:R"}
    assert carried == {
        "m1/msg:R#1": (1, 1),
        "m2/msg:R#1": (2, 1),
        "m1/msg:R#2": (1, 1),
        "m2/msg:R#2": (2, 1),
        "m3/msg:R#1": (3, 1),
        "m4/msg:R#1": (4, 3),
    }


@pytest.mark.parametrize("rung", ORDERING)
def test_when_m1_fails_for_good_m2_fails_with_it_if_none_of_its_tries_comes_after(rung):
    """Said 10 ms later, m2 has its last try before m1 fails: bob holds it to the end, and alice says so truthfully."""
    trace = Scenario(rung, say=TWO).run(*ONE_FAILS)
    assert [said.status for said in trace.messages] == ["failed", "failed"]
    assert shown(trace) == []
    assert trace.state_at(2000)["bob"]["held"] == {"alice": ["m2"]}
    assert [name for name, holds in trace.promises.items() if not holds] == ["all_delivered"]


@pytest.mark.parametrize("rung", ORDERING)
def test_when_m1_fails_for_good_m2_is_shown_as_soon_as_its_base_says_so(rung):
    trace = Scenario(rung, say=[Say("one"), Say("two", at=400)]).run(*ONE_FAILS)
    assert [(p.sent, p.base) for p in trace.packets if p.name.startswith("m2/msg:R")] == [(400, 1), (700, 1), (1000, 2)]
    assert shown(trace) == [(1100, "m2")]
    assert [said.status for said in trace.messages] == ["failed", "delivered"]
    assert trace.promises["in_order"]


@pytest.mark.parametrize("rung", ORDERING)
def test_what_comes_below_the_base_is_discarded_without_an_ack_so_that_its_sender_ends_failed(rung):
    trace = Scenario(rung, say=[Say("one"), Say("two", at=400)], retries=0).run(Delay("m1/msg:N", by=600))
    assert shown(trace) == [(500, "m2")]
    (late,) = trace.happened("discard")
    assert (late.t, late.msgid, late.text) == (700, "m1", "too late")
    assert "m1/ack:R#1" not in trace.packet
    assert [said.status for said in trace.messages] == ["failed", "delivered"]
    assert trace.promises["no_false_failure"]
    assert trace.promises["in_order"]


@pytest.mark.parametrize("rung", ORDERING)
def test_a_resend_has_a_new_number_and_the_same_msgid(rung):
    scenario = Scenario(rung, say=[Say("one"), Say("two", at=400)], resend=[Resend("m1", at=2000)])
    trace = scenario.run(*ONE_FAILS)
    again = trace.packet["m1/msg:R#4"]
    assert (again.seq, again.base) == (3, 3)
    assert shown(trace) == [(1100, "m2"), (2100, "m1")]
    assert [said.late for said in trace.messages] == [(), ()]
    assert all(trace.promises.values())


@pytest.mark.parametrize("rung", ORDERING)
def test_a_resend_of_what_was_shown_all_the_same_is_discarded_and_acked(rung):
    scenario = Scenario(rung, retries=0, resend=[Resend("m1", at=1000)])
    trace = scenario.run(Drop("ack:N"))
    assert shown(trace) == [(100, "m1")]
    assert [e.text for e in trace.happened("discard")] == [None]
    assert trace.messages[0].status == "delivered"


@pytest.mark.parametrize("rung", ORDERING)
def test_numbers_belong_to_a_conversation(rung):
    says = [Say("1"), Say("2", "bob", "alice"), Say("3", to="carol"), Say("4", at=5)]
    trace = Scenario(rung, say=says).run()
    assert [p.seq for p in trace.packets if p.kind == "msg:R"] == [1, 1, 1, 2]
    assert all(trace.promises.values())


@pytest.mark.parametrize("rung", ORDERING)
def test_numbers_and_turns_survive_a_crash_of_either_side(rung):
    says = [Say("one"), Say("two", at=600)]
    for node in ("alice", "bob", "server"):
        trace = Scenario(rung, say=says).run(Crash(node, at=400, down=50))
        assert trace.packet["m2/msg:R#1"].seq == 2
        assert [msgid for _, msgid in shown(trace)] == ["m1", "m2"]
        assert all(trace.promises.values())


@pytest.mark.parametrize("rung", ORDERING)
def test_a_held_message_is_lost_in_a_crash_and_comes_again_for_it_was_not_acked(rung):
    trace = Scenario(rung, say=TWO).run(Drop("m1/msg:N"), Crash("bob", at=150, down=50))
    assert [msgid for _, msgid in shown(trace)] == ["m1", "m2"]
    assert all(trace.promises.values())


@pytest.mark.parametrize("rung", ORDERING)
def test_what_was_pulled_and_held_is_acked_by_offlineack_when_it_is_shown(rung):
    trace = Scenario(rung, say=TWO).run(Offline("bob", lasting=200), *ONE_FAILS[:1])
    assert trace.packet["m2/ack:N#1"].fabricated
    holds = [(e.t, e.packet) for e in trace.happened("hold")]
    assert holds == [(300, "bob/offline:A#1")]
    assert [p.msgids for p in trace.packets if p.kind == "offlineack:R"] == [("m2",)]
    assert [msgid for _, msgid in shown(trace)] == ["m1", "m2"]
    assert trace.messages[1].stored == {"bob": 0}
    assert all(trace.promises.values())


def test_a_kept_message_behind_one_that_failed_waits_for_the_next_of_its_sender():
    """A limit: its fabricated ack:N ended its sender's tries, so no base tells bob that nothing comes before it."""
    scenario = Scenario("ordered", say=TWO)
    stuck = scenario.run(Offline("bob", lasting=200), *ONE_FAILS)
    assert [said.status for said in stuck.messages] == ["failed", "delivered"]
    assert shown(stuck) == []
    assert stuck.messages[1].stored == {"bob": 1}
    assert not stuck.promises["all_delivered"]
    more = Scenario("ordered", say=[*TWO, Say("three", at=2000)])
    trace = more.run(Offline("bob", lasting=200), *ONE_FAILS)
    assert [msgid for _, msgid in shown(trace)] == ["m2", "m3"]
    assert trace.messages[1].stored == {"bob": 0}


def test_the_buffer_itself():
    buffer = HoldBack()
    assert (buffer.take(3, "c"), buffer.take(2, "b"), buffer.cursor) == ([], [], 0)
    assert buffer.take(1, "a") == ["a", "b", "c"]
    assert (buffer.cursor, buffer.held) == (3, {})
    assert (buffer.take(9, "i"), buffer.take(7, "g", base=6)) == ([], [])
    assert buffer.take(6, "f") == ["f", "g"]
    assert buffer.take(10, "j", base=10) == ["i", "j"]


@pytest.mark.parametrize("rung", ORDERING)
def test_whose_turn_it_is_survives_a_crash_of_the_receiver(rung):
    """m1's ack:N is lost, so alice still waits for it, and only bob's disk can say that m2 is next."""
    trace = Scenario(rung, say=[Say("one"), Say("two", at=220)]).run(Drop("m1/ack:N"), Crash("bob", at=110, down=50))
    assert trace.packet["m2/msg:R#1"].base == 1
    assert shown(trace) == [(100, "m1"), (320, "m2")]
    assert not trace.happened("hold")
