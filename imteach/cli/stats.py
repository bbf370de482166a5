"""`imteach stats`: many runs of a scenario under random loss, and how often each outcome came."""

import argparse
from collections.abc import Callable, Sequence
from copy import copy

from imteach.cli.asked import add_scenario_arguments, loss_asked_for, scenario_and_faults, whole_asked_for
from imteach.cli.output import check_output, hand_over
from imteach.cli.parser import Command
from imteach.cli.terminal import note
from imteach.errors import InputError
from imteach.verify.count.result import Stats
from imteach.verify.count.statistics import MOST_MESSAGES, stats

USAGE = "imteach stats [RUNG] --loss P --messages N [--seed S] [OPTION]…"

ABOUT = """\
Run a scenario many times, each packet lost with the chance P, and count: how many of N messages are delivered, shown,
shown twice, or called failed though they were shown; how many packets each takes and how long. Beside what was
measured stands its 95% interval, and the closed form where one is known.

  imteach stats dedup --loss 0.2 --messages 10000
  imteach stats retransmit --loss 0.2 --messages 10000 --retries 4
  imteach stats dedup --loss 0.2 --messages 1000 --seed 7 --format json
  imteach stats lesson.toml --loss 0.1 --messages 1000      the file's faults strike in every run

A scenario that says 3 things runs 4 times for 10 messages. Ctrl-C ends it with the result so far, and exit status 130.
"""

FORMATS: dict[str, Callable[[Stats], str]] = {
    "table": Stats.to_text,
    "json": Stats.to_json,
    "markdown": Stats.to_markdown,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `imteach stats` takes."""
    add_scenario_arguments(parser)
    parser.add_argument("--messages", metavar="N", help="how many messages are to be said in all: --messages 10000")
    output = parser.add_argument_group("output")
    output.add_argument("--format", choices=FORMATS, default="table", help="what to write (default: table)")
    output.add_argument("-o", "--output", metavar="FILE", help="write to this file, not to the terminal")


def main(asked: argparse.Namespace, _: Sequence[str]) -> int:
    """Run it. Raises `InputError` for a value, name or file that is not what was expected."""
    loss = loss_asked_for(asked)
    if loss is None:
        raise InputError("expected the chance that a packet is lost, such as --loss 0.2, got none", where="--loss")
    if asked.messages is None:
        raise InputError("expected how many are to be said, such as --messages 10000, got none", where="--messages")
    messages = whole_asked_for(asked.messages, "--messages", most=MOST_MESSAGES)
    rest = copy(asked)
    rest.loss = rest.seed = None  # every run has a loss of its own
    scenario, given = scenario_and_faults(rest)
    check_output(asked.output, asked.format, "stats")
    result = stats(scenario, loss.p, messages, loss.seed, given=given)
    status = hand_over(FORMATS[asked.format](result), asked.output, asked.format)
    if result.finished:
        return status
    note(f"stopped after {result.messages} of {messages} messages")
    return 130  # as for every command that Ctrl-C ended


COMMANDS = {"stats": Command(USAGE, ABOUT, add_arguments, main)}
