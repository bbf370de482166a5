"""The sequence diagram as geometry: where everything stands, in pixels, and what is written there. No markup.

lifelines ──┬── arrows (one for each packet, with a label that overlaps no other)
            ├── bars   (one for each timer)
            ├── notes  (what a node's person sees, what it did with a packet)
            ├── gaps   (while its person is logged out, or it is down)
            └── cuts   (between two of them, while their link is cut)
"""

from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from heapq import heappop, heappush
from itertools import pairwise

from imteach.draw.letters.measure import fit, text_width
from imteach.draw.sequence.boxes import Box, Lines, Taken
from imteach.draw.sequence.steps import Absence, Cut, Line, Step, Story, TimerRun
from imteach.draw.sequence.timeline import LINE_HEIGHT, Break, Timeline, line_height
from imteach.draw.sequence.words import idle, in_few_words, packet_label, settings, title, unit
from imteach.plain import plain
from imteach.protocol import SERVER, Value
from imteach.scenario import Scenario
from imteach.trace import PacketRecord, Trace, instant

TITLE_SIZE, NAME_SIZE, ROLE_SIZE, LABEL_SIZE, NOTE_SIZE, TIME_SIZE = 15.0, 13.0, 11.5, 11.5, 11.5, 11.5
MARGIN = 16.0
TIMES = 58.0  # room for the times at the left, at least
HEAD_WIDTH, HEAD_HEIGHT = 148.0, 42.0
COLUMN = 216.0  # between two lifelines, at least
DOT = 8.0  # what is kept free around the dot of a step
GUTTER = 164.0  # beside a lifeline, at least: so that the picture keeps its place when a learner drops a packet
PILL_HEIGHT = 18.0
BAR, BAR_GAP = 8.0, 4.0
NOTE_ROOM = 170.0  # the widest a note may be
CROSS = 14.0  # the ✕
DROPPED_AT = 0.6  # of its way: how far a packet that is dropped is drawn
MOST_CROSSED = 3  # arrows: words that would stand across more are left out
SIDE_BY_SIDE = 9.0  # pixels down: arrows that run along together are as far apart somewhere, at least
STUB, SHORT_OF = 34.0, 16.0  # how far one gets that cannot leave, and where one ends that nobody takes


class Lifeline(Value, frozen=True):
    """One node's line. `side` is where its notes stand: -1 left, 1 right."""

    name: str
    role: str
    x: float
    side: int


class Words(Value, frozen=True):
    """A few words in a box. Of a packet: what became of it, unless it `is_remark`."""

    text: str
    box: Box
    is_remark: bool = False


class Arrow(Value, frozen=True):
    """One packet: from (x0, y0) to (x1, y1), where it was lost if it was; `label` in `pill`.

    `ended` is when it arrived or was lost, in simulated ms; `fate` says what became of it, if it did not arrive, `why`
    why it was lost, and `remarks` what is unusual about it. `words` is what is written of all this where there is room.
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
    """One line beside a lifeline. `side` -1: the text ends at the right. `y` is where its step stands."""

    node: str
    t: float
    y: float
    line: Line
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
    """A link that is cut, between two lifelines, from `start` to `end` in simulated ms; `is_mended` if it is then."""

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


class Layout(Value, frozen=True):
    """A whole sequence diagram; `top` and `bottom` are where lifelines begin and end, `left` where the times end.

    `unit` stands behind each time: " ms", or nothing where there is no clock and times only count the steps.
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


def roles(scenario: Scenario) -> dict[str, str]:
    """Return what each node is called under its name.

    >>> roles(Scenario("basic"))
    {'alice': 'client-A, sender', 'bob': 'client-B, receiver', 'server': 'passes messages on'}
    """
    senders = {say.sender for say in scenario.say}
    told = {name for say in scenario.say for name in scenario.told_by(say)}
    roles = dict.fromkeys(scenario.people, "client")
    roles |= dict.fromkeys(senders - told, "client-A, sender") | dict.fromkeys(told - senders, "client-B, receiver")
    return {**roles, SERVER: "passes messages on"}


