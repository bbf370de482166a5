"""The lab's settings: folded until asked for, by mouse and by keys; no field loses its place or what is typed there."""

import alone
import driving
import pytest
from alone_with_python import Desk
from playwright.sync_api import Locator, Page, expect

from imteach import Crash, Drop, Lab, Offline, Say, Scenario

pytestmark = pytest.mark.alone

GROUP = {"friends": ["alice", "bob", "carol"]}


@pytest.fixture
def desk(page: Page) -> Desk:
    return opened(page, Lab("dedup", Drop("ack:N")))


def opened(page: Page, lab: Lab) -> Desk:
    """A lab whose settings are unfolded."""
    desk = Desk(page, lab)
    desk.root.locator('[data-act="settings"]').click()
    return desk


def field(desk: Desk, name: str) -> Locator:
    return desk.root.locator(f'[data-setting="{name}"]')


def preset(desk: Desk, name: str) -> Locator:
    return desk.root.locator(f'[data-preset="{name}"]')


def test_at_first_there_is_one_more_button_and_nothing_else(page: Page):
    desk = Desk(page, Lab("dedup"))
    button, strip = desk.root.locator('[data-act="settings"]'), desk.root.get_by_role("group", name="Settings")
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(strip).to_have_count(0)
    height = desk.root.locator(".lab-bar").bounding_box()["height"]
    desk.root.locator('[data-tool="drop"]').focus()
    page.keyboard.press("s")
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(strip).to_be_visible()
    expect(strip.get_by_role("button").first).to_be_focused()  # by its key: there the learner goes on
    page.keyboard.press("s")
    expect(strip).to_have_count(0)
    expect(desk.root.locator('[data-tool="drop"]')).to_be_focused()
    assert desk.root.locator(".lab-bar").bounding_box()["height"] == height
    assert desk.answer() == []


# Numbers


def test_a_number_is_set_and_the_field_keeps_the_focus(desk: Desk):
    field(desk, "rto").fill("200")
    field(desk, "rto").press("Enter")
    expect(field(desk, "rto")).to_have_attribute("data-pending", "")
    (asked,) = desk.answer()
    assert {"do": "set", "name": "rto", "value": 200}.items() <= asked.items()
    assert (desk.lab.scenario.rto, desk.faults) == (200, ["drop m1/ack:N#1"])
    expect(field(desk, "rto")).to_be_focused()
    expect(field(desk, "rto")).not_to_have_attribute("data-pending", "")
    field(desk, "rto").press("ArrowUp")
    desk.answer()
    assert desk.lab.scenario.rto == 250
    desk.root.locator('[data-act="undo"]').click()
    desk.answer()
    expect(field(desk, "rto")).to_have_value("200")


def test_what_is_being_typed_is_not_overwritten_by_what_python_answers(desk: Desk):
    field(desk, "rto").fill("200")
    field(desk, "rto").press("Enter")
    field(desk, "rto").press("End")
    desk.page.keyboard.type("5")  # goes on before the answer comes
    desk.answer()
    assert desk.lab.scenario.rto == 200
    expect(field(desk, "rto")).to_have_value("2005")
    desk.lab.set(retries=7)  # in a cell
    desk.page.evaluate("(state) => window.tell(state)", desk._state())
    expect(field(desk, "rto")).to_have_value("2005")
    expect(field(desk, "retries")).to_have_value("7")
    desk.page.keyboard.type("0")
    field(desk, "retries").focus()
    desk.answer()
    assert desk.lab.scenario.rto == 20050


def test_a_refused_number_is_told_and_the_field_shows_what_holds(desk: Desk):
    field(desk, "rto").fill("0")
    field(desk, "rto").press("Enter")
    desk.answer()
    expect(desk.root.get_by_role("alert")).to_have_text("rto: expected a time in ms greater than 0, got 0")
    expect(field(desk, "rto")).to_have_value("300")
    field(desk, "rto").fill("")
    field(desk, "rto").press("Enter")
    assert desk.answer() == []
    expect(field(desk, "rto")).to_have_value("300")


def test_every_field_has_a_name_and_says_what_it_does(page: Page):
    desk = opened(page, Lab("acked"))
    expect(desk.root.get_by_role("spinbutton", name="RTO ms")).to_have_accessible_description(
        "How long a sender waits for an answer."
    )
    expect(field(desk, "retries")).to_have_accessible_description("Does nothing below the rung retransmit.")
    expect(field(desk, "heartbeat")).to_be_hidden()
    desk.root.get_by_text("group", exact=True).click()
    desk.answer()
    expect(field(desk, "heartbeat")).to_have_accessible_description("Does nothing without a group.")
    expect(desk.root.get_by_role("spinbutton", name="Latency of bob, ms")).to_be_visible()


def test_keys_of_the_lab_are_no_keys_while_a_number_is_typed(desk: Desk):
    field(desk, "rto").focus()
    desk.page.keyboard.press("s")
    desk.page.keyboard.press("u")
    assert desk.answer() == []
    expect(field(desk, "rto")).to_be_visible()


# People


def test_each_person_has_a_link_of_their_own(desk: Desk):
    latency = desk.root.locator('[data-latency="bob"]')
    latency.fill("80")
    latency.press("Enter")
    desk.answer()
    assert desk.lab.scenario.latency == {"bob": 80}
    expect(latency).to_be_focused()
    expect(desk.root.locator(".lab-python")).to_contain_text("latency={'bob': 80}")


