"""What lasts from one moment to another: timers that run, nodes that are out or down, links that are cut."""

from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from math import inf

from imteach.draw.letters.measure import text_width
from imteach.draw.sequence.chronicle.moments import Absence, CutSpan, TimerRun
from imteach.draw.sequence.layout.boxes import Box
from imteach.draw.sequence.layout.page import Page
from imteach.draw.sequence.layout.shapes import BAR, BAR_GAP, NOTE_SIZE, Bar, CutLink, Gap, Words
from imteach.draw.sequence.layout.timeline import LINE_HEIGHT


def lanes_of(timers: Iterable[TimerRun], y: dict[int, float]) -> list[int]:
    """Give each timer the first lane beside its lifeline that is free while it runs; timers come in order of start."""
    lanes: list[int] = []
    beside: dict[str, tuple[list[tuple[float, int]], list[int]]] = {}  # by node: lanes in use until when, free ones
    for run in timers:
        used, free = beside.setdefault(run.node, ([], []))
        while used and used[0][0] <= y[run.start]:
            heappush(free, heappop(used)[1])
        lane = heappop(free) if free else len(used)
        heappush(used, (inf if run.stop is None else y[run.stop], lane))
        lanes.append(lane)
    return lanes


def timer_bars(page: Page, lanes: Sequence[int]) -> list[Bar]:
    """Return a bar for each timer, in its lane."""
    return [_bar(page, run, lane) for run, lane in zip(page.chronicle.timers, lanes, strict=True)]


def _bar(page: Page, run: TimerRun, lane: int) -> Bar:
    moments, side = page.chronicle.moments, page.columns.sides[run.node]
    near = page.columns.x[run.node] + side * (8 + lane * (BAR + BAR_GAP))
    x = near if side > 0 else near - BAR
    start, end = moments[run.start], moments[-1 if run.stop is None else run.stop]
    y1 = page.timeline.height + page.top if run.stop is None else page.y(end)
    return Bar(run.node, run.name, start.t, end.t, x, page.y(start), y1, run.ended)


def gaps(page: Page, bottom: float) -> list[Gap]:
    """Return the gaps in the lifelines; one that does not end goes down to the `bottom`."""
    return [_gap(page, absence, bottom) for absence in page.chronicle.absences]


def _gap(page: Page, absence: Absence, bottom: float) -> Gap:
    chronicle, node = page.chronicle, absence.node
    start = chronicle.moments[absence.start]
    end, y1 = chronicle.last, bottom
    if absence.stop is not None:
        stop = chronicle.moments[absence.stop]
        end, y1 = stop.t, page.y(stop)
    return Gap(node, absence.kind, start.t, end, page.columns.x[node], page.y(start), y1)


def cut_links(page: Page) -> list[CutLink]:
    """Return the cut links, each with its words; one that is never mended ends at the height where it begins."""
    return [_cut_link(page, cut) for cut in page.chronicle.cuts]


def _cut_link(page: Page, cut: CutSpan) -> CutLink:
    """Return the marked stretch between a person's lifeline and the next one toward the server."""
    x = page.columns.x
    left, right = sorted([x[cut.person], x[page.columns.toward_server(cut.person)]])
    y0 = page.y(cut.begins)
    edges = [(y0, cut.words)]
    if cut.mended is not None:
        edges.append((page.y(cut.mended), "mended"))
    words = [_words_near(page, text, (left + right) / 2, y) for y, text in edges]
    end = page.chronicle.last if cut.mended is None else cut.mended.t
    return CutLink(cut.begins.t, end, cut.mended is not None, left, y0, right, edges[-1][0], words)


def _words_near(page: Page, text: str, middle: float, y: float) -> Words:
    """Return words around a height, or near it, where nothing is written and few arrows go."""
    width = text_width(text, NOTE_SIZE)
    box = Box(middle - width / 2, y - LINE_HEIGHT / 2, width, LINE_HEIGHT)
    best = page.clearest(box._replace(x=box.x + dx, y=box.y + dy) for dy in (0, -9, 9) for dx in (0, -40, 40))
    best = best or page.taken.first_free(box)
    page.taken.add(best)
    return Words(text, best)
