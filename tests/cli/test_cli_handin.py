"""`imteach handin` and `imteach class`: one file of a learner, one table of a class, or one line that says why not."""

import json
from pathlib import Path

import pytest

from imteach.cli import main
from imteach.course.progress.kept import note


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in; progress is kept beside it."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("IMTEACH_PROGRESS", str(tmp_path / "progress.jsonl"))
    monkeypatch.setenv("JPY_SESSION_NAME", "06-two-copies.ipynb")
    return folder


def test_what_was_done_is_handed_in_and_gathered(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert note("predict", "How often?", "once", False)
    assert note("predict", "How often?", "twice", True)
    assert note("exercise", "mend it", "explore", False)
    assert main(["handin", "--name", "Ada L."]) == 0
    said = "imteach-handin.json holds 1 prediction and 1 exercise; nothing was sent\n"
    assert capsys.readouterr() == (said, "")
    assert json.loads((here / "imteach-handin.json").read_text("utf-8"))["name"] == "Ada L."
    assert main(["class", "."]) == 0
    out, err = capsys.readouterr()
    assert "Ada L.  1         0         0          1" in out
    assert "06-two-copies  1 of 1    once (1×)  How often?" in out
    assert err == ""
    assert main(["class", ".", "--format", "html", "-o", "class.html"]) == 0
    assert (here / "class.html").read_text("utf-8").startswith("<!doctype html>")
    assert capsys.readouterr().out == "class.html: open it in a browser\n"
    assert main(["class", ".", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["people"][0]["name"] == "Ada L."


def test_what_is_no_hand_in_of_the_same_person_is_not_overwritten(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert note("predict", "How often?", "once", False)
    (here / "homework.txt").write_text("mine", "utf-8")
    with pytest.raises(SystemExit):
        main(["handin", "-o", "homework.txt"])
    said = "imteach handin: homework.txt is there already and is no hand-in, so it stays as it is; name another file\n"
    assert capsys.readouterr().err == said
    assert (here / "homework.txt").read_text("utf-8") == "mine"
    assert main(["handin", "-o", "a.json", "--name", "Ada"]) == 0
    with pytest.raises(SystemExit):
        main(["handin", "-o", "a.json"])
    assert "a.json is the hand-in of 'Ada', and stays as it is; name another file" in capsys.readouterr().err
    assert note("predict", "How often?", "twice", True)
    assert main(["handin", "-o", "a.json", "--name", "Ada"]) == 0  # one's own is brought up to date
    assert "twice" in (here / "a.json").read_text("utf-8")


def test_a_file_that_was_changed_is_told_and_the_status_says_so(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert note("predict", "How often?", "once", False)
    for name in ("ada", "eve"):
        assert main(["handin", "--name", name, "-o", f"{name}.json"]) == 0
    text = (here / "eve.json").read_text("utf-8")
    (here / "eve.json").write_text(text.replace("false", "true"), "utf-8")
    capsys.readouterr()
    assert main(["class", "."]) == 1
    out, err = capsys.readouterr()
    assert "ada" in out
    assert "eve" not in out
    assert err == "imteach: eve.json: it was changed after it was made: its sha256 does not fit\n"


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    return err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["handin"], "imteach handin: nothing to hand in: there is no answer in "),
        (["class"], "imteach class: the following arguments are required: FOLDER"),
        (["class", "no/such"], "imteach class: no folder 'no/such'; expected one with the files that were handed in"),
        (["class", "a\nb"], r"imteach class: no folder 'a\nb'; expected"),
        (["class", "."], "imteach class: no files (*.json) in '.'; imteach handin writes one for each learner"),
        (["class", ".", "-o", "no/such.txt"], "imteach class: cannot write no/such.txt: No such file or directory"),
        (["class", ".", "--format", "svg"], "imteach class: argument --format: invalid choice: 'svg'"),
        (["handin", "more"], "imteach handin: no argument 'more' here; see imteach handin --help"),
    ],
)
def test_what_is_wrong_gets_one_line_and_no_file(
    here: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    err = refused(arguments, capsys)
    assert err.startswith(said)
    assert err.count("\n") == 1
    assert list(here.iterdir()) == []


def test_where_nothing_is_kept_handin_says_why(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IMTEACH_PROGRESS", "")
    assert refused(["handin"], capsys) == "imteach handin: nothing to hand in: IMTEACH_PROGRESS is empty\n"


def test_a_name_that_is_too_long_and_a_folder_without_one_good_file_are_refused(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert note("predict", "How often?", "once", False)
    assert refused(["handin", "--name", "x" * 81], capsys).endswith("name: expected at most 80 characters, got 81\n")
    assert refused(["handin", "-o", "no/such.json"], capsys).startswith("imteach handin: cannot write no/such.json:")
    (here / "a.json").write_text("{")
    assert refused(["class", "."], capsys).splitlines() == [
        "imteach: a.json: not a hand-in: not readable as JSON",
        "imteach class: .: none of the 1 file is a hand-in",
    ]
