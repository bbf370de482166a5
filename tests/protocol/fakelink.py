"""A wire without time between people's clients and the server: a story says which packet moves next."""

from itertools import count

from imteach.protocol import (
    LADDER,
    SERVER,
    CancelTimer,
    Client,
    Discard,
    Message,
    Packet,
    Report,
    Server,
    Show,
    StartTimer,
    Transmit,
)


class Link:
    """Clients and a server. What they transmit waits on the `wire` until the story delivers or loses it."""

    def __init__(self, rung, retries=2, people=("alice", "bob"), client=Client, online=None):
        msgids = (f"m{number}" for number in count(1))
        self.nodes = {name: client(name, LADDER[rung], retries, lambda: next(msgids)) for name in people}
        self.nodes[SERVER] = Server(LADDER[rung], people if online is None else online)
        self.wire = []
        self.timers = set()  # (node, timer), those that run
        self.screen = {name: [] for name in people}  # the texts shown to each person
        self.ticks = {name: {} for name in people}  # the status beside each msgid
        self.said = 0

    def say(self, text="hello", sender="alice", to="bob"):
        message = Message(self.said, sender, to, text)
        self.said += 1
        return self.perform(sender, self.nodes[sender].command("say", message))

    def deliver(self, kind, msgid="m1"):
        packet = self.take(kind, msgid)
        return self.perform(packet.dst, self.nodes[packet.dst].receive(packet))

    def lose(self, kind, msgid="m1"):
        self.take(kind, msgid)

    def deliver_all(self):
        while self.wire:
            self.deliver(self.wire[0].kind, self.wire[0].msgid)

    def ring(self, msgid="m1", node="alice"):
        """Let the timer of this message run out."""
        self.timers.remove((node, msgid))
        return self.perform(node, self.nodes[node].timer(msgid))

    @property
    def kinds(self):
        """What is on the wire."""
        return [packet.kind for packet in self.wire]

    def take(self, kind, msgid):
        for packet in self.wire:
            if (packet.kind, packet.msgid) == (kind, msgid):
                self.wire.remove(packet)
                return packet
        raise AssertionError(f"no {msgid}/{kind} on the wire, only {self.wire}")

    def perform(self, node, effects):
        for effect in effects:
            match effect:
                case Transmit(packet):
                    assert packet.src == node
                    self.wire.append(packet)
                case StartTimer(name, _):
                    self.timers.add((node, name))
                case CancelTimer(name):
                    self.timers.discard((node, name))
                case Show(_, message):
                    self.screen[node].append(message.text)
                case Report(msgid, status):
                    self.ticks[node][msgid] = status
                case Discard():
                    pass
                case _:
                    raise AssertionError(f"no effect: {effect}")
        return effects


HELLO = Message(said=0, sender="alice", to="bob", text="hello")


def packet(kind, msgid="m1", message=HELLO):
    """The packet of this kind as the normal exchange has it, between the message's sender and its receiver."""
    ways = {
        "msg:R": (message.sender, SERVER),
        "msg:A": (SERVER, message.sender),
        "msg:N": (SERVER, message.to),
        "ack:R": (message.to, SERVER),
        "ack:A": (SERVER, message.to),
        "ack:N": (SERVER, message.sender),
    }
    return Packet(kind, msgid, *ways[kind], message)
