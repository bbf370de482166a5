"""The happens-before relation of a run as a graph: which events can have influenced which."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from imteach.errors import InputError, comes_with
from imteach.trace.records import STEPS, Event

if TYPE_CHECKING:
    from networkx import DiGraph

    from imteach.trace.trace import Trace


def happens_before(trace: "Trace") -> "DiGraph":
    """Return the events of a trace as a networkx graph: a path leads from each event to all it can have influenced.

    Nodes are the ids of events, each with its `event`. An edge leads from each event to those it caused, and from each
    to the next one at the same node (`order=True`), because a node does one thing after another. Two events without
    a path between them are concurrent: neither can have influenced the other.

    >>> from imteach import Scenario
    >>> graph = happens_before(Scenario("basic").run())
    >>> graph.nodes[0]["event"].kind, sorted(graph.successors(0))
    ('say', [1, 2, 3])
    """
    try:
        from networkx import DiGraph
    except ImportError:
        raise InputError(f"networkx is not installed; {comes_with('lab')}") from None
    graph = DiGraph()
    last: dict[str, int] = {}
    for event in trace.events:
        graph.add_node(event.id, event=event)
        graph.add_edges_from((cause, event.id) for cause in event.causes)
        before = last.get(event.node)
        if event.kind not in ("drop", "lose") and "~" not in str(event.packet):  # the network is no node
            if before is not None and not graph.has_edge(before, event.id):
                graph.add_edge(before, event.id, order=True)
            last[event.node] = event.id
    return graph


def steps_behind(events: Sequence[Event]) -> list[tuple[int, ...]]:
    """Return for each event the steps, by their ids, that led to it and of which it carries knowledge.

    Those are the steps in which packets were sent that arrive, and in which timers were started that run out. What
    people do carries none, nor what faults bring about: crashes, and a timer that runs out though it was cancelled.

    >>> from imteach import Scenario
    >>> events = Scenario("basic").run().events
    >>> behind = steps_behind(events)
    >>> [(event.node, events[step].node) for event in events if event.kind == "arrive" for step in behind[event.id]]
    [('server', 'alice'), ('alice', 'server'), ('bob', 'server')]
    """
    behind: list[tuple[int, ...]] = []
    for event in events:
        found: tuple[int, ...] = ()
        for cause in event.causes if event.kind in _CARRIES else ():
            found += (cause,) if events[cause].kind in STEPS else behind[cause]
        behind.append(found)
    return behind


_CARRIES = ("arrive", "timer_fire", "send", "retransmit", "timer_start")
"""The kinds of event through which knowledge travels."""
