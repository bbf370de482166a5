"""The walk of `explore`: every state that can be reached, once, those that take the fewest faults first.

What a state is, and what can follow it, is for the caller to say.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Generic, TypeVar

from imteach.verify.search.loop import EnoughError

S = TypeVar("S", bound=Hashable)  # a state
W = TypeVar("W")  # a way from one state to the next

Origins = dict[S, tuple[S, W] | None]
"""For each state the one it was reached from first, and by which way; None for a start."""

Layers = dict[int, Origins[S, W]]
"""What waits to be looked at, by its steps from the start."""

Order = Callable[[Layers[S, W]], Iterator[tuple[int, S, tuple[S, W] | None]]]
"""Takes from these layers what is looked at next, until nothing is left in them: its steps, the state, its origin."""


def fewest_steps_first(layers: Layers[S, W]) -> Iterator[tuple[int, S, tuple[S, W] | None]]:
    """By breadth: so the way to each state is the shortest."""
    while layers:
        steps = min(layers)
        for state, origin in layers.pop(steps).items():
            yield steps, state, origin


def last_found_first(layers: Layers[S, W]) -> Iterator[tuple[int, S, tuple[S, W] | None]]:
    """By depth: so a search that is stopped has seen ends. Steps do not matter then, and are not counted."""
    found = layers.setdefault(0, {})
    while found:
        yield -1, *found.popitem()  # so what follows comes into the same layer


class Walk(Generic[S, W]):
    """A walk through all states that can be reached with at most `faults` faults.

    A state that was reached before is not looked at again: it was reached with as few faults, or fewer, so that
    everything that can follow was or will be looked at from there. It gives up after `most` states. `came_from` holds
    them in the order of the walk, `transitions` is how many ways it has seen.

    >>> walk: Walk[int, str] = Walk(faults=1)
    >>> walk.start(0)
    >>> list(walk.states(lambda state, left: [("one on", min(state + 1, 3), 0), ("a jump", 9, 1)][: left + 1]))
    [0, 1, 2, 3, 9]
    >>> walk.way_to(2), walk.transitions
    ([(0, 'one on'), (1, 'one on')], 9)
    """

    def __init__(self, faults: int, most: int | None = None, order: Order[S, W] = fewest_steps_first) -> None:
        self.faults = faults
        self.most = most
        self.came_from: Origins[S, W] = {}
        self.transitions = 0
        self._order = order
        self._waiting: list[Layers[S, W]] = [{} for _ in range(faults + 1)]  # by the faults that have struck

    def start(self, state: S, struck: int = 0) -> None:
        """Begin here too; so many faults have struck already."""
        self._waiting[struck].setdefault(0, {}).setdefault(state, None)

    def states(self, ways: Callable[[S, int], Iterable[tuple[W, S, int]]]) -> Iterator[S]:
        """Look at every state, and yield it. Raises `EnoughError` if there are more than `most`.

        `ways` is called with each state and how many faults may still strike there. It says what can follow: by which
        way, which state, and how many faults that takes.
        """
        came_from = self.came_from
        for struck, layers in enumerate(self._waiting):
            for steps, state, origin in self._order(layers):
                if state in came_from:
                    continue
                if len(came_from) == self.most:
                    raise EnoughError
                came_from[state] = origin
                for way, after, takes in ways(state, self.faults - struck):
                    self.transitions += 1
                    if after not in came_from:
                        waiting = self._waiting[struck + takes].setdefault(steps + 1, {})
                        waiting.setdefault(after, (state, way))
                yield state

    @property
    def here(self) -> S:
        """The state that is being looked at."""
        return next(reversed(self.came_from))

    def way_to(self, state: S) -> list[tuple[S, W]]:
        """Return how the walk first came to a state: each state on the way, and by which way it went on from there."""
        way = []
        while (origin := self.came_from[state]) is not None:
            way.append(origin)
            state = origin[0]
        return way[::-1]
