"""A fault map to be seen: one table, as text, in Markdown, in HTML, and in the lab, where its cells are buttons.

Of single losses there is a row for each; of pairs a row for the first loss and a column for the second.

The HTML for a page that nobody has run brings its own light paper, since a page's dark theme would leave pale words on
it, and says in words what a sign means: a notebook that is not trusted keeps neither scripts nor style sheets.
"""

from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from imteach.draw.tables import Table, as_markdown, as_text
from imteach.plain import plain
from imteach.protocol import PROMISE_TITLES
from imteach.scenario import short_name
from imteach.tell.ends import End
from imteach.tell.words import counted, few

if TYPE_CHECKING:
    from imteach.verify.losses.cell import Cell
    from imteach.verify.losses.fault_map import FaultMap

ABREAST = 12
"""Up to so many second losses stand beside each other in a terminal or in Markdown; more are put below."""

NO_PAIR = End("–", "no such run", "with one of the two lost, the other is not sent", "")
ELSEWHERE = End("", "empty", "the same two stand in the other's row", "")


class Entry(NamedTuple):
    """A place in the table: its words; or how a run ended; and the cell that it opens, if any."""

    words: str = ""
    end: End | None = None
    cell: "Cell | None" = None


def to_text(fault_map: "FaultMap") -> str:
    """Return the map as a table for a terminal."""
    return as_text(_tables(fault_map))


def to_markdown(fault_map: "FaultMap") -> str:
    """Return the map as a table in Markdown."""
    return as_markdown(_tables(fault_map))


def to_html(fault_map: "FaultMap") -> str:
    """Return the map as a table in HTML that stands alone."""
    notes = "".join(f"<li>{escape(note)}</li>" for note in _notes(fault_map))
    return f"{_html(fault_map, live=False)}<ul>{notes}</ul>"


def live_html(fault_map: "FaultMap") -> str:
    """Return the map as a grid of buttons, each with its `data-faults`; a style sheet gives it its look."""
    return _html(fault_map, live=True)


def faults_text(cell: "Cell") -> str:
    """Return what is lost in a cell, as text: `drop m1/ack:N#1, drop m1/ack:N#2`; "" where nothing is."""
    return ", ".join(map(str, cell.lost))


def legend(fault_map: "FaultMap") -> list[End]:
    """The signs in a map, each with what it means."""
    return [*fault_map.ends, NO_PAIR, ELSEWHERE] if fault_map.faults == 2 else [*fault_map.ends]


# What stands where


def caption(fault_map: "FaultMap") -> str:
    """What the table is of, in a line."""
    given = f", with {few([str(fault) for fault in fault_map.given])}" if fault_map.given else ""
    what = "one packet lost" if fault_map.faults == 1 else "two packets lost, the row's first, then the column's"
    return plain(f"Fault map of “{fault_map.scenario.rung}”{given}: {what}")


def _columns(fault_map: "FaultMap") -> list[str]:
    if fault_map.faults == 2:
        seconds = [short_name(name, fault_map.scenario.msgids) for name in fault_map.seconds]
        return ["lost", "alone", *("\n#".join(plain(name).rsplit("#", 1)) for name in seconds)]
    senders = {say.sender for say in fault_map.scenario.say}
    receivers = fault_map.scenario.receivers
    sees = f"{next(iter(senders))} sees" if len(senders) == 1 else "senders see"
    shown = f"{receivers[0]} is shown it" if len(receivers) == 1 else "shown"
    copies = f"copies at {receivers[0]}" if len(receivers) == 1 else "copies that arrived"
    return [*map(plain, ["lost", "what came of it", sees, shown, copies, "packets", "broken promises"])]


def _rows(fault_map: "FaultMap") -> Iterator[list[Entry]]:
    for cell in fault_map:
        lost = plain(cell.short_names) or "nothing"
        if fault_map.faults == 1:
            words = [cell.believes, cell.saw, str(cell.copies), str(cell.packets), ", ".join(cell.broken)]
            yield [Entry(lost, cell=cell), Entry(end=cell.end), *(Entry(plain(word)) for word in words)]
        elif len(cell.lost) < 2:
            pairs = (_pair(fault_map, cell, second) for second in fault_map.seconds)
            yield [Entry(lost), Entry(end=cell.end, cell=cell), *pairs]


