"""Which steps commute: their order makes no difference, so a search may follow one order and leave the other out.

    a state ── m1/msg:R arrives ──▶ ·                Steps of different nodes always commute: each changes what its own
       │                            │                node holds, and packets are only added. Two steps of one node
    m1/ack:R arrives        m1/ack:R arrives         commute if both orders lead to the same state and send the same
       │                            │                packets. Nobody declares that: it is looked up in what the
       ▼                            ▼                (learner's) code answered.
       · ── m1/msg:R arrives ──▶ the same state

Some steps that may happen now at one node can come first if they commute with all else that the node can meet before
one of them happens. For whatever else happens before, one of them could as well have come first: the end is the same,
and so are the number of steps and of faults. So the search follows only these, with the faults that may strike them,
and still comes to every end that there is, by the shortest path. (The field calls such a choice a persistent set.)

What a node can still meet is found in two rounds. First each node is asked what it would do: from what it holds on,
with each packet that anybody may ever send to it, in any order, whether or not that can really happen, until no new
packet appears. From the answers it is known what each event can cause. Then, in a state of the search: what is in
flight, the timers that run and what people have yet to do, and all that these can cause. A node that is asked what
cannot happen may fail; then those two steps count as not commuting.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, cast

from imteach.protocol import SERVER, Message
from imteach.scenario import Resend
from imteach.sim.network import Network, News
from imteach.verify.search.rules import World, is_beat
from imteach.verify.search.scripts import LinkChange
from imteach.verify.search.state import DOWN, Action, Local, MistakeError, Net, Numbers, Shared, Standing, State
from imteach.verify.search.turn import Turn


class IrreducibleError(Exception):
    """Nothing may be left out in this search; the text says why."""


class View(NamedTuple):
    """What a node holds, and as much of what is shared as its steps depend on."""

    local: Local
    shared: Shared


class Happening(NamedTuple):
    """Something that may come to a node: an action, but news of any connection is one event."""

    node: int
    action: Action


class Answer(NamedTuple):
    """What a step of a node leads to: the number of the view after it, the packets and the news that it sends."""

    after: int
    sent: tuple[int, ...]
    news: tuple[News, ...]


class Commuting:
    """Which steps can come first in the states of a world in which nobody can crash any more.

    `after_crashes`: some may have crashed before. Raises `IrreducibleError` if nothing may be left out in this world.

    >>> from imteach.scenario import Scenario
    >>> world = World(Scenario("basic"))
    >>> commuting = Commuting(world)
    >>> commuting.cover([world.start], questions=100)
    True
    """

    def __init__(self, world: World, after_crashes: bool = False) -> None:
        self.world = world
        self.after_crashes = after_crashes
        self.questions = 0  # how many steps of nodes were asked about
        self.views = [Numbers() for _ in world.names]
        self.packets: list[dict[int, None]] = [{} for _ in world.names]  # by node: those that may ever come to it
        self.news: dict[News, None] = {}
        self.server_was_down = False
        self.events = Numbers()
        self._of_node: list[int] = []  # by node: its events, as bits
        self._causes: list[int] = []  # by event: the events that it can cause, as bits
        self._answers: dict[tuple[int, int, Action], Answer | None] = {}
        self._same: dict[tuple[int, int, Action, Action], bool] = {}
        self._of_nodes: dict[tuple[Shared, int], Shared] = {}
        self._coming: dict[int, Coming] = {}
        self._bits: dict[Happening, int] = {}
        self._ways: dict[tuple[int, int, Action], tuple[Action, ...]] = {}
        self._planned = world.planned()
        reason = _unfit(world)
        if reason:
            raise IrreducibleError(reason)

    # What nodes answer, whatever may come to them

    def cover(self, states: Iterable[State], questions: int) -> bool:
        """Find out what can happen to each node from these states on; False if that takes more `questions` in all.

        Raises `IrreducibleError`.
        """
        for state in states:
            if not self._is_regular(state.shared):
                continue  # nor is any that follows
            for node in range(len(state.locals)):
                self.number(state, node)
            self.server_was_down |= state.locals[self.world.server].state == DOWN
            net: Net = self.world.nets[state.shared.net]
            self._may_come(state.flight, net.news)
        is_done = self._ask_all(questions)
        if is_done:
            self._work_out_causes()
        return is_done

    def applies(self, shared: Shared) -> bool:
        """Whether steps may be left out in states in which this is shared.

        Not while the server is down, for it starts again together with all others. And not where something is not said
        because its sender is down: then msgids are others than the nodes were asked about.
        """
        net: Net = self.world.nets[shared.net]
        down = net.network.down
        to_come = self.world.scripts[0][shared.done[0] :]
        return SERVER not in down and self._is_regular(shared) and not any(_speaker(doing) in down for doing in to_come)

    def _is_regular(self, shared: Shared) -> bool:
        """Whether all was said so far that people were to say, so that the msgids are m1, m2, and so on."""
        said = sum(isinstance(doing, Message) for doing in self.world.scripts[0][: shared.done[0]])
        return shared.made == said and all(shared.first[:said])

    def number(self, state: State, node: int) -> int:
        """Return the number of what a node has before it in this state, of which only its own `Local` is needed."""
        return self.views[node].of(View(state.locals[node], self.of_node(state.shared, node)))

    def of_node(self, shared: Shared, node: int) -> Shared:
        """Return as much of what is shared as steps of this node depend on, the rest as if nothing had happened."""
        key = (shared, node)
        if key not in self._of_nodes:
            self._of_nodes[key] = self._part(shared, node)
        return self._of_nodes[key]

    def _part(self, shared: Shared, node: int) -> Shared:
        net: Net = self.world.nets[shared.net]
        network, name = net.network, self.world.names[node]
        people, down = network.people, network.down & {name}
        zeros = (0,) * len(people)
        if name == SERVER:
            known = Network(people, tuple(map(network.behind, people, network.connection)), zeros, down)
        else:
            known = Network(people, zeros, zeros, down, tuple(who for who in network.away if who == name))
        out = tuple(who for who in net.out if who == name)
        done = tuple(self._done(shared, script, node) for script in range(len(self.world.scripts)))
        said = sum(isinstance(doing, Message) for doing in self.world.scripts[0][: done[0]])
        first = tuple(f"m{number + 1}" for number in range(len(self.world.messages)))
        return Shared(done, said, first, self.world.net_number(Net(known, out=out)), self._places(shared, node))

    def _places(self, shared: Shared, node: int) -> tuple[Standing, ...]:
        """Where things said stand, as far as steps of this node depend on it: if they are said to its person.

        What is not said yet will stand where the scenario has it. Nothing is sent again any more.
        """
        if not shared.places:
            return ()
        here = self.world.names[node]
        things = zip(self.world.messages, shared.first, shared.places, self._planned, strict=True)
        return tuple(
            standing if said and here in self.world.receivers(message) else planned
            for message, said, standing, planned in things
        )

    def _done(self, shared: Shared, script: int, node: int) -> int:
        """How far a script has come for this node: up to its own next doing."""
        doings, done = self.world.scripts[script], shared.done[script]
        here = list(shared.done)
        while done < len(doings):
            here[script] = done
            if self.world.doer(shared._replace(done=tuple(here)), script) == node:
                break
            done += 1
        return done

    def _may_come(self, packets: Iterable[int], news: Iterable[News]) -> None:
        """Remember packets and news that may come to their nodes."""
        for packet in packets:
            self.packets[self._receiver(packet)][packet] = None
        self.news |= dict.fromkeys(map(_of_any_connection, news))

    def _receiver(self, packet: int) -> int:
        return self.world.place[self.world.packets[packet].dst]

    def _ask_all(self, questions: int) -> bool:
        """Ask each node about everything that may come to it in each view; False if it takes more questions in all."""
        asked = -1
        while asked < self.questions:
            asked = self.questions
            for node, views in enumerate(self.views):
                number = 0
                while number < len(views):  # answers lead to more views
                    for action in self._meets(node, number):
                        self._answer(node, number, action)
                    if self.questions > questions:
                        return False
                    number += 1
        return True

    def _meets(self, node: int, number: int) -> Iterator[Action]:
        """Everything that may happen to a node in a view, if all packets and news may come to it."""
        view: View = self.views[node][number]
        for script in self._scripts_of(node, view):
            yield Action("do", script)
        if self._is_out(node, view):
            yield Action("back", node)
        yield from (Action("arrive", packet) for packet in self.packets[node])
        yield from (Action("timer", (node, name)) for name in view.local.timers)
        if view.local.state == DOWN and node != self.world.server:
            yield Action("restart", node)
        if node == self.world.server:
            yield from (action for news in self.news for action in self._learns(view, news))
        if self.server_was_down and (node != self.world.server or view.local.state == DOWN):
            yield Action("server restarts", node)

    def _scripts_of(self, node: int, view: View) -> Iterator[int]:
        """The scripts that have something more for a node to do."""
        for script, doings in enumerate(self.world.scripts):
            if view.shared.done[script] < len(doings) and self.world.doer(view.shared, script) == node:
                yield script

    def _is_out(self, node: int, view: View) -> bool:
        """Whether this node's person logged out by a fault, and will log in again."""
        return self.world.names[node] in self.world.nets[view.shared.net].out

    def _learns(self, view: View, news: News) -> Iterator[Action]:
        """The server learns news: of the connection that it knows, after crashes of any other too."""
        network: Network = self.world.nets[view.shared.net].network
        newest = network.connection_of(news.person)
        for connection in range(-1 if self.after_crashes else 0, newest + 1):
            yield Action("learn", news._replace(connection=connection))

    def _answer(self, node: int, number: int, action: Action) -> Answer | None:
        """Return what a step in this view leads to; None if the node's code fails. Raises `IrreducibleError`."""
        place = (node, number, action)
        if place not in self._answers:
            self.questions += 1
            answer = self._answers[place] = self._ask(node, self.views[node][number], action)
            if answer is not None:
                self._may_come(answer.sent, answer.news)
        return self._answers[place]

    def _ask(self, node: int, view: View, action: Action) -> Answer | None:
        shared = view.shared
        if action.what == "learn":  # it must be on its way to be learned
            net: Net = self.world.nets[shared.net]
            shared = shared._replace(net=self.world.nets.of(net._replace(news=(cast(News, action.about),))))
        turn = Turn(self.world, shared, {node: view.local}, sure=False)
        try:
            if action.what == "server restarts":
                self._server_restarts(turn, node)
            else:
                turn.take(node, action)
        except MistakeError:
            return None
        if turn.shared.made != view.shared.made + self._says(view, action):
            raise IrreducibleError("a msgid is made elsewhere than where something is said")
        after = self.views[node].of(View(turn.locals[node], self.of_node(turn.shared, node)))
        return Answer(after, turn.sent, turn.net.news)

    def _server_restarts(self, turn: Turn, node: int) -> None:
        """The part of a node in a restart of the server: everybody who is in logs in again."""
        if node == self.world.server:
            turn.tell(node, turn.restart(node))
        elif turn.net.network.is_in(self.world.names[node]):
            turn.tell(node, turn.log(node, "login"))

    def _says(self, view: View, action: Action) -> bool:
        """Whether somebody says something in this step."""
        if action.what != "do" or view.local.state == DOWN:
            return False
        script = int(str(action.about))
        return isinstance(self.world.scripts[script][view.shared.done[script]], Message)

    # What an event can cause

    def _work_out_causes(self) -> None:
        """From all answers, which events each event can cause. Heartbeats cause nothing, for they come last."""
        caused: dict[int, int] = {}
        for (node, number, action), answer in self._answers.items():
            event = self.bit(node, action)
            if answer is not None and event:
                caused[event] = caused.get(event, 0) | self._caused_by(node, number, action, answer)
        self._causes = [caused.get(1 << number, 0) for number in range(len(self.events))]
        self._of_node = [0] * len(self.world.names)
        for number in range(len(self.events)):
            self._of_node[self.events[number].node] |= 1 << number
        self._coming.clear()

    def _caused_by(self, node: int, number: int, action: Action, answer: Answer) -> int:
        before: View = self.views[node][number]
        after: View = self.views[node][answer.after]
        ran = [name for name in before.local.timers if Action("timer", (node, name)) != action]
        bits = self.pending(answer.sent, answer.news)
        for name in after.local.timers:
            if name not in ran:
                bits |= self.bit(node, Action("timer", (node, name)))
        return bits | self._next_doings(node, after)

    def pending(self, packets: Iterable[int], news: Iterable[News]) -> int:
        """Return the events that these packets and news are on their way to be, as bits."""
        bits = 0
        for packet in packets:
            bits |= self.bit(self._receiver(packet), Action("arrive", packet))
        for one in news:
            bits |= self.bit(self.world.server, Action("learn", one))
        return bits

    def _next_doings(self, node: int, view: View) -> int:
        """The doings that a node has before it, as bits; also a login to come, and a restart."""
        bits = 0
        for script in self._scripts_of(node, view):
            bits |= self.bit(node, Action("do", script))
        if self._is_out(node, view):
            bits |= self.bit(node, Action("back", node))
        if view.local.state == DOWN and node != self.world.server:
            bits |= self.bit(node, Action("restart", node))
        return bits

    def at_hand(self, state: State, node: int) -> int:
        """Return the events that are pending at a node in this state, as bits; only its own `Local` is needed."""
        view = View(state.locals[node], self.of_node(state.shared, node))
        net: Net = self.world.nets[state.shared.net]
        bits = self.pending(state.flight, net.news if node == self.world.server else ())
        for name in view.local.timers:
            bits |= self.bit(node, Action("timer", (node, name)))
        return bits | self._next_doings(node, view)

    def coming_before(self, first: int) -> "Coming":
        """Return the table of what may come before the event with this bit does."""
        if first not in self._coming:
            self._coming[first] = Coming(self._causes, first)
        return self._coming[first]

    def bit(self, node: int, action: Action) -> int:
        """Return the bit of the event that this action is; 0 if it is none that comes before all is quiet."""
        if isinstance(action.about, News):
            action = action._replace(about=_of_any_connection(action.about))
        event = Happening(node, action)
        if event not in self._bits:
            never = action.what == "server restarts" or is_beat(action)
            self._bits[event] = 0 if never else 1 << self.events.of(event)
        return self._bits[event]

    # What commutes

    def persistent(self, node: int, view: int, first: Action, may: Sequence[Action], coming: int) -> list[Action]:
        """Return `first` and as few others of what `may` happen at a node now, so that the rest can wait.

        They commute with all that the node can meet before any of them happens; `coming` is what may come before
        `first` does. [] if there is no such choice: something that is yet to come makes a difference.
        """
        chosen = [first]
        coming &= self._of_node[node]
        while True:
            other = self._hindered_by(node, view, chosen, coming)
            if other is None:
                return chosen
            if other not in may:
                return []
            chosen.append(other)
            coming &= ~self.bit(node, other)

    def _hindered_by(self, node: int, view: int, chosen: Sequence[Action], coming: int) -> Action | None:
        """Return something that may come with which one of those chosen does not commute; None if there is nothing."""
        events = [self.events[event].action for event in _numbers(coming)]
        met, waiting = {view}, [view]
        while waiting:
            number = waiting.pop()
            for event in events:
                for action in self._now(node, number, event):
                    if not all(self._commutes(node, number, one, action) for one in chosen):
                        return action
                    after = self._answers[node, number, action].after  # type: ignore[union-attr]  # it commutes
                    if after not in met:
                        met.add(after)
                        waiting.append(after)
        return None

    def _now(self, node: int, number: int, event: Action) -> tuple[Action, ...]:
        """Return the actions that an event can be in this view."""
        key = (node, number, event)
        if key not in self._ways:
            self._ways[key] = tuple(self._actions(node, self.views[node][number], event))
        return self._ways[key]

    def _actions(self, node: int, view: View, event: Action) -> Iterator[Action]:
        match event.what, event.about:
            case "timer", (_, name):
                is_there = name in view.local.timers
            case "do", int(script):
                is_there = script in self._scripts_of(node, view)
            case "restart", _:
                is_there = view.local.state == DOWN
            case "back", _:
                is_there = self._is_out(node, view)
            case "learn", News() as news:
                yield from self._learns(view, _of_any_connection(news))
                return
            case _:
                is_there = True
        if is_there:
            yield event

    def _commutes(self, node: int, number: int, one: Action, other: Action) -> bool:
        """Whether two steps lead to the same in both orders. It is worked out once."""
        key = (node, number, one, other)
        if key not in self._same:
            self._same[key] = self._is_same(node, number, one, other)
        return self._same[key]

    def _is_same(self, node: int, number: int, one: Action, other: Action) -> bool:
        first, second = self._answers.get((node, number, one)), self._answers[node, number, other]
        if first is None or second is None:
            return False
        if other not in self._now(node, first.after, other) or one not in self._now(node, second.after, one):
            return False
        then, back = self._answers[node, first.after, other], self._answers[node, second.after, one]
        if then is None or back is None or then.after != back.after:
            return False
        sends_the_same = sorted(first.sent + then.sent) == sorted(second.sent + back.sent)
        return sends_the_same and first.news + then.news == second.news + back.news


