"""The folded solutions of the exercises: code in a lesson's text must run too, where its reader would paste it."""

import json
import re
from contextlib import nullcontext
from itertools import pairwise
from pathlib import Path

import pytest

from imteach import InputError

LESSONS = sorted((Path(__file__).parents[2] / "lessons").glob("*.ipynb"))[1:]  # the welcome has no exercises
FENCE = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def run(code, namespace, fails):
    """Run a cell, one that is meant to end in an error too."""
    with pytest.raises(InputError) if fails else nullcontext():
        exec(code, namespace)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_a_solution_stands_below_the_cell_in_which_it_is_to_be_found(lesson):
    """Above it, it would be opened first, and push the task out of sight."""
    cells = json.loads(lesson.read_text("utf-8"))["cells"]
    solutions = [
        (before, cell) for before, cell in pairwise(cells) if "<summary>Solution</summary>" in "".join(cell["source"])
    ]
    assert len(solutions) >= 3
    for before, cell in solutions:
        assert "".join(cell["source"]).startswith("<details><summary>Solution</summary>"), cell["id"]
        assert before["cell_type"] == "code", cell["id"]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_every_solution_runs_at_the_end_of_its_lesson(lesson):
    cells = json.loads(lesson.read_text("utf-8"))["cells"]
    namespace = {"__name__": "__main__"}  # as in a notebook, whose classes know it
    for cell in cells:
        if cell["cell_type"] == "code":
            run("".join(cell["source"]), namespace, fails="raises-exception" in cell["metadata"].get("tags", []))
    solutions = [
        code for cell in cells if cell["cell_type"] == "markdown" for code in FENCE.findall("".join(cell["source"]))
    ]
    assert len(solutions) >= 3
    for solution in solutions:
        exec(solution, dict(namespace))
