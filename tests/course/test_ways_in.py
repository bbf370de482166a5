"""Whichever way a learner comes to the lessons, no answer stands below its question."""

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import imteach
from imteach.cli import jupyter, main
from imteach.course.hidden import MARK
from imteach.course.workspace import lesson_names, shipped_lessons, without_answers

ROOT = Path(imteach.__file__).parents[1]

VERDICT = re.compile(r"Not so\. You said|The run says|You have not answered yet|data-verdict")


def by_lab(home: Path) -> Path:
    """`imteach lab`, which hands them out before it starts JupyterLab."""
    folder = home / "lessons of mine"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("imteach.course.serve.serve", lambda folder, options: 0)
        assert jupyter.lab(None, [str(folder)]) == 0  # type: ignore[arg-type]  # it takes no arguments of its own
    return folder


def by_lessons(home: Path) -> Path:
    """`imteach lessons DIR`."""
    assert main(["lessons", str(home / "mine")]) == 0
    return home / "mine"


def on_binder(home: Path) -> Path:
    """What Binder does with a clone: it runs `binder/postBuild` in it, in an environment of its own."""
    for part in ("imteach", "lessons", "binder"):
        shutil.copytree(ROOT / part, home / part, ignore=shutil.ignore_patterns("__pycache__"))
    venv.create(home / "env")
    path = os.pathsep.join([str(home / "env" / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]])
    libraries = os.pathsep.join([str(home), *(path for path in sys.path if path.endswith("site-packages"))])
    ours = {"HOME": str(home), "PATH": path, "PYTHONPATH": libraries, "JUPYTER_DATA_DIR": str(home / "data")}
    run = subprocess.run(
        ["bash", "binder/postBuild"], cwd=home, env={**os.environ, **ours}, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return home / "imteach-lessons"


WAYS_IN = [by_lab, by_lessons, pytest.param(on_binder, marks=pytest.mark.skipif(os.name != "posix", reason="bash"))]


@pytest.mark.parametrize("way_in", WAYS_IN)
def test_what_is_handed_out_has_no_answer_below_its_question(way_in: Callable[[Path], Path], tmp_path: Path) -> None:
    folder = way_in(tmp_path)
    assert lesson_names(folder) == lesson_names(shipped_lessons())
    labs = 0
    for name in lesson_names(folder):
        assert MARK not in json.loads((folder / name).read_bytes())["metadata"], name
        for cell in code_cells(folder / name):
            tags, source = cell["metadata"].get("tags", []), "".join(cell["source"])
            assert cell["execution_count"] is None, f"{name}: {source}"
            assert not cell["outputs"] or "lab" in tags, f"{name}: {source}"
            assert not {"collapsed", "jupyter"} & set(cell["metadata"]), f"{name}: {source}"  # what they run stays seen
            if "Predict" in source:
                assert not VERDICT.search(json.dumps(cell["outputs"], ensure_ascii=False)), f"{name}: {source}"
            labs += bool(cell["outputs"])
    assert labs >= 15  # a lab is there as a still picture until it is run


@pytest.mark.parametrize("name", lesson_names(shipped_lessons()))
def test_in_a_clone_every_output_is_saved_as_hidden_but_for_the_labs(name: str) -> None:
    """Whoever opens it with plain Jupyter has the same below a question as whoever got it handed out."""
    path = shipped_lessons() / name
    assert MARK in json.loads(path.read_bytes())["metadata"]
    handed_out = json.loads(without_answers(path.read_bytes()))["cells"]
    shown = [bool(cell["outputs"]) for cell in handed_out if cell["cell_type"] == "code"]
    assert [bool(cell["outputs"]) and not is_hidden(cell) for cell in code_cells(path)] == shown
    assert any(is_hidden(cell) for cell in code_cells(path))


def is_hidden(cell: dict[str, Any]) -> bool:
    """Whether Jupyter collapses the output: the format has two names for it, and they must not contradict."""
    one, other = cell["metadata"].get("collapsed"), cell["metadata"].get("jupyter", {}).get("outputs_hidden")
    assert one == other, cell["source"]
    return bool(one)


def code_cells(path: Path) -> list[dict[str, Any]]:
    return [cell for cell in json.loads(path.read_bytes())["cells"] if cell["cell_type"] == "code"]


@pytest.mark.skipif(os.name != "posix", reason="bash")
def test_on_binder_every_link_leads_to_what_is_handed_out(tmp_path: Path) -> None:
    folder = on_binder(tmp_path)
    assert (tmp_path / "lessons").samefile(folder)  # an older link leads there
    etc = tmp_path / "env" / "etc" / "jupyter"
    assert (etc / "labconfig" / "default_setting_overrides.json").is_file()
    code = (
        "from jupyter_server.serverapp import ServerApp; app = ServerApp()\n"
        "app.initialize(['--allow-root'], find_extensions=False, new_httpserver=False)\n"
        "print(app.contents_manager.preferred_dir)"
    )
    told = {"HOME": str(tmp_path), "JUPYTER_CONFIG_PATH": str(etc), "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime")}
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, **told},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "imteach-lessons"
    page = "binder/` holds what [mybinder.org](https://mybinder.org) builds from"
    (told_to_readers,) = re.findall(
        re.escape(page) + r".*?URL to open, `lab/tree/([^`]*)`",
        (ROOT / "docs" / "hosts.md").read_text("utf-8"),
        re.DOTALL,
    )
    assert told_to_readers == folder.name


