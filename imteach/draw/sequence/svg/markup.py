"""Numbers and words as they stand in markup. Everything that a learner typed is escaped: it is text, never markup."""

import html
from functools import lru_cache

from imteach.draw.letters.direction import with_isolates
from imteach.draw.sequence.layout.shapes import Words

escape = lru_cache(maxsize=4096)(html.escape)  # the same words stand in a picture again and again


@lru_cache(maxsize=4096)
def written(text: str) -> str:
    """Return words of ours as they stand in a `<text>`."""
    return html.escape(with_isolates(text))


@lru_cache(maxsize=1 << 14)  # the same places come again and again, too
def n(number: float) -> str:
    """Return a coordinate as text, to a tenth of a pixel. See `short` for one that occurs only once in a picture.

    >>> n(12.0), n(12.34), n(-0.01)
    ('12', '12.3', '0')
    """
    text = f"{number:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def short(markup: str) -> str:
    """Return this markup, in which no words stand, with its coordinates (to a tenth of a pixel) as `n` writes them.

    >>> short(f'x="{12:.1f}" y="{12.34:.1f}"')
    'x="12" y="12.3"'
    """
    return markup.replace('.0"', '"')


def text_at(css: str, x: float, y: float, text: str, anchor: str = "start") -> str:
    """Return words of ours that begin, end or are centred at a place."""
    anchored = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text class="{css}" x="{n(x)}" y="{n(y)}"{anchored}>{written(text)}</text>'


def start(words: Words) -> tuple[float, float]:
    """Return where words in a box begin: the left end of their line."""
    return words.box.x, words.box.y + 11.5


def opening(about: str, width: float, height: float, more: str = "") -> str:
    """Return the tag with which a picture begins: what it is `about`, for those who cannot see it, and its size."""
    wide, high = n(width), n(height)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="imteach-diagram" role="group" aria-label="{escape(about)}"'
        f'{more} viewBox="0 0 {wide} {high}" width="{wide}" height="{high}">'
    )


def paper(width: float, height: float) -> str:
    """Return what all of a picture stands on."""
    return f'<rect class="imt-paper" width="{n(width)}" height="{n(height)}"/>'
