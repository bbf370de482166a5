"""What each side does: `Client` and `Server` as sans-IO machines, their packets, effects and promises.

It imports nothing else of imteach and knows no time, no socket and no picture.
"""

from imteach.protocol.client import Client, Waiting
from imteach.protocol.effects import (
    STATUSES,
    CancelTimer,
    Discard,
    Effect,
    Report,
    Show,
    StartTimer,
    Transmit,
)
from imteach.protocol.ladder import LADDER, Rung
from imteach.protocol.packets import KINDS, SERVER, Message, Packet
from imteach.protocol.promises import PROMISES, Outcome, judge
from imteach.protocol.server import Server

__all__ = [
    "KINDS",
    "LADDER",
    "PROMISES",
    "SERVER",
    "STATUSES",
    "CancelTimer",
    "Client",
    "Discard",
    "Effect",
    "Message",
    "Outcome",
    "Packet",
    "Report",
    "Rung",
    "Server",
    "Show",
    "StartTimer",
    "Transmit",
    "Waiting",
    "judge",
]
