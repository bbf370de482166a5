"""A lesson of a clone, opened with plain `jupyter lab` or Notebook 7: its outputs are in the file, and not to be seen.

In both hosts, and with Jupyter's own settings: no `imteach lab` takes part.
"""

import json
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import driving
import pytest
from axe_playwright_python.sync_playwright import Axe
from driving import soon
from playwright.sync_api import Locator, Page, expect
from test_axe import RULES, SEEN_BY_AXE

from imteach.course.hidden import shown_before_it_is_run
from imteach.course.workspace import without_answers

both = pytest.mark.parametrize("host", driving.HOSTS, indirect=True)

LESSON = Path(__file__).parents[2] / "lessons" / "02-what-the-sender-cannot-know.ipynb"

DIRTY = "() => window.jupyterapp.shell.currentWidget.context.model.dirty"

RUN_FIRST = """async (count) => {
    const { content } = window.jupyterapp.shell.currentWidget;
    for (let at = 0; at < count; at++) {
        content.activeCellIndex = at;
        await window.jupyterapp.commands.execute("notebook:run-cell");
    }
}"""

RESTART = """() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"""

CELLS = "() => window.jupyterapp.shell.currentWidget.content.widgets.map((cell) => cell.model.id)"

ACTIVE = """() => {
    const cell = window.jupyterapp.shell.currentWidget.content.activeCell;
    return cell.node === document.activeElement ? cell.model.id : document.activeElement.className;
}"""

TRUST = """() => {
    for (const { model } of window.jupyterapp.shell.currentWidget.content.widgets) model.trusted = true;
}"""

HIDE_ALL = """() => window.jupyterapp.commands.execute("notebook:hide-all-cell-outputs").then(() => null)"""

SHOW_ALL = """() => window.jupyterapp.commands.execute("notebook:show-all-cell-outputs").then(() => null)"""

_numbers = count(1)


@pytest.fixture(scope="module")
def plain(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[driving.Server]:
    """`jupyter lab`, with no more of ours than an installation brings."""
    with driving.jupyterlab(tmp_path_factory.mktemp("plain"), plain=True) as server:
        yield server


@pytest.fixture(scope="module")
def page(shared: driving.Shared, browser: object, plain: driving.Server, host: str) -> Iterator[Page]:
    with driving.new_page(shared.browser) as page:
        driving.enter(page, plain, host)
        yield page


@pytest.fixture
def opened(page: Page, plain: driving.Server) -> Iterator[Callable[[bytes], Path]]:
    """Write a lesson into a file of its own, open it, and return its path. Nothing is run."""

    def write(lesson: bytes) -> Path:
        path = plain.folder / f"lesson-{next(_numbers)}.ipynb"
        path.write_bytes(lesson)
        driving.open_again(page, path.name)
        return path

    yield write
    driving.ask(page, driving.CLOSE)


@pytest.fixture
def committed(opened: Callable[[bytes], Path]) -> Path:
    """A lesson as it is committed."""
    return opened(LESSON.read_bytes())


def cells_of(path: Path) -> list[dict[str, Any]]:
    """The code cells in this file that have outputs."""
    return [cell for cell in book(path)["cells"] if cell.get("outputs")]


def book(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text("utf-8")))


def is_hidden(cell: dict[str, Any]) -> bool:
    return bool(cell["metadata"].get("collapsed"))


def text_of(cell: dict[str, Any]) -> str:
    """How the text of its first output begins."""
    return str(cell["outputs"][0]["data"]["text/plain"][0]).strip()


def answers(path: Path) -> list[str]:
    """Lines of the outputs in this file that stand nowhere else in it."""
    cells = book(path)["cells"]
    written = "".join(line for cell in cells for line in cell["source"])
    texts = [
        line.strip()
        for cell in cells_of(path)
        if not shown_before_it_is_run(cell)
        for output in cell["outputs"]
        for line in output.get("text", output.get("data", {}).get("text/plain"))
    ]
    return [line for line in texts if line and line not in written]


def seen_in(page: Page) -> Locator:
    """The notebook that is shown."""
    return page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook")


def invitations(page: Page) -> Locator:
    return seen_in(page).get_by_text("Run this cell to see what happens.", exact=True)


def outputs(page: Page) -> Locator:
    return seen_in(page).locator(".jp-OutputArea-output")


HIDDEN = len([cell for cell in cells_of(LESSON) if not shown_before_it_is_run(cell)])
STILLS = len(cells_of(LESSON)) - HIDDEN
"""A lab's still picture says how to make it live: there is no question to answer."""


def test_the_lesson_has_both() -> None:
    assert HIDDEN > 5
    assert STILLS == 1