def test_somebody_comes_and_goes_and_the_focus_stays_in_the_settings(desk: Desk):
    name = desk.root.get_by_role("textbox", name="Name of somebody more")
    name.fill("carol")
    name.press("Enter")
    desk.answer()
    expect(desk.root.locator('[data-phone="carol"]')).to_be_visible()
    expect(name).to_be_focused()
    expect(name).to_have_value("")
    desk.root.get_by_role("button", name="Remove carol").focus()
    desk.page.keyboard.press("Enter")
    desk.answer()
    assert desk.lab.scenario.people == ("alice", "bob")
    expect(desk.root.locator('[data-phone="carol"]')).to_have_count(0)
    expect(name).to_be_focused()


def test_who_stays_says_why(desk: Desk):
    button = desk.root.get_by_role("button", name="Remove bob")
    expect(button).to_have_accessible_description("something is said to bob")
    button.click()
    desk.answer()
    expect(desk.root.get_by_role("alert")).to_have_text("bob stays: something is said to bob")
    expect(button).to_be_focused()


def test_a_group_is_made_and_its_members_are_boxes(page: Page):
    desk = opened(page, Lab(Scenario("group", people=["alice", "bob", "carol"])))
    boxes = desk.root.locator("[data-member]")
    expect(boxes.first).to_be_hidden()
    desk.root.get_by_role("button", name="Make a group of all").click()
    desk.answer()
    assert desk.lab.trace.messages[0].shown == {"bob": 1, "carol": 1}
    expect(desk.root.locator('[data-phone="alice"] select')).to_contain_text("to friends")
    box = desk.root.locator('[data-settings-of="carol"]').get_by_role("checkbox", name="in friends")
    box.uncheck()
    desk.answer()
    assert desk.lab.scenario.groups == {"friends": ("alice", "bob")}
    expect(box).to_be_focused()
    desk.root.locator('[data-member="bob"]').uncheck()
    desk.answer()
    expect(desk.root.get_by_role("alert")).to_have_text(
        "a group has two members or more, and alice would be alone in it"
    )
    expect(desk.root.locator('[data-member="bob"]')).to_be_checked()  # it was refused
    desk.root.get_by_role("button", name="Dissolve the group").click()
    desk.answer()
    assert (desk.lab.scenario.groups, desk.lab.scenario.say) == ({}, (Say("hello"),))


def test_two_quick_changes_to_a_group_are_both_done(page: Page):
    groups = {"friends": ["alice", "bob", "carol", "dave"]}
    desk = opened(page, Lab(Scenario("group", say=[Say(to="friends")], groups=groups)))
    for name in ("bob", "dave"):
        desk.root.locator(f'[data-member="{name}"]').uncheck()
    desk.answer()
    assert desk.lab.scenario.groups == {"friends": ("alice", "carol")}


# Situations


def test_a_situation_is_one_click_and_the_one_that_matches_is_marked(desk: Desk):
    expect(preset(desk, "ack:N is lost")).to_have_attribute("aria-pressed", "true")
    preset(desk, "bob is offline").click()
    desk.answer()
    assert desk.lab.faults == (Offline("bob", at=0),)
    expect(preset(desk, "bob is offline")).to_be_focused()
    expect(desk.root.locator('[data-preset][aria-pressed="true"]')).to_have_text("bob is offline")
    desk.lab.apply(Crash("bob", at=5000))
    desk.page.evaluate("(state) => window.tell(state)", desk._state())
    expect(desk.root.locator('[data-preset][aria-pressed="true"]')).to_have_count(0)


def test_a_situation_that_needs_another_rung_says_so_before_and_after(desk: Desk):
    expect(preset(desk, "bob logs in again")).to_have_accessible_name("bob logs in again ↑ offline")
    preset(desk, "bob logs in again").press("Enter")
    desk.answer()
    expect(desk.root.locator(".lab-preset-note")).to_have_text(
        "This is the rung offline: on the rung dedup there is no such thing as “bob logs in again”."
    )
    expect(desk.root.locator(".lab-rungs :checked")).to_have_value("offline")
    expect(preset(desk, "bob logs in again")).to_have_accessible_name("bob logs in again")
    preset(desk, "ack:N is lost").click()
    desk.answer()
    expect(desk.root.locator(".lab-preset-note")).to_be_empty()


# Everywhere


WIDER_THAN_THEIR_PLACE = """strip => [strip, ...strip.querySelectorAll("*")]
    .filter((part) => getComputedStyle(part).display !== "inline" && !part.matches("input, .lab-unseen"))
    .filter((part) => part.scrollWidth > part.clientWidth + 1)
    .map((part) => part.className)"""


def test_it_is_as_wide_as_its_place_and_the_phones_stay_in_sight(page: Page):
    lab = Lab(Scenario("group", say=[Say(to="friends")], groups=GROUP))
    for width, high in ((1366, 768), (600, 900), (320, 700)):
        page.set_viewport_size({"width": width, "height": high})
        desk = opened(page, lab)
        assert desk.root.locator(".lab-settings").evaluate(WIDER_THAN_THEIR_PLACE) == [], width
        assert desk.root.locator(".lab-phones").bounding_box()["height"] > 90
    page.set_viewport_size(driving.SCREEN)


def test_two_labs_have_settings_of_their_own(page: Page):
    alone.mount(page, Lab("dedup"))
    alone.mount(page, Lab("dedup"), keep=True)
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(({id}) => id)")
    assert len(ids) == len(set(ids)) > 0
    page.locator('[data-act="settings"]').first.click()
    expect(page.locator(".lab-settings").nth(0)).to_be_visible()
    expect(page.locator(".lab-settings").nth(1)).to_be_hidden()


def test_nothing_is_asked_for_without_a_kernel_and_the_fields_show_what_holds(desk: Desk):
    desk.page.evaluate("document.querySelector('.imteach-lab').dataset.kernel = 'gone'")
    field(desk, "rto").fill("200")
    field(desk, "rto").press("Enter")
    preset(desk, "bob is offline").click()
    assert desk.answer() == []
    expect(field(desk, "rto")).to_have_value("300")
