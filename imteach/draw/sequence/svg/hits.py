"""Where each packet can be hit: around its arrow, but not where another packet is seen. No markup.

    ●══════════════▶   an arrow is not hit above where it starts nor below where it ends,
        ◀══════════●   so that one that ends in a dot is told apart from those that start there

The page paints the packets in order, so each covers those before it. What it must leave to them is cut out of it: their
labels and words, and the middles and heads of their arrows. Arrows between two lifelines mostly lie one below the other
and have nothing to leave. No arrow is vertical, so x alone names a place on it.
"""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise
from math import sqrt
from operator import attrgetter

from msgspec import Struct

from imteach.draw.sequence.layout.boxes import Box
from imteach.draw.sequence.layout.shapes import CROSS, PILL_HEIGHT, Arrow, Layout
from imteach.draw.sequence.layout.timeline import LINE_HEIGHT

REACH, CLOSER = 7.0, 4.0  # pixels: how far from its line an arrow is hit, and where others are close
ALONE, HIGHEST, LOWER = 40.0, 11.0, 8.0  # the most up and down, if steep: alone, below others, close to them
SLACK = 1.0  # farther than from where it starts to where it ends: some arrows are nearly level
APART = 17.0  # up and down: an arrow leaves nothing to others, or their labels, that stay this far away
NEAR = 20.0  # up and down: an arrow that is farther from the middle of a label than this does not reach it
FEW = 6  # arrows: up to so many, looking at every pair is less work
TAIL, TIP = 8.0, 6.0  # from the dot where it starts to where it can be hit, and from its tip to the middle of its head
HALF = 3.0  # what others leave to either side of the middle of an arrow or a head
EDGE = 0.5  # of a label: it has a frame

Point = tuple[float, float]
Kept = tuple[float, float, Box | None]  # the middle of what later arrows leave to a packet; a point has no box


class _Strip(Struct, gc=False):
    """What can be hit of an arrow: around the line y = start + slope · x, from x `left` to `right`.

    It goes `reach` up and down from that line, but not above `top` nor below `bottom`. A stretch in `cuts` (from x, to
    x, reach) has less. `long` is how long the line is for one pixel across; `first` and `last` are the heights between
    which all of the packet is, its words too, `west` and `east` how far it goes to the sides.
    """

    number: int
    arrow: Arrow
    left: float
    right: float
    top: float
    bottom: float
    start: float
    slope: float
    long: float
    reach: float
    first: float
    last: float
    west: float
    east: float
    cuts: list[tuple[float, float, float]] = []

    def points(self) -> tuple[float, float]:
        """Return the x of the middle of its arrow, and of its head or ✕."""
        arrow = self.arrow
        back = TIP / self.long if arrow.has_head else 0
        return (arrow.x0 + arrow.x1) / 2, arrow.x1 - back if arrow.x1 > arrow.x0 else arrow.x1 + back


def hits(layout: Layout) -> list[list[list[Point]]]:
    """Return for each arrow the shapes in which it can be hit, each as its corners in order.

    >>> from imteach import Scenario
    >>> from imteach.draw.sequence.layout.whole import lay_out
    >>> [[len(corners) for corners in shapes] for shapes in hits(lay_out(Scenario("basic").run()))]
    [[6], [6], [6]]
    """
    strips = list(map(_strip, range(len(layout.arrows)), layout.arrows))
    for left, right in pairwise([line.x for line in layout.lifelines]):
        for group in _groups([strip for strip in strips if strip.west < right and left < strip.east]):
            _part(group, left, right)
    return [_shapes(strip) if strip.cuts else [_shape(strip, strip.left, strip.right, strip.reach)] for strip in strips]


def _strip(number: int, arrow: Arrow) -> _Strip:
    x0, x1, y0, y1, pill = arrow.x0, arrow.x1, arrow.y0, arrow.y1, arrow.pill
    across = x1 - x0
    slope = (y1 - y0) / across
    start, long = y0 - slope * x0, sqrt(1 + slope * slope)
    left, right = (x0 + min(TAIL, across / 3), x1) if across > 0 else (x1, x0 + max(-TAIL, across / 3))
    if not arrow.has_head:
        y1 += CROSS / 2
        left, right = (left, right + CROSS / 2) if across > 0 else (left - CROSS / 2, right)
    first, last = pill.y if pill.y < y0 else y0, pill.y + PILL_HEIGHT if pill.y + PILL_HEIGHT > y1 else y1
    west, east = left, right
    for words in arrow.words:
        box = words.box
        first, last = min(first, box.y), max(last, box.y + box.height)
        west, east = min(west, box.x), max(east, box.x + box.width)
    top, bottom, reach = y0 - SLACK, y1 + SLACK, min(REACH * long, ALONE)
    return _Strip(number, arrow, left, right, top, bottom, start, slope, long, reach, first, last, west, east)


def _groups(strips: list[_Strip]) -> Iterator[list[_Strip]]:
    """Yield groups of strips that share heights; no two groups do. A strip that is alone is in no group."""
    group: list[_Strip] = []
    last = 0.0
    for strip in sorted(strips, key=attrgetter("first")):
        if strip.first >= last:
            if len(group) > 1:
                yield group
            group = []
        group.append(strip)
        if strip.last > last:
            last = strip.last
    if len(group) > 1:
        yield group


