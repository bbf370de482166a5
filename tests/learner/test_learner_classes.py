"""A learner's own class in the simulator: what it changes, and what is said when it goes wrong."""

import pytest

from imteach import Client, Drop, InputError, Scenario, Server
from imteach.protocol import CancelTimer, Discard, Message, Packet, Report, Show, StartTimer, Transmit

HELLO = Message(0, "alice", "bob", "hello")


def stopped(why, client=Client, server=Server, rung="dedup", faults=(), **more):
    with pytest.raises(InputError, match=why) as caught:
        Scenario(rung, client=client, server=server, **more).run(*faults)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# What works


def test_a_receiver_that_discards_without_acking_again_makes_a_false_failure():
    class InSilence(Client):
        def on_msg_n(self, packet):
            effect = self.show_or_discard(packet)
            return [effect] if isinstance(effect, Discard) else [effect, *self.acknowledge(packet)]

    trace = Scenario("dedup", client=InSilence).run(Drop("ack:N"))
    assert trace.messages[0].status == "failed"
    assert trace.messages[0].shown == {"bob": 1}
    assert not trace.promises["no_false_failure"]


def test_a_learner_can_bring_dedup_to_the_rung_below():
    class MyDedup(Client):
        def on_msg_n(self, packet):
            if packet.msgid in self.dedup:
                return [Discard(packet.msgid, packet.message), *self.acknowledge(packet)]
            effects = super().on_msg_n(packet)
            self.dedup[packet.msgid] = None
            return effects

    mine = Scenario("retransmit", client=MyDedup).run(Drop("ack:N"))
    theirs = Scenario("dedup").run(Drop("ack:N"))
    assert mine.events == theirs.events
    assert all(mine.promises.values())


def test_a_server_that_forgets_to_answer_changes_nothing_from_acked_on():
    class NoMsgA(Server):
        def on_msg_r(self, packet):
            return super().on_msg_r(packet)[1:]

    assert all(Scenario("acked", server=NoMsgA).run().promises.values())
    assert Scenario("basic", server=NoMsgA).run().messages[0].status == "failed"


def test_a_learner_can_make_a_kind_of_effect_from_one_of_ours():
    class Shout(Show, frozen=True):
        pass

    class Loud(Client):
        def show_or_discard(self, arrived):
            shown = super().show_or_discard(arrived)
            return Shout(*shown) if isinstance(shown, Show) else shown

    loud, usual = Scenario("dedup", client=Loud).run(), Scenario("dedup").run()
    assert loud.events == usual.events


def test_starting_a_timer_that_runs_starts_it_anew():
    class StartsAgainAtMsgA(Client):
        def on_msg_a(self, packet):
            return [*super().on_msg_a(packet), StartTimer(packet.msgid)]

    trace = Scenario("dedup", client=StartsAgainAtMsgA).run(Drop("ack:N"))
    timers = [(event.t, event.kind) for event in trace.events if event.kind.startswith("timer")][:4]
    assert timers == [(0, "timer_start"), (100, "timer_cancel"), (100, "timer_start"), (400, "timer_fire")]


def test_a_client_may_say_nothing_and_the_person_said_it_all_the_same():
    class Mute(Client):
        def on_say(self, message):
            return []

    trace = Scenario("dedup", client=Mute).run()
    (said,) = trace.messages
    assert (said.msgid, said.status, said.shown) == ("m1", None, {"bob": 0})
    assert not trace.promises["no_silent_loss"]
    assert trace.state_at(0)["alice"]["queue"] == {}


def test_cancelling_a_timer_that_does_not_run_is_nothing():
    class Cancels(Client):
        def on_ack_a(self, packet):
            return [CancelTimer("m1"), CancelTimer("tea")]

    assert Scenario("dedup", client=Cancels).run().events == Scenario("dedup").run().events


# What goes wrong


def test_a_forgotten_return_is_named_with_its_moment():
    class Forgets(Client):
        def on_msg_n(self, packet):
            super().on_msg_n(packet)

    stopped(
        r"Forgets\.on_msg_n returned None when m1/msg:N#1 arrived at 100 ms; a node returns a list of effects",
        client=Forgets,
    )


def test_a_forgotten_return_in_the_server_is_named_too():
    class Forgets(Server):
        def on_ack_r(self, packet):
            super().on_ack_r(packet)

    stopped(
        r"Forgets\.on_ack_r returned None when m1/ack:R#1 arrived at 150 ms; a node returns a list of effects",
        server=Forgets,
    )


