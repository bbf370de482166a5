"""The packets: what travels between a client and the server.

Source: the article, sections 1, 2, 4 and 9. R is a client's request, A the server's answer to one R, N the
server's own initiative. One message is six packets when nothing is lost: msg R, A, N, then ack R, A, N.
"""

from collections.abc import Iterable
from typing import Any

from imteach.protocol.value import Value

SERVER = "server"
"""The server's name, as `src` or `dst` of a packet."""

KINDS: dict[str, str] = {
    "msg:R": "request: take this message",
    "msg:A": "acknowledge: the server has it",
    "msg:N": "notify: a message for you",
    "ack:R": "request: I have shown this message",
    "ack:A": "acknowledge: the server has that ack:R",
    "ack:N": "notify: the receiver has it",
    "offline:R": "request: give me what you kept for me",
    "offline:A": "acknowledge: the kept messages, possibly none",
    "offlineack:R": "request: I have these messages, delete them",
}
"""Every kind of packet, in the order of the normal exchange and then of the offline pull, with what it says."""


class Message(Value, frozen=True):
    """One thing that a person said, and to whom: to a person, or to a group.

    `said` numbers the things said in a run, from 0. It is not the msgid: a client that sends the same thing under two
    msgids still says one thing, and the promises count it once.

    >>> Message(said=0, sender="alice", to="bob", text="hello").to
    'bob'
    """

    said: int
    sender: str
    to: str
    text: str


NO_MESSAGE = Message(-1, "", "", "")
"""Stands in a packet that carries no message."""


class Kept(Value, frozen=True):
    """A message as the server keeps it, with the numbers that its msg:R carried (from the rung `ordered` on).

    In a group `number` is the one that the server gave it there, and `sent_as` the one that its msg:R carried.
    0 stands for none.

    >>> kept = Kept("m1", Message(0, "alice", "bob", "hello"))
    >>> Kept.from_row(kept.row()) == kept
    True
    """

    msgid: str
    message: Message
    number: int = 0
    base: int = 0
    sent_as: int = 0

    def row(self) -> list[Any]:
        """Return it as a row for a disk: a list of plain values."""
        return [self.msgid, list(self.message), self.number, self.base, self.sent_as]

    @classmethod
    def from_row(cls, row: list[Any]) -> "Kept":
        """Return the message that was written as this row."""
        msgid, message, *numbers = row
        return cls(msgid, Message(*message), *numbers)


class Packet(Value, frozen=True):
    """One packet: its kind, the msgid it is about, where it goes, and the message it carries.

    Every packet of one message, retransmissions included, carries the msgid that the sender's client gave it.
    A packet that belongs to a person and not to one message (the offline packets, and a group's ack:R and ack:A)
    has the msgid "" and carries `NO_MESSAGE`. A packet has no number of its own: `m1/msg:N#2` is the name that the
    driver gives to the second one it sees.

    What some kinds carry besides:
    - msg:R and msg:N from the rung `ordered` on: the message's `number` in its conversation, and `base`, the lowest
      number that its sender still waits for. In a group msg:N and ack:N carry the group's `number`.
    - ack:N: `fabricated`, if the server made it without an ack:R behind it. The driver hides that from the client.
    - offline:A: the messages `kept`, oldest first, each with its `base` as of now, and whether there are `more`.
    - offlineack:R: the `msgids` that the receiver has. offline:R from the rung `ordered` on: the `msgids` that earlier
      pages of this pull brought and the receiver holds back.
    - in a `group`: offline:R and ack:R carry the member's `cursor`, the highest number up to which it misses nothing.

    >>> hello = Message(said=0, sender="alice", to="bob", text="hello")
    >>> request = Packet("msg:R", "m1", "alice", "server", hello)
    >>> request.follow_up("msg:N", to="bob").src
    'server'
    """

    kind: str
    msgid: str
    src: str
    dst: str
    message: Message = NO_MESSAGE
    number: int = 0
    base: int = 0
    fabricated: bool = False
    kept: tuple[Kept, ...] = ()
    more: bool = False
    msgids: tuple[str, ...] = ()
    group: str = ""
    cursor: int = 0

    def follow_up(
        self, kind: str, to: str, number: int = 0, base: int = 0, fabricated: bool = False, group: str = ""
    ) -> "Packet":
        """Return a packet of this `kind` from the receiver of this one to `to`, with the same msgid and message.

        `number`, `base`, `fabricated` and `group` are what it carries besides: see the class.
        """
        return Packet(kind, self.msgid, self.dst, to, self.message, number, base, fabricated, group=group)

    @property
    def person(self) -> str:
        """The person whose client sends or receives it.

        >>> Packet("offline:R", "", "bob", "server").person
        'bob'
        """
        return self.dst if self.src == SERVER else self.src


Arrived = Packet | Kept
"""What brings a message: a packet that carries it, or the message as the server kept it."""


def as_kept(packet: Packet) -> Kept:
    """Return the message that a packet carries, as the server would keep it.

    >>> as_kept(Packet("msg:N", "m1", "server", "bob", Message(0, "alice", "bob", "hello"), number=7)).number
    7
    """
    return Kept(packet.msgid, packet.message, packet.number, packet.base)


def listed(kinds: Iterable[str]) -> str:
    """Return kinds of packets (two or more) as words in a sentence.

    >>> listed(["msg:A", "msg:N", "ack:N"])
    'msg:A, msg:N and ack:N'
    """
    *most, last = kinds
    return f"{', '.join(most)} and {last}"
