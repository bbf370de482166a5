"""An exercise: what is to be done, what a learner begins with, hints, and what an answer goes through."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from typing import Any

from imteach.bars import with_bar
from imteach.course.exercises.report import ExerciseReport
from imteach.course.exercises.stages import YOU_STOPPED, Judge, Judged, Stage, StageResult
from imteach.course.progress.kept import note
from imteach.errors import InputError
from imteach.learner.mistakes import LearnerError
from imteach.printed import Sentence, fold
from imteach.tell.words import join


@dataclass(frozen=True, repr=False)
class Exercise:
    """Something to write, to mend or to find, with a verdict that says what is wrong and shows it.

    - `title`: its name in `exercises`. `lesson`: the number of the lesson that it belongs to.
    - `task`: what is to be done. `start`: a cell to begin with, as text; it ends with the check.
    - `hints`: three; the last one nearly says it.
    - `judge`: what an answer goes through. Promises and numbers judge it, and no text does, so many answers are right.

    >>> from imteach import exercises
    >>> exercise = exercises["mend the silent dedup"]
    >>> exercise.lesson, exercise.stages
    (7, ('it runs', 'each single loss', 'explore', 'check', 'trials'))
    """

    title: str
    lesson: int
    task: str
    start: str
    hints: tuple[str, str, str]
    judge: Judge
    _given: list[str] = field(default_factory=list, compare=False)  # the hints that were asked for

    @property
    def stages(self) -> tuple[str, ...]:
        """The names of the stages that an answer goes through."""
        return tuple(stage.name for stage in self.judge.stages)

    def check(self, answer: object) -> ExerciseReport:
        """Check an answer: a class, faults, or a scenario, whichever the task asks for.

        It goes through the stages until it does not pass one. An interrupt (Ctrl-C, or the notebook's stop button) ends
        it, and the report says what was not tried. Raises `InputError` for what is no answer to this task at all.

        >>> from imteach import Client, exercises
        >>> class Silent(Client):
        ...     def on_msg_n(self, packet):
        ...         return [] if packet.msgid in self.dedup else super().on_msg_n(packet)
        >>> report = exercises["mend the silent dedup"].check(Silent)
        >>> report.passed, report.stages[1].passed, report.faults
        (False, False, (Drop("m1/ack:R#1"),))
        """
        taken = self.judge.accept(answer)
        stages = self.judge.stages
        results: list[StageResult] = []
        last = Judged(True, "")
        for stage in with_bar(stages, len(stages), "stages"):
            if last.passed is True:
                last = _looked(stage, taken)
                results.append(StageResult(stage.name, last.passed, last.note))
            else:
                results.append(StageResult(stage.name, None, _why_not(last, results)))
        left = [f"“{stage.name}”" for stage in results if stage.passed is None]
        not_tried = [f"Not tried, or not to its end: {join(left)}."] if left else []
        not_tried.append(self.judge.untried)
        report = ExerciseReport(self.title, results, last.counterexample, last.reason, tuple(not_tried), hint=self.hint)
        if not last.stopped:  # what the learner stopped was neither passed nor not
            note("exercise", self.title, _in_short(report), report.passed)
        return report

    def hint(self) -> str:
        """Return the next of the three hints; after the last one, the last one again."""
        hint = Sentence(" ".join(self.hints[min(len(self._given), len(self.hints) - 1)].split()))
        self._given.append(hint)
        return hint

    def to_text(self) -> str:
        """Return the task for a terminal."""
        lines = [f"{self.title} (lesson {self.lesson})", *self._paragraphs, self.start.rstrip(), self._about]
        return "\n\n".join(map(fold, lines)) + "\n"

    @property
    def _paragraphs(self) -> list[str]:
        """The task, a line for each paragraph."""
        return [" ".join(part.split()) for part in self.task.split("\n\n")]

    @property
    def _about(self) -> str:
        """How an answer is judged."""
        return f"An answer goes through these stages: {', '.join(self.stages)}."

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        task = "".join(f"<p>{_code(escape(part))}</p>" for part in self._paragraphs)
        html = (
            f'<div class="imteach-task"><p><strong>{escape(self.title)}</strong> (lesson {self.lesson})</p>{task}'
            f"<pre>{escape(self.start)}</pre><p>{escape(self._about)}</p></div>"
        )
        return {"text/plain": self.to_text(), "text/html": html}

    def __repr__(self) -> str:
        return self.to_text().rstrip()


def _code(text: str) -> str:
    """Show what stands between backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", text)


def _in_short(report: ExerciseReport) -> str:
    """Return what came of a check in a few words, for the learner's progress: the same for two that met the same."""
    first = next((stage.name for stage in report.stages if not stage.passed), "")
    met = ", ".join(map(str, report.faults))
    return f"{first}: {met}" if met and first else first or "all stages passed"


def _looked(stage: Stage, answer: Any) -> Judged:
    """Let a stage look at an answer."""
    try:
        return stage.look(answer)
    except LearnerError as mistake:
        return Judged(False, "it cannot go on", mistake.trace, f"{mistake.said}.")
    except InputError as error:  # what was given is of the right sort, and cannot be run
        return Judged(False, "it cannot be run", None, f"{error}.")
    except KeyboardInterrupt:
        return Judged(None, YOU_STOPPED, stopped=True)


def _why_not(last: Judged, results: Iterable[StageResult]) -> str:
    """Why a stage was not tried: the learner stopped, or a stage before it was not passed."""
    if last.stopped:
        return "not tried, because you stopped"
    first = next(result.name for result in results if result.passed is not True)
    return f"not tried, because “{first}” comes first"
