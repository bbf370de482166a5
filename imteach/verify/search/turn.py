"""One step: what it changes of what a node holds and of what is shared, what it takes from the network and puts on it.

A step is a step of one node, and touches nothing of any other. Only a restart of the server tells all the others
something, because they log in again.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from imteach.errors import InputError
from imteach.learner.snapshot import restored, snapshot
from imteach.protocol import (
    SERVER,
    CancelTimer,
    Delete,
    Effect,
    Forget,
    MemoryDisk,
    Message,
    Packet,
    Report,
    Show,
    StartTimer,
    Store,
    Transmit,
    Write,
)
from imteach.scenario import Fault, Resend, Scenario
from imteach.sim.network import Command, Network, forgotten
from imteach.trace.outcomes import receivers
from imteach.verify.search.machine import Machine, Move, Told
from imteach.verify.search.scripts import Doing, LinkChange, PresenceChange, doings, scripts
from imteach.verify.search.seen import Seen
from imteach.verify.search.state import DOWN, Action, Local, MistakeError, Net, Numbers, Shared, Standing, State

BETWEEN = 10_000
"""So many places on a screen lie between two things of the scenario: more than faults may strike."""


class Performed(NamedTuple):
    """What performing effects changed for the node that asked for them, and what it sent."""

    disk: int
    timers: tuple[str, ...]
    seen: int
    places: tuple[Standing, ...]
    sent: tuple[int, ...]


class Parts:
    """What the states of a scenario are made of: its nodes, and whatever was met so far, by number.

    `given` are the faults that strike in any case. Raises `InputError` for one that needs a clock.
    """

    def __init__(self, scenario: Scenario, given: Sequence[Fault] = ()) -> None:
        self.scenario = scenario
        self.given = tuple(given)
        self.names = (*scenario.people, SERVER)
        self.place = {name: place for place, name in enumerate(self.names)}
        self.server = self.place[SERVER]
        self.machines = [Machine(scenario, name) for name in self.names]
        self.messages = scenario.messages()
        self.packets = Numbers()
        self.disks = Numbers()
        self.nets = Numbers()
        self.all_seen = Numbers()
        self.scripts: list[tuple[Doing, ...]] = [doings(scenario), *scripts(given, self.place)]
        self.has_other_msgids = False  # whether any msgid stands for something that was first said under another
        self.most_packets: int | None = None  # how many may be sent in a run, if somebody asks
        self.performed: dict[tuple[Hashable, ...], Performed] = {}

    def net_number(self, net: Net) -> int:
        """Return the number of a net, in which the connection that the server knows of counts as 0.

        That is enough because numbers of connections are only compared.
        """
        network = net.network
        behind = ((news, network.behind(news.person, news.connection)) for news in net.news)
        counted = tuple(news._replace(connection=max(count, -1)) for news, count in behind)
        return self.nets.of(Net(network.canonical(), counted, net.out))

    def planned(self) -> tuple[Standing, ...]:
        """Where each thing said stands on its sender's screen, if all goes as the scenario has it."""
        done = (number for number, doing in enumerate(self.scripts[0], 1) if isinstance(doing, Message))
        return tuple(Standing((_place(number),)) for number in done)

    def receivers(self, message: Message) -> tuple[str, ...]:
        """Who is to be shown this message."""
        return receivers(self.scenario, message.sender, message.to)


