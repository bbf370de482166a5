"""A sweep over one number of a scenario: what its values do at one loss, as a table."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from imteach import InputError, Offline, Say, Scenario, sweep
from imteach.verify.count import statistics
from imteach.verify.count.statistics import SWEPT

DEDUP = Scenario("dedup")


def test_each_value_has_the_stats_of_its_scenario_at_the_one_loss():
    found = sweep(DEDUP, 0.2, messages=200, seed=3, retries=[0, 2, 5])
    assert (found.setting, found.values, found.wanted, found.finished) == ("retries", [0, 2, 5], 3, True)
    assert [(point.scenario, point.loss, point.seed) for point in found] == [
        (Scenario("dedup", retries=retries), 0.2, 3) for retries in (0, 2, 5)
    ]
    assert repr(found) == '<Sweep of "dedup", retries 0, 2, 5; loss 0.2>'
    delivered = [point.delivered for point in found]
    assert delivered == sorted(set(delivered))  # more tries, more come through
    assert all(point.measures["delivered"].inside for point in found)


def test_each_value_meets_the_same_losses():
    """Only what the number does differs: of the packets that both send the same are lost."""
    short, long = sweep(DEDUP, 0.3, messages=300, dedup_for=[100, None])
    assert short.counts.statuses == long.counts.statuses
    assert short.counts.shown_after == long.counts.shown_after
    assert short.duplicates > long.duplicates == 0


def test_every_number_can_be_swept_over_and_nothing_else():
    usual = Scenario("group")
    for name in SWEPT:
        value = getattr(usual, name) or 10
        assert sweep(DEDUP, 0.1, messages=2, **{name: [value]}).values == [value]
    with pytest.raises(
        InputError, match="no setting 'rung' to sweep over; settings are rto, retries, backoff, latency"
    ):
        sweep(DEDUP, 0.1, rung=["basic"])


@pytest.mark.parametrize(
    ("losses", "setting", "why"),
    [
        (0.1, {"rto": []}, r"^rto: expected a list of values, such as \[1, 2\], got \[\]$"),
        (0.1, {"rto": 300}, r"^rto: expected a list of values, such as \[1, 2\], got 300$"),
        (0.1, {"rto": "300"}, "^rto: expected a list of values"),
        (0.1, {"rto": [300, -1]}, r"^rto\[1\]: expected a time in ms greater than 0, got -1$"),
        (0.1, {"dedup_limit": [-1]}, r"^dedup_limit\[0\]: expected a whole number .*; None stands for no limit$"),
        (0.1, {"rto": [1], "retries": [1]}, "^expected one setting at a time, got rto and retries"),
        ([0.1, 0.2], {"rto": [1]}, r"^losses: expected one loss for all values of rto, such as 0.1, got \[0.1, 0.2\]$"),
        (2, {"rto": [1]}, "^losses: expected a number from 0 to 1, got 2$"),
    ],
)
def test_a_wrong_value_gets_one_line(losses, setting, why):
    with pytest.raises(InputError, match=why):
        sweep(DEDUP, losses, messages=10, **setting)


def test_without_a_loss_it_asks_for_one():
    with pytest.raises(InputError, match=r"^losses: expected one loss for all values of rto, such as 0\.1, got none$"):
        sweep(DEDUP, rto=[100])


def test_the_table_has_a_line_for_each_value_with_intervals_and_the_attempts():
    found = sweep(Scenario("dedup", jitter=50), 0, messages=100, rto=[250, 350, 450])
    text = found.to_text()
    assert "each packet lost with a chance of 0%: 100 messages for each rto, seed 0" in text
    assert "attempts_per_message:" in text
    assert "99% see ✓✓" in text
    lines = [line.split() for line in text.splitlines() if line.startswith(("250", "350", "450"))]
    assert [line[0] for line in lines] == ["250", "350", "450"]
    assert "1.00" in lines[2]
    assert "silent_loss" not in text  # nothing was lost
    assert "| 450 |" in found.to_markdown()
    assert "<table" in found._repr_mimebundle_()["text/html"]


def test_it_shows_what_is_lost_where_something_is_and_calls_none_no_limit():
    away = [Offline("bob", at=0, lasting=1500)]
    text = sweep(Scenario("offline"), 0, messages=20, given=away, store_for=[100, None]).to_text()
    assert "silent_loss:" in text
    assert "false_delivery:" in text
    (without,) = (line for line in text.splitlines() if line.startswith("no limit"))
    assert "0.0%" in without


def test_a_larger_table_shows_fewer_twice_until_none():
    says = [Say(str(number), at=40 * number) for number in range(15)]
    shares = [p.duplicates for p in sweep(Scenario("dedup", say=says), 0.3, messages=450, dedup_limit=[1, 5, 10, 15])]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 0.1
    assert shares[-1] == 0


def test_more_jitter_makes_more_attempts_though_nothing_is_lost():
    needless = [p.measures["attempts_per_message"] for p in sweep(DEDUP, 0, messages=300, jitter=[0, 25, 50, 150])]
    assert [one.value for one in needless[:2]] == [1, 1]  # the slowest round takes 4 × 75 ms = the RTO
    assert 1 < needless[2].low < needless[2].high < needless[3].low


def test_it_is_the_same_with_an_executor():
    with ThreadPoolExecutor(1) as executor:
        spread = sweep(Scenario("dedup", jitter=60), 0.1, messages=300, executor=executor, rto=[200, 400])
    assert spread == sweep(Scenario("dedup", jitter=60), 0.1, messages=300, rto=[200, 400])


def test_an_interrupt_ends_it_with_the_values_so_far(monkeypatch):
    points = iter([statistics._stats(DEDUP, 0.1, 10, 0, None, ())])

    def stopped(*_):
        for point in points:
            return point
        return statistics.Stats(DEDUP, 0.1, 0, 10)

    monkeypatch.setattr(statistics, "_stats", stopped)
    found = sweep(DEDUP, 0.1, messages=10, rto=[300, 400, 500])
    assert (len(found), found.finished) == (2, False)


def test_a_plot_is_over_losses_and_says_so():
    with pytest.raises(InputError, match="a plot is over losses, and this sweep is over rto; show it as a table"):
        sweep(DEDUP, 0.1, messages=10, rto=[300]).plot()
