"""A graph of states as a picture: DOT made with graphviz's Python package, laid out by its program `dot`.

A node is a card of rows, an edge says what happens. No sign is a colour alone: the start has a thick frame and its
word, an end a double frame; where a promise is broken its corners are cut and a ✕ says which; a fault is a dashed line
with a ✕, and the marked run a thick line with a number for each step.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from imteach.draw.letters.measure import fit, text_width
from imteach.errors import InputError, comes_with
from imteach.plain import plain
from imteach.themes import COLOURS

if TYPE_CHECKING:
    from imteach.draw.graph.graph import Graph

MOST_STATES, MOST_LINES = 50, 100
"""What can be read in one picture. Found by looking: with more, lines and words overlap."""

FONT = "Helvetica,Arial,sans-serif"
TITLE, TEXT, SMALL = 14.0, 12.0, 11.0  # font sizes; graphviz takes whole ones only
CARD_ROOM, EDGE_ROOM, TITLE_ROOM = 150.0, 90.0, 560.0  # the widest that a line of text is before it is broken
WORD_ROOM = 200.0  # the widest that a single word is before it is cut

_USED = ("paper", "ink", "muted", "lifeline", "card", "card-edge", "drop", "good")
C = {name: COLOURS[name] for name in _USED}

_GRAPH = {
    "bgcolor": C["paper"],
    "fontname": FONT,
    "labelloc": "t",
    "labeljust": "l",
    "nodesep": "0.14",
    "ranksep": "0.3",
    "pad": "0.15",
}
_NODE = {"fontname": FONT, "fontsize": f"{TEXT:g}", "shape": "box", "margin": "0.09,0.06"}
_EDGE = {"fontname": FONT, "fontsize": f"{SMALL:g}", "arrowsize": "0.7"}

_FRAMES = {
    "start": {"style": "rounded,filled", "penwidth": "3", "color": C["ink"], "fillcolor": C["card"]},
    "state": {"style": "rounded,filled", "color": C["card-edge"], "fillcolor": C["card"]},
    "down": {"style": "rounded,filled,dashed", "color": C["muted"], "fillcolor": C["paper"]},
    "end": {"style": "rounded,filled", "peripheries": "2", "color": C["good"], "fillcolor": C["paper"]},
    "broken": {"style": "diagonals,filled", "peripheries": "2", "color": C["drop"], "fillcolor": C["paper"]},
}
_LINES = {
    "step": {"color": C["lifeline"], "weight": "2"},
    "fault": {"color": C["drop"], "style": "dashed", "weight": "1"},
    "marked": {"color": C["drop"], "penwidth": "3", "weight": "6"},
    "marked fault": {"color": C["drop"], "penwidth": "3", "weight": "6", "style": "dashed"},
}


def graph_to_dot(graph: "Graph") -> str:
    """Return a graph in DOT. Raises `InputError` if it is too large, or graphviz's Python package is missing.

    >>> from imteach import Scenario
    >>> from imteach.verify import state_graph
    >>> graph_to_dot(state_graph(Scenario("basic"), faults=0)).count(" -> ")
    14
    """
    refuse_too_large(graph)
    whole = _GRAPH | {"label": _title(graph)}
    digraph = package().Digraph("imteach", graph_attr=whole, node_attr=_NODE, edge_attr=_EDGE)
    for node, told in graph.nodes(data=True):
        kind = kind_of_node(told)
        digraph.node(
            str(node), label=_card(node, told), id=f"state-{node}", **{"class": f"imt-{kind}"}, **_FRAMES[kind]
        )
    for number, (before, after, lines) in enumerate(folded(graph)):
        kind = kind_of_edge(lines[0])
        look = {"class": f"imt-{kind.replace(' ', ' imt-')}"} | _LINES[kind]
        digraph.edge(str(before), str(after), label=_label(lines), id=f"line-{number}", **look)
    return str(digraph.source)


def package() -> Any:
    """Return graphviz's Python package. Raises `InputError` if it is missing."""
    try:
        import graphviz
    except ImportError:
        needs = "a graph's picture needs the Python package graphviz"
        raise InputError(f"{needs}; {comes_with('graphs')}") from None
    return graphviz


def refuse_too_large(graph: "Graph") -> None:
    """Raise `InputError` if nobody could read the picture."""
    from imteach.draw.graph.graph import too_large  # here, because it needs networkx

    states, lines = graph.number_of_nodes(), sum(1 for _ in folded(graph))
    if states > MOST_STATES or lines > MOST_LINES:
        most = f"{MOST_STATES} states or {MOST_LINES} transitions"
        raise too_large(states, graph.number_of_edges(), most, graph.graph["smaller"])


def kind_of_node(told: Mapping[str, Any]) -> str:
    """Return what a node is: start, state, end, broken or down."""
    if told["end"]:
        return "broken" if told["breaks"] else "end"
    return "start" if told["start"] else "down" if told.get("down") else "state"


def kind_of_edge(told: Mapping[str, Any]) -> str:
    """Return what an edge is: step, fault, marked or marked fault."""
    kinds = [kind for kind, is_so in (("marked", told["step"]), ("fault", told["fault"])) if is_so]
    return " ".join(kinds) or "step"


def folded(graph: "Graph") -> Iterator[tuple[Any, Any, list[dict[str, Any]]]]:
    """Yield the lines to draw: from, to, and the edges that share it. Faults, and the marked run, have their own."""
    together: dict[tuple[Any, Any, str], list[dict[str, Any]]] = {}
    for before, after, told in graph.edges(data=True):
        together.setdefault((before, after, kind_of_edge(told)), []).append(told)
    for (before, after, _), lines in together.items():
        yield before, after, lines


