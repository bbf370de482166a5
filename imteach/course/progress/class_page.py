"""A class as tables: for a terminal, and as a page that runs nothing and loads nothing. What it says is strangers'."""

from collections.abc import Sequence
from html import escape

from imteach.course.progress.class_report import AskedOfClass, ClassReport, PersonInClass
from imteach.course.progress.mine import ELSEWHERE, NONE, cut
from imteach.course.progress.shelf import shelf
from imteach.draw.tables import Table, as_html, as_text
from imteach.lab.answers.file import policy
from imteach.tell.words import counted

MOST_ROWS = 20
"""The most predictions, and exercises, of a table: the hardest. `to_json` has them all."""

STYLE = """
html { color-scheme: light dark; background: #ffffff; color: #1f2937 }
body { max-width: 1100px; margin: 0 auto; padding: 12px 16px; font: 15px/1.5 system-ui, sans-serif }
h1 { font-size: 22px }
table { border-collapse: collapse; margin: 24px 0 4px; width: 100% }
caption { text-align: left; font-weight: 600; font-size: 17px; padding-bottom: 6px }
th, td { text-align: left; vertical-align: top; padding: 5px 14px 5px 0; border-bottom: 1px solid #d5dae1 }
th { font-weight: 600 }
th, td { overflow-wrap: anywhere; min-width: 4em }
@media (prefers-color-scheme: dark) {
  html { background: #111317; color: #e6e9ee }
  th, td { border-color: #3a414c }
}
"""

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="generator" content="imteach">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<h1>{title}</h1>
{tables}
</body>
</html>
"""

_PEOPLE = ["who", "answered", "right\nat first", "exercises\nsolved", "lessons\nbegun", "when", "where"]
_ASKED = ["lesson", "wrong\nat first", "most said", "prediction"]
_TASKS = ["lesson", "not solved\nat first", "not solved\nyet", "most met", "exercise"]


def class_to_text(report: ClassReport) -> str:
    """Return a class as tables for a terminal."""
    return as_text(_tables(report, short=True))


def class_to_html(report: ClassReport) -> str:
    """Return a class as a page of its own: no script, nothing from elsewhere, and every name as text."""
    tables = as_html(_tables(report)).replace(' style="text-align: left"', "")  # which the page's policy forbids
    title = escape(f"A class of {counted(len(report.people), 'learner')}")
    return _PAGE.format(policy=policy([], [STYLE]), title=title, style=STYLE, tables=tables)


def _tables(report: ClassReport, short: bool = False) -> list[Table]:
    """The tables; `short` ones fit on a terminal's line."""
    titles = {} if short else {each.name: each.title for each in shelf()}
    refused = [f"Not counted: {line}" for line in report.refused]
    notes = [] if short else [*refused, *report.left_out]  # the terminal has them already
    people = [_person(each, titles) for each in report.people]
    tables = [Table("Who is where", _PEOPLE, people, notes, words=True)]
    wrong = [each for each in report.predictions if each.wrong_at_first]
    if wrong:
        rows = [_asked(each, titles, short) for each in wrong[:MOST_ROWS]]
        tables.append(Table("Which predictions most had wrong at first", _ASKED, rows, _more(wrong), words=True))
    hard = [each for each in report.exercises if each.wrong_at_first]
    if hard:
        rows = [_task(each, titles, short) for each in hard[:MOST_ROWS]]
        tables.append(Table("Which exercises took most more than one try", _TASKS, rows, _more(hard), words=True))
    return tables


def _more(rows: Sequence[AskedOfClass]) -> list[str]:
    return [f"And {len(rows) - MOST_ROWS} more: --format json has them all."] if len(rows) > MOST_ROWS else []


def _person(each: PersonInClass, titles: dict[str, str]) -> list[str]:
    counts = (each.answered, each.right_at_first, each.exercises_solved, each.lessons_begun)
    when = each.when[:16].replace("T", " ") or NONE
    where = _lesson(each.lesson, titles) if each.when else NONE
    return [each.name, *map(str, counts), when, where]


def _asked(each: AskedOfClass, titles: dict[str, str], short: bool) -> list[str]:
    return [_lesson(each.lesson, titles), _of(each.wrong_at_first, each), _said(each, short), each.about]


def _task(each: AskedOfClass, titles: dict[str, str], short: bool) -> list[str]:
    counts = [_of(each.wrong_at_first, each), _of(each.not_yet, each)]
    return [_lesson(each.lesson, titles), *counts, _said(each, short), each.about]


def _of(count: int, each: AskedOfClass) -> str:
    return f"{count} of {each.people}"


def _said(each: AskedOfClass, short: bool) -> str:
    return f"{cut(each.most_said, 24) if short else each.most_said} ({each.said_by}×)"


def _lesson(name: str, titles: dict[str, str]) -> str:
    return titles.get(name) or name or ELSEWHERE
