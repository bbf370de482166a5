"""Everything that comes in from strangers, with as many inputs as one likes: each is read, or refused in a short text.

    nice python tests/bench/fuzz_doors.py N [--only DOOR]… [--seed S] [--atheris]

tests/shared/doors.py has the doors. N inputs go through them in all, in one process; each door has its turn of some
seconds, so that all take the same time. Every minute a table says how many have gone through, and how many were
refused. What else comes of an input is shown with the smallest such input; that door is closed, and the exit status
is 1. Ctrl-C ends it with the table.

Hypothesis makes the inputs. With --atheris (`pip install atheris`) libFuzzer steers Hypothesis by what the code does:
it changes those inputs that reached a line of imteach which no other has reached.
"""

import argparse
import os
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Any

HERE = Path(__file__).resolve().parents[2]
TURN = 3  # seconds for one door, before the next one has its turn
FIRST = 100  # inputs of its first turn, by which its pace is known
EVERY = 60  # seconds between two tables


def main() -> int:
    """Fuzz the doors."""
    asked = _asked()
    sys.path[:0] = [str(HERE), str(HERE / "tests" / "shared")]
    os.environ["IMTEACH_PROGRESS"] = ""  # what is answered here is nobody's progress
    if asked.atheris:
        import atheris

        with atheris.instrument_imports(include=["imteach"]):
            from doors import DOORS
    else:
        from doors import DOORS
    unknown = [name for name in asked.only if name not in DOORS]
    if unknown:
        print(f"no door {unknown[0]!r}; the doors are {', '.join(DOORS)}", file=sys.stderr)
        return 2
    fuzz = Fuzz({name: DOORS[name] for name in asked.only or DOORS}, asked.inputs)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C
    run = fuzz.by_libfuzzer if asked.atheris else fuzz.by_hypothesis
    with suppress(KeyboardInterrupt):
        run(asked.seed)
    return fuzz.end()


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("inputs", type=int, metavar="N", help="inputs in all")
    parser.add_argument("--only", action="append", default=[], metavar="DOOR", help="this door (may be repeated)")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument("--atheris", action="store_true", help="let libFuzzer choose the inputs")
    return parser.parse_args()


class Fuzz:
    """The doors, and how many inputs have gone through each."""

    def __init__(self, doors: dict[str, Any], inputs: int) -> None:
        self.doors, self.inputs = doors, inputs
        self.tried: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.wrong: dict[str, str] = {}
        self.began = self.told = monotonic()

    def by_hypothesis(self, seed: int) -> None:
        """Let each door have its turn, until all together have had enough."""
        pace = dict.fromkeys(self.doors, FIRST / TURN)
        for turn in count():
            for name in [name for name in pace if name not in self.wrong]:
                inputs, began = min(round(pace[name] * TURN) or 1, self.inputs - self.tried.total()), monotonic()
                if inputs <= 0:
                    return
                self._try(name, inputs, seed * 1_000_000 + turn)
                pace[name] = inputs / (monotonic() - began)
                self._tell_sometimes()
            if len(self.wrong) == len(self.doors):
                return

    def _try(self, name: str, inputs: int, seed: int) -> None:
        from hypothesis import HealthCheck, given, settings
        from hypothesis import seed as seeded

        often = settings(max_examples=inputs, database=None, deadline=None, suppress_health_check=list(HealthCheck))
        try:
            seeded(seed)(often(given(self.doors[name].inputs)(self._entering(name))))()
        except Exception:  # whatever it is: that is what we are looking for
            self._found(name, traceback.format_exc())

    def by_libfuzzer(self, seed: int) -> None:
        """Let libFuzzer choose for all doors, the first byte of an input saying which. It ends this process itself."""
        import atheris
        from hypothesis import HealthCheck, given, settings

        calm = settings(database=None, deadline=None, suppress_health_check=list(HealthCheck))
        tests = {
            name: calm(given(door.inputs)(self._entering(name))).hypothesis.fuzz_one_input
            for name, door in self.doors.items()
        }
        names = list(tests)

        def one(data: bytes) -> None:
            name = names[data[0] % len(names)] if data else names[0]
            if name in self.wrong:
                return
            try:
                tests[name](data[1:])
            except Exception:
                self._found(name, traceback.format_exc())
            self._tell_sometimes()
            if self.tried.total() >= self.inputs:
                os._exit(self.end())

        atheris.Setup([sys.argv[0], f"-seed={seed}", "-max_len=4096", "-len_control=0", "-verbosity=0"], one)
        atheris.Fuzz()

    def _entering(self, name: str) -> Callable[[Any], None]:
        return lambda each: self._enter(name, each)

    def _enter(self, name: str, given_: Any) -> None:
        from imteach import InputError

        self.tried[name] += 1
        door = self.doors[name]
        seen: list[bool] = []

        def read(each: Any) -> Any:
            try:
                return door.read(each)
            except InputError:
                seen.append(True)
                raise

        door._replace(read=read).enter(given_)
        self.refused[name] += len(seen)

    def _found(self, name: str, how: str) -> None:
        self.wrong[name] = how
        print(f"\n== {name} ==\n{how}", flush=True)

    def _tell_sometimes(self) -> None:
        if monotonic() - self.told > EVERY:
            self._tell()

    def _tell(self) -> None:
        self.told = monotonic()
        width = max(map(len, self.doors))
        print(f"\n{'after ' + str(round(self.told - self.began)) + ' s':{width}}     inputs    refused")
        for name in self.doors:
            closed = "  CLOSED: see above" if name in self.wrong else ""
            print(f"{name:{width}} {self.tried[name]:10,} {self.refused[name]:10,}{closed}")
        print(f"{'all':{width}} {self.tried.total():10,} {self.refused.total():10,}", flush=True)

    def end(self) -> int:
        """Print the table, and return the exit status."""
        self._tell()
        return 1 if self.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
