"""The fault map in real JupyterLab: each cell opens its run, with a mouse and with keys, in both themes."""

import re
from collections.abc import Callable, Iterator

import driving
import nbformat
import pytest
from driving import soon
from playwright.sync_api import Locator, Page, expect
from test_lab_in_jupyterlab import CONTRAST, TOO_WIDE, click, packet

from imteach import FaultMapLab

Run = Callable[..., Locator]
Shoot = Callable[[Locator, str], None]
IMPORT = "from imteach import FaultMapLab"


@pytest.fixture
def opened(page: Page, run: Run) -> Callable[..., tuple[Locator, Locator]]:
    """Run these cells, and return the table of the first fault map and the lab below it."""

    def open_map(*cells: str) -> tuple[Locator, Locator]:
        lab = run(IMPORT, *cells)
        table = page.locator(".imteach-map").first
        expect(table.get_by_role("grid")).to_be_visible()
        return table, lab

    return open_map


def cell(table: Locator, *lost: str) -> Locator:
    faults = ", ".join(f"drop {name}" for name in lost)
    return table.locator(f'button[data-faults="{faults}"]')


def current(table: Locator) -> list[str]:
    return table.locator("[aria-current=true]").evaluate_all("all => all.map(one => one.dataset.faults)")


def focused(page: Page) -> str | None:
    return page.evaluate("document.activeElement.dataset.faults ?? null")


# The main story


def test_a_click_opens_the_run_and_the_diagram_can_be_clicked_on(opened, shoot: Shoot, page: Page):
    table, lab = opened('losses = FaultMapLab("retransmit")\nlosses')
    expect(cell(table)).to_have_attribute("aria-current", "true")  # nothing is lost yet
    cell(table, "m1/ack:N#1").click()
    expect(packet(lab, "m1/ack:N#1")).to_have_attribute("data-fate", "dropped")
    expect(cell(table, "m1/ack:N#1")).to_have_attribute("aria-current", "true")
    expect(lab.locator('[data-phone="bob"] [data-msgid]')).to_have_count(2)
    expect(table.get_by_role("status")).to_contain_text("The diagram shows: ack:N lost: shown twice. alice sees")
    soon(lambda: current(table), ["drop m1/ack:N#1"])
    shoot(page.locator(".imteach-fault-map-lab"), "fault-map-light")

    click(lab, "m1/ack:N#1")  # the mark in the map follows what is clicked in the diagram
    expect(cell(table)).to_have_attribute("aria-current", "true")
    click(lab, "m1/msg:N#1")
    expect(cell(table, "m1/msg:N#1")).to_have_attribute("aria-current", "true")
    click(lab, "m1/msg:R#2")
    expect(table.locator("[aria-current]")).to_have_count(0)
    expect(table.get_by_role("status")).to_have_text("The diagram shows a run that is not in this map.")
    lab.get_by_role("button", name="Undo").click()
    expect(cell(table, "m1/msg:N#1")).to_have_attribute("aria-current", "true")


def test_a_click_anywhere_in_a_row_opens_it(opened):
    table, lab = opened('FaultMapLab("basic")')
    table.get_by_role("row").filter(has_text="silent loss").get_by_text("never").click()
    expect(packet(lab, "m1/msg:N#1")).to_have_attribute("data-fate", "dropped")
    soon(lambda: current(table), ["drop m1/msg:N#1"])


def test_a_pair_opens_with_the_keys_alone(opened, page: Page):
    table, lab = opened('FaultMapLab("dedup", faults=2)')
    cell(table).focus()
    for key, lost in [
        ("ArrowRight", ""),  # nothing lost has nothing beside it
        ("ArrowDown", "drop m1/msg:R#1"),
        ("ArrowDown", "drop m1/msg:A#1"),
        ("ArrowRight", "drop m1/msg:A#1, drop m1/msg:N#1"),  # over the place that stands in another row
        ("End", "drop m1/msg:A#1, drop m1/ack:N#1"),
        ("ArrowDown", "drop m1/msg:N#1, drop m1/ack:N#1"),
        ("Home", "drop m1/msg:N#1"),
        ("ArrowLeft", "drop m1/msg:N#1"),
        ("End", "drop m1/msg:N#1, drop m1/msg:N#2"),
        ("x", "drop m1/msg:N#1, drop m1/msg:N#2"),  # to JupyterLab that would cut the cell
    ]:
        page.keyboard.press(key)
        soon(lambda: focused(page), lost)
    page.keyboard.press("Enter")
    expect(packet(lab, "m1/msg:N#2")).to_have_attribute("data-fate", "dropped")
    expect(packet(lab, "m1/msg:N#1")).to_have_attribute("data-fate", "dropped")
    soon(lambda: focused(page), "drop m1/msg:N#1, drop m1/msg:N#2")
    expect(table.locator('button[tabindex="0"]')).to_have_count(1)
    expect(lab.locator(".lab-python")).to_have_text(re.compile(r'^Scenario\("dedup"\)\.run\('))


