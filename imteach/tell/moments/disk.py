"""What stands on a node's disk: it is there after a crash."""

from collections.abc import Mapping
from typing import Any

from imteach.protocol import SERVER, MemoryDisk, Write
from imteach.scenario import Scenario
from imteach.tell.moments.rows import EMPTY, History, listed, shown
from imteach.tell.words import cut, few

WHAT = "on its disk"
STAYS = "a crash does not touch it"

TABLES = {
    "queue": "waiting-ack queue",
    "dedup": "dedup table",
    "last": "last numbers given",
    "store": "store",
    "cursor": "cursors",
}
"""What the tables of imteach's own nodes are called; a learner's own keep their names."""


class OnDisk(History):
    """The row of a node's disk while a run is read."""

    def __init__(self, scenario: Scenario, node: str, disk: MemoryDisk) -> None:
        super().__init__(WHAT, STAYS)
        self.disk = disk
        self.tables: dict[str, None] = {}  # those that were ever written to, in that order
        self.written: list[Write] = []  # in this moment
        rung = scenario.setting
        writes = rung.stores if node == SERVER else rung.writes
        who = "the server" if node == SERVER else "a client"
        self.nothing = EMPTY if writes else f"nothing: at this rung {who} writes nothing down"
        self.stand(0, self.nothing)

    def write(self, *waiting: Write) -> None:
        """The first of the writes that wait is done now; in a file with a mistake none may wait."""
        for write in waiting[:1]:
            self.tables[write.table] = None
            self.written.append(write)

    def tell(self, t: float) -> None:
        """Say what is on the disk just after everything that happens at `t`."""
        if not self.written:
            return
        tables = {name: self.disk.read(name) for name in self.tables}
        parts = [f"{_called(name)}: {_rows(name, rows)}" for name, rows in tables.items() if rows]
        changes, self.written = [_change(write) for write in self.written], []
        self.stand(t, "; ".join(parts) or self.nothing, few(list(dict.fromkeys(changes))))


def _called(table: str) -> str:
    return TABLES.get(table, cut(table))


def _rows(table: str, rows: Mapping[str, Any]) -> str:
    return listed(dict(rows), lambda key, value: _row(table, key, value))


def _row(table: str, key: str, value: Any = None) -> str:
    """A row of a table in words."""
    before, _, after = key.partition("/")
    match table:
        case "store" if after:
            return f"{cut(after)} for {cut(before)}"
        case "cursor" if after:
            return f"{cut(after)} in {cut(before)}" + ("" if value is None else f" at {shown(value)}")
        case "last":
            return f"to {cut(key)}" + ("" if value is None else f" {shown(value)}")
    return cut(key)


def _change(write: Write) -> str:
    """What a write changes."""
    row = _row(write.table, write.key, write.value)
    if write.table == "store":
        return f"{row} {'erased' if write.value is None else 'written'}"
    return f"{row} {'erased from' if write.value is None else 'written to'} the {_called(write.table)}"
