"""`imteach validate`: what is saved depends on the lesson alone, and what differs is reported."""

import json
import os
import re
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from imteach.cli import main
from imteach.teacher.outputs import differences
from imteach.teacher.validate import CELL_LIMIT, validate


def cell(source: str, *tags: str) -> dict[str, Any]:
    metadata: dict[str, Any] = {"execution": {"iopub.execute_input": "2020-01-01"}}
    if tags:
        metadata["tags"] = list(tags)
    return {"cell_type": "code", "source": source, "metadata": metadata, "outputs": [], "execution_count": None}


LESSON = [
    {"cell_type": "markdown", "source": "# A lesson", "metadata": {}},
    cell("import sys, time\nprint('a')\nprint('on stderr', file=sys.stderr)\ntime.sleep(0.2)\nprint('b')"),
    cell("from imteach import Drop, Scenario\ntrace = Scenario('dedup').run(Drop('ack:N'))\ntrace"),
    cell("import ipywidgets\nipywidgets.Button(description='Drop')"),
    cell(""),
    cell("Scenario('tcp')", "raises-exception"),
    cell("2 + 3"),
]

WIDGETS = [
    cell(
        "from IPython.display import clear_output, display\n"
        "from ipywidgets import Button, IntSlider, Output, VBox, interact, interactive_output"
    ),
    cell("@interact(lost=3)\ndef run(lost):\n    print(lost, 'lost')\n    return lost"),
    cell("out = Output()\nwith out:\n    print('inside')\n    display(5, IntSlider())\nout"),
    cell("with out:\n    clear_output()\n    print('again')"),
    cell("button = Button(description='Drop')\nbutton.on_click(lambda _: print('dropped'))\nVBox([button, out])"),
    cell("slider = IntSlider()\nVBox([slider, interactive_output(lambda n: print(n), {'n': slider})])"),
    cell("slider.value = 5\nout.outputs[0]['text']"),
    cell("with out:\n    raise KeyError('inside too')", "raises-exception"),
]

HIDDEN = {"collapsed": True, "jupyter": {"outputs_hidden": True}}
"""What a cell's metadata say where its output is saved and not shown."""


def told(wrong: Iterable[object]) -> str:
    return "\n".join(map(str, wrong))


GRAPH = "machine_graph(Scenario('basic'), 'bob')"


def write(path: Path, cells: list[dict[str, Any]]) -> Path:
    notebook = {"cells": cells, "metadata": {"widgets": {"state": 1}}, "nbformat": 4, "nbformat_minor": 4}
    path.write_text(json.dumps(notebook))
    return path


def read(path: Path) -> Any:
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(notebook)
    return notebook


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lesson whose outputs `--write` has saved."""
    path = write(tmp_path_factory.mktemp("lessons") / "01.ipynb", LESSON)
    assert [str(report) for report in validate(path.parent, write=True)] == ["✓ 01.ipynb: 5 cells run, outputs saved"]
    return path


def test_saving_twice_gives_the_same_bytes(saved: Path) -> None:
    before = saved.read_bytes()
    assert [str(report) for report in validate(saved.parent, write=True)] == [
        "✓ 01.ipynb: 5 cells run, nothing to save"
    ]
    assert saved.read_bytes() == before
    assert os.listdir(saved.parent) == ["01.ipynb"]


def test_what_is_saved_is_hidden_until_somebody_runs_it(saved: Path) -> None:
    """Also what a teacher had opened to look at; a lab's picture, and a cell without outputs, are as they were."""
    book = read(saved)
    book.cells[1].metadata, book.cells[2].metadata = {"jupyter": {"source_hidden": True}}, {"tags": ["lab"]}
    nbformat.write(book, saved.with_name("02.ipynb"))  # type: ignore[no-untyped-call]
    (_, report) = validate(saved.parent, write=True)
    assert report.good
    one, other = read(saved.with_name("02.ipynb")).cells[1:3]
    assert one.metadata == {"collapsed": True, "jupyter": {"source_hidden": True, "outputs_hidden": True}}
    assert other.metadata == {"tags": ["lab"]}
    saved.with_name("02.ipynb").unlink()


def test_a_saved_lesson_is_the_same_when_run_again(saved: Path) -> None:
    assert [str(report) for report in validate(saved.parent)] == ["✓ 01.ipynb: 5 cells run"]


def test_any_widget_may_stand_in_a_lesson(tmp_path: Path) -> None:
    """Their ids are random, and an `Output` takes what is printed in it; what is saved is what they are, as text."""
    began = time.monotonic()
    path = write(tmp_path / "01.ipynb", WIDGETS)
    assert [str(report) for report in validate(tmp_path, write=True)] == ["✓ 01.ipynb: 8 cells run, outputs saved"]
    first = path.read_bytes()
    assert [str(report) for report in validate(tmp_path, write=True)] == ["✓ 01.ipynb: 8 cells run, nothing to save"]
    assert path.read_bytes() == first
    assert [str(report) for report in validate(tmp_path)] == ["✓ 01.ipynb: 8 cells run"]
    notebook = read(path)
    assert sorted(notebook.metadata) == ["imteach", "kernelspec", "language_info"]
    assert b"model_id" not in first
    seen = [[output.data["text/plain"].split("(")[0] for output in cell.outputs] for cell in notebook.cells]
    assert seen == [[], ["interactive"], ["Output"], [], ["VBox"], ["VBox"], [r"'again\n'"], []]
    assert time.monotonic() - began < CELL_LIMIT  # an answer that is there is not waited for


