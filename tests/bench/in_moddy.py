"""Six packets a message in moddy, a simulator that draws sequence diagrams as well: no loss, no timer, all recorded.

A port of moddy's carries one message at a time. So alice says the next thing when the ack:N for the last is there.
"""

import io
from contextlib import redirect_stdout

from moddy import Sim, SimPart

LATENCY = 0.05


class Alice(SimPart):
    """The sender."""

    def __init__(self, sim: Sim, messages: int) -> None:
        super().__init__(sim=sim, obj_name="alice")
        self.left = messages
        self.create_ports("io", ["up"])

    def start_sim(self) -> None:
        """Say the first thing."""
        self.up.send("msg:R", LATENCY)

    def up_recv(self, port: object, packet: str) -> None:
        """Take what arrives."""
        if packet == "ack:N":
            self.left -= 1
            if self.left:
                self.up.send("msg:R", LATENCY)


class Server(SimPart):
    """The server, with a port for each person."""

    def __init__(self, sim: Sim) -> None:
        super().__init__(sim=sim, obj_name="server")
        self.create_ports("io", ["alice", "bob"])

    def alice_recv(self, port: object, packet: str) -> None:
        """Answer, and pass on."""
        self.alice.send("msg:A", LATENCY)
        self.bob.send("msg:N", LATENCY)

    def bob_recv(self, port: object, packet: str) -> None:
        """Answer, and tell the sender."""
        self.bob.send("ack:A", LATENCY)
        self.alice.send("ack:N", LATENCY)


class Bob(SimPart):
    """The receiver."""

    def __init__(self, sim: Sim) -> None:
        super().__init__(sim=sim, obj_name="bob")
        self.create_ports("io", ["up"])

    def up_recv(self, port: object, packet: str) -> None:
        """Acknowledge a message."""
        if packet == "msg:N":
            self.up.send("ack:R", LATENCY)


def run(messages: int) -> int:
    """Run it with moddy's own trace; return how many packets stand there as sent."""
    sim = Sim()
    alice, server, bob = Alice(sim, messages), Server(sim), Bob(sim)
    alice.up.bind(server.alice)
    server.bob.bind(bob.up)
    with redirect_stdout(io.StringIO()):
        sim.run(stop_time=messages, max_events=None, enable_trace_printing=False)
    return sum(event.action == ">MSG" for event in sim.tracing.traced_events())
