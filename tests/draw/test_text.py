"""The diagram as text: read by people at terminals and by ear."""

import re

from imteach import Drop, Say, Scenario
from imteach.draw.measure import columns


def line_with(text: str, part: str) -> str:
    return next(line for line in text.splitlines() if part in line)


def test_each_arrow_stands_at_the_moment_of_its_arrival():
    text = Scenario("basic").run().to_text()
    assert line_with(text, "msg:R").startswith("   50 ms")
    assert line_with(text, "msg:N").startswith("  100 ms")


def test_the_halves_have_other_lines_and_other_heads():
    text = Scenario("acked").run().to_text()
    assert "━▶" in line_with(text, "msg:R")
    assert "◀━" in line_with(text, "msg:A")
    assert "─▷" in line_with(text, "ack:A")
    assert "◁─" in line_with(text, "ack:N")


def test_a_dropped_packet_ends_in_a_cross_and_a_word():
    line = line_with(Scenario("dedup").run(Drop("ack:N")).to_text(), "✕")
    assert "dropped ✕╌╌ ack:N ╌" in line
    assert line.startswith("  180 ms")


def test_a_timer_is_a_bar_while_it_runs():
    lines = Scenario("dedup").run(Drop("ack:N")).to_text().splitlines()
    during = [line for line in lines if line.startswith(("  100 ms", "  450 ms"))]
    assert all("┃│" in line for line in during)
    after = Scenario("basic", latency={"alice": 10, "bob": 500}).run().to_text()
    assert "┃" not in line_with(after, "msg:N")


def test_an_idle_stretch_says_how_long_it_is():
    assert "270 ms pass" in Scenario("retransmit").run(Drop("msg:R")).to_text()


def test_lifelines_stand_below_each_other_whatever_is_typed():
    text = Scenario("acked", say=[Say("你好 👋"), Say("привет", at=10)]).run().to_text()
    lines = [line for line in text.splitlines() if " ms " in line and "│" in line]
    ends = {max(columns(line[:place]) for place, char in enumerate(line) if char == "│") for line in lines}
    assert len(ends) == 1


def test_no_line_ends_in_spaces():
    assert all(line == line.rstrip() for line in Scenario("dedup").run(Drop("ack:N")).to_text().splitlines())


def test_times_never_run_backwards_down_the_page():
    says = [Say("a"), Say("b"), Say("c")]
    drops = [Drop(f"m{n}/msg:N") for n in (1, 2, 3)] + [Drop("m1/ack:N"), Drop("m2/ack:N")]
    text = Scenario("retransmit", say=says).run(*drops).to_text()
    times = [float(line.split(" ms ")[0]) for line in text.splitlines()[2:] if re.match(r" *[0-9.]+ ms ", line)]
    assert len(times) > 20
    assert times == sorted(times)
