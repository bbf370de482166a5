"""The receiver's side: client-B, which shows and acknowledges, and from dedup on shows only once."""

import pytest
from fakelink import HELLO, Link, packet

from imteach.protocol import LADDER, CancelTimer, Client, Discard, Hold, Kept, Packet, Show, StartTimer, Transmit, Write

ACKING = [name for name, rung in LADDER.items() if rung.acks]
DEDUPING = [name for name, rung in LADDER.items() if rung.dedups]


def bob(rung):
    return Client("bob", LADDER[rung], 2, new_msgid=None)


def msg_n(rung, msgid="m1", message=HELLO, number=1):
    """The msg:N of a message at this rung: from `ordered` on with its number."""
    return packet("msg:N", msgid, message, **({"number": number, "base": number} if LADDER[rung].orders else {}))


def shown(rung, msgid="m1", message=HELLO, number=1):
    """How it is shown at this rung: from `durable` on with a row of the dedup table, written in the same step."""
    place = ["alice", number] if LADDER[rung].orders else True
    return Show(msgid, message, Write("dedup", msgid, place) if LADDER[rung].writes else None)


def test_on_basic_it_shows_the_message_and_says_nothing_back():
    assert bob("basic").on_msg_n(packet("msg:N")) == [Show("m1", HELLO)]


@pytest.mark.parametrize("rung", ACKING)
def test_from_acked_on_it_shows_the_message_first_and_then_acknowledges(rung):
    assert bob(rung).on_msg_n(msg_n(rung)) == [shown(rung), Transmit(packet("ack:R"))]


@pytest.mark.parametrize("rung", ["acked", "retransmit"])
def test_below_dedup_the_same_message_is_shown_again(rung):
    client = bob(rung)
    first = client.on_msg_n(packet("msg:N"))
    assert client.on_msg_n(packet("msg:N")) == first
    assert client.state()["dedup"] == []


@pytest.mark.parametrize("rung", DEDUPING)
def test_from_dedup_on_a_duplicate_is_discarded_and_still_acknowledged(rung):
    client = bob(rung)
    client.on_msg_n(msg_n(rung))
    for _ in range(2):
        assert client.on_msg_n(msg_n(rung)) == [Discard("m1", HELLO), Transmit(packet("ack:R"))]
    assert client.state()["dedup"] == ["m1"]


@pytest.mark.parametrize("rung", DEDUPING)
def test_dedup_goes_by_msgid_not_by_words(rung):
    client = bob(rung)
    client.on_msg_n(msg_n(rung, "m1"))
    again = HELLO._replace(said=1)
    assert client.on_msg_n(msg_n(rung, "m2", again, 2))[0] == shown(rung, "m2", again, 2)
    assert client.state()["dedup"] == ["m1", "m2"]


@pytest.mark.parametrize("rung", LADDER)
def test_ack_a_asks_for_nothing(rung):
    client = bob(rung)
    client.on_msg_n(msg_n(rung))
    before = client.state()
    assert client.receive(packet("ack:A")) == []
    assert client.state() == before


@pytest.mark.parametrize("rung", LADDER)
def test_receiving_starts_no_timer_and_shows_no_ticks(rung):
    link = Link(rung)
    link.say()
    link.deliver("msg:R")
    link.deliver("msg:N")
    assert link.timers == {("alice", "m1")}
    assert link.ticks["bob"] == {}
    assert link.nodes["bob"].state()["queue"] == {}


def test_what_was_pulled_and_comes_again_by_itself_is_acknowledged_as_what_comes_by_itself():
    client = bob("ordered")
    kept = Kept("m1", HELLO, number=1, base=1)
    pulled = client.on_offline_a(Packet("offline:A", "", "server", "bob", kept=(kept,)))
    told = [effect.packet for effect in pulled if isinstance(effect, Transmit)]
    assert told == [Packet("offlineack:R", "", "bob", "server", msgids=("m1",))]  # it belongs to bob, to no message
    again = client.on_msg_n(msg_n("ordered"))
    assert [effect.packet.kind for effect in again if isinstance(effect, Transmit)] == ["ack:R"]


@pytest.mark.parametrize("rung", [name for name, rung in LADDER.items() if not rung.orders])
def test_below_ordered_a_learners_method_is_handed_the_very_packet(rung):
    seen = []

    class Learners(Client):
        def show_or_discard(self, arrived):
            seen.append(arrived)
            return super().show_or_discard(arrived)

        def acknowledge(self, arrived):
            seen.append(arrived)
            return super().acknowledge(arrived)

    Learners("bob", LADDER[rung], 2, new_msgid=None).receive(packet("msg:N"))
    assert seen == [packet("msg:N")] * 2