def test_what_a_widget_is_is_compared(tmp_path: Path) -> None:
    path = write(tmp_path / "01.ipynb", [cell("import ipywidgets\nipywidgets.interact(lambda lost: lost, lost=3);")])
    assert all(report.good for report in validate(tmp_path, write=True))
    path.write_text(path.read_text("utf-8").replace("IntSlider(value=3", "IntSlider(value=4"), "utf-8")
    assert "-interactive(children=(IntSlider(value=4" in problem(tmp_path)


def test_what_is_saved_depends_on_the_lesson_alone(saved: Path) -> None:
    notebook = read(saved)
    assert sorted(notebook.metadata) == ["imteach", "kernelspec", "language_info"]
    assert "version" not in notebook.metadata.language_info
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == [1, 2, 3, None, 4, 5]
    tagged = {**HIDDEN, "tags": ["raises-exception"]}
    assert [dict(cell.metadata) for cell in code] == [HIDDEN, HIDDEN, HIDDEN, {}, tagged, HIDDEN]
    assert [cell.id for cell in notebook.cells] == [f"cell-{number}" for number in range(1, 8)]


def test_streams_are_in_one_piece_each(saved: Path) -> None:
    streams = read(saved).cells[1].outputs
    assert [(stream.name, stream.text) for stream in streams] == [("stdout", "a\nb\n"), ("stderr", "on stderr\n")]


def test_a_trace_keeps_its_picture_and_a_widget_loses_its_live_view(saved: Path) -> None:
    _, _, trace, button, *_ = read(saved).cells
    assert "<img" in trace.outputs[0].data["text/html"]
    assert list(button.outputs[0].data) == ["text/plain"]


def test_an_expected_error_is_saved_without_the_paths_of_this_machine(saved: Path) -> None:
    error = read(saved).cells[5].outputs[0]
    assert error.ename == "InputError"
    assert error.traceback == [f"InputError: {error.evalue}"]


def problem(folder: Path, write: bool = False) -> str:
    (report,) = validate(folder, write=write)
    assert not report.good
    return str(report)


def test_a_changed_output_is_told_with_its_cell(saved: Path, tmp_path: Path) -> None:
    text = saved.read_text("utf-8").replace('"5"', '"6"')
    (tmp_path / "01.ipynb").write_text(text, "utf-8")
    said = problem(tmp_path)
    assert said.splitlines()[0] == "✗ 01.ipynb: cell 5 (2 + 3): the output differs from the saved one"
    assert [line.strip() for line in said.splitlines()[-2:]] == ["-6", "+5"]
    assert (tmp_path / "01.ipynb").read_text("utf-8") == text  # comparing writes nothing


def test_a_graph_that_another_graphviz_drew_is_the_same_but_what_it_shows_is_compared(tmp_path: Path) -> None:
    path = write(tmp_path / "01.ipynb", [cell("from imteach import Scenario, machine_graph"), cell(GRAPH)])
    assert all(report.good for report in validate(tmp_path, write=True))
    saved = path.read_text("utf-8")
    path.write_text(saved.replace("max-width:none", "max-width:7px"), "utf-8")
    assert path.read_text("utf-8") != saved
    assert [str(report) for report in validate(tmp_path)] == ["✓ 01.ipynb: 2 cells run"]
    now = read(path)
    path.write_text(saved.replace("show m1", "show m2"), "utf-8")
    assert list(differences(read(path), now))


PLOT = """from imteach import Scenario, stats
stats(Scenario("basic"), 0.2, 10).plot()"""


def test_a_plot_is_compared_by_its_words(tmp_path: Path) -> None:
    """Another version of matplotlib draws the same a little differently."""
    path = write(tmp_path / "01.ipynb", [cell(PLOT)])
    assert [str(report) for report in validate(tmp_path, write=True)] == ["✓ 01.ipynb: 1 cells run, outputs saved"]
    text = path.read_text("utf-8")
    path.write_text(re.sub(r'(data:image/svg\+xml;base64,)[^"\\]+', r"\1anotherDrawing==", text), "utf-8")
    assert "anotherDrawing" in path.read_text("utf-8")
    assert [report.good for report in validate(tmp_path)] == [True]
    now = read(path)
    path.write_text(text.replace("data:image/svg+xml;", "data:image/jpeg;"), "utf-8")
    assert "the output differs" in told(differences(read(path), now))
    path.write_text(text.replace("shown to the receiver", "seen by the receiver"), "utf-8")
    assert "seen by the receiver" in told(differences(read(path), now))


