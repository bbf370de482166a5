"""A lesson as a page: read from top to bottom, with nothing below a question that answers it, and a Lab to click in.

A question shows with its choices, and folded away below it what is right, and the run. Whatever else a cell gives is
folded away, too: there may be answers in it. The reasons stand in the lesson's own texts, which are folded as well. In
the place of the still picture of a Lab stands the Lab itself, as a file of its own (`imteach page`).
"""

import ast
import json
import re
from html import escape
from pathlib import Path
from typing import Any

from imteach import Lab, Predict, Scenario
from imteach.course.hidden import show_outputs
from imteach.course.quiz import Quiz

ROOT = Path(__file__).resolve().parents[2]
TABLE = re.compile(r"^\| lesson \|.*?(?=^$)", re.MULTILINE | re.DOTALL)

STILL = re.compile(r"<p><b>A still \w+\.</b>.*?</p>", re.DOTALL)  # how to make it live, where there is a kernel
QUESTION = "<b>A still question.</b>"

CODE, GIVEN = "hide-input", "hide-output"
FOLDED = {
    CODE: "The code of this question",
    GIVEN: "What this gives: make up your mind, then open",
    "answer": "What the run says: choose first, then open",
}
"""What stands in the place of what is folded away."""

FRAME = """\
<figure class="lab-frame"><iframe src="../labs/{name}.html" loading="lazy" title="{title}"></iframe>
<figcaption><a href="../labs/{name}.html">This lab on a page of its own</a></figcaption></figure>"""

NOTE = """\
```{note}
Here you read this lesson, and its Lab is live. In Jupyter you also commit answers, change the code and get verdicts:
[how to start](../README.md#to-try-it).
```"""

INDEX = """\
# Lessons

Each lesson goes round by round: a question, its choices, and what comes of it. Here you read them. What a cell gives is
folded away: make up your mind first. The Lab of each lesson is live on its page.

In Jupyter you also commit an answer and get a verdict with its reason, change the code, and have your own client
judged: [how to start](../README.md#to-try-it). Begin with the [welcome](00-welcome.ipynb).

{table}

```{{toctree}}
:hidden:
:glob:

*
```
"""


def write(source: Path) -> None:
    """Write each lesson as a page of its own, the page that lists them, and the files of their labs."""
    (source / "lessons").mkdir()
    (source / "extra" / "labs").mkdir(parents=True)
    readme = (ROOT / "README.md").read_text("utf-8")
    table = TABLE.findall(readme)[0].replace("(lessons/", "(")
    (source / "lessons" / "index.md").write_text(INDEX.format(table=table), "utf-8")
    files: dict[str, str] = {}
    for lesson in sorted((ROOT / "lessons").glob("*.ipynb")):
        book = page_of(json.loads(lesson.read_text("utf-8")), lesson.stem, files, source / "extra" / "labs")
        (source / "lessons" / lesson.name).write_text(json.dumps(book), "utf-8")


def page_of(book: dict[str, Any], name: str, files: dict[str, str], labs: Path) -> dict[str, Any]:
    """Return a lesson as it is shown. `files` has, by its cell, the name of each lab that is written already."""
    show_outputs(book)
    names: dict[str, Any] = {"__name__": "__main__"}  # where classes of a notebook stand
    for cell in (cell for cell in book["cells"] if cell["cell_type"] == "code"):
        text = "".join(cell["source"])
        if "lab" in cell["metadata"].get("tags", []):
            if text not in files:
                files[text] = name
                write_lab(eval_last(text, names), labs / f"{name}.html")
            cell["outputs"] = [shown(FRAME.format(name=files[text], title=escape(f"A lab: {text}")))]
        else:
            define(text, names)
            if fold(cell) == CODE:
                cell["outputs"].append(shown(answers(eval_last(text, names))))
    book["cells"][0]["source"] = [*book["cells"][0]["source"], f"\n\n{NOTE}"]
    return book


def define(text: str, names: dict[str, Any]) -> None:
    """Do what a cell imports, assigns and defines, and nothing else: a lab below may need it."""
    tree = ast.parse(text)
    tree.body = [
        node for node in tree.body if isinstance(node, ast.ImportFrom | ast.Assign | ast.ClassDef | ast.FunctionDef)
    ]
    exec(compile(tree, "a lesson", "exec"), names)


def write_lab(lab: Lab, file: Path) -> None:
    """Write the file of a lab: up to two losses; one, if much is going on in it already, or it would take minutes."""
    busy = lab.faults or len(lab.scenario.say) > 1
    lab.to_page(file, faults=1 if busy else 2)


def shown(html: str) -> dict[str, Any]:
    """Return the output of a cell that shows this."""
    return {"output_type": "display_data", "metadata": {}, "data": {"text/html": html}}


def eval_last(text: str, names: dict[str, Any]) -> Any:
    """Return the value of a cell's last line, which is what it shows."""
    last = ast.parse(text).body[-1]
    return eval(ast.unparse(last), names)


def answers(asked: Predict | Quiz) -> str:
    """Return what is right, folded away, and the run where the question is about one. It commits no answer.

    >>> answers(Predict("Is it so?", Scenario("basic"), choices=["yes", "no"], answer="no"))[:90]
    '<details class="answer"><summary>What the run says: choose first, then open</summary><p>no'
    """
    questions = [asked] if isinstance(asked, Predict) else asked.questions
    told = "".join(f"<p>{escape(question.solution)}</p>" for question in questions)
    if isinstance(asked, Predict) and isinstance(asked.scenario, Scenario):
        told += asked.scenario.run(*asked.faults)._repr_mimebundle_()["text/html"]
    return f'<details class="answer"><summary>{FOLDED["answer"]}</summary>{told}</details>'


def fold(cell: dict[str, Any]) -> str:
    """Fold away all that a cell gives but a question; of a question, the code. Return which of the two was folded.

    >>> cell = {"metadata": {}, "outputs": [shown("<p><b>A still table.</b> Run it.</p><p>3 × shown twice</p>")]}
    >>> fold(cell), cell["metadata"]["tags"], cell["outputs"][0]["data"]["text/html"]
    ('hide-output', ['hide-output'], '<p>3 × shown twice</p>')
    """
    html = ["".join(output.get("data", {}).get("text/html", "")) for output in cell["outputs"]]
    for output, text in zip(cell["outputs"], html, strict=True):
        if text:
            output["data"]["text/html"] = STILL.sub("", text)
    folded = CODE if any(QUESTION in text for text in html) else GIVEN
    cell["metadata"]["tags"] = [*cell["metadata"].get("tags", []), folded]
    cell["metadata"]["mystnb"] = {"code_prompt_show": FOLDED[folded], "code_prompt_hide": FOLDED[folded]}
    return folded
