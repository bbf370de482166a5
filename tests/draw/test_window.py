"""A long run in windows: each packet in one of them, whole, as in the whole picture, and nothing outside."""

import re
from collections.abc import Iterator
from html import unescape
from xml.etree import ElementTree

import pytest
from gallery import GALLERY

from imteach import Delay, InputError, Loss, Offline, Say, Scenario, check
from imteach.draw import lay_out, to_svg
from imteach.draw.sequence.layout.shapes import MARGIN
from imteach.draw.sequence.window import PILL_HEIGHT, WINDOW, Stretch, cut_out, window_of, windows

SVG = "{http://www.w3.org/2000/svg}"
SIZE = 3
LONG = Scenario("dedup", say=[Say("hello", at=100 * number) for number in range(120)]).run(Loss(0.03, seed=1))
BURST = Scenario("basic", say=[Say("hello", at=0) for _ in range(150)]).run()
LATE = Scenario("basic", say=[Say("hello", at=100 * number) for number in range(150)]).run(Delay("m2/msg:N", by=12_000))
RUNS = {**GALLERY, "long": LONG, "burst": BURST, "late": LATE}
SIZES = {"long": 100, "burst": 60, "late": 60}

every_run = pytest.mark.parametrize("name", RUNS)


def cut(name):
    trace, size = RUNS[name], SIZES.get(name, SIZE)
    return trace, [window for window in windows(trace, size) if not window.is_whole]


def stretches(trace, found) -> list[Stretch]:
    layout = lay_out(trace)
    return [cut_out(layout, window) for window in found]


def names(svg):
    return [unescape(name) for name in re.findall('data-packet="([^"]*)"', svg)]


@every_run
def test_each_packet_is_in_one_window_in_the_order_of_sending(name):
    trace, found = cut(name)
    drawn = [packet for window in found for packet in names(to_svg(trace, window=window))]
    assert drawn == ([packet.name for packet in trace.packets] if found else [])


@every_run
def test_what_belongs_to_a_window_stands_as_in_the_whole_picture(name):
    trace, found = cut(name)
    whole = lay_out(trace)
    for window, seen in zip(found, stretches(trace, found), strict=True):
        down = seen.arrows[0].y0 - whole.arrows[window.first - 1].y0
        for own, all_ in zip(seen.arrows, whole.arrows[window.first - 1 : window.last], strict=True):
            is_late = own.y1 > seen.height
            assert own.y1 - all_.y1 == pytest.approx(down)
            assert is_late or own.words == [
                word._replace(box=word.box._replace(y=word.box.y + down)) for word in all_.words
            ]
            assert is_late or own.pill == pytest.approx(all_.pill._replace(y=all_.pill.y + down))
        notes = {(note.node, note.text, note.t, round(note.y, 3)) for note in whole.notes}
        assert {(note.node, note.text, note.t, round(note.y - down, 3)) for note in seen.notes} <= notes


@every_run
def test_it_is_whole_but_for_one_that_is_very_late(name):
    trace, found = cut(name)
    for seen in stretches(trace, found):
        late = [arrow.packet.name for arrow in seen.arrows if arrow.y1 > seen.bottom]
        assert name in ("late", "burst") or late == []
        for arrow in seen.arrows:
            assert seen.top < arrow.y0 < seen.bottom
            assert seen.top < arrow.pill.y < arrow.pill.y + PILL_HEIGHT < seen.bottom  # there to be clicked


@every_run
def test_everything_that_is_written_is_written_whole_in_a_window(name):
    trace, found = cut(name)
    if not found:
        return
    whole, parts = lay_out(trace), stretches(trace, found)
    for part in parts:
        for note in part.notes:
            assert part.top < note.box.y < note.box.y + note.box.height < part.bottom
    written = {(note.node, note.t, note.text) for part in parts for note in part.notes}
    assert written == {(note.node, note.t, note.text) for note in whole.notes}
    assert {idle.text for idle in whole.breaks} <= {idle.text for part in parts for idle in part.breaks}
    cuts = {words.text for part in parts for link in part.cuts for words in link.words}
    assert cuts == {words.text for link in whole.cuts for words in link.words}
    assert {mark.t for part in parts for mark in part.times} == {mark.t for mark in whole.times}


def corners(path: str) -> Iterator[float]:
    """Yield the heights of the corners of a path that has no curves."""
    y = 0.0
    for command, numbers in re.findall("([A-Za-z])([^A-Za-z]*)", path):
        steps = list(map(float, re.findall(r"-?[\d.]+", numbers)))
        for down in steps if command in "Vv" else steps[1::2] if command in "MLml" else ():
            y = down if command.isupper() else y + down
            yield y


def heights(element) -> list[float]:
    """The heights of all corners of an element."""
    y, height = element.get("y"), element.get("height")
    if element.tag == f"{SVG}rect":
        return [float(y or 0), float(y or 0) + float(height)]
    if element.tag == f"{SVG}path" and "q" not in element.get("d"):
        return list(corners(element.get("d")))
    return [float(element.get(name)) for name in ("y", "y1", "y2", "cy") if element.get(name) is not None]


