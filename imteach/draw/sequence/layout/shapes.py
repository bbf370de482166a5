"""What a layout is made of, in pixels: each value is something that is seen, and where."""

from imteach.draw.sequence.chronicle.moments import NoteLine
from imteach.draw.sequence.layout.boxes import Box
from imteach.draw.sequence.words import UNDER_WAY
from imteach.protocol import Value
from imteach.trace import PacketRecord

TITLE_SIZE, NAME_SIZE, ROLE_SIZE, LABEL_SIZE, NOTE_SIZE, TIME_SIZE = 15.0, 13.0, 11.5, 11.5, 11.5, 11.5
MARGIN = 16.0
HEAD_WIDTH, HEAD_HEIGHT = 148.0, 42.0
PILL_HEIGHT = 18.0
BAR, BAR_GAP = 8.0, 4.0  # how wide a timer is, and how far from the next
CROSS = 14.0  # the ✕


class Lifeline(Value, frozen=True):
    """One node's line. `side` is where its notes stand: -1 left, 1 right."""

    name: str
    role: str
    x: float
    side: int


class Words(Value, frozen=True):
    """A few words in a box. Beside a packet they say what became of it, unless they are a remark."""

    text: str
    box: Box
    is_remark: bool = False


class Arrow(Value, frozen=True):
    """One packet: from (x0, y0) to (x1, y1), where it arrived or was lost; its `label` stands in `pill`.

    `ended` is when it arrived or was lost, in simulated ms; `fate` says what became of it, if it did not arrive, `why`
    why it was lost, and `remarks` what is unusual about it. `words` is as much of all this as there is room for.
    `is_stub` if it was lost where it was sent.
    """

    packet: PacketRecord
    ended: float
    x0: float
    y0: float
    x1: float
    y1: float
    label: str
    pill: Box
    fate: str
    why: str
    remarks: list[str]
    words: list[Words]
    is_stub: bool = False

    @property
    def half(self) -> str:
        """Which half of the exchange it belongs to: msg or ack."""
        return "ack" if self.packet.kind.startswith(("ack:", "offlineack:")) else "msg"

    @property
    def is_under_way(self) -> bool:
        """Whether it is under way still when a round of what goes round for ever is over: it ends in no ✕."""
        return self.fate == UNDER_WAY

    @property
    def has_head(self) -> bool:
        """Whether it ends as an arrow, and not in a ✕."""
        return self.packet.fate == "arrived" or self.is_under_way


class Bar(Value, frozen=True):
    """One timer, from `start` to `end` in simulated ms: `ended` is fired, cancelled, lost or running."""

    node: str
    name: str
    start: float
    end: float
    x: float
    y0: float
    y1: float
    ended: str


class Note(Value, frozen=True):
    """One line beside a lifeline. `side` -1: the text ends at the right. `y` is where its moment stands."""

    node: str
    t: float
    y: float
    line: NoteLine
    text: str
    box: Box
    side: int


class Gap(Value, frozen=True):
    """A stretch of a lifeline, from `start` to `end` in simulated ms.

    `kind` is out while the node's person is logged out, and down while the node is.
    """

    node: str
    kind: str
    start: float
    end: float
    x: float
    y0: float
    y1: float


class CutLink(Value, frozen=True):
    """A link cut between two lifelines, from `start` to `end` in simulated ms; `is_mended` if it then works again."""

    start: float
    end: float
    is_mended: bool
    x0: float
    y0: float
    x1: float
    y1: float
    words: list[Words]


class Idle(Value, frozen=True):
    """A stretch of `ms` simulated ms, up to `until`, that was cut short: nothing happens in it. `text` in `box`."""

    ms: float
    until: float
    text: str
    box: Box


class TimeMark(Value, frozen=True):
    """An instant on the time axis."""

    t: float
    y: float


class Round(Value, frozen=True):
    """What goes round for ever: from where it ends, at `y1`, back up a line at `x` to where it begins, at `y0`.

    `since` is when that is, in simulated ms; the words stand upright beside the line. `begins` and `ends` say whether
    both ends are seen: a window may show a part only.
    """

    since: float
    x: float
    y0: float
    y1: float
    words: Words
    begins: bool = True
    ends: bool = True


class Layout(Value, frozen=True):
    """A whole sequence diagram; `top` and `bottom` are where lifelines begin and end, `left` where the times end.

    `unit` stands behind each time: " ms", or nothing where there is no clock and times only count the steps. `round` is
    what goes round for ever, None in a run that ends. `axis` says for every instant at which something happens where
    that is: first and last, if it is spread out. It never goes back up.
    """

    title: str
    subtitles: list[str]
    width: float
    height: float
    left: float
    top: float
    bottom: float
    lifelines: list[Lifeline]
    times: list[TimeMark]
    breaks: list[Idle]
    arrows: list[Arrow]
    bars: list[Bar]
    notes: list[Note]
    gaps: list[Gap]
    cuts: list[CutLink]
    unit: str
    round: Round | None
    axis: list[TimeMark]


class Beside(Value, frozen=True):
    """Two sequence diagrams side by side, as high as each other; an instant begins at one height in both.

    `times` is the time axis of both; each of the two layouts has none. `first` is how far down their first difference
    stands; None if there is none.
    """

    one: Layout
    other: Layout
    times: list[TimeMark]
    first: float | None
