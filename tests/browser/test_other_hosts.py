"""A lab, a fault map and a prediction in Notebook Classic, Voilà, Shiny and Panel: what docs/hosts.md says of them.

By night, for each program is fetched from PyPI, into an environment of its own. Nothing else is fetched: what a page
asks of the web is not there.
"""

import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import driving
import nbformat
import pytest
from alike import differences
from driving import soon
from nightly import NIGHTLY
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Route, expect
from programs import ROOT, fetch, served
from test_lab_in_both_hosts import FOCUSABLE, KEEP_FOCUS, KEYS

pytestmark = pytest.mark.skipif(not NIGHTLY, reason="by night: it fetches each host")

SHOTS = Path(__file__).with_name("shots")
LAPTOP = {"width": 1366, "height": 900}
HERE = re.compile(r"^(http|ws)://127\.0\.0\.1:\d+/|^(data|blob):")

IMPORTS = "from imteach import Drop, FaultMapLab, Lab, Predict, Scenario"

GUESS = """guess = Predict("How often is hello shown on bob's phone?", Scenario("retransmit"), Drop("ack:N"),
                choices=["never", "once", "twice"], answer=lambda trace: trace.happened("show"))"""

CELLS = [IMPORTS, 'lab = Lab("dedup")\nlab', 'FaultMapLab("acked")', f"{GUESS}\nguess", "'a cell below'"]

SHINY = f"""from shiny.express import render, ui
from shinywidgets import reactive_read, render_widget
{IMPORTS}

{GUESS}
ui.input_dark_mode(id="mode")

@render_widget
def lab():
    return Lab("dedup")

@render.text
def struck():
    return "runs: " + reactive_read(lab.widget, "code")

@render_widget
def table():
    return FaultMapLab("acked")

@render_widget
def question():
    return guess.view
"""

PANEL = f"""import panel
{IMPORTS}

panel.extension("ipywidgets", theme="THEME")
{GUESS}
lab = Lab("dedup")
struck = panel.pane.Str("runs: " + lab.code)
lab.observe(lambda change: setattr(struck, "object", "runs: " + change.new), "code")
shown = (panel.pane.IPyWidget(each, sizing_mode="stretch_width") for each in (lab, FaultMapLab("acked"), guess.view))
panel.Column(struck, *shown, sizing_mode="stretch_width").servable()
"""


@dataclass(frozen=True)
class Host:
    """A program that shows widgets: what is fetched, what it is given to show, and how one comes to its page."""

    packages: tuple[str, ...]
    command: tuple[str, ...]
    files: Mapping[str, str]
    page: str
    ready: str = "true"
    run: str = "true"
    dark: str = ""  # the page where it is dark
    to_dark: str = ""  # or what is clicked there
    from_the_web: Mapping[str, str] = field(default_factory=dict)  # how a URL begins, and where the environment has it


def notebook(cells: list[str]) -> str:
    return nbformat.writes(driving.notebook(cells))


CLASSIC_READY = """window.Jupyter?.notebook?.kernel?.is_connected() && !!Jupyter.notebook.kernel.info_reply.status
    && !!Jupyter.notebook.kernel.comm_manager.targets["jupyter.widget"]"""

HOSTS = {
    "nbclassic": Host(
        packages=("nbclassic==1.3.3",),
        command=(
            *["jupyter-nbclassic", "--no-browser", "--ip=127.0.0.1", "--port={port}", "--allow-root"],
            *["--ServerApp.port_retries=0", "--IdentityProvider.token=night"],
        ),
        files={
            "cells.ipynb": notebook(CELLS),
            "lab.ipynb": notebook([IMPORTS, "Lab('dedup')"]),
            "lesson.ipynb": (ROOT / "lessons" / "07-dedup.ipynb").read_text("utf-8"),
        },
        page="/notebooks/cells.ipynb?token=night",
        ready=CLASSIC_READY,  # a widget that comes sooner is not shown, whosesoever it is
        run="Jupyter.notebook.execute_all_cells()",
    ),
    "voila": Host(
        packages=("voila==0.5.13",),
        command=("voila", "cells.ipynb", "--no-browser", "--Voila.ip=127.0.0.1", "--port={port}"),
        files={"cells.ipynb": notebook(CELLS)},
        page="/",
        dark="/?theme=dark",
    ),
    "shiny": Host(
        packages=("shiny==1.8.0", "shinywidgets==0.8.2"),
        command=("shiny", "run", "--host", "127.0.0.1", "--port", "{port}", "app.py"),
        files={"app.py": SHINY},
        page="/",
        dark="/",
        to_dark="bslib-input-dark-mode",
    ),
    "panel": Host(
        packages=("panel==1.9.4", "ipywidgets_bokeh==1.8.0", "bokeh==3.9.2"),
        command=("panel", "serve", "light.py", "dark.py", "--address", "127.0.0.1", "--port", "{port}"),
        files={"light.py": PANEL.replace("THEME", "default"), "dark.py": PANEL.replace("THEME", "dark")},
        page="/light",
        dark="/dark",
        from_the_web={"https://unpkg.com/anywidget@": "share/jupyter/nbextensions/anywidget/index.js"},
    ),
}


