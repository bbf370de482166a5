"""What is forgotten: a dedup table of so many msgids, or of a while; an offline store of a while."""

import pytest
from fakelink import HELLO, packet

from imteach.protocol import (
    LADDER,
    CancelTimer,
    Client,
    Delete,
    Discard,
    Forget,
    Kept,
    MemoryDisk,
    Message,
    Packet,
    Server,
    Show,
    StartTimer,
    Store,
    Transmit,
    Write,
    forgotten_by,
)

DEDUPING = [name for name, rung in LADDER.items() if rung.dedups]
STORING = [name for name, rung in LADDER.items() if rung.stores]


def bob(rung, limit=None, forgets=False):
    client = Client("bob", LADDER[rung], 2, new_msgid=None)
    client.dedup_limit, client.forgets = limit, forgets
    return client


def said(number):
    return Message(number - 1, "alice", "bob", f"text {number}")


def msg_n(client, number, base=1):
    """The msg:N of the message of this number, which is m1, m2 …; from `ordered` on it carries that number."""
    numbers = {"number": number, "base": base} if client.rung.orders else {}
    return Packet("msg:N", f"m{number}", "server", "bob", said(number), **numbers)


def kinds(effects):
    return [type(effect) for effect in effects]


# The client, by number


@pytest.mark.parametrize("rung", DEDUPING)
def test_the_oldest_is_forgotten_as_soon_as_one_more_is_shown(rung):
    client = bob(rung, limit=2)
    for number in (1, 2):
        assert Forget not in kinds(client.receive(msg_n(client, number)))
    *_, last = client.receive(msg_n(client, 3))
    assert last == Forget("m1", Write("dedup", "m1", None) if client.rung.writes else None)
    assert client.state()["dedup"] == ["m2", "m3"]


@pytest.mark.parametrize("rung", ["dedup", "offline", "durable"])
def test_what_was_forgotten_is_shown_again_and_acked(rung):
    client = bob(rung, limit=1)
    client.receive(msg_n(client, 1))
    client.receive(msg_n(client, 2))
    assert kinds(client.receive(msg_n(client, 1)))[:2] == [Show, Transmit]
    assert kinds(client.receive(msg_n(client, 1)))[:2] == [Discard, Transmit]  # now it is known again


def test_a_duplicate_that_is_discarded_makes_nothing_be_forgotten_and_does_not_count_as_newer():
    client = bob("dedup", limit=2)
    for number in (1, 2, 1):
        client.receive(msg_n(client, number))
    client.receive(msg_n(client, 3))
    assert client.state()["dedup"] == ["m2", "m3"]


def test_with_a_limit_of_0_nothing_is_remembered():
    client = bob("dedup", limit=0)
    for _ in range(3):
        assert kinds(client.receive(msg_n(client, 1))) == [Show, Transmit, Forget]


def test_from_ordered_on_a_forgotten_one_is_too_late_and_not_acked():
    """Its number says that its turn is over, and nothing says any longer that it was shown."""
    client = bob("ordered", limit=1)
    client.receive(msg_n(client, 1))
    client.receive(msg_n(client, 2))
    assert client.receive(msg_n(client, 1)) == [Discard("m1", said(1), "too late")]


@pytest.mark.parametrize("rung", ["basic", "acked", "retransmit"])
def test_where_nothing_is_remembered_nothing_is_forgotten(rung):
    client, usual = bob(rung, limit=1, forgets=True), bob(rung)
    for number in (1, 2, 1):
        assert client.receive(msg_n(client, number)) == usual.receive(msg_n(usual, number))


@pytest.mark.parametrize("rung", DEDUPING)
def test_a_page_that_brings_more_than_are_remembered_is_shown_and_acked_whole(rung):
    client = bob(rung, limit=1)
    kept = tuple(Kept(f"m{n}", said(n), *((n, 1) if client.rung.orders else ())) for n in (1, 2, 3))
    effects = client.receive(Packet("offline:A", "", "server", "bob", kept=kept))
    assert [each.msgid for each in effects if isinstance(each, Show)] == ["m1", "m2", "m3"]
    acked = [each.packet.msgids for each in effects if isinstance(each, Transmit)]
    assert acked == [("m1", "m2", "m3")]
    assert client.state()["dedup"] == ["m3"]


# The client, by time


@pytest.mark.parametrize("rung", DEDUPING)
def test_a_timer_starts_with_what_is_shown_and_when_it_runs_out_the_msgid_is_forgotten(rung):
    client = bob(rung, forgets=True)
    effects = client.receive(msg_n(client, 1))
    assert [each for each in effects if isinstance(each, StartTimer)] == [StartTimer("forget:m1", wait="dedup_for")]
    assert client.timer("forget:m1") == [Forget("m1", Write("dedup", "m1", None) if client.rung.writes else None)]
    assert client.state()["dedup"] == []


def test_a_duplicate_does_not_make_it_be_remembered_for_longer():
    client = bob("dedup", forgets=True)
    client.receive(msg_n(client, 1))
    assert kinds(client.receive(msg_n(client, 1))) == [Discard, Transmit]


