"""What goes round for ever, at the left of the times: a line from where it ends back up to where it begins."""

from imteach.draw.letters.measure import text_width
from imteach.draw.sequence.chronicle.chronicle import Chronicle
from imteach.draw.sequence.layout.axis import happening, widest_time
from imteach.draw.sequence.layout.boxes import Box
from imteach.draw.sequence.layout.page import Page
from imteach.draw.sequence.layout.shapes import NOTE_SIZE, Round, Words
from imteach.draw.sequence.layout.timeline import LINE_HEIGHT
from imteach.draw.sequence.words import unit

WORDS = "over and over"
EDGE = 8.0  # what stays free at the left
APART = 5.0  # between the words and the line
BEFORE_TIMES = 21.0  # from the line to the times: its head, and what stays free on either side of the times
BELOW = 16.0  # the line: how far down the words go at most, where it is shorter than they are
ABOVE = 14.0  # the first instant: how far above it a round begins that begins before anything happens


def room_for_round(chronicle: Chronicle) -> float:
    """Return how wide the times are with what goes round at their left; 0 in a run that ends."""
    if chronicle.trace.loop is None:
        return 0
    return EDGE + LINE_HEIGHT + APART + BEFORE_TIMES + widest_time(chronicle, unit(chronicle.trace))


def round_of(page: Page, left: float) -> Round | None:
    """Return what goes round for ever, where the times end at `left`; None if nothing does."""
    trace = page.chronicle.trace
    if trace.loop is None:
        return None
    happens = happening(page)
    y1 = max([y for y, t in happens if t > trace.loop], default=None)
    if y1 is None:
        return None
    y0 = max([y for y, t in happens if t <= trace.loop], default=page.top - ABOVE)
    x = left - widest_time(page.chronicle, unit(trace)) - BEFORE_TIMES
    return Round(trace.loop, x, y0, y1, words_beside(x, y0, y1))


def words_beside(x: float, y0: float, y1: float) -> Words:
    """Return the words at the left of the line, half way between these heights: as high as they are long."""
    long = text_width(WORDS, NOTE_SIZE)
    y = min((y0 + y1 - long) / 2, y1 + BELOW - long)
    return Words(WORDS, Box(x - APART - LINE_HEIGHT, y, LINE_HEIGHT, long))
