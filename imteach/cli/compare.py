"""`imteach compare`: two runs side by side, their first difference, and what came of each."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from os.path import exists
from shutil import get_terminal_size

from imteach.cli.output import check_output, hand_over
from imteach.cli.parser import Command
from imteach.cli.terminal import note
from imteach.errors import InputError, quoted
from imteach.printed import LINE
from imteach.protocol import LADDER
from imteach.scenario import Scenario
from imteach.scenario.file import parse_scenario
from imteach.scenario.reader import SIZE_LIMIT
from imteach.tell import why_unused
from imteach.trace import Trace
from imteach.trace.compare import Compare

USAGE = "imteach compare RUN RUN [--format text|json|svg] [-o FILE]"

ABOUT = """\
Put two runs side by side: where they first differ, and what came of each.

  imteach compare basic acked
  imteach compare calm.toml lost.toml                 scenario files, each with its faults
  imteach run dedup --format json -o calm.json
  imteach run dedup --drop ack:N --format json -o lost.json
  imteach compare calm.json lost.json                 runs that were kept
  imteach compare calm.json lost.json --format svg -o both.svg

RUN is a trace that `imteach run --format json` wrote, a scenario file, or a rung. The diagrams stand beside each other
where the terminal is wide enough, else below each other.
"""


def _text(compare: Compare, output: str | None) -> str:
    """The diagrams side by side if they fit into the terminal that they are written to."""
    in_terminal = output is None and sys.stdout is not None and sys.stdout.isatty()
    return compare.to_text(get_terminal_size().columns if in_terminal else LINE)


FORMATS: Mapping[str, Callable[[Compare, str | None], str]] = {
    "text": _text,
    "json": lambda compare, _: compare.to_json(),
    "svg": lambda compare, _: compare.to_svg(),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `imteach compare` takes."""
    runs = "a trace (JSON), a scenario file (TOML) or a rung"
    parser.add_argument("one", metavar="RUN", help=runs)
    parser.add_argument("other", metavar="RUN", help="another")
    output = parser.add_argument_group("output")
    output.add_argument("--format", choices=FORMATS, default="text", help="what to write (default: text)")
    output.add_argument("-o", "--output", metavar="FILE", help="write to this file, not to the terminal")


def main(asked: argparse.Namespace, _: Sequence[str]) -> int:
    """Compare. Raises `InputError` for a file or a name that is not what was expected."""
    check_output(asked.output, asked.format, "compare")
    compare = Compare(_run(asked.one), _run(asked.other))
    text = FORMATS[asked.format](compare, asked.output).rstrip("\n") + "\n"
    status = hand_over(text, asked.output, asked.format)
    for trace in (compare.one, compare.other):
        for fault in trace.unused:
            note(f"{fault}: {why_unused(fault, trace)}")
    return status


def _run(name: str) -> Trace:
    """Return the run that a rung, a scenario file or a trace stands for."""
    if name in LADDER:
        return Scenario(name).run()
    if not name.endswith((".toml", ".json")) and not exists(name):
        raise InputError(
            f"no run {quoted(name)}; expected a trace or a scenario file, or a rung, one of {', '.join(LADDER)}"
        )
    text = _text_in(name)
    if text.lstrip().startswith("{") or name.endswith(".json"):
        return _kept_run(name, text)
    scenario, faults = parse_scenario(text, name)
    return scenario.run(*faults)


def _text_in(name: str) -> str:
    """Return the text of a file, read once: it may be a pipe."""
    try:
        with open(name, "rb") as file:
            return file.read(SIZE_LIMIT + 1).decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"cannot read {name}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError("expected a trace or a scenario file, text in UTF-8", where=name) from None
    except ValueError:  # Python's words for a name that no file can have vary
        raise InputError(f"cannot read {quoted(name)}: no file can have this name") from None


def _kept_run(name: str, text: str) -> Trace:
    try:
        return Trace.from_json(text)
    except InputError as error:
        raise error.within(f"{name}: ") from None


COMMANDS = {"compare": Command(USAGE, ABOUT, add_arguments, main)}
