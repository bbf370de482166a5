"""How long a trace takes to become a picture."""

from collections.abc import Callable
from typing import Any

from imteach import Say, Scenario

Show = Callable[[str, str, str], None]
PACKETS = 200


def test_two_hundred_packets_to_svg(benchmark: Any, show: Show) -> None:
    say = [Say("hello", at=100 * number) for number in range(-(-PACKETS // 6))]
    trace = Scenario("dedup", say=say).run()
    assert PACKETS <= len(trace.packets) < PACKETS + 6
    picture = benchmark.pedantic(trace.to_svg, rounds=20, warmup_rounds=3)
    assert picture.count("data-packet") >= PACKETS
    show(f"{len(trace.packets)} packets to SVG, warm", f"{benchmark.stats.stats.min * 1000:.1f} ms", "≤ 5 ms")
