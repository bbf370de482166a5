"""The lab in JupyterLab and in Notebook 7: its keys, its answers, its kernel. What must be the same in both."""

from collections.abc import Callable

import driving
import pytest
from driving import soon
from nightly import by_night
from playwright.sync_api import Locator, Page, expect
from test_lab_in_jupyterlab import KERNEL, click, focused, packet, revision

pytestmark = pytest.mark.parametrize("host", driving.HOSTS, indirect=True)

Run = Callable[..., Locator]

NAMES = {"jupyterlab": "JupyterLab", "notebook": "Jupyter Notebook"}

CELLS = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell"

FOCUSABLE = """lab => [...lab.querySelectorAll("button, input, [tabindex]")]
    .filter((element) => !element.disabled && element.getClientRects().length)"""

KEEP_FOCUS = f"""(lab, place) => {{  // to this element, after every key again
    const focus = () => {{
        const all = ({FOCUSABLE})(lab);
        all[Math.min(place, all.length - 1)]?.focus();
    }};
    window.removeEventListener("keyup", window.keepFocus, true);
    window.addEventListener("keyup", window.keepFocus = focus, true);
    focus();
}}"""

KEYS = [*"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"]
KEYS += ["ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "Home", "End", "PageUp", "PageDown", "Delete", "Backspace"]
KEYS += [
    "Escape",
    "Enter",
    "Space",
    "F2",
    "/",
    "?",
    "Control+b",
    "Control+z",
    "Control+Shift+C",
    "Alt+ArrowUp",
    "Control+m",
]

HEARD = """() => {
    const commands = window.jupyterapp.commands;
    // what the program does of itself, some time after a page was entered or its kernel came; no key stands for it
    const own = ["apputils:load-statedb", "notebook:get-kernel", "helpmenu:get-kernel"];
    window.heard ??= commands.commandExecuted.connect((_, {id}) => own.includes(id) || window.executed.push(id));
    window.executed = [];
}"""


def test_no_key_that_is_pressed_inside_the_lab_reaches_the_notebook(page: Page, run: Run):
    lab = run('lab = Lab("offline", Drop("msg:N"), Offline("bob", at=300, lasting=900))\nlab', "'a cell below'")
    before = page.locator(CELLS).all_inner_texts()
    number = lab.evaluate(f"lab => ({FOCUSABLE})(lab).length")
    assert number > 15
    driving.ask(page, HEARD)
    for place in range(number):
        lab.evaluate(KEEP_FOCUS, place)
        for key in KEYS if place in (0, number // 2) else ["x", "a", "b", "d", "d", "ArrowDown", "Enter", "Escape"]:
            page.keyboard.press(key)
        assert page.evaluate("window.executed") == [], f"element {place}"
    page.evaluate("window.removeEventListener('keyup', window.keepFocus, true)")
    soon(lambda: lab.evaluate("lab => lab.contains(document.activeElement)"), True)
    assert len(page.locator(CELLS).all_inner_texts()) == len(before)


def test_what_a_click_shows_is_there_before_the_finger_is_off_the_button(page: Page, run: Run):
    lab = run('Lab("dedup")')
    code = lab.locator(".lab-python code")
    label = packet(lab, "m1/ack:N#1").locator("rect")
    assert driving.as_the_click_ends(page, label, driving.CODE) == 'Scenario("dedup").run(Drop("ack:N"))'
    expect(lab).not_to_have_attribute("data-pending", "")
    expect(code).to_have_text('Scenario("dedup").run(Drop("ack:N"))')
    undo = lab.locator('[data-act="undo"]')
    assert driving.as_the_click_ends(page, undo, driving.CODE) == 'Scenario("dedup").run()'
    rung = lab.locator(".lab-rung").first
    expect(lab).not_to_have_attribute("data-pending", "")
    assert driving.as_the_click_ends(page, rung, driving.CODE, "change") == 'Scenario("basic").run()'
    expect(lab).not_to_have_attribute("data-pending", "")
    packet(lab, "m1/msg:R#1").focus()
    page.wait_for_timeout(driving.SURELY_READY)
    assert driving.at_this(page, "keydown", lambda: page.keyboard.press("Enter"), driving.CODE) == (
        'Scenario("basic").run(Drop("msg:R"))'
    )
    expect(lab).not_to_have_attribute("data-pending", "")
    expect(code).to_have_text('Scenario("basic").run(Drop("msg:R"))')


@pytest.mark.parametrize("end", ["hidden", "disabled", "removed"])
def test_what_had_the_focus_and_can_have_it_no_more_leaves_it_to_the_lab(page: Page, run: Run, end: str):
    lab = run('Lab("dedup")', "'a cell below'")
    before = page.locator(CELLS).count()
    lab.evaluate(
        """(lab, end) => {
            const button = document.createElement("button");
            lab.append(button);
            button.focus();
            if (end === "removed") button.remove();
            else button[end] = true;
        }""",
        end,
    )
    page.keyboard.press("x")
    soon(lambda: lab.evaluate("lab => lab.contains(document.activeElement)"), True)
    page.keyboard.press("x")
    page.wait_for_timeout(200)  # a cell that is cut is gone by then
    assert page.locator(CELLS).count() == before
    lab.evaluate("lab => { lab.append(document.createElement('button')); lab.lastElementChild.focus(); }")
    page.locator(CELLS).last.locator(".cm-content").click()
    lab.evaluate("lab => lab.lastElementChild.remove()")
    page.keyboard.press("x")
    assert not lab.evaluate("lab => lab.contains(document.activeElement)"), "it is taken from nobody"


@pytest.mark.parametrize("key", ["Control+Enter", "Shift+Enter"])
def test_the_key_that_runs_a_cell_works_inside_the_lab(page: Page, run: Run, key: str):
    lab = run('Lab("dedup")', "'a cell below'")
    packet(lab, "m1/msg:R#1").locator("rect").click()
    expect(packet(lab, "m1/msg:R#1")).to_have_attribute("data-fate", "dropped")
    page.keyboard.press(key)  # runs the cell anew: a lab as it began
    expect(packet(page.locator(".imteach-lab").first, "m1/msg:R#1")).to_have_attribute("data-fate", "arrived")


def test_the_key_that_saves_works_inside_the_lab(page: Page, run: Run):
    lab = run('Lab("dedup")')
    click(lab, "m1/msg:R#1")
    expect(packet(lab, "m1/msg:R#1")).to_have_attribute("data-fate", "dropped")
    page.evaluate(
        """() => {
            window.saves = 0;
            window.jupyterapp.shell.currentWidget.context.saveState.connect((_, state) => {
                if (state === "completed") window.saves += 1;
            });
        }"""
    )
    packet(lab, "m1/msg:R#1").focus()
    page.keyboard.press("Control+s")
    page.wait_for_function("window.saves === 1")


# Answers


SLOW_CLICKS = """([packets, times]) => {  // between two animation frames: nothing can have been answered
    const root = packets[0].closest(".imteach-lab");
    for (let i = 0; i < times; i++) {
        for (const one of packets) one.dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true}));
    }
    return [root.hasAttribute("data-pending"), ...packets.map((one) => one.hasAttribute("data-pending"))];
}"""


def test_a_click_is_pending_at_once_and_a_second_one_does_not_take_it_back(page: Page, run: Run):
    lab = run('lab = Lab("dedup")\nlab')
    before = revision(lab)
    both = [packet(lab, name).element_handle() for name in ("m1/msg:N#1", "m1/ack:N#1")]
    assert page.evaluate(SLOW_CLICKS, [both, 4]) == [True, True, True]
    for name in ("m1/msg:N#1", "m1/ack:N#1"):
        expect(packet(lab, name)).to_have_attribute("data-fate", "dropped")
    expect(lab).not_to_have_attribute("data-pending", "")
    expect(lab.locator("[data-pending]")).to_have_count(0)
    soon(lambda: revision(lab), before + 2)
    expect(lab.locator(".lab-live")).to_be_empty()


def test_a_question_that_python_does_not_hear_stays_pending_in_words_until_it_is_answered(page: Page, run: Run):
    lab = run('lab = Lab("dedup")\nlab', "lab._lock.acquire()")  # as if another step took long
    live = lab.locator(".lab-live")
    packet(lab, "m1/ack:N#1").locator("rect").click()
    expect(live).to_have_text("Waiting for Python …")
    expect(live).to_contain_text("Python has not answered yet: a cell is running, or the connection is slow.")
    expect(lab.get_by_role("alert")).to_be_empty()
    expect(packet(lab, "m1/ack:N#1")).to_have_attribute("data-pending", "")
    driving.ask(page, KERNEL, "lab._lock.release()")
    expect(packet(lab, "m1/ack:N#1")).to_have_attribute("data-fate", "dropped")
    expect(live).to_be_empty()
    expect(lab.locator("[data-pending]")).to_have_count(0)


def test_a_refused_question_is_answered_too(page: Page, run: Run):
    lab = run('lab = Lab(Scenario("dedup"), Partition("bob", "server", lasting=200))\nlab')
    before = revision(lab)
    packet(lab, "m1/msg:N#1").locator("rect").click()
    expect(lab.get_by_role("alert")).to_contain_text("m1/msg:N#1 does not arrive anyway")
    expect(lab.locator("[data-pending]")).to_have_count(0)
    assert revision(lab) == before


# The kernel


@pytest.mark.parametrize("end", ["restart", "die"])
def test_a_kernel_that_is_gone_is_told_at_once_and_nothing_can_be_clicked(page: Page, run_apart: Run, end: str):
    lab = run_apart('Lab("dedup")')
    expect(lab).to_have_attribute("data-kernel", "alive")
    if end == "restart":
        driving.ask(page, "() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel().then(() => null)")
    else:
        driving.ask(page, KERNEL_LATER, "import os; os._exit(1)")
    expect(lab).to_have_attribute("data-kernel", "gone")
    expect(lab.locator(".lab-live")).to_contain_text("The kernel of this lab has ended")
    expect(lab.locator(".lab-live")).to_contain_text("run the code cells above and then this one again")

    before = revision(lab)
    packet(lab, "m1/msg:R#1").locator("rect").click(force=True)  # though it says that it is disabled
    lab.get_by_role("radio", name="basic").click(force=True)
    expect(lab.get_by_role("radio", name="dedup")).to_be_checked()
    expect(lab.locator("[data-pending]")).to_have_count(0)
    assert revision(lab) == before
    soon(lambda: focused(page) in ("m1/msg:R#1", None), True)

    if end == "die":
        driving.ask(page, RESTARTED)
    driving.ask(page, driving.RUN)  # what its words say
    again = page.locator(".imteach-lab").first
    expect(again).to_have_attribute("data-kernel", "alive")
    click(again, "m1/msg:R#1")
    expect(packet(again, "m1/msg:R#1")).to_have_attribute("data-fate", "dropped")


KERNEL_LATER = """code => {  // and do not wait until it is done
    const {kernel} = window.jupyterapp.shell.currentWidget.sessionContext.session;
    window.runs = true;
    kernel.requestExecute({code}).done.finally(() => window.runs = false).catch(() => {});
}"""

RESTARTED = """async () => {  // the server starts a kernel that died anew; a dialog that says so is closed
    const {session} = window.jupyterapp.shell.currentWidget.sessionContext;
    for (let tries = 0; tries < 500 && session.kernel.status !== "idle"; tries++) {
        document.querySelector(".jp-Dialog .jp-mod-accept")?.click();
        await new Promise((done) => setTimeout(done, 50));
    }
    document.querySelector(".jp-Dialog .jp-mod-accept")?.click();
}"""


@pytest.mark.parametrize("step", ["'nothing yet'", "lab.drop('msg:N')"])
def test_a_click_is_answered_while_a_cell_runs(page: Page, run: Run, step: str):
    lab = run('lab = Lab("dedup")\nlab', step)  # after a step in a cell, too
    if not driving.ask(page, f"() => ({SESSION}).kernel.supportsSubshells"):
        pytest.fail("this ipykernel answers one thing after the other: try 7 or newer")
    driving.ask(page, KERNEL_LATER, "import time; time.sleep(20)")
    packet(lab, "m1/ack:A#1").locator("rect").click()
    expect(packet(lab, "m1/ack:A#1")).to_have_attribute("data-fate", "dropped")
    assert page.evaluate("window.runs")
    driving.ask(page, f"() => ({SESSION}).kernel.interrupt()")


SESSION = "window.jupyterapp.shell.currentWidget.sessionContext.session"


STRESS = """async ([lab, rounds]) => {  // clicks and cells at once; then what the page shows and what the kernel holds
    const {kernel} = window.jupyterapp.shell.currentWidget.sessionContext.session;
    const run = (code) => {
        const future = kernel.requestExecute({code});
        let said = "";
        future.onIOPub = ({content}) => said += content.text ?? "";
        return future.done.then(() => said.trim());
    };
    const packets = ["m1/msg:R#1", "m1/msg:N#1", "m1/ack:R#1", "m1/ack:N#1"];
    const differ = [];
    for (let round = 0; round < rounds; round++) {
        const rung = round % 2 ? "dedup" : "retransmit";
        const cell = run(`lab.rung = "${rung}"; lab.drop("msg:A"); lab.undo()`);
        for (let i = 0; i < 4; i++) {
            const packet = lab.querySelector(`[data-packet="${packets[(round + i) % 4]}"]`);
            packet?.dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true}));
            await new Promise((done) => setTimeout(done, round % 5));
        }
        await cell;
        for (let tries = 0; lab.hasAttribute("data-pending") && tries < 1000; tries++) {
            await new Promise((done) => setTimeout(done, 20));
        }
        const code = await run("print(lab.code)");
        const shown = () => lab.querySelector(".lab-python").textContent;
        for (let tries = 0; shown() !== code && tries < 100; tries++) {
            await new Promise((done) => setTimeout(done, 20));
        }
        if (shown() !== code) differ.push([shown(), code]);
    }
    return differ;
}"""


def test_clicks_and_cells_at_once_end_with_the_run_that_the_kernel_holds(page: Page, run: Run):
    lab = run('lab = Lab("dedup")\nlab')
    assert driving.ask(page, STRESS, [lab.element_handle(), by_night(20, in_the_gate=10)]) == []
