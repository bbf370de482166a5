"""Two sequence diagrams as text, for a terminal and for screen readers: side by side, or below each other."""

from collections.abc import Iterator
from itertools import chain

from imteach.draw.collector import uncollected
from imteach.draw.compare.svg import laid_out
from imteach.draw.letters.measure import columns
from imteach.draw.sequence.text import TextPage
from imteach.printed import LINE, fold
from imteach.tell.difference import ALIKE
from imteach.trace.compare import Compare

APART = "   "  # between two diagrams that stand side by side
LEAST = 40  # columns in which a sentence can be read; a terminal that is narrower breaks its lines itself


@uncollected
def compare_to_text(compare: Compare, width: int = LINE) -> str:
    """Return the first difference, both diagrams, and what came of it where that differs: lines of text.

    The diagrams stand side by side if `width` columns are enough, what happens at one time in one line; else below each
    other. A line across says in both where they begin to differ.
    """
    beside = laid_out(compare)
    first = None if compare.first is None else compare.first.t
    here, there = TextPage(beside.one, first), TextPage(beside.other, first)
    told = [fold(f"{sentence}", min(max(width, LEAST), LINE)) for sentence in (compare.sentence, *compare.outcome)]
    if here.width + len(APART) + there.width <= width:
        drawn = _side_by_side(here, there)
    else:
        drawn = chain(here.lines(), [""], there.lines())
    came = ["", "What came of it:", *told[1:]] if told[1:] else ["", ALIKE]
    return "".join(f"{line}\n" for line in [told[0], "", *drawn, *came])


def _side_by_side(one: TextPage, other: TextPage) -> Iterator[str]:
    """Yield the lines of two diagrams side by side."""
    heads = [*one.head()], [*other.head()]
    most = max(map(len, heads))
    pairs = list(zip(*(_as_high(head, most) for head in heads), strict=True))
    for t in sorted({*one.rows, *other.rows}):
        lines = [*one.at(t)], [*other.at(t)]
        most = max(map(len, lines))
        idle = one.idle(t), other.idle(t)
        pairs += zip(*(own + [rest] * (most - len(own)) for own, rest in zip(lines, idle, strict=True)), strict=True)
    for left, right in pairs:
        yield f"{left}{' ' * (one.width - columns(left))}{APART}{right}".rstrip()


def _as_high(head: list[str], most: int) -> list[str]:
    """Return what stands above a diagram in this many lines, with the names in the last of them."""
    return [*head[:-2], *[""] * (most - len(head)), *head[-2:]]
