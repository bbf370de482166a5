"""What comes of many runs under random loss, looked up where it can be instead of run. No result is changed by that."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from imteach.protocol import KINDS, Outcome
from imteach.sim import Fault, Loss, Say, Scenario, Trace, instant
from imteach.verify.ways import Alone, Stories, are_apart


class Ran(NamedTuple):
    """What came of one run: its outcomes, its packets by kind, and how long each thing took.

    That is, in simulated ms from when it was said (None: never): until the last of its receivers was shown it, and
    until its sender saw ✓✓.
    """

    messages: Sequence[Outcome]
    counts: Mapping[str, int]
    shown_after: Sequence[float | None]
    delivered_after: Sequence[float | None]


def ran(trace: Trace) -> Ran:
    """Return what came of a run, read from its trace.

    >>> ran(Scenario("dedup").run()).shown_after
    [100]
    """
    said_at: dict[str | None, float] = {}
    shown_at: dict[tuple[str | None, str], float] = {}
    delivered_at: dict[str | None, float] = {}
    for event in trace.events:
        match event.kind:
            case "say":
                said_at[event.said] = event.t
            case "show":
                shown_at.setdefault((event.said, event.node), event.t)
            case "status" if event.status == "delivered":
                delivered_at.setdefault(event.said, event.t)
    shown_after: list[float | None] = []
    delivered_after: list[float | None] = []
    for said in trace.messages:
        everywhere = all(said.shown[receiver] for receiver in said.to)
        last = max(shown_at[said.msgid, receiver] for receiver in said.to) if everywhere else None
        shown_after.append(None if last is None else last - said_at[said.msgid])
        believed = said.status == "delivered"
        delivered_after.append(delivered_at[said.msgid] - said_at[said.msgid] if believed else None)
    return Ran(trace.messages, trace.counts, shown_after, delivered_after)


class SideBySide:
    """Runs of a scenario whose messages `are_apart`, each of which goes its own way.

    >>> twice = Scenario("dedup", say=[Say("one"), Say("two", at=10)])
    >>> SideBySide(twice).under([]) == ran(twice.run())
    True
    """

    def __init__(self, scenario: Scenario) -> None:
        self.says = scenario.in_order
        self.msgids = scenario.msgids
        self.began = [instant(say.at) for say in self.says]
        links = {(say.sender, say.to): say for say in self.says}
        self.stories = {link: Alone(scenario, say, read=ran) for link, say in links.items()}  # by who says it to whom

    def under(self, losses: Sequence[Loss]) -> Ran:
        """Return what comes of a run under these losses."""
        each = [
            self.stories[say.sender, say.to].told_as(msgid, losses)
            for msgid, say in zip(self.msgids, self.says, strict=True)
        ]
        shown_at = [_later(at, came.shown_after[0]) for at, came in zip(self.began, each, strict=True)]
        delivered_at = [_later(at, came.delivered_after[0]) for at, came in zip(self.began, each, strict=True)]
        late = _late(self.says, shown_at)
        return Ran(
            tuple(map(_outcome, self.msgids, self.says, each, late)),
            _sum_of_counts(each),
            [None if t is None else t - at for at, t in zip(self.began, shown_at, strict=True)],
            [None if t is None else t - at for at, t in zip(self.began, delivered_at, strict=True)],
        )


def _outcome(msgid: str, say: Say, came: Ran, late: tuple[str, ...]) -> Outcome:
    """What came of one thing said, which went this way."""
    (said,) = came.messages
    return Outcome(msgid, say.sender, said.to, say.text, said.status, said.shown, said.stored, said.away, late)


def _later(at: float, after: float | None) -> float | None:
    return None if after is None else instant(at + after)


def _late(says: Sequence[Say], shown_at: Sequence[float | None]) -> list[tuple[str, ...]]:
    """For each thing said, in its order, who was shown it only after something said later in the conversation.

    What is shown at one moment is shown in the order in which it was said.
    """
    late: list[tuple[str, ...]] = [()] * len(says)
    newest: dict[tuple[str, str], int] = {}
    shown = [(t, number) for number, t in enumerate(shown_at) if t is not None]
    for _, number in sorted(shown):
        say = says[number]
        if number < newest.setdefault((say.sender, say.to), number):
            late[number] = (say.to,)
        else:
            newest[say.sender, say.to] = number
    return late


def _sum_of_counts(each: Iterable[Ran]) -> dict[str, int]:
    """The packets of all these runs by kind."""
    counts: Counter[str] = Counter()
    ways = {id(came): came for came in each}
    for way, times in Counter(map(id, each)).items():
        for kind, count in ways[way].counts.items():
            counts[kind] += times * count
    return {kind: counts[kind] for kind in KINDS if counts[kind]}


class Runs:
    """Runs of a scenario under `given` faults and, each, under a loss of its own; nothing is run twice.

    A learner's class can be of any kind, so its runs are all made.

    >>> Runs(Scenario("dedup")).under(Loss(0.2, seed=1)).messages[0].status
    'failed'
    """

    def __init__(self, scenario: Scenario, given: Sequence[Fault] = ()) -> None:
        self.scenario = scenario
        self.given = tuple(given)
        self._stories = Stories(scenario, given, read=ran)
        self._apart = SideBySide(scenario) if len(scenario.say) > 1 and are_apart(scenario, given) else None

    def under(self, loss: Loss) -> Ran:
        """Return what comes of a run under this loss."""
        if not self.scenario.is_ours:
            return ran(self.scenario.run(*self.given, loss))
        if self._apart is not None:
            return self._apart.under([*(fault for fault in self.given if isinstance(fault, Loss)), loss])
        return self._stories.under(loss.striker())