class Opened:
    """A host that runs, and its pages in Chromium; what went wrong in one of them is in `wrong`."""

    def __init__(self, name: str, home: Path, browser: Browser, programs: Path, address: str) -> None:
        self.name, self.host, self.home, self.programs = name, HOSTS[name], home, programs
        self._browser, self._address = browser, address
        self.wrong: list[str] = []
        self.page = self.open(self.host.page)

    def new_page(self) -> Page:
        """An empty page, as large as a laptop's screen."""
        page = self._browser.new_page(viewport=LAPTOP)
        page.set_default_timeout(30_000)
        return page

    def open(self, path: str, run: bool = True) -> Page:
        """Open this page of the host, and wait until there is a lab; in one with cells, run them first."""
        page = self.new_page()
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", lambda said: self.wrong.append(said.text) if self._is_wrong(said) else None)
        page.route(lambda url: not HERE.match(url), self._asked_elsewhere)
        page.goto(self._address + path)
        page.wait_for_function(self.host.ready)
        if run:
            page.evaluate(self.host.run)
            page.locator(".imteach-lab svg[data-rev]").first.wait_for()
        return page

    def _is_wrong(self, said: ConsoleMessage) -> bool:
        return said.type == "error" and not said.text.startswith("Failed to load resource")

    def _asked_elsewhere(self, route: Route) -> None:
        files = [file for start, file in self.host.from_the_web.items() if route.request.url.startswith(start)]
        if files:
            path = self.programs.parent / files[0]
            route.fulfill(path=path, content_type="text/javascript", headers={"Access-Control-Allow-Origin": "*"})
        else:
            route.abort()

    @property
    def lab(self) -> Locator:
        return self.page.locator(".imteach-lab").first

    def shoot(self, page: Page, name: str) -> None:
        """Save a picture of the window, to be looked at."""
        SHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SHOTS / f"{self.name}-{name}.png")


@pytest.fixture(scope="module")
def opened(
    request: pytest.FixtureRequest, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Opened]:
    name = request.param
    home = tmp_path_factory.mktemp(name)
    programs = fetch(home, *HOSTS[name].packages)
    for file, text in HOSTS[name].files.items():
        (home / file).write_text(text, "utf-8")
    with served(home, programs, HOSTS[name].command) as address:
        opened = Opened(name, home, browser, programs, address)
        yield opened
        opened.page.close()


def in_hosts(has: Callable[[str], object] = lambda _: True) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("opened", [name for name in HOSTS if has(name)], indirect=True)


def press(page: Page, target: Locator) -> None:
    """Click it with the mouse: whatever lies on top there."""
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def label(lab: Locator, packet: str) -> Locator:
    return lab.locator(f'[data-packet="{packet}"] > rect')


# In each of them


@in_hosts()
def test_a_packet_that_is_clicked_is_dropped_and_sent_again(opened: Opened) -> None:
    expect(opened.lab.locator(".lab-outcome")).to_contain_text("Nothing is dropped.")
    press(opened.page, label(opened.lab, "m1/ack:N#1"))
    expect(opened.lab.locator('[data-packet="m1/msg:R#2"]')).to_have_count(1)
    expect(opened.lab.locator(".lab-outcome")).to_contain_text("alice sees ✓✓ delivered")
    opened.page.keyboard.press("u")  # a key of the lab: undo
    expect(opened.lab.locator('[data-packet="m1/msg:R#2"]')).to_have_count(0)
    opened.page.keyboard.press("y")
    expect(opened.lab.locator('[data-packet="m1/msg:R#2"]')).to_have_count(1)
    opened.shoot(opened.page, "lab")


