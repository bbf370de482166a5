"""Judges a scenario: whether its settings (RTO, retries, backoff) keep promises and stay within numbers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from imteach.course.exercises.stages import YOU_STOPPED, Judged, Stage
from imteach.errors import InputError, quoted
from imteach.scenario import Fault, Scenario
from imteach.scenario.scenario import DEFAULT_LATENCY
from imteach.tell.promise import why_broken
from imteach.tell.words import join
from imteach.trace import Trace
from imteach.verify.timed.explorer import explore


@dataclass(frozen=True)
class SettingsJudge:
    """Judges a scenario like `scenario`, of which only the settings `free` may be chosen.

    Another rung may stand in it, too: what it keeps is seen in the stages.
    """

    scenario: Scenario
    free: tuple[str, ...]
    stages: tuple[Stage, ...]
    untried: str = "Not tried: other scenarios and other faults than each stage names."

    def accept(self, answer: object) -> Scenario:
        """Return the scenario; raise `InputError` for what is none, or for one in which something else was changed."""
        if not isinstance(answer, Scenario):
            raise InputError(f"expected a Scenario, such as {self.scenario!r}, got {quoted(answer)}", where="answer")
        ours = replace(answer, **{name: getattr(self.scenario, name) for name in ("rung", *self.free)})
        if ours != self.scenario:
            may = join(self.free)
            raise InputError(f"choose only {may}; else it is to be {self.scenario!r}, got {answer!r}", where="answer")
        return answer


def within(
    name: str, given: tuple[Fault, ...], rule: Callable[[Trace], str], done: str, latency: Any = DEFAULT_LATENCY
) -> Stage:
    """A stage that runs the scenario under these faults; `rule` says what is wrong with the run, "" if nothing is.

    `latency` is that of the scenario here.
    """

    def look(scenario: Scenario) -> Judged:
        trace = replace(scenario, latency=latency).run(*given)
        wrong = rule(trace)
        return Judged(False, wrong, trace, f"{wrong}.") if wrong else Judged(True, done)

    return Stage(name, look)


def keeps(name: str, promise: str, faults: int, most_packets: int | None = None) -> Stage:
    """A stage that tries every plan of at most so many drops: the scenario is to keep this promise under each."""

    def look(scenario: Scenario) -> Judged:
        found = explore(scenario, faults=faults, most_packets=most_packets)
        verdict = found.promises[promise]
        if verdict.example is not None:
            trace = verdict.example.trace
            return Judged(False, f"not with {verdict.example}", trace, f"{why_broken(trace, promise):s}")
        if not found.finished:
            stopped = "interrupted" in found.unfinished
            note = YOU_STOPPED if stopped else f"not tried to its end: {found.unfinished}"
            return Judged(None, note, stopped=stopped)
        return Judged(True, f"{found.plans} plans")

    return Stage(name, look)
