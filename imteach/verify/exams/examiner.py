"""Examine a class: run it through the trials, and judge it where the protocol's own class keeps its promises."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from imteach.bars import stopwatch, with_bar
from imteach.errors import InputError, quoted
from imteach.learner.mistakes import LearnerError
from imteach.learner.slow import RULE
from imteach.protocol import LADDER, Client, Server
from imteach.sim.simulator import Simulator
from imteach.tell.words import counted
from imteach.verify.exams.examination import FOR_EVER, Broken, Examination, Tried, mistake_is
from imteach.verify.exams.trials import TRIALS, Trial
from imteach.verify.search.finding import Finding
from imteach.verify.timed.branching import SHORTER

LONG_RUN = 0.4
"""A run that takes fewer seconds than this is not looked into: ours take some milliseconds each."""

MUCH_LONGER = 20
"""A run is too slow if it takes that many times as long as ours does at the same moment, on the same machine."""


def examine(
    made: type, rung: str = "dedup", only: Iterable[str | Trial] | None = None, like: str | None = None
) -> Examination:
    """Find a bug in a class of one's own: a `Client` or a `Server`, on this rung of the ladder.

    It is run through every one of `TRIALS` that suits the rung, from the smallest up, until one breaks a promise. A
    promise counts as broken where the protocol's own class keeps it, against as many faults; with enough losses every
    class breaks some. What is left behind does no harm in the run itself, so that promise comes last: the report is
    about it if no other is broken in any trial. `only` are the names of trials, where not all are wanted, or a `Trial`
    of one's own. A class that adds what a higher rung adds is measured by ours on that rung: `like="dedup"`.

    An interrupt (Ctrl-C, or the notebook's stop button) ends it with what was found. Raises `InputError` for what is
    no such class, rung or trial.

    >>> class Silent(Client):
    ...     def on_msg_n(self, packet):
    ...         return [] if packet.msgid in self.dedup else super().on_msg_n(packet)
    >>> report = examine(Silent)
    >>> report.passed, report.promise, report.faults
    (False, 'no_false_failure', (Drop("m1/ack:R#1"),))
    """
    classes = _classes(made)
    _check_rungs(rung, like)
    asked = _asked(rung, only)
    tried: list[Tried] = []
    left: Broken | None = None
    for trial in with_bar(asked, len(asked), "trials"):
        seconds = stopwatch()
        try:
            _refuse_if_slow(made, trial, rung, classes)
            found = trial.search(trial.scenario(rung, **classes))
            broken = _broken(trial, like or rung, found)
        except InputError as error:
            mistake = error if isinstance(error, LearnerError) else _endless(made, error)
            tried.append(Tried(trial.name, trial.exposes, "", seconds(), f"✕ {mistake_is(mistake)}"))
            return Examination(made, rung, tuple(tried), _not_begun(asked, tried), mistake=mistake, like=like)
        except KeyboardInterrupt:
            return Examination(made, rung, tuple(tried), _not_begun(asked, tried), left, interrupted=True, like=like)
        tried.append(_row(trial, found, broken, seconds()))
        interrupted = "interrupted" in found.unfinished
        if broken is not None and broken.promise == "nothing_left_behind":
            left, broken = left or broken, None
        if broken is not None or interrupted:
            left_out = _not_begun(asked, tried)
            return Examination(made, rung, tuple(tried), left_out, broken or left, None, interrupted, like)
    return Examination(made, rung, tuple(tried), (), left, like=like)


def _classes(made: object) -> dict[str, Any]:
    """The class as a scenario takes it."""
    for name, ours in (("client", Client), ("server", Server)):
        if isinstance(made, type) and issubclass(made, ours):
            return {name: made}
    raise InputError(f"expected a class made from Client or Server, got {quoted(made)}", where="made")


def _check_rungs(rung: object, like: object) -> None:
    """Raise `InputError` for a rung that there is not, or for one to be measured by that lies below it."""
    rungs = list(LADDER)
    for name, where in ((rung, "rung"), (like or rung, "like")):
        if not isinstance(name, str) or name not in LADDER:
            raise InputError(f"no rung {quoted(name)}; the rungs are {', '.join(LADDER)}", where=where)
    if like and rungs.index(str(like)) < rungs.index(str(rung)):
        raise InputError(f"expected {rung} or a rung above it, got {quoted(like)}", where="like")


def _asked(rung: str, only: Iterable[str | Trial] | None) -> list[Trial]:
    """The trials that suit this rung, or only those of these names; a trial of one's own as it is."""
    if only is None:
        return [trial for trial in TRIALS.values() if trial.suits(rung)]
    named = [only] if isinstance(only, str) else only
    asked = [each if isinstance(each, Trial) else TRIALS[each] for each in named]
    for trial in asked:
        if not trial.suits(rung):
            raise InputError(f"“{trial.name}” is for {trial.since} and above, not for {rung}", where="only")
    return asked


def _endless(made: type, error: InputError) -> LearnerError:
    """The trials' scenarios are right, so what is refused is a run of this class that does not end."""
    return LearnerError(f"{made.__name__} {FOR_EVER}: {error.said}")


def _refuse_if_slow(made: type, trial: Trial, rung: str, classes: dict[str, Any]) -> None:
    """Raise `LearnerError` if one run of this trial takes so long that all of them would take minutes."""
    for _ in range(2):  # the machine may have been busy with something else, but not twice
        seconds = stopwatch()
        run = Simulator(trial.scenario(rung, **classes), trial.given)
        run.written.most_events //= SHORTER
        if run.learners:
            run.learners.pace.warns = False  # the error will say so
        try:
            trace = run.run()
        except LearnerError:
            raise
        except InputError:
            return  # it has no end: the search will say so, and why
        took = seconds()
        if took < LONG_RUN:
            return
    seconds = stopwatch()
    trial.scenario(rung).run(*trial.given)
    if took > MUCH_LONGER * seconds():
        slow = run.learners and run.learners.pace.slowest
        raise LearnerError(
            f"{made.__name__} is too slow to be examined: one run of the trial “{trial.name}” took {took:.1f} s, and "
            f"there are hundreds; {f'{slow.words}; ' if slow else ''}{RULE}",
            slow.line if slow else None,
            trace,
        )


def _not_begun(asked: list[Trial], tried: list[Tried]) -> tuple[str, ...]:
    """The names of the trials that were not begun."""
    return tuple(trial.name for trial in asked[len(tried) :])


def _broken(trial: Trial, rung: str, found: Finding) -> Broken | None:
    """The promise that was broken with the fewest faults, of those that ours keeps against as many on this rung."""
    broken = [
        Broken(promise, trial.name, found.scenario, verdict.example)
        for promise, verdict in found.promises.items()
        if verdict.example is not None and len(verdict.example.faults) < _fewest(trial, rung, promise)
    ]
    return min(broken, key=lambda each: (each.promise == "nothing_left_behind", len(each.example.faults)), default=None)


@cache
def _ours(trial: Trial, rung: str) -> Finding:
    """What this trial finds about the protocol's own classes."""
    found = trial.search(trial.scenario(rung))
    if found.unfinished:
        raise KeyboardInterrupt  # ours are small enough to be finished: so it was that, and half is not to be kept
    return found


def _fewest(trial: Trial, rung: str, promise: str) -> float:
    """How many faults it takes to break a promise of the protocol's own classes here; infinity if they keep it."""
    example = _ours(trial, rung).promises[promise].example
    return float("inf") if example is None else len(example.faults)


def _row(trial: Trial, found: Finding, broken: Broken | None, seconds: float) -> Tried:
    verdict = "✓ kept" if found.finished else "? not finished"
    if broken is not None:
        verdict = "✕ left behind" if broken.promise == "nothing_left_behind" else "✕ broken"
    name, count = next(iter(found.counts.items()))
    return Tried(trial.name, trial.exposes, counted(count, name.removesuffix("s")), seconds, verdict)
