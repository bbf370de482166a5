"""The lab on a laptop's screen, beside JupyterLab's file browser: what came of a run is in sight, and can be read."""

import operator
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import driving
import nbformat
import pytest
from driving import soon
from playwright.sync_api import Locator, Page, expect
from test_lab_in_jupyterlab import packet

OUT_OF_SIGHT = {"phones": 0, "promises": 0, "outcome": 0}

LAPTOPS = [(1366, 768), (1440, 900)]

IN_SIGHT = """lab => {  // how far each stands out of what can be seen of the notebook
    const place = lab.closest(".jp-WindowedPanel-outer").getBoundingClientRect();
    const out = (selector) => Math.max(...[...lab.querySelectorAll(selector)].map((element) => {
        const box = element.getBoundingClientRect();
        return Math.max(place.top - box.top, box.bottom - place.bottom, box.right - place.right, 0);
    }));
    return {phones: out("[data-phone]"), promises: out("[data-promise]"), outcome: out(".lab-outcome")};
}"""

SMALLEST = """lab => Math.min(...[...lab.querySelectorAll("*")].flatMap((element) => {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || element.tagName === "style" || !element.getClientRects().length) return [];
    const svg = element.ownerSVGElement;
    const scale = svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
    return [parseFloat(getComputedStyle(element).fontSize) * scale];
}))"""

Run = Callable[..., Locator]


@pytest.fixture(params=LAPTOPS, ids=lambda size: f"{size[0]}x{size[1]}")
def laptop(page: Page, request: pytest.FixtureRequest) -> Iterator[tuple[int, int]]:
    width, height = request.param
    page.set_viewport_size({"width": width, "height": height})
    yield request.param
    page.set_viewport_size(driving.SCREEN)


def up_to_its_lab(lesson: str, folder: Path) -> str:
    """The code of a lesson up to its lab, as one cell."""
    (path,) = folder.glob(f"{lesson}-*.ipynb")
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    (place,) = [place for place, cell in enumerate(cells) if "lab" in cell.metadata.get("tags", [])]
    return "\n".join(
        cell.source for cell in cells[: place + 1] if "raises-exception" not in cell.metadata.get("tags", [])
    )


def test_what_came_of_the_run_is_in_sight_while_the_diagram_scrolls(
    page: Page, server: driving.Server, laptop: tuple[int, int], run: Run
):
    run(*(up_to_its_lab(lesson, server.folder) for lesson in ("07", "09", "11", "12")))
    labs = page.locator(".imteach-lab")
    expect(labs).to_have_count(4)
    for lab in labs.all():
        lab.locator("svg[data-rev]").wait_for()
        lab.evaluate("lab => lab.scrollIntoView({block: 'start'})")
        soon(partial(lab.evaluate, IN_SIGHT), OUT_OF_SIGHT)
        soon(partial(lab.evaluate, SMALLEST), 10, operator.ge)

        last = lab.locator("[data-packet]").last
        last.scroll_into_view_if_needed()
        soon(partial(lab.evaluate, IN_SIGHT), OUT_OF_SIGHT)
        soon(partial(lab.evaluate, NAMES_INSIDE), 0, operator.gt)


HIDDEN = """lab => {
    const pill = lab.querySelector('[data-packet][tabindex="0"] > rect').getBoundingClientRect();
    const heads = lab.querySelector(".lab-heads svg")?.getBoundingClientRect();
    const frame = lab.querySelector(".lab-picture").getBoundingClientRect();
    const top = (heads ?? frame).top + (heads?.height ?? 0);
    return pill.top < top - 1 || pill.bottom > frame.bottom + 1;
}"""

NAMES_INSIDE = """lab => {  // how many of the server's names are in the frame of the picture
    const frame = lab.querySelector(".lab-picture").getBoundingClientRect();
    return [...lab.querySelectorAll(".imt-name")].filter((name) => {
        const box = name.getBoundingClientRect();
        const seen = box.width && name.textContent.includes("server");
        return seen && box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1;
    }).length;
}"""

ABOVE = """lab => {  // where the names above stand across, and where the lifelines do
    const middles = (selector) => [...lab.querySelectorAll(selector)].map((card) => {
        const box = card.getBoundingClientRect();
        return Math.round(box.left + box.width / 2);
    });
    return [middles(".lab-heads .imt-card"), middles(".lab-drawing .imt-card")];
}"""


ABOVE_THE_NAMES = """lab => {
    const [card, frame] = [".imt-card", ".lab-picture"].map((part) => lab.querySelector(part).getBoundingClientRect());
    return card.top - frame.top;
}"""


def test_at_first_sight_the_picture_begins_at_the_names(page: Page, laptop: tuple[int, int], run: Run):
    lab = run('Lab("group")')
    lab.evaluate("lab => lab.scrollIntoView({block: 'start'})")
    if laptop == LAPTOPS[0]:
        soon(lambda: 0 < lab.evaluate(ABOVE_THE_NAMES) < 12, True)
    packet(lab, "m1/msg:A#1").locator("rect").click()
    expect(packet(lab, "m1/msg:A#1")).to_have_attribute("data-fate", "dropped")
    lab.locator(".lab-picture").evaluate("picture => (picture.scrollTop = 0)")
    packet(lab, "m1/msg:R#1").locator("rect").click()
    expect(packet(lab, "m1/msg:R#1")).to_have_attribute("data-fate", "dropped")
    assert lab.locator(".lab-picture").evaluate("picture => picture.scrollTop") == 0  # where the reader is, it stays


def test_the_names_of_the_lifelines_stay_where_their_lifelines_are(page: Page, laptop: tuple[int, int], run: Run):
    lab = run("lab = Lab(Scenario('retransmit', say=[Say(str(i), at=100 * i) for i in range(20)]))\nlab")
    expect(lab.locator(".lab-heads svg")).to_be_hidden()
    packet(lab, "m20/ack:N#1").scroll_into_view_if_needed()
    expect(lab.locator(".lab-heads svg")).to_be_visible()
    soon(lambda: operator.eq(*lab.evaluate(ABOVE)), True)
    soon(lambda: lab.evaluate(SMALLEST), 10, operator.ge)


def test_a_packet_that_was_dropped_stays_in_sight_though_the_reasons_take_room(
    page: Page, laptop: tuple[int, int], run: Run
):
    lab = run('Lab("dedup")')
    for number in (1, 2, 3):
        packet(lab, f"m1/ack:N#{number}").locator("rect").click()
        expect(packet(lab, f"m1/ack:N#{number}")).to_have_attribute("data-fate", "dropped")
        page.evaluate(driving.TWO_FRAMES)  # it was in sight before them, too
        soon(lambda: lab.evaluate(HIDDEN), False)
    expect(lab.locator('[data-holds="false"]')).to_have_count(2)


def test_a_packet_that_gets_the_focus_stands_clear_of_the_names(page: Page, laptop: tuple[int, int], run: Run):
    lab = run("lab = Lab(Scenario('retransmit', say=[Say(str(i), at=100 * i) for i in range(20)]))\nlab")
    packet(lab, "m20/ack:N#1").focus()
    for _ in range(60):
        page.keyboard.press("ArrowUp")
        soon(lambda: lab.evaluate(HIDDEN), False)
