"""The sequence diagram as geometry: where everything stands, in pixels, and what is written there. No markup.

lifelines ──┬── arrows (one for each packet, with a label that overlaps no other)
            ├── bars   (one for each timer)
            └── notes  (what a node's person sees, what it did with a packet)
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from imteach.draw.boxes import Box, Taken
from imteach.draw.measure import fit, text_width
from imteach.draw.steps import Line, Step, Story, TimerRun, packet_label, settings, title
from imteach.draw.timeline import LINE_HEIGHT, Break, Timeline, line_height, reach
from imteach.plain import plain
from imteach.protocol import SERVER
from imteach.sim import PacketRecord, Scenario, Trace, instant

TITLE_SIZE, NAME_SIZE, ROLE_SIZE, LABEL_SIZE, NOTE_SIZE, TIME_SIZE = 15.0, 13.0, 10.5, 11.5, 11.5, 10.5
MARGIN = 16.0
TIMES = 58.0  # room for the times at the left, at least
HEAD_WIDTH, HEAD_HEIGHT = 148.0, 42.0
COLUMN = 216.0  # between two lifelines, at least
GUTTER = 164.0  # beside a lifeline, at least: so that the picture keeps its place when a learner drops a packet
PILL_HEIGHT = 18.0
BAR, BAR_GAP = 8.0, 4.0
NOTE_ROOM = 170.0  # the widest a note may be
CROSS = 14.0  # the ✕
DROPPED_AT = 0.6  # of its way: how far a packet that reaches nobody is drawn


class Lifeline(NamedTuple):
    """One node's line. `side` is where its notes stand: -1 left, 1 right."""

    name: str
    role: str
    x: float
    side: int


class Arrow(NamedTuple):
    """One packet: from (x0, y0) to (x1, y1), where it was lost if it was; `label` in `pill`.

    `ended` is when it arrived or was lost, in simulated ms; `word` is where its fate is written, if it did not
    arrive and there is room.
    """

    packet: PacketRecord
    ended: float
    x0: float
    y0: float
    x1: float
    y1: float
    label: str
    pill: Box
    word: Box | None

    @property
    def half(self) -> str:
        """Which half of the exchange it belongs to: msg or ack."""
        return "ack" if self.packet.kind.startswith("ack:") else "msg"


class Bar(NamedTuple):
    """One timer, from `start` to `end` in simulated ms: `ended` is fired, cancelled or running."""

    node: str
    name: str
    start: float
    end: float
    x: float
    y0: float
    y1: float
    ended: str


class Note(NamedTuple):
    """One line beside a lifeline. `side` -1: the text ends at the right. `y` is where its step stands."""

    node: str
    t: float
    y: float
    line: Line
    text: str
    box: Box
    side: int


class Idle(NamedTuple):
    """A stretch of `ms` simulated ms, up to `until`, that was cut short: nothing happens in it. `text` in `box`."""

    ms: float
    until: float
    text: str
    box: Box


class TimeMark(NamedTuple):
    """An instant on the time axis."""

    t: float
    y: float


@dataclass(frozen=True)
class Layout:
    """A whole sequence diagram; `top` and `bottom` are where lifelines begin and end, `left` where the times end."""

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


def lay_out(trace: Trace) -> Layout:
    """Return the sequence diagram of a trace as geometry.

    >>> from imteach import Scenario
    >>> layout = lay_out(Scenario("basic").run())
    >>> [line.name for line in layout.lifelines], [arrow.label for arrow in layout.arrows]
    (['alice', 'server', 'bob'], ['msg:R', 'msg:A', 'msg:N'])
    """
    return _Draft(Story(trace)).layout()


def in_columns(scenario: Scenario) -> list[str]:
    """Return the nodes from left to right: the server stands in the middle.

    >>> in_columns(Scenario("basic"))
    ['alice', 'server', 'bob']
    """
    half = (len(scenario.people) + 1) // 2
    return [*scenario.people[:half], SERVER, *scenario.people[half:]]


