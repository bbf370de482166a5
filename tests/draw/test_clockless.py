"""Pictures of runs without a clock: what a step ended, ends at that step, and nothing looks measured."""

import re
from itertools import pairwise

import pytest
from nightly import NIGHTLY
from test_layout import arrow, overlapping

from imteach import Crash, Drop, Scenario, check, follow
from imteach.draw import lay_out, to_mermaid, to_svg, to_text
from imteach.draw.sequence.layout.timeline import STEP

DROPPED_LATE = follow(
    Scenario("retransmit", latency=200),
    [
        "alice says “hello”",
        "m1/msg:R#1 arrives",
        "m1/msg:A#1 arrives",
        "alice's timer m1 runs out",
        "m1/msg:R#2 arrives",
        "m1/msg:N#2 arrives",
        "m1/ack:R#1 arrives",
        "m1/ack:N#1 arrives",
        "m1/msg:N#1 is dropped",
    ],
)
OVERTAKEN = follow(
    "dedup",
    [
        "alice says “hello”",
        "m1/msg:R#1 arrives",
        "alice's timer m1 runs out",
        "m1/msg:R#2 arrives",
        "m1/msg:N#2 arrives",
        "m1/msg:N#1 arrives",
    ],
)
BROKEN = {
    "basic drop": ("no_silent_loss", "no_false_failure", "all_delivered"),
    "basic crash": ("no_silent_loss", "no_false_failure", "all_delivered"),
    "retransmit drop": ("no_duplicates",),
    "retransmit crash": ("no_duplicates", "no_silent_loss", "no_false_failure", "all_delivered"),
    "dedup drop": (),
    "dedup crash": ("no_duplicates", "no_silent_loss", "no_false_failure", "all_delivered"),
}
"""What one fault breaks, by rung and kind."""
if not NIGHTLY:
    del BROKEN["retransmit crash"]  # three seconds of search
NAMES = ["dropped late", "overtaken", *(f"{search} {name}" for search, names in BROKEN.items() for name in names)]


@pytest.fixture(scope="module")
def runs():
    """The runs above, and all that the searches find: seconds of work, so not while tests are collected."""
    found = {
        f"{search} {name}": verdict.trace
        for search in BROKEN
        for name, verdict in check(search.split()[0], faults=1, kinds=[search.split()[1]]).promises.items()
        if not verdict.holds
    }
    return {"dropped late": DROPPED_LATE, "overtaken": OVERTAKEN, **found}


def test_the_searches_find_these_runs(runs):
    assert set(runs) == set(NAMES)


def heights(trace):
    """How far down each instant stands that something happens at: at most this far."""
    return {mark.t: mark.y for mark in lay_out(trace).times}


def test_a_packet_that_is_dropped_late_ends_where_the_step_says_that_it_is_dropped():
    layout = lay_out(DROPPED_LATE)
    dropped = arrow(layout, "m1/msg:N#1")
    assert (dropped.ended, dropped.y1) == (9, heights(DROPPED_LATE)[9])
    assert dropped.y1 > arrow(layout, "m1/ack:N#1").y1, "all had arrived before"
    assert 0.5 < (dropped.x1 - dropped.x0) / (arrow(layout, "m1/msg:N#2").x1 - dropped.x0) < 0.7, "it came only so far"


def test_a_packet_that_is_overtaken_crosses_the_other():
    layout = lay_out(OVERTAKEN)
    first, second = (arrow(layout, f"m1/msg:N#{number}") for number in (1, 2))
    assert first.y0 < second.y0 < second.y1 < first.y1


def test_what_is_lost_because_a_node_is_down_ends_while_it_is_down(runs):
    trace = runs["dedup crash no_false_failure"]
    layout = lay_out(trace)
    (down,) = (gap for gap in layout.gaps if gap.kind == "down")
    lost = [arrow for arrow in layout.arrows if arrow.why == "the server is down"]
    assert len(lost) == 3
    assert all(down.y0 < arrow.y1 < down.y1 for arrow in lost)


@pytest.mark.parametrize("draw", [to_svg, to_text, to_mermaid])
def test_the_latency_of_the_scenario_changes_nothing(draw):
    steps = ["alice says “hello”", "bob crashes", "m1/msg:R#1 arrives", "alice crashes"]
    slow, quick = (follow(Scenario("basic", latency=latency), steps) for latency in (500, 0))
    assert draw(slow) == draw(quick)
    assert [arrow.packet.name for arrow in lay_out(slow).arrows if arrow.is_stub] == ["m1/msg:N#1"], "bob was down"


@pytest.mark.parametrize("name", NAMES)
def test_what_ends_later_ends_further_down_and_every_step_has_its_place(runs, name):
    trace = runs[name]
    assert not trace.timed
    layout = lay_out(trace)
    ends = sorted((arrow.ended, arrow.y1) for arrow in layout.arrows if not arrow.is_stub)
    assert all(y0 < y1 for (t0, y0), (t1, y1) in pairwise(ends) if t0 < t1)
    assert layout.breaks == []
    steps = sorted(heights(trace).items())
    assert all((t1 - t0) * STEP <= y1 - y0 + 0.01 for (t0, y0), (t1, y1) in pairwise(steps))
    assert overlapping(layout) == []


@pytest.mark.parametrize("draw", [to_svg, to_text, to_mermaid])
@pytest.mark.parametrize("name", NAMES)
def test_no_time_looks_measured(runs, name, draw):
    drawn = draw(runs[name])
    assert re.findall(r"[0-9] ?ms\b", drawn) == []
    assert "@" not in drawn.replace("@media", "")


def test_with_a_clock_the_title_has_the_times_of_faults_and_without_one_it_has_not(runs):
    assert lay_out(Scenario("dedup").run(Crash("bob", at=120, down=50), Drop("ack:N"))).title.endswith("bob@120+50")
    assert lay_out(runs["dedup crash no_duplicates"]).title == "dedup, crash bob"
