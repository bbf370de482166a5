"""The times at the left, and the stretches in which nothing happens."""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from imteach.draw.letters.measure import text_width
from imteach.draw.sequence.chronicle.chronicle import Chronicle
from imteach.draw.sequence.layout.boxes import Box
from imteach.draw.sequence.layout.page import Page
from imteach.draw.sequence.layout.shapes import NOTE_SIZE, PILL_HEIGHT, TIME_SIZE, Idle, TimeMark
from imteach.draw.sequence.layout.timeline import Break
from imteach.protocol import SERVER
from imteach.trace import instant

TIMES = 58.0  # room for the times at the left, at least


def room_for_times(chronicle: Chronicle) -> float:
    """Return how wide the times at the left are."""
    return max(TIMES, widest_time(chronicle, " ms") + 14)


def widest_time(chronicle: Chronicle, unit: str) -> float:
    """Return how wide the widest time is, with its unit; 0 if nothing happens."""
    lost = [chronicle.ended[str(moment.arrived)] for moment in chronicle.missed]
    times = {*(moment.t for moment in (*chronicle.moments, *chronicle.edges)), *lost}
    return max([text_width(f"{t}{unit}", TIME_SIZE) for t in times], default=0)


def time_marks(happens: Sequence[tuple[float, float]]) -> list[TimeMark]:
    """Return the times that have room, each beside what `happens` then: moments, and packets that are lost.

    An instant that is spread out has its time more than once.
    """
    marks: list[TimeMark] = []
    for y, t in happens:
        if not marks or (y - marks[-1].y >= TIME_SIZE + 3 and t >= marks[-1].t):
            marks.append(TimeMark(t, y))
    return marks


def time_axis(page: Page) -> list[TimeMark]:
    """Return where each instant begins and ends on the page, in time order; one mark if it is not spread out."""
    marks: list[TimeMark] = []
    y = page.top
    for t, heights in groupby(sorted((t, y) for y, t in happening(page)), key=itemgetter(0)):
        stretch = [height for _, height in heights]
        for height in dict.fromkeys((max(y, stretch[0]), max(y, stretch[-1]))):
            marks.append(TimeMark(t, height))
        y = marks[-1].y
    return marks


def happening(page: Page) -> list[tuple[float, float]]:
    """Return how far down things happen, and when: moments, and packets that are lost; from the top down."""
    chronicle, top, down = page.chronicle, page.top, page.timeline.y
    moments = [(down[moment.number] + top, moment.t) for moment in (*chronicle.moments, *chronicle.edges)]
    lost = [way.y1 for way in page.ways if way.fate]
    ended = [chronicle.ended[packet.name] for packet in chronicle.trace.packets if packet.fate != "arrived"]
    return sorted([*moments, *zip(lost, ended, strict=True)])


def idle_stretches(page: Page) -> list[Idle]:
    """Return the stretches that are cut short."""
    return [_idle(page, stretch) for stretch in page.timeline.breaks]


def _idle(page: Page, stretch: Break) -> Idle:
    """Keep a place for the words of an idle stretch, on the server's lifeline."""
    text = f"{instant(stretch.ms)} ms pass"
    width = text_width(text, NOTE_SIZE) + 20
    y = (stretch.y0 + stretch.y1) / 2 + page.top
    box = Box(page.columns.x[SERVER] - width / 2, y - PILL_HEIGHT / 2, width, PILL_HEIGHT)
    page.taken.add(Box(0, box.y - 3, 1e6, box.height + 6))  # the strip goes across the page
    return Idle(stretch.ms, stretch.until, text, box)
