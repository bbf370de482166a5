"""A search through every plan of faults, with a clock: plans share their beginnings, and states that are equal are one.

A fault changes nothing before it strikes. So each plan is one way through a graph: its nodes are the states of runs,
its edges the ways in which the next step can go, of which the last is the one in which nothing strikes. How many plans
there are, and which is the smallest that breaks a promise, is worked out backwards from the ends, without walking any
way twice.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple

from imteach.scenario import Fault
from imteach.verify.search.loop import EnoughError
from imteach.verify.timed.branching import Branching, Strike
from imteach.verify.timed.walk import Walk

Strikes = tuple[Strike, ...]


class Edge(NamedTuple):
    """A way in which a step can go: where faults strike in it, the number of the state after it, how many strike."""

    strikes: Strikes
    after: int
    takes: int


class Outlook(NamedTuple):
    """What comes of a state if exactly so many more faults strike: how many plans, and the first edge to each break.

    The edge is -1 where the run is over and has broken the promise.
    """

    plans: int
    broken: dict[str, int]


class PlanGraph:
    """All states that runs can reach with at most `faults` faults of these `kinds`.

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
        self.ends: dict[int, tuple[str, ...]] = {}  # by state, if the run is over there: what it broke
        self._most_states = most_states
        self._numbers: dict[Hashable, int] = {}
        self._left: list[int] = []  # of each state: how many faults may still strike
        self._runs: dict[int, Branching] = {}  # those that wait to be looked at, by the number of their state
        self._walk: Walk[int, Strikes] = Walk(faults)
        self._seen: list[dict[int, Outlook]] = []

    def __len__(self) -> int:
        return len(self._left)

    def add(self, run: Branching, struck: int = 0) -> int:
        """Begin with this run too, in which so many faults struck, and return the number of its state."""
        number = self._number(run, self.faults - struck)
        self._walk.start(number, struck)
        return number

    def search(self) -> Iterator[int]:
        """Look at every state, those with the fewest faults first; yields after each. Raises `EnoughError`."""
        return self._walk.states(self._ways)

    def _number(self, run: Branching, left: int) -> int:
        """Return the number of the state that a run is in; so many faults may still strike."""
        number = self._numbers.setdefault(run.key(), len(self))
        if number == len(self):
            self._left.append(left)
            self._runs[number] = run
        elif self._left[number] < left:
            self._left[number] = left
            self._runs[number] = run
        return number

    def _ways(self, number: int, left: int) -> Sequence[Edge]:
        run = self._runs.pop(number)
        if len(self) > self._most_states:
            raise EnoughError
        if run.is_over:
            self.ends[number] = run.broken()
            return ()
        edges = []
        for _, strikes, after in run.branches(self.kinds, left):
            takes = len(strikes)
            edges.append(Edge(strikes, self._number(after, left - takes), takes))
        self.edges[number] = edges
        return edges

    # Backwards, once the search is over; states that were not looked at count for nothing

    def plans(self, start: int, left: int) -> int:
        """How many plans there are from this state on, of at most this many faults.

        Where a run goes round for ever, there is no end of plans: counted are those that strike in its first round.
        """
        return sum(seen[start].plans for seen in self._counted()[: left + 1])

    def smallest(self, start: int, left: int) -> dict[str, list[Strikes]]:
        """Return the smallest plan that breaks each promise, from this state on: where it strikes, step by step.

        For `it_ends` up to where the run comes back to a state in which it was.
        """
        found: dict[str, list[Strikes]] = {}
        for faults, seen in enumerate(self._counted()[: left + 1]):
            for promise in seen[start].broken:
                if promise not in found:
                    found[promise] = self._way(promise, start, faults)
        return found

    def _way(self, promise: str, number: int, left: int) -> list[Strikes]:
        way = []
        while (place := self._seen[left][number].broken[promise]) != -1:
            edge = self.edges[number][place]
            way.append(edge.strikes)
            number, left = edge.after, left - edge.takes
        return way

    def _counted(self) -> list[dict[int, Outlook]]:
        """What comes of each state: with no fault more, with one more … Each of these builds on those before it."""
        while len(self._seen) <= self.faults:
            left = len(self._seen)
            self._seen.append({})
            for number in range(len(self)):
                if self._left[number] >= left:
                    self._count(number, left)
        return self._seen

    def _count(self, number: int, left: int) -> None:
        """Go on from a state while nothing strikes, up to one that is counted already; then count on the way back."""
        seen = self._seen[left]
        way: dict[int, None] = {}
        while number not in seen and number not in way:
            way[number] = None
            number = self.edges[number][-1].after if number in self.edges else number
        goes_round = number in way and number in self.edges
        if goes_round:
            seen[number] = Outlook(left == 0, {"it_ends": -1} if left == 0 else {})
        for passed in reversed(way):
            seen[passed] = self._put_together(passed, left)
        if goes_round and left == 0:
            seen[number].broken["it_ends"] = -1  # it is known by now

    def _put_together(self, number: int, left: int) -> Outlook:
        """Put together what comes of a state, from what comes of those after it."""
        if number in self.ends and left == 0:
            return Outlook(1, dict.fromkeys(self.ends[number], -1))
        plans = 0
        broken: dict[str, int] = {}
        for place, edge in enumerate(self.edges.get(number, ())):
            if edge.takes <= left:
                after = self._seen[left - edge.takes][edge.after]
                plans += after.plans
                for promise in after.broken:
                    broken.setdefault(promise, place)  # edges come in the order of their strikes
        return Outlook(plans, broken)


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
