"""The lab in real JupyterLab: what a learner sees and does there, with a mouse, with keys, in both themes."""

import operator
import re
from collections.abc import Callable, Iterator

import driving
import nbformat
import pytest
from driving import soon
from playwright.sync_api import Locator, Page, expect

from imteach import Drop, Lab

Run = Callable[..., Locator]
Shoot = Callable[[Locator, str], None]

NASTY = "<script>window.struck = 1</script><img src=x onerror='window.struck = 1'> & \"so on\""


def packet(lab: Locator, name: str) -> Locator:
    return lab.locator(f'[role="button"][data-packet="{name}"]')


def click(lab: Locator, name: str) -> None:
    packet(lab, name).locator("path").first.click()


def promise(lab: Locator, name: str) -> Locator:
    return lab.locator(f'[data-promise="{name}"]')


def bubbles(lab: Locator, person: str) -> Locator:
    return lab.locator(f'[data-phone="{person}"] [data-msgid]')


def focused(page: Page) -> str | None:
    return page.evaluate("document.activeElement.dataset.packet ?? null")


def revision(lab: Locator) -> int:
    return int(lab.locator("svg[data-rev]").get_attribute("data-rev"))


# The main story


def test_a_learner_drops_a_packet_in_a_lesson_and_watches_the_protocol_cope(
    page: Page, server: driving.Server, open_notebook: Run, run: Run, shoot: Shoot
):
    lesson = driving.lesson_with_lab(server)
    lab = open_notebook(lesson) if lesson else run('Lab("basic")')
    lab.get_by_role("radio", name="basic").check()
    expect(promise(lab, "no_silent_loss")).to_have_attribute("data-holds", "true")
    before = revision(lab)

    click(lab, "m1/msg:N#1")  # at basic nobody ever knows
    expect(packet(lab, "m1/msg:N#1")).to_have_attribute("data-fate", "dropped")
    expect(packet(lab, "m1/msg:N#1").locator(".imt-cross")).to_be_visible()
    expect(promise(lab, "no_silent_loss")).to_have_attribute("data-holds", "false")
    expect(promise(lab, "no_silent_loss")).to_contain_text("m1/msg:N#1")
    expect(promise(lab, "all_delivered")).to_have_attribute("data-holds", "false")
    expect(bubbles(lab, "bob")).to_have_count(0)
    expect(lab.get_by_role("status")).to_contain_text("m1/msg:N#1 is dropped")
    soon(lambda: revision(lab), before, operator.gt)
    shoot(lab, "light-basic-msg-n-dropped")

    lab.get_by_role("radio", name="retransmit").check()  # the drop stays; here it is repaired
    expect(packet(lab, "m1/msg:R#2")).to_be_visible()
    expect(packet(lab, "m1/msg:N#1")).to_have_attribute("data-fate", "dropped")
    expect(promise(lab, "no_silent_loss")).to_have_attribute("data-holds", "true")
    expect(bubbles(lab, "bob")).to_have_count(1)
    expect(bubbles(lab, "alice")).to_contain_text("✓✓ delivered")

    click(lab, "m1/ack:N#1")  # and what it costs: bob sees it twice
    expect(promise(lab, "no_duplicates")).to_have_attribute("data-holds", "false")
    expect(bubbles(lab, "bob")).to_have_count(2)

    click(lab, "m1/ack:N#1")
    click(lab, "m1/msg:N#1")  # both drops taken back
    expect(packet(lab, "m1/msg:N#1")).to_have_attribute("data-fate", "arrived")
    expect(packet(lab, "m1/msg:R#2")).to_have_count(0)
    expect(lab.locator(".lab-python")).to_have_text('Scenario("retransmit").run()')


