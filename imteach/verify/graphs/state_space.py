"""The state space of a small scenario without a clock: every state and every transition, all of them kept.

`check` searches in the same order and keeps less, because it goes much further.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from imteach.learner.learners import unsteady
from imteach.protocol import judge
from imteach.scenario import Fault, Scenario
from imteach.scenario.checks import whole
from imteach.scenario.faults import checked_given
from imteach.scenario.scenario import checked_scenario
from imteach.verify.search.checker import check
from imteach.verify.search.codes import Codes, copies_in_flight
from imteach.verify.search.finding import checked_kinds
from imteach.verify.search.loop import EnoughError, Loop, Rules
from imteach.verify.search.quiet import QuietStates
from imteach.verify.search.rules import World
from imteach.verify.search.scripts import CHECK_KINDS
from imteach.verify.search.state import Action, MistakeError, State
from imteach.verify.search.steps.follow import Follower


class Transition(NamedTuple):
    """One transition: the numbers of its two states, and the action between them. `fault`: the action is a fault."""

    before: int
    action: Action
    after: int
    fault: bool


class StateSpace:
    """All states that a world can reach with at most so many `faults`, in the order of the search: see `check`.

    `states` holds them; a state's number is its index there. `transitions` are all transitions. The attribute `faults`
    holds for each state the fewest faults that lead to it. `whole` is False if there are more than `most` states.

    >>> from imteach.sim import Scenario
    >>> space = StateSpace(World(Scenario("basic")), ["drop"], 1)
    >>> len(space.states), len(space.transitions), space.path(2)
    (18, 31, ['alice says “hello”', 'm1/msg:R#1 arrives'])
    """

    def __init__(self, world: World, kinds: Sequence[str], faults: int, most: int = 10_000) -> None:
        self.world = world
        self.msgids = [f"m{count}" for count in range(1, len(world.scenario.messages()) + 1)]
        self.states: list[State] = []
        self.transitions: list[Transition] = []
        self.faults: list[int] = []
        self._ends: list[int] = []
        self.kinds = tuple(kinds)
        self.most_faults = faults
        self.whole = True
        self._codes = Codes(world, kinds, copies_in_flight(world.scenario, faults))
        self._loop = Loop(self._codes.number(world.start), faults, most)
        self._search(most)

    def _search(self, most: int) -> None:
        ways = self._codes.ways
        rules = Rules(ways, self._codes.faults, QuietStates(self._codes, ways, self._ends.append, most))
        try:
            for _ in self._loop.states(lambda left, starts: rules):
                pass
        except EnoughError:
            self.whole = False
        self._numbers = list(self._loop.came_from)[: self._loop.looked]
        self.states = [self._codes.state(number) for number in self._numbers]
        self.faults = [bisect_right(self._loop.layers, place) - 1 for place in range(len(self.states))]
        if self.whole:
            self.transitions = list(self._all_transitions())

    def _all_transitions(self) -> Iterator[Transition]:
        places = {number: place for place, number in enumerate(self._numbers)}
        for place, number in enumerate(self._numbers):
            for action, after, takes in self._codes.steps(number, self.most_faults - self.faults[place]):
                yield Transition(place, action, places[after], bool(takes))

    def first_steps(self, number: int) -> list[tuple[State, Action]]:
        """Return how the search first reached a state: each state on the way, and what happened there."""
        way = self._loop.way_to(self._numbers[number])
        return [(self._codes.state(here), self._codes.step(here, after)) for here, after in pairwise(way)]

    def path(self, number: int) -> list[str]:
        """Return how the search first reached a state, in words."""
        return list(map(str, self._follower().along(self.world, self.first_steps(number))))

    def at(self, number: int) -> Follower:
        """Return a run that has come to this state, by the path on which the search first reached it."""
        follower = self._follower()
        for _ in follower.along(self.world, self.first_steps(number)):
            pass
        return follower

    def _follower(self) -> Follower:
        return Follower(self.world.scenario, self.world.given)

    def ends(self) -> dict[int, tuple[str, ...]]:
        """Return the states at which nothing is left to come, with the promises that are broken there."""
        setting = self.world.scenario.setting
        found = {}
        for number in sorted(map(self._numbers.index, self._ends)):
            kept = judge(self.world.outcomes(self.states[number]).values(), setting)
            found[number] = tuple(promise for promise, holds in kept.items() if not holds)
        return found


def walked(
    scenario: Scenario | str, faults: int, kinds: Iterable[str], given: Sequence[Fault], most: int
) -> StateSpace:
    """Return the states of a scenario, up to `most` of them. The arguments are those of `check`, its errors too."""
    faults = whole(faults, "faults", most=1000)
    chosen = checked_kinds(kinds, CHECK_KINDS)
    scenario = checked_scenario(scenario)
    given = checked_given(given, scenario)
    try:
        return StateSpace(World(scenario, given, chosen), chosen, faults, most)
    except MistakeError:
        check(scenario, faults, chosen, given, most)  # it raises a `LearnerError` with the shortest path to the mistake
        raise unsteady((scenario.client, scenario.server)) from None  # the mistake did not happen again
