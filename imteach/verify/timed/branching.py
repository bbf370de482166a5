"""A run that can be taken up again at any moment, with a clock, in as many ways as faults can strike next.

It is the simulator itself, but it looks up what nodes do in the tables of their machines. Two runs have the same `key`
if nothing that can still happen tells them apart.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from imteach.errors import InputError
from imteach.learner.mistakes import Mistake
from imteach.learner.snapshot import restored, snapshot
from imteach.protocol import Effect, MemoryDisk, Outcome, Packet, Write, judge
from imteach.scenario import Again, Beat, Crash, Delay, Drop, Duplicate, Fault, Late, Loss, Offline, Scenario
from imteach.sim.agenda import Appointment
from imteach.sim.orders import Orders
from imteach.sim.run import Running, TooLate
from imteach.sim.simulator import Simulator
from imteach.tell.words import join, the
from imteach.trace import Event
from imteach.trace.leftovers import Leftover, leftovers
from imteach.trace.outcomes import OutcomeReader
from imteach.trace.unused import EffectNames
from imteach.verify.search.machine import Machine
from imteach.verify.timed.strikes import EXPLORE_KINDS, at_event, name_in

MISTAKE = "a mistake in the code of a node"
"""Stands among the broken promises of a run in which a learner's class could not go on."""

SHORTER = 20
"""A run counts as endless after so many times fewer events than outside a search, where nothing is copied at each step.

Ours have at most a fifteenth of these events, even where more than a page of messages is kept for a member of a group.
"""

T = TypeVar("T")


class Strike(NamedTuple):
    """Where a fault strikes: at which event of a step, counted from its first, and which kind of fault it is.

    Where several faults of one kind can strike at one event, `nth` says which of them.
    """

    event: int
    kind: int
    nth: int = 0


class Branch(NamedTuple):
    """One way in which a run goes on: what strikes in its next step, where, and the run after it."""

    faults: tuple[Fault, ...]
    strikes: tuple[Strike, ...]
    run: "Branching"


