"""`pytest lessons --imteach`: each lesson is a test of pytest's, and fails in the words of its own cells.

Each run is a process of its own, which finds the plugin by its entry point: a folder says so as an installation does.
"""

import json
import os
import re
import shlex
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest

import imteach

pytest_plugins = "pytester"

ROOT = Path(imteach.__file__).parents[1]
PAGE = (ROOT / "docs" / "teaching.md").read_text("utf-8")
POINTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]["pytest11"]

ONLY_A_TABLE = {"imteach", "imteach.lazily", "imteach.views", "imteach.teacher", "imteach.teacher.pytest_plugin"}
JUPYTER = ("IPython", "jupyter_client", "nbclient", "nbformat", "ipykernel", "zmq", "traitlets", "asyncio")


@pytest.fixture
def here(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A place where the plugin is installed, as pip would do it."""
    about = pytester.mkdir("installed") / "imteach_here-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: imteach-here\nVersion: 1\n")
    lines = [f"{name} = {module}" for name, module in POINTS.items()]
    (about / "entry_points.txt").write_text("\n".join(["[pytest11]", *lines, ""]))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(about.parent), str(ROOT)]))
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    return pytester


def cell(at: int, source: str, shows: str = "") -> dict[str, object]:
    outputs = [{"output_type": "stream", "name": "stdout", "text": shows}] if shows else []
    about = {"id": f"c{at}", "metadata": {}, "source": source, "outputs": outputs, "execution_count": at}
    return {"cell_type": "code", **about}


def lesson(path: Path, *cells: tuple[str, str]) -> None:
    """Write a notebook with these cells, and what each is saved to have printed."""
    path.parent.mkdir(exist_ok=True)
    book = {"cells": [cell(at, *each) for at, each in enumerate(cells, 1)], "metadata": {}}
    path.write_text(json.dumps({**book, "nbformat": 4, "nbformat_minor": 5}))


def three(folder: Path) -> None:
    lesson(folder / "01-good.ipynb", ("print('a')", "a\n"))
    lesson(folder / "02-differs.ipynb", ("x = 6", ""), ("y = 7\nprint(x * y)", "41\n"), ("print('b')", "c\n"))
    lesson(folder / "03-fails.ipynb", ("x = 1", ""), ("1 / 0", ""))
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "01-good-checkpoint.ipynb").write_text("left behind by Jupyter")


DIFFERS = """\
cell 2: the output differs from the saved one

    y = 7
    print(x * y)

- is what was saved, + is what came:

    @@ -1,2 +1,2 @@
     [stdout]
    -41
    +42

cell 3: the output differs from the saved one

    print('b')
"""

FAILS = """\
cell 2: ZeroDivisionError: division by zero

    1 / 0
"""


def test_each_lesson_is_a_test_and_fails_in_its_cells_own_words(here: pytest.Pytester) -> None:
    three(here.path / "week-1")
    here.makepyfile(test_beside="def test_of_ones_own(): pass")
    ran = here.runpytest_subprocess("--imteach", "-v", "-p", "no:cacheprovider")
    ran.assert_outcomes(passed=2, failed=2)
    said = ran.stdout.str()
    assert f"\n{DIFFERS}" in said
    assert f"\n{FAILS}" in said
    assert re.search(r"^_+ 02-differs\.ipynb _+$", said, re.MULTILINE)
    ran.stdout.fnmatch_lines(
        ["*week-1/01-good.ipynb::lesson PASSED*", "FAILED week-1/03-fails.ipynb::lesson - *cell 2: Z*"]
    )
    assert "Traceback" not in said
    assert ".py:" not in said.partition("= FAILURES =")[2].partition("= short test summary")[0]
    assert ran.stderr.str() == ""


def test_without_the_option_nothing_of_jupyter_or_of_imteach_is_loaded(here: pytest.Pytester) -> None:
    three(here.path / "week-1")
    here.makepyfile(test_beside="def test_of_ones_own(): pass")
    here.makeconftest("import sys\ndef pytest_unconfigure(): print('\\nLOADED', *sys.modules)")
    ran = here.runpytest_subprocess(
        "-s", *(word for name in ("anyio", "nbval", "hypothesispytest") for word in ("-p", f"no:{name}"))
    )
    ran.assert_outcomes(passed=1)
    (loaded,) = (set(line.split()[1:]) for line in ran.outlines if line.startswith("LOADED"))
    assert {name for name in loaded if name.partition(".")[0] == "imteach"} == ONLY_A_TABLE
    assert not loaded & {*JUPYTER, "msgspec"}


def test_what_the_teachers_page_says_runs_in_many_processes_and_reports(here: pytest.Pytester) -> None:
    """pytest's own report has a case for each lesson, whichever process ran it."""
    three(here.path / "week-1")
    (said,) = re.findall(r"`pytest (week-1 --imteach[^`]*)`", PAGE.partition("## In your CI")[2])
    ran = here.runpytest_subprocess(*shlex.split(said))
    ran.assert_outcomes(passed=1, failed=2)
    assert f"\n{DIFFERS}" in ran.stdout.str()
    assert f"\n{FAILS}" in ran.stdout.str()
    cases = ElementTree.parse(here.path / "report.xml").findall(".//testcase")
    found = {case.get("classname"): [(part.tag, str(part.text)) for part in case] for case in cases}
    assert found.pop("week-1.01-good.ipynb") == []
    ((failed, differs),) = found.pop("week-1.02-differs.ipynb")
    assert failed == "failure"
    assert differs.startswith(DIFFERS)
    assert found == {"week-1.03-fails.ipynb": [("failure", FAILS.rstrip())]}


def test_nbval_beside_it_does_what_it_did(here: pytest.Pytester) -> None:
    lesson(here.path / "week-1" / "01-good.ipynb", ("print('a')", "a\n"))
    book = json.loads((here.path / "week-1" / "01-good.ipynb").read_text())
    book["metadata"]["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    (here.path / "week-1" / "01-good.ipynb").write_text(json.dumps(book))
    for options, passed in ((["--nbval"], 1), (["--imteach"], 1), (["--nbval", "--imteach"], 2)):
        here.runpytest_subprocess("week-1", *options).assert_outcomes(passed=passed)


def test_what_is_no_notebook_fails_in_a_line(here: pytest.Pytester) -> None:
    lesson(here.path / "week-1" / "01-good.ipynb", ("x = 1", ""))
    (here.path / "week-1" / "02.ipynb").write_text("{")
    ran = here.runpytest_subprocess("week-1", "--imteach")
    ran.assert_outcomes(passed=1, failed=1)
    ran.stdout.fnmatch_lines(["*02.ipynb: not a notebook: *"])
    assert "Traceback" not in ran.stdout.str()


def test_what_is_missing_is_said_before_anything_runs(here: pytest.Pytester) -> None:
    three(here.path / "week-1")
    hide = "import sys\nsys.modules['nbclient'] = None\n"
    (here.path / "installed" / "sitecustomize.py").write_text(hide)
    ran = here.runpytest_subprocess("week-1", "--imteach", "-p", "no:nbval")
    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    (line,) = [line for line in ran.errlines if line]
    assert re.fullmatch(r"ERROR: --imteach: nbclient is not installed; it comes with: .* 'imteach\[lab\]'", line)
    here.runpytest_subprocess("week-1", "-p", "no:nbval").assert_outcomes()
