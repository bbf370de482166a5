"""A loop that can be gone round for ever: the search for one among states that can be come to from each other.

A loop counts if a run can go round it for ever and leave nothing waiting for ever: what can happen at every moment of
the loop happens in it, too. (The field calls that weak fairness.) So a sender that tries again until its receiver is
back goes round no loop if the receiver will be back.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from functools import partial
from typing import NamedTuple

from imteach.verify.search.state import Action


class Ahead(NamedTuple):
    """Something that can happen in a state: what, the state after it, and whether the walk follows it."""

    what: Action
    after: int
    is_followed: bool = True


class Hop(NamedTuple):
    """A step of a loop: the state before it, what happens, and the state after it."""

    before: int
    what: Action
    after: int


class Circle:
    """States of which each can be come to from each other, and the loops among them.

    `edges` says what can happen in a state, and `renews` which timers are started anew or cancelled in a step: those
    may never run out, though they run at every moment. What the walk follows nowhere in a loop can come at any moment
    and changes nothing of it (see `reduce`).
    """

    def __init__(
        self, states: Iterable[int], edges: Callable[[int], list[Ahead]], renews: Callable[[Hop], Set[Action]]
    ) -> None:
        self.states = set(states)
        self.edges = edges
        self.renews = renews
        self._known: dict[int, list[Ahead]] = {}

    def loop(self, first: int) -> list[Hop]:
        """Return a loop from `first` back to it that leaves nothing waiting for ever; [] if there is none.

        It is short, not always the shortest.

        >>> go, stop = Action("do", 0), Action("do", 1)
        >>> steps = {1: [Ahead(go, 2), Ahead(stop, 9)], 2: [Ahead(go, 1)]}
        >>> circle = Circle([1, 2], steps.__getitem__, renews=lambda hop: set())
        >>> [hop.after for hop in circle.loop(1)]
        [2, 1]
        >>> steps[2].append(Ahead(stop, 9))
        >>> circle = Circle([1, 2], steps.__getitem__, renews=lambda hop: set())
        >>> circle.loop(1)
        []
        """
        loop = self._way(first, lambda hop: hop.after == first)
        while loop:
            waiting = self._waiting(loop)
            if not waiting:
                return loop
            aside = self._way(first, partial(self._helps, min(waiting, key=repr)))
            if not aside:
                return []
            back = [] if aside[-1].after == first else self._way(aside[-1].after, lambda hop: hop.after == first)
            loop = [*loop, *aside, *back]
        return []

    def _waiting(self, loop: Sequence[Hop]) -> set[Action]:
        """What could happen at every moment of a loop and never does."""
        always = set.intersection(*(self._can(hop.before) for hop in loop))
        followed = {edge.what for hop in loop for edge in self._edges(hop.before) if edge.is_followed}
        done = {hop.what for hop in loop}.union(*map(self.renews, loop))
        return always & followed - done

    def _helps(self, what: Action, hop: Hop) -> bool:
        """Whether something waits no longer after this step: it has happened, or cannot happen any more."""
        return hop.what == what or what not in self._can(hop.after) or what in self.renews(hop)

    def _way(self, start: int, is_there: Callable[[Hop], bool]) -> list[Hop]:
        """Return the shortest way whose last step is one that is wanted; [] if there is none."""
        came: dict[int, Hop | None] = {start: None}
        waiting = [start]
        for state in waiting:
            for what, after, is_followed in self._edges(state):
                hop = Hop(state, what, after)
                if not is_followed or after not in self.states:
                    continue
                if is_there(hop):
                    return [*_back(came, state), hop]
                if after not in came:
                    came[after] = hop
                    waiting.append(after)
        return []

    def _edges(self, state: int) -> list[Ahead]:
        if state not in self._known:
            self._known[state] = self.edges(state)
        return self._known[state]

    def _can(self, state: int) -> set[Action]:
        return {edge.what for edge in self._edges(state)}


def _back(came: Mapping[int, Hop | None], state: int) -> list[Hop]:
    """Return the steps by which a state was come to."""
    way: list[Hop] = []
    while (hop := came[state]) is not None:
        way.append(hop)
        state = hop.before
    return way[::-1]
