"""The whole sequence diagram as geometry: where everything stands, in pixels, and what is written there.

lifelines ──┬── arrows (one for each packet, with a label that overlaps no other)
            ├── bars   (one for each timer)
            ├── notes  (what a node's person sees, what it did with a packet)
            ├── gaps   (while its person is logged out, or it is down)
            └── cuts   (between two of them, while their link is cut)

At the left of them stand the times, and at the left of those what goes round for ever, if anything does.
"""

from collections.abc import Iterable, Sequence

from imteach.draw.sequence.chronicle.chronicle import Chronicle
from imteach.draw.sequence.layout.arrows import arrows_of, ways_of
from imteach.draw.sequence.layout.axis import happening, idle_stretches, room_for_times, time_axis, time_marks
from imteach.draw.sequence.layout.labels import labels_of
from imteach.draw.sequence.layout.lifelines import Columns
from imteach.draw.sequence.layout.notes import blocks_of, notes_of, room_for_notes
from imteach.draw.sequence.layout.page import Page
from imteach.draw.sequence.layout.rounds import room_for_round, round_of
from imteach.draw.sequence.layout.shapes import HEAD_HEIGHT, MARGIN, PILL_HEIGHT, Arrow, Beside, CutLink, Layout, Note
from imteach.draw.sequence.layout.stretches import cut_links, gaps, lanes_of, timer_bars
from imteach.draw.sequence.layout.timeline import Timeline, timelines
from imteach.draw.sequence.words import idle, settings, title, unit
from imteach.trace import Trace


def lay_out(trace: Trace) -> Layout:
    """Return the sequence diagram of a trace as geometry.

    >>> from imteach import Scenario
    >>> layout = lay_out(Scenario("basic").run())
    >>> [line.name for line in layout.lifelines], [arrow.label for arrow in layout.arrows]
    (['alice', 'server', 'bob'], ['msg:R', 'msg:A', 'msg:N'])
    """
    chronicle = Chronicle(trace)
    (timeline,) = timelines(chronicle)
    draft = _Draft(chronicle, timeline)
    left = max(room_for_times(chronicle), room_for_round(chronicle))
    draft.columns.place(left, draft.notes, draft.label)
    draft.fill(left, draft.least_top)
    return draft.layout(draft.lowest + 18)._replace(times=time_marks(happening(draft.page)))


def lay_out_beside(one: Trace, other: Trace, t: float | None = None, times: float = 0) -> Beside:
    """Return the sequence diagrams of two runs as they stand side by side, with one time axis between them.

    An instant begins at one height in both. At `t`, in simulated ms, something happens in one of them that is to be
    marked. Either both runs have a clock or none has. With `times`, both have that much room for times at their left.

    >>> from imteach import Drop, Scenario
    >>> beside = lay_out_beside(Scenario("basic").run(), Scenario("basic").run(Drop("msg:N")), 80)
    >>> [mark.t for mark in beside.times], beside.first
    ([0, 50, 80, 100], 208.4)
    """
    chronicles = Chronicle(one), Chronicle(other)
    drafts = [_Draft(*each) for each in zip(chronicles, timelines(*chronicles), strict=True)]
    bars = _widest(draft.columns.bars_width for draft in drafts)
    notes, label = _widest(draft.notes for draft in drafts), max(draft.label for draft in drafts)
    left, top = max(times, *map(room_for_round, chronicles)), max(draft.least_top for draft in drafts)
    for draft in drafts:
        draft.columns.place_beside(left, notes, label, bars)
        draft.fill(left, top)
    bottom = max(draft.lowest for draft in drafts) + 18
    happens = sorted(each for draft in drafts for each in happening(draft.page))
    first = None if t is None else min((y for y, when in happens if when >= t), default=bottom)
    here, there = (draft.layout(bottom)._replace(left=max(left, MARGIN)) for draft in drafts)
    return Beside(here, there, time_marks(happens), first)


def _widest(rooms: Iterable[dict[str, float]]) -> dict[str, float]:
    """Return the most room that anything needs in one of several pictures."""
    most: dict[str, float] = {}
    for room in rooms:
        most.update({node: max(width, most.get(node, 0)) for node, width in room.items()})
    return most


class _Draft:
    """A layout in the making: what is to be seen of a run first, then its places, then the layout."""

    def __init__(self, chronicle: Chronicle, timeline: Timeline) -> None:
        trace = chronicle.trace
        self.chronicle, self.timeline = chronicle, timeline
        self.lanes, self.blocks = lanes_of(chronicle.timers, timeline.y), blocks_of(chronicle)
        self.labels = labels_of(chronicle)
        self.columns = Columns(trace.scenario, chronicle.timers, self.lanes)
        self.notes = room_for_notes(chronicle, self.blocks)
        self.label = max([label.width for label in self.labels], default=0)
        self.least_top = MARGIN + 42 + (16 if trace.unused else 0) + HEAD_HEIGHT + 30

    def fill(self, left: float, top: float) -> None:
        """Give everything its place, right of `left` and from `top` down: what comes first takes the best places."""
        self.left = left
        page = self.page = Page(self.chronicle, self.timeline, self.columns, top)
        self.breaks = idle_stretches(page)
        page.ways = ways_of(page, self.labels)
        self.cuts, self.beside, self.arrows = cut_links(page), notes_of(page, self.blocks), arrows_of(page)
        self.lowest = _lowest(page, self.cuts, self.beside, self.arrows)

    def layout(self, bottom: float) -> Layout:
        """Return the layout, whose lifelines go down to the `bottom`; its times are still to come."""
        page, trace = self.page, self.chronicle.trace
        return Layout(
            title=title(trace),
            subtitles=[settings(trace), *([idle(trace)] if trace.unused else [])],
            width=page.columns.width,
            height=bottom + MARGIN,
            left=self.left,
            top=page.top - 24,
            bottom=bottom,
            lifelines=page.columns.lifelines(),
            times=[],
            breaks=self.breaks,
            arrows=self.arrows,
            bars=timer_bars(page, self.lanes),
            notes=self.beside,
            gaps=gaps(page, bottom),
            cuts=[cut if cut.is_mended else cut._replace(y1=bottom) for cut in self.cuts],
            unit=unit(trace),
            round=round_of(page, self.left),
            axis=time_axis(page),
        )


def _lowest(page: Page, cuts: Sequence[CutLink], notes: Sequence[Note], arrows: Sequence[Arrow]) -> float:
    """Return how far down anything is written."""
    words = [word for arrow in arrows for word in arrow.words] + [word for cut in cuts for word in cut.words]
    boxes = [note.box for note in notes] + [word.box for word in words]
    pills = [arrow.pill.y + PILL_HEIGHT for arrow in arrows]
    return max([page.timeline.height + page.top, *[box.y + box.height for box in boxes], *pills])
