"""A picture for a page: the same picture, and what the page needs to show one moment of it after another."""

import re
from itertools import pairwise

import pytest
from gallery import GALLERY

from imteach import Drop, Scenario
from imteach.draw import drawn, to_svg
from imteach.draw.sequence.window import windows

every_run = pytest.mark.parametrize("name", GALLERY)


@every_run
def test_it_is_the_picture_of_a_file_but_for_the_style_sheet(name):
    for window in windows(GALLERY[name], 5):
        picture = drawn(GALLERY[name], 7, window)
        assert to_svg(GALLERY[name], 7, window).replace(f"<style>{picture.sheet}</style>\n", "") == picture.svg


@every_run
def test_each_line_beside_a_lifeline_tells_an_event_of_its_moment(name):
    trace = GALLERY[name]
    picture = drawn(trace)
    beside = picture.svg.partition('<g class="imt-packets')[0]
    lines = re.findall(r'<text class="imt-note(?! imt-(?:idle|cut-words)| imt-note)', beside)
    in_rounds = beside.count('<text class="imt-note" x') - beside.count('class="imt-bubble')
    assert len(picture.notes) == len(lines) - in_rounds
    for event, t, node in picture.notes:
        assert (trace.events[event].t, trace.events[event].node) == (t, node)


@every_run
def test_each_packet_has_the_time_at_which_it_was_sent_and_the_one_at_which_its_way_ended(name):
    trace = GALLERY[name]
    ended = {event.packet: event.t for event in trace.events if event.kind in ("arrive", "drop", "lose")}
    assert drawn(trace).packets == [(packet.sent, ended[packet.name]) for packet in trace.packets]


@every_run
def test_the_axis_goes_down_as_time_goes_on(name):
    axis = drawn(GALLERY[name]).axis
    for (t, y), (later, lower) in pairwise(axis):
        assert (t, y) < (later, lower)
        assert y <= lower


def test_an_instant_that_is_spread_out_stands_on_the_axis_twice():
    axis = drawn(Scenario("dedup", latency=0).run(Drop("ack:N"))).axis
    times = [t for t, _ in axis]
    assert times == [0, 0, 300, 300]


def test_a_link_is_marked_between_the_heads_of_its_person_and_of_the_one_toward_the_server():
    picture = drawn(Scenario("basic").run())
    assert picture.nodes == ["alice", "server", "bob"]
    cards = [
        (float(x), float(x) + float(wide))
        for x, wide in re.findall(r'imt-card" x="(\S+)" y="64" width="(\S+)"', picture.svg)
    ]
    (alice, server, bob) = cards
    assert picture.links == [("alice", alice[1], server[0], 85.0), ("bob", bob[0], server[1], 85.0)]
