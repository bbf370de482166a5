"""A timer that had run out when it was cancelled is told all the same: too late, so there is nothing to do."""

import pytest
from fakelink import HELLO, Link, packet

from imteach.protocol import LADDER, CancelTimer, Client, Message, Packet, StartTimer, Transmit

ACKING = [name for name, rung in LADDER.items() if rung.acks]
STORING = [name for name, rung in LADDER.items() if rung.stores]
ALL = Message(said=0, sender="alice", to="friends", text="all of you")


def alice(rung):
    return Client("alice", LADDER[rung], 2, lambda: "m1")


def bob(rung="group", **options):
    return Client("bob", LADDER[rung], 2, None, ["friends"] if rung == "group" else [], **options)


def page(group=""):
    return Packet("offline:A", "", "server", "bob", group=group)


def told_late(client, timer):
    """Tell a client of a timer too late: it does nothing, and holds what it held."""
    before = client.state()
    assert client.timer(timer) == []
    assert client.state() == before


# The timer of a message


@pytest.mark.parametrize("rung", ACKING)
def test_once_ack_n_has_come_the_messages_timer_is_ignored(rung):
    client = alice(rung)
    client.on_say(HELLO)
    assert CancelTimer("m1") in client.on_ack_n(packet("ack:N"))
    told_late(client, "m1")
    assert client.state()["status"] == {"m1": "delivered"}


def test_on_basic_it_is_ignored_once_msg_a_has_come():
    client = alice("basic")
    client.on_say(HELLO)
    assert CancelTimer("m1") in client.on_msg_a(packet("msg:A"))
    told_late(client, "m1")
    assert client.state()["status"] == {"m1": "sent"}


@pytest.mark.parametrize("rung", LADDER)
def test_once_the_message_has_failed_it_is_ignored_too(rung):
    client = alice(rung)
    client.on_say(HELLO)
    while client.queue:
        client.timer("m1")
    told_late(client, "m1")


def test_a_late_timer_of_one_message_leaves_the_others_in_the_queue():
    link = Link("dedup")
    link.say("one")
    link.say("two")
    for kind in ("msg:R", "msg:N", "ack:R", "ack:N"):
        link.deliver(kind, "m1")
    told_late(link.nodes["alice"], "m1")
    assert link.nodes["alice"].state()["queue"] == {"m2": 1}


# The pull timer


@pytest.mark.parametrize("rung", STORING)
def test_once_the_page_has_come_the_pull_timer_is_ignored(rung):
    client = bob(rung)
    client.command("login")
    assert CancelTimer("pull") in client.on_offline_a(page())
    told_late(client, "pull")


def test_the_same_for_a_pull_in_a_group():
    client = bob()
    client.on_heartbeat("friends")
    assert CancelTimer("pull:friends") in client.on_offline_a(page("friends"))
    told_late(client, "pull:friends")


@pytest.mark.parametrize("rung", STORING)
def test_after_the_last_try_in_vain_it_is_ignored(rung):
    client = bob(rung)
    client.command("login")
    for _ in range(3):
        client.timer("pull")
    told_late(client, "pull")


def test_a_pull_that_began_anew_takes_the_late_timer_for_its_own():
    """Nobody can tell them apart, and a pull too many does no harm."""
    client = bob("offline")
    client.command("login")
    client.command("login")  # starts the pull timer again
    assert client.timer("pull") == [
        Transmit(Packet("offline:R", "", "bob", "server")),
        StartTimer("pull", attempt=2, wait="pull"),
    ]


# The timers of a group


def test_once_it_has_acked_a_member_ignores_its_ack_timer():
    client = bob(ack_every=2)
    for number in (1, 2):
        message = ALL._replace(said=number)
        arrived = Packet("msg:N", f"m{number}", "server", "bob", message, number=number, group="friends")
        effects = client.receive(arrived)
    assert CancelTimer("ack:friends") in effects
    told_late(client, "ack:friends")


def test_an_ack_timer_in_time_acks_as_ever():
    client = bob(ack_every=2)
    client.receive(Packet("msg:N", "m1", "server", "bob", ALL, number=1, group="friends"))
    ack = Packet("ack:R", "", "bob", "server", group="friends", cursor=1)
    assert client.timer("ack:friends") == [CancelTimer("ack:friends"), Transmit(ack)]


def test_a_heartbeat_too_many_starts_the_next_one_and_pulls_no_second_time():
    client = bob()
    beat = StartTimer("heartbeat:friends", wait="heartbeat")
    assert [type(effect) for effect in client.timer("heartbeat:friends")] == [StartTimer, Transmit, StartTimer]
    assert client.timer("heartbeat:friends") == [beat]
