"""The server: it passes on, it answers, and it keeps no state for messages in flight.

It retransmits nothing and starts no timer, so it may be restarted between any two packets: the sender's
retransmission recovers. Source: the article, sections 2, 4 and 9.
"""

from collections.abc import Iterable
from typing import Any

from imteach.protocol.effects import Effect, Transmit
from imteach.protocol.ladder import Rung
from imteach.protocol.packets import Message, Packet


class Server:
    """The server between all clients. `people` are the names of those who are logged in at the start.

    >>> from imteach.protocol import LADDER
    >>> hello = Message(said=0, sender="alice", to="bob", text="hello")
    >>> server = Server(LADDER["basic"], ["alice", "bob"])
    >>> for effect in server.receive(Packet("msg:R", "m1", "alice", "server", hello)):
    ...     print(effect.packet.kind, "to", effect.packet.dst)
    msg:A to alice
    msg:N to bob
    """

    def __init__(self, rung: Rung, people: Iterable[str]) -> None:
        self.rung = rung
        self.online = dict.fromkeys(people)  # who is logged in

    # What its driver calls

    def receive(self, packet: Packet) -> list[Effect]:
        """A packet has arrived: return what to do."""
        match packet.kind:
            case "msg:R":
                return self.on_msg_r(packet)
            case "ack:R":
                return self.on_ack_r(packet)
        raise ValueError(f"the server receives msg:R and ack:R, not {packet.kind!r}")

    def timer(self, name: str) -> list[Effect]:
        """The server starts no timer, so none can run out."""
        raise ValueError(f"the server has no timer {name!r}: it starts none")

    def command(self, name: str, message: Message) -> list[Effect]:
        """Nobody types at the server."""
        raise ValueError(f"the server has no person to say {message.text!r}")

    # One method for one packet kind

    def on_msg_r(self, packet: Packet) -> list[Effect]:
        """A client asks to take a message: answer it, and notify the receiver if it is online."""
        to = packet.message.to
        answer = Transmit(packet.follow_up("msg:A", to=packet.src))
        if to not in self.online:
            return [answer]
        return [answer, Transmit(packet.follow_up("msg:N", to=to))]

    def on_ack_r(self, packet: Packet) -> list[Effect]:
        """The receiver has shown a message: answer it, and tell the sender."""
        return [
            Transmit(packet.follow_up("ack:A", to=packet.src)),
            Transmit(packet.follow_up("ack:N", to=packet.message.sender)),
        ]

    def state(self) -> dict[str, Any]:
        """What the server holds: who is online, and nothing about any message."""
        return {"online": list(self.online)}
