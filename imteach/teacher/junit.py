"""What `imteach validate` found, as a JUnit report: the XML that GitLab and others show as a table of tests."""

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from imteach.teacher.validate import LessonReport


def to_junit(reports: Sequence[LessonReport], folder: Path) -> bytes:
    """Return the report: a test case for each lesson in this folder, with what is wrong in it.

    >>> print(to_junit([LessonReport("1.ipynb", "3 cells run", seconds=2)], Path("lessons")).decode())
    <?xml version='1.0' encoding='utf-8'?>
    <testsuites>
      <testsuite name="imteach validate" tests="1" failures="0" errors="0" time="2.000">
        <testcase classname="lessons" name="1.ipynb" file="lessons/1.ipynb" time="2.000" />
      </testsuite>
    </testsuites>
    """
    top = ElementTree.Element("testsuites")
    counts = {"tests": len(reports), "failures": sum(not report.good for report in reports), "errors": 0}
    suite = _below(top, "testsuite", name="imteach validate", **counts, time=_time(*reports))
    for report in reports:
        file = (folder / report.lesson).as_posix()
        case = _below(suite, "testcase", classname=folder.name, name=report.lesson, file=file, time=_time(report))
        if not report.good:
            lines = "\n".join(map(str, report.wrong))
            _below(case, "failure", message=lines.partition("\n")[0]).text = _xml(lines)
    ElementTree.indent(top)
    written: bytes = ElementTree.tostring(top, "utf-8", xml_declaration=True)
    return written


def _below(above: ElementTree.Element, tag: str, **attributes: object) -> ElementTree.Element:
    return ElementTree.SubElement(above, tag, {name: _xml(str(value)) for name, value in attributes.items()})


def _time(*reports: LessonReport) -> str:
    return f"{sum(report.seconds for report in reports):.3f}"


def _xml(text: str) -> str:
    """Return `text` without what may not stand in XML, such as what colours a terminal."""
    return "".join(letter if letter.isprintable() or letter in "\n\t" else "�" for letter in text)
