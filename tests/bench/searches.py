"""How far `check` goes in this build beside another one: the same searches in both, in turn, each in its own process.

    python tests/bench/searches.py OTHER_CHECKOUT [--rounds N] [--limit SECONDS] [--only CASE]…

For each case it prints what `check` took in this build and in the other one, as medians: the seconds, imports aside,
and the MB that it added to the memory at its peak; then how many times faster this one is, and what is wanted. A run
that has not ended within the limit is not tried again. The exit status is 1 if the two come to different verdicts. Give
it a quiet machine.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import NamedTuple

HERE = Path(__file__).resolve().parents[2]
AS_INSTALLED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


class Case(NamedTuple):
    """A search, as what stands between the brackets of `check(…)`, and what is wanted: keys of `WANTED`."""

    search: str
    wanted: dict[str, float]


TWO = "Scenario('dedup', say=[Say('one'), Say('two')], retries={0}), faults={0}"
AWAY = "Scenario('offline', say=[Say('one'), Say('two')]), faults=1, given=[Offline('bob', at=0, lasting=1000)]"
FRIENDS = "groups={'friends': ['alice', 'bob', 'carol']}, say=[Say('one', to='friends')]"
ROUND = "say=[Say('one'), Say('two', sender='bob', to='carol'), Say('three', sender='carol', to='alice')]"

CASES = {
    "two messages, unreduced": Case(TWO.format(1) + ", **unreduced", {"times": 10}),
    "two messages": Case(TWO.format(1), {"times": 40}),
    "two messages, 2 retries, 2 drops": Case(TWO.format(2), {"times": 400, "MB": 60}),
    "durable, a crash": Case("Scenario('durable', retries=1), faults=1, kinds=['crash']", {"times": 25}),
    "offline, bob out and in": Case(AWAY, {"seconds": 3, "MB": 100}),
    "group of three": Case(f"Scenario('group', {FRIENDS}, retries=1), faults=1", {"seconds": 0.5}),
    "three people": Case(f"Scenario('dedup', {ROUND}, retries=1), faults=1", {"seconds": 0.5}),
}
"""The cases of the speed table: one drop and one retry, unless it says otherwise."""

WANTED = {"times": "× {:g}", "seconds": "< {:g} s", "MB": "< {:g} MB"}
"""What can be wanted: to be so many times faster than the other build, or less than so many seconds or MB."""

PROGRAM = """
import inspect, json, resource
from time import perf_counter
from imteach import Offline, Say, Scenario, check

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

check("basic", faults=0)  # now all is imported
# A build that knows no reduction does without it anyway
unreduced = dict(reduce=False) if "reduce" in inspect.signature(check).parameters else dict()
before, began = peak(), perf_counter()
found = check({search})
seconds, mb = perf_counter() - began, peak() - before
verdicts = dict()
for name, verdict in found.promises.items():
    if verdict.holds or verdict.example is not None:
        verdicts[name] = [verdict.holds, len(verdict.broken_by or ()), len(verdict.steps or ())]
