"""What other hosts bring with them: rules for elements of a kind, places that are too small, a dark ground.

`test_other_hosts` opens the hosts themselves, by night.
"""

from collections.abc import Callable

import pytest
from alike import differences
from alone import mount
from driving import soon
from playwright.sync_api import Locator, Page, expect
from programs import ROOT
from test_other_hosts import HOSTS

from imteach import Client, Drop, Lab, Predict, exercises
from imteach.course.exercise_view import ExerciseView
from imteach.lab.fault_map_lab import FaultMapLab

pytestmark = pytest.mark.alone

STYLES = {
    "Bootstrap 3 in Notebook Classic": """
        * { box-sizing: border-box }
        fieldset { min-width: 0; padding: 0; margin: 0; border: 0 }
        legend { display: block; width: 100%; padding: 0; margin-bottom: 18px; font-size: 19.5px; line-height: inherit;
                 color: #333; border: 0; border-bottom: 1px solid #e5e5e5 }
        label { display: inline-block; max-width: 100%; margin-bottom: 5px; font-weight: bold }
        input[type=file] { display: block }
        code, kbd, pre { font-family: monospace; white-space: pre-wrap }
        code { padding: 2px 4px; color: #c7254e; background: #f9f2f4; border-radius: 2px }
        kbd { padding: 2px 4px; margin: 2px; color: #888; background: #fff; box-shadow: inset 0 -1px 0 #000 }
        pre { display: block; padding: 8.5px; margin: 0 0 9px; word-break: break-all; background: #f5f5f5;
              border: 1px solid #ccc; border-radius: 2px }
        p, ul, ol { margin: 0 0 9px } b { font-weight: bold }
        dt { font-weight: bold } dt, dd { line-height: 1.42857 } dl { margin-bottom: 18px }
        caption { padding: 8px 0; color: #777; text-align: left } th { text-align: left }
    """,
    "Bootstrap 5 in Shiny": """
        * { box-sizing: border-box }
        fieldset { min-width: 0; padding: 0; margin: 0; border: 0 }
        legend { float: left; width: 100%; padding: 0; margin-bottom: .5rem; font-size: 1.5rem; line-height: inherit }
        label { display: inline-block }
        code { padding: 2px 4px; color: #000; background: #f5f5f5; border-radius: 3px; word-wrap: break-word }
        kbd { padding: .1875rem .375rem; color: #fff; background: #212529; border-radius: .25rem }
        pre { display: block; margin: 0 0 1rem; overflow: auto; font-size: .875em; border: 1px solid #ccc }
        p, ul, ol, dl { margin: 0 0 1rem } dt { font-weight: 700 } dd { margin: 0 0 .5rem }
        table { caption-side: bottom } caption { padding: .5rem 0; color: #777; text-align: left }
    """,
    "Voilà": """
        pre { word-break: break-all; overflow: auto }
        dl { overflow: hidden }
        dt { float: left; width: 20%; font-weight: bold } dd { float: left; width: 80% }
        dl::after { content: ""; display: table; clear: both }
    """,
}

QUESTION = Predict("How often is hello shown?", "retransmit", Drop("ack:N"), choices=["once", "twice"], answer="twice")

PAGES: dict[str, Callable[[], object]] = {
    "lab": lambda: Lab("dedup", Drop("ack:N")),
    "map": lambda: FaultMapLab("acked").children[0],
    "question": lambda: QUESTION.view,
    "checked": lambda: ExerciseView(exercises["mend the silent dedup"].check(Client)),
}

HOSTS_PAGE = (ROOT / "docs" / "hosts.md").read_text("utf-8")

UNFOLD = """lab => {
    for (const part of lab.querySelectorAll("[data-act=share], [data-act=settings], [data-act=help], [data-fold]")) {
        if (part.getAttribute("aria-expanded") !== "true") part.click();
    }
}"""

PAPER = "root => getComputedStyle(root).backgroundColor"
LIGHT, DARK = "rgb(255, 255, 255)", "rgb(23, 25, 30)"


@pytest.mark.parametrize("shown", PAGES)
@pytest.mark.parametrize("style", STYLES)
def test_rules_of_a_host_for_elements_of_a_kind_are_not_seen_in_a_page(page: Page, style: str, shown: str):
    page.set_content(f"<!doctype html><style>{STYLES[style]}</style>")
    root = mount(page, PAGES[shown]())
    root.evaluate(UNFOLD)
    assert differences(root) == []


# Places


