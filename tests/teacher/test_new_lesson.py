"""`imteach new-lesson`: a lesson to begin with, that already runs; and nobody's work is overwritten."""

import json
from pathlib import Path

import pytest

from imteach.cli import main
from imteach.course.progress.shelf import shelf
from imteach.course.workspace import without_answers
from imteach.teacher.validate import validate


def test_a_new_lesson_is_valid_and_has_all_that_a_lesson_has(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "mine"
    assert main(["new-lesson", "16-my-topic", str(folder)]) == 0
    path = folder / "16-my-topic.ipynb"
    assert capsys.readouterr() == (f"{path}\n", "")
    assert [str(report) for report in validate(folder)] == ["✓ 16-my-topic.ipynb: 3 cells run"]
    before = path.read_bytes()
    assert [str(report) for report in validate(folder, write=True)] == [
        "✓ 16-my-topic.ipynb: 3 cells run, nothing to save"
    ]
    assert path.read_bytes() == before
    (lesson,) = shelf(folder)
    assert (lesson.title, lesson.predictions) == ("Lesson 16: My topic", 1)
    cells = json.loads(before)["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    assert "## Round 1" in text
    assert "## You can now say" in text
    assert all(
        each in json.dumps(cells) for each in ("Predict: ack:N is dropped once.", "mend the silent dedup (lesson")
    )
    assert not any(cell.get("outputs") for cell in json.loads(without_answers(before))["cells"])


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as exit_:
        main(["new-lesson", *arguments])
    assert exit_.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    return err


def test_what_is_there_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "16-my-topic.ipynb"
    mine.write_text("mine")
    for name in ("16-my-topic", "16-my-topic.ipynb"):
        assert refused([name, str(tmp_path)], capsys) == (
            f"imteach new-lesson: {mine} is there already, and stays as it is; take another name\n"
        )
    (tmp_path / "link.ipynb").symlink_to(tmp_path / "nowhere")
    assert "is there already" in refused(["link", str(tmp_path)], capsys)
    assert mine.read_text() == "mine"


@pytest.mark.parametrize("name", ["", "../up", "a/b", "a\nb", "a\0b", ".hidden", "-x y", "x" * 61, "a.b", "<b>"])
def test_what_is_no_name_is_refused_at_once(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    said = refused(["--", name], capsys)
    assert said.startswith(
        "imteach new-lesson: NAME: expected a name such as 16-my-topic, of letters, digits and hyphens, got"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_gets_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("mine")
    assert refused(["16-x", str(tmp_path / "file" / "below")], capsys).endswith("Not a directory\n")
