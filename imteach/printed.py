"""What is printed for a person: lines that fit a notebook's page, broken at spaces and not in the middle of words.

A page that is too narrow breaks a line wherever it ends. So sentences are broken here when they are printed; where they
go to a picture, a web page or a file they are one line.
"""

from collections.abc import Iterator
from typing import Protocol

LINE = 96
"""So many characters fit on a line of JupyterLab's page beside its file browser, on a screen of 1366 pixels."""

ROOM = 12
"""So many may stand before a sentence: `print("ack:R lost:", why_broken(…))`."""

HANG = "    "  # before all lines of one sentence but its first, so that one sees where the next begins


def fold(text: str, line: float = LINE, before: int = 0) -> str:
    """Return `text` in lines of at most so many characters where it has spaces to be broken at; its own lines stay.

    So many characters are thought to stand `before` it.

    >>> print(fold("a long " * 14 + "sentence"))
    a long a long a long a long a long a long a long a long a long a long a long a long a long a
        long sentence
    """
    return "\n".join(piece for whole in text.split("\n") for piece in folded(whole, line, before, HANG))


def folded(text: str, line: float, before: int = 0, hang: str = "") -> Iterator[str]:
    """Yield a line of text in pieces of at most so many characters, broken at spaces.

    >>> list(folded("no_false_failure, all_delivered", 20))
    ['no_false_failure,', 'all_delivered']
    """
    if len(text) + before <= line:
        yield text
        return
    from textwrap import wrap  # only what is long needs it

    pieces = wrap(
        text,
        int(line),
        initial_indent=" " * before,
        subsequent_indent=hang,
        break_long_words=False,
        break_on_hyphens=False,
    )
    yield pieces[0][before:]
    yield from pieces[1:]


class Sentence(str):
    r"""A sentence: one line wherever it is put into something else; lines that fit where it is printed.

    >>> long = Sentence("so " * 40 + "on")
    >>> print(long)
    so so so so so so so so so so so so so so so so so so so so so so so so so so so so
        so so so so so so so so so so so so on
    >>> f"{long}".count("\n")
    0
    """

    __slots__ = ()

    def __str__(self) -> str:
        return fold(super().__str__(), before=ROOM)

    def __format__(self, spec: str) -> str:
        return super().__str__().__format__(spec)


class Printer(Protocol):
    """What IPython prints with."""

    def text(self, obj: str, /) -> None:
        """Print this."""


class Sentences(list[str]):
    """A list of sentences, which is printed as lines, one below the other; in a notebook too.

    >>> print(Sentences(["One.", "Two."]))
    One.
    Two.
    """

    def __str__(self) -> str:
        return "\n".join(map(fold, self))

    def _repr_pretty_(self, printer: "Printer", cycle: bool) -> None:
        """What IPython shows."""
        printer.text(str(self))
