"""`imteach assignment`: an exercise as nbgrader wants it. `test_nbgrader.py` asks nbgrader itself, by night."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from imteach import exercises
from imteach.cli import main
from imteach.course.progress.kept import GRADING, VARIABLE, kept, note, why_nothing_is_kept
from imteach.teacher.assignment import assignment, file_name

KEYS = {"schema_version", "grade", "locked", "solution", "task", "grade_id", "points"}
"""What nbgrader's schema of version 3 has of a cell in the folder `source`; it allows no others."""

REGION = re.compile(r"^### BEGIN SOLUTION\n.*?^### END SOLUTION$", re.MULTILINE | re.DOTALL)
STUB = "# YOUR CODE HERE\nraise NotImplementedError()"

each_exercise = pytest.mark.parametrize("title", exercises)


def cells(title: str, points: int = 5) -> list[Any]:
    book = json.loads(assignment(exercises[title], points))
    assert book["metadata"]["kernelspec"]["name"] == "python3"
    return list(book["cells"])


def run(source: str, names: dict[str, Any]) -> Any:
    """Run a cell as a notebook does, and return its last value."""
    *body, last = ast.parse(source).body
    exec(compile(ast.Module(body, []), "cell", "exec"), names)
    if isinstance(last, ast.Expr):
        return eval(compile(ast.Expression(last.value), "cell", "eval"), names)
    raise AssertionError("the last line is no value")


@each_exercise
def test_its_metadata_is_what_nbgrader_takes(title: str) -> None:
    roles = []
    for cell in cells(title, points=7):
        meta = cell["metadata"]["nbgrader"]
        assert set(meta) == KEYS - (set() if meta["grade"] else {"points"})
        assert meta["schema_version"] == 3
        assert all(isinstance(meta[flag], bool) for flag in ("grade", "locked", "solution", "task"))
        assert re.fullmatch(r"[a-zA-Z0-9_-]+", meta["grade_id"])
        roles.append((cell["cell_type"], meta["grade"], meta["solution"], meta["locked"], meta.get("points")))
    assert roles == [
        ("markdown", False, False, True, None),  # read only
        ("code", False, True, False, None),  # the learner's
        ("code", True, False, True, 7),  # tests, which nbgrader puts back as they were
    ]
    assert len({cell["metadata"]["nbgrader"]["grade_id"] for cell in cells(title)}) == 3


@each_exercise
def test_what_is_not_touched_gets_nothing_and_what_is_not_right_a_share(
    title: str, capsys: pytest.CaptureFixture[str]
) -> None:
    task, answer, points = (cell["source"] for cell in cells(title))
    assert task.startswith(f"# {title}\n\n{exercises[title].task}\n\n")
    released, count = REGION.subn(STUB, answer)
    assert count == 1
    names: dict[str, Any] = {"__name__": "__main__"}
    with pytest.raises(NotImplementedError):
        run(released, names)
    with pytest.raises(NameError, match="'answer'"):
        run(points, names)
    report = run(released.replace(STUB, ""), names)
    assert not report.passed
    given = run(points, names)
    passed = [stage.passed for stage in report.stages].count(True)
    assert given == round(5 * passed / len(report.stages), 1) < 5
    out, err = capsys.readouterr()
    assert "✗ not solved yet" in out
    assert err == ""  # it would cost the points


def test_a_right_answer_gets_them_all(capsys: pytest.CaptureFixture[str]) -> None:
    *_, points = cells("three bubbles", points=3)
    names = {"__name__": "__main__", "answer": run('from imteach import Drop\n[Drop("ack:N"), Drop("ack:N#2")]', {})}
    assert run(points["source"], names) == 3.0
    assert capsys.readouterr().err == ""


def test_each_has_a_file_of_its_own() -> None:
    names = [file_name(exercise) for exercise in exercises.values()]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*\.ipynb", name) for name in names)


def test_the_command_writes_it_and_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "source" / "week-2"
    path = folder / "write-dedup.ipynb"
    asked = ["assignment", "write dedup", str(folder), "--points", "10"]
    assert main(asked) == 0
    assert capsys.readouterr() == (f"{path}\n", "")
    assert path.read_bytes() == assignment(exercises["write dedup"], 10)
    path.write_text("mine")
    assert refused(asked, capsys) == f"imteach assignment: {path} is there already, and stays as it is\n"
    assert path.read_text() == "mine"


def test_without_a_name_the_exercises_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assignment"]) == 0
    out, err = capsys.readouterr()
    assert (out, err) == (f"{exercises}\n", "")


WRONG = {
    ("write dedupe",): "no exercise 'write dedupe'; is “write dedup” meant?",
    ("write dedup", ".", "--points", "many"): "--points: expected a whole number from 0 to 1000, got 'many'",
    ("write dedup", ".", "--points=-1"): "--points: expected a whole number from 0 to 1000, got -1",
    ("write dedup", "file/below"): "cannot write file/below/write-dedup.ipynb: Not a directory",
    ("write dedup", "a\0b"): "cannot write 'a\\x00b/write-dedup.ipynb': no file can have this name",
    ("write dedup", ".", "more"): "no argument 'more' here; see imteach assignment --help",
}


@pytest.mark.parametrize("asked", WRONG, ids=lambda asked: " ".join(asked)[:40])
def test_what_is_wrong_gets_one_line(
    asked: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("mine")
    assert refused(["assignment", *asked], capsys) == f"imteach assignment: {WRONG[asked]}\n"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def refused(asked: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as exit_:
        main(asked)
    assert exit_.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    return err


def test_what_learners_handed_in_is_not_their_teachers_progress(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "progress.jsonl"))
    monkeypatch.setenv(GRADING, "autograde")
    assert not note("exercise", "write dedup", "all stages passed", right=True)
    assert why_nothing_is_kept() == "nbgrader runs this"
    monkeypatch.delenv(GRADING)
    assert note("exercise", "write dedup", "all stages passed", right=True)
    assert len(kept().done) == 1
