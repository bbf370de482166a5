"""The layout as text, for a terminal and for screen readers: one line for each thing that happens.

An arrow stands at the moment at which its packet arrives, or is dropped. The msg half has heavy lines and filled
heads, the ack half light lines and open heads; a bar runs beside a node while its timer does. A lifeline is dotted
while its person is logged out, and a row of crosses while its node is down.
"""

from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from heapq import heappop, heappush
from itertools import pairwise
from math import inf
from typing import NamedTuple

from imteach.draw.collector import uncollected
from imteach.draw.letters.cells import TextLine
from imteach.draw.letters.direction import isolated, with_isolates
from imteach.draw.letters.measure import columns
from imteach.draw.sequence.layout.shapes import Arrow, Gap, Layout, Note
from imteach.draw.sequence.layout.whole import lay_out
from imteach.draw.sequence.words import in_few_words
from imteach.plain import plain
from imteach.tell.words import from_then_on
from imteach.trace import Trace

TIMES = 10  # columns for the times, at least
STEP = 26  # columns between two lifelines, at least
GAPS = {"out": "┊", "down": "×"}
STROKES = {"msg": ("━", "▶", "◀"), "ack": ("─", "▷", "◁")}  # line, head to the right, head to the left


@uncollected
def to_text(trace: Trace) -> str:
    """Return the sequence diagram of a trace as lines of text, ending in a newline.

    >>> from imteach import Drop, Scenario
    >>> print(to_text(Scenario("basic").run(Drop("msg:N"))).rstrip())
    basic, m1/msg:N#1 dropped
    latency 50 ms; RTO 300 ms
    <BLANKLINE>
                              alice                    server                      bob
        0 ms           (hello) ┃│                         │                         │
                     ◷ sending ┃│                         │                         │
       50 ms                   ┃│━━━━━━━━━ msg:R ━━━━━━━━▶│                         │
       80 ms                   ┃│                         │╌╌╌ msg:N ╌╌╌✕ dropped   │
      100 ms   timer cancelled ┃│◀━━━━━━━━ msg:A ━━━━━━━━━│                         │
                        ✓ sent ┃│                         │                         │
    """
    return "".join(f"{line}\n" for line in TextPage(lay_out(trace)).lines())


class _Row(NamedTuple):
    """One or more lines of text, at `t` simulated ms: a packet's arrow, a node's notes, both, or words between.

    `y` is its height in the picture, which sorts the rows of one instant. A `rule` goes across, with words in it.
    """

    t: float
    y: float
    arrow: Arrow | None
    notes: list[Note]
    words: str = ""
    middle: float | None = None  # where the words stand in the picture, if not on the server's lifeline
    rule: str = ""


