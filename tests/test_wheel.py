"""What an index of packages would say of imteach is so, and so is how an extra is installed."""

import importlib.metadata
import importlib.util
import re
import shlex
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
    installs = re.compile(r"""pip['"]?,? ['"]?install""")
    assert [file.name for file, text in SOURCES.items() if installs.search(text)] == ["errors.py"]
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


@pytest.mark.parametrize("installed", [True, False])
@pytest.mark.parametrize("has_pip", [True, False])
def test_what_an_error_says_to_type_is_for_how_imteach_is_here(
    has_pip: bool, installed: bool, monkeypatch: pytest.MonkeyPatch
):
    """With uv's environments, which have no pip, and in a clone that runs without being installed."""

    def found(name: str) -> None:
        if not installed:
            raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: "pip" if has_pip else None)
    monkeypatch.setattr(importlib.metadata, "distribution", found)
    words = shlex.split(comes_with("lab").removeprefix("it comes with: "))
    pip = [sys.executable, "-m", "pip", "install"] if has_pip else ["uv", "pip", "install", "--python", sys.executable]
    assert words == [*pip, *(["imteach[lab]"] if installed else ["-e", f"{ROOT}[lab]"])]


def test_before_the_first_release_no_page_says_to_fetch_imteach_from_an_index():
    """A page that does says that it is not there yet; tools/release_check.py holds that none says so afterwards."""
    asks = re.compile(r"(?:pip install|--from) ['\"]?imteach(?:\[\w+\])?(?! @|\w|\[)")  # @: at an address
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/*.md"), *ROOT.glob("lessons/*.ipynb")):
        words = " ".join(page.read_text("utf-8").split())
        assert not asks.search(words) or "nce imteach is on PyPI" in words, page
