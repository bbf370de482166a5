"""The lab's time, in its page by itself: any moment can be shown, and all that stands beside the picture shows it."""

import alone
import driving
import pytest
from alone_with_python import Desk
from driving import soon
from playwright.sync_api import Locator, Page, expect

from imteach import Drop, Lab, Offline, Say, Scenario

pytestmark = pytest.mark.alone


@pytest.fixture
def lab(page: Page) -> Locator:
    return alone.mount(page, Lab("dedup", Drop("ack:N")))


def time(lab: Locator) -> Locator:
    return lab.locator('input[type="range"][data-part="time"]')


def go(lab: Locator, t: float) -> None:
    time(lab).fill(str(t))
    expect(lab.locator(".lab-when")).to_have_text(f"{t} ms")


def faint(lab: Locator) -> list[str]:
    """The packets that have not been sent yet."""
    return lab.evaluate("lab => [...lab.querySelectorAll('[data-packet].lab-later')].map(p => p.dataset.packet)")


def holds(lab: Locator, node: str) -> str:
    return " ".join(lab.locator(f'[data-holds-of="{node}"] li:not([hidden])').all_text_contents())


def knows(lab: Locator, claim: str) -> Locator:
    return lab.locator(f'[data-knows="{claim}"]')


FLYING = """lab => {  // how far from its line each packet in flight is, and which part of its way is behind it
    const lines = [...lab.querySelectorAll(".lab-drawing .imt-ways > g > path:first-child")].map((path) => {
        const [x, y, across, down] = path.getAttribute("d").match(/-?[0-9.]+/g).map(Number);
        return [x, y, x + across, y + down];
    });
    return [...lab.querySelectorAll(".lab-flying circle")].map((dot) => {
        const [x, y] = [Number(dot.getAttribute("cx")), Number(dot.getAttribute("cy"))];
        return Math.min(...lines.map(([x1, y1, x2, y2]) =>
            Math.abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / Math.hypot(x2 - x1, y2 - y1)));
    });
}"""


def test_at_first_the_lab_shows_the_end_and_nothing_is_faint(lab: Locator):
    expect(lab.locator(".lab-when")).to_have_text("end, 500 ms")
    assert faint(lab) == []
    expect(lab.locator(".lab-later, .lab-on-its-way, .lab-flying circle")).to_have_count(0)
    assert (time(lab).get_attribute("min"), time(lab).get_attribute("max")) == ("0", "500")


def test_what_has_not_happened_yet_is_faint_and_packets_in_flight_show_how_far_they_are(lab: Locator):
    go(lab, 310)
    assert [name.partition("/")[2] for name in faint(lab)] == ["msg:A#2", "msg:N#2", "ack:R#2", "ack:A#2", "ack:N#2"]
    expect(lab.locator(".lab-told.lab-later")).to_have_text(
        ["m1 was shown before:", "discarded, acked again", "timer cancelled", "✓✓ delivered"]
    )
    (off,) = lab.evaluate(FLYING)  # msg:R#2
    assert off < 0.1
    go(lab, 170)  # ack:N is dropped at 180 ms
    expect(lab.locator('[data-packet="m1/ack:N#1"]')).to_have_class("imt-ack imt-dropped lab-can lab-on-its-way")
    assert len(lab.evaluate(FLYING)) == 2
    go(lab, 180)
    assert len(lab.evaluate(FLYING)) == 1
    veil = lab.locator(".lab-veil")
    assert float(veil.get_attribute("y")) > 300
    time(lab).fill("500")
    expect(veil).to_have_attribute("height", "0")
    assert faint(lab) == []


