"""The sender's side: client-A, which waits, retransmits and says at last what became of the message."""

import pytest
from fakelink import HELLO, Link, holds, in_queue, off_queue, packet, request

from imteach.protocol import (
    LADDER,
    CancelTimer,
    Client,
    Kept,
    MemoryDisk,
    Report,
    StartTimer,
    Transmit,
    Write,
)

ACKING = [name for name, rung in LADDER.items() if rung.acks]
RETRANSMITTING = [name for name, rung in LADDER.items() if rung.retransmits]


def alice(rung, retries=2):
    msgids = iter(["m1", "m2", "m3"])
    return Client("alice", LADDER[rung], retries, lambda: next(msgids))


# on_say


@pytest.mark.parametrize("rung", LADDER)
def test_saying_something_shows_the_clock_then_sends_the_request_then_starts_its_timer(rung):
    client = alice(rung)
    numbered = [Write("last", "bob", 1)] if LADDER[rung].orders else []
    clock, msg_r = Report("m1", "sending", in_queue(rung)), Transmit(request(rung))
    assert client.on_say(HELLO) == [clock, *numbered, msg_r, StartTimer("m1", attempt=1)]
    assert client.state() == holds(rung, queue={"m1": 1}, status={"m1": "sending"})


@pytest.mark.parametrize("rung", LADDER)
def test_each_thing_said_gets_a_msgid_of_its_own_even_if_the_words_are_the_same(rung):
    client = alice(rung)
    client.on_say(HELLO)
    client.on_say(HELLO._replace(said=1))
    assert client.state()["queue"] == {"m1": 1, "m2": 1}


# on_msg_a


def test_on_basic_msg_a_is_the_end_the_timer_stops_and_the_queue_empties():
    client = alice("basic")
    client.on_say(HELLO)
    assert client.on_msg_a(packet("msg:A")) == [CancelTimer("m1"), Report("m1", "sent")]
    assert client.queue == {}


@pytest.mark.parametrize("rung", ACKING)
def test_from_acked_on_msg_a_shows_one_tick_and_the_wait_goes_on(rung):
    client = alice(rung)
    client.on_say(HELLO)
    assert client.on_msg_a(packet("msg:A")) == [Report("m1", "sent")]
    assert client.state()["queue"] == {"m1": 1}


@pytest.mark.parametrize("rung", LADDER)
def test_a_second_msg_a_changes_nothing(rung):
    client = alice(rung)
    client.on_say(HELLO)
    client.on_msg_a(packet("msg:A"))
    before = client.state()
    assert client.on_msg_a(packet("msg:A")) == []
    assert client.state() == before


@pytest.mark.parametrize("status", ["sent", "delivered", "failed", "unconfirmed"])
@pytest.mark.parametrize("rung", LADDER)
def test_msg_a_changes_no_status_but_sending(rung, status):
    client = alice(rung)
    client.status["m1"] = status
    assert client.on_msg_a(packet("msg:A")) == []
    assert client.status == {"m1": status}


def test_on_basic_a_msg_a_that_comes_after_the_failure_changes_nothing():
    link = Link("basic")
    link.say()
    link.deliver("msg:R")
    link.ring()
    assert link.ticks["alice"] == {"m1": "failed"}
    assert link.deliver("msg:A") == []
    assert link.ticks["alice"] == {"m1": "failed"}


@pytest.mark.parametrize("rung", LADDER)
def test_a_msg_a_for_a_message_never_said_changes_nothing(rung):
    assert alice(rung).on_msg_a(packet("msg:A", msgid="m9")) == []


# on_ack_n


@pytest.mark.parametrize("rung", ACKING)
def test_ack_n_shows_two_ticks_empties_the_queue_and_stops_the_timer(rung):
    client = alice(rung)
    client.on_say(HELLO)
    client.on_msg_a(packet("msg:A"))
    assert client.on_ack_n(packet("ack:N")) == [CancelTimer("m1"), Report("m1", "delivered", off_queue(rung))]
    assert client.state() == holds(rung, status={"m1": "delivered"})


@pytest.mark.parametrize("rung", ACKING)
def test_ack_n_is_enough_without_msg_a_and_msg_a_after_it_takes_nothing_back(rung):
    client = alice(rung)
    client.on_say(HELLO)
    client.on_ack_n(packet("ack:N"))
    assert client.on_msg_a(packet("msg:A")) == []
    assert client.status == {"m1": "delivered"}


