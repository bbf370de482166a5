"""Who knows what at a moment: from the causes of what happened, whatever the nodes say of it."""

from dataclasses import replace
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import runs

from imteach import (
    LADDER,
    Client,
    Crash,
    Delay,
    Drop,
    Duplicate,
    InputError,
    Late,
    Loss,
    Offline,
    Say,
    Scenario,
    Server,
    Trace,
)
from imteach.protocol import SERVER, Discard, Message, Packet, Report, Show, StartTimer, Transmit
from imteach.trace.having import Having
from imteach.trace.records import STEPS

RETRANSMITTING = [name for name, rung in LADDER.items() if rung.retransmits]
STORING = [name for name, rung in LADDER.items() if rung.stores]
SIX = ("msg:R", "msg:A", "msg:N", "ack:R", "ack:A", "ack:N")
FRIENDS = {"people": ["alice", "bob", "carol"], "groups": {"friends": ["alice", "bob", "carol"]}}


def known(trace, at=None):
    """What is known or believed of messages that have msgids, in words; what is not known is left out."""
    rows = [(node, row) for node in (SERVER, *trace.scenario.people) for row in trace.knows(node, at)]
    msgid = len(trace.messages) > 1
    return {
        f"{node}: {row.msgid + ' ' if msgid else ''}{row.claim}": f"{'believed, ' * row.believed}{row.packet}"
        for node, row in rows
        if row.true or row.believed
    }


def by(**packets):
    """The same, for one message from alice to bob, written down: by which packets each knows it."""
    claims = {
        "server_has": "server: the server has it",
        "server_of_bob": "server: bob has it",
        "alice_of_server": "alice: the server has it",
        "alice_of_bob": "alice: bob has it",
        "bob_has": "bob: bob has it",
    }
    return {claim: f"m1/{packets[name]}" for name, claim in claims.items() if name in packets}


NORMAL = by(
    server_has="msg:R#1", server_of_bob="ack:R#1", alice_of_server="msg:A#1", alice_of_bob="ack:N#1", bob_has="msg:N#1"
)
REPAIRED = {
    "msg:R": NORMAL | by(server_has="msg:R#2"),
    "msg:A": NORMAL | by(alice_of_server="ack:N#1"),
    "msg:N": NORMAL | by(bob_has="msg:N#2"),
    "ack:R": NORMAL | by(server_of_bob="ack:R#2"),
    "ack:A": NORMAL,
    "ack:N": NORMAL | by(alice_of_bob="ack:N#2"),
}
NOT_REPAIRED = {
    "msg:R": {},
    "msg:A": NORMAL | by(alice_of_server="ack:N#1"),
    "msg:N": by(server_has="msg:R#1", alice_of_server="msg:A#1"),
    "ack:R": by(server_has="msg:R#1", alice_of_server="msg:A#1", bob_has="msg:N#1"),
    "ack:A": NORMAL,
    "ack:N": by(server_has="msg:R#1", alice_of_server="msg:A#1", bob_has="msg:N#1", server_of_bob="ack:R#1"),
}
AT_BASIC = {
    "msg:R": {},
    "msg:A": by(server_has="msg:R#1", bob_has="msg:N#1"),
    "msg:N": by(server_has="msg:R#1", alice_of_server="msg:A#1"),
}


# The normal exchange, and one packet lost


@pytest.mark.parametrize("rung", [*RETRANSMITTING, "acked"])
def test_in_the_normal_exchange_each_knows_it_by_its_packet_from_its_arrival_on(rung):
    trace = Scenario(rung).run()
    steps = [0, 50, 100, 150, 200]
    new = ["", "server_has", "alice_of_server bob_has", "server_of_bob", "alice_of_bob"]
    packets = {"server_has": "msg:R#1", "server_of_bob": "ack:R#1", "alice_of_server": "msg:A#1"}
    packets |= {"alice_of_bob": "ack:N#1", "bob_has": "msg:N#1"}
    so_far = {}
    for t, names in zip(steps, new, strict=True):
        assert known(trace, t - 0.5 if t else 0) == by(**so_far)  # just before, too
        so_far |= {name: packets[name] for name in names.split()}
        assert known(trace, t) == by(**so_far)
    assert known(trace) == known(trace, 10_000) == NORMAL


@pytest.mark.parametrize("lost", SIX)
@pytest.mark.parametrize("rung", RETRANSMITTING)
def test_a_loss_that_is_repaired_leaves_nobody_in_the_dark(rung, lost):
    assert known(Scenario(rung).run(Drop(lost))) == REPAIRED[lost]


@pytest.mark.parametrize("lost", SIX)
def test_a_loss_that_is_not_repaired(lost):
    assert known(Scenario("acked").run(Drop(lost))) == NOT_REPAIRED[lost]


@pytest.mark.parametrize("lost", AT_BASIC)
def test_a_loss_without_acks(lost):
    assert known(Scenario("basic").run(Drop(lost))) == AT_BASIC[lost]


def test_without_acks_nobody_learns_that_bob_has_it():
    expected = by(server_has="msg:R#1", alice_of_server="msg:A#1", bob_has="msg:N#1")
    assert known(Scenario("basic").run()) == expected


@pytest.mark.parametrize("rung", LADDER)
def test_bob_never_learns_that_alice_knows_it(rung):
    """Two generals: nothing answers an ack:N, and what alice says later is said of her own accord."""
    says = [Say("one"), Say("two", at=400), Say("three", sender="bob", to="alice", at=600)]
    trace = Scenario(rung, say=says).run()
    assert ("alice: m1 bob has it" in known(trace)) == LADDER[rung].acks
    assert not [claim for claim in known(trace) if "knows" in claim]
    rows = trace.knows("bob")
    assert ("alice knows that bob has it", "m1", False, None) in rows
    assert ("alice knows that bob has it", "m2", False, None) in rows


