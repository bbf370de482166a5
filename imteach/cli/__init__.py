"""The `imteach` command. Only the command that is asked for loads: `imteach run` needs nothing of Jupyter."""

import sys
from collections.abc import Sequence
from importlib import import_module

from imteach import __version__
from imteach.cli.parser import Command, Parser
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

_COMMANDS = {  # by name: the module in which it stands, and what it does
    "lab": ("jupyter", "open the lessons in JupyterLab"),
    "run": ("run", "run a scenario and show what happened"),
    "map": ("losses", "lose each packet once, and say what comes of it"),
    "explore": ("search", "run a scenario under every plan of faults"),
    "check": ("search", "try every order in which things can happen"),
    "stats": ("stats", "run a scenario many times under random loss, and count"),
    "validate": ("jupyter", "run every lesson and compare its outputs"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with these arguments (default: the process's own) and return its exit status.

    0: done; 1: `validate` found a difference; 2: a bad argument, name or file, said in one line on standard error;
    130: ended by Ctrl-C.
    """
    be_readable(sys.stdout, sys.stderr)
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    name = next((argument for argument in arguments if not argument.startswith("-")), "")
    command = _load(name) if name in _COMMANDS else None
    parser, own = _parsers(name, command)
    asked, rest = parser.parse_known_args(arguments)
    if command is None:
        parser.error(f"expected a command, one of {', '.join(_COMMANDS)}; see imteach --help")
    if rest and not command.passes_on:
        own.error(f"no argument {rest[0]!r} here; see {own.prog} --help")
    try:
        return command.main(asked, rest)
    except InputError as error:
        own.error(str(error))
    except KeyboardInterrupt:
        return 130  # what a shell reports for a command that Ctrl-C ended


def _load(name: str) -> Command:
    module, _ = _COMMANDS[name]
    commands: dict[str, Command] = import_module(f"imteach.cli.{module}").COMMANDS
    return commands[name]


def _parsers(name: str, command: Command | None) -> tuple[Parser, Parser]:
    """Return the parser, and that of the command asked for. The others only have their names: they are not loaded."""
    parser = Parser(prog="imteach", description=_ABOUT)
    parser.add_argument("--version", action="version", version=f"imteach {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    parsers = {each: commands.add_parser(each, help=what) for each, (_, what) in _COMMANDS.items()}
    if command is None:
        return parser, parser
    own = parsers[name]
    own.usage, own.description = command.usage, command.about
    command.add_arguments(own)
    return parser, own
