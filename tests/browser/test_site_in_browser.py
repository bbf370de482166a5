"""`imteach site` in Chromium, with no other address to be had: every lesson runs, and work that was saved stays.

By night, for JupyterLite, Pyodide and wheels are fetched.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import driving
import nbformat
import pytest
from driving import soon
from nightly import NIGHTLY
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sites import ROOT, Site, served

from imteach.course.site.build import VERSION
from imteach.teacher.outputs import code_cells, differences, tidy

pytestmark = pytest.mark.skipif(not NIGHTLY, reason="by night: it fetches JupyterLite and Pyodide")

SHOTS = Path(__file__).with_name("shots")
HERE = re.compile(r"^http://127\.0\.0\.1:\d+/|^(data|blob):")
MINUTE = 60_000


NEWER = "02-what-the-sender-cannot-know.new.ipynb"

LISTED = """async (begin) => {
    const {content} = await window.jupyterapp.serviceManager.contents.get("");
    return content.map(({name}) => name).filter((name) => name.startsWith(begin)).sort();
}"""

LAST_HAS_RUN = """() => {
    const cells = window.jupyterapp.shell.currentWidget.content.widgets.filter(({model}) => model.type === "code");
    const {executionCount, executionState} = cells.at(-1).model;
    return executionCount !== null && executionState === "idle";
}"""

EXECUTE = """async (code) => {
    const done = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({code});
    const said = [];
    done.onIOPub = ({content}) => said.push(content.text ?? "");
    await done.done;
    return said.join("");
}"""


@pytest.fixture(scope="module")
def site(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def address(site: Site) -> Iterator[str]:
    with served(site.folder) as address:
        yield address


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
    shown = driving.as_the_click_ends(page, packet.locator("rect"), driving.CODE)
    assert shown.endswith('Drop("ack:N"))')  # Python, here in a worker, had said it beforehand
    expect(packet).to_have_attribute("data-fate", "dropped")
    expect(lab.locator('[role="button"][data-packet="m1/msg:R#2"]')).to_be_visible()
    expect(lab).to_contain_text("m1/ack:N#1 is dropped.")
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=str(SHOTS / "site-dropped.png"))


OPEN = "(path) => window.jupyterapp.commands.execute('docmanager:open', {path}).then(() => null)"
KERNEL_OF = """(path) => [...window.jupyterapp.shell.widgets("main")]
    .find(({context}) => context?.path === path)?.sessionContext.session?.kernel?.status ?? null"""


@pytest.fixture
def newcomer(browser: Browser) -> Iterator[Page]:
    """The page of a reader who has no lesson open yet."""
    with browser.new_context(viewport=driving.SCREEN) as context:
        yield context.new_page()


def test_the_lessons_that_were_looked_at_last_have_a_python(newcomer: Page, address: str, site: Site) -> None:
    page = newcomer
    lessons = sorted(path.name for path in (site.folder / "files").glob("*.ipynb"))[:5]
    page.goto(f"{address}/lab/index.html?path={lessons[0]}")
    wait_for_python(page)
    for lesson in lessons[1:]:
        driving.ask(page, OPEN, lesson)
        page.wait_for_function(f"(path) => ({KERNEL_OF})(path) === 'idle'", arg=lesson, timeout=2 * MINUTE)
    soon(lambda: [driving.ask(page, KERNEL_OF, lesson) for lesson in lessons], [None, None, "idle", "idle", "idle"])
    assert len(page.workers) == 3
    page.reload()
    wait_for_python(page)
    page.wait_for_timeout(3000)
    assert len(page.workers) == 1  # of all the tabs that are there again, that of the one in sight
    driving.ask(page, OPEN, lessons[1])
    page.evaluate(driving.RUN)  # before its Python is there
    page.wait_for_function(LAST_HAS_RUN, timeout=MINUTE)
    assert len(page.workers) == 2
    assert page.locator(".jp-Dialog").count() == 0


def test_what_a_reader_saved_stays_under_a_new_site(page: Page, address: str, site: Site) -> None:
    page.goto(f"{address}/lab/index.html?path=02-what-the-sender-cannot-know.ipynb")
    wait_for_python(page)
    page.evaluate("() => window.jupyterapp.shell.currentWidget.model.cells.get(0).sharedModel.setSource('mine')")
    assert driving.ask(page, driving.SAVE) is False
    site.build()
    for lesson in site.folder.glob("files/0[23]-*.ipynb"):
        better = lesson.read_text("utf-8").replace("# Lesson", "# Better lesson")
        lesson.write_text(better.replace(f'"{VERSION}": "', f'"{VERSION}": "better '), "utf-8")
    for _ in range(2):  # the second time the better one is there already
        page.goto(f"{address}/lab/index.html?path=02-what-the-sender-cannot-know.ipynb")
        wait_for_python(page)
        first = "() => window.jupyterapp.shell.currentWidget.model.cells.get(0).sharedModel.source"
        assert page.evaluate(first) == "mine"
    soon(lambda: page.evaluate(LISTED, "02-"), ["02-what-the-sender-cannot-know.ipynb", NEWER])
    page.goto(f"{address}/lab/index.html?path={NEWER}")
    expect(page.get_by_role("heading", name="Better lesson 2").locator("visible=true")).to_be_attached(timeout=MINUTE)
    page.goto(f"{address}/lab/index.html?path=03-six-packets.ipynb")
    expect(page.get_by_role("heading", name="Better lesson 3").locator("visible=true")).to_be_attached(timeout=MINUTE)


def test_that_there_is_a_newer_lesson_is_said_and_it_can_be_opened(page: Page, address: str, site: Site) -> None:
    page.goto(f"{address}/lab/index.html?path=04-lose-each-packet-once.ipynb")
    wait_for_python(page)
    assert driving.ask(page, driving.SAVE) is False
    (lesson,) = site.folder.glob("files/04-*.ipynb")
    lesson.write_text(lesson.read_text("utf-8").replace(f'"{VERSION}": "', f'"{VERSION}": "better '), "utf-8")
    page.reload()
    said = page.get_by_text("A newer version of this lesson stands beside yours: 04-lose-each-packet-once.new.ipynb")
    expect(said).to_be_visible(timeout=MINUTE)
    page.screenshot(path=str(SHOTS / "site-newer.png"))
    page.get_by_role("button", name="Open it").click()
    soon(lambda: driving.shown(page), "04-lose-each-packet-once.new.ipynb")


# Every lesson


def differing(lesson: Path, ran: nbformat.NotebookNode) -> list[str]:
    """Which outputs differ from the saved ones, as `imteach validate` says it, but for what a browser cannot have."""
    saved = nbformat.read(str(lesson), as_version=4)
    for book in (saved, ran):
        tidy(book)
        for cell in code_cells(book):
            for output in cell.outputs:
                if output.output_type == "error":  # this kernel gives the class and not its name
                    output.ename = re.sub(r"^<class '(?:\w+\.)*(\w+)'>$", r"\1", output.ename)
                    output.traceback = []
                text = output.get("data", {}).get("text/plain", "")
                if text.startswith(("Plot of shares", "The program that draws this plot")) or "Your progress" in text:
                    output.data = {"text/plain": text.partition("Plot of shares")[2].partition("Nothing is kept")[0]}
    return [str(wrong) for wrong in differences(saved, ran)]


@pytest.mark.parametrize("lesson", sorted((ROOT / "lessons").glob("*.ipynb")), ids=lambda lesson: lesson.name[:2])
def test_run_all_gives_what_the_lesson_was_saved_with(page: Page, address: str, lesson: Path) -> None:
    page.goto(f"{address}/lab/index.html?path={lesson.name}")
    wait_for_python(page)
    page.evaluate(driving.RUN)
    page.wait_for_function(LAST_HAS_RUN, timeout=MINUTE)
    ran = page.evaluate("() => JSON.stringify(window.jupyterapp.shell.currentWidget.model.toJSON())")
    assert differing(lesson, nbformat.reads(ran, as_version=4)) == []


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
