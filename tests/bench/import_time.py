"""What `import imteach` costs, alone and with one run, beside another checkout: CPU time of fresh processes.

    python tests/bench/import_time.py CHECKOUT [ROUNDS]

A round starts each program once with this checkout and once with the other. It prints the medians in ms, less that of a
Python which does nothing, and their ratio. Whatever else the machine does is felt by both, so the ratio counts.
"""

import os
import subprocess
import sys
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parents[2]

NOTHING = "pass"
PROGRAMS = {
    "import": "import imteach",
    "import and one run": "import imteach; imteach.Scenario('dedup').run()",
}


def cpu(checkout: Path, program: str) -> float:
    """Run a program with the imteach of a checkout; return its CPU time in ms, from its start to its end."""
    # What Python compiled it keeps, or one checkout would be compiled anew each time
    environment = {**os.environ, "PYTHONPATH": str(checkout), "PYTHONDONTWRITEBYTECODE": ""}
    process = subprocess.Popen([sys.executable, "-c", program], env=environment, cwd=checkout)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{program} failed in {checkout}")
    return (usage.ru_utime + usage.ru_stime) * 1000


def main(other: str, rounds: str = "40") -> None:
    """Print a line for each program."""
    checkouts = (HERE, Path(other).resolve())
    asked = [(checkout, program) for program in (NOTHING, *PROGRAMS.values()) for checkout in checkouts]
    for each in asked:
        cpu(*each)  # what is compiled now is not measured
    taken: dict[tuple[Path, str], list[float]] = {each: [] for each in asked}
    for _ in range(int(rounds)):
        for each in asked:
            taken[each].append(cpu(*each))
    bare = median(taken[HERE, NOTHING] + taken[checkouts[1], NOTHING])
    print(f"{'a Python that does nothing':28} {bare:.1f} ms; more than that take:")
    for name, program in PROGRAMS.items():
        ours, theirs = (median(taken[checkout, program]) - bare for checkout in checkouts)
        print(f"{name:28} × {ours / theirs:.2f}   {ours:.1f} ms, {theirs:.1f} ms")


if __name__ == "__main__":
    main(*sys.argv[1:])
