"""What the loss of one packet does on each rung: the table of the protocol page, section 5, packet by packet."""

import pytest

from imteach import LADDER, Drop, Scenario
from imteach.protocol import KINDS

NOTHING = ()
UNDELIVERED = ("all_delivered",)

# rung, the packet lost: the sender's status, times shown to bob, promises broken, transmissions of msg:R
TABLE: dict[tuple[str, str | None], tuple[str, int, tuple[str, ...], int]] = {
    ("basic", None): ("sent", 1, UNDELIVERED, 1),
    ("basic", "msg:R"): ("failed", 0, UNDELIVERED, 1),
    ("basic", "msg:A"): ("failed", 1, ("no_false_failure", "all_delivered"), 1),
    ("basic", "msg:N"): ("sent", 0, ("no_silent_loss", "all_delivered"), 1),
    ("basic", "ack:R"): ("sent", 1, UNDELIVERED, 1),  # basic has no ack packets to lose
    ("basic", "ack:A"): ("sent", 1, UNDELIVERED, 1),
    ("basic", "ack:N"): ("sent", 1, UNDELIVERED, 1),
    ("acked", None): ("delivered", 1, NOTHING, 1),
    ("acked", "msg:R"): ("failed", 0, UNDELIVERED, 1),
    ("acked", "msg:A"): ("delivered", 1, NOTHING, 1),
    ("acked", "msg:N"): ("unconfirmed", 0, UNDELIVERED, 1),
    ("acked", "ack:R"): ("unconfirmed", 1, UNDELIVERED, 1),
    ("acked", "ack:A"): ("delivered", 1, NOTHING, 1),
    ("acked", "ack:N"): ("unconfirmed", 1, UNDELIVERED, 1),
    ("retransmit", None): ("delivered", 1, NOTHING, 1),
    ("retransmit", "msg:R"): ("delivered", 1, NOTHING, 2),
    ("retransmit", "msg:A"): ("delivered", 1, NOTHING, 1),
    ("retransmit", "msg:N"): ("delivered", 1, NOTHING, 2),
    ("retransmit", "ack:R"): ("delivered", 2, ("no_duplicates",), 2),
    ("retransmit", "ack:A"): ("delivered", 1, NOTHING, 1),
    ("retransmit", "ack:N"): ("delivered", 2, ("no_duplicates",), 2),
}
# While bob is there and nobody crashes, the rungs above dedup do what dedup does
TABLE |= {
    (rung, lost): row
    for rung in ("dedup", "offline", "durable", "ordered", "group")
    for lost, row in {
        None: ("delivered", 1, NOTHING, 1),
        "msg:R": ("delivered", 1, NOTHING, 2),
        "msg:A": ("delivered", 1, NOTHING, 1),
        "msg:N": ("delivered", 1, NOTHING, 2),
        "ack:R": ("delivered", 1, NOTHING, 2),
        "ack:A": ("delivered", 1, NOTHING, 1),
        "ack:N": ("delivered", 1, NOTHING, 2),
    }.items()
}
# The offline packets of the rungs that have them, after bob was away: `test_offline.py`
NORMAL = [kind for kind in KINDS if not kind.startswith("offline")]
OFFLINE = [kind for kind in KINDS if kind.startswith("offline")]


def test_the_table_has_each_rung_with_each_packet_and_with_no_loss():
    assert set(TABLE) == {(rung, kind) for rung in LADDER for kind in (None, *NORMAL)}


@pytest.mark.parametrize(("rung", "lost"), TABLE)
def test_what_one_loss_does(rung, lost):
    trace = Scenario(rung).run(*([Drop(lost)] if lost else []))
    (said,) = trace.messages
    broken = tuple(name for name, holds in trace.promises.items() if not holds)
    transmissions = sum(packet.kind == "msg:R" for packet in trace.packets)
    assert (said.status, said.shown["bob"], broken, transmissions) == TABLE[rung, lost]


@pytest.mark.parametrize(("rung", "lost"), TABLE)
def test_the_lost_packet_is_the_only_one_that_does_not_arrive(rung, lost):
    trace = Scenario(rung).run(*([Drop(lost)] if lost else []))
    sent = any(packet.kind == lost for packet in trace.packets)
    assert [packet.name for packet in trace.packets if packet.fate != "arrived"] == [f"m1/{lost}#1"] * sent
    assert trace.unused == (() if sent or lost is None else (Drop(f"m1/{lost}"),))


@pytest.mark.parametrize("rung", LADDER)
@pytest.mark.parametrize("lost", OFFLINE)
def test_while_everybody_is_there_nobody_pulls_so_no_offline_packet_can_be_lost(rung, lost):
    trace = Scenario(rung).run(Drop(lost))
    assert trace.unused == (Drop(f"bob/{lost}#1"),)
    assert trace.events == Scenario(rung).run().events


@pytest.mark.parametrize("rung", [name for name, rung in LADDER.items() if rung.retransmits])
def test_losing_every_msg_r_is_a_true_failure_after_three_transmissions(rung):
    trace = Scenario(rung).run(*(Drop(f"msg:R#{number}") for number in (1, 2, 3)))
    assert [packet.name for packet in trace.packets] == ["m1/msg:R#1", "m1/msg:R#2", "m1/msg:R#3"]
    assert trace.messages[0].status == "failed"
    assert trace.promises["no_false_failure"]


@pytest.mark.parametrize("rung", [name for name, rung in LADDER.items() if rung.dedups])
def test_losing_every_ack_n_is_a_false_failure_that_no_rung_mends(rung):
    trace = Scenario(rung).run(*(Drop(f"ack:N#{number}") for number in (1, 2, 3)))
    assert trace.messages[0].status == "failed"
    assert trace.messages[0].shown == {"bob": 1}
    assert not trace.promises["no_false_failure"]