def test_a_plot_of_the_learners_own_is_not_compared(tmp_path: Path) -> None:
    shown = "from IPython.display import display\ndisplay({'image/png': 'iVBO', 'text/plain': 'a plot'}, raw=True)"
    path = write(tmp_path / "01.ipynb", [cell(shown)])
    assert all(report.good for report in validate(tmp_path, write=True))
    text = path.read_text("utf-8")
    path.write_text(text.replace('"image/png": "iVBO', '"image/png": "AAAA'), "utf-8")
    assert [report.good for report in validate(tmp_path)] == [True]
    now = read(path)
    path.write_text(text.replace('"image/png": "', '"image/jpeg": "'), "utf-8")
    assert "image/png" in told(differences(read(path), now))


def test_a_lesson_that_was_never_run_is_told(tmp_path: Path) -> None:
    write(tmp_path / "01.ipynb", [cell("x = 1")])
    assert "cell 1 (x = 1): never run" in problem(tmp_path)


def test_a_lesson_that_was_run_out_of_order_is_told(saved: Path, tmp_path: Path) -> None:
    notebook = json.loads(saved.read_text("utf-8"))
    notebook["cells"][1]["execution_count"] = 9
    (tmp_path / "01.ipynb").write_text(json.dumps(notebook))
    assert "cell 1 (import sys, time): saved as number 9, not run from top to bottom" in problem(tmp_path)


def test_an_unexpected_error_is_told_and_nothing_is_saved(tmp_path: Path) -> None:
    path = write(tmp_path / "01.ipynb", [cell("x = 1"), cell("x / 0"), cell("x")])
    before = path.read_bytes()
    assert problem(tmp_path) == "✗ 01.ipynb: cell 2 (x / 0): ZeroDivisionError: division by zero"
    assert problem(tmp_path, write=True) == (
        "✗ 01.ipynb: not saved: cell 2 (x / 0): ZeroDivisionError: division by zero"
    )
    assert path.read_bytes() == before


def test_a_kernel_that_dies_is_told(tmp_path: Path) -> None:
    write(tmp_path / "01.ipynb", [cell("import os"), cell("os._exit(1)")])
    assert problem(tmp_path) == "✗ 01.ipynb: cell 2 (os._exit(1)): the kernel died"


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("from ipywidgets import Output\nOutput().send_state()", "AttributeError: "),
        ("display({'text/html': [1]}, raw=True)", "NotebookValidationError: "),
        ("raise RuntimeError('mine')", "RuntimeError: mine"),
    ],
)
def test_whatever_keeps_a_lesson_from_being_run_is_told_in_a_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], source: str, says: str
) -> None:
    """nbclient stops over a widget's message that it does not expect, and over an output that no notebook can hold."""
    write(tmp_path / "01.ipynb", [cell(source)])
    write(tmp_path / "02.ipynb", [cell("1")])
    assert main(["validate", str(tmp_path), "--write"]) == 1
    told = capfd.readouterr()
    first, second = told.out.splitlines()
    assert first.startswith("✗ 01.ipynb: not saved: cell 1 (")
    assert says in first
    assert second == "✓ 02.ipynb: 1 cells run, outputs saved"
    assert told.err == ""


def test_the_kernel_is_this_python_without_anyones_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start = tmp_path / "ipython" / "profile_default" / "startup"
    start.mkdir(parents=True)
    (start / "00.py").write_text("print('from a profile')")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    spec = tmp_path / "jupyter" / "kernels" / "python3"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text('{"argv": ["/bin/false"], "display_name": "other", "language": "python"}')
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    lessons = tmp_path / "lessons"
    lessons.mkdir()
    path = write(lessons / "01.ipynb", [cell("import os, sys\nprint(sys.executable, os.getcwd())")])
    (report,) = validate(lessons, write=True)
    assert report.good
    executable, cwd = read(path).cells[0].outputs[0].text.split()
    assert Path(executable).resolve() == Path(sys.executable).resolve()
    assert cwd == str(lessons)


HALF = json.dumps({"cells": [{"cell_type": "markdown", "source": "\ud800", "metadata": {}}], "nbformat": 4} | {
    "metadata": {}, "nbformat_minor": 4
})  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"nbformat": 4, "metadata": {}, "nbformat_minor": 5}',
        '{"nbformat": 4, "cells": {}}',
        '{"nbformat": 4, "cells": [1]}',
        '{"nbformat": 3}',
        "[" * 100_000,
        HALF,
    ],
)
def test_what_is_no_notebook_gets_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    (tmp_path / "01.ipynb").write_text(text)
    with pytest.raises(SystemExit) as exit_:
        main(["validate", str(tmp_path)])
    assert exit_.value.code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "01.ipynb" in said


def test_a_folder_without_lessons_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["validate", str(tmp_path)])
    assert "no lessons (*.ipynb)" in capsys.readouterr().err


def test_the_lessons_that_came_with_imteach_are_not_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as exit_:
        main(["validate", "--write"])
    assert exit_.value.code == 2
    assert "name DIR" in capsys.readouterr().err


def test_the_exit_status_tells_the_difference(saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", str(saved.parent)]) == 0
    write(tmp_path / "01.ipynb", [cell("x = 1")])
    assert main(["validate", str(tmp_path)]) == 1
    assert capsys.readouterr().out.splitlines()[0] == "✓ 01.ipynb: 5 cells run"
