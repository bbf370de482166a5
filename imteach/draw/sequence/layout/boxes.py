"""Rectangles and lines, and which places of a picture are taken: so that nothing written overlaps anything written."""

from collections import defaultdict
from collections.abc import Iterable

from imteach.protocol import Value


class Box(Value, frozen=True):
    """A rectangle: its left top corner and its size."""

    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: "Box") -> bool:
        """Whether two rectangles share more than an edge."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


BAND = 32.0  # pixels: what is near in height is looked up by stretches of this height


def _bands(box: Box) -> range:
    """The stretches in which a box stands."""
    return range(int(box.y / BAND), int((box.y + box.height) / BAND) + 1)


class Lines:
    """Lines that go from one point to another, found by height."""

    MANY = 300

    def __init__(self) -> None:
        self._bands: dict[int, list[tuple[float, float, float, float]]] = {}
        self._begin: dict[int, int] = {}  # how many lines begin in each band

    def add(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """Add a line that goes down or is level: `y1` is no less than `y0`."""
        first = int(y0 / BAND)
        self._begin[first] = self._begin.get(first, 0) + 1
        for band in range(first, int(y1 / BAND) + 1):
            self._bands.setdefault(band, []).append((x0, y0, x1, y1))

    def crossing(self, box: Box) -> int:
        """Return how many lines run through this box; where very many are near, how many: no place there is better.

        >>> lines = Lines()
        >>> lines.add(0, 0, 100, 50)
        >>> lines.crossing(Box(40, 20, 20, 10)), lines.crossing(Box(0, 20, 20, 10))
        (1, 0)
        """
        bands = _bands(box)
        many = len(self._bands.get(bands[0], ())) + sum(self._begin.get(band, 0) for band in bands[1:])
        if many > self.MANY:
            return many
        near = {line for band in bands for line in self._bands.get(band, ())}
        left, right = box.x, box.x + box.width
        beside = [line for line in near if (line[0] > left or line[2] > left) and (line[0] < right or line[2] < right)]
        return sum([_crosses(line, box) for line in beside])

    def clearest(self, boxes: Iterable[Box]) -> tuple[int, Box] | None:
        """Return how few lines run through the clearest box, and the first such box; None if there are no boxes.

        >>> lines = Lines()
        >>> lines.add(0, 0, 100, 50)
        >>> lines.clearest([Box(40, 20, 20, 10), Box(0, 20, 20, 10)])
        (0, Box(x=0, y=20, width=20, height=10))
        """
        best: tuple[int, Box] | None = None
        for box in boxes:
            crossed = self.crossing(box)
            if best is None or crossed < best[0]:
                best = crossed, box
            if not crossed:
                break
        return best


def _crosses(line: tuple[float, float, float, float], box: Box) -> bool:
    x0, y0, x1, y1 = line
    left, right = max(min(x0, x1), box.x), min(max(x0, x1), box.x + box.width)
    if left >= right:
        return False
    ends = [y0 + (y1 - y0) * (x - x0) / (x1 - x0) for x in (left, right)]
    return min(ends) < box.y + box.height and max(ends) > box.y


class Taken:
    """The places where something is written already, found by height."""

    def __init__(self) -> None:
        self._bands: defaultdict[int, list[Box]] = defaultdict(list)

    def copy(self) -> "Taken":
        """Return the same places, to try something with."""
        taken = Taken()
        taken._bands.update((band, boxes.copy()) for band, boxes in self._bands.items())
        return taken

    def add(self, box: Box) -> None:
        """Take this place."""
        self._add(box, _bands(box))

    def add_if_free(self, box: Box) -> bool:
        """Take this place and return True, unless it is taken.

        >>> taken = Taken()
        >>> taken.add_if_free(Box(0, 0, 10, 10)), taken.add_if_free(Box(5, 5, 10, 10))
        (True, False)
        """
        bands = _bands(box)
        is_free = self._in_the_way(box, bands) is None
        if is_free:
            self._add(box, bands)
        return is_free

    def is_free(self, box: Box) -> bool:
        """Whether nothing is written here."""
        return self._in_the_way(box, _bands(box)) is None

    def first_free(self, box: Box) -> Box:
        """Return the box, moved down as little as it takes to be free."""
        while (other := self._in_the_way(box, _bands(box))) is not None:
            box = box._replace(y=other.y + other.height + 1)
        return box

    def _add(self, box: Box, bands: range) -> None:
        for band in bands:
            self._bands[band].append(box)

    def _in_the_way(self, box: Box, bands: range) -> Box | None:
        left, top = box.x, box.y
        right, bottom = left + box.width, top + box.height
        for band in bands:
            for other in self._bands.get(band, ()):
                # `overlaps`, written out: nothing else is asked as often
                if (
                    other.x < right
                    and left < other.x + other.width
                    and other.y < bottom
                    and top < other.y + other.height
                ):
                    return other
        return None
