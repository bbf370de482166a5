"""Small bugs of the simulator that a reader or a random run found: each test was seen failing before the fix."""

import pytest

from imteach import (
    Client,
    Crash,
    Delay,
    Drop,
    Duplicate,
    InputError,
    Loss,
    Offline,
    Partition,
    Say,
    Scenario,
    Trace,
    explore,
)
from imteach.planted import PLANTED
from imteach.protocol import Transmit
from imteach.scenario import Resend, parse_fault


def test_a_crash_is_caused_by_the_effect_that_it_follows_not_by_what_the_network_did_then():
    trace = Scenario("basic").run(Duplicate("msg:A"), Crash("server", after="send m1/msg:A"))
    (crash,) = trace.happened("crash")
    (cause,) = (trace.events[cause] for cause in crash.causes)
    assert (cause.kind, cause.node, cause.packet) == ("send", "server", "m1/msg:A#1")


def test_a_crash_after_sending_on_a_cut_link_reads_back():
    trace = Scenario("acked").run(Partition("bob", "server", both=False), Crash("bob", after="send ack:R"))
    assert trace.packet["ack:R"].fate == "lost"
    assert trace.happened("crash")
    assert Trace.from_json(trace.to_json()) == trace


def test_a_message_that_was_sent_again_may_be_shown_where_it_was_said_or_where_it_was_sent_again():
    says = [Say("one"), Say("two")]
    trace = Scenario("ordered", say=says, latency=151, retries=0, resend=[Resend("m1", at=300)]).run()
    assert [event.msgid for event in trace.happened("show")] == ["m1", "m2"]
    assert trace.promises["in_order"]


def test_a_message_that_was_sent_again_is_late_behind_what_was_said_after_that():
    says = [Say("one"), Say("two", at=1000)]
    faults = [Drop("m1/msg:R#1"), Delay("m1/msg:R#2", by=500)]
    trace = Scenario("dedup", say=says, retries=0, resend=[Resend("m1", at=900)]).run(*faults)
    assert [event.msgid for event in trace.happened("show")] == ["m2", "m1"]
    assert [said.late for said in trace.messages] == [("bob",), ()]


def test_a_copy_can_be_delayed_and_dropped_as_any_packet():
    plain = Scenario("dedup").run(Duplicate("msg:N", after=10)).packet["m1/msg:N#1~2"]
    later = Scenario("dedup").run(Duplicate("msg:N", after=10), Delay("m1/msg:N#1~2", by=7)).packet["m1/msg:N#1~2"]
    assert later.arrived == plain.arrived + 7
    assert Scenario("dedup").run(Duplicate("msg:N"), Drop("m1/msg:N#1~2")).packet["m1/msg:N#1~2"].fate == "dropped"


def test_a_copy_is_not_copied_again():
    with pytest.raises(InputError, match="m1/msg:N#1~2 is a copy already; duplicate m1/msg:N#1, as often as you like"):
        Duplicate("m1/msg:N#1~2")
    twice = Scenario("dedup").run(Duplicate("msg:N", after=1), Duplicate("msg:N", after=2))
    assert [p.arrived for p in twice.packets if p.kind == "msg:N"] == [100, 101, 102]


@pytest.mark.parametrize("fault", [Duplicate("m+1/msg:N"), Delay("m+1/msg:N", by=5), Duplicate("m+1/msg:N", after=5)])
def test_a_msgid_may_hold_a_plus(fault):
    assert parse_fault(str(fault)) == fault


def test_effects_are_numbered_from_1():
    with pytest.raises(InputError, match="after: 'show m1#0'; effects are numbered from #1"):
        Crash("bob", after="show m1#0")


@pytest.mark.parametrize("at", [50, 150])
def test_who_logs_out_while_their_client_is_down_or_before_is_logged_out_when_it_starts_again(at):
    trace = Scenario("offline", say=[Say(at=2000)]).run(Crash("bob", at=100, down=100), Offline("bob", at=at))
    assert trace.messages[0].away == ("bob",)
    assert trace.promises["all_delivered"]
    assert [event.kind for event in trace.events if event.node == "bob"][-2:] == ["restart", "logout"]
    assert Trace.from_json(trace.to_json()) == trace


def test_a_member_who_is_logged_out_when_their_client_starts_again_does_not_pull():
    scenario = Scenario("group", say=[Say(to="friends")], groups={"friends": ["alice", "bob"]})
    trace = scenario.run(Offline("bob", at=50), Crash("bob", at=100, down=100))
    assert not [packet for packet in trace.packets if packet.kind == "offline:R" and packet.src == "bob"]


def test_a_client_that_crashes_again_as_it_starts_does_nothing_more():
    faults = [Partition("alice", "server"), Crash("alice", at=10), Crash("alice", after="send m1/msg:R#2")]
    trace = Scenario("durable", say=[Say(), Say("two", "bob", "alice")]).run(*faults)
    first, second = trace.happened("restart", node="alice")
    again = trace.happened("crash", node="alice")[1]
    assert not [e for e in trace.events[again.id + 1 : second.id] if e.node == "alice"]
    assert first.id < again.id


