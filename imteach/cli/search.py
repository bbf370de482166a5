"""`imteach explore` and `imteach check`: every plan of faults, every interleaving, and which promises hold."""

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from imteach.cli.asked import add_scenario_arguments, scenario_and_faults, whole_asked_for
from imteach.cli.output import check_output, hand_over
from imteach.cli.parser import Command
from imteach.cli.terminal import note
from imteach.errors import InputError
from imteach.scenario import Scenario
from imteach.verify import Finding, check, explore, machine_graph, state_graph
from imteach.verify.search.finding import MOST_ASKED
from imteach.verify.search.scripts import CHECK_KINDS
from imteach.verify.timed.strikes import AWAY, EXPLORE_KINDS

if TYPE_CHECKING:
    from imteach.draw.graph.graph import Graph

EXPLORE_USAGE = "imteach explore [RUNG] --faults K [--kinds KIND,KIND] [OPTION]…"
CHECK_USAGE = "imteach check [RUNG] --faults K [--kinds KIND,KIND] [OPTION]…"

EXPLORE_ABOUT = f"""\
Run a scenario under every plan of at most K faults, and say for each promise whether it holds under all of them, or
what the smallest plan is that breaks it. Times are as the scenario has them.

  imteach explore dedup --faults 3                  every way to lose three packets
  imteach explore durable --faults 2 --kinds drop,crash
  imteach explore offline --faults 1 --offline bob@0+1000     bob is away in every run
  imteach explore lesson.toml --faults 2 --format json        the file's faults strike in every run

KIND is one of {", ".join(EXPLORE_KINDS)}; a packet is delayed by one RTO and one round trip, a node crashes for
100 ms and a person is away for {AWAY} ms right behind any of its effects, a late timer had run out when its node
cancels it, an impatient person sends again what is under way when a packet of it is sent, and an early heartbeat of a
group's member comes when any packet is sent. Ctrl-C ends it with what was found so far, and exit status 130.
"""

CHECK_ABOUT = f"""\
Try every way in which things can go, without a clock: any packet may arrive next, any timer may run out at any moment,
and at most K faults strike at any moment. Say for each promise whether it holds, or how it is broken in the fewest
steps.

  imteach check dedup --faults 3
  imteach check retransmit --faults 0               no packet is lost, and still bob may be shown it twice
  imteach check dedup --faults 1 --kinds drop,crash --retries 1
  imteach check offline --faults 1 --kinds away,late,again --retries 1
  imteach check dedup --faults 1 --format json      with the steps, in words
  imteach check basic --faults 1 --format svg -o basic.svg          every state, and a run that breaks a promise
  imteach check dedup --faults 1 --machine alice --format svg -o alice.svg    what alice does in each of her states

KIND is one of {", ".join(CHECK_KINDS)}: somebody logs out and in again later, a late timer
had run out when its node stops it, an impatient person sends again what is under way, a heartbeat comes too early. Of
steps whose order makes no difference only one order is followed, which changes no verdict; --all-orders follows them
all. Ctrl-C ends it with what was found so far, and exit status 130.
"""

FORMATS: Mapping[str, Callable[[Finding], str]] = {
    "table": Finding.to_text,
    "json": Finding.to_json,
    "markdown": Finding.to_markdown,
}


WORTH_TELLING = 1
"""A search on a terminal that takes so many seconds says what it took."""

GRAPH_FORMATS: Mapping[str, Callable[["Graph"], str]] = {
    "dot": lambda graph: graph.to_dot(),
    "svg": lambda graph: graph.to_svg() + "\n",
}
"""What `imteach check` can also write: a graph of states, as graphviz's source or as a picture."""


def add_explore_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `imteach explore` takes."""
    _add_arguments(parser, EXPLORE_KINDS, FORMATS)


def add_check_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `imteach check` takes."""
    search = _add_arguments(parser, CHECK_KINDS, [*FORMATS, *GRAPH_FORMATS])
    search.add_argument(
        "--all-orders",
        action="store_true",
        help="follow every order of steps, also where it makes no difference (the same verdicts, but slower)",
    )
    graph = parser.add_argument_group("graph", "with --format dot or svg; they need imteach[graphs], and svg graphviz")
    graph.add_argument(
        "--promise",
        metavar="NAME",
        help="mark the shortest run that breaks it: its name or its title (default: the first broken)",
    )
    graph.add_argument(
        "--machine", metavar="NODE", help="draw what this node does in each of its states, such as alice"
    )


