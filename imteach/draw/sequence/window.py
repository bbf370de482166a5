"""A long run in windows: stretches of its picture, each as small as a page can draw at once.

A window is `WINDOW` packets in the order of their sending. Its picture is cut out of the whole one, by height: it shows
what the whole picture shows there, so two windows never disagree about a run. A window shows its own packets whole
(except one that is still under way when `WINDOW` more have been sent); packets of other windows that are under way
meanwhile are pale lines without labels, cut at the edges.

The whole run is laid out first, because every place depends on all that came before. So the time to make a window grows
with the run; its size, and the time that a page needs to show it, do not.
"""

from collections.abc import Iterator
from typing import Any

from imteach.draw.letters.measure import text_width
from imteach.draw.sequence.layout.boxes import Box, Taken
from imteach.draw.sequence.layout.rounds import words_beside
from imteach.draw.sequence.layout.shapes import (
    MARGIN,
    NOTE_SIZE,
    PILL_HEIGHT,
    Arrow,
    Bar,
    CutLink,
    Gap,
    Idle,
    Layout,
    Round,
)
from imteach.draw.sequence.words import unit
from imteach.errors import InputError
from imteach.protocol import SERVER, Value
from imteach.trace import Trace

WINDOW = 200
"""Packets of a window: as many as a page builds and paints in under 100 ms (80 ms in headless Chromium, two cores)."""

ROW = 16.0  # the height of a line under the title
STRIP = 36.0  # the strip at an edge that says what comes before or after
ABOVE = 12.0  # room above the first sending
ALONG = [part / 20 for part in (10, 6, 8, 4, 12, 14, 16, 2, 18, 5, 7, 9, 11, 13, 15, 17, 3, 19, 1)]  # the best first


class Window(Value, frozen=True):
    """The packets `first` to `last` (counted from 1) of a run of `count`, in the order of their sending.

    From `start`, when the first of them is sent, to `end`, when the last of them has arrived or is lost: simulated ms;
    `unit` stands behind a time. A run without packets has one window, from 0 to 0.
    """

    first: int
    last: int
    count: int
    start: float
    end: float
    unit: str = " ms"

    @property
    def is_whole(self) -> bool:
        """Whether it is all of its run."""
        return self.last - self.first + 1 >= self.count

    @property
    def words(self) -> str:
        """What it shows, in words: `packets 201 to 400 of 3,000, 4000 to 8050 ms`."""
        if not self.count:
            return "no packets"
        shown = f"{self.start} to {self.end}{self.unit}" if self.unit else f"steps {self.start} to {self.end}"
        return f"{_packets(self.first, self.last)} of {self.count:,}, {shown}"


def windows(trace: Trace, size: int = WINDOW) -> list[Window]:
    """Return the windows of a run, in time order. Each packet is in one of them, and all have `size` but the last.

    >>> from imteach import Say, Scenario
    >>> for window in windows(Scenario("basic", say=[Say("hi", at=100 * n) for n in range(5)]).run(), size=6):
    ...     print(window.words)
    packets 1 to 6 of 15, 0 to 200 ms
    packets 7 to 12 of 15, 200 to 400 ms
    packets 13 to 15 of 15, 400 to 500 ms
    """
    packets, behind = trace.packets, unit(trace)
    lost = {event.packet: event.t for event in trace.events if event.kind in ("drop", "lose")}
    ends = [lost.get(packet.name, packet.due) if packet.arrived is None else packet.arrived for packet in packets]
    found = []
    for begin in range(0, len(packets), size):
        last = min(begin + size, len(packets))
        span = packets[begin].sent, max(ends[begin:last])
        found.append(Window(begin + 1, last, len(packets), *span, behind))
    return found or [Window(0, 0, 0, 0, 0, behind)]


def window_of(trace: Trace, name: str, size: int = WINDOW) -> int:
    """Return which window shows the packet of this name: its place in `windows`. Raises `InputError` for no packet.

    >>> from imteach import Say, Scenario
    >>> trace = Scenario("basic", say=[Say("hi", at=100 * n) for n in range(5)]).run()
    >>> window_of(trace, "m1/msg:R#1", size=6), window_of(trace, "m4/msg:N#1", size=6)
    (0, 1)
    """
    return trace.packets.index(trace.packet[name]) // size


class Passing(Value, frozen=True):
    """A packet of another window that is under way meanwhile, as far as it is seen; its arrow has no words.

    `starts` and `ends` say whether it starts and ends in this window; else the edge cuts it.
    """

    arrow: Arrow
    starts: bool
    ends: bool


