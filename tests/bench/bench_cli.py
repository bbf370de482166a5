"""How long it takes from nothing to a picture on the command line, beside what Python itself takes to start."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

Show = Callable[[str, str, str], None]

PICTURE = ["-m", "imteach", "run", "dedup", "--format", "svg"]
STARTS = {
    "from nothing to an SVG of 6 packets": PICTURE,
    "    import imteach": ["-c", "import imteach"],
    "    import msgspec, which records are made of": ["-c", "import msgspec"],
    "    Python alone: python -c pass": ["-c", "pass"],
}
WANTED = {"from nothing to an SVG of 6 packets": "< 150 ms"}
ROUNDS = 12
ROOT = Path(__file__).parents[2]
AS_INSTALLED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def start(arguments: list[str]) -> tuple[float, str]:
    """Start Python with these arguments; return the ms until it ended, and what it wrote."""
    began = perf_counter()
    run = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=AS_INSTALLED, capture_output=True, check=True, encoding="utf-8"
    )
    return (perf_counter() - began) * 1000, run.stdout


def test_from_nothing_to_a_picture(benchmark: Any, show: Show) -> None:
    _, picture = start(PICTURE)  # the first start of all compiles
    assert picture.count("data-packet") == 6
    took: dict[str, list[float]] = {what: [] for what in STARTS}

    def one_of_each() -> None:
        for what, arguments in STARTS.items():
            took[what].append(start(arguments)[0])

    benchmark.pedantic(one_of_each, rounds=ROUNDS)
    for what, times in took.items():
        show(what, f"{min(times):.0f} ms, median {median(times):.0f} ms", WANTED.get(what, ""))
