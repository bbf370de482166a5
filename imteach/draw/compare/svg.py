"""Two sequence diagrams in one picture, on one time scale, with the first difference marked across both."""

from collections.abc import Iterable, Iterator, Sequence

from imteach.draw.collector import uncollected
from imteach.draw.letters.measure import fit, text_width
from imteach.draw.sequence.layout.axis import TIMES
from imteach.draw.sequence.layout.boxes import Box
from imteach.draw.sequence.layout.shapes import LABEL_SIZE, MARGIN, NAME_SIZE, TIME_SIZE, Beside, Layout
from imteach.draw.sequence.layout.whole import lay_out_beside
from imteach.draw.sequence.svg.markup import escape, n, opening, paper, text_at
from imteach.draw.sequence.svg.picture import body, titled
from imteach.draw.sequence.svg.style import style
from imteach.protocol import Value
from imteach.tell.difference import ALIKE
from imteach.trace.compare import Compare

FIRST = "first difference"
NAMED = ("First run", "Second run")
LINE = 19.0  # the height of a line of the sentences above and below the diagrams
PILL = 18.0  # the height of the words on the line of the first difference


class Across(Value, frozen=True):
    """Where the parts of the picture stand across the page, and its `width`.

    The times begin at `axis0`; the second diagram, with its own margin, at `axis1`.
    """

    axis0: float
    axis1: float
    width: float

    @property
    def middle(self) -> float:
        """The middle of the times."""
        return (self.axis0 + self.axis1 + MARGIN) / 2


def laid_out(compare: Compare) -> Beside:
    """Return both diagrams as geometry, each with its name in the title; if that is all, with its class, too."""
    beside = lay_out_beside(compare.one, compare.other, None if compare.first is None else compare.first.t)
    classes = _classes(compare) if beside.one.title == beside.other.title else ["", ""]
    one, other = (
        layout._replace(title=f"{name}{which}: {layout.title}")
        for name, which, layout in zip(NAMED, classes, (beside.one, beside.other), strict=True)
    )
    return beside._replace(one=one, other=other)


def _classes(compare: Compare) -> list[str]:
    """Return of both runs which class runs in it, where the two have different ones.

    >>> from imteach import Client, Scenario
    >>> class Silent(Client): pass
    >>> _classes(Compare(Scenario("basic", client=Silent).run(), Scenario("basic").run()))
    [', Silent', ', Client']
    """
    pairs = [(trace.scenario.client, trace.scenario.server) for trace in (compare.one, compare.other)]
    differ = [one is not other for one, other in zip(*pairs, strict=True)]
    return ["".join(f", {made.__name__}" for made, told in zip(pair, differ, strict=True) if told) for pair in pairs]


@uncollected
def compare_to_svg(compare: Compare) -> str:
    """Return two sequence diagrams side by side as one SVG text: the same runs, the same bytes.

    >>> from imteach import Drop, Scenario
    >>> svg = compare_to_svg(Compare(Scenario("basic").run(), Scenario("basic").run(Drop("msg:N"))))
    >>> svg.count("first difference"), svg.count("Sequence diagram:")
    (1, 2)
    """
    beside = laid_out(compare)
    across = _across(beside)
    room = across.width - 2 * MARGIN - 8
    above = wrapped(f"{compare.sentence}", NAME_SIZE, room)
    below = [line for told in compare.outcome for line in wrapped(f"{told}", NAME_SIZE, room)]
    came = ["What came of it"] if below else [ALIKE]
    down = MARGIN + LINE * len(above)
    bottom = down + beside.one.height
    height = bottom + LINE * (len(below) + 1) + MARGIN
    return "\n".join(
        [
            opening(f"Two runs side by side. {compare.sentence}", across.width, height),
            f"<style>{style(beside.one, beside.other)}</style>",
            paper(across.width, height),
            *_lines("imt-told imt-status", above, MARGIN + 9),
            f'<g transform="translate(0 {n(down)})">',
            *_rules(beside, across),
            *_difference(beside, across),
            *_half(beside.one, 0),
            *_half(beside.other, across.axis1),
            "</g>",
            *_lines("imt-name", came, bottom + 6),
            *_lines("imt-told", below, bottom + 6 + LINE),
            "</svg>",
        ]
    )


