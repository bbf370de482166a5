"""The figures that lesson 15 says in its text: each is computed here, in a way of its own where there is one."""

import json
from functools import cache
from itertools import product
from pathlib import Path

import pytest

from imteach import Drop, Partition, Scenario, stats
from imteach.verify.count.closed_forms import closed_forms

LESSON = next(Path(__file__).parents[2].joinpath("lessons").glob("*-loss-in-numbers.ipynb"))
TEXT = " ".join(
    " ".join("".join(cell["source"]).split())
    for cell in json.loads(LESSON.read_text("utf-8"))["cells"]
    if cell["cell_type"] == "markdown"
)
WAY = ["msg:R", "msg:N", "ack:R", "ack:N"]
"""The packets that must arrive so that alice sees ✓✓."""


def form(name, loss, retries=2, rung="dedup"):
    return closed_forms(Scenario(rung, retries=retries), loss)[name]


def drops(lost):
    """The drops by which attempt after attempt loses this packet of the way."""
    sent = dict.fromkeys(WAY, 0)
    for kind in lost:
        for passed in WAY[: WAY.index(kind) + 1]:
            sent[passed] += 1
        yield Drop(f"{kind}#{sent[kind]}")


@cache
def in_the_tunnel(**settings):
    tunnel = [Partition("bob", "server", at=0, lasting=700)]
    return stats(Scenario("dedup", **settings), 0.01, 500, given=tunnel)


def begins(settings, ms):
    """Whether an attempt begins at this time if none is answered."""
    lost = [Partition("alice", "server", at=0)]
    sent = [packet.sent for packet in Scenario("dedup", **settings).run(*lost).packets]
    return ms in sent


def interval_of_shown(messages):
    """Where it begins and ends, and how wide it is, in points."""
    shown = stats(Scenario("dedup", retries=0), 0.2, messages, seed=4).measures["shown"]
    return round(100 * shown.low), round(100 * shown.high), round(100 * (shown.high - shown.low))


def grows(retries, loss):
    """Whether the last of so many retries makes more false failures."""
    return form("false_failure", loss, retries) > form("false_failure", loss, retries - 1)


def false_part(loss, retries):
    """The part of all `failed` that is false."""
    return form("false_failure", loss, retries) / (1 - form("delivered", loss, retries))


def packets_an_attempt(loss):
    """By trying every way in which its six packets can be lost, not by the closed form."""
    kinds = ["msg:R", "msg:A", "msg:N", "ack:R", "ack:A", "ack:N"]
    total = 0
    for lost in product([False, True], repeat=6):
        plan = [Drop(kind) for kind, one in zip(kinds, lost, strict=True) if one]
        chance = loss ** sum(lost) * (1 - loss) ** (6 - sum(lost))
        total += chance * len(Scenario("dedup", retries=0).run(*plan).packets)
    return total


