"""A plot of shares over the loss: lines that the closed forms compute, and beside them marks that were counted.

In a notebook it is HTML: an `<img>` with alternative text, and below it the same words to unfold. HTML, because
JupyterLab and nbconvert show a bare picture without alternative text, whatever its metadata say. SVG, because it can
carry the colours of both themes. Each version of matplotlib draws a little differently, so `imteach validate` leaves
plots out when it compares notebooks, and compares the words.
"""

import re
import sys
from collections.abc import Sequence
from html import escape
from importlib.util import find_spec
from io import StringIO
from typing import TYPE_CHECKING, NamedTuple

from imteach.errors import InputError, comes_with
from imteach.tell.words import counted
from imteach.themes import COLOURS, DARK, as_image, in_the_dark
from imteach.verify.count.closed_forms import closed_forms
from imteach.verify.count.stats_tables import NONE, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from imteach.verify.count.result import Measured, Stats


class _Look(NamedTuple):
    """How a share looks: no two look alike, with or without colour. The colours are Okabe and Ito's.

    `colour` is darker than theirs where it must be to stand out from white paper; `dark` is for the dark theme.
    """

    words: str
    colour: str
    dark: str
    marker: str
    line: str


LOOKS = {
    "shown": _Look("shown to the receiver", "#0072B2", "#56B4E9", "o", "-"),
    "delivered": _Look("the sender sees ✓✓", "#007556", "#2FBF95", "s", "--"),
    "false_failure": _Look("failed, yet shown", "#C04A00", "#F0883C", "^", "-."),
    "duplicates": _Look("shown more than once", "#A64D79", "#D98BB5", "D", ":"),
    "silent_loss": _Look("lost without a sign", "#333333", "#D0D4DA", "X", (0, (5, 1, 1, 1, 1, 1))),  # type: ignore[arg-type]
}

SIZE = (7.5, 4)  # inches
DOTS = 100  # an inch, on a notebook's page
CLASS = "imteach-plot"  # by this, comparisons of notebooks recognise a plot

UP_TO = 0.5  # the loss at the right edge, unless more was measured
STEPS = 100  # of a curve
_NOT_HERE = "The program that draws this plot, matplotlib, is not part of this site."

APART = 0.055  # two labels are at least so far apart, as a share of the height


class PlotInWords:
    """What a plot shows, where nothing can draw it: a browser's Python (`imteach site`) comes without matplotlib."""

    def __init__(self, points: Sequence["Stats"]) -> None:
        self.points = points

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        shown = words(self.points).replace("<details>", "<details open>", 1)
        return {"text/html": f"<p>{_NOT_HERE}</p>{shown}", "text/plain": f"{_NOT_HERE} {alt_text(self.points)}"}


def loss_plot(points: Sequence["Stats"]) -> "Figure | PlotInWords":
    """Return a matplotlib figure of stats of one scenario. In a notebook it has words for those who cannot see it.

    Where matplotlib is not installed it raises `InputError`; in a browser, where it cannot be, it returns the words.
    """
    if sys.platform == "emscripten" and find_spec("matplotlib") is None:
        return PlotInWords(points)
    figure = _figure(points)
    axes = figure.add_subplot()
    right = max(UP_TO, *(point.loss for point in points))
    ends = {}
    for name in _drawn(points):
        _draw_points(axes, name, points)
        ends[name] = _draw_curve(axes, name, points, right)
    _label(axes, ends, right)
    _dress(axes, points, right)
    return figure


def alt_text(points: Sequence["Stats"]) -> str:
    """Return what the plot shows, in words.

    >>> from imteach import Scenario
    >>> from imteach.verify import sweep
    >>> alt_text(sweep(Scenario("basic"), losses=[0.5], messages=100).points).partition(";")[0]
    'Plot of shares over the loss, basic, 100 messages. 50% loss: shown to the receiver 26.0% (computed 25.0%)'
    """
    return f"{_title(points)} {' '.join(_said(points))}"


def as_html(figure: "Figure", points: Sequence["Stats"]) -> str:
    """Return the picture as an HTML image that stands alone, with its alternative text, and the words to unfold."""
    picture = as_image(_svg(figure), alt_text(points), more=CLASS, width=SIZE[0] * DOTS)
    return f"{picture}{words(points)}"


def words(points: Sequence["Stats"]) -> str:
    """Return the same as HTML to unfold, a line for each loss."""
    lines = "".join(f"<li>{escape(line)}</li>" for line in _said(points))
    return f"<details><summary>The plot in words</summary><p>{escape(_title(points))}</p><ul>{lines}</ul></details>"


def _title(points: Sequence["Stats"]) -> str:
    return f"Plot of shares over the loss, {points[0].scenario.rung}, {_messages(points)}."


def _messages(points: Sequence["Stats"]) -> str:
    each = " each" if len(points) > 1 else ""
    return f"{counted(max(point.messages for point in points), 'message')}{each}"


def _said(points: Sequence["Stats"]) -> list[str]:
    shares = _drawn(points)
    said = []
    for point in points:
        values = "; ".join(f"{LOOKS[name].words} {_counted_and_computed(point.measures[name])}" for name in shares)
        said.append(f"{percent(point.loss)} loss: {values}.")
    return said


def _counted_and_computed(share: "Measured") -> str:
    """A share, as precise as it can be seen in the picture.

    >>> from imteach.verify.count.result import Measured
    >>> _counted_and_computed(Measured(0.79, 0.74, 0.83, 0.79421)), _counted_and_computed(Measured(0.79))
    ('79.0% (computed 79.4%)', '79.0%')
    """
    value, form = (NONE if x is None else f"{x:.1%}" for x in (share.value, share.form))
    return value if share.form is None else f"{value} (computed {form})"


