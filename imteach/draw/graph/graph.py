"""A networkx graph that shows itself. Only those who make one import this, since networkx is an optional extra.

What is drawn stands in the attributes. Of the graph: `title` and `notes` (lines), `promise`, the one whose shortest run
is marked (or ""), and `smaller`, what to ask for if it is too large. Of a node: `label`, and the same as `rows` (a name
and what is said of it), `start`, `end`, `breaks` (titles of promises). Of an edge: `label`, what happens there; `told`
and `effects`, its parts (None: it has none); `fault`; and `step`, its number on the marked run (0: it is not on it).
"""

import networkx

from imteach.errors import InputError
from imteach.views import ask


class Graph(networkx.MultiDiGraph):  # type: ignore[misc]  # networkx comes without types
    """States and the ways between them: a `networkx.MultiDiGraph` with a picture. In a notebook it shows as one."""

    def to_dot(self) -> str:
        """Return the picture in graphviz's language, DOT; the same bytes for the same graph. Raises `InputError`."""
        dot: str = ask("Graph.to_dot", self)
        return dot

    def to_svg(self) -> str:
        """Return the picture as SVG text. Raises `InputError` if it is too large, or graphviz's `dot` is missing."""
        svg: str = ask("Graph.to_svg", self)
        return svg

    def to_text(self) -> str:
        """Return what the graph is, and its marked run, as text."""
        text: str = ask("Graph.to_text", self)
        return text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        bundle: dict[str, object] = ask("Graph.mimebundle", self)
        return bundle

    def __repr__(self) -> str:
        return f"<{self.graph.get('title', 'graph')}>"


def too_large(states: int, transitions: int | None, most: str, less: str) -> InputError:
    """Return the error for a graph of so many states and transitions (None: more states) where `most` are allowed."""
    sizes = f"more than {states:,} states"
    if transitions is not None:
        sizes = f"{states:,} states and {transitions:,} transitions"
    return InputError(f"this state space has {sizes}; a graph of more than {most} cannot be read: ask for {less}")