def test_the_rows_are_those_of_the_messages_that_concern_the_node_and_are_said():
    says = [Say("one"), Say("two", sender="carol", to="alice", at=100)]
    trace = Scenario("dedup", say=says, people=["alice", "bob", "carol"]).run()
    claims = {node: [f"{row.msgid} {row.claim}" for row in trace.knows(node)] for node in (SERVER, "bob", "carol")}
    assert claims == {
        SERVER: ["m1 the server has it", "m1 bob has it", "m2 the server has it", "m2 alice has it"],
        "bob": ["m1 bob has it", "m1 alice knows that bob has it"],
        "carol": ["m2 the server has it", "m2 alice has it"],
    }
    assert [row.msgid for row in trace.knows("alice", at=99)] == ["m1", "m1"]
    assert [row.msgid for row in trace.knows("alice", at=100)] == ["m1", "m1", "m2", "m2"]


# Causes, not order


def test_what_arrives_later_for_another_message_tells_nothing_of_this_one():
    trace = Scenario("acked", say=[Say("one"), Say("two", at=300)]).run(Drop("m1/ack:N"), Drop("m1/msg:A"))
    assert trace.packet["m2/ack:N"].arrived == 500
    alices = {claim for claim in known(trace) if claim.startswith("alice")}
    assert alices == {"alice: m2 the server has it", "alice: m2 bob has it"}


def test_a_retransmission_is_no_answer_of_what_arrived_meanwhile():
    """The timer of m2 was started when m2 was said, so m2/msg:R#2 does not carry that alice knows of m1."""
    trace = Scenario("dedup", say=[Say("one"), Say("two", at=50)]).run(Drop("m2/msg:R"))
    assert trace.packet["m1/ack:N"].arrived < trace.packet["m2/msg:R#2"].sent
    assert ("alice knows that bob has it", "m1", False, None) in trace.knows("bob")


def test_a_copy_made_by_the_network_carries_what_its_packet_does():
    trace = Scenario("dedup").run(Duplicate("ack:N"), Drop("ack:N"))
    assert known(trace) == NORMAL | by(alice_of_bob="ack:N#1~2")
    trace = Scenario("dedup").run(Duplicate("msg:N"), Drop("msg:N"))
    assert known(trace)["bob: bob has it"] == "m1/msg:N#1~2"
    trace = Scenario("acked").run(Drop("msg:R"), Duplicate("msg:R"))
    assert known(trace)["server: the server has it"] == "m1/msg:R#1~2"
    assert known(trace)["alice: bob has it"] == "m1/ack:N#1"


class Stubborn(Client):
    """It transmits what it said again whenever it is told that the timer has run out."""

    def on_timer(self, msgid):
        message = Message(0, "alice", "bob", "hello")
        return [Transmit(Packet("msg:R", msgid, self.name, SERVER, message))]


def test_a_timer_that_was_cancelled_carries_nothing_of_the_ack_that_cancelled_it():
    trace = Scenario("dedup", client=Stubborn).run(Late("alice", "m1"))
    answer = trace.happened("arrive", packet="m1/msg:N#2")[0]
    assert trace.happened("arrive", packet="m1/ack:N#1")[0] in trace.causes(answer)
    assert known(trace) == NORMAL


class Answers(Client):
    """It sends its message once more when the first ack:N comes."""

    def on_ack_n(self, packet):
        effects = super().on_ack_n(packet)
        again = Packet("msg:R", packet.msgid, self.name, SERVER, packet.message, packet.number, packet.base)
        return [*effects, Transmit(again)] if effects else []


def test_bob_learns_that_alice_knows_it_if_her_packet_is_an_answer_to_his():
    trace = Scenario("dedup", client=Answers).run()
    assert known(trace) == NORMAL | {"bob: alice knows that bob has it": "m1/msg:N#2"}
    assert "bob: alice knows that bob has it" not in known(trace, trace.packet["m1/msg:N#2"].arrived - 1)


class AnswersCopies(Answers):
    """It answers only an ack:N for what is delivered already: one that has told it nothing."""

    def on_ack_n(self, packet):
        told = self.status.get(packet.msgid) == "delivered"
        return (
            [Transmit(Packet("msg:R", packet.msgid, self.name, SERVER, packet.message))]
            if told
            else super(Answers, self).on_ack_n(packet)
        )


def test_an_answer_to_a_copy_shows_as_much_as_one_to_the_first():
    trace = Scenario("retransmit", client=AnswersCopies).run(Duplicate("ack:N"), Drop("m1/ack:N#2"))
    assert known(trace)["bob: alice knows that bob has it"] == "m1/msg:N#2"


class SaysItLater(Client):
    """It waits a moment before it shows and acks."""

    def on_msg_n(self, packet):
        self.late = packet
        return [StartTimer("later", wait="pull")]

    def timer(self, name):
        if name != "later":
            return super().timer(name)
        return [*super().acknowledge(self.late), Show(self.late.msgid, self.late.message)]


def test_a_timer_carries_what_started_it():
    trace = Scenario("acked", client=SaysItLater, rto=500).run()
    shown = trace.happened("show")[0]
    assert shown.packet is None
    assert known(trace, shown.t - 1) == by(server_has="msg:R#1", alice_of_server="msg:A#1")
    assert known(trace) == NORMAL


