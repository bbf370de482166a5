"""Every way in which things can go, whatever the times: a search through all states of a scenario without a clock."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, cast

from imteach.bars import memory_used, stopwatch, with_bar
from imteach.errors import InputError, quoted
from imteach.learner.mistakes import LearnerError, Mistake
from imteach.protocol import Outcome, judge
from imteach.scenario import Fault, Scenario
from imteach.scenario.checks import by_promise, whole
from imteach.scenario.faults import checked_given
from imteach.scenario.scenario import checked_scenario
from imteach.tell.words import counted
from imteach.verify.search.codes import Codes, CrowdError, copies_in_flight
from imteach.verify.search.finding import (
    MOST_ASKED,
    Cost,
    Finding,
    Path,
    Verdict,
    checked_bound,
    checked_kinds,
    promises_of,
)
from imteach.verify.search.loop import AT_ONCE, EnoughError, Loop, Rules
from imteach.verify.search.loops.loops import Loops
from imteach.verify.search.quiet import QuietStates
from imteach.verify.search.reduce.reducing import Reducing
from imteach.verify.search.reduce.told import as_told
from imteach.verify.search.rules import World
from imteach.verify.search.scripts import CHECK_KINDS
from imteach.verify.search.state import Action, MistakeError, State
from imteach.verify.search.steps.follow import Follower, follow
from imteach.verify.search.steps.step import Step

FIRST_LOOK = 2000
"""After so many states a search looks for a loop, and then each time when it has looked at twice as many."""

MOST_WITH_A_LOOP = 50_000
"""So many states more a search looks at that has found a loop: it may have no end, and one broken promise is told."""

MOST_IN_EVERY_ORDER = 20_000
"""So many states a search looks at that leaves nothing out, only to find a loop."""

MOST_STATES = 2_000_000
"""A search gives up after this many states, and says so."""

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
    did. `reduced`: of steps that commute it followed one order only; `unreduced` says why it could not, "" if it did
    or was told not to.
    """

    states: int
    transitions: int
    sometimes: dict[str, bool] = field(default_factory=dict)
    reduced: bool = False
    unreduced: str = ""

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
        """What was seen at least once, and whether steps that commute were followed in one order only."""
        return {"sometimes": self.sometimes, "reduced": self.reduced, "unreduced": self.unreduced}

    def notes(self) -> list[str]:
        """Whether it came to its end, what was left out, and what was never seen."""
        never = "Never seen" if self.finished else "Not seen so far"
        unseen = [name for name, seen in self.sometimes.items() if not seen]
        unseen = unseen[:1] if "ends" in unseen else unseen  # the others are runs that come to an end, too
        return [*super().notes(), *self._left_out(), *(f"{never}: {SOMETIMES[name]}." for name in unseen)]

    def _left_out(self) -> list[str]:
        if self.reduced:
            return ["Of steps whose order makes no difference only one order was followed."]
        return [f"Every order of steps was followed, because {self.unreduced}."] if self.unreduced else []


