"""What a page shows when an answer was committed: the verdict, the reasons, and the run that the question is about."""

from collections.abc import Mapping
from typing import Any

from imteach.course.predictions.asked import drawn_in_parts
from imteach.course.predictions.grade import Grade
from imteach.course.predictions.kinds import AnswerKind
from imteach.course.predictions.settled_by import SettlingRun, came_of
from imteach.draw.tables import Table, as_html
from imteach.tell import in_short
from imteach.trace import Trace

LARGEST_WHOLE = 1e6

MOST_DRAWN = 200
"""Of a run with more packets than these, only what came of it is shown: its picture would not help."""


def verdict_in_parts(kind: AnswerKind, said: Any, grade: Grade) -> dict[str, Any]:
    """Return the verdict for a page, which marks what was said and what is right among the choices."""
    return {
        "right": grade.right,
        "sentence": str(grade.sentence),
        "said": said,
        "rights": list(grade.rights),
        "words": kind.words(said),
        "reasons": [
            {"text": r.text, "event": r.event, "packets": [*([r.packet] if r.packet else []), *r.also]}
            for r in grade.reasons
        ],
        "runOf": grade.settled_by.name if grade.settled_by else "",
        "others": list(grade.settled_by.others) if grade.settled_by else [],
        "events": list(grade.events),
        "packets": list(grade.packets),
    }


def run_in_parts(result: object, settling: SettlingRun | None) -> dict[str, Any]:
    """Return what the question is about, for a page: a run's picture, a table of runs, or what it prints.

    If the answer is explained by one run of several, the picture of that run stands above them.
    """
    if isinstance(result, Trace):
        return _one_run(result)
    return {**(_one_run(settling.trace) if settling else {}), **_whole(result)}


def _one_run(trace: Trace) -> dict[str, Any]:
    return drawn_in_parts(trace) if len(trace.packets) <= MOST_DRAWN else {"text": f"{in_short(trace)}"}


def _whole(result: object) -> dict[str, Any]:
    if isinstance(result, Mapping) and result:
        return {"html": as_html([_table(result)])}
    shown = _ours(result)
    return {"html": shown} if shown else {"text": str(result)}


def _table(results: Mapping[Any, object]) -> Table:
    """Several results, each by its name: of a run what came of it, of anything else what it prints."""
    rows = [[str(name), came_of(one) if isinstance(one, Trace) else _number(one)] for name, one in results.items()]
    if all(isinstance(one, Trace) for one in results.values()):
        return Table("The runs", ["", "what came of it"], rows, words=True)
    return Table("What came of it", ["", ""], rows, words=True)


def _number(one: object) -> str:
    """What it prints; a whole number without the `.0` of a division."""
    return f"{one:g}" if isinstance(one, float) and one.is_integer() and abs(one) < LARGEST_WHOLE else str(one)


def _ours(result: object) -> str:
    """The HTML of one of our own results, which escapes every text; of anything else, nothing."""
    bundle = getattr(result, "_repr_mimebundle_", None)
    if bundle is None or not type(result).__module__.startswith("imteach."):
        return ""
    return str(bundle().get("text/html", ""))
