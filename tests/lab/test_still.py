"""The still picture of a lab: what the page may save of it, and where it stands alone from the beginning."""

import re
import sys
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbconvert.preprocessors import ExecutePreprocessor

from imteach import Drop, FaultMapLab, Lab, Scenario
from imteach.course.serve import DATA as JUPYTER_DATA
from imteach.draw import image
from imteach.lab import fault_map_lab
from imteach.lab.still import STILL, WIDGET_VIEW, for_listeners, parts

EXTENSION = JUPYTER_DATA / "labextensions" / "imteach"
DATA = {WIDGET_VIEW: {"model_id": "1"}, "text/html": "<p>A still picture.</p>"}

CELLS = [
    "from imteach import Drop, FaultMapLab, Lab",
    "lab = Lab('dedup', Drop('ack:N'))\nlab",
    "FaultMapLab('basic')",
    "import ipywidgets\nipywidgets.IntSlider()",
]


def notebook() -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])


def pictures(done: nbformat.NotebookNode) -> list[str]:
    """The alternative texts of the pictures on the page that nbconvert makes of it."""
    page, _ = HTMLExporter().from_notebook_node(done)
    return re.findall(r'<img alt="([^."]*)', page)


# Programs that run notebooks


@pytest.mark.parametrize("runs", ["nbconvert --execute", "nbclient"])
def test_where_a_program_runs_the_notebook_the_picture_is_all_there_is(runs: str) -> None:
    done = notebook()
    if runs == "nbclient":
        NotebookClient(done, kernel_name="python3").execute()
    else:
        ExecutePreprocessor(kernel_name="python3").preprocess(done)  # nbgrader does so, too
    lab, fault_map, slider = (cell.outputs[0].data for cell in done.cells[1:])
    assert set(lab) == set(fault_map) == {"text/html", "text/plain"}
    assert WIDGET_VIEW in slider  # which is not ours
    assert pictures(done) == ["Sequence diagram: dedup, m1/ack:N#1 dropped", "Sequence diagram: basic, nothing dropped"]


def test_voila_shows_the_live_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOILA_PREHEAT", "False")  # as Voilà 0.5 does
    done = notebook()
    NotebookClient(done, kernel_name="python3").execute()
    assert all(WIDGET_VIEW in cell.outputs[0].data for cell in done.cells[1:])


def asked(request: Any, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the live view is given where IPython says that this is the request."""
    shell = SimpleNamespace(get_parent=lambda: request)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.delenv("VOILA_PREHEAT", raising=False)
    return WIDGET_VIEW in for_listeners(DATA)


@pytest.mark.parametrize(
    ("request_", "live"),
    [
        ({"content": {"allow_stdin": True}}, True),
        ({"content": {"allow_stdin": False}}, False),
        ({"content": {"comm_id": "1"}}, True),  # a click on another widget
        ({}, True),
        (None, True),
    ],
)
def test_whoever_could_answer_an_input_can_click(request_: Any, live: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(request_, monkeypatch) is live


@pytest.mark.parametrize("shell", [None, object()])
def test_where_nobody_knows_who_asked_the_lab_is_live(shell: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert for_listeners(DATA) == DATA


# What the page has to save


def test_the_page_has_what_is_around_its_picture_and_both_are_of_one_moment() -> None:
    lab = Lab("dedup")
    assert lab.still == {**parts(Scenario("dedup").run()), "text": 'Lab(Scenario("dedup"))'}
    lab.drop("ack:N")
    trace = Scenario("dedup").run(Drop("ack:N"))
    assert lab.still == {**parts(trace), "text": repr(lab)}
    assert image(trace).startswith(lab.still["before"])
    assert image(trace).endswith(lab.still["after"])
    assert 'data-rev="2"' in lab.picture


def test_the_table_of_a_fault_map_is_that_of_the_rung() -> None:
    losses = FaultMapLab("retransmit")
    assert losses._table.still["html"] == losses.map.to_html()
    losses.lab.rung = "dedup"
    assert losses._table.still["html"] == losses.map.to_html()
    assert losses._table.still["text"] == repr(losses) == 'FaultMapLab(Scenario("dedup"))'


def test_the_page_knows_our_pictures_by_how_they_begin() -> None:
    (mark,) = re.findall(r"const OURS = /\^(.*)/;", (EXTENSION / "static" / "remoteEntry.js").read_text("utf-8"))
    for words in (STILL, fault_map_lab.STILL):
        assert f"<p>{words}".startswith(mark)
