"""The lab at 400 % zoom, which leaves a laptop's screen 342 px wide and 192 px high, and in a narrow window."""

import operator
from collections.abc import Iterator

import driving
import pytest
from alone_with_python import Desk
from driving import soon
from playwright.sync_api import Page, expect

from imteach import Delay, Drop, Lab, Say, Scenario

pytestmark = pytest.mark.alone

ZOOMED = {"width": 342, "height": 192}

TOO_WIDE = """() => [...document.querySelectorAll("html, .imteach-lab, .imteach-lab *")]
    .filter((element) => !element.closest(".lab-drawing, .lab-heads, .lab-unseen") && element.checkVisibility())
    .filter((element) => !element.matches(".lab-picture, input, select, code"))  // they scroll inside
    .filter((element) => element.scrollWidth > Math.max(element.clientWidth, 0) + 1 && getComputedStyle(element).display
        !== "inline" || element.getBoundingClientRect().right > innerWidth + 1)
    .map((element) => element.className || element.tagName)"""

IN_SIGHT = """root => {  // whether what has the focus can be seen, whole
    const pill = document.activeElement.querySelector("[data-packet] > rect");
    const box = (pill ?? document.activeElement).getBoundingClientRect();
    const frame = root.querySelector(".lab-picture").getBoundingClientRect();
    const top = root.querySelector(".lab-edges").getBoundingClientRect().bottom;
    return box.left >= Math.max(0, frame.left) && box.right <= Math.min(innerWidth, frame.right)
        && box.top >= Math.max(0, frame.top) - 1 && box.bottom <= Math.min(innerHeight, frame.bottom) + 1;
}"""

LEFT_TO_SCROLL = "picture => picture.scrollWidth - picture.scrollLeft - picture.clientWidth"

MIDDLE_OF = """(picture, node) => {  // how far from the middle of the picture's place somebody's lifeline is
    const middle = (element) => element.getBoundingClientRect().left + element.getBoundingClientRect().width / 2;
    return middle(picture.querySelector(`[data-node="${node}"]`)) - middle(picture);
}"""


@pytest.fixture(scope="module")
def page(page: Page) -> Page:
    page.set_viewport_size(ZOOMED)
    return page


@pytest.fixture
def desk(page: Page) -> Iterator[Desk]:
    yield Desk(page, Lab("retransmit", Drop("ack:N"), Delay("msg:N#2", 400)))
    page.set_viewport_size(ZOOMED)


def unfold_all(desk: Desk) -> None:
    for button in desk.root.locator('[data-act="settings"], [data-act="share"], [data-act="help"]').all():
        button.click()
    for fold in desk.root.locator(".lab-fold").all():
        if fold.get_attribute("aria-expanded") == "false":
            fold.click()


@pytest.mark.parametrize("width", [342, 600])
@pytest.mark.parametrize("people", [["alice", "bob"], ["ann", "bob", "carol", "dave", "eve"]], ids=["two", "group"])
def test_nothing_but_the_picture_scrolls_sideways(page: Page, width: int, people: list[str]):
    said = [Say("a_word_that_is_far_too_long_for_a_narrow_page_" * 3, people[0], "us")]
    desk = Desk(page, Lab(Scenario("group", groups={"us": people}, say=said), Drop("ack:N")))
    page.set_viewport_size({**ZOOMED, "width": width})
    unfold_all(desk)
    soon(lambda: page.evaluate(TOO_WIDE), [])
    page.set_viewport_size(ZOOMED)


def test_it_says_who_stands_beyond_the_edge_and_leads_there(desk: Desk):
    left, right = desk.root.locator(".lab-edges button").all()
    picture = desk.root.locator(".lab-picture")
    expect(right).to_have_text("server, bob →")
    expect(left).to_have_attribute("aria-disabled", "true")
    edges = "picture => [getComputedStyle(picture).borderLeftColor, getComputedStyle(picture).borderRightColor]"
    nothing, more = picture.evaluate(edges)
    assert nothing == "rgba(0, 0, 0, 0)" != more

    right.click()
    expect(left).to_have_text("← alice")
    expect(right).to_have_text("bob →")
    soon(lambda: picture.evaluate(MIDDLE_OF, "server"), 0, lambda off, wanted: abs(off - wanted) < 3)
    right.click()
    expect(right).to_have_text("more →")
    right.click()
    expect(right).to_have_attribute("aria-disabled", "true")
    expect(right).to_be_focused()
    soon(lambda: picture.evaluate(LEFT_TO_SCROLL), 2, operator.lt)
    left.click()
    expect(right).to_have_attribute("aria-disabled", "false")


def test_where_there_is_room_nothing_of_that_is_there(page: Page, desk: Desk):
    page.set_viewport_size(driving.SCREEN)
    expect(desk.root.locator(".lab-edges")).to_be_hidden()
    expect(desk.root.locator(".lab-picture")).not_to_have_attribute("tabindex", "0")
    page.set_viewport_size({**driving.SCREEN, "width": 600})
    expect(desk.root.locator(".lab-edges")).to_be_visible()
    expect(desk.root.locator(".lab-picture")).to_have_attribute("tabindex", "0")


def test_the_picture_scrolls_both_ways_by_keys(page: Page, desk: Desk):
    desk.root.locator(".lab-edges button").last.focus()
    page.keyboard.press("Tab")
    picture = desk.root.get_by_role("group", name="The diagram’s place")
    expect(picture).to_be_focused()
    expect(picture).to_have_css("outline-style", "solid")
    for key, side in (("ArrowRight", "scrollLeft"), ("ArrowDown", "scrollTop")):
        before = picture.evaluate(f"picture => picture.{side}")
        page.keyboard.press(key)
        soon(lambda side=side: picture.evaluate(f"picture => picture.{side}"), before, operator.gt)


def test_each_packet_that_gets_the_focus_is_in_sight(page: Page, desk: Desk):
    desk.root.locator('[data-tool="drop"]').focus()
    page.keyboard.press("g")
    for _ in desk.root.locator("[data-packet]").all():
        soon(lambda: desk.root.evaluate(IN_SIGHT), True)
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    desk.answer()
    expect(desk.root.locator("[data-packet]:focus")).to_have_attribute("data-fate", "dropped")
    soon(lambda: desk.root.evaluate(IN_SIGHT), True)
