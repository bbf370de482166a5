"""The folded solutions of the exercises: code in a lesson's text must run too, where its reader would paste it."""

import json
import re
from pathlib import Path

import pytest

LESSONS = sorted((Path(__file__).parents[2] / "lessons").glob("*.ipynb"))
FENCE = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_every_solution_runs_at_the_end_of_its_lesson(lesson):
    cells = json.loads(lesson.read_text("utf-8"))["cells"]
    namespace = {"__name__": "__main__"}  # as in a notebook, whose classes know it
    for cell in cells:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), namespace)
    solutions = [
        code for cell in cells if cell["cell_type"] == "markdown" for code in FENCE.findall("".join(cell["source"]))
    ]
    assert len(solutions) >= 3
    for solution in solutions:
        exec(solution, dict(namespace))
