"""Judges faults: which ones a learner chose is judged by the run that comes of them."""

from collections.abc import Callable, Iterable, Sequence
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
    """Judges faults of these `kinds`, put to this `scenario`: they happen, reach each goal, and are few enough.

    The `given` faults strike in any case.
    """

    scenario: Scenario
    kinds: tuple[type[Fault], ...]
    goals: tuple[Goal, ...]
    fewest: int
    given: tuple[Fault, ...] = ()
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

    def _run(self, faults: Faults) -> Trace:
        return self.scenario.run(*self.given, *faults)

    def _chosen(self, trace: Trace) -> list[Fault]:
        """The faults that were chosen, each once."""
        return [fault for fault in trace.faults if fault not in self.given]

    def _runs(self, faults: Faults) -> Judged:
        """Whether each fault happens: not one on a packet that is never sent, nor one that is there twice."""
        trace = self._run(faults)
        twice = next((fault for place, fault in enumerate(faults) if fault in faults[:place]), None)
        if twice is not None:
            return Judged(False, "one fault is there twice", trace, f"{twice!r} is there twice{_its_second(twice)}.")
        if trace.unused:
            names = few([str(fault) for fault in trace.unused])
            reason = f"{trace.unused[0]}: {why_unused(trace.unused[0], trace)}."
            return Judged(False, f"this never happens: {names}", trace, reason)
        return Judged(True, _named(self._chosen(trace)))

    def _looks_for(self, goal: Goal) -> Callable[[Faults], Judged]:
        def look(faults: Faults) -> Judged:
            trace = self._run(faults)
            if goal.reached(trace):
                return Judged(True, goal.yes)
            return Judged(False, goal.no, trace, f"{goal.no}: {in_short(trace):s}")

        return look

    def _counts(self, faults: Faults) -> Judged:
        trace = self._run(faults)
        used = len(self._chosen(trace))
        if used <= self.fewest:
            return Judged(True, f"{counted(used, 'fault')}, and no fewer will do")
        note = f"you used {counted(used, 'fault')}, and fewer will do"
        return Judged(False, note, trace, f"It works, but {note}.")


def _its_second(fault: Fault) -> str:
    """How the second packet of that kind is named, if the fault is about a packet."""
    name, sharp, number = str(getattr(fault, "packet", "")).partition("#")
    return f", and strikes once; the packet after it is {name}#{int(number) + 1}" if sharp and number.isdigit() else ""


def _named(faults: Sequence[Fault]) -> str:
    return few([str(fault) for fault in faults]) if faults else "without a fault"


_EXAMPLES = {
    "Drop": 'Drop("msg:R")',
    "Crash": 'Crash("bob", at=150)',
    "Delay": 'Delay("msg:N", by=100)',
    "Duplicate": 'Duplicate("msg:N")',
    "Offline": 'Offline("bob", at=0, lasting=1000)',
}
