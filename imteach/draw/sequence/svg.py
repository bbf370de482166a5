"""The layout as SVG: one text, the same bytes everywhere, for the lab, a notebook, a file and a page.

Colours are CSS variables with a fallback, so that the lab can follow its theme while a file stands alone and brings
the dark ones along. Everything that a learner typed is escaped: it is text, never markup.
"""

import html
from collections.abc import Iterator, Mapping
from functools import lru_cache
from math import sqrt

from imteach.draw.collector import uncollected
from imteach.draw.letters.direction import isolated, with_isolates
from imteach.draw.letters.measure import fit
from imteach.draw.sequence.hits import Point, hits
from imteach.draw.sequence.layout import (
    BAR,
    CROSS,
    HEAD_HEIGHT,
    HEAD_WIDTH,
    LABEL_SIZE,
    MARGIN,
    NAME_SIZE,
    NOTE_SIZE,
    PILL_HEIGHT,
    ROLE_SIZE,
    TIME_SIZE,
    TITLE_SIZE,
    Arrow,
    Bar,
    CutLink,
    Gap,
    Idle,
    Layout,
    Lifeline,
    Note,
    Words,
    lay_out,
)
from imteach.draw.sequence.window import Passing, Stretch, Window, cut_out
from imteach.draw.sequence.words import is_again, packet_sentence
from imteach.themes import COLOURS, DARK, in_the_dark
from imteach.trace import PacketRecord, Trace

DOWN = 9.0  # how wide the hatched box is that stands for a node that is down


def _colour(name: str) -> str:
    return f"var(--imt-{name},{COLOURS[name]})"