def test_an_effect_without_its_list_is_named():
    class NoList(Client):
        def on_ack_a(self, packet):
            return CancelTimer("m1")

    stopped(
        r"NoList.on_ack_a returned CancelTimer\(name='m1'\) when .* at 200 ms; a node returns a list of effects",
        client=NoList,
    )


def test_a_packet_that_is_not_transmitted_but_returned_is_named():
    class Bare(Client):
        def on_msg_n(self, packet):
            return [packet.follow_up("ack:R", to="server")]

    stopped(r"Bare.on_msg_n returned Packet\(.* at 100 ms; that is no effect", client=Bare)


@pytest.mark.parametrize("to", ["nobody", "bob", "alice", None])
def test_a_client_can_only_talk_to_the_server(to):
    class Direct(Client):
        def on_say(self, message):
            return [Transmit(Packet("msg:R", self.new_msgid(), self.name, to, message))]

    stopped(f"alice transmits msg:R to {to!r}; clients talk to the server, it to them", client=Direct)


@pytest.mark.parametrize("to", ["nobody", "server"])
def test_the_server_can_only_talk_to_clients(to):
    class Lost(Server):
        def on_msg_r(self, packet):
            return [Transmit(packet.follow_up("msg:N", to=to))]

    stopped(f"server transmits msg:N to '{to}'; clients talk to the server, it to them", server=Lost)


@pytest.mark.parametrize("status", ["arrived", "Delivered", None, ""])
def test_a_status_that_is_none_is_named(status):
    class Invents(Client):
        def on_msg_a(self, packet):
            return [Report(packet.msgid, status)]

    stopped(
        r"Invents\.on_msg_a returned Report.*; the statuses are sending, sent, delivered, unconfirmed, failed",
        client=Invents,
    )


@pytest.mark.parametrize(
    ("effect", "why"),
    [
        (Transmit(None), "what is transmitted is a Packet"),
        (
            Transmit(Packet('msg:X"><img src=x onerror=alert(1)>', "m1", "alice", "server", HELLO)),
            "kinds are msg:R, msg:A",
        ),
        (Transmit(Packet("msg:R", "m 1", "alice", "server", HELLO)), "a msgid or a timer's name is text"),
        (Transmit(Packet("msg:R", 7, "alice", "server", HELLO)), "a msgid or a timer's name is text"),
        (Transmit(Packet("msg:R", "\ud800", "alice", "server", HELLO)), "a msgid or a timer's name is text"),
        (Transmit(Packet("msg:R", "m1", "alice", "server", "hello")), "what is shown or carried is a Message"),
        (StartTimer("m1", attempt=10**9), "an attempt is a whole number from 1 to 10000"),
        (StartTimer("m1", attempt="2"), "an attempt is a whole number from 1 to 10000"),
        (StartTimer("x\x00y"), "a msgid or a timer's name is text"),
        (CancelTimer(None), "a msgid or a timer's name is text"),
        (Show("", HELLO), "a msgid or a timer's name is text"),
        (Discard("m1", None), "what is shown or carried is a Message"),
    ],
)
def test_what_a_node_returns_is_checked_before_any_of_it_happens(effect, why):
    class Returns(Client):
        def on_msg_a(self, packet):
            return [effect]

    stopped(rf"Returns\.on_msg_a returned .* at 100 ms; {why}", client=Returns)


# What does not end


class ForEver(Client):
    def on_timer(self, msgid):
        message, tries = self.queue[msgid]
        self.queue[msgid] = self.queue[msgid]._replace(tries=tries + 1)
        return [Transmit(self.msg_r(msgid, message)), StartTimer(msgid)]

    def on_ack_n(self, packet):
        return []


@pytest.mark.parametrize("rto", [300, 0.0001])
def test_a_client_that_never_gives_up_is_stopped(rto):
    why = stopped(r"the run was stopped at [\d.]+ ms after \d+ events: it does not end", client=ForEver, rto=rto)
    assert rto > 1 or "at 0 ms" in why


def test_packets_that_answer_each_other_for_ever_at_0_ms_are_stopped():
    class Echo(Client):
        def on_msg_a(self, packet):
            return [Transmit(self.msg_r(packet.msgid, packet.message))]

    assert "at 0 ms" in stopped("it does not end", client=Echo, latency=0)


def test_a_long_run_that_ends_is_not_stopped():
    trace = Scenario("dedup", retries=1000, latency=0.5, rto=1).run(*(Drop(f"msg:R#{n}") for n in range(1, 1001)))
    assert trace.messages[0].status == "delivered"
    assert trace.packets[-1].name == "m1/ack:N#1"
