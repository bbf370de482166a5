"""Every lesson has been run from top to bottom, has its outputs, and still gives the same ones.

nbval compares nothing in a cell that was never run, so the first tests here hold that all were.
"""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

LESSONS = sorted((Path(__file__).resolve().parents[2] / "lessons").glob("*.ipynb"))

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def all_code_cells(lesson: Path) -> list[dict[str, Any]]:
    """The code cells of a lesson, with those that are left empty for the learner."""
    return [cell for cell in json.loads(lesson.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]


def code_cells(lesson: Path) -> list[dict[str, Any]]:
    """The code cells of a lesson with something in them."""
    return [cell for cell in all_code_cells(lesson) if "".join(cell["source"]).strip()]


def outputs(lesson: Path) -> list[dict[str, Any]]:
    return [output for cell in code_cells(lesson) for output in cell["outputs"]]


every_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)


def test_there_are_lessons() -> None:
    """An empty parameter list would pass for nothing."""
    assert len(LESSONS) >= 3


@pytest.mark.parametrize(("lesson", "after"), list(pairwise(LESSONS)), ids=lambda path: path.stem)
def test_its_last_line_leads_to_the_next(lesson: Path, after: Path) -> None:
    last = "".join(json.loads(lesson.read_text("utf-8"))["cells"][-1]["source"])
    title = "".join(json.loads(after.read_text("utf-8"))["cells"][0]["source"]).splitlines()[0]
    assert last.splitlines()[-1] == f"Next: [{title.removeprefix('# ')}]({after.name})"


@every_lesson
def test_it_was_run_from_top_to_bottom(lesson: Path) -> None:
    counts = [cell["execution_count"] for cell in code_cells(lesson)]
    assert counts
    assert counts == list(range(1, len(counts) + 1))


@every_lesson
def test_it_has_outputs_that_can_be_compared(lesson: Path) -> None:
    kinds = {kind for output in outputs(lesson) for kind in output.get("data", {"stream": None})}
    assert kinds & {"text/plain", "stream"}
    assert "text/html" in kinds  # the pictures that show in a notebook that nobody has run


@every_lesson
def test_no_cell_failed_that_should_not(lesson: Path) -> None:
    for cell in code_cells(lesson):
        failed = [output["ename"] for output in cell["outputs"] if output["output_type"] == "error"]
        meant = "raises-exception" in cell["metadata"].get("tags", [])
        assert bool(failed) == meant, f"{''.join(cell['source'])!r}: {failed or 'no error'}"


@every_lesson
def test_no_cell_is_exempt_from_comparison(lesson: Path) -> None:
    for cell in code_cells(lesson):
        marks = [*cell["metadata"].get("tags", []), "".join(cell["source"])]
        assert not [mark for mark in marks if "nbval" in mark.lower()], cell["source"]


@every_lesson
def test_no_state_of_a_live_widget_is_saved(lesson: Path) -> None:
    assert "widgets" not in json.loads(lesson.read_text("utf-8"))["metadata"]
    assert not [output for output in outputs(lesson) if WIDGET_VIEW in output.get("data", {})]


@pytest.fixture(scope="module")
def run_again(tmp_path_factory: pytest.TempPathFactory) -> tuple[ElementTree.Element, str]:
    """What nbval says of all lessons, strict, and all that it printed.

    In a process of its own: Jupyter's warnings are no errors of ours, and its sockets stay there. One process for all:
    to start it takes longer than to run a lesson. Each lesson has its own kernel.
    """
    folder = tmp_path_factory.mktemp("nbval")
    report, sanitized = folder / "report.xml", folder / "sanitized.cfg"
    # Each version of graphviz and matplotlib draws otherwise; what it shows stands beside it as text, and is compared
    sanitized.write_text(
        '[graphs]\nregex: (?s)<div class="imteach-graph".*?</div>\nreplace: A GRAPH\n'
        '[plots]\nregex: imteach-plot"[^>]+\nreplace: A PLOT\n'
    )
    command = [
        *(sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-q", "--color=no", "--tb=short"),
        *("-p", "no:cacheprovider", "-o", "addopts=", "-o", "filterwarnings=default", "--disable-warnings"),
        *(f"--nbval-sanitize-with={sanitized}", f"--junitxml={report}", *map(str, LESSONS)),
    ]
    # Nobody's own start-up files take part; and no progress bars, which come where a machine is slow
    environment = {**os.environ, "IPYTHONDIR": str(folder), "TQDM_DISABLE": "1"}
    run = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=280, check=False)
    return ElementTree.parse(report).getroot(), run.stdout + run.stderr


@every_lesson
def test_running_it_again_gives_the_saved_outputs(lesson: Path, run_again: tuple[ElementTree.Element, str]) -> None:
    report, printed = run_again
    cells = [case for case in report.iter("testcase") if case.attrib["classname"] == f"lessons.{lesson.name}"]
    wrong = [found.text or found.attrib["message"] for cell in cells for found in cell]  # failed, skipped, not run
    if wrong:
        pytest.fail(f"{lesson.name} no longer gives its saved outputs:\n" + "\n".join(wrong), pytrace=False)
    assert len(cells) == len(all_code_cells(lesson)), printed