def lab_cell(source: str) -> dict[str, Any]:
    shown = {"output_type": "stream", "name": "stdout", "text": "Not so. You said: once. The run says: twice."}
    return {"cell_type": "code", "metadata": {"tags": ["lab"]}, "source": [source], "outputs": [shown]}


@pytest.mark.parametrize(
    ("source", "outputs"),
    [
        ("Lab('dedup')", 1),
        ("guess", 1),
        ("guess.answer('once')", 0),
        ("guess.answer('once'); Lab('dedup')", 0),
        ("guess.reveal()", 0),
        ("print(guess.reason)", 0),
    ],
)
def test_a_cell_that_answers_a_prediction_keeps_nothing_whatever_its_tags(source: str, outputs: int) -> None:
    book = json.dumps({"cells": [lab_cell(source)]}).encode()
    assert len(json.loads(without_answers(book))["cells"][0]["outputs"]) == outputs


def test_the_clones_own_lessons_are_no_place_to_hand_them_out_to(capsys: pytest.CaptureFixture[str]) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in shipped_lessons().iterdir()}
    with pytest.raises(SystemExit) as exit_:
        main(["lessons", str(shipped_lessons())])
    assert exit_.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == (
        f"imteach lessons: {shipped_lessons()} holds the lessons that came with imteach; name another folder\n"
    )
    assert {path.name: path.stat().st_mtime_ns for path in shipped_lessons().iterdir()} == before


@pytest.mark.parametrize("folder", ["here.txt", "here.txt/below", "a\0b"])
def test_a_folder_that_cannot_be_used_gets_one_line(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here.txt").write_text("mine")
    with pytest.raises(SystemExit) as exit_:
        main(["lessons", folder])
    assert exit_.value.code == 2
    err = capsys.readouterr().err
    assert err.startswith("imteach lessons: ")
    assert err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["here.txt"]


def test_what_was_changed_stays_and_is_told_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lessons", str(tmp_path)]) == 0
    assert capsys.readouterr() == (f"{len(lesson_names(shipped_lessons()))} lessons in {tmp_path}\n", "")
    first = lesson_names(tmp_path)[0]
    (tmp_path / first).write_text("my notes")
    (tmp_path / ".imteach-lessons.json").unlink()
    assert main(["lessons", str(tmp_path)]) == 0
    assert f"{first} was changed here and stays; its new version is" in capsys.readouterr().err
    assert (tmp_path / first).read_text() == "my notes"
