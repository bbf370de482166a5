"""The rung `group`: one stored copy, the group's numbers, cursors, gaps, heartbeats, batched acks."""

import pytest

from imteach import Client, Crash, Delay, Drop, Offline, Partition, Say, Scenario
from imteach.protocol import LADDER, Delete, Message, Packet, Server

MEMBERS = ["alice", "bob", "carol"]


def chat(*says, **settings):
    says = says or (Say("hello", to="friends"),)
    return Scenario("group", say=says, groups={"friends": MEMBERS}, **settings)


def shown(trace, person):
    return [(e.t, e.msgid) for e in trace.happened("show", node=person)]


def cursors(trace):
    return trace.state_at(trace.events[-1].t)["server"]["cursors"].get("friends", {})


THREE = [Say(str(n), to="friends", at=10 * n) for n in range(3)]


def test_one_message_is_stored_once_confirmed_to_its_sender_and_notified_to_each_other_member():
    trace = chat().run()
    at_server = [(e.kind, e.packet) for e in trace.events if e.node == "server" and e.t == 50]
    assert at_server == [
        ("arrive", "m1/msg:R#1"),
        ("send", "m1/msg:A#1"),
        ("store", "m1/msg:R#1"),
        ("send", "m1/ack:N#1"),
        ("send", "m1/msg:N>bob#1"),
        ("send", "m1/msg:N>carol#1"),
    ]
    assert trace.messages[0].stored == {"bob": 0, "carol": 0}  # for each until it is acked
    assert chat().run(Offline("bob")).messages[0].stored == {"bob": 1, "carol": 0}
    assert trace.messages[0].shown == {"bob": 1, "carol": 1}
    assert [e.t for e in trace.happened("status", status="delivered")] == [100]
    assert {"carol/ack:R#1", "carol/ack:A#1"} <= set(trace.packet)
    assert all(trace.promises.values())


def test_messages_get_the_groups_numbers_in_the_order_in_which_the_server_gets_them():
    says = [Say("1", "alice", "friends"), Say("2", "bob", "friends", at=1), Say("3", "alice", "friends", at=2)]
    trace = chat(*says).run()
    assert {p.msgid: p.seq for p in trace.packets if p.kind == "msg:N"} == {"m1": 1, "m2": 2, "m3": 3}
    assert cursors(trace) == {"alice": 2, "bob": 3, "carol": 3}  # nobody acks what they said themselves
    assert trace.state_at(1000)["alice"]["cursor"] == {"friends": 3}
    assert [msgid for _, msgid in shown(trace, "carol")] == ["m1", "m2", "m3"]


def test_a_retransmission_is_confirmed_but_not_stored_nor_notified_again():
    trace = chat().run(Drop("m1/ack:N"))
    assert len(trace.happened("store")) == 1
    assert trace.counts["msg:N"] == 2
    assert trace.counts["ack:N"] == 2
    assert trace.messages[0].status == "delivered"


def test_a_gap_is_pulled_from_the_cursor():
    trace = chat(*THREE).run(Drop("m2/msg:N>bob"))
    assert [(e.t, e.msgid) for e in trace.happened("hold", node="bob")] == [(120, "m3")]
    pull = trace.packet["bob/offline:R#1"]
    assert (pull.sent, pull.group, pull.cursor) == (120, "friends", 1)
    assert [kept.seq for kept in trace.packet["bob/offline:A#1"].kept] == [2, 3]
    assert shown(trace, "bob") == [(100, "m1"), (220, "m2"), (220, "m3")]
    assert all(trace.promises.values())


def test_a_lost_notify_with_nothing_after_it_is_found_at_the_heartbeat():
    trace = chat().run(Drop("m1/msg:N>bob"))
    assert trace.packet["bob/offline:R#1"].sent == 2000
    assert shown(trace, "bob") == [(2100, "m1")]
    (beat,) = [e for e in trace.causes(trace.happened("show", node="bob")[0]) if e.kind == "timer_fire"]
    assert beat.timer == "heartbeat:friends"
    assert cursors(trace)["bob"] == 1
    assert all(trace.promises.values())


def test_a_pull_whose_tries_were_all_in_vain_is_begun_again_when_there_is_a_gap():
    says = [Say("one", to="friends"), Say("two", to="friends", at=3000)]
    trace = chat(*says, retries=0).run(Drop("m1/msg:N>bob"), Drop("bob/offline:R#1"))
    assert [trace.packet[f"bob/offline:R#{n}"].sent for n in (1, 2)] == [2000, 3100]
    assert shown(trace, "bob") == [(3200, "m1"), (3200, "m2")]


