"""Real JupyterLab, started with `imteach lab` in a folder of its own, and driven in headless Chromium.

The same server serves Notebook 7 too, where a test can run as well: see `HOSTS`.
"""

import operator
import os
import secrets
import shutil
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import nbformat
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from playwright.sync_api import TimeoutError as TookTooLong
from ports import free_port

import imteach

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

SCREEN = {"width": 1280, "height": 1300}

HOSTS = {"jupyterlab": "lab", "notebook": "tree"}
"""Where a lab is shown, each with the path of its first page."""

OPEN = """async (path) => {
    const app = window.jupyterapp;
    const panel = await app.commands.execute("docmanager:open", {path, factory: "Notebook"});
    await panel.context.ready;
    await panel.sessionContext.ready;  // the status bar says "idle" before there is a kernel
    await panel.sessionContext.session.kernel.info;
    app.shell.activateById(panel.id);
    while (app.shell.currentWidget !== panel) await new Promise((done) => setTimeout(done, 20));  // else another is run
    await app.commands.execute("notebook:run-all-cells");
}"""

REOPEN = """async (path) => {
    const app = window.jupyterapp;
    const panel = await app.commands.execute("docmanager:open", {path, factory: "Notebook"});
    await panel.context.ready;
    await panel.sessionContext.ready;
    app.shell.activateById(panel.id);
    while (app.shell.currentWidget !== panel) await new Promise((done) => setTimeout(done, 20));
}"""

READY = """async () => {
    const { context, sessionContext } = window.jupyterapp.shell.currentWidget;
    await context.ready;
    await sessionContext.ready;
    await sessionContext.session.kernel.info;
}"""

RUN_THESE = """async (notebook) => {  // in the place of what the notebook has that is shown
    const {content, context} = window.jupyterapp.shell.currentWidget;
    context.model.fromJSON(notebook);
    content.activeCellIndex = 0;
    content.mode = "command";
    content.activate();
    await window.jupyterapp.commands.execute("notebook:run-all-cells");
}"""

CLEAR = """async ([path, notebook, code]) => {  // also its kernel, of all that it holds
    const {context, sessionContext} = window.jupyterapp.shell.currentWidget;
    if (context.path !== path) throw Error(`${path} was not closed`);
    context.model.fromJSON(notebook);
    const reply = await sessionContext.session.kernel.requestExecute({code}).done;
    if (reply.content.status !== "ok") throw Error(JSON.stringify(reply.content));
    context.model.dirty = false;
}"""

EMPTY_KERNEL = """import ipywidgets
ipywidgets.Widget.close_all()
get_ipython().reset(new_session=True, aggressive=False)"""

RUN = """() => window.jupyterapp.commands.execute("notebook:run-all-cells").then(() => null)"""

SAVE = """async () => {
    const { context } = window.jupyterapp.shell.currentWidget;
    await context.save();
    return context.model.dirty;
}"""

SHOWN = "() => window.jupyterapp.shell.currentWidget?.context?.path ?? null"

SHUT_DOWN = """() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()"""

THEME = "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})"

TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"

PATIENCE = 30  # seconds that anything in the page may take; a dialog that waits for an answer would wait for ever

CLOSE = """async () => {
    const app = window.jupyterapp;
    const panel = app.shell.currentWidget;
    await panel.context.save();
    await panel.sessionContext.shutdown();
    panel.context.model.dirty = false;  // what a kernel said of itself since is no work that one is asked to save
    if (app.name === "JupyterLab") panel.close();  // Notebook 7 would close the page
}"""


expect.set_options(timeout=15_000)  # as long as a page's own; 5 s are too short where two cores have much to do


@dataclass(frozen=True)
class Server:
    """A running JupyterLab: its folder, its address, its token."""

    folder: Path
    address: str
    token: str


def chromium() -> str | None:
    """Where this machine has Chromium."""
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return next((path for path in found if path), None)


@contextmanager
def jupyterlab(home: Path, plain: bool = False, checkout: str | None = None) -> Iterator[Server]:
    """Start JupyterLab on a working copy of the lessons inside `home`, with nothing of this machine's own settings.

    A plain one is started as `jupyter lab` in an empty folder, and has of ours no more than what a wheel installs.
    With `checkout`, the imteach of that folder is run instead of the one that is installed.
    """
    server = Server(home / "lessons", f"http://127.0.0.1:{free_port()}", secrets.token_hex(16))
    private = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
    environment = {
        **os.environ,
        **{f"JUPYTER_{name}": str(home / name.lower()) for name in private},
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
    }
    if checkout is not None:
        environment["PYTHONPATH"] = str(Path(checkout).resolve())
    settings = home / "config_dir" / "labconfig" / "page_config.json"
    settings.parent.mkdir(parents=True)
    settings.write_text('{"buildCheck": false}')  # with each page, Node would look whether there is news to build
    command = ["-m", "imteach", "lab", str(server.folder)]
    if plain:
        server.folder.mkdir()
        environment |= _installed(home)
        command = ["-m", "jupyterlab", f"--ServerApp.root_dir={server.folder}", "--allow-root"]
    log = home / "jupyterlab.log"
    with _started([sys.executable, *command, *_options(server)], environment, server, log, checkout):
        yield server


