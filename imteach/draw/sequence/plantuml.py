"""A trace as a PlantUML sequence diagram: text that the program `plantuml`, and many editors and wikis, draw.

Arrows are horizontal unless slanted ones are asked for: PlantUML 1.2020, which Debian 12 has, refuses those. No version
slants the arrow of a lost packet.
"""

import re

from imteach.draw.collector import uncollected
from imteach.draw.letters.direction import with_isolates
from imteach.draw.sequence.script import Cue, is_under_way, script
from imteach.draw.sequence.words import title
from imteach.trace import Trace

# Signs that can mean something to PlantUML are written by their numbers: among others ** // __ -- "" ~ for how letters
# look, <b> [[ {{ | = for what stands there, \n % ! @ ' for the reader of the file. What is left of ASCII are letters,
# digits and `,:;#()+?.`. So are the en dash, which it takes for a hyphen, what cannot be seen, and what is beyond 16
# bits: in a comment of an SVG, PlantUML 1.2020 writes some of these as bytes that are no UTF-8.
_SIGNS = re.compile("[!-~\xa0\u2013\u2068\u2069\U00010000-\U0010ffff](?<![A-Za-z0-9,:;#()+?.])|(?<=\\.)\\.|(?<= ) ")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")  # some are PlantUML's own marks, by their numbers too

SLANT = 0.4  # pixels for each ms that a packet takes
LEAST, MOST_SLANT = 10, 60  # pixels


@uncollected
def to_plantuml(trace: Trace, slanted: bool = False) -> str:
    """Return the sequence diagram of a trace in PlantUML's language, ending in a newline.

    A packet that arrives is a whole line, and one that is lost a dashed line with a cross; the msg half has filled
    heads, the ack half open ones. With `slanted` the arrows of packets that arrive go down, the further the longer the
    packet takes; not every PlantUML can draw that. Letters for private use become �. Save it as UTF-8; older ones must
    be told: `plantuml -charset UTF-8`.

    >>> from imteach import Drop, Scenario
    >>> print(to_plantuml(Scenario("basic").run(Drop("msg:N"))), end="")
    @startuml
    title basic, m1<U+002F>msg:N#1 dropped
    participant "alice" as n0
    participant "server" as n1
    participant "bob" as n2
    note left of n0 : 0 ms: hello
    note left of n0 : 0 ms: ◷ sending
    n0 -> n1 : 50 ms: msg:R
    n1 -->x n2 : 80 ms: msg:N dropped
    n1 -> n0 : 100 ms: msg:A
    note left of n0 : 100 ms: timer cancelled
    note left of n0 : 100 ms: ✓ sent
    @enduml
    """
    nodes, once, over_and_over = script(trace)
    heads = [f'participant "{_text(name)}" as {short}' for name, short in nodes.items()]
    again = [f"  {_line(cue, slanted)}" for cue in over_and_over]
    loop = ["loop over and over", *again, "end"] if again else []
    rows = [f"title {_text(title(trace))}", *heads, *(_line(cue, slanted) for cue in once), *loop]
    return "".join(f"{line}\n" for line in ["@startuml", *rows, "@enduml"])


def _line(cue: Cue, slanted: bool) -> str:
    words = f"{cue.when}: {_text(cue.words)}"
    if cue.packet is not None:
        return f"{_arrow(cue, slanted).join(cue.nodes)} : {words}"
    where = f"{cue.side} of" if cue.side else "over"
    return f"note {where} {', '.join(cue.nodes)} : {words}"


def _arrow(cue: Cue, slanted: bool) -> str:
    """The arrow of a packet, with the spaces beside it."""
    packet = cue.packet
    assert packet is not None
    head = ">" if packet.kind.startswith("msg") else ">>"
    if is_under_way(cue):
        return f" --{head} "
    if cue.ending:
        return f" --{head}x "
    down = min(max(round(SLANT * (cue.t - packet.sent)), LEAST), MOST_SLANT)
    return f" -{head}({down}) " if slanted and cue.t > packet.sent else f" -{head} "


def _text(words: str) -> str:
    """Return words that are fit to be shown, as PlantUML must be given them."""
    told = _PRIVATE.sub("\ufffd", with_isolates(words))
    return _SIGNS.sub(lambda sign: f"<U+{ord(sign[0]):04X}>", told)