class Coming(dict[int, int]):
    """By the events at hand: all that may come before the event `first` does, if these are at hand; all as bits.

    `causes` says what each event can cause. What comes of several events is what comes of each of them.
    """

    def __init__(self, causes: Sequence[int], first: int) -> None:
        self.causes = causes
        self.first = first

    def __missing__(self, at_hand: int) -> int:
        bits, new = 0, at_hand & ~self.first
        while new:
            bits |= new
            found = 0
            for event in _numbers(new):
                found |= self.causes[event]
            new = found & ~bits & ~self.first
        self[at_hand] = bits
        return bits


def _unfit(world: World) -> str:
    """Why nothing may be left out in this world; "" if something may."""
    doings = [doing for script in world.scripts for doing in script]
    if any(isinstance(doing, Resend) for doing in doings):
        return "somebody sends a message again, and whether that is so depends on what others saw"
    if any(isinstance(doing, LinkChange) for doing in doings):
        return "a link is cut, which touches several nodes at once"
    if world.says_anew and any(len(world.receivers(message)) > 1 for message in world.messages):
        return "somebody may send a message to several again, and where it stands then depends on what others saw"
    return ""


def _speaker(doing: object) -> str:
    return doing.sender if isinstance(doing, Message) else ""


def _of_any_connection(news: News) -> News:
    return news._replace(connection=0)


def _numbers(bits: int) -> Iterator[int]:
    """Yield the number of each bit that is set."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low
