"""From time to height: where each moment of a chronicle stands on its lifeline.

Time runs down at one scale, so that a packet's slope is its latency. Two things bend it, and both can be seen: a long
stretch in which nothing happens is cut short (a *break*; sooner where nothing is in flight either), and an instant at
which one node does several things is spread out so that they can be told apart.
"""

from bisect import bisect_right
from collections import deque

from imteach.draw.sequence.chronicle.chronicle import Chronicle
from imteach.draw.sequence.chronicle.moments import BUBBLES, Moment, NoteLine
from imteach.protocol import Value

PACE = 0.98  # pixels down for one ms: the same in every picture with usual latencies, so that slopes compare
LEAST_HOP, MOST_HOP = 16.0, 240.0  # pixels down: for the shortest latency, and for the usual one
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
    """Where everything stands, in pixels from the first instant: `y` of each moment, `end` of each packet, `breaks`.

    `reach` is that of each moment, by its number.
    """

    def __init__(self, chronicle: Chronicle) -> None:
        packets = chronicle.trace.packets
        self.is_timed = chronicle.trace.timed
        self.scale = _scale([packet.due - packet.sent for packet in packets]) if self.is_timed else PACE
        by_instant: dict[float, list[Moment]] = {}
        for moment in chronicle.moments:
            by_instant.setdefault(moment.t, []).append(moment)
        _add_missed(by_instant, chronicle)
        for edge in chronicle.edges:  # links are cut and mended before anything else of that instant
            by_instant.setdefault(edge.t, []).insert(0, edge)
        self.reach = {moment.number: reach(moment) for moments in by_instant.values() for moment in moments}
        self.y: dict[int, float] = {}
        self.end: dict[str, float] = {}  # by packet: where its way ends, or would have
        self.breaks: list[Break] = []
        self._lowest: dict[str, tuple[float, float]] = {}  # by node: its last moment, and how far that reaches
        self._deepest = 0.0  # how far down anything reaches
        seen = {moment.t for moment in (*chronicle.moments, *chronicle.edges)}
        self._seen = sorted(seen | set(chronicle.ended.values()))
        busy = _busy(sorted([(packet.sent, chronicle.until(packet)) for packet in packets]))
        self._busy, self._busy_ends = busy, [end for _, end in busy]
        before, y = None, 0.0
        for t in sorted(by_instant):
            if before is not None:
                y = self._advance(y, before, t, by_instant[t])
            y = self._place(by_instant[t], y)
            before = t
        self.height = y

    def _advance(self, y: float, before: float, t: float, moments: list[Moment]) -> float:
        """Return where the instant `t` begins, when the one before ended at `y`."""
        apart = (t - before) * self.scale
        idle = self._idle(before, t)
        if self.is_timed and apart > (IDLE if idle else FLYING):
            lead = 0 if idle else LEAD
            y0 = lead + max(y, self._deepest)
            skipped = t - (self._last_seen(before) if idle else before) - 2 * lead / self.scale
            self.breaks.append(Break(y0, y0 + CUT, skipped if idle else round(skipped), t))
            return lead + y0 + CUT + max([self.reach[moment.number][0] for moment in moments]) / 2
        return max(y + apart, *map(self._least, moments))

    def _last_seen(self, t: float) -> float:
        """When something last happened that the picture shows, at `t` or before: what a break counts from."""
        return self._seen[bisect_right(self._seen, t) - 1]

    def _least(self, moment: Moment) -> float:
        """Return the least height of a moment that leaves room for what stands above it on its lifeline."""
        if moment.node not in self._lowest:
            return 0
        at, below = self._lowest[moment.node]
        apart = below + self.reach[moment.number][0]
        return at + (apart if apart > ROW else ROW)

    def _idle(self, start: float, end: float) -> bool:
        """Whether nothing is in flight between two instants."""
        following = bisect_right(self._busy_ends, start)
        return following == len(self._busy) or self._busy[following][0] >= end

    def _place(self, moments: list[Moment], y: float) -> float:
        """Place the moments of one instant from `y` on; return where the last one stands."""
        end = y
        for moment in moments:
            at = max(y, self._least(moment))
            if moment.after is not None and self.y[moment.after] >= y:
                at = max(at, self.y[moment.after] + ROW)  # a packet that takes no time still goes down
            self.y[moment.number] = at
            if moment.arrived is not None:
                self.end[moment.arrived] = at
            below = self.reach[moment.number][1]
            self._lowest[moment.node] = at, below
            if at + below > self._deepest:
                self._deepest = at + below
            if at > end:
                end = at
        return end


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
