"""What is counted in many runs under random loss, so that counts of parts add up to those of the whole."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

from imteach.protocol import Outcome
from imteach.protocol.promises import in_order, no_duplicates, no_false_delivery, no_false_failure, no_silent_loss
from imteach.sim import Fault, Loss, Scenario
from imteach.verify.intervals import Sums
from imteach.verify.stories import Ran, Runs, SideBySide, ran
from imteach.verify.ways import are_apart

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
}
"""What may come of one thing said, by name; the promises' own rules where they have one."""

MEANS: Mapping[str, Callable[[Mapping[str, int]], int]] = {
    "attempts_per_message": lambda counts: counts.get("msg:R", 0),
    "packets_per_message": lambda counts: sum(counts.values()),
}
"""What is counted of the packets of a run, by name."""


def one_run(scenario: Scenario, faults: Iterable[Fault]) -> Ran:
    """Run it once, and return what came of it."""
    faults = tuple(faults)
    losses = [fault for fault in faults if isinstance(fault, Loss)]
    return SideBySide(scenario).under(losses) if are_apart(scenario, faults) else ran(scenario.run(*faults))


@dataclass
class Tally:
    """The counts of so many runs. Adding those of runs 0 to 9 and 10 to 19 gives those of runs 0 to 19."""

    runs: int = 0
    messages: Sums = field(default_factory=Sums)
    sums: dict[str, Sums] = field(default_factory=lambda: dict.fromkeys((*SHARES, *MEANS), Sums()))
    statuses: Counter[str | None] = field(default_factory=Counter)
    shown_after: Counter[float] = field(default_factory=Counter)
    delivered_after: Counter[float] = field(default_factory=Counter)
    first: dict[str, int] = field(default_factory=dict)  # the number of the first run in which it happened

    def count(self, run: int, ran: Ran, times: int = 1) -> None:
        """Count a run, of this number, and so many that went the same way, all in all."""
        said = len(ran.messages)
        self.runs += times
        self.messages += Sums.of(said, said, times)
        for name, holds in SHARES.items():
            count = sum(map(holds, ran.messages))
            if count:
                self.sums[name] += Sums.of(count, said, times)
                self.first.setdefault(name, run)
        for name, amount in MEANS.items():
            self.sums[name] += Sums.of(amount(ran.counts), said, times)
        for message in ran.messages:
            self.statuses[message.status] += times
        for counter, after in ((self.shown_after, ran.shown_after), (self.delivered_after, ran.delivered_after)):
            for ms in after:
                if ms is not None:
                    counter[ms] += times

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


class Chunk(NamedTuple):
    """Runs from number `first` to before `end`: what one worker does at a time."""

    scenario: Scenario
    given: tuple[Fault, ...]
    loss: float
    seed: int
    first: int
    end: int


def tally(chunk: Chunk) -> Tally:
    """Make the runs of a chunk and count."""
    scenario, given, loss, seed, first, end = chunk
    runs = _runs_of(scenario, given)
    ways: dict[int, list[Any]] = {}  # by what came: that, the first run in which it did, and in how many it did
    for run in range(first, end):
        came = runs.under(loss_of(loss, seed, run))
        ways.setdefault(id(came), [came, run, 0])[2] += 1
    counts = Tally()
    for came, run, times in ways.values():
        counts.count(run, came, times)
    return counts


_latest: list[Runs] = []


def _runs_of(scenario: Scenario, given: tuple[Fault, ...]) -> Runs:
    """Return what the chunk before made its runs with, if it is of the same runs: what it ran need not be run again."""
    runs = _latest[0] if _latest else None
    if runs is None or (runs.scenario, runs.given) != (scenario, given):
        runs = Runs(scenario, given)
        _latest[:] = [runs]
    return runs


def loss_of(loss: float, seed: int, run: int) -> Loss:
    """Return the loss of one run: the chance is always the same, and its throws are no other run's.

    `Loss` throws by its seed and a packet's name, and names are the same in every run. So each run has a seed of its
    own: one after the other from a place that the seed and the chance decide, so that no two of them are the same.

    >>> loss_of(0.2, seed=0, run=1).seed - loss_of(0.2, seed=0, run=0).seed
    1
    """
    return Loss(loss, (_place(loss, seed) + run) % SEEDS)


@lru_cache(maxsize=100)
def _place(loss: float, seed: int) -> int:
    return int.from_bytes(blake2b(f"stats {seed} {float(loss)!r}".encode(), digest_size=8).digest())
