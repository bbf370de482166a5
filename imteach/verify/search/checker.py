"""Every way in which things can go, whatever the times: a search through all states of a scenario without a clock."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from imteach.bars import with_bar
from imteach.learner.mistakes import LearnerError, Mistake
from imteach.protocol import Outcome, judge
from imteach.scenario import Fault, Scenario
from imteach.scenario.checks import ByName, whole
from imteach.scenario.faults import checked_given
from imteach.scenario.scenario import checked_scenario
from imteach.tell.words import counted
from imteach.verify.search.finding import MOST_ASKED, Finding, Path, Verdict, checked_kinds
from imteach.verify.search.follow import Follower, follow
from imteach.verify.search.step import Step
from imteach.verify.search.walk import EnoughError, Walk
from imteach.verify.search.world import CHECK_KINDS, Action, MistakeError, State, World

MOST_STATES = 2_000_000
"""A search gives up after this many states, and says so."""

MOST_STATES_OF_A_GROUP = 100_000
"""The same where heartbeats never end: such a search cannot come to its end, so it should give up early."""

USE_EXPLORE = "For groups ask explore, which has a clock: there a run ends when heartbeats bring nothing new."
"""What to do about heartbeats that never end."""

SOMETIMES: dict[str, str] = {
    "ends": "a run that comes to its end",
    "shown": "a run that ends with everything shown",
    "delivered": "a run that ends with everything shown once and delivered",
}
"""What a search must have seen at least once, so that one that saw nothing cannot pass."""


@dataclass(frozen=True, repr=False)
class Check(Finding):
    """What a search of every interleaving found. See `check`.

    `states` is how many states it reached, `transitions` how many ways from one to another it followed. `sometimes`
    says for each of `SOMETIMES` whether it was seen. `unfinished` says why the search did not come to its end, "" if it
    did.
    """

    states: int
    transitions: int
    sometimes: dict[str, bool] = field(default_factory=dict)

    schema = "imteach/check/1"
    every = "every interleaving"
    example_name = "steps"

    @property
    def counts(self) -> dict[str, int]:
        """How many states were reached, and how many transitions were followed."""
        return {"states": self.states, "transitions": self.transitions}

    def in_json(self, verdict: Verdict) -> list[str] | None:
        """What happens in the smallest run that breaks a promise, in words."""
        return None if verdict.steps is None else list(verdict.steps)

    def more(self) -> dict[str, Any]:
        """What was seen at least once."""
        return {"sometimes": self.sometimes}

    def notes(self) -> list[str]:
        """Whether it came to its end, what to use instead, and what was never seen."""
        instead = [USE_EXPLORE] if self.unfinished and self.scenario.groups else []
        never = "Never seen" if self.finished else "Not seen so far"
        unseen = [name for name, seen in self.sometimes.items() if not seen]
        unseen = unseen[:1] if "ends" in unseen else unseen  # the others are runs that come to an end, too
        return [*super().notes(), *instead, *(f"{never}: {SOMETIMES[name]}." for name in unseen)]


def check(
    scenario: Scenario | str,
    faults: int = 1,
    kinds: Iterable[str] = ("drop",),
    given: Sequence[Fault] = (),
    most_states: int | None = None,
) -> Check:
    """Try every way in which things can go, whatever the times, with at most `faults` faults of these `kinds`.

    `scenario` may be a rung's name. There is no clock: any packet in flight may arrive next, any timer that runs may
    run out, people do what the scenario says in its order, each thing at any moment, and faults strike at any moment.
    A search grows fast with what is said and with crashes; an interrupt (Ctrl-C, or the notebook's stop button) ends it
    with what was found, and `most_states` does so by itself: 2,000,000 if not given, and 100,000 in a scenario with
    groups, whose heartbeats never end. Each promise is judged where nothing is left to come; the example against it has
    the fewest faults, and of such runs the fewest steps. `kinds` are `drop`, `duplicate` and `crash`; `given` faults
    (`Offline`, `Partition`) are part of the scenario, at any moment too. Raises `InputError`, and `LearnerError`
    with the shortest path to where a learner's class cannot go on.

    >>> found = check(Scenario("retransmit"), faults=0)
    >>> found.promises["no_duplicates"].holds, found.promises["no_silent_loss"].holds
    (False, True)
    """
    faults = whole(faults, "faults", most=1000)
    chosen = checked_kinds(kinds, CHECK_KINDS)
    scenario = checked_scenario(scenario)
    given = checked_given(given, scenario)
    if most_states is not None:
        most_states = whole(most_states, "most_states", most=MOST_ASKED)
    world = _world(scenario, given)
    if most_states is None:
        most_states = MOST_STATES_OF_A_GROUP if world.heartbeats else MOST_STATES
    search = _Interleavings(world, chosen, faults, most_states)
    unfinished = search.run()
    judged = judge((), scenario.setting)
    promises = {
        name: Verdict(name, not unfinished and name not in search.broken and search.seen["ends"], search.example(name))
        for name in judged
    }
    return Check(
        scenario, faults, chosen, given, ByName("promise", promises), unfinished,
        states=len(search.walk.came_from), transitions=search.walk.transitions, sometimes=search.seen,
    )  # fmt: skip


def _world(scenario: Scenario, given: Sequence[Fault]) -> World:
    try:
        return World(scenario, given)
    except MistakeError as error:
        raise _mistake(scenario, given, [], error.mistake) from error


def _mistake(scenario: Scenario, given: Sequence[Fault], steps: Sequence[Step], mistake: Mistake) -> LearnerError:
    """The mistake in a learner's code at the end of these steps, with the run until then."""
    try:
        trace = follow(scenario, steps, given)
    except LearnerError as error:
        return error
    return LearnerError(mistake.sentence(f"after {counted(len(steps), 'step')}"), mistake.line, trace)


class _Interleavings:
    """All interleavings of a world: which promises they break, and what was seen in them."""

    def __init__(self, world: World, kinds: Sequence[str], faults: int, most_states: int) -> None:
        self.world = world
        self.kinds = kinds
        self.walk: Walk[State, Action] = Walk(faults, most_states)
        self.broken: dict[str, State] = {}  # by promise: the first end that breaks it
        self.seen = dict.fromkeys(SOMETIMES, False)

    def run(self) -> str:
        """Search, and return why it did not come to an end; "" if it did."""
        self.walk.start(self.world.start)
        stopped = ""
        try:
            for _ in with_bar(self.walk.states(self._ways), None, "states"):
                pass
        except KeyboardInterrupt:
            return "it was interrupted"
        except MistakeError as error:
            raise self._mistake(error) from error
        except EnoughError:
            stopped = f"it stopped after {self.walk.most} states"
        if self.world.heartbeats:
            return f"heartbeats never end, and {stopped or 'each was tried only once after every change'}"
        return stopped

    def _ways(self, state: State, left: int) -> Iterator[tuple[Action, State, int]]:
        """Judge a state where nothing is left to come; return what can follow."""
        if self.world.is_over(state):
            self._judge(state)
        return self.world.next(state, self.kinds, left)

    def _mistake(self, error: MistakeError) -> LearnerError:
        """The mistake that the walk has come upon, with the shortest path there."""
        here = self.walk.here
        path = [*self.walk.way_to(here), (here, cast(Action, error.action))]
        return _mistake(self.world.scenario, self.world.given, self._steps(path), error.mistake)

    def _judge(self, state: State) -> None:
        outcomes = self.world.outcomes(state)
        for promise, kept in judge(outcomes, self.world.scenario.setting).items():
            if not kept:
                self.broken.setdefault(promise, state)
        self.seen["ends"] = True
        self.seen["shown"] |= all(_shown(said) >= 1 for said in outcomes)
        self.seen["delivered"] |= all(said.status == "delivered" and _shown(said) == 1 for said in outcomes)

    def example(self, promise: str) -> Path | None:
        """Return the shortest run that breaks a promise."""
        if promise not in self.broken:
            return None
        return Path(self.world.scenario, self.world.given, self._steps(self.walk.way_to(self.broken[promise])))

    def _steps(self, path: Iterable[tuple[State, Action]]) -> tuple[Step, ...]:
        return tuple(Follower(self.world.scenario, self.world.given).along(self.world, path))


def _shown(said: Outcome) -> int:
    """How often something was shown to the receiver who was shown it least often."""
    return min(said.shown.values())