def role_of(name: str, scenario: Scenario) -> str:
    """Return what a node is called under its name.

    >>> role_of("alice", Scenario("basic")), role_of("server", Scenario("dedup"))
    ('client-A, sender', 'passes messages on')
    """
    if name == SERVER:
        return "passes messages on"
    says = any(say.sender == name for say in scenario.say)
    is_told = any(say.to == name for say in scenario.say)
    if says != is_told:
        return "client-A, sender" if says else "client-B, receiver"
    return "client"


class _Way(NamedTuple):
    """A packet's label, and its way as far as it came; `fate` is empty if it arrived."""

    label: str
    x0: float
    y0: float
    x1: float
    y1: float
    fate: str

    def pill(self, along: float) -> Box:
        """Return the box of the label at this part of the way."""
        width = _label_width(self.label)
        x, y = self.x0 + (self.x1 - self.x0) * along, self.y0 + (self.y1 - self.y0) * along
        return Box(x - width / 2, y - PILL_HEIGHT / 2, width, PILL_HEIGHT)

    def cross(self) -> Box:
        """Return the box of the ✕ at the end of the way."""
        return Box(self.x1 - CROSS / 2, self.y1 - CROSS / 2, CROSS, CROSS)

    def end_word(self) -> Box:
        """Return the box of the word behind the ✕ that says what became of the packet."""
        width = text_width(self.fate, NOTE_SIZE)
        x = self.x1 + CROSS / 2 + 4 if self.x1 > self.x0 else self.x1 - CROSS / 2 - 4 - width
        return Box(x, self.y1 - LINE_HEIGHT / 2, width, LINE_HEIGHT)


