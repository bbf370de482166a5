"""What goes round for ever, in every kind of picture: where it begins, where it ends, and that it is no end."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from gallery import GALLERY
from rounds import empty_pages, ping_pong, pulls_in_vain
from test_layout import overlapping

from imteach import Drop, Say, Scenario, follow
from imteach.draw import alt_text, lay_out, to_svg
from imteach.draw.letters.measure import text_width
from imteach.draw.sequence.layout.boxes import Box
from imteach.draw.sequence.layout.shapes import HEAD_HEIGHT, TIME_SIZE
from imteach.draw.sequence.window import cut_out, windows

SVG = "{http://www.w3.org/2000/svg}"
TIMED = replace(Scenario("dedup").run(Drop("ack:N")), loop=300)
LATE = replace(Scenario("dedup", rto=10**6).run(Drop("ack:N")), loop=150)  # its times have seven figures
ENDLESS = [ping_pong(), empty_pages(), pulls_in_vain(), TIMED, LATE]


def halved(trace):
    """The trace as if its second half went round for ever."""
    times = sorted({event.t for event in trace.events})
    return replace(trace, loop=times[len(times) // 2 - 1] if len(times) > 1 else 0)


HALVED = {name: halved(trace) for name, trace in GALLERY.items()}


def marks(svg):
    return [group for group in ElementTree.fromstring(svg).iter(f"{SVG}g") if group.get("class") == "imt-round"]


# Where it stands


@pytest.mark.parametrize(("trace", "begins", "ends"), [(ping_pong(), 6, 10), (TIMED, 300, 500), (LATE, 150, 1000200)])
def test_it_leads_from_the_last_event_back_to_the_moment_since_when(trace, begins, ends):
    layout = lay_out(trace)
    y = {mark.t: mark.y for mark in layout.times}
    assert (layout.round.y0, layout.round.y1) == (y[begins], y[ends])
    assert max(y) == ends


def test_what_goes_round_from_the_start_begins_above_the_first_event():
    comes_back = ["bob crashes", "bob starts again", "the server notices that bob is gone"]
    layout = lay_out(follow("dedup", [*comes_back, "the server learns that bob is online"], loop=4))
    assert layout.top <= layout.round.y0 < layout.times[0].y
    assert layout.round.y1 == layout.times[-1].y


@pytest.mark.parametrize("name", HALVED)
def test_it_stands_at_the_left_of_the_times_and_over_nothing(name):
    layout = lay_out(HALVED[name])
    assert overlapping(layout) == []
    if layout.round is None:
        assert not any(event.t > HALVED[name].loop for event in HALVED[name].events)
        return
    widest = max(text_width(f"{mark.t}{layout.unit}", TIME_SIZE) for mark in layout.times)
    seen, words = layout.round, layout.round.words.box
    assert 0 <= words.x < words.x + words.width < seen.x
    assert seen.x + 10 < layout.left - 6 - widest - 4  # with its head
    assert layout.round.y0 < layout.round.y1
    heads = Box(0, 0, layout.width, layout.top - HEAD_HEIGHT)
    assert not words.overlaps(heads)
    assert words.y + words.height <= layout.height


def test_beside_a_very_short_one_the_words_go_up_rather_than_off_the_page():
    layout = lay_out(replace(Scenario("basic", latency={"bob": 60}).run(), loop=100))
    words = layout.round.words.box
    assert layout.round.y1 - layout.round.y0 < words.height / 4
    assert words.y + words.height == pytest.approx(layout.round.y1 + 16)


@pytest.mark.parametrize("name", GALLERY)
def test_a_run_that_ends_keeps_its_times_where_they_are(name):
    if GALLERY[name].loop is None:
        assert lay_out(GALLERY[name]).round is None
        assert marks(GALLERY[name].to_svg()) == []
        assert "over and over" not in GALLERY[name].to_text() + GALLERY[name].to_mermaid()


def test_where_nothing_happens_after_it_nothing_goes_round():
    trace = replace(TIMED, loop=TIMED.events[-1].t)
    assert lay_out(trace).round is None
    assert "over and over" not in trace.to_text() + trace.to_mermaid()


# As SVG


@pytest.mark.parametrize(
    ("trace", "since"), [(ping_pong(), "After step 6"), (pulls_in_vain(), "After step 3"), (TIMED, "From 300 ms on")]
)
def test_as_svg_it_is_an_arrow_back_with_words_and_reads_as_a_sentence(trace, since):
    (mark,) = marks(trace.to_svg())
    told = f"{since} this goes round for ever"
    assert (mark.get("role"), mark.get("aria-label"), mark.find(f"{SVG}title").text) == ("img", told, told)
    words = mark.find(f"{SVG}text")
    assert words.text == "over and over"
    assert words.get("transform").startswith("rotate(-90 ")
    way = mark.find(f"{SVG}path").get("d")
    layout = lay_out(trace)
    assert way.split("h")[0].endswith(f" {layout.round.y1:.1f}".removesuffix(".0"))  # it sets out from the last event
    assert way.endswith("m-5 -4.5l6 4.5l-6 4.5")  # and has a head


def test_its_rules_come_only_with_it():
    assert "imt-round" not in ping_pong(loop=0).to_svg()
    style = ElementTree.fromstring(ping_pong().to_svg()).find(f"{SVG}style").text
    assert ".imteach-diagram .imt-round path{stroke:var(--imt-ink," in style  # a variable: the dark theme has another


def test_those_who_cannot_see_it_are_told():
    assert alt_text(ping_pong()).endswith(" After step 6 it goes round for ever.")


# As text


def test_as_text_a_line_stands_before_it_and_one_after_it():
    lines = ping_pong().to_text().splitlines()
    (first,) = (number for number, line in enumerate(lines) if "─ from here on over and over ─" in line)
    last = len(lines) - 1
    assert "─ and again after step 6 ─" in lines[last]
    assert [line.split()[0] for line in lines[first + 1 : last]] == ["7", "8", "9", "10"]
    assert lines[first - 1].split()[:2] == ["✓✓", "delivered"]  # the last that happens in step 6
    assert lines[first].index("┼") == lines[first - 1].index("│")
    assert "─ and again from 300 ms ─" in TIMED.to_text()


def test_as_text_the_rest_is_as_in_a_run_that_ends():
    def lines(trace):
        return [line for line in trace.to_text().splitlines() if "─┼─" not in line]

    assert lines(TIMED) == lines(replace(TIMED, loop=None))


# As Mermaid


def test_as_mermaid_it_is_a_loop():
    lines = ping_pong().to_mermaid().splitlines()
    begin = lines.index("    loop over and over")
    assert lines[begin - 1] == "    Note left of n0: 6: ✓✓ delivered"
    assert [line.strip().split(": ")[1] for line in lines[begin + 1 : -1]] == ["7", "8", "9", "10"]
    assert all(line.startswith("        n") for line in lines[begin + 1 : -1])
    assert lines[-1] == "    end"


# What is under way when it begins again


def test_a_packet_that_waits_for_the_next_round_is_not_drawn_as_lost():
    trace = ping_pong()
    root = ElementTree.fromstring(trace.to_svg())
    (group,) = (g for g in root.iter(f"{SVG}g") if g.get("data-packet") == "m1/ack:A#2")
    assert group.get("aria-label").endswith("from server to bob: sent at step 8, still under way")
    assert "imt-under-way" in group.get("class")
    assert "imt-lost" not in group.get("class")
    assert "still under way" in [text.text for text in group.iter(f"{SVG}text")]
    assert not any("imt-cross" in element.get("class", "") for element in root.iter())
    assert "✕" not in trace.to_text()
    assert "╌╌ ack:A #2 still under way ╌▷│" in trace.to_text()
    assert "n1-->>n2: 10: ack:A #35;2 still under way" in trace.to_mermaid()


def test_in_a_run_that_ends_it_is_lost_as_ever():
    trace = ping_pong(loop=0)
    assert "imt-cross" in trace.to_svg().partition("</style>")[2]
    assert "under way" not in trace.to_svg() + trace.to_text() + trace.to_mermaid()
    assert "ack:A #2 lost: the steps end here" in trace.to_text()
    assert "n1--xn2: 10: ack:A #35;2 lost: the steps end here" in trace.to_mermaid()


def test_what_is_dropped_in_a_round_has_its_cross():
    assert pulls_in_vain().to_text().count("dropped ✕ offline:R") == 2
    assert pulls_in_vain().to_mermaid().count("dropped") == 2


# In windows


LONG = replace(Scenario("dedup", say=[Say("hello", at=300 * n) for n in range(12)]).run(), loop=1000)


def test_a_window_shows_as_much_of_it_as_happens_there():
    layout = lay_out(LONG)
    shown = [cut_out(layout, window) for window in windows(LONG, size=12)]
    seen = [(part.round.begins, part.round.ends) if part.round else None for part in shown]
    assert seen == [None, (True, False), (False, False), (False, False), (False, False), (False, True)]
    for part in shown[1:]:
        assert 0 <= part.round.y0 < part.round.y1 <= part.height
        assert part.round.words.box.y + part.round.words.box.height <= part.height
        assert part.round.x == layout.round.x
    begins = shown[1].round.y0 - next(mark.y for mark in shown[1].times if mark.t == 1000)
    assert begins == pytest.approx(0)


def test_a_window_has_its_arrow_only_where_it_begins():
    ways = [marks(to_svg(LONG, window=window)) for window in windows(LONG, size=12)]
    heads = [mark.find(f"{SVG}path").get("d").endswith("l6 4.5l-6 4.5") for found in ways for mark in found]
    assert heads == [True, False, False, False, False]
