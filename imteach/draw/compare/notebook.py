"""Two runs side by side in a notebook: a picture that shows even before anything is run."""

from imteach.draw.compare.svg import compare_to_svg
from imteach.draw.compare.text import compare_to_text
from imteach.draw.sequence.notebook import MOST_SHOWN
from imteach.draw.sequence.words import title
from imteach.themes import as_image
from imteach.trace.compare import Compare

LEAST = 0.65
"""How small the picture is drawn at most on a page that is too narrow for it; a page narrower still scrolls."""


def compare_mimebundle(compare: Compare) -> dict[str, str]:
    """Return two runs as a notebook shows them: `text/html` with both diagrams as one image, and `text/plain`.

    Where one of them has more than `MOST_SHOWN` packets it is words only: the picture would freeze the page.

    >>> from imteach import Scenario
    >>> sorted(compare_mimebundle(Compare(Scenario("basic").run(), Scenario("acked").run())))
    ['text/html', 'text/plain']
    """
    most = max(len(compare.one.packets), len(compare.other.packets))
    if most > MOST_SHOWN:
        told = "\n".join([f"{compare!r}", *map(str, compare.outcome)])
        return {"text/plain": f"{told}\n{most} packets: too many to show; to_svg() draws them all"}
    return {"text/html": _framed(compare), "text/plain": compare_to_text(compare)}


def _framed(compare: Compare) -> str:
    """Return the picture as an image as wide as the page; what is wider than the page even when small scrolls."""
    svg = compare_to_svg(compare)
    width = float(svg.partition(' width="')[2].partition('"')[0])
    style = f"width:100%;max-width:{width:g}px;min-width:{LEAST * width:.0f}px"
    scrolls = 'style="overflow-x: auto" tabindex="0" data-lm-suppress-shortcuts="true"'
    image = as_image(svg, compare_alt_text(compare), style=style)
    return f'<div class="imteach-compare" role="group" aria-label="Two runs side by side" {scrolls}>{image}</div>'


def compare_alt_text(compare: Compare) -> str:
    """Return what the picture shows, for those who cannot see it.

    >>> from imteach import Scenario
    >>> compare_alt_text(Compare(Scenario("basic").run(), Scenario("basic").run()))
    'Two runs side by side: basic, nothing dropped; basic, nothing dropped. The two runs are the same: 12 events.'
    """
    titles = f"{title(compare.one)}; {title(compare.other)}"
    return " ".join([f"Two runs side by side: {titles}.", f"{compare.sentence}", *map("{}".format, compare.outcome)])