_RULES = {
    "": 'font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif',
    "text": f"fill:{_colour('ink')};dominant-baseline:auto",
    ".imt-paper": f"fill:{_colour('paper')}",
    ".imt-title": f"font-size:{TITLE_SIZE:g}px;font-weight:600",
    ".imt-name": f"font-size:{NAME_SIZE:g}px;font-weight:600",
    ".imt-role": f"font-size:{ROLE_SIZE:g}px;fill:{_colour('muted')}",
    ".imt-time": f"font-size:{TIME_SIZE:g}px;fill:{_colour('muted')}",
    ".imt-note": f"font-size:{NOTE_SIZE:g}px",
    ".imt-note:not(.imt-idle)": f"stroke:{_colour('paper')};stroke-width:5;stroke-linejoin:round;paint-order:stroke",
    ".imt-bubble+.imt-note": "stroke:none",
    ".imt-rule": f"stroke:{_colour('rule')}",
    ".imt-lifeline": f"stroke:{_colour('lifeline')};stroke-width:1.5",
    ".imt-card": f"fill:{_colour('card')};stroke:{_colour('card-edge')}",
    ".imt-msg": f"--imt-half:{_colour('msg')}",
    ".imt-ack": f"--imt-half:{_colour('ack')}",
    ".imt-dropped,.imt-lost": f"--imt-half:{_colour('drop')}",
    ".imt-line": "stroke:var(--imt-half);stroke-width:1.8;fill:none;pointer-events:none",
    ".imt-dropped .imt-line,.imt-lost .imt-line": "stroke-dasharray:5 4",
    ".imt-head": "stroke:var(--imt-half);stroke-width:1.8;stroke-linejoin:round;pointer-events:none",
    ".imt-msg .imt-head": "fill:var(--imt-half)",
    ".imt-ack .imt-head": "fill:none",
    ".imt-cross": "stroke:var(--imt-half);stroke-width:2.8;stroke-linecap:round;pointer-events:none",
    ".imt-pill": f"fill:{_colour('paper')};stroke:var(--imt-half);stroke-width:0.9",
    ".imt-again .imt-pill": "stroke-width:1.8",
    ".imt-label": f"fill:var(--imt-half);font-size:{LABEL_SIZE:g}px;font-weight:600;pointer-events:none",
    ".imt-hit": "fill:transparent;pointer-events:fill",
    ".imt-dot": f"fill:var(--imt-half);stroke:{_colour('paper')};stroke-width:1.2;pointer-events:none",
    ".imt-bar": f"fill:{_colour('idle')};stroke:{_colour('lifeline')}",
    ".imt-bar.imt-fired": f"fill:{_colour('timer')};stroke:{_colour('timer-edge')}",
    ".imt-timer": f"fill:{_colour('timer-ink')}",
    ".imt-fate": f"fill:{_colour('drop')}",
    ".imt-quiet,.imt-tag,.imt-idle": f"fill:{_colour('muted')}",
    ".imt-again-note": f"fill:{_colour('drop')};font-weight:600",
    ".imt-status": "font-weight:600",
    ".imt-sending": f"fill:{_colour('muted')}",
    ".imt-delivered": f"fill:{_colour('good')}",
    ".imt-failed": f"fill:{_colour('drop')}",
    ".imt-unconfirmed": f"fill:{_colour('timer-ink')}",
    ".imt-bubble": f"fill:{_colour('bubble')};stroke:{_colour('bubble-edge')}",
    ".imt-bubble.imt-said": f"fill:{_colour('card')};stroke:{_colour('card-edge')}",
    ".imt-wave": f"stroke:{_colour('muted')};fill:none;stroke-width:1.2",
}
_SELDOM = {
    "copy": {
        ".imt-copy .imt-line": "stroke-dasharray:1.5 4;stroke-linecap:round",
        ".imt-copy .imt-pill": "stroke-dasharray:3 2",
    },
    "fabricated": {
        ".imt-fabricated .imt-line": "stroke-dasharray:12 3 2 3",
        ".imt-fabricated .imt-pill": "stroke-dasharray:3 2",
    },
    "remark": {".imt-remark": "fill:var(--imt-half);font-style:italic"},
    "lost timer": {".imt-bar.imt-lost": f"stroke:{_colour('drop')};stroke-dasharray:3 2"},
    "out": {".imt-lifeline.imt-out": "stroke-dasharray:1 6;stroke-width:2.4;stroke-linecap:round"},
    "down": {
        ".imt-down": f"fill:{_colour('paper')};stroke:{_colour('down')}",
        ".imt-hatch": f"stroke:{_colour('down')};stroke-width:1.2;fill:none",
    },
    "cut": {
        ".imt-cut": f"fill:{_colour('cut')}",
        ".imt-edge": f"stroke:{_colour('drop')};stroke-width:1.4;stroke-dasharray:2 4",
        ".imt-cut-words": f"fill:{_colour('drop')};font-weight:600",
    },
    "node": {".imt-node": "font-weight:600"},
    "crash": {".imt-crash": f"fill:{_colour('drop')}"},
    "unsaid": {".imt-unsaid": f"fill:{_colour('drop')};font-weight:600"},
    "forgotten": {".imt-forgotten": f"fill:{_colour('muted')};font-style:italic"},
    "passing": {".imt-passing": "opacity:0.5"},
    "written": {".imt-written": f"fill:{_colour('muted')}"},
}
"""Rules that few pictures need, by what needs them: see `_seldom`."""


def _rules(rules: Mapping[str, str]) -> str:
    return "".join(
        ",".join(f".imteach-diagram {part}".rstrip() for part in selector.split(",")) + "{" + rule + "}"
        for selector, rule in rules.items()
    )


_STYLE = _rules(_RULES) + in_the_dark("imteach-diagram", DARK)
_MORE = {css: _rules(rules) for css, rules in _SELDOM.items()}


