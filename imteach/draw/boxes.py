"""Rectangles, and which places of a picture are taken: so that nothing written overlaps anything written."""

from typing import NamedTuple


class Box(NamedTuple):
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


class Taken:
    """The places where something is written already, found by height."""

    BAND = 32.0

    def __init__(self) -> None:
        self._bands: dict[int, list[Box]] = {}

    def copy(self) -> "Taken":
        """Return the same places, to try something with."""
        taken = Taken()
        taken._bands = {band: list(boxes) for band, boxes in self._bands.items()}
        return taken

    def add(self, box: Box) -> None:
        """Take this place."""
        for band in self._range(box):
            self._bands.setdefault(band, []).append(box)

    def add_if_free(self, box: Box) -> bool:
        """Take this place and return True, unless it is taken.

        >>> taken = Taken()
        >>> taken.add_if_free(Box(0, 0, 10, 10)), taken.add_if_free(Box(5, 5, 10, 10))
        (True, False)
        """
        if self._in_the_way(box) is not None:
            return False
        self.add(box)
        return True

    def first_free(self, box: Box) -> Box:
        """Return the box, moved down as little as it takes to be free."""
        while (other := self._in_the_way(box)) is not None:
            box = box._replace(y=other.y + other.height + 1)
        return box

    def _in_the_way(self, box: Box) -> Box | None:
        return next((o for band in self._range(box) for o in self._bands.get(band, ()) if o.overlaps(box)), None)

    def _range(self, box: Box) -> range:
        return range(int(box.y // self.BAND), int((box.y + box.height) // self.BAND) + 1)