class Branching(Simulator):
    """A run of `scenario` under the faults `given`, before its first step. A step is one appointment of its clock.

    `most_packets` is how many may be sent in it, None if nobody asks.

    >>> run = Branching(Scenario("basic"), [])
    >>> for _ in range(3):
    ...     *faulty, branch = run.branches(["drop"], 1)
    ...     print([str(*other.faults) for other in faulty])
    ...     run = branch.run
    []
    ['drop m1/msg:R#1']
    ['drop m1/msg:A#1', 'drop m1/msg:N#1']
    """

    def __init__(self, scenario: Scenario, given: Sequence[Fault], most_packets: int | None = None) -> None:
        super().__init__(scenario, given)
        self.most_packets = most_packets
        self.is_direct = False
        self.written.most_events //= SHORTER
        self.machines = {name: Machine(scenario, name) for name in self.nodes}
        self.states = dict.fromkeys(self.nodes, 0)  # by node: its number in the table of its machine
        self.disk_keys: dict[str, Hashable] = dict.fromkeys(self.nodes)
        self.effects = EffectNames()
        self.reader = OutcomeReader(scenario, Cursors({}))
        self.reader_key: Hashable = None
        self.doings = 0  # how often somebody said or resent something
        self.begun = False
        self.is_whole = _is_whole(scenario, self.faults)
        self.may_beat = bool(scenario.groups) or not scenario.is_ours  # whether heartbeats may come: they end a run
        self.naming = tuple(filter(_names_something, self.faults))

    # Going on

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to come."""
        return self.begun and not self.agenda

    def branches(self, kinds: Sequence[str], faults: int) -> Iterator[Branch]:
        """Yield every way in which the next step can go, if at most this many faults of these kinds strike in it.

        What strikes earlier comes first; the way in which nothing strikes comes last.
        """
        yield from self._branches((), (), kinds, faults)

    def _branches(
        self, faults: tuple[Fault, ...], strikes: tuple[Strike, ...], kinds: Sequence[str], left: int
    ) -> Iterator[Branch]:
        run = self.after(faults)
        if not run.all_struck(faults):
            return
        if left:
            for strike, fault in run.possible(len(self.written.log), kinds):
                if strikes[-1:] < (strike,) and fault not in self.faults:
                    yield from self._branches((*faults, fault), (*strikes, strike), kinds, left - 1)
        run.settle(len(self.written.log))
        yield Branch(faults, strikes, run)

    def gone_on(self, faults: Sequence[Fault]) -> "Branching":
        """Return the run after its next step, in which these faults strike, ready for the one after it."""
        run = self.after(faults)
        run.settle(len(self.written.log))
        return run

    def struck_at(self, strikes: Sequence[Strike]) -> tuple[tuple[Fault, ...], "Branching"]:
        """Return the faults that strike in the next step at these places, and the run after it."""
        first = len(self.written.log)
        faults: tuple[Fault, ...] = ()
        for strike in strikes:
            here = dict(self.after(faults).possible(first, EXPLORE_KINDS))
            faults = (*faults, here[strike])
        return faults, self.gone_on(faults)

    def after(self, faults: Sequence[Fault]) -> "Branching":
        """Return the run just after its next step, in which these faults strike; this one stays as it is."""
        run = self.fork()
        run.orders = Orders((*self.faults, *faults), forked(self.effects))
        if run.begun:
            run.take_next()
        else:
            run.begun = True
            run.begin()
        return run

    def take_next(self) -> None:
        """Let the next appointment happen. Raises `InputError` for a run that is too long to have an end."""
        try:
            self.happen([[self.agenda.pop()]])
        except InputError as error:
            growing = ((node, self.machines[node].growing(self.states[node])) for node in self.nodes)
            grows = [f"self.{name} of {the(node)}" for node, names in growing for name in names]
            if not grows:
                raise
            verb = "grows" if len(grows) == 1 else "grow"
            raise InputError(f"{error.said}; {join(grows)} {verb}, so no state comes back") from error

    def all_struck(self, faults: Sequence[Fault]) -> bool:
        """Whether every one of these struck: of two crashes after one effect only one can."""
        return not any(isinstance(fault, Crash) and fault in self.orders.crashes.values() for fault in faults)

    def possible(self, first: int, kinds: Sequence[str]) -> Iterator[tuple[Strike, Fault]]:
        """Yield every fault that can strike in the step whose events are those from `first` on, in their order."""
        effects = forked(self.effects)
        for number, event in enumerate(self.written.events(first)):
            name = name_in(event, effects)
            for kind, nth, fault in at_event(self, event, name, kinds) if name else ():
                yield Strike(number, EXPLORE_KINDS.index(kind), nth), fault

    def settle(self, first: int) -> None:
        """Take in the step whose events are those from `first` on; drop the next appointments that come to nothing."""
        events = self.written.events(first)
        told = [event for event in events if event.kind in _TOLD]
        self.effects = forked(self.effects)
        for event in events:
            name_in(event, self.effects)
        if told:
            self.reader = _forked_reader(self.reader, Cursors(self._cursors(events)))
            for event in told:
                self.doings += event.kind in ("say", "resend")
                self.reader.read(event._replace(id=self.doings))  # the reader only asks which was said first
            self.reader_key = _reader_key(self.reader)
        while self.agenda and not self.comes(self.agenda.next):
            self.agenda.pop()

    def _cursors(self, events: Iterable[Event]) -> dict[str, Packet]:
        """The packets that made the server write a cursor, by name."""
        told = (event for event in events if event.kind == "write" and event.packet is not None)
        return {str(event.packet): self.written.packet_of(event.id) for event in told}

    def comes(self, due: Appointment) -> bool:
        """Whether something will come of this appointment: a timer may be cancelled since, or its node down."""
        if due.what == "late_timer":
            return due.about.running.node not in self.network.down
        return due.what != "timer" or self.runs(due.about)

    def fork(self) -> "Branching":
        """Return a run that is where this one is. What either does, the other never notices."""
        twin = object.__new__(Branching)
        twin.__dict__.update(self.__dict__)
        twin.written, twin.agenda, twin.quiet = self.written.fork(), self.agenda.fork(), self.quiet.fork()
        twin.nowhere = self.nowhere.copy()
        twin.timers = {node: timers.copy() for node, timers in self.timers.items()}
        twin.screen = {person: screen.copy() for person, screen in self.screen.items()}
        twin.disks, twin.disk_keys, twin.states = self.disks.copy(), self.disk_keys.copy(), self.states.copy()
        return twin

    # What a node does, from the table of its machine

    def told(self, node: str, method: str, *what: Any) -> list[Effect | Mistake]:
        """Look up what a node does when it is told this."""
        if method == "restart":
            what = (snapshot(self.disks[node]),)
        made = self.written.msgids_made
        move = self.machines[node].move(self.states[node], (method, *what), made)
        for _ in range(move.handed):
            self.written.new_msgid()
        self.states[node] = move.state
        return [move.mistake] if move.mistake else list(move.effects)

    def renew(self, node: str) -> None:
        """Set a node back to its first state."""
        self.states[node] = 0

    def held(self, node: str) -> Any:
        """Return a node that holds what this one holds now."""
        return self.machines[node].node(self.states[node])

    def save(self, node: str, write: Write) -> None:
        """Write to a copy of a node's disk, because runs that went other ways keep the old one."""
        disk: MemoryDisk = restored(snapshot(self.disks[node]))
        disk.write(write.table, write.key, write.value)
        self.disks[node], self.disk_keys[node] = disk, snapshot(disk)

    # What matters from now on

    def broken(self) -> tuple[str, ...]:
        """The promises that this run broke, now that it is over; and `MISTAKE` if it stopped at one."""
        outcomes = self.reader.outcomes()
        kept = judge(outcomes, self.scenario.setting)
        broken = [promise for promise, holds in kept.items() if not holds]
        if self._leftovers(outcomes):
            broken.append("nothing_left_behind")
        if self.most_packets is not None and self._sent() > self.most_packets:
            broken.append("few_packets")
        return (*broken, MISTAKE) if self.mistakes else tuple(broken)

    def _sent(self) -> int:
        """How many packets were sent, copies that the network made left out, as far as that matters."""
        if self.most_packets is None:
            return 0
        sent = sum("~" not in name for name in self.written.names())
        return min(sent, self.most_packets + 1)

    def _leftovers(self, outcomes: Iterable[Outcome]) -> list[Leftover]:
        """What the nodes that are not down have left behind."""
        up = (node for node in self.nodes if node not in self.network.down)
        held = {node: self.machines[node].held(self.states[node]) for node in up}
        if not any(held.values()):
            return []
        by_number = {self.written.messages[each.msgid].said: each for each in outcomes}
        return leftovers(self.scenario, held, by_number, set(filter(self.network.is_in, self.scenario.people)))

    def key(self) -> Hashable:
        """Everything that decides how this run can go on, and what it breaks."""
        return self.place(), self.quiet.key(self.now, self.may_beat and any(self.waited_for()))

    def place(self) -> Hashable:
        """All of that but for how long there was no news, which can only end the run."""
        zero = self.now if self.is_whole else 0
        down = self.network.down
        log = self.written.log
        return (
            tuple(-1 if node in down else state for node, state in self.states.items()),
            tuple(
                (round(due.t - zero, 3), due.rank, due.what, self._about(due)) for due in self.agenda if self.comes(due)
            ),
            tuple(self.disk_keys.values()),
            self.reader_key,
            tuple((who, tuple((m, log[seen].status) for m, seen in s.items())) for who, s in self.screen.items() if s),
            self.network.canonical(),
            self.written.key(),
            bool(self.mistakes),
            self.begun,
            None if self.is_whole else self.now,
            self._sent(),
            self._names_to_come(),
        )

    def _names_to_come(self) -> Hashable:
        """All that decides when those of the given faults strike that name something.

        What was named comes once, so a count ends there. A run that goes on for ever after all of them struck can so
        come back to a state in which it was; not with jitter, for a packet's own depends on its name.
        """
        if self.jitter:
            return self.written.names_key(), self.effects.key() if self.naming else ()
        return tuple(map(self._comes_to, self.naming))

    def _comes_to(self, fault: Fault) -> Hashable:
        """How close a run has come to what a fault names."""
        match fault:
            case Drop(packet) | Duplicate(packet) | Delay(packet) if "~" not in packet:
                return min(self.written.times_sent(packet), number_in(packet))
            case Crash(after=str(after)) | Offline(after=str(after)) | Again(after=str(after)) | Beat(after=str(after)):
                if after.startswith("send ") and "~" not in after:
                    return min(self.written.times_sent(after.removeprefix("send ")), number_in(after))
            case Late(node, timer):
                return min(self.effects.times(node, f"cancel {timer}"), number_in(timer))
        return self.written.names_key(), self.effects.key()

    def _about(self, due: Appointment) -> tuple[Hashable, ...]:
        match due.what, due.about:
            case (("arrive" | "drop"), number):
                packet = self.written.sent[number]._replace(fabricated=False)
                return packet, number in self.nowhere, self.is_idle(number)
            case "timer", Running(node, name, _, wait):
                return node, name, wait
            case "late_timer", TooLate(Running(node, name)):
                return node, name
            case "restart", (node, _):
                return (node,)
            case "server_learns", (news, _):
                return (news._replace(connection=self.network.behind(news.person, news.connection)),)
        return (due.about,)


