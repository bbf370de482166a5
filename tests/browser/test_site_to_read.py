"""The site to read: built with no warning, every link followed, its pages opened, a packet clicked in a page.

By night, for Sphinx and its friends are fetched from PyPI, into an environment of their own.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from threading import Thread
from urllib.parse import unquote

import pytest
from axe_playwright_python.sync_playwright import Axe
from driving import soon
from nightly import NIGHTLY
from playwright.sync_api import Browser, Page, Request, expect

pytestmark = pytest.mark.skipif(not NIGHTLY, reason="by night: it fetches Sphinx")

ROOT = Path(__file__).parents[2]
BASE = "/some/where/"  # the site stands under any path
RULES = {
    "runOnly": ["wcag2a", "wcag2aa"],
    "preload": False,  # or axe asks for style sheets itself
    "rules": {"definition-list": {"enabled": False}},  # Sphinx has each parameter in a <dd> without a <dt>
}
LOADED = {"script": "src", "img": "src", "iframe": "src", "link": "href", "source": "src", "video": "src"}


class Links(HTMLParser):
    """What a page holds: its anchors, where it leads, what it loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.leads: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        self.anchors |= {has[name] for name in ("id", "name") if name in has}
        if tag == "a" and "href" in has:
            self.leads.append(has["href"])
        if (name := LOADED.get(tag)) in has:
            self.loads.append(has[str(name)])


class Quiet(SimpleHTTPRequestHandler):
    """A server of files, under `BASE` only."""

    def translate_path(self, path: str) -> str:
        return super().translate_path("/" + path.removeprefix(BASE) if path.startswith(BASE) else "/not/here")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, as its one command builds it."""
    home = tmp_path_factory.mktemp("reading")
    python = os.environ.get("IMTEACH_READING_PYTHON")  # one that has it all, to try this test again
    if python is None:
        subprocess.run([sys.executable, "-m", "venv", str(home / "venv")], check=True)
        python = str(home / "venv" / "bin" / "python")
        subprocess.run([python, "-m", "pip", "install", "--quiet", f"{ROOT}[lab,docs]"], check=True, timeout=600)
    command = [python, str(ROOT / "tools" / "reading_site.py"), "-o", str(home / "site")]
    built = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False, timeout=900)
    assert built.returncode == 0, built.stdout + built.stderr
    return home / "site"


@pytest.fixture(scope="module")
def origin(site: Path) -> Iterator[str]:
    """Where it is served."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


@pytest.fixture
def page(browser: Browser, origin: str) -> Iterator[Page]:
    """A page, which may ask nobody but the site's own server, and for nothing that is not there."""
    asked: list[Request] = []
    refused: list[str] = []
    with browser.new_page(viewport={"width": 1366, "height": 900}, base_url=origin + BASE) as page:
        page.on("request", lambda request: asked.append(request))
        page.on("response", lambda response: refused.append(response.url) if response.status >= 400 else None)
        page.on("pageerror", lambda error: refused.append(str(error)))
        yield page
    elsewhere = [request.url for request in asked if not request.url.startswith((origin + BASE, "data:", "blob:"))]
    assert (elsewhere, refused) == ([], [])


def read(site: Path) -> dict[Path, Links]:
    return {file: Links(file.read_text("utf-8")) for file in files(site)}


def files(site: Path) -> list[Path]:
    """Its pages; the theme puts one of its own templates beside its scripts."""
    return [file for file in sorted(site.rglob("*.html")) if "_static" not in file.parts]


def test_every_link_leads_somewhere_and_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    pages = read(site)
    assert len(pages) > 60
    wrong = []
    followed = 0
    for file, links in pages.items():
        for link in links.loads + links.leads:
            if (re.match(r"https?://|mailto:", link) and link not in links.loads) or link.startswith("data:"):
                continue
            path, _, anchor = link.partition("#")
            target = (file.parent / unquote(path.partition("?")[0])).resolve() if path else file
            there = target.is_file() and target.is_relative_to(site.resolve())
            followed += 1
            if not there or (anchor and target in pages and unquote(anchor) not in {"", *pages[target].anchors}):
                wrong.append(f"{file.relative_to(site)}: {link}")
    assert followed > 5000
    assert wrong == []


