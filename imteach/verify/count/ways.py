"""Runs under random loss. Most are the same as an earlier run, and are looked up instead of run again."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Generic, TypeVar

from imteach.scenario import Fault, Loss, Scenario
from imteach.trace import Trace

T = TypeVar("T")

MOST_PACKETS = 100_000
"""The most packets to remember, over all runs: some 30 MB."""


def run_under(scenario: Scenario, given: Sequence[Fault], loss: Loss) -> Trace:
    """Return the run of a scenario under the faults `given` and a loss. Its jitter is drawn by the seed of the loss.

    Each of many runs has a loss with a seed of its own, and so it has a jitter of its own, too.

    >>> from imteach import Scenario
    >>> run_under(Scenario("dedup", jitter=20), [], Loss(0.1, seed=4)).scenario
    Scenario("dedup", jitter=20, seed=4)
    """
    own = replace(scenario, seed=loss.seed) if scenario.jitter else scenario
    return own.run(*given, loss)


class _Sent:
    """A packet in the tree of runs: its name, and what comes after it: the next packet, or the result of the run."""

    __slots__ = ("name", "then")

    def __init__(self, name: bytes) -> None:
        self.name = name
        self.then: list[Any] = [None, None]  # if it is not lost, if it is


class Ways(Generic[T]):
    """The results of runs of `scenario` under the faults `given` and a loss, by which of their packets were lost.

    Chance decides nothing else in a run, unless there is jitter. Which packet is sent next depends on what became of
    those before it, so all runs together are a tree: at each packet it forks into lost and not lost. A run is a path
    from the root. At the end of each path that was run before stands its result: what `read` returned for the trace of
    its first run. With jitter no two runs are alike, and every one is made.

    >>> from imteach import Scenario
    >>> ways = Ways(Scenario("basic"), [], lambda trace: trace.messages[0].status)
    >>> [ways.under(Loss(0.5, seed)) for seed in range(4)], ways.runs_made
    (['failed', 'failed', 'failed', 'failed'], 2)
    """

    def __init__(self, scenario: Scenario, given: Sequence[Fault], read: Callable[[Trace], T]) -> None:
        self.scenario = scenario
        self.given = tuple(given)
        self.runs_made = 0
        # A learner's code may do something different each time; and with jitter no two runs are the same
        self._looks_up = scenario.is_ours and not scenario.jitter
        self._read = read
        self._packets = 0
        self._start: list[Any] = [None]

    def under(self, loss: Loss) -> T:
        """Return the result of the run under this loss."""
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
        trace = run_under(self.scenario, self.given, loss)
        return trace, self._read(trace)

    def _remember(self, names: Sequence[bytes], strikes: Callable[[bytes], bool], came: T) -> None:
        fork, lost = self._start, False
        for name in names:
            if fork[lost] is None:
                fork[lost] = _Sent(name)
                self._packets += 1
            fork, lost = fork[lost].then, strikes(name)
        fork[lost] = came
