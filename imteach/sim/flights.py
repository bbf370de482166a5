"""Packets in flight: they are sent, and arrive, are dropped by a fault, or are lost because nobody can be reached."""

from imteach.errors import InputError
from imteach.protocol import SERVER, Packet, Transmit
from imteach.scenario.checks import NETWORK
from imteach.sim.agenda import ARRIVAL
from imteach.sim.run import Run
from imteach.trace.records import instant


class Flights(Run):
    """A run in which packets travel. They go by their numbers: see `Recorder`."""

    def transmit(self, node: str, effect: Transmit, step: int) -> None:
        """Put a packet on the network, with the copies that faults make of it."""
        packet, written, orders = effect.packet, self.written, self.orders
        if not self.is_ours:
            self._check_way(node, packet)
        if packet.kind == "msg:R" and written.is_again(packet):
            written.event(node, "retransmit", step, len(written.sent), packet.msgid)
        number = written.send(effect)
        latency = self.latency[packet.dst if node == SERVER else node]
        name = written.next_name() if orders.ask_names else ""
        if name not in orders.named:
            self.set_out(number, packet, latency, latency, name)
            return
        takes = latency + orders.delay_of(name)
        self.set_out(number, packet, takes, latency, name)
        for after in orders.copies_of(name):
            self.copy(number, takes + (latency if after is None else after))

    def copy(self, original: int, takes: float) -> None:
        """The network makes a copy of a packet, which `takes` so many ms if it is not delayed itself."""
        packet = self.written.sent[original]
        number = self.written.copy(original)
        name = self.written.names()[number]
        self.set_out(number, packet, takes + self.orders.delay_of(name), self.latency[packet.person], name)

    def _check_way(self, node: str, packet: Packet) -> None:
        if packet.dst not in self.nodes or (node == SERVER) == (packet.dst == SERVER):
            raise InputError(
                f"{node} transmits {packet.kind} to {packet.dst!r}; clients talk to the server, it to them"
            )

    def set_out(self, number: int, packet: Packet, takes: float, latency: float, name: str = "") -> None:
        """Let a packet set out on its way, which `takes` so many ms, and settle how it ends if nobody moves.

        `name` may be left out where nothing depends on it.
        """
        now = self.written.now
        due = now + takes
        if type(due) is not int:
            due = instant(due)
        self.written.dues.append(due)
        if self.network is not self.calm:
            if self.network.goes_nowhere(packet.dst):
                self.nowhere.add(number)
            why = self.network.cannot_leave(packet.src, packet.dst)
            if why:
                self.lose(number, why)
                return
        self.travel(number, packet, takes == latency)
        if name and self.orders.drops(name):  # it vanishes on its way
            self.agenda.add(instant(now + latency * 3 // 5), ARRIVAL, "drop", number)
        else:
            self.agenda.add(due, ARRIVAL, "arrive", number)

    def travel(self, number: int, packet: Packet, is_usual: bool) -> None:
        """A packet has left: count it among what is still to come. `is_usual`: it takes its link's latency."""
        if is_usual and packet.group and packet.kind in ("offline:R", "offline:A") and not packet.kept:
            self.idle.add(number)
            self.pending.waits["pull"] += 1
        else:
            self.pending.others += 1

    def arrive(self, number: int) -> None:
        """A packet reaches its node, or nobody."""
        packet = self.written.sent[number]
        node = packet.dst
        if self.network is not self.calm:
            why = self.network.cannot_arrive(packet.src, node, number in self.nowhere)
            if why:
                self.lose(number, why)
                return
        seen = packet._replace(fabricated=False) if packet.fabricated else packet  # for the onlooker, not for a client
        effects = self.told(node, "receive", seen)
        written = self.written
        self.perform(node, effects, written.event(node, "arrive", written.sends[number], number, packet.msgid or None))

    def drop(self, number: int) -> None:
        """A packet vanishes on its way; no node notices."""
        self.written.end(number, NETWORK, "drop")

    def lose(self, number: int, why: str) -> None:
        """A packet is lost, for there is nobody to reach; no node notices."""
        self.written.end(number, NETWORK, "lose", why)
