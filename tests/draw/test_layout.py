"""The geometry: slope is latency, idle time is cut, nothing written overlaps anything written."""

from itertools import combinations

import pytest
from gallery import GALLERY
from hypothesis import given
from hypothesis import strategies as st

from imteach import Client, Drop, Say, Scenario
from imteach.draw import lay_out
from imteach.draw.boxes import Box
from imteach.draw.layout import Arrow, Layout
from imteach.protocol import KINDS, LADDER, StartTimer


def written(layout: Layout) -> list[Box]:
    """Every box in which something is written or a ✕ is drawn."""
    boxes = [note.box for note in layout.notes] + [stretch.box for stretch in layout.breaks]
    for arrow in layout.arrows:
        boxes.append(arrow.pill)
        if arrow.packet.fate != "arrived":
            boxes.append(Box(arrow.x1 - 6, arrow.y1 - 6, 12, 12))
        if arrow.word is not None:
            boxes.append(arrow.word)
    return boxes


def overlapping(layout: Layout) -> list[tuple[Box, Box]]:
    return [(one, other) for one, other in combinations(written(layout), 2) if one.overlaps(other)]


def cut_through(layout: Layout) -> list[Box]:
    """What the strip of a cut idle stretch, which goes across the whole page, runs through."""
    strips = [Box(0, stretch.box.y - 3, layout.width, stretch.box.height + 6) for stretch in layout.breaks]
    words = [stretch.box for stretch in layout.breaks]
    return [box for box in written(layout) if box not in words and any(box.overlaps(strip) for strip in strips)]


def arrow(layout: Layout, name: str) -> Arrow:
    return next(arrow for arrow in layout.arrows if arrow.packet.name == name)


scenarios = st.builds(
    Scenario,
    rung=st.sampled_from(list(LADDER)),
    say=st.lists(
        st.builds(
            lambda pair, at, text: Say(text, sender=pair[0], to=pair[1], at=at),
            st.sampled_from([("alice", "bob"), ("bob", "alice"), ("alice", "carol"), ("carol", "bob")]),
            st.integers(0, 60),
            st.sampled_from(["hi", "a longer message, long enough to be cut somewhere near its end"]),
        ),
        min_size=1,
        max_size=10,
    ),
    people=st.sampled_from([("alice", "bob", "carol"), ("carol", "bob", "alice")]),
    latency=st.sampled_from([0, 1, 50, 50, 50, 400, {"alice": 5}, {"bob": 300}]),
    rto=st.sampled_from([40, 120, 300, 2000]),
    retries=st.integers(0, 3),
)
drops = st.lists(
    st.builds(
        lambda msgid, kind, number: Drop(f"m{msgid}/{kind}#{number}"),
        st.integers(1, 10),
        st.sampled_from(list(KINDS)),
        st.integers(1, 2),
    ),
    max_size=6,
)


@given(scenarios, drops)
def test_nothing_written_overlaps_and_everything_is_on_the_page(scenario, faults):
    layout = lay_out(scenario.run(*faults))
    assert overlapping(layout) == []
    assert cut_through(layout) == []
    for box in written(layout):
        assert box.x >= 0
        assert box.y >= layout.top - 30
        assert box.x + box.width <= layout.width
        assert box.y + box.height <= layout.bottom + 1


@pytest.mark.parametrize("name", GALLERY)
def test_no_kept_picture_has_an_overlap(name):
    assert overlapping(lay_out(GALLERY[name])) == []
    assert cut_through(lay_out(GALLERY[name])) == []


@given(scenarios, drops)
def test_time_runs_down_on_the_page_as_it_does_in_the_trace(scenario, faults):
    layout = lay_out(scenario.run(*faults))
    heights = [(mark.t, mark.y) for mark in layout.times]
    assert heights == sorted(heights)
    for line in layout.arrows:
        assert line.y1 >= line.y0


def test_a_packet_that_takes_twice_as_long_goes_down_twice_as_far():
    layout = lay_out(Scenario("basic", latency={"alice": 50, "bob": 100}).run())
    fast, slow = arrow(layout, "m1/msg:R#1"), arrow(layout, "m1/msg:N#1")
    assert slow.y1 - slow.y0 == pytest.approx(2 * (fast.y1 - fast.y0))


def test_a_dropped_packet_has_the_slope_of_one_that_arrives_and_ends_on_its_way():
    layout = lay_out(Scenario("dedup").run(Drop("ack:N")))
    dropped, whole = arrow(layout, "m1/ack:N#1"), arrow(layout, "m1/ack:N#2")

    def slope(line: Arrow) -> float:
        return (line.y1 - line.y0) / (line.x1 - line.x0)

    assert slope(dropped) == pytest.approx(slope(whole))
    assert (dropped.x1 - dropped.x0) / (whole.x1 - whole.x0) == pytest.approx(0.6)
    assert (dropped.label, whole.label) == ("ack:N", "ack:N #2")


