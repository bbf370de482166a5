"""What work costs: a progress bar, on a terminal or in a notebook and nothing at all elsewhere; a stopwatch; memory.

Imports only the standard library; tqdm draws the bar, where it is installed.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from time import perf_counter
from typing import Any, TypeVar

T = TypeVar("T")

PATIENCE = 0.7  # seconds without a bar: most work is done by then
WIDTH = 80  # characters of a bar in a notebook, which does not say how wide it is
GROWS = "{n:,} {desc} so far ({elapsed}{postfix})"  # without a known total there is no bar to fill


def with_bar(
    things: Iterable[T], total: int | None, what: str, each: int = 1, more: Callable[[], str] | None = None
) -> Iterator[T]:
    """Yield the things one by one, and show the progress once that takes longer than a moment.

    The bar counts up to `total` (None: not known, and the count just grows), by `each` for every thing; `what` says
    what is counted. The bar goes to standard error if that is a terminal, or into a notebook's cell, and is gone at the
    end. TQDM_DISABLE=1 in the environment switches it off.

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
            if more is not None:
                bar.set_postfix_str(more(), refresh=False)
            bar.update(each if total is None else min(each, total - bar.n))


def stopwatch() -> Callable[[], float]:
    """Start a stopwatch: called, it returns the seconds since. What a run or a search finds may not depend on it.

    >>> seconds = stopwatch()
    >>> 0 <= seconds() <= seconds()
    True
    """
    began = perf_counter()
    return lambda: perf_counter() - began


def memory_used() -> int | None:
    """Return how many megabytes this process has used at most so far; None where the system does not say.

    >>> memory_used() is None or memory_used() > 1
    True
    """
    try:
        from resource import RUSAGE_SELF, getrusage  # not on Windows, and in a browser there is a module without them
    except ImportError:
        return None
    most = getrusage(RUSAGE_SELF).ru_maxrss
    return round(most / (2**20 if sys.platform == "darwin" else 2**10))


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
    """Return tqdm's options for where the bar goes: a notebook's cell or a terminal; None if there is neither."""
    if os.environ.get("TQDM_DISABLE"):
        return None
    ipython: Any = sys.modules.get("IPython")  # a notebook's kernel has loaded it
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is not None and "IPKernelApp" in shell.config:
        return {"file": _Cell(), "ncols": WIDTH, "ascii": False}
    if sys.stderr is not None and sys.stderr.isatty():
        return {"file": sys.stderr}
    return None


class _Cell:
    """A line in a notebook's cell. tqdm writes to it as to a terminal; once wiped, it leaves nothing behind.

    tqdm's own bar for notebooks is a widget: a saved notebook would hold a view of a widget that no longer exists.
    """

    def __init__(self) -> None:
        self._shown: Any = None

    def write(self, text: str) -> None:
        """Take what tqdm writes: a carriage return, then either the line or spaces that wipe it."""
        if not text.startswith("\r"):
            return  # only moves to the line of another bar, and each bar has an output of its own here
        line = text.strip()
        if line:
            self._show(line)
        elif self._shown is not None:
            self._shown.update({}, raw=True)
            self._shown = None

    def flush(self) -> None:
        """Do nothing: a cell does not buffer."""

    def _show(self, line: str) -> None:
        if self._shown is None:
            from IPython.display import display

            untyped: Any = display
            # First an empty output, then the line as its update: tools that compare notebooks see the first version
            self._shown = untyped({}, raw=True, display_id=True)
        self._shown.update({"text/plain": line}, raw=True)