class Busy(Client):
    """It acks whatever comes, and says of what it has shown that it came too late."""

    def on_msg_n(self, packet):
        shown = packet.msgid in self.dedup
        effects = [Discard(packet.msgid, packet.message, "too late")] if shown else [self.show_or_discard(packet)]
        return [*effects, *self.acknowledge(packet)]


def test_a_message_discarded_for_another_reason_than_that_it_was_shown_tells_nothing():
    assert known(Scenario("dedup").run(Duplicate("msg:N"), Drop("ack:R")))["server: bob has it"] == "m1/ack:R#2"
    trace = Scenario("dedup", client=Busy).run(Duplicate("msg:N"), Drop("ack:R"))
    assert trace.packet["m1/ack:R#2"].arrived
    assert "server: bob has it" not in known(trace)


class ShowsTheSecond(Client):
    """It acks the first time without showing anything."""

    def on_msg_n(self, packet):
        first, self.came = not getattr(self, "came", False), True
        return self.acknowledge(packet) if first else super().on_msg_n(packet)


def test_an_ack_tells_nothing_of_what_is_shown_only_after_it_was_sent():
    trace = Scenario("acked", client=ShowsTheSecond).run(Duplicate("msg:N", after=10), Drop("m1/ack:R#2"))
    assert trace.happened("show")[0].t < trace.packet["m1/ack:R#1"].arrived
    assert "server: bob has it" not in known(trace)


# Belief


@pytest.mark.parametrize("rung", STORING)
def test_a_fabricated_ack_makes_believe(rung):
    trace = Scenario(rung).run(Offline("bob", at=0))
    assert trace.packet["m1/ack:N"].fabricated
    rows = trace.knows("alice")
    assert rows == [("the server has it", "m1", True, "m1/msg:A#1"), ("bob has it", "m1", False, "m1/ack:N#1")]
    assert [row.believed for row in rows] == [False, True]
    assert known(trace, 99)["server: the server has it"] == "m1/msg:R#1"
    assert not any(row.believed for row in trace.knows("alice", at=99))


@pytest.mark.parametrize("rung", STORING)
def test_a_belief_stays_one_when_bob_has_pulled_and_only_the_server_learns_of_it(rung):
    trace = Scenario(rung).run(Offline("bob", at=0, lasting=1000))
    assert known(trace) == {
        "server: the server has it": "m1/msg:R#1",
        "server: bob has it": "bob/offlineack:R#1",
        "alice: the server has it": "m1/msg:A#1",
        "alice: bob has it": "believed, m1/ack:N#1",
        "bob: bob has it": "bob/offline:A#1",
    }


def test_a_belief_becomes_knowledge_by_an_ack_that_bob_brought_about():
    """A late copy of the msg:R finds bob online, and he acks it; alice's client takes no notice of her second ack:N."""
    trace = Scenario("offline").run(Offline("bob", at=0, lasting=500), Duplicate("msg:R", after=2000))
    second = trace.packet["m1/ack:N#2"]
    assert known(trace, second.arrived - 1)["alice: bob has it"] == "believed, m1/ack:N#1"
    assert known(trace)["alice: bob has it"] == "m1/ack:N#2"
    changes = next(fact.changes for fact in trace.knowledge if fact[:2] == ("alice", "bob has it"))
    assert [(change.true, change.believed) for change in changes] == [(False, False), (False, True), (True, False)]


@pytest.mark.parametrize("lost", ["ack:R", "ack:N"])
def test_whoever_sees_unconfirmed_or_failed_believes_nothing(lost):
    assert Scenario("acked").run(Drop(lost)).messages[0].status == "unconfirmed"
    assert known(Scenario("acked").run(Drop(lost))).keys() & {"alice: bob has it"} == set()
    failed = Scenario("dedup").run(*(Drop(f"{lost}#{number}") for number in (1, 2, 3)))
    assert failed.messages[0].status == "failed"
    assert "alice: bob has it" not in known(failed)


class AcksAtOnce(Client):
    """It acks and shows nothing."""

    def on_msg_n(self, packet):
        return self.acknowledge(packet)


class AcksFirst(Client):
    """It acks before it shows."""

    def on_msg_n(self, packet):
        return [*self.acknowledge(packet), self.show_or_discard(packet)]


class Flatters(Server):
    """It says at once that the receiver has the message."""

    def on_msg_r(self, packet):
        return [*super().on_msg_r(packet), Transmit(packet.follow_up("ack:N", to=packet.src))]


class Optimist(Client):
    """It shows `delivered` when it has said something, without waiting for anything."""

    def on_say(self, message):
        effects = super().on_say(message)
        return [*effects, Report(next(iter(self.queue)), "delivered")]


def test_a_client_that_acks_what_it_does_not_show_makes_believe():
    assert known(Scenario("acked", client=AcksAtOnce).run()) == by(server_has="msg:R#1", alice_of_server="msg:A#1") | {
        "alice: bob has it": "believed, m1/ack:N#1"
    }


def test_an_ack_before_the_showing_is_as_good_as_one_after_it_if_there_is_no_crash_between():
    scenario = Scenario("acked", client=AcksFirst)
    assert known(scenario.run()) == NORMAL
    trace = scenario.run(Crash("bob", after="send m1/ack:R"))
    assert known(trace) == by(server_has="msg:R#1", alice_of_server="msg:A#1") | {
        "alice: bob has it": "believed, m1/ack:N#1"
    }


