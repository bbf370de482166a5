"""The ladder: each rung is the one before plus one idea, and each breaks in a way that the next one mends."""

from collections.abc import Mapping
from types import MappingProxyType

from imteach.protocol.value import Value


class Rung(Value, frozen=True):
    """One rung of the ladder: a setting that `Client` and `Server` read, and its words.

    `adds` is its one idea, `breaks` what still goes wrong, `article` the sections that it comes from.

    >>> LADDER["acked"].acks, LADDER["acked"].retransmits
    (True, False)
    """

    name: str
    adds: str
    breaks: str
    article: str
    acks: bool = False
    retransmits: bool = False
    dedups: bool = False
    stores: bool = False
    writes: bool = False
    orders: bool = False
    groups: bool = False


_BASIC = Rung(
    "basic",
    adds="three packets: msg:R, msg:A, msg:N",
    breaks="msg:N is lost: the sender shows ✓ and nobody ever knows",
    article="1–3",
)
_ACKED = _BASIC._replace(
    name="acked",
    adds="the receiver acknowledges too: ack:R, ack:A, ack:N",
    breaks="a loss is noticed, but not repaired",
    article="4–5",
    acks=True,
)
_RETRANSMIT = _ACKED._replace(
    name="retransmit",
    adds="the sender keeps each message in a waiting-ack queue and sends msg:R again until ack:N comes",
    breaks="ack:R or ack:N is lost: the receiver sees the message twice",
    article="6–7",
    retransmits=True,
)
_DEDUP = _RETRANSMIT._replace(
    name="dedup",
    adds="the receiver discards a message whose msgid it has shown, and still acks it",
    breaks="the receiver is offline; a crash loses the dedup table",
    article="8",
    dedups=True,
)
_OFFLINE = _DEDUP._replace(
    name="offline",
    adds="the server stores a message for an absent receiver and makes the ack:N itself; it is pulled at login",
    breaks="a crash: the receiver loses its dedup table, the sender its waiting-ack queue",
    article="9",
    stores=True,
)
_DURABLE = _OFFLINE._replace(
    name="durable",
    adds="clients write what must survive a crash before they send the packet that promises it",
    breaks="order: a message that was sent again is shown after later ones",
    article="beyond",
    writes=True,
)
_ORDERED = _DURABLE._replace(
    name="ordered",
    adds="messages carry numbers, and the receiver holds back what comes early",
    breaks="there is only one receiver",
    article="beyond",
    orders=True,
)
_GROUP = _ORDERED._replace(
    name="group",
    adds="a message to many: the server stores one copy, and each member acks with a cursor",
    breaks="cost: every message goes out to every member",
    article="future topics",
    groups=True,
)

LADDER: Mapping[str, Rung] = MappingProxyType(
    {rung.name: rung for rung in (_BASIC, _ACKED, _RETRANSMIT, _DEDUP, _OFFLINE, _DURABLE, _ORDERED, _GROUP)}
)
"""The rungs by name, lowest first."""
