"""Every plan of faults: a scenario is run under each, with its clock, and each run is judged."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from imteach.protocol import judge
from imteach.sim import Crash, Delay, Drop, Duplicate, Event, Fault, Scenario, Trace
from imteach.sim.checks import NETWORK, whole
from imteach.sim.orders import Effects
from imteach.verify.finding import Finding, Plan, Verdict, checked_kinds
from imteach.verify.workers import spread

if TYPE_CHECKING:
    from concurrent.futures import Executor

EXPLORE_KINDS = ("drop", "duplicate", "delay", "crash")
"""The kinds of fault that an exploration tries. What falls on one event is tried in this order."""

DOWN = 100
"""How long a node is down that crashes, in simulated ms."""

MOST_PLANS = 1_000_000
"""An exploration gives up after so many plans, and says so."""

_AT_ONCE = 16  # plans in one task for an executor; the result does not hang on it


@dataclass(frozen=True, repr=False)
class Exploration(Finding):
    """What running every plan of faults found. See `explore`. `plans` is how many were tried."""

    plans: int

    schema = "imteach/explore/1"
    every = "every plan"
    example_name = "broken_by"

    @property
    def counts(self) -> dict[str, int]:
        """How many plans were tried."""
        return {"plans": self.plans}

    def in_json(self, verdict: Verdict) -> list[str] | None:
        """The faults of the smallest plan against a promise, as text."""
        return None if verdict.broken_by is None else [str(fault) for fault in verdict.broken_by]


def explore(
    scenario: Scenario,
    faults: int = 1,
    kinds: Iterable[str] = ("drop",),
    given: Sequence[Fault] = (),
    executor: "Executor | None" = None,
    most_plans: int = MOST_PLANS,
) -> Exploration:
    """Run `scenario`, with its clock, under every plan of at most so many `faults` of these `kinds`.

    `kinds` are `drop`, `duplicate`, `delay` (by one RTO and one round trip) and `crash` (for 100 simulated ms, right
    behind any effect of any node). A plan only holds faults on what happens under it. The `given` faults strike under
    every plan. The example against a promise has the fewest faults, and of those plans strikes first. `executor` is any
    `concurrent.futures.Executor`; the result does not hang on it. Raises `InputError`.

    >>> found = explore(Scenario("retransmit"), faults=1)
    >>> found.plans, found.promises["no_duplicates"].broken_by
    (7, (Drop("m1/ack:R#1"),))
    """
    faults = whole(faults, "faults", most=1000)
    chosen = checked_kinds(kinds, EXPLORE_KINDS)
    given = tuple(fault.resolve(scenario) for fault in given)
    search = _Search(scenario, given, chosen, most_plans, executor)
    unfinished = search.run(faults)
    promises = {}
    for name in judge((), scenario.setting):
        example = Plan(scenario, given, search.broken[name]) if name in search.broken else None
        promises[name] = Verdict(name, not unfinished and example is None, example)
    return Exploration(scenario, faults, chosen, given, promises, unfinished, plans=search.plans)


class Strike(NamedTuple):
    """Where a fault can strike, in the order of a run: at which event, and which kind of fault it is."""

    event: int
    kind: int


FIRST = Strike(-1, 0)

Reached = tuple[tuple[Fault, ...], Strike]
"""A plan, in the order in which its faults strike, and where the last one does."""


class Task(NamedTuple):
    """Some plans to run, and whether to find out what faults can be added to each."""

    scenario: Scenario
    given: tuple[Fault, ...]
    kinds: tuple[str, ...]
    plans: tuple[Reached, ...]
    extend: bool


class Result(NamedTuple):
    """What a plan broke, and the plans with one fault more, which strikes after all of its own.

    `struck` is False where one of its faults never did: two crashes behind one step, say, of which only one can come.
    """

    struck: bool
    broken: tuple[str, ...]
    more: tuple[Reached, ...]


class _Search:
    """Plans with one fault after those with none, with two after those with one … each in the order of its strikes.

    A fault changes nothing before it strikes. So each plan is reached once: from the one without its last fault.
    """

    def __init__(
        self,
        scenario: Scenario,
        given: tuple[Fault, ...],
        kinds: tuple[str, ...],
        most_plans: int,
        executor: "Executor | None",
    ) -> None:
        self.scenario = scenario
        self.given = given
        self.kinds = kinds
        self.most_plans = most_plans
        self.executor = executor
        self.plans = 0
        self.broken: dict[str, tuple[Fault, ...]] = {}

    def run(self, faults: int) -> str:
        """Run every plan of at most so many faults; return why that did not come to its end, "" if it did."""
        level: list[Reached] = [((), FIRST)]
        try:
            for struck in range(faults + 1):
                level = self._all_of(level, extend=struck < faults)
        except KeyboardInterrupt:
            return f"it was interrupted after {self.plans} plans"
        except _EnoughError:
            return f"it stopped after {self.plans} plans"
        return ""

    def _all_of(self, level: list[Reached], extend: bool) -> list[Reached]:
        """Run these plans, which have the same number of faults, and return those with one more."""
        more: list[Reached] = []
        for (plan, _), result in zip(level, self._results(level, extend), strict=False):
            if not result.struck:
                continue
            if self.plans >= self.most_plans:
                raise _EnoughError
            self.plans += 1
            for promise in result.broken:
                self.broken.setdefault(promise, plan)
            more += result.more
        return more

    def _results(self, level: list[Reached], extend: bool) -> Iterator[Result]:
        size = 1 if self.executor is None else _AT_ONCE
        tasks = (
            Task(self.scenario, self.given, self.kinds, tuple(level[first : first + size]), extend)
            for first in range(0, len(level), size)
        )
        for results in spread(_done, tasks, self.executor):
            yield from results


class _EnoughError(Exception):
    """As many plans were run as may be."""


def _done(task: Task) -> list[Result]:
    """Run the plans of a task."""
    results = []
    for plan, last in task.plans:
        trace = task.scenario.run(*task.given, *plan)
        broken = tuple(name for name, kept in trace.promises.items() if not kept)
        taken = {*task.given, *plan}
        struck = not set(plan).intersection(trace.unused)
        more = (
            ((*plan, fault), strike)
            for strike, fault in strikes(trace, task.kinds)
            if strike > last and fault not in taken
        )
        results.append(Result(struck, broken, tuple(more) if task.extend and struck else ()))
    return results


def strikes(trace: Trace, kinds: Sequence[str]) -> Iterator[tuple[Strike, Fault]]:
    """Yield every fault that could strike in this run, with where it would, in the order of the run.

    >>> [str(fault) for _, fault in strikes(Scenario("basic").run(), ["drop"])]
    ['drop m1/msg:R#1', 'drop m1/msg:A#1', 'drop m1/msg:N#1']
    """
    effects = Effects()
    for event in trace.events:
        effect = effects.name(event)
        if effect is None:
            continue
        for kind, fault in _faults_on(trace, event, effect):
            if kind in kinds:
                yield Strike(event.id, EXPLORE_KINDS.index(kind)), fault


def _faults_on(trace: Trace, event: Event, effect: str) -> Iterator[tuple[str, Fault]]:
    """Yield the faults that can strike at one event: on the packet sent, and on the node behind what it did."""
    if event.packet is not None and event.kind == "send":
        yield "drop", Drop(event.packet)
        if "~" not in event.packet:
            yield "duplicate", Duplicate(event.packet)
        yield "delay", Delay(event.packet, by=late(trace.scenario, trace.packet[event.packet].person))
    if event.node != NETWORK:
        yield "crash", Crash(event.node, after=effect, down=DOWN)


def late(scenario: Scenario, person: str) -> float:
    """By how many simulated ms a packet of this person is delayed: one RTO and one round trip.

    >>> late(Scenario("dedup"), "bob")
    400
    """
    return scenario.rto + 2 * scenario.latency_of(person)
