"""The page in the making: where each moment stands on it, and which places are taken already."""

from collections.abc import Iterable
from functools import cached_property

from imteach.draw.sequence.chronicle.chronicle import Chronicle
from imteach.draw.sequence.chronicle.moments import Moment
from imteach.draw.sequence.layout.boxes import Box, Lines, Taken
from imteach.draw.sequence.layout.lifelines import Columns
from imteach.draw.sequence.layout.timeline import Timeline
from imteach.draw.sequence.layout.way import Way


class Page:
    """The page that a layout is made on: whatever is written takes its place, and later things keep off it.

    `top` is how far down the first instant stands; `ways` are the ways of all packets, once they are known.
    """

    def __init__(self, chronicle: Chronicle, timeline: Timeline, columns: Columns, top: float) -> None:
        self.chronicle = chronicle
        self.timeline = timeline
        self.columns = columns
        self.top = top
        self.taken = Taken()
        self.ways: list[Way] = []

    def y(self, moment: Moment) -> float:
        """Return how far down a moment stands."""
        return self.timeline.y[moment.number] + self.top

    @cached_property
    def lines(self) -> Lines:
        """The ways of all packets, to keep words off them."""
        lines = Lines()
        for way in self.ways:
            lines.add(way.x0, way.y0, way.x1, way.y1)
        return lines

    def clearest(self, boxes: Iterable[Box]) -> Box | None:
        """Return the first of the free boxes that the fewest packets go through; None if none is free."""
        best = self.lines.clearest(filter(self.taken.is_free, boxes))
        return None if best is None else best[1]
