"""`imteach run`, as a learner types it: in this process, through the command's own door."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from imteach import LADDER, Drop, Say, Scenario, Trace
from imteach.cli import main


def out(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["run", *arguments]) == 0
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line on standard error; nothing on standard output, exit status 2."""
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    written = capsys.readouterr()
    assert exit_.value.code == 2
    assert written.out == ""
    assert written.err.endswith("\n")
    assert written.err.count("\n") == 1
    return written.err.strip()


def test_a_lost_ack_n_is_repaired_with_dedup(capsys: pytest.CaptureFixture[str]) -> None:
    run = json.loads(out(capsys, "dedup", "--drop", "ack:N", "--format", "json"))
    assert run["schema"] == "imteach/trace/1"
    assert (run["rung"], run["faults"], run["unused"]) == ("dedup", ["drop m1/ack:N#1"], [])
    assert run["messages"][0]["shown"] == {"bob": 1}
    assert run["messages"][0]["status"] == "delivered"
    assert "m1/msg:R#2" in [packet["name"] for packet in run["packets"]]
    assert all(run["promises"].values())


def test_a_lost_ack_n_shows_it_twice_without_dedup(capsys: pytest.CaptureFixture[str]) -> None:
    run = json.loads(out(capsys, "retransmit", "--drop", "ack:N", "--format", "json"))
    assert run["messages"][0]["shown"] == {"bob": 2}
    assert run["promises"]["no_duplicates"] is False


def test_without_a_rung_it_runs_dedup(capsys: pytest.CaptureFixture[str]) -> None:
    assert Trace.from_json(out(capsys, "--format", "json")).scenario == Scenario("dedup")


def test_every_option_reaches_the_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    written = out(
        capsys,
        *("--drop", "m2/ack:N", "retransmit", "--drop", "m1/msg:R#1"),
        *("--say", "alice>bob:hello", "--say", "carol>bob@100:a: b>c@1"),
        *("--retries", "1", "--rto", "250.5", "--latency", "20", "--format", "json"),
    )
    says = [Say("hello"), Say("a: b>c@1", sender="carol", to="bob", at=100)]
    scenario = Scenario("retransmit", say=says, retries=1, rto=250.5, latency=20)
    assert written == scenario.run(Drop("m2/ack:N"), Drop("m1/msg:R#1")).to_json()


def test_below_the_diagram_stands_what_came_of_it_and_why_a_promise_is_broken(
    capsys: pytest.CaptureFixture[str],
) -> None:
    trace = Scenario("retransmit").run(Drop("ack:N"))
    written = out(capsys, "retransmit", "--drop", "ack:N")
    assert written.startswith(trace.to_text())
    assert "bob is shown “hello” twice." in written
    assert written.rstrip().splitlines()[-1].startswith("✗ no_duplicates: bob was shown “hello” (m1) twice, at 100 ms")
    assert "✗" not in out(capsys, "dedup", "--drop", "ack:N")


@pytest.mark.parametrize(("form", "method"), [("svg", Trace.to_svg), ("mermaid", Trace.to_mermaid)])
def test_a_diagram_is_the_traces_own(
    capsys: pytest.CaptureFixture[str], form: str, method: Callable[[Trace], str]
) -> None:
    trace = Scenario("dedup").run(Drop("ack:N"))
    assert out(capsys, "--drop", "ack:N", "--format", form) == method(trace).rstrip("\n") + "\n"


def test_a_drop_of_what_was_never_sent_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--drop", "ack:N", "--drop", "ack:N#7"]) == 0
    assert capsys.readouterr().err == (
        "imteach: drop m1/ack:N#7: this run never sent that packet, so nothing was dropped\n"
    )


