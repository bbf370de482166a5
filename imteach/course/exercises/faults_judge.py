"""Judges faults: which ones a learner chose is judged by the run that comes of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from imteach.course.exercises.stages import Judged, Stage
from imteach.errors import InputError, quoted
from imteach.scenario import Fault, Scenario
from imteach.tell.fault import why_unused
from imteach.tell.summary import in_short
from imteach.tell.words import counted, few
from imteach.trace import Trace

Faults = tuple[Fault, ...]


class Goal(NamedTuple):
    """What a run is to show: its name as a stage, whether a run shows it, and what is said if it does and if not."""

    name: str
    reached: Callable[[Trace], bool]
    yes: str
    no: str


@dataclass(frozen=True)
class FaultsJudge:
    """Judges faults of these `kinds`, put to this `scenario`: they happen, reach each goal, and are few enough."""

    scenario: Scenario
    kinds: tuple[type[Fault], ...]
    goals: tuple[Goal, ...]
    fewest: int
    untried: str = "Not tried: other scenarios. There is often more than one answer; can you find another?"

    def accept(self, answer: object) -> Faults:
        """Return the faults; raise `InputError` for what are none, or of another kind."""
        given = (answer,) if isinstance(answer, Fault) else answer
        if isinstance(given, str) or not isinstance(given, Iterable):
            raise InputError(
                f"expected faults in a list, such as {self._such_as}, got {quoted(answer)}", where="answer"
            )
        faults = tuple(given)
        for fault in faults:
            if not isinstance(fault, self.kinds):
                raise InputError(f"expected faults such as {self._such_as}, got {quoted(fault)}", where="answer")
        return faults

    @property
    def _such_as(self) -> str:
        return " or ".join(_EXAMPLES[kind.__name__] for kind in self.kinds)

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """They happen; they reach each goal; they are few enough."""
        goals = [Stage(goal.name, self._looks_for(goal)) for goal in self.goals]
        return (Stage("it runs", self._runs), *goals, Stage("as few as possible", self._counts))

    def _runs(self, faults: Faults) -> Judged:
        """Whether each fault happens. A fault on a packet that is never sent does nothing."""
        trace = self.scenario.run(*faults)
        if trace.unused:
            names = few([str(fault) for fault in trace.unused])
            reason = f"{trace.unused[0]}: {why_unused(trace.unused[0], trace)}."
            return Judged(False, f"this never happens: {names}", trace, reason)
        return Judged(True, few([str(fault) for fault in trace.faults]) if trace.faults else "without a fault")

    def _looks_for(self, goal: Goal) -> Callable[[Faults], Judged]:
        def look(faults: Faults) -> Judged:
            trace = self.scenario.run(*faults)
            if goal.reached(trace):
                return Judged(True, goal.yes)
            return Judged(False, goal.no, trace, f"{goal.no}: {in_short(trace):s}")

        return look

    def _counts(self, faults: Faults) -> Judged:
        trace = self.scenario.run(*faults)
        used = len(trace.faults)
        if used <= self.fewest:
            return Judged(True, f"{counted(used, 'fault')}, and no fewer will do")
        note = f"you used {counted(used, 'fault')}, and fewer will do"
        return Judged(False, note, trace, f"It works, but {note}.")


_EXAMPLES = {
    "Drop": 'Drop("msg:R")',
    "Crash": 'Crash("bob", at=150)',
    "Delay": 'Delay("msg:N", by=100)',
    "Duplicate": 'Duplicate("msg:N")',
    "Offline": 'Offline("bob", at=0, lasting=1000)',
}
