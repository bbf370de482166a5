"""The simulator: one driver of the nodes, with a virtual clock and a network that a learner can break.

It tells a node what happened, performs the effects that the node returns one by one, and writes down all of it.
It decides nothing that the protocol decides.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, TypeVar

from imteach.errors import InputError
from imteach.learner.learners import Learners
from imteach.learner.mistakes import LearnerError, Line, Mistake, in_one_line
from imteach.learner.returned import checked
from imteach.protocol import (
    SERVER,
    CancelTimer,
    Delete,
    Discard,
    Effect,
    Hold,
    MemoryDisk,
    Message,
    Packet,
    Report,
    Show,
    StartTimer,
    Store,
    Transmit,
    Value,
    Write,
)
from imteach.scenario.checks import NETWORK
from imteach.scenario.faults import Crash, Fault, checked_fault
from imteach.scenario.people import Resend
from imteach.scenario.scenario import HEARTBEAT, Scenario
from imteach.sim.agenda import ARRIVAL, CRASH, PERSON, PRESENCE, TIMER, Agenda
from imteach.sim.network import Network
from imteach.sim.orders import Orders
from imteach.sim.pending import NEWS, Ending
from imteach.sim.recorder import Flight, Recorder
from imteach.tell.event import when
from imteach.trace.records import Event, instant
from imteach.trace.trace import Trace
from imteach.trace.unused import unused

T = TypeVar("T")


def simulate(scenario: Scenario, faults: Iterable[Fault]) -> Trace:
    """Run `scenario` under `faults` to its end, when nothing is in flight and no timer runs.

    The heartbeats of groups never end: a run does when nothing else is pending and a round of them brought nothing new.
    Pulls in vain do not keep it going either, once each had all its tries.

    >>> from imteach import Drop
    >>> [packet.name for packet in simulate(Scenario("basic"), [Drop("msg:N")]).packets]
    ['m1/msg:R#1', 'm1/msg:A#1', 'm1/msg:N#1']
    """
    return Simulator(scenario, faults).run()


class Running(Value, frozen=True):
    """A timer that runs: the event of its start, and what it is for."""

    started: int
    wait: str


class Simulator:
    """One run. See `simulate`."""

    def __init__(self, scenario: Scenario, faults: Iterable[Fault]) -> None:
        self.scenario = scenario
        self.faults = tuple(dict.fromkeys(checked_fault(fault).resolve(scenario) for fault in faults))
        self.orders = Orders(self.faults)
        doings = (len(scenario.say) + len(scenario.resend)) * (scenario.retries + 1)
        self.written = Recorder(100_000 + 1_000 * doings + 200 * len(scenario.people) * (10 + doings))
        self.learners = Learners.among((scenario.client, scenario.server), (*scenario.people, SERVER))
        self.is_ours = scenario.is_ours
        self.mistakes: list[tuple[str, Line | None]] = []  # of learners' code, in this run
        self.nodes = self.made(lambda: scenario.nodes(self.written.new_msgid))
        self.disks = {name: MemoryDisk() for name in self.nodes}
        self.network = Network(scenario.people)
        self.latency = {person: scenario.latency_of(person) for person in scenario.people}
        self.agenda = Agenda()
        self.lasts: dict[tuple[str, int], float] = {}  # how long timers run, by what is waited for and the attempt
        self.timers: dict[str, dict[str, Running]] = {name: {} for name in self.nodes}
        self.ending = Ending(scenario)
        self.screen: dict[str, dict[str, Event]] = {name: {} for name in self.nodes}  # the last status of each message

    def run(self) -> Trace:
        """Let everything happen, in order, until nothing is left to come.

        Raises `LearnerError` for a mistake in a learner's code; the run is in it.
        """
        try:
            self.to_the_end()
        except InputError as error:
            if not self.mistakes:
                raise
            raise LearnerError(*self.mistakes[0]) from error  # and what still ran did not end
        trace = self.trace()
        if self.mistakes:
            raise LearnerError(*self.mistakes[0], trace)
        return trace

    def to_the_end(self) -> None:
        """Let everything happen, and write it down."""
        self.begin()
        while self.agenda.heap:
            self.go_on()

    def go_on(self) -> None:
        """Let what is due next happen."""
        t, rank, _, what, about = self.agenda.pop()
        if rank == TIMER:
            if self.ending.waits[HEARTBEAT] and self.beats(about) and self.ending.is_over(t):
                return  # this heartbeat, and every other one, comes no more
        elif rank == ARRIVAL and about.wait:
            self.ending.waits[about.wait] -= 1
        else:
            self.ending.pending -= 1
        self.written.now = t
        getattr(self, HAPPENS[what])(about)

    def made(self, make: Callable[[], T]) -> T:
        """Return the node or nodes made; raise `LearnerError` if a learner's code fails in that."""
        return make() if self.learners is None else self.learners.made(make)

    def begin(self) -> None:
        """Start every client, and make the appointments that the scenario and the faults ask for."""
        for name in self.scenario.people:
            self.start(name)
        for message, say in zip(self.scenario.messages(), self.scenario.in_order, strict=True):
            self.expect(say.at, PERSON, "say", message)
        for resend in self.scenario.resend:
            self.expect(resend.at, PERSON, "resend", resend)
        for at, rank, what, about in self.orders.timed():
            self.expect(at, rank, what, about)

    def trace(self) -> Trace:
        """Return what was written down."""
        packets, events = self.written.packets(), tuple(self.written.events)
        return Trace(self.scenario, self.faults, unused(self.faults, self.written.flights, events), packets, events)

    @property
    def now(self) -> float:
        """The time, in simulated ms."""
        return self.written.now

    def expect(self, t: float, rank: int, what: str, about: Any) -> None:
        """Make an appointment for something that is not a timer."""
        self.ending.pending += 1
        self.agenda.add(instant(t), rank, what, about)

    def beats(self, about: tuple[str, str, int]) -> bool:
        """Whether this timer is a heartbeat that still runs."""
        node, name, started = about
        running = self.timers[node].get(name)
        return running is not None and running.started == started and running.wait == HEARTBEAT

    # What people do

    def start(self, person: str) -> None:
        """A person's client starts; where it asks for nothing, there is nothing to write down."""
        effects = self.told(person, "command", "start")
        if effects:
            self.perform(person, effects, self.record(person, "start"))

    def say(self, message: Message) -> None:
        """A person says something to their client."""
        if message.sender in self.network.down:
            self.record(message.sender, "unsaid", text=message.text, to=message.to)
            return
        effects = self.told(message.sender, "command", "say", message)
        made = self.written.handed_out
        msgid = made[0] if made else self.written.new_msgid()  # what is said needs a name
        self.written.know(msgid, message)
        cause = self.record(message.sender, "say", msgid=msgid, said=msgid, text=message.text, to=message.to)
        self.perform(message.sender, effects, cause)

    def resend(self, wanted: Resend) -> None:
        """A person sends a message again, if their screen shows that it failed."""
        said = self.written.messages.get(wanted.msgid)  # not by the scenario's list: somebody may have been down
        person = said.sender if said else self.scenario.sender_of(wanted.msgid)
        seen = self.screen[person].get(wanted.msgid)
        status = "was never said" if seen is None else f"is {seen.status}"
        why = f"{person} is down" if person in self.network.down else f"{wanted.msgid} {status}"
        if person in self.network.down or seen is None or seen.status != "failed":
            self.record(person, "unsaid", msgid=wanted.msgid, text=why)
            return
        message = self.written.messages[wanted.msgid]
        effects = self.told(person, "command", "resend", message, wanted.msgid)
        self.perform(person, effects, self.record(person, "resend", seen.id, msgid=wanted.msgid))

    # What happens to packets and timers

    def arrive(self, flight: Flight) -> None:
        """A packet reaches its node, or nobody."""
        packet = flight.packet
        why = self.network.is_troubled and self.network.cannot_arrive(packet.src, packet.dst, flight.nowhere)
        if why:
            self.lose(flight, why)
            return
        seen = packet._replace(fabricated=False) if packet.fabricated else packet  # for the onlooker, not for a client
        effects = self.told(packet.dst, "receive", seen)
        cause = self.written.end(flight, packet.dst, "arrive")
        self.perform(packet.dst, effects, cause, flight.name)

    def drop(self, flight: Flight) -> None:
        """A packet vanishes on its way; no node notices."""
        self.written.end(flight, NETWORK, "drop")

    def lose(self, flight: Flight, why: str) -> None:
        """A packet is lost, for there is nobody to reach; no node notices."""
        self.written.end(flight, NETWORK, "lose", why)

    def timer(self, about: tuple[str, str, int]) -> None:
        """A timer runs out."""
        node, name, started = about
        running = self.timers[node].get(name)
        if running is None or running.started != started:
            return  # it was cancelled, or started anew
        self.forget_timer(node, name)
        if running.wait == HEARTBEAT:
            self.ending.heartbeat(node, name)
        effects = self.told(node, "timer", name)
        self.perform(node, effects, self.written.event(node, "timer_fire", (started,), timer=name))

    # What happens to nodes and links

    def crash_as_ordered(self, fault: Crash) -> None:
        """A node crashes at the time that a fault says; one that is down already cannot."""
        if fault.node not in self.network.down:
            self.crash(fault)

    def crash(self, fault: Crash, *causes: int) -> None:
        """A node crashes, and will start again."""
        crashed = self.go_down(fault.node, str(fault), *causes)
        self.expect(self.now + fault.down, CRASH, "restart", (fault.node, crashed))

    def go_down(self, node: str, why: str, *causes: int) -> int:
        """A node is down from now on: what it held and its timers are gone, its disk is not. Return the event."""
        crashed = self.record(node, "crash", *causes, text=why)
        for name in list(self.timers[node]):
            self.forget_timer(node, name)
        self.network.crash(node)
        if node != SERVER:
            gone = (node, False, self.network.line(node), crashed)
            self.expect(self.now + self.scenario.presence_timeout, PRESENCE, "server learns", gone)
        return crashed

    def restart(self, about: tuple[str, int]) -> None:
        """A node starts again with what is on its disk; clients log in."""
        node, crashed = about
        self.network.down.discard(node)
        self.renew(node)
        effects = self.told(node, "restart", self.disks[node])
        restarted = self.record(node, "restart", crashed)
        self.perform(node, effects, restarted)
        if node in self.network.down:  # it crashed again over what it did first
            return
        if node == SERVER:  # every connection ended with it; whoever runs notices and logs in again
            for person in self.scenario.people:
                if self.network.is_in(person):
                    self.login(person, restarted)
            return
        self.forget_unsettled(node, restarted)
        if self.network.is_in(node):
            self.login(node, restarted)
        else:  # it starts as one that is logged out, whatever it was when it crashed
            self.logout(node, restarted)

    def forget_unsettled(self, person: str, cause: int) -> None:
        """What was on its way is on the screen no more, unless the client still knows of it."""
        unsettled = ("sending", "sent") if self.scenario.setting.acks else ("sending",)
        for msgid, seen in list(self.screen[person].items()):
            if seen.status in unsettled and msgid not in self.held(person).queue:
                self.see(person, msgid, "forgotten", cause)

    def see(self, person: str, msgid: str, status: str, cause: int, packet: str | None = None) -> None:
        """A person sees a new status beside a message."""
        seen = self.written.event(person, "status", (cause,), packet, msgid, status)
        self.screen[person][msgid] = self.written.events[seen]

    def leave(self, person: str) -> None:
        """A person logs out."""
        self.network.leave(person)
        if person in self.network.down or self.network.away[person] > 1:
            return
        self.logout(person)

    def come_back(self, person: str) -> None:
        """A person logs in again."""
        self.network.away[person] -= 1
        if self.network.is_in(person):
            self.login(person)

    def logout(self, person: str, *causes: int) -> None:
        """A client logs out: the server learns it one latency later."""
        effects = self.told(person, "command", "logout")
        logout = self.record(person, "logout", *causes)
        self.perform(person, effects, logout)
        self.tell_server(person, False, logout)

    def login(self, person: str, *causes: int) -> None:
        """A client logs in: the server learns it one latency later, as a connection is made."""
        effects = self.told(person, "command", "login")
        login = self.record(person, "login", *causes)
        self.tell_server(person, True, login)
        self.perform(person, effects, login)

    def tell_server(self, person: str, online: bool, cause: int) -> None:
        """Let the server learn of a login or logout one latency later: it is no packet, and no fault touches it."""
        when = self.now + self.scenario.latency_of(person)
        self.expect(when, PRESENCE, "server learns", (person, online, self.network.line(person), cause))

    def server_learns(self, about: tuple[str, bool, int, int]) -> None:
        """The server learns that somebody logged in or out, or is gone; if it runs, and knows no better."""
        person, online, line, cause = about
        outdated = line < self.network.line_to(person) or (not online and person not in self.held(SERVER).online)
        crashed_since = self.written.events[cause].kind == "crash" and line == self.network.line_to(person)
        if SERVER in self.network.down or outdated or crashed_since:
            return
        if online:
            self.network.server_learns(person, line)
        effects = self.told(SERVER, "presence", person, online)
        self.perform(SERVER, effects, self.record(SERVER, "login" if online else "logout", cause, to=person))

    def cut(self, way: tuple[str, str]) -> None:
        """A link is cut, one way."""
        self.network.sever(way)

    def mend(self, way: tuple[str, str]) -> None:
        """A cut link works again, if no other cut holds."""
        self.network.cut[way] -= 1

    # What a node asked for

    def held(self, node: str) -> Any:
        """The node, to look at what it holds."""
        return self.nodes[node]

    def renew(self, node: str) -> None:
        """A node is as new: all that it held is gone."""
        self.nodes[node] = self.made(lambda: self.scenario.node(node, self.written.new_msgid))

    def told(self, node: str, method: str, *what: Any) -> list[Effect | Mistake]:
        """Let a node make a step, and return the effects; or the mistake in a learner's code that stops it.

        `method` is the method of the node that is called with what the node is told.
        """
        step: Callable[..., object] = getattr(self.nodes[node], method)
        if self.learners is not None:
            return self.learners.called(self.nodes[node], step, *what)
        if self.is_ours:
            return step(*what)  # type: ignore[return-value]  # which returns what it should
        return checked(step(*what), type(self.nodes[node]).__name__, self.now)  # type: ignore[return-value]

    def perform(self, node: str, effects: list[Effect | Mistake], cause: int, packet: str | None = None) -> None:
        """Make the effects of one step happen, one by one, until all are done or the node crashes in between.

        `packet` names the packet that led to them.
        """
        for effect in effects:
            first = len(self.written.events)
            kind: type = type(effect)
            getattr(self, _method_for(kind))(node, effect, cause, packet)
            crash = self.orders.crashes and self.orders.crash_after(node, self.written.events[first:])
            if crash:
                self.crash(*crash)
                return

    def transmit(self, node: str, effect: Transmit, cause: int, _: str | None) -> None:
        """Put a packet on the network: record it, and settle whether it will arrive."""
        packet = effect.packet
        if not self.is_ours and (packet.dst not in self.nodes or (node == SERVER) == (packet.dst == SERVER)):
            raise InputError(
                f"{node} transmits {packet.kind} to {packet.dst!r}; clients talk to the server, it to them"
            )
        name = self.written.name(packet)
        if packet.kind == "msg:R" and self.written.is_again(packet):
            cause = self.record(node, "retransmit", cause, packet=name, msgid=packet.msgid)
        latency = self.latency[packet.dst if node == SERVER else node]
        if name not in self.orders.packets:
            self.send(node, packet, name, latency, latency, cause)
            return
        delay = self.orders.delay_of(name)
        sent = self.send(node, packet, name, latency + delay, latency, cause)
        for copy, after in enumerate(self.orders.copies_of(name), start=2):
            later = latency + delay + (latency if after is None else after)
            copied = f"{name}~{copy}"
            self.send(NETWORK, packet, copied, later + self.orders.delay_of(copied), latency, sent)

    def start_timer(self, node: str, timer: StartTimer, cause: int, packet: str | None) -> None:
        """Start a timer; one of the same name that still runs is cancelled first."""
        if timer.name in self.timers[node]:
            self.cancel_timer(node, timer, cause, packet)
        lasts = self.lasts.get((timer.wait, timer.attempt))
        if lasts is None:
            lasts = self.lasts[timer.wait, timer.attempt] = self.scenario.wait(timer.wait, timer.attempt)
        until = instant(self.written.now + lasts)
        started = self.written.event(node, "timer_start", (cause,), timer=timer.name, until=until)
        self.timers[node][timer.name] = Running(started, timer.wait)
        self.ending.count(timer.wait, 1)
        self.agenda.add(until, TIMER, "timer", (node, timer.name, started))

    def cancel_timer(self, node: str, timer: StartTimer | CancelTimer, cause: int, _: str | None) -> None:
        """Stop a timer, if it runs."""
        if timer.name in self.timers[node]:
            self.forget_timer(node, timer.name)
            self.written.event(node, "timer_cancel", (cause,), timer=timer.name)

    def report(self, node: str, report: Report, cause: int, packet: str | None) -> None:
        """A person sees a new status beside a message."""
        if report.write is not None:
            self.write(node, report.write, cause, packet)
        self.see(node, report.msgid, report.status, cause, packet)

    def show(self, node: str, show: Show, cause: int, packet: str | None) -> None:
        """A person is shown a message."""
        self.written.know(show.msgid, show.message)
        if show.write is not None:
            self.write(node, show.write, cause, packet)
        self.record(node, "show", cause, packet=packet, msgid=show.msgid, text=show.message.text)

    def discard(self, node: str, discard: Discard, cause: int, packet: str | None) -> None:
        """A message is not shown."""
        self.written.know(discard.msgid, discard.message)
        self.record(node, "discard", cause, packet=packet, msgid=discard.msgid, text=discard.why or None)

    def hold(self, node: str, hold: Hold, cause: int, packet: str | None) -> None:
        """A message is held back."""
        self.written.know(hold.msgid, hold.message)
        self.record(node, "hold", cause, packet=packet, msgid=hold.msgid)

    def store(self, node: str, store: Store, cause: int, packet: str | None) -> None:
        """The server stores a message."""
        kept = store.kept
        self.written.know(kept.msgid, kept.message)
        self.save(node, store.write)
        self.record(node, "store", cause, packet=packet, msgid=kept.msgid, to=store.to)

    def delete(self, node: str, delete: Delete, cause: int, packet: str | None) -> None:
        """The server deletes a stored message."""
        self.save(node, delete.write)
        self.record(node, "delete", cause, packet=packet, msgid=delete.msgid, to=delete.to)

    def write(self, node: str, write: Write, cause: int, packet: str | None) -> None:
        """Write to a node's disk."""
        self.save(node, write)
        msgid = write.key if self.written.knows(write.key) else None
        key, text = f"{write.table}/{write.key}", "erased" if write.value is None else None
        self.record(node, "write", cause, packet=packet, msgid=msgid, key=key, text=text)

    def stop(self, node: str, mistake: Mistake, cause: int, _: str | None) -> None:
        """A learner's code made a mistake: its node is down to the end, and the world goes on without it."""
        found = sentence, line = mistake.sentence(when(self.written.events[cause])), mistake.line
        self.mistakes.append(found)
        self.go_down(node, in_one_line(sentence, line), cause)

    # What that takes

    def save(self, node: str, write: Write) -> None:
        """Change a node's disk."""
        self.disks[node].write(write.table, write.key, write.value)

    def send(self, at: str, packet: Packet, name: str, takes: float, latency: float, cause: int) -> int:
        """Let a packet, or a copy that the network makes, set out on its way, which `takes` so many ms."""
        idle = packet.group and packet.kind in ("offline:R", "offline:A") and not packet.kept and takes == latency
        troubled = self.network.is_troubled
        nowhere = troubled and self.network.goes_nowhere(packet.dst)
        now = self.written.now
        due = instant(now + takes)
        flight = self.written.send(at, packet, name, due, cause, nowhere, "pull" if idle else "")
        why = troubled and self.network.cannot_leave(packet.src, packet.dst)
        if why:
            self.lose(flight, why)
            return flight.sent
        if self.orders.drops(name):
            due, end = instant(now + latency * 3 // 5), "drop"  # it vanishes on its way
        else:
            end = "arrive"
        if idle:
            self.ending.waits["pull"] += 1
        else:
            self.ending.pending += 1
        self.agenda.add(due, ARRIVAL, end, flight)
        return flight.sent

    def forget_timer(self, node: str, name: str) -> None:
        """A timer runs no more."""
        self.ending.count(self.timers[node].pop(name).wait, -1)

    # What is written down

    def record(self, node: str, kind: str, *causes: int, **about: Any) -> int:
        """Write an event down and return its id."""
        if kind in NEWS:
            self.ending.news(self.now)
        return self.written.event(node, kind, causes, **about)


HAPPENS: dict[str, str] = {
    "say": "say",
    "resend": "resend",
    "arrive": "arrive",
    "drop": "drop",
    "timer": "timer",
    "crash": "crash_as_ordered",
    "restart": "restart",
    "leave": "leave",
    "return": "come_back",
    "cut": "cut",
    "mend": "mend",
    "server learns": "server_learns",
}
"""What can be on the agenda, and the method of the simulator that lets it happen."""

_METHODS: dict[type, str] = {
    Transmit: "transmit",
    StartTimer: "start_timer",
    CancelTimer: "cancel_timer",
    Report: "report",
    Show: "show",
    Discard: "discard",
    Hold: "hold",
    Store: "store",
    Delete: "delete",
    Write: "write",
    Mistake: "stop",
}
"""The method of the simulator that makes an effect of each kind happen."""


@lru_cache(maxsize=64)
def _method_for(kind: type) -> str:
    """Return the method for effects of this kind; a learner may have made a kind of their own from one of ours."""
    return next(method for effect, method in _METHODS.items() if issubclass(kind, effect))
