"""`ExerciseView`: the page of a checked answer, above a lab with the run that shows what is wrong."""

from typing import Any

from ipywidgets import HTML, DOMWidget, VBox
from traitlets import Dict

from imteach.course.exercises.report import ExerciseReport
from imteach.lab.live import LARGE, LiveWidget
from imteach.lab.scripts import page_script, page_style
from imteach.lab.still import for_listeners

HINTS = 3

BELOW = "The run below shows it: click its packets, move the time, ask why."
STILL = "The run below shows it."


class ExerciseView(LiveWidget):
    """The page of an `ExerciseReport`. Hints are given one by one, as they are asked for."""

    _esm = page_script("exercise.js")
    _css = page_style("exercise.css")

    report = Dict().tag(**LARGE)
    hints = Dict().tag(sync=True)

    def __init__(self, report: ExerciseReport) -> None:
        self._next_hint = report.hint
        super().__init__()
        self.report = _parts(report)
        self.hints = {"given": [], "left": HINTS}

    def _answer(self, content: object) -> None:
        """Give the next hint. Nothing else can be asked for."""
        left = self.hints["left"]
        if isinstance(content, dict) and content.get("do") == "hint" and left > 0:
            self.hints = {"given": [*self.hints["given"], f"{self._next_hint()}"], "left": left - 1}


def _parts(report: ExerciseReport) -> dict[str, Any]:
    """What of a report the page shows."""
    return {
        "caption": report.caption,
        "passed": report.passed,
        "stages": [{"name": stage.name, "passed": stage.passed, "note": stage.note} for stage in report.stages],
        "reason": report.reason,
        "notTried": list(report.not_tried),
        "below": _said_below(report),
    }


def _said_below(report: ExerciseReport) -> str:
    if not report.not_for_a_lab:
        return BELOW
    return STILL if report.picture else ""


def live(report: ExerciseReport) -> dict[str, Any]:
    """Return what a notebook shows of a report: its page, above the counterexample where there is one."""
    return for_listeners(VBox([ExerciseView(report), *_shown_below(report)])._repr_mimebundle_())


def _shown_below(report: ExerciseReport) -> list[DOMWidget]:
    """A lab with the counterexample; its picture, where a lab cannot show it."""
    if report.not_for_a_lab:
        return [HTML(report.picture)] if report.picture else []
    return [report.lab()]