def test_a_file_gets_what_the_terminal_would(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "run ✓.txt"
    file.write_text("older and longer " * 1000)
    assert out(capsys, "-o", str(file)) == ""
    assert file.read_text("utf-8") == out(capsys)
    assert list(tmp_path.iterdir()) == [file]


def test_a_wrong_argument_leaves_the_file_as_it_was(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "run.txt"
    file.write_text("mine")
    refused(capsys, "run", "--drop", "msg:X", "-o", str(file))
    assert file.read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("run tcp", f"imteach run: no rung 'tcp'; the rungs are {', '.join(LADDER)}"),
        ("run --retries x", "imteach run: --retries: expected a whole number from 0 to 1000, got 'x'"),
        ("run --retries 1.5", "imteach run: --retries: expected a whole number from 0 to 1000, got 1.5"),
        ("run --retries=-1", "imteach run: --retries: expected a whole number from 0 to 1000, got -1"),
        ("run --rto 0", "imteach run: --rto: expected a time in ms greater than 0, got 0"),
        ("run --rto soon", "imteach run: --rto: expected a time in ms greater than 0, got 'soon'"),
        ("run --rto nan", "imteach run: --rto: expected a time in ms greater than 0, got nan"),
        ("run --latency -1", "imteach run: --latency: expected a time in ms of at least 0, got -1"),
        ("run --latency inf", "imteach run: --latency: expected a time in ms"),
        ("run --drop msg:X", "imteach run: --drop: no packet 'msg:X'; kinds are msg:R"),
        ("run --say hello", "imteach run: --say: expected SENDER>RECEIVER@MS:TEXT, such as alice>bob@100:hello"),
        ("run --say alice>alice:hello", "imteach run: --say: to: expected somebody else"),
        ("run --say a>b:x --say b>a:y --drop ack:N", "several are said: write m1/ack:N#1 or m2/ack:N#1"),
        ("run --format gif", "'gif'"),
        ("run --format", "--format"),
        ("run --dro ack:N", "imteach run: no argument '--dro' here; see imteach run --help"),
        ("run dedup acked", "imteach run: no argument 'acked' here"),
        ("run -o no/such/folder/run.txt", "imteach run: cannot write no/such/folder/run.txt: No such file"),
        ("run -o .", "imteach run: cannot write .: Is a directory"),
        ("fly", "'fly'"),
        ("", "imteach: expected a command, one of lab, run, validate"),
        ("validate no-such-folder", "imteach validate: no folder no-such-folder"),
        ("validate --wrote", "imteach validate: no argument '--wrote' here"),
    ],
)
def test_what_is_wrong_gets_one_line(capsys: pytest.CaptureFixture[str], arguments: str, said: str) -> None:
    assert said in refused(capsys, *arguments.split())


def test_an_argument_cannot_write_lines_or_colours_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    line = refused(capsys, "run", "--drop", "a\nb\x1b[31m", "--say", "x\ny")
    assert "\x1b" not in line
    assert "\x1b" not in refused(capsys, "run", "--say\n\x1b[31m")


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["--version"])
    assert exit_.value.code == 0
    assert capsys.readouterr().out.startswith("imteach 0.")


@pytest.mark.parametrize("command", ["run", "lab", "validate"])
def test_help_has_an_example(capsys: pytest.CaptureFixture[str], command: str) -> None:
    with pytest.raises(SystemExit) as exit_:
        main([command, "--help"])
    assert exit_.value.code == 0
    assert f"\n  imteach {command} " in capsys.readouterr().out


def test_what_lab_does_not_know_goes_to_jupyterlab_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from imteach.lab import serve

    started: list[tuple[Path, list[str]]] = []
    monkeypatch.setattr(serve, "serve", lambda folder, options: started.append((folder, list(options))) or 0)
    monkeypatch.setenv("HOME", str(tmp_path))
    options = ["--no-browser", "--port", "8899", "-y", "--ServerApp.token=a b", "--log-level=DEBUG"]
    named = str(tmp_path / "mine")
    assert main(["lab", named, *options]) == 0
    assert main(["lab", *options]) == 0
    assert started == [(Path(named), options), (tmp_path / "imteach-lessons", options)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["imteach-lessons", "mine"]
