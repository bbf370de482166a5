"""What came of checking an answer: the stages, the smallest run that shows what is wrong, and what was not tried."""

from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from imteach.course.exercises.stages import StageResult
from imteach.draw.sequence.notebook import MOST_SHOWN, scrolling_image
from imteach.draw.sequence.text import to_text
from imteach.errors import InputError
from imteach.printed import fold
from imteach.scenario import Fault, Scenario
from imteach.tell.words import counted
from imteach.trace import Trace
from imteach.views import ask

if TYPE_CHECKING:
    from imteach.lab import Lab

SIGNS = {True: "✓", False: "✗", None: "–"}
"""The sign of a stage that was passed, of one that was not, and of one that was not tried to its end."""

READ_AS = {True: "passed", False: "not passed", None: "not tried"}
"""The same signs for those who hear the page."""

ASK = "Ask for a hint: exercise.hint()"


@dataclass(frozen=True, repr=False)
class ExerciseReport:
    """What came of checking an answer. See `Exercise.check`.

    - `title`: that of the exercise.
    - `stages`: a tuple (name, passed, note) for each stage; `passed` is None for one that was not tried, and the note
      says why.
    - `counterexample`: a run that shows what is wrong, None if nothing is, or if no run can show it.
    - `reason`: what is wrong, in sentences; "" if nothing is.
    - `not_tried`: what this check does not answer, a sentence each.

    In a notebook it shows with the counterexample's diagram.
    """

    title: str
    stages: list[StageResult]
    counterexample: Trace | None
    reason: str
    not_tried: tuple[str, ...]
    hint: Callable[[], str] = field(default=str, compare=False)  # the exercise's next one

    @property
    def passed(self) -> bool:
        """Whether every stage was passed."""
        return all(stage.passed for stage in self.stages)

    def points(self, most: float) -> float:
        """Return the share of `most` points that belongs to the stages passed, with one digit behind the point.

        >>> from imteach import Drop, exercises
        >>> exercises["three bubbles"].check([Drop("ack:N")]).points(10)
        2.5
        """
        passed = sum(stage.passed is True for stage in self.stages)
        return round(most * passed / len(self.stages), 1)

    @property
    def scenario(self) -> Scenario | None:
        """The scenario of the counterexample."""
        return None if self.counterexample is None else self.counterexample.scenario

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults of the counterexample."""
        return self.counterexample.faults if self.counterexample else ()

    @property
    def not_for_a_lab(self) -> str:
        """Why the counterexample cannot be opened in a `Lab`, in words; "" if it can.

        A run without a clock (the stage “check” finds such) goes wrong by the order of things and by no time, and a
        Lab shows times. A run that never ends is not run again either.
        """
        if self.counterexample is None:
            return "there is no counterexample to open"
        look = "so the Lab cannot show it; look at .counterexample"
        if not self.counterexample.timed:
            return f"this counterexample has no clock, {look}"
        return "" if self.counterexample.loop is None else f"this counterexample goes on for ever, {look}"

    def lab(self) -> "Lab":
        """Open the counterexample in a `Lab`, where its packets can be clicked.

        Raises `InputError` where that cannot be done: see `not_for_a_lab`.
        """
        from imteach.lab import Lab  # only a notebook has what it needs

        if self.counterexample is None or self.not_for_a_lab:
            raise InputError(self.not_for_a_lab)
        return Lab(self.counterexample.scenario, *self.faults)

    @property
    def caption(self) -> str:
        """What came of it, in a line."""
        done = sum(stage.passed is True for stage in self.stages)
        if self.passed:
            return f"{self.title}: ✓ solved"
        return f"{self.title}: ✗ not solved yet, {done} of {counted(len(self.stages), 'stage')} passed"

    def to_text(self) -> str:
        """Return it for a terminal: the stages, what is wrong with its diagram as text, and what was not tried."""
        wide = max(len(stage.name) for stage in self.stages)
        stages = [f"{SIGNS[stage.passed]} {stage.name:<{wide}}  {stage.note}" for stage in self.stages]
        lines = [self.caption, *stages, *filter(None, [self.reason])]
        drawn = [] if self._drawn is None else [f"\n{to_text(self._drawn)}"]
        last = [*self.not_tried, *([] if self.passed else [ASK])]
        return "\n".join([*map(fold, lines), *drawn, *map(fold, last)]) + "\n"

    @property
    def _drawn(self) -> Trace | None:
        """The counterexample, unless it is too long to be drawn."""
        trace = self.counterexample
        return trace if trace is not None and len(trace.packets) <= MOST_SHOWN else None

    @property
    def picture(self) -> str:
        """The counterexample as an HTML image; "" if there is none that can be drawn."""
        return "" if self._drawn is None else scrolling_image(self._drawn)

    def to_html(self) -> str:
        """Return it as HTML. Whatever a learner typed stands in it as text."""
        passed = str(self.passed).lower()
        stages = "".join(map(_stage, self.stages))
        reason = f'<p data-part="reason">{escape(self.reason)}</p>' if self.reason else ""
        not_tried = "".join(f'<p data-part="not-tried">{escape(line)}</p>' for line in self.not_tried)
        ask = "" if self.passed else f'<p data-part="ask">{escape(ASK)}</p>'
        return (
            f'<div class="imteach-exercise" data-passed="{passed}"><p><strong>{escape(self.caption)}</strong></p>'
            f'<ul style="list-style: none; padding-left: 0.5em">{stages}</ul>'
            f"{reason}{self.picture}{not_tried}{ask}</div>"
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        still = {"text/plain": self.to_text(), "text/html": self.to_html()}
        try:
            return {**ask("ExerciseReport.live", self), **still}
        except ImportError:  # without the extra `lab`
            return still

    def __repr__(self) -> str:
        return self.to_text().rstrip()


def _stage(stage: StageResult) -> str:
    sign = f'<span role="img" aria-label="{READ_AS[stage.passed]}">{SIGNS[stage.passed]}</span>'
    passed = "none" if stage.passed is None else str(stage.passed).lower()
    name, note = escape(stage.name), escape(stage.note)
    return f'<li data-stage="{name}" data-passed="{passed}">{sign} <strong>{name}</strong>: {note}</li>'
