"""The real Mermaid, as JupyterLab brings it: what people typed comes out of it as they typed it."""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import driving
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from nightly import by_night
from playwright.sync_api import Page
from rounds import ping_pong
from typed import TRAPS, TYPED

from imteach import Say, Scenario
from imteach.draw.sequence.mermaid import MOST
from imteach.plain import plain

# A Markdown cell of JupyterLab draws what stands behind ```mermaid. Returns the texts of the picture, in its order.
DRAW = """async (source) => {
    const panel = window.jupyterapp.shell.currentWidget;
    const markdown = await panel.content.rendermime.markdownParser.render("```mermaid\\n" + source + "```\\n");
    const img = new DOMParser().parseFromString(markdown, "text/html").querySelector("img");
    if (img === null) return [];
    const picture = decodeURIComponent(img.src.slice("data:image/svg+xml,".length));
    const drawn = new DOMParser().parseFromString(picture, "image/svg+xml");
    return [...drawn.querySelectorAll("text, foreignObject")].map((text) => text.textContent);
}"""

Draw = Callable[[str], list[str]]


@pytest.fixture(scope="module")
def draw(server: driving.Server, page: Page) -> Iterator[Draw]:
    with driving.running(page, driving.write_notebook(server, "mermaid.ipynb", ["1"])):
        yield lambda source: driving.ask(page, DRAW, source)


def seen(text: str) -> str:
    """What is seen of a text: spaces at its end are not, nor what keeps its direction."""
    return re.sub("[\u2068\u2069]", "", text).replace("\xa0", " ").rstrip()


@settings(max_examples=by_night(12, in_the_gate=4))
@given(typed=st.lists(TYPED, min_size=10, max_size=40))
@example(typed=TRAPS)
def test_what_is_typed_is_what_mermaid_draws(draw: Draw, typed: list[str]) -> None:
    says = [Say(text, at=1000 * number) for number, text in enumerate(typed)]
    source = Scenario("basic", say=says).run().to_mermaid()
    texts = [seen(text.partition(" ms: ")[2]) for text in draw(source)]
    said = [(f"m{number}", plain(text), sign) for number, text in enumerate(typed, 1) for sign in ("◷", "")]
    told = [seen(" ".join(filter(None, parts))) for parts in said]
    assert [words for words in told if words not in texts] == []
    assert len(list(filter(None, texts))) == source.count(" ms: ")


def test_what_goes_round_for_ever_is_a_loop_to_mermaid_too(draw: Draw) -> None:
    texts = [seen(text) for text in draw(ping_pong().to_mermaid())]
    assert [text for text in texts if "over" in text] == ["[over and over]"]
    assert "loop" in texts
    assert "10: ack:A #2 still under way" in texts


NAMES = ["end", "as", "loop", "style", "classDef", "participant", "דנה", "Оля", "x__x", "n0", "note", "Ünïcode", "小明"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_a_name_to_mermaid_too(draw: Draw, name: str) -> None:
    texts = [seen(text) for text in draw(Scenario("basic", say=[Say("hi", to=name)]).run().to_mermaid())]
    assert texts.count(name) == 2, "above its line and below"


def test_mermaid_draws_as_many_characters_as_its_page_lets_it_and_not_one_more(draw: Draw) -> None:
    """JupyterLab allows 100,000. Counted as JavaScript does: 👍 is two."""
    start = "sequenceDiagram\n    participant n0 as alice\n    Note left of n0: "
    for sign, each in (("x", 1), ("👍", 2)):
        fits = f"{start}{sign * ((100_000 - len(start) - 1) // each)}".ljust(100_000 if each == 1 else 0, "x")
        assert seen(draw(f"{fits}\n")[-1])[-1] == sign
        assert "Maximum text size in diagram exceeded" in "".join(draw(f"{fits}{sign * 2}\n"))


def test_a_mermaid_whose_page_says_nothing_else_draws_as_many_as_we_say() -> None:
    static = Path(sys.prefix) / "share" / "jupyter" / "lab" / "static"
    limits = {
        limit
        for path in static.glob("*.js")
        for limit in re.findall(r"maxTextSize:(\w+),maxEdges:", path.read_text("utf-8"))
    }
    assert MOST in {int(float(limit)) for limit in limits}