def test_every_public_name_has_an_entry_with_its_example(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools" / "reading"))
    reference = import_module("reference_pages")
    texts = {room: (site / "api" / f"{room}.html").read_text("utf-8") for room in reference.ROOMS}
    examples = 0
    for room, names in reference.public().items():
        for name in names:
            under, own = reference.entries()[name]
            _, found, entry = texts[own].partition(f' id="{under}.{name}">')
            assert found, f"{room}.{name}"
            assert f'#{under}.{name}"' in texts[room] or own == room
            if ">>> " in reference.doc(name, reference.value_of(under, name)):
                examples += 1
                entry = re.split(rf' id="{re.escape(under)}\.[A-Za-z_]+">', entry)[0]
                assert 'class="doctest ' in entry or "highlight-pycon" in entry or "gp" in entry, name
    assert examples > 80


def test_no_page_asks_anybody_else(site: Path, page: Page) -> None:
    for file in files(site):
        if "_modules" not in file.parts:
            page.goto(str(file.relative_to(site)), wait_until="load")


@pytest.mark.parametrize("where", ["index.html", "lessons/05-timeout-and-retransmission.html"])
def test_a_packet_clicked_in_a_page_is_sent_again(page: Page, where: str) -> None:
    page.goto(where)
    page.locator(".lab-frame").scroll_into_view_if_needed()
    lab = page.frame_locator(".lab-frame iframe")
    expect(lab.locator('[data-packet="m1/msg:R#1"]')).to_have_count(1)
    expect(lab.locator('[data-packet="m1/msg:R#2"]')).to_have_count(0)
    lab.locator('[data-packet="m1/msg:R#1"] > rect').click()
    expect(lab.locator('[data-packet="m1/msg:R#2"]')).to_have_count(1)


def test_what_a_cell_gives_is_seen_when_it_is_opened(page: Page) -> None:
    page.goto("lessons/07-dedup.html")
    given = page.get_by_text("m1 failed, shown to bob 1 time")
    expect(given).to_be_hidden()
    expect(page.get_by_text("What does alice see in the end?").locator("visible=true").first).to_be_visible()
    folded = page.locator("details.hide", has=given)
    folded.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(given).to_be_visible()


def test_an_answer_is_seen_when_its_reader_opens_it(page: Page) -> None:
    page.goto("lessons/07-dedup.html")
    question = page.locator(".tag_hide-input").filter(has_text="What does alice see in the end?").first
    picture = question.locator(".answer img")
    expect(question.get_by_text("failed, from 900 ms on").locator("visible=true")).to_have_count(1)  # a choice
    expect(picture).to_be_hidden()
    question.get_by_text("choose first, then open").click()
    expect(picture).to_be_visible()
    expect(question.locator(".answer > p")).to_have_text("delivered, from 500 ms on")


def test_it_is_found_by_keys_from_a_server_and_from_the_disk(page: Page, browser: Browser, site: Path) -> None:
    page.goto("index.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("heartbeat")
    page.keyboard.press("Enter")
    expect(page.locator("#search-results li").first).to_be_visible()
    with browser.new_page() as disk:
        disk.goto(f"{(site / 'search.html').as_uri()}?q=heartbeat")
        expect(disk.locator("#search-results li").first).to_be_visible()
        said = disk.locator("#search-results li", has_text="Lesson 12: Groups")  # whose title does not say so
        expect(said).to_contain_text("heartbeat")


@pytest.mark.parametrize("width", [1366, 800])
def test_a_lab_in_a_lesson_has_the_room_that_it_takes(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    page.goto("lessons/05-timeout-and-retransmission.html")
    frame = page.locator(".lab-frame iframe")
    frame.scroll_into_view_if_needed()
    lab = page.frame_locator(".lab-frame iframe")
    picture = lab.locator(".lab-picture")
    expect(picture.locator("svg[data-rev]")).to_have_count(1)
    soon(lambda: picture.evaluate("element => element.scrollHeight - element.clientHeight"), 0)
    soon(lambda: picture.evaluate("() => document.documentElement.scrollHeight - innerHeight"), 0)
    expect(lab.locator("h1")).to_be_hidden()  # the lesson has said it
    if width == 1366:
        assert picture.evaluate("element => element.scrollWidth - element.clientWidth") == 0


def test_the_reader_chooses_the_dark_also_for_labs_and_pictures(page: Page) -> None:
    page.goto("gallery/index.html")
    page.get_by_role("button", name="Color mode").click()
    page.get_by_role("button", name="Dark").click()
    page.locator(".lab-frame").scroll_into_view_if_needed()
    frame = page.frame_locator(".lab-frame iframe").locator("html")
    expect(frame.locator(".imteach-lab svg[data-rev]")).to_have_count(1)
    expect(frame).to_have_css("background-color", "rgb(17, 19, 23)")
    picture = page.locator("img.imteach-picture").first
    expect(picture).to_have_css("color-scheme", "dark")
    expect(picture).to_have_css("filter", "none")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1366, 400])
def test_pages_keep_the_rules_that_a_program_can_check(page: Page, scheme: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    for where in ("index", "lessons/07-dedup", "gallery/index", "api/imteach.scenario", "docs/python"):
        page.goto(f"{where}.html")
        page.wait_for_load_state("networkidle")
        found = Axe().run(page, options=RULES)
        assert not found.response["violations"], f"{where}\n{found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{where} is wider than the window"
