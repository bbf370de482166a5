"""The state space of a small scenario without a clock: every state and every transition, all of them kept.

`check` searches in the same order and keeps less, because it goes much further.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from imteach.learner.learners import unsteady
from imteach.protocol import judge
from imteach.scenario import Fault, Scenario
from imteach.scenario.checks import whole
from imteach.scenario.faults import checked_given
from imteach.scenario.scenario import checked_scenario
from imteach.verify.search.checker import check
from imteach.verify.search.finding import checked_kinds
from imteach.verify.search.follow import Follower
from imteach.verify.search.walk import EnoughError, Walk
from imteach.verify.search.world import CHECK_KINDS, Action, MistakeError, State, World


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
        self.kinds = tuple(kinds)
        self.most_faults = faults
        self.whole = True
        self._walk: Walk[State, Action] = Walk(faults, most)
        self._search()

    def _search(self) -> None:
        found: list[tuple[int, Action, State, bool]] = []

        def ways(state: State, left: int) -> Iterator[tuple[Action, State, int]]:
            number = len(self.states)
            self.states.append(state)
            self.faults.append(self.most_faults - left)
            for action, after, takes in self.world.next(state, self.kinds, left):
                found.append((number, action, after, bool(takes)))
                yield action, after, takes

        self._walk.start(self.world.start)
        try:
            for _ in self._walk.states(ways):
                pass
        except EnoughError:
            self.whole = False
            return
        numbers = {state: number for number, state in enumerate(self.states)}
        self.transitions = [Transition(before, action, numbers[after], fault) for before, action, after, fault in found]

    def first_steps(self, number: int) -> list[tuple[State, Action]]:
        """Return how the search first reached a state: each state on the way, and what happened there."""
        return self._walk.way_to(self.states[number])

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
        for number, state in enumerate(self.states):
            if self.world.is_over(state):
                kept = judge(self.world.outcomes(state), setting)
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
        return StateSpace(World(scenario, given), chosen, faults, most)
    except MistakeError:
        check(scenario, faults, chosen, given, most)  # it raises a `LearnerError` with the shortest path to the mistake
        raise unsteady((scenario.client, scenario.server)) from None  # the mistake did not happen again
