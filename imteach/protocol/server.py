"""The server of the article: it answers, it passes on, and it keeps no state for messages in flight.

What the server does (sections 2 and 4):

- msg:R comes: answer msg:A. If the receiver is online, notify it with msg:N; if not, the message goes nowhere.
- ack:R comes: answer ack:A, and notify the sender with ack:N.

It retransmits nothing and starts no timer. All that it knows is who is online. It may be restarted between any two
packets: then it takes nobody for online until they log in again, and the senders' retransmissions repair what was lost
("client-side retransmission keeps the server stateless", section 9).

What the ladder adds beyond section 8 is built around this class, in a file of its own for each further rung. `Server`,
in `whole`, is all of them together.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from imteach.protocol.effects import Disk, Effect, Transmit
from imteach.protocol.ladder import Rung
from imteach.protocol.packets import Message, Packet, listed


class ArticleServer:
    """The server between all clients, as sections 1 to 8 of the article have it.

    `people` are the names of those who are logged in at the start.

    >>> from imteach.protocol import LADDER
    >>> hello = Message(said=0, sender="alice", to="bob", text="hello")
    >>> server = ArticleServer(LADDER["basic"], ["alice", "bob"])
    >>> for effect in server.receive(Packet("msg:R", "m1", "alice", "server", hello)):
    ...     print(effect.packet.kind, "to", effect.packet.dst)
    msg:A to alice
    msg:N to bob
    """

    _receives: ClassVar = {"msg:R": "on_msg_r", "ack:R": "on_ack_r"}

    def __init__(self, rung: Rung, people: Iterable[str]) -> None:
        self.rung = rung
        self.online = dict.fromkeys(people)  # who is logged in

    # What its driver calls

    def receive(self, packet: Packet) -> list[Effect]:
        """A packet has arrived: return what to do. There is one method for each kind.

        Raises ValueError for a kind that the server does not receive.
        """
        method = self._receives.get(packet.kind)
        if method is None:
            raise ValueError(f"the server receives {listed(self._receives)}, not {packet.kind!r}")
        effects: list[Effect] = getattr(self, method)(packet)
        return effects

    def timer(self, name: str) -> list[Effect]:
        """Raise ValueError: the server starts no timer, so none can run out."""
        raise ValueError(f"the server has no timer {name!r}: it starts none")

    def command(self, name: str, message: Message | None = None, msgid: str | None = None) -> list[Effect]:
        """Raise ValueError: nobody types at the server."""
        raise ValueError(f"the server has no person to {name} anything")

    def presence(self, person: str, online: bool) -> list[Effect]:
        """A connection has come or gone: remember who is online."""
        if online:
            self.online[person] = None
        else:
            self.online.pop(person, None)
        return []

    def restart(self, disk: Disk) -> list[Effect]:
        """Start again after a crash: nobody is online yet."""
        self.online.clear()
        return []

    # One method for one packet kind

    def on_msg_r(self, packet: Packet) -> list[Effect]:
        """A client asks to take a message: answer the client, and notify the receiver if it is online."""
        to = packet.message.to
        answer = Transmit(packet.follow_up("msg:A", to=packet.src))
        if to not in self.online:
            return [answer, *self._not_online(packet)]
        return [answer, Transmit(self.msg_n(packet, to))]

    def on_ack_r(self, packet: Packet) -> list[Effect]:
        """The receiver has shown a message: answer the receiver, and notify the sender."""
        answer = Transmit(packet.follow_up("ack:A", to=packet.src))
        return [answer, Transmit(packet.follow_up("ack:N", to=packet.message.sender))]

    # Small pieces that the methods above share

    def _not_online(self, packet: Packet) -> list[Effect]:
        """What becomes of the message of this msg:R if its receiver is not online: here it goes nowhere."""
        return []

    def msg_n(self, packet: Packet, to: str) -> Packet:
        """The notify that brings the message of this msg:R to its receiver."""
        return packet.follow_up("msg:N", to)

    def state(self) -> dict[str, Any]:
        """What the server holds: who is online, and nothing about messages in flight."""
        return {"online": list(self.online)}
