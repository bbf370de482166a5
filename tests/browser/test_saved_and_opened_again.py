"""A notebook with a lab is saved, and opened again: the lab lives as long as its kernel, and its picture longer.

All of it in JupyterLab and in Notebook 7.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import driving
import pytest
from driving import soon
from nbconvert import HTMLExporter
from playwright.sync_api import Locator, Page, expect
from test_lab_in_jupyterlab import click, packet

from imteach import Client, Drop, FaultMapLab, Lab, exercises
from imteach.draw import image
from imteach.lab.still import WIDGET_VIEW

both = pytest.mark.parametrize("host", driving.HOSTS, indirect=True)

DROPPED = "m1/ack:N#1 is dropped"  # says the picture's alternative text

CLOSE_THE_TAB = """() => {
    if (window.jupyterapp.name === "JupyterLab") window.jupyterapp.shell.currentWidget.close();
}"""

DIRTY = "() => window.jupyterapp.shell.currentWidget.context.model.dirty"

COLLAPSE = "() => { window.jupyterapp.shell.currentWidget.content.widgets.at(-1).outputHidden = true; }"

IN_PYTHON = """async (code) => {
    const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
    return (await kernel.requestExecute({ code }).done).content.status;
}"""

Run = Callable[..., Locator]


def saved(page: Page, server: driving.Server) -> list[dict[str, str | dict[str, str]]]:
    """Save the notebook, and return what the file has of each output."""
    soon(lambda: driving.ask(page, driving.SAVE), False)  # and it is not changed again by that
    cells = json.loads((server.folder / driving.shown(page)).read_text("utf-8"))["cells"]
    data = [output["data"] for cell in cells for output in cell["outputs"]]
    return [{kind: "".join(text) if isinstance(text, list) else text for kind, text in one.items()} for one in data]


def html(lab: Lab | FaultMapLab) -> str:
    bundle = lab._repr_mimebundle_()
    return (bundle if isinstance(bundle, dict) else bundle[0])["text/html"]


def html_saved(page: Page, server: driving.Server) -> str:
    """Save the notebook, and return the HTML of its only output."""
    (output,) = saved(page, server)
    return str(output["text/html"])


def lives(page: Page, other: str) -> None:
    """The lab is there with its drop, and a click drops another packet."""
    lab = driving.first_lab(page)
    expect(packet(lab, "m1/ack:N#1")).to_have_attribute("data-fate", "dropped")
    click(lab, other)
    expect(packet(lab, other)).to_have_attribute("data-fate", "dropped")


@pytest.fixture
def run(run_apart: Run, shared: driving.Shared, host: str) -> Run:
    shared.close_notebook(host)
    return run_apart


@pytest.fixture
def reloads(page: Page, server: driving.Server, host: str) -> Iterator[None]:
    """Behind a test that loads the page anew: what JupyterLab restores then would come before the next notebook."""
    yield
    if host == "jupyterlab":
        driving.enter(page, server)


@pytest.fixture
def dropped(run: Run) -> Locator:
    """A lab in which ack:N was dropped."""
    lab = run("lab = Lab('dedup')\nlab")
    click(lab, "m1/ack:N#1")
    expect(packet(lab, "m1/ack:N#1")).to_have_attribute("data-fate", "dropped")
    return lab


# The lab comes back


@both
@pytest.mark.usefixtures("reloads")
def test_a_lab_lives_on_after_its_page_was_loaded_anew_and_its_tab_closed(page: Page, dropped: Locator):
    driving.ask(page, driving.SAVE)
    page.reload()
    driving.wait_for_notebook(page)
    lives(page, "m1/msg:R#1")
    driving.ask(page, driving.SAVE)
    name = driving.shown(page)
    driving.ask(page, CLOSE_THE_TAB)
    driving.open_again(page, name)
    lives(page, "m1/ack:R#1")


# Its picture stays


def kernel_ends(page: Page) -> Locator:
    """Save, end the kernel and load the page anew, until there is no hope for the live widget; return the notebook."""
    driving.ask(page, driving.SAVE)
    driving.ask(page, driving.SHUT_DOWN)
    page.reload()
    with page.expect_console_message(lambda message: "widget model not found" in message.text, timeout=30_000):
        driving.wait_for_notebook(page)
    return page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")


@both
@pytest.mark.usefixtures("reloads")
def test_without_its_kernel_the_last_picture_of_a_lab_stands_there(page: Page, run: Run):
    lab = run("import ipywidgets\nipywidgets.IntSlider()", "Lab('dedup')")
    click(lab, "m1/ack:N#1")
    expect(packet(lab, "m1/ack:N#1")).to_have_attribute("data-fate", "dropped")
    notebook = kernel_ends(page)
    expect(notebook.get_by_text("A still picture.")).to_be_visible()
    expect(notebook.get_by_role("img", name=DROPPED)).to_be_visible()
    expect(notebook.get_by_text("Error displaying widget")).to_have_count(1)  # the slider, which is not ours
    expect(notebook.get_by_text("Loading widget")).to_have_count(0)


def test_it_is_the_same_wherever_imteach_is_installed(page: Page, tmp_path: Path):
    """`jupyter lab`, not `imteach lab`."""
    with driving.jupyterlab(tmp_path, plain=True) as server, page.context.browser.new_page() as other:
        driving.enter(other, server)
        name = driving.write_notebook(server, "plain.ipynb", ["from imteach import Lab", "Lab('dedup')"])
        with driving.running(other, name):
            click(driving.first_lab(other), "m1/ack:N#1")
            expect(packet(driving.first_lab(other), "m1/ack:N#1")).to_have_attribute("data-fate", "dropped")
            driving.ask(other, driving.SAVE)
            other.reload()
            driving.wait_for_notebook(other)
            lives(other, "m1/msg:R#1")
            notebook = kernel_ends(other)
            expect(notebook.get_by_role("img", name="m1/msg:R#1 and m1/ack:N#1 are dropped")).to_be_visible()
            expect(notebook.get_by_text("Error displaying widget")).to_have_count(0)


# What is saved


@both
def test_what_is_saved_is_the_lab_of_now(page: Page, server: driving.Server, dropped: Locator):
    now = Lab("dedup", Drop("ack:N"))
    soon(lambda: html_saved(page, server), html(now))
    (output,) = saved(page, server)
    assert output["text/plain"] == repr(now)
    assert output[WIDGET_VIEW]
    expect(packet(dropped, "m1/ack:N#1")).to_have_attribute("data-fate", "dropped")  # nothing was drawn anew
    click(dropped, "m1/msg:R#1")
    expect(packet(dropped, "m1/msg:R#1")).to_have_attribute("data-fate", "dropped")
    soon(lambda: driving.ask(page, DIRTY), True)  # so that Jupyter saves it by itself, or asks before it is lost
    soon(lambda: html_saved(page, server), html(Lab("dedup", Drop("msg:R"), Drop("ack:N"))))
    page_of_it, _ = HTMLExporter().from_filename(str(server.folder / driving.shown(page)))
    assert 'alt="Sequence diagram: dedup, m1/msg:R#1, m1/ack:N#1 dropped.' in page_of_it


def test_what_python_did_to_a_lab_that_nobody_sees_is_saved_too(page: Page, server: driving.Server, dropped: Locator):
    driving.ask(page, COLLAPSE)
    expect(dropped).to_be_hidden()
    assert driving.ask(page, IN_PYTHON, "lab.rung = 'acked'") == "ok"
    soon(lambda: html_saved(page, server), html(Lab("acked", Drop("ack:N"))))


def test_of_widgets_in_a_widget_each_is_saved(page: Page, server: driving.Server, run: Run):
    run("import ipywidgets\nipywidgets.HBox([Lab('basic'), Lab('acked')])")
    soon(lambda: html_saved(page, server), html(Lab("basic")) + image(Lab("acked").trace))


@both
def test_of_a_fault_map_the_table_is_saved_and_the_run_that_is_open(page: Page, server: driving.Server, run: Run):
    lab = run("from imteach import FaultMapLab", "losses = FaultMapLab('retransmit')\nlosses")
    page.locator('.imteach-map button[data-faults="drop m1/ack:N#1"]').click()
    expect(packet(lab, "m1/ack:N#1")).to_have_attribute("data-fate", "dropped")
    losses = FaultMapLab("retransmit")
    losses.choose("ack:N")
    soon(lambda: html_saved(page, server), html(losses))
    assert saved(page, server)[0]["text/plain"] == repr(losses)
    lab.get_by_role("radio", name="dedup").check()
    expect(page.locator(".imteach-map").get_by_role("status")).to_contain_text("This is the map of dedup now.")
    expect(lab.locator(".lab-python")).to_contain_text("dedup")
    losses.lab.rung = "dedup"
    soon(lambda: html_saved(page, server), html(losses))


def test_what_an_exercise_says_stays_in_the_file(page: Page, server: driving.Server, run: Run):
    run("from imteach import Client, exercises", "exercises['write dedup'].check(Client)")
    said = {kind: str(text) for kind, text in exercises["write dedup"].check(Client)._repr_mimebundle_().items()}
    (output,) = saved(page, server)
    assert "not solved yet" in said["text/html"]
    assert (output["text/html"], output["text/plain"]) == (said["text/html"], said["text/plain"])
