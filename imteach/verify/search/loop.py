"""The breadth-first loop: every state that can be reached, once, those that take the fewest faults and steps first.

States are whole numbers, and a step adds one: see `codes`. What may happen in a state is for the caller to say.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from imteach.verify.search.codes import Deltas

AT_ONCE = 1000
"""After so many states the loop gives its caller a turn."""


class EnoughError(Exception):
    """The search has reached as many states as it may."""


class Rules(NamedTuple):
    """What may happen in a state: without a fault, by a fault, and where nothing else may happen."""

    ways: Callable[[int], list[Deltas]]
    faults: Callable[[int], list[Deltas]]
    quiet: Callable[[int], Deltas]


class Loop:
    """A walk through all states that can be reached from `start` with at most `faults` faults.

    A state that was reached before is not looked at again: it was reached with as few faults, or fewer, so that
    everything that can follow was or will be looked at from there. It gives up after `most` states. `came_from` says
    for each state the one before it on the shortest way (None for the start), in the order of the walk.

    >>> count = Rules(ways=lambda n: [(1, 2)] if n < 3 else [()], faults=lambda n: [(10,)], quiet=lambda n: ())
    >>> loop = Loop(0, faults=1)
    >>> for _ in loop.states(lambda left, starts: count):
    ...     pass
    >>> list(loop.came_from), loop.way_to(14), loop.transitions
    ([0, 1, 2, 3, 4, 10, 11, 12, 13, 14], [0, 2, 4, 14], 11)
    """

    def __init__(self, start: int, faults: int, most: int | None = None) -> None:
        self.faults = faults
        self.most = most
        self.came_from: dict[int, int | None] = {}
        self.looked = 0  # at how many states
        self.transitions = 0
        self.layers: list[int] = []  # by the faults that struck: how many states were looked at with fewer
        self.here = start  # the state that is being looked at
        self._waiting: list[dict[int, dict[int, int | None]]] = [{} for _ in range(faults + 1)]  # by faults, by steps
        self._waiting[0][0] = {start: None}

    def states(self, begin: Callable[[int, list[int]], Rules]) -> Iterator[int]:
        """Look at every state; yields now and then how many it has looked at. Raises `EnoughError` after `most`.

        `begin` is called before the first state with each number of faults: with how many may still strike, and the
        states from which the walk goes on.
        """
        for struck, waiting in enumerate(self._waiting):
            left = self.faults - struck
            rules = begin(left, [state for states in waiting.values() for state in states])
            self.layers.append(self.looked)
            frontier: list[int] = []
            steps = 0
            while frontier or waiting:
                steps = steps if frontier else min(waiting)
                frontier = frontier or self._met(waiting.pop(steps))
                further = self._met(waiting.pop(steps + 1, {}))  # a way on which the fault comes last reads best
                struck_now: dict[int, int | None] = {}
                yield from self._one_step(frontier, rules, further, struck_now if left else None)
                if struck_now:
                    self._waiting[struck + 1][steps + 1] = struck_now
                frontier, steps = further, steps + 1

    def _met(self, states: dict[int, int | None]) -> list[int]:
        """Note where states came from that were not met before; return them."""
        new = [state for state in states if state not in self.came_from]
        self.came_from.update((state, states[state]) for state in new)
        return new

    def _one_step(
        self, states: list[int], rules: Rules, further: list[int], struck: dict[int, int | None] | None
    ) -> Iterator[int]:
        """Look at states that are equally far from the start; those that are one step further come to `further`.

        Those that a fault leads to go into `struck`, if one may strike.
        """
        came_from, (ways, faults, quiet) = self.came_from, rules
        for state in states:
            if self.looked == self.most:
                raise EnoughError
            self.here = state
            found = ways(state)
            if not any(found):
                found = [quiet(state)]
            for deltas in found:
                self.transitions += len(deltas)
                for delta in deltas:
                    after = state + delta
                    if after not in came_from:
                        came_from[after] = state
                        further.append(after)
            if struck is not None:
                for deltas in faults(state):
                    self.transitions += len(deltas)
                    for delta in deltas:
                        if state + delta not in came_from:
                            struck.setdefault(state + delta, state)
            self.looked += 1
            if not self.looked % AT_ONCE:
                yield self.looked

    @property
    def waiting(self) -> int:
        """How many states were met and not looked at yet, those that a further fault leads to among them."""
        by_faults = sum(len(states) for layers in self._waiting for states in layers.values())
        return len(self.came_from) - self.looked + by_faults

    def way_to(self, state: int) -> list[int]:
        """Return the states on the shortest way to this one, from the start on, itself the last."""
        return way_in(self.came_from, state)


def way_in(came_from: Mapping[int, int | None], state: int) -> list[int]:
    """Return the states from the start to this one, if each came from the one that `came_from` says.

    >>> way_in({1: None, 2: 1, 3: 2}, 3)
    [1, 2, 3]
    """
    way = [state]
    while (before := came_from[way[-1]]) is not None:
        way.append(before)
    return way[::-1]