def _pair(fault_map: "FaultMap", first: "Cell", second: str) -> Entry:
    """What stands in the row of the first loss, in the column of the second."""
    if second in first.names or not first.lost:
        return Entry()
    cell = fault_map.find(*first.names, second)
    if cell is None:
        return Entry(NO_PAIR.sign)
    return Entry(end=cell.end, cell=cell) if cell.names[1] == second else Entry()


# As text


def _tables(fault_map: "FaultMap") -> list[Table]:
    """The map as tables; a wide one in pieces, one below the other."""
    columns, rows = _columns(fault_map), [[_text(entry) for entry in row] for row in _rows(fault_map)]
    fixed = 2 if fault_map.faults == 2 else len(columns)
    starts = range(fixed, len(columns), ABREAST) or [fixed]

    def piece(row: Sequence[str], start: int) -> list[str]:
        return [*row[:fixed], *row[start : start + ABREAST]]

    title = caption(fault_map)
    made = [Table(title, piece(columns, at), [piece(row, at) for row in rows], words=True) for at in starts]
    return [*made[:-1], made[-1]._replace(notes=_notes(fault_map))]


def _text(entry: Entry) -> str:
    """What stands in a place; how a pair ended is its sign alone."""
    if entry.end is None:
        return entry.words
    return entry.end.sign if entry.cell else f"{entry.end.sign} {entry.end.name}"


def _notes(fault_map: "FaultMap") -> list[str]:
    """The legend: a line for each sign, with how many runs ended so, and one for each promise that a column names."""
    counts = {end: f" ({counted(count, 'run')})" for end, count in fault_map.ends.items()}
    ends = [f"{end.sign:<2}  {end.name}: {end.means}{counts.get(end, '')}".strip() for end in legend(fault_map)]
    broken = {name for cell in fault_map for name in cell.broken} if fault_map.faults == 1 else set()
    return [*ends, *(f"{name}: “{title}”" for name, title in PROMISE_TITLES.items() if name in broken)]


# In HTML

_BOX = "border: 1px solid #cbd5e1; padding: 3px 8px; color: #1f2937; text-align: "
_PAPER = {"good": "#ffffff", "honest": "#fef6dc", "bad": "#fde8e8", "": "#f8fafc"}


def _html(fault_map: "FaultMap", live: bool) -> str:
    grid = ' role="grid" class="map-grid"' if live else ' style="border-collapse: collapse; margin: 4px 0"'
    align = "left" if fault_map.faults == 1 else "center"
    heads = "".join(
        f'<th scope="col"{_look(align, "", live)}>{escape(name).replace(chr(10), "<br>")}</th>'
        for name in _columns(fault_map)
    )
    rows = "".join(_html_row(row, live) for row in _rows(fault_map))
    title = f'<caption style="text-align: left">{escape(caption(fault_map))}</caption>'
    return f"<table{grid}>{title}<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _html_row(row: Sequence[Entry], live: bool) -> str:
    head, *rest = row
    cells = "".join(
        f"<td{_look(_align(entry), entry.end.mood if entry.end else '', live)}>{_in(entry, live)}</td>"
        for entry in rest
    )
    return f'<tr><th scope="row"{_look("left", "", live)}>{_in(head, live)}</th>{cells}</tr>'


def _align(entry: Entry) -> str:
    if entry.cell or entry.words == NO_PAIR.sign:
        return "center"
    return "right" if entry.words.isdigit() else "left"


def _look(align: str, mood: str, live: bool) -> str:
    """How a place looks, as attributes: a style of its own, or a class for a style sheet."""
    if live:
        return f' class="map-{align}"' + (f' data-mood="{mood}"' if mood else "")
    return f' style="{_BOX}{align}; background-color: {_PAPER[mood]}"'


def _in(entry: Entry, live: bool) -> str:
    """What stands in a place, as HTML."""
    seen = escape(entry.words)
    if entry.end is not None:
        name = escape(entry.end.name)
        seen = f"<b>{escape(entry.end.sign)}</b>" + (f"<br><small>{name}</small>" if entry.cell else f" {name}")
    if entry.cell is None:
        return seen
    told = escape(plain(entry.cell.sentence))
    if not live:
        return f'<span title="{told}">{seen}</span>'
    faults = escape(faults_text(entry.cell))
    return (
        f'<button type="button" tabindex="-1" data-faults="{faults}" title="{told}" aria-label="{told}">{seen}</button>'
    )