@pytest.mark.parametrize("heartbeat", [500, 2000, 5000])
def test_the_run_ends_after_a_round_of_heartbeats_that_brought_nothing_new(heartbeat):
    trace = chat(heartbeat=heartbeat).run()
    beats = [event.t for event in trace.happened("timer_fire") if event.timer.startswith("heartbeat")]
    assert beats == [heartbeat] * 3
    assert trace.events[-1].t == heartbeat + 100
    late = chat(heartbeat=heartbeat).run(Drop("m1/msg:N>bob"))
    assert late.events[-1].t == 2 * heartbeat + 100


@pytest.mark.parametrize(("every", "acks"), [(1, 5), (2, 2), (3, 1), (5, 1)])
def test_acks_are_batched_and_the_rest_goes_after_a_delay(every, acks):
    says = [Say(str(n), to="friends", at=n) for n in range(5)]
    trace = chat(*says, ack_every=every, ack_delay=150).run()
    sent = [packet for packet in trace.packets if packet.kind == "ack:R" and packet.src == "bob"]
    rest = 5 % every
    assert len(sent) == acks + bool(rest)
    assert [packet.cursor for packet in sent] == [every * n for n in range(1, acks + 1)] + [5] * bool(rest)
    if rest:
        assert sent[-1].sent == 100 + (5 - rest) + 150  # from the first that was not acked yet
    assert cursors(trace)["bob"] == 5


def test_a_lost_ack_is_made_good_by_the_next_for_acks_are_cumulative():
    trace = chat(*THREE).run(Drop("bob/ack:R#1"), Drop("bob/ack:R#2"))
    assert cursors(trace)["bob"] == 3
    assert all(trace.promises.values())


def test_a_member_who_was_away_pulls_from_the_cursor_at_login():
    trace = chat(*THREE).run(Offline("carol", at=115, lasting=500))
    assert shown(trace, "carol")[0] == (100, "m1")
    assert trace.packet["carol/offline:R#1"].sent == 615
    assert [msgid for _, msgid in shown(trace, "carol")] == ["m1", "m2", "m3"]
    assert all(trace.promises.values())


def test_a_long_absence_is_pulled_in_pages():
    says = [Say(str(n), to="friends", at=n) for n in range(45)]
    trace = chat(*says).run(Offline("carol", lasting=1000))
    pages = [p for p in trace.packets if p.kind == "offline:A" and p.dst == "carol" and p.kept]
    assert [len(page.kept) for page in pages] == [20, 20, 5]
    assert [msgid for _, msgid in shown(trace, "carol")] == [f"m{n}" for n in range(1, 46)]
    assert all(trace.promises.values())


@pytest.mark.parametrize("member", ["alice", "bob"])
@pytest.mark.parametrize("after", [{"at": 60}, {"at": 105}, {"after": "show m1"}, {"after": "send bob/ack:R#1"}])
def test_a_member_crashes_and_has_everything_once(member, after):
    trace = chat(*THREE).run(Crash(member, down=300, **after))
    said = [message for message in trace.messages if message.status]
    assert all(message.shown == {"bob": 1, "carol": 1} for message in said)
    assert trace.promises["no_duplicates"]
    assert trace.promises["no_false_delivery"]
    assert cursors(trace)["bob"] == len(said)


def test_a_server_restart_at_every_position_loses_nothing():
    plain = chat(*THREE).run()
    positions = [{"at": t} for t in sorted({e.t for e in plain.events}) if t < 2000]
    positions += [{"after": f"{e.kind} {e.packet}"} for e in plain.events if e.node == "server" and e.kind == "send"]
    positions += [{"after": f"store m{n}"} for n in (1, 2, 3)]
    for position in positions:
        trace = chat(*THREE).run(Crash("server", down=100, **position))
        assert trace.happened("crash") or str(position).count("offline"), position
        assert all(message.shown == {"bob": 1, "carol": 1} for message in trace.messages), position
        assert all(trace.promises.values()), position


def test_a_sender_who_loses_a_request_keeps_its_order_in_the_group():
    trace = chat(*THREE).run(Drop("m1/msg:R"))
    for person in ("bob", "carol"):
        assert [msgid for _, msgid in shown(trace, person)] == ["m1", "m2", "m3"]
    assert all(trace.promises.values())


