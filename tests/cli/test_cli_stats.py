"""`imteach stats`: what it writes, what it refuses, and that Ctrl-C keeps what was found."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import termios
from pathlib import Path

import pytest

import imteach
from imteach import Drop, Scenario
from imteach.cli import main
from imteach.verify import stats
from imteach.verify.count import statistics

ROOT = Path(imteach.__file__).parents[1]
ASK = ["--loss", "0.2", "--messages", "300"]
RESULT = stats(Scenario("retransmit"), 0.2, 300)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ([], RESULT.to_text()),
        (["--format", "table"], RESULT.to_text()),
        (["--format", "json"], RESULT.to_json()),
        (["--format", "markdown"], RESULT.to_markdown()),
    ],
)
def test_it_writes_the_same_as_python(form, text, capsys):
    assert main(["stats", "retransmit", *ASK, *form]) == 0
    assert capsys.readouterr() == (text, "")


def test_seed_and_settings_are_heeded(capsys):
    assert main(["stats", *ASK, "--seed", "7", "--retries", "0", "--format", "json"]) == 0
    assert capsys.readouterr().out == stats(Scenario("dedup", retries=0), 0.2, 300, seed=7).to_json()


def test_a_file_brings_its_faults_and_they_strike_in_every_run(tmp_path, capsys):
    file = tmp_path / "lesson.toml"
    file.write_text('rung = "retransmit"\nfaults = ["drop ack:N"]\n')
    assert main(["stats", str(file), *ASK, "--drop", "ack:R#2", "--format", "json"]) == 0
    out = capsys.readouterr().out
    assert out == stats(Scenario("retransmit"), 0.2, 300, given=[Drop("ack:N"), Drop("ack:R#2")]).to_json()
    assert json.loads(out)["faults"] == ["drop m1/ack:N#1", "drop m1/ack:R#2"]
    assert json.loads(out)["closed_forms"] == {}


def test_it_goes_to_a_file_too(tmp_path, capsys):
    assert main(["stats", "retransmit", *ASK, "-o", str(tmp_path / "out.txt")]) == 0
    assert (tmp_path / "out.txt").read_text("utf-8") == RESULT.to_text()
    assert capsys.readouterr() == (f"{tmp_path / 'out.txt'}: open it in an editor\n", "")


WRONG = {
    "": "--loss: expected the chance that a packet is lost, such as --loss 0.2, got none",
    "--messages 5": "--loss: expected the chance that a packet is lost, such as --loss 0.2, got none",
    "--loss 0.2": "--messages: expected how many are to be said, such as --messages 10000, got none",
    "--loss 1.5 --messages 5": "--loss: expected a number from 0 to 1, got 1.5",
    "--loss nan --messages 5": "--loss: expected a number from 0 to 1, got nan",
    "--loss some --messages 5": "--loss: expected a number from 0 to 1, got 'some'",
    "--loss 0.2 --messages many": "--messages: expected a whole number from 0 to 1000000000, got 'many'",
    "--loss 0.2 --messages -1": "--messages: expected a whole number from 0 to 1000000000, got -1",
    "--loss 0.2 --messages 1.5": "--messages: expected a whole number from 0 to 1000000000, got 1.5",
    "--loss 0.2 --messages 1e3": "--messages: expected a whole number from 0 to 1000000000, got 1000.0",
    "--loss 0.2 --messages 5 --seed x": "--seed: expected a whole number from 0 to 1000000000000, got 'x'",
    "--loss 0.2 --messages 5 --seed=-1": "--seed: expected a whole number from 0 to 1000000000000, got -1",
    "--loss 0.2 --messages 5 tcp": "no rung 'tcp'; the rungs are basic",
    "--loss 0.2 --messages 5 no.toml": "cannot read no.toml: No such file or directory",
    "--loss 0.2 --messages 5 --drop msg:X": "--drop: no packet 'msg:X'; kinds are msg:R",
    "--loss 0.2 --messages 5 --format svg": "argument --format: invalid choice: 'svg'",
    "--loss 0.2 --messages 5 -o no/such/file": "cannot write no/such/file: No such file or directory",
    "--loss 0.2 --messages 5 a b": "no argument 'b' here; see imteach stats --help",
}


@pytest.mark.parametrize("typed", WRONG)
def test_what_is_wrong_is_named_in_one_line(typed, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as caught:
        main(["stats", *typed.split()])
    out, err = capsys.readouterr()
    assert (caught.value.code, out) == (2, "")
    assert err.startswith(f"imteach stats: {WRONG[typed]}")
    assert (err.count("\n"), err[:-1].isprintable()) == (1, True)
    assert list(tmp_path.iterdir()) == []


def test_a_scenario_that_says_nothing_is_refused(tmp_path, capsys):
    file = tmp_path / "silent.toml"
    file.write_text('rung = "dedup"\nsay = []\n')
    with pytest.raises(SystemExit):
        main(["stats", str(file), *ASK])
    assert "expected one in which something is said" in capsys.readouterr().err


def test_an_interrupt_shows_what_was_found(monkeypatch, capsys):
    real, chunks = statistics.tally, []

    def tally(chunk):
        chunks.append(chunk)
        if len(chunks) > 2:
            raise KeyboardInterrupt
        return real(chunk)

    monkeypatch.setattr(statistics, "tally", tally)
    assert main(["stats", "dedup", "--loss", "0.2", "--messages", "9000"]) == 130
    out, err = capsys.readouterr()
    assert "Stopped after 500 of 9000 messages" in out
    assert err == "imteach: stopped after 500 of 9000 messages\n"


def read_until(words, terminal):
    """Return what a terminal shows up to these words; fail if they do not come within a minute."""
    seen = b""
    while words not in seen:
        ready, _, _ = select.select([terminal], [], [], 60)
        assert ready, seen
        seen += os.read(terminal, 10_000)
    return seen


def test_a_real_ctrl_c_at_a_real_terminal(tmp_path):
    """A bar while it runs, on the terminal; at Ctrl-C the table on standard output, and status 130."""
    here, there = pty.openpty()
    termios.tcsetwinsize(there, (24, 80))  # on a terminal without width tqdm draws nothing
    out = tmp_path / "out.txt"
    with out.open("wb") as file:
        run = subprocess.Popen(
            [sys.executable, "-m", "imteach", "stats", "--loss", "0.2", "--messages", "900000000"],
            stdout=file,
            stderr=there,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # who runs us may have ignored it
            env={**{k: v for k, v in os.environ.items() if k != "TQDM_DISABLE"}, "PYTHONPATH": str(ROOT)},
        )
    try:
        seen = read_until(b"messages:", here)  # the bar
        run.send_signal(signal.SIGINT)
        seen += read_until(b"imteach: stopped after", here)
        assert run.wait(60) == 130
    finally:
        run.kill()
        run.wait()
        os.close(there)
        os.close(here)
    assert b"Traceback" not in seen
    assert "Stopped after" in out.read_text("utf-8")
