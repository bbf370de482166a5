"""Counts of many runs under random loss. The counts of parts of the runs add up to those of the whole."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple, TypeVar

from imteach.protocol import Outcome
from imteach.protocol.promises import (
    in_order,
    no_duplicates,
    no_false_delivery,
    no_false_failure,
    no_silent_loss,
    stored_once,
)
from imteach.scenario import Fault, Loss, Scenario
from imteach.trace import Trace
from imteach.verify.count.intervals import Sums
from imteach.verify.count.ways import Ways

T = TypeVar("T")

SEEDS = 10**12  # those that `Loss` takes

SHARES: Mapping[str, Callable[[Outcome], bool]] = {
    "delivered": lambda said: said.status == "delivered",
    "shown": lambda said: all(said.shown[receiver] for receiver in said.to),
    "true_failure": lambda said: said.status == "failed" and no_false_failure(said),
    "false_failure": lambda said: not no_false_failure(said),
    "unconfirmed": lambda said: said.status == "unconfirmed",
    "other": lambda said: said.status not in ("delivered", "failed", "unconfirmed"),
    "silent_loss": lambda said: not no_silent_loss(said),
    "false_delivery": lambda said: not no_false_delivery(said),
    "duplicates": lambda said: not no_duplicates(said),
    "out_of_order": lambda said: not in_order(said),
    "stored_twice": lambda said: not stored_once(said),
}
"""The possible outcomes of one thing said, by name; where a promise has a rule for one, it decides."""

MEANS: Mapping[str, Callable[[Mapping[str, int]], int]] = {
    "attempts_per_message": lambda counts: counts.get("msg:R", 0),
    "packets_per_message": lambda counts: sum(counts.values()),
}
"""What is counted among the packets of a run, by name."""


class Came(NamedTuple):
    """What came of one run, as far as it is counted.

    `shares` and `means` hold a count for each name in `SHARES` and `MEANS`, `statuses` the last status of each thing
    said. `shown_after` is how long it took, in simulated ms, until the last receiver was shown a thing said, for each
    thing that got so far; `delivered_after` the same until its sender saw ✓✓.
    """

    shares: tuple[int, ...]
    means: tuple[int, ...]
    statuses: tuple[str | None, ...]
    shown_after: tuple[float, ...]
    delivered_after: tuple[float, ...]


def came_of(trace: Trace) -> Came:
    """Return what came of a run.

    >>> came_of(Scenario("dedup").run()).shown_after
    (100,)
    """
    said_at: dict[str | None, float] = {}
    shown_at: dict[tuple[str | None, str], float] = {}
    delivered_at: dict[str | None, float] = {}
    for event in trace.events:
        match event.kind:
            case "say":
                said_at[event.said] = event.t
            case "show":
                shown_at.setdefault((event.said, event.node), event.t)
            case "status" if event.status == "delivered":
                delivered_at.setdefault(event.said, event.t)
    messages = trace.messages
    shown = [said for said in messages if SHARES["shown"](said)]
    delivered = [said.msgid for said in messages if said.status == "delivered"]
    return Came(
        shares=tuple(sum(map(holds, messages)) for holds in SHARES.values()),
        means=tuple(amount(trace.counts) for amount in MEANS.values()),
        statuses=tuple(said.status for said in messages),
        shown_after=tuple(max(shown_at[s.msgid, who] for who in s.to) - said_at[s.msgid] for s in shown),
        delivered_after=tuple(delivered_at[msgid] - said_at[msgid] for msgid in delivered),
    )


@dataclass
class Tally:
    """The counts of several runs. Adding those of runs 0 to 9 and 10 to 19 gives those of runs 0 to 19."""

    runs: int = 0
    messages: Sums = field(default_factory=Sums)
    sums: dict[str, Sums] = field(default_factory=lambda: dict.fromkeys((*SHARES, *MEANS), Sums()))
    statuses: Counter[str | None] = field(default_factory=Counter)
    shown_after: Counter[float] = field(default_factory=Counter)
    delivered_after: Counter[float] = field(default_factory=Counter)
    first: dict[str, int] = field(default_factory=dict)  # by outcome: the number of the first run that has it

    def count(self, run: int, came: Came, runs: int = 1) -> None:
        """Count `runs` runs with this same outcome; `run` is the number of the first of them."""
        said = len(came.statuses)
        self.runs += runs
        self.messages += Sums.of(said, said, runs)
        for name, count in zip((*SHARES, *MEANS), (*came.shares, *came.means), strict=True):
            if count:
                self.sums[name] += Sums.of(count, said, runs)
        for name, count in zip(SHARES, came.shares, strict=True):
            if count:
                self.first[name] = min(run, self.first.get(name, run))
        _count(self.statuses, came.statuses, runs)
        _count(self.shown_after, came.shown_after, runs)
        _count(self.delivered_after, came.delivered_after, runs)

    def __add__(self, later: "Tally") -> "Tally":
        return Tally(
            self.runs + later.runs,
            self.messages + later.messages,
            {name: self.sums[name] + later.sums[name] for name in self.sums},
            self.statuses + later.statuses,
            self.shown_after + later.shown_after,
            self.delivered_after + later.delivered_after,
            {**later.first, **self.first},
        )


def _count(counter: Counter[T], values: Iterable[T], runs: int) -> None:
    for value in values:
        counter[value] += runs


class Chunk(NamedTuple):
    """The runs from number `first` to `end` - 1: what one worker does at a time."""

    scenario: Scenario
    given: tuple[Fault, ...]
    loss: float
    seed: int
    first: int
    end: int


def tally(chunk: Chunk) -> Tally:
    """Run the chunk, and count its outcomes."""
    scenario, given, loss, seed, first, end = chunk
    ways = _ways(scenario, given)
    times: Counter[Came] = Counter()
    firsts: dict[Came, int] = {}
    for run in range(first, end):
        came = ways.under(loss_of(loss, seed, run))
        times[came] += 1
        firsts.setdefault(came, run)
    counts = Tally()
    for came, runs in times.items():
        counts.count(firsts[came], came, runs)
    return counts


_gone: list[Ways[Came]] = []  # those of the last scenario: its next chunks will need them, too


def forget_ways() -> None:
    """Forget the outcomes of earlier runs."""
    _gone.clear()


def _ways(scenario: Scenario, given: tuple[Fault, ...]) -> Ways[Came]:
    """Return the `Ways` of a scenario with what they know so far, from any loss."""
    for ways in _gone:
        if (ways.scenario, ways.given) == (scenario, given):
            return ways
    _gone[:] = [Ways(scenario, given, came_of)]
    return _gone[0]


def loss_of(loss: float, seed: int, run: int) -> Loss:
    """Return the loss of one run: the chance is the same for all runs, but each has its own random numbers.

    `Loss` decides by its seed and a packet's name, and names are the same in every run. So each run has its own seed:
    consecutive numbers, the first of which follows from `seed` and the chance, so that no two are the same.

    >>> loss_of(0.2, seed=0, run=1).seed - loss_of(0.2, seed=0, run=0).seed
    1
    """
    return Loss(loss, (_place(float(loss), seed) + run) % SEEDS)


@lru_cache(maxsize=64)  # asked for each run
def _place(loss: float, seed: int) -> int:
    return int.from_bytes(blake2b(f"stats {seed} {loss!r}".encode(), digest_size=8).digest())