def test_who_is_no_member_gets_nothing():
    trace = Scenario(
        "group", say=[Say(to="friends")], people=["alice", "bob", "eve"], groups={"friends": ["alice", "bob"]}
    ).run()
    assert not [event for event in trace.events if event.node == "eve"]
    server = Server(LADDER["group"], ["alice", "bob", "eve"], {"friends": ["alice", "bob"]})
    server.receive(Packet("msg:R", "m1", "alice", "server", Message(0, "alice", "friends", "hi"), number=1, base=1))
    (answer,) = server.receive(Packet("offline:R", "", "eve", "server", group="friends"))
    assert answer.packet.kept == ()
    (answer,) = server.receive(Packet("offline:R", "", "bob", "server", group="friends"))
    assert [kept.msgid for kept in answer.packet.kept] == ["m1"]


class MovesOverGaps(Client):
    """The bug: its cursor is the highest number it has seen, whatever is missing below."""

    def take_group(self, arrived, group):
        arrived = list(arrived)
        self.groups[group].turn = max([self.groups[group].turn, *(kept.number for kept in arrived)])
        return super().take_group(arrived, group)


def test_a_cursor_that_moves_over_a_gap_loses_the_message_for_ever():
    lost = [Drop("m2/msg:N>bob"), Offline("bob", at=5000, lasting=100)]
    wrong = chat(*THREE, client=MovesOverGaps).run(*lost)
    assert [msgid for _, msgid in shown(wrong, "bob")] == ["m1", "m3"]
    assert cursors(wrong)["bob"] == 3
    assert not wrong.promises["all_delivered"]
    right = chat(*THREE).run(*lost)
    assert [msgid for _, msgid in shown(right, "bob")] == ["m1", "m2", "m3"]
    assert all(right.promises.values())


def test_a_cursor_never_goes_back_and_never_passes_a_gap():
    trace = chat(*THREE).run(Drop("m2/msg:N>bob"), Drop("bob/offline:R#1"))
    moves = [packet.cursor for packet in trace.packets if packet.kind == "ack:R" and packet.src == "bob"]
    assert moves == sorted(moves)
    shows = {event.msgid: event.t for event in trace.happened("show", node="bob")}
    for packet in trace.packets:
        if packet.kind == "ack:R" and packet.src == "bob":
            assert all(shows[f"m{n}"] <= packet.sent for n in range(1, packet.cursor + 1))


@pytest.mark.parametrize("heartbeat", [150, 700, 2000])
def test_a_member_who_is_cut_off_to_the_end_does_not_keep_the_run_going(heartbeat):
    trace = chat(heartbeat=heartbeat).run(Partition("server", "bob"), Crash("carol", at=66, down=70))
    assert trace.messages[0].shown == {"bob": 0, "carol": 1}
    assert trace.messages[0].status == "delivered"  # it is kept for bob
    assert trace.promises["no_false_delivery"]


def test_an_ack_that_comes_late_takes_no_cursor_back():
    trace = chat(*THREE).run(Delay("bob/ack:R#1", by=500))
    assert trace.packet["bob/ack:R#1"].arrived > trace.packet["bob/ack:R#3"].arrived
    assert cursors(trace)["bob"] == 3


def test_what_a_member_holds_back_stands_in_what_it_holds():
    trace = chat(*THREE).run(Drop("m2/msg:N>bob"))
    assert trace.state_at(130)["bob"]["held"] == {"friends": ["m3"]}
    assert trace.state_at(230)["bob"]["held"] == {}


def test_a_copy_that_the_server_of_a_group_deletes_is_kept_for_nobody():
    class CutsTheLog(Server):
        def move_cursor(self, packet):
            log = self.store[packet.group]
            gone = [kept.msgid for kept in log.values() if kept.number <= packet.cursor]
            return [Delete(packet.group, log.pop(msgid).msgid) for msgid in gone]

    friends = {"friends": ["alice", "bob", "carol"]}
    scenario = Scenario("group", server=CutsTheLog, groups=friends, say=[Say("hello", to="friends")])
    (outcome,) = scenario.run(Drop("m1/msg:N>carol#1")).messages
    assert outcome.stored == {"bob": 0, "carol": 0}
    assert outcome.shown["carol"] == 0