def test_on_another_rung_the_map_is_another_one(opened):
    table, lab = opened('FaultMapLab("retransmit", faults=2)')
    cell(table, "m1/ack:N#1", "m1/ack:N#2").click()
    expect(cell(table, "m1/ack:N#1", "m1/ack:N#2")).to_contain_text("shown 3 times")
    lab.get_by_role("radio", name="dedup").check()
    expect(table.locator("caption")).to_contain_text("“dedup”")
    expect(cell(table, "m1/ack:N#1", "m1/ack:N#2")).to_contain_text("repaired")
    expect(table.get_by_role("status")).to_contain_text("This is the map of dedup now.")
    soon(lambda: current(table), ["drop m1/ack:N#1, drop m1/ack:N#2"])
    lab.get_by_role("radio", name="basic").check()
    expect(table.locator("[aria-current]")).to_have_count(0)


def test_every_cell_says_what_came_of_it(opened):
    table, _ = opened('FaultMapLab("acked", faults=2)')
    for button in table.get_by_role("grid").get_by_role("button").all():
        assert len(button.get_attribute("aria-label").split()) > 12  # sentences
    expect(table.get_by_role("button", name="msg:A and ack:N lost: false failure. alice sees ! failed")).to_be_visible()
    expect(table.get_by_role("rowheader", name="msg:A")).to_be_visible()
    expect(table.get_by_role("columnheader", name="ack:N")).to_be_visible()
    expect(table.get_by_role("list", name="What the signs mean").get_by_role("listitem")).to_have_count(6)


def test_choosing_the_cell_that_is_open_is_answered_too(opened):
    table, _ = opened('FaultMapLab("basic")')
    before = int(table.get_attribute("data-rev"))
    cell(table).click()
    expect(table).not_to_have_attribute("data-rev", str(before))
    expect(table).not_to_have_attribute("data-pending", "")  # or words would say that there is no answer yet
    expect(table.get_by_role("status")).to_contain_text("The diagram shows: nothing lost")


# How it looks


@pytest.fixture
def dark(page: Page) -> Iterator[None]:
    driving.change_theme(page, "JupyterLab Dark")
    yield
    driving.change_theme(page, "JupyterLab Light")


CHOSEN = {
    "pairs": ('FaultMapLab("retransmit", faults=2)', ["m1/msg:R#1", "m1/ack:N#1"]),
    "acked": ('FaultMapLab("acked")', ["m1/msg:N#1"]),
    "group": (
        'FaultMapLab(Scenario("group", groups={"friends": ["alice", "bob", "carol"]}, say=[Say(to="friends")]))',
        ["m1/msg:N>carol#1"],
    ),
}


def looks(opened, page: Page, shoot: Shoot, name: str, theme: str) -> None:
    made, lost = CHOSEN[name]
    table, lab = opened(made)
    chosen = cell(table, *lost)
    chosen.click()
    expect(chosen).to_have_attribute("aria-current", "true")
    page.mouse.move(0, 0)
    page.keyboard.press("ArrowDown")
    shoot(page.locator(".imteach-fault-map-lab"), f"fault-map-{name}-{theme}")
    soon(lambda: table.evaluate(CONTRAST), [])
    soon(lambda: lab.evaluate(CONTRAST), [])


@pytest.mark.parametrize("name", CHOSEN)
def test_text_can_be_read_in_the_light_theme(opened, page: Page, shoot: Shoot, name: str):
    looks(opened, page, shoot, name, "light")


@pytest.mark.usefixtures("dark")
@pytest.mark.parametrize("name", CHOSEN)
def test_text_can_be_read_in_the_dark_theme(opened, page: Page, shoot: Shoot, name: str):
    looks(opened, page, shoot, name, "dark")


@pytest.mark.parametrize("width", [1000, 600])
def test_nothing_but_the_table_is_wider_than_the_cell(page: Page, opened, shoot: Shoot, width: int):
    table, _ = opened('FaultMapLab("retransmit", faults=2)')
    try:
        driving.make_as_wide(page, table, width)
        shoot(page.locator(".imteach-fault-map-lab"), f"fault-map-width-{width}")
        soon(lambda: set(table.evaluate(TOO_WIDE)) - {"map-scroll"}, set())
    finally:
        page.set_viewport_size(driving.SCREEN)


@pytest.mark.usefixtures("dark")
def test_a_map_that_nobody_has_run_shows_its_table_and_a_still_picture(
    page: Page, server: driving.Server, shoot: Shoot
):
    data = FaultMapLab("retransmit", faults=2)._repr_mimebundle_()
    source = nbformat.v4.new_code_cell("FaultMapLab('retransmit', faults=2)", execution_count=1)
    source.outputs = [
        nbformat.v4.new_output(
            "execute_result", data={k: v for k, v in data.items() if "widget" not in k}, execution_count=1
        )
    ]
    driving.ask(page, driving.REOPEN, driving.write_notebook(server, "unrun-map.ipynb", [source]))
    notebook = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    expect(notebook.get_by_text("A still table.")).to_be_visible()
    expect(notebook.get_by_role("img", name="Sequence diagram: retransmit")).to_be_visible()
    box = notebook.locator("td[style]", has_text="shown twice").first
    expect(box).to_have_css("background-color", "rgb(253, 232, 232)")
    expect(box).to_have_css("color", "rgb(31, 41, 55)")
    expect(box.locator("[title]")).to_have_attribute("title", re.compile("lost: shown twice. alice sees"))
    shoot(notebook.locator(".jp-OutputArea-output").last, "fault-map-still")
    driving.ask(page, driving.CLOSE)
