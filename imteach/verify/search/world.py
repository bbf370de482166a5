"""A scenario without a clock: what may happen next, whatever the times.

Any packet in flight may arrive next, any timer that runs may run out, people do what the scenario says in its order,
each thing at any moment, and faults strike where the budget allows it. A state is a tuple of small numbers.
"""

from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from imteach.errors import InputError, quoted
from imteach.learner.mistakes import Mistake
from imteach.learner.snapshot import restored, snapshot
from imteach.protocol import (
    SERVER,
    CancelTimer,
    Delete,
    Effect,
    Hold,
    MemoryDisk,
    Message,
    Outcome,
    Packet,
    Report,
    Rung,
    Show,
    StartTimer,
    Store,
    Transmit,
    Value,
    Write,
)
from imteach.scenario import Fault, Offline, Partition, Resend, Scenario
from imteach.scenario.scenario import HEARTBEAT
from imteach.sim.network import Command, Network, News, forgotten
from imteach.tell.words import join, the
from imteach.verify.search.machine import Machine, Move, Told
from imteach.verify.search.seen import Seen

CHECK_KINDS = ("drop", "duplicate", "crash")
"""The kinds of fault that a search without a clock knows. Delay is not one: any packet may take as long as it likes."""


class State(Value, frozen=True):
    """Everything that decides what can happen from now on, as numbers.

    For each node its state (-1: it is down), its disk and the timers that run; the packets in flight, sorted; who can
    reach whom; how far each script has come; how many msgids were made; what people have seen; which heartbeats came
    since there was news.

    A search holds them by the hundred thousand. It is no named tuple, because the garbage collector would look through
    all of them again and again.
    """

    nodes: tuple[int, ...]
    disks: tuple[int, ...]
    timers: tuple[tuple[str, ...], ...]
    flight: tuple[int, ...]
    net: int
    done: tuple[int, ...]
    made: int
    seen: int
    beats: tuple[tuple[int, str], ...] = ()


class Net(NamedTuple):
    """Who can reach whom, and the news that the server has yet to learn: of logins, of logouts, of crashes."""

    network: Network
    news: tuple[News, ...] = ()


class Action(Value, frozen=True):
    """Something that may happen: what, to whom or what, and after how many effects the node crashes (0: it doesn't).

    `what` is "do", "arrive", "drop", "copy", "timer", "crash", "restart" or "learn".
    """

    what: str
    about: Hashable
    crash_after: int = 0


