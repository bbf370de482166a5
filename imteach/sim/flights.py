"""Packets in flight: they are sent, and arrive, are dropped by a fault, or are lost: an end cannot be reached."""

from collections.abc import Sequence

from imteach.errors import InputError
from imteach.learner.mistakes import Mistake
from imteach.protocol import SERVER, Effect, Packet, Transmit
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
        if written.message_of.get(packet.msgid) is not packet.message or packet.kept:
            written.know_packet(packet)
        if packet.kind == "msg:R" and written.is_again(packet.message):
            written.event(node, "retransmit", step, len(written.sent), packet.msgid)
        latency = self.from_server[packet.dst] if node == SERVER else self.to_server[node]
        due = written.now + latency
        if type(due) is not int:
            due = instant(due)
        if written.differ:
            written.note_first(len(written.log), packet.msgid)
        number = len(written.sent)
        written.sent.append(packet)
        written.log.append(effect)
        name = written.next_name() if orders.ask_names or self.jitter else ""
        if self.jitter and (more := self.jitter(name)):
            latency += more
            written.late[number] = due = instant(due + more)
        if name in orders.named:
            self._transmit_named(number, packet, latency, name)
        else:
            self.set_out(number, packet, due, latency, name)

    def _transmit_named(self, number: int, packet: Packet, latency: float, name: str) -> None:
        """Do what a fault orders for this packet: delay it, copy it, drop it."""
        delay = self.orders.delay_of(name)
        takes = latency + delay
        if delay:
            self.written.slow.add(number)
        self._set_out_late(number, packet, takes, latency, name)
        for after in self.orders.copies_of(name):
            self.copy(number, packet, takes + (latency if after is None else after))

    def copy(self, original: int, packet: Packet, takes: float) -> None:
        """The network makes a copy of a packet, which `takes` so many simulated ms if no fault delays the copy."""
        number = self.written.copy(original)
        name = self.written.names()[number]
        takes += self.orders.delay_of(name)
        latency = self.latency[packet.src, packet.dst]
        if takes != latency:
            self.written.slow.add(number)
        self._set_out_late(number, packet, takes, latency, name)

    def _set_out_late(self, number: int, packet: Packet, takes: float, latency: float, name: str) -> None:
        """Let a packet set out that may take longer than is usual, which is its `latency`: `takes` simulated ms."""
        due = instant(self.written.now + takes)
        if takes != self.latency[packet.src, packet.dst]:
            self.written.late[number] = due
        self.set_out(number, packet, due, latency, name)

    def set_out(self, number: int, packet: Packet, due: float, latency: float, name: str) -> None:
        """Let a packet set out, and put the end of its way on the agenda: it arrives at `due`, or is dropped.

        `name` is "" where nothing depends on it.
        """
        if self.network is not self.calm and self._stays(number, packet):
            return
        if name and self.orders.drops(name):  # it vanishes on its way
            self.agenda.add(instant(self.written.now + latency * 3 // 5), ARRIVAL, "drop", number)
        else:
            self.agenda.add(due, ARRIVAL, "arrive", number)

    def _stays(self, number: int, packet: Packet) -> bool:
        """Whether a packet is lost at once, because its sender cannot reach the network."""
        if self.network.goes_nowhere(packet.dst):
            self.nowhere.add(number)
        why = self.network.cannot_leave(packet.src, packet.dst)
        if why:
            self.lose(number, why)
        return bool(why)

    def _check_way(self, node: str, packet: Packet) -> None:
        if packet.dst not in self.nodes or (node == SERVER) == (packet.dst == SERVER):
            raise InputError(
                f"{node} transmits {packet.kind} to {packet.dst!r}; clients talk to the server, it to them"
            )

    def is_idle(self, number: int) -> bool:
        """Whether a packet in flight belongs to a pull in a group that brings nothing, and that no fault delays."""
        packet = self.written.sent[number]
        is_pull = packet.group and packet.kind in ("offline:R", "offline:A")
        return bool(is_pull and not packet.kept and number not in self.written.slow)

    def arrive(self, number: int) -> None:
        """A packet reaches its node, or nobody."""
        written = self.written
        packet = written.sent[number]
        node = packet.dst
        if self.network is not self.calm:
            why = self.network.cannot_arrive(packet.src, node, number in self.nowhere)
            if why:
                self.lose(number, why)
                return
        effects: Sequence[Effect | Mistake]
        seen = packet._replace(fabricated=False) if packet.fabricated else packet  # a client cannot see that
        effects = self.nodes[node].receive(seen) if self.is_direct else self.told(node, "receive", seen)
        if self.is_timed and not written.handed_out and not written.differ:  # as usual: its number says it all
            step = len(written.log)
            written.log.append(number)
        else:
            step = written.end(number, node, "arrive")
        self.perform(node, effects, step)

    def drop(self, number: int) -> None:
        """A packet vanishes on its way; no node notices."""
        self.written.end(number, NETWORK, "drop")

    def lose(self, number: int, why: str) -> None:
        """A packet is lost, because its receiver or its sender cannot be reached; no node notices."""
        self.written.end(number, NETWORK, "lose", why)
