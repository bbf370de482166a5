"""A picture costs the same for each packet, however many there are. What is counted is work: lines of code."""

import gc
import sys

import pytest

from imteach import Crash, Loss, Offline, Partition, Say, Scenario
from imteach.draw import to_mermaid, to_svg, to_text

FEW, MANY = 12, 48
FRIENDS = [f"p{number}" for number in range(8)]


def says(count, apart, **about):
    return [Say("hello", at=apart * number, **about) for number in range(count)]


STORIES = {
    "one after the other, some lost": lambda n: Scenario("dedup", say=says(n, 100)).run(Loss(0.2, seed=1)),
    "all at one instant": lambda n: Scenario("dedup", say=says(n, 0)).run(Loss(0.2, seed=1)),
    "crash after crash": lambda n: Scenario("durable", say=says(n, 100)).run(
        *(Crash("server", at=100 * number + 70, down=5) for number in range(n))
    ),
    "cut after cut": lambda n: Scenario("dedup", say=says(n, 100)).run(
        *(Partition("server", "bob", at=100 * number + 70, lasting=20) for number in range(n))
    ),
    "away again and again": lambda n: Scenario("offline", say=says(n, 100)).run(
        *(Offline("bob", at=200 * number + 70, lasting=100) for number in range(n // 2))
    ),
    "a group": lambda n: Scenario("group", say=says(n // 4, 100, sender="p0", to="all"), groups={"all": FRIENDS}).run(),
}


def work(draw, trace):
    """How many lines of code drawing a trace runs, those of comprehensions as often as they go round."""
    count = 0

    def step(*_):
        nonlocal count
        count += 1
        return step

    before = sys.gettrace()
    sys.settrace(step)
    try:
        draw(trace)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
@pytest.mark.parametrize("draw", [to_svg, to_text, to_mermaid])
def test_four_times_the_packets_are_about_four_times_the_work(draw, story):
    few, many = story(FEW), story(MANY)
    draw(few), draw(many)  # what is known by now is known of both
    packets = len(many.packets) / len(few.packets)
    assert 3 < packets < 5
    assert 0.9 * packets < work(draw, many) / work(draw, few) < 1.1 * packets


@pytest.mark.parametrize("draw", [to_svg, to_text, to_mermaid])
def test_what_drawing_makes_does_not_refer_to_itself_for_the_collector_keeps_still_meanwhile(draw):
    trace = Scenario("dedup", say=says(3, 100)).run(Loss(0.3, seed=2), Crash("bob", at=50, down=50))
    draw(trace)  # what is only made once
    gc.collect()
    assert gc.isenabled()
    gc.disable()
    try:
        found = [draw(trace) and gc.collect() for _ in range(3)]
        assert min(found) == 0  # more may be what others did meanwhile, those that talk to pytest's other processes
        assert not gc.isenabled(), "it was off before, so it stays off"
    finally:
        gc.enable()


def test_the_collector_goes_on_though_a_picture_fails():
    with pytest.raises(AttributeError):
        to_svg(None)
    assert gc.isenabled()
