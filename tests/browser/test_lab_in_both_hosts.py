"""The lab in JupyterLab and in Notebook 7: what must be the same in both."""

from collections.abc import Callable

import driving
import pytest
from playwright.sync_api import Locator, Page, expect
from test_lab_in_jupyterlab import click, packet

pytestmark = pytest.mark.parametrize("host", driving.HOSTS, indirect=True)

NAMES = {"jupyterlab": "JupyterLab", "notebook": "Jupyter Notebook"}


def test_a_click_drops_a_packet(page: Page, host: str, run: Callable[..., Locator]) -> None:
    lab = run('Lab("dedup")')
    assert driving.ask(page, "() => window.jupyterapp.name") == NAMES[host]
    click(lab, "m1/ack:N#1")
    expect(packet(lab, "m1/ack:N#1")).to_have_attribute("data-fate", "dropped")