@pytest.mark.parametrize("rung", ACKING)
def test_a_second_ack_n_is_ignored(rung):
    client = alice(rung)
    client.on_say(HELLO)
    client.on_ack_n(packet("ack:N"))
    assert client.on_ack_n(packet("ack:N")) == []


@pytest.mark.parametrize("rung", RETRANSMITTING)
def test_a_late_ack_n_turns_a_failure_into_a_delivery(rung):
    link = Link(rung, retries=0)
    link.say()
    for kind in ("msg:R", "msg:N", "ack:R"):
        link.deliver(kind)
    link.ring()
    assert link.ticks["alice"] == {"m1": "failed"}
    link.deliver("ack:N")
    assert link.ticks["alice"] == {"m1": "delivered"}


def test_a_late_ack_n_confirms_the_unconfirmed():
    link = Link("acked")
    link.say()
    for kind in ("msg:R", "msg:A", "msg:N", "ack:R"):
        link.deliver(kind)
    link.ring()
    assert link.ticks["alice"] == {"m1": "unconfirmed"}
    link.deliver("ack:N")
    assert link.ticks["alice"] == {"m1": "delivered"}


# on_timer


def test_on_basic_silence_is_a_failure():
    link = Link("basic")
    link.say()
    link.lose("msg:R")
    assert link.ring() == [Report("m1", "failed")]
    assert link.nodes["alice"].queue == {}


def test_on_acked_silence_is_a_failure_but_msg_a_alone_is_unconfirmed():
    silent, half = alice("acked"), alice("acked")
    silent.on_say(HELLO)
    assert silent.on_timer("m1") == [Report("m1", "failed")]
    half.on_say(HELLO)
    half.on_msg_a(packet("msg:A"))
    assert half.on_timer("m1") == [Report("m1", "unconfirmed")]
    assert (silent.queue, half.queue) == ({}, {})


@pytest.mark.parametrize("rung", ["basic", "acked"])
def test_below_retransmit_nothing_is_ever_sent_again(rung):
    link = Link(rung, retries=5)
    link.say()
    link.lose("msg:R")
    link.ring()
    assert link.wire == []
    assert link.timers == set()


@pytest.mark.parametrize("rung", RETRANSMITTING)
def test_a_retransmission_keeps_the_msgid_and_counts_the_tries(rung):
    client = alice(rung, retries=2)
    client.on_say(HELLO)
    assert client.on_timer("m1") == [Transmit(request(rung)), StartTimer("m1", attempt=2)]
    assert client.state()["queue"] == {"m1": 2}
    assert client.on_timer("m1") == [Transmit(request(rung)), StartTimer("m1", attempt=3)]
    assert client.state()["queue"] == {"m1": 3}


@pytest.mark.parametrize("rung", RETRANSMITTING)
@pytest.mark.parametrize("server_has_it", [False, True])
def test_when_the_tries_are_spent_it_failed_msg_a_or_not(rung, server_has_it):
    client = alice(rung, retries=1)
    client.on_say(HELLO)
    if server_has_it:
        client.on_msg_a(packet("msg:A"))
    client.on_timer("m1")
    assert client.on_timer("m1") == [Report("m1", "failed", off_queue(rung))]
    assert client.state() == holds(rung, status={"m1": "failed"})


@pytest.mark.parametrize("rung", RETRANSMITTING)
def test_with_no_retries_the_first_timeout_is_the_end(rung):
    client = alice(rung, retries=0)
    client.on_say(HELLO)
    assert client.on_timer("m1") == [Report("m1", "failed", off_queue(rung))]


@pytest.mark.parametrize("rung", RETRANSMITTING)
@pytest.mark.parametrize("retries", [0, 1, 5])
def test_msg_r_is_transmitted_once_and_then_once_for_each_retry(rung, retries):
    link = Link(rung, retries=retries)
    link.say()
    transmitted = 0
    while link.wire:
        link.lose("msg:R")
        transmitted += 1
        link.ring()
    assert transmitted == 1 + retries
    assert link.ticks["alice"] == {"m1": "failed"}


# Several messages


@pytest.mark.parametrize("rung", ACKING)
def test_messages_in_flight_have_entries_of_their_own(rung):
    link = Link(rung, people=("alice", "bob", "carol", "dave"))
    others = ("carol", "dave") if LADDER[rung].orders else ("bob", "bob")  # in one conversation m2 is held back there
    link.say("one", to=others[0])
    link.say("two", to="bob")
    link.say("three", to=others[1])
    for kind in ("msg:R", "msg:N", "ack:R", "ack:N"):
        link.deliver(kind, "m2")
    assert link.nodes["alice"].state()["queue"] == {"m1": 1, "m3": 1}
    assert link.ticks["alice"] == {"m1": "sending", "m2": "delivered", "m3": "sending"}
    assert link.timers == {("alice", "m1"), ("alice", "m3")}
    assert link.screen["bob"] == ["two"]


