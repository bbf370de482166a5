"""How fast this build is beside another one: the same work in both, in turn, each time in a process of its own.

    python tests/bench/against.py OTHER_CHECKOUT [ROUNDS] [WORK]…

It prints the ratio of the medians (this build to the other), and both medians, in seconds of CPU time. Give it a quiet
machine; whatever else runs is felt by both, but not always by both alike.
"""

import os
import subprocess
import sys
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parents[2]

FIRST = "from time import process_time\nfrom imteach import *\n"
TIMED = "began = process_time()\n{work}\nprint(process_time() - began)\n"

WORKS: dict[str, tuple[str, str]] = {
    "import": ("", "import imteach"),
    "import and one run": ("", "import imteach; imteach.Scenario('dedup').run()"),
    "run, 2,000 times": ("s = Scenario('dedup')", "for _ in range(2000): s.run(Drop('ack:N')).promises"),
    "explore": (
        "explore(Scenario('dedup'), faults=2, kinds=['drop', 'duplicate', 'delay'])",
        "explore(Scenario('dedup'), faults=2, kinds=['drop', 'duplicate', 'delay'])",
    ),
    "explore, crashes": (
        "explore(Scenario('offline'), faults=1, kinds=['drop', 'crash'])",
        "explore(Scenario('offline'), faults=1, kinds=['drop', 'crash'])",
    ),
    "check": ("check(Scenario('dedup'), faults=1)", "check(Scenario('dedup'), faults=1)"),
    "check, two said": (
        "import imteach.verify",
        "check(Scenario('dedup', say=[Say('a'), Say('b')], retries=1), faults=1)",
    ),
    "stats": ("stats(Scenario('dedup'), 0.2, 2_000, 1)", "stats(Scenario('dedup'), 0.2, 20_000, 1)"),
    "picture": (
        "t = Scenario('dedup', say=[Say(f'hi {n}', at=20 * n) for n in range(40)]).run(Drop('m1/ack:N')); t.to_svg()",
        "for _ in range(10): t.to_svg()",
    ),
    "text": (
        "t = Scenario('dedup', say=[Say(f'hi {n}', at=20 * n) for n in range(40)]).run(Drop('m1/ack:N')); t.to_text()",
        "for _ in range(10): t.to_text()",
    ),
    "fault map": ("fault_map('dedup')", "fault_map(Scenario('dedup'), faults=2)"),
    "trace, 20,000 said": (
        "s = Scenario('dedup', say=[Say('hello', at=at) for at in range(20_000)])",
        "len(s.run(Loss(0.2, seed=1)).packets)",
    ),
    "trace, looked at": (
        "s = Scenario('dedup', say=[Say('hello', at=at) for at in range(5_000)])",
        "t = s.run(Loss(0.2, seed=1)); list(t.events), list(t.packets), t.promises",
    ),
}
"""For each work what is made ready, so that its modules are loaded, and what is timed."""


def seconds(checkout: Path, work: str) -> float:
    """Do some work with the imteach of a checkout; return the seconds of CPU time."""
    ready, timed = WORKS[work]
    first = FIRST if ready else "from time import process_time\n"
    code = first + ready + "\n" + TIMED.format(work=timed)
    # What Python compiled it keeps, or one checkout would be compiled anew each time
    environment = {**os.environ, "PYTHONPATH": str(checkout), "TQDM_DISABLE": "1", "PYTHONDONTWRITEBYTECODE": ""}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=checkout, capture_output=True, text=True, check=True
    )
    return float(run.stdout)


def main(other: str, rounds: str = "7", *works: str) -> None:
    """Print a line for each work."""
    theirs_at = Path(other).resolve()  # each build runs in a directory of its own
    for checkout in (HERE, theirs_at):
        seconds(checkout, "check")  # and what is compiled now is not measured
    for work in works or WORKS:
        pairs = [(seconds(HERE, work), seconds(theirs_at, work)) for _ in range(int(rounds))]
        ours, theirs = (median(column) for column in zip(*pairs, strict=True))
        print(f"{work:24} × {ours / theirs:.2f}   {ours:.4f} s, {theirs:.4f} s", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
