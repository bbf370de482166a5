"""A lab in marimo, whose cells run again when the learner has done something in it.

By night, for marimo is fetched from PyPI, into an environment of its own.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from nightly import NIGHTLY
from playwright.sync_api import Browser, Page, expect
from programs import fetch, served

pytestmark = pytest.mark.skipif(not NIGHTLY, reason="by night: it fetches marimo")

PAPER = {"light": "rgb(255, 255, 255)", "dark": "rgb(23, 25, 30)"}

NOTEBOOK = """
import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo
    from imteach import Drop, FaultMapLab, Lab, Predict
    return Drop, FaultMapLab, Lab, Predict, mo


@app.cell
def _(Lab, mo):
    lab = mo.ui.anywidget(Lab("retransmit"))
    lab
    return (lab,)


@app.cell
def _(lab, mo):
    mo.md(f"struck: {[str(fault) for fault in lab.faults]}")
    return


@app.cell
def _(FaultMapLab, mo):
    table, below = (mo.ui.anywidget(part) for part in FaultMapLab("acked").children)
    mo.vstack([table, below])
    return below, table


@app.cell
def _(below, mo, table):
    mo.md(f"opened: {table.chosen} {[str(fault) for fault in below.faults]}")
    return


@app.cell
def _(Drop, Predict, mo):
    guess = Predict("How often is hello shown?", "retransmit", Drop("ack:N"), choices=["once", "twice"], answer="twice")
    mo.ui.anywidget(guess.view)
    return
"""


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fetch(tmp_path_factory.mktemp("environment"), "marimo==0.25.2")


@pytest.fixture(scope="module", params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory, programs: Path, browser: Browser, theme: str) -> Iterator[Page]:
    """The page of a marimo notebook with a lab, and a cell below it that says what strikes."""
    home = tmp_path_factory.mktemp("marimo")
    (home / "notebook.py").write_text(
        f'# /// script\n# [tool.marimo.display]\n# theme = "{theme}"\n# ///\n{NOTEBOOK}', "utf-8"
    )
    run = ["marimo", "run", "--headless", "--host", "127.0.0.1", "--port", "{port}", "--token-password", "night"]
    with served(home, programs, [*run, "notebook.py"]) as address:
        page = browser.new_page(viewport={"width": 1366, "height": 900})
        page.goto(f"{address}/?access_token=night")
        page.locator(".imteach-lab").first.wait_for()
        yield page
        page.close()


def test_a_drop_is_retransmitted_and_the_cell_below_runs_again(notebook: Page) -> None:
    expect(notebook.get_by_text("struck: []")).to_be_visible()
    lab = notebook.locator(".imteach-lab").first
    expect(lab.locator(".lab-outcome")).to_contain_text("alice sees ✓✓ delivered")
    lab.locator('[data-packet="m1/msg:R#1"] > rect').click()
    expect(lab.locator('[data-packet="m1/msg:R#2"]')).to_have_count(1)
    expect(notebook.get_by_text("struck: ['drop m1/msg:R#1']")).to_be_visible()


def test_a_cell_of_a_fault_map_is_opened_below_it(notebook: Page) -> None:
    notebook.locator(".imteach-map .map-grid").get_by_role("button", name=re.compile("^msg:N")).click()
    expect(notebook.get_by_text("opened: drop m1/msg:N#1 ['drop m1/msg:N#1']")).to_be_visible()


def test_all_is_as_light_or_dark_as_the_notebook_is(notebook: Page, theme: str) -> None:
    for page in (".imteach-lab", ".imteach-map", ".imteach-predict"):
        expect(notebook.locator(page).first).to_have_css("background-color", PAPER[theme])


def test_a_prediction_is_answered(notebook: Page) -> None:
    question = notebook.locator(".imteach-predict")
    question.locator('[data-choice="0"]').click()
    question.locator("[data-commit]").click()
    expect(question.locator("[data-verdict=wrong]")).to_contain_text("The run says: twice.")
