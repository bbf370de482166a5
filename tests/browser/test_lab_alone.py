"""The lab's page by itself: what a click means, in a shadow root too, and what it says to Python."""

import alone
import pytest
from driving import soon
from playwright.sync_api import Locator, Page, expect

from imteach import Lab, Say, Scenario

pytestmark = pytest.mark.alone


def test_the_style_of_pictures_comes_with_the_page_and_not_with_each_picture(page: Page):
    root = alone.mount(page, Lab("dedup"), shadow=True)
    assert root.locator(".lab-drawing .imt-title").evaluate("title => getComputedStyle(title).fontSize") == "15px"
    expect(root.locator("style")).to_have_count(0)


@pytest.mark.parametrize("shadow", [False, True])
def test_the_focus_stays_on_the_packet_that_was_in_use(page: Page, shadow: bool):
    lab = Lab("dedup")
    root = alone.mount(page, lab, shadow)
    packet = root.locator('[data-packet="m1/ack:N#1"]')
    packet.focus()
    page.keyboard.press("Enter")
    soon(
        lambda: page.evaluate("sent.map(({do: what, tool, packet, rev}) => [what, tool, packet, rev])"),
        [["strike", "drop", "m1/ack:N#1", 1]],
    )
    expect(packet).to_have_attribute("data-pending", "")
    lab.drop("ack:N")
    alone.told(page, lab)
    expect(packet).to_have_attribute("data-fate", "dropped")
    expect(packet).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(root.locator('[data-packet="m1/ack:A#1"]')).to_be_focused()


def test_a_question_is_pending_until_python_is_done_with_it_and_its_words_have_one_writer(page: Page):
    lab = Lab("dedup")
    root = alone.mount(page, lab)
    words, radio = root.locator(".lab-live"), root.get_by_role("radio", name="acked")
    radio.check()
    radio.check()
    root.locator('[data-packet="m1/msg:R#1"] > rect').click()
    soon(lambda: page.evaluate("sent.map((message) => message.do)"), ["rung", "strike"])
    sent = page.evaluate("sent")
    view = sent[0]["ask"][0]
    assert [message["ask"] for message in sent] == [[view, 1], [view, 2]]
    expect(words).to_have_text("Waiting for Python …")
    expect(words).to_contain_text("Python has not answered yet")

    page.evaluate("tell({answered: {other: 7}})")  # another view's
    expect(root.locator("[data-pending]")).to_have_count(2)
    page.evaluate(f"tell({{answered: {{{view!r}: 1}}}})")
    expect(root.locator("[data-pending]")).to_have_count(1)
    expect(root).to_have_attribute("data-pending", "")
    page.evaluate(f"tell({{answered: {{{view!r}: 2}}}})")  # refused both: the page goes back to what is true
    expect(root.locator("[data-pending]")).to_have_count(0)
    expect(root).not_to_have_attribute("data-pending", "")
    expect(words).to_be_empty()
    expect(root.get_by_role("radio", name="dedup")).to_be_checked()


def test_what_takes_long_is_seen_to_be_pending_and_what_does_not_never_flickers(page: Page):
    lab = Lab("dedup")
    root = alone.mount(page, lab)
    packet = root.locator('[data-packet="m1/msg:N#1"]')
    pill = packet.locator("rect")
    view = page.evaluate(
        """async () => {
            const root = document.querySelector(".imteach-lab");
            window.shown = [];
            new MutationObserver(() => shown.push(root.hasAttribute("data-waiting")))
                .observe(root, {attributeFilter: ["data-waiting"]});
            root.querySelector('[data-packet="m1/msg:N#1"] > path')
                .dispatchEvent(new MouseEvent("click", {bubbles: true}));
            const view = sent[0].ask[0];
            await new Promise((resolve) => setTimeout(resolve, 40));
            tell({answered: {[view]: 1}});
            await new Promise((resolve) => setTimeout(resolve, 250));
            return view;
        }"""
    )
    assert page.evaluate("shown") == []
    expect(pill).not_to_have_css("stroke-dasharray", "2px, 3px")
    packet.locator("rect").click()
    expect(pill).to_have_css("stroke-dasharray", "2px, 3px")
    page.evaluate("(view) => tell({answered: {[view]: 2}})", view)
    expect(pill).not_to_have_css("stroke-dasharray", "2px, 3px")
    assert page.evaluate("shown") == [True, False]


ROWS = "[data-holds-of], [data-holds-of] li, [data-knows], [data-promise], [data-msgid]"
BESIDE = ["promises", "phones", "holds", "knows"]


def unfold(root: Locator) -> None:
    """Let every panel be seen."""
    for fold in root.locator("[data-fold]").all():
        if fold.get_attribute("aria-expanded") == "false":
            fold.click()


def beside(root: Locator) -> list[list[str]]:
    """What stands beside the picture, as it is read."""
    return [root.locator(f".lab-{part}").all_inner_texts() for part in BESIDE]


