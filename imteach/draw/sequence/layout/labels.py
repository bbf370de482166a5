"""What is written of each packet: its label on its arrow, what became of it, and what is unusual about it."""

from collections.abc import Sequence

from imteach.draw.letters.measure import text_width
from imteach.draw.sequence.chronicle.chronicle import Chronicle
from imteach.draw.sequence.layout.boxes import Box, Taken
from imteach.draw.sequence.layout.page import Page
from imteach.draw.sequence.layout.shapes import LABEL_SIZE, NOTE_SIZE, PILL_HEIGHT, Words
from imteach.draw.sequence.layout.timeline import LINE_HEIGHT
from imteach.draw.sequence.layout.way import Way
from imteach.draw.sequence.words import in_few_words, packet_label
from imteach.plain import plain
from imteach.protocol import Value
from imteach.trace import PacketRecord

ALONG = (0.3, 0.42, 0.2, 0.56, 0.7)  # which part of its way a label stands at, the best first
MOST_CROSSED = 3  # arrows: words that would stand across more are left out


class Label(Value, frozen=True):
    """What stands on a packet's arrow, and how wide it is."""

    text: str
    width: float


def labels_of(chronicle: Chronicle) -> list[Label]:
    """Return the label of each packet."""
    texts = [packet_label(packet, chronicle.several) for packet in chronicle.trace.packets]
    return [Label(text, text_width(text, LABEL_SIZE, bold=True) + 14) for text in texts]


def pills_of(page: Page) -> tuple[Sequence[Box], Taken]:
    """Return each label's place, and the places then taken: in the middle if all fit, else nearer to the senders."""
    return _pills(page, 0.5) or _pills(page, 0.3) or ([_free_pill(page, way) for way in page.ways], page.taken)


def _pills(page: Page, along: float) -> tuple[list[Box], Taken] | None:
    """Return the labels at this part of their ways, and the places then taken; None if they do not all fit."""
    taken, pills = page.taken.copy(), []
    for way in page.ways:
        pill = way.pill(along)
        if not (way.is_stub or taken.add_if_free(pill)):
            return None
        pills.append(pill)
    return pills, taken


def _free_pill(page: Page, way: Way) -> Box:
    """Return a place for a label on its arrow where no other stands; below the arrow if there is none."""
    if way.is_stub:
        return way.pill(0)
    for along in ALONG:
        pill = way.pill(along)
        if page.taken.add_if_free(pill):
            return pill
    pill = page.taken.first_free(way.pill(ALONG[0]))
    page.taken.add(pill)
    return pill


def fate_words(page: Page, packet: PacketRecord, way: Way, pill: Box | None, taken: Taken) -> list[Words]:
    """Return what became of a packet, in the first place between its lifelines that is not taken."""
    why = plain(in_few_words(page.chronicle.why.get(packet.name, "")))
    left, right = sorted([page.columns.x[packet.src], page.columns.x[packet.dst]])
    ending = page.chronicle.ending(packet)
    for text in [f"lost: {why}", why] if why else [ending]:
        for box in way.fate_words(text_width(text, NOTE_SIZE)):
            if left <= box.x and box.x + box.width <= right and taken.add_if_free(box):
                return [Words(text, box)]
    width = text_width(ending, NOTE_SIZE)
    near = [box for box in way.near_cross(width) if left <= box.x and box.x + box.width <= right]
    free = next(filter(taken.is_free, [*near, *(_around(pill, width) if pill else ())]), None)
    box = free or min(map(taken.first_free, near), key=lambda box: box.y)
    taken.add(box)
    return [Words(ending, box)]


def remark(page: Page, packet: PacketRecord, pill: Box, taken: Taken) -> list[Words]:
    """Return what is unusual about a packet beside its label, if there is room."""
    text = ", ".join(page.chronicle.remarks[packet.name])
    width = text_width(text, NOTE_SIZE)
    best = page.lines.clearest(filter(taken.is_free, _around(pill, width)))
    if best is None or best[0] > MOST_CROSSED:
        return []
    taken.add(best[1])
    return [Words(text, best[1], is_remark=True)]


def _around(pill: Box, width: float) -> list[Box]:
    """Return the places for words of this width around a label."""
    x = pill.x + pill.width / 2 - width / 2
    down = PILL_HEIGHT + 1
    boxes = [Box(x + dx, pill.y + dy, width, LINE_HEIGHT) for dx in (0, 30, -30) for dy in (down, -LINE_HEIGHT - 1)]
    return boxes + [pill._replace(x=at, width=width) for at in (pill.x + pill.width + 4, pill.x - width - 4)]
