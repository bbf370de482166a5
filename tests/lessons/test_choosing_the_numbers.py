"""What lesson 17 says in words and does not compute before the reader's eyes: here it is computed."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from imteach import Drop, Say, Scenario, explore, stats, sweep

LESSON = Path(__file__).parents[2] / "lessons" / "17-choosing-the-numbers.ipynb"
TALK = [Say(f"line {n}", at=150 * n) for n in range(6)]
BOB_IS_FAR = {"latency": {"bob": 80}, "jitter": 40, "rto": 420}


def with_table(limit):
    return Scenario("dedup", say=TALK, dedup_limit=limit)


def shown_once(scenario, faults):
    found = explore(scenario, faults=faults)
    assert found.finished
    return found.promises["no_duplicates"].holds


def test_four_trips_with_jitter_take_200_to_400_ms_and_every_seed_is_within():
    told = [
        Scenario("dedup", jitter=50, rto=1000, seed=seed).run().happened("status", status="delivered")[0].t
        for seed in range(200)
    ]
    assert 200 <= min(told) < 250
    assert 350 < max(told) <= 400
    assert 290 < sum(told) / len(told) < 310


def test_very_few_are_sent_again_for_nothing_at_350_ms_and_none_at_400():
    unsteady = sweep(Scenario("dedup", jitter=50), 0, messages=200, rto=[300, 350, 400])
    assert [point.measures["attempts_per_message"].value for point in unsteady] == pytest.approx([1.525, 1.035, 1])


def test_50_ms_of_rto_are_100_ms_of_p99():
    lossy = sweep(Scenario("dedup", jitter=50), 0.1, messages=200, rto=[200, 250, 300, 350, 400])
    p99 = [point.latency["delivered"]["p99"] for point in lossy]
    assert [later - earlier for earlier, later in pairwise(p99)] == [100] * 4
    assert len({point.delivered for point in lossy}) == 1  # the same luck


def test_six_messages_are_saved_by_the_fourth_retry():
    three, four = sweep(Scenario("dedup"), 0.1, messages=1000, retries=[3, 4])
    shares = [[round(100 * each, 1) for each in point.measures["false_failure"][:3]] for point in (three, four)]
    assert shares == [[0.8, 0.4, 1.6], [0.2, 0.1, 0.7]]
    assert round(1000 * (four.delivered - three.delivered)) == 6


def test_a_table_of_four_stands_two_losses_and_three_break_it():
    found = explore(with_table(4), faults=2)
    assert found.plans == 751
    assert found.promises["no_duplicates"].holds
    assert not shown_once(with_table(3), 2)
    three = [Drop("m2/msg:R"), Drop("m3/ack:R"), Drop("m3/msg:R#2")]
    assert not with_table(4).run(*three).promises["no_duplicates"]


def test_five_losses_break_a_table_of_five():
    late = [Drop("m1/msg:R"), Drop("m1/msg:R#2"), Drop("m2/msg:R")]
    five = [*late, Drop("m3/ack:R"), Drop("m3/msg:R#2")]
    assert not with_table(5).run(*five).promises["no_duplicates"]
    assert with_table(6).run(*five).promises["no_duplicates"]


def test_at_20_percent_three_lines_of_600_are_shown_twice_and_a_zero_counts_as_100_talks():
    four, five = sweep(Scenario("dedup", say=TALK), 0.2, messages=600, dedup_limit=[4, 5])
    assert round(600 * four.measures["duplicates"].value) == 3
    zero = five.measures["duplicates"]
    assert (zero.value, round(100 * zero.high, 1)) == (0, 3.7)
    assert round(100 * 1.96**2 / (100 + 1.96**2), 1) == 3.7  # Wilson's interval of none in 100


@pytest.mark.parametrize(("backoff", "holds"), [(1, 600), (2, 900)])
def test_a_msgid_must_be_remembered_for_as_long_as_the_sender_tries(backoff, holds):
    assert shown_once(Scenario("dedup", backoff=backoff, dedup_for=holds), 2)
    assert not shown_once(Scenario("dedup", backoff=backoff, dedup_for=holds - 1), 2)


def test_who_talks_twice_as_fast_needs_eight():
    fast = [Say(f"line {n}", at=75 * n) for n in range(12)]
    two = [Drop("m1/ack:R"), Drop("m1/msg:R#2")]
    kept = {k: Scenario("dedup", say=fast, dedup_limit=k).run(*two).promises["no_duplicates"] for k in range(4, 12)}
    assert [k for k, holds in kept.items() if not holds] == [4, 5, 6, 7]


def test_the_lab_needs_400_ms_in_its_run_and_600_in_every_run():
    at_362 = Scenario("dedup", jitter=100, rto=600).run().happened("status", status="delivered")
    assert [event.t for event in at_362] == [362]
    packets = {rto: len(Scenario("dedup", jitter=100, rto=rto).run().packets) for rto in (300, 350, 400)}
    assert packets == {300: 12, 350: 12, 400: 6}
    assert all(len(Scenario("dedup", jitter=100, rto=600, seed=seed).run().packets) == 6 for seed in range(200))


def test_all_three_numbers_together():
    delivered = {r: 1 - (1 - 0.9**4) ** (r + 1) for r in (3, 4)}
    assert [f"{share:.1%}" for share in delivered.values()] == ["98.6%", "99.5%"]
    counted = stats(Scenario("dedup", retries=4, **BOB_IS_FAR), loss=0.1, messages=1000).measures["delivered"]
    assert [f"{share:.1%}" for share in counted[:3]] == ["99.8%", "99.3%", "99.9%"]
    assert all(len(Scenario("dedup", seed=seed, **BOB_IS_FAR).run().packets) == 6 for seed in range(200))
    assert shown_once(Scenario("dedup", retries=4, dedup_for=1760, **BOB_IS_FAR), 4)
    assert not shown_once(Scenario("dedup", retries=4, dedup_for=1680, **BOB_IS_FAR), 4)


def test_the_time_of_coap_is_made_of_the_tries_and_of_the_way():
    waits = [2 * 1.5 * 2**n for n in range(4)]  # RFC 7252, 4.8: ACK_TIMEOUT, ACK_RANDOM_FACTOR, MAX_RETRANSMIT
    assert sum(waits) == 45
    assert sum(waits) + 2 * 100 + 2 == 247


SAID = [
    "1.525 msg:R",
    "all 751 plans",
    "0.8% (0.4 to 1.6) and 0.2% (0.1 to 0.7)",
    "0.5%, three lines of 600",
    "up to 3.7%",
    "98.6%, by the formula of lesson 15, and four give 99.5%",
    "99.8%, interval 99.3% to 99.9%",
    "1,680 + 80 = 1,760 ms",
    "at 362 ms",
]


@pytest.mark.parametrize("figure", SAID)
def test_the_lesson_still_says_it(figure):
    cells = json.loads(LESSON.read_text("utf-8"))["cells"]
    text = " ".join(word for cell in cells for word in "".join(cell["source"]).split())
    assert figure in text
