"""A progress bar for what takes long: on a terminal or in a notebook, and nothing at all elsewhere.

Imports only the standard library; tqdm draws the bar, where it is installed.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")

PATIENCE = 0.7  # seconds without a bar: most work is done by then
WIDTH = 80  # characters of a bar in a notebook, which does not say how wide it is
GROWS = "{n:,} {desc} so far ({elapsed})"  # where the end is not known, there is nothing to fill


def with_bar(things: Iterable[T], total: int | None, what: str, each: int = 1) -> Iterator[T]:
    """Yield the things one by one; where that takes longer than a moment, show how far it is.

    `total` is how many there will be (None: not known, and the count just grows), `what` names them, and each of the
    things counts for `each` of them. The bar goes to standard error if that is a terminal, or into a notebook's cell,
    and is gone at the end. TQDM_DISABLE=1 in the environment keeps it away.

    >>> list(with_bar("abc", total=3, what="letters"))
    ['a', 'b', 'c']
    """
    bar = _bar(total, what)
    if bar is None:
        yield from things
        return
    with bar:
        for thing in things:
            yield thing
            bar.update(each if total is None else min(each, total - bar.n))


def _bar(total: int | None, what: str) -> Any:
    """A bar, or None where nobody would see it."""
    place = _place()
    if place is None:
        return None
    try:
        from tqdm import tqdm
    except ImportError:
        return None
    return tqdm(
        total=total,
        desc=what,
        delay=PATIENCE,
        leave=False,
        unit=" " + what,
        bar_format=GROWS if total is None else None,
        **place,
    )


def _place() -> dict[str, Any] | None:
    """Where the bar goes, as tqdm's options: to a terminal, or into a notebook's cell, if there is one."""
    if os.environ.get("TQDM_DISABLE"):
        return None
    ipython: Any = sys.modules.get("IPython")  # whoever runs a notebook has loaded it
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is not None and "IPKernelApp" in shell.config:
        return {"file": _Cell(), "ncols": WIDTH, "ascii": False}
    if sys.stderr is not None and sys.stderr.isatty():
        return {"file": sys.stderr}
    return None


class _Cell:
    """A line in a notebook's cell, written to as to a terminal's, that leaves nothing behind when it is wiped.

    tqdm has a bar for notebooks, but that is a widget: saved, it is a view of something that is gone.
    """

    def __init__(self) -> None:
        self._shown: Any = None

    def write(self, text: str) -> None:
        """Take what tqdm writes: a return to the line's beginning, then the line, or spaces that wipe it."""
        if not text.startswith("\r"):
            return  # on the way to the line of a bar above or below, which has a place of its own here
        line = text.strip()
        if line:
            self._show(line)
        elif self._shown is not None:
            self._shown.update({}, raw=True)
            self._shown = None

    def flush(self) -> None:
        """A cell keeps nothing back."""

    def _show(self, line: str) -> None:
        if self._shown is None:
            from IPython.display import display

            untyped: Any = display
            # An empty output, and only then a line in it: what compares notebooks looks at outputs as they came
            self._shown = untyped({}, raw=True, display_id=True)
        self._shown.update({"text/plain": line}, raw=True)
