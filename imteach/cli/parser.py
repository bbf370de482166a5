"""Parsing arguments. A wrong one gets one line on standard error and exit status 2."""

import argparse
import re
from collections.abc import Callable, Sequence
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
        unknown = re.match(r"no argument '(--[^=']*)", message)
        if choice:
            word, known = choice[1], re.findall(r"[\w-]+", choice[2])
        elif unknown:
            word, known = unknown[1], list(self._option_string_actions)
        else:
            return ""
        from difflib import get_close_matches  # only a mistake needs it

        close = get_close_matches(word, known, n=1)
        return f"; is {close[0]} meant?" if close else ""
