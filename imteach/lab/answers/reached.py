"""Which runs a reader of a page without Python can reach by clicking: on every rung, under every few drops."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from imteach.draw import windows
from imteach.errors import InputError
from imteach.lab.session import Session
from imteach.lab.steps.striking import with_fault, without
from imteach.lab.tools import made_by
from imteach.protocol import LADDER
from imteach.scenario import Drop, Fault, Scenario

MOST_RUNS = 5_000
"""The most runs in one page: under a minute's work, and three losses for one message."""

MOST_EVENTS = 120_000
"""The most events in all of them together: what is told of a run grows with them."""

Faults = tuple[Fault, ...]


@dataclass(frozen=True)
class Reached:
    """The runs that can be reached: on each of the `rungs`, under each of the `sets` of faults, the given set first.

    `runs` are rung by rung, each under all sets; where a scenario cannot be run on a rung, the error stands instead.
    `drops` says by set and packet which set it becomes if that packet is dropped, `spared` the same by a fault's text
    for one that is taken back. What would be more drops than were asked for is not in `drops`.
    """

    rungs: tuple[str, ...]
    runs: list[list[Session | InputError]]
    sets: list[Faults] = field(default_factory=list)
    drops: list[dict[str, int]] = field(default_factory=list)
    spared: list[dict[str, int]] = field(default_factory=list)
    _ranks: dict[Fault, int] = field(default_factory=dict)
    _numbers: dict[frozenset[Fault], int] = field(default_factory=dict)

    def number(self, faults: Faults) -> int:
        """Return the number of this set of faults, which is a new one if it was not reached before.

        Several ways lead to a set, and it is one state all the same: its faults stand as they were first reached.
        """
        for fault in faults:
            self._ranks.setdefault(fault, len(self._ranks))
        key = frozenset(faults)
        if key not in self._numbers:
            self._numbers[key] = len(self.sets)
            self.sets.append(tuple(sorted(key, key=self._ranks.__getitem__)))
        return self._numbers[key]


def rungs_of(scenario: Scenario) -> tuple[str, ...]:
    """Return the rungs between which a page without Python can change: all but `group`, which has other people.

    >>> rungs_of(Scenario("group"))
    ('group',)
    """
    if scenario.groups or scenario.rung == "group":
        return (scenario.rung,)
    return tuple(name for name in LADDER if name != "group")


def reached(scenario: Scenario, faults: Iterable[Fault] = (), most: int = 2) -> Reached:
    """Return the runs that can be reached from here by up to `most` drops besides these faults.

    Raises `InputError` for what is too much for one page.

    >>> found = reached(Scenario("dedup"), most=1)
    >>> len(found.sets), found.sets[1], len(found.rungs)
    (7, (Drop("m1/msg:R#1"),), 7)
    """
    given, rungs = Session(scenario, *faults).faults, rungs_of(scenario)
    found = Reached(rungs, runs=[[] for _ in rungs])
    found.number(given)
    events = 0
    for now in found.sets:  # which grows meanwhile
        runs = [_run(scenario, rung, now) for rung in rungs]
        events += sum(len(run.trace.events) for run in runs if isinstance(run, Session))
        _check_that_it_fits(len(found.sets) * len(rungs), events, most)
        for row, run in zip(found.runs, runs, strict=True):
            row.append(run)
        may_drop = sum(fault not in given for fault in now) < most
        drops = dict.fromkeys(_possible(runs, now)) if may_drop else {}
        found.drops.append({drop.packet: found.number(with_fault(now, drop)) for drop in drops})
        found.spared.append({str(fault): found.number(without(now, fault)) for fault in now})
    return found


def _run(scenario: Scenario, rung: str, faults: Faults) -> Session | InputError:
    """Return the run on this rung, or why there can be none. Raises `InputError` if it is too long."""
    try:
        run = Session(replace(scenario, rung=rung), *faults)
    except InputError as error:
        return error
    if len(windows(run.trace)) > 1:
        packets = len(run.trace.packets)
        raise InputError(f"a run of {packets} packets is too long for a page without Python; let less be said")
    return run


def _possible(runs: Iterable[Session | InputError], now: Faults) -> Iterator[Drop]:
    """Yield the drops that can be made in these runs, in the order in which the packets are sent."""
    for run in runs:
        if isinstance(run, Session):
            drops = (drop_of(run, packet.name) for packet in run.trace.packets)
            yield from (drop for drop in drops if isinstance(drop, Drop) and drop not in now)


def drop_of(run: Session, packet: str) -> Fault | InputError:
    """Return the drop that a click on this packet makes, or why there is none."""
    try:
        return made_by("drop", run.trace, packet=packet)
    except InputError as error:
        return error


def _check_that_it_fits(runs: int, events: int, most: int) -> None:
    if runs > MOST_RUNS or events > MOST_EVENTS:
        limit = f"{MOST_RUNS} runs" if runs > MOST_RUNS else f"{MOST_EVENTS} events"
        lower = "ask for fewer faults, or let less be said" if most else "let less be said"
        raise InputError(f"with up to {most} faults this page would hold more than {limit}; {lower}")