def test_undo_reset_and_the_drop_that_met_no_packet(run: Run):
    lab = run('Lab("acked")')
    undo, reset = lab.get_by_role("button", name="Undo"), lab.get_by_role("button", name="Reset")
    expect(undo).to_be_disabled()
    expect(reset).to_be_disabled()
    click(lab, "m1/ack:R#1")
    expect(packet(lab, "m1/ack:R#1")).to_have_attribute("aria-pressed", "true")
    expect(reset).to_be_enabled()

    lab.get_by_role("radio", name="basic").check()
    unused = lab.locator(".lab-faults li[data-unused]")
    expect(unused).to_contain_text("m1/ack:R#1: this run never sent that packet")
    undo.click()
    expect(lab.get_by_role("radio", name="acked")).to_be_checked()
    expect(unused).to_have_count(0)
    lab.get_by_role("radio", name="basic").check()
    lab.get_by_role("button", name="Take back: drop m1/ack:R#1").click()
    expect(lab.locator(".lab-python")).to_have_text('Scenario("basic").run()')

    reset.click()
    expect(lab.locator(".lab-python")).to_have_text('Scenario("acked").run()')
    expect(reset).to_be_disabled()
    undo.click()
    expect(lab.locator(".lab-python")).to_have_text('Scenario("basic").run()')


def test_every_step_in_python_shows_on_the_page_and_both_views_follow(page: Page, run: Run):
    run('lab = Lab("dedup")\nlab', "lab", 'lab.drop("ack:N")')
    views = page.locator(".imteach-lab")
    expect(views).to_have_count(2)
    one, other = views.nth(0), views.nth(1)
    for lab in (one, other):
        expect(packet(lab, "m1/ack:N#1")).to_have_attribute("data-fate", "dropped")

    click(other, "m1/ack:N#1")
    for lab in (one, other):
        expect(packet(lab, "m1/ack:N#1")).to_have_attribute("data-fate", "arrived")
    one.get_by_role("radio", name="acked").check()
    expect(other.get_by_role("radio", name="acked")).to_be_checked()
    expect(one.get_by_role("radio", name="acked")).to_be_checked()


def test_two_labs_of_a_notebook_each_show_their_own_rung(page: Page, run: Run):
    run('Lab("ordered")', 'Lab("retransmit")')
    labs = page.locator(".imteach-lab")
    expect(labs).to_have_count(2)
    for number in (0, 1):
        expect(labs.nth(number).locator("svg[data-rev]")).to_be_visible()
    for number, rung in enumerate(["ordered", "retransmit"]):
        expect(labs.nth(number).get_by_role("radio", name=rung)).to_be_checked()


def test_a_kept_run_stands_beside_the_next_in_both_views_and_in_no_other_lab(page: Page, run: Run, shoot: Shoot):
    run('lab = Lab("retransmit")\nlab', "lab", 'Lab("retransmit")')
    one, other, apart = page.locator(".imteach-lab").all()
    one.locator("[data-act=keep]").click()
    expect(other.locator(".lab-kept > svg")).to_be_attached()
    click(one, "m1/ack:N#1")
    for lab in (one, other):
        expect(lab.locator(".lab-first")).to_contain_text("At 180 ms m1/ack:N#1 is dropped in the second run")
        expect(lab.locator(".lab-kept .imt-title")).to_have_text("First run, kept: retransmit, nothing dropped")
    shoot(one, "kept")
    expect(apart.locator(".lab-compared")).to_be_hidden()
    expect(packet(apart, "m1/ack:N#1")).to_have_attribute("data-fate", "arrived")
    other.locator("[data-act=keep]").click()
    expect(one.locator(".lab-compared")).to_be_hidden()


# Keys and screen readers


