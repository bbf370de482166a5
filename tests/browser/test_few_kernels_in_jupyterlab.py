"""More notebooks are open than may hold a kernel: nothing in them is lost, and they run again as soon as one asks."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import driving
import pytest
from driving import soon
from playwright.sync_api import Browser, Locator, Page, expect
from test_lab_in_jupyterlab import click, packet

CELLS = ["from imteach import Lab", "moment = 1", "Lab('dedup')", "moment + 1"]
FEW = {"FewKernels": {"most": 1, "pause": 4}}

COUNTS = "() => window.jupyterapp.shell.currentWidget.content.widgets.map((cell) => cell.model.executionCount)"
RUN_WITH_A_KEY = "() => window.jupyterapp.commands.execute('notebook:run-cell-and-select-next').then(() => null)"
TYPE = "() => window.jupyterapp.shell.currentWidget.model.cells.get(3).sharedModel.setSource('moment + 2')"
SOURCE = "() => window.jupyterapp.shell.currentWidget.model.cells.get(3).sharedModel.source"
AT_THE_TOP = "() => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = 0; }"
IS_OPEN = "() => window.jupyterapp.shell.currentWidget.context.ready.then(() => null)"
HAS_A_KERNEL = "() => Boolean(window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel)"


@pytest.fixture
def few(chromium: str, tmp_path: Path) -> Iterator[driving.Server]:
    """`imteach lab`, which keeps one kernel."""
    config = tmp_path / "config_dir" / "jupyter_server_config.json"
    config.parent.mkdir()
    config.write_text(json.dumps(FEW))
    with driving.jupyterlab(tmp_path) as server:
        yield server


@pytest.fixture
def open_page(few: driving.Server, browser: Browser) -> Iterator[Callable[[str], Page]]:
    pages = []

    def open_one(host: str) -> Page:
        pages.append(driving.new_page(browser))
        driving.enter(pages[-1], few, host)
        return pages[-1]

    yield open_one
    for page in pages:
        page.close()


def run_all(page: Page, name: str) -> Locator:
    """Open a notebook, run all of it, and return its lab."""
    driving.open_again(page, name)
    driving.ask(page, IS_OPEN)
    driving.ask(page, driving.RUN)  # as soon as one can, for a kernel in which nothing has run is the first to go
    expect(lab(page)).to_have_attribute("data-kernel", "alive")
    return lab(page)


def lab(page: Page) -> Locator:
    return page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .imteach-lab")


def test_a_notebook_lets_go_of_its_kernel_and_runs_again(few: driving.Server, open_page: Callable[[str], Page]):
    page = open_page("jupyterlab")
    first, second = (driving.write_notebook(few, name, CELLS) for name in ("first.ipynb", "second.ipynb"))
    run_all(page, first)
    click(lab(page), "m1/ack:N#1")
    expect(packet(lab(page), "m1/ack:N#1")).to_have_attribute("data-fate", "dropped")
    driving.ask(page, TYPE)
    run_all(page, second)

    driving.ask(page, driving.REOPEN, first)
    expect(lab(page)).to_have_attribute("data-kernel", "gone", timeout=40_000)
    expect(lab(page).locator(".lab-live")).to_contain_text("The kernel of this lab has ended")
    expect(packet(lab(page), "m1/ack:N#1")).to_have_attribute("data-fate", "dropped")
    assert driving.ask(page, SOURCE) == "moment + 2"
    assert page.locator(".jp-Dialog").count() == 0
    soon(lambda: driving.ask(page, HAS_A_KERNEL), False)

    driving.ask(page, driving.RUN)
    soon(lambda: driving.ask(page, COUNTS), [1, 2, 3, 4])
    click(lab(page), "m1/msg:N#1")
    expect(packet(lab(page), "m1/msg:N#1")).to_have_attribute("data-fate", "dropped")

    driving.ask(page, driving.REOPEN, second)  # whose turn it is to let go; cells run one by one, as fast as one can
    expect(lab(page)).to_have_attribute("data-kernel", "gone", timeout=40_000)
    soon(lambda: driving.ask(page, HAS_A_KERNEL), False)
    driving.ask(page, AT_THE_TOP)
    page.evaluate(f"() => Promise.all([1, 2, 3, 4].map({RUN_WITH_A_KEY}))")
    soon(lambda: driving.ask(page, COUNTS)[:4], [1, 2, 3, 4])


def test_a_page_that_is_loaded_anew_ends_no_lab(few: driving.Server, open_page: Callable[[str], Page]):
    """JupyterLab then starts a kernel for each tab that has none."""
    page = open_page("jupyterlab")
    first, second = (driving.write_notebook(few, name, CELLS) for name in ("first.ipynb", "second.ipynb"))
    run_all(page, first)
    run_all(page, second)
    click(lab(page), "m1/ack:N#1")
    driving.ask(page, driving.SAVE)
    driving.ask(page, driving.REOPEN, first)
    expect(lab(page)).to_have_attribute("data-kernel", "gone", timeout=40_000)
    driving.ask(page, driving.SAVE)
    page.reload()
    page.wait_for_function("window.jupyterapp?.restored")
    soon(lambda: driving.ask(page, HAS_A_KERNEL), True)
    soon(lambda: driving.ask(page, HAS_A_KERNEL), False)  # it has let go of the new one, in which nothing has run
    driving.ask(page, driving.REOPEN, second)
    expect(lab(page)).to_have_attribute("data-kernel", "alive")
    click(lab(page), "m1/msg:N#1")
    expect(packet(lab(page), "m1/msg:N#1")).to_have_attribute("data-fate", "dropped")


def test_in_notebook_7_too_all_of_it_runs(few: driving.Server, open_page: Callable[[str], Page]):
    page = open_page("notebook")
    run_all(page, driving.write_notebook(few, "first.ipynb", CELLS))
    run_all(open_page("notebook"), driving.write_notebook(few, "second.ipynb", CELLS))
    expect(lab(page)).to_have_attribute("data-kernel", "gone", timeout=40_000)
    soon(lambda: driving.ask(page, HAS_A_KERNEL), False)
    driving.ask(page, driving.RUN)
    soon(lambda: driving.ask(page, COUNTS), [1, 2, 3, 4])
    expect(lab(page)).to_have_attribute("data-kernel", "alive")
