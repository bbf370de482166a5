"""Graphs in real JupyterLab: an image if graphviz's `dot` is here, else drawn by the browser, without the internet."""

import operator
import re
from contextlib import ExitStack

import driving
import needs
import pytest
from driving import soon
from playwright.sync_api import expect

SHOW = "from imteach import Say, Scenario, machine_graph, state_graph"
HIDE_DOT = "import os; os.environ['PATH'] = '/nowhere'"
OUTPUTS = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea-output"


@pytest.fixture
def outputs(server, page):
    """Run these cells and return where their outputs are."""

    def run(*cells):
        stack.enter_context(driving.running(page, driving.write_notebook(server, "graphs.ipynb", [SHOW, *cells])))
        return page.locator(OUTPUTS)

    with ExitStack() as stack:
        yield run


@needs.dot
def test_a_graph_shows_as_an_image_with_its_words(outputs, shoot):
    image = outputs("state_graph(Scenario('basic'), faults=0)").locator("img")
    image.wait_for()
    expect(image).to_have_attribute("alt", re.compile(r"^Graph\. basic: every interleaving with no fault\."))
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 300
    shoot(image, "graph")


@needs.dot
def test_one_that_is_wider_than_the_page_is_as_large_and_scrolls_with_the_keys(outputs, page):
    image = outputs("state_graph(Scenario('basic'), faults=1)").locator("img")
    image.wait_for()
    natural = image.evaluate("image => image.decode().then(() => image.naturalWidth)")
    soon(lambda: image.evaluate("image => image.clientWidth"), natural)
    soon(lambda: image.evaluate("image => image.parentElement.clientWidth"), natural, operator.lt)
    around = image.locator("..")
    around.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("around => around.scrollLeft > 0", arg=around.element_handle())


def test_without_dot_the_browser_draws_it_and_asks_nobody_else(outputs, page, server, shoot):
    asked = []

    def listen(request):
        asked.append(request.url)

    page.on("request", listen)
    graph = outputs(HIDE_DOT, "state_graph(Scenario('basic', say=[Say(r'\\N <b> &amp; \"')]), faults=0)")
    states = graph.locator("svg g.node")
    expect(states).to_have_count(11)
    expect(states.nth(7)).to_contain_text('“\\N <b> &amp; "”')
    shoot(graph.last, "graph-without-dot")
    graph.get_by_text("The graph in words").click()
    expect(graph.locator("pre")).to_contain_text("0 (start). alice: –; in flight: –; bob: –.", use_inner_text=True)
    own = (server.address, server.address.replace("http", "ws"), "data:", "blob:")
    page.remove_listener("request", listen)
    assert [url for url in asked if not url.startswith(own)] == []
