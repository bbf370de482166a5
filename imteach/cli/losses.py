"""`imteach map`: a table of what comes of losing each packet, or each pair of packets."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from html import escape

from imteach.cli.asked import add_scenario_arguments, scenario_and_faults, whole_asked_for
from imteach.cli.output import check_output, hand_over
from imteach.cli.parser import Command
from imteach.verify.losses.fault_map import FaultMap, fault_map

USAGE = "imteach map [RUNG] [--faults 1|2] [OPTION]…"

ABOUT = """\
Lose each packet of a scenario once, and say what comes of it: what the sender sees, what the receiver is shown, how
many copies arrive. With --faults 2 lose each pair of packets as well: the row's packet first, then the column's.

  imteach map acked
  imteach map retransmit --faults 2
  imteach map offline --offline bob@0+1000                    bob is away in every run
  imteach map dedup --faults 2 --format html -o dedup.html    for a browser
"""


def _page(found: FaultMap) -> str:
    """A complete HTML page, for a browser."""
    title = escape(found.caption)
    head = '<meta charset="utf-8"><meta name="generator" content="imteach">'
    head += f'<meta name="viewport" content="width=device-width"><title>{title}</title>'
    style = "<style>body { margin: 1em; font: 14px system-ui, sans-serif; color: #1f2937; background: #ffffff }</style>"
    return f'<!doctype html>\n<html lang="en"><head>{head}{style}</head>\n<body>{found.to_html()}</body></html>\n'


FORMATS: Mapping[str, Callable[[FaultMap], str]] = {
    "table": FaultMap.to_text,
    "markdown": FaultMap.to_markdown,
    "html": _page,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `imteach map` takes."""
    add_scenario_arguments(parser)
    losses = parser.add_argument_group("losses")
    losses.add_argument(
        "--faults", dest="most_faults", metavar="K", default="1", help="lose one packet, or 2 (default: 1)"
    )
    output = parser.add_argument_group("output")
    output.add_argument("--format", choices=FORMATS, default="table", help="what to write (default: table)")
    output.add_argument("-o", "--output", metavar="FILE", help="write to this file, not to the terminal")


def main(asked: argparse.Namespace, _: Sequence[str]) -> int:
    """Make the map. Raises `InputError` for a value, name or file that is not what was expected."""
    faults = whole_asked_for(asked.most_faults, "--faults", most=1000)
    scenario, given = scenario_and_faults(asked)
    check_output(asked.output, asked.format)
    return hand_over(FORMATS[asked.format](fault_map(scenario, faults, given)), asked.output, asked.format)


COMMANDS = {"map": Command(USAGE, ABOUT, add_arguments, main)}
