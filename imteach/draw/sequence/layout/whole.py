"""The whole sequence diagram as geometry: where everything stands, in pixels, and what is written there.

lifelines ──┬── arrows (one for each packet, with a label that overlaps no other)
            ├── bars   (one for each timer)
            ├── notes  (what a node's person sees, what it did with a packet)
            ├── gaps   (while its person is logged out, or it is down)
            └── cuts   (between two of them, while their link is cut)

At the left of them stand the times, and at the left of those what goes round for ever, if anything does.
"""

from collections.abc import Sequence

from imteach.draw.sequence.chronicle.chronicle import Chronicle
from imteach.draw.sequence.layout.arrows import arrows_of, ways_of
from imteach.draw.sequence.layout.axis import idle_stretches, room_for_times, time_axis, time_marks
from imteach.draw.sequence.layout.labels import Label, labels_of
from imteach.draw.sequence.layout.lifelines import Columns
from imteach.draw.sequence.layout.notes import Block, blocks_of, notes_of, room_for_notes
from imteach.draw.sequence.layout.page import Page
from imteach.draw.sequence.layout.rounds import room_for_round, round_of
from imteach.draw.sequence.layout.shapes import HEAD_HEIGHT, MARGIN, PILL_HEIGHT, Arrow, CutLink, Layout, Note
from imteach.draw.sequence.layout.stretches import cut_links, gaps, lanes_of, timer_bars
from imteach.draw.sequence.layout.timeline import timelines
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
    lanes, blocks, labels = lanes_of(chronicle.timers, timeline.y), blocks_of(chronicle), labels_of(chronicle)
    left = max(room_for_times(chronicle), room_for_round(chronicle))
    columns = Columns(trace.scenario, chronicle.timers, lanes)
    columns.place(left, room_for_notes(chronicle, blocks), max([label.width for label in labels], default=0))
    top = MARGIN + 42 + (16 if trace.unused else 0) + HEAD_HEIGHT + 30
    return _filled(Page(chronicle, timeline, columns, top), left, lanes, blocks, labels)


def _filled(page: Page, left: float, lanes: Sequence[int], blocks: dict[int, Block], labels: Sequence[Label]) -> Layout:
    """Return the layout that a page becomes: what comes first takes the best places."""
    trace = page.chronicle.trace
    breaks = idle_stretches(page)
    page.ways = ways_of(page, labels)
    cuts, notes, arrows = cut_links(page), notes_of(page, blocks), arrows_of(page)
    bottom = _lowest(page, cuts, notes, arrows) + 18
    return Layout(
        title=title(trace),
        subtitles=[settings(trace), *([idle(trace)] if trace.unused else [])],
        width=page.columns.width,
        height=bottom + MARGIN,
        left=left,
        top=page.top - 24,
        bottom=bottom,
        lifelines=page.columns.lifelines(),
        times=time_marks(page),
        breaks=breaks,
        arrows=arrows,
        bars=timer_bars(page, lanes),
        notes=notes,
        gaps=gaps(page, bottom),
        cuts=[cut if cut.is_mended else cut._replace(y1=bottom) for cut in cuts],
        unit=unit(trace),
        round=round_of(page, left),
        axis=time_axis(page),
    )


def _lowest(page: Page, cuts: Sequence[CutLink], notes: Sequence[Note], arrows: Sequence[Arrow]) -> float:
    """Return how far down anything is written."""
    words = [word for arrow in arrows for word in arrow.words] + [word for cut in cuts for word in cut.words]
    boxes = [note.box for note in notes] + [word.box for word in words]
    pills = [arrow.pill.y + PILL_HEIGHT for arrow in arrows]
    return max([page.timeline.height + page.top, *[box.y + box.height for box in boxes], *pills])
