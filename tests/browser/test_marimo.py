"""A lab in marimo, whose cells run again when the learner has done something in it.

By night, for marimo is fetched from PyPI, into an environment of its own.
"""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from nightly import NIGHTLY
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.skipif(not NIGHTLY, reason="by night: it fetches marimo")

MARIMO = "marimo==0.25.2"
ROOT = Path(__file__).parents[2]

NOTEBOOK = """
import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo
    from imteach import FaultMapLab, Lab
    return FaultMapLab, Lab, mo


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
"""


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Page]:
    """The page of a marimo notebook with a lab, and a cell below it that says what strikes."""
    home = tmp_path_factory.mktemp("marimo")
    subprocess.run([sys.executable, "-m", "venv", str(home / "venv")], check=True)
    pip = [str(home / "venv" / "bin" / "pip"), "install", "--quiet"]
    subprocess.run([*pip, MARIMO, f"{ROOT}[lab]"], check=True, timeout=250)
    (home / "notebook.py").write_text(NOTEBOOK, "utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    run = [str(home / "venv" / "bin" / "marimo"), "run", "--headless", "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen([*run, "--token-password", "night", str(home / "notebook.py")], cwd=home) as server:
        try:
            with browser.new_page(viewport={"width": 1366, "height": 900}) as page:
                for _ in range(60):
                    with socket.socket() as asked:
                        if asked.connect_ex(("127.0.0.1", port)) == 0:
                            break
                    page.wait_for_timeout(500)
                page.goto(f"http://127.0.0.1:{port}/?access_token=night")
                page.locator(".imteach-lab").first.wait_for()
                yield page
        finally:
            server.terminate()


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
