"""`imteach run`: a scenario, its faults, and what came of it as text, JSON or a picture."""

import argparse
import warnings
from collections.abc import Callable, Sequence

from imteach import tell
from imteach.cli.asked import add_scenario_arguments, scenario_and_faults
from imteach.cli.output import check_output, hand_over
from imteach.cli.parser import Command
from imteach.cli.terminal import note
from imteach.errors import InputError
from imteach.protocol import LADDER
from imteach.scenario import to_toml
from imteach.trace import Trace

USAGE = "imteach run [RUNG] [--scenario FILE] [OPTION]…"

ABOUT = f"""\
Run the protocol and show what happened. Without --say, alice says hello to bob at 0 ms.

  imteach run                                   the rung dedup, and no fault
  imteach run basic --drop msg:N                a message lost without anyone noticing
  imteach run retransmit --drop ack:N           bob sees the message twice
  imteach run dedup --drop ack:N --drop msg:R#2 two packets dropped
  imteach run dedup --say "alice>bob:hello" --say "bob>alice@100:hi" --drop m2/ack:N
  imteach run offline --offline bob@0+1000      bob is away, and the server keeps it for him
  imteach run offline --crash bob@show:m1+50    he crashes before he can say that he has it
  imteach run group --group "friends=alice,bob,carol" --drop "msg:N>carol"
  imteach run lesson.toml                       a scenario from a file
  imteach run dedup --drop ack:N --format svg -o picture.svg

RUNG is one of {", ".join(LADDER)}.

A packet's NAME is MSGID/KIND#NUMBER, such as m1/ack:N#2. #1 may be left out, and the msgid too when one thing is
said. Others belong to a person, bob/offline:R, or to a member of a group, m1/msg:N>carol. Times (MS) are in simulated
milliseconds. Put what has a > in it in quotes: to a shell it means something else.
"""


def _text(trace: Trace) -> str:
    """The diagram, the outcome in words, and for each broken promise the reason."""
    broken = [
        f"✗ {tell.promise_named(name)}: {tell.why_broken(trace, name)}"
        for name, holds in trace.promises.items()
        if not holds
    ]
    return "\n".join([trace.to_text(), tell.in_short(trace), *broken])


def _toml(trace: Trace) -> str:
    return to_toml(trace.scenario, trace.faults)


FORMATS: dict[str, Callable[[Trace], str | bytes]] = {
    "text": _text,
    "json": Trace.to_json,
    "svg": Trace.to_svg,
    "mermaid": Trace.to_mermaid,
    "plantuml": Trace.to_plantuml,
    "shiviz": Trace.to_shiviz,
    "png": Trace.to_png,
    "toml": _toml,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `imteach run` takes."""
    add_scenario_arguments(parser)
    output = parser.add_argument_group("output")
    output.add_argument(
        "--format", choices=FORMATS, default="text", help="what to write (default: text); toml is a scenario file"
    )
    output.add_argument("-o", "--output", metavar="FILE", help="write to this file, not to the terminal")


def main(asked: argparse.Namespace, _: Sequence[str]) -> int:
    """Run it. Raises `InputError` for a value, name or file that is not what was expected."""
    scenario, faults = scenario_and_faults(asked)
    if asked.format == "png" and asked.output is None:
        raise InputError("expected -o FILE beside it: a PNG is no text for a terminal", where="--format png")
    check_output(asked.output, asked.format, "trace")
    trace = scenario.run(*faults)
    with warnings.catch_warnings(record=True) as doubts:
        warnings.simplefilter("always")
        made = FORMATS[asked.format](trace)
    content = made if isinstance(made, bytes) else made.rstrip("\n") + "\n"
    status = hand_over(content, asked.output, asked.format)
    for doubt in doubts:
        note(str(doubt.message))
    for fault in trace.unused:
        note(f"{fault}: {tell.why_unused(fault, trace)}")
    return status


COMMANDS = {"run": Command(USAGE, ABOUT, add_arguments, main)}