def test_a_server_that_lies_makes_believe_until_bob_has_acked():
    trace = Scenario("acked", server=Flatters).run()
    assert known(trace, 100)["alice: bob has it"] == "believed, m1/ack:N#1"
    assert known(trace)["alice: bob has it"] == "m1/ack:N#2"
    trace = Scenario("acked", server=Flatters).run(Drop("ack:R"))
    assert known(trace)["alice: bob has it"] == "believed, m1/ack:N#1"


def test_a_belief_may_come_from_no_packet():
    row = Scenario("acked", client=Optimist).run(Drop("msg:R")).knows("alice", at=10)[1]
    assert (row.true, row.packet, row.believed) == (False, None, True)


def test_a_belief_ends_with_the_status_it_came_from():
    trace = Scenario("acked", client=Optimist).run(Drop("msg:R"))
    assert trace.messages[0].status == "failed"
    assert "alice: bob has it" in known(trace, 299)
    assert "alice: bob has it" not in known(trace)


def test_a_retransmission_under_a_new_msgid_is_of_the_same_thing_said():
    class Renames(Client):
        def on_timer(self, msgid):
            entry = self.queue.pop(msgid)
            new = self.new_msgid()
            self.queue[new] = entry
            return [Transmit(self.msg_r(new, entry.message)), StartTimer(new, attempt=2)]

    trace = Scenario("dedup", client=Renames, rto=210).run(Drop("ack:N"))
    assert trace.packet["m2/ack:N#1"].said == "m1"
    assert known(trace)["alice: bob has it"] == "m2/ack:N#1"
    assert {row.msgid for row in trace.knows("alice")} == {"m1"}


class SaysTwice(Server):
    """It sends each ack:N at once, and twice."""

    def on_msg_r(self, packet):
        ack = Transmit(packet.follow_up("ack:N", to=packet.src))
        return [*super().on_msg_r(packet), ack, ack]


class ReportsAll(Client):
    """It reports `delivered` at each ack:N, and of what it has not shown to its own person, too."""

    def on_ack_n(self, packet):
        return [Report(packet.msgid, "delivered")]

    def on_msg_n(self, packet):
        return [Report(packet.msgid, "delivered")]


def test_a_belief_is_by_the_packet_that_it_began_with_and_the_senders_alone():
    trace = Scenario("acked", server=SaysTwice, client=ReportsAll).run()
    assert [event.packet for event in trace.happened("status", status="delivered", node="alice")][1] == "m1/ack:N#2"
    assert known(trace, 299) == by(server_has="msg:R#1", alice_of_server="msg:A#1") | {
        "alice: bob has it": "believed, m1/ack:N#1"
    }


# Crashes, and messages held back


@pytest.mark.parametrize("rung", LADDER)
def test_a_crash_takes_no_knowledge_away(rung):
    calm = known(Scenario(rung).run())
    assert known(Scenario(rung).run(*(Crash(node, at=250) for node in ("alice", "bob", SERVER)))) == calm


def test_a_crash_and_a_restart_carry_no_knowledge():
    """What alice's client sends again after its restart answers nothing: its cause is the restart."""
    says = [Say("one"), Say("two", at=10)]
    trace = Scenario("durable", say=says).run(Crash("alice", after="write m1#2"), Drop("m2/ack:R"))
    assert trace.packet["m2/msg:N#2"].arrived
    assert known(trace)["alice: m1 bob has it"] == "m1/ack:N#1"
    assert "bob: m1 alice knows that bob has it" not in known(trace)


HELD = Scenario("ordered", say=[Say("one"), Say("two", at=20)])


def test_what_is_held_back_bob_has_and_a_crash_takes_it():
    trace = HELD.run(Drop("m1/msg:N"), Crash("bob", at=200, down=50))
    assert "bob: m2 bob has it" not in known(trace, 119)
    assert known(trace, 120)["bob: m2 bob has it"] == known(trace, 199)["bob: m2 bob has it"] == "m2/msg:N#1"
    assert "bob: m2 bob has it" not in known(trace, 200)
    back = trace.happened("show", msgid="m2")[0]
    assert back.t > 250
    assert known(trace, back.t)["bob: m2 bob has it"] == "m2/msg:N#2"
    assert known(trace)["alice: m2 bob has it"] == "m2/ack:N#1"


def test_what_was_held_back_and_shown_then_is_known_by_the_packet_that_brought_it():
    trace = HELD.run(Drop("m1/msg:N"))
    shown = trace.happened("show", msgid="m2")[0]
    assert shown.packet == "m1/msg:N#2"
    assert known(trace)["bob: m2 bob has it"] == "m2/msg:N#1"
    assert known(trace)["server: m2 bob has it"] == "m2/ack:R#1"


def test_one_ack_is_no_substitute_for_another_though_both_messages_were_shown_in_one_step():
    trace = HELD.run(Drop("m1/msg:N"), Drop("m2/ack:R"))
    shown, *_ = trace.happened("show", msgid="m1")
    assert trace.happened("show", msgid="m2")[0].causes == shown.causes
    assert known(trace)["alice: m1 bob has it"] == "m1/ack:N#1"
    assert known(trace)["server: m2 bob has it"] == "m2/ack:R#2"
    assert known(trace)["alice: m2 bob has it"] == "m2/ack:N#1"


def test_one_offlineack_shows_all_that_it_names():
    trace = Scenario("offline", say=[Say("one"), Say("two")]).run(Offline("bob", at=0, lasting=1000))
    servers = [packet for _, _, true, packet in trace.knows(SERVER) if true]
    assert servers == ["m1/msg:R#1", "bob/offlineack:R#1", "m2/msg:R#1", "bob/offlineack:R#1"]


