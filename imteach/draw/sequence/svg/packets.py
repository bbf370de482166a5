"""The packets of a picture: each an arrow, and a button with its label."""

import html
from collections.abc import Iterator
from functools import lru_cache
from math import sqrt

from imteach.draw.sequence.layout.shapes import CROSS, PILL_HEIGHT, Arrow
from imteach.draw.sequence.svg.hits import Point
from imteach.draw.sequence.svg.markup import escape, n, short, start, text_at, written
from imteach.draw.sequence.window import Passing
from imteach.draw.sequence.words import is_again, packet_sentence


def packet_of(arrow: Arrow, shapes: list[list[Point]], unit: str) -> tuple[str, str]:
    """Return what is seen of a packet, in two pieces: its way, and the button with its label."""
    half = arrow.half
    classes = _classes(arrow, half)
    x0, y0 = n(arrow.x0), n(arrow.y0)
    line = f"M{x0} {y0}l{n(arrow.x1 - float(x0))} {n(arrow.y1 - float(y0))}"
    if classes in _SOLID:  # as most: one stroke draws the line and its head
        drawn = f'<path d="{line}{_tip(arrow, half)}"/>'
    else:
        drawn = f'<path class="imt-line" d="{line}"/>{_head(arrow, half) if arrow.has_head else ""}'
    way = f'<g class="{classes}">{drawn}<circle cx="{x0}" cy="{y0}" r="3.6"/></g>'
    return way, _button(arrow, half, classes, shapes, unit)


def passed(passing: list[Passing]) -> Iterator[str]:
    """Yield the ways of other windows' packets, in one piece for all that look alike: there may be many."""
    alike: dict[str, list[str]] = {}
    for seen in passing:
        arrow, half = seen.arrow, seen.arrow.half
        classes = _classes(arrow, half)
        parts = alike.setdefault(classes, [])
        parts[:1] = [f"{parts[0] if parts else ''}M{n(arrow.x0)} {n(arrow.y0)}L{n(arrow.x1)} {n(arrow.y1)}"]
        if seen.starts:
            parts.append(f'<circle class="imt-dot" cx="{n(arrow.x0)}" cy="{n(arrow.y0)}" r="3.6"/>')
        if seen.ends:
            parts.append(_head(arrow, half) if arrow.has_head else _cross(arrow))
    for classes, (ways, *ends) in alike.items():
        yield f'<g class="imt-passing {classes}"><path class="imt-line" d="{ways}"/>{"".join(ends)}</g>'


def _classes(arrow: Arrow, half: str) -> str:
    packet = arrow.packet
    lost = "" if packet.fate == "arrived" else " imt-under-way" if arrow.is_under_way else f" imt-{packet.fate}"
    copy = " imt-copy" if "~" in packet.name else ""
    fabricated = " imt-fabricated" if packet.fabricated else ""
    return f"imt-{half}{lost}{copy}{fabricated}{' imt-again' if is_again(packet) else ''}"


_SOLID = {"imt-msg", "imt-ack", "imt-msg imt-again", "imt-ack imt-again"}


def _head(arrow: Arrow, half: str) -> str:
    """The head of an arrow whose line is dashed, or not its own."""
    return f'<path class="imt-head" d="M{n(arrow.x1)} {n(arrow.y1)}{_tip(arrow, half)}"/>'


def _tip(arrow: Arrow, half: str) -> str:
    """How a path goes on from the end of an arrow to draw its head."""
    across = arrow.x1 - arrow.x0
    return _barbs(across > 0, round((arrow.y1 - arrow.y0) / across, 2), half)


@lru_cache(maxsize=4096)  # most arrows of a picture have one of a few slopes
def _barbs(to_right: bool, slope: float, half: str) -> str:
    """How a head is drawn, seen from the end of its arrow: filled for the msg half, open for the ack half."""
    toward = 1 if to_right else -1
    ux, uy = toward / sqrt(1 + slope * slope), toward * slope / sqrt(1 + slope * slope)
    along, aside = (10 * ux, 10 * uy), (4.4 * uy, -4.4 * ux)
    there, back = (along[0] - aside[0], along[1] - aside[1]), (-along[0] - aside[0], -along[1] - aside[1])
    begin = aside[0] - 12 * ux, aside[1] - 12 * uy
    steps = " ".join([n(number) for corner in (begin, there, back) for number in corner])
    return f"m{steps.replace(' -', '-')}{'Z' if half == 'msg' else ''}"


def _button(arrow: Arrow, half: str, classes: str, shapes: list[list[Point]], unit: str) -> str:
    """The button that a packet is: an invisible shape to hit, the label, and the ✕ if it was lost."""
    packet = arrow.packet
    x, y, width = arrow.pill.x, arrow.pill.y, arrow.pill.width
    pill = short(
        f'<rect x="{n(x)}" y="{y:.1f}" width="{n(width)}" {_CORNERS[half]}/>'
        f'<text x="{n(x + width / 2)}" y="{y + 12.9:.1f}">'
    )
    remarks = [text_at("imt-note imt-remark", *start(word), word.text) for word in arrow.words if word.is_remark]
    ending = arrow.fate if arrow.is_under_way else ""
    told = html.escape(packet_sentence(packet, arrow.remarks, arrow.why, bool(unit), ending))
    return (
        f'<g class="{classes}" role="button" data-packet="{escape(packet.name)}" '
        f'data-fate="{packet.fate}" aria-label="{told}"><path d="{_outline(shapes)}"/>'
        f"{'' if arrow.has_head else _cross(arrow)}{_fate(arrow)}"
        f"{pill}{written(arrow.label)}</text>{''.join(remarks)}</g>"
    )


def _outline(shapes: list[list[Point]]) -> str:
    """The path around what can be hit of a packet."""
    if len(shapes) == 1 and len(shapes[0]) == 6:  # as most: level, along above the line, upright, and so back below it
        corners = [(round(x), round(y)) for x, y in shapes[0]]  # whole pixels: nobody sees where it ends
        (x0, y0), (bend, _), (x1, above), (_, y1), (back, _), (_, below) = corners
        d = f"M{x0} {y0}h{bend - x0}l{x1 - bend} {above - y0}v{y1 - above}h{back - x1}l{x0 - back} {below - y1}z"
        d = d.replace(" -", "-")
    else:
        d = "".join(["M" + "L".join(["%.1f %.1f" % corner for corner in corners]) + "Z" for corners in shapes])  # noqa: UP031
    return d


_CORNERS = {
    half: f'height="{n(PILL_HEIGHT)}" rx="{n(corner)}"' for half, corner in (("msg", PILL_HEIGHT / 2), ("ack", 3))
}


def _cross(arrow: Arrow) -> str:
    """The ✕ at the end of a packet that reached nobody."""
    x, y, half = arrow.x1, arrow.y1, CROSS / 2 - 1
    return (
        f'<path class="imt-cross" d="M{n(x - half)} {n(y - half)}L{n(x + half)} {n(y + half)}'
        f'M{n(x - half)} {n(y + half)}L{n(x + half)} {n(y - half)}"/>'
    )


def _fate(arrow: Arrow) -> str:
    """What became of a packet that reached nobody, or has yet to reach somebody."""
    css = "imt-note imt-quiet" if arrow.is_under_way else "imt-note imt-fate"
    return "".join(text_at(css, *start(word), word.text) for word in arrow.words if not word.is_remark)