class _Draft:
    """A layout in the making."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.scenario = story.trace.scenario
        self.packets = story.trace.packets
        self.timeline = Timeline(story)
        self.top = MARGIN + 42 + (16 if story.trace.unused else 0) + HEAD_HEIGHT + 30
        moments = [*(step.t for step in story.steps), *story.ended.values()]
        times = [text_width(f"{t} ms", TIME_SIZE) + 14 for t in moments]
        self.left = max([TIMES, *times])
        self.lanes = _lanes(story.timers, self.timeline.y)
        self.sides = self._sides()
        self.bars_width = self._bars_width()
        self.gutters = self._gutters()
        self.x = self._columns()
        self.taken = Taken()
        self.breaks = [self._break(stretch) for stretch in self.timeline.breaks]
        self.ways = [self._way(packet) for packet in self.packets]
        for way in self.ways:
            if way.fate:
                self.taken.add(way.cross())  # it cannot move, so whatever is written makes way for it

    def layout(self) -> Layout:
        notes = [note for step in self.story.steps for note in self._notes(step)]
        arrows = self._arrows()
        last = max([self.timeline.height + self.top, *(note.box.y + note.box.height for note in notes)])
        bottom = max([last, *(arrow.pill.y + PILL_HEIGHT for arrow in arrows)]) + 18
        trace = self.story.trace
        unused = ", ".join(plain(str(fault)) for fault in trace.unused[:3])
        names = in_columns(self.scenario)
        right = names[-1]
        width = self.x[right] + max(HEAD_WIDTH / 2, self.gutters[right] if self.sides[right] > 0 else 0) + MARGIN
        return Layout(
            title=title(trace),
            subtitles=[settings(self.scenario), *([f"never sent, so nothing came of it: {unused}"] if unused else [])],
            width=width,
            height=bottom + MARGIN,
            left=self.left,
            top=self.top - 24,
            bottom=bottom,
            lifelines=[Lifeline(name, role_of(name, self.scenario), self.x[name], self.sides[name]) for name in names],
            times=self._times(),
            breaks=self.breaks,
            arrows=arrows,
            bars=[self._bar(run) for run in self.story.timers],
            notes=notes,
        )

    def _label(self, packet: PacketRecord) -> str:
        return packet_label(packet, self.story.several)

    # Across: columns, and beside each a gutter for its notes

    def _sides(self) -> dict[str, int]:
        names = in_columns(self.scenario)
        middle = names.index(SERVER)
        return {name: -1 if place < middle else 1 for place, name in enumerate(names)}

    def _bars_width(self) -> dict[str, float]:
        """How much room the timer bars beside each lifeline take."""
        lanes = dict.fromkeys(self.sides, 0)
        for (node, _), lane in self.lanes.items():
            lanes[node] = max(lanes[node], lane + 1)
        return {node: 8 + count * (BAR + BAR_GAP) for node, count in lanes.items()}

    def _gutters(self) -> dict[str, float]:
        """How much room the notes and bars beside each lifeline need."""
        room = {name: 0 if name == SERVER else GUTTER for name in in_columns(self.scenario)}
        for step in self.story.steps:
            for line in step.lines:
                needs = self.bars_width[step.node] + _line_size(line)[0] + 10
                room[step.node] = max(room[step.node], needs)
        return room

    def _columns(self) -> dict[str, float]:
        """The x of each lifeline."""
        names = in_columns(self.scenario)
        column = max([COLUMN, *(2.6 * _label_width(self._label(packet)) for packet in self.packets)])
        x = self.left + MARGIN + (self.gutters[names[0]] if self.sides[names[0]] < 0 else HEAD_WIDTH / 2)
        places = {names[0]: x}
        for left, right in pairwise(names):
            notes = self.gutters[left] * (self.sides[left] > 0) + self.gutters[right] * (self.sides[right] < 0)
            x += max(column, notes + 40)
            places[right] = x
        return places

    # Down: notes, arrows, bars, times

    def _break(self, stretch: Break) -> Idle:
        """Keep a place for the words of an idle stretch, on the server's lifeline."""
        text = f"{instant(stretch.ms)} ms pass"
        width = text_width(text, NOTE_SIZE) + 20
        y = (stretch.y0 + stretch.y1) / 2 + self.top
        box = Box(self.x[SERVER] - width / 2, y - PILL_HEIGHT / 2, width, PILL_HEIGHT)
        self.taken.add(Box(0, box.y - 3, 1e6, box.height + 6))  # the strip goes across the page
        return Idle(stretch.ms, stretch.until, text, box)

    def _notes(self, step: Step) -> Iterator[Note]:
        """Yield the notes of one step, as a block around its height, moved down where another stands."""
        if not step.lines:
            return
        side = self.sides[step.node]
        sizes = [_line_size(line) for line in step.lines]
        height = sum(size[1] for size in sizes)
        width = max(size[0] for size in sizes)
        edge = self.x[step.node] + side * (self.bars_width[step.node] + 6)
        at = self.timeline.y[step.number] + self.top
        corner = edge if side > 0 else edge - width
        block = self.taken.first_free(Box(corner, at - reach(step)[0], width, height))
        self.taken.add(block)
        y = block.y
        for line, (wide, high) in zip(step.lines, sizes, strict=True):
            box = Box(edge if side > 0 else edge - wide, y, wide, high)
            yield Note(step.node, step.t, at, line, line_text(line), box, side)
            y += high

    def _arrows(self) -> list[Arrow]:
        """Every packet's arrow: labels in the middle if they all fit there, else nearer to their senders."""
        ways = self.ways
        for along in (0.5, 0.3):
            taken = self.taken.copy()
            pills = [way.pill(along) for way in ways]
            if all(taken.add_if_free(pill) for pill in pills):
                break
        else:
            pills = [self._free_pill(way) for way in ways]
            taken = self.taken
        words = [way.end_word() if way.fate and taken.add_if_free(way.end_word()) else None for way in ways]
        return [
            Arrow(packet, self.story.ended[packet.name], way.x0, way.y0, way.x1, way.y1, way.label, pill, word)
            for packet, way, pill, word in zip(self.packets, ways, pills, words, strict=True)
        ]

    def _way(self, packet: PacketRecord) -> _Way:
        """Return a packet's way, as far as it came."""
        x0, x1 = self.x[packet.src], self.x[packet.dst]
        y0, y1 = self.timeline.y[self.story.sent_in[packet.name]], self.timeline.end[packet.name]
        fate = "" if packet.fate == "arrived" else packet.fate
        if fate:
            x1, y1 = x0 + (x1 - x0) * DROPPED_AT, y0 + (y1 - y0) * DROPPED_AT
        return _Way(self._label(packet), x0, y0 + self.top, x1, y1 + self.top, fate)

    def _free_pill(self, way: _Way) -> Box:
        """Return a place for a label on its arrow where no other stands; below the arrow if there is none."""
        pills = [way.pill(along) for along in (0.3, 0.42, 0.2, 0.56, 0.7)]
        for pill in pills:
            if self.taken.add_if_free(pill):
                return pill
        pill = self.taken.first_free(pills[0])
        self.taken.add(pill)
        return pill

    def _bar(self, run: TimerRun) -> Bar:
        lane = self.lanes[run.node, run.start]
        side = self.sides[run.node]
        near = self.x[run.node] + side * (8 + lane * (BAR + BAR_GAP))
        y0 = self.timeline.y[run.start]
        y1 = self.timeline.height if run.stop is None else self.timeline.y[run.stop]
        ended = "running" if run.stop is None else "fired" if run.fired else "cancelled"
        steps = self.story.steps
        start, end = steps[run.start].t, steps[-1 if run.stop is None else run.stop].t
        return Bar(
            run.node, run.name, start, end, near if side > 0 else near - BAR, y0 + self.top, y1 + self.top, ended
        )

    def _times(self) -> list[TimeMark]:
        """The times that have room, each beside what happens then: steps, and packets that are lost.

        An instant that is spread out has its time more than once.
        """
        happening = [(self.timeline.y[step.number] + self.top, step.t) for step in self.story.steps]
        lost = [way.y1 for way in self.ways if way.fate]
        ended = [self.story.ended[packet.name] for packet in self.packets if packet.fate != "arrived"]
        marks: list[TimeMark] = []
        for y, t in sorted([*happening, *zip(lost, ended, strict=True)]):
            if not marks or (y - marks[-1].y >= TIME_SIZE + 3 and t >= marks[-1].t):
                marks.append(TimeMark(t, y))
        return marks


