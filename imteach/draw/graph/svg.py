"""A graph of states as SVG, laid out by graphviz's program `dot`, and in words.

What `dot` writes is dressed as our other pictures are: colours are CSS variables with a fallback, and the dark ones
come along; each state and each line has a sentence for its title, and the picture says what it is and how the marked
run goes.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from imteach.draw.graph.dot import C, folded, graph_to_dot, package
from imteach.errors import InputError
from imteach.plain import plain
from imteach.printed import fold
from imteach.themes import DARK, in_the_dark

if TYPE_CHECKING:
    from imteach.draw.graph.graph import Graph

NO_DOT = "graphs are laid out by graphviz's program dot, and there is none here: apt install graphviz, or graphviz.org"

_SVG = "http://www.w3.org/2000/svg"
_STYLE = '.imteach-graph text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}'
_STYLE += in_the_dark("imteach-graph", {name: DARK[name] for name in C})
_NAMES = {colour: name for name, colour in C.items()}


def graph_to_svg(graph: "Graph") -> str:
    """Return a graph as SVG text. Raises `InputError` if it is too large, or if `dot` cannot draw it."""
    svg = ElementTree.fromstring(laid_out(graph_to_dot(graph)))
    lines = list(folded(graph))
    for element in list(svg.iter()):
        element.tag = element.tag.removeprefix(f"{{{_SVG}}}")
        if element.tag == "g":
            _dress_group(element, graph, lines)
    for element in svg.iter():
        _dress(element)
    _introduce(svg, graph)
    return ElementTree.tostring(svg, encoding="unicode")


def _introduce(svg: Any, graph: "Graph") -> None:
    """Let the picture say what it is, and keep the size that graphviz gave it."""
    width, height = (svg.attrib[side].removesuffix("pt") for side in ("width", "height"))
    about = alt_text(graph)
    svg.attrib.clear()
    for name, value in (
        ("xmlns", _SVG),
        ("class", "imteach-graph"),
        ("role", "img"),
        ("aria-label", about),
        ("viewBox", f"0 0 {width} {height}"),
        ("width", width),
        ("height", height),
    ):
        svg.set(name, value)
    for place, (tag, text) in enumerate((("title", plain(graph.graph["title"])), ("desc", about), ("style", _STYLE))):
        element = ElementTree.Element(tag)
        element.text = text
        svg.insert(place, element)


def laid_out(dot: str) -> str:
    """Return what the program `dot` makes of it, as SVG. Raises `InputError` if it cannot run, or refuses."""
    graphviz = package()
    try:
        return str(graphviz.Source(dot).pipe(format="svg", encoding="utf-8", quiet=True))
    except graphviz.ExecutableNotFound:
        raise InputError(NO_DOT) from None
    except OSError as error:  # no processes at all, as in a browser's Python; not allowed; too many of them
        why = plain(error.strerror or str(error))
        raise InputError(
            f"graphs are laid out by graphviz's program dot, and it cannot be started here: {why}"
        ) from None
    except graphviz.CalledProcessError as error:
        raise InputError(f"graphviz's program dot could not draw this graph: {plain(str(error.stderr))}") from None


def _dress_group(group: Any, graph: "Graph", lines: list[Any]) -> None:
    """Give a state or a line its sentence, and data attributes for its id: a page may have several graphs."""
    what, _, number = group.attrib.pop("id", "").partition("-")
    title = group.find("{*}title")
    if what == "state":
        node = next(node for node in graph if str(node) == number)
        group.set("data-state", number)
        title.text = state_sentence(graph, node)
    elif what == "line":
        before, after, told = lines[int(number)]
        group.set("data-from", str(before))
        group.set("data-to", str(after))
        if told[0]["step"]:
            group.set("data-step", str(told[0]["step"]))
        title.text = " ".join(f"{_sentence(before, after, each)}." for each in told)
    elif title is not None:
        group.remove(title)


def _dress(element: Any) -> None:
    """Turn colours into variables; remove what only graphviz needs."""
    for what in ("fill", "stroke"):
        name = _NAMES.get(element.attrib.get(what, ""))
        if name is not None:
            del element.attrib[what]
            style = element.attrib.get("style", "")
            element.set("style", f"{style}{what}:var(--imt-{name},{C[name]});")
    element.attrib.pop("font-family", None)
    for child in list(element):
        if child.tag == "text" and not (child.text or "").strip():
            element.remove(child)


# In words


def alt_text(graph: "Graph") -> str:
    """Return what the picture shows, with the marked run step by step, for those who cannot see it."""
    path = [f"{told['step']}. {told['label']}" for told in marked(graph)]
    parts = [f"Graph. {graph.graph['title']}.", *graph.graph["notes"], *(f"{step}." for step in path)]
    return plain(" ".join(parts))


def marked(graph: "Graph") -> list[dict[str, Any]]:
    """Return the edges of the marked run, in its order."""
    return sorted((told for _, _, told in graph.edges(data=True) if told["step"]), key=lambda told: told["step"])


def state_sentence(graph: "Graph", node: Any) -> str:
    """Return a state as a sentence or two."""
    told = graph.nodes[node]
    kind = " (start)" if told["start"] else " (end)" if told["end"] else ""
    holds = "; ".join(f"{name}: {what}" for name, what in told["rows"])
    breaks = "".join(f" Broken: {broken}." for broken in told["breaks"])
    return plain(f"State {node}{kind}. {holds}.{breaks}")


def _sentence(before: Any, after: Any, told: dict[str, Any]) -> str:
    step = f"Step {told['step']}: " if told["step"] else ""
    return plain(f"{step}{told['label']}, from state {before} to state {after}")


def graph_to_text(graph: "Graph") -> str:
    """Return a graph as text: what it is, the marked run, then every state with what can happen there.

    >>> from imteach import Scenario
    >>> from imteach.verify import machine_graph
    >>> print(graph_to_text(machine_graph(Scenario("basic"), "bob", faults=0)), end="")
    basic: bob in every interleaving with no fault
    1 state of bob; on each arrow: what the node is told / what it does.
    <BLANKLINE>
    State 0 (start). holds: nothing that changes.
      m1/msg:N arrives / show m1 → 0
    """
    return "\n".join(map(fold, _text(graph))) + "\n"


def _text(graph: "Graph") -> Iterator[str]:
    yield graph.graph["title"]
    yield from graph.graph["notes"]
    yield from (plain(f"  {told['step']}. {told['label']}") for told in marked(graph))
    yield ""
    for node in graph:
        yield state_sentence(graph, node)
        for _, after, told in graph.out_edges(node, data=True):
            yield plain(f"  {told['label']} → {after}")
