"""Both ends together: the six packets, the losses, and what a learner's own client does to them."""

import pytest
from fakelink import Link

from imteach.protocol import LADDER, Client, Discard


def test_the_normal_exchange_on_basic_is_three_packets():
    link = Link("basic")
    link.say()
    assert link.kinds == ["msg:R"]
    link.deliver("msg:R")
    assert link.kinds == ["msg:A", "msg:N"]
    link.deliver_all()
    assert link.ticks["alice"] == {"m1": "sent"}
    assert link.screen["bob"] == ["hello"]
    assert link.timers == set()


@pytest.mark.parametrize("rung", [name for name, rung in LADDER.items() if rung.acks])
def test_the_normal_exchange_is_six_packets_each_with_the_msgid(rung):
    link = Link(rung)
    link.say()
    seen = []
    while link.wire:
        seen.append((link.wire[0].kind, link.wire[0].msgid))
        link.deliver(link.wire[0].kind)
    assert seen == [(kind, "m1") for kind in ("msg:R", "msg:A", "msg:N", "ack:R", "ack:A", "ack:N")]
    assert link.ticks["alice"] == {"m1": "delivered"}
    assert link.timers == set()


def test_msg_n_lost_on_basic_and_the_sender_is_none_the_wiser():
    link = Link("basic")
    link.say()
    link.deliver("msg:R")
    link.lose("msg:N")
    link.deliver_all()
    assert link.ticks["alice"] == {"m1": "sent"}
    assert link.screen["bob"] == []
    assert link.timers == set()


@pytest.mark.parametrize(
    ("rung", "shown"),
    [(name, ["hello"] * (1 if rung.dedups else 2)) for name, rung in LADDER.items() if rung.retransmits],
)
def test_ack_n_lost_is_repaired_with_a_duplicate_or_without(rung, shown):
    link = Link(rung)
    link.say()
    for kind in ("msg:R", "msg:A", "msg:N", "ack:R", "ack:A"):
        link.deliver(kind)
    link.lose("ack:N")
    link.ring()
    assert link.kinds == ["msg:R"]
    link.deliver_all()
    assert link.ticks["alice"] == {"m1": "delivered"}
    assert link.screen["bob"] == shown


@pytest.mark.parametrize("rung", LADDER)
def test_every_client_is_sender_and_receiver_at_once(rung):
    link = Link(rung)
    link.say("hello", "alice", "bob")
    link.say("hi", "bob", "alice")
    link.deliver_all()
    assert link.screen == {"alice": ["hi"], "bob": ["hello"]}
    best = "delivered" if LADDER[rung].acks else "sent"
    assert link.ticks == {"alice": {"m1": best}, "bob": {"m2": best}}


@pytest.mark.parametrize("rung", LADDER)
def test_conversations_do_not_mix(rung):
    link = Link(rung, people=("alice", "bob", "carol"))
    link.say("for bob", "alice", "bob")
    link.say("for carol", "alice", "carol")
    link.say("for alice", "carol", "alice")
    link.deliver_all()
    assert link.screen == {"alice": ["for alice"], "bob": ["for bob"], "carol": ["for carol"]}


class DiscardsInSilence(Client):
    """The classic bug: it discards a duplicate without acknowledging it again."""

    def on_msg_n(self, packet):
        effect = self.show_or_discard(packet)
        return [effect] if isinstance(effect, Discard) else [effect, *self.acknowledge(packet)]


def test_a_receiver_that_discards_without_acking_again_makes_a_false_failure():
    link = Link("dedup", retries=2, client=DiscardsInSilence)
    link.say()
    for kind in ("msg:R", "msg:N", "ack:R"):
        link.deliver(kind)
    link.lose("ack:N")
    for _ in range(2):
        link.ring()
        link.deliver_all()
    link.ring()
    assert link.screen["bob"] == ["hello"]
    assert link.ticks["alice"] == {"m1": "failed"}


def test_an_overridden_method_is_the_one_that_is_called():
    class Shouts(Client):
        def on_say(self, message):
            return super().on_say(message._replace(text=message.text.upper()))

    link = Link("basic", client=Shouts)
    link.say("hello")
    link.deliver_all()
    assert link.screen["bob"] == ["HELLO"]


def test_each_rung_is_the_one_before_plus_its_idea():
    ideas = ("acks", "retransmits", "dedups", "stores", "writes", "orders", "groups")
    assert list(LADDER) == ["basic", "acked", "retransmit", "dedup", "offline", "durable", "ordered", "group"]
    for height, rung in enumerate(LADDER.values()):
        assert tuple(idea for idea in ideas if getattr(rung, idea)) == ideas[:height]


def test_the_ladder_cannot_be_changed_by_accident():
    with pytest.raises(TypeError):
        LADDER["basic"] = LADDER["dedup"]
    with pytest.raises(AttributeError):
        LADDER["basic"].acks = True
