"""Graphs as pictures: what is typed stays text, the same graph gives the same bytes, and no sign is a colour alone."""

import re
import subprocess
import sys
from xml.etree import ElementTree

import needs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from imteach import Client, InputError, Say, Scenario, machine_graph, state_graph
from imteach.cli import main
from imteach.draw.graph import dot as graph_dot
from imteach.draw.graph import svg as graph_svg
from imteach.draw.graph.dot import wrapped
from imteach.draw.letters.measure import text_width

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def lost():
    """A message is lost and nobody knows: basic, one drop."""
    return state_graph(Scenario("basic"), faults=1)


def words(svg):
    """All that can be read in a picture, line by line."""
    return [str(text.text) for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_the_same_graph_gives_the_same_bytes_in_every_process(lost):
    code = "from imteach import *; print(state_graph(Scenario('basic'), faults=1).to_dot(), end='')"
    for seed in "12":
        run = subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert run.stdout == lost.to_dot()


def test_every_state_and_every_transition_is_drawn_in_the_order_of_the_search(lost):
    dot = lost.to_dot()
    assert re.findall(r"^\t(\d+) \[", dot, re.MULTILINE) == [str(node) for node in lost]
    assert re.findall(r"^\t(\d+) -> (\d+) ", dot, re.MULTILINE) == [
        (str(before), str(after)) for before, after in lost.edges()
    ]


@pytest.mark.parametrize(
    ("line", "signs"),
    [
        (r"0 \[", [">0 start<", "penwidth=3"]),
        (r"7 \[", [">7 end<", "peripheries=2", "rounded"]),
        (r"15 \[", [">15 end<", "peripheries=2", "diagonals", "✕ No loss goes unnoticed"]),
        (r"0 -> 1 ", [">1. alice says<", "penwidth=3"]),
        (r"1 -> 11 ", [">✕ msg:R is<", ">dropped<", "dashed"]),
        (r"4 -> 15 ", [">4. ✕ msg:N<", "penwidth=3", "dashed"]),
    ],
)
def test_no_sign_is_a_colour_alone(lost, line, signs):
    (drawn,) = re.findall(rf"^\t{line}.*", lost.to_dot(), re.MULTILINE)
    assert [sign for sign in signs if sign not in drawn] == []


def test_several_things_between_the_same_states_are_one_line_with_several_words():
    dot = machine_graph(Scenario("dedup"), "bob").to_dot()
    (line,) = re.findall(r"^\t1 -> 1 .*", dot, re.MULTILINE)
    assert ">m1/ack:A arrives /<" in line
    assert ">nothing<" in line
    assert ">m1/msg:N arrives /<" in line
    assert ">discard m1<" in line


@needs.dot
def test_the_picture_says_what_it_is_and_how_the_marked_run_goes(lost):
    svg = ElementTree.fromstring(lost.to_svg())
    path = "1. alice says “hello”. 2. m1/msg:R#1 arrives. 3. m1/msg:A#1 arrives. 4. m1/msg:N#1 is dropped."
    assert svg.get("role") == "img"
    assert svg.get("aria-label").endswith(path)
    assert svg.find(f"{SVG}title").text == "basic: every interleaving with at most 1 fault (a drop)"
    assert svg.find(f"{SVG}desc").text.endswith(path)
    titles = {group.find(f"{SVG}title").text for group in svg.iter(f"{SVG}g") if group.get("data-step") == "4"}
    assert titles == {"Step 4: m1/msg:N#1 is dropped, from state 4 to state 15."}
    states = {group.get("data-state") for group in svg.iter(f"{SVG}g")} - {None}
    assert states == {str(node) for node in lost}


@needs.dot
def test_colours_follow_the_theme_and_no_name_is_in_the_page_twice(lost):
    svg = lost.to_svg()
    assert not re.search(r'(fill|stroke)="#', svg)
    assert "var(--imt-paper,#ffffff)" in svg
    assert ' id="' not in svg


@needs.dot
def test_in_a_notebook_it_is_an_image_with_its_words(lost):
    bundle = lost._repr_mimebundle_()
    assert sorted(bundle) == ["text/html", "text/plain"]
    assert 'tabindex="0"' in bundle["text/html"]  # what is wide can be scrolled with the keyboard too
    assert 'alt="Graph. basic: every interleaving' in bundle["text/html"]
    assert "4. m1/msg:N#1 is dropped." in bundle["text/html"]
    assert bundle["text/plain"] == lost.to_text()


def test_as_text_it_has_every_state_and_every_way_on(lost):
    text = lost.to_text()
    assert text.count("\nState ") == 18
    assert text.count(" → ") == 31
    assert "State 15 (end). alice: ✓ sent; in flight: –; bob: –; faults: 1. Broken: No loss goes unnoticed.\n" in text


# What a learner types is text

NASTY = [
    "<b>bold</b>",
    "</TD></TR></TABLE>>]; evil [label=<",
    '"quoted" \\ back\\',
    "\\N \\G \\l",
    "&lt; &amp; &#0;",
    "<",
    "a\nb\tc\x00d\x1b[31m",
    "\u202eright to left",
    "🎈 你好",
    "' OR 1=1 --",
    "   ",
    "]]>",
    "-->",
    "%s {x} $HOME",
]


class Keeps(Client):
    """Keeps what it is told, in an attribute with a name of its own."""

    def on_say(self, message):
        self.kept = {message.text: message}
        setattr(self, f"<i>{message.text}</i>", message.text)
        return super().on_say(message)


@needs.dot
@settings(max_examples=25, deadline=None)
@given(st.text(max_size=60))
@example("x" * 300)
def test_what_a_learner_types_is_text_whatever_it_is(text):
    scenario = Scenario("basic", say=[Say(text)], client=Keeps)
    pictures = [state_graph(scenario, faults=0).to_svg(), machine_graph(scenario, "alice", faults=0).to_svg()]
    for picture in pictures:
        root = ElementTree.fromstring(picture)
        assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
            *("svg", "g", "title", "desc", "style", "text", "path", "polygon", "polyline", "ellipse"),
        }
    assert len(re.findall('data-state="', pictures[0])) == 11


