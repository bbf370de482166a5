"""Statistics as tables: for a terminal, in Markdown and in a notebook."""

from collections.abc import Iterable

from imteach.draw.tables import Table, as_html, as_markdown, as_text
from imteach.tell.words import counted, join
from imteach.verify.count.result import Measured, Stats, Sweep
from imteach.verify.count.tally import MEANS

TITLES = {
    "delivered": "the sender sees ✓✓",
    "shown": "to every receiver",
    "true_failure": "failed, never shown",
    "false_failure": "failed, yet shown",
    "unconfirmed": "the sender sees ✓?",
    "other": "another status, such as ✓ sent",
    "silent_loss": "lost without a sign",
    "false_delivery": "✓✓, and nobody has it",
    "duplicates": "shown more than once",
    "out_of_order": "shown out of order",
    "stored_twice": "stored more than once",
    "attempts_per_message": "msg:R",
    "packets_per_message": "of every kind",
}
"""Each measure in words. A table has them after its name, so that a reader can ask for the measure by name."""

ALWAYS = ("delivered", "shown", "true_failure", "false_failure", "duplicates", *MEANS)
"""The measures that stand in every table; the others only if they are not 0."""

IN_A_SWEEP = ("delivered", "shown", "false_failure", "duplicates", "packets_per_message")
"""The measures that are columns in the table of several losses."""

BY_THE_WAY = ("silent_loss", "false_delivery", "out_of_order")
"""The measures that are columns in a table over a setting where any of them is not 0."""

NONE = "–"


def to_text(result: Stats | Sweep) -> str:
    """Return a result as tables for a terminal; of several losses a line for each."""
    return as_text(_tables(result))


def to_markdown(result: Stats | Sweep) -> str:
    """Return a result as tables in Markdown."""
    return as_markdown(_tables(result))


def mimebundle(result: Stats | Sweep) -> dict[str, str]:
    """Return a result as a notebook shows it."""
    return {"text/html": as_html(_tables(result)), "text/plain": to_text(result)}


def _tables(result: Stats | Sweep) -> list[Table]:
    if isinstance(result, Sweep):
        return [_of_values(result) if result.setting else _of_losses(result)]
    return [_of_shares(result), _of_latencies(result)]


def _of_shares(stats: Stats) -> Table:
    """The shares and means of one result."""
    told = {name: m for name, m in stats.measures.items() if name in ALWAYS or m.value or m.form}
    rows = [
        [f"{name}: {TITLES[name]}", number(name, m.value), _interval(name, m), number(name, m.form), _inside(m)]
        for name, m in told.items()
    ]
    columns = ["", "measured", "95% interval", "closed form", "in interval?"]
    if stats.why_no_form:
        rows, columns = [row[:3] for row in rows], columns[:3]
    return Table(_caption(stats), columns, rows, _notes(stats, told.values()))


def _of_latencies(stats: Stats) -> Table:
    """How long it took, in one result."""
    rows = [
        [name, *map(_ms, stats.latency[kind].values())]
        for kind, name in (("shown", "said → shown"), ("delivered", "said → ✓✓ delivered"))
    ]
    head = ["simulated ms", *(f"{name[1:]}% within" for name in stats.latency["shown"])]
    return Table("How long it took", head, rows)


def _of_losses(sweep: Sweep) -> Table:
    """Several losses: a line for each."""
    columns = ["loss", *(f"{name}:\n{TITLES[name]}" for name in IN_A_SWEEP)]
    rows = [
        [percent(point.loss), *(_with_interval(name, point.measures[name]) for name in IN_A_SWEEP)] for point in sweep
    ]
    first = sweep.points[0]
    notes = _notes_on(sweep)
    caption = f"{first.scenario.rung}, {counted(first.wanted, 'message')} for each loss, seed {first.seed}"
    return Table(f"{caption}{_given(first)}", columns, rows, notes)


