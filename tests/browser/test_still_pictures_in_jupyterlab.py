"""Still pictures in real JupyterLab, as a notebook shows them that nobody has run: it takes styles out, not classes."""

import re
from functools import partial
from io import BytesIO

import driving
import nbformat
import pytest
from driving import soon
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from imteach import Drop, Scenario, sweep
from imteach.themes import COLOURS, DARK


@pytest.fixture
def pictures(server: driving.Server, page: Page):
    """A notebook with a trace and a plot that somebody else has run."""
    shown = [Scenario("dedup").run(Drop("ack:N")), sweep("dedup", losses=[0, 0.3], messages=50).plot()]
    cells = []
    for number, one in enumerate(shown, 1):
        cells.append(nbformat.v4.new_code_cell("…", execution_count=number))
        data = one._repr_mimebundle_()
        cells[-1].outputs = [nbformat.v4.new_output("execute_result", data=data, execution_count=number)]
    driving.ask(page, driving.REOPEN, driving.write_notebook(server, "unrun-pictures.ipynb", cells))
    found = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea-output img")
    found.nth(1).wait_for()
    yield found
    driving.change_theme(page, "JupyterLab Light")
    driving.ask(page, driving.CLOSE)


def corner(picture: Locator) -> tuple[int, ...]:
    """The colour of a picture's corner."""
    return Image.open(BytesIO(picture.screenshot())).convert("RGB").getpixel((3, 3))


@pytest.mark.parametrize("system", ["light", "dark"])
@pytest.mark.parametrize(("theme", "colours"), [("JupyterLab Light", COLOURS), ("JupyterLab Dark", DARK)])
def test_a_picture_that_nobody_has_run_follows_jupyterlabs_theme(page: Page, pictures, theme, colours, system):
    """JupyterLab says `color-scheme` on its body, and with the styles it takes ours out."""
    page.emulate_media(color_scheme=system)
    driving.change_theme(page, theme)
    paper = tuple(int(colours["paper"][at : at + 2], 16) for at in (1, 3, 5))
    for number in (0, 1):
        expect(pictures.nth(number)).to_have_class(re.compile(r"\bimteach-picture\b"))
        soon(partial(corner, pictures.nth(number)), paper)
    page.emulate_media(color_scheme=None)
