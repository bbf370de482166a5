"""The `imteach` command. What it runs loads when it is asked for, so that `imteach run` needs nothing of Jupyter."""

import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from imteach import __version__
from imteach.cli import losses, run, search, stats
from imteach.cli.parser import Parser
from imteach.cli.terminal import be_readable
from imteach.errors import InputError

_ABOUT = """\
imteach: why a message can be lost without anyone noticing, and how six packets mend it.

  imteach lab                       open the lessons in JupyterLab
  imteach run dedup --drop ack:N    run the protocol here, and drop a packet
  imteach map retransmit            what comes of losing each packet
  imteach explore dedup --faults 3  every way to lose three packets, and which promises hold
  imteach check dedup --faults 1    every order in which things can happen
  imteach stats dedup --loss 0.2 --messages 10000
                                    how often a message comes through, and how often its sender is told wrongly
  imteach validate                  run every lesson and compare its outputs
"""

_LAB = """\
Open the lessons in JupyterLab, in a working copy that is yours: what you change is never overwritten. A lesson
that has become better since is put beside yours, as NAME.new.ipynb.

  imteach lab                                 the copy is in imteach-lessons, in your home folder
  imteach lab my-lessons                      the copy is in my-lessons
  imteach lab my-lessons --no-browser --port 8899

DIR stands first. Options that are not known here go to JupyterLab: see imteach lab --help-all.
"""

_VALIDATE = """\
Run every lesson from top to bottom, each in a fresh kernel, and compare its outputs with those saved in it.
The exit status is 0 if all are the same, else 1.

  imteach validate                    the lessons in ./lessons, or else those that came with imteach
  imteach validate lessons --write    save the outputs
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with these arguments (default: the process's own) and return its exit status.

    0: done; 1: `validate` found a difference; 2: a bad argument, name or file, said in one line on standard error;
    130: ended by Ctrl-C.
    """
    be_readable(sys.stdout, sys.stderr)
    parser, commands = _parser()
    asked, rest = parser.parse_known_args(arguments)
    if asked.command is None:
        parser.error(f"expected a command, one of {', '.join(commands)}; see imteach --help")
    command = commands[asked.command]
    if rest and asked.command != "lab":
        command.error(f"no argument {rest[0]!r} here; see {command.prog} --help")
    try:
        status: int = _of(asked.command)(asked, rest)
    except InputError as error:
        command.error(str(error))
    except KeyboardInterrupt:
        return 130  # what a shell reports for a command that Ctrl-C ended
    return status


def _of(command: str) -> Callable[..., int]:
    here: dict[str, Callable[..., int]] = {
        "run": run.main,
        "map": losses.main,
        "explore": search.explore_main,
        "check": search.check_main,
        "stats": stats.main,
    }
    if command in here:
        return here[command]
    main: Callable[..., int] = getattr(import_module("imteach.cli.jupyter"), command)
    return main


def _parser() -> tuple[Parser, dict[str, Parser]]:
    """Return the parser, and that of each command."""
    parser = Parser(prog="imteach", description=_ABOUT)
    parser.add_argument("--version", action="version", version=f"imteach {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")

    lab = commands.add_parser(
        "lab", description=_LAB, usage="imteach lab [DIR] [JUPYTER OPTION]…", help="open the lessons in JupyterLab"
    )

    run_command = commands.add_parser(
        "run", description=run.ABOUT, usage=run.USAGE, help="run a scenario and show what happened"
    )
    run.add_arguments(run_command)

    map_command = commands.add_parser(
        "map", description=losses.ABOUT, usage=losses.USAGE, help="lose each packet once, and say what comes of it"
    )
    losses.add_arguments(map_command)

    explore_command = commands.add_parser(
        "explore",
        description=search.EXPLORE_ABOUT,
        usage=search.EXPLORE_USAGE,
        help="run a scenario under every plan of faults",
    )
    search.add_explore_arguments(explore_command)

    check_command = commands.add_parser(
        "check",
        description=search.CHECK_ABOUT,
        usage=search.CHECK_USAGE,
        help="try every order in which things can happen",
    )
    search.add_check_arguments(check_command)

    stats_command = commands.add_parser(
        "stats",
        description=stats.ABOUT,
        usage=stats.USAGE,
        help="run a scenario many times under random loss, and count",
    )
    stats.add_arguments(stats_command)

    validate = commands.add_parser("validate", description=_VALIDATE, help="run every lesson and compare its outputs")
    validate.add_argument("folder", nargs="?", metavar="DIR", help="the folder with the lessons")
    validate.add_argument("--write", action="store_true", help="save the outputs in the lessons")
    return parser, {
        "lab": lab,
        "run": run_command,
        "map": map_command,
        "explore": explore_command,
        "check": check_command,
        "stats": stats_command,
        "validate": validate,
    }