@both
def test_no_answer_is_seen_and_opening_it_changes_nothing(page: Page, committed: Path) -> None:
    expect(invitations(page)).to_have_count(HIDDEN)
    expect(outputs(page)).to_have_count(STILLS)
    lines = answers(LESSON)
    assert len(lines) > 10
    text = seen_in(page).text_content()
    assert [line for line in lines if line in text] == []
    assert committed.read_bytes() == LESSON.read_bytes()
    driving.ask(page, driving.READY)
    told = "() => Boolean(window.jupyterapp.shell.currentWidget.model.getMetadata('language_info').version)"
    soon(lambda: driving.ask(page, told), True)  # Jupyter writes down what the kernel says of its language
    soon(lambda: driving.ask(page, driving.SAVE), False)
    assert book(committed)["cells"] == book(LESSON)["cells"]
    assert book(committed)["metadata"]["imteach"] == book(LESSON)["metadata"]["imteach"]
    before = committed.read_bytes()
    driving.ask(page, driving.CLOSE)
    driving.open_again(page, committed.name)
    expect(invitations(page)).to_have_count(HIDDEN)
    assert driving.ask(page, DIRTY) is False
    assert committed.read_bytes() == before


def test_without_our_extension_jupyter_hides_them_itself(page: Page, plain: driving.Server, committed: Path) -> None:
    """The kernel may live elsewhere than Jupyter. The line then has how the output begins."""
    with driving.new_page(page.context.browser) as other:
        other.route("**/extensions/imteach/**", lambda route: route.abort())
        driving.enter(other, plain)
        driving.open_again(other, committed.name)
        expect(seen_in(other).locator(".jp-OutputPlaceholder")).to_have_count(HIDDEN)
        expect(outputs(other)).to_have_count(STILLS)
        expect(invitations(other)).to_have_count(0)


@both
def test_what_is_run_is_shown_and_stays_and_the_rest_stays_hidden(page: Page, committed: Path) -> None:
    _, second, *others = cells_of(LESSON)
    expect(invitations(page)).to_have_count(HIDDEN)
    driving.ask(page, RUN_FIRST, driving.ask(page, CELLS).index(second["id"]) + 1)
    expect(invitations(page)).to_have_count(HIDDEN - 2)
    expect(seen_in(page).locator(".imteach-predict").first).to_be_visible()
    expect(outputs(page).get_by_text(text_of(second)).first).to_be_visible()
    soon(lambda: driving.ask(page, driving.SAVE), False)
    assert [cell["outputs"] for cell in cells_of(committed)[2:]] == [cell["outputs"] for cell in others]
    assert [is_hidden(cell) for cell in cells_of(committed)] == [False, False, *map(is_hidden, others)]
    driving.ask(page, RESTART)
    expect(outputs(page).get_by_text(text_of(second)).first).to_be_visible()
    page.reload()
    driving.wait_for_notebook(page)
    expect(outputs(page).get_by_text(text_of(second)).first).to_be_visible()
    expect(invitations(page)).to_have_count(HIDDEN - 2)
    expect(outputs(page)).to_have_count(STILLS + 2)


@both
def test_whoever_asks_for_it_sees_what_was_saved(page: Page, committed: Path) -> None:
    """By keys, and without the mouse's click on the line, which chooses the cell."""
    expect(invitations(page)).to_have_count(HIDDEN)
    driving.ask(page, TRUST)  # then Jupyter makes the outputs anew
    invitations(page).first.click()
    expect(invitations(page)).to_have_count(HIDDEN)
    button = seen_in(page).get_by_role("button", name="Show the saved output").nth(1)
    button.press("Enter")
    expect(invitations(page)).to_have_count(HIDDEN - 1)
    expect(outputs(page)).to_have_count(STILLS + 1)
    assert driving.ask(page, ACTIVE) == cells_of(committed)[1]["id"]  # where the focus is, too
    driving.ask(page, SHOW_ALL)  # "View", as a teacher may
    expect(invitations(page)).to_have_count(0)
    expect(outputs(page)).to_have_count(len(cells_of(LESSON)))


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing_to_mend_in_the_line(page: Page, committed: Path, theme: str) -> None:
    expect(invitations(page)).to_have_count(HIDDEN)
    invitations(page).first.scroll_into_view_if_needed()
    driving.change_theme(page, theme)
    driving.ask(page, SEEN_BY_AXE, "visible")

    def to_mend() -> list[str]:
        found = Axe().run(page, context=".imteach-hidden", options=RULES).response
        assert "color-contrast" in [rule["id"] for rule in found["passes"] + found["violations"]]
        return [f"{broken['id']}: {node['html']}" for broken in found["violations"] for node in broken["nodes"]]

    soon(to_mend, [])
    driving.change_theme(page, "JupyterLab Light")


@both
def test_what_was_handed_out_never_hides_what_a_learner_saved(page: Page, opened: Callable[[bytes], Path]) -> None:
    opened(without_answers(LESSON.read_bytes()))
    expect(outputs(page)).to_have_count(STILLS)
    expect(invitations(page)).to_have_count(0)
    driving.ask(page, driving.RUN)
    expect(outputs(page)).to_have_count(len(cells_of(LESSON)))
    soon(lambda: driving.ask(page, driving.SAVE), False)
    page.reload()
    driving.wait_for_notebook(page)
    expect(outputs(page)).to_have_count(len(cells_of(LESSON)))
    expect(invitations(page)).to_have_count(0)
    driving.ask(page, HIDE_ALL)  # what they collapse themselves has Jupyter's own line
    expect(outputs(page)).to_have_count(0)
    expect(invitations(page)).to_have_count(0)
    expect(seen_in(page).get_by_role("button", name="Show the saved output")).to_have_count(0)
