"""`imteach examine`: a learner's own class, from a file, in every scenario that exposes bugs."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from imteach.cli.output import check_output, hand_over
from imteach.cli.parser import Command
from imteach.cli.terminal import note
from imteach.errors import InputError, quoted
from imteach.learner.lines import learners_frames, line_of
from imteach.learner.mistakes import in_one_line
from imteach.learner.words import text_of
from imteach.verify import TRIALS, Examination, examine

USAGE = "imteach examine FILE:CLASS [--rung RUNG] [--only TRIAL]… [OPTION]…"

ABOUT = f"""\
Find the bug in a class of your own. It is put to many trials, small scenarios with few faults, each of which exposes
other bugs, until one breaks a promise that imteach's own class keeps there. The answer is that run, and why.

  imteach examine mine.py:MyClient                  a class made from Client, on the rung dedup
  imteach examine mine.py:MyServer --rung offline   or from Server
  imteach examine mine.py:MyClient --only "four messages" --format json

The trials: {", ".join(TRIALS)}.

Exit status 0: nothing found; 1: a promise is broken, or the class cannot go on; 130: ended by Ctrl-C.
"""

FORMATS: Mapping[str, Callable[[Examination], str]] = {
    "table": Examination.to_text,
    "json": Examination.to_json,
    "markdown": Examination.to_markdown,
}

MOST_SOURCE = 1_000_000  # bytes; no class that somebody wrote is longer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `imteach examine` takes."""
    parser.add_argument("made", metavar="FILE:CLASS", help="a file of Python, and the name of a class in it")
    parser.add_argument("--rung", metavar="RUNG", default="dedup", help="the rung to examine it on (default: dedup)")
    parser.add_argument("--only", metavar="TRIAL", action="append", help="only this trial, by its name")
    output = parser.add_argument_group("output")
    output.add_argument("--format", choices=FORMATS, default="table", help="what to write (default: table)")
    output.add_argument("-o", "--output", metavar="FILE", help="write to this file, not to the terminal")


def main(asked: argparse.Namespace, _: Sequence[str]) -> int:
    """Examine. Raises `InputError` for a file, class, rung or name that is not what was expected."""
    check_output(asked.output, asked.format, "examine")
    with redirect_stdout(sys.stderr):  # what the learner's own code prints does not mix with the answer
        report = examine(_class_asked_for(asked.made), asked.rung, asked.only)
        text = FORMATS[asked.format](report)
    hand_over(text, asked.output, asked.format)
    if report.interrupted:
        note("not finished: it was interrupted")
        return 130
    return 0 if report.passed else 1


def _class_asked_for(text: str) -> Any:
    """Return the class that `FILE:CLASS` names. Raises `InputError`."""
    file, _, name = text.rpartition(":")
    if not file or not name.isidentifier():
        raise InputError(f"expected FILE:CLASS, such as mine.py:MyClient, got {quoted(text)}")
    found = vars(_module_in(Path(file)))
    if name not in found:
        classes = [
            own for own, made in found.items() if isinstance(made, type) and made.__module__ == found["__name__"]
        ]
        raise InputError(f"no class {quoted(name)} in {file}; there are {', '.join(classes) or 'none'}")
    return found[name]


def _module_in(path: Path) -> Any:
    """Run a file of Python, as an import does, and return its module. Raises `InputError`."""
    try:
        if path.stat().st_size > MOST_SOURCE:
            raise InputError(f"{path} is larger than {MOST_SOURCE:,} bytes; expected a file with a class in it")
        compile(path.read_bytes(), str(path), "exec")
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    except (SyntaxError, ValueError) as error:
        raise InputError(f"{path} is not Python: {error}") from None
    spec = spec_from_file_location(f"{path.stem} (examined)", path)
    if spec is None or spec.loader is None:
        raise InputError(f"expected a file of Python, whose name ends in .py, got {path}")
    module = module_from_spec(spec)
    sys.modules[module.__name__] = module  # dataclasses, for instance, look there
    sys.path.insert(0, str(path.parent.resolve()))  # as for `python FILE`: it may import what lies beside it
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        frames = learners_frames(error)
        raise InputError(
            in_one_line(f"{path} raised {text_of(error)}", line_of(frames[-1]) if frames else None)
        ) from None
    return module


COMMANDS = {"examine": Command(USAGE, ABOUT, add_arguments, main)}