def check(
    scenario: Scenario | str,
    faults: int = 1,
    kinds: Iterable[str] = ("drop",),
    given: Sequence[Fault] = (),
    most_states: int = MOST_STATES,
    reduce: bool = True,
    most_packets: int | None = None,
) -> Check:
    """Try every way in which things can go, whatever the times, with at most `faults` faults of these `kinds`.

    `scenario` may be a rung's name. There is no clock: any packet in flight may arrive next, any timer that runs may
    run out, people do what the scenario says in its order, each thing at any moment, and faults strike at any moment.
    A heartbeat of a group comes when nothing else is under way. A search grows fast with what is said and with
    crashes; an interrupt (Ctrl-C, or the notebook's stop button) ends it with what was found, and `most_states` does so
    by itself. Each promise is judged where nothing is left to come; the example against it has the fewest faults, and
    of such runs the fewest steps. Of steps whose order makes no difference it follows one order only, which changes
    none of that; with `reduce=False` it follows all. `kinds` are `drop`, `duplicate`, `crash`, `away` (somebody logs
    out, and in again later), `late` (a timer that a step stops had run out; one in a step), `again` (somebody sends
    again what is under way) and `beat` (a heartbeat comes too early); `given` faults (`Offline`, `Partition`) are part
    of the scenario, at any moment too. With `most_packets` a run that sends more breaks the promise `few_packets`
    (copies that the network makes do not count); not in groups. Raises `InputError`, and `LearnerError` with the
    shortest path to where a learner's class cannot go on.

    >>> found = check(Scenario("retransmit"), faults=0)
    >>> found.promises["no_duplicates"].holds, found.promises["no_silent_loss"].holds
    (False, True)
    """
    seconds = stopwatch()
    faults = whole(faults, "faults", most=1000)
    chosen = checked_kinds(kinds, CHECK_KINDS)
    scenario = checked_scenario(scenario)
    given = checked_given(given, scenario)
    most_states = whole(most_states, "most_states", most=MOST_ASKED)
    if not isinstance(reduce, bool):
        raise InputError(f"expected True or False, got {quoted(reduce)}", where="reduce")
    most_packets = checked_bound(most_packets)
    if most_packets is not None and scenario.groups:
        raise InputError("heartbeats of groups go on for ever, so only explore can count packets", where="most_packets")
    search = Interleavings(_world(scenario, given, chosen, most_packets), chosen, faults, most_states, reduce)
    unfinished = search.run()
    promises = by_promise(dict[str, Verdict]())
    for name in promises_of(scenario, most_packets):
        example = search.endless if name == "it_ends" else search.example(name)
        promises[name] = Verdict(name, search.judges(name) and not unfinished and example is None, example)
    return Check(
        scenario, faults, chosen, given, promises, unfinished, Cost(seconds(), memory_used()),
        states=search.loop.looked, transitions=search.loop.transitions, sometimes=search.seen,
        reduced=search.reducing.is_on, unreduced=search.reducing.why_not,
    )  # fmt: skip


def _world(scenario: Scenario, given: Sequence[Fault], kinds: Sequence[str], most_packets: int | None) -> World:
    try:
        return World(scenario, given, kinds, most_packets)
    except MistakeError as error:
        raise _mistake(scenario, given, [], error.mistake) from error


def _mistake(scenario: Scenario, given: Sequence[Fault], steps: Sequence[Step], mistake: Mistake) -> LearnerError:
    """The mistake in a learner's code at the end of these steps, with the run until then."""
    try:
        trace = follow(scenario, steps, given)
    except LearnerError as error:
        return error
    return LearnerError(mistake.sentence(f"after {counted(len(steps), 'step')}"), mistake.line, trace)


