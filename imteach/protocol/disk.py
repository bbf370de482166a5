"""Durable state: what a node reads when it starts again after a crash.

A node never writes here itself. It asks its driver to write, with an effect: `Write`, or one that holds a `Write`
(`Show`, `Report`, `Store`, `Delete`). A crash may fall between any two effects: after it, what was written before is
there, and nothing else. The driver keeps one disk for each node: a dictionary in the simulator; a database could stand
behind the same two methods.
"""

from collections.abc import Mapping
from typing import Any, Protocol


class Disk(Protocol):
    """Tables of plain values (what JSON can hold), each under a key. Two methods, and no more."""

    def read(self, table: str) -> Mapping[str, Any]:
        """Return what was written to this table, by key, in the order in which the keys were first written."""
        ...

    def write(self, table: str, key: str, value: Any) -> None:
        """Write one value, whole or not at all; None takes the key away."""
        ...


class MemoryDisk:
    """A disk in memory, for the simulator: it lasts as long as the run does.

    >>> disk = MemoryDisk()
    >>> disk.write("dedup", "m1", True)
    >>> disk.read("dedup"), disk.read("queue")
    ({'m1': True}, {})
    """

    def __init__(self) -> None:
        self._tables: dict[str, dict[str, Any]] = {}

    def read(self, table: str) -> Mapping[str, Any]:
        """Return what was written to this table, by key."""
        return self._tables.get(table, {})

    def write(self, table: str, key: str, value: Any) -> None:
        """Write one value; None takes the key away."""
        rows = self._tables.setdefault(table, {})
        if value is None:
            rows.pop(key, None)
        else:
            rows[key] = value
