"""The rules of a scenario without a clock: what may happen next, and what each step changes.

Any packet in flight may arrive next, any timer that runs may run out, people do what the scenario says in its order,
each thing at any moment, and faults strike where the budget allows it.

A state has three parts: what each node holds (`Local`), what nobody holds alone (`Shared`: how far people have come,
who can reach whom), and the packets in flight. A step is a step of one node: it reads and changes what that node holds
and what is shared, takes a packet from the network and puts others on it. Nothing else; only a restart of the server
tells all the others something, because they log in again.
"""

from collections.abc import Iterator, Mapping, Sequence

from imteach.learner.snapshot import snapshot
from imteach.protocol import (
    CancelTimer,
    Delete,
    Effect,
    Forget,
    MemoryDisk,
    Message,
    Outcome,
    Report,
    Show,
    StartTimer,
    Store,
    Transmit,
    Write,
)
from imteach.scenario import Fault, Resend, Scenario
from imteach.scenario.scenario import HEARTBEAT
from imteach.sim.network import Network, News
from imteach.tell.words import the
from imteach.trace.leftovers import Leftover, leftovers
from imteach.trace.outcomes import Shelf, is_under_way, outcome
from imteach.verify.search.scripts import PresenceChange
from imteach.verify.search.seen import Seen
from imteach.verify.search.state import DOWN, Action, Local, MistakeError, Net, Shared, Standing, State
from imteach.verify.search.turn import Parts, Turn, WatchedTurn


