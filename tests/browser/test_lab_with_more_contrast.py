"""The lab in the colours of a high contrast theme, and for those who ask for more contrast: each state is still seen.

`forced_colors` takes all backgrounds and shadows away and gives text and edges the system's colours; Chromium emulates
both, and says what each thing looks like in the end.
"""

from collections.abc import Iterator
from typing import Any

import driving
import pytest
from alone_with_python import Desk
from playwright.sync_api import Browser, Locator, Page, expect

from imteach import Delay, Drop, Lab

MODES: dict[str, dict[str, Any]] = {
    "forced": {"forced_colors": "active"},
    "forced-dark": {"forced_colors": "active", "color_scheme": "dark"},
    "more": {"contrast": "more"},
}
CLEAR = "rgba(0, 0, 0, 0)"

LOOKS = """(element, [properties, pseudo]) => {
    const style = getComputedStyle(element, pseudo);
    return properties.map((name) => style.getPropertyValue(name));
}"""

SYSTEM = """(colour) => {  // as the browser resolves it
    const probe = document.body.appendChild(document.createElement("i"));
    probe.style.cssText = `forced-color-adjust: none; color: ${colour}`;
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
}"""


@pytest.fixture(scope="module", params=MODES)
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:  # no Jupyter here
    page = driving.new_page(browser)
    page.emulate_media(**MODES[request.param])
    yield page
    page.close()


@pytest.fixture
def desk(page: Page) -> Desk:
    made = Desk(page, Lab("retransmit", Drop("ack:N"), Delay("msg:N#2", 400)))
    for name in ("holds", "knows"):
        made.root.locator(f'[data-fold="{name}"]').click()
    return made


def looks(element: Locator, *properties: str, pseudo: str | None = None) -> list[str]:
    """How an element looks in the end: the values of these properties."""
    found: list[str] = element.evaluate(LOOKS, [list(properties), pseudo])
    return found


def is_forced(page: Page) -> bool:
    return bool(page.evaluate("matchMedia('(forced-colors: active)').matches"))


def test_what_is_chosen_stands_out(page: Page, desk: Desk):
    chosen, other = (desk.root.locator(f'[data-tool="{tool}"]') for tool in ("drop", "cut"))
    rung, another = (desk.root.locator(f'.lab-rung:has([value="{name}"])') for name in ("retransmit", "offline"))
    for one, beside in ((chosen, other), (rung, another)):
        background, ink = looks(one, "background-color", "color")
        assert background not in (ink, CLEAR, *looks(beside, "background-color"))
    if is_forced(page):
        highlight, text = page.evaluate(SYSTEM, "Highlight"), page.evaluate(SYSTEM, "HighlightText")
        assert looks(chosen, "background-color", "color") == [highlight, text]
    assert looks(other, "border-top-style") == ["solid"]


def test_what_struck_and_what_broke_is_seen(desk: Desk):
    broken = desk.root.locator('.lab-promises [data-holds="false"]')
    assert looks(broken, "outline-style", "outline-width") == ["solid", "2px"]
    assert looks(broken.locator(".lab-sign"), "visibility") == ["visible"]
    dropped = desk.root.locator(".lab-drawing g.imt-dropped:has(.imt-line) .imt-line")
    assert looks(dropped, "stroke-dasharray") == ["5px, 4px"]
    cross = desk.root.locator(".lab-drawing .imt-packets .imt-dropped .imt-cross").first
    assert looks(cross, "stroke") != looks(desk.root.locator(".lab-drawing .imt-paper"), "fill")


def test_the_moment_is_seen(desk: Desk):
    line = desk.root.locator(".lab-cursor-line")
    desk.go(300)
    paper = looks(desk.root.locator(".lab-drawing .imt-paper"), "fill")
    assert looks(line, "stroke") != paper
    assert looks(line, "stroke-width") == ["2.5px"]
    rule = desk.root.locator(".lab-drawing .imt-rule").first
    assert looks(rule, "stroke", "stroke-opacity") != looks(line, "stroke", "stroke-opacity")
    veil = desk.root.locator(".lab-veil")
    assert looks(veil, "fill") == paper
    assert 0 < float(looks(veil, "fill-opacity")[0]) < 0.6  # what lies below it can be read

    changed = desk.root.locator(".lab-change:not(:empty)").first
    assert looks(changed, "outline-style") == ["solid"]
    left = desk.root.locator(".lab-timer:visible .lab-left").last
    assert looks(left, "background-color")[0] not in (CLEAR, *looks(desk.root, "background-color"))
    assert left.bounding_box()["width"] > 100


def test_a_fold_shows_whether_it_is_open(desk: Desk):
    folded, unfolded = desk.root.locator('[data-fold="strikes"]'), desk.root.locator('[data-fold="holds"]')
    folded.click()
    sides = ["border-top-color", "border-left-color"]
    down, across = (looks(fold, *sides, pseudo="::before") for fold in (unfolded, folded))
    assert [colour == CLEAR for colour in down] == [False, True]  # a triangle that points down
    assert [colour == CLEAR for colour in across] == [True, False]


def test_the_arrow_of_a_reason_is_marked(desk: Desk):
    desk.choose("why")
    desk.click('[data-packet="m1/msg:N#2"] > rect')
    desk.root.locator(".lab-reason").last.click()
    pill = desk.root.locator(".lab-marked > rect")
    label = desk.root.locator(".lab-marked > rect + text")
    others = desk.root.locator("[data-packet].lab-led:not(.lab-marked) > rect").first
    assert looks(pill, "fill") not in (looks(label, "fill"), looks(others, "fill"))
    back = desk.root.locator(".lab-drawing .imt-ways > .imt-msg:not(.lab-led)").first
    assert 0.3 < float(looks(back, "opacity")[0]) < 0.6


def test_everything_that_has_the_focus_shows_it(page: Page, desk: Desk):
    page.keyboard.press("Tab")  # so that the browser shows the focus
    desk.root.locator(".lab-rung input:checked").focus()
    seen: set[str] = set()
    while (focused := page.evaluate(FOCUSED)) is not None:
        name, ring, paper = focused
        assert ring != paper, name
        assert ring != CLEAR, name
        seen.add(name)
        page.keyboard.press("Tab")
    assert {"Drop", "Play", "Moment", "Speed", "Who holds what", "Copy"} <= seen
    assert any(name.startswith("msg:R") for name in seen)


FOCUSED = """() => {  // what has the focus, the colour of its ring, and the colour of the paper around it
    const element = document.activeElement, root = element.closest(".imteach-lab");
    if (!root) return null;
    const paper = getComputedStyle(root).backgroundColor;
    const name = element.ariaLabel || element.closest("label")?.textContent || element.textContent;
    const pill = element.querySelector("[data-packet] > rect");
    const {strokeWidth, stroke} = getComputedStyle(pill ?? element);
    if (pill) return [name, parseFloat(strokeWidth) >= 4 ? stroke : paper, paper];
    const ringed = element.matches(".lab-rung input") ? element.parentElement : element;
    const {outlineStyle, outlineWidth, outlineColor} = getComputedStyle(ringed);
    return [name, outlineStyle === "solid" && parseFloat(outlineWidth) >= 3 ? outlineColor : paper, paper];
}"""


def test_nothing_but_the_picture_is_lost(page: Page, desk: Desk):
    """Text stays text: nothing has the colour of what is behind it."""
    expect(desk.root).to_be_visible()
    ink, paper = looks(desk.root, "color", "background-color")
    assert ink != paper
    if is_forced(page):
        assert [ink, paper] == [page.evaluate(SYSTEM, "CanvasText"), page.evaluate(SYSTEM, "Canvas")]
