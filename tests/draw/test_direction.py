"""Text from right to left: it keeps its order, and what stands beside it keeps its own."""

import re
from xml.etree import ElementTree

import pytest
from gallery import GALLERY

from imteach import Drop, Say, Scenario, Trace
from imteach.draw.letters.direction import BEGIN, END, isolated, with_isolates
from imteach.draw.letters.measure import columns, text_width

HEBREW = "שלום, 3 הודעות!"
FORMS = [Trace.to_svg, Trace.to_text, Trace.to_mermaid]


def marked(words: str) -> str:
    return words.replace(BEGIN, "[").replace(END, "]")


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("stores m1 for דנה", "stores m1 for [דנה]"),
        ("dedup, crash דנה_2@120+50", "dedup, crash [דנה_2]@120+50"),
        ("m1/msg:N>דנה#1, m1/msg:N>בוב#2 dropped", "m1/msg:N>[דנה]#1, m1/msg:N>[בוב]#2 dropped"),
        (f"“{HEBREW}” is never said", f"“[{HEBREW}]” is never said"),
        ("✂ דנה – server cut", "✂ [דנה] – server cut"),
        (HEBREW, f"[{HEBREW}]"),
        ("привет, 你好 ✓", "привет, 你好 ✓"),
        (f"({isolated(HEBREW)} ✓)", f"([{HEBREW}] ✓)"),
        ("مرحبا، ٣ رسائل!", "[مرحبا، ٣ رسائل!]"),
        ("٣ ms 12", "٣ ms 12"),
    ],
)
def test_only_what_goes_from_right_to_left_is_isolated(words, wanted):
    assert marked(with_isolates(words)) == wanted
    assert columns(with_isolates(words)) == columns(words)
    assert text_width(with_isolates(words), 12) == text_width(words, 12)


def test_what_is_said_is_isolated_whole_and_its_tag_and_sign_are_not():
    trace = Scenario("dedup", say=[Say(HEBREW), Say("hi", at=40)]).run()
    root = ElementTree.fromstring(trace.to_svg())
    bubbles = [marked("".join(text.itertext())) for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert f"m1 [{HEBREW}] ◷" in bubbles
    assert f"(m1 [{HEBREW}] ◷)" in marked(trace.to_text())
    assert f"m1 #8296;{HEBREW}#8297; ◷" in trace.to_mermaid()


@pytest.mark.parametrize("draw", FORMS)
def test_every_isolate_is_closed_in_its_own_line_and_none_is_where_nothing_needs_it(draw):
    for name, trace in GALLERY.items():
        drawn = draw(trace).replace("#8296;", BEGIN).replace("#8297;", END)
        assert (BEGIN in drawn) == (name == "many-scripts")
        for line in drawn.splitlines():
            assert re.sub(f"[^{BEGIN}{END}]", "", line).replace(BEGIN + END, "") == ""


@pytest.mark.parametrize("draw", FORMS)
def test_what_a_learner_typed_cannot_close_an_isolate(draw):
    drawn = draw(Scenario("basic", say=[Say(f"שלום{END}{END}\u202e!")]).run())
    assert drawn.count(BEGIN) == drawn.count(END)
    assert "\u202e" not in drawn


def test_lifelines_stand_below_each_other_in_every_script():
    for line in GALLERY["many-scripts"].to_text().splitlines():
        if " ms " in line and "│" in line and "┊" not in line:
            last = max(place for place, char in enumerate(line) if char == "│")
            assert columns(line[:last]) == columns(SERVER_LINE[: SERVER_LINE.rindex("│")])


SERVER_LINE = next(line for line in GALLERY["many-scripts"].to_text().splitlines() if "msg:R" in line)


def test_a_bubble_stays_on_the_side_of_its_node():
    trace = Scenario("dedup", say=[Say(HEBREW)]).run(Drop("ack:N"))
    assert re.search(r"\(⁨שלום, 3 הודעות!⁩\) ┃│", trace.to_text()), "alice's, left of her line"
    assert re.search(r"│ +\(⁨שלום, 3 הודעות!⁩\)\n", trace.to_text()), "bob's, right of his"