@every_run
def test_nothing_is_outside(name):
    trace, found = cut(name)
    late = {arrow.packet.name for seen in stretches(trace, found) for arrow in seen.arrows if arrow.y1 > seen.height}
    for window in found:
        svg = ElementTree.fromstring(to_svg(trace, window=window))
        height = float(svg.get("height"))
        ways, buttons = (svg.find(f"{SVG}g[@class='{css}']") for css in ("imt-ways", "imt-packets"))
        others = [group for group in svg if group not in (ways, buttons)]
        inside = [*others, *ways, *(button for button in buttons if button.get("data-packet") not in late)]
        for element in (part for group in inside for part in group.iter() if not (late and group in list(ways))):
            assert all(0 <= y <= height for y in heights(element)), ElementTree.tostring(element)


def test_what_passes_by_is_cut_at_the_edges_and_cannot_be_clicked():
    _, second, *_ = windows(LONG, 50)
    (seen,) = stretches(LONG, [second])
    assert {passing.starts for passing in seen.passing} == {passing.ends for passing in seen.passing} == {True, False}
    for passing in seen.passing:
        assert seen.top <= passing.arrow.y0 < passing.arrow.y1 <= seen.bottom
    svg = to_svg(LONG, window=second)
    assert 0 < svg.count('class="imt-passing ') <= 4  # one piece for all that look alike
    assert not {passing.arrow.packet.name for passing in seen.passing} & set(names(svg))
    assert ".imt-passing{" in svg
    assert "imt-passing" not in LONG.to_svg()


def test_a_window_says_which_it_is_and_what_comes_before_and_after():
    first, second, last = (to_svg(LONG, window=window) for window in (windows(LONG)[0], *windows(LONG, 300)[1:]))
    count = len(LONG.packets)
    assert count == 759
    assert f">packets 1 to {WINDOW} of 759, 0 to 3350 ms<" in first
    assert 'aria-label="Sequence diagram: dedup, loss 0.03 seed 1, packets 301 to 600 of 759, ' in second
    assert re.findall(">(packets? [^<]* come[^<]*)<", first) == ["packets 201 to 759 come after"]
    assert re.findall(">(packets? [^<]* come[^<]*)<", second) == [
        "packets 1 to 300 come before", "packets 601 to 759 come after"
    ]  # fmt: skip
    assert re.findall(">(packets? [^<]* come[^<]*)<", last) == ["packets 1 to 600 come before"]


@every_run
def test_a_run_that_fits_is_drawn_as_without_a_window(name):
    trace = RUNS[name]
    (window,) = windows(trace, max(len(trace.packets), 1))
    assert window.is_whole
    assert to_svg(trace, 3, window) == to_svg(trace, 3)


def test_a_run_without_packets_has_one_window():
    silent = Scenario("basic", say=[]).run()
    (window,) = windows(silent)
    assert (window.first, window.last, window.count, window.words) == (0, 0, 0, "no packets")
    assert to_svg(silent, window=window) == to_svg(silent)


def test_the_windows_of_a_run_and_which_holds_a_packet():
    found = windows(LONG, 50)
    assert [(window.first, window.last) for window in found[:2]] == [(1, 50), (51, 100)]
    assert found[-1].last == found[-1].count == len(LONG.packets)
    for number in (0, 49, 50, len(LONG.packets) - 1):
        packet = LONG.packets[number]
        window = found[window_of(LONG, packet.name, 50)]
        assert window.first <= number + 1 <= window.last
        assert window.start <= packet.sent <= packet.due
        assert packet.arrived is None or packet.arrived <= window.end
    with pytest.raises(InputError, match="m999"):
        window_of(LONG, "m999/msg:R#1")


def test_a_window_ends_when_its_last_packet_was_lost_not_when_it_was_due():
    trace = Scenario("offline", say=[Say("hello")]).run(Offline("bob", at=0, lasting=500))
    lost = [event.t for event in trace.happened("lose")]
    packets = [packet for packet in trace.packets if packet.fate == "lost"]
    assert [window.end for window in windows(trace, 1) if trace.packets[window.first - 1] in packets] == lost


def test_without_a_clock_no_time_looks_measured():
    trace = check(Scenario("basic"), faults=1).promises["no_silent_loss"].trace
    first, second = windows(trace, 2)
    assert re.fullmatch("packets 1 to 2 of 3, steps [0-9] to [0-9]", first.words)
    assert " ms" not in to_svg(trace, window=second)


def test_a_window_of_another_run_is_refused():
    window = windows(LONG)[1]
    with pytest.raises(InputError, match=r"packets 201 to 400 of 759, .*: this is no window of a run of 3 packets"):
        to_svg(Scenario("basic").run(), window=window)


def test_the_same_window_gives_the_same_bytes():
    window = windows(LONG)[1]
    assert to_svg(LONG, window=window) == to_svg(LONG, window=window)


def test_its_size_is_that_of_its_packets_however_long_the_run_and_however_late_a_packet():
    def sizes(*faults, apart=100):
        say = [Say("hello", at=apart * number) for number in range(400)]
        trace = Scenario("basic", say=say).run(*faults)
        return [len(to_svg(trace, window=window)) for window in windows(trace)[:-1]]

    usual = sizes()
    assert len(usual) == 5
    assert max(usual) < 1.1 * min(usual)
    late = sizes(Delay("m2/msg:N", by=30_000))
    assert late[0] < 2.2 * usual[0]  # with what happens until so many more are sent
    assert late[1:4] == pytest.approx(usual[1:4], rel=0.05)  # it passes by
    assert max(sizes(apart=0)) < 2.2 * max(usual)


def test_the_strips_leave_room_at_the_edges():
    width = lay_out(LONG).width
    for part in stretches(LONG, windows(LONG, 200)):
        assert part.height == pytest.approx(part.bottom + MARGIN)
        assert part.width == width  # columns stay where they are
