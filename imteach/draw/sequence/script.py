"""A run as a list of cues, for languages in which a sequence diagram is written line by line: Mermaid's, PlantUML's.

Their pictures have no scale of time, so each line says when it happens.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from imteach.draw.letters.direction import isolated
from imteach.draw.sequence.chronicle.chronicle import Chronicle
from imteach.draw.sequence.chronicle.moments import CutSpan, NoteLine
from imteach.draw.sequence.layout.lifelines import in_columns
from imteach.draw.sequence.words import UNDER_WAY, packet_label, unit
from imteach.protocol import SERVER, Value
from imteach.trace import PacketRecord, Trace


class Cue(Value, frozen=True):
    """One line of such a diagram: at `t` simulated ms, `words` with `when` before them.

    `nodes` are short names. A packet has two, from and to, and `ending` is what became of it: "" if it arrived. A note
    stands beside one, on this `side`. A cut link has two, from left to right, and neither packet nor side.
    """

    t: float
    when: str
    words: str
    nodes: tuple[str, ...]
    side: str = ""
    packet: PacketRecord | None = None
    ending: str = ""


class Script(NamedTuple):
    """A whole run: the short name of each node from left to right, what happens, and what then happens for ever."""

    nodes: dict[str, str]
    once: Sequence[Cue]
    over_and_over: Sequence[Cue]


def script(trace: Trace) -> Script:
    """Return a run as cues, in the order in which they are to be written.

    A packet stands at the moment at which it arrives, or would have.

    >>> from imteach import Scenario
    >>> cues = script(Scenario("basic").run()).once
    >>> [(cue.when, cue.words, cue.nodes) for cue in cues][2:5]
    [('50 ms', 'msg:R', ('n0', 'n1')), ('100 ms', 'msg:A', ('n1', 'n0')), ('100 ms', 'msg:N', ('n1', 'n2'))]
    """
    chronicle = Chronicle(trace)
    nodes = {name: f"n{number}" for number, name in enumerate(in_columns(trace.scenario))}
    after = unit(trace)
    # A link is cut before what else happens at that moment; what a node does comes after the packets.
    cues = [*_cuts(chronicle, nodes, after), *_packets(chronicle, nodes, after), *_notes(chronicle, nodes, after)]
    ordered = sorted(cues, key=lambda cue: cue.t)
    once = [cue for cue in ordered if trace.loop is None or cue.t <= trace.loop]
    return Script(nodes, once, ordered[len(once) :])


def _packets(chronicle: Chronicle, nodes: dict[str, str], after: str) -> Iterator[Cue]:
    for packet in chronicle.trace.packets:
        fate = "" if packet.fate == "arrived" else chronicle.fate(packet)
        told = [*chronicle.remarks.get(packet.name, []), *([fate] if fate else [])]
        label = " ".join([packet_label(packet, chronicle.several), ", ".join(told)]).rstrip()
        ended, ends = chronicle.ended[packet.name], (nodes[packet.src], nodes[packet.dst])
        yield Cue(ended, f"{ended}{after}", label, ends, packet=packet, ending=chronicle.ending(packet))


def _notes(chronicle: Chronicle, nodes: dict[str, str], after: str) -> Iterator[Cue]:
    left = list(nodes)[: len(nodes) // 2]
    for moment in sorted(chronicle.moments, key=lambda moment: moment.number):
        side = "left" if moment.node in left else "right"
        for line in moment.lines:
            yield Cue(moment.t, f"{moment.t}{after}", _words(line), (nodes[moment.node],), side)


def _words(line: NoteLine) -> str:
    text = isolated(line.text) if line.is_bubble else line.text
    return " ".join(part for part in (line.tag, text, line.sign) if part)


def _cuts(chronicle: Chronicle, nodes: dict[str, str], after: str) -> Iterator[Cue]:
    for cut in chronicle.cuts:
        ends = tuple(sorted((nodes[cut.person], nodes[SERVER]), key=list(nodes.values()).index))
        for edge, words in _edges(cut):
            yield Cue(edge, f"{edge}{after}", words, ends)


def _edges(cut: CutSpan) -> Iterator[tuple[float, str]]:
    yield cut.begins.t, cut.words
    if cut.mended is not None:
        yield cut.mended.t, "mended"


def is_under_way(cue: Cue) -> bool:
    """Whether a packet neither arrives nor is lost, because it waits for the next round of what goes on for ever."""
    return cue.ending == UNDER_WAY
