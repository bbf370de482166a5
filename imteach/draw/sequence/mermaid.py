"""A trace as a Mermaid sequence diagram: text that many pages, GitHub's among them, turn into a picture.

Mermaid draws neither slopes nor times, so the labels say the times.
"""

import re
import warnings

from imteach.draw.collector import uncollected
from imteach.draw.letters.direction import with_isolates
from imteach.draw.sequence.script import Cue, is_under_way, script
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
    nodes, once, over_and_over = script(trace)
    heads = [f"participant {short} as {_text(name)}" for name, short in nodes.items()]
    again = [f"    {_line(cue)}" for cue in over_and_over]
    loop = ["loop over and over", *again, "end"] if again else []
    rows = [*heads, *map(_line, once), *loop]
    diagram = "".join(f"{line}\n" for line in ["sequenceDiagram", *(f"    {row}" for row in rows)])
    _warn_if_too_long(diagram)
    return diagram


def _line(cue: Cue) -> str:
    words = f"{cue.when}: {_text(cue.words)}"
    if cue.packet is not None:
        arrow = "->>" if not cue.ending else "-->>" if is_under_way(cue) else "--x"
        return f"{arrow.join(cue.nodes)}: {words}"
    where = f"{cue.side} of" if cue.side else "over"
    return f"Note {where} {','.join(cue.nodes)}: {words}"


def _text(words: str) -> str:
    """Return words that are fit to be shown, as Mermaid must be given them."""
    told = with_isolates(words).translate(_ENTITIES).replace("  ", " #160;")
    return _COMMANDS.sub(lambda letter: f"#{ord(letter[0])};", told)


def _warn_if_too_long(diagram: str) -> None:
    length = len(diagram.encode("utf-16-le")) // 2
    if length > MOST:
        told = f"this Mermaid diagram has {length:,} characters, and most pages draw none of more than {MOST:,}"
        warnings.warn(f"{told}; as SVG and as text there is no limit", stacklevel=6)  # the line that asked for it
