"""No line that a lesson prints is broken in the middle of a word by JupyterLab's page."""

from pathlib import Path

import nbformat
import pytest

PAGE = 100  # so many characters does the page hold beside the file browser, on a screen of 1366 pixels
LESSONS = sorted((Path(__file__).parents[2] / "lessons").glob("*.ipynb"))

TABLE = ("│", " | ", "┊")  # a table keeps its columns, and so does a sequence diagram
CODE = ("(", "[", "{", "Lab(", "Scenario(", "server at ")  # Python that a cell prints is as Python prints it


def printed(lesson):
    """Each line that a reader sees as text, with the number of its cell."""
    for cell in nbformat.read(lesson, as_version=4).cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "stream":
                text = output.text
            elif output.output_type != "error" and "text/html" not in output.data:
                text = output.data.get("text/plain", "")
            else:
                continue  # an error's line is as Python has it; what has HTML is seen as that
            yield from ((cell.execution_count, line) for line in text.splitlines())


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_what_a_lesson_prints_fits(lesson):
    long = [
        (number, line)
        for number, line in printed(lesson)
        if len(line) > PAGE and not line.startswith(CODE) and not any(sign in line for sign in TABLE)
    ]
    assert long == []
