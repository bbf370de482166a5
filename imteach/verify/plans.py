"""A search through every plan of faults, with a clock: plans share their beginnings, and states that are equal are one.

A fault changes nothing before it strikes. So each plan is one way through a graph: its nodes are the states of runs,
its edges the ways in which the next step can go. How many plans there are, and which is the smallest against a promise,
is counted backwards from the ends, without walking any way twice.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from imteach.sim import Fault
from imteach.verify.branching import Branching, Strike

Strikes = tuple[Strike, ...]


class Edge(NamedTuple):
    """A way in which a step can go: where faults strike in it, and the number of the state after it."""

    strikes: Strikes
    after: int


class Seen(NamedTuple):
    """What comes of a state with so many faults still to strike: how many plans, and the first edge to each break.

    The edge is -1 where the run is over and has broken the promise.
    """

    plans: int
    broken: dict[str, int]


class EnoughError(Exception):
    """The search has reached as many states as it may."""


class EndlessError(Exception):
    """A run comes back to a state in which it was: it never ends. `way` is how it gets there."""

    def __init__(self, way: list[Strikes]) -> None:
        super().__init__(way)
        self.way = way


class PlanGraph:
    """All states that runs can reach with at most so many `faults` of these `kinds`.

    >>> from imteach import Scenario
    >>> graph = PlanGraph(["drop"], faults=1, most_states=1000)
    >>> start = graph.add(Branching(Scenario("basic"), []))
    >>> for _ in graph.search():
    ...     pass
    >>> graph.plans(start, 0), graph.plans(start, 1)
    (1, 4)
    >>> named(Branching(Scenario("basic"), []), graph.smallest(start, 1)["no_silent_loss"])
    (Drop("m1/msg:N#1"),)
    """

    def __init__(self, kinds: Sequence[str], faults: int, most_states: int) -> None:
        self.kinds = kinds
        self.faults = faults
        self.edges: dict[int, list[Edge]] = {}
        self.ends: dict[int, tuple[str, ...]] = {}  # what each run broke that is over
        self._most_states = most_states
        self._numbers: dict[Hashable, int] = {}
        self._left: list[int] = []  # of each state: how many faults may still strike
        self._seen: dict[int, list[Seen]] = {}
        self._waiting: list[list[tuple[int, Branching]]] = [[] for _ in range(faults + 1)]  # by faults that struck

    def __len__(self) -> int:
        return len(self._left)

    def add(self, run: Branching, struck: int = 0) -> int:
        """Take a run up, in which so many faults struck, and return the number of its state."""
        number = self._numbers.setdefault(run.key(), len(self._left))
        left = self.faults - struck
        if number == len(self._left):
            self._left.append(left)
        elif self._left[number] >= left:
            return number
        else:
            self._left[number] = left
        self._waiting[struck].append((number, run))
        return number

    def search(self) -> Iterator[None]:
        """Look at every state, those with the fewest faults first; yields after each. Raises `EnoughError`."""
        for struck, waiting in enumerate(self._waiting):
            while waiting:
                number, run = waiting.pop()
                if self.faults - struck == self._left[number]:
                    self._look_at(number, run, struck)
                    yield

    def _look_at(self, number: int, run: Branching, struck: int) -> None:
        if len(self._left) > self._most_states:
            raise EnoughError
        if run.is_over:
            self.ends[number] = run.broken()
            return
        self.edges[number] = [
            Edge(branch.strikes, self.add(branch.run, struck + len(branch.strikes)))
            for branch in run.branches(self.kinds, self.faults - struck)
        ]

    # Backwards, once the search is over; states that were not looked at count for nothing

    def plans(self, start: int, left: int) -> int:
        """How many plans there are from this state on, of at most so many faults. Raises `EndlessError`."""
        return sum(seen.plans for seen in self._comes_of(start, left))

    def smallest(self, start: int, left: int) -> dict[str, list[Strikes]]:
        """Return the smallest plan against each promise, from this state on: where it strikes, step by step.

        Raises `EndlessError`.
        """
        found: dict[str, list[Strikes]] = {}
        for faults, seen in enumerate(self._comes_of(start, left)):
            for promise in seen.broken:
                if promise not in found:
                    found[promise] = self._way(promise, start, faults)
        return found

    def _way(self, promise: str, number: int, left: int) -> list[Strikes]:
        way = []
        while (place := self._seen[number][left].broken[promise]) != -1:
            edge = self.edges[number][place]
            way.append(edge.strikes)
            number, left = edge.after, left - len(edge.strikes)
        return way

    def _comes_of(self, start: int, left: int) -> list[Seen]:
        """What comes of a state with no fault more, with one more … Each state is seen after all that follow it.

        The walk is by hand, for ways can be long.
        """
        way: list[tuple[int, Iterator[Edge]]] = []
        on_the_way: set[int] = set()

        def enter(number: int) -> None:
            if number in on_the_way:
                raise EndlessError(self._strikes_of([*(state for state, _ in way), number]))
            if number not in self._seen:
                on_the_way.add(number)
                way.append((number, iter(self.edges.get(number, ()))))

        enter(start)
        while way:
            number, edges = way[-1]
            edge = next(edges, None)
            if edge is not None:
                enter(edge.after)
                continue
            self._seen[number] = self._put_together(number)
            on_the_way.discard(number)
            way.pop()
        return self._seen[start][: left + 1]

    def _put_together(self, number: int) -> list[Seen]:
        """Put together what comes of a state, from what comes of those after it."""
        here = [Seen(0, {}) for _ in range(self._left[number] + 1)]
        if number in self.ends:
            here[0] = Seen(1, dict.fromkeys(self.ends[number], -1))
        for place, edge in enumerate(self.edges.get(number, ())):
            strike = len(edge.strikes)
            for left, after in enumerate(self._seen[edge.after][: len(here) - strike], start=strike):
                plans, broken = here[left]
                for promise in after.broken:
                    broken.setdefault(promise, place)  # edges come in the order of their strikes
                here[left] = Seen(plans + after.plans, broken)
        return here

    def _strikes_of(self, states: list[int]) -> list[Strikes]:
        return [
            next(edge.strikes for edge in self.edges[before] if edge.after == after)
            for before, after in pairwise(states)
        ]


def named(run: Branching, way: Iterable[Strikes]) -> tuple[Fault, ...]:
    """Return the faults that strike along a way, under their names.

    >>> from imteach import Scenario
    >>> named(Branching(Scenario("basic"), []), [(), (Strike(2, 0),)])
    (Drop("m1/msg:R#1"),)
    """
    faults: tuple[Fault, ...] = ()
    for strikes in way:
        struck, run = run.struck_at(strikes)
        faults = (*faults, *struck)
    return faults
