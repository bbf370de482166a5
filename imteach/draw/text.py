"""The layout as text, for a terminal and for those who read by ear: one line for each thing that happens.

An arrow stands at the moment at which its packet arrives, or is dropped. The msg half has heavy lines and filled
heads, the ack half light lines and open heads; a bar runs beside a node while its timer does.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from imteach.draw.layout import Arrow, Bar, Layout, Lifeline, Note, lay_out
from imteach.draw.measure import columns
from imteach.sim import Trace

TIMES = 10  # columns for the times, at least
STEP = 26  # columns between two lifelines, at least
STROKES = {"msg": ("━", "▶", "◀"), "ack": ("─", "▷", "◁")}  # line, head to the right, head to the left


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
      100 ms            ✓ sent ┃│◀━━━━━━━━ msg:A ━━━━━━━━━│                         │
               timer cancelled ┃│                         │                         │
    """
    return "".join(f"{line}\n" for line in _Page(lay_out(trace)).lines())


class _Row(NamedTuple):
    """What stands on one or more lines: at `t` simulated ms a packet's arrow, a node's notes, both, or words between.

    `y` is its height in the picture: what shares an instant keeps that order.
    """

    t: float
    y: float
    arrow: Arrow | None
    notes: list[Note]
    words: str = ""


class _Line:
    """One line of text, filled column by column."""

    def __init__(self) -> None:
        self._cells: list[str] = []

    def put(self, x: int, text: str) -> None:
        """Write `text` from column `x` on, over what stands there."""
        for char in text:
            width = columns(char)
            self._cells.extend(" " * (x + width - len(self._cells)))
            self._cells[x : x + width] = [char] + [""] * (width - 1)
            x += width

    def is_free(self, x: int, width: int) -> bool:
        """Whether nothing is written in these columns."""
        return not "".join(self._cells[x : x + width]).strip()

    def __str__(self) -> str:
        return "".join(self._cells).rstrip()


class _Page:
    """The lines in the making: a column for each lifeline, and what stands beside it."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        times = [mark.t for mark in layout.times] + [arrow.ended for arrow in layout.arrows]
        self.times = max([TIMES, *(len(f"{t} ms") + 3 for t in times)])
        self.lanes = {line.name: self._lanes(line) for line in layout.lifelines}
        self.x = self._columns()
        self.bars = {
            (line.name, x): self.x[line.name] + line.side * lane
            for line in layout.lifelines
            for lane, x in enumerate(self.lanes[line.name], start=1)
        }
        self.starting = sorted(layout.bars, key=lambda bar: bar.start, reverse=True)
        self.running: list[Bar] = []

    def lines(self) -> Iterator[str]:
        """Yield the lines of the whole diagram."""
        yield self.layout.title
        yield from self.layout.subtitles
        names = _Line()
        for name, x in self.x.items():
            names.put(x - columns(name) // 2, name)
        yield ""
        yield str(names)
        for row in self._rows():
            yield from map(str, self._draw(row))

    # Across

    def _lanes(self, line: Lifeline) -> list[float]:
        """The places of the timer bars beside a lifeline, nearest first."""
        return sorted({bar.x for bar in self.layout.bars if bar.node == line.name}, key=lambda x: abs(x - line.x))

    def _room(self, line: Lifeline) -> int:
        """How many columns the bars and notes beside a lifeline take."""
        widths = [columns(_words(note)) for note in self.layout.notes if note.node == line.name]
        return len(self.lanes[line.name]) + 2 + max(widths, default=0)

    def _columns(self) -> dict[str, int]:
        """The column of each lifeline."""
        lines = self.layout.lifelines
        longest = max((columns(arrow.label) for arrow in self.layout.arrows), default=0)
        x = self.times + max(columns(lines[0].name) // 2, self._room(lines[0]) if lines[0].side < 0 else 0)
        places = {lines[0].name: x}
        for left, right in pairwise(lines):
            notes = self._room(left) * (left.side > 0) + self._room(right) * (right.side < 0)
            x += max(STEP, longest + 14, notes + 4)
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
        return sorted(rows, key=lambda row: (row.t, row.y))

    def _draw(self, row: _Row) -> Iterator[_Line]:
        if row.words:
            yield self._pause(row.words)
            return
        line = self._blank(row)
        line.put(self.times - 2 - len(f"{row.t} ms"), f"{row.t} ms")
        if row.arrow is not None:
            self._draw_arrow(line, row.arrow)
        for number, note in enumerate(row.notes):
            words = _words(note)
            near = self.x[note.node] + note.side * (len(self.lanes[note.node]) + 2)
            x = near if note.side > 0 else near - columns(words) + 1
            if number > 0 or not line.is_free(x, columns(words)):
                yield line
                line = self._blank(row)
            line.put(x, words)
        yield line

    def _blank(self, row: _Row) -> _Line:
        """A line with nothing but the lifelines and the timers that run."""
        while self.starting and self.starting[-1].start <= row.t:
            self.running.append(self.starting.pop())
        self.running = [bar for bar in self.running if bar.end >= row.t]
        line = _Line()
        for x in self.x.values():
            line.put(x, "│")
        for bar in self.running:
            line.put(self.bars[bar.node, bar.x], "┃")
        return line

    def _pause(self, words: str) -> _Line:
        """A line for an idle stretch that was cut short."""
        line = _Line()
        for x in self.x.values():
            line.put(x, "┊")
        line.put(self.x["server"] - columns(words) // 2 - 2, f"··{words}··")
        return line

    def _draw_arrow(self, line: _Line, arrow: Arrow) -> None:
        start, end = self.x[arrow.packet.src], self.x[arrow.packet.dst]
        toward = 1 if end > start else -1
        stroke, right, left = STROKES[arrow.half]
        head = right if toward > 0 else left
        label = f" {arrow.label} "
        if arrow.packet.fate != "arrived":
            stroke, head = "╌", "✕"
            way = max((abs(end - start)) * 3 // 5, columns(label) + 3)
            word = f" {arrow.packet.fate}"
            if way + len(word) < abs(end - start):
                line.put(start + way if toward > 0 else start - way - len(word) + 1, word if toward > 0 else word[1:])
            end = start + toward * way
        for x in range(start + toward, end, toward):
            line.put(x, stroke)
        line.put(end - toward, head)
        line.put((start + end - columns(label) + 1) // 2, label)


def _words(note: Note) -> str:
    """What a note says, in one line."""
    words = f"{note.line.tag} {note.text}".strip()
    if note.line.is_bubble:
        words = f"({words}{' ' * bool(note.line.sign)}{note.line.sign})"
    return words
