"""What comes late does not take the place of what is newer: answers, timers, and what a browser took its time for."""

import base64
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from test_lab_ready import ACK, Reader, shows

from imteach import Drop, Lab

pytestmark = pytest.mark.alone

HOLD_CLIPBOARD = """() => {  // what is copied is there when `window.copied` is called
    const writeText = () => new Promise((done) => (window.copied = done));
    Object.defineProperty(navigator, "clipboard", {configurable: true, value: {writeText}});
}"""

QUICK_CLIPBOARD = """() => Object.defineProperty(
    navigator, "clipboard", {configurable: true, value: {writeText: async () => undefined}}
)"""

FAR_APART = """() => {  // a frame and a timer never have the same number
    const [request, cancel, clear] = [requestAnimationFrame, cancelAnimationFrame, clearTimeout];
    window.requestAnimationFrame = (act) => 1e6 + request(act);
    window.cancelAnimationFrame = (frame) => cancel(frame - 1e6);
    window.cleared = [];
    window.clearTimeout = (timer) => {
        window.cleared.push(timer ?? 0);
        clear(timer);
    };
}"""


HOLD_FRAMES = """() => {  // what is to come with a frame comes when `window.paint` is called
    let held = [];
    window.requestAnimationFrame = (act) => held.push(act);
    window.paint = () => held.splice(0).forEach((act) => act(performance.now()));
}"""


ABOVE_THE_NAMES = """picture => {
    const card = picture.querySelector(".imt-card").getBoundingClientRect();
    return card.top - picture.getBoundingClientRect().top;
}"""


@pytest.fixture
def desk(page: Page) -> Reader:
    page.goto("about:blank")  # a test may have put something in the place of what the browser has
    return Reader(page, Lab("retransmit", Drop("msg:R")))


def rest_on(desk: Reader, *packets: str) -> None:
    for name in packets:
        desk.root.locator(f'.lab-drawing [data-packet="m1/{name}#1"] > rect').hover()
        desk.page.wait_for_timeout(100)


def answer_one(desk: Reader) -> dict[str, Any]:
    """Let Python answer the first of what was asked for, and nothing else yet."""
    message = desk.page.evaluate("(done) => window.sent[done]", desk._done)
    desk._done += 1
    desk.lab._handle_custom_msg(message, [])
    desk.page.evaluate("(state) => window.tell(state)", desk._state())
    desk.page.wait_for_timeout(50)
    return message


def test_who_comes_back_to_what_is_asked_for_already_asks_for_nothing_else(desk: Reader):
    rest_on(desk, "ack:N", "ack:R", "ack:N")
    (asked,) = desk.get_ready()
    assert asked["to"]["packet"] == "m1/ack:N#1"
    assert desk.get_ready() == []  # the one between was left again


def test_what_takes_longer_to_unpack_does_not_take_the_place_of_what_was_asked_for_later(desk: Reader):
    rest_on(desk, "ack:R", "ack:N")
    first = desk.get_ready()
    assert first[0]["to"]["packet"] == "m1/ack:R#1"
    desk.page.wait_for_timeout(50)
    # Python tells of ack:N, and of ack:R once more, whose picture is unpacked while ack:N's is there at once
    told: list[tuple[Any, Any]] = []
    desk.lab.send = lambda content, buffers=(): told.append((content, buffers))
    for name in ("ack:R", "ack:N"):
        step = {"do": "strike", "tool": "drop", "packet": f"m1/{name}#1", "at": None}
        desk.lab._handle_custom_msg({"do": "ready", "to": step, "rev": desk.lab._shown.rev}, [])
    plain, _ = told[1]
    parts = plain["parts"] | {part: desk.lab._ahead.news[part] for part in plain["large"]}
    desk.page.evaluate(
        """([late, buffer, content]) => {
            const bytes = Uint8Array.from(atob(buffer), (byte) => byte.charCodeAt());
            const heard = {ready: late.ready, rev: late.rev, parts: late.parts, large: ["drawn"]};
            window.custom(heard, [buffer]);
            window.custom(content, []);
        }""",
        [told[0][0], encoded(told[0]), plain | {"parts": parts, "large": []}],
    )
    desk.page.wait_for_timeout(50)
    desk.root.locator(f".lab-drawing {ACK} > rect").dispatch_event("click")
    assert shows(desk)[1] == "dropped"


def encoded(told: tuple[dict[str, Any], list[bytes]]) -> str:
    """The packed `drawn` of what Python told."""
    content, buffers = told
    return base64.b64encode(buffers[content["large"].index("drawn")]).decode()


def test_what_waited_and_cannot_be_done_any_more_does_not_keep_back_what_comes_after_it(desk: Reader):
    desk.lab.drop("ack:N")
    desk.page.evaluate("(state) => window.tell(state)", desk._state())
    expect(desk.root.locator(".lab-python code")).to_contain_text("ack:N")
    desk.root.locator(ACK).focus()
    for key in "uuy":
        desk.page.keyboard.press(key)
    done = []
    while asked := desk.answer():
        done += [message["do"] for message in asked]
        expect(desk.root.locator(".lab-python code")).to_have_text(desk.lab.code)
    assert done == ["undo", "redo"]


