"""The simulator against the same protocol in SimPy, against moddy, and how time and memory grow with the packets.

Each round of ours stands behind one of SimPy's, so that a ratio compares neighbours; the middle one is shown.
"""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import in_simpy
import pytest

from imteach import Loss, Say, Scenario, stats
from imteach.verify.count import tally

LOSS, SEED, MESSAGES, ROUNDS = 0.2, 1, 100_000, 3
SIZES = (10_000, 30_000, 100_000)
TEXT = "hello"

Show = Callable[[str, str, str], None]


@cache
def story(messages: int) -> Scenario:
    """alice says something to bob each millisecond."""
    return Scenario("dedup", say=[Say(TEXT, at=at) for at in range(messages)])


def in_simpys_words(messages: int) -> list[tuple[int, str]]:
    return [(at, TEXT) for at in range(messages)]


class Rounds:
    """Rounds of ours, one of SimPy's before each: how many packets a second."""

    def __init__(self, messages: int) -> None:
        self.says = in_simpys_words(messages)
        self.simpys: list[float] = []
        self.ours: list[float] = []

    def simpy(self) -> None:
        began = process_time()
        came = in_simpy.run(self.says, in_simpy.at_random(LOSS, SEED))
        self.simpys.append(came.packets / (process_time() - began))

    def our(self, run: Callable[[], int]) -> None:
        began = process_time()
        packets = run()
        self.ours.append(packets / (process_time() - began))

    @property
    def ratio(self) -> float:
        return median(ours / simpys for ours, simpys in zip(self.ours, self.simpys, strict=True))


def full_trace() -> int:
    return len(story(MESSAGES).run(Loss(LOSS, seed=SEED)).packets)


def outcomes_only() -> int:
    tally._gone.clear()  # what is known of this scenario's ways is part of the work
    found = stats(Scenario("dedup"), LOSS, MESSAGES, SEED)
    return round(MESSAGES * (found.packets_per_message or 0))


RUNS = {full_trace: "≥ 4", outcomes_only: "≥ 6"}


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.__name__)
def test_packets_a_second_against_simpy(benchmark: Any, show: Show, run: Callable[[], int]) -> None:
    story(MESSAGES)
    rounds = Rounds(MESSAGES)
    benchmark.pedantic(rounds.our, (run,), setup=rounds.simpy, rounds=ROUNDS)
    what = run.__name__.replace("_", " ")
    show(f"simulator, {what}, against SimPy", f"× {rounds.ratio:.2f}", RUNS[run])
    show("    ours, SimPy's: packets a second", f"{max(rounds.ours):,.0f}, {max(rounds.simpys):,.0f}", "")


def test_packets_a_second_against_moddy(benchmark: Any, show: Show) -> None:
    """Six packets a message, one message after the other, everything recorded; ours with the whole protocol."""
    in_moddy = pytest.importorskip("in_moddy", reason="moddy is not installed: pip install moddy", exc_type=ImportError)
    messages = MESSAGES // 5
    scenario = Scenario("dedup", say=[Say(TEXT, at=at * 250) for at in range(messages)])
    moddys: list[float] = []
    ours: list[float] = []

    def moddy() -> None:
        began = process_time()
        moddys.append(in_moddy.run(messages) / (process_time() - began))

    def our() -> None:
        began = process_time()
        ours.append(len(scenario.run().packets) / (process_time() - began))

    benchmark.pedantic(our, setup=moddy, rounds=ROUNDS)
    ratio = median(our / theirs for our, theirs in zip(ours, moddys, strict=True))
    show("simulator, full trace without loss, against moddy", f"× {ratio:.2f}", "≥ 1")
    show("    ours, moddy's: packets a second", f"{max(ours):,.0f}, {max(moddys):,.0f}", "")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the peak of memory there")
def test_time_and_memory_grow_with_the_packets_and_no_faster(show: Show) -> None:
    measured = [measure_apart(messages) for messages in SIZES]
    show("messages: packets, µs and peak bytes a packet", "", "linear: the same in each line")
    for messages, (packets, seconds, peak) in zip(SIZES, measured, strict=True):
        figures = f"{packets:,}, {seconds / packets * 1e6:.2f}, {peak / packets:,.0f}"
        show(f"    {messages:,}", figures, "")
    small, large = measured[0], measured[-1]
    assert large[1] / large[0] < 1.5 * small[1] / small[0], "time grows faster than the packets"
    assert large[2] / large[0] < 1.2 * small[2] / small[0], "memory grows faster than the packets"


def measure_apart(messages: int) -> tuple[int, float, int]:
    """Return the packets of a run with its trace, its seconds, and its peak of memory, in a process of its own."""
    code = f"import bench_simulator; bench_simulator.measure({messages})"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parent, capture_output=True, text=True, check=True
    )
    packets, seconds, peak = run.stdout.split()
    return int(packets), float(seconds), int(peak)


def measure(messages: int) -> None:
    """Print the packets of a run, the seconds, and by how many bytes it raised the peak of memory."""
    scenario = story(messages)
    before = peak_of_memory()
    began = process_time()
    trace = scenario.run(Loss(LOSS, seed=SEED))
    seconds = process_time() - began
    print(len(trace.packets), seconds, peak_of_memory() - before)


def peak_of_memory() -> int:
    """Return the most bytes that this process held so far. Linux tells; `ru_maxrss` would tell its parent's, too."""
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(peak) * 1024


# That SimPy is told the same story


@pytest.mark.parametrize("loss", [0, LOSS, 0.5])
def test_simpy_is_told_the_same_story(loss: float) -> None:
    ours = story(2_000).run(Loss(loss, seed=SEED))
    theirs = in_simpy.run(in_simpys_words(2_000), by_our_throws(Loss(loss, seed=SEED)))
    assert theirs.status == {said.msgid: said.status for said in ours.messages}
    assert theirs.shown == {said.msgid: said.text for said in ours.messages if said.shown["bob"]}
    assert theirs.packets == len(ours.packets)


def by_our_throws(loss: Loss) -> in_simpy.Lost:
    """Lose the packets that `loss` drops here."""
    sent: Counter[tuple[str, str]] = Counter()

    def lost(packet: in_simpy.Packet) -> bool:
        sent[packet.msgid, packet.kind] += 1
        return loss.strikes(f"{packet.msgid}/{packet.kind}#{sent[packet.msgid, packet.kind]}")

    return lost
