"""What stands on a node's disk: it is there after a crash."""

from typing import Any

from imteach.protocol import SERVER, MemoryDisk, Write
from imteach.scenario import Scenario
from imteach.tell.moments.rows import EMPTY, History, listed, name_of, shown
from imteach.tell.words import cut, few

WHAT = "on its disk"
STAYS = "a crash does not touch it"

TABLES = {
    "queue": "waiting-ack queue",
    "dedup": "dedup table",
    "last": "last numbers given",
    "turn": "last numbers shown",
    "store": "store",
    "cursor": "cursors",
}
"""What the tables of imteach's own nodes are called; a learner's own keep their names."""


class OnDisk(History):
    """The row of a node's disk while a run is read."""

    def __init__(self, scenario: Scenario, node: str, disk: MemoryDisk) -> None:
        super().__init__(WHAT, STAYS)
        self.disk = disk
        self.parts: dict[str, str] = {}  # what is said of each table that was ever written to, in that order
        self.written: list[Write] = []  # in this moment
        rung = scenario.setting
        writes = rung.stores if node == SERVER else rung.writes
        who = "the server" if node == SERVER else "a client"
        self.nothing = EMPTY if writes else f"nothing: at this rung {who} writes nothing down"
        self.stand(0, self.nothing)

    def write(self, *waiting: Write) -> None:
        """The first of the writes that wait is done now; in a file with a mistake none may wait."""
        self.written += waiting[:1]

    def tell(self, t: float) -> None:
        """Say what is on the disk just after everything that happens at `t`."""
        if not self.written:
            return
        changes, self.written = self.written, []
        for table in dict.fromkeys(write.table for write in changes):
            rows = self.disk.read(table)
            rows = rows if isinstance(rows, dict) else dict(rows)
            self.parts[table] = f"{_called(table)}: {_rows(table, rows)}" if rows else ""
        said = dict.fromkeys(_change(write) for write in changes)
        self.stand(t, "; ".join(filter(None, self.parts.values())) or self.nothing, few(list(said)))


def _called(table: str) -> str:
    return TABLES.get(table, cut(table))


def _rows(table: str, rows: dict[str, Any]) -> str:
    return listed(rows, lambda key, value: _row(table, key, value))


def _row(table: str, key: str, value: Any = None) -> str:
    """A row of a table in words."""
    before, _, after = key.partition("/")
    match table:
        case "store" if after:
            return f"{name_of(after)} for {name_of(before)}"
        case "cursor" if after:
            return f"{name_of(after)} in {name_of(before)}" + ("" if value is None else f" at {shown(value)}")
        case "last":
            return f"number {shown(value)} to {name_of(key)}"
        case "turn":
            return f"number {shown(value)} of {name_of(key)}"
    return name_of(key)


def _change(write: Write) -> str:
    """What a write changes."""
    row = _row(write.table, write.key, write.value)
    if write.table in ("store", "cursor", "last", "turn"):
        return f"{row} {'erased' if write.value is None else 'written'}"
    return f"{row} {'erased from' if write.value is None else 'written to'} the {_called(write.table)}"
