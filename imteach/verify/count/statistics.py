"""Many runs under random loss: how often a message is delivered, and how often its sender sees a wrong status."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from imteach.bars import with_bar
from imteach.errors import InputError, quoted
from imteach.scenario import Fault, Scenario
from imteach.scenario.checks import share, whole
from imteach.scenario.faults import checked_given
from imteach.scenario.scenario import checked_scenario
from imteach.verify.count.result import Stats, Sweep
from imteach.verify.count.tally import forget_ways, tally
from imteach.verify.workers import spread

if TYPE_CHECKING:
    from concurrent.futures import Executor

MOST_MESSAGES = 10**9
LOSSES = tuple(percent / 100 for percent in range(0, 51, 5))


def stats(
    scenario: Scenario | str,
    loss: float,
    messages: int,
    seed: int = 0,
    executor: "Executor | None" = None,
    given: Sequence[Fault] = (),
) -> Stats:
    """Run a scenario many times, each packet lost with probability `loss`, and count what came of the messages.

    So many runs are made that at least `messages` messages are said: a scenario that says 3 things runs 4 times for
    10 messages, and the result counts the 12 that were said. Every run has random numbers of its own, from `seed`;
    those of a scenario's `jitter` too.
    `given` are faults that strike in every run. `executor` is any `concurrent.futures.Executor`; the result is the
    same without one. An interrupt (Ctrl-C, or the notebook's stop button) ends it early with the result so far.
    Raises `InputError` for a value that breaks its rule.

    >>> few = stats(Scenario("dedup"), loss=0.2, messages=100)
    >>> few.shown, few.duplicates
    (0.95, 0.0)
    """
    forget_ways()  # a cell may have changed a class of ours since, and its author wants to see the effect
    return _stats(scenario, loss, messages, seed, executor, given)


def _stats(
    scenario: Scenario | str,
    loss: float,
    messages: int,
    seed: int,
    executor: "Executor | None",
    given: Sequence[Fault],
) -> Stats:
    wanted = whole(messages, "messages", most=MOST_MESSAGES)
    loss, seed = float(share(loss, "loss")), whole(seed, "seed", most=10**12)
    scenario = _speaking(checked_scenario(scenario))
    result = Stats(scenario, loss, seed, wanted, checked_given(given, scenario))
    try:
        for counts in with_bar(
            spread(tally, result.chunks(), executor), wanted, "messages", each=result.chunk_messages
        ):
            result = result.with_more(counts)
    except KeyboardInterrupt:
        pass  # the result says that it is not finished
    return result


def sweep(
    scenario: Scenario | str,
    losses: Sequence[float] = LOSSES,
    messages: int = 1000,
    seed: int = 0,
    executor: "Executor | None" = None,
    given: Sequence[Fault] = (),
) -> Sweep:
    """Return the `stats` of a scenario for each of these losses: a table or a plot over the loss.

    An interrupt ends it early with the results so far.

    >>> [point.delivered for point in sweep(Scenario("dedup"), losses=[0, 0.5], messages=100)]
    [1.0, 0.17]
    """
    if not isinstance(losses, Sequence) or isinstance(losses, str) or not losses:
        raise InputError(
            f"expected a list of numbers from 0 to 1, such as [0.1, 0.2], got {quoted(losses)}", where="losses"
        )
    for number, loss in enumerate(losses):
        share(loss, f"losses[{number}]")
    points: list[Stats] = []
    forget_ways()
    for loss in with_bar(losses, len(losses), "losses"):
        points.append(_stats(scenario, loss, messages, seed, executor, given))
        if not points[-1].finished:
            break
    return Sweep(tuple(points), len(losses))


def _speaking(scenario: Scenario) -> Scenario:
    """Return a scenario in which something is said."""
    if not scenario.say:
        raise InputError("expected one in which something is said, got none", where="scenario")
    return scenario
