"""The site to read, as far as it goes without Sphinx: what is laid out for it. By night it is built, and read."""

import ast
import contextlib
import doctest
import importlib
import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import imteach

ROOT = Path(__file__).parents[1]
LESSONS = sorted((ROOT / "lessons").glob("*.ipynb"))


@pytest.fixture
def tool(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """One of the modules that lay the site out."""
    monkeypatch.syspath_prepend(str(ROOT / "tools" / "reading"))
    return importlib.import_module(request.param)


def uses(*names: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("tool", names, indirect=True)


@uses("reference_pages", "lesson_pages", "gallery_pages")
def test_their_examples_are_so(tool: ModuleType) -> None:
    failed, tried = doctest.testmod(tool)
    assert tried
    assert failed == 0


@uses("reference_pages")
def test_every_public_name_has_one_entry_and_a_text(tool: ModuleType) -> None:
    rooms = {
        f"imteach.{file.parent.name}"
        for file in (ROOT / "imteach").glob("*/__init__.py")
        if "__all__" in file.read_text("utf-8")
    }
    assert rooms <= set(tool.ROOMS)
    pages = {room: "\n".join(tool.page(room, names)) for room, names in tool.public().items()}
    for name in imteach.__all__:
        assert sum(f":: imteach.{name}\n" in f"{page}\n" for page in pages.values()) == 1, name
    for room, names in tool.public().items():
        for name in names:
            under, own = tool.entries()[name]
            assert f":: {under}.{name}\n" in f"{pages[own]}\n", f"{room}: {name}"
            assert f"<{under}.{name}>`\n     - " in pages[room]
            assert tool.doc(name, tool.value_of(under, name)), name


def runs() -> Iterator[str]:
    """The names of the pictures that are kept."""
    tree = ast.parse((ROOT / "tests" / "shared" / "gallery.py").read_text("utf-8"))
    kept = next(node.value for node in tree.body if isinstance(node, ast.AnnAssign))
    assert isinstance(kept, ast.Dict)
    yield from (key.value for key in kept.keys if isinstance(key, ast.Constant) and isinstance(key.value, str))


@uses("gallery_pages")
def test_the_code_below_a_title_makes_the_picture_that_is_kept(tool: ModuleType) -> None:
    shown = dict(tool.pictures())
    assert set(runs()) - set(shown) == {"goes-round", "goes-round-in-vain"}  # their helpers are not for pasting
    for name, code in shown.items():
        *before, last = ast.parse(code).body
        assert isinstance(last, ast.Expr)
        names: dict[str, object] = {}
        exec(compile(ast.Module(before, []), name, "exec"), names)
        trace = eval(compile(ast.Expression(last.value), name, "eval"), names)
        file = f"{name.replace(' ', '-').replace(':', '-')}.svg"
        assert trace.to_svg() == (ROOT / "tests" / "draw" / "golden" / file).read_text("utf-8").rstrip("\n"), name


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
@uses("lesson_pages")
def test_below_a_question_of_a_lesson_stands_no_answer(
    tool: ModuleType, lesson: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []
    monkeypatch.setattr(tool, "write_lab", lambda lab, file: written.append((type(lab).__name__, file.name)))
    with contextlib.redirect_stdout(io.StringIO()) as said:
        book = tool.page_of(json.loads(lesson.read_text("utf-8")), lesson.stem, {}, tmp_path)
    assert (written, said.getvalue()) == ([("Lab", f"{lesson.stem}.html")], "")
    folded = frames = questions = 0
    for cell in (cell for cell in book["cells"] if cell.get("outputs")):
        html = "".join(str(output.get("data", {}).get("text/html", "")) for output in cell["outputs"])
        tags = cell["metadata"].get("tags", [])
        assert "A still" not in html
        folded += "hide-output" in tags
        frames += f"../labs/{lesson.stem}.html" in html
        questions += "<b>Predict.</b>" in html
        if "<b>Predict.</b>" in html:
            asked, _, answer = html.partition('<details class="answer"><summary>')
            assert "<svg" not in asked or "Predict.packet" in "".join(cell["source"])
            assert re.search("</summary>(<p>.+?</p>)+", answer)
            assert answer.endswith("</details>")
        assert ("hide-output" in tags) + ("<iframe" in html) + ("<b>Predict.</b>" in html) == 1
    assert frames == 1
    assert questions
    assert folded


def test_what_is_missing_is_said_in_a_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    site = importlib.import_module("reading_site")
    monkeypatch.setattr(sys, "argv", ["reading_site.py", "-o", "nowhere"])
    monkeypatch.setattr(site, "find_spec", lambda name: None)
    monkeypatch.setattr(site.shutil, "which", lambda name: "/bin/dot")
    with pytest.raises(SystemExit, match="2"):
        site.main()
    assert "'imteach[docs]'" in capsys.readouterr().err
