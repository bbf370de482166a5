"""Parsing arguments. A wrong one gets one line on standard error and exit status 2."""

import argparse
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, NoReturn

from imteach.cli.terminal import one_line


class Command(NamedTuple):
    """The command `imteach NAME`: its usage, its help text, its arguments and the function that runs it.

    `passes_on` is set if arguments that are unknown here go to another program.
    """

    usage: str | None
    about: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    main: Callable[[argparse.Namespace, Sequence[str]], int]
    passes_on: bool = False


class Parser(argparse.ArgumentParser):
    """argparse, but an error is one line, and options are written out in full."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            formatter_class=argparse.RawDescriptionHelpFormatter,  # examples keep their lines
            allow_abbrev=False,  # or a new option could change the meaning of a shortened one
            **options,
        )

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, in one line, and exit with status 2."""
        self.exit(2, f"{self.prog}: {one_line(message)}{self._meant(message)}\n")

    def _meant(self, message: str) -> str:
        """Return which of the names that there are may be meant by a wrong one, to be added to what is wrong."""
        choice = re.search(r"invalid choice: '(.*?)' \(choose from (.*)\)", message)
        unknown = re.search(r"(?:no argument|a command, not) '(--[^=']*)", message)
        if choice:
            word, known = choice[1], re.findall(r"[\w-]+", choice[2])
        elif unknown:
            word, known = unknown[1], list(self._option_string_actions)
        else:
            return ""
        close = meant_by(word, known)
        return f"; is {close} meant?" if close else ""


def meant_by(word: str, known: Iterable[str]) -> str:
    """Return what a word that is none of these may stand for: those that it begins, else the one most like it, else "".

    >>> meant_by("--form", ["--format", "-o"]), meant_by("--prot", ["--port", "--ip"]), meant_by("--moon", ["--ip"])
    ('--format', '--port', '')
    >>> meant_by("--l", ["--loss", "--latency", "--say"])
    '--loss or --latency'
    """
    from difflib import get_close_matches  # only a mistake needs it

    names = list(known)
    begun = [name for name in names if name.startswith(word)] if word.strip("-") else []
    return " or ".join(begun or get_close_matches(word, names, n=1))
