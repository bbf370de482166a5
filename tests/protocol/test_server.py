"""The server: it answers, it passes on, and it remembers no message."""

import pytest
from fakelink import HELLO, Link, packet

from imteach.protocol import LADDER, Client, Kept, MemoryDisk, Packet, Server, Show, Store, Transmit


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
    with pytest.raises(ValueError, match=r"^the server has no timer 'm1': it starts none$"):
        server().timer("m1")
    with pytest.raises(ValueError, match=r"^the server has no person to say anything$"):
        server().command("say", HELLO)


# What it keeps for who is absent


@pytest.mark.parametrize("rung", [name for name, rung in LADDER.items() if rung.stores])
def test_a_message_for_who_is_absent_is_stored_once_and_before_its_sender_is_told(rung):
    node = server(rung, online=["alice"])
    answer, fabricated = Transmit(packet("msg:A")), Transmit(packet("ack:N", fabricated=True))
    assert node.receive(packet("msg:R")) == [answer, Store("bob", Kept("m1", HELLO)), fabricated]
    assert node.receive(packet("msg:R")) == [answer, fabricated]


def ordered(msgid, number, base):
    return packet("msg:R", msgid, HELLO._replace(said=number), number=number, base=base)


def pulled(node, person="bob"):
    """What it answers this person's pull with."""
    (effect,) = node.receive(Packet("offline:R", "", person, "server"))
    return effect.packet.kept


def test_what_it_keeps_says_what_its_sender_has_given_up():
    node = server("ordered", online=["alice"])
    node.receive(ordered("m2", number=2, base=2))  # m1 was lost, and alice waits for it no more
    (kept,) = pulled(node)
    assert (kept.number, kept.base) == (2, 2)
    bob = Client("bob", LADDER["ordered"], 2, new_msgid=None)
    shown = bob.receive(Packet("offline:A", "", "server", "bob", kept=(kept,)))
    assert [effect.msgid for effect in shown if isinstance(effect, Show)] == ["m2"]


def test_what_it_keeps_is_shown_in_order_even_where_it_came_to_be_kept_in_another():
    node = server("ordered", online=["alice"])
    node.receive(ordered("m2", number=2, base=2))
    node.receive(ordered("m1", number=1, base=1))  # after alice gave it up the network still brings it
    bob = Client("bob", LADDER["ordered"], 2, new_msgid=None)
    shown = bob.receive(Packet("offline:A", "", "server", "bob", kept=pulled(node)))
    assert [effect.msgid for effect in shown if isinstance(effect, Show)] == ["m1", "m2"]


def test_what_it_keeps_from_one_person_lowers_nobody_elses_base():
    node = server("ordered", online=["alice", "carol"])
    node.receive(packet("msg:R", "m1", HELLO._replace(sender="carol"), number=1, base=1))
    node.receive(ordered("m2", number=3, base=3))
    node.presence("bob", online=True)
    _, notify = node.receive(ordered("m3", number=4, base=4))
    assert (notify.packet.kind, notify.packet.base) == ("msg:N", 3)  # alice's own that is kept, not carol's


def test_what_is_deleted_leaves_nothing_behind():
    node = server("offline", online=["alice"])
    node.receive(packet("msg:R"))
    assert node.state()["store"] == {"bob": ["m1"]}
    node.receive(Packet("offlineack:R", "", "bob", "server", msgids=("m1",)))
    assert node.state()["store"] == {}


def test_an_acknowledgement_for_what_is_not_kept_deletes_nothing():
    late = Packet("offlineack:R", "", "bob", "server", msgids=("m1",))
    node = server("offline", online=["alice"])
    assert node.receive(late) == []  # nothing was ever kept for him
    node.receive(packet("msg:R"))
    assert len(node.receive(late)) == 1
    assert node.receive(late) == []


def test_a_connection_that_is_gone_already_can_go_again():
    node = server()
    node.restart(MemoryDisk())  # which ended every connection
    node.presence("bob", online=False)
    node.presence("bob", online=False)
    assert node.state()["online"] == []


@pytest.mark.parametrize("rung", LADDER)
def test_who_overrides_base_is_asked_at_every_rung(rung):
    class Low(Server):
        def base(self, to, sent):
            return 7

    asked = Low(LADDER[rung], ["alice", "bob"])
    _, notify = asked.receive(Packet("msg:R", "m1", "alice", "server", HELLO))
    assert (notify.packet.kind, notify.packet.base) == ("msg:N", 7)


def test_who_acknowledges_a_kept_message_twice_in_one_packet_has_it_deleted_once():
    keeps = server("offline", online=["alice"])
    keeps.receive(Packet("msg:R", "m1", "alice", "server", HELLO))
    has = Packet("offlineack:R", "", "bob", "server", msgids=("m1", "m1"))
    assert [effect.msgid for effect in keeps.receive(has)] == ["m1"]


def test_what_a_pull_names_as_held_back_is_not_brought_again_and_stays_in_the_store():
    node = server("ordered", online=["alice"])
    for number in (2, 3):
        node.receive(ordered(f"m{number}", number=number, base=1))
    (answer,) = node.receive(Packet("offline:R", "", "bob", "server", msgids=("m2",)))
    assert [kept.msgid for kept in answer.packet.kept] == ["m3"]
    assert node.state()["store"] == {"bob": ["m2", "m3"]}