def _across(beside: Beside) -> Across:
    """Return where everything stands across the page."""
    times = [text_width(f"{mark.t}{beside.one.unit}", TIME_SIZE) for mark in beside.times]
    words = text_width(FIRST, LABEL_SIZE, bold=True) + 16 if beside.first is not None else 0
    axis, edge = max([TIMES, words, *times]) + 8, beside.one.width - MARGIN  # the times are margin enough
    return Across(edge, edge + axis - MARGIN, edge + axis - MARGIN + beside.other.width)


def _rules(beside: Beside, across: Across) -> Iterator[str]:
    """Yield a rule across both diagrams for each time, broken by the time itself."""
    hidden = (0.0, 0.0) if beside.first is None else (beside.first - 7 - PILL - 8, beside.first - 5)
    for mark in beside.times:
        y, words = n(mark.y), f"{mark.t}{beside.one.unit}"
        for x0, x1 in free(across.width, [_time_at(across, words)]):
            yield f'<line class="imt-rule" x1="{n(x0)}" x2="{n(x1)}" y1="{y}" y2="{y}"/>'
        if not hidden[0] < mark.y < hidden[1]:
            yield text_at("imt-time", across.middle, mark.y + 3.5, words, "middle")


def _time_at(across: Across, words: str) -> tuple[float, float]:
    """Return where a time begins and ends across the page."""
    room = text_width(words, TIME_SIZE) / 2 + 6
    return across.middle - room, across.middle + room


def free(width: float, taken: Iterable[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Yield the stretches of a line across a page of this width that are not taken."""
    x = MARGIN
    for x0, x1 in sorted([*taken, (width - MARGIN, width)]):
        if x0 > x + 8:
            yield x, x0
        x = max(x, x1)


def _difference(beside: Beside, across: Across) -> Iterator[str]:
    """Yield the line across both diagrams at the first difference, and what it is in words above the time."""
    if beside.first is None:
        return
    y, width = beside.first, text_width(FIRST, LABEL_SIZE, bold=True) + 16
    times = [f"{mark.t}{beside.one.unit}" for mark in beside.times if abs(mark.y - y) < 1]
    taken = [_time_at(across, words) for words in times]
    for layout, x in ((beside.one, 0), (beside.other, across.axis1)):
        taken += [(x + x0, x + x1) for x0, x1 in written_at(layout, y)]
    for x0, x1 in free(across.width, taken):
        yield f'<path class="imt-first" d="M{n(x0)} {n(y)}H{n(x1)}"/>'
    top = y - 7 - PILL
    yield (
        f'<rect class="imt-first-pill" x="{n(across.middle - width / 2)}" y="{n(top)}" width="{n(width)}" '
        f'height="{n(PILL)}" rx="9"/>'
    )
    yield text_at("imt-first-words", across.middle, top + 13, FIRST, "middle")


def written_at(layout: Layout, y: float) -> Iterator[tuple[float, float]]:
    """Yield from where to where words stand at this height that no line is to cross out."""
    yield from ((box.x - 4, box.x + box.width + 4) for box in written(layout) if _is_at(box, y))


def written(layout: Layout) -> Iterator[Box]:
    """Yield where words stand."""
    yield from (note.box for note in layout.notes)
    yield from (words.box for arrow in layout.arrows for words in arrow.words)
    yield from (words.box for cut in layout.cuts for words in cut.words)


def _is_at(box: Box, y: float) -> bool:
    """Whether a line at this height would go through what stands in the box."""
    return box.y < y < box.y + box.height


def _half(layout: Layout, x: float) -> Iterator[str]:
    """Yield one of the two diagrams, moved to its place."""
    yield f'<g role="group" aria-label="{escape(f"Sequence diagram: {layout.title}")}" transform="translate({n(x)} 0)">'
    yield from titled(layout)
    yield from body(layout)
    yield "</g>"


def _lines(css: str, lines: Sequence[str], y: float) -> Iterator[str]:
    for row, line in enumerate(lines):
        yield text_at(css, MARGIN + 8, y + LINE * row + 5, line)


def wrapped(text: str, size: float, room: float) -> list[str]:
    """Return a text in lines of at most `room` pixels, broken at spaces.

    >>> wrapped("one two three", 10, 50)
    ['one two', 'three']
    """
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold=True) <= room:
            lines[-1] = longer
        else:
            lines.append(fit(word, size * 1.12, room))
    return lines
