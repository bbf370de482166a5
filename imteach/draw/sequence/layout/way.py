"""The way of one packet across the page, and the places along it where words may stand."""

from collections.abc import Iterator

from imteach.draw.sequence.layout.boxes import Box
from imteach.draw.sequence.layout.shapes import CROSS, PILL_HEIGHT
from imteach.draw.sequence.layout.timeline import LINE_HEIGHT
from imteach.protocol import Value

_NEAR = ((1, 9), (1, -9), (0, 17), (0, -17), (1, 17), (1, -17), (0, 26), (0, -26), (-1, 17), (-1, -17), (-1, 0))


class Way(Value, frozen=True):
    """A packet's label, and its way as far as it came; `fate` is empty if it arrived, `is_stub` if it never left."""

    label: str
    label_width: float
    x0: float
    y0: float
    x1: float
    y1: float
    fate: str
    is_stub: bool = False

    @property
    def toward(self) -> int:
        """1 for a packet that goes to the right, -1 to the left."""
        return 1 if self.x1 > self.x0 else -1

    @property
    def across(self) -> float:
        """How far it goes to the side."""
        return abs(self.x1 - self.x0)

    @property
    def slope(self) -> float:
        """How far down it goes for one pixel across."""
        return (self.y1 - self.y0) / self.across

    def pill(self, along: float) -> Box:
        """Return the box of the label at this part of the way; behind the ✕, if it never left."""
        x0, y0, width = self.x0, self.y0, self.label_width
        if self.is_stub:
            return self._behind(self.x1 + self.toward * (CROSS / 2 + 3), self.y1, width, PILL_HEIGHT)
        x, y = x0 + (self.x1 - x0) * along, y0 + (self.y1 - y0) * along
        return Box(x - width / 2, y - PILL_HEIGHT / 2, width, PILL_HEIGHT)

    def part(self, part: float) -> "Way":
        """Return this much of the way."""
        x1, y1 = self.x0 + (self.x1 - self.x0) * part, self.y0 + (self.y1 - self.y0) * part
        return self if part == 1 else self._replace(x1=x1, y1=y1)

    def lowered(self, by: float) -> "Way":
        """Return the way with its start lowered; the way of a dropped packet moves down as a whole."""
        if self.fate == "dropped":
            return self._replace(y0=self.y0 + by, y1=self.y1 + by)
        return self._replace(y0=self.y0 + min(by, (self.y1 - self.y0) / 2))

    def cross(self) -> Box:
        """Return the box of the ✕ at the end of the way."""
        return Box(self.x1 - CROSS / 2, self.y1 - CROSS / 2, CROSS, CROSS)

    def stub(self) -> Box:
        """Return the box of ✕ and label of a packet that never left."""
        cross, pill = self.cross(), self.pill(0)
        return pill._replace(x=min(cross.x, pill.x), width=pill.width + CROSS + 3)

    def fate_words(self, room: float) -> Iterator[Box]:
        """Yield the places, `room` wide, for the words that say what became of the packet."""
        beyond = self._behind(self.x1 + self.toward * (CROSS / 2 + 4), self.y1, room, LINE_HEIGHT)
        if self.fate == "dropped":
            yield beyond
            return
        if self.is_stub:
            pill = self.pill(0)
            end = pill.x + pill.width if self.toward > 0 else pill.x
            yield self._behind(end + self.toward * 4, self.y1, room, LINE_HEIGHT)
            yield self._behind(self.x1 - self.toward * CROSS / 2, self.y1 + 18, room, LINE_HEIGHT)
            yield self._behind(self.x1 - self.toward * CROSS / 2, self.y1 - 18, room, LINE_HEIGHT)
            return
        for below in (CROSS + 2, -CROSS - 2, 2 * CROSS):
            yield self._behind(
                self.x1 + self.toward * CROSS / 2 - self.toward * room, self.y1 + below, room, LINE_HEIGHT
            )

    def near_cross(self, room: float) -> Iterator[Box]:
        """Yield other places for words near the ✕, `room` wide; the one on the way itself comes last."""
        aside = self.toward * (room / 2 + CROSS / 2 + 2)
        for dx, dy in _NEAR:
            yield Box(self.x1 + dx * aside - room / 2, self.y1 + dy - LINE_HEIGHT / 2, room, LINE_HEIGHT)

    def _behind(self, x: float, y: float, width: float, height: float) -> Box:
        """Return the box that begins at `x` and extends in the packet's direction, centred on this height."""
        return Box(x if self.toward > 0 else x - width, y - height / 2, width, height)
