"""A graph of states in a notebook: a picture if `dot` is here, else drawn in the browser, else words."""

from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING, Any

from imteach.draw.graph_dot import graph_to_dot
from imteach.draw.graph_svg import alt_text, graph_to_svg, graph_to_text
from imteach.errors import InputError

if TYPE_CHECKING:
    from imteach.verify.graph import Graph


def graph_mimebundle(graph: "Graph") -> dict[str, Any]:
    """Return a graph as a notebook shows it.

    An image, with its text for those who cannot see it. Without `dot` the browser lays it out: graphviz-anywidget
    brings graphviz for the browser along, and needs no internet. Then the graph in words stands below it. What is too
    large, or cannot be drawn at all, is told in a line.
    """
    text = graph_to_text(graph)
    try:
        data = b64encode(graph_to_svg(graph).encode()).decode()
    except InputError as error:
        return _without_dot(graph, text, str(error))
    image = f'<img class="imteach-graph" alt="{escape(alt_text(graph))}" src="data:image/svg+xml;base64,{data}">'
    return {"text/html": image, "text/plain": text}


def _without_dot(graph: "Graph", text: str, why: str) -> dict[str, Any]:
    told = f"{graph!r}\nNot drawn: {why}\n"
    try:
        dot = graph_to_dot(graph)
        from graphviz_anywidget import graphviz_widget_simple
        from ipywidgets import HTML, VBox
    except (ImportError, InputError):
        return {"text/plain": told}
    words = f"<details><summary>The graph in words</summary><pre>{escape(text)}</pre></details>"
    box = VBox([graphviz_widget_simple(dot, enable_zoom=False), HTML(words)])
    bundle = box._repr_mimebundle_()
    data: dict[str, Any] = dict(bundle[0] if isinstance(bundle, tuple) else bundle or {})
    return data | {"text/html": f"<p>{escape(told)}</p>{words}", "text/plain": f"{told}\n{text}"}