def test_keys_alone_will_do(page: Page, run: Run):
    lab = run('Lab("dedup")')
    lab.get_by_role("radio", name="dedup").focus()
    for act in ("keep", "settings", "share", "help"):  # undo, redo and reset are disabled
        page.keyboard.press("Tab")
        expect(lab.locator(f'[data-act="{act}"]')).to_be_focused()
    page.keyboard.press("Tab")
    expect(lab.locator('[data-tool="drop"]')).to_be_focused()
    page.keyboard.press("g")  # or Tab, past the phones and the time
    expect(packet(lab, "m1/msg:R#1")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(packet(lab, "m1/msg:N#1")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("ArrowDown")  # nothing comes after the last
    expect(packet(lab, "m1/ack:N#1")).to_be_focused()
    page.keyboard.press("Home")
    expect(packet(lab, "m1/msg:R#1")).to_be_focused()

    page.keyboard.press("Enter")
    expect(packet(lab, "m1/msg:R#1")).to_have_attribute("data-fate", "dropped")
    expect(packet(lab, "m1/msg:R#1")).to_be_focused()
    page.keyboard.press("Space")
    expect(packet(lab, "m1/msg:R#1")).to_have_attribute("data-fate", "arrived")
    expect(packet(lab, "m1/msg:R#1")).to_be_focused()
    expect(lab.locator('[data-packet][tabindex="0"]')).to_have_count(1)


def test_the_rung_is_chosen_with_the_arrow_keys_and_keeps_the_focus(page: Page, run: Run):
    lab = run('Lab("basic")')
    lab.get_by_role("radio", name="basic").focus()
    page.keyboard.press("ArrowRight")
    expect(lab.locator(".lab-python")).to_have_text('Scenario("acked").run()')
    expect(lab.get_by_role("radio", name="acked")).to_be_focused()
    expect(lab.get_by_role("radio", name="acked")).to_be_checked()


def test_focus_is_never_lost(page: Page, run: Run):
    lab = run('lab = Lab("retransmit", Drop("ack:N"))\nlab')
    packet(lab, "m1/ack:N#2").focus()  # gone at the rung below
    driving.ask(page, KERNEL, "lab.rung = 'acked'")
    expect(packet(lab, "m1/ack:N#2")).to_have_count(0)
    soon(lambda: focused(page) in ("m1/ack:A#1", "m1/ack:N#1"), True)

    lab.get_by_role("button", name="Reset").focus()
    page.keyboard.press("Enter")  # it is disabled then
    expect(lab.get_by_role("button", name="Reset")).to_be_disabled()
    expect(lab.locator("[data-packet]:focus")).to_have_count(1)


def test_the_key_that_runs_a_cell_and_the_key_that_saves_still_work_inside_the_lab(page: Page, run: Run):
    lab = run('Lab("dedup")')
    packet(lab, "m1/msg:R#1").locator("rect").click()
    expect(packet(lab, "m1/msg:R#1")).to_have_attribute("data-fate", "dropped")
    page.keyboard.press("Control+Enter")  # runs the cell anew: a lab as it began
    expect(packet(page.locator(".imteach-lab").first, "m1/msg:R#1")).to_have_attribute("data-fate", "arrived")


@pytest.mark.parametrize("beside", [".lab-outcome", '[data-phone="bob"] .lab-chat', ".lab-judged"])
def test_after_a_click_on_what_does_nothing_a_key_is_the_labs_and_not_the_notebooks(page: Page, run: Run, beside: str):
    lab = run('Lab("dedup", Drop("ack:N"))')
    packet(lab, "m1/msg:R#1").locator("rect").click()
    expect(packet(lab, "m1/msg:R#1")).to_have_attribute("data-fate", "dropped")
    lab.locator(beside).first.click(position={"x": 3, "y": 3})
    page.keyboard.press("r")  # in a notebook: make the cell raw, and its output is gone
    expect(packet(lab, "m1/msg:R#1")).to_have_attribute("data-fate", "arrived")
    expect(packet(lab, "m1/ack:N#1")).to_have_attribute("data-fate", "dropped")


def test_every_part_has_a_role_and_a_name(run: Run):
    lab = run('Lab("retransmit", Drop("ack:N"))')
    diagram = lab.get_by_role("group", name=re.compile("^Sequence diagram"))
    packets, heads = lab.locator("[data-packet]"), lab.locator('[role="button"][data-node]')
    expect(heads).to_have_count(3)
    expect(diagram.get_by_role("button")).to_have_count(packets.count() + heads.count())
    expect(diagram.get_by_role("button", pressed=True)).to_have_count(1)
    for button in diagram.get_by_role("button").all():
        assert len(button.get_attribute("aria-label").split()) > 3  # a sentence
    expect(lab.get_by_role("group", name="Rung").get_by_role("radio")).to_have_count(8)
    expect(lab.get_by_role("group", name="bob's phone").get_by_role("listitem")).to_have_count(2)
    promises = lab.get_by_role("list", name="Promises").get_by_role("listitem")
    expect(promises).to_have_count(5)
    expect(promises.filter(has_text="broken: ")).to_have_count(1)
    expect(promises.filter(has_text="✗")).to_have_count(1)  # not by colour alone
    expect(lab.get_by_role("radiogroup", name="Tool").get_by_role("radio")).to_have_count(7)
    expect(lab.get_by_role("radio", name="Drop", checked=True)).to_have_count(1)
    expect(lab.get_by_role("slider", name="Moment")).to_be_visible()
    for name in ("Copy", "Play", "Keys", "Undo", "Redo", "Reset"):
        expect(lab.get_by_role("button", name=name, exact=True)).to_be_visible()


def test_the_code_can_be_copied(page: Page, run: Run):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    lab = run('Lab("dedup", Drop("ack:N"))')
    lab.get_by_role("button", name="Copy").click()
    expect(lab.get_by_role("button", name="Copied")).to_be_visible()
    soon(lambda: page.evaluate("navigator.clipboard.readText()"), 'Scenario("dedup").run(Drop("ack:N"))')


# What must not happen


def test_what_a_learner_typed_is_text(page: Page, run: Run):
    lab = run(f"Lab(Scenario('dedup', say=[Say({NASTY!r}), Say('\\x00\\x1b \\u202e ]]>', 'bob', 'alice', at=5)]))")
    expect(bubbles(lab, "bob").last).to_contain_text(NASTY)
    expect(lab.locator("script, img")).to_have_count(0)
    click(lab, "m1/msg:R#1")
    expect(packet(lab, "m1/msg:R#1")).to_have_attribute("data-fate", "dropped")
    assert page.evaluate("window.struck") is None


def test_what_cannot_be_run_is_said_in_the_lab_and_the_page_shows_what_is_true(run: Run):
    fragile = "class Fragile(Client):\n    def on_ack_a(self, packet):\n        raise KeyError('<b>m1</b>')"
    lab = run(fragile, "Lab(Scenario('basic', client=Fragile))")
    lab.get_by_role("radio", name="acked").click()
    expect(lab.get_by_role("alert")).to_have_text(
        "Fragile.on_ack_a raised KeyError: '<b>m1</b>' when m1/ack:A#1 arrived at 200 ms "
        "(line 3: raise KeyError('<b>m1</b>'))"
    )
    expect(lab.get_by_role("radio", name="acked")).to_be_checked()  # the run until there, and what the others did then
    lab.get_by_role("radio", name="basic").click()
    expect(lab.get_by_role("alert")).to_be_empty()
    click(lab, "m1/msg:N#1")
    expect(packet(lab, "m1/msg:N#1")).to_have_attribute("data-fate", "dropped")


def test_a_lesson_that_nobody_has_run_shows_a_still_picture(page: Page, server: driving.Server):
    data, _ = Lab("dedup", Drop("ack:N"))._repr_mimebundle_()
    cell = nbformat.v4.new_code_cell("Lab('dedup')", execution_count=1)
    cell.outputs = [nbformat.v4.new_output("execute_result", data=data, execution_count=1)]
    driving.ask(page, driving.REOPEN, driving.write_notebook(server, "unrun.ipynb", [cell]))
    picture = page.locator(".jp-OutputArea-output img")
    expect(picture).to_be_visible()
    assert picture.evaluate("img => img.decode().then(() => img.naturalWidth)") > 300
    expect(picture).to_have_attribute("alt", re.compile("ack:N"))
    driving.ask(page, driving.CLOSE)


# How it looks


@pytest.fixture
def dark(page: Page) -> Iterator[None]:
    driving.change_theme(page, "JupyterLab Dark")
    yield
    driving.change_theme(page, "JupyterLab Light")


LOOKS = 'Lab(Scenario("retransmit", say=[Say("hello"), Say("still there?", at=40)]), Drop("m1/ack:N"))'


def test_text_can_be_read_in_the_light_theme(run: Run, shoot: Shoot):
    lab = run(LOOKS)
    packet(lab, "m1/ack:N#1").focus()  # the ring that shows where the keys go
    shoot(lab, "light")
    soon(lambda: faint(lab), [])


@pytest.mark.usefixtures("dark")
def test_text_can_be_read_in_the_dark_theme(run: Run, shoot: Shoot):
    lab = run(LOOKS)
    lab.get_by_role("radio", name="retransmit").focus()
    lab.page.keyboard.press("Tab")
    shoot(lab, "dark")
    soon(lambda: faint(lab), [])
    expect(lab).not_to_have_css("background-color", "rgb(255, 255, 255)")


@pytest.mark.parametrize("width", [1000, 900, 600])
def test_nothing_is_wider_than_the_cell(page: Page, run: Run, shoot: Shoot, width: int):
    lab = run('Lab("retransmit", Drop("ack:N"))')
    try:
        driving.make_as_wide(page, lab, width)
        shoot(lab, f"width-{width}")
        soon(lambda: lab.evaluate(TOO_WIDE), [])
        lab.locator("[data-act=keep]").click()
        expect(lab.locator(".lab-kept > svg")).to_be_attached()
        soon(lambda: lab.evaluate(TOO_WIDE), [])
    finally:
        page.set_viewport_size(driving.SCREEN)


def faint(lab: Locator) -> list[str]:
    """Each piece of text whose contrast with what is behind it is less than 4.5."""
    return lab.evaluate(CONTRAST)


KERNEL = """code => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel
    .requestExecute({code}).done.then(() => null)"""

TOO_WIDE = """lab => [lab, ...lab.querySelectorAll("div, p, pre, ul, ol, li")]
    .filter(element => !element.closest(".lab-picture, .lab-kept, .lab-unseen"))  // pictures scroll
    .filter(element => element.scrollWidth > element.clientWidth + 1)
    .map(element => element.className)"""

CONTRAST = """lab => {
    const canvas = Object.assign(document.createElement("canvas"), {width: 1, height: 1}).getContext("2d", {
        willReadFrequently: true});
    const rgba = (color) => {
        canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const light = (color) => {
        const linear = (v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
        const [r, g, b] = rgba(color).map(v => linear(v / 255));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element) => {
        if (element.namespaceURI.endsWith("svg")) {  // a label stands on its pill or bubble, the rest on the paper
            const shape = element.previousElementSibling;
            const box = shape?.matches("rect") && shape.getBoundingClientRect(), own = element.getBoundingClientRect();
            const inside = box && box.left <= own.left && own.right <= box.right && box.top <= own.bottom;
            return inside ? getComputedStyle(shape).fill : getComputedStyle(lab).backgroundColor;
        }
        for (let e = element; e; e = e.parentElement) {
            const color = getComputedStyle(e).backgroundColor;
            if (rgba(color)[3] === 255) return color;
        }
        return "white";
    };
    const faint = [];
    for (const element of lab.querySelectorAll("*")) {
        const text = [...element.childNodes].filter(n => n.nodeType === 3).map(n => n.data.trim()).join(" ").trim();
        const style = getComputedStyle(element);
        if (!text || element.tagName === "style" || style.visibility === "hidden") continue;
        const ink = element.namespaceURI.endsWith("svg") ? style.fill : style.color;
        const [a, b] = [light(ink), light(behind(element))].sort((x, y) => y - x);
        const contrast = (a + 0.05) / (b + 0.05);
        if (contrast < 4.5) faint.push(`${text}: ${contrast.toFixed(2)} (${ink} on ${behind(element)})`);
    }
    return faint;
}"""
