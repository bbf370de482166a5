"""A trace in a notebook: a picture that shows even before anything is run."""

import re

from imteach.draw.sequence.svg.picture import to_svg
from imteach.draw.sequence.text import to_text
from imteach.draw.sequence.window import Window
from imteach.draw.sequence.words import title
from imteach.tell import in_short
from imteach.themes import as_image, image_tag
from imteach.trace import Trace

MOST_SHOWN = 500  # packets
SMALLEST = 0.87  # of its size: smaller, its words would be less than 10 px high


def mimebundle(trace: Trace) -> dict[str, str]:
    """Return a trace as a notebook shows it: `text/html` with the diagram as an image, and `text/plain`.

    An image, because JupyterLab removes inline SVG from notebooks that it does not trust yet. A trace of more than
    `MOST_SHOWN` packets shows as two lines of text: its picture would freeze the page.

    >>> from imteach import Scenario
    >>> sorted(mimebundle(Scenario("basic").run()))
    ['text/html', 'text/plain']
    """
    if len(trace.packets) > MOST_SHOWN:
        return {"text/plain": f"{trace!r}\n{len(trace.packets)} packets: too many to show; to_svg() draws them all"}
    return {"text/html": image(trace), "text/plain": to_text(trace)}


def image(trace: Trace, window: Window | None = None) -> str:
    """Return the sequence diagram, or a window of it, as an HTML image that stands alone, with its alternative text."""
    return as_image(to_svg(trace, window=window), alt_text(trace))


def scrolling_image(trace: Trace) -> str:
    """Return that image in a place of its own, which scrolls sideways where it would have to be made too small."""
    svg = to_svg(trace)
    width = float(re.search(r'width="([0-9.]+)"', svg)[1])  # type: ignore[index]  # each picture says how wide it is
    style = f"min-width:{SMALLEST * width:.0f}px;max-width:100%"
    return f'<div style="overflow-x:auto">{as_image(svg, alt_text(trace), style=style)}</div>'


def tag(trace: Trace) -> tuple[str, str]:
    """Return that image's tag in two parts: before and after the picture's data, which is in base64."""
    return image_tag(alt_text(trace))


def alt_text(trace: Trace) -> str:
    """Return what the diagram shows, for those who cannot see it.

    >>> from imteach import Scenario
    >>> alt_text(Scenario("basic").run()).startswith("Sequence diagram: basic, nothing dropped.")
    True
    """
    return f"Sequence diagram: {title(trace)}. {in_short(trace)}"
