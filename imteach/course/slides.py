"""Lessons for the screen at the front: which cell begins a slide, in the metadata that Jupyter has for it.

A heading begins a slide, and its round's first question stands below it. What follows is one slide each, downwards. A
lab, or a quiz, has the whole screen: below a text it would not fit, and whoever clicks what does not fit sees it move
away first. The code of all these is folded: a class looks at what it shows.
"""

import json
import re
from itertools import pairwise
from typing import Any

_PREDICT = re.compile(r"^Predict\b", re.MULTILINE)
_QUIZ = re.compile(r"^quiz\(", re.MULTILINE)


def as_slides(lesson: bytes) -> bytes:
    """Return a lesson with a `slideshow` type for each cell; what is no notebook stays as it is.

    >>> cells = [{"cell_type": "markdown", "metadata": {}, "source": "## Round 1"}]
    >>> json.loads(as_slides(json.dumps({"cells": cells}).encode()))["cells"][0]["metadata"]
    {'slideshow': {'slide_type': 'slide'}}
    """
    try:
        book = json.loads(lesson)
        for before, cell in pairwise([None, *book["cells"]]):
            if kind := _begins(cell, before):
                cell["metadata"]["slideshow"] = {"slide_type": kind}
            if _is_to_look_at(cell):
                cell["metadata"]["jupyter"] = {"source_hidden": True}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return lesson  # a picture, or whatever else lies beside the lessons
    return (json.dumps(book, indent=1, ensure_ascii=False) + "\n").encode()


def _begins(cell: dict[str, Any], before: dict[str, Any] | None) -> str:
    """Jupyter's word for the kind of slide that begins with this cell; "" where it stands below the one before."""
    if _is_text(cell):
        return "slide" if _source(cell).startswith("#") else "" if _is_folded(cell) else "subslide"
    below_its_text = before is not None and _is_text(before) and not _is_folded(before)
    return "" if below_its_text and not _is_large(cell) else "subslide"


def _source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def _is_text(cell: dict[str, Any]) -> bool:
    return bool(cell["cell_type"] == "markdown")


def _is_folded(cell: dict[str, Any]) -> bool:
    return _source(cell).startswith("<details>")


def _is_large(cell: dict[str, Any]) -> bool:
    return "lab" in cell["metadata"].get("tags", []) or _QUIZ.search(_source(cell)) is not None


def _is_to_look_at(cell: dict[str, Any]) -> bool:
    return not _is_text(cell) and (_is_large(cell) or _PREDICT.search(_source(cell)) is not None)
