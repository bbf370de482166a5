"""Two runs in one picture: one time scale for both, the first difference marked, and all that was typed is text."""

import random
import re
from xml.etree import ElementTree

import pytest
from gallery import GALLERY

from imteach import Client, Compare, Drop, Offline, Say, Scenario
from imteach.draw.compare.notebook import compare_alt_text
from imteach.draw.letters.measure import columns
from imteach.draw.sequence.chronicle.chronicle import Chronicle
from imteach.draw.sequence.layout.timeline import timelines
from imteach.draw.sequence.layout.whole import lay_out_beside
from imteach.draw.sequence.notebook import MOST_SHOWN

SVG = "{http://www.w3.org/2000/svg}"
DEDUP = Scenario("dedup")
TWICE = Compare(Scenario("retransmit").run(Drop("ack:N")), DEDUP.run(Drop("ack:N")))

CHOSEN = random.Random(11)
PAIRS = [
    ("dedup-discards", "retransmit-duplicate"),
    ("basic", "very-slow-link"),
    ("group-gap", "group"),
    *(tuple(CHOSEN.sample(list(GALLERY), 2)) for _ in range(60)),
]
PAIRS = [(one, other) for one, other in PAIRS if GALLERY[one].timed == GALLERY[other].timed]


def spans(line):
    """How far down each instant begins, and where its last moment stands."""
    heights = {t: [line.y[moment.number] for moment in moments] for t, moments in line.instants.items()}
    return {t: (min(those), max(those)) for t, those in heights.items()}


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=str)
def test_an_instant_begins_at_one_height_in_both_and_time_never_goes_back_up(one, other):
    here, there = map(spans, timelines(Chronicle(GALLERY[one]), Chronicle(GALLERY[other])))
    shared = here.keys() & there.keys()
    assert shared or "nothing-said" in (one, other)
    assert {t: here[t][0] for t in shared} == {t: there[t][0] for t in shared}
    deepest = 0.0
    for t in sorted(here.keys() | there.keys()):
        both = [half[t] for half in (here, there) if t in half]
        assert min(begin for begin, _ in both) >= deepest, t
        deepest = max(end for _, end in both)


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=str)
def test_no_strip_of_an_idle_stretch_hides_words_of_either_run(one, other):
    beside = lay_out_beside(GALLERY[one], GALLERY[other])
    for half in (beside.one, beside.other):
        boxes = [note.box for note in half.notes]
        for idle in half.breaks:
            top, bottom = idle.box.y - 3, idle.box.y + idle.box.height + 3
            assert not [box for box in boxes if box.y < bottom - 0.5 and box.y + box.height > top + 0.5]


def test_a_line_more_under_one_title_moves_both_heads_down():
    never, plain = GALLERY["never-sent"], GALLERY["basic"]
    tops = [lay_out_beside(*pair).one.top for pair in ((plain, plain), (never, plain), (plain, never))]
    assert tops[0] < tops[1] == tops[2]


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=str)
def test_heads_and_feet_stand_at_one_height_and_strips_too(one, other):
    beside = lay_out_beside(GALLERY[one], GALLERY[other])
    assert (beside.one.top, beside.one.bottom) == (beside.other.top, beside.other.bottom)
    assert [idle.box.y for idle in beside.one.breaks] == [idle.box.y for idle in beside.other.breaks]
    lowest = max(
        [note.box.y + note.box.height for half in (beside.one, beside.other) for note in half.notes], default=0
    )
    assert beside.one.bottom > max(lowest, beside.times[-1].y if beside.times else 0)
    assert not beside.one.times
    assert not beside.other.times
    assert [mark.y for mark in beside.times] == sorted(mark.y for mark in beside.times)


def test_until_the_first_difference_both_pictures_are_the_same():
    beside = lay_out_beside(TWICE.one, TWICE.other, 400)
    assert beside.first is not None
    for part in ("notes", "arrows"):
        one, other = (
            [each for each in getattr(half, part) if each.t < 400]
            if part == "notes"
            else [each for each in half.arrows if each.ended < 400]
            for half in (beside.one, beside.other)
        )
        assert one == other
        assert one
    assert [line.x for line in beside.one.lifelines] == [line.x for line in beside.other.lifelines]


