"""A node's state machine as a graph, made from the transitions that a search saw its code make, and not by hand."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from imteach.errors import InputError, quoted
from imteach.protocol import SERVER
from imteach.scenario import Fault, Scenario
from imteach.scenario.scenario import checked_scenario
from imteach.tell import the
from imteach.tell.words import counted
from imteach.verify.graphs.held import NOTHING, effect_in_words, held, told_in_words
from imteach.verify.graphs.state_graph import needs_networkx, refuse_if_larger, smaller, title
from imteach.verify.graphs.state_rows import telling
from imteach.verify.graphs.state_space import StateSpace, walked
from imteach.verify.search.machine import Machine

if TYPE_CHECKING:
    from imteach.draw.graph.graph import Graph

MOST_STATES = 100_000
"""The most states of the whole scenario that are searched. The node itself has far fewer."""

DOWN = "down"
"""The node of the graph that stands for a crashed node, whatever it held before."""


def machine_graph(
    scenario: Scenario | str,
    node: str,
    faults: int = 1,
    kinds: Iterable[str] = ("drop",),
    given: Sequence[Fault] = (),
) -> "Graph":
    """Return the state machine of a node (a person, or `server`) as a `networkx.MultiDiGraph`. A notebook draws it.

    It holds what the node's own code, a learner's class included, did in all states that `check` reaches with the same
    arguments. A node of the graph is one state, by number in the order of the search (0: the start); its `label` says
    only what differs. An edge is one input; its `label` is `told / effects`. Restarts after a crash start at the node
    `"down"`. Raises `InputError`.

    >>> graph = machine_graph(Scenario("basic"), "bob")
    >>> [(before, after, told["label"]) for before, after, told in graph.edges(data=True)]
    [(0, 0, 'm1/msg:N arrives / show m1')]
    """
    scenario = checked_scenario(scenario)
    names = (*scenario.people, SERVER)
    if node not in names:
        raise InputError(f"no node {quoted(node)}; the nodes are {', '.join(names)}")
    needs_networkx()
    space = walked(scenario, faults, kinds, given, MOST_STATES)
    refuse_if_larger(space, MOST_STATES, of_machine=True)
    return _graph(space, space.world.machines[space.world.place[node]])


def _graph(space: StateSpace, machine: Machine) -> "Graph":
    from imteach.draw.graph.graph import Graph

    rows = _rows(machine)
    edges = list(_edges(machine))
    states = f"{counted(len(rows), 'state')} of {the(machine.name)}"
    graph = Graph(
        title=title(space, f"{the(machine.name)} in every interleaving"),
        promise="",
        notes=(f"{states}; on each arrow: what the node is told / what it does.",),
        smaller=smaller(space.world.scenario, space.faults, of_machine=True),
    )
    for state, said in rows.items():
        graph.add_node(state, start=state == 0, **_node(said))
    if any(before == DOWN for before, _, _, _ in edges):
        graph.add_node(DOWN, start=False, down=True, **_node((("after a crash", "in any state"),)))
    for before, after, told, effects in edges:
        label = f"{told} / {', '.join(effects) or 'nothing'}"
        graph.add_edge(before, after, label=label, told=told, effects=effects, fault=False, step=0)
    return graph


def _node(rows: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    label = "\n".join(f"{name}: {what}" for name, what in rows)
    return {"label": label, "rows": rows, "end": False, "breaks": ()}


def _rows(machine: Machine) -> dict[int, tuple[tuple[str, str], ...]]:
    """What differs between the states of the node; what `state()` leaves out only if they look alike without it."""
    nodes = [machine.node(state) for state in machine.states]
    holds = [{(machine.name, name): what for name, what in held(node).items()} for node in nodes]
    kept = telling(holds, core=("queue", "dedup", "status", "online", "store", "cursors"))
    if not kept:
        return dict.fromkeys(machine.states, (("holds", "nothing that changes"),))
    return {
        state: tuple((name, each.get((node, name), NOTHING)) for node, name in kept) for state, each in enumerate(holds)
    }


def _edges(machine: Machine) -> Iterator[tuple[Any, int, str, tuple[str, ...]]]:
    """Yield each transition: its two states, the input and the effects. A start that does nothing is left out."""
    for state, told, move in machine.every():
        if told == ("command", "start") and not move.effects and move.state == state:
            continue
        before = DOWN if told[0] == "restart" else state
        yield before, move.state, told_in_words(told), tuple(map(effect_in_words, move.effects))