@pytest.mark.parametrize("rung", RETRANSMITTING)
def test_each_message_has_tries_of_its_own(rung):
    link = Link(rung)
    link.say("one")
    link.say("two")
    link.ring("m2")
    link.ring("m2")
    link.ring("m1")
    assert link.nodes["alice"].state()["queue"] == {"m1": 2, "m2": 3}
    link.deliver_all()
    assert link.ticks["alice"] == {"m1": "delivered", "m2": "delivered"}


def test_the_retransmission_carries_the_words_of_its_own_message():
    link = Link("dedup")
    link.say("one")
    link.say("two")
    link.lose("msg:R", "m2")
    link.ring("m2")
    link.deliver("msg:R", "m2")
    link.deliver("msg:N", "m2")
    assert link.screen["bob"] == ["two"]


@pytest.mark.parametrize("rung", [name for name, rung in LADDER.items() if not rung.orders])
def test_below_ordered_a_learner_may_ask_for_the_request_of_what_is_not_in_the_queue(rung):
    assert alice(rung).msg_r("m9", HELLO) == packet("msg:R", "m9")


def test_each_conversation_has_numbers_and_a_base_of_its_own():
    link = Link("ordered", people=("alice", "bob", "carol"))
    link.say(to="carol")
    link.say(to="bob")
    link.perform("alice", link.nodes["alice"].receive(packet("ack:N", "m2")))
    link.say(to="bob")
    carried = [(sent.message.to, sent.number, sent.base) for sent in link.wire]
    assert carried == [("carol", 1, 1), ("bob", 1, 1), ("bob", 2, 2)]  # carol's first is still waited for


# on_resend


@pytest.mark.parametrize("rung", RETRANSMITTING)
def test_a_resend_has_the_same_msgid_fresh_tries_and_from_ordered_on_a_new_number(rung):
    client = alice(rung, retries=1)
    client.on_say(HELLO)
    client.on_timer("m1")
    client.on_timer("m1")
    numbered = [Write("last", "bob", 2)] if LADDER[rung].orders else []
    assert client.command("resend", HELLO, "m1") == [
        Report("m1", "sending", in_queue(rung, number=2)),
        *numbered,
        Transmit(request(rung, number=2)),
        StartTimer("m1", attempt=1),
    ]
    assert client.state() == holds(rung, queue={"m1": 1}, status={"m1": "sending"})


# After a crash


def test_after_a_crash_the_next_number_follows_the_last_one_given_not_the_last_one_waited_for():
    link = Link("ordered")
    link.say("one")
    link.say("two")
    link.perform("alice", link.nodes["alice"].receive(packet("ack:N", "m2")))
    again = alice("ordered")
    again.restart(link.disks["alice"])
    assert again.state()["queue"] == {"m1": 1}
    third = again.send("m3", HELLO._replace(said=2, text="three"))
    assert Write("last", "bob", 3) in third


def test_a_message_that_is_done_with_leaves_no_number_behind():
    client = alice("ordered")
    client.on_say(HELLO)
    assert client.numbers == {"m1": 1}
    client.receive(packet("ack:N"))
    assert client.numbers == {}


# What its driver calls


def test_a_packet_that_no_client_receives_is_refused():
    with pytest.raises(ValueError, match="a client receives msg:A, msg:N, ack:A, ack:N and offline:A, not 'msg:R'"):
        alice("dedup").receive(packet("msg:R"))


def test_a_command_that_no_client_knows_is_refused():
    with pytest.raises(ValueError, match="no command 'shout'; a client knows: start, say, resend, login, logout"):
        alice("dedup").command("shout", HELLO)


def test_after_a_crash_between_the_two_writes_of_a_number_it_is_not_given_again():
    disk = MemoryDisk()
    disk.write("queue", "m3", Kept("m3", HELLO, number=3).row())
    disk.write("last", "bob", 2)  # the message is in the queue, and its number is not written yet
    alice = Client("alice", LADDER["ordered"], 2, lambda: "m4")
    alice.restart(disk)
    assert alice.last == {"bob": 3}
    assert next(e for e in alice.command("say", HELLO) if isinstance(e, Transmit)).packet.number == 4