def test_equal_runs_are_drawn_alike():
    beside = lay_out_beside(GALLERY["dedup-discards"], GALLERY["dedup-discards"])
    assert beside.one == beside.other


def test_the_mark_stands_where_the_first_difference_happens():
    beside = lay_out_beside(DEDUP.run(), DEDUP.run(Drop("msg:N")), 80)
    (dropped,) = [arrow for arrow in beside.other.arrows if arrow.fate]
    assert beside.first == dropped.y1
    assert 80 in [mark.t for mark in beside.times]


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=str)
def test_every_picture_of_two_is_well_formed_and_has_both_runs(one, other):
    compare = Compare(GALLERY[one], GALLERY[other])
    root = ElementTree.fromstring(compare.to_svg())
    halves = [group for group in root.iter(f"{SVG}g") if "Sequence diagram" in group.get("aria-label", "")]
    assert [half.get("aria-label").split(": ")[1] for half in halves] == ["First run", "Second run"]
    for half, trace in zip(halves, (compare.one, compare.other), strict=True):
        drawn = [group.get("data-packet") for group in half.iter(f"{SVG}g") if group.get("data-packet")]
        assert sorted(drawn) == sorted(packet.name for packet in trace.packets)
    marked = [text.text for text in root.iter(f"{SVG}text") if text.text == "first difference"]
    assert len(marked) == (compare.first is not None)


class Silent(Client):
    """Another class than ours."""


def test_two_runs_that_differ_in_their_class_only_have_two_titles():
    compare = Compare(Scenario("dedup", client=Silent).run(Drop("ack:N")), DEDUP.run(Drop("ack:N")))
    for picture in (compare.to_svg(), compare.to_text()):
        assert "First run, Silent: dedup, m1/ack:N#1 dropped" in picture
        assert "Second run, Client: dedup, m1/ack:N#1 dropped" in picture
    assert "First run: retransmit," in TWICE.to_svg()


def test_the_line_of_the_first_difference_crosses_out_no_words():
    svg = TWICE.to_svg()
    lines = [tuple(map(float, each)) for each in re.findall(r'imt-first" d="M([\d.]+) ([\d.]+)H([\d.]+)"', svg)]
    assert len({y for _, y, _ in lines}) == 1
    root = ElementTree.fromstring(svg)
    second = next(group for group in root.iter(f"{SVG}g") if "Second run" in group.get("aria-label", ""))
    moved = float(second.get("transform").partition("(")[2].split()[0])
    (told,) = [text for text in second.iter(f"{SVG}text") if text.text == "m1 was shown before:"]
    x = moved + float(told.get("x"))
    assert len(lines) == 3  # broken by the time, by what bob is shown and by why he is shown nothing
    assert not any(x0 < x + 20 and x1 > x for x0, _, x1 in lines)
    assert any(x1 <= x for _, _, x1 in lines)


def test_the_picture_is_the_same_bytes_every_time_and_follows_the_dark_theme():
    again = Compare(Scenario("retransmit").run(Drop("ack:N")), DEDUP.run(Drop("ack:N")))
    assert again.to_svg() == TWICE.to_svg()
    assert "prefers-color-scheme:dark" in TWICE.to_svg()
    assert re.search(r"\.imt-first\{stroke:var\(--imt-ink,#\w+\)", TWICE.to_svg())
    assert ".imt-first" not in DEDUP.run().to_svg()


@pytest.mark.parametrize(
    "text", ["</svg><script>alert(1)</script>", '"><img onerror=alert(1) src=x>', "שלום", "x" * 10_000]
)
def test_what_was_typed_is_text_in_every_output(text):
    compare = Compare(DEDUP.run(), Scenario("dedup", say=[Say(text)]).run(Drop("ack:N")))
    html, svg = compare._repr_mimebundle_()["text/html"], compare.to_svg()
    assert len(re.findall("<svg", svg)) == 1
    for markup in (svg, html):
        assert "<script" not in markup
        assert "<img onerror" not in markup
    ElementTree.fromstring(svg)
    assert html.count("<img ") == 1
    assert max(map(columns, compare.to_text().splitlines())) < 140


def test_a_notebook_gets_an_image_that_says_all_in_words_and_the_text():
    bundle = TWICE._repr_mimebundle_()
    assert sorted(bundle) == ["text/html", "text/plain"]
    assert bundle["text/plain"] == TWICE.to_text()
    alt = compare_alt_text(TWICE)
    assert f"{TWICE.sentence}" in alt
    assert "bob is shown “hello” twice in the first run, once in the second." in alt
    assert alt.replace("“", "“") in bundle["text/html"]