class TextPage:
    """The lines in the making: a column for each lifeline, and what stands beside it.

    At `first`, in simulated ms, before all that happens then, a line across says that two runs differ from there on.
    """

    def __init__(self, layout: Layout, first: float | None = None) -> None:
        self.layout = layout
        self.first = first
        times = [mark.t for mark in layout.times] + [arrow.ended for arrow in layout.arrows]
        self.times = max([TIMES, *(len(f"{t}{layout.unit}") + 3 for t in times)])
        self.lanes = self._lanes()
        self.room = self._room()
        self.x = self._columns()
        self.standing = TextLine()  # lifelines, and the timers that run: what each line begins with
        for x in self.x.values():
            self.standing.put(x, "│")
        self.bars = {
            (line.name, x): self.x[line.name] + line.side * lane
            for line in layout.lifelines
            for lane, x in enumerate(self.lanes[line.name], start=1)
        }
        self.starting = sorted(layout.bars, key=lambda bar: bar.start, reverse=True)
        self.running: Counter[int] = Counter()  # timers, by column
        self.ending: list[tuple[float, int]] = []  # a heap: when each of them ends, and its column
        self.absent = sorted(layout.gaps, key=lambda gap: (gap.start, gap.y0), reverse=True)
        self.gaps: list[Gap] = []
        self.sides = {line.name: line.side for line in layout.lifelines}

    @property
    def width(self) -> int:
        """How many columns the diagram takes, what is written beside its last lifeline and above it included."""
        line = self.layout.lifelines[-1]
        beside = self.room[line.name] if line.side > 0 else 0
        return max(self.x[line.name] + max(beside, columns(line.name)) + 1, *map(columns, self.head()))

    def lines(self) -> Iterator[str]:
        """Yield the lines of the whole diagram, from the top down. It can be asked for once."""
        yield from self.head()
        for t in self.rows:
            yield from self.at(t)

    def head(self) -> Iterator[str]:
        """Yield the lines of the title, and the names over the lifelines."""
        yield from map(with_isolates, [self.layout.title, *self.layout.subtitles])
        names = TextLine()
        for name, x in self.x.items():
            names.put(x - columns(name) // 2, name)
        yield ""
        yield str(names)

    @cached_property
    def rows(self) -> dict[float, list[_Row]]:
        """What happens, by its time in simulated ms, in time order."""
        rows: dict[float, list[_Row]] = {}
        for row in self._rows():
            rows.setdefault(row.t, []).append(row)
        return rows

    def at(self, t: float) -> Iterator[str]:
        """Yield the lines of what happens at this time, if anything does. Times are asked for in time order."""
        for row in self.rows.get(t, ()):
            yield from map(str, self._draw(row))

    def idle(self, t: float) -> str:
        """Return a line on which nothing happens, after all that happens at this time."""
        return str(self._blank(_Row(t, inf, None, [])))

    # Across

    def _lanes(self) -> dict[str, list[float]]:
        """The places of the timer bars beside each lifeline, nearest first."""
        places: dict[str, set[float]] = {line.name: set() for line in self.layout.lifelines}
        for bar in self.layout.bars:
            places[bar.node].add(bar.x)
        x = {line.name: line.x for line in self.layout.lifelines}
        return {name: sorted(xs, key=lambda at: abs(at - x[name])) for name, xs in places.items()}

    def _room(self) -> dict[str, int]:
        """How many columns the bars and notes beside each lifeline take."""
        widest = dict.fromkeys(self.lanes, 0)
        for note in self.layout.notes:
            widest[note.node] = max(widest[note.node], columns(_words(note)))
        return {name: len(lanes) + 2 + widest[name] for name, lanes in self.lanes.items()}

    def _columns(self) -> dict[str, int]:
        """The column of each lifeline."""
        lines = self.layout.lifelines
        widest = max(map(_needs, self.layout.arrows), default=0)
        x = self.times + max(columns(lines[0].name) // 2, self.room[lines[0].name] if lines[0].side < 0 else 0)
        places = {lines[0].name: x}
        for left, right in pairwise(lines):
            notes = self.room[left.name] * (left.side > 0) + self.room[right.name] * (right.side < 0)
            x += max(STEP, widest, notes + 4)
            places[right.name] = x
        return places

    # Down

    def _rows(self) -> list[_Row]:
        """Everything, in the order of the picture."""
        beside: dict[tuple[str, float], list[Note]] = {}
        for note in self.layout.notes:
            beside.setdefault((note.node, note.y), []).append(note)
        rows = []
        for arrow in self.layout.arrows:
            arrived = arrow.packet.fate == "arrived"
            notes = beside.pop((arrow.packet.dst, arrow.y1), []) if arrived else []
            rows.append(_Row(arrow.ended, arrow.y1, arrow, notes))
        rows.extend(_Row(notes[0].t, y, None, notes) for (_, y), notes in beside.items())
        rows.extend(_Row(stretch.until, 0, None, [], stretch.text) for stretch in self.layout.breaks)
        for cut in self.layout.cuts:
            for t, y, words in zip((cut.start, cut.end), (cut.y0, cut.y1), cut.words, strict=False):
                rows.append(_Row(t, y - 1, None, [], words.text, (cut.x0 + cut.x1) / 2))
        rows.extend(self._rules())
        return sorted(rows, key=lambda row: (row.t, row.y))

    def _rules(self) -> Iterator[_Row]:
        """The lines across: before the first difference from another run, and around what goes round for ever.

        Those stand after the moment since when it does, and after all of it.
        """
        if self.first is not None:
            yield _Row(self.first, 1, None, [], rule="first difference")  # below an idle stretch that ends there
        if self.layout.round is not None:
            since = self.layout.round.since
            again = from_then_on(since, bool(self.layout.unit)).removesuffix(" on")
            yield _Row(since, inf, None, [], rule="from here on over and over")
            yield _Row(inf, inf, None, [], rule=f"and again {again}")

    def _draw(self, row: _Row) -> Iterator[TextLine]:
        if row.rule:
            yield self._rule(row.rule)
            return
        if row.words and row.middle is None:
            yield self._pause(row.words)
            return
        line = self._blank(row)
        time = f"{row.t}{self.layout.unit}"
        line.put(self.times - 2 - len(time), time)
        if row.middle is not None:
            self._draw_cut(line, row.words, row.middle)
        if row.arrow is not None:
            self._draw_arrow(line, row.arrow)
        for number, note in enumerate(row.notes):
            words = _words(note)
            side = self.sides[note.node]
            near = self.x[note.node] + side * (len(self.lanes[note.node]) + 2)
            x = near if side > 0 else near - columns(words) + 1
            if number > 0 or not line.is_free(x, columns(words)):
                yield line
                line = self._blank(row)
            line.put(x, words)
        yield line

    def _blank(self, row: _Row) -> TextLine:
        """A line with nothing but the lifelines and the timers that run."""
        self._start_and_end_bars(row.t)
        while self.absent and (self.absent[-1].start, self.absent[-1].y0) < (row.t, row.y):
            self.gaps.append(self.absent.pop())
        self.gaps = [gap for gap in self.gaps if (gap.end, gap.y1) > (row.t, row.y)]
        line = TextLine(self.standing)
        for gap in self.gaps:
            line.put(self.x[gap.node], GAPS[gap.kind])
        return line

    def _start_and_end_bars(self, t: float) -> None:
        """Put the timers that run at this time into the lines. Only a timer that starts or ends costs any work."""
        while self.starting and self.starting[-1].start <= t:
            bar = self.starting.pop()
            column = self.bars[bar.node, bar.x]
            self.running[column] += 1
            self.standing.put(column, "┃")
            heappush(self.ending, (bar.end, column))
        while self.ending and self.ending[0][0] < t:
            _, column = heappop(self.ending)
            self.running[column] -= 1  # another timer may have begun in the same column
            if not self.running[column]:
                self.standing.put(column, " ")

    def _pause(self, words: str) -> TextLine:
        """A line for an idle stretch that was cut short."""
        line = TextLine()
        for x in self.x.values():
            line.put(x, "┊")
        line.put(self.x["server"] - columns(words) // 2 - 2, f"··{words}··")
        return line

    def _rule(self, words: str) -> TextLine:
        """A line across everything, with words on the server's lifeline."""
        last = self.layout.lifelines[-1]
        line = TextLine()
        line.fill(self.times - 2, self.x[last.name] + max(self.room[last.name] * (last.side > 0), 2), "─")
        for x in self.x.values():
            line.put(x, "┼")
        line.put(self.x["server"] - columns(words) // 2 - 1, f" {words} ")
        return line

    def _draw_cut(self, line: TextLine, words: str, middle: float) -> None:
        """Words between the two lifelines whose link is cut or mended."""
        left = max((each for each in self.layout.lifelines if each.x < middle), key=lambda each: each.x)
        right = min((each for each in self.layout.lifelines if each.x > middle), key=lambda each: each.x)
        line.put((self.x[left.name] + self.x[right.name] - columns(words)) // 2, words)

    def _draw_arrow(self, line: TextLine, arrow: Arrow) -> None:
        start, end = self.x[arrow.packet.src], self.x[arrow.packet.dst]
        toward = 1 if end > start else -1
        stroke, right, left = STROKES[arrow.half]
        head = right if toward > 0 else left
        label = f" {_label(arrow)} "
        if arrow.fate:
            self._draw_lost(line, arrow, start, end, head if arrow.is_under_way else "✕")
            return
        line.fill(start, end, stroke)
        line.put(end - toward, head)
        line.put((start + end - columns(label) + 1) // 2, label)

    def _draw_lost(self, line: TextLine, arrow: Arrow, start: int, end: int, sign: str) -> None:
        """Draw a packet that reached nobody as far as it came; words after or before the sign say what became of it."""
        toward, across = (1 if end > start else -1), abs(end - start)
        label, way, behind = f" {_label(arrow)} ", across * 3 // 5, f" {arrow.fate}"
        if arrow.packet.fate == "lost":
            way = 0 if arrow.is_stub else across
            if not arrow.is_stub:
                label, behind = f" {_label(arrow)} {_fate(arrow)} ", ""
        way = max(way, columns(label) + 3)
        if behind and way + columns(behind) < across:
            x = start + way if toward > 0 else start - way - columns(behind) + 1
            line.put(x, behind if toward > 0 else behind[1:])
        end = start + toward * way
        line.fill(start, end, "╌")
        line.put(end - toward, sign)
        line.put((start + end - columns(label) + 1) // 2, label)


def _label(arrow: Arrow) -> str:
    """What stands on an arrow, with what is unusual about its packet."""
    return " ".join([arrow.label, ", ".join(arrow.remarks)]).rstrip()


def _fate(arrow: Arrow) -> str:
    """What became of a packet that did not arrive, in few words."""
    return f"lost: {plain(in_few_words(arrow.why))}" if arrow.why else arrow.fate


def _needs(arrow: Arrow) -> int:
    """How many columns an arrow needs between two lifelines."""
    return columns(_label(arrow)) + max(14, columns(_fate(arrow)) + 8 if arrow.packet.fate == "lost" else 0)


def _words(note: Note) -> str:
    """What a note says, in one line."""
    text = isolated(note.text) if note.line.is_bubble else note.text
    words = f"{note.line.tag} {text}".strip()
    if note.line.is_bubble:
        words = f"({words}{' ' * bool(note.line.sign)}{note.line.sign})"
    return words