def _part(strips: list[_Strip], left: float, right: float) -> None:
    """Share the room among arrows that are beside each other between two lifelines."""
    ends = sorted([(strip.start + strip.slope * left, strip.start + strip.slope * right) for strip in strips])
    are_apart = all(b[0] - a[0] >= APART and b[1] - a[1] >= APART for a, b in pairwise(ends))
    for strip in strips:
        strip.reach = min(strip.reach, HIGHEST if are_apart else min(CLOSER * strip.long, LOWER))
    owners = list(filter(_is_written_elsewhere, strips)) if are_apart else strips
    if len(strips) > FEW:
        _leave(strips, owners, left, right)
    else:
        _leave_in_pairs(strips, owners)


def _is_written_elsewhere(strip: _Strip) -> bool:
    """Whether anything of a packet is written elsewhere than on its line."""
    pill = strip.arrow.pill
    y = strip.start + strip.slope * (pill.x + pill.width / 2)
    return bool(strip.arrow.words) or abs(y - pill.y - PILL_HEIGHT / 2) > 1


def _leave(strips: list[_Strip], owners: list[_Strip], left: float, right: float) -> None:
    """Let each arrow leave what it must to packets that are painted before it: at each x few are near."""
    kept: dict[float, list[tuple[int, float, Box | None]]] = {}  # by x: the packet's number, y and box
    for strip in owners:
        for x, y, box in _kept(strip):
            if left - HALF <= x <= right + HALF:  # a middle may be on a lifeline
                kept.setdefault(round(x, 1), []).append((strip.number, y, box))
    by_number = {strip.number: strip for strip in strips}
    for x, here in kept.items():
        rows = sorted([(s.start + s.slope * x, s.number) for s in strips if s.left - HALF <= x <= s.right + HALF])
        for number, y, box in here:
            for other_y, other in rows[bisect_left(rows, (y - NEAR, 0)) : bisect_left(rows, (y + NEAR, 0))]:
                if other > number:
                    _cut(by_number[other], x, other_y - y, box)


def _leave_in_pairs(strips: list[_Strip], owners: list[_Strip]) -> None:
    """Do the same for few arrows."""
    for owner in owners:
        later = [strip for strip in strips if strip.number > owner.number]
        for x, y, box in _kept(owner) if later else ():
            for strip in later:
                below = strip.start + strip.slope * x - y
                if -NEAR < below < NEAR and strip.left - HALF <= x <= strip.right + HALF:
                    _cut(strip, x, below, box)


def _kept(strip: _Strip) -> list[Kept]:
    """Return what later arrows leave to a packet."""
    pill = strip.arrow.pill
    middle, head = strip.points()
    kept: list[Kept] = [
        (pill.x + pill.width / 2, pill.y + PILL_HEIGHT / 2, pill),
        (middle, strip.start + strip.slope * middle, None),
        (head, strip.start + strip.slope * head, None),
    ]
    for words in strip.arrow.words:
        box = words.box
        line = box if box.height == LINE_HEIGHT else box._replace(height=LINE_HEIGHT)  # some are as high as a label
        kept.append((box.x + box.width / 2, box.y + LINE_HEIGHT / 2, line))
    return kept


def _cut(strip: _Strip, x: float, below: float, box: Box | None) -> None:
    """Cut out of an arrow what is in the box; without one, what is near the point: half if it has a point there too."""
    if box is None:
        if abs(below) < strip.reach + SLACK:
            has_one = any(abs(x - own) <= HALF for own in strip.points())
            strip.cuts.append((x - HALF, x + HALF, abs(below) / 2 if has_one else 0))
        return
    left, right = box.x - EDGE, box.x + box.width + EDGE
    if strip.slope:
        through = sorted([(y - strip.start) / strip.slope for y in (box.y - EDGE, box.y + box.height + EDGE)])
        left, right = max(left, through[0]), min(right, through[1])
    if left < right:
        strip.cuts.append((left, right, 0))


def _shapes(strip: _Strip) -> list[list[Point]]:
    """Return the corners of all that is left of an arrow."""
    ends = {strip.left, strip.right, *(end for cut in strip.cuts for end in cut[:2] if strip.left < end < strip.right)}
    shapes = []
    for left, right in pairwise(sorted(ends)):
        reach = min([strip.reach, *(reach for a, b, reach in strip.cuts if a <= left and right <= b)])
        if reach:
            shapes.append(_shape(strip, left, right, reach))
    return shapes


def _shape(strip: _Strip, left: float, right: float, reach: float) -> list[Point]:
    """Return the corners of what can be hit of an arrow in this stretch: along above its line, and back below it."""
    start, slope, top, bottom = strip.start, strip.slope, strip.top, strip.bottom
    begin, end = (left, right) if slope > 0 else (right, left)
    at_begin, at_end = start + slope * begin, start + slope * end
    bend, back = ((top + reach - start) / slope, (bottom - reach - start) / slope) if slope else (left, left)
    upper = begin, top if at_begin - reach < top else at_begin - reach
    lower = begin, bottom if at_begin + reach > bottom else at_begin + reach
    above = end, top if at_end - reach < top else at_end - reach
    below = end, bottom if at_end + reach > bottom else at_end + reach
    if left < bend < right:
        if left < back < right:
            return [upper, (bend, top), above, below, (back, bottom), lower]
        return [upper, (bend, top), above, below, lower]
    return [upper, above, below, (back, bottom), lower] if left < back < right else [upper, above, below, lower]
