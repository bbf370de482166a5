"""`imteach compare`: two runs, from rungs, scenario files and traces."""

import json
import os

import pytest

from imteach import Compare, Drop, Scenario
from imteach.cli import compare as command
from imteach.cli import main

LOST = 'rung = "dedup"\nfaults = ["drop msg:N"]\n'


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lost.toml").write_text(LOST, "utf-8")
    (tmp_path / "calm.json").write_text(Scenario("dedup").run().to_json(), "utf-8")
    (tmp_path / "kept").write_text("\ufeff" + Scenario("acked").run().to_json(), "utf-8")
    return tmp_path


RUNS = {
    "dedup": Scenario("dedup").run(),
    "lost.toml": Scenario("dedup").run(Drop("msg:N")),
    "calm.json": Scenario("dedup").run(),
    "kept": Scenario("acked").run(),
}


@pytest.mark.parametrize(
    ("one", "other"), [("dedup", "lost.toml"), ("calm.json", "lost.toml"), ("kept", "dedup"), ("lost.toml", "kept")]
)
def test_a_run_is_a_rung_a_scenario_file_or_a_trace(here, capsys, one, other):
    assert main(["compare", one, other]) == 0
    out, err = capsys.readouterr()
    assert out == Compare(RUNS[one], RUNS[other]).to_text()
    assert err == ""


def test_the_other_formats_go_to_the_terminal_or_to_a_file(here, capsys):
    compare = Compare(RUNS["calm.json"], RUNS["lost.toml"])
    assert main(["compare", "calm.json", "lost.toml", "--format", "json"]) == 0
    assert capsys.readouterr().out == compare.to_json()
    assert main(["compare", "calm.json", "lost.toml", "--format", "svg", "-o", "both.svg"]) == 0
    assert (here / "both.svg").read_text("utf-8") == compare.to_svg() + "\n"
    assert main(["compare", "calm.json", "lost.toml", "-o", "both.txt"]) == 0
    assert (here / "both.txt").read_text("utf-8") == compare.to_text()
    assert capsys.readouterr().out == "both.svg: open it in a browser\nboth.txt: open it in an editor\n"


def test_a_wide_terminal_has_both_side_by_side_and_a_file_never_depends_on_it(here, capsys, monkeypatch):
    monkeypatch.setattr(command, "get_terminal_size", lambda: os.terminal_size((240, 50)))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert main(["compare", "dedup", "lost.toml"]) == 0
    compare = Compare(RUNS["dedup"], RUNS["lost.toml"])
    assert capsys.readouterr().out == compare.to_text(240)
    assert main(["compare", "dedup", "lost.toml", "-o", "both.txt"]) == 0
    assert (here / "both.txt").read_text("utf-8") == compare.to_text()


def test_a_fault_that_never_happened_is_noted(here, capsys):
    (here / "idle.toml").write_text('rung = "basic"\nfaults = ["drop ack:N"]\n', "utf-8")
    assert main(["compare", "basic", "idle.toml", "--format", "json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["same"] is True
    assert err.startswith("imteach: drop m1/ack:N#1: ")
    assert err.count("\n") == 1


WRONG = {
    "tcp": "no run 'tcp'; expected a trace or a scenario file, or a rung, one of basic, acked, retransmit",
    "nothing.json": "cannot read nothing.json: No such file or directory",
    "nothing.toml": "cannot read nothing.toml: No such file or directory",
    ".": "cannot read .: Is a directory",
    "a\0b.toml": "no file can have this name",
    "picture.png": "picture.png: expected a trace or a scenario file, text in UTF-8",
    "list.json": "list.json: trace: ",
    "half.json": "half.json: trace: not readable as JSON: ",
    "wrong.json": "wrong.json: trace: events[0].t: expected a time in ms of at least 0, got 'soon'",
    "broken.toml": "broken.toml: not readable as TOML: ",
    "eve.toml": "eve.toml: faults[0]: no person 'eve'; people are alice, bob",
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("place", [0, 1])
def test_what_is_no_run_gets_one_line_and_nothing_is_written(here, capsys, wrong, place):
    trace = json.loads(Scenario("dedup").run().to_json())
    trace["events"][0]["t"] = "soon"
    (here / "wrong.json").write_text(json.dumps(trace), "utf-8")
    (here / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    (here / "list.json").write_text("[1, 2]", "utf-8")
    (here / "half.json").write_text('{"schema": "imteach/trace/1"', "utf-8")
    (here / "broken.toml").write_text('rung = "dedup"\nfaults = [\n', "utf-8")
    (here / "eve.toml").write_text('rung = "dedup"\nfaults = ["offline eve@0"]\n', "utf-8")
    runs = ["dedup", "dedup"]
    runs[place] = wrong
    with pytest.raises(SystemExit) as ended:
        main(["compare", *runs, "-o", "both.txt"])
    out, err = capsys.readouterr()
    assert ended.value.code == 2
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("imteach compare: ")
    assert WRONG[wrong] in err
    assert not (here / "both.txt").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["dedup"], "the following arguments are required: RUN"),
        (["dedup", "acked", "basic"], "no argument 'basic' here"),
        (["dedup", "acked", "--format", "gif"], "invalid choice: 'gif'"),
        (["dedup", "acked", "-o", "no/such/folder.txt"], "cannot write no/such/folder.txt"),
    ],
)
def test_wrong_arguments_get_one_line(here, capsys, arguments, said):
    with pytest.raises(SystemExit) as ended:
        main(["compare", *arguments])
    err = capsys.readouterr().err
    assert ended.value.code == 2
    assert err.count("\n") == 1
    assert said in err


def test_help_lists_it(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    told = " ".join(capsys.readouterr().out.split())  # whatever the longest name is
    assert " compare put two runs side by side, and say where they first differ " in told
