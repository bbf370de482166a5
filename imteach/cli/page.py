"""`imteach page`: the lab as one HTML file, for readers without Jupyter."""

import argparse
from collections.abc import Sequence

from imteach.cli.asked import add_scenario_arguments, scenario_and_faults, whole_asked_for
from imteach.cli.output import check_output, hand_over
from imteach.cli.parser import Command
from imteach.errors import InputError
from imteach.lab.answers.file import every_rung, one_file

USAGE = "imteach page [RUNG] [--faults K] [--all] [OPTION]… -o FILE"

ABOUT = """\
Write the lab as one HTML file that a browser opens from the disk: no Python, no server, nothing loaded from elsewhere.
A reader drops up to K packets, changes the rung, moves the time, asks why, and reads what each side holds and knows.
Every such run is worked out now, so more faults take longer: for one message two some seconds, three a minute or two.

  imteach page -o six.html                      the rung dedup, and up to two losses
  imteach page retransmit --faults 1 -o one.html
  imteach page offline --offline bob@0+1000 -o away.html    bob is away, until the reader takes that back
  imteach page --all -o rungs.html              every rung, with an index
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `imteach page` takes."""
    add_scenario_arguments(parser)
    output = parser.add_argument_group("output")
    output.add_argument(
        "--faults", dest="most_faults", metavar="K", default="2", help="how many packets a reader can drop (default: 2)"
    )
    output.add_argument("--all", action="store_true", help="every rung, also group, with an index; takes no RUNG")
    output.add_argument("-o", "--output", metavar="FILE", help="the file to write: -o six.html")


def main(asked: argparse.Namespace, _: Sequence[str]) -> int:
    """Write it. Raises `InputError` for a value, name or file that is not what was expected, and for too much."""
    if asked.output is None:
        raise InputError("expected the file to write, such as -o six.html, got none", where="-o")
    faults = whole_asked_for(asked.most_faults, "--faults", most=1000)
    if asked.all:
        _check_that_nothing_else_is_said(asked)
    scenario, given = scenario_and_faults(asked)
    check_output(asked.output, "html")
    page = every_rung(scenario, faults) if asked.all else one_file(scenario, given, faults)
    return hand_over(page, asked.output, "html")


def _check_that_nothing_else_is_said(asked: argparse.Namespace) -> None:
    """Check that beside --all there are settings only: on every rung a hello is said, and nothing strikes at first."""
    named = {"RUNG": asked.rung, "--scenario": asked.scenario, "--say": asked.say, "--group": asked.group}
    named |= {"--resend": asked.resend, "--loss": asked.loss, **dict(asked.faults)}
    wrong = next((name for name, value in named.items() if value is not None), None)
    if wrong is not None:
        raise InputError(f"every rung begins with one hello and no fault, so {wrong} cannot stand here", where="--all")


COMMANDS = {"page": Command(USAGE, ABOUT, add_arguments, main)}
