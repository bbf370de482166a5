"""The state space of a small scenario without a clock: every state and every transition, all of them kept.

`check` searches in the same order and keeps less, because it goes much further.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from imteach.learner.mistakes import unsteady
from imteach.protocol import judge
from imteach.scenario import Fault, Scenario
from imteach.scenario.checks import whole
from imteach.scenario.faults import checked_given
from imteach.scenario.scenario import checked_scenario
from imteach.verify.search.checker import check, in_words
from imteach.verify.search.finding import checked_kinds
from imteach.verify.search.follow import Follower
from imteach.verify.search.world import CHECK_KINDS, Action, MistakeError, State, World


class Step(NamedTuple):
    """One transition: the numbers of its two states, and the action between them. `fault`: the action is a fault."""

    before: int
    action: Action
    after: int
    fault: bool


class StateSpace:
    """All states that a world can reach with at most so many `faults`, in the order of the search: see `check`.

    `states` holds them; a state's number is its index there. `steps` are all transitions. The attribute `faults` holds
    for each state the fewest faults that lead to it. `whole` is False if there are more than `most` states.

    >>> from imteach.sim import Scenario
    >>> space = StateSpace(World(Scenario("basic")), ["drop"], 1)
    >>> len(space.states), len(space.steps), space.path(2)
    (18, 31, ['alice says “hello”', 'm1/msg:R#1 arrives'])
    """

    def __init__(self, world: World, kinds: Sequence[str], faults: int, most: int = 10_000) -> None:
        self.world = world
        self.msgids = [f"m{count}" for count in range(1, len(world.scenario.messages()) + 1)]
        self.states: list[State] = []
        self.steps: list[Step] = []
        self.faults: list[int] = []
        self.kinds = tuple(kinds)
        self.most_faults = faults
        self.whole = True
        self._first: list[Step | None] = []  # the step by which each state was reached first
        self._number: dict[State, int] = {}
        self._walk(faults, most)

    def _walk(self, faults: int, most: int) -> None:
        """Search breadth first: states that take fewer faults before others, and of those the ones with fewer steps."""
        left: list[tuple[int, Action, State, bool]] = []
        waiting: dict[tuple[int, int], list[tuple[State, tuple[int, Action] | None]]] = {}
        waiting[0, 0] = [(self.world.start, None)]
        while waiting:
            struck, steps = min(waiting)
            for state, by in waiting.pop((struck, steps)):
                if state in self._number:
                    continue
                if len(self.states) == most:
                    self.whole = False
                    return
                number = self._reach(state, struck, by)
                for action, after, takes in self.world.next(state, self.kinds, faults - struck):
                    left.append((number, action, after, bool(takes)))
                    waiting.setdefault((struck + takes, steps + 1), []).append((after, (number, action)))
        self.steps = [Step(before, action, self._number[after], fault) for before, action, after, fault in left]

    def _reach(self, state: State, struck: int, by: tuple[int, Action] | None) -> int:
        number = self._number[state] = len(self.states)
        self.states.append(state)
        self.faults.append(struck)
        fault = by is not None and struck > self.faults[by[0]]
        self._first.append(None if by is None else Step(*by, number, fault))
        return number

    def first_steps(self, number: int) -> list[Step]:
        """Return the steps by which the search first reached a state."""
        steps = []
        while (step := self._first[number]) is not None:
            steps.append(step)
            number = step.before
        return steps[::-1]

    def path(self, number: int) -> list[str]:
        """Return how the search first reached a state, in words."""
        return list(self._followed(number, self.follower()))

    def at(self, number: int) -> Follower:
        """Return a run that has come to this state, by the path on which the search first reached it."""
        follower = self.follower()
        for _ in self._followed(number, follower):
            pass
        return follower

    def follower(self) -> Follower:
        """Return a run that is at its start."""
        follower = Follower(self.world.scenario, self.world.given)
        follower.begin()
        return follower

    def _followed(self, number: int, follower: Follower) -> Iterator[str]:
        for step in self.first_steps(number):
            words = in_words(self.world, self.states[step.before], step.action, follower)
            follower.step(words)
            yield words

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
