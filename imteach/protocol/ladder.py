"""The ladder: each rung is the one before plus one idea, and each breaks in a way that the next one mends."""

from types import MappingProxyType

from imteach.protocol.value import Value


class Rung(Value, frozen=True):
    """One rung of the ladder, which `Client` and `Server` read to know what to do and what to leave out.

    `adds` is its one idea, `breaks` what still goes wrong, `article` the sections that it comes from. Each flag, from
    `acks` to `groups`, switches one idea on.

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


# For each rung: its name, its one idea, what still goes wrong, and the sections that it comes from. Each rung after the
# first switches one flag on, in the order of `Rung`, and keeps those of the rungs below it.
_RUNGS = (
    ("basic", "three packets: msg:R, msg:A, msg:N",
     "msg:N is lost: the sender shows ✓ and nobody ever knows", "1–3"),
    ("acked", "the receiver acknowledges too: ack:R, ack:A, ack:N",
     "a loss is noticed, but not repaired", "4–5"),
    ("retransmit", "the sender keeps each message in a waiting-ack queue and sends msg:R again until ack:N comes",
     "ack:R or ack:N is lost: the receiver sees the message twice", "6–7"),
    ("dedup", "the receiver discards a message whose msgid it has shown, and still acks it",
     "the receiver is offline; a crash loses the dedup table", "8"),
    ("offline", "the server stores a message for an absent receiver and makes the ack:N itself; it is pulled at login",
     "a crash: the receiver loses its dedup table, the sender its waiting-ack queue", "9"),
    ("durable", "clients write what must survive a crash before they send the packet that promises it",
     "order: a message that was sent again is shown after later ones", "beyond"),
    ("ordered", "messages carry numbers, and the receiver holds back what comes early",
     "there is only one receiver", "beyond"),
    ("group", "a message to many: the server stores one copy, and each member acks with a cursor",
     "cost: every message goes out to every member", "future topics"),
)  # fmt: skip

LADDER = MappingProxyType({row[0]: Rung(*row, *[True] * below) for below, row in enumerate(_RUNGS)})
"""The rungs by name, lowest first."""
