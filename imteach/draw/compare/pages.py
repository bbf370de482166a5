"""Two runs as two pictures that a page puts side by side, or below each other: each with its own times.

What stands at one height in both happens at one time, so a page needs to know nothing but heights.
"""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from imteach.draw.collector import uncollected
from imteach.draw.compare.svg import FIRST, free, written, written_at
from imteach.draw.letters.measure import text_width
from imteach.draw.sequence.layout.axis import TIMES
from imteach.draw.sequence.layout.shapes import BAR, HEAD_WIDTH, LABEL_SIZE, MARGIN, TIME_SIZE, Beside, Layout
from imteach.draw.sequence.layout.whole import lay_out_beside
from imteach.draw.sequence.svg.lifelines import time_lines
from imteach.draw.sequence.svg.markup import n, opening, paper, text_at
from imteach.draw.sequence.svg.picture import Drawn, as_drawn, body, titled
from imteach.draw.sequence.svg.style import style
from imteach.protocol import Value
from imteach.trace import Trace
from imteach.trace.compare import Compare

KEPT, NOW = "First run, kept", "Second run, now"
"""What stands before the title of each."""

LINE = 13.0  # the height of a line of the words at the first difference, which stand in the room for the times
BELOW = 8.0  # from those words to the line, so that the time of the line has its place


class TwoDrawn(Value, frozen=True):
    """Two pictures in which an instant begins at one height; their `axis` is one, and so is their style sheet.

    At the left of each stand the times, up to `left`. `first` is how far down their first difference is marked; None
    if there is none.
    """

    kept: Drawn
    now: Drawn
    left: float
    first: float | None


@uncollected
def drawn_beside(compare: Compare, rev: int = 0) -> TwoDrawn:
    """Return two runs as two pictures for a page: the first is `kept`, and the second is as it is `now`.

    `rev` goes into the second's `data-rev`.

    >>> from imteach import Drop, Scenario
    >>> two = drawn_beside(Compare(Scenario("basic").run(), Scenario("basic").run(Drop("msg:N"))))
    >>> two.first, two.kept.axis == two.now.axis, two.now.axis
    (208.4, True, [(0, 130.0), (50, 179.0), (80, 208.4), (100, 228.0)])
    """
    left = _room(compare.one, compare.other)
    beside = lay_out_beside(compare.one, compare.other, None if compare.first is None else compare.first.t, left)
    sheet, axis = style(beside.one, beside.other), _axis(beside)
    kept, now = (
        as_drawn(_parts(layout, beside, number), sheet, layout)._replace(axis=axis)
        for layout, number in ((_titled(KEPT, beside.one), 0), (_titled(NOW, beside.other), rev))
    )
    return TwoDrawn(kept, now, beside.one.left, beside.first)


def _titled(name: str, layout: Layout) -> Layout:
    """Return the layout with a name in its title, and as wide as it needs to be by itself.

    Its lifelines stand as they do in the other; what that one has at the right of the last of them takes no room here.
    """
    rights = [
        *(line.x + HEAD_WIDTH / 2 for line in layout.lifelines),
        *(box.x + box.width for box in written(layout)),
        *(arrow.pill.x + arrow.pill.width for arrow in layout.arrows),
        *(bar.x + BAR for bar in layout.bars),
    ]
    return layout._replace(title=f"{name}: {layout.title}", width=min(layout.width, max(rights) + MARGIN))


def _room(*traces: Trace) -> float:
    """Return how wide the times are at the left, with the words at the first difference among them."""
    times = [text_width(f"{event.t} ms", TIME_SIZE) for trace in traces for event in trace.events]
    return max([TIMES, _words_width() + 8, *(width + 14 for width in times)])


def _words_width() -> float:
    return max(text_width(word, LABEL_SIZE, bold=True) for word in FIRST.split()) + 14


def _axis(beside: Beside) -> list[tuple[float, float]]:
    """Return where each instant of either run begins, and where it ends in both, as `Layout.axis` does for one.

    It never goes back up: where a loss stands below what happens a little later in the other run, that counts.
    """
    marks = sorted((mark.t, mark.y) for layout in (beside.one, beside.other) for mark in layout.axis)
    axis: list[tuple[float, float]] = []
    for t, heights in groupby(marks, key=itemgetter(0)):
        stretch = [round(y, 1) for _, y in heights]
        above = axis[-1][1] if axis else 0.0
        axis += dict.fromkeys((t, max(above, y)) for y in (stretch[0], stretch[-1]))
    return axis


def _parts(layout: Layout, beside: Beside, rev: int) -> list[str]:
    """Return the lines of one of the two SVGs, without its style sheet."""
    size = layout.width, layout.height
    timed = layout._replace(times=[mark for mark in beside.times if not _is_hidden(mark.y, beside.first)])
    return [
        opening(f"Sequence diagram: {layout.title}", *size, f' data-rev="{rev}"'),
        paper(*size),
        *titled(layout, layout.left + 8),
        *time_lines(timed),
        *_difference(timed, beside.first),
        *body(layout),
        "</svg>",
    ]


def _top(first: float) -> float:
    """Return where the words at the first difference begin."""
    return first - BELOW - 4 - LINE * len(FIRST.split())


def _is_hidden(y: float, first: float | None) -> bool:
    """Whether those words stand where a time would."""
    return first is not None and _top(first) - TIME_SIZE / 2 < y < first - 3


def _difference(layout: Layout, first: float | None) -> Iterator[str]:
    """Yield the line at the first difference, and above it what it is, in words, where the times stand."""
    if first is None:
        return
    crossed = [(0.0, layout.left), *written_at(layout, first)]
    for x0, x1 in free(layout.width, crossed):
        yield f'<path class="imt-first" d="M{n(x0)} {n(first)}H{n(x1)}"/>'
    words, wide = FIRST.split(), _words_width()
    x, top = layout.left - 6 - wide, _top(first)
    yield (
        f'<rect class="imt-first-pill" x="{n(x)}" y="{n(top)}" width="{n(wide)}" '
        f'height="{n(LINE * len(words) + 4)}" rx="7"/>'
    )
    for row, word in enumerate(words):
        yield text_at("imt-first-words", x + wide / 2, top + 12 + LINE * row, word, "middle")
