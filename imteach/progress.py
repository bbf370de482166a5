"""A progress bar for what takes long: on a terminal or in a notebook, and nothing at all elsewhere.

Imports only the standard library; tqdm draws the bar, where it is installed.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")

PATIENCE = 0.7  # seconds without a bar: most work is done by then


def progress(things: Iterable[T], total: int | None, what: str, each: int = 1) -> Iterator[T]:
    """Yield the things one by one; where that takes longer than a moment, show how far it is.

    `total` is how many there will be (None: not known), `what` names them, and each of the things counts for `each`
    of them. The bar goes to standard error if that is a terminal, or into a notebook's cell, and is gone at the end.
    TQDM_DISABLE=1 in the environment keeps it away.

    >>> list(progress("abc", total=3, what="letters"))
    ['a', 'b', 'c']
    """
    with _bar(total, what) as bar:
        for thing in things:
            yield thing
            bar.update(each if total is None else min(each, total - bar.n))


class _NoBar:
    """Does what a bar does that nobody sees."""

    n = 0

    def __enter__(self) -> "_NoBar":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def update(self, count: int) -> None:
        """Go on without a word."""


def _bar(total: int | None, what: str) -> Any:
    if not _is_watched():
        return _NoBar()
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return _NoBar()
    return tqdm(total=total, desc=what, delay=PATIENCE, leave=False, unit=" " + what)


def _is_watched() -> bool:
    """Whether somebody looks: at a terminal, or at a notebook, whose kernel has no terminal."""
    if os.environ.get("TQDM_DISABLE"):  # tqdm itself does not heed it in a notebook
        return False
    ipython: Any = sys.modules.get("IPython")  # whoever runs a notebook has loaded it
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is not None and "IPKernelApp" in shell.config:
        return True
    return sys.stderr is not None and sys.stderr.isatty()
