"""Vector clocks: for each event of a node, how much of every node's own story can have led to it."""

from collections.abc import Iterable

from imteach.scenario.checks import NETWORK
from imteach.trace.records import Event

Clock = dict[str, int]


def vector_clocks(events: Iterable[Event]) -> dict[int, Clock]:
    """Return the vector clock of each event that happens at a node, by the event's id.

    A node counts its own events from 1, one after another; of others it has the highest count among the events that
    led to this one (Fidge 1988, Mattern 1989). What happens to a packet on its way is no node's event.

    >>> from imteach import Scenario
    >>> trace = Scenario("basic").run()
    >>> [vector_clocks(trace.events)[event.id] for event in trace.happened("arrive")][:2]
    [{'server': 1, 'alice': 3}, {'alice': 5, 'server': 2}]
    """
    now: dict[str, Clock] = {}
    of: dict[int, Clock] = {}  # also of what happens on the way, so that it is handed on
    nodes: dict[int, Clock] = {}
    for event in events:
        clock = {} if event.node == NETWORK else dict(now.get(event.node, {event.node: 0}))
        for cause in event.causes:
            for node, count in of[cause].items():
                clock[node] = max(count, clock.get(node, 0))
        if event.node != NETWORK:
            clock[event.node] += 1
            now[event.node] = nodes[event.id] = clock
        of[event.id] = clock
    return nodes