FIGURES = {
    "64, and 41. Of 100 msg:R about 80": (
        lambda: (round(100 * form("shown", 0.2, 0)), round(100 * form("delivered", 0.2, 0))),
        (64, 41),
    ),
    "With 400 messages, that of `shown` is about 9 points wide": (lambda: interval_of_shown(400)[2], 9),
    "It gets half as wide": (lambda: round(interval_of_shown(400)[2] / interval_of_shown(1600)[2]), 2),
    "632, and not exactly 640": (
        lambda: stats(Scenario("dedup", retries=0), 0.2, 1000, seed=4).counts.sums["shown"].total,
        632,
    ),
    "Four for bob: 99.4%. Each retry brings him 64% of what he still misses. Without a retry he misses 36% of the "
    "messages, then 13%, 5%, 2%, 1%": (
        lambda: [f"{1 - form('shown', 0.2, retries):.0%}" for retries in range(5)],
        ["36%", "13%", "5%", "2%", "1%"],
    ),
    "Four retries give 92.8%, and it takes eight: 99.1%": (
        lambda: [f"{form('delivered', 0.2, retries):.1%}" for retries in (4, 7, 8)],
        ["92.8%", "98.5%", "99.1%"],
    ),
    "he has 95.3%, she sees ✓✓ for 79.4%. So 15.9% fail falsely and only 4.7% truly": (
        lambda: [f"{form(n, 0.2):.1%}" for n in ("shown", "delivered", "false_failure", "true_failure")],
        ["95.3%", "79.4%", "15.9%", "4.7%"],
    ),
    "about three of four `failed` are false": (
        lambda: round(form("false_failure", 0.2) / (1 - form("delivered", 0.2)), 1),
        0.8,
    ),
    "At 20% loss, after ten retries, it is false in more than 99 of 100": (
        lambda: form("false_failure", 0.2, 10) / (1 - form("delivered", 0.2, 10)) > 0.99,
        True,
    ),
    "At 20% loss they become fewer with each retry. At 40% the first three retries make *more* of them": (
        lambda: [[grows(retries, loss) for retries in range(1, 12)] for loss in (0.2, 0.4)],
        [[False] * 11, [True] * 3 + [False] * 8],
    ),
    "At high loss the first retries make more of them": (lambda: [grows(1, loss) for loss in (0.3, 0.9)], [True] * 2),
    "The more retries, the larger the part of all `failed` that is false": (
        lambda: all(
            false_part(loss, retries) < false_part(loss, retries + 1)
            for loss in (0.01, 0.2, 0.4, 0.9)
            for retries in range(6)
        ),
        True,
    ),
    "with q⁴ = 13% only": (lambda: f"{form('delivered', 0.4, 0):.0%}", "13%"),
    "would need 1 / q⁴ attempts, nearly eight": (lambda: round(1 / form("delivered", 0.4, 0), 1), 7.7),
    "an attempt takes about three packets instead of six": (lambda: round(packets_an_attempt(0.4), 2), 2.99),
    "about 18 packets instead of the 8": (
        lambda: [round(form("packets_per_message", 0.4, retries)) for retries in (10, 2)],
        [18, 8],
    ),
    "with at most eleven it is six on average": (lambda: round(form("attempts_per_message", 0.4, 10)), 6),
    "about six, with two as with ten": (
        lambda: [round(form("packets_per_message", 0.01, retries)) for retries in (2, 10)],
        [6, 6],
    ),
    "✓✓ more than twice as often": (lambda: int(form("delivered", 0.4, 10) / form("delivered", 0.4)), 2),
    "At 1% loss 98% are there at once (q²)": (lambda: f"{form('shown', 0.01, 0):.0%}", "98%"),
    "From a little under 40% on": (
        lambda: [form("false_failure", loss) > form("delivered", loss) for loss in (0.35, 0.39)],
        [False, True],
    ),
    "has its top at about 45%": (
        lambda: max(range(101), key=lambda percent: form("false_failure", percent / 100)),
        45,
    ),
    "at 90% loss bob has nearly nothing": (lambda: round(form("shown", 0.9), 2), 0.03),
    "So 56 ways": (
        lambda: [
            Scenario("dedup").run(*drops(lost)).promises["no_false_failure"] for lost in product(WAY, repeat=3)
        ].count(False),
        56,
    ),
    "The formula says 53 (one in about 19,000": (
        lambda: (round(form("false_failure", 0.01) * 1e6), round(1 / form("false_failure", 0.01), -3)),
        (53, 19_000),
    ),
    "at 2% it is about eight times as many": (
        lambda: round(form("false_failure", 0.02) / form("false_failure", 0.01)),
        8,
    ),
    "Six: 0.056%. With five it is 0.161%": (
        lambda: [f"{form('false_failure', 0.1, retries):.3%}" for retries in (6, 5)],
        ["0.056%", "0.161%"],
    ),
    "for which the formula of round 3 says 99.99%": (lambda: f"{form('delivered', 0.01):.2%}", "99.99%"),
    "None is delivered": (lambda: in_the_tunnel().delivered, 0),
    "q⁴, about 96%. A third retry begins at 900 ms as well, and does as much": (
        lambda: [
            begins(settings, 900)
            and in_the_tunnel(**settings).measures["delivered"].low
            < 0.99**4
            < in_the_tunnel(**settings).measures["delivered"].high
            for settings in ({"backoff": 2}, {"retries": 3})
        ],
        [True, True],
    ),
    "with 15 packets a message instead of 12": (
        lambda: [round(in_the_tunnel(**settings).packets_per_message) for settings in ({"retries": 3}, {"backoff": 2})],
        [15, 12],
    ),
    "more retries get there too": (lambda: in_the_tunnel(retries=5).delivered, 1),
    "An RTO of 240 gives 340 ms, and 200 gives 300 ms": (
        lambda: [
            stats(Scenario("dedup", rto=rto), 0.01, 500).latency["shown"]["p99"] for rto in (300, 240, 201, 200, 199)
        ],
        [400, 340, 301, 300, 299],
    ),
    "199 is a premature timeout each time (lesson 5), and 12 packets": (
        lambda: [len(Scenario("dedup", rto=rto).run().packets) for rto in (200, 199)],
        [6, 12],
    ),
    "`stats` has no closed form there": (lambda: closed_forms(Scenario("dedup", rto=200), 0.01), {}),
    "with 1,000 you would count two, one or none": (
        lambda: {stats(Scenario("dedup", retries=6), 0.1, 1000, seed).false_failure for seed in range(3)},
        {0, 0.001, 0.002},
    ),
}


@pytest.mark.parametrize("said", FIGURES)
def test_a_figure_in_the_text_is_true(said):
    assert said in TEXT
    compute, value = FIGURES[said]
    assert compute() == value


def test_the_interval_of_the_first_exercise():
    counted = stats(Scenario("dedup", retries=6), 0.1, 10_000).measures["false_failure"]
    assert f"It counts {counted.value * 10_000:.0f} of 10,000, interval {counted.low:.3%} to {counted.high:.3%}" in TEXT
    assert f"{100 * (counted.high - counted.low):.2f} points wide" in TEXT
    assert counted.low < 0.001 < counted.high
