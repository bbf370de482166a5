"""All of a picture that is no packet: times, lifelines with what stands beside them, cut links, idle stretches."""

from collections.abc import Iterator

from imteach.draw.letters.direction import isolated
from imteach.draw.letters.measure import fit
from imteach.draw.sequence.layout.shapes import (
    BAR,
    HEAD_HEIGHT,
    HEAD_WIDTH,
    MARGIN,
    NAME_SIZE,
    Bar,
    CutLink,
    Gap,
    Idle,
    Layout,
    Lifeline,
    Note,
    Round,
)
from imteach.draw.sequence.svg.markup import escape, n, text_at, written
from imteach.tell.words import capital, from_then_on

TURN = 5.0  # the radius of the corners of what goes round
DOWN = 9.0  # how wide the hatched box is that stands for a node that is down


def time_lines(layout: Layout) -> Iterator[str]:
    """Yield a rule across the page for each time, and the times before them: a line of the file for each."""
    if not layout.times:
        return
    left, right, end = n(layout.left), n(layout.width - MARGIN), n(layout.left - 6)
    rules = "\n".join([f"M{left} {n(mark.y)}H{right}" for mark in layout.times])
    yield f'<path class="imt-rule" d="{rules}"/>'
    yield '<g class="imt-times">'
    yield from (f'<text x="{end}" y="{n(mark.y + 3.5)}">{mark.t}{layout.unit}</text>' for mark in layout.times)
    yield "</g>"


def going_round(round_: Round, unit: str) -> str:
    """Return the line beside the times of what goes round for ever, with an arrow to where it begins again."""
    x, y0, y1, box = round_.x, round_.y0, round_.y1, round_.words.box
    foot = f"M{n(x + TURN + 4)} {n(y1)}h-4q-{n(TURN)} 0 -{n(TURN)} -{n(TURN)}" if round_.ends else f"M{n(x)} {n(y1)}"
    head = f"V{n(y0 + TURN)}q0 -{n(TURN)} {n(TURN)} -{n(TURN)}h4m-5 -4.5l6 4.5l-6 4.5" if round_.begins else f"V{n(y0)}"
    told = escape(f"{capital(from_then_on(round_.since, bool(unit)))} this goes round for ever")
    along, down = n(box.x + 11.5), n(box.y + box.height)
    return (
        f'<g class="imt-round" role="img" aria-label="{told}"><title>{told}</title><path d="{foot}{head}"/>'
        f'<text class="imt-note" x="{along}" y="{down}" transform="rotate(-90 {along} {down})">'
        f"{round_.words.text}</text></g>"
    )


def lifeline(line: Lifeline, gaps: list[Gap], layout: Layout) -> str:
    """Return a lifeline in the pieces that its gaps leave, and its head with name and role."""
    x, top = line.x, layout.top - HEAD_HEIGHT
    y0s, y1s = [layout.top, *(gap.y1 for gap in gaps)], [*(gap.y0 for gap in gaps), layout.bottom]
    pieces = [_piece(x, y0, y1) for y0, y1 in zip(y0s, y1s, strict=True) if y0 < y1]
    return (
        "".join([*pieces, *map(_gap, gaps)])
        + f'<rect class="imt-card" x="{n(x - HEAD_WIDTH / 2)}" y="{n(top)}" width="{n(HEAD_WIDTH)}" '
        f'height="{n(HEAD_HEIGHT)}" rx="9"/>'
        + text_at("imt-name", x, top + 18, fit(line.name, NAME_SIZE * 1.2, HEAD_WIDTH - 12), "middle")
        + text_at("imt-role", x, top + 33, line.role, "middle")
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


def cut_link(cut: CutLink) -> str:
    """Return a link that is cut: a tinted stretch between two lifelines, with torn edges where it begins and ends."""
    x0, x1 = cut.x0 + 1, cut.x1 - 1
    ends = [cut.y0, cut.y1] if cut.is_mended else [cut.y0]
    return (
        f'<rect class="imt-cut" x="{n(x0)}" y="{n(cut.y0)}" width="{n(x1 - x0)}" height="{n(cut.y1 - cut.y0)}"/>'
        + "".join(f'<path class="imt-edge" d="M{n(x0)} {n(y)}H{n(x1)}"/>' for y in ends)
    )


def timer_bar(bar: Bar) -> str:
    """Return the bar of a timer."""
    height = max(bar.y1 - bar.y0, 2)
    ended = "" if bar.ended == "cancelled" else f" imt-{bar.ended}"  # as most: it looks like any bar
    return f'<rect class="imt-bar{ended}" x="{n(bar.x)}" y="{n(bar.y0)}" width="{n(BAR)}" height="{n(height)}" rx="4"/>'


def idle_stretch(stretch: Idle, layout: Layout) -> str:
    """Return a strip across everything, torn at both edges, with what was left out in words."""
    y0, y1 = stretch.box.y - 3, stretch.box.y + stretch.box.height + 3
    x0, x1 = layout.left, layout.width - MARGIN
    steps = int((x1 - x0) / 12)
    wave = "q3 -4 6 0t6 0" + " 6 0" * (2 * steps - 2)
    return (
        f'<rect class="imt-paper" x="{n(x0)}" y="{n(y0)}" width="{n(x1 - x0)}" height="{n(y1 - y0)}"/>'
        f'<path class="imt-wave" d="M{n(x0)} {n(y0)}{wave}M{n(x0)} {n(y1)}{wave}"/>'
        + text_at("imt-note imt-idle", stretch.box.x + stretch.box.width / 2, y0 + 16, stretch.text, "middle")
    )


def note_beside(note: Note, backed: bool) -> str:
    """Return a line beside a lifeline; `backed` with paper where others' arrows go behind it."""
    box, line = note.box, note.line
    tag = f"<tspan>{written(line.tag)} </tspan>" if line.tag else ""
    if line.is_bubble:
        sign = f"<tspan> {escape(line.sign)}</tspan>" if line.sign else ""
        middle = box.x + box.width / 2
        said = "" if line.kind == "shown" else f" imt-{line.kind}"  # as every second: it looks like any bubble
        return (
            f'<rect class="imt-bubble{said}" x="{n(box.x)}" y="{n(box.y + 1.5)}" width="{n(box.width)}" '
            f'height="{n(box.height - 3)}" rx="11"/><text class="imt-note" x="{n(middle)}" y="{n(box.y + 16.5)}">'
            f"{tag}{escape(isolated(note.text))}{sign}</text>"
        )
    css = "imt-again-note" if line.kind == "again" else f"imt-{line.kind}"
    if line.kind in ("status", "node") and line.status:
        css += f" imt-{escape(line.status)}"
    x, left = (box.x, "") if note.side > 0 else (box.x + box.width, " imt-left")
    paper = (
        f'<rect class="imt-paper" x="{n(box.x)}" y="{n(box.y)}" width="{n(box.width)}" height="{n(box.height)}"/>'
        if backed
        else ""
    )
    return (
        f'{paper}<text class="imt-note {css}{left}" x="{n(x)}" y="{n(box.y + 11.5)}">{tag}{written(note.text)}</text>'
    )
