"""Judges a class: a learner's own `Client` or `Server`, in trials with few faults, by the promises that ours keeps."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from imteach.course.exercises.stages import YOU_STOPPED, Judged, Stage
from imteach.errors import InputError, quoted
from imteach.protocol import Client, Server
from imteach.scenario import Scenario
from imteach.tell.promise import promise_named
from imteach.tell.words import counted
from imteach.verify.exams.examination import Examination, mistake_is
from imteach.verify.exams.examiner import examine
from imteach.verify.exams.trials import TRIALS, Trial

NO_END = (
    "This class has too many states to look at all of them. That is so where it sends again and again, or writes down "
    "all that comes."
)
NO_FAULT = Trial("nothing is lost", "what goes wrong by itself", faults=0)


def trials(*names: str) -> tuple[Trial, ...]:
    """The trials of these names."""
    return tuple(TRIALS[name] for name in names)


FOUR = {
    "it runs": (NO_FAULT,),
    "each single loss": trials("one message"),
    "explore": trials("two losses"),
    "check": trials("any order"),
}
"""The first stages of most classes: one message; with the clock, two losses at most; without it, one."""


@dataclass(frozen=True)
class ClassJudge:
    """Judges a class made from `made_from`, on this `rung`, through the trials of each stage and then the `budgets`.

    A promise counts where our own class keeps it on the rung `like` (None: on the same rung). A budget looks at a
    scenario with the class in it.
    """

    made_from: type[Client] | type[Server]
    rung: str
    of_stage: dict[str, tuple[Trial, ...]]
    like: str | None = None
    budgets: dict[str, Callable[[Scenario], Judged]] = field(default_factory=dict)
    untried: str = "Not tried: other scenarios, other rungs, more faults than each stage has."

    def accept(self, answer: object) -> type:
        """Return the class; raise `InputError` for what is none."""
        if isinstance(answer, Client | Server):
            raise InputError(f"hand in the class itself, {type(answer).__name__}, and not an object made from it")
        if isinstance(answer, type) and issubclass(answer, self.made_from):
            return answer
        raise InputError(f"expected a class made from {self.made_from.__name__}, got {quoted(answer)}", where="answer")

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The stages in which it is examined, then the budgets."""
        examined = [Stage(name, self._examines(asked)) for name, asked in self.of_stage.items()]
        measured = [Stage(name, self._measures(budget)) for name, budget in self.budgets.items()]
        return (*examined, *measured)

    def _examines(self, asked: tuple[Trial, ...]) -> Callable[[type], Judged]:
        return lambda made: judged(examine(made, self.rung, asked, self.like))

    def _measures(self, budget: Callable[[Scenario], Judged]) -> Callable[[Any], Judged]:
        return lambda made: budget(self.scenario(made))

    def scenario(self, made: Any) -> Scenario:
        """The usual scenario with this class in it."""
        if issubclass(made, Server):
            return Scenario(self.rung, server=made)
        return Scenario(self.rung, client=made)


def judged(found: Examination) -> Judged:
    """What an examination found, as a stage says it."""
    if found.mistake:
        return Judged(False, f"it {mistake_is(found.mistake)}", found.counterexample, found.reason)
    if found.broken:
        where = f" in the trial “{found.broken.trial}”" if len(found.tried) + len(found.left) > 1 else ""
        note = f"it breaks {promise_named(found.broken.promise)}{where} with {found.broken.example}"
        return Judged(False, note, found.counterexample, found.reason)
    if not found.passed:
        if found.interrupted:
            return Judged(None, YOU_STOPPED, stopped=True)
        return Judged(None, "not tried to its end: there are too many states", None, NO_END)
    return Judged(True, _looked_at(found))


def _looked_at(found: Examination) -> str:
    """How much was looked at."""
    if len(found.tried) == 1:
        return found.tried[0].looked_at
    return counted(len(found.tried), "trial")
