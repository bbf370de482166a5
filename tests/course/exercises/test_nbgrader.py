"""An exercise goes through nbgrader: made, handed out, handed in by four learners, graded.

By night, for nbgrader is fetched from PyPI. It gets an environment of its own: where it is, every Jupyter has its menu,
and loads four of its extensions.
"""

import csv
import json
import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pytest
from nightly import NIGHTLY

import imteach
from imteach.cli import main

pytestmark = pytest.mark.skipif(not NIGHTLY, reason="by night: it fetches nbgrader, and takes a minute")

STUB = "# YOUR CODE HERE\nraise NotImplementedError()\n"
TO_CHANGE = "return [self.show_or_discard(packet)]  # change this line"
RIGHT = "return [self.show_or_discard(packet), *self.acknowledge(packet)]"
LOUD = f'import sys; print("seen", file=sys.stderr); {RIGHT}'
"""It prints each time that the class is asked, also in the cell with the points."""

LEARNERS = {
    "ada": (("answer", STUB, ""), ("answer", TO_CHANGE, RIGHT)),
    "bob": (("answer", STUB, ""), ("points", "report.points(5)", "5.0")),
    "carol": (),
    "dave": (("answer", STUB, ""), ("answer", TO_CHANGE, LOUD)),
}
"""What each does to the notebook: in this cell, that becomes this. bob changes the points only."""

POINTS = {"ada": 5.0, "bob": 1.0, "carol": 0.0, "dave": 0.0}


class Course:
    """A folder with a course, and the nbgrader that works in it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / "course"
        venv.create(home / "env", with_pip=True)
        self.python = home / "env" / "bin" / "python"
        site = next((home / "env" / "lib").glob("python3*")) / "site-packages"
        beside = [str(Path(imteach.__file__).parents[1]), *(each for each in sys.path if each.endswith("-packages"))]
        (site / "beside.pth").write_text("\n".join(beside))  # so that pip fetches only what is not here
        self.run("pip", "install", "--quiet", "nbgrader==0.9.6", cwd=home)
        self.run("nbgrader", "quickstart", "course", cwd=home)

    def run(self, module: str, *arguments: str, cwd: Path | None = None) -> None:
        """Run one of the environment's programs; it also calls others of them by name."""
        ours = {"HOME": str(self.home), "PATH": f"{self.python.parent}{os.pathsep}{os.environ['PATH']}"}
        ours["JUPYTER_PATH"] = str(Path(sys.prefix, "share", "jupyter"))  # nbconvert's templates
        env = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IMTEACH"))}
        done = subprocess.run(
            [self.python, "-m", module, *arguments],
            cwd=cwd or self.folder,
            env={**env, **ours},
            capture_output=True,
            text=True,
            timeout=250,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def hand_in(self, learner: str, *changes: tuple[str, str, str]) -> None:
        """Put a learner's notebook where nbgrader looks for it."""
        (released,) = (self.folder / "release" / "week-2").glob("*.ipynb")
        book: dict[str, Any] = json.loads(released.read_text("utf-8"))
        for id_, before, after in changes:
            (cell,) = (cell for cell in book["cells"] if cell["id"] == id_)
            source = "".join(cell["source"])
            assert before in source
            cell["source"] = source.replace(before, after)
        target = self.folder / "submitted" / learner / "week-2" / released.name
        target.parent.mkdir(parents=True)
        target.write_text(json.dumps(book), "utf-8")


def test_the_gradebook_has_the_points(tmp_path: Path) -> None:
    course = Course(tmp_path)
    assert main(["assignment", "mend the silent dedup", str(course.folder / "source" / "week-2")]) == 0
    course.run("nbgrader", "generate_assignment", "week-2")
    for learner, changes in LEARNERS.items():
        course.hand_in(learner, *changes)
    course.run("nbgrader", "autograde", "week-2")
    course.run("nbgrader", "export", "--to", "grades.csv")
    with (course.folder / "grades.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["assignment"] == "week-2"]
    assert {row["student_id"]: float(row["score"]) for row in rows} == POINTS
    assert {float(row["max_score"]) for row in rows} == {5.0}
    assert not (tmp_path / ".imteach").exists()  # what learners handed in is not their teacher's progress
    course.run("nbgrader", "generate_feedback", "week-2")
    feedback = {path.parts[-3]: path.read_text("utf-8") for path in (course.folder / "feedback").rglob("*.html")}
    assert set(feedback) == set(POINTS)
    assert "not solved yet, 1 of 5 stages passed" in feedback["bob"]