def test_everything_beside_the_picture_shows_the_moment(lab: Locator):
    alice, bob = (lab.locator(f'[data-phone="{person}"]') for person in ("alice", "bob"))
    go(lab, 60)
    expect(alice.locator("[data-msgid]")).to_contain_text("sending")
    expect(bob.locator("[data-msgid]:not([hidden])")).to_have_count(0)
    expect(bob.locator(".lab-empty")).to_be_visible()
    assert "waiting-ack queue: m1: try 1 of 3" in holds(lab, "alice")
    assert "waits for ack:N of m1: 240 ms left" in holds(lab, "alice")
    assert "none kept: it passed m1 on and forgot it" in holds(lab, "server")
    expect(knows(lab, "the server has it")).to_have_attribute("data-true", "true")
    expect(knows(lab, "bob has it")).to_have_attribute("data-true", "false")
    expect(lab.locator('[data-promise="all_delivered"]')).to_have_attribute("data-holds", "open")
    expect(lab.locator('[data-promise="all_delivered"]')).to_contain_text("Not yet: bob has not been shown “hello”.")

    go(lab, 210)
    expect(alice.locator("[data-msgid]")).to_contain_text("✓ sent")
    expect(bob.locator("[data-msgid]:not([hidden])")).to_have_count(1)
    expect(knows(lab, "bob has it")).to_contain_text("by m1/msg:N#1")
    expect(knows(lab, "alice knows that bob has it")).to_have_attribute("data-true", "false")
    expect(lab.locator('[data-promise="no_silent_loss"]')).to_have_attribute("data-holds", "true")

    go(lab, 300)
    assert "m1: try 2 of 3 now: m1: try 2" in holds(lab, "alice")  # what has just changed, in words
    expect(lab.locator(".lab-now")).to_have_text("the timer for m1 runs out; alice tries again: m1/msg:R#2")
    time(lab).fill("500")
    expect(knows(lab, "alice knows that bob has it")).to_contain_text("by m1/ack:N#2")
    assert "waiting-ack queue: empty" in holds(lab, "alice")
    expect(lab.locator('[data-holds="open"]')).to_have_count(0)


def test_a_fabricated_ack_gives_a_belief_and_no_knowledge(page: Page):
    lab = alone.mount(page, Lab("offline", Offline("bob", at=0)))
    row = knows(lab, "alice knows that bob has it")
    expect(row).to_have_attribute("data-true", "false")
    expect(row).to_have_attribute("data-believed", "")
    expect(row).to_contain_text("alice believes that bob has it by m1/ack:N#1")
    go(lab, 60)
    expect(row).not_to_have_attribute("data-believed", "")
    expect(lab.locator('[data-phone="bob"] [role="switch"]')).not_to_be_checked()
    expect(lab.locator('[data-phone="bob"]')).to_contain_text("offline")


def test_one_can_step_from_event_to_event_and_jump(lab: Locator):
    previous, next_, when = (
        lab.locator('[data-act="previous"]'),
        lab.locator('[data-act="next"]'),
        lab.locator(".lab-when"),
    )
    previous.click()
    expect(when).to_have_text("450 ms")
    next_.click()
    expect(when).to_have_text("end, 500 ms")
    jumps = {"loss": "180 ms", "timeout": "300 ms", "duplicate": "400 ms"}
    for kind, shown in jumps.items():
        lab.locator(f'[data-jump="{kind}"]').click()
        expect(when).to_have_text(shown)
    for kind in jumps:  # there is no later one
        expect(lab.locator(f'[data-jump="{kind}"]')).to_be_disabled()
    lab.locator('[data-jump="loss"]').evaluate("button => button.click()")
    expect(when).to_have_text("400 ms")
    previous.click()
    expect(when).to_have_text("350 ms")
    expect(lab.locator('[data-jump="duplicate"]')).to_be_enabled()
    expect(lab.locator('[data-jump="broken"]')).to_be_hidden()
    assert lab.page.evaluate("sent") == []  # all of that without Python


def test_it_plays_to_the_end_in_the_page_and_can_be_paused(page: Page, lab: Locator):
    play, when = lab.locator('[data-act="play"]'), lab.locator(".lab-when")
    lab.locator(".lab-speed").select_option("fast")
    play.click()
    expect(play).to_have_accessible_name("Pause")
    soon(lambda: lab.locator(".lab-flying circle").count() > 0, True)
    play.click()
    expect(play).to_have_accessible_name("Play")
    shown = when.text_content()
    assert shown != "end, 500 ms"
    page.evaluate(driving.TWO_FRAMES)
    expect(when).to_have_text(shown)
    play.click()
    expect(when).to_have_text("end, 500 ms", timeout=10_000)
    expect(play).to_have_accessible_name("Play")
    assert page.evaluate("sent") == []


def test_who_wants_no_motion_sees_it_step_by_step(page: Page, lab: Locator):
    page.emulate_media(reduced_motion="reduce")
    try:
        lab.locator('[data-act="play"]').click()
        expect(lab.locator(".lab-when")).to_have_text("0 ms")
        expect(lab.locator(".lab-when")).to_have_text("50 ms")
        lab.locator('[data-act="play"]').click()
    finally:
        page.emulate_media(reduced_motion="no-preference")