def _lanes(timers: Iterable[TimerRun], y: dict[int, float]) -> dict[tuple[str, int], int]:
    """Give each timer a lane beside its lifeline in which no other runs meanwhile; by node and first step."""
    lanes: dict[tuple[str, int], int] = {}
    free_from: dict[str, list[float]] = {}
    for run in timers:
        ends = free_from.setdefault(run.node, [])
        start = y[run.start]
        lane = next((number for number, end in enumerate(ends) if end <= start), len(ends))
        if lane == len(ends):
            ends.append(0)
        ends[lane] = float("inf") if run.stop is None else y[run.stop]
        lanes[run.node, run.start] = lane
    return lanes


def _line_size(line: Line) -> tuple[float, float]:
    """Return the width and height that a line takes."""
    width = text_width(line_text(line), NOTE_SIZE, bold=line.kind in ("status", "again"))
    if line.tag:
        width += text_width(f"{line.tag} ", NOTE_SIZE)
    if line.sign:
        width += text_width(f" {line.sign}", NOTE_SIZE)
    return width + (20 if line.is_bubble else 0), line_height(line)


def line_text(line: Line) -> str:
    """Return what is written of a line: long words are cut."""
    return fit(line.text, NOTE_SIZE, NOTE_ROOM - 20)


def _label_width(label: str) -> float:
    return text_width(label, LABEL_SIZE, bold=True) + 14