def signs(graph: "Graph") -> str:
    """Return what the signs mean that occur in the picture."""
    nodes = {kind_of_node(told) for _, told in graph.nodes(data=True)}
    edges = {kind_of_edge(lines[0]) for _, _, lines in folded(graph)}
    said = {
        "Thick frame: the start": "start" in nodes,
        "double frame: an end": bool(nodes & {"end", "broken"}),
        "✕ and cut corners: a promise is broken there": "broken" in nodes,
        "✕ and dashed: a fault": bool(edges & {"fault", "marked fault"}),
        "thick and numbered: the marked run": bool(edges & {"marked", "marked fault"}),
    }
    return "; ".join(sign for sign, occurs in said.items() if occurs) + "."


# Labels are graphviz's HTML-like ones: tables of escaped text. We measure the text to set each cell's width, because a
# browser's font is not the one that `dot` knows.


def _title(graph: "Graph") -> str:
    rows = [_row(_cell(line, TITLE, "ink", bold=True)) for line in wrapped(graph.graph["title"], TITLE, TITLE_ROOM)]
    for note in (*graph.graph["notes"], signs(graph)):
        rows += [_row(_cell(line, TEXT, "muted")) for line in wrapped(note, TEXT, TITLE_ROOM)]
    return _table([*rows, _row(_cell("", SMALL, "muted"))])


def _card(node: Any, told: Mapping[str, Any]) -> str:
    word = "start" if told["start"] else "end" if told["end"] else told.get("word", "")
    rows = [_row(_cell(f"{node} {word}".rstrip(), SMALL, "muted", bold=True, across=2))]
    for subject, what in told["rows"]:
        names = [subject]
        for line in wrapped(what, TEXT, CARD_ROOM):
            name = names.pop() if names else ""
            rows.append(_row(_cell(name, SMALL, "muted", beside=6), _cell(line, TEXT, "ink")))
    for broken in told["breaks"]:
        rows.append(_NEXT)
        lines = wrapped(f"✕ {broken}", SMALL, CARD_ROOM + 40)
        rows += [_row(_cell(line, SMALL, "drop", bold=True, across=2)) for line in lines]
    return _table(rows)


def _label(lines: Sequence[Mapping[str, Any]]) -> str:
    rows: list[str] = []
    for told in lines:
        colour = "ink" if kind_of_edge(told) == "step" else "drop"
        does = told["effects"]
        rows += [_NEXT] if rows and does is not None else []
        bold, room = bool(told["step"]) or does is not None, EDGE_ROOM if does is None else WORD_ROOM
        rows += [_row(_GAP, _cell(line, SMALL, colour, bold)) for line in wrapped(edge_words(told), SMALL, room)]
        if does is not None:
            said = [line for effect in does or ("nothing",) for line in wrapped(effect, SMALL, WORD_ROOM)]
            rows += [_row(_GAP, _cell(line, SMALL, colour)) for line in said]
    return _table(rows)


def edge_words(told: Mapping[str, Any]) -> str:
    """Return what happens at an edge, with its signs: the number of the step, a ✕ for a fault, a / before effects."""
    number = f"{told['step']}. " if told["step"] else ""
    return f"{number}{'✕ ' if told['fault'] else ''}{told['told']}{'' if told['effects'] is None else ' /'}"


_GAP = '<TD WIDTH="4"> </TD>'  # between a line and its words
_NEXT = '<TR><TD HEIGHT="4"></TD></TR>'  # between two things that a node is told


def _table(rows: Sequence[str]) -> str:
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{"".join(rows)}</TABLE>>'


def _row(*cells: str) -> str:
    return f"<TR>{''.join(cells)}</TR>"


def _cell(text: str, size: float, colour: str, bold: bool = False, across: int = 1, beside: int = 0) -> str:
    """Return a line of text in its own cell, which spans `across` columns and has room `beside` it, in points."""
    span = "" if across == 1 else f' COLSPAN="{across}"'
    text = fit(plain(text), size, TITLE_ROOM)
    said = escape(text or " ").replace("\\", r"\\")  # graphviz refuses empty text, and reads \\N as the node's name
    said = f"<B>{said}</B>" if bold else said
    font = f'<FONT POINT-SIZE="{size:g}" COLOR="{C[colour]}">{said}</FONT>'
    return f'<TD ALIGN="LEFT"{span} WIDTH="{text_width(text, size, bold) + beside:.0f}">{font}</TD>'


def wrapped(text: str, size: float, room: float) -> list[str]:
    """Break a text into as few lines as this width allows, then make those as narrow as they can be.

    >>> wrapped("alice's timer m1 runs out", 10.5, 108)
    ["alice's timer", 'm1 runs out']
    """
    lines = _filled(text, size, room)
    while True:
        widest = max(text_width(line, size, bold=True) for line in lines)
        narrower = _filled(text, size, widest - 1)
        if len(narrower) > len(lines) or narrower == lines:
            return lines
        lines = narrower


def _filled(text: str, size: float, room: float) -> list[str]:
    """Return lines, each with as many words as there is room for."""
    lines: list[str] = []
    for word in plain(text).split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold=True) <= room:
            lines[-1] = longer
        else:
            lines.append(fit(word, size, WORD_ROOM))
    return lines or [""]
