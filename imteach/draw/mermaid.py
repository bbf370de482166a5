"""A trace as a Mermaid sequence diagram: text that many pages, GitHub's among them, turn into a picture.

Mermaid knows no slope and no time, so the times stand in the words.
"""

from imteach.draw.collector import uncollected
from imteach.draw.layout import in_columns
from imteach.draw.steps import Story
from imteach.draw.words import packet_label, unit
from imteach.plain import plain
from imteach.protocol import SERVER
from imteach.sim import Trace

# What Mermaid would read as its own: it takes such characters as numbered entities.
_ENTITIES = {ord(char): f"#{ord(char)};" for char in '#;<>&"`\\{}|'}


@uncollected
def to_mermaid(trace: Trace) -> str:
    """Return the sequence diagram of a trace in Mermaid's language, ending in a newline.

    >>> from imteach import Drop, Scenario
    >>> print(to_mermaid(Scenario("basic").run(Drop("msg:N"))), end="")
    sequenceDiagram
        participant n0 as alice
        participant n1 as server
        participant n2 as bob
        Note left of n0: 0 ms: hello
        Note left of n0: 0 ms: ◷ sending
        n0->>n1: 50 ms: msg:R
        n1--xn2: 80 ms: msg:N dropped
        n1->>n0: 100 ms: msg:A
        Note left of n0: 100 ms: timer cancelled
        Note left of n0: 100 ms: ✓ sent
    """
    story = Story(trace)
    node = {name: f"n{number}" for number, name in enumerate(in_columns(trace.scenario))}
    middle, after = len(node) // 2, unit(trace)
    rows: list[tuple[float, int, str]] = []
    for number, packet in enumerate(trace.packets):
        arrived = packet.fate == "arrived"
        told = [*story.remarks.get(packet.name, []), *([] if arrived else [story.fate(packet)])]
        label = " ".join([packet_label(packet, story.several), ", ".join(told)]).rstrip()
        arrow = "->>" if arrived else "--x"
        ended = story.ended[packet.name]
        rows.append((ended, number, f"{node[packet.src]}{arrow}{node[packet.dst]}: {ended}{after}: {_text(label)}"))
    for step in story.steps:
        side = "left" if list(node).index(step.node) < middle else "right"
        for line in step.lines:
            words = " ".join(part for part in (line.tag, line.text, line.sign) if part)
            note = f"Note {side} of {node[step.node]}: {step.t}{after}: {_text(words)}"
            rows.append((step.t, len(trace.packets) + step.number, note))
    for cut in story.cuts:
        ends = sorted([node[cut.person], node[SERVER]], key=list(node.values()).index)
        for edge, words in ((cut.begins, cut.words), (cut.mended, "mended")):
            if edge is not None:
                rows.append((edge.t, -1, f"Note over {','.join(ends)}: {edge.t}{after}: {_text(words)}"))
    heads = [f"participant {short} as {_text(name)}" for name, short in node.items()]
    body = [row[-1] for row in sorted(rows, key=lambda row: row[:2])]
    return "".join(f"{line}\n" for line in ["sequenceDiagram", *(f"    {line}" for line in heads + body)])


def _text(words: str) -> str:
    return plain(words).translate(_ENTITIES)
