"""A graph of states in a notebook: a picture if `dot` can run, else drawn in the browser, else words."""

from html import escape
from typing import TYPE_CHECKING, Any

from imteach.draw.graph.dot import graph_to_dot, refuse_too_large
from imteach.draw.graph.svg import alt_text, graph_to_svg, graph_to_text
from imteach.errors import InputError
from imteach.themes import as_image

if TYPE_CHECKING:
    from imteach.draw.graph.graph import Graph

MOST_UNZOOMED = 15
"""Up to so many states can be read when the browser fits the graph to the page; larger graphs can be zoomed."""


def graph_mimebundle(graph: "Graph") -> dict[str, Any]:
    """Return a graph as a notebook shows it: `text/html`, and the graph in words as `text/plain`.

    An image, with its text for those who cannot see it. Where `dot` is missing or cannot be started, as in a browser's
    Python, the browser lays it out: graphviz-anywidget brings graphviz for the browser along, and needs no internet;
    the graph in words stands below it. A graph that is too large is only named; an undrawable one shows in words.
    """
    try:
        refuse_too_large(graph)
    except InputError as error:
        return {"text/plain": f"{graph!r}\nNot drawn: {error}"}
    text = graph_to_text(graph)
    try:
        return {"text/html": _framed(_image(graph)), "text/plain": text}
    except InputError as error:
        words = f"<details><summary>The graph in words</summary><pre>{escape(text)}</pre></details>"
        told = _framed(f"<p>Not drawn: {escape(str(error))}</p>{words}")
        return _live(graph, words) | {"text/html": told, "text/plain": text}


def _framed(html: str) -> str:
    """Let what is wider than the page scroll, with keys too. The class tells the lessons' check what dot drew."""
    scrolls = 'style="overflow-x: auto" tabindex="0" data-lm-suppress-shortcuts="true"'
    return f'<div class="imteach-graph" role="group" aria-label="A graph" {scrolls}>{html}</div>'


def _image(graph: "Graph") -> str:
    return as_image(graph_to_svg(graph), alt_text(graph), style="max-width:none")


def _live(graph: "Graph", words: str) -> dict[str, Any]:
    """The picture drawn in the browser, and the graph in words; nothing where the packages for it are missing."""
    try:
        from graphviz_anywidget import graphviz_widget_simple
        from ipywidgets import HTML, VBox

        dot = graph_to_dot(graph)
    except (ImportError, InputError):
        return {}
    drawn = graphviz_widget_simple(dot, enable_zoom=graph.number_of_nodes() > MOST_UNZOOMED)
    box: Any = VBox([drawn, HTML(words)])
    bundle = box._repr_mimebundle_()
    return dict(bundle[0] if isinstance(bundle, tuple) else bundle)