class Turn:
    """One step: what it changes of what the nodes concerned hold, and of what is shared; what it takes and sends.

    A step that may never happen need not be `sure`: see `Machine.move`.
    """

    def __init__(self, world: Parts, shared: Shared, locals_: Mapping[int, Local], sure: bool = True) -> None:
        self.world = world
        self.sure = sure
        self.shared = shared
        self.locals = dict(locals_)
        self.taken: int | None = None
        self.sent: tuple[int, ...] = ()

    def take(self, node: int, action: Action) -> None:
        """Take this step of a node. Raises `MistakeError`."""
        told = self.happen(node, action)
        if told is not None:
            self.tell(node, told, action.crash_after)
        if action.what == "restart" and not action.crash_after:
            self.log_in_again(node)
        if action.late is not None:
            whose, timer = action.late
            self.tell(whose, ("timer", timer))

    def happen(self, node: int, action: Action) -> Told | None:
        """Let this happen, up to where the node is told of it; return what it is told, if anything."""
        return _HAPPENS[action.what](self, node, action.about)

    def after(self, state: State) -> State:
        """Return the state after this step, which was taken in `state`."""
        flight = list(state.flight)
        if self.taken is not None:
            flight.remove(self.taken)
        return State(
            self.shared,
            tuple(self.locals.get(node, local) for node, local in enumerate(state.locals)),
            tuple(sorted((*flight, *self.sent))),
        )

    @property
    def net(self) -> Net:
        """Who can reach whom now."""
        net: Net = self.world.nets[self.shared.net]
        return net

    def change_net(self, **changes: Any) -> None:
        """Change who can reach whom, or what the server has yet to learn."""
        self.shared = self.shared._replace(net=self.world.net_number(self.net._replace(**changes)))

    def change_local(self, node: int, **changes: Any) -> None:
        """Change what a node holds."""
        self.locals[node] = self.locals[node]._replace(**changes)

    def change_seen(self, node: int, change: Callable[[Seen], None]) -> None:
        """Change what was seen at a node."""
        seen = Seen.of(self.world.all_seen[self.locals[node].seen])
        change(seen)
        self.change_local(node, seen=self.world.all_seen.of(seen.image()))

    # What happens before a node is told of it; each returns what it is told, if anything

    def do(self, node: int, number: Any) -> Told | None:
        """The next thing of a script happens."""
        done = self.shared.done
        doing = self.world.scripts[number][done[number]]
        self.shared = self.shared._replace(done=_put(done, number, done[number] + 1))
        return _DOES[type(doing)](self, node, doing)

    def say(self, node: int, message: Message) -> Told | None:
        """A person says something, if they are not down."""
        local, shared = self.locals[node], self.shared
        if local.state == DOWN:
            return None
        told = ("command", "say", message)
        handed = self.move(node, told).handed
        said, places = f"m{shared.made + 1}", shared.places
        if places:
            places = _put(places, message.said, Standing((_place(shared.done[0]),)))
        self.shared = shared._replace(
            made=shared.made + (not handed), first=_put(shared.first, message.said, said), places=places
        )
        return told

    def resend(self, node: int, wanted: Resend) -> Told | None:
        """A person sends again what their screen shows as failed."""
        local, msgid = self.locals[node], wanted.msgid
        seen = Seen.of(self.world.all_seen[local.seen])
        if local.state == DOWN or msgid not in self.shared.first or seen.signs.get(msgid) != "failed":
            return None
        return self.send_again(msgid, _place(self.shared.done[0]))

    def again(self, node: int, about: Any) -> Told:
        """A person sends again what is under way, which they do between two things of the scenario."""
        _, msgid = about
        latest = max((place for standing in self.shared.places for place in standing.may), default=0)
        return self.send_again(msgid, max(latest, _place(self.shared.done[0])) + 1)

    def send_again(self, msgid: str, place: int) -> Told:
        """Something is sent again: until somebody is shown it, it may as well stand at this place."""
        said = self.shared.first.index(msgid)
        if self.shared.places and not self.shared.places[said].shown:
            standing = Standing((*self.shared.places[said].may, place))
            self.shared = self.shared._replace(places=_put(self.shared.places, said, standing))
        return ("command", "resend", self.world.messages[said], msgid)

    def arrive(self, node: int, packet: Any) -> Told | None:
        """A packet reaches its node, or nobody."""
        self.taken = packet
        arrived: Packet = self.world.packets[packet]
        return None if self.net.network.cannot_arrive(arrived.src, arrived.dst) else ("receive", arrived)

    def drop(self, node: int, packet: Any) -> None:
        """A packet vanishes."""
        self.taken = packet

    def copy(self, node: int, packet: Any) -> None:
        """The network makes a copy of a packet."""
        self.sent = (packet,)

    def timer(self, node: int, about: Any) -> Told | None:
        """A timer runs out."""
        _, name = about
        self.change_local(node, timers=tuple(other for other in self.locals[node].timers if other != name))
        return ("timer", name)

    def crash(self, node: int, about: Any = None) -> None:
        """A node crashes: what it held and its timers are gone, its disk is not."""
        name = self.world.names[node]
        network, news = self.net.network.crash(name), self.net.news
        self.change_net(network=network, news=news if name == SERVER else (*news, network.news_of_crash(name)))
        self.change_local(node, state=DOWN, timers=())

    def restart(self, node: int, about: Any = None) -> Told:
        """A node starts again with what is on its disk."""
        self.change_net(network=self.net.network.restart(self.world.names[node]))
        self.change_local(node, state=0)
        return ("restart", self.world.disks[self.locals[node].disk])

    def learn(self, node: int, news: Any) -> Told | None:
        """The server learns that somebody logged in or out, or is gone; unless it is down, or knows something newer."""
        network = self.net.network
        held = self.locals[node].state
        heeds = network.heeds(news, lambda: news.person in self.world.machines[node].node(held).online)
        waiting = _without(self.net.news, news)
        self.change_net(network=network.learn(news) if heeds else network, news=waiting)
        return ("presence", news.person, news.online) if heeds else None

    def leave(self, node: int, doing: "PresenceChange") -> Told | None:
        """A person logs out, or in again, unless they are away for another reason or down."""
        name = self.world.names[node]
        network = self.net.network.leave(name) if doing.out else self.net.network.come_back(name)
        self.change_net(network=network)
        if not (network.has_just_left(name) if doing.out else network.is_in(name)):
            return None
        return self.log(node, "logout" if doing.out else "login")

    def away(self, node: int, about: Any = None) -> Told:
        """A person logs out, and will log in again."""
        name = self.world.names[node]
        self.change_net(network=self.net.network.leave(name), out=tuple(sorted((*self.net.out, name))))
        return self.log(node, "logout")

    def back(self, node: int, about: Any = None) -> Told | None:
        """A person logs in again, unless they are away for another reason or down."""
        name = self.world.names[node]
        network = self.net.network.come_back(name)
        self.change_net(network=network, out=_without(self.net.out, name))
        return self.log(node, "login") if network.is_in(name) else None

    def cut(self, node: int, doing: "LinkChange") -> None:
        """Links are cut, or work again."""
        network = self.net.network
        for way in doing.ways:
            network = network.sever(way) if doing.cut else network.mend(way)
        self.change_net(network=network)

    def log(self, node: int, command: Command) -> Told:
        """A client logs in or out, which the server has yet to learn."""
        news = self.net.network.news_of(self.world.names[node], command)
        self.change_net(news=(*self.net.news, news))
        return ("command", command)

    def log_in_again(self, node: int) -> None:
        """Clients log in again: the one that started again, or all of them if it was the server."""
        name = self.world.names[node]
        if name != SERVER:
            self.forget(node)
        for person, command in self.net.network.after_restart(name):
            self.tell(self.world.place[person], self.log(self.world.place[person], command))

    def forget(self, node: int) -> None:
        """What was on its way is on a screen no more, unless the client, started again, still knows of it."""
        local = self.locals[node]
        known = self.world.machines[node].node(local.state).queue
        signs = Seen.of(self.world.all_seen[local.seen]).signs
        for msgid in forgotten(signs, known, self.world.scenario.setting):
            self.change_seen(node, lambda seen, of=msgid: seen.report(of, seen.said(of), "forgotten"))  # type: ignore[misc]

    # What a node asked for

    def move(self, node: int, told: Told) -> Move:
        """Return what a node does when it is told this now."""
        return self.world.machines[node].move(self.locals[node].state, told, self.shared.made, self.sure)

    def tell(self, node: int, told: Told, crash_after: int = 0) -> None:
        """Tell a node something, and do what it asks for; or only its first effects, after which it crashes."""
        move = self.move(node, told)
        if move.mistake is not None:
            raise MistakeError(move.mistake)
        effects = move.effects[:crash_after] if crash_after else move.effects
        done = self.perform(node, (id(move), crash_after), effects)
        self.locals[node] = Local(move.state, done.disk, done.timers, done.seen)
        self.shared = self.shared._replace(made=self.shared.made + move.handed, places=done.places)
        self.sent += done.sent
        if crash_after:
            self.crash(node)

    def perform(self, node: int, which: tuple[int, int], effects: Sequence[Effect]) -> Performed:
        """Make effects happen; the same ones in the same place are worked out once."""
        local, shared = self.locals[node], self.shared
        if not effects:
            return Performed(local.disk, local.timers, local.seen, shared.places, ())
        place = (which, local.disk, local.timers, local.seen, shared.net, shared.first, shared.places)
        done = self.world.performed.get(place)
        if done is None:
            done = self.world.performed[place] = _Performance(self, node).of(effects)
        return done