@in_hosts(lambda name: "runs: " in str(HOSTS[name].files))
def test_what_depends_on_the_lab_runs_again(opened: Opened) -> None:
    expect(opened.page.get_by_text('runs: Scenario("dedup").run(Drop("ack:N"))')).to_be_visible()


@in_hosts()
def test_a_cell_of_a_fault_map_opens_its_run(opened: Opened) -> None:
    cell = opened.page.locator(".imteach-map").get_by_role("button", name=re.compile("^msg:N"))
    press(opened.page, cell)
    expect(cell).to_have_attribute("aria-current", "true")
    below = opened.page.locator(".imteach-lab").nth(1)
    expect(below.locator('[data-packet="m1/msg:N#1"]')).to_have_attribute("data-fate", "dropped")
    opened.shoot(opened.page, "map")


@in_hosts()
def test_a_prediction_is_answered(opened: Opened) -> None:
    question = opened.page.locator(".imteach-predict")
    expect(question.locator("[data-verdict]")).to_have_count(0)  # no answer before one was committed
    press(opened.page, question.locator('[data-choice="1"]'))
    press(opened.page, question.locator("[data-commit]"))
    expect(question.locator("[data-verdict=wrong]")).to_contain_text("The run says: twice.")
    expect(question.locator('[data-verdict] [data-packet="m1/msg:N#2"]')).to_be_visible()
    assert '"once"' in (opened.home / ".imteach" / "progress.jsonl").read_text("utf-8")
    opened.shoot(opened.page, "question")


@in_hosts()
def test_it_looks_as_it_does_alone(opened: Opened) -> None:
    opened.lab.evaluate(
        "lab => lab.querySelectorAll('[data-act=share], [data-act=help]').forEach((one) => one.click())"
    )
    opened.shoot(opened.page, "unfolded")
    for page in (".imteach-lab", ".imteach-map", ".imteach-predict"):
        assert differences(opened.page.locator(page).first) == []


@in_hosts()
def test_it_has_room_and_the_window_does_not_scroll_sideways(opened: Opened) -> None:
    for page in (".imteach-lab", ".imteach-map", ".imteach-predict"):
        assert opened.page.locator(page).first.bounding_box()["width"] > 900
    assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@in_hosts(lambda name: HOSTS[name].dark)
def test_it_is_dark_where_the_host_is(opened: Opened) -> None:
    assert opened.lab.evaluate("lab => getComputedStyle(lab).backgroundColor") == "rgb(255, 255, 255)"
    page = opened.open(opened.host.dark)
    if opened.host.to_dark:
        page.locator(opened.host.to_dark).click()
    for one in (".imteach-lab", ".imteach-map", ".imteach-predict"):
        expect(page.locator(one).first).to_have_css("background-color", "rgb(23, 25, 30)")
    lab = page.locator(".imteach-lab").first
    press(page, label(lab, "m1/ack:N#1"))
    expect(lab.locator('[data-packet="m1/msg:R#2"]')).to_have_count(1)
    opened.shoot(page, "dark")
    page.close()


@in_hosts()
def test_nothing_went_wrong_in_a_page(opened: Opened) -> None:
    assert opened.wrong == []


# Notebook Classic, which has keys


HEARD = """() => {  // the keys that come to where Notebook Classic listens, whether it does something for them or not
    if (!window.heard) document.addEventListener("keydown", (event) => window.heard.push(event.key));
    window.heard = [];
}"""

CELLS_NOW = "Jupyter.notebook.get_cells().map((cell) => cell.get_text())"


