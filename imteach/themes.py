"""Our colours in the light and the dark theme. A picture carries both, and the page that shows it chooses.

The picture in an `<img>` is a document of its own: it cannot see the page's CSS variables, but it knows the
`color-scheme` of its `<img>`. So a still picture carries its dark colours in a rule that holds if that scheme is dark.
`as_image` sets it to light: unless the page chooses, a picture is light, whatever the operating system prefers. A page
with a dark theme says `img.imteach-picture {color-scheme: dark !important}`. JupyterLab removes styles from a notebook
that it does not trust yet; there the page's own `color-scheme` chooses.
"""

from binascii import b2a_base64
from collections.abc import Mapping
from html import escape

COLOURS = {
    "paper": "#ffffff",
    "ink": "#1f2937",
    "muted": "#5b6472",
    "rule": "#eceff3",
    "lifeline": "#8a919e",
    "card": "#f8fafc",
    "card-edge": "#cbd5e1",
    "msg": "#1d4ed8",
    "ack": "#0f766e",
    "drop": "#b91c1c",
    "timer": "#fde68a",
    "timer-edge": "#b45309",
    "timer-ink": "#92400e",
    "idle": "#e5e7eb",
    "bubble": "#dbeafe",
    "bubble-edge": "#93c5fd",
    "good": "#0f766e",
    "cut": "#fdf1f1",
    "down": "#7c8494",
}
"""The values of the variables `--imt-NAME` in the light theme; `imteach/lab/web/common.css` has the same."""

DARK = {
    "paper": "#17191e",
    "ink": "#e6e9ee",
    "muted": "#a4adba",
    "rule": "#262a32",
    "lifeline": "#6d7684",
    "card": "#20242c",
    "card-edge": "#414a58",
    "msg": "#8fb4ff",
    "ack": "#4fd0b8",
    "drop": "#ff8f87",
    "timer": "#6a5114",
    "timer-edge": "#d6a23f",
    "timer-ink": "#f0c776",
    "idle": "#373d48",
    "bubble": "#1d3960",
    "bubble-edge": "#3f6aa8",
    "good": "#4fd0b8",
    "cut": "#2b1e20",
    "down": "#8b95a5",
}
"""The same in the dark theme."""


def in_the_dark(css: str, colours: Mapping[str, str]) -> str:
    """Return the CSS that gives the variables `--imt-NAME` these values if the SVG of this class is shown dark.

    It applies only to an SVG that is a document of its own, an image or a file: inside a page, the page sets the
    variables. The rest of the window then gets dark, too.

    >>> in_the_dark("imteach-graph", {"ink": "#e6e9ee"})
    '@media (prefers-color-scheme:dark){:root.imteach-graph{color-scheme:dark;--imt-ink:#e6e9ee}}'
    """
    values = ";".join(f"--imt-{name}:{value}" for name, value in colours.items())
    return f"@media (prefers-color-scheme:dark){{:root.{css}{{color-scheme:dark;{values}}}}}"


def as_image(svg: str, alt: str, more: str = "", style: str = "", width: float | None = None) -> str:
    """Return an SVG as an HTML image that stands alone: `alt` says what it shows, `more` is one more CSS class.

    >>> as_image("<svg/>", "Nothing", more="imteach-plot", width=750)
    '<img alt="Nothing" class="imteach-picture imteach-plot" style="color-scheme:light" width="750" \
src="data:image/svg+xml;base64,PHN2Zy8+">'
    """
    return b2a_base64(svg.encode(), newline=False).decode().join(image_tag(alt, more, style, width))


def image_tag(alt: str, more: str = "", style: str = "", width: float | None = None) -> tuple[str, str]:
    """Return the tag of such an image in two parts: what stands before the picture's data (in base64), and after it.

    >>> image_tag("Nothing")[1]
    '">'
    """
    classes, styles = f"imteach-picture {more}".rstrip(), f"color-scheme:light;{style}".rstrip(";")
    wide = "" if width is None else f' width="{width:g}"'
    about = f'alt="{escape(alt)}" class="{classes}" style="{styles}"{wide}'
    return f'<img {about} src="data:image/svg+xml;base64,', '">'
