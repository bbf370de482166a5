"""A line of text as a terminal shows it: column by column, whatever each letter takes of them."""

from functools import lru_cache

from imteach.draw.letters.direction import BEGIN, with_isolates
from imteach.draw.letters.measure import columns, signs


class TextLine:
    """One line of text, filled column by column."""

    def __init__(self, like: "TextLine | None" = None) -> None:
        self._cells: list[str] = list(like._cells) if like else []

    def put(self, x: int, text: str) -> None:
        """Write `text` from column `x` on, over what stands there."""
        cells = text if text.isascii() else _cells(with_isolates(text))
        self._cells.extend(" " * (x + len(cells) - len(self._cells)))
        self._cells[x : x + len(cells)] = cells

    def fill(self, start: int, end: int, stroke: str) -> None:
        """Write a stroke into every column between two lifelines."""
        self._cells.extend(" " * (max(start, end) - len(self._cells)))
        self._cells[min(start, end) + 1 : max(start, end)] = stroke * (abs(end - start) - 1)

    def is_free(self, x: int, width: int) -> bool:
        """Whether nothing is written in these columns."""
        return not "".join(self._cells[x : x + width]).strip()

    def __str__(self) -> str:
        return "".join(self._cells).rstrip()


@lru_cache(maxsize=4096)  # the same words stand in many lines
def _cells(text: str) -> tuple[str, ...]:
    """Text column by column: a wide sign takes two cells, the second of them empty; what is not seen takes none."""
    cells: list[str] = []
    unseen = ""
    for sign in signs(text):
        if width := columns(sign):
            cells += [unseen + sign, ""][:width]
            unseen = ""
        elif sign == BEGIN or not cells:
            unseen += sign
        else:
            cells[-1] += sign
    return tuple(cells)
