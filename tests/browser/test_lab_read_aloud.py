"""The lab as a screen reader meets it: what has a name, what is said twice, how much is said aloud; and no motion."""

from typing import Any

import driving
import pytest
from alone_with_python import Desk
from playwright.sync_api import Page, expect

from imteach import Drop, Lab

pytestmark = pytest.mark.alone

LISTEN = """() => {  // what live regions were given to say
    window.said = [];
    for (const region of document.querySelectorAll("[aria-live], [role=status], [role=alert]")) {
        new MutationObserver(() => {
            const heard = region.checkVisibility({visibilityProperty: true}) && region.textContent;
            if (heard) said.push(heard);
        }).observe(region, {childList: true, characterData: true, subtree: true});
    }
}"""

CONTROLS = {"button", "radio", "switch", "checkbox", "slider", "textbox", "spinbutton", "combobox"}


@pytest.fixture(scope="module")
def page(page: Page) -> Page:
    page.emulate_media(reduced_motion="reduce")
    return page


@pytest.fixture
def desk(page: Page) -> Desk:
    made = Desk(page, Lab("retransmit", Drop("ack:N")))
    page.evaluate(LISTEN)
    return made


def tree(page: Page) -> list[dict[str, Any]]:
    """All that the accessibility tree holds, as Chromium gives it to a screen reader."""
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    return [
        {"role": node["role"]["value"], "name": node.get("name", {}).get("value", "")}
        for node in nodes
        if not node["ignored"]
    ]


def said(page: Page) -> list[str]:
    """What was said aloud since it was asked last, once half a second is over."""
    page.wait_for_timeout(700)
    found: list[str] = page.evaluate("said.splice(0)")
    return found


def test_every_control_has_a_name_and_two_have_not_the_same(page: Page, desk: Desk):
    for button in desk.root.locator('[data-act="settings"], [data-act="share"], .lab-fold').all():
        button.click()
    controls = [node for node in tree(page) if node["role"] in CONTROLS]
    assert len(controls) > 60
    assert [node for node in controls if not node["name"]] == []
    names = [node["name"] for node in controls if node["role"] in ("switch", "textbox", "slider")]
    assert len(set(names)) == len(names)
    assert {"alice is online", "bob is online", "alice says something"} <= set(names)


def test_what_the_eye_does_not_see_is_not_read(page: Page, desk: Desk):
    links = "The link between alice and the server"
    assert links not in [node["name"] for node in tree(page)]
    desk.choose("cut")
    assert links in [node["name"] for node in tree(page)]


def test_a_drop_is_told_in_one_sentence_and_a_drag_too(page: Page, desk: Desk):
    desk.click('[data-packet="m1/msg:A#1"] > rect')
    (sentence,) = said(page)
    assert sentence.startswith("m1/msg:A#1 and m1/ack:N#1 are dropped.")
    desk.root.locator(".lab-grip-hit").scroll_into_view_if_needed()
    box = desk.root.locator(".lab-grip-hit").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 15)
    page.mouse.down()
    for step in range(1, 30):
        page.mouse.move(box["x"] + 20, box["y"] - 6 * step)
        page.evaluate(driving.TWO_FRAMES)
    page.mouse.up()
    (sentence,) = said(page)
    assert sentence.startswith("At ")


def test_in_the_past_a_drop_tells_what_came_of_it_and_not_the_moment_once_more(page: Page, desk: Desk):
    desk.go(60)
    (moment,) = said(page)
    assert moment == "At 60 ms: Between 50 ms and 100 ms: on the way are m1/msg:A#1, m1/msg:N#1."
    desk.click('[data-packet="m1/ack:R#1"] > rect')
    (outcome,) = said(page)
    assert outcome.startswith("m1/ack:R#1 and m1/ack:N#1 are dropped.")
    desk.choose("why")
    desk.click('[data-packet="m1/msg:N#1"] > rect')
    (reasons,) = said(page)
    assert reasons.startswith("Why does m1/msg:N#1 reach bob?")


def test_what_was_said_aloud_is_not_met_again_by_who_reads_on(page: Page, desk: Desk):
    desk.go(180)
    unseen = desk.root.locator(".lab-unseen[aria-live]")
    expect(unseen).to_have_text("At 180 ms: m1/ack:N#1 is dropped")
    expect(unseen).to_be_empty()


MOVING = """root => [root, ...root.querySelectorAll("*")].filter((element) => {
    const {scrollBehavior, transitionDuration} = getComputedStyle(element);
    return scrollBehavior === "smooth" || transitionDuration !== "0s" || element.getAnimations().length;
}).length"""


def test_nothing_moves_by_itself(page: Page, desk: Desk):
    desk.click('[data-packet="m1/msg:A#1"] > rect')
    desk.choose("why")
    desk.click('[data-packet="m1/msg:N#1"] > rect')
    desk.root.locator(".lab-reason").first.click()
    assert desk.root.evaluate(MOVING) == 0
