"""The ladder: each rung is the one before plus one idea, and each breaks in a way that the next one mends."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Rung:
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


_RUNGS = (
    Rung(
        "basic",
        adds="three packets: msg:R, msg:A, msg:N",
        breaks="msg:N is lost: the sender shows ✓ and nobody ever knows",
        article="1–3",
    ),
    Rung(
        "acked",
        adds="the receiver acknowledges too: ack:R, ack:A, ack:N",
        breaks="a loss is noticed, but not repaired",
        article="4–5",
        acks=True,
    ),
    Rung(
        "retransmit",
        adds="the sender keeps each message in a waiting-ack queue and sends msg:R again until ack:N comes",
        breaks="ack:R or ack:N is lost: the receiver sees the message twice",
        article="6–7",
        acks=True,
        retransmits=True,
    ),
    Rung(
        "dedup",
        adds="the receiver discards a message whose msgid it has shown, and still acks it",
        breaks="the receiver is offline; a crash loses the dedup table",
        article="8",
        acks=True,
        retransmits=True,
        dedups=True,
    ),
)

LADDER: Mapping[str, Rung] = MappingProxyType({rung.name: rung for rung in _RUNGS})
"""The rungs by name, lowest first."""
