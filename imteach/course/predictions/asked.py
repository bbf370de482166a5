"""A question as it is asked: as text, as HTML for a page without a kernel, and in parts for a live page.

None of them knows the answer: it is not worked out before one is committed.
"""

from collections.abc import Iterable, Sequence
from html import escape
from itertools import cycle
from typing import Any

from imteach.course.predictions.kinds import AnswerKind, PickPacket
from imteach.draw import drawn
from imteach.draw.sequence.notebook import scrolling_image
from imteach.lab import page
from imteach.printed import fold
from imteach.trace import Trace

STILL = "<b>A still question.</b> To answer it, run the code cells above it and then this one (Ctrl+Enter)."
"""The text above a question that nobody can answer there. It begins as the lab's: see `imteach.lab.still.STILL`."""

HOW = {
    "one": "Choose one:",
    "several": "Choose all that are right; there may be none:",
    "number": "A number:",
    "packet": "Choose a packet of the picture:",
    "order": "Put these in order, the first on top:",
}
"""What is to be done, by the kind of answer."""


def asked_in_text(question: str, kind: AnswerKind, so_far: Sequence[str] = ()) -> str:
    """Return a question as text.

    >>> from imteach.course.predictions.kinds import ChooseOne
    >>> print(asked_in_text("How often?", ChooseOne(("once", "twice"))))
    Predict: How often?
      ○ once
      ○ twice
    Commit with answer(…).
    """
    lines = [f"  ○ {text}" for text in kind.parts.get("choices", [])] or [f"  {HOW[kind.name]} …"]
    before = [fold(f"  {text}") for text in so_far]
    return "\n".join([fold(f"Predict: {question}"), *before, *map(fold, lines), "Commit with answer(…)."])


def asked_in_html(question: str, kind: AnswerKind, picture: Trace | None, so_far: Sequence[str] = ()) -> str:
    """Return a question for a page where nobody answers: the words, the choices and the picture."""
    choices = _listed(kind.parts.get("choices", []))
    shown = scrolling_image(picture) if picture is not None else ""
    how = escape(f"{HOW[kind.name]} {kind.parts.get('unit', '')}".rstrip())
    return f"<p>{STILL}</p><p><b>Predict.</b> {in_code(question)}</p>{_listed(so_far)}<p>{how}</p>{choices}{shown}"


def _listed(texts: Iterable[str]) -> str:
    rows = "".join(f"<li>{in_code(text)}</li>" for text in texts)
    return f"<ul>{rows}</ul>" if rows else ""


def in_code(text: str) -> str:
    """Return a text as HTML, what stands between backquotes as code.

    >>> in_code("at `acked` <b>")
    'at <code>acked</code> &lt;b&gt;'
    """
    tags = cycle(("{}", "<code>{}</code>"))
    return "".join(next(tags).format(escape(part)) for part in text.split("`"))


def asked_in_parts(
    question: str, kind: AnswerKind, picture: Trace | None, so_far: Sequence[str] = ()
) -> dict[str, Any]:
    """Return what a live page asks: the question, the kind of answer and what that needs, a picture to choose in."""
    parts = {"kind": kind.name, "question": question, "how": HOW[kind.name], "soFar": list(so_far), **kind.parts}
    if isinstance(kind, PickPacket) and picture is not None:
        parts["run"] = drawn_in_parts(picture)
    return parts


def drawn_in_parts(trace: Trace) -> dict[str, Any]:
    """Return the picture of a run in the parts that the page puts together; its style stands in the page already."""
    shown = drawn(trace)
    return {"picture": shown.svg, "drawn": page.of_the_picture(shown)}
