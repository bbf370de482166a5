"""What a sample says about the whole: 95% intervals for a share (Wilson) and for a mean (normal approximation)."""

from collections.abc import Mapping
from math import ceil, sqrt
from typing import NamedTuple

Z = 1.959963984540054
"""95% of a normal distribution lie within so many standard deviations of its mean."""

Interval = tuple[float, float]


class Sums(NamedTuple):
    """The sums over many runs that a ratio needs: of x, of x², of x·m, where a run has m messages and x of something.

    >>> Sums.of(2, messages=3) + Sums.of(1, messages=3)
    Sums(total=3, squares=5, crossed=9)
    """

    total: int = 0
    squares: int = 0
    crossed: int = 0

    @classmethod
    def of(cls, x: int, messages: int, runs: int = 1) -> "Sums":
        """The sums of one run, or of `runs` equal ones."""
        return cls(runs * x, runs * x * x, runs * x * messages)

    def __add__(self, other: object) -> "Sums":  # adds up; a tuple's own + would join
        assert isinstance(other, Sums)
        return Sums(self.total + other.total, self.squares + other.squares, self.crossed + other.crossed)


def wilson(count: float, of: float) -> Interval:
    """Return Wilson's 95% interval for a share, where `count` of `of` independent cases have it.

    Unlike the normal approximation it stays within 0 and 1, and says something even where nothing was seen.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.

    >>> [round(end, 4) for end in wilson(81, 263)], [round(end, 4) for end in wilson(0, 100)]
    ([0.2553, 0.3662], [0.0, 0.037])
    """
    share, z2 = count / of, Z * Z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z / (1 + z2 / of) * sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return (0.0 if count == 0 else middle - half, 1.0 if count == of else middle + half)


def of_mean(x: Sums, messages: Sums, runs: int) -> Interval | None:
    """Return the 95% interval for the mean of x per message; None for one run, which does not show how runs differ.

    >>> low, high = of_mean(Sums.of(6, 1) + Sums.of(8, 1), Sums.of(1, 1) + Sums.of(1, 1), runs=2)
    >>> round(low, 2), round(high, 2)
    (5.04, 8.96)
    """
    variance = _variance(x, messages, runs)
    if variance is None:
        return None
    mean, half = x.total / messages.total, Z * sqrt(variance)
    return (mean - half, mean + half)


def of_share(x: Sums, messages: Sums, runs: int, independent: bool) -> Interval | None:
    """Return Wilson's interval for the share x of the messages; None for one run of messages that may be dependent.

    If messages of one run are not `independent`, they count as fewer that are: as many as would make the share vary as
    much as it did from run to run.
    """
    if independent:
        return wilson(x.total, messages.total)
    variance = _variance(x, messages, runs)
    if variance is None:
        return None
    share = x.total / messages.total
    weight = share * (1 - share) / variance if variance else runs  # all runs alike: each weighs as one message at least
    weight = min(weight, messages.total)
    low, high = wilson(share * weight, weight)
    return (0.0 if share == 0 else low, 1.0 if share == 1 else high)


def _variance(x: Sums, messages: Sums, runs: int) -> float | None:
    """The variance of the ratio of the two sums, estimated from how far each run is from it."""
    if runs < 2:
        return None
    # Σ(x − r·m)² with r = X/M, times M²: whole numbers, so that nothing is lost where large sums nearly cancel
    spread = x.squares * messages.total**2 - 2 * x.total * messages.total * x.crossed + x.total**2 * messages.squares
    return spread / messages.total**4 * runs / (runs - 1)


def percentile(counts: Mapping[float, int], share: float) -> float | None:
    """Return the smallest value that at least this share of all values do not exceed; None if there are none.

    >>> percentile({100: 9, 400: 1}, 0.9), percentile({100: 9, 400: 1}, 0.99)
    (100, 400)
    """
    rank = ceil(round(share * sum(counts.values()), 9))  # rounded: 0.9 * 10 is not quite 9 in every machine's numbers
    seen = 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= rank:
            return value
    return None