_HAPPENS: dict[str, Callable[[Turn, int, Any], Told | None]] = {
    "do": Turn.do,
    "arrive": Turn.arrive,
    "drop": Turn.drop,
    "copy": Turn.copy,
    "timer": Turn.timer,
    "beat": Turn.timer,
    "crash": Turn.crash,
    "restart": Turn.restart,
    "away": Turn.away,
    "back": Turn.back,
    "again": Turn.again,
    "learn": Turn.learn,
}


class WatchedTurn(Turn):
    """A step that is taken to see which timers it stops while they run, each with its node, in `stopped`."""

    def __init__(self, world: Parts, shared: Shared, locals_: Mapping[int, Local]) -> None:
        super().__init__(world, shared, locals_)
        self.stopped: dict[tuple[int, str], None] = {}

    def perform(self, node: int, which: tuple[int, int], effects: Sequence[Effect]) -> Performed:
        """Make effects happen, and note the timers that they stop; one that is started anew is stopped first."""
        run = dict.fromkeys(self.locals[node].timers)
        for effect in effects:
            if isinstance(effect, StartTimer | CancelTimer) and effect.name in run:
                self.stopped[node, effect.name] = None
                del run[effect.name]
            if isinstance(effect, StartTimer):
                run[effect.name] = None
        return super().perform(node, which, effects)


