"""Parsing arguments. A wrong one gets one line on standard error and exit status 2."""

import argparse
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
        self.exit(2, f"{self.prog}: {one_line(message)}\n")
