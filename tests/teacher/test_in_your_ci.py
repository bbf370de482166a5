"""The jobs that the teachers' page shows for a CI: what they install exists, and their commands run."""

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from packaging.requirements import Requirement

from imteach.cli import main

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "teaching.md").read_text("utf-8")
GITHUB, GITLAB = (yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
STEPS = GITHUB["jobs"]["lessons"]["steps"]
JOB = GITLAB["lessons"]
SCRIPTS = {"GitHub": [step["run"] for step in STEPS if "run" in step], "GitLab": JOB["script"]}
ADDRESSES = {"GitHub": GITHUB["env"]["IMTEACH"], "GitLab": JOB["variables"]["IMTEACH"]}

each_host = pytest.mark.parametrize("host", SCRIPTS)


@each_host
def test_what_it_installs_exists(host: str) -> None:
    """Not from PyPI, where imteach is not yet."""
    pip, install, what = shlex.split(SCRIPTS[host][0])
    assert (pip, install) == ("pip", "install")
    asked = Requirement(what.replace("$IMTEACH", ADDRESSES[host]))
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert asked.name == project["name"]
    assert asked.extras <= set(project["optional-dependencies"])
    assert str(asked.url).startswith("git+https://")


@each_host
def test_its_commands_run_on_a_lesson_of_ones_own(
    host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (begins,) = re.findall(r"`imteach (new-lesson [^`]*)`", PAGE.partition("## In your CI")[2])
    assert main(shlex.split(begins)) == 0
    imteach = [shlex.split(command) for command in SCRIPTS[host][1:]]
    assert imteach
    for name, *arguments in imteach:
        assert name == "imteach"
        assert main(arguments) == 0
    assert capsys.readouterr().err == ""
    report = JOB["artifacts"]["reports"]["junit"] if host == "GitLab" else STEPS[-1]["with"]["report_paths"]
    assert len(ElementTree.parse(report).findall(".//testcase")) == 1


def test_a_report_is_shown_also_when_a_lesson_fails() -> None:
    assert STEPS[-1]["if"] == JOB["artifacts"]["when"] + "()" == "always()"
