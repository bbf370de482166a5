"""What is printed for a person: lines that fit a notebook's page, broken at spaces and not in the middle of words.

JupyterLab's page breaks a long line anywhere, even inside a word. So sentences are folded here when they are printed;
in a picture, a web page or a file a sentence stays one line.
"""

from collections.abc import Iterator
from typing import Protocol

LINE = 96
"""The characters that fit on a line of JupyterLab's page, beside its file browser, on a screen 1366 pixels wide."""

ROOM = 12
"""The characters kept free for what is printed before a sentence: `print("ack:R lost:", why_broken(…))`."""

HANG = "    "  # indents all lines of a sentence but the first, so that one sees where the next sentence begins


def fold(text: str, line: float = LINE, before: int = 0) -> str:
    """Return `text` broken at spaces into lines of at most `line` characters; its own line breaks stay.

    `before` is how many characters already stand on the first line.

    >>> print(fold("a long " * 14 + "sentence"))
    a long a long a long a long a long a long a long a long a long a long a long a long a long a
        long sentence
    """
    return "\n".join(piece for whole in text.split("\n") for piece in folded(whole, line, before, HANG))


def folded(text: str, line: float, before: int = 0, hang: str = "") -> Iterator[str]:
    """Yield `text`, one line, in pieces of at most `line` characters, broken at spaces.

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
    r"""A sentence: one line if it is formatted into another text, lines that fit the page if it is printed.

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
    """A list of sentences, printed one below the other; in a notebook too.

    >>> print(Sentences(["One.", "Two."]))
    One.
    Two.
    """

    def __str__(self) -> str:
        return "\n".join(map(fold, self))

    def _repr_pretty_(self, printer: "Printer", cycle: bool) -> None:
        """What IPython shows."""
        printer.text(str(self))