def place(page: Page, html: str, style: str) -> Locator:
    """Show a lab in the innermost element of this."""
    page.set_content(f"<!doctype html><style>{style}</style>")
    lab = mount(page, Lab("dedup"))
    lab.evaluate(
        """(lab, html) => {
            const top = document.body.appendChild(document.createElement("div"));
            top.innerHTML = html;
            [...top.querySelectorAll("div")].at(-1).append(lab);
        }""",
        html,
    )
    return lab


def test_a_lab_that_is_asked_how_wide_it_wants_to_be_wants_to_be_seen(page: Page):
    lab = place(page, "<div></div>", "div > div { width: fit-content }")
    assert lab.bounding_box()["width"] > 900
    page.set_viewport_size({"width": 600, "height": 900})
    soon(lambda: lab.bounding_box()["x"] + lab.bounding_box()["width"] <= 600, True)


def test_shiny_cuts_nothing_off(page: Page):
    shiny = """
        .html-fill-container { display: flex; flex-direction: column; min-height: 0 }
        .html-fill-container > .html-fill-item { flex: 1 1 auto; min-height: 0 }
        .shiny-ipywidget-output { overflow: hidden }
        .forward-fill-potential > * { display: flex; flex-direction: column; flex: 1 1 400px !important; min-height: 0 }
        .forward-fill-potential > * > * { flex: 1 1 auto; min-height: 0 }
        .lm-Widget { overflow: hidden }
    """
    output = "shiny-ipywidget-output html-fill-item html-fill-container forward-fill-potential"
    lab = place(page, f'<div class="{output}"><div class="lm-Widget"></div></div>', shiny)
    whole = "lab => lab.scrollHeight <= lab.closest('.shiny-ipywidget-output').clientHeight"
    soon(lambda: lab.evaluate(whole), True)
    assert lab.bounding_box()["height"] > 500


# Light and dark


@pytest.mark.parametrize("shown", PAGES)
@pytest.mark.parametrize("shadow", [False, True], ids=["", "in-a-shadow-root"])
def test_a_page_is_as_dark_as_what_it_stands_on(page: Page, shown: str, shadow: bool):
    page.set_content("<!doctype html><style>html { background: oklch(0.2 0.01 260) }</style>")
    root = mount(page, PAGES[shown](), shadow)
    soon(lambda: root.evaluate(PAPER), DARK)
    page.evaluate("document.documentElement.style.background = 'color(srgb 1 1 1)'")  # another theme
    soon(lambda: root.evaluate(PAPER), LIGHT)
    page.evaluate("document.body.className = 'dark'; document.body.style.background = '#1d1f21'")
    soon(lambda: root.evaluate(PAPER), DARK)
    page.evaluate("document.body.style.background = 'rgba(0, 0, 0, 0.04)'")  # hardly any: the white below is seen
    soon(lambda: root.evaluate(PAPER), LIGHT)


def test_it_is_so_when_it_is_first_painted(page: Page):
    page.set_content("<!doctype html><style>body { background: #121212 }</style>")
    page.evaluate(
        """() => {
            window.papers = [];
            const look = () => {
                const root = document.querySelector(".imteach-lab");
                if (root) window.papers.push(getComputedStyle(root).backgroundColor);
                setTimeout(() => requestAnimationFrame(look));
            };
            new MutationObserver((_, watch) => {
                if (!document.querySelector(".imteach-lab")) return;
                watch.disconnect();
                requestAnimationFrame(() => setTimeout(look));  // once it was painted
            }).observe(document.body, {childList: true, subtree: true});
        }"""
    )
    mount(page, Lab("dedup"))
    page.wait_for_function("window.papers.length > 3")
    assert set(page.evaluate("window.papers")) == {DARK}


def test_where_jupyter_says_which_theme_it_is_nothing_else_counts(page: Page):
    page.set_content("<!doctype html><body data-jp-theme-light='true' style='background: #000'>")
    lab = mount(page, Lab("dedup", Drop("ack:N")))
    expect(lab.locator("svg[data-rev]")).to_be_visible()
    assert lab.evaluate(PAPER) == LIGHT
    assert lab.evaluate("lab => lab.parentElement.dataset.jpThemeLight === undefined")


@pytest.mark.parametrize("host", HOSTS)
def test_the_page_of_the_hosts_has_the_versions_that_a_test_opens(host: str):
    version = HOSTS[host].packages[0].partition("==")[2]
    name = {"nbclassic": "Notebook Classic", "voila": "Voilà"}.get(host, host.capitalize())
    (row,) = [line for line in HOSTS_PAGE.split("## What")[0].splitlines() if line.startswith(f"| {name} |")]
    assert version in row.split("|")[2]
