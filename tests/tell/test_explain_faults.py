"""Why a promise is broken where more than a drop strikes: crashes, absence, cut links, copies, order, groups."""

import pytest

from imteach import Client, Crash, Delay, Drop, Duplicate, Loss, Offline, Partition, Resend, Say, Scenario
from imteach.protocol import Show
from imteach.tell import in_short, why_broken


class ShowThenMark(Client):
    def on_msg_n(self, packet):
        if packet.msgid in self.dedup:
            return super().on_msg_n(packet)
        show, *ack = super().on_msg_n(packet)
        return [Show(show.msgid, show.message), show.write, *ack]


class MarkThenShow(Client):
    def on_msg_n(self, packet):
        if packet.msgid in self.dedup:
            return super().on_msg_n(packet)
        show, *ack = super().on_msg_n(packet)
        return [show.write, Show(show.msgid, show.message), *ack]


class AckFirst(Client):
    def on_msg_n(self, packet):
        show, *ack = super().on_msg_n(packet)
        return [*ack, show]


class NewMsgidAtResend(Client):
    def on_resend(self, msgid, message):
        return self.on_say(message)


class SkipsGaps(Client):
    def on_msg_n(self, packet):
        self.groups[packet.group].turn = packet.number
        return super().on_msg_n(packet)


class DeletesTooSoon(Client):
    """Says that it has what it was given before it shows it."""

    def on_offline_a(self, packet):
        *most, ack = super().on_offline_a(packet)
        return [ack, *most]


TWO = [Say("one"), Say("two", at=20)]
FRIENDS = {"friends": ["alice", "bob", "carol"]}
TO_FRIENDS = [Say("hi", to="friends"), Say("two", to="friends", at=30)]
ALL_MSG_R = [Drop(f"m1/msg:R#{number}") for number in (1, 2, 3)]
ALL_ACK_N = [Drop(f"m1/ack:N#{number}") for number in (1, 2, 3)]

