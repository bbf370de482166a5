"""The runs that a fault map is made of: one for each loss, or each pair of losses."""

from collections.abc import Iterator, Sequence

from imteach.bars import with_bar
from imteach.errors import InputError
from imteach.learner.learners import unsteady
from imteach.scenario import Drop, Scenario
from imteach.tell.ends import end_of
from imteach.trace import Trace
from imteach.verify.losses.cell import Cell, Names

MOST_RUNS = 5000
"""The most runs that a map may need: more would not fit on any page."""


class Runs:
    """The runs of one map: the cells made of them, the pairs still to be lost, when each packet can first be sent."""

    def __init__(self, scenario: Scenario, base: Trace) -> None:
        self.scenario, self.given = scenario, base.faults
        self.usual = {packet.name for packet in base.packets}
        self.cells: list[Cell] = []
        self.pairs: list[Names] = []
        self.first_sent: dict[str, float] = {}
        self._take(base)

    def lose(self, plans: Sequence[Names]) -> None:
        """Lose the packets of each of these plans, in a run of its own."""
        if len(plans) > MOST_RUNS:
            raise InputError(
                f"this map would need {len(plans)} runs, and has room for {MOST_RUNS}; let fewer things be "
                "said, or lose one packet at a time, with faults=1",
                where="faults",
            )
        for names in with_bar(plans, len(plans), "runs"):
            self._take(self.scenario.run(*self.given, *map(Drop, names)), *names)

    def seconds(self) -> Names:
        """The packets that are the second loss of a pair, in the order in which they can first be sent."""
        can_be = {second for _, second in self.pairs}
        in_order = sorted(self.first_sent, key=self.first_sent.__getitem__)
        return tuple(name for name in in_order if name in can_be)

    def _take(self, trace: Trace, *lost: str) -> None:
        """Take in what came of the run in which these packets are lost."""
        for packet in trace.packets:
            self.first_sent[packet.name] = min(packet.sent, self.first_sent.get(packet.name, packet.sent))
        if not {packet.name for packet in trace.packets}.issuperset(lost):
            raise unsteady((self.scenario.client, self.scenario.server), trace)  # it was sent when nothing was lost
        if len(lost) == 1:
            self.pairs += [(*lost, second) for second in arriving(trace, after=lost[0])]
        sent_again = [packet.name for packet in trace.packets if packet.name not in self.usual]
        self.cells.append(
            Cell(
                self.scenario,
                self.given,
                lost=tuple(map(Drop, lost)),
                end=end_of(trace.messages, trace.promises, sent_again),
                messages=trace.messages,
                broken=tuple(name for name, holds in trace.promises.items() if not holds),
                copies=sum(_copies(trace)),
                packets=len(trace.packets),
            )
        )


def arriving(trace: Trace, after: str | None = None) -> list[str]:
    """Return the packets that can still be lost, of those sent after this one."""
    names = [packet.name for packet in trace.packets if packet.fate == "arrived" or packet.name == after]
    return names if after is None else names[names.index(after) + 1 :]


def _copies(trace: Trace) -> Iterator[int]:
    """How many messages each packet brought to a receiver's client."""
    for packet in trace.packets:
        if packet.fate == "arrived":
            yield len(packet.kept) if packet.kind == "offline:A" else packet.kind == "msg:N"