def test_an_offlineack_tells_nothing_of_what_it_does_not_name():
    """bob pulls m2 and m3, and holds m2 back for m1: he acks m3 only."""
    people = ["alice", "bob", "carol"]
    says = [Say("one"), Say("two", at=20), Say("three", sender="carol", at=30)]
    trace = Scenario("ordered", say=says, people=people).run(Offline("bob", at=0, lasting=150), Drop("m1/msg:R"))
    pulled = trace.packet["bob/offline:A#1"].arrived
    assert {
        event.msgid: event.kind for event in trace.events if event.t == pulled and event.kind in ("show", "hold")
    } == {
        "m2": "hold",
        "m3": "show",
    }
    ack = trace.packet["bob/offlineack:R#1"].arrived
    assert known(trace, ack)["server: m3 bob has it"] == "bob/offlineack:R#1"
    assert "server: m2 bob has it" not in known(trace, ack)
    assert known(trace)["server: m2 bob has it"] == "bob/offlineack:R#2"


def test_what_is_pulled_again_and_discarded_as_shown_before_tells_as_much():
    away = Offline("bob", at=0, lasting=500), Offline("bob", at=1000, lasting=500)
    trace = Scenario("offline").run(*away, Drop("bob/offlineack:R"))
    assert [event.packet for event in trace.happened("discard")] == ["bob/offline:A#2"]
    assert known(trace)["server: bob has it"] == "bob/offlineack:R#2"


class AsksOn(Client):
    """It does not ack what it pulled, but asks on."""

    def on_offline_a(self, packet):
        effects = [effect for effect in super().on_offline_a(packet) if not isinstance(effect, Transmit)]
        first, self.asked = not getattr(self, "asked", False), True
        return [*effects, Transmit(Packet("offline:R", "", self.name, SERVER))] if first else effects


def test_a_packet_that_names_nothing_shows_all_that_it_answers():
    trace = Scenario("offline", client=AsksOn, say=[Say("one"), Say("two")]).run(Offline("bob", at=0, lasting=500))
    assert [row.packet for row in trace.knows(SERVER) if row.claim == "bob has it"] == ["bob/offline:R#2"] * 2


def test_what_comes_too_late_to_be_shown_bob_does_not_have():
    """alice gives m1 up, so bob waits for it no longer; when it comes after all he discards it and does not ack it."""
    says = [Say("one"), Say("two", at=1000)]
    trace = Scenario("ordered", say=says, retries=0).run(Delay("m1/msg:R", 1500))
    assert [event.text for event in trace.happened("discard", node="bob")] == ["too late"]
    assert [claim for claim in known(trace) if "m1 bob has it" in claim] == []
    assert known(trace)["alice: m1 the server has it"] == "m1/msg:A#1"


class Chatters(Client):
    """It tells the server of all that reaches it, also of what it only holds back."""

    def on_msg_n(self, packet):
        return [*super().on_msg_n(packet), Transmit(Packet("offline:R", "", self.name, SERVER))]


def test_whoever_knew_of_what_is_lost_in_a_crash_knows_it_no_longer():
    trace = replace(HELD, client=Chatters).run(Drop("m1/msg:N"), Crash("bob", at=200, down=50))
    assert known(trace, 199)["server: m2 bob has it"] == "bob/offline:R#1"
    assert "server: m2 bob has it" not in known(trace, 200)
    assert known(trace)["server: m2 bob has it"] != "bob/offline:R#1"  # he has it again, and has told so again
    late = replace(HELD, client=Chatters).run(
        Drop("m1/msg:N"),
        Crash("bob", at=200, down=50),
        Delay("bob/offline:R", 100),
        *(Drop(f"m2/msg:N#{n}") for n in (2, 3)),
    )
    assert late.packet["bob/offline:R"].arrived > 200
    assert "server: m2 bob has it" not in known(late)


def test_what_was_shown_a_crash_does_not_take_though_it_was_held_back_before():
    assert known(HELD.run(Drop("m1/msg:N"), Crash("bob", at=2000))) == known(HELD.run(Drop("m1/msg:N")))


class AcksHeld(Client):
    """It acks at once what it only holds back."""

    def hold_or_give_up(self, kept):
        self.early = kept
        return super().hold_or_give_up(kept)

    def on_msg_n(self, packet):
        self.early = None
        effects = super().on_msg_n(packet)
        return effects if self.early is None else [*effects, *self.acknowledge(self.early)]


def test_who_acks_what_is_only_held_back_leaves_a_belief_behind_after_a_crash():
    says = [Say("one"), Say("two", at=20)]
    lost = (Drop(f"m1/msg:N#{number}") for number in (1, 2, 3))
    trace = Scenario("ordered", say=says, client=AcksHeld).run(*lost, Crash("bob", at=300, down=50))
    assert known(trace, 299)["alice: m2 bob has it"] == "m2/ack:N#1"
    assert known(trace)["alice: m2 bob has it"] == "believed, m2/ack:N#1"
    assert trace.messages[1].shown == {"bob": 0}


# Groups


def group(*texts, **settings):
    says = [Say(text, to="friends", at=20 * number) for number, text in enumerate(texts)]
    return Scenario("group", say=says, **FRIENDS, **settings)


def test_in_a_group_the_server_knows_of_each_member_and_the_sender_believes():
    assert known(group("one").run()) == {
        "server: the server has it": "m1/msg:R#1",
        "server: bob has it": "bob/ack:R#1",
        "server: carol has it": "carol/ack:R#1",
        "alice: the server has it": "m1/msg:A#1",
        "alice: bob has it": "believed, m1/ack:N#1",
        "alice: carol has it": "believed, m1/ack:N#1",
        "bob: bob has it": "m1/msg:N>bob#1",
        "carol: carol has it": "m1/msg:N>carol#1",
    }


