"""The rung `dedup` as one would write it in SimPy: a process for each node and each message, a Store for each inbox.

It is what the simulator is measured against, so it is written for SimPy and not for us: links are SimPy's own example
of an event that takes its time, and an answer is waited for with `answered | timeout`, as its guide does. It keeps no
trace and checks nothing; a chance is Python's own `random`. A test beside the benchmark holds that what comes of each
message is the same as in our simulator.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

import simpy

LATENCY, RTO, RETRIES = 50, 300, 2


class Packet(NamedTuple):
    """What travels."""

    kind: str
    msgid: str
    text: str


Lost = Callable[[Packet], bool]


def at_random(loss: float, seed: int) -> Lost:
    """Lose each packet with the chance `loss`."""
    throw = Random(seed).random
    return lambda packet: throw() < loss


class Link:
    """One way from a node to another: what is not lost is in the other's inbox one latency later."""

    def __init__(self, env: simpy.Environment, lost: Lost) -> None:
        self.env = env
        self.lost = lost
        self.inbox = simpy.Store(env)
        self.sent = 0

    def send(self, packet: Packet) -> None:
        """Let a packet set out."""
        self.sent += 1
        if not self.lost(packet):
            self.env.process(self.carry(packet))

    def carry(self, packet: Packet) -> Iterator[simpy.Event]:
        """Let it arrive."""
        yield self.env.timeout(LATENCY)
        yield self.inbox.put(packet)


class Alice:
    """The sender."""

    def __init__(self, env: simpy.Environment, to_server: Link, from_server: Link) -> None:
        self.env = env
        self.to_server = to_server
        self.from_server = from_server
        self.queue: dict[str, simpy.Event] = {}  # the waiting-ack queue
        self.status: dict[str, str] = {}

    def talk(self, says: Iterable[tuple[float, str]]) -> Iterator[simpy.Event]:
        """Say each thing when its time has come."""
        for number, (at, text) in enumerate(says, start=1):
            if at > self.env.now:
                yield self.env.timeout(at - self.env.now)
            self.env.process(self.say(f"m{number}", text))

    def say(self, msgid: str, text: str) -> Iterator[simpy.Event]:
        """Send a message until its ack:N comes or the tries are spent."""
        answered = self.queue[msgid] = self.env.event()
        self.status[msgid] = "sending"
        for _ in range(1 + RETRIES):
            self.to_server.send(Packet("msg:R", msgid, text))
            yield answered | self.env.timeout(RTO)
            if answered.triggered:
                return
        del self.queue[msgid]
        self.status[msgid] = "failed"

    def listen(self) -> Iterator[simpy.Event]:
        """Take what arrives."""
        while True:
            packet = yield self.from_server.inbox.get()
            match packet.kind:
                case "msg:A":
                    if self.status[packet.msgid] == "sending":
                        self.status[packet.msgid] = "sent"
                case "ack:N":
                    self.status[packet.msgid] = "delivered"
                    answered = self.queue.pop(packet.msgid, None)
                    if answered is not None:
                        answered.succeed()


class Bob:
    """The receiver."""

    def __init__(self, to_server: Link, from_server: Link) -> None:
        self.to_server = to_server
        self.from_server = from_server
        self.shown: dict[str, str] = {}

    def listen(self) -> Iterator[simpy.Event]:
        """Show what is new; acknowledge what arrives in both cases."""
        while True:
            packet = yield self.from_server.inbox.get()
            match packet.kind:
                case "msg:N":
                    if packet.msgid not in self.shown:
                        self.shown[packet.msgid] = packet.text
                    self.to_server.send(packet._replace(kind="ack:R"))
                case "ack:A":
                    pass


class Server:
    """The server: a process for each of its two connections."""

    def __init__(self, to_alice: Link, to_bob: Link) -> None:
        self.to_alice = to_alice
        self.to_bob = to_bob

    def listen(self, link: Link) -> Iterator[simpy.Event]:
        """Answer, and pass on."""
        while True:
            packet = yield link.inbox.get()
            match packet.kind:
                case "msg:R":
                    self.to_alice.send(packet._replace(kind="msg:A"))
                    self.to_bob.send(packet._replace(kind="msg:N"))
                case "ack:R":
                    self.to_bob.send(packet._replace(kind="ack:A"))
                    self.to_alice.send(packet._replace(kind="ack:N"))


@dataclass
class Came:
    """What came of a run."""

    status: dict[str, str]
    shown: dict[str, str]
    packets: int


def run(says: Iterable[tuple[float, str]], lost: Lost) -> Came:
    """Run it: `says` are the times and the texts, in order."""
    env = simpy.Environment()
    links = alice_up, alice_down, bob_up, bob_down = [Link(env, lost) for _ in range(4)]
    alice, bob, server = Alice(env, alice_up, alice_down), Bob(bob_up, bob_down), Server(alice_down, bob_down)
    for process in (alice.talk(says), alice.listen(), bob.listen(), server.listen(alice_up), server.listen(bob_up)):
        env.process(process)
    env.run()
    return Came(alice.status, bob.shown, sum(link.sent for link in links))