# The receiver who was away


CAROLS = HELLO._replace(sender="carol")


def kept(number, message=HELLO):
    """A message as the server kept it."""
    said = message._replace(said=10 * number)
    return Kept(f"{message.sender}{number}", said, number, base=1)


def live(one):
    """The same message as a msg:N brings it."""
    return packet("msg:N", one.msgid, one.message, number=one.number, base=one.base)


def page(*brought, more=False):
    return Packet("offline:A", "", "server", "bob", kept=brought, more=more)


def told(effects):
    """What was done with which message, and what was transmitted about which."""
    return [
        (effect.packet.kind, *(effect.packet.msgids or [effect.packet.msgid]))
        if isinstance(effect, Transmit)
        else (type(effect).__name__, effect.msgid)
        for effect in effects
        if isinstance(effect, Transmit | Show | Discard | Hold)
    ]


def test_at_login_a_person_pulls_for_themselves_with_no_group_and_no_cursor():
    assert bob("offline").command("login")[0] == Transmit(Packet("offline:R", "", "bob", "server"))


def test_a_page_stops_the_pull_timer_and_after_showing_and_acknowledging_the_next_one_is_asked_for():
    client = bob("offline")
    pull = [Transmit(Packet("offline:R", "", "bob", "server")), StartTimer("pull", wait="pull")]
    assert client.command("login") == pull
    brought = client.receive(page(Kept("m1", HELLO), more=True))
    acknowledged = Transmit(Packet("offlineack:R", "", "bob", "server", msgids=("m1",)))
    assert brought == [CancelTimer("pull"), Show("m1", HELLO), acknowledged, *pull]


def test_what_a_page_brings_again_while_it_is_held_back_is_acknowledged_once():
    client = bob("ordered")
    assert told(client.receive(live(kept(2)))) == [("Hold", "alice2")]
    brought = client.receive(page(kept(1), kept(2)))
    assert told(brought) == [
        ("Show", "alice1"),
        ("Show", "alice2"),
        ("Discard", "alice2"),
        ("offlineack:R", "alice1", "alice2"),
    ]


@pytest.mark.parametrize("more", [False, True])
def test_what_a_page_brought_early_is_acknowledged_when_it_is_shown_and_no_page_is_asked_for_twice(more):
    client = bob("ordered")
    asked_on = [("offline:R", "carol2")] if more else []  # that one need not come again
    first = client.receive(page(kept(1), kept(2, CAROLS), more=more))
    assert told(first) == [("Show", "alice1"), ("Hold", "carol2"), ("offlineack:R", "alice1"), *asked_on]
    then = client.receive(live(kept(1, CAROLS)))
    assert told(then) == [("Show", "carol1"), ("Show", "carol2"), ("ack:R", "carol1"), ("offlineack:R", "carol2")]


def test_a_page_of_which_nothing_can_be_shown_is_followed_by_the_next_and_no_login_names_what_is_held_back():
    client = bob("ordered")
    assert told(client.receive(page(kept(2), more=True))) == [("Hold", "alice2"), ("offline:R", "alice2")]
    assert told(client.receive(page(kept(3)))) == [("Hold", "alice3")]
    assert told(client.command("login")) == [("offline:R", "")]  # a login asks from the start
    shown = client.receive(page(kept(1), kept(2), kept(3)))
    assert ("offlineack:R", "alice1", "alice2", "alice3") in told(shown)
    assert client.pulled == {}


def test_what_is_still_waited_for_is_never_given_up_as_too_late():
    client = bob("ordered")
    assert client.hold_or_give_up(kept(1)) == Hold("alice1", kept(1).message)
    client.receive(live(kept(1)))
    assert client.hold_or_give_up(kept(1)) == Discard("alice1", kept(1).message, "too late")


@pytest.mark.parametrize(
    ("method", "arrived"),
    [
        ("on_msg_a", packet("msg:A")),
        ("on_msg_n", packet("msg:N")),
        ("on_ack_a", packet("ack:A")),
        ("on_ack_n", packet("ack:N")),
        ("on_offline_a", page()),
    ],
)
def test_a_method_that_a_learner_overrides_is_handed_the_very_packet(method, arrived):
    seen = []
    learners = type("Learners", (Client,), {method: lambda self, packet: seen.append(packet) or []})
    learners("bob", LADDER["offline"], 2, new_msgid=None).receive(arrived)
    assert seen == [arrived]
