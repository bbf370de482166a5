"""Tables of words and numbers: for a terminal, in Markdown, and in HTML that a screen reader can walk through."""

import re
from collections.abc import Sequence
from html import escape
from itertools import accumulate, chain, repeat, zip_longest
from typing import NamedTuple

from imteach.draw.letters.cells import TextLine
from imteach.draw.letters.measure import columns
from imteach.printed import LINE, fold, folded

_BETWEEN = 2  # columns of a terminal, between two of a table
_STRIKES = re.compile(r"\b(drop|duplicate|delay) (?=\S*(?:msg|ack):)")
_LEAST = 16  # the last column is never narrower, even if the line gets too long


class Table(NamedTuple):
    """A table: what it is, its columns, its rows (the first cell is the row's name), and what follows from it.

    Cells are numbers, aligned on the right, unless they are `words`. A column's name may have several lines. What
    stands in the column called `code` is to be typed as it is.
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()
    words: bool = False
    code: str = ""


def as_text(tables: Sequence[Table], line: float = LINE) -> str:
    """Return tables as text, columns aligned. What is wider than a `line` is broken at spaces.

    >>> print(as_text([Table("Ticks", ["", "count"], [["✓", "7"], ["✓✓", "12"]], ["That is all."])]), end="")
    Ticks
        count
    ✓       7
    ✓✓     12
    That is all.
    """
    return "\n".join(_text(table, line) for table in tables)


def _text(table: Table, line: float) -> str:
    heads = list(zip_longest(*(column.split("\n") for column in table.columns), fillvalue=""))
    rows = _narrowed([*heads, *table.rows], line) if table.words else [*heads, *table.rows]
    return "\n".join(
        [fold(table.caption, line), *_aligned(rows, table.words), *(fold(note, line) for note in table.notes), ""]
    )


def _narrowed(rows: Sequence[Sequence[str]], line: float) -> list[Sequence[str]]:
    """Break the words of the last column if the rows are wider than a line; the other columns stay as they are."""
    others = [[*row[:-1]] for row in rows]
    before = sum(max(map(columns, column)) + _BETWEEN for column in zip(*others, strict=True))
    room = max(line - before, _LEAST)
    return [
        [*(other if first else [""] * len(other)), words]
        for row, other in zip(rows, others, strict=True)
        for first, words in zip(chain([True], repeat(False)), folded(row[-1], room), strict=False)
    ]


def _aligned(rows: Sequence[Sequence[str]], words: bool) -> list[str]:
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    begins = [*accumulate((width + _BETWEEN for width in widths), initial=0)]
    lines = [TextLine() for _ in rows]
    for line, row in zip(lines, rows, strict=True):
        for number, (cell, width) in enumerate(zip(row, widths, strict=True)):
            line.put(begins[number] + (width - columns(cell) if number and not words else 0), cell)
    return [str(line) for line in lines]


def as_markdown(tables: Sequence[Table]) -> str:
    """Return tables in Markdown."""
    return "\n".join(_markdown(table) for table in tables)


def _markdown(table: Table) -> str:
    lines = [
        [column.replace("\n", "<br>") for column in table.columns],
        ["---", *["---" if table.words else "---:"] * (len(table.columns) - 1)],
        *([f"`{cell}`" if _is_code(table, place) else cell for place, cell in enumerate(row)] for row in table.rows),
    ]
    rows = [f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines]
    return "\n".join([f"**{table.caption}**", "", *rows, "", *(f"{note}\n" for note in table.notes)])


def as_html(tables: Sequence[Table]) -> str:
    """Return tables in HTML: with a caption, and with a header for each column and each row."""
    return "\n".join(_html(table) for table in tables)


def _html(table: Table) -> str:
    style = ' style="text-align: left"' if table.words else ""  # a notebook aligns everything on the right
    head = "".join(
        f'<th scope="col"{style}>{_heading(column)}</th>' if column else "<td></td>" for column in table.columns
    )
    body = "".join(_html_row(table, row, style) for row in table.rows)
    caption = f'<caption style="text-align: left">{escape(table.caption)}</caption>'
    notes = "".join(f"<p>{escape(note)}</p>" for note in table.notes)
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{notes}"


def _html_row(table: Table, row: Sequence[str], style: str) -> str:
    texts = [
        f"<code>{escape(cell)}</code>" if _is_code(table, place) else _words(cell) for place, cell in enumerate(row)
    ]
    cells = "".join(f"<td{style}>{text}</td>" for text in texts[1:])
    return f'<tr><th scope="row"{style}>{_heading(row[0])}</th>{cells}</tr>'


def _is_code(table: Table, place: int) -> bool:
    """Whether a cell at this place of its row is to be typed as it is."""
    return bool(table.code) and table.columns[place] == table.code


def _heading(text: str) -> str:
    """Return a heading in HTML; a name such as `packets_per_message` may break on a narrow page.

    >>> _heading("false_failure: failed, yet shown")
    'false_<wbr>failure: failed, yet shown'
    """
    return _words(text).replace("\n", "<br>").replace("_", "_<wbr>")


def _words(text: str) -> str:
    """Return words in HTML; where they are broken into lines, what strikes stays beside the packet that it strikes.

    >>> _words("drop m1/msg:R#1, then drop the rest")
    'drop&nbsp;m1/msg:R#1, then drop the rest'
    """
    return _STRIKES.sub(r"\1&nbsp;", escape(text))
