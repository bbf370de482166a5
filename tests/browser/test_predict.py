"""The page of a prediction, with Python really behind it: asked, committed by mouse or by keys, and judged."""

import alone
import driving
import pytest
from alone_with_python import Desk
from playwright.sync_api import Browser, Page, expect

from imteach import Drop, Predict, Say, Scenario
from imteach.draw.sequence.notebook import scrolling_image

pytestmark = pytest.mark.alone

NASTY = "</svg><script>window.struck = 1</script> \"><img src=x onerror='window.struck = 1'>"
SIX = ["msg:R", "msg:A", "msg:N", "ack:R", "ack:A", "ack:N"]


def desk_of(page: Page, guess: Predict) -> Desk:
    guess._repr_mimebundle_()
    return Desk(page, guess._view)


def twice() -> Predict:
    return Predict(
        "At `retransmit`, ack:N is dropped. How often is hello shown on bob's phone?",
        "retransmit",
        Drop("ack:N"),
        choices=["never", "once", "twice"],
        answer=lambda trace: trace.happened("show"),
    )


WHEN_DRAWN = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(
    () => requestAnimationFrame(() => setTimeout(done))))))"""  # the picture comes behind the verdict


def commit(desk: Desk) -> None:
    desk.root.locator("[data-commit]").click()
    desk.answer()
    desk.page.evaluate(WHEN_DRAWN)


def test_a_wrong_answer_is_told_why_in_the_run(page: Page):
    desk = desk_of(page, twice())
    expect(desk.root.locator("svg")).to_have_count(0)  # the run is not there before
    desk.root.locator('[data-choice="1"]').click()
    commit(desk)
    verdict = desk.root.locator("[data-verdict=wrong]")
    expect(verdict.locator(".predict-sentence")).to_have_text("✗Not so. You said: once. The run says: twice.")
    expect(desk.root.locator("[data-choice][data-said]")).to_have_text("onceyour answer")
    expect(desk.root.locator("[data-choice][data-right]")).to_have_text("twice✓ right")
    expect(verdict.locator('[data-packet="m1/msg:N#2"]')).to_contain_class("lab-led lab-marked")
    expect(desk.root.locator("[data-commit]")).to_be_hidden()
    expect(desk.root.locator(".predict-sentence")).to_be_focused()


def test_a_right_answer(page: Page):
    desk = desk_of(page, twice())
    desk.root.locator('[data-choice="2"]').click()
    commit(desk)
    expect(desk.root.locator("[data-verdict=right] .predict-sentence")).to_have_text("✓Right: twice.")
    expect(desk.root.locator("[data-choice][data-said]")).to_have_text("twice✓ right, your answer")


def test_a_reason_marks_its_packet(page: Page):
    desk = desk_of(page, twice())
    desk.root.locator('[data-choice="1"]').click()
    commit(desk)
    desk.root.get_by_role("button", name="m1/ack:N#1 was dropped").click()
    expect(desk.root.locator("[data-packet].lab-marked")).to_have_attribute("data-packet", "m1/ack:N#1")


@pytest.mark.parametrize("people", [2, 3])
def test_a_picture_is_as_wide_as_its_letters_need(page: Page, people: int):
    """Of two people the reasons stand beside it; of three it has the whole width, and they stand above it."""
    friends = ["alice", "bob", "carol"][:people]
    scenario = Scenario("group", groups={"friends": friends}, say=[Say("hi", to="friends")])
    desk = desk_of(page, Predict.number("When does she see ✓✓?", scenario, answer=lambda trace: 100))
    page.set_viewport_size({"width": 1366, "height": 768})
    desk.root.locator("input").fill("150")
    commit(desk)
    reason, picture = (desk.root.locator(part).first.bounding_box() for part in (".lab-reason", ".predict-picture svg"))
    letters = desk.root.locator(".predict-picture svg").evaluate("svg => svg.getScreenCTM().a")
    assert letters > 0.85
    beside = reason["x"] + reason["width"] < picture["x"]
    assert beside == (people == 2)
    page.set_viewport_size(driving.SCREEN)


def test_without_an_answer_nothing_is_sent(page: Page):
    desk = desk_of(page, twice())
    desk.root.locator("[data-commit]").click()
    assert desk.answer() == []
    expect(desk.root.locator(".predict-refusal")).to_have_text("Choose an answer first.")


def test_by_keys_alone(page: Page):
    desk = desk_of(page, twice())
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(desk.root.locator("input:checked")).to_have_value("1")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    desk.answer()
    expect(desk.root.locator("[data-verdict=wrong]")).to_be_visible()
    page.keyboard.press("Tab")  # from the sentence to the first reason
    expect(desk.root.locator(".lab-reason").first).to_be_focused()


def test_it_is_read_aloud_as_what_it_is(page: Page):
    desk = desk_of(page, twice())
    group = page.get_by_role("group", name="A prediction")
    expect(group.get_by_role("group", name="Choose one:").get_by_role("radio")).to_have_count(3)
    group.get_by_role("radio", name="twice").check()
    commit(desk)
    expect(group.get_by_role("group", name="Sequence diagram")).to_be_visible()
    expect(group.get_by_role("list", name="Because").get_by_role("listitem")).not_to_have_count(0)
    expect(group.get_by_role("radio", name="twice ✓ right, your answer")).to_be_disabled()


def test_two_views_of_one_prediction(page: Page):
    guess = twice()
    desk = desk_of(page, guess)
    other = alone.mount(page, guess._view, keep=True)
    other.locator('[data-choice="2"]').click()
    expect(desk.root.locator("input:checked")).to_have_count(1)  # `root` is the last of the page
    other.locator("[data-commit]").click()
    desk.answer()
    expect(page.locator("[data-verdict=right]")).to_have_count(1)  # the first has another model here: see JupyterLab


def test_several(page: Page):
    guess = Predict.several(
        "Which are never sent?",
        "acked",
        Drop("msg:N"),
        choices=SIX,
        answer=lambda trace: [kind for kind in SIX if kind not in {packet.kind for packet in trace.packets}],
    )
    desk = desk_of(page, guess)
    for place in (3, 4):
        desk.root.locator(f'[data-choice="{place}"]').click()
    commit(desk)
    expect(desk.root.locator("[data-verdict=wrong]")).to_contain_text("The run says: ack:R, ack:A and ack:N.")
    expect(desk.root.locator("[data-choice][data-right]")).to_have_count(3)


def test_none_of_several_is_an_answer(page: Page):
    guess = Predict.several("Which are lost?", "acked", choices=SIX, answer=[])
    desk = desk_of(page, guess)
    commit(desk)
    expect(desk.root.locator("[data-verdict=right]")).to_contain_text("Right: none of them.")


def test_a_number(page: Page):
    guess = Predict.number(
        "When does it run out?", "dedup", Drop("msg:R"), answer=lambda t: t.happened("timer_fire")[0]
    )
    desk = desk_of(page, guess)
    desk.root.locator("input").fill("soon")
    commit(desk)
    expect(desk.root.locator(".predict-refusal")).to_have_text("answer: expected a number of ms, got 'soon'")
    desk.root.locator("input").fill("250 ms")
    commit(desk)
    expect(desk.root.locator("[data-verdict=wrong]")).to_contain_text("You said: 250 ms. The run says: 300 ms.")


def test_a_packet_by_mouse_and_by_keys(page: Page):
    def asked() -> Predict:
        retries = {"because": lambda trace: trace.happened("retransmit")}
        return Predict.packet("Which is sent again?", "dedup", Drop("ack:N"), answer="msg:R", **retries)

    desk = desk_of(page, asked())
    desk.root.locator('[data-packet="m1/ack:R#1"] > rect').click()
    expect(desk.root.locator(".predict-chosen")).to_have_text("Your choice: m1/ack:R#1")
    desk.root.locator('[data-packet="m1/ack:R#1"]').press("Home")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    chosen = desk.root.locator("[aria-pressed=true]")
    expect(chosen).to_have_count(1)
    expect(chosen).to_be_focused()
    commit(desk)
    expect(chosen).to_have_count(0)  # nothing can be chosen any more
    expect(desk.root.locator("[data-verdict]")).to_be_visible()
    expect(desk.root.locator(".predict-packets [data-packet][tabindex]")).to_have_count(0)


def test_an_order_by_mouse_and_by_keys(page: Page):
    items = ["the server has hello", "bob has hello", "alice knows that bob has it"]
    desk = desk_of(page, Predict.order("Who learns it when?", "acked", items=items, answer=lambda trace: items))
    shown = desk.root.locator(".predict-item")
    expect(shown).to_have_text(sorted(items))
    desk.root.get_by_role("button", name="Move the server has hello up").click()
    page.keyboard.press("Enter")  # the focus stays on it
    expect(shown).to_have_text([items[0], items[2], items[1]])
    expect(desk.root.locator(".predict-moved")).to_have_text("the server has hello is number 1 of 3 now.")
    desk.root.get_by_role("button", name="Move bob has hello up").click()
    commit(desk)
    expect(desk.root.locator("[data-verdict=right]")).to_be_visible()


def test_what_is_typed_stays_text(page: Page):
    guess = Predict(NASTY, Scenario("basic"), choices=[NASTY, "no"], answer="no")
    desk = desk_of(page, guess)
    expect(desk.root.locator(".predict-question")).to_have_text(NASTY)
    desk.root.locator('[data-choice="0"]').click()
    commit(desk)
    expect(desk.root.locator("[data-verdict=wrong]")).to_contain_text("<script>")
    assert page.evaluate("window.struck") is None


@pytest.mark.parametrize("width", [342, 600, 1366])
def test_nothing_sticks_out(page: Page, width: int):
    page.set_viewport_size({"width": width, "height": 900})
    desk = desk_of(page, twice())
    desk.root.locator('[data-choice="1"]').click()
    commit(desk)
    expect(desk.root.locator("[data-verdict]")).to_be_visible()
    assert desk.root.evaluate("root => document.documentElement.scrollWidth <= innerWidth")


def in_a_group() -> Predict:
    friends = {"friends": ["alice", "bob", "carol"]}
    return Predict(
        "How often is hi shown on carol's phone?",
        Scenario("group", groups=friends, say=[Say("hi", to="friends")]),
        Drop("m1/msg:N>carol"),
        choices=["never", "once"],
        answer=lambda trace: trace.messages[0].shown["carol"],
    )


SMALLEST = """(svg) => {
    const scale = svg.getBoundingClientRect().width / Number(svg.getAttribute("width"));
    const sizes = [...svg.querySelectorAll("text")].map((text) => parseFloat(getComputedStyle(text).fontSize));
    return scale * Math.min(...sizes);
}"""
"""How high the smallest letters of a picture are on the screen, in px."""


@pytest.mark.parametrize("width", [1366, 1000, 640])
def test_the_letters_of_a_wide_picture_stay_readable_and_what_has_no_room_scrolls(browser: Browser, width: int):
    """A group has four lifelines: beside the reasons its letters were 8 px high."""
    page = driving.new_page(browser)
    page.set_viewport_size({"width": width, "height": 900})
    desk = desk_of(page, in_a_group())
    desk.root.locator('[data-choice="0"]').click()
    commit(desk)
    place = desk.root.locator(".predict-verdict .predict-picture")
    assert place.locator("svg").evaluate(SMALLEST) >= 9.9
    goes_on = place.evaluate("(place) => place.scrollWidth - place.clientWidth")
    assert (goes_on > 1) == (width < 1200)
    if width < 1200:  # keys scroll it, too
        expect(place).to_have_attribute("tabindex", "0")
        expect(place).to_have_attribute("aria-label", "The diagram’s place, which scrolls")
    assert desk.root.evaluate("(root) => root.scrollWidth <= root.clientWidth"), "nothing but the picture scrolls"
    page.close()


def test_the_reasons_stand_beside_a_picture_that_has_room_there(browser: Browser):
    page = driving.new_page(browser)
    page.set_viewport_size({"width": 1366, "height": 900})
    desk = desk_of(page, twice())
    desk.root.locator('[data-choice="1"]').click()
    commit(desk)
    why, run = (desk.root.locator(part).bounding_box() for part in (".lab-reasons", ".predict-picture"))
    assert why is not None
    assert run is not None
    assert why["x"] + why["width"] <= run["x"]
    assert desk.root.locator(".predict-verdict svg").evaluate(SMALLEST) >= 9.9
    page.close()


def test_so_it_is_where_no_kernel_runs(browser: Browser):
    """A still question about a picture, and a still report; Jupyter makes every image as narrow as its place."""
    trace = Scenario("group", groups={"friends": ["alice", "bob", "carol"]}, say=[Say("hi", to="friends")]).run()
    asked = Predict.packet("Which?", trace.scenario, shown=trace, answer=lambda trace: trace.packets[0])
    page = driving.new_page(browser)
    page.set_viewport_size({"width": 800, "height": 900})
    for html in (asked._repr_mimebundle_()[0]["text/html"], scrolling_image(trace)):
        page.set_content(f"<style>img {{max-width: 100%; height: auto}}</style>{html}")
        image = page.locator("img")
        assert image.evaluate("(img) => img.getBoundingClientRect().width / img.naturalWidth") >= 0.86
        assert image.evaluate("(img) => img.parentElement.scrollWidth > img.parentElement.clientWidth")
        assert page.evaluate("document.documentElement.scrollWidth") <= 800
    page.close()
