"""A group: one stored copy under the group's next number, a cursor for each member, acks in batches."""

import pytest
from fakelink import Link

from imteach.protocol import (
    LADDER,
    CancelTimer,
    Client,
    Discard,
    Kept,
    MemoryDisk,
    Message,
    Packet,
    Server,
    StartTimer,
    Store,
    Transmit,
    Write,
)

FRIENDS = {"friends": ["alice", "bob"]}
ALL = Message(said=0, sender="alice", to="friends", text="all of you")
HEARTBEAT = StartTimer("heartbeat:friends", wait="heartbeat")


def server(online=("alice", "bob")):
    return Server(LADDER["group"], online, FRIENDS)


def bob(**options):
    return Client("bob", LADDER["group"], 2, None, ["friends"], **options)


def request(msgid, number, base=1):
    return Packet("msg:R", msgid, "alice", "server", ALL, number=number, base=base)


def ack(cursor, person="bob"):
    return Packet("ack:R", "", person, "server", group="friends", cursor=cursor)


def notify(number):
    return Packet("msg:N", f"m{number}", "server", "bob", ALL._replace(said=number), number=number, group="friends")


def page(*numbers, more=False):
    kept = tuple(Kept(f"m{number}", ALL._replace(said=number), number) for number in numbers)
    return Packet("offline:A", "", "server", "bob", kept=kept, more=more, group="friends")


def pull(cursor):
    return Packet("offline:R", "", "bob", "server", group="friends", cursor=cursor)


def transmitted(effects):
    return [effect.packet for effect in effects if isinstance(effect, Transmit)]


# The member


def test_a_member_who_is_told_nothing_else_acks_every_message():
    assert transmitted(bob().receive(notify(1))) == [ack(1)]
    link = Link("group", groups=FRIENDS, ack_every=2)
    link.say(to="friends")
    link.deliver("msg:R")
    assert transmitted(link.deliver("msg:N")) == []  # told to wait for a second one


def test_a_member_pulls_on_where_the_last_page_ended_while_there_is_more():
    client = bob()
    client.command("login")
    more = client.receive(page(1, 2, more=True))
    assert transmitted(more) == [ack(2), pull(2)]
    assert transmitted(client.receive(page(3))) == [ack(3)]


def test_what_a_member_pulls_from_a_group_waits_for_no_offlineack_for_its_cursor_acknowledges_it():
    member = bob()
    acks = [packet.kind for packet in transmitted(member.receive(page(1, 2)))]
    assert (acks, member.pulled) == (["ack:R"], {})


def test_a_member_holds_back_what_is_early_and_says_so():
    client = bob()
    assert transmitted(client.receive(notify(2))) == [pull(0)]
    assert (client.state()["held"], client.state()["cursor"]) == ({"friends": ["m2"]}, {"friends": 0})
    client.receive(notify(1))
    assert (client.state()["held"], client.state()["cursor"]) == ({}, {"friends": 2})


def test_what_only_its_own_message_was_missing_for_is_shown_after_that_one_is_delivered():
    link = Link("group", groups=FRIENDS)
    link.say(to="friends", sender="bob")
    bobs = link.nodes["bob"]
    bobs.receive(Packet("msg:N", "m2", "server", "bob", ALL, number=2, group="friends"))
    own = Packet("ack:N", "m1", "server", "bob", ALL._replace(sender="bob"), number=1, group="friends")
    done = [type(effect).__name__ for effect in bobs.receive(own)]
    assert done == ["CancelTimer", "Report", "Show", "CancelTimer", "Transmit"]


def test_a_heartbeat_pulls_for_who_is_there_for_nobody_who_is_away_and_again_once_back():
    client = bob()
    assert transmitted(client.timer("heartbeat:friends")) == [pull(0)]
    client.receive(page())
    client.command("logout")
    assert transmitted(client.timer("heartbeat:friends")) == []
    client.command("login")
    client.receive(page())
    assert transmitted(client.timer("heartbeat:friends")) == [pull(0)]


def test_a_member_pulls_at_login_for_itself_and_for_its_group():
    assert transmitted(bob().command("login")) == [Packet("offline:R", "", "bob", "server"), pull(0)]


