"""From time to height: where each moment of a chronicle stands on its lifeline.

Time runs down at one scale, so that a packet's slope is its latency. Two things bend it, and both can be seen: a long
stretch in which nothing happens is cut short (a *break*; sooner where nothing is in flight either), and an instant at
which one node does several things is spread out so that they can be told apart.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from itertools import pairwise

from imteach.draw.sequence.chronicle.chronicle import Chronicle
from imteach.draw.sequence.chronicle.moments import BUBBLES, Moment, NoteLine
from imteach.protocol import Value

PACE = 0.98  # pixels down for one ms: the same in every picture with usual latencies, so that slopes compare
LEAST_HOP, MOST_HOP = 16.0, 240.0  # pixels down: for the shortest latency, and for the usual one
STEP = 49.0  # pixels down from one step to the next where there is no clock
ROW = 24.0  # between two moments of one node, at least
LINE_HEIGHT, BUBBLE_HEIGHT = 15.0, 25.0  # of the lines beside a lifeline
IDLE, FLYING = 110.0, 420.0  # a stretch taller than this is cut, where nothing and where something is in flight …
CUT = 48.0  # … to this
LEAD = 80.0  # what stays on either side of a cut through packets in flight, so that their slope can be seen


def line_height(line: NoteLine) -> float:
    """Return how high a line beside a lifeline is."""
    return BUBBLE_HEIGHT if line.kind in BUBBLES else LINE_HEIGHT


def reach(moment: Moment) -> tuple[float, float]:
    """Return how far the lines of a moment reach above and below its own height.

    The first line stands beside it; the words of a timer that ran out stand half above.
    """
    if not moment.lines:
        return 0, 1.6 * LINE_HEIGHT if moment.is_told else 0
    heights = list(map(line_height, moment.lines))
    above = LINE_HEIGHT if moment.lines[0].kind == "timer" else heights[0] / 2
    return above, sum(heights) - above


class Break(Value, frozen=True):
    """An idle stretch that was cut short: from y0 to y1 pixels, `ms` simulated ms, ending at `until`."""

    y0: float
    y1: float
    ms: float
    until: float


class Timeline:
    """Where everything of one run stands, in pixels from the first instant.

    `y` of each moment, `end` of each packet; `breaks` and `height`, which runs on one time scale share. `reach` is that
    of each moment, by its number.
    """

    def __init__(self, chronicle: Chronicle) -> None:
        self.instants: dict[float, list[Moment]] = {}
        for moment in chronicle.moments:
            self.instants.setdefault(moment.t, []).append(moment)
        _add_missed(self.instants, chronicle)
        for edge in chronicle.edges:  # links are cut and mended before anything else of that instant
            self.instants.setdefault(edge.t, []).insert(0, edge)
        self.reach = {moment.number: reach(moment) for moments in self.instants.values() for moment in moments}
        self.y: dict[int, float] = {}
        self.end: dict[str, float] = {}  # by packet: where its way ends, or would have
        self.breaks: list[Break] = []
        self.height = 0.0
        self.deepest = 0.0  # how far down anything reaches
        self._lowest: dict[str, tuple[float, float]] = {}  # by node: its last moment, and how far that reaches

    def least(self, moment: Moment) -> float:
        """Return the least height of a moment that leaves room for what stands above it on its lifeline."""
        if moment.node not in self._lowest:
            return 0
        at, below = self._lowest[moment.node]
        apart = below + self.reach[moment.number][0]
        return at + (apart if apart > ROW else ROW)

    def place(self, t: float, y: float) -> float:
        """Place the moments of the instant `t` from `y` on; return where the last one stands."""
        end = y
        for moment in self.instants.get(t, ()):
            at = max(y, self.least(moment))
            if moment.after is not None and self.y[moment.after] >= y:
                at = max(at, self.y[moment.after] + ROW)  # a packet that takes no time still goes down
            self.y[moment.number] = at
            if moment.arrived is not None:
                self.end[moment.arrived] = at
            below = self.reach[moment.number][1]
            self._lowest[moment.node] = at, below
            if at + below > self.deepest:
                self.deepest = at + below
            if at > end:
                end = at
        return end


def timelines(*chronicles: Chronicle) -> list[Timeline]:
    """Return where everything of these runs stands on one time scale: an instant begins at one height in all of them.

    They all have a clock, or none has.
    """
    pace = _Pace(chronicles)
    before, y = None, 0.0
    for t in sorted({t for line in pace.lines for t in line.instants}):
        if before is not None:
            y = pace.advance(y, before, t)
        y = max([line.place(t, y) for line in pace.lines])
        before = t
    for line in pace.lines:
        line.breaks, line.height = pace.breaks, y
    return pace.lines


class _Pace:
    """How far it is from one instant to the next, for runs on one time scale."""

    def __init__(self, chronicles: Sequence[Chronicle]) -> None:
        self.lines = [Timeline(chronicle) for chronicle in chronicles]
        self.breaks: list[Break] = []
        self._is_timed = chronicles[0].trace.timed
        packets = [(packet, chronicle) for chronicle in chronicles for packet in chronicle.trace.packets]
        self._scale = (
            _scale([packet.due - packet.sent for packet, _ in packets]) if self._is_timed else self._of_steps()
        )
        seen = {moment.t for chronicle in chronicles for moment in (*chronicle.moments, *chronicle.edges)}
        self._seen = sorted(seen.union(*(chronicle.ended.values() for chronicle in chronicles)))
        self._busy = _busy(sorted([(packet.sent, chronicle.until(packet)) for packet, chronicle in packets]))
        self._busy_ends = [end for _, end in self._busy]

    def _of_steps(self) -> float:
        """How many pixels one step takes, where the times only count steps."""
        instants = sorted({t for line in self.lines for t in line.instants})
        return STEP / min([after - before for before, after in pairwise(instants)], default=1)

    def advance(self, y: float, before: float, t: float) -> float:
        """Return where the instant `t` begins, when the one before ended at `y`."""
        apart = (t - before) * self._scale
        idle = self._idle(before, t)
        moments = [(line, moment) for line in self.lines for moment in line.instants.get(t, ())]
        if self._is_timed and apart > (IDLE if idle else FLYING):
            lead = 0 if idle else LEAD
            y0 = lead + max(y, *[line.deepest for line in self.lines])
            skipped = t - (self._last_seen(before) if idle else before) - 2 * lead / self._scale
            self.breaks.append(Break(y0, y0 + CUT, skipped if idle else round(skipped), t))
            return lead + y0 + CUT + max([line.reach[moment.number][0] for line, moment in moments]) / 2
        return max(y + apart, *[line.least(moment) for line, moment in moments])

    def _last_seen(self, t: float) -> float:
        """When something last happened that the picture shows, at `t` or before: what a break counts from."""
        return self._seen[bisect_right(self._seen, t) - 1]

    def _idle(self, start: float, end: float) -> bool:
        """Whether nothing is in flight between two instants."""
        following = bisect_right(self._busy_ends, start)
        return following == len(self._busy) or self._busy[following][0] >= end


def _add_missed(by_instant: dict[float, list[Moment]], chronicle: Chronicle) -> None:
    """Make room for the ends of packets that did not arrive: what is parallel in time is parallel on the page."""
    missed: dict[float, list[Moment]] = {}
    for moment in chronicle.missed:
        missed.setdefault(moment.t, []).append(moment)
    if missed:
        order = {packet.name: number for number, packet in enumerate(chronicle.trace.packets)}
        for t, moments in missed.items():
            by_instant[t] = _merged(by_instant.get(t, []), moments, order)


def _merged(moments: list[Moment], missed: list[Moment], order: dict[str, int]) -> list[Moment]:
    """Put moments that did not happen among those of their instant: arrivals come in the order of their sending."""
    merged: list[Moment] = []
    waiting = deque(missed)
    for moment in moments:
        while waiting and moment.arrived is not None and order[moment.arrived] > order[str(waiting[0].arrived)]:
            merged.append(waiting.popleft())
        merged.append(moment)
    return merged + list(waiting)


def _scale(latencies: list[float]) -> float:
    """Return how many pixels one ms takes."""
    hops = sorted(latency for latency in latencies if latency > 0)
    if not hops:
        return PACE
    return min(max(PACE, LEAST_HOP / hops[0]), MOST_HOP / hops[len(hops) // 2])


def _busy(flights: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the stretches in which something is in flight, joined where they touch."""
    busy: list[tuple[float, float]] = []
    for start, end in flights:
        if not busy or start > busy[-1][1]:
            busy.append((start, end))
        elif end > busy[-1][1]:
            busy[-1] = (busy[-1][0], end)
    return busy