class _Performance:
    """Effects happening one by one, at one node."""

    def __init__(self, turn: Turn, node: int) -> None:
        world, local = turn.world, turn.locals[node]
        self.world = world
        self.first = turn.shared.first
        self.places = turn.shared.places
        self.network: Network = turn.net.network
        self.name = world.names[node]
        self.local = local
        self.timers = dict.fromkeys(local.timers)
        self.sent: list[int] = []

    def of(self, effects: Iterable[Effect]) -> Performed:
        for effect in effects:
            self.one(effect)
        disk, seen = self.local.disk, self.local.seen
        if "disk" in vars(self):
            disk = self.world.disks.of(snapshot(self.disk))
        if "seen" in vars(self):
            seen = self.world.all_seen.of(self.seen.image())
        return Performed(disk, tuple(sorted(self.timers)), seen, self.places, tuple(self.sent))

    @cached_property
    def disk(self) -> MemoryDisk:
        """The disk, once it is needed: copying it takes longer than most steps."""
        disk: MemoryDisk = restored(self.world.disks[self.local.disk])
        return disk

    @cached_property
    def seen(self) -> Seen:
        """What was seen here, once it is needed."""
        return Seen.of(self.world.all_seen[self.local.seen])

    def one(self, effect: Effect) -> None:
        match effect:
            case Transmit(packet):
                self.transmit(packet)
            case StartTimer(name):
                self.timers[name] = None
            case CancelTimer(name):
                self.timers.pop(name, None)
            case Show(msgid, message, write):
                self.write(write)
                self.show(self.know(msgid, message), message)
            case Report(msgid, status, write):
                self.write(write)
                self.seen.report(msgid, self.seen.said(msgid), status)
            case Forget(_, write):
                self.write(write)
            case Write():
                self.write(effect)
            case Store(to, kept):
                self.write(effect.write)
                said = self.know(kept.msgid, kept.message)
                self.seen.shelf.store(said, *self.copy_for(to, kept.message))
            case Delete(to, msgid):
                self.write(effect.write)
                said = self.seen.said(msgid)
                if said in self.first:
                    self.seen.shelf.delete(said, *self.copy_for(to, self.world.messages[self.first.index(said)]))

    def know(self, msgid: str, message: Message) -> str:
        """Note which thing said this msgid stands for, and return that: the first msgid of it."""
        said = self.first[message.said] or msgid
        if msgid != said or self.world.has_other_msgids:
            self.world.has_other_msgids = True  # from now on there may be something to change
            self.seen.know(msgid, said)
        return said

    def show(self, said: str, message: Message) -> None:
        """A message is shown; if it was nowhere so far, the place where it stands is settled now."""
        conversation = (message.sender, message.to, self.name)
        place = message.said  # nothing is said anew: the order in which things are said is that of their numbers
        if self.places:
            places, shown = self.places[message.said]
            place = self.seen.screen.place_among(places, conversation)
            if not shown:
                self.places = _put(self.places, message.said, Standing((place,), shown=True))
        self.seen.show(said, conversation, place)

    def copy_for(self, to: str, message: Message) -> tuple[str, tuple[str, ...], bool]:
        """For whom a copy of a message is stored, who of a group is to be shown it, and whether it is a group's."""
        return to, self.world.receivers(message), to in self.world.scenario.groups

    def write(self, write: Write | None) -> None:
        if write is None:
            return
        self.disk.write(write.table, write.key, write.value)
        if write.table == "cursor" and self.name == SERVER:
            group, member = write.key.split("/", 1)
            self.seen.shelf.move_cursor(group, member, write.value)

    def transmit(self, packet: Packet) -> None:
        """Put a packet in flight, unless it is lost at once: its sender is away, its line gone or its link cut."""
        if packet.dst not in self.world.place or (self.name == SERVER) == (packet.dst == SERVER):
            raise InputError(f"{self.name} transmits {packet.kind} to {packet.dst!r}")
        if self.world.most_packets is not None:  # more than too many is too many
            self.seen.sent = min(self.seen.sent + 1, self.world.most_packets + 1)
        for kept in packet.kept:
            self.know(kept.msgid, kept.message)
        if packet.msgid:
            self.know(packet.msgid, packet.message)
        if not (self.network.cannot_leave(packet.src, packet.dst) or self.network.goes_nowhere(packet.dst)):
            self.sent.append(self.world.packets.of(packet._replace(fabricated=False)))


_DOES: dict[type, Callable[[Turn, int, Any], Told | None]] = {
    Message: Turn.say,
    Resend: Turn.resend,
    PresenceChange: Turn.leave,
    LinkChange: Turn.cut,
}


def _place(done: int) -> int:
    """The place of what a person does when so many things of the scenario were done, it among them."""
    return done * BETWEEN


def _put(parts: tuple[Any, ...], place: int, part: Any) -> tuple[Any, ...]:
    """Return a tuple with one part changed."""
    return (*parts[:place], part, *parts[place + 1 :])


def _without(parts: tuple[Any, ...], part: Any) -> tuple[Any, ...]:
    """Return a tuple with one such part less."""
    place = parts.index(part)
    return (*parts[:place], *parts[place + 1 :])
