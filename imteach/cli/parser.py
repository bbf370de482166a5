"""Arguments. A wrong one gets one line on standard error and exit status 2."""

import argparse
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, NoReturn

from imteach.cli.terminal import one_line


class Command(NamedTuple):
    """What `imteach NAME` is: how it is called, what it says of itself, what it takes and what it does.

    `passes_on` if arguments that are not known here go to another program.
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
            allow_abbrev=False,  # an option to come must not change what a shortened one means today
            **options,
        )

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, in one line, and exit with status 2."""
        self.exit(2, f"{self.prog}: {one_line(message)}\n")