def test_a_reset_waits_for_the_step_before_it(desk: Reader):
    desk.root.locator(ACK).focus()
    desk.page.keyboard.press("Enter")
    desk.page.keyboard.press("r")  # the page does not know yet that there will be something to reset
    done = []
    while asked := desk.answer():
        done += [message["do"] for message in asked]
        expect(desk.root.locator(".lab-python code")).to_have_text(desk.lab.code)
    assert done == ["strike", "reset"]
    assert desk.faults == ["drop m1/msg:R#1"]


def test_an_answer_does_not_take_back_the_rung_that_was_chosen_since(desk: Reader):
    desk.root.locator(ACK).focus()
    desk.page.keyboard.press("+")
    desk.page.keyboard.press("+")
    assert answer_one(desk)["rung"] == "dedup"
    desk.page.keyboard.press("+")
    while desk.answer():
        pass
    assert desk.lab.rung == "durable"
    expect(desk.root.locator(".lab-rung input:checked")).to_have_value("durable")


def test_a_refused_rung_is_taken_back_all_the_same(desk: Reader):
    desk.root.locator(ACK).focus()
    desk.page.keyboard.press("+")
    expect(desk.root.locator(".lab-rung input:checked")).to_have_value("dedup")
    (asked,) = desk.page.evaluate("window.sent")
    desk.page.evaluate("([view, number]) => window.tell({answered: {[view]: number}, refusal: 'no'})", asked["ask"])
    expect(desk.root.locator(".lab-rung input:checked")).to_have_value("retransmit")


def test_that_the_kernel_has_ended_stays_to_be_read_though_its_last_answer_is_drawn_then(desk: Reader):
    desk.root.locator(f".lab-drawing {ACK} > rect").click()
    (asked,) = desk.page.evaluate("window.sent")
    desk.lab._handle_custom_msg(asked, [])
    desk.page.evaluate("(state) => (window.tell(state), window.cutOff())", desk._state())
    expect(desk.root.locator(ACK)).to_have_attribute("data-fate", "dropped")
    desk.page.wait_for_timeout(50)
    expect(desk.root.locator(".lab-live")).to_contain_text("The kernel of this lab has ended")


def test_what_was_copied_last_is_said_to_be_copied_for_as_long_as_the_first(desk: Reader):
    desk.page.evaluate(QUICK_CLIPBOARD)
    button = desk.root.get_by_role("button", name="Copy", exact=True)
    button.click()
    copied = desk.root.get_by_text("Copied", exact=True)
    expect(copied).to_be_visible()
    desk.page.wait_for_timeout(800)
    copied.click()
    desk.page.wait_for_timeout(900)
    expect(copied).to_be_visible(timeout=1)
    expect(button).to_be_visible()


def test_what_is_said_of_a_file_is_not_overwritten_by_a_link_that_was_copied_late(desk: Reader):
    desk.page.evaluate(HOLD_CLIPBOARD)
    desk.root.locator('[data-act="share"]').click()
    desk.root.locator('[data-form="link"]').click()
    desk.answer()
    desk.page.wait_for_function("Boolean(window.copied)")  # it is a function, and would be called
    desk.root.locator('[data-form="toml"]').click()
    desk.answer()
    note = desk.root.locator(".lab-share .lab-empty")
    expect(note).to_have_text(desk.lab.exported["note"])
    desk.page.evaluate("window.copied()")
    desk.page.wait_for_timeout(50)
    expect(note).to_have_text(desk.lab.exported["note"])


def test_who_stops_the_play_ends_no_timer_of_anybody_else(desk: Reader):
    desk.page.evaluate(FAR_APART)
    desk.root.locator('[data-act="play"]').click()
    desk.page.wait_for_timeout(100)
    desk.root.locator('[data-act="play"]').click()
    assert desk.page.evaluate("window.cleared.filter((timer) => timer > 1e6)") == []


@pytest.mark.parametrize("scrolled", [0, 90], ids=["nobody has scrolled", "somebody has"])
def test_the_first_sight_begins_at_the_names_unless_somebody_has_scrolled_by_then(page: Page, scrolled: int):
    page.goto("about:blank")
    page.set_viewport_size({"width": 1366, "height": 600})
    page.evaluate(HOLD_FRAMES)
    picture = Reader(page, Lab("group")).root.locator(".lab-picture")
    expect(picture.locator("[data-packet]").first).to_be_attached()
    page.wait_for_timeout(50)
    picture.evaluate("(picture, y) => (picture.scrollTop = y)", scrolled)
    for _ in range(3):
        page.evaluate("window.paint()")
    if scrolled:
        assert picture.evaluate("picture => picture.scrollTop") == scrolled
    else:
        assert 0 < picture.evaluate(ABOVE_THE_NAMES) < 12