class World(Parts):
    """A scenario without a clock, with the faults `given` that always strike: people who are away, links that are cut.

    `kinds` are those that may strike besides; `most_packets` how many packets may be sent, None if nobody asks. Raises
    `InputError` for a given fault that needs a clock.

    >>> world = World(Scenario("basic"))
    >>> [action.what for action, _, _ in world.next(world.start)]
    ['do']
    """

    def __init__(
        self,
        scenario: Scenario,
        given: Sequence[Fault] = (),
        kinds: Sequence[str] = (),
        most_packets: int | None = None,
    ) -> None:
        super().__init__(scenario, given)
        self.most_packets = most_packets
        self.says_anew = scenario.setting.orders and (bool(scenario.resend) or "again" in kinds)
        self.start = self._started()

    def _started(self) -> State:
        nobody = Local(0, self.disks.of(snapshot(MemoryDisk())), (), self.all_seen.of(Seen().image()))
        count = len(self.messages)
        net = self.net_number(Net(Network.among(self.scenario.people)))
        shared = Shared(
            (0,) * len(self.scripts), 0, ("",) * count, net, (Standing(),) * count if self.says_anew else ()
        )
        turn = Turn(self, shared, dict.fromkeys(range(len(self.names)), nobody))
        for person in range(self.server):
            turn.tell(person, ("command", "start"))
        return turn.after(State(shared, (nobody,) * len(self.names), ()))

    # What may happen

    def next(self, state: State, kinds: Sequence[str] = (), faults: int = 0) -> Iterator[tuple[Action, State, int]]:
        """Yield everything that may happen in this state, what state it leads to, and how many faults it takes.

        `faults` is how many may still strike, each of one of the `kinds`. Heartbeats come only when nothing else may.
        """
        nodes = range(len(self.names))
        actions = [action for node in nodes for action in self.ordinary(node, state)] or self.heartbeats(state)
        for action in actions:
            yield action, self.after(state, action), 0
        if faults:
            for node in nodes:
                for action in self.faulty(node, state, kinds):
                    yield action, self.after(state, action), 1
            if "late" in kinds:
                for action in self.late_logins(state):
                    yield action, self.after(state, action), 1

    def ordinary(self, node: int, state: State) -> Iterator[Action]:
        """What may happen at one node without a fault, heartbeats aside."""
        shared, local = state.shared, state.locals[node]
        for number, script in enumerate(self.scripts):
            if shared.done[number] < len(script) and self.doer(shared, number) == node:
                yield Action("do", number)
        for packet in dict.fromkeys(state.flight):
            if self.place[self.packets[packet].dst] == node:
                yield Action("arrive", packet)
        for name in local.timers:
            if not is_heartbeat(name):
                yield Action("timer", (node, name))
        if local.state == DOWN:
            yield Action("restart", node)
        if self.names[node] in self.nets[shared.net].out:
            yield Action("back", node)
        if node == self.server:
            yield from (Action("learn", news) for news in self.news(shared))

    def heartbeats(self, state: State) -> list[Action]:
        """The heartbeats that may come in a state in which nothing else may happen."""
        timers = ((node, name) for node, local in enumerate(state.locals) for name in local.timers)
        return [Action("timer", (node, name)) for node, name in timers if is_heartbeat(name)]

    def doer(self, shared: Shared, script: int) -> int:
        """Return the node of which the next thing of a script is a step."""
        match self.scripts[script][shared.done[script]]:
            case Message(_, sender):
                return self.place[sender]
            case Resend(msgid=msgid):
                return self.place[self.resender(shared, msgid)]
            case PresenceChange(person):
                return person
        return self.server  # cutting a link is a step of nobody; it changes what is shared

    def resender(self, shared: Shared, msgid: str) -> str:
        """Return who is to send this again. The scenario counts also what was not said, by somebody who was down."""
        if msgid in shared.first:
            return self.messages[shared.first.index(msgid)].sender
        return self.scenario.sender_of(msgid)

    def news(self, shared: Shared) -> Iterator[News]:
        """The news that may reach the server next: a person's own logins and logouts come in their order."""
        seen = set()
        for news in self.nets[shared.net].news:
            if news.crash or news.person not in seen:
                yield news
            if not news.crash:
                seen.add(news.person)

    def faulty(self, node: int, state: State, kinds: Sequence[str]) -> Iterator[Action]:
        """Where a fault may strike: at a packet to this node; at the node, now or in the middle of what it does.

        No two strike in one step.
        """
        for packet in dict.fromkeys(state.flight):
            if self.place[self.packets[packet].dst] == node:
                yield from (Action(what, packet) for what, kind in PACKET_FAULTS.items() if kind in kinds)
        if "beat" in kinds:
            beats = filter(is_heartbeat, state.locals[node].timers)
            yield from (Action("beat", (node, name)) for name in beats)
        if "away" in kinds and self.nets[state.shared.net].network.is_in(self.names[node]) and node != self.server:
            yield Action("away", node)
        if "again" in kinds:
            yield from (Action("again", (node, msgid)) for msgid in self._under_way(node, state))
        if "late" in kinds:
            for action in self.ordinary(node, state):
                if not self.is_joint(node, action):
                    yield from self._late(state, action)
        if "crash" not in kinds:
            return
        if state.locals[node].state != DOWN:
            yield Action("crash", node)
        for action in self.ordinary(node, state):
            yield from (action._replace(crash_after=after) for after in self._seams(node, state, action))

    def late_logins(self, state: State) -> Iterator[Action]:
        """Restarts of the server in which somebody who logs in again stops a timer that had run out already."""
        if state.locals[self.server].state == DOWN:
            yield from self._late(state, Action("restart", self.server))

    def _late(self, state: State, action: Action) -> Iterator[Action]:
        """Yield this step with each of the timers that it stops: as if that one had run out already."""
        node = self.teller(state, action)
        watched = WatchedTurn(self, state.shared, self._concerned(state, node, action))
        try:
            watched.take(node, action)
        except MistakeError:  # the step is a mistake without the fault, too
            return
        yield from (action._replace(late=timer) for timer in watched.stopped)

    def _under_way(self, node: int, state: State) -> Iterator[str]:
        """What this node's person may be too impatient to wait for: their screen says that it is under way."""
        local, signs = state.locals[node], None
        for message, msgid in zip(self.messages, state.shared.first, strict=True):
            if self.place[message.sender] != node or local.state == DOWN or msgid not in self.scenario.msgids:
                continue
            signs = Seen.of(self.all_seen[local.seen]).signs if signs is None else signs
            if is_under_way(signs.get(msgid), self.scenario.setting):
                yield msgid

    def _seams(self, node: int, state: State, action: Action) -> Iterator[int]:
        """Yield after how many effects a crash makes a difference: after one that others see, or that lasts."""
        effects = self._effects(node, state, action)
        for after in range(1, len(effects)):
            if isinstance(effects[after - 1], Transmit | Show | Forget | Report | Write | Store | Delete):
                yield after

    def _effects(self, node: int, state: State, action: Action) -> Sequence[Effect]:
        """What a node asks for in this step."""
        turn = Turn(self, state.shared, {node: state.locals[node]})
        told = turn.happen(node, action)
        if told is None:
            return ()
        return self.machines[node].move(turn.locals[node].state, told, turn.shared.made).effects

    def timers_touched(self, state: State, action: Action) -> set[Action]:
        """The timers that a node starts, or cancels, in this step, each as what would happen if it ran out."""
        node = self.teller(state, action)
        effects = self._effects(node, state, action)
        return {Action("timer", (node, each.name)) for each in effects if isinstance(each, StartTimer | CancelTimer)}

    # What it leads to

    def teller(self, state: State, action: Action) -> int:
        """Return the number of the node of which this is a step."""
        match action.what, action.about:
            case "do", int(script):
                return self.doer(state.shared, script)
            case (("arrive" | "drop" | "copy"), int(packet)):
                return self.place[self.packets[packet].dst]
            case (("timer" | "beat" | "again"), (int(node), _)):
                return node
            case (("crash" | "restart" | "away" | "back"), int(node)):
                return node
        return self.server  # it learns something

    def after(self, state: State, action: Action) -> State:
        """Return the state after this. Raises `MistakeError` where a learner's code cannot go on."""
        return self.turn(state, action).after(state)

    def turn(self, state: State, action: Action) -> "Turn":
        """Take a step of one node, and return what it changes. Raises `MistakeError`."""
        node = self.teller(state, action)
        turn = Turn(self, state.shared, self._concerned(state, node, action))
        try:
            turn.take(node, action)
        except MistakeError as error:
            error.action = action
            raise
        return turn

    def is_joint(self, node: int, action: Action) -> bool:
        """Whether a step of this node tells all the others something: a restart of the server that no crash cuts."""
        return action.what == "restart" and node == self.server and not action.crash_after

    def _concerned(self, state: State, node: int, action: Action) -> dict[int, Local]:
        """What the nodes hold that a step of this node is about, by their numbers."""
        return dict(enumerate(state.locals)) if self.is_joint(node, action) else {node: state.locals[node]}

    # What came of it

    def outcomes(self, state: State) -> dict[int, Outcome]:
        """What came of each thing said, by its number."""
        everybody: dict[str, Seen] = {
            name: Seen.of(self.all_seen[local.seen]) for name, local in zip(self.names, state.locals, strict=True)
        }
        screens = {name: seen.screen for name, seen in everybody.items()}
        shelf = Shelf()
        for seen in everybody.values():
            shelf.stored |= seen.shelf.stored
            shelf.twice |= seen.shelf.twice
        away = self.nets[state.shared.net].network.away
        return {
            message.said: outcome(said, message.sender, self.receivers(message), message.text, screens, shelf, away)
            for said, message in zip(state.shared.first, self.messages, strict=True)
            if said
        }

    def leftovers(self, state: State, outcomes: Mapping[int, Outcome]) -> list[Leftover]:
        """What the nodes have left behind at the end of a run, of which this came."""
        held = {
            machine.name: machine.held(local.state)
            for machine, local in zip(self.machines, state.locals, strict=True)
            if local.state != DOWN
        }
        if not any(held.values()):
            return []
        network = self.nets[state.shared.net].network
        return leftovers(self.scenario, held, outcomes, set(filter(network.is_in, self.scenario.people)))

    def sends_too_many(self, state: State) -> bool:
        """Whether more packets were sent than may be, if that is asked."""
        if self.most_packets is None:
            return False
        return sum(Seen.of(self.all_seen[local.seen]).sent for local in state.locals) > self.most_packets

    def spoken(self, node: int) -> str:
        """Return a node's name as a sentence has it."""
        return the(self.names[node])


PACKET_FAULTS = {"drop": "drop", "copy": "duplicate"}
"""What may happen to a packet in flight, with the kind of fault that it is."""


def is_heartbeat(timer: str) -> bool:
    """Whether this is the name of a timer that never ends by itself."""
    return timer.startswith(HEARTBEAT)


def is_beat(action: Action) -> bool:
    """Whether this is a heartbeat, which may come where nothing else may happen."""
    return action.what == "timer" and is_heartbeat(action.about[1])  # type: ignore[index]  # a node and a name
