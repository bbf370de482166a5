"""axe, which checks pages against the rules of WCAG that a program can check, looks at everything that we show."""

from contextlib import ExitStack

import driving
import pytest
from axe_playwright_python.sync_playwright import Axe
from driving import soon
from playwright.sync_api import expect

CELLS = [
    "from imteach import *",
    "Scenario('retransmit').run(Drop('ack:N'))",
    "check('retransmit', faults=0).promises['no_duplicates'].trace",
    "explore('dedup', faults=2)",
    "check('basic')",
    "fault_map('retransmit')",
    "state_graph('basic', faults=0)",
    "stats('dedup', loss=0.2, messages=100)",
    "sweep('dedup', losses=[0, 0.2], messages=100)",
    "FaultMapLab('basic')",
    "Predict('How often?', 'retransmit', Drop('ack:N'), choices=['once', 'twice'], answer=1)",
    "Predict.packet('Which?', 'basic', answer='msg:N')",
    "Predict.order('When?', 'basic', items=['first', 'second'], answer=['first', 'second'])",
    """guess = Predict.number('When?', 'dedup', Drop('msg:R'), answer=lambda trace: trace.happened('timer_fire')[0])
_ = guess.answer(250)
guess""",
    "exercises['mend the silent dedup'].check(Client)",
    "cheat_sheet()",
    "my_progress()",
]
OUTPUTS = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea-output"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

SEEN_BY_AXE = "overflow => { document.body.style.overflow = overflow; }"
"""JupyterLab's body is 0 pixels high and hides what overflows: axe takes all text in it for invisible."""


@pytest.fixture(scope="module")
def shown(server, page):
    """Everything in one notebook, run."""
    with ExitStack() as stack:
        stack.enter_context(driving.running(page, driving.write_notebook(server, "axe.ipynb", CELLS)))
        driving.first_lab(page)
        expect(page.locator(OUTPUTS)).to_have_count(len(CELLS) - 1)
        page.locator('[data-act="settings"]').click()
        page.locator('[data-act="keep"]').click()
        page.locator('.lab-drawing [data-packet="m1/msg:N#1"] > rect').click()
        expect(page.locator(".lab-first")).to_contain_text("in the second run")
        driving.ask(page, SEEN_BY_AXE, "visible")
        yield page
        driving.ask(page, SEEN_BY_AXE, "")


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing_to_mend_in_what_we_show(shown, theme):
    driving.change_theme(shown, theme)

    def to_mend():
        found = Axe().run(shown, context=OUTPUTS, options=RULES).response
        judged = [rule for rule in found["passes"] + found["violations"] if rule["id"] == "color-contrast"]
        # 18 where it believes that it sees nothing, else 90 to 127: how many it cannot decide differs from run to run
        assert sum(len(rule["nodes"]) for rule in judged) > 60
        return {
            broken["id"]: [node["html"] + node["failureSummary"] for node in broken["nodes"]]
            for broken in found["violations"]
        }

    soon(to_mend, {})


def test_axe_would_find_it(shown):
    shown.locator(OUTPUTS).first.evaluate("output => output.insertAdjacentHTML('beforeend', '<img src=\"data:,\">')")
    broken = Axe().run(shown, context=OUTPUTS, options=RULES).response["violations"]
    assert [one["id"] for one in broken] == ["image-alt"]
