"""What stands beside the lifelines: the lines of each moment, as one block where nothing else is written."""

from collections.abc import Iterator
from functools import lru_cache

from imteach.draw.letters.measure import fit, text_width
from imteach.draw.sequence.chronicle.chronicle import Chronicle
from imteach.draw.sequence.chronicle.moments import Moment, NoteLine
from imteach.draw.sequence.layout.boxes import Box
from imteach.draw.sequence.layout.page import Page
from imteach.draw.sequence.layout.shapes import NOTE_SIZE, Note
from imteach.draw.sequence.layout.timeline import line_height
from imteach.protocol import SERVER, Value

NOTE_ROOM = 170.0  # the widest a note may be


class Written(Value, frozen=True):
    """What is written of a line, and the room that the line takes."""

    text: str
    width: float
    height: float


class Block(Value, frozen=True):
    """What is written of all lines of a moment, and the room that they take."""

    lines: list[Written]
    width: float
    height: float


def blocks_of(chronicle: Chronicle) -> dict[int, Block]:
    """Return what is written of each moment that has lines, by its number."""
    return {moment.number: _block(tuple(map(_words, moment.lines))) for moment in chronicle.moments if moment.lines}


def room_for_notes(chronicle: Chronicle, blocks: dict[int, Block]) -> dict[str, float]:
    """Return how wide the notes beside each lifeline that has some are."""
    widest: dict[str, float] = {}
    for number, block in blocks.items():
        node = chronicle.moments[number].node
        widest[node] = max(widest.get(node, 0), block.width)
    return widest


def notes_of(page: Page, blocks: dict[int, Block]) -> list[Note]:
    """Return the notes of all moments."""
    return [note for moment in page.chronicle.moments if moment.lines for note in _notes(page, moment, blocks)]


def _notes(page: Page, moment: Moment, blocks: dict[int, Block]) -> Iterator[Note]:
    """Yield the notes of one moment, as a block around its height, moved down where another stands."""
    block = blocks[moment.number]
    side, place = _place(page, moment, block)
    page.taken.add(place)
    edge = place.x if side > 0 else place.x + block.width
    at, y = page.y(moment), place.y
    for line, written in zip(moment.lines, block.lines, strict=True):
        x = edge if side > 0 else edge - written.width
        box = Box(x, y, written.width, written.height)
        yield Note(moment.node, moment.t, at, line, written.text, box, side)
        y += written.height


def _place(page: Page, moment: Moment, block: Block) -> tuple[int, Box]:
    """Return the side and the place of a moment's notes; where others' arrows pass, the place they cross least."""
    columns, node, width, height = page.columns, moment.node, block.width, block.height
    y = page.y(moment) - page.timeline.reach[moment.number][0]
    x, away, side = columns.x[node], columns.bars_width[node] + 6, columns.sides[node]
    if node == SERVER:
        return _beside_server(page, {1: x + away, -1: x - away - width}, y, block)
    box = Box(x + away if side > 0 else x - away - width, y, width, height)
    best = None
    if node in columns.between:
        best = page.clearest(box._replace(y=at) for at in (y, y + height / 3, y + height / 2))
    return side, best or page.taken.first_free(box)


def _beside_server(page: Page, edges: dict[int, float], y: float, block: Block) -> tuple[int, Box]:
    """Return the side and the place of a note of the server's, which may stand on either."""
    away = block.height / 2 + 1
    heights = (y, y + away, y - away, y + 2 * away)
    sides = {Box(edge, at, block.width, block.height): side for at in heights for side, edge in edges.items()}
    best = page.clearest(sides)
    if best is None:
        return 1, page.taken.first_free(Box(edges[1], y, block.width, block.height))
    return sides[best], best


def _words(line: NoteLine) -> NoteLine:
    """Return the line without the event that it tells: the same words then take the same room in every run."""
    return line._replace(event=-1)


def _written(line: NoteLine) -> Written:
    text = fit(line.text, NOTE_SIZE, NOTE_ROOM - 20)
    width = text_width(text, NOTE_SIZE, bold=line.kind in ("status", "again"))
    if line.tag:
        width += text_width(f"{line.tag} ", NOTE_SIZE)
    if line.sign:
        width += text_width(f" {line.sign}", NOTE_SIZE)
    return Written(text, width + (20 if line.is_bubble else 0), line_height(line))


@lru_cache(maxsize=4096)  # a learner who drops one packet sees most lines again
def _block(lines: tuple[NoteLine, ...]) -> Block:
    written = list(map(_written, lines))
    return Block(written, max([line.width for line in written]), sum([line.height for line in written]))