class _Way(Value, frozen=True):
    """A packet's label, and its way as far as it came; `fate` is empty if it arrived, `is_stub` if it never left."""

    label: str
    label_width: float
    x0: float
    y0: float
    x1: float
    y1: float
    fate: str
    is_stub: bool = False

    @property
    def toward(self) -> int:
        """1 for a packet that goes to the right, -1 to the left."""
        return 1 if self.x1 > self.x0 else -1

    @property
    def across(self) -> float:
        """How far it goes to the side."""
        return abs(self.x1 - self.x0)

    @property
    def slope(self) -> float:
        """How far down it goes for one pixel across."""
        return (self.y1 - self.y0) / self.across

    def pill(self, along: float) -> Box:
        """Return the box of the label at this part of the way; behind the ✕, if it never left."""
        x0, y0, width = self.x0, self.y0, self.label_width
        if self.is_stub:
            return self._behind(self.x1 + self.toward * (CROSS / 2 + 3), self.y1, width, PILL_HEIGHT)
        x, y = x0 + (self.x1 - x0) * along, y0 + (self.y1 - y0) * along
        return Box(x - width / 2, y - PILL_HEIGHT / 2, width, PILL_HEIGHT)

    def part(self, part: float) -> "_Way":
        """Return this much of the way."""
        x1, y1 = self.x0 + (self.x1 - self.x0) * part, self.y0 + (self.y1 - self.y0) * part
        return self if part == 1 else self._replace(x1=x1, y1=y1)

    def lowered(self, by: float) -> "_Way":
        """Return the way with a start so much lower; one that is dropped on its way is all so much lower."""
        if self.fate == "dropped":
            return self._replace(y0=self.y0 + by, y1=self.y1 + by)
        return self._replace(y0=self.y0 + min(by, (self.y1 - self.y0) / 2))

    def cross(self) -> Box:
        """Return the box of the ✕ at the end of the way."""
        return Box(self.x1 - CROSS / 2, self.y1 - CROSS / 2, CROSS, CROSS)

    def stub(self) -> Box:
        """Return the box of ✕ and label of a packet that never left."""
        cross, pill = self.cross(), self.pill(0)
        return pill._replace(x=min(cross.x, pill.x), width=pill.width + CROSS + 3)

    def fate_words(self, room: float) -> Iterator[Box]:
        """Yield where the words may stand that say what became of the packet, `room` wide."""
        beyond = self._behind(self.x1 + self.toward * (CROSS / 2 + 4), self.y1, room, LINE_HEIGHT)
        if self.fate == "dropped":
            yield beyond
            return
        if self.is_stub:
            pill = self.pill(0)
            end = pill.x + pill.width if self.toward > 0 else pill.x
            yield self._behind(end + self.toward * 4, self.y1, room, LINE_HEIGHT)
            yield self._behind(self.x1 - self.toward * CROSS / 2, self.y1 + 18, room, LINE_HEIGHT)
            yield self._behind(self.x1 - self.toward * CROSS / 2, self.y1 - 18, room, LINE_HEIGHT)
            return
        for below in (CROSS + 2, -CROSS - 2, 2 * CROSS):
            yield self._behind(
                self.x1 + self.toward * CROSS / 2 - self.toward * room, self.y1 + below, room, LINE_HEIGHT
            )

    def near_cross(self, room: float) -> Iterator[Box]:
        """Yield where else words may stand near the ✕, `room` wide; on the way itself last."""
        aside = self.toward * (room / 2 + CROSS / 2 + 2)
        for dx, dy in _NEAR:
            yield Box(self.x1 + dx * aside - room / 2, self.y1 + dy - LINE_HEIGHT / 2, room, LINE_HEIGHT)

    def _behind(self, x: float, y: float, width: float, height: float) -> Box:
        """Return the box that begins at `x` and goes on as the packet goes, around this height."""
        return Box(x if self.toward > 0 else x - width, y - height / 2, width, height)