def _options(server: Server) -> list[str]:
    return [
        "--no-browser",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={server.address.rpartition(':')[2]}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={server.token}",
        "--LabApp.expose_app_in_browser=True",
        "--JupyterNotebookApp.expose_app_in_browser=True",
    ]


def _installed(home: Path) -> dict[str, str]:
    """Put what a wheel installs for Jupyter below `home`, and return the environment in which Jupyter looks there."""
    root = Path(imteach.__file__).parent.parent
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    for source, target in project["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"].items():
        shutil.copytree(root / source, home / "prefix" / target)
    return {
        "JUPYTER_PATH": str(home / "prefix" / "share" / "jupyter"),
        "JUPYTER_CONFIG_PATH": str(home / "prefix" / "etc" / "jupyter"),
    }


@contextmanager
def _started(
    command: list[str], environment: dict[str, str], server: Server, log: Path, where: str | None = None
) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=where, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            _wait_for(server, process, log)
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class Shared:
    """A Chromium, and a page in it for each host, with a notebook: what many tests share, made when first asked for."""

    def __init__(self, executable: str) -> None:
        self._executable = executable
        self._open = ExitStack()
        self._browser: Browser | None = None
        self._pages: dict[str, Page] = {}
        self._notebooks: dict[str, str] = {}

    @property
    def browser(self) -> Browser:
        """The Chromium that is open."""
        if self._browser is None:
            self._browser = self._open.enter_context(_chromium(self._executable))
        return self._browser

    def page(self, server: Server, host: str) -> Page:
        """This host's page, which has entered it."""
        if host not in self._pages:
            self._pages[host] = new_page(self.browser)
            enter(self._pages[host], server, host)
        return self._pages[host]

    def show_notebook(self, server: Server, host: str) -> None:
        """Show the notebook that tests share in this host, with its kernel."""
        page = self.page(server, host)
        if host not in self._notebooks:
            self._notebooks[host] = write_notebook(server, "shared.ipynb", [])
        if ask(page, SHOWN) != self._notebooks[host]:
            open_again(page, self._notebooks[host])
            ask(page, READY)

    def clear_notebook(self, host: str) -> None:
        """Take all cells out of the notebook that tests share, and all that they made out of its kernel."""
        if host in self._notebooks:
            ask(self._pages[host], CLEAR, [self._notebooks[host], notebook([]), EMPTY_KERNEL])

    def close_notebook(self, host: str) -> None:
        """Close the notebook that tests share in this host, if it is open: a page loaded anew would show it again."""
        if host in self._notebooks and ask(self._pages[host], SHOWN) == self._notebooks.pop(host):
            ask(self._pages[host], CLOSE)

    def forget(self, host: str) -> None:
        """Close this host's page: a test may have left something in it."""
        self._pages.pop(host).close()
        self._notebooks.pop(host, None)

    def close(self) -> None:
        """Close the browser."""
        self._open.close()
        self._browser = None
        self._pages.clear()
        self._notebooks.clear()


@contextmanager
def _chromium(executable: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


def new_page(browser: Browser) -> Page:
    """A page as wide as a laptop's screen, and tall, so that a whole lab is in the picture."""
    page = browser.new_page(viewport=SCREEN)
    page.set_default_timeout(15_000)
    return page


@contextmanager
def chromium_page(executable: str) -> Iterator[Page]:
    """A page in a headless Chromium of its own."""
    with _chromium(executable) as browser:
        yield new_page(browser)


_numbers = count(1)


def write_notebook(server: Server, name: str, cells: Sequence[str | nbformat.NotebookNode]) -> str:
    """Write a notebook of these code cells into the server's folder, and return its name, which no other has.

    What is written over a notebook that was open makes JupyterLab ask, perhaps, which of the two is meant.
    """
    path = Path(name)
    name = f"{path.stem}-{next(_numbers)}{path.suffix}"
    nbformat.write(notebook(cells), server.folder / name)
    return name


def notebook(cells: Sequence[str | nbformat.NotebookNode]) -> nbformat.NotebookNode:
    """Return a notebook of these code cells."""
    made = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) if isinstance(cell, str) else cell for cell in cells]
    )
    # Without it JupyterLab asks which kernel to use, and waits for an answer.
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return made