# Copies


def forked(thing: T) -> T:
    """Return a copy of an object, and of each dictionary, list and set that it holds; what is in those is shared."""
    twin = object.__new__(type(thing))
    twin.__dict__.update(thing.__dict__)
    for name, held in thing.__dict__.items():
        if type(held) in (dict, list, set):
            twin.__dict__[name] = held.copy()
        elif type(held) is Counter:  # its own way to copy takes ten times as long
            twin.__dict__[name] = Counter.__new__(Counter)
            dict.update(twin.__dict__[name], held)
    return twin


_TOLD = {"say", "resend", "status", "show", "store", "delete", "write", "logout", "login"}
"""The kinds of event that promises are judged by."""


class Cursors:
    """The packets of one step, for a reader of outcomes that reads it: it asks which cursor one carries."""

    def __init__(self, packets: Mapping[str, Packet]) -> None:
        self._packets = packets

    def get(self, name: str, /) -> Any:
        """Return the packet of this name, if there is one."""
        return self._packets.get(name)


def _forked_reader(reader: OutcomeReader, packets: Cursors) -> OutcomeReader:
    """Return a reader that has read what this one has; they share nothing that can change."""
    twin = forked(reader)
    twin.packets = packets
    twin.screens = {person: forked(screen) for person, screen in reader.screens.items()}
    twin.shelf = forked(reader.shelf)
    for table in ("stored", "log"):
        setattr(twin.shelf, table, {key: held.copy() for key, held in getattr(reader.shelf, table).items()})
    return twin


