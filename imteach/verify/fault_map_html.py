"""A fault map in HTML: a still table for a page that nobody has run, or one of buttons for the lab.

The still table brings its own light paper, since a page's dark theme would leave pale words on it, and has what a sign
means in words beside it: a notebook that is not trusted keeps neither scripts nor what is only for screen readers.
"""

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from imteach.plain import plain
from imteach.verify import fault_map_tables as tables
from imteach.verify.ends import End
from imteach.verify.short import PROMISE_TITLES

if TYPE_CHECKING:
    from imteach.verify.fault_map import Cell, FaultMap

_BOX = "border: 1px solid #cbd5e1; padding: 3px 8px; color: #1f2937; text-align: "
_PAPER = {"good": "#ffffff", "honest": "#fef6dc", "bad": "#fde8e8", "": "#f8fafc"}


def to_html(fault_map: "FaultMap") -> str:
    """Return the map as a table that stands alone."""
    return f"{_table(fault_map, _Still())}{_legend(fault_map)}"


def live_html(fault_map: "FaultMap") -> str:
    """Return the map as a grid of buttons, each with `data-faults`, its place as `data-row` and `data-column`."""
    return _table(fault_map, _Live())


class _Still:
    """How a table looks that stands alone."""

    grid = ' style="border-collapse: collapse; margin: 4px 0"'

    def box(self, mood: str, align: str = "center") -> str:
        return f' style="{_BOX}{align}; background-color: {_PAPER[mood]}"'

    def put(self, cell: "Cell", seen: str, row: int, column: int) -> str:
        return f'<span title="{escape(plain(cell.sentence))}">{seen}</span>'


class _Live:
    """How a table looks in the lab, where a style sheet dresses it, and what can be done there."""

    grid = ' role="grid" class="map-grid"'

    def box(self, mood: str, align: str = "center") -> str:
        return f' class="map-{align}"' + (f' data-mood="{mood}"' if mood else "")

    def put(self, cell: "Cell", seen: str, row: int, column: int) -> str:
        faults = escape(faults_text(cell))
        label = escape(plain(cell.sentence))
        place = f'data-row="{row}" data-column="{column}" tabindex="-1"'
        return f'<button type="button" data-faults="{faults}" {place} aria-label="{label}">{seen}</button>'


def faults_text(cell: "Cell") -> str:
    """Return what is lost in a cell, as text: `drop m1/ack:N#1, drop m1/ack:N#2`; "" where nothing is."""
    return ", ".join(map(str, cell.lost))


def _table(fault_map: "FaultMap", dress: _Still | _Live) -> str:
    rows = _singles(fault_map, dress) if fault_map.faults == 1 else _pairs(fault_map, dress)
    head, *body = rows
    caption = f'<caption style="text-align: left">{escape(tables.caption(fault_map))}</caption>'
    lines = "".join(f"<tr>{row}</tr>" for row in body)
    return f"<table{dress.grid}>{caption}<thead>{head}</thead><tbody>{lines}</tbody></table>"


def _singles(fault_map: "FaultMap", dress: _Still | _Live) -> Iterator[str]:
    heads = (_head(name, dress) for name in tables.columns(fault_map))
    yield f"<tr>{''.join(heads)}</tr>"
    for number, cell in enumerate(fault_map.cells):
        name = dress.put(cell, escape(tables.lost(cell)), number, 0)
        broken = ", ".join(PROMISE_TITLES[promise] for promise in cell.broken) or "none"
        words = [(cell.believes, "left"), (cell.saw, "left"), (str(cell.copies), "right"), (str(cell.packets), "right")]
        row = [
            f'<th scope="row"{dress.box("", "left")}>{name}</th>',
            f"<td{dress.box(cell.end.mood, 'left')}>{_sign(cell.end)} {escape(cell.end.name)}</td>",
            *(f"<td{dress.box('', align)}>{escape(plain(word))}</td>" for word, align in words),
            f"<td{dress.box('', 'left')}>{escape(broken)}</td>",
        ]
        yield "".join(row)


def _pairs(fault_map: "FaultMap", dress: _Still | _Live) -> Iterator[str]:
    span = f' scope="colgroup" colspan="{len(fault_map.seconds) + 1}"'
    names = [tables.ALONE, *(tables.short(fault_map, name) for name in fault_map.seconds)]
    first = f'<th scope="col" rowspan="2"{dress.box("", "left")}>lost first</th>'
    heads = "".join(_head(name, dress) for name in names)
    yield f"<tr>{first}<th{span}{dress.box('', 'left')}>and then also</th></tr><tr>{heads}</tr>"
    rows = (cell for cell in fault_map.cells if len(cell.lost) < 2)
    for number, cell in enumerate(rows):
        row = [
            f'<th scope="row"{dress.box("", "left")}>{escape(tables.lost(cell))}</th>',
            _place(cell, number, 0, dress),
        ]
        for column, second in enumerate(fault_map.seconds, 1):
            pair = tables.at(fault_map, cell, second)
            if pair:
                row.append(_place(pair, number, column, dress))
            elif tables.never(fault_map, cell, second):
                row.append(f'<td{dress.box("")} title="{tables.NEVER_MEANS}">{tables.NEVER}</td>')
            else:
                row.append(f"<td{dress.box('')}></td>")
        yield "".join(row)


def _place(cell: "Cell", row: int, column: int, dress: _Still | _Live) -> str:
    seen = f"{_sign(cell.end)}<br><small>{escape(cell.end.name)}</small>"
    return f"<td{dress.box(cell.end.mood)}>{dress.put(cell, seen, row, column)}</td>"


def _head(name: str, dress: _Still | _Live) -> str:
    return f'<th scope="col"{dress.box("")}>{escape(name).replace("#", "<br>#")}</th>'


def _sign(end: End) -> str:
    return f"<b>{escape(end.sign)}</b>"


def _legend(fault_map: "FaultMap") -> str:
    """What the words mean, as a list below the table."""
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in tables.legend(fault_map))}</ul>"