class _Draft:
    """A layout in the making."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.scenario = story.trace.scenario
        self.packets = story.trace.packets
        self.timeline = Timeline(story)
        self.top = MARGIN + 42 + (16 if story.trace.unused else 0) + HEAD_HEIGHT + 30
        edges = [step.t for cut in story.cuts for step in (cut.begins, cut.mended) if step is not None]
        lost = [story.ended[str(step.arrived)] for step in story.missed]
        times = {*(step.t for step in story.steps), *lost, *edges}
        self.left = max([TIMES, *(text_width(f"{t} ms", TIME_SIZE) + 14 for t in times)])
        self.lanes = _lanes(story.timers, self.timeline.y)
        self.blocks = {step.number: _block(tuple(step.lines)) for step in story.steps if step.lines}
        self.labels = [packet_label(packet, story.several) for packet in self.packets]
        self.label_widths = [text_width(label, LABEL_SIZE, bold=True) + 14 for label in self.labels]
        self.sides = self._sides()
        self.between = {*in_columns(self.scenario)[1:-1]} - {SERVER}  # whom the arrows of others pass
        self.bars_width = self._bars_width()
        self.gutters = self._gutters()
        self.x = self._columns()
        self.taken = Taken()
        self.breaks = [self._break(stretch) for stretch in self.timeline.breaks]
        self.ways = list(map(self._way, self.packets, self.labels, self.label_widths))
        self.ways = _side_by_side(self.ways) if self.between else self.ways
        self.ways = [self._ending(way) if way.fate and not way.is_stub else way for way in self.ways]
        self.ways = [self._moved(way) if way.is_stub else way for way in self.ways]

    def layout(self) -> Layout:
        cuts = [self._cut(cut) for cut in self.story.cuts]
        notes = [note for step in self.story.steps if step.lines for note in self._notes(step)]
        self._keep_dots_free()
        arrows = self._arrows()
        last = max([self.timeline.height + self.top, *(note.box.y + note.box.height for note in notes)])
        written = [word for arrow in arrows for word in arrow.words] + [word for cut in cuts for word in cut.words]
        words = [word.box.y + word.box.height for word in written]
        bottom = max([last, *(arrow.pill.y + PILL_HEIGHT for arrow in arrows), *words]) + 18
        trace = self.story.trace
        names = in_columns(self.scenario)
        called, right = roles(self.scenario), names[-1]
        width = self.x[right] + max(HEAD_WIDTH / 2, self.gutters[right] if self.sides[right] > 0 else 0) + MARGIN
        return Layout(
            title=title(trace),
            subtitles=[settings(trace), *([idle(trace)] if trace.unused else [])],
            width=width,
            height=bottom + MARGIN,
            left=self.left,
            top=self.top - 24,
            bottom=bottom,
            lifelines=[Lifeline(name, called[name], self.x[name], self.sides[name]) for name in names],
            times=self._times(),
            breaks=self.breaks,
            arrows=arrows,
            bars=[self._bar(run, lane) for run, lane in zip(self.story.timers, self.lanes, strict=True)],
            notes=notes,
            gaps=[self._gap(absence, bottom) for absence in self.story.absences],
            cuts=[cut if cut.is_mended else cut._replace(y1=bottom) for cut in cuts],
            unit=unit(trace),
        )

    # Across: columns, and beside each a gutter for its notes

    def _sides(self) -> dict[str, int]:
        names = in_columns(self.scenario)
        middle = names.index(SERVER)
        return {name: -1 if place < middle else 1 for place, name in enumerate(names)}

    def _bars_width(self) -> dict[str, float]:
        """How much room the timer bars beside each lifeline take."""
        lanes = dict.fromkeys(self.sides, 0)
        for run, lane in zip(self.story.timers, self.lanes, strict=True):
            lanes[run.node] = max(lanes[run.node], lane + 1)
        return {node: 8 + count * (BAR + BAR_GAP) for node, count in lanes.items()}

    def _gutters(self) -> dict[str, float]:
        """How much room the notes and bars beside each lifeline need."""
        room = {name: 0 if name == SERVER else GUTTER for name in in_columns(self.scenario)}
        for number, block in self.blocks.items():
            node = self.story.steps[number].node
            room[node] = max(room[node], self.bars_width[node] + block.width + 10)
        return room

    def _columns(self) -> dict[str, float]:
        """The x of each lifeline."""
        names = in_columns(self.scenario)
        column = max([COLUMN, 2.6 * max(self.label_widths, default=0)])
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
        block = self.blocks[step.number]
        width = block.width
        side, place = self._beside(step, width, block.height)
        self.taken.add(place)
        edge = place.x if side > 0 else place.x + width
        at = self.timeline.y[step.number] + self.top
        y = place.y
        for line, written in zip(step.lines, block.lines, strict=True):
            x = edge if side > 0 else edge - written.width
            box = Box(x, y, written.width, written.height)
            yield Note(step.node, step.t, at, line, written.text, box, side)
            y += written.height

    def _beside(self, step: Step, width: float, height: float) -> tuple[int, Box]:
        """Return the side and the place of a step's notes; where arrows of others pass, the fewest go through them."""
        node, number = step.node, step.number
        y = self.timeline.y[number] + self.top - self.timeline.reach[number][0]
        x, away = self.x[node], self.bars_width[node] + 6
        if node != SERVER:
            side = self.sides[node]
            edge = x + away if side > 0 else x - away - width
            lower = (y, y + height / 3, y + height / 2) if node in self.between else ()
            best = self.lines.clearest(filter(self.taken.is_free, (Box(edge, at, width, height) for at in lower)))
            return side, best[1] if best else self.taken.first_free(Box(edge, y, width, height))
        edges = {1: x + away, -1: x - away - width}
        away = height / 2 + 1
        heights = (y, y + away, y - away, y + 2 * away)
        places = {Box(edge, at, width, height): side for at in heights for side, edge in edges.items()}
        best = self.lines.clearest(filter(self.taken.is_free, places))
        if best is None:
            return 1, self.taken.first_free(Box(edges[1], y, width, height))
        return places[best[1]], best[1]

    def _keep_dots_free(self) -> None:
        """Keep labels off the moments of who stands between others and the server: one there would seem theirs."""
        for step in self.story.steps if self.between else ():
            if step.node in self.between and (step.arrived or step.sends):
                y = self.timeline.y[step.number] + self.top
                self.taken.add(Box(self.x[step.node] - DOT, y - DOT, 2 * DOT, 2 * DOT))

    @cached_property
    def lines(self) -> Lines:
        """The ways of all packets, to keep words off them."""
        lines = Lines()
        for way in self.ways:
            lines.add(way.x0, way.y0, way.x1, way.y1)
        return lines

    def _cut(self, cut: Cut) -> CutLink:
        """Return the marked stretch between a person's lifeline and the next one toward the server."""
        names = in_columns(self.scenario)
        place = names.index(cut.person)
        other = names[place + (1 if place < names.index(SERVER) else -1)]
        left, right = sorted([self.x[cut.person], self.x[other]])
        y0 = self.timeline.y[cut.begins.number] + self.top
        edges = [(y0, cut.words)]
        if cut.mended is not None:
            edges.append((self.timeline.y[cut.mended.number] + self.top, "mended"))
        words = [self._words_at(text, (left + right) / 2, y) for y, text in edges]
        end = self.story.last if cut.mended is None else cut.mended.t
        return CutLink(cut.begins.t, end, cut.mended is not None, left, y0, right, edges[-1][0], words)

    def _words_at(self, text: str, middle: float, y: float) -> Words:
        """Return words around a height, or near it, where nothing is written and few arrows go."""
        width = text_width(text, NOTE_SIZE)
        box = Box(middle - width / 2, y - LINE_HEIGHT / 2, width, LINE_HEIGHT)
        near = [box._replace(x=box.x + dx, y=box.y + dy) for dy in (0, -9, 9) for dx in (0, -40, 40)]
        clearest = self.lines.clearest(filter(self.taken.is_free, near))
        best = self.taken.first_free(box) if clearest is None else clearest[1]
        self.taken.add(best)
        return Words(text, best)

    def _gap(self, absence: Absence, bottom: float) -> Gap:
        steps, y = self.story.steps, self.timeline.y
        start, x = steps[absence.start], self.x[absence.node]
        end, y1 = (
            (self.story.last, bottom) if absence.stop is None else (steps[absence.stop].t, y[absence.stop] + self.top)
        )
        return Gap(absence.node, absence.kind, start.t, end, x, y[start.number] + self.top, y1)

    def _arrows(self) -> list[Arrow]:
        """Every packet's arrow: labels in the middle if they all fit there, else nearer to their senders."""
        early = [self._fate(*pair, None, self.taken) if pair[1].fate == "lost" else [] for pair in self._pairs()]
        pills, taken = self._pills(0.5) or self._pills(0.3) or (list(map(self._free_pill, self.ways)), self.taken)
        arrows = []
        for (packet, way), pill, words in zip(self._pairs(), pills, early, strict=True):
            if way.fate == "dropped":
                words = self._fate(packet, way, pill, taken)
            if packet.name in self.story.remarks:
                words = [*words, *self._remark(packet, pill, taken)]
            arrows.append(self._arrow(packet, way, pill, words))
        return arrows

    def _pills(self, along: float) -> tuple[list[Box], Taken] | None:
        """Return the labels at this part of their ways and what is taken with them; None if they do not all fit."""
        taken, pills = self.taken.copy(), []
        for way in self.ways:
            pill = way.pill(along)
            if not (way.is_stub or taken.add_if_free(pill)):
                return None
            pills.append(pill)
        return pills, taken

    def _pairs(self) -> Iterator[tuple[PacketRecord, _Way]]:
        return zip(self.packets, self.ways, strict=True)

    def _arrow(self, packet: PacketRecord, way: _Way, pill: Box, words: list[Words]) -> Arrow:
        name, story = packet.name, self.story
        fate, why, remarks = story.fate(packet), story.why.get(name, ""), story.remarks.get(name, [])
        return Arrow(
            packet,
            story.ended[name],
            way.x0,
            way.y0,
            way.x1,
            way.y1,
            way.label,
            pill,
            fate,
            why,
            remarks,
            words,
            way.is_stub,
        )

    def _fate(self, packet: PacketRecord, way: _Way, pill: Box | None, taken: Taken) -> list[Words]:
        """Return what became of a packet, in the first place between its lifelines that is not taken."""
        why = plain(in_few_words(self.story.why.get(packet.name, "")))
        left, right = sorted([self.x[packet.src], self.x[packet.dst]])
        for text in [f"lost: {why}", why] if why else [packet.fate]:
            for box in way.fate_words(text_width(text, NOTE_SIZE)):
                if left <= box.x and box.x + box.width <= right and taken.add_if_free(box):
                    return [Words(text, box)]
        width = text_width(packet.fate, NOTE_SIZE)
        near = [box for box in way.near_cross(width) if left <= box.x and box.x + box.width <= right]
        free = next(filter(taken.is_free, [*near, *(_beside(pill, width) if pill else ())]), None)
        box = free or min(map(taken.first_free, near), key=lambda box: box.y)
        taken.add(box)
        return [Words(packet.fate, box)]

    def _remark(self, packet: PacketRecord, pill: Box, taken: Taken) -> list[Words]:
        """Return what is unusual about a packet beside its label, if there is room."""
        text = ", ".join(self.story.remarks[packet.name])
        width = text_width(text, NOTE_SIZE)
        best = self.lines.clearest(filter(taken.is_free, _beside(pill, width)))
        if best is None or best[0] > MOST_CROSSED:
            return []
        taken.add(best[1])
        return [Words(text, best[1], is_remark=True)]

    def _way(self, packet: PacketRecord, label: str, label_width: float) -> _Way:
        """Return a packet's way, as far as it came."""
        x0, x1 = self.x[packet.src], self.x[packet.dst]
        y0, y1 = self.timeline.y[self.story.sent_in[packet.name]], self.timeline.end[packet.name]
        fate = "" if packet.fate == "arrived" else packet.fate
        is_stub = bool(fate) and self.story.never_left(packet)
        if fate:
            across = abs(x1 - x0)
            far = self._dropped_at(packet) if fate == "dropped" else (STUB if is_stub else across - SHORT_OF) / across
            x1 = x0 + (x1 - x0) * far
            if self.story.trace.timed or is_stub:  # without a clock, its end stands at the height of its step
                y1 = y0 + (y1 - y0) * far
        return _Way(label, label_width, x0, y0 + self.top, x1, y1 + self.top, fate, is_stub)

    def _dropped_at(self, packet: PacketRecord) -> float:
        """How much of its way a dropped packet is drawn: less of one that was late, for all are dropped as early."""
        if not self.story.trace.timed:
            return DROPPED_AT
        takes, usual = packet.due - packet.sent, self.scenario.latency_of(packet.person)
        return DROPPED_AT * max(usual / takes, 0.3) if takes > usual else DROPPED_AT

    def _ending(self, way: _Way) -> _Way:
        """Return a way whose ✕ stands on no other: it ends earlier where one does. Words make way for all of them."""
        part = 1.0
        while part > 0.3 and not self.taken.is_free(way.part(part).cross()):
            part -= 0.1
        self.taken.add(way.part(part).cross())
        return way.part(part)

    def _moved(self, way: _Way) -> _Way:
        """Return a way that never left its sender, down to where its ✕ and label are free of others."""
        free = self.taken.first_free(way.stub())
        self.taken.add(free)
        return way._replace(y1=free.y + PILL_HEIGHT / 2)

    def _free_pill(self, way: _Way) -> Box:
        """Return a place for a label on its arrow where no other stands; below the arrow if there is none."""
        if way.is_stub:
            return way.pill(0)
        for along in _ALONG:
            pill = way.pill(along)
            if self.taken.add_if_free(pill):
                return pill
        pill = self.taken.first_free(way.pill(_ALONG[0]))
        self.taken.add(pill)
        return pill

    def _bar(self, run: TimerRun, lane: int) -> Bar:
        side = self.sides[run.node]
        near = self.x[run.node] + side * (8 + lane * (BAR + BAR_GAP))
        y0 = self.timeline.y[run.start]
        y1 = self.timeline.height if run.stop is None else self.timeline.y[run.stop]
        ended = run.ended
        steps = self.story.steps
        start, end = steps[run.start].t, steps[-1 if run.stop is None else run.stop].t
        return Bar(
            run.node, run.name, start, end, near if side > 0 else near - BAR, y0 + self.top, y1 + self.top, ended
        )

    def _times(self) -> list[TimeMark]:
        """The times that have room, each beside what happens then: steps, and packets that are lost.

        An instant that is spread out has its time more than once.
        """
        edges = [step for cut in self.story.cuts for step in (cut.begins, cut.mended) if step is not None]
        happening = [(self.timeline.y[step.number] + self.top, step.t) for step in (*self.story.steps, *edges)]
        lost = [way.y1 for way in self.ways if way.fate]
        ended = [self.story.ended[packet.name] for packet in self.packets if packet.fate != "arrived"]
        marks: list[TimeMark] = []
        for y, t in sorted([*happening, *zip(lost, ended, strict=True)]):
            if not marks or (y - marks[-1].y >= TIME_SIZE + 3 and t >= marks[-1].t):
                marks.append(TimeMark(t, y))
        return marks


