"""One JupyterLab, one Chromium and one page of each host for all browser tests; they share a notebook, if they can.

To load JupyterLab takes five seconds of a core, a notebook and its kernel two: what tests share is most of the gate's
time. So `run` clears what the test before has left, and `run_apart` is for tests that end a kernel, or save and reload.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import driving
import pytest
from playwright.sync_api import Browser, Locator, Page

HERE = Path(__file__).parent
SHOTS = HERE / "shots"


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


@pytest.fixture(scope="session")
def shared(chromium: str) -> driving.Shared:
    return driving.Shared(chromium)


@pytest.fixture(scope="module")
def browser(shared: driving.Shared, request: pytest.FixtureRequest) -> Browser:
    """Chromium, closed behind the last test of this folder: while it is open, no other test could run an event loop."""
    folder = next(node for node in request.node.iter_parents() if isinstance(node, pytest.Dir) and node.path == HERE)
    folder.addfinalizer(shared.close)
    return shared.browser


@pytest.fixture(scope="module")  # so that pytest runs all tests in one host, then those in the other
def host(request: pytest.FixtureRequest) -> str:
    """Where the page shows notebooks; `@pytest.mark.parametrize("host", driving.HOSTS, indirect=True)` tries both."""
    return getattr(request, "param", "jupyterlab")


@pytest.fixture(scope="module")
def page(shared: driving.Shared, browser: Browser, host: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """This host's page; an empty one for a module with `pytestmark = pytest.mark.alone`, which needs no host.

    Behind a module with a failure the next one gets another.
    """
    if request.node.get_closest_marker("alone"):
        page = driving.new_page(browser)
        yield page
        page.close()
        return
    failed = request.session.testsfailed
    yield shared.page(request.getfixturevalue("server"), host)
    if request.session.testsfailed > failed:
        shared.forget(host)


@pytest.fixture
def open_notebook(page: Page) -> Iterator[Callable[[str], Locator]]:
    """Open this notebook, run all of it, and return the first lab in it."""
    with ExitStack() as stack:

        def open_one(name: str) -> Locator:
            stack.enter_context(driving.running(page, name))
            return driving.first_lab(page)

        yield open_one


IMPORTS = "from imteach import Client, Drop, Lab, Offline, Partition, Say, Scenario"


@pytest.fixture
def run(server: driving.Server, shared: driving.Shared, page: Page, host: str) -> Iterator[Callable[..., Locator]]:
    """Run these cells in the notebook that tests share, with an empty kernel, and return the first lab in it."""

    with ExitStack() as stack:  # what was not run is not cleared: the test may have shown another notebook instead

        def run_cells(*cells: str) -> Locator:
            shared.show_notebook(server, host)
            stack.callback(shared.clear_notebook, host)
            driving.ask(page, driving.RUN_THESE, driving.notebook([IMPORTS, *cells]))
            return driving.first_lab(page)

        yield run_cells


@pytest.fixture
def run_apart(server: driving.Server, open_notebook: Callable[[str], Locator]) -> Callable[..., Locator]:
    """Run these cells in a notebook of their own with a kernel of its own, and return the first lab in it."""

    def run_cells(*cells: str) -> Locator:
        return open_notebook(driving.write_notebook(server, "cells.ipynb", [IMPORTS, *cells]))

    return run_cells


@pytest.fixture
def shoot(page: Page) -> Callable[[Locator, str], None]:
    """Save a picture of a lab, to be looked at."""

    def save(lab: Locator, name: str) -> None:
        SHOTS.mkdir(exist_ok=True)
        lab.screenshot(path=str(SHOTS / f"{name}.png"))

    return save