def test_a_long_idle_stretch_is_cut_and_says_how_long_it_was():
    layout = lay_out(Scenario("dedup", rto=5000).run(Drop("msg:R")))
    assert [stretch.text for stretch in layout.breaks] == ["4970 ms pass"]
    assert layout.height < 700
    assert [mark.t for mark in layout.times] == [0, 30, 5000, 5050, 5100, 5150, 5200]  # from the drop on, it adds up


def test_a_packet_that_is_in_flight_for_very_long_is_cut_too():
    layout = lay_out(Scenario("basic", latency={"bob": 5000}).run())
    assert [stretch.text for stretch in layout.breaks] == ["4787 ms pass"]  # the rest of its 4950 is drawn
    assert layout.height < 700


def test_nothing_is_cut_while_packets_of_a_usual_latency_are_in_flight():
    assert lay_out(Scenario("basic", latency={"alice": 20, "bob": 300}).run()).breaks == []


def test_slopes_can_be_compared_from_picture_to_picture():
    def hop(latency: float) -> float:
        first = arrow(lay_out(Scenario("basic", latency=latency).run()), "m1/msg:R#1")
        return first.y1 - first.y0

    assert hop(120) == pytest.approx(2.4 * hop(50))


def test_an_instant_that_is_spread_out_says_its_time_at_each_height():
    layout = lay_out(Scenario("basic", say=[Say("one"), Say("two")]).run())
    assert [mark.t for mark in layout.times][:2] == [0, 0]


def test_a_timer_is_a_bar_from_its_start_to_its_end():
    layout = lay_out(Scenario("dedup").run(Drop("ack:N")))
    first, second = layout.bars
    assert (first.ended, second.ended) == ("fired", "cancelled")
    assert first.y0 == arrow(layout, "m1/msg:R#1").y0
    assert first.y1 == second.y0 == arrow(layout, "m1/msg:R#2").y0
    assert second.y1 == arrow(layout, "m1/ack:N#2").y1


def test_timers_that_run_at_the_same_time_stand_side_by_side():
    layout = lay_out(Scenario("dedup", say=[Say("one"), Say("two", at=10)]).run())
    one, two = layout.bars
    assert one.x != two.x


def notes_of(trace, node: str) -> list[str]:
    return [note.text for note in lay_out(trace).notes if note.node == node]


def test_beside_alice_stands_what_she_said_and_every_status_she_sees():
    assert notes_of(Scenario("acked").run(), "alice") == [
        "hello",
        "◷ sending",
        "✓ sent",
        "✓✓ delivered",
        "timer cancelled",
    ]
    assert notes_of(Scenario("acked").run(Drop("msg:N")), "alice")[-3:] == [
        "no ack:N in 300 ms",
        "→ stops waiting",
        "✓? unconfirmed",
    ]
    assert notes_of(Scenario("basic").run(Drop("msg:R")), "alice")[-3:] == [
        "no msg:A in 300 ms",
        "→ stops waiting",
        "! failed",
    ]


def test_a_timer_that_ran_out_says_what_had_not_come():
    assert "no answer in 300 ms" in notes_of(Scenario("acked").run(Drop("msg:R")), "alice")
    assert "no ack:N in 300 ms" in notes_of(Scenario("acked").run(Drop("ack:R")), "alice")


def test_words_about_a_learners_own_client_are_true_too():
    class AcksFirst(Client):
        def on_msg_n(self, packet):
            return [*self.acknowledge(packet), self.show_or_discard(packet)]

    class NamesItsTimers(Client):
        def on_say(self, message):
            *effects, _ = super().on_say(message)
            return [*effects, StartTimer("w-m1")]

        def on_timer(self, msgid):
            return []

    trace = Scenario("dedup", client=AcksFirst).run(Drop("ack:N"))
    assert notes_of(trace, "bob")[-1] == "discarded, acked again"
    assert "time ran out in 300 ms" in notes_of(Scenario("dedup", client=NamesItsTimers).run(), "alice")


def test_beside_bob_stands_what_he_is_shown_and_what_became_of_a_duplicate():
    assert notes_of(Scenario("retransmit").run(Drop("ack:N")), "bob") == ["hello", "hello", "a duplicate"]
    assert notes_of(Scenario("dedup").run(Drop("ack:N")), "bob")[1:] == [
        "m1 was shown before:",
        "discarded, acked again",
    ]
    assert notes_of(GALLERY["dedup-not-acked-again"], "bob")[1:3] == ["m1 was shown before:", "discarded, not acked"]


def test_with_several_messages_each_label_says_which():
    layout = lay_out(Scenario("basic", say=[Say("one"), Say("two", at=10)]).run())
    assert {line.label for line in layout.arrows} >= {"m1 msg:R", "m2 msg:R"}


def test_the_halves_are_told_apart():
    layout = lay_out(Scenario("acked").run())
    assert [line.half for line in layout.arrows] == ["msg", "msg", "msg", "ack", "ack", "ack"]