def _beside(pill: Box, width: float) -> list[Box]:
    """Return the places for words of this width around a label."""
    x = pill.x + pill.width / 2 - width / 2
    down = PILL_HEIGHT + 1
    boxes = [Box(x + dx, pill.y + dy, width, LINE_HEIGHT) for dx in (0, 30, -30) for dy in (down, -LINE_HEIGHT - 1)]
    return boxes + [pill._replace(x=at, width=width) for at in (pill.x + pill.width + 4, pill.x - width - 4)]


def _side_by_side(ways: list[_Way]) -> list[_Way]:
    """Return ways of which none runs along on another from the same dot: the steeper one starts a little lower.

    They would where people on one side of the server are as far from it as their links are slow.
    """
    from_dot: dict[tuple[float, float, int], list[int]] = {}
    for number, way in enumerate(ways):
        from_dot.setdefault((way.x0, way.y0, way.toward), []).append(number)
    moved = ways.copy()
    for numbers in from_dot.values():
        lower = 0.0
        for one, other in pairwise(sorted(numbers, key=lambda number: (ways[number].slope, ways[number].across))):
            upper, way = ways[one], ways[other]
            if (way.slope - upper.slope) * min(way.across, upper.across) < SIDE_BY_SIDE:
                lower += SIDE_BY_SIDE
            moved[other] = way.lowered(lower)
    return moved


