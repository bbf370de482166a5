"""`imteach explore` and `imteach check`: every plan of faults, every interleaving, and which promises hold."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from imteach.cli.asked import add_scenario_arguments, scenario_and_faults, whole_asked_for
from imteach.cli.terminal import note, say
from imteach.errors import InputError
from imteach.files import write_whole
from imteach.verify import Finding, check, explore
from imteach.verify.branching import EXPLORE_KINDS
from imteach.verify.world import CHECK_KINDS

EXPLORE_USAGE = "imteach explore [RUNG] --faults K [--kinds KIND,KIND] [OPTION]…"
CHECK_USAGE = "imteach check [RUNG] --faults K [--kinds KIND,KIND] [OPTION]…"

EXPLORE_ABOUT = f"""\
Run a scenario under every plan of at most K faults, and say for each promise whether it holds under all of them, or
what the smallest plan is that breaks it. Times are as the scenario has them.

  imteach explore dedup --faults 3                  every way to lose three packets
  imteach explore durable --faults 2 --kinds drop,crash
  imteach explore offline --faults 1 --offline bob@0+1000     bob is away in every run
  imteach explore lesson.toml --faults 2 --format json        the file's faults strike in every run

KIND is one of {", ".join(EXPLORE_KINDS)}; a packet is delayed by one RTO and one round trip, and a node crashes for
100 ms right behind any of its effects. Ctrl-C ends it with what was found so far, and exit status 130.
"""

CHECK_ABOUT = f"""\
Try every way in which things can go, without a clock: any packet may arrive next, any timer may run out at any moment,
and at most K faults strike at any moment. Say for each promise whether it holds, or how it is broken in the fewest
steps.

  imteach check dedup --faults 3
  imteach check retransmit --faults 0               no packet is lost, and still bob may be shown it twice
  imteach check dedup --faults 1 --kinds drop,crash --retries 1
  imteach check dedup --faults 1 --format json      with the steps, in words

KIND is one of {", ".join(CHECK_KINDS)}. Ctrl-C ends it with what was found so far, and exit status 130.
"""

FORMATS: Mapping[str, Callable[[Finding], str]] = {
    "table": Finding.to_text,
    "json": Finding.to_json,
    "markdown": Finding.to_markdown,
}


def add_explore_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `imteach explore` takes."""
    _add_arguments(parser, EXPLORE_KINDS)


def add_check_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `imteach check` takes."""
    _add_arguments(parser, CHECK_KINDS)


def _add_arguments(parser: argparse.ArgumentParser, kinds: Sequence[str]) -> None:
    add_scenario_arguments(parser)
    search = parser.add_argument_group("search")
    search.add_argument("--faults", dest="most_faults", metavar="K", help="at most so many faults strike")
    search.add_argument("--kinds", metavar="KIND,KIND", help=f"of these kinds: {', '.join(kinds)} (default: drop)")
    output = parser.add_argument_group("output")
    output.add_argument("--format", choices=FORMATS, default="table", help="what to write (default: table)")
    output.add_argument("-o", "--output", type=Path, metavar="FILE", help="write to this file, not to the terminal")


def explore_main(asked: argparse.Namespace, _: Sequence[str]) -> int:
    """Explore. Raises `InputError` for a value, name or file that is not what was expected."""
    return _main(asked, explore)


def check_main(asked: argparse.Namespace, _: Sequence[str]) -> int:
    """Check. Raises `InputError` for a value, name or file that is not what was expected."""
    return _main(asked, check)


def _main(asked: argparse.Namespace, search: Callable[..., Finding]) -> int:
    if asked.most_faults is None:
        raise InputError("--faults: expected how many may strike at most, such as --faults 2, got none")
    faults = whole_asked_for(asked.most_faults, "--faults", most=1000)
    kinds = [kind.strip() for kind in (asked.kinds or "drop").split(",")]
    scenario, given = scenario_and_faults(asked)
    found = search(scenario, faults=faults, kinds=kinds, given=given)
    text = FORMATS[asked.format](found)
    status = 0
    if asked.output is None:
        status = say(text)
    else:
        write_whole(asked.output, text)
    if "interrupted" in found.unfinished:
        note(f"not finished: {found.unfinished}")
        return 130  # as for every command that Ctrl-C ended
    return status
