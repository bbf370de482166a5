"""A fault map as tables: text and Markdown, and the words that stand in them.

Of single losses there is a row for each, of pairs a row for the first loss and a column for the second.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from imteach.plain import plain
from imteach.sim import short_name
from imteach.verify.short import PROMISE_TITLES
from imteach.verify.tables import Table, as_markdown, as_text
from imteach.verify.words import counted, few, join

if TYPE_CHECKING:
    from imteach.verify.fault_map import Cell, FaultMap

NEVER = "–"
"""What stands where two packets cannot both be lost."""

ABREAST = 12
"""So many columns of a map of pairs stand beside each other in a terminal or in Markdown."""

ALONE = "nothing else"
"""The name of the column where only the row's packet is lost."""

NEVER_MEANS = "with one of the two lost, the other is not sent"
ELSEWHERE = "Empty: the same two stand in the other's row"


def to_text(fault_map: "FaultMap") -> str:
    """Return the map as a table for a terminal."""
    return as_text(_tables(fault_map, narrow=True))


def to_markdown(fault_map: "FaultMap") -> str:
    """Return the map as a table in Markdown."""
    return as_markdown(_tables(fault_map))


def _tables(fault_map: "FaultMap", narrow: bool = False) -> list[Table]:
    """The map as tables; a wide one in pieces, one below the other."""
    if fault_map.faults == 1:
        rows = [_row(cell, narrow) for cell in fault_map.cells]
        return [Table(caption(fault_map), columns(fault_map), rows, words=True)]
    seconds = fault_map.seconds
    pieces = [seconds[start : start + ABREAST] for start in range(0, len(seconds), ABREAST)] or [()]
    made = [_piece(fault_map, piece, narrow) for piece in pieces]
    return [*made[:-1], made[-1]._replace(notes=legend(fault_map))]


def _piece(fault_map: "FaultMap", seconds: Sequence[str], narrow: bool) -> Table:
    rows = [
        [lost(cell), cell.end.sign, *(_sign(fault_map, cell, second) for second in seconds)]
        for cell in fault_map.cells
        if len(cell.lost) < 2
    ]
    heads = [short(fault_map, name) for name in seconds]
    if narrow:  # the number of a transmission below its name
        parted = [head.partition("#") for head in heads]
        rows.insert(0, ["", "", *(f"#{number or 1}" for _, _, number in parted)])
        heads = [name for name, _, _ in parted]
    return Table(caption(fault_map), ["lost", "alone", *heads], rows, words=True)


def _row(cell: "Cell", narrow: bool) -> list[str]:
    broken = [name if narrow else PROMISE_TITLES[name] for name in cell.broken]
    end = f"{cell.end.sign} {cell.end.name}"
    return [lost(cell), end, cell.believes, cell.saw, str(cell.copies), str(cell.packets), ", ".join(broken)]


def _sign(fault_map: "FaultMap", first: "Cell", second: str) -> str:
    cell = at(fault_map, first, second)
    return cell.end.sign if cell else NEVER if never(fault_map, first, second) else ""


# What stands where, and in which words


def short(fault_map: "FaultMap", name: str) -> str:
    """Return a packet's name as short as it can be in this scenario."""
    return plain(short_name(name, fault_map.scenario.msgids))


def lost(cell: "Cell") -> str:
    """What is lost in a cell."""
    return plain(join([short_name(name, cell.plan.scenario.msgids) for name in cell.names])) if cell.lost else "nothing"


def at(fault_map: "FaultMap", first: "Cell", second: str) -> "Cell | None":
    """Return the cell in the row of `first` where also `second` is lost, later than that; None if there is none."""
    cell = fault_map.find(*first.names, second) if first.lost else None
    return cell if cell and cell.names == (*first.names, second) else None


def never(fault_map: "FaultMap", first: "Cell", second: str) -> bool:
    """Whether these two can never both be lost."""
    return bool(first.lost) and second not in first.names and fault_map.find(*first.names, second) is None


def caption(fault_map: "FaultMap") -> str:
    """What the table is of, in a line."""
    given = f", with {few([str(fault) for fault in fault_map.given])}" if fault_map.given else ""
    what = "one packet lost" if fault_map.faults == 1 else "two packets lost, the row's first, then the column's"
    return plain(f"Fault map of “{fault_map.scenario.rung}”{given}: {what}")


def columns(fault_map: "FaultMap") -> list[str]:
    """The names of the columns for single losses."""
    senders = {say.sender for say in fault_map.scenario.say}
    receivers = set(fault_map.scenario.receivers)
    sees = f"{next(iter(senders))} sees" if len(senders) == 1 else "senders see"
    shown, at_whom = "shown", "copies that arrived"
    if len(receivers) == 1:
        (receiver,) = receivers
        shown, at_whom = f"{receiver} is shown it", f"copies at {receiver}"
    return [*map(plain, ["lost", "what came of it", sees, shown, at_whom, "packets", "broken promises"])]


def legend(fault_map: "FaultMap") -> list[str]:
    """The signs in a map, each with what it means."""
    signs = [f"{end.sign}  {end.name}: {end.means} ({counted(count, 'run')})" for end, count in fault_map.ends.items()]
    return [*signs, f"{NEVER}  {NEVER_MEANS}", ELSEWHERE] if fault_map.faults == 2 else signs
