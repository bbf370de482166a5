"""The figures that lesson 15 says in its text: each is computed here, in a way of its own where there is one."""

import json
from itertools import product
from pathlib import Path

import pytest

from imteach import Drop, Partition, Scenario, stats
from imteach.verify.closed_forms import closed_forms

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


def in_the_tunnel(backoff):
    tunnel = [Partition("bob", "server", at=0, lasting=700)]
    return stats(Scenario("dedup", backoff=backoff), 0.01, 500, given=tunnel).measures["delivered"]


FIGURES = {
    "64, and 41. Of 100 msg:R about 80": (
        lambda: (round(100 * form("shown", 0.2, 0)), round(100 * form("delivered", 0.2, 0))),
        (64, 41),
    ),
    "632, and not exactly 640": (
        lambda: stats(Scenario("dedup", retries=0), 0.2, 1000, seed=4).counts.sums["shown"].total,
        632,
    ),
    "Try `seed=0` in the table above: it has two of them": (
        lambda: stats(Scenario("dedup", retries=0), 0.2, 1000).to_text().count(" no\n"),
        2,
    ),
    "Four: 99.4%. Each retry takes away 64% of what was still missing: 36%, 13%, 5%, 2%, 1%": (
        lambda: [f"{1 - form('shown', 0.2, retries):.0%}" for retries in range(5)],
        ["36%", "13%", "5%", "2%", "1%"],
    ),
    "Four retries give 92.8%, and not even five are enough": (
        lambda: (f"{form('delivered', 0.2, 4):.1%}", form("delivered", 0.2, 5) < 0.99),
        ("92.8%", True),
    ),
    "he has 95.3%, she sees ✓✓ beside 79.4%. So 15.9% fail falsely and only 4.7% truly": (
        lambda: [f"{form(n, 0.2):.1%}" for n in ("shown", "delivered", "false_failure", "true_failure")],
        ["95.3%", "79.4%", "15.9%", "4.7%"],
    ),
    "about three of four `failed` are false": (
        lambda: round(form("false_failure", 0.2) / (1 - form("delivered", 0.2)), 1),
        0.8,
    ),
    "after ten retries, in more than 99 of 100": (
        lambda: form("false_failure", 0.2, 10) / (1 - form("delivered", 0.2, 10)) > 0.99,
        True,
    ),
    "About 24 of 100, and none": (
        lambda: [round(100 * stats(Scenario(rung), 0.2, 1000).duplicates) for rung in ("retransmit", "dedup")],
        [24, 0],
    ),
    "up to 0.4%": (lambda: f"{stats(Scenario('dedup'), 0.2, 1000).measures['duplicates'].high:.1%}", "0.4%"),
    "with q⁴ = 13% only": (lambda: f"{form('delivered', 0.4, 0):.0%}", "13%"),
    "about 18 packets instead of 8": (
        lambda: [round(form("packets_per_message", 0.4, retries)) for retries in (10, 2)],
        [18, 8],
    ),
    "makes six attempts on average": (lambda: round(form("attempts_per_message", 0.4, 10)), 6),
    "shrinks by 64% with each retry, the chance that alice is never informed by 41% only": (
        lambda: [f"{1 - (1 - form(name, 0.2, 3)) / (1 - form(name, 0.2, 2)):.0%}" for name in ("shown", "delivered")],
        ["64%", "41%"],
    ),
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
    "For 1% loss the formula says 99.99%": (lambda: f"{form('delivered', 0.01):.2%}", "99.99%"),
    "None is delivered": (lambda: in_the_tunnel(1).value, 0),
    "q⁴, about 96%": (lambda: in_the_tunnel(2).low < 0.99**4 < in_the_tunnel(2).high, True),
}


@pytest.mark.parametrize("said", FIGURES)
def test_a_figure_in_the_text_is_true(said):
    assert said in TEXT
    compute, value = FIGURES[said]
    assert compute() == value


def test_the_interval_of_the_first_exercise():
    counted = stats(Scenario("dedup", retries=6), 0.1, 10_000).measures["false_failure"]
    assert f"It counts {counted.value * 10_000:.0f} of 10,000, interval {counted.low:.3%} to {counted.high:.3%}" in TEXT
    assert counted.low < 0.001 < counted.high
