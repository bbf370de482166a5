"""What came of many runs under random loss: counts, and the shares and means that they make."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from imteach.errors import InputError, quoted
from imteach.scenario import Fault, Scenario
from imteach.scenario.checks import ByName
from imteach.trace import Trace
from imteach.verify.count.closed_forms import closed_forms, why_none
from imteach.verify.count.intervals import Interval, of_mean, of_share, percentile
from imteach.verify.count.tally import MEANS, SHARES, Chunk, Tally, loss_of
from imteach.verify.count.ways import run_under
from imteach.views import ask

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CHUNK = 250  # messages for a worker at a time: always as many, so that sums do not depend on the number of workers
PERCENTILES = (50, 90, 99)


class Measured(NamedTuple):
    """One number of a result: its value, the ends of its 95% interval, and its closed form (None: not known)."""

    value: float | None
    low: float | None = None
    high: float | None = None
    form: float | None = None

    @property
    def inside(self) -> bool | None:
        """Whether the closed form lies in the interval; None if one of the two is not known."""
        if self.form is None or self.low is None or self.high is None:
            return None
        return self.low - 1e-9 <= self.form <= self.high + 1e-9  # equal numbers may differ in the last digit


class _Shown:
    """A result that shows itself as tables, which are made elsewhere: see `imteach.views`."""

    def to_text(self) -> str:
        """Return it as tables for a terminal."""
        text: str = ask("Stats.to_text", self)
        return text

    def to_markdown(self) -> str:
        """Return it as tables in Markdown."""
        text: str = ask("Stats.to_markdown", self)
        return text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        bundle: dict[str, str] = ask("Stats.mimebundle", self)
        return bundle


@dataclass(frozen=True, repr=False)
class Stats(_Shown):
    """What came of many runs under random loss. In a notebook it shows as a table.

    - `delivered`, `shown`, `false_failure`, `duplicates`: shares of the messages said: the sender sees `delivered`; it
      was shown to every receiver; the sender sees `failed` though it was shown; it was shown twice or more.
    - `packets_per_message`: all packets that nodes transmitted, lost ones and pulls too.
    - `measures`: these and more by name, each a `Measured` with its interval and its closed form.
    - `latency`: percentiles, in simulated ms from when something was said.
    - `messages` were said in `runs` runs; `finished` is False where an interrupt came before `wanted` were.

    Shares and means are None where nothing was said.
    """

    scenario: Scenario
    loss: float
    seed: int
    wanted: int
    given: tuple[Fault, ...] = ()
    counts: Tally = field(default_factory=Tally)

    @property
    def runs(self) -> int:
        """How often the scenario ran."""
        return self.counts.runs

    @property
    def messages(self) -> int:
        """How many messages were said."""
        return self.counts.messages.total

    @property
    def finished(self) -> bool:
        """Whether all runs were made."""
        return self.runs == self.runs_wanted

    @property
    def runs_wanted(self) -> int:
        """How many runs it takes until as many messages are said as were asked for."""
        return -(-self.wanted // len(self.scenario.say))

    @property
    def chunk_messages(self) -> int:
        """How many messages a chunk has."""
        said = len(self.scenario.say)
        return max(CHUNK // said, 1) * said

    def chunks(self) -> Iterator[Chunk]:
        """Yield all runs in chunks."""
        size = self.chunk_messages // len(self.scenario.say)
        for first in range(0, self.runs_wanted, size):
            end = min(first + size, self.runs_wanted)
            yield Chunk(self.scenario, self.given, self.loss, self.seed, first, end)

    def with_more(self, counts: Tally) -> "Stats":
        """Return this result with the counts of the runs that follow its own."""
        return Stats(self.scenario, self.loss, self.seed, self.wanted, self.given, self.counts + counts)

    @property
    def delivered(self) -> float | None:
        """The share of messages beside which their sender sees ✓✓."""
        return self.measures["delivered"].value

    @property
    def shown(self) -> float | None:
        """The share of messages that were shown to every receiver."""
        return self.measures["shown"].value

    @property
    def false_failure(self) -> float | None:
        """The share of messages that were shown, and beside which their sender sees `failed`."""
        return self.measures["false_failure"].value

    @property
    def duplicates(self) -> float | None:
        """The share of messages that were shown more than once to one receiver."""
        return self.measures["duplicates"].value

    @property
    def packets_per_message(self) -> float | None:
        """How many packets a message takes."""
        return self.measures["packets_per_message"].value

    @cached_property
    def measures(self) -> Mapping[str, Measured]:
        """Every share and mean by name, with its 95% interval and its closed form.

        >>> from imteach import stats
        >>> shown = stats(Scenario("basic"), loss=0.5, messages=100).measures["shown"]
        >>> shown.value, round(shown.low, 3), round(shown.high, 3), shown.form
        (0.26, 0.184, 0.354, 0.25)
        """
        forms = closed_forms(self.scenario, self.loss, self.given)
        return ByName("measure", {name: self._measured(name, forms.get(name)) for name in (*SHARES, *MEANS)})

    def _measured(self, name: str, form: float | None) -> Measured:
        if not self.messages:
            return Measured(None, form=form)
        x = self.counts.sums[name]
        independent = len(self.scenario.say) == 1 or form is not None
        low, high = self._interval(name, independent) or (None, None)
        return Measured(x.total / self.messages, low, high, form)

    def _interval(self, name: str, independent: bool) -> Interval | None:
        x, messages = self.counts.sums[name], self.counts.messages
        if name in MEANS:
            return of_mean(x, messages, self.runs)
        return of_share(x, messages, self.runs, independent)

    @property
    def why_no_form(self) -> str:
        """Why no closed form is known, in words; "" if one is."""
        return why_none(self.scenario, self.given)

    @cached_property
    def latency(self) -> dict[str, dict[str, float | None]]:
        """How long it took, in simulated ms, for half, 90% and 99% of the messages that got so far.

        `shown`: until the last receiver was shown it first; `delivered`: until the sender saw ✓✓.

        >>> from imteach import stats
        >>> stats(Scenario("dedup"), loss=0.2, messages=100).latency["shown"]
        {'p50': 100, 'p90': 400, 'p99': 700}
        """
        counts = {"shown": self.counts.shown_after, "delivered": self.counts.delivered_after}
        return {
            name: {f"p{percent}": percentile(of, percent / 100) for percent in PERCENTILES}
            for name, of in counts.items()
        }

    def example(self, name: str) -> Trace:
        """Return the first run with a message that this share counts: `example("false_failure")`.

        Raises `InputError` for a name that is no share, and where it never happened.

        >>> from imteach import stats
        >>> stats(Scenario("dedup"), loss=0.2, messages=100).example("false_failure").promises["no_false_failure"]
        False
        """
        if name not in SHARES:
            raise InputError(f"no share {quoted(name)}; shares are {', '.join(SHARES)}")
        if name not in self.counts.first:
            raise InputError(f"not one of {self.messages} messages; try more of them, or another loss", where=name)
        return run_under(self.scenario, self.given, loss_of(self.loss, self.seed, self.counts.first[name]))

    def to_json(self) -> str:
        """Return it as JSON text, schema `imteach/stats/1`, ending in a newline.

        Intervals and closed forms are rounded to 6 decimals.
        """
        text: str = ask("Stats.to_json", self)
        return text

    def plot(self) -> "Figure":
        """Return a matplotlib figure: the closed forms over the loss, and what was measured."""
        return Sweep((self,), 1).plot()

    def __repr__(self) -> str:
        stopped = "" if self.finished else f" of {self.wanted}, stopped"
        return (
            f'<Stats of "{self.scenario.rung}", loss {self.loss}, seed {self.seed}: {self.messages} messages{stopped}>'
        )


@dataclass(frozen=True, repr=False)
class Sweep(_Shown):
    """The stats of one scenario for several losses. In a notebook it shows as a table; `plot()` draws it.

    Or for several values of one `setting` of the scenario, by its name: `"rto"`; "" if it is over losses.
    """

    points: tuple[Stats, ...]
    wanted: int
    setting: str = ""

    @property
    def finished(self) -> bool:
        """Whether every loss or value that was asked for is here, and finished."""
        return len(self.points) == self.wanted and all(point.finished for point in self.points)

    def __iter__(self) -> Iterator[Stats]:
        return iter(self.points)

    def __len__(self) -> int:
        return len(self.points)

    def plot(self) -> "Figure":
        """Return a matplotlib figure: shares over the loss, curves from the closed forms and points with intervals.

        Raises `InputError` where matplotlib is not installed. In a browser's Python (`imteach site`), where it cannot
        be, the same comes in words.
        """
        if self.setting:
            raise InputError(f"a plot is over losses, and this sweep is over {self.setting}; show it as a table")
        figure: Figure = ask("Stats.plot", self.points)
        return figure

    @property
    def values(self) -> list[Any]:
        """The values of the setting, or the losses, in the order of the points."""
        return [getattr(point.scenario, self.setting) if self.setting else point.loss for point in self.points]

    def __repr__(self) -> str:
        if self.setting:
            over = f"{self.setting} {', '.join(map(str, self.values))}; loss {self.points[0].loss}"
            return f'<Sweep of "{self.points[0].scenario.rung}", {over}>'
        losses = ", ".join(str(point.loss) for point in self.points)
        return f'<Sweep of "{self.points[0].scenario.rung}", loss {losses}>'