@needs.dot
@pytest.mark.parametrize("text", NASTY)
def test_markup_is_shown_as_it_was_typed(text):
    picture = state_graph(Scenario("basic", say=[Say(text)]), faults=0).to_svg()
    shown = " ".join(" ".join(words(picture)).split())
    typed = " ".join(re.sub("[\x00-\x1f\u202e]", " ", text).split())
    assert f"“{typed}”" in shown.replace("“ ", "“").replace(" ”", "”") or len(typed) > 30


# What cannot be drawn


def test_what_nobody_could_read_is_refused_with_its_sizes():
    graph = state_graph(Scenario("acked"), faults=1)
    with pytest.raises(InputError) as refused:
        graph.to_dot()
    assert str(refused.value) == (
        "this state space has 47 states and 115 transitions; a graph of more than 50 states or 100 transitions cannot "
        "be read: ask for fewer faults, or the machine of one node (machine_graph, --machine)"
    )
    assert "47 states and 115 transitions" in graph._repr_mimebundle_()["text/plain"]
    assert "text/html" not in graph._repr_mimebundle_()


@pytest.fixture
def without_dot(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")


def test_without_dot_it_says_what_to_install(without_dot, lost):
    with pytest.raises(InputError, match="graphviz's program dot, and there is none here: apt install graphviz"):
        lost.to_svg()
    assert lost.to_dot().startswith("digraph")


def test_without_dot_a_notebook_draws_it_in_the_browser_and_says_it_in_words(without_dot, lost):
    pytest.importorskip("graphviz_anywidget")
    bundle = lost._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert "m1/msg:N#1 is dropped → 15" in bundle["text/html"]
    assert bundle["text/plain"] == lost.to_text()


REFUSALS = [
    OSError(138, "emscripten does not support processes."),  # a browser's Python
    PermissionError(13, "Permission denied"),
    BlockingIOError(11, "Resource temporarily unavailable"),
    OSError("cannot fork"),
]


@pytest.fixture(params=REFUSALS, ids=repr)
def without_processes(monkeypatch, request):
    """No program can be started: what the system says to that."""

    def refuse(*what, **how):
        raise request.param

    monkeypatch.setattr(subprocess, "Popen", refuse)
    monkeypatch.setattr(subprocess, "run", refuse)
    return request.param.strerror or "cannot fork"


def test_where_no_program_can_be_started_it_says_so_in_a_line(without_processes, lost, capsys):
    with pytest.raises(InputError, match=f"graphviz's program dot, and it cannot be started here: {without_processes}"):
        lost.to_svg()
    with pytest.raises(SystemExit) as ended:
        main(["check", "basic", "--faults", "1", "--format", "svg"])
    said = capsys.readouterr()
    assert ended.value.code == 2
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert f"it cannot be started here: {without_processes}" in said.err


@pytest.mark.parametrize("graph", [lambda: state_graph("basic", faults=1), lambda: machine_graph("basic", "bob")])
def test_where_no_program_can_be_started_a_notebook_draws_it_in_the_browser(without_processes, graph):
    pytest.importorskip("graphviz_anywidget")
    shown = graph()
    bundle = shown._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert f"it cannot be started here: {without_processes}" in bundle["text/html"]
    assert bundle["text/plain"] == shown.to_text()


@pytest.mark.parametrize("missing", ["graphviz", "graphviz_anywidget"])
def test_without_the_packages_a_notebook_still_says_it_in_words(without_dot, lost, monkeypatch, missing):
    monkeypatch.setitem(sys.modules, missing, None)
    bundle = lost._repr_mimebundle_()
    assert sorted(bundle) == ["text/html", "text/plain"]
    assert "<p>Not drawn: " in bundle["text/html"]
    assert "m1/msg:N#1 is dropped → 15" in bundle["text/html"]


def test_without_graphviz_and_networkx_it_says_what_to_install(lost, monkeypatch):
    monkeypatch.setitem(sys.modules, "graphviz", None)
    with pytest.raises(InputError, match=r"pip install 'imteach\[graphs\]'"):
        lost.to_dot()
    monkeypatch.setitem(sys.modules, "networkx", None)
    with pytest.raises(InputError, match=r"graphs need networkx; it comes with: .* -m pip install 'imteach\[graphs\]'"):
        machine_graph(Scenario("basic"), "bob")


@needs.dot
def test_what_dot_refuses_is_told_in_a_line(lost, monkeypatch):
    monkeypatch.setattr(graph_svg, "graph_to_dot", lambda graph: "digraph { <")
    with pytest.raises(InputError, match="graphviz's program dot could not draw this graph"):
        lost.to_svg()


# Lines of text


@given(st.text(), st.integers(20, 200))
def test_lines_keep_every_word_in_its_order(text, room):
    lines = wrapped(text, 12, room)
    assert lines
    assert len(" ".join(lines).split()) == len(graph_dot.plain(text).split())


def test_lines_are_as_few_as_they_can_be_and_not_wider_than_they_must_be():
    text = "in every interleaving with at most one fault"
    lines = wrapped(text, 12, 160)
    assert len(lines) == 2
    assert abs(text_width(lines[0], 12) - text_width(lines[1], 12)) < 40