class Stretch(Layout, frozen=True):
    """The layout of a window: `words` say which, and `passing` are packets of other windows."""

    words: str
    passing: list[Passing]


def cut_out(layout: Layout, window: Window) -> Stretch:
    """Return the stretch of a layout that a window shows. Raises `InputError` for a window of another run."""
    if window.count != len(layout.arrows):
        raise InputError(f"{window.words}: this is no window of a run of {len(layout.arrows)} packets")
    return _CutOut(layout, window).stretch()


class _CutOut:
    """A stretch in the making. Heights are those of the whole layout; `down` moves what is copied to its place here."""

    def __init__(self, layout: Layout, window: Window) -> None:
        self.layout, self.window = layout, window
        arrows, last = layout.arrows, window.last
        self.own, following = arrows[window.first - 1 : last], arrows[last : last + WINDOW]
        self.is_first, self.is_last = window.first <= 1, not following
        self.begin = layout.top if self.is_first else min([arrow.y0 for arrow in self.own])
        self.end = layout.height if self.is_last else self._end(following)
        self.notes = [note for note in layout.notes if self.begin <= note.y < self.end]
        self.breaks = [idle for idle in layout.breaks if self.begin <= idle.box.y + idle.box.height / 2 < self.end]
        whole = list(self._whole())
        self.top = layout.top if self.is_first else min([self.begin - ABOVE, *(box.y for box in whole)])
        deepest = max([self.end, *(box.y + box.height for box in whole)])
        self.bottom = layout.bottom if self.is_last else deepest
        # A line that is cut ends in the middle of the strip, which hides its end
        self.upper = self.top if self.is_first else self.top - STRIP / 2
        self.lower = self.bottom if self.is_last else self.bottom + STRIP / 2
        self.down = ROW + layout.top - self.top + (0 if self.is_first else STRIP)

    def _end(self, following: list[Arrow]) -> float:
        """Return how far down this window goes: to where the next one begins, or to the end of its own last packet.

        But not past the sending of `WINDOW` more packets: else a very late packet would bring along everything that
        happens meanwhile. Such a packet goes on beyond the edge.
        """
        sendings, deepest = [arrow.y0 for arrow in following], max([arrow.y1 for arrow in self.own]) + 1
        return max(min(sendings), deepest if len(sendings) < WINDOW else min(deepest, max(sendings)))

    def _whole(self) -> Iterator[Box]:
        """Yield the boxes of all that is written here: no edge may cut them."""
        yield from (note.box for note in self.notes)
        yield from (idle.box._replace(y=idle.box.y - 4, height=idle.box.height + 8) for idle in self.breaks)
        for arrow in self.own:
            yield from (box for box in (arrow.pill, *(word.box for word in arrow.words)) if self._belongs(box, arrow))

    def _belongs(self, box: Box, arrow: Arrow) -> bool:
        """Whether these words of an own packet are shown: all are, unless the packet goes on beyond the edge."""
        return arrow.y1 < self.end or box.y + box.height < self.end

    def stretch(self) -> Stretch:
        layout, bottom = self.layout, self.bottom + self.down + (0 if self.is_last else STRIP)
        changed = {
            "subtitles": [*layout.subtitles, self.window.words],
            "height": bottom + MARGIN,
            "top": layout.top + ROW,
            "bottom": bottom,
            "times": [self._at(mark) for mark in layout.times if self.top <= mark.y <= self.bottom],
            "breaks": [*map(self._boxed, self.breaks), *self._strips()],
            "arrows": self._arrows(),
            "bars": [self._cut_off(bar) for bar in layout.bars if self._is_seen(bar)],
            "notes": [self._boxed(self._at(note)) for note in self.notes],
            "gaps": [self._cut_off(gap) for gap in layout.gaps if self._is_seen(gap)],
            "cuts": [self._link(cut) for cut in layout.cuts if self._is_seen(cut)],
            "axis": [self._at(mark) for mark in layout.axis if self.top <= mark.y <= self.bottom],
            "round": self._round(layout.round) if layout.round and self._is_seen(layout.round) else None,
        }
        taken_over = {field: getattr(layout, field) for field in Layout.__struct_fields__}
        return Stretch(**{**taken_over, **changed}, words=self.window.words, passing=list(self._passing()))

    def _is_seen(self, line: Arrow | Bar | Gap | CutLink | Round) -> bool:
        return line.y0 < self.lower and line.y1 > self.upper

    def _at(self, thing: Any) -> Any:
        return thing._replace(y=thing.y + self.down)

    def _boxed(self, thing: Any) -> Any:
        return thing._replace(box=self._at(thing.box))

    def _cut_off(self, line: Any) -> Any:
        return line._replace(y0=max(line.y0, self.upper) + self.down, y1=min(line.y1, self.lower) + self.down)

    def _link(self, cut: CutLink) -> CutLink:
        words = [self._boxed(word) for word in cut.words if self.begin <= word.box.y + word.box.height / 2 < self.end]
        seen: CutLink = self._cut_off(cut)
        return seen._replace(words=words, is_mended=cut.is_mended and cut.y1 <= self.lower)

    def _round(self, whole: Round) -> Round:
        """What goes round, as far as it is seen; its words stand half way along that."""
        seen: Round = self._cut_off(whole)
        words = words_beside(seen.x, seen.y0, seen.y1)
        return seen._replace(words=words, begins=whole.y0 >= self.upper, ends=whole.y1 <= self.lower)

    def _strips(self) -> Iterator[Idle]:
        """Yield a strip at each edge that is cut: what comes before, and what after."""
        first, last, count = self.window.first, self.window.last, self.window.count
        if not self.is_first:
            yield self._strip(_packets(1, first - 1, "comes before", "come before"), self.upper)
        if not self.is_last:
            yield self._strip(_packets(last + 1, count, "comes after", "come after"), self.lower)

    def _strip(self, text: str, y: float) -> Idle:
        (middle,) = [line.x for line in self.layout.lifelines if line.name == SERVER]
        width = text_width(text, NOTE_SIZE) + 20
        return Idle(0, 0, text, self._at(Box(middle - width / 2, y - PILL_HEIGHT / 2, width, PILL_HEIGHT)))

    # Packets

    def _arrows(self) -> list[Arrow]:
        """The packets of this window."""
        taken = Taken()
        for box in self._whole():
            taken.add(box)
        return [self._own(arrow, taken) for arrow in self.own]

    def _own(self, arrow: Arrow, taken: Taken) -> Arrow:
        """A packet as it is in the whole picture; one that goes on beyond the edge has its label where it is seen."""
        pill = arrow.pill if self._belongs(arrow.pill, arrow) else self._pill(arrow, taken)
        words = [self._boxed(word) for word in arrow.words if self._belongs(word.box, arrow)]
        return arrow._replace(y0=arrow.y0 + self.down, y1=arrow.y1 + self.down, pill=self._at(pill), words=words)

    def _pill(self, arrow: Arrow, taken: Taken) -> Box:
        steep = (arrow.x1 - arrow.x0) / (arrow.y1 - arrow.y0)
        pills = []
        for along in ALONG:
            down = (self.bottom - arrow.y0 - PILL_HEIGHT) * along
            x, y = arrow.x0 + steep * down, arrow.y0 + down
            pills.append(arrow.pill._replace(x=x - arrow.pill.width / 2, y=y - PILL_HEIGHT / 2))
            if taken.add_if_free(pills[-1]):
                return pills[-1]
        return pills[0]

    def _passing(self) -> Iterator[Passing]:
        own = {arrow.packet.name for arrow in self.own}
        for arrow in self.layout.arrows:
            if self._is_seen(arrow) and arrow.packet.name not in own:
                starts, ends = arrow.y0 >= self.upper, arrow.y1 <= self.lower
                x0, x1 = (_x_at(arrow, y) for y in (max(arrow.y0, self.upper), min(arrow.y1, self.lower)))
                yield Passing(self._cut_off(arrow)._replace(x0=x0, x1=x1, words=[]), starts, ends)


def _x_at(arrow: Arrow, y: float) -> float:
    """Where an arrow is at this height."""
    if y in (arrow.y0, arrow.y1):
        return arrow.x0 if y == arrow.y0 else arrow.x1
    return arrow.x0 + (arrow.x1 - arrow.x0) * (y - arrow.y0) / (arrow.y1 - arrow.y0)


def _packets(first: int, last: int, comes: str = "", come: str = "") -> str:
    """Say which packets, and what one or several of them do."""
    if first == last:
        return f"packet {first:,} {comes}".rstrip()
    return f"packets {first:,} to {last:,} {come}".rstrip()