def test_rows_beside_the_picture_stay_and_say_what_they_would_if_they_were_new(page: Page):
    lab = Lab(Scenario("dedup", say=[Say("hello"), Say("hi", at=100)]))
    root = alone.mount(page, lab)
    unfold(root)
    root.evaluate("(root, rows) => (window.before = [...root.querySelectorAll(rows)])", ROWS)
    steps = [
        lambda: lab.drop("m1/ack:N"),
        lambda: setattr(lab, "rung", "offline"),
        lambda: lab.set_online("bob", False, at=0),
        lambda: setattr(lab, "rung", "basic"),
        lambda: lab.add_person("carol"),
        lambda: lab.unsay("m1"),
        lab.reset,
    ]
    came = []
    for step in steps:
        step()
        alone.told(page, lab)
        expect(root.locator(".imteach-diagram")).to_have_attribute("data-rev", str(lab._shown.rev))
        came.append((alone.state_of(lab), beside(root)))
    stayed = root.evaluate("(root) => before.filter((row) => root.contains(row)).length / before.length")
    assert stayed > 0.3  # of what the smallest of these runs had
    for state, shown in came:
        fresh = alone.mount_state(page, lab, state)
        unfold(fresh)
        assert beside(fresh) == shown


CLOSE = """root => {  // places where two packets can be hit, which line is nearer there, and whom a click there meant
    const packets = [...root.querySelectorAll("[data-packet]")];
    const ends = [...root.querySelectorAll(".imt-ways > g > path:first-child")].map((path) => {
        const [x, y, across, down] = path.getAttribute("d").match(/-?[0-9.]+/g).map(Number);
        return [x, y, x + across, y + down];
    });
    const far = ([x1, y1, x2, y2], x, y) => {  // along the line as written, not as the page measures it
        let least = Infinity;
        for (let part = 0; part <= 1; part += 0.002)
            least = Math.min(least, Math.hypot(x1 + part * (x2 - x1) - x, y1 + part * (y2 - y1) - y));
        return least;
    };
    const svg = root.querySelector(".lab-drawing svg"), matrix = svg.getScreenCTM();
    const found = [];
    ends.forEach(([x1, y1, x2, y2]) => {
        for (let part = 0.1; part < 0.95; part += 0.02) for (const aside of [-2, 2]) {
            const at = new DOMPoint(x1 + part * (x2 - x1), y1 + part * (y2 - y1) + aside).matrixTransform(matrix);
            [at.x, at.y] = [Math.round(at.x), Math.round(at.y)];  // as a mouse says it
            const {x, y} = at.matrixTransform(matrix.inverse());
            const here = document.elementsFromPoint(at.x, at.y);
            const hits = here.filter((element) => element.matches("[data-packet] > path"));
            if (hits.length < 2 || !here[0].matches("[data-packet] > path")) continue;
            const names = hits.map((hit) => hit.parentElement.dataset.packet);
            const [one, other] = names
                .map((name) => [far(ends[packets.findIndex((p) => p.dataset.packet === name)], x, y), name])
                .sort((a, b) => a[0] - b[0]);
            if (other[0] - one[0] <= 1) continue;
            here[0].dispatchEvent(new MouseEvent("click", {bubbles: true, clientX: at.x, clientY: at.y}));
            found.push([at.x, at.y, one[1], names[0] !== one[1], window.sent.map(({packet}) => packet)]);
        }
    });
    return found;
}"""


def test_between_two_lines_the_nearer_one_is_meant(page: Page):
    people = ["ann", "bob", "carol", "dave", "eve"]
    lab = Lab(Scenario("group", groups={"us": people}, say=[Say("one", "ann", "us"), Say("two", "dave", "us", at=30)]))
    root = alone.mount(page, lab)
    root.locator(".lab-picture").evaluate("picture => picture.style.maxHeight = 'none'")
    close = root.evaluate(CLOSE)
    assert sum(below for *_, below, _ in close) > 3  # where the nearer one does not lie on top
    for x, y, nearer, _, asked in close:
        assert nearer in asked, (x, y)  # now, or before: nothing is asked for twice


def test_a_long_run_is_shown_in_windows(page: Page):
    lab = Lab(Scenario("acked", say=[Say(f"message {n}", at=50 * n) for n in range(100)]))
    root = alone.mount(page, lab)
    expect(root.locator(".lab-stretch")).to_contain_text("Showing packets 1 to 200 of 600, 0 to ")
    earlier, later = (root.get_by_role("button", name=name) for name in ("Earlier", "Later"))
    expect(earlier).to_be_disabled()
    bob = root.locator('[data-phone="bob"]')
    expect(bob).not_to_contain_text("earlier")  # only what is shown by the end of this part
    later.click()
    later.click()  # asked for already
    soon(lambda: page.evaluate("sent.map(({do: what, window}) => [what, window])"), [["window", 1]])
    lab.window = 2
    alone.told(page, lab)
    expect(root.locator(".lab-stretch")).to_contain_text("Showing packets 401 to 600 of 600")
    expect(later).to_be_disabled()
    expect(bob).to_contain_text("… 50 earlier")
    expect(bob).to_contain_text("message 99")
    expect(earlier).to_be_enabled()
    alone.mount(page, Lab("dedup"))
    expect(root.locator(".lab-stretch")).to_be_hidden()


def test_text_begins_at_its_own_side(page: Page):
    root = alone.mount(page, Lab(Scenario("dedup", say=[Say("שלום, 3 הודעות!"), Say("hello")])))
    words = root.locator('[data-phone="bob"] .lab-text')
    for number, direction in enumerate(["rtl", "ltr"]):
        expect(words.nth(number)).to_have_css("direction", direction)


def test_the_script_leaves_nothing_behind(page: Page):
    lab = Lab("dedup")
    alone.mount(page, lab)
    page.evaluate("window.unmount()")
    lab.drop("ack:N")
    alone.told(page, lab)
    assert page.locator('[data-fate="dropped"]').count() == 0  # nobody listens any more
