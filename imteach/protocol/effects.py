"""Effects: what a node asks its driver to do. A node itself does nothing but remember.

A node is told what happened and returns a list of these, which happen one by one in that order. The simulator,
a checker, a real network and a unit test are drivers of the same nodes (*sans-IO*).
"""

from dataclasses import dataclass

from imteach.protocol.packets import Message, Packet

STATUSES: dict[str, str] = {
    "sending": "◷",
    "sent": "✓",
    "delivered": "✓✓",
    "unconfirmed": "✓?",
    "failed": "!",
}
"""What the sender's person can see beside a message, with the sign for it."""


@dataclass(frozen=True, slots=True)
class Transmit:
    """Put this packet on the network.

    >>> Transmit(Packet("msg:R", "m1", "alice", "server", Message(0, "alice", "bob", "hello"))).packet.kind
    'msg:R'
    """

    packet: Packet


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Start a timer and call back with its name. The driver knows how long: attempt 1 is one RTO.

    >>> StartTimer("m1", attempt=2)
    StartTimer(name='m1', attempt=2)
    """

    name: str
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class CancelTimer:
    """Stop that timer. Nothing happens if it does not run.

    >>> CancelTimer("m1")
    CancelTimer(name='m1')
    """

    name: str


@dataclass(frozen=True, slots=True)
class Show:
    """Show this message to the person.

    >>> Show("m1", Message(0, "alice", "bob", "hello")).message.text
    'hello'
    """

    msgid: str
    message: Message


@dataclass(frozen=True, slots=True)
class Discard:
    """Do not show this message: its msgid was shown before. It changes nothing; it lets a trace say so.

    >>> Discard("m1", Message(0, "alice", "bob", "hello")).msgid
    'm1'
    """

    msgid: str
    message: Message


@dataclass(frozen=True, slots=True)
class Report:
    """Let the sender's person see this status beside the message: a key of `STATUSES`.

    >>> Report("m1", "delivered")
    Report(msgid='m1', status='delivered')
    """

    msgid: str
    status: str


Effect = Transmit | StartTimer | CancelTimer | Show | Discard | Report