def _add_arguments(
    parser: argparse.ArgumentParser, kinds: Sequence[str], formats: Iterable[str]
) -> "argparse._ArgumentGroup":
    """Declare what both take; return the options of the search, for more of them."""
    add_scenario_arguments(parser)
    search = parser.add_argument_group("search")
    search.add_argument("--faults", dest="most_faults", metavar="K", help="at most so many faults strike")
    search.add_argument("--kinds", metavar="KIND,KIND", help=f"of these kinds: {', '.join(kinds)} (default: drop)")
    search.add_argument("--most-packets", metavar="N", help="also judge that no run sends more packets than that")
    search.add_argument("--most-states", metavar="N", help="give up after so many states, and say so")
    output = parser.add_argument_group("output")
    output.add_argument("--format", choices=tuple(formats), default="table", help="what to write (default: table)")
    output.add_argument("-o", "--output", metavar="FILE", help="write to this file, not to the terminal")
    return search


def explore_main(asked: argparse.Namespace, _: Sequence[str]) -> int:
    """Explore. Raises `InputError` for a value, name or file that is not what was expected."""
    return _main(asked, explore)


def check_main(asked: argparse.Namespace, _: Sequence[str]) -> int:
    """Check. Raises `InputError` for a value, name or file that is not what was expected."""
    if asked.format in GRAPH_FORMATS:
        return hand_over(GRAPH_FORMATS[asked.format](_graph(asked)), asked.output, asked.format)
    for option in ("promise", "machine"):
        if getattr(asked, option) is not None:
            raise InputError(f"--{option} is for a graph: it goes with --format dot or --format svg")
    return _main(asked, partial(check, reduce=not asked.all_orders))


def _graph(asked: argparse.Namespace) -> "Graph":
    """The graph that was asked for, if it is not too large to be drawn."""
    from imteach.draw.graph.dot import MOST_STATES

    if asked.all_orders:
        raise InputError("a graph has every order anyway; leave it out", where="--all-orders")
    if asked.most_packets is not None:
        raise InputError("a graph judges no traffic; leave it out", where="--most-packets")
    if asked.most_states is not None:
        raise InputError(f"a graph is of every state, {MOST_STATES} at most; leave it out", where="--most-states")
    scenario, search = _asked_for(asked)
    if asked.machine is None:
        return state_graph(scenario, **search, promise=asked.promise, most_states=MOST_STATES)
    if asked.promise is not None:
        raise InputError("a node's machine has no run to mark; leave out --promise or --machine", where="--promise")
    return machine_graph(scenario, asked.machine, **search)


def _asked_for(asked: argparse.Namespace) -> tuple[Scenario, dict[str, Any]]:
    """The scenario, and the arguments for its search."""
    if asked.most_faults is None:
        raise InputError("expected how many may strike at most, such as --faults 2, got none", where="--faults")
    faults = whole_asked_for(asked.most_faults, "--faults", most=1000)
    kinds = [kind.strip() for kind in ("drop" if asked.kinds is None else asked.kinds).split(",")]
    scenario, given = scenario_and_faults(asked)
    check_output(asked.output, asked.format, "(explore|check)")
    search: dict[str, Any] = {"faults": faults, "kinds": kinds, "given": given}
    for name in ("most_states", "most_packets"):
        if getattr(asked, name) is not None:
            option = f"--{name.replace('_', '-')}"
            search[name] = whole_asked_for(getattr(asked, name), option, most=MOST_ASKED)
    return scenario, search


def _main(asked: argparse.Namespace, search: Callable[..., Finding]) -> int:
    scenario, arguments = _asked_for(asked)
    found = search(scenario, **arguments)
    status = hand_over(FORMATS[asked.format](found), asked.output, asked.format)
    if found.cost.seconds >= WORTH_TELLING and sys.stderr.isatty():
        note(f"it took {found.cost}")
    if "interrupted" in found.unfinished:
        note(f"not finished: {found.unfinished}")
        return 130  # as for every command that Ctrl-C ended
    return status


COMMANDS = {
    "explore": Command(EXPLORE_USAGE, EXPLORE_ABOUT, add_explore_arguments, explore_main),
    "check": Command(CHECK_USAGE, CHECK_ABOUT, add_check_arguments, check_main),
}
