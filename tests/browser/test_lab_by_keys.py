"""Lesson 5's part in the Lab, in JupyterLab, by keyboard alone: from its cell into the lab, and out again.

Whatever has the focus must show it and be seen on a laptop's screen; this is asked behind each key.
"""

import re
from collections.abc import Callable, Iterator

import driving
import pytest
from driving import ask, soon
from playwright.sync_api import Locator, Page, expect

LAPTOP = {"width": 1366, "height": 768}

CHOOSE_ITS_CELL = """() => {  // as the arrow keys would, from the lesson's first cell
    const {content} = window.jupyterapp.shell.currentWidget;
    content.mode = "command";
    content.activeCellIndex = content.widgets.findIndex((cell) => cell.model.getMetadata("tags")?.includes("lab"));
    content.activate();
}"""

SHOWN = """() => {  // what has the focus, and what is missing: that it shows this, and that it is on the screen
    const element = document.activeElement;
    const name = element.ariaLabel || element.closest("label")?.textContent || element.textContent;
    const pill = element.querySelector("[data-packet] > rect");
    const ringed = element.matches(".lab-rung input") ? element.parentElement : element;
    const ring = pill ? parseFloat(getComputedStyle(pill).strokeWidth) >= 3
        : getComputedStyle(ringed).outlineStyle === "solid" && parseFloat(getComputedStyle(ringed).outlineWidth) >= 2;
    const {top, bottom} = (pill ?? element).getBoundingClientRect();
    const isFaint = getComputedStyle(ringed).opacity < 1;
    const at = `${element.tagName} from ${top.toFixed()} to ${bottom.toFixed()} of ${innerHeight}`;
    return [name.trim(), [ring || `no ring: ${at}`, !isFaint || `faint: ${at}`,
        top >= 0 && bottom <= innerHeight || `out of sight: ${at}`].filter((is) => is !== true)];
}"""

OWN_LAB = ".imteach-lab:not(.imteach-fault-map-lab .imteach-lab)"  # the lesson has another one, below its fault map

Press = Callable[..., str]


@pytest.fixture
def lab(server: driving.Server, page: Page) -> Iterator[Locator]:
    page.set_viewport_size(LAPTOP)
    with driving.running(page, "05-timeout-and-retransmission.ipynb"):
        lab = page.locator(OWN_LAB).first  # what comes later is below a checked answer
        lab.locator("svg[data-rev]").wait_for()
        ask(page, CHOOSE_ITS_CELL)
        soon(lambda: page.evaluate("document.activeElement.className.includes('jp-Cell')"), True)
        yield lab
    page.set_viewport_size(driving.SCREEN)


@pytest.fixture
def press(page: Page) -> Press:
    def press(*keys: str) -> str:
        """Press these keys, and return the name of what has the focus then; that it shows this is waited for."""
        for key in keys:
            page.keyboard.press(key)
        soon(lambda: page.evaluate(SHOWN), [], lambda shown, missing: shown[1] == missing)
        name: str = page.evaluate(SHOWN)[0]
        return name

    return press


def drops(lab: Locator) -> list[str]:
    """The packets that are dropped."""
    found: list[str] = lab.evaluate(
        "lab => [...lab.querySelectorAll('[data-fate=dropped]')].map((packet) => packet.dataset.packet)"
    )
    return found