def test_two_very_long_runs_are_words_only_in_a_notebook():
    count = MOST_SHOWN // 3 + 2
    long = Scenario("basic", say=[Say(f"{n}", at=10 * n) for n in range(count)])
    bundle = Compare(long.run(), long.run(Drop("m7/msg:N")))._repr_mimebundle_()
    assert list(bundle) == ["text/plain"]
    assert "At 140 ms m7/msg:N#1 is dropped in the second run" in bundle["text/plain"]
    assert f"{3 * count} packets: too many to show; to_svg() draws them all" in bundle["text/plain"]


# As text


def test_the_text_has_both_diagrams_below_each_other_and_marks_both():
    lines = TWICE.to_text().splitlines()
    assert lines[0].startswith("At 400 ms bob shows “hello” (m1) in the first run;")
    first, second = (next(n for n, line in enumerate(lines) if line.startswith(name)) for name in ("First", "Second"))
    marks = [n for n, line in enumerate(lines) if "first difference" in line]
    assert len(marks) == 2
    assert first < marks[0] < second < marks[1]
    for mark in marks:
        assert "350 ms" in lines[mark - 1]
        assert "400 ms" in lines[mark + 1]
    assert lines[-3:] == ["What came of it:", *map(str, TWICE.outcome)]


def without_strips(text):
    """The lines of a diagram but for its idle stretches: where two runs stand side by side, both must be idle."""
    return [line for line in text.splitlines() if " ms pass··" not in line]


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=str)
def test_each_half_of_the_text_is_the_text_of_its_run(one, other):
    compare = Compare(GALLERY[one], GALLERY[other])
    text = compare.to_text(0)
    for name, trace in (("First", compare.one), ("Second", compare.other)):
        half = text.partition(f"\n{name} run: ")[2].splitlines()
        whole = without_strips(trace.to_text())
        assert [line for line in without_strips("\n".join(half)) if "─ first difference ─" not in line][
            : len(whole)
        ] == whole


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=str)
def test_side_by_side_each_line_has_that_of_either_run_and_no_more_columns_than_were_given(one, other):
    compare = Compare(GALLERY[one], GALLERY[other])
    lines = compare.to_text(1000).splitlines()
    for part in without_strips(compare.one.to_text())[1:]:
        assert any(line.startswith(part) for line in lines), part
    for part in without_strips(compare.other.to_text())[1:]:
        assert any(line.endswith(part) for line in lines), part
    widest = max(map(columns, lines))
    assert max(map(columns, compare.to_text(widest).splitlines())) <= widest


def test_where_there_is_room_what_happens_at_one_time_stands_side_by_side():
    lines = Compare(DEDUP.run(), DEDUP.run(Drop("msg:N"))).to_text(240).splitlines()
    acked = next(line for line in lines if "200 ms" in line)
    assert acked.count("200 ms") == 1  # only in the first run
    assert acked.count("│") == 6  # and yet the lifelines of both go on
    dropped, alone = (next(line for line in lines[2:] if f"{t} ms" in line) for t in (80, 450))
    assert dropped.count("┃") == 2  # as their timers do
    assert alone.count("┃") == 1
    both = [line for line in lines[2:] if "100 ms" in line]
    assert both[0].count("100 ms") == 2
    assert max(map(columns, lines)) <= 240
    (mark,) = [line for line in lines if "first difference" in line]
    assert mark.count("first difference") == 2


def test_where_there_is_too_little_room_they_stand_below_each_other():
    compare = Compare(DEDUP.run(), DEDUP.run(Offline("bob", at=60)))
    side_by_side = compare.to_text(1000)
    widest = max(map(columns, side_by_side.splitlines()))
    assert compare.to_text(widest + 2) == side_by_side
    assert compare.to_text(widest - 1) == compare.to_text() != side_by_side


def test_equal_runs_say_so_as_text_and_mark_nothing():
    text = Compare(DEDUP.run(), DEDUP.run()).to_text()
    assert text.startswith("The two runs are the same: 19 events.\n")
    assert text.endswith("What came of it is the same in both.\n")
    assert "first difference" not in text
