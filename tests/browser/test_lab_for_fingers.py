"""The lab on a tablet: tapped, dragged and scrolled with a finger, with Python really behind the page."""

import re
from collections.abc import Iterator

import driving
import pytest
from alone_with_python import Desk
from playwright.sync_api import Browser, CDPSession, Locator, Page, expect

from imteach import Drop, Lab, Say, Scenario

TABLET = {"width": 820, "height": 1180}
LARGE, SMALL = 44, 24  # px of CSS; what a finger needs, and what WCAG 2.2 asks for (2.5.8)

TARGETS = """root => [...root.querySelectorAll("button, select, input, .lab-rung")]
    .filter((target) => target.checkVisibility() && !target.closest("svg"))
    .map((target) => target.matches(".lab-rung input, [type=checkbox]") ? target.closest("label") : target)
    .map((target) => [target.textContent || target.ariaLabel, target.getBoundingClientRect()])
    .map(([name, {width, height}]) => [name, Math.round(width), Math.round(height)])"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:  # no Jupyter here
    context = browser.new_context(viewport=TABLET, has_touch=True)
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(page: Page) -> Desk:
    made = Desk(page, Lab("retransmit", Drop("ack:N")))
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<div style=\"height: 2000px\"></div>')")
    return made


@pytest.fixture(scope="module")
def finger(page: Page) -> CDPSession:
    return page.context.new_cdp_session(page)


def middle(target: Locator) -> tuple[float, float]:
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def tap(page: Page, target: Locator) -> None:
    page.touchscreen.tap(*middle(target))


def drag(page: Page, finger: CDPSession, target: Locator, right: float, down: float) -> tuple[float, float]:
    """Drag with a finger, and return how far the page has scrolled by that, and how far the picture."""
    x, y = middle(target)
    before = page.evaluate(SCROLLED)

    def touch(kind: str, *points: dict[str, float]) -> None:
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    touch("touchStart", {"x": x, "y": y})
    for step in range(1, 11):
        touch("touchMove", {"x": x + right * step / 10, "y": y + down * step / 10})
        page.evaluate(driving.TWO_FRAMES)
    touch("touchEnd")
    after = page.evaluate(SCROLLED)
    return after[0] - before[0], after[1] - before[1]


SCROLLED = "[scrollY, document.querySelector('.lab-picture').scrollTop]"


def test_a_tap_drops_a_packet_and_another_one_takes_that_back(page: Page, desk: Desk):
    packet = desk.root.locator('.lab-drawing [data-packet="m1/msg:N#1"]')
    tap(page, packet.locator("rect"))
    desk.answer()
    assert desk.faults == ["drop m1/ack:N#1", "drop m1/msg:N#1"]
    expect(packet).to_have_attribute("data-fate", "dropped")
    tap(page, packet.locator("rect"))
    desk.answer()
    assert desk.faults == ["drop m1/ack:N#1"]


def test_a_tap_chooses_a_tool_and_the_next_one_uses_it(page: Page, desk: Desk):
    tap(page, desk.root.locator('[data-tool="crash"]'))
    expect(desk.root.get_by_role("radio", name="Crash")).to_be_checked()
    desk.go(120)
    tap(page, desk.root.locator('.lab-drawing [data-node="bob"]'))
    desk.answer()
    assert desk.faults[-1] == "crash bob@120+100"


def test_a_finger_on_the_cursors_grip_moves_the_time_and_scrolls_nothing(page: Page, finger: CDPSession, desk: Desk):
    desk.go(200)
    assert drag(page, finger, desk.root.locator(".lab-grip-hit"), 0, -60) == (0, 0)
    expect(desk.root.locator(".lab-when")).to_have_text(re.compile(r"^1[0-7]\d ms$"))
    expect(desk.root).not_to_have_attribute("data-dragging", "")


def test_a_finger_on_the_slider_moves_the_time(page: Page, finger: CDPSession, desk: Desk):
    slider = desk.root.locator('[data-part="time"]')
    assert drag(page, finger, slider, -100, 0)[0] == 0
    expect(desk.root.locator(".lab-when")).not_to_contain_text("end")
    assert desk.answer() == []


def test_a_finger_on_the_picture_scrolls_it_and_strikes_nothing(page: Page, finger: CDPSession):
    desk = Desk(page, Lab(Scenario("retransmit", say=[Say(str(place), at=100 * place) for place in range(10)])))
    _, scrolled = drag(page, finger, desk.root.locator('.lab-drawing [data-packet="m3/msg:N#1"] > rect'), 0, -150)
    assert scrolled > 50
    assert desk.answer() == []


@pytest.mark.parametrize("rung", ["retransmit", "group"])
def test_everything_is_large_enough_for_a_finger(page: Page, rung: str):
    desk = Desk(page, Lab(rung, Drop("ack:N")))
    for button in desk.root.locator('[data-act="settings"], [data-act="share"], .lab-fold').all():
        button.click()
    targets = desk.root.evaluate(TARGETS)
    assert len(targets) > 40
    assert [target for target in targets if min(target[1:]) < LARGE] == []


def test_everything_is_large_enough_for_a_mouse(browser: Browser):
    page = driving.new_page(browser)
    desk = Desk(page, Lab("retransmit", Drop("ack:N")))
    for button in desk.root.locator('[data-act="settings"], [data-act="share"], .lab-fold').all():
        button.click()
    targets = desk.root.evaluate(TARGETS)
    page.close()
    assert [target for target in targets if min(target[1:]) < SMALL] == []
