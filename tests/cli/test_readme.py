"""What the README says of the command line is so."""

import re
import shlex
from pathlib import Path
from shutil import which

import pytest

import imteach
from imteach import LADDER, Scenario
from imteach.cli import main
from imteach.scenario import FAULTS, parse_fault, parse_scenario

README = Path(__file__).parents[2] / "README.md"
SECTION = README.read_text("utf-8").partition("## On the command line")[2].partition("\n## ")[0]
COMMANDS = re.findall(r"^imteach ((?:run|stats|check|explore) .*?)(?: +#.*)?$", SECTION, re.MULTILINE)
ROWS = re.findall(r"^\| `(.*)` \| `(.*)` \| `(.*)` \|$", SECTION, re.MULTILINE)
(FILE,) = re.findall(r"```toml\n(.*?)```", SECTION, re.DOTALL)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_runs(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if command.startswith("check") and "--format svg" in command and which("dot") is None:
        pytest.skip("no graphviz on this machine: apt install graphviz")
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split(command)) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[1])
def test_the_three_columns_mean_the_same(row: tuple[str, str, str], capsys: pytest.CaptureFixture[str]) -> None:
    python, text, typed = row
    fault = eval(python, vars(imteach))
    assert (str(fault), parse_fault(text)) == (text, fault)
    assert main(["run", "durable", *shlex.split(typed), "--format", "json"]) == 0
    assert capsys.readouterr().out == Scenario("durable").run(fault).to_json()


def test_each_rung_and_each_fault_is_told() -> None:
    assert all(f"`{rung}`" in SECTION for rung in LADDER)
    assert {type(parse_fault(text)) for _, text, _ in ROWS} == set(FAULTS.values())
    assert COMMANDS


def test_its_scenario_file_does_something() -> None:
    scenario, faults = parse_scenario(FILE)
    trace = scenario.run(*faults)
    assert (trace.rung, trace.unused) == ("offline", ())
    assert trace.promises["all_delivered"]
