"""A graph of states in a notebook: a picture if `dot` is here, else drawn in the browser, else words."""

from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING, Any

from imteach.draw.graph_dot import graph_to_dot, refuse_too_large
from imteach.draw.graph_svg import alt_text, graph_to_svg, graph_to_text
from imteach.errors import InputError

if TYPE_CHECKING:
    from imteach.verify.graph import Graph

MOST_UNZOOMED = 15  # states that are large enough if the browser makes them fit its width
PAGE = 900  # about how many pixels a notebook's page has for its outputs
WHOLE = ' style="max-width: none"'  # JupyterLab makes images as narrow as the page
SCROLLS = (
    'style="overflow-x: auto" tabindex="0" role="group" data-lm-suppress-shortcuts="true" '
    'aria-label="The picture is wider than the page: scroll it with the arrow keys"'
)


def graph_mimebundle(graph: "Graph") -> dict[str, Any]:
    """Return a graph as a notebook shows it.

    An image, with its text for those who cannot see it. Without `dot` the browser lays it out: graphviz-anywidget
    brings graphviz for the browser along, and needs no internet. Then the graph in words stands below it. What is too
    large is told in a line, and what cannot be drawn in words.
    """
    try:
        refuse_too_large(graph)
    except InputError as error:
        return {"text/plain": f"{graph!r}\nNot drawn: {error}"}
    text = graph_to_text(graph)
    try:
        return {"text/html": _image(graph), "text/plain": text}
    except InputError as error:
        told = f"Not drawn: {error}\n"
        return _live(graph, text, told) or {"text/plain": f"{told}\n{text}"}


def _image(graph: "Graph") -> str:
    """The picture as an image that stands alone; one that is wider than a page is not made smaller, but scrolls."""
    svg = graph_to_svg(graph)
    data = b64encode(svg.encode()).decode()
    alt = escape(alt_text(graph))
    wide = float(svg.partition(' width="')[2].partition('"')[0]) > PAGE
    image = f'<img alt="{alt}"{WHOLE if wide else ""} src="data:image/svg+xml;base64,{data}">'
    return f"<div {SCROLLS}>{image}</div>" if wide else image


def _live(graph: "Graph", text: str, told: str) -> dict[str, Any] | None:
    """The picture drawn in the browser, and the graph in words; None where the packages for it are missing."""
    try:
        from graphviz_anywidget import graphviz_widget_simple
        from ipywidgets import HTML, VBox

        dot = graph_to_dot(graph)
    except (ImportError, InputError):
        return None
    words = f"<details><summary>The graph in words</summary><pre>{escape(text)}</pre></details>"
    box: Any = VBox([graphviz_widget_simple(dot, enable_zoom=graph.number_of_nodes() > MOST_UNZOOMED), HTML(words)])
    bundle = box._repr_mimebundle_()
    data = dict(bundle[0] if isinstance(bundle, tuple) else bundle)
    return data | {"text/html": f"<p>{escape(told)}</p>{words}", "text/plain": f"{told}\n{text}"}