def test_an_ack_with_a_cursor_shows_all_up_to_there():
    trace = group("one", "two", "three", ack_every=3).run()
    assert trace.counts["ack:R"] == 2
    of_bob = {claim: packet for claim, packet in known(trace).items() if claim.startswith("server") and "bob" in claim}
    assert of_bob == {f"server: m{number} bob has it": "bob/ack:R#1" for number in (1, 2, 3)}


def test_an_ack_that_a_timer_sends_shows_also_what_came_after_the_timer_was_started():
    trace = group("one", "two", ack_every=3).run()
    ack = trace.happened("arrive", packet="bob/ack:R#1")[0]
    assert "m2/msg:N>bob#1" not in {event.packet for event in trace.causes(ack)}
    assert known(trace, ack.t)["server: m2 bob has it"] == "bob/ack:R#1"
    assert "server: m2 bob has it" not in known(trace, ack.t - 1)


def test_a_lost_ack_of_a_group_is_made_up_for_by_the_next():
    trace = group("one", "two").run(Drop("bob/ack:R#1"))
    assert known(trace)["server: m1 bob has it"] == "bob/ack:R#2"
    assert known(trace)["server: m1 carol has it"] == "carol/ack:R#1"


def test_an_ack_shows_nothing_of_what_came_after_it_was_sent():
    trace = group("one", "two").run(Delay("bob/ack:R#1", 25), Drop("bob/ack:R#2"))
    assert trace.packet["bob/ack:R#1"].arrived > trace.packet["m2/msg:N>bob#1"].arrived
    assert known(trace)["server: m1 bob has it"] == "bob/ack:R#1"
    assert "server: m2 bob has it" not in known(trace)


class Boasts(Client):
    """Each of its acks has a cursor that is ahead of what it has shown."""

    def send_cursor(self, group):
        *before, ack = super().send_cursor(group)
        return [*before, Transmit(ack.packet._replace(cursor=ack.packet.cursor + 1))]


def test_a_cursor_that_boasts_shows_nothing_of_what_is_not_there():
    trace = group("one", "two", client=Boasts).run(*(Drop(f"m2/msg:N>{who}") for who in ("bob", "carol")))
    assert trace.packet["bob/ack:R#1"].cursor == 2
    pulled = trace.happened("show", node="bob", msgid="m2")[0].t  # at a heartbeat
    assert known(trace, pulled)["server: m1 bob has it"] == "bob/ack:R#1"
    assert "server: m2 bob has it" not in known(trace, pulled)


def test_a_message_that_a_group_takes_only_later_the_server_does_not_have_before():
    trace = group("one", "two").run(Drop("m1/msg:R"))
    assert trace.happened("discard", node=SERVER)[0].text == "too early"
    assert known(trace)["server: m2 the server has it"] == "m2/msg:R#2"
    assert trace.packet["m2/msg:A#1"].arrived
    assert known(trace)["alice: m2 the server has it"] == "m2/msg:A#2"


def test_a_member_who_was_away_has_it_by_the_pull():
    trace = group("one").run(Offline("bob", at=0, lasting=1000))
    assert known(trace)["bob: bob has it"] == "bob/offline:A#2"  # #1 is what was kept for him alone
    assert known(trace)["server: bob has it"] == "bob/ack:R#1"


def test_a_cursor_that_boasts_shows_nothing_of_what_came_while_it_was_under_way():
    trace = group("one", "two", client=Boasts).run(Delay("bob/ack:R#1", 25), Drop("bob/ack:R#2"))
    assert trace.packet["bob/ack:R#1"].cursor == 2
    assert trace.packet["m2/msg:N>bob#1"].arrived < trace.packet["bob/ack:R#1"].arrived
    assert "server: m1 bob has it" in known(trace)
    assert "server: m2 bob has it" not in known(trace)


def test_an_ack_shows_nothing_of_what_is_held_back_beyond_its_cursor():
    trace = group("one", "two", "three", ack_every=3, ack_delay=60).run(Drop("m2/msg:N>bob"), Drop("bob/offline:R#1"))
    assert trace.happened("hold", node="bob")[0].t < trace.packet["bob/ack:R#1"].sent
    at = trace.packet["bob/ack:R#1"].arrived
    assert known(trace, at)["bob: m3 bob has it"] == "m3/msg:N>bob#1"
    assert known(trace, at)["server: m1 bob has it"] == "bob/ack:R#1"
    assert "server: m3 bob has it" not in known(trace, at)


class TellsSenders(Server):
    """It also tells senders in a group who has what they said, and passes on what they answer."""

    def on_ack_r(self, packet):
        log = [*self.store.get(packet.group, {}).values()][: packet.cursor]
        acks = [Packet("ack:N", kept.msgid, SERVER, kept.message.sender, kept.message) for kept in log]
        return [*super().on_ack_r(packet), *map(Transmit, acks)]

    def on_msg_r(self, packet):
        again = packet.msgid in self.store.get("friends", {})
        answer = [Transmit(packet.follow_up("msg:N", to=to, group="friends")) for to in ("bob", "carol") if again]
        return [*super().on_msg_r(packet), *answer]


class AnswersTheSecond(Client):
    """It sends its message again at the second ack:N of it."""

    def on_ack_n(self, packet):
        self.acks = [*getattr(self, "acks", []), packet.msgid]
        again = Transmit(Packet("msg:R", packet.msgid, self.name, SERVER, packet.message))
        return [*super().on_ack_n(packet), *([again] if self.acks.count(packet.msgid) == 2 else [])]


