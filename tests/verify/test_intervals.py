"""Intervals: they hold the true value as often as they say, and say nothing where nothing can be said."""

from random import Random

import pytest

from imteach.verify.count.intervals import Sums, of_mean, of_share, percentile, wilson


def added(pairs):
    """The sums of these runs, each with x of something among m messages; and of the messages themselves."""
    x = messages = Sums()
    for count, said in pairs:
        x, messages = x + Sums.of(count, said), messages + Sums.of(said, said)
    return x, messages, len(pairs)


def test_the_textbook_example():
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)  # Newcombe 1998, table I


@pytest.mark.parametrize("of", [1, 10, 10_000])
def test_nothing_seen_and_everything_seen_touch_the_end(of):
    assert wilson(0, of)[0] == 0 < wilson(0, of)[1]
    assert wilson(of, of)[1] == 1 > wilson(of, of)[0]


def covered(draw, true, interval, samples=400):
    """In what share of many samples the interval holds the true value."""
    lot = Random(4)
    held = 0
    for _ in range(samples):
        low, high = interval(*added([draw(lot) for _ in range(60)]))
        held += low <= true <= high
    return held / samples


def test_a_share_of_independent_messages_is_held_95_times_of_100():
    def draw(lot):
        return sum(lot.random() < 0.3 for _ in range(4)), 4

    assert covered(draw, 0.3, lambda *sums: of_share(*sums, independent=True)) == pytest.approx(0.95, abs=0.03)


def test_messages_that_share_their_fate_weigh_no_more_than_one():
    def draw(lot):
        return 4 * (lot.random() < 0.3), 4

    assert covered(draw, 0.3, lambda *sums: of_share(*sums, independent=False)) == pytest.approx(0.95, abs=0.03)
    assert covered(draw, 0.3, lambda *sums: of_share(*sums, independent=True)) < 0.8  # which is why it matters


def test_a_mean_is_held_95_times_of_100():
    def draw(lot):
        return lot.choice((1, 1, 2, 3)), 1

    assert covered(draw, 1.75, of_mean) == pytest.approx(0.95, abs=0.03)


def test_one_run_says_nothing_of_how_runs_differ():
    one = added([(3, 4)])
    assert of_mean(*one) is None
    assert of_share(*one, independent=False) is None
    assert of_share(*one, independent=True) is not None


def test_runs_that_are_all_alike():
    assert of_mean(*added([(6, 1)] * 9)) == (6, 6)
    assert of_share(*added([(2, 4)] * 9), independent=False) == wilson(4.5, 9)
    assert of_share(*added([(0, 4)] * 9), independent=False) == wilson(0, 9)


def test_percentiles_are_values_that_were_there():
    counts = {800: 5, 100: 90, 400: 5}
    assert [percentile(counts, share) for share in (0.5, 0.9, 0.91, 0.95, 0.96, 1)] == [100, 100, 400, 400, 800, 800]
    assert percentile({}, 0.5) is None
    assert percentile({7: 1}, 0.01) == 7