def test_below_offline_nobody_pulls_at_login():
    below = Client("bob", LADDER["dedup"], 2, None, ["friends"])
    assert below.command("login") == []


def test_after_a_crash_a_members_heartbeats_go_on():
    assert bob().command("start") == [HEARTBEAT]
    disk = MemoryDisk()
    disk.write("queue", "m1", Kept("m1", ALL._replace(sender="bob"), 1).row())
    first, *again = bob().restart(disk)
    assert (first, [sent.kind for sent in transmitted(again)]) == (HEARTBEAT, ["msg:R"])


def test_at_a_heartbeat_a_member_starts_the_next_and_pulls():
    pulled = [Transmit(pull(0)), StartTimer("pull:friends", wait="pull")]
    assert bob().timer("heartbeat:friends") == [HEARTBEAT, *pulled]


def test_a_member_who_acks_waits_no_longer_for_more_to_ack():
    shown, *acked = bob().receive(notify(1))
    assert (shown.msgid, acked) == ("m1", [CancelTimer("ack:friends"), Transmit(ack(1))])


# The server


def test_the_server_stores_before_it_tells_the_sender_and_then_the_others():
    answer, *done = server().receive(request("m1", number=1))
    numbered = {"number": 1, "group": "friends"}
    assert answer == Transmit(Packet("msg:A", "m1", "server", "alice", ALL))
    assert done == [
        Store("friends", Kept("m1", ALL, number=1, sent_as=1)),
        Transmit(Packet("ack:N", "m1", "server", "alice", ALL, **numbered)),
        Transmit(Packet("msg:N", "m1", "server", "bob", ALL, **numbered)),
    ]


def test_what_nobody_numbered_is_stored_and_one_number_is_taken_once():
    node = server()
    assert [sent.kind for sent in transmitted(node.receive(request("m1", number=0)))] == ["msg:A", "ack:N", "msg:N"]
    assert [sent.kind for sent in transmitted(node.receive(request("m2", number=1)))] == ["msg:A", "ack:N", "msg:N"]
    answer, discarded = node.receive(request("m3", number=1))
    assert (answer.packet.kind, discarded) == ("msg:A", Discard("m3", ALL, "too late"))
    assert list(node.state()["store"]["friends"]) == ["m1", "m2"]


def test_the_server_says_whether_what_it_discards_came_too_early_or_too_late():
    node = server()
    assert node.receive(request("m2", number=2))[1:] == [Discard("m2", ALL, "too early")]  # m1 is still waited for
    node.receive(request("m2", number=2, base=2))  # and now given up
    assert node.receive(request("m1", number=1))[1:] == [Discard("m1", ALL, "too late")]


def test_a_cursor_that_moves_on_is_written_and_no_other_is():
    node = server()
    assert node.receive(ack(2))[0] == Write("cursor", "friends/bob", 2)
    for late in (2, 1):
        (answer,) = node.receive(ack(late))
        assert answer.packet.kind == "ack:A"
    assert node.state()["cursors"] == {"friends": {"bob": 2}}


def test_after_a_restart_the_server_knows_each_members_cursor_and_an_old_ack_moves_none_back():
    disk = MemoryDisk()
    disk.write("cursor", "friends/bob", 2)
    disk.write("cursor", "friends/alice", 3)
    node = server()
    node.restart(disk)
    assert node.state()["cursors"] == {"friends": {"bob": 2, "alice": 3}}
    assert len(node.receive(ack(1))) == 1
    assert node.state()["cursors"] == {"friends": {"bob": 2, "alice": 3}}


@pytest.mark.parametrize("group", ["friends", "strangers"])
def test_who_is_no_member_gets_an_empty_page_and_so_does_who_asks_for_no_group_at_all(group):
    node = server(online=("alice", "bob", "eve"))
    node.receive(request("m1", number=1))
    (answer,) = transmitted(node.receive(Packet("offline:R", "", "eve", "server", group=group)))
    assert (answer.kind, answer.dst, answer.kept, answer.more) == ("offline:A", "eve", (), False)