_NEAR = ((1, 9), (1, -9), (0, 17), (0, -17), (1, 17), (1, -17), (0, 26), (0, -26), (-1, 17), (-1, -17), (-1, 0))
_ALONG = (0.3, 0.42, 0.2, 0.56, 0.7)  # which part of its way a label stands at, the best first


def _lanes(timers: Iterable[TimerRun], y: dict[int, float]) -> list[int]:
    """Give each timer the first lane beside its lifeline in which no other runs meanwhile; they come as they start."""
    lanes: list[int] = []
    beside: dict[str, tuple[list[tuple[float, int]], list[int]]] = {}  # by node: lanes in use until when, free ones
    for run in timers:
        used, free = beside.setdefault(run.node, ([], []))
        while used and used[0][0] <= y[run.start]:
            heappush(free, heappop(used)[1])
        lane = heappop(free) if free else len(used)
        heappush(used, (float("inf") if run.stop is None else y[run.stop], lane))
        lanes.append(lane)
    return lanes


class _Written(Value, frozen=True):
    """What is written of a line, and the room that the line takes."""

    text: str
    width: float
    height: float


def _written(line: Line) -> _Written:
    text = line_text(line)
    width = text_width(text, NOTE_SIZE, bold=line.kind in ("status", "again"))
    if line.tag:
        width += text_width(f"{line.tag} ", NOTE_SIZE)
    if line.sign:
        width += text_width(f" {line.sign}", NOTE_SIZE)
    return _Written(text, width + (20 if line.is_bubble else 0), line_height(line))


class _Block(Value, frozen=True):
    """What is written of all lines of a step, and the room that they take."""

    lines: list[_Written]
    width: float
    height: float


@lru_cache(maxsize=4096)  # a learner who drops one packet sees most lines again
def _block(lines: tuple[Line, ...]) -> _Block:
    written = list(map(_written, lines))
    return _Block(written, max([line.width for line in written]), sum([line.height for line in written]))


def line_text(line: Line) -> str:
    """Return what is written of a line: long words are cut."""
    return fit(line.text, NOTE_SIZE, NOTE_ROOM - 20)
