"""Many runs under random loss: how often a message is delivered, and how often its sender sees a wrong status."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

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
SWEPT = (
    *("rto", "retries", "backoff", "latency", "jitter", "dedup_limit", "dedup_for", "store_for"),
    *("ack_every", "ack_delay", "heartbeat", "presence_timeout"),
)
"""The numbers of a scenario that a sweep can go over."""


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
    losses: Sequence[float] | float = LOSSES,
    messages: int = 1000,
    seed: int = 0,
    executor: "Executor | None" = None,
    given: Sequence[Fault] = (),
    **setting: Sequence[Any],
) -> Sweep:
    """Return the `stats` of a scenario for each of these losses: a table or a plot over the loss.

    Or, for one loss, for each value of a `setting`, which is the name of one number of the scenario, one of `SWEPT`:
    `sweep(Scenario("dedup"), 0.1, rto=[150, 250, 350])`. Each value meets the same losses, packet by packet. An
    interrupt ends it early with the results so far. Raises `InputError` for a value that breaks its rule.

    >>> [point.delivered for point in sweep(Scenario("dedup"), losses=[0, 0.5], messages=100)]
    [1.0, 0.17]
    >>> [point.delivered for point in sweep(Scenario("dedup"), 0.5, messages=100, retries=[0, 2, 8])]
    [0.08, 0.17, 0.45]
    """
    if setting:
        return _sweep_over(scenario, losses, messages, seed, executor, given, setting)
    if not isinstance(losses, Sequence) or isinstance(losses, str) or not losses:
        raise InputError(
            f"expected a list of numbers from 0 to 1, such as [0.1, 0.2], got {quoted(losses)}", where="losses"
        )
    for number, loss in enumerate(losses):
        share(loss, f"losses[{number}]")
    each = [(scenario, loss) for loss in losses]
    return Sweep(_points(each, "losses", messages, seed, executor, given), len(losses))


def _sweep_over(
    scenario: Scenario | str,
    losses: object,
    messages: int,
    seed: int,
    executor: "Executor | None",
    given: Sequence[Fault],
    setting: Mapping[str, Any],
) -> Sweep:
    name = _checked_setting(setting)
    values = setting[name]
    if not isinstance(values, Sequence) or isinstance(values, str) or not values:
        raise InputError(f"expected a list of values, such as [1, 2], got {quoted(values)}", where=name)
    if losses is LOSSES or isinstance(losses, Sequence):
        got = "none" if losses is LOSSES else quoted(losses)
        raise InputError(f"expected one loss for all values of {name}, such as 0.1, got {got}", where="losses")
    loss, plain = share(losses, "losses"), checked_scenario(scenario)
    each = [(_with_value(plain, name, value, number), loss) for number, value in enumerate(values)]
    return Sweep(_points(each, "values", messages, seed, executor, given), len(values), name)


def _checked_setting(setting: Mapping[str, object]) -> str:
    for name in setting:
        if name not in SWEPT:
            raise InputError(f"no setting {quoted(name)} to sweep over; settings are {', '.join(SWEPT)}")
    if len(setting) > 1:
        raise InputError(f"expected one setting at a time, got {' and '.join(setting)}; sweep over one for each value")
    return next(iter(setting))


def _with_value(scenario: Scenario, name: str, value: object, number: int) -> Scenario:
    try:
        return replace(scenario, **{name: value})  # type: ignore[arg-type]  # the scenario checks it
    except InputError as error:
        raise InputError(error.said, where=f"{name}[{number}]") from None


def _points(
    each: Sequence[tuple[Scenario | str, float]],
    what: str,
    messages: int,
    seed: int,
    executor: "Executor | None",
    given: Sequence[Fault],
) -> tuple[Stats, ...]:
    points: list[Stats] = []
    forget_ways()
    for scenario, loss in with_bar(each, len(each), what):
        points.append(_stats(scenario, loss, messages, seed, executor, given))
        if not points[-1].finished:
            break
    return tuple(points)


def _speaking(scenario: Scenario) -> Scenario:
    """Return a scenario in which something is said."""
    if not scenario.say:
        raise InputError("expected one in which something is said, got none", where="scenario")
    return scenario
