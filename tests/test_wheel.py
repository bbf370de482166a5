"""What an index of packages would say of imteach is so, and so is how an extra is installed."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

import imteach
from imteach.errors import comes_with

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
SOURCES = {file: file.read_text("utf-8") for file in Path(imteach.__file__).parent.rglob("*.py")}
HINTED = sorted({extra for text in SOURCES.values() for extra in re.findall(r"comes_with\(['\"](\w+)", text)})


def test_each_python_that_is_named_is_tested_at_each_push():
    told = re.findall(r"Programming Language :: Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))
    gate = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
    assert told == gate["jobs"]["gate"]["strategy"]["matrix"]["python"]
    assert PROJECT["requires-python"] == f">={told[0]}"


def test_type_checkers_are_told_that_imteach_has_types():
    """The gate looks for the file in the wheel."""
    assert "Typing :: Typed" in PROJECT["classifiers"]
    assert (ROOT / "imteach" / "py.typed").read_bytes() == b""
    assert '"imteach/py.typed "' in (ROOT / ".ci" / "run").read_text("utf-8")


def test_whatever_is_missing_there_is_one_way_to_say_how_to_get_it():
    assert [file.name for file, text in SOURCES.items() if "pip install" in text or "'pip', 'install'" in text] == [
        "errors.py"
    ]
    assert {"lab", "graphs", "plot", "site"} == set(HINTED) <= set(PROJECT["optional-dependencies"])


@pytest.mark.parametrize("extra", [extra for extra in HINTED if extra != "site"])  # what that one brings is not here
def test_what_an_error_says_to_type_needs_no_index_for_imteach_itself(extra: str):
    pytest.importorskip("pip")
    command = comes_with(extra).removeprefix("it comes with: ")
    # All that the extra brings is here already. Without an index pip would find nothing else.
    offline = command.replace(" pip install ", " pip --isolated install --no-index --dry-run ")
    assert offline != command
    ran = subprocess.run(offline, shell=True, cwd=ROOT / "docs", capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert f"already satisfied: imteach[{extra}]" in ran.stdout
    assert command.startswith(sys.executable)
