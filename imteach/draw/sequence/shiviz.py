"""A trace as a log for ShiViz: its hosts, what each did, and vector clocks from which ShiViz finds the arrows.

A file for ShiViz begins with the regular expression that reads it; the second line, for several runs, is empty.
"""

import json
import warnings

from imteach.tell.event import what_it_does
from imteach.tell.words import stamp
from imteach.trace import Event, Trace
from imteach.trace.vector_clocks import vector_clocks

PARSER = r"(?<host>\S+) (?<clock>\{.*\})\n(?<event>.*)"

# Names that every object of JavaScript has: ShiViz looks hosts up in one, and takes these for hosts that it knows.
_TAKEN = {
    *("constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "toString"),
    *("valueOf", "__proto__", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__"),
}


def to_shiviz(trace: Trace) -> str:
    r"""Return a trace as a log that ShiViz reads, ending in a newline: two lines for each event of a node.

    ShiViz sees only who can have known of what. So it draws no arrow for a packet that brings its receiver nothing new,
    a copy or one that was overtaken; such packets are named in a warning (`UserWarning`). A packet that is lost is a
    sending without an arrow.

    >>> from imteach import Scenario
    >>> print("\n".join(to_shiviz(Scenario("basic").run()).splitlines()[:6]))
    (?<host>\S+) (?<clock>\{.*\})\n(?<event>.*)
    <BLANKLINE>
    alice {"alice": 1}
    0 ms: says “hello” to bob
    alice {"alice": 2}
    0 ms: sees m1 ◷ sending
    """
    clocks = vector_clocks(trace.events)
    lines = [PARSER, ""]
    for event in trace.events:
        if event.id in clocks:
            clock = {_host(node): count for node, count in clocks[event.id].items()}
            lines.append(f"{_host(event.node)} {json.dumps(clock, ensure_ascii=False)}")
            lines.append(f"{stamp(event.t, trace.timed)}: {what_it_does(event)}{_lost(trace, event)}".rstrip())
    _warn_of(without_arrow(trace))
    return "".join(f"{line}\n" for line in lines)


def without_arrow(trace: Trace) -> list[str]:
    """Return the packets that arrive and for which ShiViz draws no arrow, in the order of their arrival.

    >>> from imteach import Duplicate, Scenario
    >>> without_arrow(Scenario("basic").run(Duplicate("msg:N")))
    ['m1/msg:N#1~2']
    """
    clocks, found = vector_clocks(trace.events), []
    known: dict[str, dict[str, int]] = {}
    sent = {event.packet: event for event in trace.events if event.kind == "send"}
    for event in trace.events:
        if event.kind == "arrive":
            packet = trace.packet[str(event.packet)]
            first = sent[packet.name.partition("~")[0]]  # the network makes copies of it
            if known.get(event.node, {}).get(packet.src, 0) >= clocks[first.id][packet.src]:
                found.append(packet.name)
        if event.id in clocks:
            known[event.node] = clocks[event.id]
    return found


def _host(node: str) -> str:
    return f"{node}." if node in _TAKEN else node


def _lost(trace: Trace, event: Event) -> str:
    fate = trace.packet[str(event.packet)].fate if event.kind == "send" else "arrived"
    return "" if fate == "arrived" else f", which is {fate}"


def _warn_of(packets: list[str]) -> None:
    if packets:
        few = ", ".join(packets[:3]) + (f" and {len(packets) - 3} more" if len(packets) > 3 else "")
        warnings.warn(f"ShiViz draws no arrow for {few}: a copy, or overtaken, it brings nothing new", stacklevel=5)
