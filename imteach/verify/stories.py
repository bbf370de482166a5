"""Many runs under random loss without running each: what can come of them is run once, and then looked up.

Two things make that possible, and neither changes a result:

- A packet is lost by a throw that hangs on its name, and what happens hangs on nothing else that is random. So runs of
  one scenario form a tree: its first packet is lost or not, then the next one that is sent under that, and so on. A run
  that goes a way which another went before ends as that one did. See `Stories`.
- Up to the rung `durable` no message has anything to do with another, while nothing but random loss strikes. So a run
  of many messages is as many runs of one, but for the order in which they are shown. See `SideBySide`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from imteach.protocol import KINDS, Client, Outcome, Server
from imteach.sim import Fault, Loss, Say, Scenario, Trace, instant
from imteach.sim.orders import Orders
from imteach.sim.simulator import Simulator

MOST_WAYS = 20_000
"""So many ways that a run can go are remembered; what goes other ways is run each time."""


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


Lost = Callable[[str], bool]
"""Whether the packet of this name is lost."""


class Fork:
    """A place where ways part: the packet that is sent next, and what follows if it is not lost, and if it is."""

    __slots__ = ("after", "packet")

    def __init__(self, packet: str) -> None:
        self.packet = packet
        self.after: list[Fork | Ran | None] = [None, None]  # by whether it is lost; None: nobody went there


class Stories:
    """All ways that runs of a scenario under `given` faults and random loss can go, as far as runs went them.

    >>> stories = Stories(Scenario("dedup"))
    >>> came = [stories.under(Loss(0.2, seed).strikes) for seed in range(100)]
    >>> sum(one.messages[0].status == "delivered" for one in came), stories.ways
    (79, 44)
    """

    def __init__(self, scenario: Scenario, given: Sequence[Fault] = ()) -> None:
        self.scenario = scenario
        self.given = tuple(given)
        self.ways = 0
        self._start = Fork("")  # no packet: its first way is the only one

    def under(self, lost: Lost) -> Ran:
        """Return what comes of a run in which these packets are lost."""
        after = self._start.after[False]
        while type(after) is Fork:
            after = after.after[lost(after.packet)]
        return after if type(after) is Ran else self._run(lost)

    def _run(self, lost: Lost) -> Ran:
        """Go a way that nobody went before, and remember it."""
        simulator = Simulator(self.scenario, self.given)
        simulator.orders = asking = Asking(simulator.faults, lost)
        came = ran(simulator.run())
        if self.ways < MOST_WAYS:
            self.ways += 1
            place, way = self._start, False
            for packet, is_lost in asking.asked:
                fork = place.after[way] or Fork(packet)
                assert isinstance(fork, Fork)
                place.after[way] = fork
                place, way = fork, is_lost
            place.after[way] = came
        return came


class Asking(Orders):
    """Orders that also let those packets vanish that are `lost`, and remember what they were asked."""

    def __init__(self, faults: Iterable[Fault], lost: Lost) -> None:
        super().__init__(faults)
        self.asked: list[tuple[str, bool]] = []
        self._lost = lost

    def drops(self, packet: str) -> bool:
        """Whether the packet of this name is dropped."""
        if super().drops(packet):
            return True
        is_lost = self._lost(packet)
        self.asked.append((packet, is_lost))
        return is_lost


# Many messages in one run


def are_apart(scenario: Scenario, faults: Iterable[Fault]) -> bool:
    """Whether no message of `scenario` has anything to do with another under these faults.

    >>> are_apart(Scenario("dedup"), [Loss(0.2)]), are_apart(Scenario("ordered"), [Loss(0.2)])
    (True, False)
    """
    latencies = map(scenario.latency_of, scenario.people)
    return (
        (scenario.client, scenario.server) == (Client, Server)
        and not (scenario.setting.orders or scenario.resend)
        and all(isinstance(fault, Loss) for fault in faults)
        and all(isinstance(ms, int) for ms in (scenario.rto, scenario.backoff, *latencies))  # when hangs on no fraction
    )


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
        alone = {(say.sender, say.to): replace(scenario, say=[replace(say, at=0)]) for say in self.says}
        self.stories = {link: Stories(one) for link, one in alone.items()}  # by who says it to whom

    def under(self, losses: Sequence[Loss]) -> Ran:
        """Return what comes of a run under these losses."""
        each = [
            self.stories[say.sender, say.to].under(_renamed(losses, msgid))
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


def _renamed(losses: Sequence[Loss], msgid: str) -> Lost:
    """Which packets of m1, said alone, are lost if it is told as the message of this msgid."""
    if len(losses) == 1:
        strikes = losses[0].strikes
        return lambda packet: strikes(msgid + packet[2:])
    return lambda packet: any(loss.strikes(msgid + packet[2:]) for loss in losses)


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
        self._stories = Stories(scenario, given)
        self._apart = SideBySide(scenario) if len(scenario.say) > 1 and are_apart(scenario, given) else None

    def under(self, loss: Loss) -> Ran:
        """Return what comes of a run under this loss."""
        if not self.scenario.is_ours:
            return ran(self.scenario.run(*self.given, loss))
        if self._apart is not None:
            return self._apart.under([*(fault for fault in self.given if isinstance(fault, Loss)), loss])
        return self._stories.under(loss.strikes)