def test_the_cursor_can_be_dragged_along_the_time_axis(page: Page, lab: Locator):
    lab.locator(".lab-picture").evaluate("picture => picture.style.maxHeight = 'none'")
    grip = lab.locator(".lab-grip-tip").bounding_box()
    svg = lab.locator(".lab-drawing svg").bounding_box()
    label = lab.locator(".lab-drawing .imt-times text", has_text="100 ms").bounding_box()
    page.mouse.move(grip["x"] + 4, grip["y"] + grip["height"] / 2)
    page.mouse.down()
    page.mouse.move(grip["x"] + 4, label["y"] + label["height"] / 2 + 1, steps=4)
    expect(lab.locator(".lab-when")).to_have_text("100 ms")
    expect(lab.locator(".lab-grip-text")).to_have_text("100 ms")
    page.mouse.move(grip["x"] + 4, svg["y"] + svg["height"] + 40, steps=3)
    page.mouse.up()
    expect(lab.locator(".lab-when")).to_have_text("end, 500 ms")
    assert page.evaluate("sent") == []


def test_the_moment_stays_when_a_step_changes_the_run(page: Page):
    lab = Lab("dedup", Drop("ack:N"))
    root = alone.mount(page, lab)
    go(root, 160)
    lab.drop("ack:A")
    alone.told(page, lab)
    expect(root.locator(".lab-when")).to_have_text("160 ms")
    expect(root.locator(".lab-flying circle")).to_have_count(2)
    lab.take_back("ack:N")
    alone.told(page, lab)
    expect(root.locator(".lab-when")).to_have_text("160 ms")
    lab.rung = "basic"  # its run is over by then
    alone.told(page, lab)
    expect(root.locator(".lab-when")).to_have_text("end, 100 ms")


def test_keys_move_the_time_but_not_where_somebody_types(page: Page, lab: Locator):
    when = lab.locator(".lab-when")
    lab.locator('[data-tool="drop"]').focus()
    page.keyboard.press(",")
    expect(when).to_have_text("450 ms")
    page.keyboard.press("t")  # there is none later
    expect(when).to_have_text("450 ms")
    for _ in range(5):
        page.keyboard.press(",")
    expect(when).to_have_text("180 ms")
    page.keyboard.press("t")
    expect(when).to_have_text("300 ms")
    page.keyboard.press(".")
    expect(when).to_have_text("350 ms")
    page.keyboard.press("?")
    expect(lab.get_by_role("group", name="Keys")).to_be_visible()
    page.keyboard.press("?")
    words = lab.locator('[data-phone="alice"] input[type="text"]')
    words.focus()
    page.keyboard.type("p.,t1?")
    expect(words).to_have_value("p.,t1?")
    expect(when).to_have_text("350 ms")
    expect(lab.get_by_role("group", name="Keys")).to_be_hidden()


def test_the_moment_is_told_to_a_screen_reader_once_it_stays(lab: Locator):
    go(lab, 180)
    expect(lab.locator(".lab-unseen[aria-live]")).to_have_text("At 180 ms: m1/ack:N#1 is dropped")
    expect(time(lab)).to_have_attribute("aria-valuetext", "180 ms of 500 ms")


def test_between_two_instants_it_says_what_is_on_the_way(lab: Locator):
    go(lab, 60)
    expect(lab.locator(".lab-now")).to_have_text("Between 50 ms and 100 ms: on the way are m1/msg:A#1, m1/msg:N#1.")
    go(lab, 210)
    expect(lab.locator(".lab-now")).to_have_text("Between 200 ms and 300 ms: only time passes.")


def test_the_diagram_follows_the_slider(lab: Locator):
    lab.locator(".lab-picture").evaluate("picture => picture.style.maxHeight = '240px'")
    inside = """lab => {
        const boxes = [".lab-grip-tip", ".lab-picture"].map((css) => lab.querySelector(css).getBoundingClientRect());
        const [tip, frame] = boxes;
        return frame.top <= tip.top && tip.bottom <= frame.bottom;
    }"""
    for t in (450, 20, 300):
        go(lab, t)
        soon(lambda: lab.evaluate(inside), True)


def test_a_click_beside_the_times_goes_there(page: Page, lab: Locator):
    lab.locator(".lab-picture").evaluate("picture => picture.style.maxHeight = 'none'")
    label = lab.locator(".lab-drawing .imt-times text", has_text="150 ms").bounding_box()
    page.mouse.click(label["x"] + 10, label["y"] + label["height"] / 2)
    expect(lab.locator(".lab-when")).to_have_text("150 ms")