@uncollected
def to_svg(trace: Trace, rev: int = 0, window: Window | None = None) -> str:
    """Return the sequence diagram of a trace as SVG text. `rev` goes into `data-rev`, for a page that redraws.

    With a `window` (one of `windows(trace)`) only that stretch of it. Raises `InputError` for a window of another run.

    >>> from imteach import Scenario
    >>> to_svg(Scenario("basic").run()).count('role="button"')
    3
    """
    layout = lay_out(trace)
    if window is not None and not (window.is_whole and window.count == len(layout.arrows)):
        layout = cut_out(layout, window)
    passing, about = (layout.passing, f", {layout.words}") if isinstance(layout, Stretch) else ([], "")
    packets = [_packet(*each, layout.unit) for each in zip(layout.arrows, hits(layout), strict=True)]
    backed = len(layout.lifelines) > 3
    gaps: dict[str, list[Gap]] = {line.name: [] for line in layout.lifelines}
    for gap in layout.gaps:
        gaps[gap.node].append(gap)
    width, height, room = n(layout.width), n(layout.height), layout.width - 2 * MARGIN - 8
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="imteach-diagram" role="group" '
        f'aria-label="{escape(f"Sequence diagram: {layout.title}{about}")}" data-rev="{rev}" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
    )
    seldom = _seldom(layout)
    style = _STYLE + "".join(rules for what, rules in _MORE.items() if what in seldom)
    parts = [
        head,
        f"<style>{style}</style>",
        f'<rect class="imt-paper" width="{width}" height="{height}"/>',
        _text("imt-title", MARGIN + 8, MARGIN + 14, fit(layout.title, TITLE_SIZE * 1.12, room)),
        *(
            _text("imt-role", MARGIN + 8, MARGIN + 31 + 15 * row, fit(words, ROLE_SIZE, room))
            for row, words in enumerate(layout.subtitles)
        ),
        *_times(layout),
        *map(_cut, layout.cuts),
        *(_lifeline(line, gaps[line.name], layout) for line in layout.lifelines),
        *map(_bar, layout.bars),
        *_passed(passing),
        *[way for way, _ in packets],  # every line before any words, so that none crosses them out
        *(_idle(stretch, layout) for stretch in layout.breaks),
        *[_note(note, backed) for note in layout.notes],
        *(_text("imt-note imt-cut-words", *_start(words), words.text) for cut in layout.cuts for words in cut.words),
        *[button for _, button in packets],
        "</svg>",
    ]
    return "\n".join(parts)


def _seldom(layout: Layout) -> set[str]:
    """What a picture has that few have: keys of `_SELDOM`, among others."""
    found = {note.line.kind for note in layout.notes} | {note.line.status for note in layout.notes}
    found |= {gap.kind for gap in layout.gaps} | {"cut" for _ in layout.cuts}
    found |= {f"{bar.ended} timer" for bar in layout.bars}
    found |= {"passing" for _ in (layout.passing if isinstance(layout, Stretch) else ())}
    for arrow in layout.arrows:
        if arrow.remarks:
            found.update(arrow.remarks, ["remark"])
    return found


escape = lru_cache(maxsize=4096)(html.escape)  # the same words stand in a picture again and again


@lru_cache(maxsize=4096)
def _words(text: str) -> str:
    """Words of ours as they stand in a `<text>`."""
    return html.escape(with_isolates(text))


@lru_cache(maxsize=1 << 14)  # so do its lifelines, and the heights of its steps
def n(number: float) -> str:
    """Return a coordinate as text, to a tenth of a pixel. See `short` for one that stands in a picture but once.

    >>> n(12.0), n(12.34), n(-0.01)
    ('12', '12.3', '0')
    """
    text = f"{number:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def short(markup: str) -> str:
    """Return markup without words, with coordinates that were written to a tenth of a pixel as `n` writes them.

    >>> short(f'x="{12:.1f}" y="{12.34:.1f}"')
    'x="12" y="12.3"'
    """
    return markup.replace('.0"', '"')


def _text(css: str, x: float, y: float, text: str, anchor: str = "start") -> str:
    anchored = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text class="{css}" x="{n(x)}" y="{n(y)}"{anchored}>{_words(text)}</text>'


def _times(layout: Layout) -> Iterator[str]:
    left, right, end = n(layout.left), n(layout.width - MARGIN), n(layout.left - 6)
    for mark in layout.times:
        y = n(mark.y)
        words = short(f'<text class="imt-time" x="{end}" y="{mark.y + 3.5:.1f}" text-anchor="end">')
        yield f'<line class="imt-rule" x1="{left}" x2="{right}" y1="{y}" y2="{y}"/>{words}{mark.t}{layout.unit}</text>'