def test_what_a_cursor_shows_travels_on():
    trace = group("one", "two", ack_every=3, server=TellsSenders, client=AnswersTheSecond).run()
    ack = trace.happened("arrive", packet="bob/ack:R#1")[0]
    assert "m2/msg:N>bob#1" not in {event.packet for event in trace.causes(ack)}
    assert known(trace)["alice: m2 bob has it"] == "m1/ack:N#2"  # it is caused by the same ack:R, which shows both
    assert known(trace)["bob: m2 alice knows that bob has it"] == "m1/msg:N>bob#2"


# What it refuses, and what it costs


def test_an_unknown_node_and_a_negative_time_are_refused():
    trace = Scenario("acked").run()
    with pytest.raises(InputError, match=r"^no node 'carol'; nodes are alice, bob, server$"):
        trace.knows("carol")
    with pytest.raises(InputError, match=r"^at: expected a time in ms of at least 0, got -1$"):
        trace.knows("alice", at=-1)
    with pytest.raises(InputError, match=r"^at: expected a time in ms of at least 0, got 'end'$"):
        trace.knows("alice", at="end")


def test_the_same_is_known_in_a_trace_from_a_file():
    trace = Scenario("offline", client=AcksAtOnce).run(Offline("bob", at=300), Duplicate("msg:R", after=400))
    assert Trace.from_json(trace.to_json()).knowledge == trace.knowledge


class Counted(dict):
    """Packets by name; it counts how often somebody looks one up."""

    looked = 0

    def __getitem__(self, name):
        self.looked += 1
        return super().__getitem__(name)


def test_it_is_computed_once_a_run():
    trace = Scenario("dedup").run()
    trace.__dict__["packet"] = counted = Counted(trace.packet)
    for at in range(0, 300, 10):
        trace.knows("alice", at)
        trace.knows("bob", at)
    assert counted.looked == len(trace.packets)


def says(n, **more):
    return [Say("x", at=9 * number, **more) for number in range(n)]


HEARTBEATS = {"heartbeat": 500, "ack_every": 5, **FRIENDS}
LONG = {
    "pages": lambda n: Scenario("offline", say=says(n)).run(Offline("bob", at=0, lasting=3000)),
    "heartbeats": lambda n: Scenario("group", say=[Say("x", to="friends", at=n * 500)], **HEARTBEATS).run(),
    "answers": lambda n: Scenario("dedup", say=says(n), client=Answers).run(Loss(0.1, 1)),
    "a gap": lambda n: group(*"x" * n, latency=900, rto=5000).run(Drop("m1/msg:N>bob")),
}


@pytest.mark.parametrize("kind", LONG)
def test_twice_as_long_a_run_takes_twice_as_many_looks(monkeypatch, kind):
    looks = []
    shown, covered = Having.shown, Having.covered
    look = lambda each: looks.append(each) or each  # noqa: E731
    monkeypatch.setattr(Having, "shown", lambda *about: look(shown(*about)))
    monkeypatch.setattr(Having, "covered", lambda at, ack, among: covered(at, ack, map(look, among)))
    counts = []
    for n in (100, 200):
        trace = LONG[kind](n)
        looks.clear()
        assert trace.knowledge
        counts.append(len(looks) / len(trace.events))
    assert 0 < counts[1] <= 1.1 * counts[0]


# The same by definition, from whole pasts


