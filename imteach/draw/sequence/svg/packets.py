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
    ends = f'x1="{x0}" y1="{y0}" x2="{n(arrow.x1)}" y2="{n(arrow.y1)}"'
    head = _head(arrow, half) if arrow.has_head else ""
    dot = f'<circle class="imt-dot" cx="{x0}" cy="{y0}" r="3.6"/>'
    way = f'<g class="{classes}"><line class="imt-line" {ends}/>{head}{dot}</g>'
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


def _head(arrow: Arrow, half: str) -> str:
    """The head of an arrow: filled for the msg half, open for the ack half."""
    across = arrow.x1 - arrow.x0
    x, y, barbs = _barbs(across > 0, round((arrow.y1 - arrow.y0) / across, 2), half)
    return f'<path class="imt-head" d="M{arrow.x1 + x:.1f} {arrow.y1 + y:.1f}{barbs}"/>'


@lru_cache(maxsize=4096)  # most arrows of a picture have one of a few slopes
def _barbs(to_right: bool, slope: float, half: str) -> tuple[float, float, str]:
    """Where a head begins, seen from the end of its arrow, and how it goes on from there."""
    toward = 1 if to_right else -1
    ux, uy = toward / sqrt(1 + slope * slope), toward * slope / sqrt(1 + slope * slope)
    along, aside = (10 * ux, 10 * uy), (4.4 * uy, -4.4 * ux)
    there, back = (along[0] - aside[0], along[1] - aside[1]), (-along[0] - aside[0], -along[1] - aside[1])
    barbs = f"l{n(there[0])} {n(there[1])}l{n(back[0])} {n(back[1])}" + ("Z" if half == "msg" else "")
    return aside[0] - 12 * ux, aside[1] - 12 * uy, barbs


def _button(arrow: Arrow, half: str, classes: str, shapes: list[list[Point]], unit: str) -> str:
    """The button that a packet is: an invisible shape to hit, the label, and the ✕ if it was lost."""
    packet, fate = arrow.packet, arrow.packet.fate
    x, y, width = arrow.pill.x, arrow.pill.y, arrow.pill.width
    pressed = "true" if fate == "dropped" else "false"
    pill = short(
        f'<rect class="imt-pill" x="{n(x)}" y="{y:.1f}" width="{n(width)}" {_CORNERS[half]}/>'
        f'<text class="imt-label" x="{n(x + width / 2)}" y="{y + 12.9:.1f}" text-anchor="middle">'
    )
    remarks = [text_at("imt-note imt-remark", *start(word), word.text) for word in arrow.words if word.is_remark]
    ending = arrow.fate if arrow.is_under_way else ""
    told = html.escape(packet_sentence(packet, arrow.remarks, arrow.why, unit, ending))
    return (
        f'<g class="imt-packet {classes}" role="button" tabindex="-1" data-packet="{escape(packet.name)}" '
        f'data-kind="{escape(packet.kind)}" data-fate="{fate}" aria-pressed="{pressed}" '
        f'aria-label="{told}"><path class="imt-hit" d="{_outline(shapes)}"/>'
        f"{'' if arrow.has_head else _cross(arrow)}{_fate(arrow)}"
        f"{pill}{written(arrow.label)}</text>{''.join(remarks)}</g>"
    )


def _outline(shapes: list[list[Point]]) -> str:
    """The path around what can be hit of a packet."""
    if len(shapes) == 1 and len(shapes[0]) == 6:  # as most: level, along above the line, upright, and so back below it
        (x0, y0), (bend, _), (x1, above), (_, y1), (back, _), (_, below) = shapes[0]
        d = f"M{n(x0)} {n(y0)}H{bend:.1f}L{n(x1)} {above:.1f}V{n(y1)}H{back:.1f}L{n(x0)} {below:.1f}Z"
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
