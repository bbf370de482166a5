"""The client: the sender's side and the receiver's side, both in every client.

A client is told what happened (`receive`, `timer`, `command`) and returns the effects it asks for. It knows no
time and no network. One method for one packet kind; override one, and hand the class to `Scenario(client=…)`.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from imteach.protocol.effects import CancelTimer, Discard, Effect, Report, Show, StartTimer, Transmit
from imteach.protocol.ladder import Rung
from imteach.protocol.packets import SERVER, Message, Packet


class Waiting(NamedTuple):
    """An entry of the waiting-ack queue: the message, and how often its msg:R was transmitted."""

    message: Message
    tries: int


class Client:
    """One person's client: client-A for what its person says, client-B for what others say to it.

    `rung` is its setting, `retries` how often it may retransmit one message, `new_msgid` asks the driver for a
    fresh msgid. `timer` takes a timer's name; a message's timer is named by its msgid.

    Source: the article, sections 2, 4, 6 and 8.

    >>> from imteach.protocol import LADDER
    >>> alice = Client("alice", LADDER["dedup"], retries=2, new_msgid=lambda: "m1")
    >>> for effect in alice.command("say", Message(said=0, sender="alice", to="bob", text="hello")):
    ...     print(type(effect).__name__)
    Report
    Transmit
    StartTimer
    """

    def __init__(self, name: str, rung: Rung, retries: int, new_msgid: Callable[[], str]) -> None:
        self.name = name
        self.rung = rung
        self.retries = retries
        self.new_msgid = new_msgid
        self.queue: dict[str, Waiting] = {}  # the waiting-ack queue, by msgid
        self.status: dict[str, str] = {}  # what its person sees beside each message said
        self.dedup: dict[str, None] = {}  # the msgids shown, oldest first

    # What its driver calls

    def receive(self, packet: Packet) -> list[Effect]:
        """A packet has arrived: return what to do."""
        match packet.kind:
            case "msg:A":
                return self.on_msg_a(packet)
            case "msg:N":
                return self.on_msg_n(packet)
            case "ack:A":
                return self.on_ack_a(packet)
            case "ack:N":
                return self.on_ack_n(packet)
        raise ValueError(f"a client receives msg:A, msg:N, ack:A and ack:N, not {packet.kind!r}")

    def timer(self, name: str) -> list[Effect]:
        """The timer of this name has run out: return what to do."""
        return self.on_timer(name)

    def command(self, name: str, message: Message) -> list[Effect]:
        """The person wants something: `say` this message. Return what to do."""
        if name == "say":
            return self.on_say(message)
        raise ValueError(f"no command {name!r}; a client knows: say")

    # The sender

    def on_say(self, message: Message) -> list[Effect]:
        """Make a msgid, put the message in the waiting-ack queue, transmit msg:R, start its timer."""
        msgid = self.new_msgid()
        self.queue[msgid] = Waiting(message, tries=1)
        return [self.report(msgid, "sending"), Transmit(self.msg_r(msgid, message)), StartTimer(msgid)]

    def on_msg_a(self, packet: Packet) -> list[Effect]:
        """The server has it: `sending` becomes `sent`, and no other status changes."""
        msgid = packet.msgid
        if self.status.get(msgid) != "sending":
            return []
        sent = self.report(msgid, "sent")
        if self.rung.acks:
            return [sent]
        del self.queue[msgid]  # without ack packets there is nothing more to wait for
        return [CancelTimer(msgid), sent]

    def on_ack_n(self, packet: Packet) -> list[Effect]:
        """The receiver has it: out of the queue, timer off, `delivered`, however late it comes."""
        msgid = packet.msgid
        if self.status.get(msgid) == "delivered":
            return []
        self.queue.pop(msgid, None)
        return [CancelTimer(msgid), self.report(msgid, "delivered")]

    def on_timer(self, msgid: str) -> list[Effect]:
        """No answer in time: retransmit with the same msgid while tries are left, else give up."""
        message, tries = self.queue[msgid]
        if self.rung.retransmits and tries <= self.retries:
            self.queue[msgid] = Waiting(message, tries + 1)
            return [Transmit(self.msg_r(msgid, message)), StartTimer(msgid, attempt=tries + 1)]
        del self.queue[msgid]
        server_has_it = self.status[msgid] == "sent"
        noticed_only = server_has_it and not self.rung.retransmits
        return [self.report(msgid, "unconfirmed" if noticed_only else "failed")]

    # The receiver

    def on_msg_n(self, packet: Packet) -> list[Effect]:
        """A message for this person: show it, unless dedup knows its msgid. Acknowledge it in both cases."""
        return [self.show_or_discard(packet), *self.acknowledge(packet)]

    def on_ack_a(self, packet: Packet) -> list[Effect]:
        """The server has our ack:R: nothing more to do."""
        return []

    # Small pieces that the methods above share

    def msg_r(self, msgid: str, message: Message) -> Packet:
        """The request that asks the server to take this message."""
        return Packet("msg:R", msgid, self.name, SERVER, message)

    def report(self, msgid: str, status: str) -> Report:
        """Remember the status of a message and let the person see it."""
        self.status[msgid] = status
        return Report(msgid, status)

    def show_or_discard(self, packet: Packet) -> Effect:
        """Show the message of this packet once; from the rung `dedup` on, discard what was shown before."""
        if packet.msgid in self.dedup:
            return Discard(packet.msgid, packet.message)
        if self.rung.dedups:
            self.dedup[packet.msgid] = None
        return Show(packet.msgid, packet.message)

    def acknowledge(self, packet: Packet) -> list[Effect]:
        """Tell the server that the message of this packet was shown, from the rung `acked` on."""
        return [Transmit(packet.follow_up("ack:R", to=SERVER))] if self.rung.acks else []

    def state(self) -> dict[str, Any]:
        """What this client holds: its waiting-ack queue (msgid: tries), its dedup table, each status."""
        return {
            "queue": {msgid: entry.tries for msgid, entry in self.queue.items()},
            "dedup": list(self.dedup),
            "status": dict(self.status),
        }