class ByDefinition:
    """Who knows what in a run, found by going through the past of every arrival: slow, and short."""

    def __init__(self, trace):
        self.trace, self.events = trace, trace.events
        self.first = {packet.msgid: packet.said for packet in trace.packets}
        self.steps = []  # of each event: the steps just behind it
        self.pasts = []  # of each step: those behind it, each with the step that it led to on the way; the last, None
        for event in self.events:
            steps = {step for cause in self.followed(event) for step in self.steps[cause]}
            past = {(step, event.id if then is None else then) for step in steps for step, then in self.pasts[step]}
            self.steps.append({event.id} if event.kind in STEPS else steps)
            self.pasts.append({(event.id, None), *past})
        self.to = {}
        self.senders = {}
        self.log = {}
        for event in self.events:
            if event.kind == "say":
                members = trace.scenario.groups.get(event.to, (event.to,))
                self.to[event.said] = [member for member in members if member != event.node]
                self.senders[event.said] = event.node
            if event.kind == "store":
                self.log.setdefault(event.to, []).append(event.said)
        self.last_effect = {}
        for event in self.events:
            for cause in event.causes:
                if event.kind not in STEPS and event.kind not in ("crash", "lose", "drop"):
                    self.last_effect[cause] = event.id
        self.refused = {(event.causes[0], event.said) for event in trace.happened("discard") if event.text}
        self.refused |= {(event.causes[0], event.said) for event in trace.happened("discard", node=SERVER)}

    def followed(self, event):
        if event.kind == "timer_fire":
            return [cause for cause in event.causes if self.events[cause].kind == "timer_start"]
        return event.causes if event.kind == "arrive" or event.kind not in STEPS else ()

    def has_from(self, who, said, first, now):
        """Whether a person has something at the event `now`, and has had it ever since some event up to `first`."""
        since, shown = None, False
        for event in self.events[: now + 1]:
            if (event.node, event.said) == (who, said) and event.kind in ("show", "hold"):
                since = event.id if since is None else since
                shown = shown or event.kind == "show"
            if event.kind == "crash" and event.node == who and not shown:
                since = None
        return since is not None and since <= first

    def carries(self, event, said):
        packet = self.trace.packet[event.packet]
        return said in (packet.said, *(kept.said for kept in packet.kept))

    def names(self, then):
        """The things said that the packet which led to this step names."""
        packet = self.trace.packet.get(self.events[then].packet)
        return {packet.said, *map(self.first.get, packet.msgids)} if packet else set()

    def about(self, step):
        """The things said that a step of their receiver is about."""
        event = self.events[step]
        mine = self.events[step : self.last_effect.get(step, step) + 1]
        return {
            said
            for said, to in self.to.items()
            if event.node in to
            and (
                (event.kind == "arrive" and self.carries(event, said))
                or any(e.kind in ("show", "hold") and e.said == said and step in e.causes for e in mine)
            )
        }

    def shows_receipt(self, step, then, who, said, now):
        """Whether a step, by leading to another, shows that this receiver has this."""
        event = self.events[step]
        if event.node == who and then is not None and (step, said) not in self.refused:
            about = self.about(step)
            about = about & self.names(then) or about
            return said in about and self.has_from(who, said, self.last_effect.get(step, step), now)
        packet = self.trace.packet[event.packet] if event.kind == "arrive" and event.node == SERVER else None
        if packet is None or packet.kind != "ack:R" or not packet.group or packet.src != who:
            return False
        covered = said in self.log.get(packet.group, [])[: packet.cursor]
        return covered and self.has_from(who, said, event.causes[0], now)

    def shows_request(self, step, said):
        event = self.events[step]
        if event.kind != "arrive" or event.node != SERVER or self.trace.packet[event.packet].kind != "msg:R":
            return False
        return self.carries(event, said) and (step, said) not in self.refused

    def knows_receipt(self, arrivals, who, said, now):
        return any(self.shows_receipt(*step, who, said, now) for arrival in arrivals for step in self.pasts[arrival])

    def knows(self, node, at):
        """What `Trace.knows` is to say, without the packets."""
        now = max((event.id for event in self.events if event.t <= at), default=-1)
        arrivals = [e.id for e in self.events[: now + 1] if e.kind == "arrive" and e.node == node]
        status = {e.said: e.status for e in self.events[: now + 1] if e.kind == "status" and e.node == node}
        for said, sender in self.senders.items():
            if not any(e.kind == "say" and e.said == said for e in self.events[: now + 1]):
                continue
            if node in (SERVER, sender):
                requested = any(self.shows_request(step, said) for e in arrivals for step, _ in self.pasts[e])
                yield "the server has it", said, requested, False
                for who in self.to[said]:
                    true = self.knows_receipt(arrivals, who, said, now)
                    yield f"{who} has it", said, true, not true and node == sender and status.get(said) == "delivered"
            elif node in self.to[said]:
                yield f"{node} has it", said, self.has_from(node, said, now, now), False
                between = [s for e in arrivals for s, _ in self.pasts[e] if self.events[s].node == sender]
                yield f"{sender} knows that {node} has it", said, self.knows_receipt(between, node, said, now), False


CLIENTS = [Client, Client, Answers, AcksFirst, AcksAtOnce, Chatters, Boasts, Busy, ShowsTheSecond, AcksHeld]


@given(runs(), st.sampled_from(CLIENTS), st.sampled_from([Server, Server, Flatters]), st.data())
def test_it_says_what_follows_from_the_past_of_each_arrival(run, client, server, data):
    scenario, faults = run
    trace = replace(scenario, client=client, server=server).run(*faults)
    times = sorted({event.t for event in trace.events})
    by_definition = ByDefinition(trace)
    for at in [*data.draw(st.lists(st.sampled_from(times), max_size=4)), times[-1]]:
        for node in (SERVER, *trace.scenario.people):
            rows = [(row.claim, row.msgid, row.true, row.believed) for row in trace.knows(node, at)]
            assert rows == list(by_definition.knows(node, at)), (node, at)


@given(runs(), st.sampled_from(CLIENTS))
def test_what_is_known_is_true_and_by_a_packet_that_leads_back_to_it(run, client):
    trace = replace(run[0], client=client).run(*run[1])
    by_definition = ByDefinition(trace)
    for fact in trace.knowledge:
        for (t, true, believed, packet), until in zip(
            fact.changes, [*(change.t for change in fact.changes[1:]), inf], strict=True
        ):
            assert not (true and believed)
            if not true or fact.claim == "the server has it":
                continue
            who = fact.claim.removesuffix(" has it").rpartition(" ")[2]
            arrival = next(e for e in trace.happened("arrive", node=fact.node) if e.packet == packet)
            assert arrival.t == t
            for event in trace.events:
                if arrival.id <= event.id and t < event.t < until:
                    assert by_definition.has_from(who, fact.msgid, event.id, event.id)
            if fact.node != who:
                shows = [
                    way
                    for way in by_definition.pasts[arrival.id]
                    if by_definition.shows_receipt(*way, who, fact.msgid, arrival.id)
                ]
                assert {step for step, _ in shows} & {event.id for event in (*trace.causes(arrival), arrival)}


@given(runs(), st.sampled_from(CLIENTS))
def test_knowledge_ends_only_with_what_a_crash_takes_from_its_receiver(run, client):
    trace = replace(run[0], client=client).run(*run[1])
    crashes = {(event.node, event.t) for event in trace.happened("crash")}
    for fact in trace.knowledge:
        who = fact.claim.removesuffix(" has it").rpartition(" ")[2]
        for before, after in zip(fact.changes, fact.changes[1:], strict=False):
            assert before.t < after.t
            assert before[1:] != after[1:]
            if before.true:
                assert (who, after.t) in crashes
