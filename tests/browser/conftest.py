"""One JupyterLab for all browser tests, one page for each module, one notebook for each test."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import driving
import pytest
from playwright.sync_api import Locator, Page

SHOTS = Path(__file__).parent / "shots"


@pytest.fixture(scope="session")
def chromium() -> str:
    path = driving.chromium()
    if path is None:
        missing = "no Chromium on this machine: apt install chromium"
        if os.environ.get("IMTEACH_CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return path


@pytest.fixture(scope="session")
def server(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[driving.Server]:
    with driving.jupyterlab(tmp_path_factory.mktemp("jupyter")) as server:
        yield server


@pytest.fixture(scope="module")  # so that pytest runs all tests in one host, then those in the other
def host(request: pytest.FixtureRequest) -> str:
    """Where the page shows notebooks; `@pytest.mark.parametrize("host", driving.HOSTS, indirect=True)` tries both."""
    return getattr(request, "param", "jupyterlab")


@pytest.fixture(scope="module")  # not for the session: while it is open, no other test could run an event loop
def page(server: driving.Server, chromium: str, host: str) -> Iterator[Page]:
    with driving.chromium_page(chromium) as page:
        driving.enter(page, server, host)
        yield page


@pytest.fixture
def open_notebook(page: Page) -> Iterator[Callable[[str], Locator]]:
    """Open this notebook, run all of it, and return the first lab in it."""
    with ExitStack() as stack:

        def open_one(name: str) -> Locator:
            stack.enter_context(driving.running(page, name))
            return driving.first_lab(page)

        yield open_one


@pytest.fixture
def run(server: driving.Server, open_notebook: Callable[[str], Locator]) -> Callable[..., Locator]:
    """Run these cells in a notebook of their own, and return the first lab in it."""

    def run_cells(*cells: str) -> Locator:
        imports = "from imteach import Client, Drop, Lab, Offline, Partition, Say, Scenario"
        return open_notebook(driving.write_notebook(server, "cells.ipynb", [imports, *cells]))

    return run_cells


@pytest.fixture
def shoot(page: Page) -> Callable[[Locator, str], None]:
    """Save a picture of a lab, to be looked at."""

    def save(lab: Locator, name: str) -> None:
        SHOTS.mkdir(exist_ok=True)
        lab.screenshot(path=str(SHOTS / f"{name}.png"))

    return save
