"""`imteach check` against SPIN: the same scenario and the same model in Promela, whole command against whole command.

    python tests/bench/spin.py [--rounds N] [--only CASE]…

The model is dedup.pml, beside this file. SPIN makes a program of it (`spin -a`), which is compiled (`gcc -O2`) and run
(`./pan`); on our side it is one command. Each is timed from its start to its end, all in turn; the medians are printed.
Both must come to the same verdicts, or the exit status is 1. Give it a quiet machine.

In SPIN's states it counts how many faults have struck; in ours it does not, for a search goes on from each state once,
where the fewest have. It needs spin and gcc: apt-get install spin gcc.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

HERE = Path(__file__).resolve().parents[2]
MODEL = Path(__file__).with_name("dedup.pml")
AS_INSTALLED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
JUDGED = ("no_duplicates", "no_false_delivery", "no_silent_loss", "no_false_failure", "all_delivered")


class Case(NamedTuple):
    """What both are asked; without dedup it is the rung `retransmit`."""

    messages: int
    retries: int
    drops: int
    dedup: bool = True


CASES = {
    "two messages, 1 retry, 1 drop": Case(2, 1, 1),
    "the same without dedup": Case(2, 1, 1, dedup=False),
    "one message, 1 retry, 2 drops": Case(1, 1, 2),
    "two messages, 2 retries, 2 drops": Case(2, 2, 2),
}


class Found(NamedTuple):
    """What one of them found: the seconds that each of its commands took, the states, the promises that are broken."""

    seconds: dict[str, float]
    states: int
    broken: list[str]


def timed(*command: str, folder: Path = HERE) -> tuple[float, str]:
    """Run a command in a folder; return the seconds until it ended, and what it wrote."""
    began = perf_counter()
    run = subprocess.run(command, cwd=folder, env=AS_INSTALLED, capture_output=True, check=True, encoding="utf-8")
    return perf_counter() - began, run.stdout


def by_imteach(case: Case) -> Found:
    """Ask `imteach check`."""
    says = [part for number in range(case.messages) for part in ("--say", f"alice>bob:message {number + 1}")]
    settings = ["--retries", str(case.retries), "--faults", str(case.drops), "--format", "json"]
    rung = "dedup" if case.dedup else "retransmit"
    seconds, wrote = timed(sys.executable, "-m", "imteach", "check", rung, *says, *settings)
    found = json.loads(wrote)
    assert found["finished"]
    broken = [name for name in JUDGED if not found["promises"][name]["holds"]]
    return Found({"imteach check": seconds}, found["states"], broken)


def by_spin(case: Case) -> Found:
    """Ask SPIN, in a folder that is gone afterwards. With -c0 it goes on after an error, to find the other ones."""
    numbers = {"MESSAGES": case.messages, "RETRIES": case.retries, "FAULTS": case.drops, "DEDUP": int(case.dedup)}
    defined = [f"-D{name}={number}" for name, number in numbers.items()]
    commands = {
        "spin -a": ("spin", "-a", *defined, MODEL.name),
        "gcc -O2": ("gcc", "-O2", "-o", "pan", "pan.c"),
        "./pan": ("./pan", "-c0"),
    }
    seconds = {}
    with tempfile.TemporaryDirectory() as name:
        shutil.copy(MODEL, name)
        for what, command in commands.items():
            seconds[what], wrote = timed(*command, folder=Path(name))
    # It came to its end, and to ends that it could judge: of what the judge does, only the end of it is never reached
    assert "Search not completed" not in wrote, wrote
    assert "max search depth too small" not in wrote, wrote
    assert re.search(r"unreached in proctype judge\n.*-end-\"\n\t\(1 of", wrote), wrote
    broken = set(re.findall(r"assertion violated \(?(\w+)", wrote))
    states = re.search(r"(\d+) states, stored", wrote)
    assert states, wrote
    return Found(seconds, int(states[1]), [name for name in JUDGED if name in broken])


def medians(rounds: Iterable[Found]) -> dict[str, float]:
    seconds = [found.seconds for found in rounds]
    return {what: median(each[what] for each in seconds) for what in seconds[0]}


def line(who: str, seconds: float, found: Found) -> str:
    broken = ", ".join(found.broken) or "no promise"
    return f"  {who:14}{seconds:7.2f} s, {found.states:,} states, broken: {broken}"


def compare(name: str, case: Case, rounds: int) -> bool:
    """Ask both in turn, print what came of it, and return whether they agree."""
    ours, theirs = zip(*[(by_imteach(case), by_spin(case)) for _ in range(rounds)], strict=True)
    (our,), spins = medians(ours).values(), medians(theirs)
    whole, gcc_ended = sum(spins.values()), spins["spin -a"] + spins["gcc -O2"]
    agree: bool = ours[0].broken == theirs[0].broken
    print(name)
    print(line("imteach check", our, ours[0]))
    print(line("SPIN", whole, theirs[0]))
    print(f"{'':18}{', '.join(f'{what} {seconds:.2f} s' for what, seconds in spins.items())}")
    print(f"  imteach check {'ended' if our < gcc_ended else 'had NOT ended'} before gcc did ({gcc_ended:.2f} s)")
    print(f"  time × {our / whole:.2f}; the verdicts are {'the same' if agree else 'NOT the same'}\n", flush=True)
    return agree


def main() -> None:
    """Compare what is asked for."""
    parser = argparse.ArgumentParser(description="imteach check against SPIN")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", action="append", choices=CASES, metavar="CASE", help="; ".join(CASES))
    asked = parser.parse_args()
    for tool in ("spin", "gcc"):
        if shutil.which(tool) is None:
            sys.exit(f"{tool} is not installed, so there is nothing to compare with: apt-get install {tool}")
    timed(sys.executable, "-m", "imteach", "check", "basic", "--faults", "0")  # compiles what is not compiled yet
    agree = [compare(name, CASES[name], asked.rounds) for name in asked.only or CASES]
    sys.exit(not all(agree))


if __name__ == "__main__":
    main()
