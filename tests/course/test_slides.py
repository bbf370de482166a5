"""`imteach lessons DIR --slides`: each lesson in slides, and they stay slides."""

import json
from pathlib import Path
from typing import Any

import pytest

from imteach.cli import main
from imteach.course.slides import as_slides
from imteach.course.workspace import lesson_names, refresh, shipped_lessons, without_answers


def cell(kind: str, source: str, *tags: str) -> dict[str, Any]:
    return {"cell_type": kind, "metadata": {"tags": list(tags)} if tags else {}, "source": source}


CELLS = {  # each with the kind of slide that begins with it
    ("markdown", "# Lesson 1: …"): "slide",
    ("code", "from imteach import Predict"): "",
    ("markdown", "## Round 1: …"): "slide",
    ("code", "Predict(…)"): "",
    ("markdown", "<details><summary>Explain</summary>"): "",
    ("code", "def mine():\n    …\n\n\nPredict.several(…)"): "subslide",
    ("code", "print(1)"): "subslide",
    ("markdown", "Not so."): "subslide",
    ("code", "print(2)"): "",
    ("markdown", "## Your turn"): "slide",
    ("code", "Lab()", "lab"): "subslide",
    ("markdown", "## In the wild"): "slide",
    ("code", "from imteach import quiz\n\nquiz(seed=7)"): "subslide",
}
FOLDED = {
    "Predict(…)",
    "def mine():\n    …\n\n\nPredict.several(…)",
    "Lab()",
    "from imteach import quiz\n\nquiz(seed=7)",
}


def test_a_heading_begins_a_slide_with_its_first_question_and_the_others_follow() -> None:
    lesson = json.dumps({"cells": [cell(*each) for each in CELLS]}).encode()
    cells = json.loads(as_slides(lesson))["cells"]
    kinds = [each["metadata"].get("slideshow", {}).get("slide_type", "") for each in cells]
    assert dict(zip(CELLS, kinds, strict=True)) == CELLS
    folded = {each["source"] for each in cells if each["metadata"].get("jupyter") == {"source_hidden": True}}
    assert folded == FOLDED


@pytest.mark.parametrize("content", [b"\x89PNG", b"[]", b"{}", b'{"cells": [1]}', b"[" * 100_000])
def test_what_is_no_notebook_stays_as_it_is(content: bytes) -> None:
    assert as_slides(content) == content


def test_each_lesson_is_handed_out_in_slides_without_answers_and_otherwise_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lessons", str(tmp_path), "--slides"]) == 0
    assert capsys.readouterr().err == ""
    for name in lesson_names(shipped_lessons()):
        usual = json.loads(without_answers((shipped_lessons() / name).read_bytes()))
        slides = json.loads((tmp_path / name).read_bytes())
        begun = [each["metadata"].pop("slideshow", None) for each in slides["cells"]]
        for each in slides["cells"]:
            each["metadata"].pop("jupyter", None)
        assert slides == usual
        assert begun[0] == {"slide_type": "slide"}
        assert begun.count({"slide_type": "slide"}) >= 3


def test_slides_stay_slides_and_are_brought_up_to_date(tmp_path: Path) -> None:
    """`imteach lab` refreshes a folder without being told what is in it."""
    shipped, screen, usual = tmp_path / "shipped", tmp_path / "screen", tmp_path / "usual"
    shipped.mkdir()
    write = (shipped / "01.ipynb").write_text
    write(json.dumps({"cells": [cell("markdown", "# Lesson 1")]}))
    refresh(usual, shipped)
    assert refresh(screen, shipped, slides=True) == []
    before = (screen / "01.ipynb").read_bytes()
    assert before == as_slides((usual / "01.ipynb").read_bytes()) != (usual / "01.ipynb").read_bytes()
    assert refresh(screen, shipped) == []
    assert (screen / "01.ipynb").read_bytes() == before
    write(json.dumps({"cells": [cell("markdown", "# Lesson 1, better")]}))
    assert refresh(screen, shipped) == ["01.ipynb: updated"]
    assert b"slide_type" in (screen / "01.ipynb").read_bytes()
    refresh(usual, shipped)
    assert b"slide_type" not in (usual / "01.ipynb").read_bytes()
    assert refresh(usual, shipped, slides=True) == ["01.ipynb: updated"]
