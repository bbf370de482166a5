"""A state as one whole number, so that a search can hold millions of them and take a step with one addition.

The number has a field for what is shared, one for what each node holds, and a counter for each packet that may be in
flight. What stands in a field is again a number: the place of that `Local` or `Shared` in a list. No two states have
the same number; nothing is hashed away.

A step of a node depends on three fields only: what is shared, what the node holds, and the packets on their way to it.
So there is one table for each node, which says for these fields (the number under the node's `mask`) what may happen:
each way as the number that it adds. The table is filled by the rules, where the search comes.

    state   …0001 0000 0001 | 0000 0011 | 0000 0007 | 0000 0002
            packets in flight   bob        alice      shared
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from imteach.scenario import Scenario
from imteach.verify.search.rules import World, is_beat
from imteach.verify.search.state import Action, Local, Numbers, Shared, State
from imteach.verify.search.turn import Turn

FIELD = 32
"""How many bits a field has. A search that could fill one would hold far more states than any machine can."""

FIELD_MASK = (1 << FIELD) - 1
"""Cuts out the first field of a number, that of what is shared."""

Deltas = tuple[int, ...]
"""What each way to go on adds to the number of a state."""


class CrowdError(Exception):
    """There are more copies of one packet in flight than a state has room for."""


class Change(NamedTuple):
    """A step of a node that takes no fault, heartbeats aside: what it adds to a state's number, and what that means.

    What the node holds before and after it, by number, and so for what is shared; the packet that it takes from the
    network, None if it takes none; the packets that it puts there.
    """

    delta: int
    node: int
    held: tuple[int, int]
    shared: tuple[int, int]
    taken: int | None
    sent: tuple[int, ...]


class StepTable:
    """What may happen at one node: by the part of a state's number under `mask`, what each way adds to it."""

    def __init__(self, node: int, mask: int) -> None:
        self.node = node
        self.mask = mask
        self.ways: dict[int, Deltas] = {}
        self.faults: dict[int, Deltas] = {}


