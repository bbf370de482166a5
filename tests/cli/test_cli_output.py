"""`-o FILE` of every command: what imteach made is replaced, what may be somebody's work stays, and a line says so."""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from imteach.cli import main
from imteach.course.progress.kept import note
from imteach.teacher.new_lesson import new_lesson

ROOT = Path(__file__).parents[2]

MADE = {  # a command that marks what it writes, and how that is opened
    "run basic --format svg": "open it in a browser",
    "run basic --format json": "open it in an editor",
    "run basic --format png": "open it in a browser",
    "compare basic acked --format svg": "open it in a browser",
    "compare basic acked --format json": "open it in an editor",
    "map basic --format html": "open it in a browser",
    "stats basic --loss 0.1 --messages 10 --format json": "open it in an editor",
    "explore basic --faults 1 --format json": "open it in an editor",
    "check basic --faults 1 --format json": "open it in an editor",
    "check basic --faults 0 --format svg": "open it in a browser",
    "examine mine.py:Mine --only copies --format json": "open it in an editor",
    "page basic --faults 0": "open it in a browser",
    "class handed-in --format html": "open it in a browser",
    "class handed-in --format json": "open it in an editor",
}

PLAIN = {  # a command whose answer is plain text, in which nothing says who wrote it
    "run basic": "open it in an editor",
    "run basic --format toml": "run it with imteach run",
    "run basic --format mermaid": "put it on a page that draws Mermaid",
    "run basic --format plantuml": "give it to PlantUML",
    "run basic --format shiviz": "open it in ShiViz",
    "compare basic acked": "open it in an editor",
    "map basic": "open it in an editor",
    "map basic --format markdown": "open it in an editor",
    "stats basic --loss 0.1 --messages 10 --format markdown": "open it in an editor",
    "explore basic --faults 1": "open it in an editor",
    "check basic --faults 0 --format dot": "give it to Graphviz",
    "class handed-in": "open it in an editor",
}

OWN = {  # what a learner or a teacher has
    "notes": b"what I found out\n",
    "mine.py": b"class Mine:\n    pass\n",
    "lesson.toml": b'rung = "basic"  # the one where it goes wrong\n',
    "lesson.ipynb": (ROOT / "lessons" / "01-three-packets.ipynb").read_bytes(),
    "drawn.svg": b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" id="mine"><rect/></svg>',
    "page.html": b"<!doctype html>\n<title>Mine</title>",
    "photo.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(40),
    "answers.json": b'{"schema": "imteach/handin/1", "name": "Ada"}',
    "words.json": b'{"mine": true}',
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a class to examine and a hand-in, in which one works."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IMTEACH_PROGRESS", str(tmp_path / "progress.jsonl"))
    (tmp_path / "mine.py").write_text("from imteach import Client\n\n\nclass Mine(Client):\n    pass\n")
    (tmp_path / "handed-in").mkdir()
    note("predict", "How often?", "twice", True)
    main(["handin", "-o", "handed-in/ada.json"])
    return tmp_path


def refused(typed: str, file: str, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main([*typed.split(), "-o", file])
    said = capsys.readouterr()
    assert (ended.value.code, said.out, said.err.count("\n")) == (2, "", 1)
    return said.err


@pytest.mark.parametrize("typed", MADE)
def test_what_a_command_made_it_makes_anew_and_says_so(typed: str, here: Path, capsys) -> None:
    for _ in range(2):
        capsys.readouterr()
        assert main([*typed.split(), "-o", "made"]) == 0
        assert capsys.readouterr().out == f"made: {MADE[typed]}\n"


@pytest.mark.parametrize("typed", PLAIN)
def test_a_text_is_not_written_over_because_it_may_be_anybodys(typed: str, here: Path, capsys) -> None:
    capsys.readouterr()
    assert main([*typed.split(), "-o", "made"]) == 0
    assert capsys.readouterr().out == f"made: {PLAIN[typed]}\n"
    before = (here / "made").read_bytes()
    said = refused(typed, "made", capsys)
    assert "made is there already, and a text may be somebody's own work: it stays" in said
    assert said.endswith("name another file, or let the shell write over it: > made\n")
    assert (here / "made").read_bytes() == before


@pytest.mark.parametrize("typed", [*MADE, *PLAIN])
def test_nobodys_own_file_is_written_over(typed: str, here: Path, capsys) -> None:
    for name, content in OWN.items():
        own = here / "own" / name
        own.parent.mkdir(exist_ok=True)
        own.write_bytes(content)
        assert "is there already" in refused(typed, f"own/{name}", capsys)
        assert own.read_bytes() == content


def test_a_trace_that_was_kept_is_not_lost_to_what_compares_it(here: Path, capsys) -> None:
    main(["run", "basic", "--format", "json", "-o", "calm.json"])
    said = refused("compare calm.json acked --format json", "calm.json", capsys)
    assert "calm.json is there already, and is no JSON that this command wrote: it stays as it is" in said
    assert json.loads((here / "calm.json").read_text("utf-8"))["schema"] == "imteach/trace/1"


def test_an_empty_file_is_nobodys_work(here: Path) -> None:
    (here / "empty").touch()
    assert main(["run", "basic", "-o", "empty"]) == 0
    assert (here / "empty").stat().st_size


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="no /dev/stdout on this system")
def test_a_place_that_is_no_file_gets_no_line(here: Path, capsys) -> None:
    capsys.readouterr()
    assert main(["run", "basic", "-o", "/dev/null"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.skipif(find_spec("nbclient") is None, reason="no nbclient to run a lesson with")
def test_a_report_for_a_ci_replaces_the_one_of_the_run_before_and_nothing_else(here: Path, capsys) -> None:
    (here / "lessons").mkdir()
    new_lesson("16-mine", here / "lessons")
    for _ in range(2):
        main(["validate", "lessons", "--junit", "report.xml"])
        assert capsys.readouterr().out.endswith("report.xml: give it to your CI\n")
    (here / "notes.xml").write_text("<notes/>")
    with pytest.raises(SystemExit):
        main(["validate", "lessons", "--junit", "notes.xml"])
    assert "notes.xml is there already, and is no JUNIT" in capsys.readouterr().err
