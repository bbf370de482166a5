"""An exercise as a notebook for nbgrader: the task, a cell for the answer, and a cell that gives the points.

A cell's metadata say what it is to nbgrader. In a solution cell nbgrader puts its own stub, two lines that raise an
error, in the place of what stands between BEGIN SOLUTION and END SOLUTION; without such a region it would replace the
whole cell. The stub comes first, so an answer that nobody has touched gets no points.
"""

import json
import re
from typing import Any

from imteach.course.exercises import Exercise
from imteach.teacher.outputs import KERNEL

_TASK = """\
# {title}

{task}

*Lesson {lesson}, {points} points.* In the cell below delete `raise NotImplementedError()`, and change what follows it.
Run the cell as often as you like: it says what is wrong, and shows it. The last cell gives the points, a share for each
of these stages: {stages}."""

_ANSWER = """\
### BEGIN SOLUTION
# Nothing is to stand here: nbgrader puts its stub in this place, and learners begin with what follows.
### END SOLUTION
{begin}answer = {answer}
exercise = exercises["{title}"]
exercise.check(answer)"""

_POINTS = """\
from imteach import exercises

report = exercises["{title}"].check(answer)
print(report)
report.points({points})  # nbgrader takes the last value for the points"""

_CELLS = (
    ("task", "markdown", _TASK, {"grade": False, "locked": True, "solution": False}),
    ("answer", "code", _ANSWER, {"grade": False, "locked": False, "solution": True}),
    ("points", "code", _POINTS, {"grade": True, "locked": True, "solution": False}),
)
"""Each cell's id, its kind, its text, and what it is to nbgrader."""

_START = re.compile(r"(.*)exercise = exercises\[[^\n]*\]\nexercise\.check\((.*)\)\n", re.DOTALL)


def assignment(exercise: Exercise, points: int) -> bytes:
    """Return the notebook for nbgrader's folder `source`, as the bytes of its file.

    >>> from imteach import exercises
    >>> book = json.loads(assignment(exercises["three bubbles"], points=5))
    >>> [cell["metadata"]["nbgrader"]["grade_id"] for cell in book["cells"]]
    ['task', 'answer', 'points']
    """
    words = {**_words(exercise), "points": points}
    cells = [_cell(id_, kind, text.format(**words), role, points) for id_, kind, text, role in _CELLS]
    book = {"cells": cells, "metadata": KERNEL, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(book, indent=1, ensure_ascii=False) + "\n").encode()


def file_name(exercise: Exercise) -> str:
    """Return what the notebook is called.

    >>> from imteach import exercises
    >>> file_name(exercises["kept, and never fetched"])
    'kept-and-never-fetched.ipynb'
    """
    return f"{re.sub('[^a-z0-9]+', '-', exercise.title.lower()).strip('-')}.ipynb"


def _words(exercise: Exercise) -> dict[str, Any]:
    """What the cells say of this exercise."""
    start = _START.fullmatch(exercise.start)
    assert start is not None, f"{exercise.title}: its start does not end with the check"
    return {
        "title": exercise.title,
        "lesson": exercise.lesson,
        "task": exercise.task,
        "stages": ", ".join(exercise.stages),
        "begin": start[1],
        "answer": start[2],
    }


def _cell(id_: str, kind: str, text: str, role: dict[str, bool], points: int) -> dict[str, Any]:
    nbgrader = {"grade_id": id_, "schema_version": 3, "task": False, **role}
    if role["grade"]:
        nbgrader["points"] = points
    cell = {"cell_type": kind, "id": id_, "metadata": {"nbgrader": nbgrader}, "source": text}
    return {**cell, "outputs": [], "execution_count": None} if kind == "code" else cell