class Codes:
    """The numbers of the states of a world, and the tables of what may happen in them with faults of these `kinds`.

    `copies` is how many copies of one packet may be in flight.

    >>> from imteach.scenario import Scenario
    >>> world = World(Scenario("basic"))
    >>> codes = Codes(world, ["drop"], copies=10)
    >>> start = codes.number(world.start)
    >>> codes.state(start) == world.start, [len(ways) for ways in codes.ways(start)]
    (True, [0, 1, 0])
    """

    def __init__(self, world: World, kinds: Sequence[str], copies: int) -> None:
        self.world = world
        self.kinds = tuple(kinds)
        self.copies = copies
        self._may_crash = "crash" in kinds
        self._has_late_restarts = {"crash", "late"} <= set(kinds)  # in which somebody stops a timer too late
        self.width = (2 * copies).bit_length() + 1  # a step adds at most `copies`, so no counter runs over unseen
        self.shared = Numbers()
        self.locals = [Numbers() for _ in world.names]
        self.to: list[list[int]] = [[] for _ in world.names]  # by node: the packets that may be on their way to it
        self._known = 0  # how many packets have a counter
        self._nodes_at = [FIELD * (node + 1) for node in range(len(world.names))]
        self._flight_at = FIELD * (len(world.names) + 1)
        self.holds = [FIELD_MASK | FIELD_MASK << at for at in self._nodes_at]  # by node: what is shared, what it holds
        self.tables = [StepTable(node, mask) for node, mask in enumerate(self.holds)]
        *people, server = self.tables
        self._in_order = [server, *people]  # of equally short ways the one that the server goes on with reads best
        self._all_hold = (1 << self._flight_at) - 1  # all fields, no counter
        self._joint: dict[int, Deltas] = {}
        self._late_joint: dict[int, Deltas] = {}
        self._deltas: dict[tuple[int, int, int, Action], int] = {}
        self.changes: list[Change] = []  # by all steps so far of single nodes

    # Numbers and states

    def number(self, state: State) -> int:
        """Return the number of a state."""
        number = self.shared.of(state.shared)
        for node, local in enumerate(state.locals):
            number |= self.locals[node].of(local) << self._nodes_at[node]
        return number + sum(self._counter(packet) for packet in state.flight)

    def state(self, number: int) -> State:
        """Return the state that has this number."""
        locals_ = tuple(self._local(number, node) for node in range(len(self.world.names)))
        flight = sorted(packet for node in range(len(locals_)) for packet in self._flight_to(node, number))
        return State(self._shared(number), locals_, tuple(flight))

    def _shared(self, number: int) -> Shared:
        shared: Shared = self.shared[number & FIELD_MASK]
        return shared

    def _local(self, number: int, node: int) -> Local:
        local: Local = self.locals[node][number >> self._nodes_at[node] & FIELD_MASK]
        return local

    def _counter(self, packet: int) -> int:
        """Return what one copy of this packet in flight adds to a number; a packet met for the first time gets one."""
        while self._known <= packet:
            node = self.world.place[self.world.packets[self._known].dst]
            self.to[node].append(self._known)
            table = self.tables[node]
            table.mask |= ((1 << self.width) - 1) << self._flight_at + self.width * self._known
            self._known += 1
        return 1 << self._flight_at + self.width * packet

    def _flight_to(self, node: int, number: int) -> Iterator[int]:
        """Yield the packets on their way to a node, each as often as there are copies."""
        flight, one = number >> self._flight_at, (1 << self.width) - 1
        for packet in self.to[node]:
            count = flight >> self.width * packet & one
            if count > self.copies:
                raise CrowdError
            yield from [packet] * count

    # What may happen

    def ways(self, number: int) -> list[Deltas]:
        """Return what may happen without a fault, heartbeats aside: for each node what each way adds."""
        try:
            found = [table.ways[number & table.mask] for table in self._in_order]
        except KeyError:  # seldom: most has been met before
            found = [self._filled(table, number & table.mask) for table in self._in_order]
        if self._may_crash and self.is_server_down(number):
            found.append(self._restart_of_server(number & self._all_hold))
        return found

    def faults(self, number: int) -> list[Deltas]:
        """Return where a fault may strike: for each node what each way adds."""
        try:
            found = [table.faults[number & table.mask] for table in self._in_order]
        except KeyError:
            found = [self._faults_filled(table, number & table.mask) for table in self._in_order]
        if self._has_late_restarts and self.is_server_down(number):
            found.append(self._late_restarts_of_server(number & self._all_hold))
        return found

    def steps(self, number: int, faults: int = 0) -> Iterator[tuple[Action, int, int]]:
        """Yield everything that may happen in a state: what, the number of the state after it, the faults it takes."""
        state = self.state(number)
        for action, node, takes in self._actions(state, faults):
            if self.world.is_joint(node, action):
                yield action, number + self._joint_delta(number & self._all_hold, action), takes
            else:
                yield action, number + self.delta(node, state, number, action), takes

    def _actions(self, state: State, faults: int) -> Iterator[tuple[Action, int, int]]:
        nodes = [table.node for table in self._in_order]
        ordinary = [(action, node) for node in nodes for action in self.world.ordinary(node, state)]
        beats = ((beat, self.world.teller(state, beat)) for beat in self.world.heartbeats(state))
        yield from ((action, node, 0) for action, node in ordinary or beats)
        if faults:
            for node in nodes:
                yield from ((action, node, 1) for action in self.world.faulty(node, state, self.kinds))
            if self._has_late_restarts:
                yield from ((action, self.world.server, 1) for action in self.world.late_logins(state))

    def step(self, number: int, after: int) -> Action:
        """Return the step that leads from one state to the other."""
        return next(action for action, to, _ in self.steps(number, faults=1) if to == after)

    def heartbeats(self, number: int) -> Deltas:
        """Return the heartbeats that may come in a state in which nothing else may happen."""
        state = self.state(number)
        beats = self.world.heartbeats(state)
        return tuple(self.delta(self.world.teller(state, beat), state, number, beat) for beat in beats)

    def is_server_down(self, number: int) -> bool:
        """Whether the server is down: then its restart may tell all the others something."""
        return self._may_crash and self._local(number, self.world.server).state < 0

    def _filled(self, table: StepTable, key: int) -> Deltas:
        if key not in table.ways:
            node, part = table.node, self.part(table.node, key)
            table.ways[key] = tuple(self.delta(node, part, key, action) for action in self.alone(node, part))
        return table.ways[key]

    def _faults_filled(self, table: StepTable, key: int) -> Deltas:
        if key not in table.faults:
            node, part = table.node, self.part(table.node, key)
            actions = self.world.faulty(node, part, self.kinds)
            table.faults[key] = tuple(self.delta(node, part, key, action) for action in actions)
        return table.faults[key]

    def alone(self, node: int, part: State) -> Iterator[Action]:
        """What may happen at one node alone without a fault; so all but a restart of the server."""
        actions = self.world.ordinary(node, part)
        if node != self.world.server:
            return actions
        return (action for action in actions if not self.world.is_joint(node, action))

    def _restart_of_server(self, key: int) -> Deltas:
        if key not in self._joint:
            self._joint[key] = (self._joint_delta(key, Action("restart", self.world.server)),)
        return self._joint[key]

    def _late_restarts_of_server(self, key: int) -> Deltas:
        if key not in self._late_joint:
            actions = self.world.late_logins(self.state(key))
            self._late_joint[key] = tuple(self._joint_delta(key, action) for action in actions)
        return self._late_joint[key]

    def _joint_delta(self, key: int, action: Action) -> int:
        """What a step adds that tells all nodes something; `key` has all of them, and no packets."""
        return self._difference(self.world.turn(self.state(key), action), key)

    def part(self, node: int, key: int) -> State:
        """Return as much of a state as a step of this node depends on."""
        nobody: list[Local] = [None] * len(self.world.names)  # type: ignore[list-item]
        nobody[node] = self._local(key, node)
        return State(self._shared(key), tuple(nobody), tuple(self._flight_to(node, key)))

    def delta(self, node: int, part: State, key: int, action: Action) -> int:
        """Return what this step of a node adds to the number of a state. Raises `MistakeError`."""
        place = (node, key & FIELD_MASK, key >> self._nodes_at[node] & FIELD_MASK, action)
        delta = self._deltas.get(place)
        if delta is None:
            turn = self.world.turn(part, action)
            delta = self._deltas[place] = self._difference(turn, key)
            if not action.is_fault and not is_beat(action):
                shared, held = (key & FIELD_MASK, self.shared.of(turn.shared)), (place[2], self._number_of(turn, node))
                self.changes.append(Change(delta, node, held, shared, turn.taken, turn.sent))
        return delta

    def _number_of(self, turn: Turn, node: int) -> int:
        """The number of what a node holds after this step."""
        return self.locals[node].of(turn.locals[node])

    def _difference(self, turn: Turn, key: int) -> int:
        """What a step adds: to the field of what is shared, to those of nodes, to the counters of packets."""
        if len(turn.sent) > self.copies:
            raise CrowdError
        delta = self.shared.of(turn.shared) - (key & FIELD_MASK)
        for node, local in turn.locals.items():
            if local is not None:
                at = self._nodes_at[node]
                delta += (self.locals[node].of(local) - (key >> at & FIELD_MASK)) << at
        delta += sum(self._counter(packet) for packet in turn.sent)
        return delta if turn.taken is None else delta - self._counter(turn.taken)


def copies_in_flight(scenario: Scenario, faults: int) -> int:
    """Return room for copies of one packet: far more than a client within its retries sends, or faults make.

    >>> copies_in_flight(Scenario("dedup", retries=2), faults=1)
    48
    """
    return 8 * (scenario.retries + len(scenario.resend) + faults + 3)
