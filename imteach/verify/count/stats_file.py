"""Statistics as JSON: the schema `imteach/stats/1`."""

from json import dumps
from typing import Any

from imteach.verify.count.result import Stats

MAIN = ("delivered", "shown", "false_failure", "duplicates", "packets_per_message")
"""The measures that come first."""


def to_json(stats: Stats) -> str:
    """Return a result as JSON text, ending in a newline; intervals and closed forms are rounded to 6 decimals."""
    measures = stats.measures
    more = [name for name in measures if name not in MAIN]
    out: dict[str, Any] = {"schema": "imteach/stats/1", "rung": stats.scenario.rung}
    out |= {"messages": stats.messages, "loss": stats.loss, "seed": stats.seed}
    out |= {name: measures[name].value for name in (*MAIN, *more)}
    out |= {
        "latency": stats.latency,
        "intervals": {name: _rounded(m.low, m.high) for name, m in measures.items()},
        "closed_forms": {name: round(m.form, 6) for name, m in measures.items() if m.form is not None},
        "runs": stats.runs,
        "finished": stats.finished,
        "faults": [str(fault) for fault in stats.given],
    }
    return dumps(out, indent=2, ensure_ascii=False) + "\n"


def _rounded(low: float | None, high: float | None) -> list[float] | None:
    return None if low is None or high is None else [round(low, 6), round(high, 6)]
