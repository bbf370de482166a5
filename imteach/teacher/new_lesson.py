"""A new lesson from a template: a title, goals, one round with a prediction, an exercise, what one can say now.

It is run once, so that its outputs are those that `imteach validate` compares with.
"""

import json
import re
import tempfile
from pathlib import Path
from typing import Any

from imteach.errors import InputError, quoted
from imteach.files import write_new
from imteach.teacher.validate import validate

LONGEST_NAME = 60

_NAME = re.compile(r"(?:(\d+)[-_ ])?(\w[\w -]*)")  # 16-my-topic: number and topic

_TITLE = """\
# {title}

*20 minutes. You need lesson 5.*

Begin with what happened to somebody, in a sentence or two: bob is shown *hello* twice. This lesson asks
- which question the reader can answer afterwards;
- and which other one. Do not answer them here.

Each **Predict** asks before anything is run. Choose, commit, and the run appears with the verdict."""

_ROUND = """\
## Round 1: one idea

Say what the reader must know to predict, and no more: at `retransmit` alice's client sends msg:R again when no ack:N
has come before its timer runs out."""

_PREDICT = """\
Predict(
    "ack:N is dropped once. How often is hello shown on bob's phone?",
    Scenario("retransmit"),
    Drop("ack:N"),
    choices=["never", "once", "twice"],
    answer=lambda trace: trace.happened("show", node="bob"),
)"""

_EXPLAIN = """\
<details><summary><b>Explain</b> (open it when you have committed an answer)</summary>

Say why, in the order in which it happened: alice's timer runs out, she sends msg:R again, and nothing tells bob's
client that it has shown this message before.

</details>"""

_EXERCISE = """\
## Exercise

Something to do. `exercises` shows all that there are; this one asks for a client that remembers what it has shown."""

_RECAP = """\
## You can now say

- The answer to the first question at the top, in a sentence.
- The answer to the other one."""

_CELLS = (
    ("title", "markdown", _TITLE),
    ("imports", "code", "from imteach import Drop, Predict, Scenario, exercises"),
    ("round-1", "markdown", _ROUND),
    ("round-1-predict", "code", _PREDICT),
    ("round-1-explain", "markdown", _EXPLAIN),
    ("exercise", "markdown", _EXERCISE),
    ("exercise-task", "code", 'exercises["mend the silent dedup"]'),
    ("recap", "markdown", _RECAP),
)
"""Each cell's id, its kind and its text."""


def new_lesson(name: str, folder: Path) -> Path:
    """Write a new lesson into a folder, which is made if it is not there, and return its path.

    Raises `InputError` for a name that is none, if there is such a file already, and if it cannot be written.
    """
    title, target = _title(name), folder / f"{name.removesuffix('.ipynb')}.ipynb"
    if target.exists() or target.is_symlink():
        raise InputError(f"{target} is there already, and stays as it is; take another name")
    write_new(target, _run(title))
    return target


def _title(name: str) -> str:
    """Return the title of a lesson that is called so.

    >>> _title("16-my-topic"), _title("my topic.ipynb")
    ('Lesson 16: My topic', 'My topic')
    """
    read = _NAME.fullmatch(name.removesuffix(".ipynb"))
    if read is None or len(name) > LONGEST_NAME:
        raise InputError(
            f"expected a name such as 16-my-topic, of letters, digits and hyphens, got {quoted(name)}", where="NAME"
        )
    number, topic = read[1], read[2].replace("-", " ").replace("_", " ").strip()
    title = topic[:1].upper() + topic[1:]
    return f"Lesson {int(number)}: {title}" if number else title


def _run(title: str) -> bytes:
    """Return the notebook with its outputs."""
    cells = [_cell(id_, kind, text.replace("{title}", title)) for id_, kind, text in _CELLS]
    book = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    with tempfile.TemporaryDirectory() as aside:
        path = Path(aside, "new.ipynb")
        path.write_text(json.dumps(book), "utf-8")
        (report,) = validate(path.parent, write=True)
        if not report.good:
            raise InputError(f"the template cannot be run here: {'; '.join(map(str, report.wrong))}")
        return path.read_bytes()


def _cell(id_: str, kind: str, text: str) -> dict[str, Any]:
    if kind == "markdown":
        return {"cell_type": kind, "id": id_, "metadata": {}, "source": text}
    return {"cell_type": kind, "id": id_, "metadata": {}, "source": text, "outputs": [], "execution_count": None}
