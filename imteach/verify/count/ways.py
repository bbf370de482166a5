"""Runs under random loss, of which most are like one that was made before: they are looked up instead of made again."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from imteach.scenario import Fault, Loss, Scenario
from imteach.trace import Trace

T = TypeVar("T")

MOST_PACKETS = 100_000
"""So many packets are remembered, over all ways: some 30 MB."""


class _Sent:
    """A packet on one of the ways: its name, and what comes after it: the next packet, or what came of the run."""

    __slots__ = ("name", "then")

    def __init__(self, name: bytes) -> None:
        self.name = name
        self.then: list[Any] = [None, None]  # if it is not lost, if it is


class Ways(Generic[T]):
    """What came of the runs of `scenario` under the faults `given` and a loss, by which of their packets were lost.

    Chance decides nothing in a run but that. Which packet is the next to be sent depends on what became of those before
    it, so all runs together are a tree: at each packet it forks into lost and not lost. A run is a way through it, and
    at the end of each way that was gone before stands what `read` read from the trace of the first who went there.

    >>> from imteach import Scenario
    >>> ways = Ways(Scenario("basic"), [], lambda trace: trace.messages[0].status)
    >>> [ways.under(Loss(0.5, seed)) for seed in range(4)], ways.runs_made
    (['failed', 'failed', 'failed', 'failed'], 2)
    """

    def __init__(self, scenario: Scenario, given: Sequence[Fault], read: Callable[[Trace], T]) -> None:
        self.scenario = scenario
        self.given = tuple(given)
        self.runs_made = 0
        self._looks_up = scenario.is_ours  # a learner's code may do something else each time
        self._read = read
        self._packets = 0
        self._start: list[Any] = [None]

    def under(self, loss: Loss) -> T:
        """Return what comes of the run under this loss."""
        if not self._looks_up:
            return self._made(loss)[1]
        strikes = loss.striker()
        sent = self._start[0]
        while type(sent) is _Sent:
            sent = sent.then[strikes(sent.name)]
        if sent is not None:
            return sent  # type: ignore[no-any-return]
        trace, came = self._made(loss)
        if self._packets < MOST_PACKETS:
            self._remember([packet.name.encode() for packet in trace.packets], strikes, came)
        return came

    def _made(self, loss: Loss) -> tuple[Trace, T]:
        self.runs_made += 1
        trace = self.scenario.run(*self.given, loss)
        return trace, self._read(trace)

    def _remember(self, names: Sequence[bytes], strikes: Callable[[bytes], bool], came: T) -> None:
        fork, lost = self._start, False
        for name in names:
            if fork[lost] is None:
                fork[lost] = _Sent(name)
                self._packets += 1
            fork, lost = fork[lost].then, strikes(name)
        fork[lost] = came