def test_what_happened_is_told_with_who_and_when(lab: Locator):
    names = lab.locator("[data-event]").evaluate_all("all => all.map((one) => one.getAttribute('aria-label'))")
    assert names[2:4] == ["alice at 100 ms: ✓ sent", "bob at 100 ms: hello"]


def test_two_labs_on_a_page_have_their_own_time(page: Page):
    one = alone.mount(page, Lab("dedup"))
    go(one, 60)
    page.evaluate("window.first = document.querySelector('.imteach-lab').parentElement.parentElement")
    other = alone.mount(page, Lab("acked"), keep=True)
    go(other, 120)
    expect(page.locator(".imteach-lab .lab-when")).to_have_text(["60 ms", "120 ms"])


def test_a_long_run_has_the_time_of_the_window_that_is_shown(page: Page):
    lab = Lab(Scenario("acked", say=[Say(f"message {n}", at=50 * n) for n in range(100)]))
    lab.window = 1
    root = alone.mount(page, lab)
    first, last = (float(time(root).get_attribute(name)) for name in ("min", "max"))
    assert 1500 < first < 1800 < last < 3800
    root.locator('[data-act="previous"]').click()
    expect(root.locator(".lab-outcome")).to_contain_text("The whole run: ")
    assert first < float(root.locator(".lab-when").text_content().removesuffix(" ms")) < last


def test_what_python_was_told_of_the_moment_takes_nobody_back(page: Page, lab: Locator):
    go(lab, 63)
    soon(lambda: page.evaluate("window.kept.at(-1)"), ["at", 63])  # a lab before this one may still tell
    time(lab).fill("100")
    page.evaluate("window.tell({at: 63})")  # as a busy page hears it
    page.wait_for_timeout(100)
    expect(lab.locator(".lab-when")).to_have_text("100 ms")
    for t in (80, 60):  # what Python changes is shown
        page.evaluate("t => window.tell({at: t})", t)
        expect(lab.locator(".lab-when")).to_have_text(f"{t} ms")


def test_when_the_time_has_run_to_its_end_the_end_stays_in_sight(page: Page):
    page.set_viewport_size({"width": 900, "height": 700})
    desk = Desk(
        page, Lab("dedup", Drop("msg:N"))
    )  # what is said beside it takes more room in the middle than at the end
    desk.root.locator(".lab-speed").select_option("fast")
    desk.root.locator('[data-packet="m1/msg:R#1"]').focus()
    page.keyboard.press("p")
    soon(lambda: desk.root.locator('[data-part="time"]').get_attribute("aria-valuetext"), "500 ms of 500 ms")
    page.wait_for_timeout(300)
    left = "picture => picture.scrollHeight - picture.scrollTop - picture.clientHeight"
    assert desk.root.locator(".lab-picture").evaluate(left) < 60
    page.set_viewport_size(driving.SCREEN)


def test_what_stands_above_the_slider_does_not_push_it_up_and_down_as_time_goes_on(page: Page):
    page.set_viewport_size({"width": 900, "height": 900})
    desk = Desk(page, Lab("dedup", Drop("msg:N")))
    slider = desk.root.locator('[data-part="time"]')
    heights = []
    for t in (0, 100, 200, 300, 400, 300, 200, 100, 0, 499):
        desk.go(t)
        page.evaluate(driving.TWO_FRAMES)
        heights.append(round(slider.bounding_box()["y"]))
    assert heights == sorted(heights)  # it may be pushed down, once, but does not come up again
    page.set_viewport_size(driving.SCREEN)


def test_a_key_right_after_the_slider_goes_on_from_where_the_slider_is(lab: Locator):
    """The slider's moment comes with the next frame, which came after the key and took its moment back."""
    slide_and_press = """(lab, [to, key]) => {
        const slider = lab.querySelector("[data-part=time]");
        slider.value = to;
        slider.dispatchEvent(new Event("input", {bubbles: true}));
        slider.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
        return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(
            () => done(lab.querySelector(".lab-when").textContent))));
    }"""
    for to, key, then in (250, "t", "300 ms"), (310, ".", "350 ms"), (310, ",", "300 ms"):
        assert lab.evaluate(slide_and_press, [str(to), key]) == then