class MistakeError(Exception):
    """A learner's code cannot go on, here: after this `action`, None if it is how a node starts."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake)
        self.mistake = mistake
        self.action: Action | None = None


class Numbers:
    """Things by number: each different one gets the next.

    >>> packets = Numbers()
    >>> packets.of("a"), packets.of("b"), packets.of("a"), packets[1]
    (0, 1, 0, 'b')
    """

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._things: list[Any] = []

    def of(self, thing: Hashable) -> int:
        """Return the number of a thing."""
        number = self._numbers.setdefault(thing, len(self._things))
        if number == len(self._things):
            self._things.append(thing)
        return number

    def __getitem__(self, number: int) -> Any:
        return self._things[number]

    def __len__(self) -> int:
        return len(self._things)


class Performed(NamedTuple):
    """What performing effects changed for the node that asked for them, and what it sent."""

    disk: int
    timers: tuple[str, ...]
    seen: int
    sent: tuple[int, ...]
    news: bool


class World:
    """A scenario without a clock, with the faults `given` that always strike: people who are away, links that are cut.

    Raises `InputError` for a given fault that needs a clock.

    >>> world = World(Scenario("basic"))
    >>> [action.what for action, _, _ in world.next(world.start)]
    ['do']
    """

    def __init__(self, scenario: Scenario, given: Sequence[Fault] = ()) -> None:
        self.scenario = scenario
        self.given = tuple(given)
        self.names = (*scenario.people, SERVER)
        self.place = {name: place for place, name in enumerate(self.names)}
        self.server = self.place[SERVER]
        self.machines = [Machine(scenario, name) for name in self.names]
        self.packets = Numbers()
        self.disks = Numbers()
        self.nets = Numbers()
        self.all_seen = Numbers()
        self.scripts: list[tuple[Doing, ...]] = [_doings(scenario), *_scripts(given, self.place)]
        self.heartbeats: set[tuple[int, str]] = set()  # the timers that never end by themselves
        self._performed: dict[tuple[Hashable, ...], Performed] = {}
        self.start = self._started()

    def _started(self) -> State:
        state = State(
            nodes=(0,) * len(self.names),
            disks=(self.disks.of(snapshot(MemoryDisk())),) * len(self.names),
            timers=((),) * len(self.names),
            flight=(),
            net=self._net(Net(Network.among(self.scenario.people))),
            done=(0,) * len(self.scripts),
            made=0,
            seen=self.all_seen.of(snapshot(Seen(self.scenario))),
        )
        for person in range(self.server):
            state = self._told(state, person, ("command", "start"))
        return state

    def _net(self, net: Net) -> int:
        """Return the number of a net, in which the connection that the server knows of counts as 0.

        That is enough because numbers of connections are only compared.
        """
        network = net.network
        behind = ((news, network.behind(news.person, news.connection)) for news in net.news)
        counted = tuple(news._replace(connection=max(count, -1)) for news, count in behind)
        return self.nets.of(Net(network.canonical(), counted))

    # What may happen

    def next(self, state: State, kinds: Sequence[str] = (), faults: int = 0) -> Iterator[tuple[Action, State, int]]:
        """Yield everything that may happen in this state, what state it leads to, and how many faults it takes.

        `faults` is how many may still strike, each of one of the `kinds`.
        """
        actions = list(self._ordinary(state))
        for action in actions:
            yield action, self.after(state, action), 0
        if faults:
            for action in self._faulty(state, kinds, actions):
                yield action, self.after(state, action), 1

    def is_over(self, state: State) -> bool:
        """Whether nothing is left to come: nothing in flight, no timer, no news on the way, nobody down."""
        if state.flight or -1 in state.nodes or self.nets[state.net].news:
            return False
        if any((node, name) not in state.beats for node, timers in enumerate(state.timers) for name in timers):
            return False
        return all(done == len(script) for done, script in zip(state.done, self.scripts, strict=True))

    def outcomes(self, state: State) -> tuple[Outcome, ...]:
        """What came of each thing said."""
        seen: Seen = restored(self.all_seen[state.seen])
        return seen.outcomes()

    def teller(self, state: State, action: Action) -> int:
        """Return the number of the node to which this action tells something."""
        return _HAPPENS[action.what](self, state, action.about)[1]

    def spoken(self, node: int) -> str:
        """Return a node's name as a sentence has it."""
        return the(self.names[node])

    def _ordinary(self, state: State) -> Iterator[Action]:
        """What may happen without a fault."""
        for number, script in enumerate(self.scripts):
            if state.done[number] < len(script):
                yield Action("do", number)
        for packet in dict.fromkeys(state.flight):
            yield Action("arrive", packet)
        for node, timers in enumerate(state.timers):
            for name in timers:
                if (node, name) not in state.beats:
                    yield Action("timer", (node, name))
        if -1 in state.nodes:
            yield from (Action("restart", node) for node, now in enumerate(state.nodes) if now == -1)
        yield from (Action("learn", news) for news in self._news(state))

    def _news(self, state: State) -> Iterator[News]:
        """The news that may reach the server next: a person's own logins and logouts come in their order."""
        seen = set()
        for news in self.nets[state.net].news:
            if news.crash or news.person not in seen:
                yield news
            if not news.crash:
                seen.add(news.person)

    def _faulty(self, state: State, kinds: Sequence[str], actions: Iterable[Action]) -> Iterator[Action]:
        """Where a fault may strike: at a packet in flight; at a node, now or in the middle of what it does next."""
        for packet in dict.fromkeys(state.flight):
            yield from (Action(what, packet) for what, kind in _PACKET_FAULTS.items() if kind in kinds)
        if "crash" not in kinds:
            return
        yield from (Action("crash", node) for node, now in enumerate(state.nodes) if now != -1)
        for action in actions:
            before, node, told = _HAPPENS[action.what](self, state, action.about)
            if told is not None:
                effects = self.machines[node].move(before.nodes[node], told, before.made).effects
                yield from (action._replace(crash_after=after) for after in _seams(effects))

    # What it leads to

    def after(self, state: State, action: Action) -> State:
        """Return the state after this. Raises `MistakeError` where a learner's code cannot go on."""
        try:
            return self._after(state, action)
        except MistakeError as error:
            error.action = action
            raise

    def _after(self, state: State, action: Action) -> State:
        state, node, told = _HAPPENS[action.what](self, state, action.about)
        if action.what in _NEWS and state.beats:
            state = state._replace(beats=())
        if told is None:
            return state
        state = self._told(state, node, told, action.crash_after)
        if action.what != "restart" or action.crash_after:
            return state
        return self._restarted(state, node)

    def _do(self, state: State, number: Any) -> "Before":
        """The next thing of a script happens."""
        done = state.done
        doing = self.scripts[number][done[number]]
        state = state._replace(done=(*done[:number], done[number] + 1, *done[number + 1 :]))
        return _DOES[type(doing)](self, state, doing)

    def _say(self, state: State, message: Message) -> "Before":
        """A person says something, if they are not down."""
        node = self.place[message.sender]
        if state.nodes[node] == -1:
            return state, node, None
        told = ("command", "say", message)
        handed = self.machines[node].move(state.nodes[node], told, state.made).handed
        seen = self._changed_seen(state.seen, lambda seen: seen.say(state.done[0], f"m{state.made + 1}", message))
        return state._replace(seen=seen, made=state.made + (not handed)), node, told

    def _resend(self, state: State, wanted: Resend) -> "Before":
        """A person sends again what their screen shows as failed."""
        seen: Seen = restored(self.all_seen[state.seen])
        person = next((who for who, screen in seen.screens.items() if screen.get(wanted.msgid) == "failed"), None)
        if person is None or state.nodes[self.place[person]] == -1:
            return state, 0, None
        said = next(said for said, first in seen.first.items() if first == seen.carries[wanted.msgid])
        message = self.scenario.messages()[said]
        after = self._changed_seen(
            state.seen, lambda seen: seen.tell(person, "resend", state.done[0], msgid=wanted.msgid)
        )
        return state._replace(seen=after), self.place[person], ("command", "resend", message, wanted.msgid)

    def _arrive(self, state: State, packet: Any) -> "Before":
        """A packet reaches its node, or nobody."""
        state = state._replace(flight=_without(state.flight, packet))
        arrived: Packet = self.packets[packet]
        node = self.place[arrived.dst]
        network: Network = self.nets[state.net].network
        return state, node, None if network.cannot_arrive(arrived.src, arrived.dst) else ("receive", arrived)

    def _drop(self, state: State, packet: Any) -> "Before":
        return state._replace(flight=_without(state.flight, packet)), 0, None

    def _copy(self, state: State, packet: Any) -> "Before":
        return state._replace(flight=tuple(sorted((*state.flight, packet)))), 0, None

    def _timer(self, state: State, about: Any) -> "Before":
        """A timer runs out."""
        node, name = about
        timers = tuple(other for other in state.timers[node] if other != name)
        if about in self.heartbeats:
            state = state._replace(beats=tuple(sorted((*state.beats, about))))
        return state._replace(timers=_put(state.timers, node, timers)), node, ("timer", name)

    def _crash(self, state: State, node: Any) -> "Before":
        """A node crashes: what it held and its timers are gone, its disk is not."""
        net: Net = self.nets[state.net]
        name, network = self.names[node], net.network.crash(self.names[node])
        net = Net(network, net.news if name == SERVER else (*net.news, network.news_of_crash(name)))
        down = state._replace(nodes=_put(state.nodes, node, -1), timers=_put(state.timers, node, ()))
        return down._replace(net=self._net(net)), node, None

    def _restart(self, state: State, node: Any) -> "Before":
        """A node starts again with what is on its disk."""
        net: Net = self.nets[state.net]
        number = self._net(net._replace(network=net.network.restart(self.names[node])))
        runs = state._replace(nodes=_put(state.nodes, node, 0), net=number)
        return runs, node, ("restart", self.disks[state.disks[node]])

    def _restarted(self, state: State, node: int) -> State:
        """Clients log in again: the one that started again, or all of them if it was the server."""
        network: Network = self.nets[state.net].network
        if node != self.server:
            known = self.machines[node].node(state.nodes[node]).queue
            forgets = _Forgets(self.names[node], known, self.scenario.setting)
            state = state._replace(seen=self._changed_seen(state.seen, forgets))
        for person, command in network.after_restart(self.names[node]):
            state = self._logs(state, self.place[person], command)
        return state

    def _logs(self, state: State, person: int, command: Command) -> State:
        """A client logs in or out, which the server has yet to learn."""
        before, node, told = self._login_or_logout(state, person, command)
        return self._told(before, node, told) if told is not None else before

    def _login_or_logout(self, state: State, person: int, command: Command) -> "Before":
        net: Net = self.nets[state.net]
        name = self.names[person]
        seen = self._changed_seen(state.seen, lambda seen: seen.tell(name, command))
        net = net._replace(news=(*net.news, net.network.news_of(name, command)))
        return state._replace(net=self._net(net), seen=seen), person, ("command", command)

    def _leave(self, state: State, doing: "PresenceChange") -> "Before":
        """A person logs out, or in again, unless they are away for another reason or down."""
        net: Net = self.nets[state.net]
        name = self.names[doing.person]
        network = net.network.leave(name) if doing.out else net.network.come_back(name)
        state = state._replace(net=self._net(net._replace(network=network)))
        if not (network.has_just_left(name) if doing.out else network.is_in(name)):
            return state, doing.person, None
        return self._login_or_logout(state, doing.person, "logout" if doing.out else "login")

    def _cut(self, state: State, doing: "LinkChange") -> "Before":
        """Links are cut, or work again."""
        net: Net = self.nets[state.net]
        network = net.network
        for way in doing.ways:
            network = network.sever(way) if doing.cut else network.mend(way)
        return state._replace(net=self._net(net._replace(network=network))), 0, None

    def _learn(self, state: State, news: Any) -> "Before":
        """The server learns that somebody logged in or out, or is gone; unless it is down, or knows something newer."""
        net: Net = self.nets[state.net]
        net = net._replace(news=_without(net.news, news))
        machine, held = self.machines[self.server], state.nodes[self.server]
        heeds = net.network.heeds(news, lambda: news.person in machine.node(held).online)
        network = net.network.learn(news) if heeds else net.network
        state = state._replace(net=self._net(net._replace(network=network)))
        return state, self.server, ("presence", news.person, news.online) if heeds else None

    # What a node asked for

    def _told(self, state: State, node: int, told: Told, crash_after: int = 0) -> State:
        """Tell a node something, and do what it asks for; or only its first effects, after which it crashes."""
        move = self.machines[node].move(state.nodes[node], told, state.made)
        if move.mistake is not None:
            raise MistakeError(move.mistake)
        done = self._perform(state, node, move, crash_after)
        state = State(
            nodes=_put(state.nodes, node, move.state),
            disks=_put(state.disks, node, done.disk),
            timers=_put(state.timers, node, done.timers),
            flight=tuple(sorted((*state.flight, *done.sent))),
            net=state.net,
            done=state.done,
            made=state.made + move.handed,
            seen=done.seen,
            beats=() if done.news else state.beats,
        )
        return self._crash(state, node)[0] if crash_after else state

    def _perform(self, state: State, node: int, move: Move, crash_after: int) -> Performed:
        """Make a move's effects happen, or only the first; the same move in the same place is worked out once."""
        if not move.effects:
            return Performed(state.disks[node], state.timers[node], state.seen, (), news=False)
        place = (id(move), crash_after, state.disks[node], state.timers[node], state.seen, state.net)
        done = self._performed.get(place)
        if done is None:
            effects = move.effects[:crash_after] if crash_after else move.effects
            done = self._performed[place] = _Performance(self, state, node).of(effects)
        return done

    def _changed_seen(self, seen: int, change: Callable[[Seen], None]) -> int:
        """Return the number of what people have seen once this change is made to it."""
        changed: Seen = restored(self.all_seen[seen])
        change(changed)
        return self.all_seen.of(snapshot(changed))