print(json.dumps([seconds, mb, found.states, found.unfinished, len(found.promises), verdicts]))
"""


class Run(NamedTuple):
    """What one search took and found; for each promise judged, if it holds, or how many faults and steps break it."""

    seconds: float
    mb: float
    states: int
    unfinished: str
    promises: int
    verdicts: dict[str, list[int]]

    def __str__(self) -> str:
        end = "NOT FINISHED, " if self.unfinished else ""
        judged = f"{end}{len(self.verdicts)} of {self.promises} promises judged"
        return f"{self.seconds:.3f} s, {self.mb:.0f} MB, {self.states:,} states, {judged}"


def run(checkout: Path, case: Case, limit: float) -> Run | None:
    """Run a case with the imteach of a checkout; return None if it has not ended within the limit."""
    command = [sys.executable, "-c", PROGRAM.format(search=case.search)]
    environment = {**AS_INSTALLED, "PYTHONPATH": str(checkout), "TQDM_DISABLE": "1"}
    try:
        done = subprocess.run(
            command, env=environment, cwd=checkout, stdout=subprocess.PIPE, check=True, encoding="utf-8", timeout=limit
        )
    except subprocess.TimeoutExpired:
        return None
    return Run(*json.loads(done.stdout))


def in_turn(checkouts: list[Path], case: Case, rounds: int, limit: float) -> list[Run | None]:
    """Return for each checkout its middle run."""
    runs: list[list[Run | None]] = [[] for _ in checkouts]
    for _ in range(rounds):
        for checkout, its in zip(checkouts, runs, strict=True):
            if None not in its:
                its.append(run(checkout, case, limit))
    return [middle(its) for its in runs]


def middle(runs: list[Run | None]) -> Run | None:
    """Return the first run with the medians of all; None if one has not ended."""
    ended = [run for run in runs if run is not None]
    if len(ended) < len(runs):
        return None
    return ended[0]._replace(seconds=median(run.seconds for run in ended), mb=median(run.mb for run in ended))


def measured(ours: Run | None, theirs: Run | None, limit: float) -> dict[str, float]:
    """Return what is to be compared with what is wanted: nothing if ours has not judged everything.

    How many times faster it is, is not known if the other gave up; if that has not ended, it is so many at least.
    """
    if ours is None or len(ours.verdicts) < ours.promises:
        return {}
    found = {"seconds": ours.seconds, "MB": ours.mb}
    if theirs is None or not theirs.unfinished:
        found["times"] = (theirs.seconds if theirs else limit) / ours.seconds
    return found


def reached(wanted: dict[str, float], found: dict[str, float]) -> str:
    """Say what is wanted, each with whether it is reached."""
    marks = []
    for what, goal in wanted.items():
        is_so = what in found and (found[what] >= goal if what == "times" else found[what] < goal)
        marks.append(f"{WANTED[what].format(goal)} {'✓' if is_so else '✕'}")
    return ", ".join(marks)


def differences(ours: Run | None, theirs: Run | None) -> str:
    """Name the promises about which both came to their end and found different things."""
    if ours is None or theirs is None or ours.unfinished or theirs.unfinished:
        return ""
    return ", ".join(name for name, found in theirs.verdicts.items() if ours.verdicts.get(name) != found)


def compare(name: str, other: Path, rounds: int, limit: float) -> bool:
    """Print what this build and the other take for a case; return whether they agree."""
    case = CASES[name]
    ours, theirs = in_turn([HERE, other], case, rounds, limit)
    found, differ = measured(ours, theirs, limit), differences(ours, theirs)
    times = f"× {found['times']:.1f}{'' if theirs else ' or more'}, " if "times" in found else ""
    late = f"no end in {limit:g} s"
    print(f"{name}\n  this   {ours or late}\n  other  {theirs or late}")
    print(f"  {times}wanted: {reached(case.wanted, found)}")
    print(f"  THE VERDICTS DIFFER: {differ}\n" if differ else "", flush=True)
    return not differ


def main() -> None:
    """Compare what is asked for."""
    parser = argparse.ArgumentParser(description="How far check goes in this build beside another one.")
    parser.add_argument("other", type=Path, help="the folder of another checkout")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is run (default: 3)")
    parser.add_argument("--limit", type=float, default=120, metavar="SECONDS", help="for one run (default: 120)")
    parser.add_argument("--only", action="append", choices=CASES, metavar="CASE", help="; ".join(CASES))
    asked = parser.parse_args()
    other = asked.other.resolve()
    if not (other / "imteach").is_dir():
        parser.error(f"no imteach in {other}")
    for checkout in (HERE, other):
        run(checkout, Case("'basic', faults=0", {}), asked.limit)  # what is compiled now is not measured
    agree = [compare(name, other, asked.rounds, asked.limit) for name in asked.only or CASES]
    sys.exit(not all(agree))


if __name__ == "__main__":
    main()