def test_the_lab_of_a_lesson_is_worked_through_by_keys_alone(page: Page, lab: Locator, press: Press):
    enter(page, lab)
    assert press() == "retransmit"
    ways = ["Keep this run beside the next one", "Settings", "Share", "Keys", "Drop"]  # nothing can be undone yet
    assert [press("Tab") for _ in ways] == ways
    assert press("ArrowRight", "ArrowLeft") == "Drop"

    # 1. Drop msg:R, unfold "Who holds what", go to 290 ms, jump to the next timeout
    assert press("g").startswith("msg:R of m1 from alice to server")
    assert press("Enter").startswith("msg:R of m1")
    soon(lambda: drops(lab), ["m1/msg:R#1"])
    assert press().endswith("dropped")
    back_to(press, "Who holds what")
    press("Enter")
    expect(lab.locator('[data-panel="holds"]')).to_be_visible()
    forward_to(press, "Moment")
    press("Home")
    for _ in range(5):
        page.keyboard.press("PageUp")
    assert press() == "Moment"
    holds = lab.locator('[data-holds-of="alice"]')
    expect(holds).to_contain_text("m1: try 1 of 3")
    press("t")
    expect(lab.locator(".lab-when")).to_have_text("300 ms")
    expect(holds).to_contain_text("m1: try 2 of 3")

    # 2. Three drops make alice see "failed"
    press("g")
    for name in ("m1/msg:R#2", "m1/msg:R#3"):
        while page.evaluate("document.activeElement.dataset.packet") != name:
            press("ArrowDown")
        press("Space")
        soon(lambda name=name: name in drops(lab), True)
    soon(lambda: len(drops(lab)), 3)
    press("7", "End")
    while "failed" not in press():
        press("ArrowUp")
    press("Enter")
    reasons = lab.locator(".lab-reasons button")
    expect(reasons.first).to_be_visible()
    assert press("w") == reasons.first.inner_text()
    while not re.search("m1/msg:R#. was dropped", press()):
        press("Tab")
    press("Enter")
    expect(lab.locator('.lab-marked[data-packet^="m1/msg:R#"]')).to_have_count(1)
    press("Shift+Tab")
    assert press() in reasons.all_inner_texts()
    page.keyboard.press("Escape")
    expect(lab.locator(".lab-marked, .lab-led")).to_have_count(0)
    assert "failed" in press()  # back at what was asked about

    # back again, and out
    press("u")
    soon(lambda: len(drops(lab)), 2)
    press("y")
    soon(lambda: len(drops(lab)), 3)
    assert [press("Tab"), press("Tab")] == ["Command line", "Copy"]
    page.keyboard.press("Tab")
    soon(lambda: lab.evaluate("lab => lab.contains(document.activeElement)"), False)
    page.keyboard.press("Shift+Tab")
    soon(lambda: page.evaluate("document.activeElement.closest('.jp-Notebook') !== null"), True)


def enter(page: Page, lab: Locator) -> None:
    """Go from its cell into the lab, past the buttons that JupyterLab shows there."""
    for _ in range(9):
        page.keyboard.press("Tab")
        if lab.evaluate("lab => lab.contains(document.activeElement)"):
            return
    raise AssertionError("Tab does not come to the lab")


def back_to(press: Press, name: str) -> None:
    """Go back to what has this name."""
    for _ in range(30):
        if press("Shift+Tab") == name:
            return
    raise AssertionError(f"Shift+Tab does not come to {name}")


def forward_to(press: Press, name: str) -> None:
    """Go on to what has this name."""
    for _ in range(30):
        if press("Tab") == name:
            return
    raise AssertionError(f"Tab does not come to {name}")


def test_what_is_put_away_or_made_anew_does_not_lose_the_focus(page: Page, lab: Locator, press: Press):
    enter(page, lab)
    press("3", "g", "Enter")  # a delay, which has a number to turn
    number = lab.locator('[data-amount="by"]')
    expect(number).to_be_visible()
    back_to(press, "arrives later by  ms")
    for value in ("401", "402"):
        press("ArrowUp")
        expect(number).to_have_value(value)
        soon(lambda value=value: value in lab.locator("[data-fault]").get_attribute("data-fault"), True)
        expect(number).to_be_focused()
    forward_to(press, "Take back: delay m1/msg:R#1+402")
    page.keyboard.press("Enter")
    expect(lab.locator("[data-fault]")).to_have_count(0)
    assert press().startswith("msg:R of m1")  # its row is gone

    assert press("s") == "nothing goes wrong"  # the first of the settings
    assert press("s").startswith("msg:R of m1")  # and back
    press("g", "7", "Enter")
    expect(lab.locator(".lab-why-panel")).to_be_visible()
    press()  # it stands out as a cause of its own, and has the focus nonetheless
    press("w")
    assert press("Shift+Tab") == "Put the reasons away"
    press("Enter")
    expect(lab.locator(".lab-why-panel")).to_be_hidden()
    expect(lab.locator("[data-event]:focus, [data-packet]:focus")).to_have_count(1)
    press()


AT_THE_EDGE = """() => {  // of the screen is what has the focus: anything more above it pushes it out of sight
    const element = document.activeElement;
    const {bottom} = element.querySelector("[data-packet] > rect").getBoundingClientRect();
    element.closest(".jp-WindowedPanel-outer").scrollTop += bottom - innerHeight;
}"""


def test_what_is_struck_by_a_key_stays_on_the_screen_when_the_list_of_faults_above_it_grows(
    page: Page, lab: Locator, press: Press
):
    enter(page, lab)
    assert press("3", "g").startswith("msg:R of m1")
    ask(page, AT_THE_EDGE)
    page.keyboard.press("Enter")
    expect(lab.locator('[data-amount="by"]')).to_be_visible()
    assert "400 ms late" in press()