Before = tuple[State, int, Told | None]
"""How things stand just before a node is told something; which node, and what. None: no node is told anything."""

_HAPPENS: dict[str, Callable[[World, State, Any], Before]] = {
    "do": World._do,
    "arrive": World._arrive,
    "drop": World._drop,
    "copy": World._copy,
    "timer": World._timer,
    "crash": World._crash,
    "restart": World._restart,
    "learn": World._learn,
}

_NEWS = ("do", "learn", "crash", "restart")
"""After these a heartbeat may find something new for the members of a group."""

_PACKET_FAULTS = {"drop": "drop", "copy": "duplicate"}
"""What may happen to a packet in flight, with the kind of fault that it is."""


class PresenceChange(NamedTuple):
    """A person logs out, or in again."""

    person: int
    out: bool


class LinkChange(NamedTuple):
    """Links are cut, or work again."""

    ways: tuple[tuple[str, str], ...]
    cut: bool


Doing = Message | Resend | PresenceChange | LinkChange
"""One thing of a script: somebody says something or sends it again, leaves or comes back; a link is cut or mended."""

_DOES: dict[type, Callable[[World, State, Any], Before]] = {
    Message: World._say,
    Resend: World._resend,
    PresenceChange: World._leave,
    LinkChange: World._cut,
}


