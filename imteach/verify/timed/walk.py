"""The walk of `explore`: every state that can be reached, once, those that take the fewest faults first.

What a state is, and what can follow it, is for the caller to say.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Generic, TypeVar

S = TypeVar("S", bound=Hashable)  # a state
W = TypeVar("W")  # a way from one state to the next

Origins = dict[S, tuple[S, W] | None]
"""For each state the one it was reached from first, and by which way; None for a start."""


class Walk(Generic[S, W]):
    """A walk through all states that can be reached with at most `faults` faults; the last found is looked at first.

    So a search that is stopped has seen ends. A state that was reached before is not looked at again: it was reached
    with as few faults, or fewer, so that everything that can follow was or will be looked at from there. `came_from`
    holds them in the order of the walk.

    >>> walk: Walk[int, str] = Walk(faults=1)
    >>> walk.start(0)
    >>> list(walk.states(lambda state, left: [("one on", min(state + 1, 3), 0), ("a jump", 9, 1)][: left + 1]))
    [0, 1, 2, 3, 9]
    >>> walk.way_to(2)
    [(0, 'one on'), (1, 'one on')]
    """

    def __init__(self, faults: int) -> None:
        self.faults = faults
        self.came_from: Origins[S, W] = {}
        self._waiting: list[Origins[S, W]] = [{} for _ in range(faults + 1)]  # by the faults that have struck

    def start(self, state: S, struck: int = 0) -> None:
        """Begin here too; so many faults have struck already."""
        self._waiting[struck].setdefault(state, None)

    def states(self, ways: Callable[[S, int], Iterable[tuple[W, S, int]]]) -> Iterator[S]:
        """Look at every state, and yield it.

        `ways` is called with each state and how many faults may still strike there. It says what can follow: by which
        way, which state, and how many faults that takes.
        """
        came_from = self.came_from
        for struck, waiting in enumerate(self._waiting):
            while waiting:
                state, origin = waiting.popitem()
                if state in came_from:
                    continue
                came_from[state] = origin
                for way, after, takes in ways(state, self.faults - struck):
                    if after not in came_from:
                        self._waiting[struck + takes].setdefault(after, (state, way))
                yield state

    def way_to(self, state: S) -> list[tuple[S, W]]:
        """Return how the walk first came to a state: each state on the way, and by which way it went on from there."""
        way = []
        while (origin := self.came_from[state]) is not None:
            way.append(origin)
            state = origin[0]
        return way[::-1]
