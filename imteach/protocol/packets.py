"""The packets: what travels between a client and the server.

Source: the article, sections 1, 2 and 4. R is a client's request, A the server's answer to one R, N the
server's own initiative. One message is six packets when nothing is lost: msg R, A, N, then ack R, A, N.
"""

from typing import NamedTuple

SERVER = "server"

KINDS: dict[str, str] = {
    "msg:R": "request: take this message",
    "msg:A": "acknowledge: the server has it",
    "msg:N": "notify: a message for you",
    "ack:R": "request: I have shown this message",
    "ack:A": "acknowledge: the server has that ack:R",
    "ack:N": "notify: the receiver has it",
}
"""Every kind of packet, in the order of the normal exchange, with what it says."""


class Message(NamedTuple):
    """One thing that a person said, and to whom.

    `said` tells which thing said this is (0 for the first of a run). It is not the msgid: a client that sends
    the same thing under two msgids still says one thing, and the promises count it once.

    >>> Message(said=0, sender="alice", to="bob", text="hello").to
    'bob'
    """

    said: int
    sender: str
    to: str
    text: str


class Packet(NamedTuple):
    """One packet: its kind, the msgid it is about, where it goes, and the message it carries.

    Every packet of one message, retransmissions included, carries the msgid that the sender's client gave it.
    A packet has no number of its own: `m1/msg:N#2` is the name that the driver gives to the second one it sees.

    >>> hello = Message(said=0, sender="alice", to="bob", text="hello")
    >>> request = Packet("msg:R", "m1", "alice", "server", hello)
    >>> request.follow_up("msg:N", to="bob").src
    'server'
    """

    kind: str
    msgid: str
    src: str
    dst: str
    message: Message

    def follow_up(self, kind: str, to: str) -> "Packet":
        """Return the packet of this `kind` that whoever received this one sends on to `to`, same message."""
        return Packet(kind, self.msgid, self.dst, to, self.message)
