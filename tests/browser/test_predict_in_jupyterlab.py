"""A prediction in JupyterLab and in Notebook 7: committed there, seen in Python, in two views, and in what is saved."""

import json

import driving
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.parametrize("host", driving.HOSTS, indirect=True)

QUESTION = """from imteach import Predict
guess = Predict("How often is hello shown on bob's phone?", Scenario("retransmit"), Drop("ack:N"),
                choices=["never", "once", "twice"], answer=lambda trace: trace.happened("show"))
guess"""


@pytest.fixture
def asked(run):
    """Run the question and these cells, and return the page."""

    def asked_in(*cells: str):
        lab = run(QUESTION, *cells, "Lab('basic')")
        return lab.page

    return asked_in


def test_a_wrong_answer_and_a_right_one(asked):
    page = asked(QUESTION)
    first, second = (page.locator(".imteach-predict").nth(place) for place in (0, 1))
    expect(first.locator("[data-verdict]")).to_be_hidden()
    first.locator('[data-choice="1"]').click()
    first.locator("[data-commit]").click()
    expect(first.locator("[data-verdict=wrong] .predict-sentence")).to_contain_text("The run says: twice.")
    expect(first.locator('[data-verdict] [data-packet="m1/msg:N#2"]')).to_be_visible()
    expect(second.locator("[data-verdict]")).to_be_hidden()  # two questions do not disturb each other
    second.locator('[data-choice="2"]').click()
    second.locator("[data-commit]").click()
    expect(second.locator("[data-verdict=right]")).to_contain_text("Right: twice.")


def test_two_views_show_one_verdict(asked):
    page = asked("guess")
    first, second = (page.locator(".imteach-predict").nth(place) for place in (0, 1))
    expect(second.locator("[data-choice]")).to_have_count(3)
    second.locator('[data-choice="0"]').click()
    second.locator("[data-commit]").click()
    for view in (first, second):
        expect(view.locator("[data-verdict=wrong]")).to_contain_text("You said: never.")
        expect(view.locator("[data-choice][data-said]")).to_contain_text("never")


def test_no_key_reaches_the_notebook(asked):
    page = asked()
    cells = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell").count()
    question = page.locator(".imteach-predict")
    question.locator("input").first.focus()
    for key in ["x", "a", "b", "d", "d", "ArrowDown", "m"]:
        page.keyboard.press(key)
    assert page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell").count() == cells
    expect(question.locator("input:checked")).to_have_value("1")


def test_nothing_on_the_page_or_in_what_is_saved_tells_the_answer(asked):
    page = asked()
    expect(page.locator(".imteach-predict [data-choice]")).to_have_count(3)
    saved = json.dumps(driving.ask(page, SAVED), ensure_ascii=False)
    everything = page.content() + saved
    assert "How often is hello shown" in saved
    assert [told for told in ("m1/msg:R#2", "400 ms", "shown again", "The run says") if told in everything] == []


SAVED = """() => {
    const panel = window.jupyterapp.shell.currentWidget;
    return panel.content.model.toJSON();
}"""