def _doings(scenario: Scenario) -> tuple[Doing, ...]:
    """What people do in a scenario, in its order."""
    says: list[tuple[float, Doing]] = [
        (say.at, message) for say, message in zip(scenario.in_order, scenario.messages(), strict=True)
    ]
    resends: list[tuple[float, Doing]] = [(resend.at, resend) for resend in scenario.resend]
    return tuple(doing for _, doing in sorted([*says, *resends], key=lambda timed: timed[0]))


def _scripts(given: Sequence[Fault], place: dict[str, int]) -> list[tuple[Doing, ...]]:
    """What given faults do: for each person and each link, in the order of its times."""
    scripts: dict[object, list[tuple[float, Doing]]] = {}
    for fault in given:
        if isinstance(fault, Offline):
            script = scripts.setdefault(fault.person, [])
            changes: list[Doing] = [PresenceChange(place[fault.person], out) for out in (True, False)]
        elif isinstance(fault, Partition):
            script = scripts.setdefault(frozenset((fault.one, fault.other)), [])
            changes = [LinkChange(tuple(fault.ways), cut) for cut in (True, False)]
        else:
            raise InputError(
                f"{quoted(fault)} needs a clock or a packet's name, and this search has neither; "
                f"it can be given Offline and Partition, and strikes with {join(CHECK_KINDS)} itself",
                where="given",
            )
        script.append((fault.at, changes[0]))
        if fault.lasting is not None:
            script.append((fault.at + fault.lasting, changes[1]))
    ordered = (sorted(script, key=lambda timed: timed[0]) for script in scripts.values())
    return [tuple(doing for _, doing in script) for script in ordered]


