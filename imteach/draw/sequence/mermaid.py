"""A trace as a Mermaid sequence diagram: text that many pages, GitHub's among them, turn into a picture.

Mermaid draws neither slopes nor times, so the labels say the times.
"""

import re
import warnings

from imteach.draw.collector import uncollected
from imteach.draw.letters.direction import isolated, with_isolates
from imteach.draw.sequence.chronicle.chronicle import Chronicle
from imteach.draw.sequence.layout.lifelines import in_columns
from imteach.draw.sequence.words import UNDER_WAY, packet_label, unit
from imteach.protocol import SERVER
from imteach.trace import Trace

# Characters that mean something to Mermaid, written as numbered entities. $$ encloses mathematics, ﬂ° and ¶ß are
# Mermaid's own marks for entities, and isolates are invisible: an entity shows them to a reader of the source.
_ENTITIES = {ord(char): f"#{ord(char)};" for char in '#;<>&"`\\{}|$ﬂ¶\u2068\u2069'}
_COMMANDS = re.compile("(?<=st)y(?=le)|(?<=class)D(?=ef)")  # after these words Mermaid takes the ; from an entity

MOST = 50_000  # characters, as JavaScript counts them: Mermaid's maxTextSize, which a page may raise but seldom does


@uncollected
def to_mermaid(trace: Trace) -> str:
    """Return the sequence diagram of a trace in Mermaid's language, ending in a newline.

    Repeated spaces are kept with entities, because Mermaid would merge them; spaces at the end of a line are lost.
    Warns (`UserWarning`) if the diagram has more than `MOST` characters: most pages then draw an error instead.

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
    chronicle = Chronicle(trace)
    node = {name: f"n{number}" for number, name in enumerate(in_columns(trace.scenario))}
    middle, after = len(node) // 2, unit(trace)
    rows: list[tuple[float, int, str]] = []
    for number, packet in enumerate(trace.packets):
        arrived = packet.fate == "arrived"
        told = [*chronicle.remarks.get(packet.name, []), *([] if arrived else [chronicle.fate(packet)])]
        label = " ".join([packet_label(packet, chronicle.several), ", ".join(told)]).rstrip()
        arrow = "->>" if arrived else "-->>" if chronicle.ending(packet) == UNDER_WAY else "--x"
        ended = chronicle.ended[packet.name]
        rows.append((ended, number, f"{node[packet.src]}{arrow}{node[packet.dst]}: {ended}{after}: {_text(label)}"))
    for moment in chronicle.moments:
        side = "left" if list(node).index(moment.node) < middle else "right"
        for line in moment.lines:
            text = isolated(line.text) if line.is_bubble else line.text
            words = " ".join(part for part in (line.tag, text, line.sign) if part)
            note = f"Note {side} of {node[moment.node]}: {moment.t}{after}: {_text(words)}"
            rows.append((moment.t, len(trace.packets) + moment.number, note))
    for cut in chronicle.cuts:
        ends = sorted([node[cut.person], node[SERVER]], key=list(node.values()).index)
        for edge, words in ((cut.begins, cut.words), (cut.mended, "mended")):
            if edge is not None:
                rows.append((edge.t, -1, f"Note over {','.join(ends)}: {edge.t}{after}: {_text(words)}"))
    heads = [f"participant {short} as {_text(name)}" for name, short in node.items()]
    ordered = sorted(rows, key=lambda row: row[:2])
    before = [row[-1] for row in ordered if trace.loop is None or row[0] <= trace.loop]
    again = [f"    {row[-1]}" for row in ordered[len(before) :]]
    loop = ["loop over and over", *again, "end"] if again else []
    diagram = "".join(f"{line}\n" for line in ["sequenceDiagram", *(f"    {line}" for line in heads + before + loop)])
    _warn_if_too_long(diagram)
    return diagram


def _text(words: str) -> str:
    """Return words that are fit to be shown, as Mermaid must be given them."""
    told = with_isolates(words).translate(_ENTITIES).replace("  ", " #160;")
    return _COMMANDS.sub(lambda letter: f"#{ord(letter[0])};", told)


def _warn_if_too_long(diagram: str) -> None:
    length = len(diagram.encode("utf-16-le")) // 2
    if length > MOST:
        told = f"this Mermaid diagram has {length:,} characters, and most pages draw none of more than {MOST:,}"
        warnings.warn(f"{told}; as SVG and as text there is no limit", stacklevel=6)  # the line that asked for it