def test_a_timer_that_is_told_too_late_finds_nothing_to_forget():
    client = bob("dedup", limit=1, forgets=True)
    client.receive(msg_n(client, 1))
    effects = client.receive(msg_n(client, 2))
    assert effects[-2:] == [CancelTimer("forget:m1"), Forget("m1")]
    assert client.timer("forget:m1") == []


# After a crash


def disk_of(client, *numbers):
    disk = MemoryDisk()
    for number in numbers:
        for effect in client.receive(msg_n(client, number)):
            write = effect if isinstance(effect, Write) else getattr(effect, "write", None)
            if write is not None:
                disk.write(write.table, write.key, write.value)
    return disk


def test_what_was_forgotten_stays_forgotten_after_a_crash():
    again = bob("durable", limit=2)
    again.restart(disk_of(bob("durable", limit=2), 1, 2, 3))
    assert again.state()["dedup"] == ["m2", "m3"]


def test_a_crash_before_the_oldest_is_erased_leaves_one_too_many_on_the_disk_which_goes_at_the_restart():
    disk = disk_of(bob("durable"), 1, 2, 3)
    again = bob("durable", limit=2)
    assert again.restart(disk) == [Forget("m1", Write("dedup", "m1", None))]


def test_after_a_crash_each_msgid_is_remembered_for_the_whole_time_again():
    again = bob("durable", forgets=True)
    assert again.restart(disk_of(bob("durable", forgets=True), 1, 2)) == [
        StartTimer("forget:m1", wait="dedup_for"),
        StartTimer("forget:m2", wait="dedup_for"),
    ]


def test_after_a_crash_a_client_still_knows_whose_turn_it_is_though_it_forgot_what_it_showed():
    """Or it would wait for the numbers before it, which nobody sends any more."""
    again = bob("ordered", limit=0)
    again.restart(disk_of(bob("ordered", limit=0), 1, 2))
    assert again.state()["dedup"] == []
    assert kinds(again.receive(msg_n(again, 3)))[0] is Show


# The server


def server(rung, forgets=True, groups=None):
    made = Server(LADDER[rung], ["alice", "carol"], groups or {})
    made.forgets = forgets
    return made


@pytest.mark.parametrize("rung", STORING)
def test_the_server_starts_a_timer_with_what_it_stores_and_deletes_it_when_that_runs_out(rung):
    it = server(rung)
    effects = it.receive(packet("msg:R"))
    assert kinds(effects) == [Transmit, Store, Transmit, StartTimer]
    assert effects[-1] == StartTimer("forget:m1", wait="store_for")
    assert it.timer("forget:m1") == [Delete("bob", "m1")]
    assert it.state()["store"] == {}
    assert it.timer("forget:m1") == []  # told too late


def test_what_is_pulled_in_time_is_not_forgotten():
    it = server("offline")
    it.receive(packet("msg:R"))
    assert it.receive(Packet("offlineack:R", "", "bob", "server", msgids=("m1",))) == [
        Delete("bob", "m1"),
        CancelTimer("forget:m1"),
    ]


def test_a_retransmission_of_what_it_keeps_does_not_make_it_be_kept_for_longer():
    it = server("offline")
    it.receive(packet("msg:R"))
    assert StartTimer not in kinds(it.receive(packet("msg:R")))


def test_after_a_crash_the_server_keeps_everything_for_the_whole_time_again():
    it, disk = server("offline"), MemoryDisk()
    _, store, *_ = it.receive(packet("msg:R"))
    disk.write(store.write.table, store.write.key, store.write.value)
    assert server("offline").restart(disk) == [StartTimer("forget:m1", wait="store_for")]
    assert server("offline", forgets=False).restart(disk) == []


def test_what_was_said_in_a_group_is_kept():
    it = server("group", groups={"friends": ["alice", "carol"]})
    message = Message(0, "alice", "friends", "hi all")
    effects = it.receive(Packet("msg:R", "m1", "alice", "server", message, number=1, base=1))
    assert Store in kinds(effects)
    assert StartTimer not in kinds(effects)


def test_a_server_that_forgets_nothing_starts_no_timer_and_has_none():
    it = server("offline", forgets=False)
    assert StartTimer not in kinds(it.receive(packet("msg:R")))
    for name in ("forget:m1", "m1"):
        with pytest.raises(ValueError, match=f"^the server has no timer '{name}': it starts none$"):
            it.timer(name)


# A class of one's own


def test_a_learner_can_choose_the_numbers_in_a_class():
    class Short(Client):
        dedup_limit = 1

    client = Short("bob", LADDER["dedup"], 2, new_msgid=None)
    client.receive(msg_n(client, 1))
    client.receive(msg_n(client, 2))
    assert client.state()["dedup"] == ["m2"]


def test_a_method_of_ones_own_that_returns_nothing_is_left_for_the_driver_to_judge():
    class Silent(Client):
        dedup_limit = 1

        def on_msg_n(self, packet):
            pass

    assert Silent("bob", LADDER["dedup"], 2, new_msgid=None).receive(packet("msg:N", message=HELLO)) is None


def test_which_timers_are_for_forgetting():
    assert [forgotten_by(name) for name in ("forget:m1", "forget:x:y", "m1", "pull", "heartbeat:friends", None)] == [
        "m1", "x:y", "", "", "", "",
    ]  # fmt: skip
