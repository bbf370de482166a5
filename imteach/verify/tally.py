"""What is counted in many runs under random loss, so that counts of parts add up to those of the whole."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import NamedTuple

from imteach.protocol import Outcome
from imteach.protocol.promises import in_order, no_duplicates, no_false_delivery, no_false_failure, no_silent_loss
from imteach.sim import Fault, Loss, Scenario
from imteach.verify.intervals import Sums

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


class Ran(NamedTuple):
    """What came of one run: its outcomes, its packets by kind, and how long each thing took.

    That is, in simulated ms from when it was said (None: never): until the last of its receivers was shown it, and
    until its sender saw ✓✓.
    """

    messages: Sequence[Outcome]
    counts: Mapping[str, int]
    shown_after: Sequence[float | None]
    delivered_after: Sequence[float | None]


def one_run(scenario: Scenario, faults: Iterable[Fault]) -> Ran:
    """Run it once."""
    trace = scenario.run(*faults)
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
    shown_after: list[float | None] = []
    delivered_after: list[float | None] = []
    for said in trace.messages:
        everywhere = SHARES["shown"](said)
        last = max(shown_at[said.msgid, receiver] for receiver in said.to) if everywhere else None
        shown_after.append(None if last is None else last - said_at[said.msgid])
        believed = said.status == "delivered"
        delivered_after.append(delivered_at[said.msgid] - said_at[said.msgid] if believed else None)
    return Ran(trace.messages, trace.counts, shown_after, delivered_after)


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

    def count(self, run: int, ran: Ran) -> None:
        """Count one run, of this number."""
        said = len(ran.messages)
        self.runs += 1
        self.messages += Sums.of(said, said)
        for name, holds in SHARES.items():
            count = sum(map(holds, ran.messages))
            if count:
                self.sums[name] += Sums.of(count, said)
                self.first.setdefault(name, run)
        for name, amount in MEANS.items():
            self.sums[name] += Sums.of(amount(ran.counts), said)
        self.statuses.update(message.status for message in ran.messages)
        self.shown_after.update(ms for ms in ran.shown_after if ms is not None)
        self.delivered_after.update(ms for ms in ran.delivered_after if ms is not None)

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
    counts = Tally()
    for run in range(first, end):
        counts.count(run, one_run(scenario, (*given, loss_of(loss, seed, run))))
    return counts


def loss_of(loss: float, seed: int, run: int) -> Loss:
    """Return the loss of one run: the chance is always the same, and its throws are no other run's.

    `Loss` throws by its seed and a packet's name, and names are the same in every run. So each run has a seed of its
    own: one after the other from a place that the seed and the chance decide, so that no two of them are the same.

    >>> loss_of(0.2, seed=0, run=1).seed - loss_of(0.2, seed=0, run=0).seed
    1
    """
    place = blake2b(f"stats {seed} {float(loss)!r}".encode(), digest_size=8).digest()
    return Loss(loss, (int.from_bytes(place) + run) % SEEDS)
