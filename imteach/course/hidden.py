"""Where a lesson is saved with its outputs, they are hidden until a reader runs their cells, or asks for them.

A clone has the lessons as they are committed, with what each cell gave: programs compare it, and the web shows it. A
learner who opens one there must not see it below the question. So each such output is saved as *collapsed*, which
Jupyter knows by itself: it shows a line in its place, opens it when the cell is run, and takes the mark out of the file
with that. What somebody has run and saved is never hidden. `MARK` tells the page that it was us who collapsed it; then
the line says what to do (`imteach/lab/jupyter_data`). What is handed out has neither outputs nor marks.
"""

import re
from typing import Any

MARK = "imteach"
"""The key in a notebook's metadata: `{"outputs": "hidden until run"}`."""

_ANSWERS = re.compile(r"\.(answer|reveal|reason)\b")  # a cell in which this stands shows the answer of a prediction


def shown_before_it_is_run(cell: dict[str, Any]) -> bool:
    """Whether a cell's saved output may stand below it: a lab's still picture that answers no prediction.

    >>> shown_before_it_is_run({"metadata": {"tags": ["lab"]}, "source": "Lab('dedup')"})
    True
    >>> shown_before_it_is_run({"metadata": {"tags": ["lab"]}, "source": "guess.reveal()"})
    False
    """
    return "lab" in cell["metadata"].get("tags", []) and not _ANSWERS.search("".join(cell.get("source", "")))


def hide_outputs(book: dict[str, Any]) -> None:
    """Mark each saved output of a notebook as hidden until its cell is run.

    >>> cell = {"cell_type": "code", "metadata": {}, "source": "1 + 1", "outputs": ["2"]}
    >>> hide_outputs({"cells": [cell], "metadata": {}})
    >>> cell["metadata"]
    {'collapsed': True, 'jupyter': {'outputs_hidden': True}}
    """
    show_outputs(book)
    book["metadata"][MARK] = {"outputs": "hidden until run"}
    for cell in book["cells"]:
        if cell["cell_type"] == "code" and cell["outputs"] and not shown_before_it_is_run(cell):
            cell["metadata"]["collapsed"] = True  # the format has both names, and Jupyter keeps them alike
            cell["metadata"].setdefault("jupyter", {})["outputs_hidden"] = True


def show_outputs(book: dict[str, Any]) -> None:
    """Take all those marks out of a notebook."""
    book.get("metadata", {}).pop(MARK, None)
    for metadata in (cell["metadata"] for cell in book["cells"] if cell["cell_type"] == "code"):
        metadata.pop("collapsed", None)
        metadata.get("jupyter", {}).pop("outputs_hidden", None)
        if not metadata.get("jupyter", True):
            del metadata["jupyter"]
