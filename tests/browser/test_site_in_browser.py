"""`imteach site` in Chromium, with no other address to be had: a packet is dropped, and work that was saved stays.

By night, for JupyterLite, Pyodide and wheels are fetched, into an environment of its own: where JupyterLite is, every
JupyterLab has its extension.
"""

import json
import os
import re
import subprocess
import sys
import threading
import tomllib
import venv
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import driving
import pytest
from nightly import NIGHTLY
from playwright.sync_api import Browser, BrowserContext, Page, expect

import imteach

pytestmark = pytest.mark.skipif(not NIGHTLY, reason="by night: it fetches JupyterLite and Pyodide")

ROOT = Path(imteach.__file__).parents[1]
SHOTS = Path(__file__).with_name("shots")
HERE = re.compile(r"^http://127\.0\.0\.1:\d+/|^(data|blob):")
MINUTE = 60_000


EXECUTE = """async (code) => {
    const done = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({code});
    const said = [];
    done.onIOPub = ({content}) => said.push(content.text ?? "");
    await done.done;
    return said.join("");
}"""


class Quiet(SimpleHTTPRequestHandler):
    """A web server that only hands files out, as any does."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Site:
    """A site in a folder, what builds it, and the address at which it is served."""

    def __init__(self, home: Path) -> None:
        self.home, self.folder = home, home / "site"
        venv.create(home / "env", with_pip=True)
        self.python = home / "env" / "bin" / "python"
        packages = next((home / "env" / "lib").glob("python3*")) / "site-packages"
        beside = [str(ROOT), *(each for each in sys.path if each.endswith("-packages"))]
        (packages / "beside.pth").write_text("\n".join(beside))  # so that pip fetches only what is not here
        extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
        self.run("pip", "install", "--quiet", *extras["site"])
        self.build()

    def run(self, module: str, *arguments: str) -> str:
        """Run one of the environment's programs."""
        env = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IMTEACH"))}
        command = [self.python, "-m", module, *arguments]
        done = subprocess.run(command, cwd=self.home, env=env, capture_output=True, text=True, timeout=400, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def build(self) -> None:
        """Build the site, or build it anew."""
        self.run("imteach", "site", "-o", str(self.folder))


@pytest.fixture(scope="module")
def site(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def address(site: Site) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site.folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[BrowserContext]:
    """A reader's browser that reaches the site and nothing else."""
    with browser.new_context(viewport=driving.SCREEN) as context:
        elsewhere: list[str] = []
        context.on("request", lambda request: HERE.match(request.url) or elsewhere.append(request.url))
        context.route(lambda url: not HERE.match(url), lambda route: route.abort())
        yield context
        assert elsewhere == []


@pytest.fixture
def page(reader: BrowserContext) -> Iterator[Page]:
    with reader.new_page() as page:
        yield page


def wait_for_python(page: Page) -> None:
    """Wait until the line that says what is loading is gone."""
    expect(page.locator("#imteach-loading")).to_have_count(0, timeout=2 * MINUTE)
    page.evaluate(driving.READY)


def test_it_says_what_is_loading_before_anything_is_there(page: Page, address: str) -> None:
    page.goto(f"{address}/lab/index.html?path=01-three-packets.ipynb", wait_until="commit")
    line = page.locator("#imteach-loading")
    expect(line).to_have_text(re.compile("first JupyterLab, then Python"))
    assert page.evaluate("() => window.jupyterapp === undefined")
    expect(line).to_have_text(re.compile("Python is starting"), timeout=MINUTE)
    wait_for_python(page)


def test_a_packet_is_dropped_by_a_click_on_its_label(page: Page, address: str) -> None:
    page.goto(address)
    wait_for_python(page)
    assert driving.shown(page) == "00-welcome.ipynb"
    page.evaluate(driving.RUN)
    lab = page.locator(".imteach-lab").first
    packet = lab.locator('[role="button"][data-packet="m1/ack:N#1"]')
    expect(lab.locator('[data-part="time"]')).to_have_attribute("aria-valuetext", "200 ms of 200 ms", timeout=MINUTE)
    packet.locator("text").first.click()
    expect(packet).to_have_attribute("data-fate", "dropped")
    expect(lab.locator('[role="button"][data-packet="m1/msg:R#2"]')).to_be_visible()
    expect(lab).to_contain_text("m1/ack:N#1 is dropped.")
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=str(SHOTS / "site-dropped.png"))


def test_what_a_reader_saved_stays_under_a_new_site(page: Page, address: str, site: Site) -> None:
    page.goto(f"{address}/lab/index.html?path=02-what-the-sender-cannot-know.ipynb")
    wait_for_python(page)
    page.evaluate("() => window.jupyterapp.shell.currentWidget.model.cells.get(0).sharedModel.setSource('mine')")
    assert driving.ask(page, driving.SAVE) is False
    site.build()
    for lesson in site.folder.glob("files/0[23]-*.ipynb"):
        lesson.write_text(lesson.read_text("utf-8").replace("# Lesson", "# Better lesson"), "utf-8")
    page.goto(f"{address}/lab/index.html?path=02-what-the-sender-cannot-know.ipynb")
    wait_for_python(page)
    assert page.evaluate("() => window.jupyterapp.shell.currentWidget.model.cells.get(0).sharedModel.source") == "mine"
    page.goto(f"{address}/lab/index.html?path=03-six-packets.ipynb")
    expect(page.get_by_role("heading", name="Better lesson 3").locator("visible=true")).to_be_attached(timeout=MINUTE)


def test_progress_stays_when_the_page_is_closed(page: Page, address: str) -> None:
    lesson = f"{address}/lab/index.html?path=05-timeout-and-retransmission.ipynb"
    asked = 'Predict("Sent?", Scenario("basic"), Drop("msg:N"), choices=["yes", "no"], answer=lambda _: "yes")'
    page.goto(lesson)
    wait_for_python(page)
    page.evaluate(EXECUTE, f"from imteach import Drop, Predict, Scenario\n{asked}.answer('yes')")
    page.goto(lesson)
    wait_for_python(page)
    assert '"about": "Sent?"' in page.evaluate(EXECUTE, "print(open('progress.jsonl').read())")


def test_no_answer_stands_below_its_question(site: Site) -> None:
    lessons = sorted((site.folder / "files").glob("*.ipynb"))
    assert len(lessons) > 15
    for lesson in lessons:
        cells = json.loads(lesson.read_text("utf-8"))["cells"]
        assert all("lab" in cell["metadata"].get("tags", []) for cell in cells if cell.get("outputs")), lesson.name


def test_nothing_but_the_site_is_in_its_folder(site: Site) -> None:
    extensions = {path.parent.name for path in site.folder.glob("extensions/**/package.json")}
    assert extensions == {"imteach", "anywidget", "jupyterlab-manager", "pyodide-kernel-extension"}
    assert [path.name for path in site.home.iterdir() if path.name.startswith(".")] == []
