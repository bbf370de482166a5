"""How long a trace takes to become a picture, and whether that grows with the packets and no faster."""

from collections.abc import Callable
from time import process_time
from typing import Any

import pytest

from imteach import Duplicate, Loss, Say, Scenario, Trace

Show = Callable[[str, str, str], None]
PACKETS, MOST_MS = 200, 5
SIZES = (10_000, 30_000, 100_000)  # packets, more than anything remembers from the picture before


def story(messages: int) -> Scenario:
    """alice says something to bob every 100 ms: six packets each time."""
    return Scenario("dedup", say=[Say("hello", at=100 * number) for number in range(messages)])


RUNS = {
    "nothing lost": lambda: story(33).run(Duplicate("m1/ack:N"), Duplicate("m2/ack:N")),
    "16 lost": lambda: story(29).run(Loss(0.1, seed=14)),
}


@pytest.mark.benchmark(timer=process_time)  # what others do on this machine meanwhile counts less
@pytest.mark.parametrize("name", RUNS)
def test_two_hundred_packets_to_svg(benchmark: Any, show: Show, name: str) -> None:
    trace = RUNS[name]()
    assert len(trace.packets) == PACKETS
    picture = benchmark.pedantic(trace.to_svg, rounds=50, warmup_rounds=5)
    assert picture.count("data-packet") == PACKETS
    least = benchmark.stats.stats.min * 1000
    show(f"{PACKETS} packets to SVG, warm, {name}", f"{least:.2f} ms", f"< {MOST_MS} ms")


def test_the_time_grows_with_the_packets_and_no_faster(show: Show) -> None:
    show("packets to SVG: µs a packet", "", "linear: the same in each line")
    each = []
    for packets in SIZES:
        trace = story(-(-packets // 6)).run()
        each.append(min(seconds(trace) for _ in range(2)) / len(trace.packets) * 1e6)
        show(f"    {len(trace.packets):,}", f"{each[-1]:.1f}", "")
    assert each[-1] < 1.5 * each[0], "time grows faster than the packets"


def seconds(trace: Trace) -> float:
    """Return how long one picture takes."""
    began = process_time()
    trace.to_svg()
    return process_time() - began
