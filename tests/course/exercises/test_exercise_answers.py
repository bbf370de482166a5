"""Each exercise: several right answers pass, and what real people write is refused with a run or a clear note.

The answers stand in `answers/`, a file for each exercise, as learners would write them in a cell: a class `Mine`, or an
expression. A title says what an answer is: `right`, `wrong` (with the stage that it does not pass), or `refused`: no
answer to this task at all.
"""

import linecache
import re
from pathlib import Path
from typing import NamedTuple

import pytest

import imteach
from imteach import InputError, exercises, protocol
from imteach.course.exercises import BlankClient

HERE = Path(__file__).with_name("answers")
HEADING = re.compile(r"^== (right|wrong|refused): (.*?)(?: \| (.*))?$", re.MULTILINE)


class Answer(NamedTuple):
    """An answer as a learner writes it."""

    title: str
    what: str
    name: str
    stage: str
    code: str

    def value(self):
        """Run it as a notebook runs a cell, and return what it hands in."""
        names = {"__name__": "__main__"}
        names |= {name: getattr(protocol, name) for name in protocol.__all__}
        names |= {name: getattr(imteach, name) for name in imteach.__all__} | {"BlankClient": BlankClient}
        file = f"<ipython-input-7-{self.title}-{self.name}>"
        linecache.cache[file] = (len(self.code), None, self.code.splitlines(keepends=True), file)
        if "class Mine" not in self.code:
            return eval(compile(self.code, file, "eval"), names)
        exec(compile(self.code, file, "exec"), names)
        return names["Mine"]


def file_of(title):
    """The file with the answers to this exercise."""
    return HERE / f"{re.sub('[^a-z0-9]+', '-', title.lower().replace('✓', 'v'))}.txt"


def answers_of(title):
    """The answers in the file of this exercise."""
    file = file_of(title)
    _, *parts = HEADING.split(file.read_text("utf-8")) if file.exists() else [""]
    for what, name, stage, code in zip(*[iter(parts)] * 4, strict=True):
        yield Answer(title, what, name, stage, code.strip("\n"))


ALL = [answer for title in exercises for answer in answers_of(title)]


def those(what):
    return pytest.mark.parametrize(
        "answer", [each for each in ALL if each.what == what], ids=lambda each: f"{each.title}: {each.name}"
    )


@those("right")
def test_a_right_answer_passes_every_stage(answer):
    report = exercises[answer.title].check(answer.value())
    assert report.passed, report
    assert report.counterexample is None
    assert report.reason == ""


@those("wrong")
def test_a_wrong_answer_is_refused_with_a_run_or_a_clear_note(answer):
    exercise = exercises[answer.title]
    report = exercise.check(answer.value())
    assert not report.passed
    (failed,) = (stage for stage in report.stages if stage.passed is False)
    assert failed.name == answer.stage
    assert len(failed.note) > 8
    assert report.reason.endswith((".", "!", "?"))
    if report.counterexample is None:
        assert failed.note.startswith(
            ("it cannot", "it does not come to an end", "it remembers")
        )  # then the reason says all
    assert [stage.name for stage in report.stages] == list(exercise.stages)


@those("refused")
def test_what_is_no_answer_at_all_is_refused_in_a_line(answer):
    with pytest.raises(InputError) as caught:
        exercises[answer.title].check(answer.value())
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("title", exercises)
def test_there_are_many_answers_to_each(title):
    whats = [answer.what for answer in answers_of(title)]
    assert whats.count("right") >= 2
    assert whats.count("wrong") >= 20
