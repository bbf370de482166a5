"""Whether a run can go round for ever: come back to a state in which it was, without a fault, again and again.

    bob/offline:R#1 arrives ──▶ the server sends bob/offline:A#1
              ▲                                   │             a client that pulls again when nothing came:
              │                                   ▼             the state at the beginning comes back,
    bob sends bob/offline:R#1 ◀── bob/offline:A#1 arrives       and so does all that follows

That most classes cannot is seen from their steps alone (`recurring`). If steps are left that may happen over and over,
the states are looked at, and among those that can be come to from each other a loop is looked for (`circle`).

Heartbeats come again and again in any case, so they are no steps of a loop. But a quiet state, in which nothing else
can happen, may lead by heartbeats to another one and back; those loops are looked for among the quiet states.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from itertools import islice
from typing import NamedTuple

from imteach.verify.search.codes import Codes, CrowdError
from imteach.verify.search.loop import Loop
from imteach.verify.search.loops.circle import Ahead, Circle, Hop
from imteach.verify.search.loops.recurring import circles, recurring
from imteach.verify.search.quiet import QuietStates
from imteach.verify.search.state import Action, MistakeError


class Lasso(NamedTuple):
    """A run that goes round for ever: the states on the way to a loop, and those of the loop that follow.

    The last state of the loop is the last one of the way.
    """

    way: list[int]
    loop: list[int]


class Loops:
    """What finds a loop among the states that a walk has looked at since a fault was last added.

    `quiet` is what tells the walk about quiet states.

    >>> from imteach.scenario import Scenario
    >>> from imteach.verify.search.loop import Rules
    >>> from imteach.verify.search.rules import World
    >>> codes = Codes(World(Scenario("basic")), [], copies=10)
    >>> loop = Loop(codes.number(codes.world.start), faults=0)
    >>> quiet = QuietStates(codes, codes.ways, at_end=lambda end: None, most=100)
    >>> for _ in loop.states(lambda left, starts: Rules(codes.ways, codes.faults, quiet)):
    ...     pass
    >>> print(Loops(loop, quiet).first())
    None
    """

    def __init__(self, loop: Loop, quiet: QuietStates) -> None:
        self.loop = loop
        self.quiet = quiet
        self.codes: Codes = quiet.codes

    def first(self) -> Lasso | None:
        """Return the run to the loop that the walk came to first; None if it has come to none."""
        return self._of_steps() or self._of_heartbeats()

    def _of_steps(self) -> Lasso | None:
        """A loop without a heartbeat."""
        steps = recurring(self.codes.changes)
        if not steps:
            return None
        met = islice(self.loop.came_from, self.loop.layers[-1], None)
        after = {state: [state + delta for delta in self._deltas(state) if delta in steps] for state in met}
        found = _first_loop(after, self._steps, self._renewed)
        return Lasso(self.loop.way_to(found[0].before), [hop.after for hop in found]) if found else None

    def _deltas(self, state: int) -> list[int]:
        """What each way adds that may be gone without a fault; none where nobody has looked yet, and it fails."""
        try:
            return [delta for deltas in self.quiet.ways(state) for delta in deltas]
        except (CrowdError, MistakeError):
            return []

    def _steps(self, state: int) -> list[Ahead]:
        """What can happen in a state without a fault."""
        further = {state + delta for delta in self._deltas(state)}
        return [Ahead(action, after, after in further) for action, after, _ in self.codes.steps(state)]

    def _renewed(self, hop: Hop) -> set[Action]:
        """The timers that a step starts or cancels."""
        return self.codes.world.timers_touched(self.codes.state(hop.before), hop.what)

    def _of_heartbeats(self) -> Lasso | None:
        """A loop of quiet states: heartbeats lead from each of them to the next."""
        after = {state: [beat.after for beat in self._beats(state)] for state in self.quiet.moving}
        found = _first_loop(after, self._beats, lambda hop: set())
        if not found:
            return None
        return Lasso(self.loop.way_to(found[0].before), [state for hop in found for state in self._between(hop)])

    def _beats(self, quiet: int) -> list[Ahead]:
        """The heartbeats that may come in a quiet state, and each quiet state in which all can end that follows."""
        beats = self.codes.steps(quiet)
        return [Ahead(beat, then) for beat, begun, _ in beats for then in self.quiet.after_beat(begun)]

    def _between(self, hop: Hop) -> list[int]:
        """The states from a quiet one on, itself left out, by a heartbeat to the next quiet one."""
        begun = next(after for beat, after, _ in self.codes.steps(hop.before) if beat == hop.what)
        return self.quiet.after_beat(begun)[hop.after]


def _first_loop(
    after: Mapping[int, Sequence[int]], edges: Callable[[int], list[Ahead]], renews: Callable[[Hop], Set[Action]]
) -> list[Hop]:
    """Return the loop that is come to first, if the states stand in the order in which they were met; [] if none."""
    states = list(after)
    place = {state: number for number, state in enumerate(states)}
    found = (circle for circle in circles(after) if len(circle) > 1 or circle[0] in after.get(circle[0], ()))
    by_place = sorted((min(place[state] for state in circle), circle) for circle in found)
    loops = (Circle(circle, edges, renews).loop(states[first]) for first, circle in by_place)
    return next(filter(None, loops), [])