@in_hosts(lambda name: name == "nbclassic")
def test_no_key_that_is_pressed_inside_the_lab_reaches_the_notebook(opened: Opened) -> None:
    page, lab = opened.page, opened.lab
    page.evaluate(HEARD)
    before = page.evaluate(CELLS_NOW)
    number = lab.evaluate(f"lab => ({FOCUSABLE})(lab).length")
    assert number > 15
    for place in range(number):
        lab.evaluate(KEEP_FOCUS, place)
        for key in KEYS if place in (0, number // 2) else ["x", "a", "b", "d", "d", "ArrowDown", "Enter", "Escape"]:
            page.keyboard.press(key)
        assert page.evaluate("window.heard") == [], f"element {place}"
    page.evaluate("window.removeEventListener('keyup', window.keepFocus, true)")
    assert page.evaluate(CELLS_NOW) == before


@in_hosts(lambda name: name == "nbclassic")
@pytest.mark.parametrize("where", [".lab-adds", ".lab-hint", ".lab-picture svg"])
def test_nor_does_one_behind_a_click_on_what_takes_no_focus(opened: Opened, where: str) -> None:
    page, lab = opened.page, opened.lab
    before = page.evaluate(CELLS_NOW)
    lab.locator(where).first.click(position={"x": 3, "y": 3})
    for key in "xjxdd":
        page.keyboard.press(key)
    assert page.evaluate(CELLS_NOW) == before
    assert lab.evaluate("lab => lab.contains(document.activeElement)")


@in_hosts(lambda name: name == "nbclassic")
@pytest.mark.parametrize("end", ["button.hidden = true", "button.disabled = true", "button.remove()"])
def test_nor_does_one_where_what_had_the_focus_is_gone(opened: Opened, end: str) -> None:
    page, lab = opened.page, opened.lab
    before = page.evaluate(CELLS_NOW)
    lab.evaluate(
        f"""lab => {{
            const button = lab.appendChild(document.createElement("button"));
            button.focus();
            {end};
        }}"""
    )
    for key in "xx":
        page.keyboard.press(key)
    soon(lambda: lab.evaluate("lab => lab.contains(document.activeElement)"), True)
    assert page.evaluate(CELLS_NOW) == before


@in_hosts(lambda name: name == "nbclassic")
def test_the_keys_are_the_notebooks_again_when_the_lab_is_left(opened: Opened) -> None:
    page = opened.page
    page.evaluate(HEARD)
    before = page.evaluate(CELLS_NOW)
    page.locator(".cell .input_prompt").last.click()
    page.keyboard.press("b")
    assert page.evaluate("window.heard") == ["b"]
    soon(lambda: len(page.evaluate(CELLS_NOW)), len(before) + 1)
    page.evaluate("Jupyter.notebook.delete_cells([Jupyter.notebook.ncells() - 1])")


@in_hosts(lambda name: name == "nbclassic")
def test_nothing_stands_below_a_question_of_a_lesson_before_its_cell_is_run(opened: Opened) -> None:
    page = opened.open("/notebooks/lesson.ipynb?token=night", run=False)
    asked = page.locator(".code_cell", has_text="Predict(").first
    expect(asked.locator(".output_collapsed")).to_be_visible()
    expect(asked.locator(".output")).to_be_hidden()
    page.evaluate("Jupyter.notebook.execute_cell_range(0, 4)")
    expect(asked.locator(".imteach-predict")).to_be_visible()
    page.close()


@in_hosts(lambda name: name == "nbclassic")
def test_a_saved_notebook_has_the_lab_again_and_a_picture_of_when_its_cell_was_run(opened: Opened) -> None:
    page = opened.open("/notebooks/lab.ipynb?token=night")
    lab = page.locator(".imteach-lab").first
    press(page, label(lab, "m1/ack:N#1"))
    expect(lab.locator('[data-packet="m1/msg:R#2"]')).to_have_count(1)
    page.evaluate("Jupyter.notebook.save_notebook()")
    page.reload()  # its kernel lives, so the lab does
    expect(lab.locator('[data-packet="m1/msg:R#2"]')).to_have_count(1)
    saved = opened.home / "lab.ipynb"
    soon(lambda: "A still picture." in saved.read_text("utf-8"), True)
    convert = [str(opened.programs / "jupyter-nbconvert"), "--to", "html", str(saved)]
    subprocess.run(convert, check=True, cwd=opened.home, env={"HOME": str(opened.home), "PATH": str(opened.programs)})
    page.close()
    page = opened.new_page()
    page.goto(saved.with_suffix(".html").as_uri(), wait_until="domcontentloaded")
    expect(page.get_by_alt_text(re.compile("^Sequence diagram: dedup"))).to_be_visible()
    opened.shoot(page, "converted")
    page.close()
