"""`my_progress()`: what was done, lesson by lesson, in plain words, and text as text."""

import json
from pathlib import Path

import pytest

from imteach import my_progress
from imteach.course.progress.kept import note
from imteach.course.progress.mine import MOST_AGAIN
from imteach.course.progress.shelf import shelf


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "progress.jsonl"
    monkeypatch.setenv("IMTEACH_PROGRESS", str(path))
    return path


def do(lesson: str, did: str, about: str, said: str, right: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JPY_SESSION_NAME", f"{lesson}.ipynb" if lesson else "")
        assert note(did, about, said, right)


def row(beginning: str) -> list[str]:
    """The cells of the text's first row that begins so, without its name."""
    line = next(line for line in str(my_progress()).splitlines() if line.startswith(beginning))
    return line.removeprefix(beginning).split()


LESSON = "06-two-copies"


def test_each_lesson_has_what_was_answered_what_was_right_at_first_and_what_was_solved(file: Path) -> None:
    do(LESSON, "predict", "How often?", "once", False)
    do(LESSON, "predict", "How often?", "twice", True)
    do(LESSON, "predict", "When?", "300 ms", True)
    do(LESSON, "exercise", "mend it", "explore", False)
    do(LESSON, "exercise", "mend it", "all stages", True)
    do(LESSON, "exercise", "write it", "it runs", False)
    do("", "predict", "How often?", "once", True)
    do("my own", "predict", "Why?", "so", True)
    progress = my_progress()
    (about,) = (each for name, each in progress.lessons.items() if name == LESSON)
    assert (about.answered, about.right_at_first, about.solved) == (2, 1, 1)
    assert row("Lesson 6: What trying again costs")[1:4] == ["2", "1", "1"]
    assert row("Lesson 7: One copy")[1:] == ["–"] * 4
    assert row("outside a notebook")[:4] == ["–", "1", "1", "0"]
    assert row("my own")[:4] == ["–", "1", "1", "0"]
    assert [each.first.about for each in progress.again] == ["write it"]  # the others were right in the end
    assert progress.last is not None
    assert progress.last.about == "Why?"
    assert "You stopped at my own (" in str(progress)


def test_what_was_not_right_so_far_is_offered_again_without_blame(file: Path) -> None:
    do(LESSON, "predict", "How often?", "once", False)
    do(LESSON, "exercise", "mend it", "each single loss", False)
    text = str(my_progress())
    assert "Lesson 6: What trying again costs  How often? – You said: once\n" in text
    assert "Lesson 6: What trying again costs  Exercise “mend it”: each single loss" in text
    assert not {"wrong", "false", "failed", "mistake", "error"} & set(text.lower().split())


def test_of_much_to_be_tried_again_the_newest_is_offered(file: Path) -> None:
    for number in range(MOST_AGAIN + 3):
        do(LESSON, "predict", f"Question {number}.", "so", False)
    text = str(my_progress())
    assert text.count("You said: so") == MOST_AGAIN
    assert "Question 2. " not in text
    assert f"Question {MOST_AGAIN + 2}. " in text
    assert "And 3 before these." in text


def test_before_the_first_answer_it_says_so(file: Path) -> None:
    assert "Nothing yet: your first answer to a prediction will stand here." in str(my_progress())
    assert "Nothing is kept" not in str(my_progress())
    assert not file.exists()


def test_it_says_where_it_is_kept_what_was_passed_over_and_why_nothing_is_kept(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    do(LESSON, "predict", "How often?", "once", False)
    with file.open("a") as more:
        more.write("a line of mine\n")
    text = " ".join(str(my_progress()).split())
    assert f"It is kept in {file}," in text
    assert "Passed over: 1 line of the file" in text
    monkeypatch.setenv("IMTEACH_PROGRESS", str(file / "progress.jsonl"))
    assert f"Nothing is kept: cannot write {file}/progress.jsonl: Not a directory." in " ".join(
        str(my_progress()).split()
    )


def test_what_was_typed_is_text_in_html_too(file: Path) -> None:
    do("<script>alert(1)</script>", "predict", "<b>How?", "<img src=x onerror=alert(1)>", False)
    html = my_progress()._repr_mimebundle_()["text/html"]
    assert "&lt;b&gt;How?" in html
    assert "<script" not in html
    assert "<img" not in html
    assert "<b>" not in html


def test_the_predictions_of_a_lesson_are_counted_in_its_code(tmp_path: Path) -> None:
    def cell(kind: str, *lines: str) -> dict[str, object]:
        return {"cell_type": kind, "source": list(lines), "metadata": {}}

    cells = [
        cell("markdown", "# A lesson\n", "text"),
        cell("markdown", "# Another heading", "Predict("),
        cell("code", "from imteach import Predict\n", "one = Predict(\n", "    'How?')"),
        cell("code", "Predict.number('When?'); Predict.phone('What?')\n", "class MyPredict(list): pass"),
    ]
    (tmp_path / "01-a.ipynb").write_text(json.dumps({"cells": cells}))
    (tmp_path / "02-half.ipynb").write_text('{"cells": [{')
    (one, half) = shelf(tmp_path)
    assert (one.name, one.title, one.predictions) == ("01-a", "A lesson", 3)
    assert (half.name, half.title, half.predictions) == ("02-half", "02-half", 0)
    assert len(shelf()) >= 15
