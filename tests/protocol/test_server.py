"""The server: it answers, it passes on, and it remembers no message."""

import pytest
from fakelink import HELLO, Link, packet

from imteach.protocol import LADDER, Server, Transmit


def server(rung="dedup", online=("alice", "bob")):
    return Server(LADDER[rung], online)


@pytest.mark.parametrize("rung", LADDER)
def test_it_answers_msg_r_first_and_then_notifies_the_receiver(rung):
    assert server(rung).receive(packet("msg:R")) == [Transmit(packet("msg:A")), Transmit(packet("msg:N"))]


@pytest.mark.parametrize("rung", LADDER)
def test_it_answers_ack_r_first_and_then_notifies_the_sender(rung):
    assert server(rung).receive(packet("ack:R")) == [Transmit(packet("ack:A")), Transmit(packet("ack:N"))]


@pytest.mark.parametrize("rung", LADDER)
@pytest.mark.parametrize("kind", ["msg:R", "ack:R"])
def test_each_request_gets_one_answer_and_the_server_is_as_it_was(rung, kind):
    node = server(rung)
    before = node.state()
    first = node.receive(packet(kind))
    for _ in range(3):
        assert node.receive(packet(kind)) == first  # a retransmission is no news to it: it keeps no state
    assert node.state() == before == {"online": ["alice", "bob"], **({"store": {}} if LADDER[rung].stores else {})}


@pytest.mark.parametrize("rung", [name for name, rung in LADDER.items() if not rung.stores])
def test_below_offline_a_message_for_someone_who_is_absent_goes_nowhere_but_is_answered(rung):
    assert server(rung, online=["alice"]).on_msg_r(packet("msg:R")) == [Transmit(packet("msg:A"))]


def test_the_sender_of_a_message_for_an_absent_receiver_hears_the_same_as_ever():
    link = Link("basic", online=["alice"])
    link.say()
    link.deliver_all()
    assert link.ticks["alice"] == {"m1": "sent"}
    assert link.screen["bob"] == []


@pytest.mark.parametrize("rung", [name for name, rung in LADDER.items() if rung.acks])
def test_it_may_be_replaced_between_any_two_packets(rung):
    link = Link(rung)
    link.say()
    while link.wire:
        link.nodes["server"] = server(rung)
        link.deliver(link.wire[0].kind)
    assert link.ticks["alice"] == {"m1": "delivered"}
    assert link.screen["bob"] == ["hello"]


@pytest.mark.parametrize("kind", ["msg:A", "msg:N", "ack:A", "ack:N"])
def test_a_packet_that_no_server_receives_is_refused(kind):
    with pytest.raises(ValueError, match=f"the server receives msg:R, ack:R, offline:R and offlineack:R, not '{kind}'"):
        server().receive(packet(kind))


def test_it_has_no_timer_and_no_person():
    with pytest.raises(ValueError, match="the server has no timer 'm1'"):
        server().timer("m1")
    with pytest.raises(ValueError, match="the server has no person to say anything"):
        server().command("say", HELLO)
