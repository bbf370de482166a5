"""A release: what is checked before it, that nothing is published unchecked, and what the hints say until then."""

import importlib.util
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from nightly import NIGHTLY

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "tools" / "release_check.py"
_spec = importlib.util.spec_from_file_location("release_check", SCRIPT)
assert _spec is not None and _spec.loader is not None  # noqa: PT018  # for the reader's types
release_check = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(release_check)

WORKFLOW: dict[Any, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text("utf-8"))
GATE: dict[Any, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
JOBS = WORKFLOW["jobs"]
ON = True  # what YAML makes of the word `on`


# The workflow


def test_only_a_tag_starts_it_and_only_the_last_job_may_publish() -> None:
    assert WORKFLOW[ON] == {"push": {"tags": ["v*"]}}
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert {name: job.get("permissions") for name, job in JOBS.items()} == {
        "build": None,
        "gate": None,
        "publish": {"id-token": "write"},
    }
    assert JOBS["publish"]["environment"]["name"] == "pypi"


def test_nothing_is_published_before_it_is_built_and_tested() -> None:
    assert set(JOBS["publish"]["needs"]) == {"build", "gate"}
    assert JOBS["gate"] == {"uses": "./.github/workflows/ci.yml"}
    assert {"push", "pull_request", "workflow_call"} == set(GATE[ON])
    assert GATE[ON]["push"] == {"branches": ["**"]}  # or a tag would run the gate twice, and one would end the other


def test_what_is_published_is_what_was_checked() -> None:
    """Checked before and after it is built; the last job runs nothing of ours, and takes the files as they are."""
    ran = [step.get("run") or step["uses"].partition("@")[0] for step in JOBS["build"]["steps"]]
    assert ran == [
        *("actions/checkout", "actions/setup-python"),
        'python tools/release_check.py "$GITHUB_REF_NAME"',
        *("python -m pip install build twine", "python -m build", "python -m twine check --strict dist/*"),
        'python tools/release_check.py "$GITHUB_REF_NAME" dist',
        "actions/upload-artifact",
    ]
    kept, *_ = (step["with"] for step in JOBS["build"]["steps"] if "upload-artifact" in step.get("uses", ""))
    taken, published = JOBS["publish"]["steps"]
    assert taken["uses"].startswith("actions/download-artifact@")
    assert (taken["with"]["name"], taken["with"]["path"]) == (kept["name"], kept["path"])
    assert published == {"uses": "pypa/gh-action-pypi-publish@release/v1"}
    assert kept["if-no-files-found"] == "error"


def test_no_step_goes_on_after_a_failure() -> None:
    steps = [step for job in JOBS.values() for step in job.get("steps", [])]
    assert not [step for step in (*steps, *JOBS.values()) if {"if", "continue-on-error"} & set(step)]


@pytest.mark.parametrize("file", sorted((ROOT / ".github" / "workflows").glob("*.yml")), ids=lambda file: file.name)
def test_every_action_has_a_version(file: Path) -> None:
    used = re.findall(r"uses: (\S+)", file.read_text("utf-8"))
    assert used
    for action in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@(v\d+|release/v\d+)|\./\.github/workflows/ci\.yml", action), action


# What is checked


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Of a clone what is checked, as it has to be for version 0.2.0."""
    (tmp_path / "imteach").mkdir()
    (tmp_path / "docs").mkdir()
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "imteach"\nversion = "0.2.0"\n')
    (tmp_path / "imteach" / "__init__.py").write_text('"""It."""\n\n__version__ = "0.2.0"\n')
    (tmp_path / "CHANGELOG.md").write_text(
        "# C\n\n## [Unreleased]\n\n## [0.2.0] - 2026-12-01\n\n### Added\n\n- This.\n"
    )
    (tmp_path / "README.md").write_text("pip install imteach\n")
    return tmp_path


def test_a_clone_that_is_ready_is_ready(clone: Path) -> None:
    assert list(release_check.said_wrong("v0.2.0", clone)) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("pyproject.toml", "0.2.0", "0.3.0", "the tag is v0.2.0, but pyproject.toml says version 0.3.0"),
        ("imteach/__init__.py", "0.2.0", "0.1.0", "imteach/__init__.py does not say that __version__ is 0.2.0"),
        ("CHANGELOG.md", "## [0.2.0] - 2026-12-01", "## [0.1.9] - 2026-12-01", "has no section ## [0.2.0] - YEAR-"),
        ("CHANGELOG.md", " - 2026-12-01", "", "has no section ## [0.2.0] - YEAR-"),
        ("CHANGELOG.md", "### Added\n\n- This.\n", "", "CHANGELOG.md says nothing of 0.2.0"),
        ("CHANGELOG.md", "## [0.2.0]", "- That.\n\n## [0.2.0]", "still has lines under [Unreleased]"),
        ("README.md", "pip", "Once imteach\nis on PyPI, pip", "README.md says “once imteach is on PyPI”"),
    ],
)
def test_what_is_not_ready_is_said(clone: Path, file: str, old: str, new: str, said: str) -> None:
    text = (clone / file).read_text()
    assert old in text
    (clone / file).write_text(text.replace(old, new))
    wrong = list(release_check.said_wrong("v0.2.0", clone))
    assert any(said in line for line in wrong), wrong


def test_a_tag_needs_its_v(clone: Path) -> None:
    (said,) = release_check.said_wrong("0.2.0", clone)
    assert said == "the tag is 0.2.0, but pyproject.toml says version 0.2.0, which is tagged v0.2.0"


def test_what_was_built_is_one_version_and_nothing_else(tmp_path: Path) -> None:
    (said,) = release_check.built_wrong("0.2.0", tmp_path / "dist", ROOT)
    assert said.endswith("dist, got nothing")
    for name in ("imteach-0.2.0.tar.gz", "imteach-0.2.0-py3-none-any.whl", "imteach-0.1.0.tar.gz"):
        (tmp_path / name).write_text("")
    (said,) = release_check.built_wrong("0.2.0", tmp_path, ROOT)
    assert said.endswith("got imteach-0.1.0.tar.gz, imteach-0.2.0-py3-none-any.whl, imteach-0.2.0.tar.gz")


@pytest.mark.skipif(not NIGHTLY, reason="it fetches what builds a wheel; by night")
def test_the_workflows_own_steps_build_something_to_release(tmp_path: Path) -> None:
    """All steps of the job that builds, here, on a copy that is made ready."""
    version, copy = release_check.version_of(ROOT), tmp_path / "clone"
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copy / name)
    changelog = (copy / "CHANGELOG.md").read_text("utf-8")
    (copy / "CHANGELOG.md").write_text(f"## [{version}] - 2026-12-01\n\n{changelog.partition('### Added')[2]}", "utf-8")
    for page in [copy / "README.md", *copy.glob("docs/*.md")]:
        text = page.read_text("utf-8")
        page.write_text(re.sub("(?i)on no index of packages yet|once imteach\\s+is on PyPI", "on PyPI", text), "utf-8")
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    python = shlex.quote(str(tmp_path / "venv" / "bin" / "python"))
    for step in JOBS["build"]["steps"]:
        if "run" in step:
            command = f"export GITHUB_REF_NAME=v{version}; {step['run'].replace('python ', f'{python} ', 1)}"
            ran = subprocess.run(["bash", "-ec", command], cwd=copy, capture_output=True, text=True, check=False)
            assert ran.returncode == 0, (command, ran.stdout, ran.stderr)
    assert ran.stdout == f"ready to be released: v{version}\n"