class _Performance:
    """Effects happening one by one, at one node of one state."""

    def __init__(self, world: World, state: State, node: int) -> None:
        self.world = world
        self.network: Network = world.nets[state.net].network
        self.node = node
        self.name = world.names[node]
        self.disk: MemoryDisk = restored(world.disks[state.disks[node]])
        self.timers = dict.fromkeys(state.timers[node])
        self.seen: Seen = restored(world.all_seen[state.seen])
        self.sent: list[int] = []

    def of(self, effects: Sequence[Effect]) -> Performed:
        for effect in effects:
            self.one(effect)
        disk = self.world.disks.of(snapshot(self.disk))
        seen = self.world.all_seen.of(snapshot(self.seen))
        news = any(isinstance(effect, Show | Hold | Store) for effect in effects)
        return Performed(disk, tuple(sorted(self.timers)), seen, tuple(self.sent), news)

    def one(self, effect: Effect) -> None:
        match effect:
            case Transmit(packet):
                self.transmit(packet)
            case StartTimer(name, _, wait):
                self.timers[name] = None
                if wait == HEARTBEAT:
                    self.world.heartbeats.add((self.node, name))
            case CancelTimer(name):
                self.timers.pop(name, None)
            case Show(msgid, message, write):
                self.seen.know(msgid, message)
                self.write(write)
                self.seen.tell(self.name, "show", msgid=msgid, text=message.text)
            case Report(msgid, status, write):
                self.write(write)
                self.seen.report(self.name, msgid, status)
            case Write():
                self.write(effect)
            case Store(to, kept):
                self.seen.know(kept.msgid, kept.message)
                self.write(effect.write)
                self.seen.tell(self.name, "store", msgid=kept.msgid, to=to)
            case Delete(to, msgid):
                self.write(effect.write)
                self.seen.tell(self.name, "delete", msgid=msgid, to=to)

    def write(self, write: Write | None) -> None:
        if write is None:
            return
        self.disk.write(write.table, write.key, write.value)
        if write.table == "cursor":
            self.seen.move_cursor(self.name, write.key, write.value)

    def transmit(self, packet: Packet) -> None:
        """Put a packet in flight, unless it is lost at once: its sender is away, its line gone or its link cut."""
        if packet.dst not in self.world.place or (self.name == SERVER) == (packet.dst == SERVER):
            raise InputError(f"{self.name} transmits {packet.kind} to {packet.dst!r}")
        for kept in packet.kept:
            self.seen.know(kept.msgid, kept.message)
        if packet.msgid:
            self.seen.know(packet.msgid, packet.message)
        if not (self.network.cannot_leave(packet.src, packet.dst) or self.network.goes_nowhere(packet.dst)):
            self.sent.append(self.world.packets.of(packet._replace(fabricated=False)))


class _Forgets:
    """Changes what people have seen: a person's client, started again, has forgotten what was on its way."""

    def __init__(self, person: str, known: Container[str], rung: Rung) -> None:
        self.person = person
        self.known = known
        self.rung = rung

    def __call__(self, seen: Seen) -> None:
        for msgid in forgotten(seen.screens.get(self.person, {}), self.known, self.rung):
            seen.report(self.person, msgid, "forgotten")


def _put(parts: tuple[Any, ...], place: int, part: Any) -> tuple[Any, ...]:
    """Return a tuple with one part changed; the same tuple, if that part is so already."""
    return parts if parts[place] == part else (*parts[:place], part, *parts[place + 1 :])


def _without(parts: tuple[Any, ...], part: Any) -> tuple[Any, ...]:
    """Return a tuple with one such part less."""
    place = parts.index(part)
    return (*parts[:place], *parts[place + 1 :])


def _seams(effects: Sequence[Effect]) -> Iterator[int]:
    """Yield after how many effects a crash makes a difference: after one that others see, or that lasts."""
    for after in range(1, len(effects)):
        if isinstance(effects[after - 1], Transmit | Show | Report | Write | Store | Delete):
            yield after
