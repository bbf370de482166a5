"""What a click will show is there before the click: asked for while the button is down, and then Python counts."""

import base64
from typing import Any

import pytest
from alone_with_python import Desk
from playwright.sync_api import Page, expect

from imteach import Drop, Lab
from imteach.lab.live import packed

pytestmark = pytest.mark.alone

ACK = '[data-packet="m1/ack:N#1"]'

COUNT_DRAWINGS = """() => {
    window.drawings = 0;
    const counts = new MutationObserver((changes) => (window.drawings += changes.length));
    counts.observe(document.querySelector(".lab-drawing"), {childList: true});
}"""


COUNT_PARSED = """() => {  // how many pictures were made of markup
    window.parsed = 0;
    const markup = Object.getOwnPropertyDescriptor(Element.prototype, "innerHTML");
    Object.defineProperty(HTMLTemplateElement.prototype, "innerHTML", {
        configurable: true,
        get: markup.get,
        set(text) {
            window.parsed += 1;
            markup.set.call(this, text);
        },
    });
}"""


class Reader(Desk):
    """A desk whose Python also works out ahead what the page asks for."""

    def get_ready(self) -> list[dict[str, Any]]:
        """Answer what was asked for ahead, and return it."""
        told: list[tuple[Any, Any]] = []
        self.lab.send = lambda content, buffers=(): told.append((content, buffers))
        asked = self.page.evaluate("window.ahead.splice(0)")
        for message in asked:
            self.lab._handle_custom_msg(message, [])
        for content, buffers in told:
            self.page.evaluate(
                "([content, buffers]) => window.custom(content, buffers)",
                [content, [base64.b64encode(buffer).decode() for buffer in buffers]],
            )
        return asked

    def _state(self) -> dict[str, Any]:
        """The traits as they travel: what is large is compressed, and named so that the page can tell."""
        state = super()._state()
        large = [name for name in state if self.lab.trait_metadata(name, "to_json") is packed]
        return state | {name: f"deflated {base64.b64encode(packed(state[name], self.lab)).decode()}" for name in large}

    def press(self, selector: str) -> None:
        """Put the mouse on something in the picture, and hold its button down until Python has answered."""
        self.root.locator(f".lab-drawing {selector} > rect").hover()
        self.page.mouse.down()
        assert self.get_ready()
        self.page.wait_for_timeout(50)


@pytest.fixture
def desk(page: Page) -> Reader:
    return Reader(page, Lab("retransmit", Drop("msg:R")))


def shows(desk: Reader) -> tuple[str, str]:
    code = desk.root.locator(".lab-python code").inner_text()
    return code, desk.root.locator(ACK).get_attribute("data-fate") or ""


def test_a_drop_is_drawn_before_python_has_answered_the_click(desk: Reader):
    desk.press(ACK)
    assert shows(desk) == ('Scenario("retransmit").run(Drop("msg:R"))', "arrived")  # pressing does nothing yet
    desk.page.mouse.up()
    assert shows(desk) == ('Scenario("retransmit").run(Drop("msg:R"), Drop("ack:N"))', "dropped")
    assert desk.lab.faults == (Drop("m1/msg:R#1"),)
    expect(desk.root.locator(".lab-phones")).to_contain_text("shown again")
    desk.page.evaluate(COUNT_DRAWINGS)
    desk.answer()
    assert desk.lab.faults == (Drop("m1/msg:R#1"), Drop("m1/ack:N#1"))
    expect(desk.root).not_to_have_attribute("data-pending", "")
    assert shows(desk) == ('Scenario("retransmit").run(Drop("msg:R"), Drop("ack:N"))', "dropped")
    assert desk.page.evaluate("window.drawings") == 0  # what came is what is shown
    desk.press(ACK)
    desk.page.mouse.up()
    assert shows(desk) == ('Scenario("retransmit").run(Drop("msg:R"))', "arrived")
    desk.answer()
    assert desk.lab.faults == (Drop("m1/msg:R#1"),)


def test_the_click_does_not_wait_for_its_picture_to_be_parsed(desk: Reader):
    desk.root.locator(ACK).wait_for()
    desk.page.evaluate(COUNT_PARSED)
    desk.press(ACK)
    before = desk.page.evaluate("window.parsed")  # two if the mouse rested on another packet before
    assert before >= 1
    desk.page.mouse.up()
    assert shows(desk)[1] == "dropped"
    desk.answer()
    assert desk.page.evaluate("window.parsed") == before


