"""What README.md and the pages in docs show is so: every command and every piece of Python in them is run."""

import json
import re
import shlex
from pathlib import Path
from shutil import which

import pytest

import imteach
from imteach import LADDER, Beat, Say, Scenario
from imteach.cli import main
from imteach.cli.run import FORMATS
from imteach.scenario import FAULTS, parse_fault, parse_scenario
from imteach.trace import EVENT_KINDS

ROOT = Path(__file__).parents[2]
PAGES = {
    str(page.relative_to(ROOT)): page.read_text("utf-8")
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))
}
COMMAND_LINE, FILE_FORMAT = PAGES["docs/command-line.md"], PAGES["docs/file-format.md"]


def fenced(page: str, language: str) -> list[str]:
    """The pieces of a page that are in this language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


SHOWN = {
    page: re.findall(r"^imteach ((?!lab|validate|site).*?)(?: +#.*)?$", "".join(fenced(text, "sh")), re.MULTILINE)
    for page, text in PAGES.items()
}
"""Every `imteach` command of each page, but those that start Jupyter or fetch it: tests/course has them."""

COMMANDS = sorted({command for commands in SHOWN.values() for command in commands})

ROWS = re.findall(r"^\| `(.*)` \| `(.*)` \| `(.*)` \|$", COMMAND_LINE, re.MULTILINE)
(FILE,) = fenced(FILE_FORMAT, "toml")
MINE = "import imteach\nclass MyClient(imteach.Client): pass\nclass MyServer(imteach.Server): pass\n"


def needs_dot(asked: str) -> bool:
    return "--format svg" in asked and asked.startswith("check")


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_runs(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if needs_dot(command) and which("dot") is None:
        pytest.skip("no graphviz on this machine: apt install graphviz")
    monkeypatch.chdir(tmp_path)
    Path("lesson.toml").write_text(FILE, "utf-8")
    Path("mine.py").write_text(MINE, "utf-8")
    assert main(shlex.split(command)) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("page", [page for page, text in PAGES.items() if fenced(text, "python")])
def test_the_python_of_a_page_runs_from_top_to_bottom(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("anywidget")
    monkeypatch.chdir(tmp_path)
    Path("lesson.toml").write_text(FILE, "utf-8")
    names = {"__name__": "__main__"}
    for code in fenced(PAGES[page], "python"):
        exec(compile(code, page, "exec"), names)


def test_what_the_readme_says_of_its_python_is_so() -> None:
    names = {"__name__": "__main__"}
    (code,) = fenced(PAGES["README.md"], "python")
    exec(code, names)
    said = [line for line in code.splitlines() if "False: " in line]
    assert said == ['trace.promises["no_duplicates"]  # False: bob sees the message twice']
    trace = names["trace"]
    assert isinstance(trace, imteach.Trace)
    assert trace.promises["no_duplicates"] is False
    assert trace.messages[0].shown["bob"] == 2
    assert imteach.examine(names["Silent"]).promise == "no_false_failure"  # type: ignore[arg-type]


def test_no_command_and_no_page_is_left_out() -> None:
    commands = {"run", "compare", "map", "explore", "check", "examine", "stats", "page", "lessons", "assignment"}
    assert {command.partition(" ")[0] for command in COMMANDS} == commands
    assert all(SHOWN[page] for page in ("README.md", "docs/command-line.md", "docs/file-format.md"))
    index = PAGES["docs/README.md"]
    assert all(f"({Path(page).name})" in index for page in PAGES if page.startswith("docs/") and "README" not in page)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[1])
def test_the_three_columns_mean_the_same(row: tuple[str, str, str], capsys: pytest.CaptureFixture[str]) -> None:
    python, text, typed = row
    fault = eval(python, {kind.__name__: kind for kind in FAULTS.values()})
    assert (str(fault), parse_fault(text)) == (text, fault)
    scenario, asked = Scenario("durable"), ["durable"]
    if isinstance(fault, Beat):  # only members of a group have a heartbeat
        scenario = Scenario("group", say=[Say(to="friends")], groups={"friends": ["alice", "bob"]})
        asked = ["group", "--group", "friends=alice,bob"]
    assert main(["run", *asked, *shlex.split(typed), "--format", "json"]) == 0
    assert capsys.readouterr().out == scenario.run(fault).to_json()


def test_each_rung_and_each_fault_is_told() -> None:
    assert re.findall(r"^\| `(\w+)` \| [^|]*\|$", COMMAND_LINE, re.MULTILINE) == list(LADDER)
    assert {type(parse_fault(text)) for _, text, _ in ROWS} == set(FAULTS.values())


def test_each_format_of_a_run_is_told() -> None:
    section = COMMAND_LINE.partition("## `imteach run`")[2].partition("\n## ")[0]
    assert set(FORMATS) <= set(re.findall("`([a-z]+)`", section))


def test_each_kind_of_event_is_told() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]*) \|$", FILE_FORMAT.partition("## A trace")[2], re.MULTILINE))
    assert rows == EVENT_KINDS


def test_its_scenario_file_does_something() -> None:
    scenario, faults = parse_scenario(FILE)
    trace = scenario.run(*faults)
    assert (trace.rung, trace.unused) == ("offline", ())
    assert trace.promises["all_delivered"]


def test_the_trace_that_it_shows_begins_as_a_real_one_does() -> None:
    (shown,) = (json.loads(block) for block in fenced(FILE_FORMAT, "json"))
    real = json.loads(Scenario("basic").run().to_json())
    assert list(shown) == list(real)
    for name, part in shown.items():
        if isinstance(part, list):
            assert part == real[name][: len(part)], name
        elif isinstance(part, dict):
            assert part.items() <= real[name].items(), name
        else:
            assert part == real[name], name


def test_a_scenario_file_can_set_what_its_table_says_and_nothing_else() -> None:
    from imteach.scenario.file import _KEYS

    table = FILE_FORMAT.partition("| key |")[2].partition("\n\n")[0]
    assert {re.sub(r"\W", "", key) for key in re.findall(r"^\| `([^`]*)`", table, re.MULTILINE)} == set(_KEYS)