CASES = {
    "a crash of the receiver makes it forget": (
        Scenario("offline"),
        [Crash("bob", after="show m1", down=50)],
        {
            "no_duplicates": "bob was shown “hello” (m1) twice, at 100 ms and at 400 ms: bob's client crashed "
            "before it sent an ack:R for m1/msg:N#1, so alice, still waiting, sent msg:R again at 300 ms, and bob's "
            "client had forgotten it in the crash at 100 ms."
        },
    ),
    "shown, then marked": (
        Scenario("durable", client=ShowThenMark),
        [Crash("bob", after="show m1", down=50)],
        {
            "no_duplicates": "bob was shown “hello” (m1) twice, at 100 ms and at 400 ms: bob's client crashed "
            "before it sent an ack:R for m1/msg:N#1, so alice, still waiting, sent msg:R again at 300 ms, and bob's "
            "client crashed at 100 ms, after it showed it and before it wrote dedup/m1."
        },
    ),
    "marked, then shown": (
        Scenario("durable", client=MarkThenShow),
        [Crash("bob", after="write m1", down=50)],
        {
            "no_false_delivery": "alice's screen says ✓✓ delivered since m1/ack:N#1 arrived at 500 ms, yet bob never "
            "saw “hello” (m1), because bob's client crashed after it wrote dedup/m1 and before it showed m1/msg:N#1 "
            "and bob's client discarded m1/msg:N#2."
        },
    ),
    "acked, then shown": (
        Scenario("durable", client=AckFirst),
        [Crash("bob", after="send m1/ack:R", down=50)],
        {
            "no_false_delivery": "alice's screen says ✓✓ delivered since m1/ack:N#1 arrived at 200 ms, yet bob never "
            "saw “hello” (m1), because bob's client crashed after it sent m1/ack:R#1 and before it showed m1/msg:N#1."
        },
    ),
    "a crash of the sender, and the message came": (
        Scenario("offline"),
        [Crash("alice", at=20, down=50)],
        {
            "all_delivered": "bob was shown “hello” (m1) at 100 ms, but alice's client crashed at 20 ms and forgot it, "
            "so alice's screen shows nothing."
        },
    ),
    "a crash of the sender, and it did not": (
        Scenario("dedup"),
        [Crash("alice", at=20, down=50), Drop("msg:R")],
        {
            "no_silent_loss": "bob never saw “hello” (m1), because m1/msg:R#1 was dropped, yet alice's client crashed "
            "at 20 ms and forgot it, so alice's screen shows nothing and nobody will ever know.",
            "all_delivered": "bob never saw “hello” (m1), because m1/msg:R#1 was dropped; alice's client crashed at "
            "20 ms and forgot it, so alice's screen shows nothing.",
        },
    ),
    "an absent receiver below offline": (
        Scenario("dedup"),
        [Offline("bob", lasting=5000)],
        {
            "all_delivered": "bob never saw “hello” (m1), because bob was not online when m1/msg:R#1, m1/msg:R#2 and "
            "m1/msg:R#3 reached the server; alice's screen says ! failed."
        },
    ),
    "an absent receiver of a kept message keeps every promise": (Scenario("offline"), [Offline("bob")], {}),
    "an absent sender": (
        Scenario("offline"),
        [Offline("alice")],
        {
            "all_delivered": "bob never saw “hello” (m1), because m1/msg:R#1, m1/msg:R#2 and m1/msg:R#3 were lost "
            "(alice is logged out); alice's screen says ! failed."
        },
    ),
    "a cut link": (
        Scenario("dedup"),
        [Partition("bob", "server")],
        {
            "all_delivered": "bob never saw “hello” (m1), because m1/msg:N#1, m1/msg:N#2 and m1/msg:N#3 were lost "
            "(the link from the server to bob is cut); alice's screen says ! failed."
        },
    ),
    "a server that is down too long": (
        Scenario("dedup"),
        [Crash("server", at=60, down=2000)],
        {
            "no_false_failure": "alice's screen says ! failed, yet bob was shown “hello” (m1) at 100 ms: m1/ack:R#1, "
            "m1/msg:R#2 and m1/msg:R#3 were lost (the server is down), so alice's client gave up at 900 ms."
        },
    ),
    "a copy of msg:N": (
        Scenario("retransmit"),
        [Duplicate("msg:N")],
        {
            "no_duplicates": "bob was shown “hello” (m1) twice, at 100 ms and at 150 ms: the network made a copy of "
            "m1/msg:N#1."
        },
    ),
    "a copy of msg:R": (
        Scenario("retransmit"),
        [Duplicate("msg:R")],
        {
            "no_duplicates": "bob was shown “hello” (m1) twice, at 100 ms and at 150 ms: the network made a copy of "
            "m1/msg:R#1."
        },
    ),
    "a resend under a new msgid": (
        Scenario("dedup", client=NewMsgidAtResend, resend=[Resend("m1", at=2000)]),
        ALL_ACK_N,
        {
            "no_duplicates": "bob was shown “hello” (m1) twice, at 100 ms and at 2100 ms as m2: alice sent it again at "
            "2000 ms, because it had failed, and bob's client cannot recognise m2 as the same message."
        },
    ),
    "a cursor that moves over a gap": (
        Scenario("group", client=SkipsGaps, groups=FRIENDS, say=TO_FRIENDS),
        [Drop("m1/msg:N>carol")],
        {
            "no_false_delivery": "alice's screen says ✓✓ delivered since m1/ack:N#1 arrived at 100 ms, yet carol never "
            "saw “hi” (m1), because m1/msg:N>carol#1 was dropped, and carol/ack:R#1 acked past it, up to 2."
        },
    ),
    "deleted before it was shown": (
        Scenario("offline", client=DeletesTooSoon),
        [Offline("bob", lasting=1000), Crash("bob", after="send bob/offlineack:R", down=50)],
        {
            "no_false_delivery": "alice's screen says ✓✓ delivered since m1/ack:N#1 arrived at 100 ms, yet bob never "
            "saw “hello” (m1), because bob was not online when m1/msg:R#1 reached the server, and bob/offlineack:R#1 "
            "deleted what the server kept at 1150 ms, and bob's client crashed after it sent bob/offlineack:R#1 and "
            "before it showed it, when bob/offline:A#1 brought it."
        },
    ),
}