def test_where_python_says_otherwise_the_page_follows_it(desk: Reader):
    desk.press(ACK)
    desk.page.mouse.up()
    assert shows(desk)[1] == "dropped"
    desk.lab.rung = "dedup"  # a step of a cell was sooner: this click is of an older picture
    desk.lab.take_back("msg:R")
    desk.page.evaluate("(state) => window.tell(state)", desk._state() | {"answered": {}})
    desk.answer()
    expect(desk.root).not_to_have_attribute("data-pending", "")
    assert shows(desk) == ('Scenario("dedup").run(Drop("ack:N"))', "dropped")


def test_what_was_said_of_another_run_is_not_shown(desk: Reader):
    desk.press(ACK)
    desk.lab.rung = "dedup"  # a cell took a step while the button was down
    desk.page.evaluate("(state) => window.tell(state)", desk._state())
    expect(desk.root.locator(".lab-python code")).to_contain_text("dedup")
    desk.root.locator(f"{ACK} > rect").dispatch_event("click")
    assert shows(desk) == ('Scenario("dedup").run(Drop("msg:R"))', "arrived")
    desk.answer()
    expect(desk.root.locator(ACK)).to_have_attribute("data-fate", "dropped")
    assert shows(desk)[0] == 'Scenario("dedup").run(Drop("msg:R"), Drop("ack:N"))'


def test_what_python_refuses_in_the_end_is_taken_back(desk: Reader):
    desk.press(ACK)
    desk.page.mouse.up()
    assert shows(desk)[1] == "dropped"
    (asked,) = desk.page.evaluate("window.sent")
    desk.page.evaluate("([view, number]) => window.tell({answered: {[view]: number}, refusal: 'no'})", asked["ask"])
    expect(desk.root).not_to_have_attribute("data-pending", "")
    assert shows(desk) == ('Scenario("retransmit").run(Drop("msg:R"))', "arrived")


def test_while_python_is_busy_only_the_newest_waits(desk: Reader):
    for name in ("msg:R", "msg:A", "msg:N", "ack:R", "ack:A"):
        desk.root.locator(f'.lab-drawing [data-packet="m1/{name}#1"] > rect').hover()
        desk.page.wait_for_timeout(100)
    (first,) = desk.get_ready()
    assert first["to"] == {"do": "take back", "fault": "drop m1/msg:R#1"}
    (last,) = desk.get_ready()
    assert last["to"]["packet"] == "m1/ack:A#1"
    assert desk.get_ready() == []


def test_who_only_passes_over_a_packet_asks_for_nothing(desk: Reader):
    desk.page.wait_for_timeout(100)
    desk.get_ready()
    label = desk.root.locator(f".lab-drawing {ACK} > rect")
    label.evaluate(
        """(label) => {
            label.dispatchEvent(new PointerEvent("pointermove", {bubbles: true}));
            label.closest(".lab-picture").dispatchEvent(new PointerEvent("pointerleave"));
        }"""
    )
    desk.page.wait_for_timeout(100)
    assert desk.get_ready() == []
    label.hover()
    desk.page.wait_for_timeout(100)
    assert len(desk.get_ready()) == 1


def test_undo_and_redo_by_fast_keys_wait_for_each_other(desk: Reader):
    desk.lab.drop("ack:N")
    desk.page.evaluate("(state) => window.tell(state)", desk._state())
    expect(desk.root.locator(".lab-python code")).to_contain_text("ack:N")
    desk.root.locator(ACK).focus()
    for key in "uyuyu":
        desk.page.keyboard.press(key)
    done = []
    while asked := desk.answer():
        done += [message["do"] for message in asked]
        expect(desk.root.locator(".lab-python code")).to_have_text(desk.lab.code)
    assert done == ["undo", "redo", "undo", "redo", "undo"]
    assert desk.lab.refusal == ""
    assert desk.lab.faults == (Drop("m1/msg:R#1"),)
    desk.page.keyboard.press("u")  # there is nothing more to undo
    assert desk.answer() == []
