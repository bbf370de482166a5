"""A lesson on the screen at the front: `imteach lessons DIR --slides`, shown by jupyterlab-slideshow, and live.

By night, for that extension is fetched from PyPI, into a folder of its own: where it is installed, every JupyterLab has
its buttons.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import driving
import pytest
from nightly import NIGHTLY
from playwright.sync_api import Browser, Page, expect

from imteach.cli import main

pytestmark = pytest.mark.skipif(not NIGHTLY, reason="by night: it fetches jupyterlab-slideshow")

EXTENSION = ["jupyterlab-slideshow==0.3.4", "jupyterlab-fonts==3.0.0"]
LAPTOP = {"width": 1366, "height": 768}
SHOTS = Path(__file__).with_name("shots")
LESSON = "07-dedup.ipynb"
ROUND = "What does alice see in the end?"

AT_THE_BEGINNING = "() => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = 0; }"
START = "() => window.jupyterapp.commands.execute('deck:start').then(() => null)"


@pytest.fixture(scope="module")
def slides_server(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[driving.Server]:
    """`imteach lab` on a folder with slides, in a JupyterLab with the extension."""
    home = tmp_path_factory.mktemp("slides")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--prefix", str(home / "prefix")]
    subprocess.run([*pip, *EXTENSION], check=True, timeout=250)
    assert main(["lessons", str(home / "lessons"), "--slides"]) == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(home / "prefix" / "share" / "jupyter"))
        with driving.jupyterlab(home) as server:
            yield server


@pytest.fixture(scope="module")
def screen(slides_server: driving.Server, browser: Browser) -> Iterator[Page]:
    """The page with a lesson that has been run, on its first slide. No request leaves this machine."""
    with browser.new_page(viewport=LAPTOP) as page:
        elsewhere: list[str] = []
        here = re.compile(r"^(http|ws)://127\.0\.0\.1|^(data|blob):")
        page.on("request", lambda request: here.match(request.url) or elsewhere.append(request.url))
        page.goto(f"{slides_server.address}/lab?token={slides_server.token}&reset")
        page.wait_for_function("window.jupyterapp?.restored")
        page.evaluate("() => window.jupyterapp.restored.then(() => null)")
        page.evaluate(driving.OPEN, LESSON)
        expect(page.locator(".jp-Notebook").get_by_text(ROUND).last).to_be_attached()
        page.evaluate(AT_THE_BEGINNING)
        page.evaluate(START)
        yield page
        assert elsewhere == []


def go_to(page: Page, heading: str) -> None:
    """Go forward until the slide with this heading is there."""
    for _ in range(20):
        if headings(page) == [heading]:
            return
        turn(page, "forward")
    raise AssertionError(f"no slide has the heading {heading}")


def turn(page: Page, way: str) -> None:
    """Click an arrow of the screen, and give the slide time to come: nothing says when it is there."""
    page.locator(f".jp-Deck-Remote .jp-deck-mod-direction-{way}").click()
    page.wait_for_timeout(300)


def headings(page: Page) -> list[str]:
    """The headings that the screen shows."""
    return [each.inner_text() for each in page.locator(".jp-MarkdownOutput :is(h1, h2)").all() if each.is_visible()]


def test_a_round_is_a_slide_with_its_question_and_without_its_code(screen: Page) -> None:
    assert headings(screen) == ["Lesson 7: One copy"]
    go_to(screen, "Round 1: remember what was shown")
    expect(screen.get_by_text(ROUND).locator("visible=true").last).to_be_in_viewport(ratio=1)
    commit = screen.get_by_role("button", name="Commit my answer").locator("visible=true")
    expect(commit).to_be_in_viewport(ratio=1)
    assert "def what_alice_sees" not in "".join(
        each.inner_text() for each in screen.locator(".jp-InputArea-editor").all() if each.is_visible()
    )
    SHOTS.mkdir(exist_ok=True)
    screen.screenshot(path=str(SHOTS / "slide-round.png"))
    screen.get_by_text("delivered, from 500 ms on").locator("visible=true").last.click()
    commit.click()
    expect(screen.locator("[data-verdict]").locator("visible=true")).to_be_attached()
    screen.screenshot(path=str(SHOTS / "slide-verdict.png"))


def test_a_packet_is_dropped_by_a_click_on_a_slide(screen: Page) -> None:
    go_to(screen, "Your turn: the Lab")
    turn(screen, "down")
    assert headings(screen) == []  # the lab has the screen for itself
    lab = screen.locator(".imteach-lab").locator("visible=true")
    packet = lab.locator('[role="button"][data-packet="m1/ack:N#1"]')
    SHOTS.mkdir(exist_ok=True)
    screen.screenshot(path=str(SHOTS / "slide-lab.png"))
    packet.locator("path").first.click()
    expect(packet).to_have_attribute("data-fate", "dropped")
    expect(lab.locator('[role="button"][data-packet="m1/ack:N#2"]')).to_be_visible()
    screen.screenshot(path=str(SHOTS / "slide-lab-dropped.png"))