def test_a_crash_as_it_starts_again_forgets_nothing_before_the_next_start():
    says = [Say("one"), Say("two", at=1)]
    faults = [Drop(f"m1/msg:R#{n}") for n in (1, 2, 3)] + [Crash("alice", at=10), Crash("alice", after="write m1#2")]
    trace = Scenario("durable", say=says).run(*faults)
    down = False
    for event in trace.events:
        if event.node == "alice":
            assert not down or event.kind in ("restart", "unsaid")
            down = event.kind == "crash" or (down and event.kind != "restart")


def test_who_sends_again_is_who_said_it_even_when_something_before_was_not_said():
    says = [Say("unsaid", "bob", "alice", at=10), Say("hello", at=20)]
    faults = [Crash("bob", at=0, down=15), *(Drop(f"m1/msg:R#{n}") for n in (1, 2, 3))]
    trace = Scenario("dedup", say=says, resend=[Resend("m1", at=2000)]).run(*faults)
    assert [(e.node, e.msgid) for e in trace.happened("resend")] == [("alice", "m1")]
    assert trace.messages[0].status == "delivered"


def test_a_loss_says_what_it_expects():
    for text in ("loss", "loss x", "loss 0.2 seed x", "loss 0.2 seed 1.5"):
        with pytest.raises(InputError, match=r"expected P seed S|p: expected a number"):
            parse_fault(text)
    assert parse_fault("loss 0.2") == Loss(0.2)


# What is on its way when somebody crashes, or is cut off


def test_what_was_sent_before_a_crash_arrives_if_the_client_runs_again_by_then():
    trace = Scenario("durable").run(Crash("bob", at=60, down=20))
    assert trace.packet["m1/msg:N#1"].arrived == 100


def test_what_is_sent_between_a_crash_and_the_login_is_lost_though_the_client_runs_again():
    trace = Scenario("durable").run(Crash("bob", at=40, down=20))  # msg:N leaves at 50, the login comes at 110
    assert [(e.t, e.text) for e in trace.happened("lose")] == [(100, "bob's old connection is gone")]


def test_what_has_left_a_person_before_the_cut_still_arrives():
    trace = Scenario("dedup").run(Partition("alice", "server", at=20, lasting=60))
    assert trace.packet["m1/msg:R#1"].fate == "arrived"


def test_what_the_server_sends_into_a_cut_is_lost_though_the_link_is_mended_before_it_would_arrive():
    trace = Scenario("dedup").run(Partition("bob", "server", at=40, lasting=30))
    (lost,) = trace.happened("lose")
    assert (lost.packet, lost.t, lost.text) == ("m1/msg:N#1", 50, "the link from the server to bob is cut")


def test_a_crash_between_the_queue_and_the_number_loses_neither():
    one, two = Say("one"), Say("two", at=500)
    trace = Scenario("ordered", say=[one, two]).run(Crash("alice", after="write m1", down=20))
    assert [packet.seq for packet in trace.packets if packet.kind == "msg:R"] == [1, 2]
    assert all(trace.promises.values())


@pytest.mark.parametrize(("latency", "heartbeat", "retries"), [(379, 150, 0), (50, 10, 2), (400, 100, 4)])
def test_a_run_ends_though_a_pull_takes_longer_than_a_heartbeat(latency, heartbeat, retries):
    scenario = Scenario(
        "group",
        say=[Say(to="friends")],
        groups={"friends": ["alice", "bob"]},
        latency=latency,
        heartbeat=heartbeat,
        retries=retries,
    )
    trace = scenario.run()
    assert trace.messages[0].shown == {"bob": 1}
    assert scenario.run(Partition("bob", "server")).messages[0].shown == {"bob": 0}


def test_every_event_of_a_message_says_which_thing_said_it_is_under_whatever_msgid():
    trace = PLANTED["new msgid"].trace
    assert {event.kind for event in trace.events if event.msgid == "m2"} > {"retransmit", "send", "arrive", "show"}
    assert {event.said for event in trace.events if event.msgid is not None} == {"m1"}


class MyTransmit(Transmit, frozen=True):
    """A learner's own kind of an effect."""


class Transmits(Client):
    def on_msg_n(self, packet):
        return [
            MyTransmit(effect.packet) if isinstance(effect, Transmit) else effect for effect in super().on_msg_n(packet)
        ]


def test_a_learners_own_kind_of_an_effect_is_what_it_is_made_from():
    mine = Scenario("dedup", client=Transmits)
    assert mine.run().to_text() == Scenario("dedup").run().to_text()
    for kinds in (["drop"], ["delay"], ["crash"]):
        assert explore(mine, 1, kinds).promises["no_silent_loss"].broken_by == (
            explore(Scenario("dedup"), 1, kinds).promises["no_silent_loss"].broken_by
        )