def _lifeline(line: Lifeline, gaps: list[Gap], layout: Layout) -> str:
    x, top = line.x, layout.top - HEAD_HEIGHT
    y0s, y1s = [layout.top, *(gap.y1 for gap in gaps)], [*(gap.y0 for gap in gaps), layout.bottom]
    pieces = [_piece(x, y0, y1) for y0, y1 in zip(y0s, y1s, strict=True) if y0 < y1]
    return (
        "".join([*pieces, *map(_gap, gaps)])
        + f'<rect class="imt-card" x="{n(x - HEAD_WIDTH / 2)}" y="{n(top)}" width="{n(HEAD_WIDTH)}" '
        f'height="{n(HEAD_HEIGHT)}" rx="9"/>'
        + _text("imt-name", x, top + 18, fit(line.name, NAME_SIZE * 1.2, HEAD_WIDTH - 12), "middle")
        + _text("imt-role", x, top + 33, line.role, "middle")
    )


def _piece(x: float, y0: float, y1: float, css: str = "imt-lifeline") -> str:
    return f'<line class="{css}" x1="{n(x)}" x2="{n(x)}" y1="{n(y0)}" y2="{n(y1)}"/>'


def _gap(gap: Gap) -> str:
    """A lifeline that is dotted while its person is logged out, and a hatched box while its node is down."""
    if gap.kind == "out":
        return _piece(gap.x, gap.y0, gap.y1, "imt-lifeline imt-out")
    x, height, wide = gap.x - DOWN / 2, gap.y1 - gap.y0, n(DOWN)
    strokes = f"l{wide} -{wide}m-{wide} {n(DOWN + 7)}" * int((height - DOWN) / 7 + 1) if height > DOWN else ""
    return (
        f'<rect class="imt-down" x="{n(x)}" y="{n(gap.y0)}" width="{wide}" height="{n(height)}"/>'
        f'<path class="imt-hatch" d="M{n(x)} {n(gap.y0 + DOWN)}{strokes}"/>'
    )


def _cut(cut: CutLink) -> str:
    """A link that is cut: a tinted stretch between two lifelines, with torn edges where it begins and ends."""
    x0, x1 = cut.x0 + 1, cut.x1 - 1
    ends = [cut.y0, cut.y1] if cut.is_mended else [cut.y0]
    return (
        f'<rect class="imt-cut" x="{n(x0)}" y="{n(cut.y0)}" width="{n(x1 - x0)}" height="{n(cut.y1 - cut.y0)}"/>'
        + "".join(f'<path class="imt-edge" d="M{n(x0)} {n(y)}H{n(x1)}"/>' for y in ends)
    )


def _bar(bar: Bar) -> str:
    height = max(bar.y1 - bar.y0, 2)
    return (
        f'<rect class="imt-bar imt-{bar.ended}" x="{n(bar.x)}" y="{n(bar.y0)}" width="{n(BAR)}" '
        f'height="{n(height)}" rx="4"/>'
    )


def _idle(stretch: Idle, layout: Layout) -> str:
    """A strip across everything, torn at both edges, with what was left out in words."""
    y0, y1 = stretch.box.y - 3, stretch.box.y + stretch.box.height + 3
    x0, x1 = layout.left, layout.width - MARGIN
    steps = int((x1 - x0) / 12)
    wave = "q3 -4 6 0t6 0" * steps
    return (
        f'<rect class="imt-paper" x="{n(x0)}" y="{n(y0)}" width="{n(x1 - x0)}" height="{n(y1 - y0)}"/>'
        f'<path class="imt-wave" d="M{n(x0)} {n(y0)}{wave}"/><path class="imt-wave" d="M{n(x0)} {n(y1)}{wave}"/>'
        + _text("imt-note imt-idle", stretch.box.x + stretch.box.width / 2, y0 + 16, stretch.text, "middle")
    )


def _note(note: Note, backed: bool) -> str:
    """A line beside a lifeline; `backed` with paper where others' arrows go behind it."""
    box, line = note.box, note.line
    tag = f'<tspan class="imt-tag">{_words(line.tag)} </tspan>' if line.tag else ""
    if line.is_bubble:
        sign = f'<tspan class="imt-tag"> {escape(line.sign)}</tspan>' if line.sign else ""
        middle = box.x + box.width / 2
        return (
            f'<rect class="imt-bubble imt-{line.kind}" x="{n(box.x)}" y="{n(box.y + 1.5)}" width="{n(box.width)}" '
            f'height="{n(box.height - 3)}" rx="11"/><text class="imt-note" x="{n(middle)}" y="{n(box.y + 16.5)}" '
            f'text-anchor="middle">{tag}{escape(isolated(note.text))}{sign}</text>'
        )
    css = "imt-again-note" if line.kind == "again" else f"imt-{line.kind}"
    if line.kind in ("status", "node") and line.status:
        css += f" imt-{escape(line.status)}"
    x, anchor = (box.x, "start") if note.side > 0 else (box.x + box.width, "end")
    place = f'x="{n(x)}" y="{n(box.y + 11.5)}" text-anchor="{anchor}"'
    paper = (
        f'<rect class="imt-paper" x="{n(box.x)}" y="{n(box.y)}" width="{n(box.width)}" height="{n(box.height)}"/>'
        if backed
        else ""
    )
    return f'{paper}<text class="imt-note {css}" {place}>{tag}{_words(note.text)}</text>'


