"""A wire without time between people's clients and the server: a story says which packet moves next."""

from itertools import count

from imteach.protocol import (
    LADDER,
    SERVER,
    CancelTimer,
    Client,
    Delete,
    Discard,
    Hold,
    Kept,
    MemoryDisk,
    Message,
    Packet,
    Report,
    Server,
    Show,
    StartTimer,
    Store,
    Transmit,
    Write,
)


class Link:
    """Clients and a server. What they transmit waits on the `wire` until the story delivers or loses it."""

    def __init__(self, rung, retries=2, people=("alice", "bob"), client=Client, online=None, groups=None, ack_every=1):
        msgids = (f"m{number}" for number in count(1))
        groups = groups or {}
        self.nodes = {
            name: client(
                name,
                LADDER[rung],
                retries,
                lambda: next(msgids),
                [group for group, members in groups.items() if name in members],
                ack_every,
            )
            for name in people
        }
        self.nodes[SERVER] = Server(LADDER[rung], people if online is None else online, groups)
        self.disks = {name: MemoryDisk() for name in self.nodes}
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

    def login(self, person):
        """The person logs in, and the server learns it at once."""
        self.nodes[SERVER].presence(person, online=True)
        return self.perform(person, self.nodes[person].command("login"))

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
                case Show(_, message, write):
                    self.screen[node].append(message.text)
                    self.write(node, write)
                case Report(msgid, status, write):
                    self.ticks[node][msgid] = status
                    self.write(node, write)
                case Write():
                    self.write(node, effect)
                case Store(write=write) | Delete(write=write):
                    self.write(node, write)
                case Discard() | Hold():
                    pass
                case _:
                    raise AssertionError(f"no effect: {effect}")
        return effects

    def write(self, node, write):
        if write is not None:
            self.disks[node].write(write.table, write.key, write.value)


HELLO = Message(said=0, sender="alice", to="bob", text="hello")


def packet(kind, msgid="m1", message=HELLO, **carried):
    """The packet of this kind as the normal exchange has it, between the message's sender and its receiver."""
    ways = {
        "msg:R": (message.sender, SERVER),
        "msg:A": (SERVER, message.sender),
        "msg:N": (SERVER, message.to),
        "ack:R": (message.to, SERVER),
        "ack:A": (SERVER, message.to),
        "ack:N": (SERVER, message.sender),
    }
    return Packet(kind, msgid, *ways[kind], message)._replace(**carried)


def request(rung, msgid="m1", message=HELLO, number=1):
    """The msg:R of a message at this rung: from `ordered` on with its number, and as its own base."""
    return packet("msg:R", msgid, message, **({"number": number, "base": number} if LADDER[rung].orders else {}))


def in_queue(rung, msgid="m1", message=HELLO, number=1):
    """What a client writes as it puts a message in its waiting-ack queue: from `durable` on the message's row."""
    row = Kept(msgid, message, number if LADDER[rung].orders else 0).row()
    return Write("queue", msgid, row) if LADDER[rung].writes else None


def off_queue(rung, msgid="m1"):
    """What a client writes as it takes a message out of the queue."""
    return Write("queue", msgid, None) if LADDER[rung].writes else None


def holds(rung, queue=(), dedup=(), status=()):
    """What a client of this rung holds, when it holds nothing back."""
    state = {"queue": dict(queue), "dedup": list(dedup), "status": dict(status)}
    return state | ({"held": {}} if LADDER[rung].orders else {})
