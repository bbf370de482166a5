"""The arrows: how far each packet comes on its way, and all that is seen of it."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from imteach.draw.sequence.layout.boxes import Box
from imteach.draw.sequence.layout.labels import Label, fate_words, pills_of, remark
from imteach.draw.sequence.layout.page import Page
from imteach.draw.sequence.layout.shapes import PILL_HEIGHT, Arrow, Words
from imteach.draw.sequence.layout.way import Way
from imteach.trace import PacketRecord

DOT = 8.0  # what is kept free around the dot of a moment
DROPPED_AT = 0.6  # of its way: how far a packet that is dropped is drawn
STUB, SHORT_OF = 34.0, 16.0  # how far a packet goes that cannot leave; how short of its end one nobody takes
SIDE_BY_SIDE = 9.0  # pixels down: arrows that run side by side are at least this far apart somewhere


def ways_of(page: Page, labels: Sequence[Label]) -> list[Way]:
    """Return the way of each packet, as far as it came: none along another, no ✕ on another."""
    ways = [_way(page, *each) for each in zip(page.chronicle.trace.packets, labels, strict=True)]
    ways = _side_by_side(ways) if page.columns.between else ways
    ways = [_ending(page, way) if way.fate and not way.is_stub else way for way in ways]
    return [_moved(page, way) if way.is_stub else way for way in ways]


def _way(page: Page, packet: PacketRecord, label: Label) -> Way:
    """Return a packet's way, as far as it came."""
    chronicle, timeline, x = page.chronicle, page.timeline, page.columns.x
    x0, x1 = x[packet.src], x[packet.dst]
    y0, y1 = timeline.y[chronicle.sent_in[packet.name]], timeline.end[packet.name]
    fate = "" if packet.fate == "arrived" else packet.fate
    is_stub = bool(fate) and chronicle.never_left(packet)
    if fate:
        across = abs(x1 - x0)
        far = _dropped_at(page, packet) if fate == "dropped" else (STUB if is_stub else across - SHORT_OF) / across
        x1 = x0 + (x1 - x0) * far
        if chronicle.trace.timed or is_stub:  # without a clock, its end stands at the height of its moment
            y1 = y0 + (y1 - y0) * far
    return Way(label.text, label.width, x0, y0 + page.top, x1, y1 + page.top, fate, is_stub)


def _dropped_at(page: Page, packet: PacketRecord) -> float:
    """How much of a dropped packet's way is drawn: less if it is slow, because each is dropped equally early."""
    takes, usual = packet.due - packet.sent, page.chronicle.usual(packet)
    return DROPPED_AT * max(usual / takes, 0.3) if takes > usual else DROPPED_AT


def _side_by_side(ways: list[Way]) -> list[Way]:
    """Return ways so that no two from one dot lie on each other: the steeper one starts a little lower.

    They would lie on each other where people on one side of the server stand as far from it as their links are slow.
    """
    from_dot: dict[tuple[float, float, int], list[int]] = {}
    for number, way in enumerate(ways):
        from_dot.setdefault((way.x0, way.y0, way.toward), []).append(number)
    moved = ways.copy()
    for numbers in from_dot.values():
        lower = 0.0
        for one, other in pairwise(sorted(numbers, key=lambda number: (ways[number].slope, ways[number].across))):
            upper, way = ways[one], ways[other]
            if (way.slope - upper.slope) * min(way.across, upper.across) < SIDE_BY_SIDE:
                lower += SIDE_BY_SIDE
            moved[other] = way.lowered(lower)
    return moved


def _ending(page: Page, way: Way) -> Way:
    """Return a way whose ✕ stands on no other ✕: if it would, the way ends earlier. Words keep off every ✕."""
    part = 1.0
    while part > 0.3 and not page.taken.is_free(way.part(part).cross()):
        part -= 0.1
    page.taken.add(way.part(part).cross())
    return way.part(part)


def _moved(page: Page, way: Way) -> Way:
    """Return a way that never left its sender, down to where its ✕ and label are free of others."""
    free = page.taken.first_free(way.stub())
    page.taken.add(free)
    return way._replace(y1=free.y + PILL_HEIGHT / 2)


def arrows_of(page: Page) -> list[Arrow]:
    """Return every packet's arrow, with its label and whatever else is written of it."""
    _keep_dots_free(page)
    early = [fate_words(page, *pair, None, page.taken) if pair[1].fate == "lost" else [] for pair in _pairs(page)]
    pills, taken = pills_of(page)
    arrows = []
    for (packet, way), pill, words in zip(_pairs(page), pills, early, strict=True):
        if way.fate == "dropped":
            words = fate_words(page, packet, way, pill, taken)
        if packet.name in page.chronicle.remarks:
            words = [*words, *remark(page, packet, pill, taken)]
        arrows.append(_arrow(page, packet, way, pill, words))
    return arrows


def _keep_dots_free(page: Page) -> None:
    """Keep labels off the dots of people between others and the server: a label there would seem to be theirs."""
    between = page.columns.between
    for moment in page.chronicle.moments if between else ():
        if moment.node in between and (moment.arrived or moment.sends):
            x, y = page.columns.x[moment.node], page.y(moment)
            page.taken.add(Box(x - DOT, y - DOT, 2 * DOT, 2 * DOT))


def _pairs(page: Page) -> Iterator[tuple[PacketRecord, Way]]:
    return zip(page.chronicle.trace.packets, page.ways, strict=True)


def _arrow(page: Page, packet: PacketRecord, way: Way, pill: Box, words: list[Words]) -> Arrow:
    chronicle, name = page.chronicle, packet.name
    return Arrow(
        packet,
        chronicle.ended[name],
        way.x0,
        way.y0,
        way.x1,
        way.y1,
        way.label,
        pill,
        chronicle.fate(packet),
        chronicle.why.get(name, ""),
        chronicle.remarks.get(name, []),
        words,
        way.is_stub,
    )