def lesson_with_lab(server: Server) -> str | None:
    """The name of the first lesson that contains a lab, in reading order."""
    for path in sorted(server.folder.glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        if any(cell.cell_type == "code" and "Lab(" in cell.source for cell in cells):
            return path.name
    return None


def ask(page: Page, function: str, argument: object = None) -> Any:
    """Call this JavaScript function in the page and return what it returns; raise if that takes too long."""
    limit = f"new Promise((_, no) => setTimeout(() => no(new Error('took over {PATIENCE} s')), {PATIENCE * 1000}))"
    return page.evaluate(f"(argument) => Promise.race([({function})(argument), {limit}])", argument)


def soon(ask: Callable[[], Any], wanted: object, by: Callable[[Any, Any], bool] = operator.eq) -> None:
    """Ask again and again until the answer is what is wanted; raise with the last answer if it never is.

    What follows from a click, a key, a theme or a size is there some time later: what Playwright's own `expect` cannot
    wait for is waited for here. `by` compares an answer with what is wanted.
    """
    until = time.monotonic() + PATIENCE
    while not by(answer := ask(), wanted):
        if time.monotonic() > until:
            raise AssertionError(f"after {PATIENCE} s the answer is {answer!r}, wanted is ({by.__name__}) {wanted!r}")
        time.sleep(0.05)


def change_theme(page: Page, theme: str) -> None:
    """Change JupyterLab's theme, and wait until it has: another change in the meantime would be forgotten."""
    ask(page, THEME, theme)
    light = str(theme.endswith("Light")).lower()
    page.wait_for_selector(f'body[data-jp-theme-light="{light}"]', state="attached")
    page.wait_for_selector("#jupyterlab-splash", state="detached")  # it lies over the page for a moment


def make_as_wide(page: Page, part: Locator, width: int) -> None:
    """Make the window so wide that this part of its page is `width` pixels wide."""

    def missing() -> int:
        by = width - round(part.bounding_box()["width"])
        if abs(by) > 1:
            page.set_viewport_size({**SCREEN, "width": page.viewport_size["width"] + by})
        return abs(by)

    soon(missing, 1, operator.le)


def shown(page: Page) -> str:
    """Return the name of the notebook that the page shows."""
    return str(ask(page, SHOWN))


def enter(page: Page, server: Server, host: str = "jupyterlab") -> None:
    """Open this host's first page, and wait until it is all there."""
    page.goto(f"{server.address}/{HOSTS[host]}?token={server.token}&reset")
    _wait_for_the_app(page)


@contextmanager
def running(page: Page, name: str) -> Iterator[None]:
    """Open the notebook of this name in the host that the page has entered, run all of it, and close it in the end."""
    if ask(page, "() => window.jupyterapp.name") == "JupyterLab":
        ask(page, OPEN, name)
    else:
        open_again(page, name)
        ask(page, RUN)
    yield
    ask(page, CLOSE)


def open_again(page: Page, name: str) -> None:
    """Show the notebook of this name in the host that the page has entered, once its kernel is there."""
    if ask(page, "() => window.jupyterapp.name") == "JupyterLab":
        ask(page, REOPEN, name)
    else:
        page.goto(ask(page, "() => location.origin") + f"/notebooks/{quote(name)}")  # each has a page of its own
        wait_for_notebook(page)


def wait_for_notebook(page: Page) -> None:
    """Wait until the page shows a notebook, and its kernel is there."""
    _wait_for_the_app(page)
    page.wait_for_function("window.jupyterapp.shell.currentWidget?.context")
    ask(page, READY)


def _wait_for_the_app(page: Page) -> None:
    page.wait_for_function("window.jupyterapp")
    ask(page, "() => window.jupyterapp.restored.then(() => null)")


def first_lab(page: Page) -> Locator:
    """Return the first lab in the notebook, once its picture is there; raise with what the cells said if none comes."""
    lab = page.locator(".imteach-lab").first
    try:
        lab.locator("svg[data-rev]").wait_for()
    except TookTooLong:
        said = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea").all_inner_texts()
        raise AssertionError("no lab appeared; the cells said:\n" + "\n".join(said)) from None
    return lab


CODE = "() => document.querySelector('.imteach-lab .lab-python code').textContent"

SURELY_READY = 1500
"""ms in which Python has said what a step would show, also on a busy machine."""


def at_this(page: Page, event: str, act: Callable[[], object], look: str) -> Any:
    """Return what this JavaScript function gives while an event in the first lab goes on, which `act` brings about.

    The lab's own listeners have heard it then, and nothing can have come from Python.
    """
    hear = f"addEventListener('{event}', () => (window.seen = ({look})()), {{once: true}})"
    page.evaluate(f"() => document.querySelector('.imteach-lab').{hear}")
    act()
    return page.evaluate("window.seen")


def as_the_click_ends(page: Page, target: Locator, look: str, event: str = "click") -> Any:
    """Hold the mouse's button down there for a while; return what this function gives as the click's event goes on."""
    target.hover()
    page.mouse.down()
    page.wait_for_timeout(SURELY_READY)
    return at_this(page, event, page.mouse.up, look)


def _wait_for(server: Server, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{server.address}/api/status?token={server.token}", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            if process.poll() is not None:
                break
            time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text('utf-8', 'replace')}")
