"""A still picture on a page: the page chooses its theme, and where nothing chooses it is light."""

from io import BytesIO

import needs
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from imteach import Crash, Drop, Partition, Say, Scenario, state_graph, sweep
from imteach.themes import COLOURS, DARK

STILL = {
    "trace": lambda: Scenario("retransmit", say=[Say("hello"), Say("still there?", at=40)]).run(
        Drop("m1/ack:N"), Crash("bob", at=700, down=100), Partition("alice", "server", at=500, lasting=100)
    ),
    "plot": lambda: sweep(Scenario("dedup"), losses=[0, 0.3], messages=50).plot(),
    "graph": lambda: state_graph(Scenario("basic"), faults=1),
}
PICTURES = [pytest.param(name, marks=needs.dot if name == "graph" else ()) for name in STILL]

DARK_PAGE = "img.imteach-picture {color-scheme: dark !important}"  # what a page with a dark theme says


@pytest.fixture(scope="module")
def still() -> dict[str, str]:
    return {}


def html(still: dict[str, str], name: str) -> str:
    """The picture as a notebook shows it, without what stands below it."""
    if name not in still:
        shown = STILL[name]()._repr_mimebundle_()["text/html"]
        still[name] = shown[shown.index("<img") :].partition(">")[0] + ">"
    return still[name]


@pytest.fixture(scope="module")
def pages(browser: Browser):
    """A page for each choice of the operating system."""

    def page(**system: str) -> Page:
        return browser.new_page(viewport={"width": 1700, "height": 1300}, **system)

    return page


def drawn(page: Page, picture: str, css: str) -> Image.Image:
    page.set_content(f"<style>{css}</style>{picture}")
    image = page.locator("img")
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 300
    return Image.open(BytesIO(image.screenshot())).convert("RGB")


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def paper_and_inks(image: Image.Image) -> tuple[tuple[int, ...], set[tuple[int, ...]]]:
    """The colour that most of a picture has, and all that can be seen in it."""
    counted = image.getcolors(image.width * image.height)
    return max(counted)[1], {colour for count, colour in counted if count >= 5}


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("system", ["light", "dark"])
@pytest.mark.parametrize("forced", ["none", "active"])
def test_the_page_chooses_whatever_the_system_says(pages, still, name, system, forced):
    page = pages(color_scheme=system, forced_colors=forced)
    for css, is_dark in (("", False), ("html {color-scheme: dark}", False), (DARK_PAGE, True)):
        paper, inks = paper_and_inks(drawn(page, html(still, name), css))
        colours, others = (DARK, COLOURS) if is_dark else (COLOURS, DARK)
        assert paper == rgb(colours["paper"]), css
        assert rgb(colours["ink"]) in inks  # words, whatever colours the system forces on pages
        assert not inks & {rgb(others[colour]) for colour in ("paper", "ink", "drop")}
    page.close()


@pytest.mark.parametrize("name", PICTURES)
def test_how_it_looks_in_both_themes(pages, still, name, request):
    """Nothing to assert but that it is drawn: to be looked at."""
    page = pages()
    shots = request.path.parent / "shots"
    shots.mkdir(exist_ok=True)
    for theme, css in (("light", ""), ("dark", DARK_PAGE)):
        drawn(page, html(still, name), css).save(shots / f"still-{name}-{theme}.png")
    page.close()


@pytest.mark.parametrize(("system", "colours"), [("light", COLOURS), ("dark", DARK)])
def test_a_file_that_stands_alone_follows_the_system(pages, tmp_path, system, colours):
    (tmp_path / "trace.svg").write_text(STILL["trace"]().to_svg(), "utf-8")
    page = pages(color_scheme=system)
    page.goto((tmp_path / "trace.svg").as_uri())
    image = Image.open(BytesIO(page.screenshot())).convert("RGB")
    assert image.getpixel((2, 2)) == rgb(colours["paper"])
    beside = image.getpixel((image.width - 2, image.height - 2))  # the window is larger
    assert all(abs(one - other) < 16 for one, other in zip(beside, rgb(colours["paper"]), strict=True))
    page.close()


def test_inside_a_page_the_page_sets_the_colours(pages):
    page = pages(color_scheme="dark")
    page.set_content(f'<div style="--imt-paper: #123456">{STILL["trace"]().to_svg()}</div>')
    paper, inks = paper_and_inks(Image.open(BytesIO(page.locator("svg").screenshot())).convert("RGB"))
    assert paper == rgb("#123456")
    assert rgb(COLOURS["ink"]) in inks
    page.close()
