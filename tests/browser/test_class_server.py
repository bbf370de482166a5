"""A class's server: JupyterHub with `docs/jupyterhub_config.py`, as a learner finds it.

By night, for JupyterHub is fetched from PyPI and its proxy from npm, into a folder of their own.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import driving
import pytest
from class_server import ClassServer, class_server, install
from nightly import NIGHTLY
from playwright.sync_api import Browser, Page, expect

from imteach.course.workspace import lesson_names, shipped_lessons

pytestmark = pytest.mark.skipif(not NIGHTLY, reason="by night: it fetches JupyterHub")

SHOTS = Path(__file__).with_name("shots")
LESSON = "07-dedup.ipynb"
MINUTE = 60_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[ClassServer]:
    home = tmp_path_factory.mktemp("class")
    with class_server(home, install(home)) as server:
        yield server


def log_in(page: Page, server: ClassServer, learner: str, password: str) -> None:
    page.goto(f"{server.address}/hub/login")
    page.get_by_label("Username").fill(learner)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 1366, "height": 768}) as context:
        yield context.new_page()


def enter(page: Page, server: ClassServer, learner: str) -> None:
    """Log in, and wait until the welcome page is there with its kernel."""
    log_in(page, server, learner, server.password)
    page.wait_for_url(f"**/user/{learner}/lab/**", timeout=2 * MINUTE)
    expect(page.get_by_role("tab", name="00-welcome.ipynb").first).to_be_visible(timeout=MINUTE)
    expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible(timeout=MINUTE)


def test_nobody_gets_in_without_the_password(page: Page, server: ClassServer) -> None:
    log_in(page, server, "mallory", "no password")
    expect(page.get_by_text("Invalid username or password")).to_be_visible()
    assert not server.lessons("mallory").exists()


def test_a_learner_drops_a_packet_and_sees_the_retransmission(page: Page, server: ClassServer) -> None:
    enter(page, server, "ada")
    assert [path.name for path in sorted(server.lessons("ada").glob("*.ipynb"))] == lesson_names(shipped_lessons())
    page.get_by_role("listitem", name=LESSON).dblclick()
    notebook = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    expect(notebook.get_by_role("heading", name="Lesson 7").first).to_be_visible(timeout=MINUTE)
    expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible(timeout=MINUTE)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    last = notebook.locator(".jp-CodeCell .jp-InputPrompt").last
    expect(last).to_have_text(re.compile(r"\[\d+\]:"), timeout=MINUTE)  # nothing moves any more
    lab = notebook.locator(".imteach-lab").last
    packet = lab.locator('[role="button"][data-packet="m1/msg:R#1"]')
    packet.locator("text").first.click()
    expect(packet).to_have_attribute("data-fate", "dropped")
    expect(lab.locator('[role="button"][data-packet="m1/msg:R#2"]')).to_be_visible()
    lab.scroll_into_view_if_needed()
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=str(SHOTS / "class-server.png"))


def test_what_a_learner_changed_stays_beside_a_newer_lesson(server: ClassServer) -> None:
    server.ask("hub/api/users/grace", {})
    server.start("grace")
    mine, untouched = (server.lessons("grace") / name for name in (LESSON, "06-two-copies.ipynb"))
    mine.write_text("{}")
    server.stop("grace")
    (shipped,) = server.home.glob("env/lib/python3*/site-packages/imteach/lessons")
    for name in (LESSON, untouched.name):
        lesson = shipped / name
        lesson.write_text(lesson.read_text("utf-8").replace("# Lesson", "# Better lesson"), "utf-8")
    server.start("grace")
    assert mine.read_text() == "{}"
    assert "# Better lesson" in mine.with_suffix(".new.ipynb").read_text("utf-8")
    assert "# Better lesson" in untouched.read_text("utf-8")
    assert f"{LESSON} was changed here and stays" in server.log()


def test_a_learner_who_opens_all_lessons_keeps_five_kernels(server: ClassServer) -> None:
    server.ask("hub/api/users/edsger", {})
    kernels = f"{server.start('edsger')}/kernels"
    for _ in range(7):
        server.ask(kernels, {})
    driving.soon(lambda: len(server.ask(kernels)), 5)
