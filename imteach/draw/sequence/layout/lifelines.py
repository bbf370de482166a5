"""Who stands where across the page: a lifeline for each node, and beside it room for its timers and notes."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from imteach.draw.sequence.chronicle.moments import TimerRun
from imteach.draw.sequence.layout.shapes import BAR, BAR_GAP, HEAD_WIDTH, MARGIN, Lifeline
from imteach.protocol import SERVER
from imteach.scenario import Scenario

COLUMN = 216.0  # between two lifelines, at least
GUTTER = 164.0  # beside a lifeline, at least: so that the picture keeps its place when a learner drops a packet
NARROW = 156.0  # between two lifelines, at least, where two pictures stand side by side


def in_columns(scenario: Scenario) -> list[str]:
    """Return the nodes from left to right: the server stands in the middle.

    >>> in_columns(Scenario("basic"))
    ['alice', 'server', 'bob']
    """
    half = (len(scenario.people) + 1) // 2
    return [*scenario.people[:half], SERVER, *scenario.people[half:]]


def roles(scenario: Scenario) -> dict[str, str]:
    """Return what each node is called under its name.

    The article has one sender, client-A, and one receiver, client-B. Where several send, or several are told, as in a
    group, nobody has a letter, for it would name more than one.

    >>> roles(Scenario("basic"))
    {'alice': 'client-A, sender', 'bob': 'client-B, receiver', 'server': 'passes messages on'}
    """
    senders = {say.sender for say in scenario.say}
    told = {name for say in scenario.say for name in scenario.told_by(say)}
    only = senders - told, told - senders
    called = (
        ("client-A, sender", "client-B, receiver") if all(len(who) == 1 for who in only) else ("sender", "receiver")
    )
    part = {name: words for who, words in zip(only, called, strict=True) for name in who}
    return {**dict.fromkeys(scenario.people, "client"), **part, SERVER: "passes messages on"}


class Columns:
    """The lifelines: `x` says where each stands, and `sides` where its notes do, -1 left, 1 right.

    `between` are the people whom others' arrows pass. `bars_width` is the room that the timers beside each lifeline
    take, and `width` that of the whole page.
    """

    def __init__(self, scenario: Scenario, timers: Sequence[TimerRun], lanes: Sequence[int]) -> None:
        self._scenario = scenario
        self._names = in_columns(scenario)
        middle = self._names.index(SERVER)
        self.sides = {name: -1 if place < middle else 1 for place, name in enumerate(self._names)}
        self.between = {*self._names[1:-1]} - {SERVER}
        self.bars_width = self._bars_width(timers, lanes)
        self.x: dict[str, float] = {}
        self.width = 0.0

    def place(self, left: float, notes: Mapping[str, float], label: float) -> None:
        """Give each lifeline its place, right of `left`, with room for its `notes` and for the widest `label`."""
        self._place(left, notes, max(COLUMN, 2.6 * label), GUTTER)

    def place_beside(self, left: float, notes: Mapping[str, float], label: float, bars: Mapping[str, float]) -> None:
        """Do the same where two pictures stand side by side: lifelines are as near to each other as that allows.

        `bars` is the room for the timers beside each lifeline, so that equal nodes stand alike in both pictures.
        """
        self.bars_width = {node: bars[node] for node in self.bars_width}
        own = {node: width for node, width in notes.items() if node in self.sides}
        self._place(left, own, max(NARROW, 2.1 * label), 0)

    def _place(self, left: float, notes: Mapping[str, float], column: float, gutter: float) -> None:
        gutters = {name: 0 if name == SERVER else gutter for name in self._names}
        for node, width in notes.items():
            gutters[node] = max(gutters[node], self.bars_width[node] + width + 10)
        first, last = self._names[0], self._names[-1]
        x = left + MARGIN + max(gutters[first] * (self.sides[first] < 0), HEAD_WIDTH / 2)
        self.x[first] = x
        for one, other in pairwise(self._names):
            x += max(column, gutters[one] * (self.sides[one] > 0) + gutters[other] * (self.sides[other] < 0) + 40)
            self.x[other] = x
        self.width = x + max(HEAD_WIDTH / 2, gutters[last] if self.sides[last] > 0 else 0) + MARGIN

    def toward_server(self, person: str) -> str:
        """Return who stands beside a person, on the side of the server."""
        place = self._names.index(person)
        return self._names[place + (1 if place < self._names.index(SERVER) else -1)]

    def lifelines(self) -> list[Lifeline]:
        """Return the lifelines from left to right."""
        called = roles(self._scenario)
        return [Lifeline(name, called[name], self.x[name], self.sides[name]) for name in self._names]

    def _bars_width(self, timers: Sequence[TimerRun], lanes: Sequence[int]) -> dict[str, float]:
        """How much room the timer bars beside each lifeline take."""
        count = dict.fromkeys(self.sides, 0)
        for run, lane in zip(timers, lanes, strict=True):
            count[run.node] = max(count[run.node], lane + 1)
        return {node: 8 + lanes * (BAR + BAR_GAP) for node, lanes in count.items()}
