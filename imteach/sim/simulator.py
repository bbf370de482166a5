"""The simulator: one driver of the nodes, with a virtual clock and a network that a learner can break.

It tells a node what happened, performs the effects that the node returns one by one, and writes down all of it.
It decides nothing that the protocol decides.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from imteach.errors import InputError
from imteach.protocol import (
    SERVER,
    CancelTimer,
    Discard,
    Effect,
    Message,
    Packet,
    Report,
    Show,
    StartTimer,
    Transmit,
)
from imteach.sim.agenda import ARRIVAL, PERSON, TIMER, Agenda, instant
from imteach.sim.checks import NETWORK
from imteach.sim.faults import Fault, checked_fault
from imteach.sim.records import Event, PacketRecord
from imteach.sim.returned import checked
from imteach.sim.scenario import Scenario
from imteach.sim.trace import Trace


def simulate(scenario: Scenario, faults: Iterable[Fault]) -> Trace:
    """Run `scenario` under `faults` to its end, when nothing is in flight and no timer runs.

    >>> from imteach import Drop
    >>> [packet.name for packet in simulate(Scenario("basic"), [Drop("msg:N")]).packets]
    ['m1/msg:R#1', 'm1/msg:A#1', 'm1/msg:N#1']
    """
    return Simulator(scenario, faults).run()


class Simulator:
    """One run. See `simulate`."""

    def __init__(self, scenario: Scenario, faults: Iterable[Fault]) -> None:
        self.scenario = scenario
        self.faults = tuple(dict.fromkeys(checked_fault(fault).resolve(scenario.msgids) for fault in faults))
        self.to_drop = {fault.packet for fault in self.faults}
        self.nodes = scenario.nodes(self.new_msgid)
        self.agenda = Agenda()
        self.now: float = 0
        self.events: list[Event] = []
        self.packets: dict[str, PacketRecord] = {}
        self.timers: dict[tuple[str, str], int] = {}  # (node, name): its timer_start, while it runs
        self.transmissions: Counter[tuple[str, str]] = Counter()  # by kind and msgid: the numbers in names
        self.requested: set[int] = set()  # things said that were transmitted before
        self.said: dict[int, str] = {}  # the first msgid of each thing said
        self.carries: dict[str, int] = {}  # which thing said a msgid stands for
        self.handed_out: list[str] = []  # msgids made in this step
        self.msgids_made = 0
        self.most_events = 100_000 + 1_000 * len(scenario.say) * (scenario.retries + 1)

    def run(self) -> Trace:
        """Let everything happen, in order, until nothing is left to come."""
        for message, say in zip(self.scenario.messages(), self.scenario.in_order, strict=True):
            self.agenda.add(say.at, PERSON, "say", message)
        happens: dict[str, Callable[[Any], None]] = {
            "say": self.say,
            "arrive": self.arrive,
            "drop": self.drop,
            "timer": self.timer,
        }
        while self.agenda:
            due = self.agenda.pop()
            self.now = due.t
            happens[due.what](due.about)
        unused = tuple(fault for fault in self.faults if fault.packet not in self.packets)
        return Trace(self.scenario, self.faults, unused, tuple(self.packets.values()), tuple(self.events))

    def new_msgid(self) -> str:
        """Hand out m1, m2 … in the order in which clients ask."""
        self.msgids_made += 1
        msgid = f"m{self.msgids_made}"
        self.handed_out.append(msgid)
        return msgid

    # What happens

    def say(self, message: Message) -> None:
        """A person says something to their client."""
        effects = self.told(message.sender, self.nodes[message.sender].command("say", message))
        msgid = self.handed_out[0] if self.handed_out else self.new_msgid()  # what is said needs a name
        self.know(msgid, message)
        cause = self.record(message.sender, "say", msgid=msgid, said=msgid, text=message.text, to=message.to)
        self.perform(message.sender, effects, cause)

    def arrive(self, about: tuple[Packet, str, int]) -> None:
        """A packet reaches its node."""
        packet, name, sent = about
        self.packets[name] = self.packets[name]._replace(arrived=self.now, fate="arrived")
        effects = self.told(packet.dst, self.nodes[packet.dst].receive(packet))
        cause = self.record(packet.dst, "arrive", sent, packet=name, msgid=packet.msgid)
        self.perform(packet.dst, effects, cause, name)

    def drop(self, about: tuple[Packet, str, int]) -> None:
        """A packet vanishes on its way; no node notices."""
        packet, name, sent = about
        self.packets[name] = self.packets[name]._replace(fate="dropped")
        self.record(NETWORK, "drop", sent, packet=name, msgid=packet.msgid)

    def timer(self, about: tuple[str, str, int]) -> None:
        """A timer runs out."""
        node, name, started = about
        if self.timers.get((node, name)) != started:
            return  # it was cancelled, or started anew
        del self.timers[node, name]
        effects = self.told(node, self.nodes[node].timer(name))
        self.perform(node, effects, self.record(node, "timer_fire", started, timer=name))

    # What a node asked for

    def told(self, node: str, effects: object) -> list[Effect]:
        """Return the effects of the step just made, if they are what a node may return."""
        return checked(effects, type(self.nodes[node]).__name__, self.now)

    def perform(self, node: str, effects: list[Effect], cause: int, packet: str | None = None) -> None:
        """Make the effects of one step happen, one by one. `packet` names the packet that led to them."""
        for effect in effects:
            match effect:
                case Transmit(sent):
                    self.transmit(node, sent, cause)
                case StartTimer(name, attempt):
                    self.start_timer(node, name, attempt, cause)
                case CancelTimer(name):
                    self.cancel_timer(node, name, cause)
                case Show(msgid, message):
                    self.know(msgid, message)
                    said = self.said[message.said]
                    self.record(node, "show", cause, packet=packet, msgid=msgid, said=said, text=message.text)
                case Discard(msgid, message):
                    self.know(msgid, message)
                    self.record(node, "discard", cause, packet=packet, msgid=msgid, said=self.said[message.said])
                case Report(msgid, status):
                    self.record(node, "status", cause, packet=packet, msgid=msgid, status=status)

    def transmit(self, node: str, packet: Packet, cause: int) -> None:
        """Put a packet on the network: record it, and settle whether it will arrive."""
        if packet.dst not in self.nodes or (node == SERVER) == (packet.dst == SERVER):
            raise InputError(
                f"{node} transmits {packet.kind} to {packet.dst!r}; clients talk to the server, it to them"
            )
        self.know(packet.msgid, packet.message)
        self.transmissions[packet.kind, packet.msgid] += 1
        name = f"{packet.msgid}/{packet.kind}#{self.transmissions[packet.kind, packet.msgid]}"
        said = self.said[packet.message.said]
        if packet.kind == "msg:R":
            if packet.message.said in self.requested:
                cause = self.record(node, "retransmit", cause, packet=name, msgid=packet.msgid, said=said)
            self.requested.add(packet.message.said)
        latency = self.scenario.latency_of(packet.dst if node == SERVER else node)
        due = instant(self.now + latency)
        self.packets[name] = PacketRecord(
            name, packet.kind, packet.msgid, node, packet.dst, self.now, due, None, "in flight", said
        )
        sent = self.record(node, "send", cause, packet=name, msgid=packet.msgid)
        about = (packet, name, sent)
        if name in self.to_drop:
            self.agenda.add(self.now + latency * 3 // 5, ARRIVAL, "drop", about)  # it vanishes on its way
        else:
            self.agenda.add(due, ARRIVAL, "arrive", about)

    def start_timer(self, node: str, name: str, attempt: int, cause: int) -> None:
        """Start a timer; one of the same name that still runs is cancelled first."""
        self.cancel_timer(node, name, cause)
        until = instant(self.now + self.scenario.patience(attempt))
        started = self.record(node, "timer_start", cause, timer=name, until=until)
        self.timers[node, name] = started
        self.agenda.add(until, TIMER, "timer", (node, name, started))

    def cancel_timer(self, node: str, name: str, cause: int) -> None:
        """Stop a timer, if it runs."""
        if (node, name) in self.timers:
            del self.timers[node, name]
            self.record(node, "timer_cancel", cause, timer=name)

    # What is written down

    def know(self, msgid: str, message: Message) -> None:
        """Remember which thing said a msgid stands for, and the first msgid of each thing said."""
        self.said.setdefault(message.said, msgid)
        self.carries[msgid] = message.said

    def record(self, node: str, kind: str, *causes: int, **about: Any) -> int:
        """Write an event down and return its id."""
        if len(self.events) >= self.most_events:
            raise InputError(f"the run was stopped at {self.now} ms after {self.most_events} events: it does not end")
        made, self.handed_out = tuple(self.handed_out), []
        msgid = about.get("msgid")
        if msgid is not None:
            about.setdefault("said", self.said.get(self.carries.get(msgid, -1), msgid))
        event = Event(len(self.events), self.now, node, kind, causes, **about)
        if made != event.handed_out:
            event = event._replace(new_msgids=made)
        self.events.append(event)
        return event.id