def _of_values(sweep: Sweep) -> Table:
    """Several values of a setting: a line for each. A message takes as many msg:R as it had attempts."""
    more = [name for name in BY_THE_WAY if any(point.measures[name].value for point in sweep)]
    measures = [*IN_A_SWEEP[:-1], *more, "attempts_per_message", IN_A_SWEEP[-1]]
    columns = [sweep.setting, *(f"{name}:\n{TITLES[name]}" for name in measures), "99% see ✓✓\nwithin, ms"]
    rows = [
        [
            "no limit" if value is None else str(value),
            *(_with_interval(name, point.measures[name]) for name in measures),
            _ms(point.latency["delivered"]["p99"]),
        ]
        for value, point in zip(sweep.values, sweep, strict=True)
    ]
    first = sweep.points[0]
    lost = f"each packet lost with a chance of {percent(first.loss)}{_given(first)}"
    caption = f"{first.scenario.rung}, {lost}: {counted(first.wanted, 'message')} for each {sweep.setting}"
    return Table(f"{caption}, seed {first.seed}", columns, rows, _notes_on(sweep))


def _notes_on(sweep: Sweep) -> list[str]:
    verdict = _verdict(one for point in sweep for one in _judged(point))
    return [*([] if sweep.finished else ["Stopped before the end."]), *verdict]


def _ms(value: float | None) -> str:
    return NONE if value is None else f"{value:g}"


# What stands in them


def number(name: str, value: float | None) -> str:
    """A share as a percentage, a mean as a number.

    >>> number("delivered", 0.79421), number("packets_per_message", 8.268), number("shown", None)
    ('79.42%', '8.268', '–')
    """
    if value is None:
        return NONE
    return f"{value:.3f}" if name in MEANS else f"{value:.2%}"


def percent(value: float) -> str:
    """A chance that somebody typed, as a percentage with as many digits as it needs.

    >>> percent(0.2), percent(0.125)
    ('20%', '12.5%')
    """
    return f"{100 * value:.6g}%"


def _interval(name: str, measured: Measured) -> str:
    if measured.low is None:
        return NONE
    return f"{number(name, measured.low)} to {number(name, measured.high)}"


def _with_interval(name: str, measured: Measured) -> str:
    if measured.value is None or measured.low is None or measured.high is None:
        return number(name, measured.value)
    value, low, high = (
        f"{x:.2f}" if name in MEANS else f"{100 * x:.1f}" for x in (measured.value, measured.low, measured.high)
    )
    return f"{value}{'' if name in MEANS else '%'} ({low} to {high})"


def _inside(measured: Measured) -> str:
    return {None: NONE, True: "yes", False: "no"}[measured.inside]


def _caption(stats: Stats) -> str:
    said = len(stats.scenario.say)
    runs = f" in {counted(stats.runs, 'run')} of {said}" if said > 1 else ""
    messages = f"{counted(stats.messages, 'message')}{runs}"
    struck = f"each packet lost with a chance of {percent(stats.loss)}{_given(stats)}"
    return f"{stats.scenario.rung}, {struck}: {messages}, seed {stats.seed}"


def _given(stats: Stats) -> str:
    return f", and in every run {join([str(fault) for fault in stats.given])}" if stats.given else ""


def _notes(stats: Stats, told: Iterable[Measured]) -> list[str]:
    notes = []
    if not stats.finished:
        notes.append(f"Stopped after {stats.messages} of {stats.wanted} messages: this speaks of those only.")
    if stats.why_no_form:
        return [*notes, f"No closed form is known here: {stats.why_no_form}."]
    return [*notes, *_verdict(m.inside for m in told)]


def _judged(stats: Stats) -> list[bool | None]:
    """For each measure that is not 0, whether its closed form lies in its interval."""
    return [m.inside for m in stats.measures.values() if m.value or m.form]


def _verdict(inside: Iterable[bool | None]) -> list[str]:
    """Say how many closed forms lie in their intervals."""
    judged = [one for one in inside if one is not None]
    if not judged:
        return []
    if all(judged):
        return [f"All {len(judged)} closed forms are in their intervals."]
    chance = "By chance alone about one of twenty 95% intervals misses the true value."
    return [f"{sum(judged)} of {len(judged)} closed forms are in their intervals. {chance}"]
