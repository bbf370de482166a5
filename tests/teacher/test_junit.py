"""`imteach validate --junit FILE`: what a CI reads, and shows as a table of tests."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from imteach.cli import main
from imteach.teacher.junit import to_junit
from imteach.teacher.outputs import Wrong
from imteach.teacher.validate import LessonReport


def lesson(path: Path, *sources: str) -> None:
    """Write a notebook with these cells, as if each had been run and had said nothing."""
    cells = [
        {"cell_type": "code", "id": f"c{at}", "metadata": {}, "source": source, "outputs": [], "execution_count": at}
        for at, source in enumerate(sources, 1)
    ]
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))


def test_each_lesson_is_a_test_case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, file = tmp_path / "week-1", tmp_path / "report.xml"
    folder.mkdir()
    lesson(folder / "01-good.ipynb", "x = 1")
    lesson(folder / "02-differs.ipynb", "print('<a> & \\x1b[31mred')", "x = 2", "print('b')")
    lesson(folder / "03-fails.ipynb", "x = 1", "1 / 0")
    assert main(["validate", str(folder), "--junit", str(file)]) == 1
    said = capsys.readouterr().out
    assert said.startswith("✓ 01-good.ipynb: 1 cells run\n✗ 02-differs.ipynb: cell 1 ")

    suites = ElementTree.parse(file).getroot()
    (suite,) = suites
    assert (suites.tag, suite.tag) == ("testsuites", "testsuite")
    assert {name: suite.get(name) for name in ("name", "tests", "failures", "errors")} == {
        "name": "imteach validate",
        "tests": "3",
        "failures": "2",
        "errors": "0",
    }
    assert [(case.tag, case.get("classname"), case.get("name"), case.get("file")) for case in suite] == [
        ("testcase", "week-1", path.name, path.as_posix()) for path in sorted(folder.iterdir())
    ]
    seconds = [float(case.get("time", "")) for case in suite]
    assert all(0 < each < 120 for each in seconds)  # a kernel was started
    assert float(suite.get("time", "")) == pytest.approx(sum(seconds), abs=0.01)
    good, differs, fails = ([*case] for case in suite)
    assert good == []
    ((one,), (other,)) = differs, fails
    assert (one.tag, other.tag) == ("failure", "failure")
    assert one.get("message") == "cell 1 (print('<a> & \\x1b[31mred')): the output differs from the saved one"
    assert "+<a> & �[31mred\n" in str(one.text)
    assert "cell 3 (print('b')): the output differs" in str(one.text)
    assert other.get("message") == other.text == "cell 2 (1 / 0): ZeroDivisionError: division by zero"


def test_what_no_xml_may_hold_is_left_out() -> None:
    report = LessonReport("1.ipynb", "", (Wrong(f"cell 1: {''.join(map(chr, range(32)))}\ud800\uffff\n ✓"),))
    (suite,) = ElementTree.fromstring(to_junit([report], Path("lessons")))
    assert str(suite[0][0].text).startswith("cell 1: �")
    assert str(suite[0][0].text).endswith("��\n ✓")


def test_a_report_that_cannot_be_written_is_said_before_the_lessons_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lesson(tmp_path / "01.ipynb", "open('ran', 'w')")
    with pytest.raises(SystemExit) as exit_:
        main(["validate", str(tmp_path), "--junit", str(tmp_path / "no" / "report.xml")])
    assert exit_.value.code == 2
    assert capsys.readouterr().err.endswith("report.xml: No such file or directory\n")
    assert not (tmp_path / "ran").exists()