def _packet(arrow: Arrow, shapes: list[list[Point]], unit: str) -> tuple[str, str]:
    """What is seen of a packet, in two pieces: its way, and the button with its label."""
    packet, half = arrow.packet, arrow.half
    classes = _classes(packet, half)
    x0, y0 = n(arrow.x0), n(arrow.y0)
    ends = f'x1="{x0}" y1="{y0}" x2="{n(arrow.x1)}" y2="{n(arrow.y1)}"'
    head = _head(arrow, half) if packet.fate == "arrived" else ""
    dot = f'<circle class="imt-dot" cx="{x0}" cy="{y0}" r="3.6"/>'
    way = f'<g class="{classes}"><line class="imt-line" {ends}/>{head}{dot}</g>'
    return way, _button(arrow, half, classes, shapes, unit)


def _passed(passing: list[Passing]) -> Iterator[str]:
    """The ways of other windows' packets, in one piece for all that look alike: there may be many."""
    alike: dict[str, list[str]] = {}
    for seen in passing:
        arrow, half = seen.arrow, seen.arrow.half
        classes = _classes(arrow.packet, half)
        parts = alike.setdefault(classes, [])
        parts[:1] = [f"{parts[0] if parts else ''}M{n(arrow.x0)} {n(arrow.y0)}L{n(arrow.x1)} {n(arrow.y1)}"]
        if seen.starts:
            parts.append(f'<circle class="imt-dot" cx="{n(arrow.x0)}" cy="{n(arrow.y0)}" r="3.6"/>')
        if seen.ends:
            parts.append(_head(arrow, half) if arrow.packet.fate == "arrived" else _cross(arrow))
    for classes, (ways, *ends) in alike.items():
        yield f'<g class="imt-passing {classes}"><path class="imt-line" d="{ways}"/>{"".join(ends)}</g>'


def _classes(packet: PacketRecord, half: str) -> str:
    lost = "" if packet.fate == "arrived" else f" imt-{packet.fate}"
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
    remarks = [_text("imt-note imt-remark", *_start(word), word.text) for word in arrow.words if word.is_remark]
    told = html.escape(packet_sentence(packet, arrow.remarks, arrow.why, unit))
    return (
        f'<g class="imt-packet {classes}" role="button" tabindex="-1" data-packet="{escape(packet.name)}" '
        f'data-kind="{escape(packet.kind)}" data-fate="{fate}" aria-pressed="{pressed}" '
        f'aria-label="{told}"><path class="imt-hit" d="{_outline(shapes)}"/>'
        f"{'' if fate == 'arrived' else _cross(arrow)}"
        f"{pill}{_words(arrow.label)}</text>{''.join(remarks)}</g>"
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


def _start(words: Words) -> tuple[float, float]:
    """Where words in a box begin: the left end of their line."""
    return words.box.x, words.box.y + 11.5


def _cross(arrow: Arrow) -> str:
    """The ✕ at the end of a packet that reached nobody, and what became of it."""
    x, y, half = arrow.x1, arrow.y1, CROSS / 2 - 1
    told = "".join(_text("imt-note imt-fate", *_start(word), word.text) for word in arrow.words if not word.is_remark)
    return (
        f'<path class="imt-cross" d="M{n(x - half)} {n(y - half)}L{n(x + half)} {n(y + half)}'
        f'M{n(x - half)} {n(y + half)}L{n(x + half)} {n(y - half)}"/>{told}'
    )
