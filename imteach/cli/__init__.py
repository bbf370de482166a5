"""The `imteach` command. Only the command that is asked for loads: `imteach run` needs nothing of Jupyter."""

import sys
from collections.abc import Sequence
from typing import NoReturn

from imteach import __version__
from imteach.cli.parser import Command, Parser
from imteach.cli.terminal import be_readable
from imteach.errors import InputError
from imteach.lazily import load

_ABOUT = """\
imteach: why a message can be lost without anyone noticing, and how six packets mend it.

  imteach lab                       open the lessons in JupyterLab
  imteach run dedup --drop ack:N    run the protocol here, and drop a packet
  imteach compare calm.toml lost.toml
                                    two runs side by side, and where they first differ
  imteach map retransmit            what comes of losing each packet
  imteach explore dedup --faults 3  every way to lose three packets, and which promises hold
  imteach check dedup --faults 1    every order in which things can happen
  imteach examine mine.py:MyClient  find the bug in a class of your own, and say why
  imteach stats dedup --loss 0.2 --messages 10000
                                    how often a message comes through, and how often its sender sees a wrong status
  imteach page -o six.html          the lab as one file that needs no Python, for slides, blogs and classes
  imteach validate                  run every lesson and compare its outputs
  imteach lessons my-lessons        hand the lessons out, without starting Jupyter
  imteach site -o public            the lessons as a site: Python runs in the reader's browser
  imteach new-lesson 16-my-topic    begin a lesson of your own, from a template
  imteach assignment "write dedup"  an exercise as a notebook for nbgrader
  imteach binder-link               the link that opens the lessons on mybinder.org
  imteach handin                    your progress as one file, for your teacher
  imteach class handed-in           who of a class is where, and what most got wrong
"""

_COMMANDS = {  # by name: the module in which it stands, and what it does
    "lab": ("jupyter", "open the lessons in JupyterLab"),
    "run": ("run", "run a scenario and show what happened"),
    "compare": ("compare", "put two runs side by side, and say where they first differ"),
    "map": ("losses", "lose each packet once, and say what comes of it"),
    "explore": ("search", "run a scenario under every plan of faults"),
    "check": ("search", "try every order in which things can happen"),
    "examine": ("examine", "find the bug in a class of your own, and say why"),
    "stats": ("stats", "run a scenario many times under random loss, and count"),
    "page": ("page", "write the lab as one file that needs no Python"),
    "validate": ("jupyter", "run every lesson and compare its outputs"),
    "lessons": ("lessons", "hand the lessons out, without starting Jupyter"),
    "site": ("lessons", "write the lessons as a site that any web server hands out"),
    "new-lesson": ("lessons", "begin a lesson of your own, from a template"),
    "assignment": ("lessons", "write an exercise as a notebook for nbgrader"),
    "binder-link": ("lessons", "print the link that opens the lessons on mybinder.org"),
    "handin": ("handed_in", "write your progress into one file, for your teacher"),
    "class": ("handed_in", "gather what a class handed in: who is where, and what most got wrong"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with these arguments (default: the process's own) and return its exit status.

    0: done; 1: `validate` found a difference; 2: a bad argument, name or file, reported in one line on standard error;
    130: ended by Ctrl-C.
    """
    be_readable(sys.stdout, sys.stderr)
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    if not arguments or arguments[0] not in _COMMANDS:
        _tell_of_all(arguments)
    try:
        return _answer(*arguments)
    except KeyboardInterrupt:
        return 130  # what a shell reports for a command that Ctrl-C ended


def _answer(name: str, *arguments: str) -> int:
    """Run one command with its own arguments."""
    command = _load(name)
    parser = Parser(prog=f"imteach {name}", usage=command.usage, description=command.about)
    command.add_arguments(parser)
    asked, rest = parser.parse_known_args(arguments)
    if rest and not command.passes_on:
        parser.error(f"no argument {rest[0]!r} here; see {parser.prog} --help")
    try:
        return command.main(asked, rest)
    except InputError as error:
        parser.error(str(error))


def _load(name: str) -> Command:
    module, _ = _COMMANDS[name]
    commands: dict[str, Command] = load(f"imteach.cli.{module}:COMMANDS")
    return commands[name]


def _tell_of_all(arguments: Sequence[str]) -> NoReturn:
    """Answer arguments that do not begin with a command: --help, --version, or a mistake. It ends the program."""
    parser = Parser(prog="imteach", description=_ABOUT)
    parser.add_argument("--version", action="version", version=f"imteach {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")
    for name, (_, what) in _COMMANDS.items():
        commands.add_parser(name, help=what, add_help=False)
    _, rest = parser.parse_known_args(arguments)
    unknown = f", not {rest[0]!r}" if rest else ""
    parser.error(f"expected a command{unknown}, one of {', '.join(_COMMANDS)}; see imteach --help")