def _drawn(points: Sequence["Stats"]) -> list[str]:
    """The shares with something to show."""
    measured = [point.measures for point in points]
    return [name for name in LOOKS if any(m[name].value or m[name].form for m in measured)] or ["shown"]


def _draw_points(axes: "Axes", name: str, points: Sequence["Stats"]) -> None:
    look = LOOKS[name]
    known = [(point.loss, point.measures[name]) for point in points if point.measures[name].value is not None]
    for loss, (value, low, high, _) in known:
        assert value is not None
        around = None if low is None or high is None else [[max(0, value - low)], [max(0, high - value)]]
        axes.errorbar(
            loss, value, yerr=around, color=look.colour, marker=look.marker, markersize=5, capsize=3, linewidth=1.2
        )


def _draw_curve(axes: "Axes", name: str, points: Sequence["Stats"], right: float) -> tuple[float, float]:
    """Draw the closed form, or where none is known a line from point to point; return where it ends on the right."""
    look, first = LOOKS[name], points[0]
    losses = [right * step / STEPS for step in range(STEPS + 1)]
    heights = [closed_forms(first.scenario, loss, first.given).get(name) for loss in losses]
    if None in heights:
        known = sorted((point.loss, point.measures[name].value or 0) for point in points)
        losses, heights = [loss for loss, _ in known], [value for _, value in known]
    axes.plot(losses, heights, color=look.colour, linestyle=look.line, linewidth=1.5)  # type: ignore[arg-type]
    return losses[-1], heights[-1] or 0


def _label(axes: "Axes", ends: dict[str, tuple[float, float]], right: float) -> None:
    """Write beside each curve's end what it is; labels keep a distance from each other."""
    below = -1.0
    for name, end in sorted(ends.items(), key=lambda end: end[1][1]):
        look = LOOKS[name]
        below = max(end[1], below + APART)
        axes.annotate(
            look.words,
            xy=end,
            xytext=(right * 1.04, below),
            color=look.colour,
            va="center",
            annotation_clip=False,
            # To the middle of the label's left edge, not of the label: then it crosses no label below
            arrowprops={"arrowstyle": "-", "color": look.colour, "linewidth": 0.6, "relpos": (0, 0.5)},
        )


def _dress(axes: "Axes", points: Sequence["Stats"], right: float) -> None:
    from matplotlib.ticker import PercentFormatter

    first = points[0]
    lines = "from mark to mark" if first.why_no_form else "computed by the closed forms"
    how = f"marks: counted, with 95% intervals; lines: {lines}"
    axes.set_title(f"{first.scenario.rung}, {_messages(points)}\n{how}", fontsize=10, loc="left")
    axes.set(
        xlim=(-0.01, right * 1.02),
        ylim=(-0.02, 1.03),
        xlabel="chance that a packet is lost",
        ylabel="share of the messages",
    )
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25)


def _figure(points: Sequence["Stats"]) -> "Figure":
    """Return an empty figure that shows itself in a notebook with its words."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise InputError(f"matplotlib is not installed; {comes_with('plot')}", where="plot") from None

    class Plot(Figure):
        def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
            return {"text/html": as_html(self, points), "text/plain": alt_text(points)}

    return Plot(figsize=SIZE, layout="constrained", facecolor="white")


_SAID = re.compile(r"<metadata>.*?</metadata>|<!--.*?-->", re.DOTALL)  # what made it, and a copy of each text
_TOO_FINE = re.compile(r"\b([1-9]\d*\.\d\d)\d+")  # a hundredth of a point is enough; factors of glyphs begin with 0
_COLOURED = re.compile(r"(fill|stroke): (#[0-9a-f]{6})")
_INKS = {"#ffffff": ("paper", COLOURS["paper"]), "#000000": ("ink", COLOURS["ink"])}
_INKS |= {look.colour.lower(): (name, look.colour) for name, look in LOOKS.items()}
_DARK = {name: DARK[name] for name in ("paper", "ink")} | {name: look.dark for name, look in LOOKS.items()}
_STYLE = f".{CLASS}{{fill:var(--imt-ink,{COLOURS['ink']})}}{in_the_dark(CLASS, _DARK)}"  # matplotlib omits black


def _svg(figure: "Figure") -> str:
    """The figure as SVG in which our colours are CSS variables, with their values in the dark theme.

    Text becomes paths, because a browser's font would be wider or narrower than the room that matplotlib kept for it.
    Black text and lines, such as a learner's own, get the colour of ink.
    """
    from matplotlib import rc_context

    written = StringIO()
    with rc_context({"svg.fonttype": "path", "svg.hashsalt": CLASS}):  # the same ids in it each time
        figure.savefig(written, format="svg", metadata={"Date": None})
    svg = _SAID.sub("", written.getvalue().partition("<svg")[2])
    svg = _COLOURED.sub(_themed, _TOO_FINE.sub(r"\1", re.sub(r"\s*\n\s*", "\n", svg)))
    head, _, rest = svg.partition(">")
    return f'<svg class="{CLASS}"{head}><style>{_STYLE}</style>{rest}'


def _themed(found: re.Match[str]) -> str:
    """A colour as a variable, if it is one of ours; a learner's own stays."""
    name, colour = _INKS.get(found[2], ("", ""))
    return f"{found[1]}:var(--imt-{name},{colour})" if name else found[0]
