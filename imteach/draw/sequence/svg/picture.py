"""The layout as SVG: one text, the same bytes everywhere, for the lab, a notebook, a file and a page."""

from collections.abc import Iterable, Iterator

from imteach.draw.collector import uncollected
from imteach.draw.letters.measure import fit
from imteach.draw.sequence.layout.shapes import (
    HEAD_HEIGHT,
    HEAD_WIDTH,
    MARGIN,
    ROLE_SIZE,
    TITLE_SIZE,
    Gap,
    Layout,
)
from imteach.draw.sequence.layout.whole import lay_out
from imteach.draw.sequence.svg.hits import hits
from imteach.draw.sequence.svg.lifelines import (
    cut_link,
    going_round,
    idle_stretch,
    lifeline,
    note_beside,
    time_lines,
    timer_bar,
)
from imteach.draw.sequence.svg.markup import opening, paper, start, text_at
from imteach.draw.sequence.svg.packets import packet_of, passed
from imteach.draw.sequence.svg.style import style
from imteach.draw.sequence.window import Stretch, Window, cut_out
from imteach.protocol import SERVER, Value
from imteach.trace import Trace


class Drawn(Value, frozen=True):
    """A picture for a page that shows one moment of it after another: its SVG without the style sheet, and the `sheet`.

    `axis` is where each instant stands: (t, y) in simulated ms and in pixels, see `Layout.axis`. `notes` are the lines
    beside the lifelines, in the order of the SVG: (the id of the event that it tells, t, the node). `packets` are those
    of the SVG, in its order: (when it was sent, when it arrived or was lost). `nodes` are the lifelines from left to
    right, and `links` where a person's link to the server can be marked beside the heads: (person, x0, x1, y).
    """

    svg: str
    sheet: str
    axis: list[tuple[float, float]]
    notes: list[tuple[int, float, str]]
    packets: list[tuple[float, float]]
    nodes: list[str]
    links: list[tuple[str, float, float, float]]


@uncollected
def to_svg(trace: Trace, rev: int = 0, window: Window | None = None) -> str:
    """Return the sequence diagram of a trace as SVG text. `rev` goes into `data-rev`, for a page that redraws.

    With a `window` (one of `windows(trace)`) only that stretch of it. Raises `InputError` for a window of another run.

    >>> from imteach import Scenario
    >>> to_svg(Scenario("basic").run()).count('role="button"')
    3
    """
    layout = _laid_out(trace, window)
    head, *rest = _parts(layout, rev)
    return "\n".join([head, f"<style>{style(layout)}</style>", *rest])


@uncollected
def drawn(trace: Trace, rev: int = 0, window: Window | None = None) -> Drawn:
    """Return the same picture for a page, with what it needs to show one moment of it.

    >>> from imteach import Scenario
    >>> picture = drawn(Scenario("basic").run())
    >>> picture.axis, picture.packets
    ([(0, 130.0), (50, 179.0), (100, 228.0)], [(0, 50), (50, 100), (50, 100)])
    """
    layout = _laid_out(trace, window)
    return as_drawn(_parts(layout, rev), style(layout), layout)


def as_drawn(parts: Iterable[str], sheet: str, layout: Layout) -> Drawn:
    """Return a picture whose SVG has these lines, with what a page needs to show one moment of it."""
    return Drawn(
        "\n".join(parts),
        sheet,
        [(mark.t, round(mark.y, 1)) for mark in layout.axis],
        [(note.line.event, note.t, note.node) for note in layout.notes],
        [(arrow.packet.sent, arrow.ended) for arrow in layout.arrows],
        [line.name for line in layout.lifelines],
        list(_links(layout)),
    )


def _links(layout: Layout) -> Iterator[tuple[str, float, float, float]]:
    """Yield for each person the stretch from their head to the next one on the side of the server."""
    lines = layout.lifelines
    middle = [line.name for line in lines].index(SERVER)
    for place, line in enumerate(lines):
        if place != middle:
            toward = 1 if place < middle else -1
            ends = line.x + toward * HEAD_WIDTH / 2, lines[place + toward].x - toward * HEAD_WIDTH / 2
            yield line.name, *ends, layout.top - HEAD_HEIGHT / 2


def _laid_out(trace: Trace, window: Window | None) -> Layout:
    layout = lay_out(trace)
    if window is not None and not (window.is_whole and window.count == len(layout.arrows)):
        return cut_out(layout, window)
    return layout


def _parts(layout: Layout, rev: int) -> list[str]:
    """Return the lines of the SVG, without its style sheet."""
    about = f", {layout.words}" if isinstance(layout, Stretch) else ""
    size = layout.width, layout.height
    return [
        opening(f"Sequence diagram: {layout.title}{about}", *size, f' data-rev="{rev}"'),
        paper(*size),
        *titled(layout),
        *time_lines(layout),
        *body(layout),
        "</svg>",
    ]


def titled(layout: Layout, x: float = MARGIN + 8) -> Iterator[str]:
    """Yield the title of a picture and what stands below that, from `x` on."""
    room = layout.width - MARGIN - x
    yield text_at("imt-title", x, MARGIN + 14, fit(layout.title, TITLE_SIZE * 1.12, room))
    for row, words in enumerate(layout.subtitles):
        yield text_at("imt-role", x, MARGIN + 31 + 15 * row, fit(words, ROLE_SIZE, room))


def body(layout: Layout) -> list[str]:
    """Return all of a picture but its title and its times."""
    passing = layout.passing if isinstance(layout, Stretch) else []
    packets = [packet_of(*each, layout.unit) for each in zip(layout.arrows, hits(layout), strict=True)]
    backed = len(layout.lifelines) > 3
    return [
        *([going_round(layout.round, layout.unit)] if layout.round else []),
        *map(cut_link, layout.cuts),
        *_lifelines(layout),
        *map(timer_bar, layout.bars),
        *passed(passing),
        '<g class="imt-ways">',  # every line before any words, so that none crosses them out
        *[way for way, _ in packets],
        "</g>",
        *(idle_stretch(stretch, layout) for stretch in layout.breaks),
        *[note_beside(note, backed) for note in layout.notes],
        *(text_at("imt-note imt-cut-words", *start(words), words.text) for cut in layout.cuts for words in cut.words),
        '<g class="imt-packets">',
        *[button for _, button in packets],
        "</g>",
    ]


def _lifelines(layout: Layout) -> Iterator[str]:
    """Yield each lifeline, with its own gaps."""
    gaps: dict[str, list[Gap]] = {line.name: [] for line in layout.lifelines}
    for gap in layout.gaps:
        gaps[gap.node].append(gap)
    for line in layout.lifelines:
        yield lifeline(line, gaps[line.name], layout)