class Interleavings:
    """All interleavings of a world: which promises they break, and what was seen in them."""

    def __init__(self, world: World, kinds: Sequence[str], faults: int, most_states: int, reduce: bool) -> None:
        self.world = world
        self.faults = faults
        self.most_states = most_states
        self.codes = Codes(world, kinds, copies_in_flight(world.scenario, faults))
        self.reducing = Reducing(self.codes, reduce)
        self.before = 0  # at how many states it had looked when it began anew
        self._begin()

    def _begin(self) -> None:
        self.loop = Loop(self.codes.number(self.world.start), self.faults, self.most_states)
        self.broken: dict[str, int] = {}  # by promise: the first end that breaks it
        self.seen = dict.fromkeys(SOMETIMES, False)
        self.endless: Path | None = None  # the first run found that goes round for ever
        self._quiet: QuietStates | None = None
        self._look_at = FIRST_LOOK

    def run(self) -> str:
        """Search, and return why it did not come to an end; "" if it did."""
        try:
            for _ in with_bar(self._states(), None, "states", each=AT_ONCE, more=self._pace()):
                pass
        except KeyboardInterrupt:
            return "it was interrupted"
        except MistakeError as error:
            raise self._mistake(error) from error
        except EnoughError:
            why = ", for a run goes round for ever" if self.endless is not None else ""
            unfinished = f"it stopped after {self.loop.most} states{why}"
        except CrowdError:
            unfinished = f"more than {self.codes.copies} copies of one packet are in flight"
        else:
            unfinished = ""
        self._look_for_a_loop()
        if unfinished and self.endless is None and self.reducing.is_on:
            self._look_in_every_order()
        return unfinished

    def _pace(self) -> Callable[[], str]:
        """Return what tells how fast the search is, and how many states wait to be looked at."""
        seconds = stopwatch()
        return lambda: f"{self._looked() / max(seconds(), 0.001):,.0f} a second, {self.loop.waiting:,} wait"

    def _looked(self) -> int:
        """At how many states the search has looked, those before it began anew among them."""
        return self.before + self.loop.looked

    def _states(self) -> Iterator[int]:
        """Walk; once it turns out that steps can be left out, begin anew."""
        for looked in self._walk():
            yield looked
            if self.reducing.is_ready_after(looked):
                self.before = looked
                self._begin()
                yield from self._walk()
                return

    def _walk(self) -> Iterator[int]:
        """Walk; look for a loop now and then, because a search with a loop may have no end."""
        for looked in self.loop.states(self._rules):
            yield looked
            if looked >= self._look_at:
                self._look_for_a_loop()
                self._look_at = 2 * looked

    def _rules(self, left: int, starts: list[int]) -> Rules:
        """What may happen from these states on, from which so many more faults may strike."""
        self._look_for_a_loop()
        rules = self.reducing.rules(left, starts, self._judge, self.most_states)
        self._quiet = cast(QuietStates, rules.quiet)
        return rules

    def _mistake(self, error: MistakeError) -> LearnerError:
        """The mistake that the walk has come upon, with the shortest path there, on which no step came early."""
        if self.reducing.is_on:
            whole_search = Interleavings(self.world, self.codes.kinds, self.faults, self.most_states, reduce=False)
            try:
                whole_search.run()
            except LearnerError as mistake:
                return mistake
        here = self.loop.here
        path = [*self._path(self.loop.way_to(here)), (self.codes.state(here), cast(Action, error.action))]
        return _mistake(self.world.scenario, self.world.given, self._steps(path), error.mistake)

    def _judge(self, end: int) -> None:
        """Judge a state in which nothing is left to come."""
        state = self.codes.state(end)
        by_number = self.world.outcomes(state)
        outcomes = list(by_number.values())
        kept = judge(outcomes, self.world.scenario.setting)
        kept["nothing_left_behind"] = not self.world.leftovers(state, by_number)
        kept["few_packets"] = not self.world.sends_too_many(state)
        for promise in kept:
            if not kept[promise]:
                self.broken.setdefault(promise, end)
        self.seen["ends"] = True
        self.seen["shown"] |= all(_shown(said) >= 1 for said in outcomes)
        self.seen["delivered"] |= all(said.status == "delivered" and _shown(said) == 1 for said in outcomes)

    def judges(self, promise: str) -> bool:
        """Whether anything was seen by which this promise can be judged."""
        return self.seen["ends"] or promise == "it_ends"

    def example(self, promise: str) -> Path | None:
        """Return the shortest run that breaks a promise."""
        if promise not in self.broken:
            return None
        way = self._told(self.loop.way_to(self.broken[promise]))
        return Path(self.world.scenario, self.world.given, self._steps(self._path(way)))

    def _look_for_a_loop(self) -> None:
        """See whether a run can go round for ever by what was followed since a fault was last added."""
        lasso = Loops(self.loop, self._quiet).first() if self._quiet and self.endless is None else None
        if lasso is not None:
            steps = self._steps(self._path([*self._told(lasso.way), *lasso.loop]))
            self.endless = Path(self.world.scenario, self.world.given, steps, len(lasso.loop))
            self.loop.most = min(self.most_states, self.loop.looked + MOST_WITH_A_LOOP)

    def _look_in_every_order(self) -> None:
        """Look for a loop without leaving anything out: if each round leaves a packet waiting, no state comes back."""
        most = min(self.most_states, MOST_IN_EVERY_ORDER)
        search = Interleavings(self.world, self.codes.kinds, self.faults, most, reduce=False)
        search.run()
        self.endless = search.endless

    def _told(self, way: list[int]) -> list[int]:
        """A way to the same state as a person would tell it."""
        return as_told(self.codes, way) if self.reducing.is_on else way

    def _path(self, way: Sequence[int]) -> list[tuple[State, Action]]:
        """Each state on a way but the last, and what happens there."""
        return [(self.codes.state(here), self.codes.step(here, after)) for here, after in pairwise(way)]

    def _steps(self, path: Iterable[tuple[State, Action]]) -> tuple[Step, ...]:
        return tuple(Follower(self.world.scenario, self.world.given).along(self.world, path))


def _shown(said: Outcome) -> int:
    """How often something was shown to the receiver who was shown it least often."""
    return min(said.shown.values())