def _reader_key(reader: OutcomeReader) -> Hashable:
    """All that decides what this reader will say in the end."""
    rows = tuple((said, row.id, row.node, row.to) for said, row in reader.rows.items())
    screens = tuple(
        (person, *(tuple(table.items()) for table in (screen.status, screen.shown, screen.late, screen.newest)))
        for person, screen in sorted(reader.screens.items())
    )
    shelf = reader.shelf
    stored = tuple((said, tuple(held.items())) for said, held in shelf.stored.items())
    log = tuple((key, tuple(held)) for key, held in shelf.log.items())
    tables = (shelf.cursors, shelf.copies, shelf.twice, reader.place)
    return rows, screens, stored, log, *(tuple(table.items()) for table in tables), frozenset(reader.away)


def _names_something(fault: Fault) -> bool:
    """Whether a fault names a packet or what a node did, so that the names of what is still to come matter."""
    naming = Drop | Duplicate | Delay | Loss | Late
    return isinstance(fault, naming) or (isinstance(fault, Crash | Offline | Again | Beat) and fault.after is not None)


def number_in(name: str) -> int:
    """Return the number at the end of a name; 1 if there is none.

    >>> number_in("m1/msg:R#3"), number_in("show m1")
    (3, 1)
    """
    number = name.rpartition("#")[2]
    return int(number) if "#" in name and number.isdigit() else 1


def _is_whole(scenario: Scenario, faults: Sequence[Fault]) -> bool:
    """Whether all times are whole ms, so that only the time between two events matters, not when they happen."""
    waits = (scenario.rto, scenario.backoff, scenario.ack_delay, scenario.heartbeat, scenario.presence_timeout)
    more = (scenario.jitter, scenario.dedup_for or 0, scenario.store_for or 0)
    given = (value for fault in faults for value in vars(fault).values() if isinstance(value, float))
    return all(isinstance(ms, int) for ms in (*scenario.ways.values(), *waits, *more, *given))