@pytest.mark.parametrize("what", CASES)
def test_the_reason_is_that_of_this_very_run(what):
    scenario, faults, sentences = CASES[what]
    trace = scenario.run(*faults)
    told = {name: why_broken(trace, name) for name, holds in trace.promises.items() if not holds}
    assert {name: told.get(name) for name in sentences} == sentences
    assert bool(told) == bool(sentences)


def test_order_is_explained_where_it_is_not_promised_too():
    trace = Scenario("durable", say=TWO).run(Drop("m1/msg:R"))
    assert "in_order" not in trace.promises
    assert why_broken(trace, "in_order") == (
        "bob was shown “one” (m1) at 400 ms, after “two” (m2) at 120 ms, which was said later: m1/msg:R#1 was dropped, "
        "so alice, still waiting, sent msg:R again at 300 ms."
    )


def test_a_held_message_that_never_has_its_turn():
    trace = Scenario("ordered", say=TWO).run(*ALL_MSG_R)
    (m1, m2) = trace.messages
    assert (m1.status, m2.status) == ("failed", "failed")
    alone = Scenario("ordered", say=TWO).run(*ALL_MSG_R)
    assert why_broken(alone, "all_delivered").endswith("alice's screen says ! failed (and 1 more message).")


# In short


@pytest.mark.parametrize(
    ("faults", "told"),
    [
        ([Offline("bob", lasting=1000)], "bob logs out at 0 ms for 1000 ms."),
        ([Offline("bob")], "bob logs out at 0 ms and stays away."),
        ([Crash("server", at=10, down=20)], "The server crashes at 10 ms and is down for 20 ms."),
        ([Crash("bob", after="show m1", down=20)], "bob crashes right after: show m1 and is down for 20 ms."),
        (
            [Partition("bob", "server", at=5, lasting=10)],
            "The link between bob and the server is cut at 5 ms for 10 ms.",
        ),
        (
            [Partition("server", "bob", lasting=10, both=False)],
            "The link from the server to bob is cut at 0 ms for 10 ms.",
        ),
        ([Duplicate("msg:N")], "The network makes a copy of m1/msg:N#1."),
        ([Delay("msg:N", by=400)], "m1/msg:N#1 takes 400 ms longer."),
        ([Loss(0.25, seed=3)], "Each packet is dropped with a chance of 25%."),
        ([Delay("msg:N#9", by=400)], "Delay m1/msg:N#9+400 never happened."),
        ([Crash("bob", after="store m1")], "Crash bob@store:m1+100 never happened."),
    ],
)
def test_what_struck_is_said(faults, told):
    assert told in in_short(Scenario("dedup").run(*faults))


def test_packets_that_reached_nobody_are_named():
    assert "m1/msg:N#1 is lost." in in_short(Scenario("dedup").run(Crash("bob", at=60, down=100)))


def test_who_pulled_in_vain_is_not_said_not_to_have_pulled():
    pulls = [Drop(f"bob/offline:R#{number}") for number in (1, 2, 3)]
    trace = Scenario("offline").run(Offline("bob", at=0, lasting=1000), *pulls)
    assert f"{why_broken(trace, 'all_delivered')}" == (
        "bob never saw “hello” (m1), because the server keeps it for bob, who pulled it in vain: bob/offline:R#1, "
        "bob/offline:R#2 and bob/offline:R#3 were dropped; alice's screen says ✓✓ delivered."
    )
