"""What a picture says of a run, as values: the moments of each node, and what lasts from one of them to another.

A *moment* of a node is what it was told, and everything it then did.
"""

from msgspec import Struct

from imteach.protocol import Value

BUBBLES = ("said", "shown")


class NoteLine(Value, frozen=True):
    """One line beside a lifeline.

    `kind` is what it is about: node, timer, said, shown, written, again, unsaid, status or quiet. `tag` is the
    msgid, where several messages are said and the reader needs it; `status` a status, if any; `sign` a status's sign
    inside a bubble; `event` is the id of the event that it tells, of several the first.
    """

    kind: str
    text: str
    msgid: str
    tag: str = ""
    status: str = ""
    sign: str = ""
    event: int = -1

    @property
    def is_bubble(self) -> bool:
        """Whether it is drawn as a bubble: what was said, and what a person is shown."""
        return self.kind in BUBBLES


class Did(Struct, gc=False):
    """What was done several times in a row in a moment, for one line: with which messages, and before which line.

    `event` is the id of the event that it began with.
    """

    what: str
    place: int
    event: int
    msgids: list[str]


class Moment(Struct, gc=False):
    """One moment of one node at `t` simulated ms: the packets it sent, and the lines to write, as things happened.

    `after` is the number of the moment that caused it, `arrived` the packet that it began with, if any. `did` becomes
    lines once all of the moment is known. `is_told` is true if words stand below its arrow, which say why the packet
    that would have begun the moment was lost.
    """

    number: int
    t: float
    node: str
    after: int | None = None
    arrived: str | None = None
    sends: list[str] = []
    lines: list[NoteLine] = []
    did: list[Did] = []
    is_told: bool = False


class TimerRun(Struct, gc=False):
    """A timer from its start to its end: the numbers of the two moments (`stop` is None if it still ran).

    `ended` is fired, cancelled, lost (its node crashed) or running.
    """

    node: str
    name: str
    start: int
    stop: int | None = None
    ended: str = "running"


class Absence(Struct, gc=False):
    """A stretch in which a node is `out` (its person is logged out) or `down` (crashed): the numbers of two moments."""

    node: str
    kind: str
    start: int
    stop: int | None = None


class CutSpan(Value, frozen=True):
    """A cut link of a person, as far as the run goes: two moments (`mended` is None if that comes later)."""

    person: str
    words: str
    begins: Moment
    mended: Moment | None
