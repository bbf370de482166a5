"""Every plan of faults: a scenario is run under each, with its clock, and each run is judged."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from imteach.bars import memory_used, stopwatch, with_bar
from imteach.learner.learners import unsteady
from imteach.learner.mistakes import LearnerError
from imteach.scenario import Fault, Scenario
from imteach.scenario.checks import by_promise, whole
from imteach.scenario.faults import checked_given
from imteach.scenario.scenario import checked_scenario
from imteach.verify.search.finding import (
    MOST_ASKED,
    Cost,
    Finding,
    Plan,
    Verdict,
    checked_bound,
    checked_kinds,
    promises_of,
)
from imteach.verify.search.loop import EnoughError
from imteach.verify.timed.branching import MISTAKE, Branching
from imteach.verify.timed.endless import EndlessPlan
from imteach.verify.timed.plans import PlanGraph, named
from imteach.verify.timed.strikes import EXPLORE_KINDS
from imteach.verify.workers import spread

if TYPE_CHECKING:
    from concurrent.futures import Executor

MOST_STATES = 500_000
"""An exploration gives up after this many states, and says so."""

_MOST_TASKS = 32  # for an executor; the result does not depend on it


@dataclass(frozen=True, repr=False)
class Exploration(Finding):
    """What running every plan of faults found. See `explore`. `plans` is how many there are, or were judged."""

    plans: int

    schema = "imteach/explore/1"
    every = "every plan"
    example_name = "broken_by"

    @property
    def counts(self) -> dict[str, int]:
        """How many plans were judged."""
        return {"plans": self.plans}

    def in_json(self, verdict: Verdict) -> list[str] | None:
        """The faults of the smallest plan that breaks a promise, as text."""
        return None if verdict.broken_by is None else [str(fault) for fault in verdict.broken_by]


def explore(
    scenario: Scenario | str,
    faults: int = 1,
    kinds: Iterable[str] = ("drop",),
    given: Sequence[Fault] = (),
    executor: "Executor | None" = None,
    most_states: int = MOST_STATES,
    most_packets: int | None = None,
) -> Exploration:
    """Judge a scenario, with its clock, under every plan of at most `faults` faults of these `kinds`.

    `scenario` may be a rung's name. `kinds` are `drop`, `duplicate`, `delay` (by one RTO and one round trip), `crash`
    (for 100 simulated ms, right after any effect of any node), `away` (a person logs out for 1,000 simulated ms, right
    after any effect of their client), `late` (a timer that a node cancels had run out), `again` (a person sends a
    message again while it is under way, when a packet of it is sent), and `beat` (a heartbeat of a group's member comes
    too early, when any packet is sent). A plan holds only faults on what happens under it. The `given` faults strike
    under every plan. The example against a promise has the fewest faults, and of such plans it strikes first. Plans
    share their beginnings, and those that come to the same state share what follows; `plans` counts them all.
    `executor` is any `concurrent.futures.Executor`; the result of a search that came to its end does not depend on it.
    With `most_packets` a run that sends more breaks the promise `few_packets`; copies that the network makes do not
    count. An interrupt (Ctrl-C, or the notebook's stop button) ends it with what was found. Raises `InputError`, and
    `LearnerError` with the smallest plan under which a learner's class cannot go on.

    >>> found = explore(Scenario("retransmit"), faults=1)
    >>> found.plans, found.promises["no_duplicates"].broken_by
    (7, (Drop("m1/ack:R#1"),))
    """
    seconds = stopwatch()
    faults = whole(faults, "faults", most=1000)
    chosen = checked_kinds(kinds, EXPLORE_KINDS)
    scenario = checked_scenario(scenario)
    given = checked_given(given, scenario)
    most_states = whole(most_states, "most_states", most=MOST_ASKED)
    search = _Plans(Question(scenario, given, chosen, faults, most_states, checked_bound(most_packets)))
    if executor is None:
        search.alone()
    else:
        search.together(executor)
    if MISTAKE in search.smallest:
        _raise_mistake(scenario, (*given, *search.smallest[MISTAKE]))
    promises = by_promise(dict[str, Verdict]())
    for name in promises_of(scenario, most_packets):
        made = EndlessPlan if name == "it_ends" else Plan
        example = made(scenario, given, search.smallest[name]) if name in search.smallest else None
        promises[name] = Verdict(name, not search.unfinished and example is None, example)
    cost = Cost(seconds(), memory_used())
    return Exploration(scenario, faults, chosen, given, promises, search.unfinished, cost, search.plans)


def _raise_mistake(scenario: Scenario, faults: tuple[Fault, ...]) -> None:
    """Raise `LearnerError` for the mistake in a learner's code that this run comes upon."""
    trace = scenario.run(*faults)  # this raises it, unless only a search meets it: what cannot be copied
    run = Branching(scenario, faults)
    while not run.is_over:
        run = run.gone_on(())
    if not run.mistakes:
        raise unsteady((scenario.client, scenario.server), trace)  # the search met it, and now it is not there
    raise LearnerError(*run.mistakes[0], trace)


class Question(NamedTuple):
    """What was asked of `explore`."""

    scenario: Scenario
    given: tuple[Fault, ...]
    kinds: tuple[str, ...]
    faults: int
    most_states: int
    most_packets: int | None

    def start(self) -> Branching:
        """The run before its first step."""
        return Branching(self.scenario, self.given, self.most_packets)

    def graph(self) -> PlanGraph:
        """A graph of runs, still empty."""
        return PlanGraph(self.kinds, self.faults, self.most_states)


class Task(NamedTuple):
    """Some of the plans that were asked for, each with the step of the run without faults in which it strikes."""

    question: Question
    first: tuple[tuple[int, tuple[Fault, ...]], ...]


class Result(NamedTuple):
    """What came of plans that begin in one way: how many they are, and the smallest that breaks each promise."""

    plans: int
    smallest: dict[str, tuple[Fault, ...]]
    enough: bool


class _Plans:
    """All plans that were asked for: how many were judged, and the smallest against each promise."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.plans = 0
        self.smallest: dict[str, tuple[Fault, ...]] = {}
        self.unfinished = ""

    def alone(self) -> None:
        """Search in one graph."""
        graph, start = self.question.graph(), self.question.start()
        graph.add(start)
        try:
            for _ in with_bar(graph.search(), None, "states"):
                pass
        except (KeyboardInterrupt, EnoughError) as why:
            self._stopped(why)
        self._take(_result(graph, start, ()))
        self._tell()

    def together(self, executor: "Executor") -> None:
        """Let workers search: each takes some of the plans, by what strikes first."""
        firsts = self._firsts()
        size = -(-len(firsts) // _MOST_TASKS) or 1
        tasks = [Task(self.question, tuple(firsts[at : at + size])) for at in range(0, len(firsts), size)]
        try:
            for results in with_bar(spread(_done, tasks, executor), len(tasks), "parts"):
                for result in results:
                    self._take(result)
                    if result.enough:
                        self._stopped(EnoughError())
        except KeyboardInterrupt as why:
            self._stopped(why)
        self._tell()

    def _firsts(self) -> list[tuple[int, tuple[Fault, ...]]]:
        """Judge the run without faults, and return what can strike first in it, each with the step in which it does."""
        firsts = []
        run, seen = self.question.start(), set[Hashable]()
        while not run.is_over and run.key() not in seen:
            seen.add(run.key())
            *faulty, plain = run.branches(self.question.kinds, self.question.faults)
            firsts += [(len(seen) - 1, branch.faults) for branch in faulty]
            run = plain.run
        broken = run.broken() if run.is_over else ("it_ends",)
        self._take(Result(1, dict.fromkeys(broken, ()), enough=False))
        return firsts

    def _take(self, result: Result) -> None:
        """Take a result in; of plans with equally many faults the first one counts as the smaller."""
        self.plans += result.plans
        for promise, plan in result.smallest.items():
            if promise not in self.smallest or len(plan) < len(self.smallest[promise]):
                self.smallest[promise] = plan

    def _stopped(self, why: BaseException) -> None:
        after = "stopped" if isinstance(why, EnoughError) else "was interrupted"
        self.unfinished = f"it {after} after {{}} plans"

    def _tell(self) -> None:
        if not self.unfinished and "it_ends" in self.smallest:
            self.unfinished = "faults may strike in any round of a run that goes round for ever"
        self.unfinished = self.unfinished.format(self.plans)


def _done(task: Task) -> list[Result]:
    """Search the plans of a task: go along the run without faults, and branch off where they strike."""
    graph, run, step = task.question.graph(), task.question.start(), 0
    begun: list[tuple[Branching, tuple[Fault, ...]]] = []
    for at, faults in task.first:
        for _ in range(at - step):
            run = run.gone_on(())
        step = at
        begun.append((run.gone_on(faults), faults))
        graph.add(begun[-1][0], len(faults))
    try:
        for _ in graph.search():
            pass
        enough = False
    except EnoughError:
        enough = True
    return [_result(graph, after, faults, enough) for after, faults in begun]


def _result(graph: PlanGraph, run: Branching, struck: tuple[Fault, ...], enough: bool = False) -> Result:
    """What came of the plans that begin with the faults `struck`; the search has looked at what follows `run`."""
    start, left = graph.add(run, len(struck)), graph.faults - len(struck)
    smallest = {promise: (*struck, *named(run, way)) for promise, way in graph.smallest(start, left).items()}
    return Result(graph.plans(start, left), smallest, enough)
