"""How a picture looks: its style sheet, with the rules that few pictures need left out of the others.

Colours are CSS variables with a fallback, so that the lab can follow its theme while a file stands alone and brings
the dark ones along.
"""

from collections.abc import Mapping

from imteach.draw.sequence.layout.shapes import (
    LABEL_SIZE,
    NAME_SIZE,
    NOTE_SIZE,
    ROLE_SIZE,
    TIME_SIZE,
    TITLE_SIZE,
    Layout,
)
from imteach.draw.sequence.window import Stretch
from imteach.themes import COLOURS, DARK, in_the_dark


def _colour(name: str) -> str:
    return f"var(--imt-{name},{COLOURS[name]})"


_RULES = {
    "": 'font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif',
    "text": f"fill:{_colour('ink')};dominant-baseline:auto",
    ".imt-paper": f"fill:{_colour('paper')}",
    ".imt-title": f"font-size:{TITLE_SIZE:g}px;font-weight:600",
    ".imt-name": f"font-size:{NAME_SIZE:g}px;font-weight:600",
    ".imt-role": f"font-size:{ROLE_SIZE:g}px;fill:{_colour('muted')}",
    ".imt-time,.imt-times text": f"font-size:{TIME_SIZE:g}px;fill:{_colour('muted')}",
    ".imt-times": "text-anchor:end",
    ".imt-note": f"font-size:{NOTE_SIZE:g}px",
    ".imt-note:not(.imt-idle)": f"stroke:{_colour('paper')};stroke-width:5;stroke-linejoin:round;paint-order:stroke",
    ".imt-left": "text-anchor:end",
    ".imt-bubble+.imt-note": "stroke:none;text-anchor:middle",
    ".imt-rule": f"stroke:{_colour('rule')};fill:none",
    ".imt-lifeline": f"stroke:{_colour('lifeline')};stroke-width:1.5",
    ".imt-card": f"fill:{_colour('card')};stroke:{_colour('card-edge')}",
    ".imt-msg": f"--imt-half:{_colour('msg')}",
    ".imt-ack": f"--imt-half:{_colour('ack')}",
    ".imt-dropped,.imt-lost": f"--imt-half:{_colour('drop')}",
    ".imt-line,.imt-head,.imt-ways path": "stroke:var(--imt-half);stroke-width:1.8;stroke-linejoin:round;fill:none;"
    "pointer-events:none",
    ".imt-dropped .imt-line,.imt-lost .imt-line": "stroke-dasharray:5 4",
    ".imt-msg .imt-head,.imt-ways .imt-msg path": "fill:var(--imt-half)",
    ".imt-packets path": "fill:transparent;pointer-events:fill",
    ".imt-packets .imt-cross,.imt-cross": "stroke:var(--imt-half);stroke-width:2.8;stroke-linecap:round;"
    "pointer-events:none",
    ".imt-packets rect": f"fill:{_colour('paper')};stroke:var(--imt-half);stroke-width:0.9",
    ".imt-again rect": "stroke-width:1.8",
    ".imt-packets rect+text": f"fill:var(--imt-half);font-size:{LABEL_SIZE:g}px;font-weight:600;text-anchor:middle;"
    "pointer-events:none",
    ".imt-ways circle,.imt-dot": f"fill:var(--imt-half);stroke:{_colour('paper')};stroke-width:1.2;pointer-events:none",
    ".imt-bar": f"fill:{_colour('idle')};stroke:{_colour('lifeline')}",
    ".imt-bar.imt-fired": f"fill:{_colour('timer')};stroke:{_colour('timer-edge')}",
    ".imt-timer": f"fill:{_colour('timer-ink')}",
    ".imt-fate": f"fill:{_colour('drop')}",
    ".imt-quiet,.imt-note tspan,.imt-idle": f"fill:{_colour('muted')}",
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
        ".imt-copy rect": "stroke-dasharray:3 2",
    },
    "fabricated": {
        ".imt-fabricated .imt-line": "stroke-dasharray:12 3 2 3",
        ".imt-fabricated rect": "stroke-dasharray:3 2",
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
    "under way": {".imt-under-way .imt-line": "stroke-dasharray:5 4"},
    "round": {
        ".imt-round path": f"stroke:{_colour('ink')};stroke-width:2;fill:none;stroke-linejoin:round",
        ".imt-round text": f"fill:{_colour('ink')};font-style:italic",
    },
    "node": {".imt-node": "font-weight:600"},
    "crash": {".imt-crash": f"fill:{_colour('drop')}"},
    "unsaid": {".imt-unsaid": f"fill:{_colour('drop')};font-weight:600"},
    "forgotten": {".imt-forgotten": f"fill:{_colour('muted')};font-style:italic"},
    "passing": {".imt-passing": "opacity:0.5"},
    "beside": {
        ".imt-first": f"stroke:{_colour('ink')};stroke-width:1.6;stroke-dasharray:7 4",
        ".imt-first-pill": f"fill:{_colour('ink')}",
        ".imt-first-words": f"fill:{_colour('paper')};font-size:{LABEL_SIZE:g}px;font-weight:600",
        ".imt-told": f"font-size:{NAME_SIZE:g}px",
    },
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


EVERY_RULE = _STYLE + "".join(_MORE.values())
"""The style sheet of any picture, for a page that shows one after another.

With a sheet that changes, a browser looks at everything in the page again.
"""


def style(*layouts: Layout) -> str:
    """Return the style sheet of a picture, or of one that is made of several."""
    seldom = set().union(*map(_seldom, layouts)) | {"beside" for _ in layouts[1:]}
    return _STYLE + "".join(rules for what, rules in _MORE.items() if what in seldom)


def _seldom(layout: Layout) -> set[str]:
    """What a picture has that few have: keys of `_SELDOM`, among others."""
    found = {note.line.kind for note in layout.notes} | {note.line.status for note in layout.notes}
    found |= {gap.kind for gap in layout.gaps} | {"cut" for _ in layout.cuts}
    found |= {f"{bar.ended} timer" for bar in layout.bars}
    found |= {"round"} if layout.round else set()
    found |= {"passing" for _ in (layout.passing if isinstance(layout, Stretch) else ())}
    for arrow in layout.arrows:
        if arrow.is_under_way:
            found.add("under way")
        if arrow.remarks:
            found.update(arrow.remarks, ["remark"])
    return found
