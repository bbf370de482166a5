"""What each side holds at every moment of a run: its queue, its tables, its timers, its disk.

Fresh nodes get the input of the run again, once, and their state is read after each moment in which something happened
to them; so all moments together cost about what the last one does.
"""

from collections.abc import Callable, Container, Iterable, Mapping
from copy import deepcopy
from itertools import groupby
from math import inf
from operator import attrgetter
from typing import Any

from imteach.errors import InputError
from imteach.protocol import SERVER, Client, Server, Value
from imteach.scenario import Scenario
from imteach.tell.moments.disk import OnDisk
from imteach.tell.moments.flight import InFlight
from imteach.tell.moments.rows import (
    EMPTY,
    HeldRow,
    History,
    Reading,
    StateRow,
    client_readings,
    cursor_reading,
    cursors_reading,
    own_reading,
    server_readings,
    store_reading,
)
from imteach.tell.moments.timers import HeldTimer, NodeTimers
from imteach.tell.words import join
from imteach.trace import Event, Trace
from imteach.trace.records import mistakes_in
from imteach.trace.replay import Replay

Key = Any
"""A key of a node's `state()`, or one with a key in the table there."""


class Holder(Value, frozen=True):
    """What one node holds: rows of words, each with its history, and its timers in the order in which they start."""

    node: str
    rows: tuple[HeldRow, ...]
    timers: tuple[HeldTimer, ...]


class Holdings(Value, frozen=True):
    """What each node holds, people in the order of their lifelines and the server last.

    `why_none` says why nobody's state can be told; "" if it can.
    """

    holders: tuple[Holder, ...]
    why_none: str = ""


def holds(trace: Trace, since: float = 0, until: float = inf) -> Holdings:
    """Return what each node holds at every moment, or at those from `since` to `until` simulated ms.

    A row's text at `t` is what is so just after everything that happens at `t` simulated ms, as in `Trace.state_at`. A
    trace from a file whose class the file cannot hold has no holders, and the reason stands in `why_none`.

    >>> from imteach import Drop, Scenario
    >>> alice, bob, server = holds(Scenario("dedup").run(Drop("ack:N"))).holders
    >>> [(standing.since, standing.text) for standing in alice.rows[1].history]
    [(0, 'm1: try 1 of 3'), (300, 'm1: try 2 of 3'), (500, 'empty')]
    >>> [(timer.since, timer.label, timer.ended, timer.how) for timer in alice.timers]
    [(0, 'waits for ack:N of m1', 300, 'runs out'), (300, 'waits for ack:N of m1', 500, 'cancelled')]
    >>> server.rows[2].history[1].text
    'none kept: it passed m1 on and forgot it'
    """
    try:
        return Holdings(_Holding(trace).read(trace.events, since, until))
    except InputError as error:
        return Holdings((), str(error))
    except Exception as error:  # a learner's class that does not do the same again
        return Holdings((), f"the run cannot be repeated: {type(error).__name__} in a node's code")


class _Holding:
    """Replays a run, and has each node looked at after each moment in which something happened to it."""

    def __init__(self, trace: Trace) -> None:
        unfinished = {crash.causes[0] for crash in mistakes_in(trace.events)}
        self.replay = Replay(trace.scenario, trace.packets, unfinished)
        self.sides = {name: _Side(trace.scenario, name, self.replay) for name in self.replay.nodes}

    def read(self, events: Iterable[Event], since: float, until: float) -> tuple[Holder, ...]:
        """Read a run up to `until`; before `since` nobody is looked at, which takes most of the time."""
        before = 0.0
        if since <= 0:
            self._look(0)
        for t, now in groupby(events, key=attrgetter("t")):
            if t > until:
                break
            if before < since <= t:
                self._look(before)  # what was so when the part that is wanted begins
            before = t
            touched: dict[str, _Side] = {}
            for event in now:
                if event.node in self.sides:  # what happens in the network happens to no node
                    touched[event.node] = self.sides[event.node]
                    touched[event.node].before(event)
                self.replay.tell(event)
            for side in touched.values():
                side.look(t) if t >= since else side.tell_deeds(t)
        if before < since:
            self._look(before)  # nothing happens in the part that is wanted
        return tuple(side.done() for side in self.sides.values())

    def _look(self, t: float) -> None:
        for side in self.sides.values():
            side.look(t)


class _Side:
    """One node while a run is read."""

    def __init__(self, scenario: Scenario, name: str, replay: Replay) -> None:
        self.scenario, self.name, self.replay = scenario, name, replay
        self.program = _Program(name, replay.unfinished)
        self.readings = server_readings(scenario) if name == SERVER else client_readings(scenario)
        self.rows: dict[Key, StateRow] = {}
        self.has_store = False
        self.in_flight = InFlight(replay) if name == SERVER else None
        self.disk = OnDisk(scenario, name, replay.disks[name])
        self.timers = NodeTimers(scenario, name)
        self.hear: dict[str, list[Callable[[Event], None]]] = {}  # who is told of an event of this kind
        in_flight = [] if self.in_flight is None else [(_IN_FLIGHT, self.in_flight.read)]
        for kinds, hear in (
            (_WRITES, self._write),
            (_OF_TIMERS, self.timers.read),
            (_OF_PROGRAMS, self.program.read),
            *in_flight,
        ):
            for kind in kinds:
                self.hear.setdefault(kind, []).append(hear)

    def before(self, event: Event) -> None:
        """Take down what an event tells that no state does; the replay has not been told of it yet."""
        if event.new_msgids is not None or event.kind == "say":
            self.timers.own.update(event.handed_out)
        for hear in self.hear.get(event.kind, ()):
            hear(event)

    def _write(self, _: Event) -> None:
        """What has waited longest to be written is on the disk now."""
        self.disk.write(*self.replay.to_write[self.name])

    def look(self, t: float) -> None:
        """Look at the node just after everything that happens at `t`."""
        self.program.tell(t)
        self.disk.tell(t)
        self.tell_deeds(t)
        node = self.replay.nodes[self.name]
        if self.name in self.replay.down:
            for row in self.rows.values():
                row.lose(t)
            return
        parts = self._parts(node)
        for key, raw in parts.items():
            self._row(key, t).read(t, raw)
        for key, row in self.rows.items():
            if key not in parts:
                self._left_out(key, row, t)

    def tell_deeds(self, t: float) -> None:
        """Say what the server did in the moment that ends at `t` with what was in flight."""
        if self.in_flight is None:
            return
        if self.name in self.replay.down:
            self.in_flight.down(t)
        else:
            self.in_flight.tell(t, self.replay.nodes[self.name])

    def _left_out(self, key: Key, row: StateRow, t: float) -> None:
        """Read a row that the state leaves out: a store says nothing of those for whom nothing is kept."""
        if _is_of_store(key):
            row.read(t, ())
        else:
            row.not_told(t)

    def _parts(self, node: Client | Server) -> dict[Key, Any]:
        """What a node's state says, in parts that are a row each; each is no other's to change."""
        try:
            state = node.state()
            if not isinstance(state, Mapping):
                return {"state()": state}
            if not type(node).state.__module__.startswith("imteach.protocol"):
                state = deepcopy(state)  # a learner's class may hand out what it goes on to change
            return dict(self._part(state))
        except Exception as error:  # a learner's own code and objects can fail here
            return {"state()": _Failed(type(error).__name__)}

    def _part(self, state: Mapping[Any, Any]) -> Iterable[tuple[Key, Any]]:
        for key, value in state.items():
            self.has_store |= key == "store"
            if key in _TABLES_OF_ROWS and isinstance(value, Mapping):
                yield from (((key, name), part) for name, part in value.items())
            elif key != "status":  # that is on the phone
                yield key, value

    def _row(self, key: Key, t: float) -> StateRow:
        """The row of a part of the state; one that begins in the middle of a run held nothing before."""
        row = self.rows.get(key)
        if row is None:
            row = self.rows[key] = StateRow(self._reading(key))
            if t > 0:
                row.stand(0, EMPTY)
        return row

    def _reading(self, key: Key) -> Reading:
        match key:
            case ("store", str(to)):
                return store_reading(self.scenario, to)
            case ("cursors", str(group)):
                return cursors_reading(self.scenario, group)
            case ("cursor", str(group)):
                return cursor_reading(self.scenario, group)
        return self.readings.get(key) or own_reading(key)

    def done(self) -> Holder:
        """Return what the node held, when the run is read."""
        rows: list[History] = [self.program]
        rows += [row for key, row in self.rows.items() if key != "dedup" or self._dedups or row.ever_held()]
        rows += [self._empty_store()] if self.has_store and not any(map(_is_of_store, self.rows)) else []
        rows += [row for row in (self.in_flight, self.disk) if row is not None]
        return Holder(self.name, tuple(row.done() for row in rows), self.timers.done())

    def _empty_store(self) -> History:
        """The row of a store in which nothing ever lay."""
        reading = store_reading(self.scenario, "")
        row = History("offline store", reading.kept)
        row.stand(0, EMPTY)
        return row

    @property
    def _dedups(self) -> bool:
        return self.scenario.setting.dedups


class _Failed:
    """What stands in place of a state that cannot be told."""

    def __init__(self, error: str) -> None:
        self.error = error

    def __repr__(self) -> str:
        return f"raises {self.error}"


def _is_of_store(key: Key) -> bool:
    return key == "store" or (isinstance(key, tuple) and key[0] == "store")


_WRITES = ("write", "store", "delete")
_OF_TIMERS = ("timer_start", "timer_cancel", "timer_fire", "crash")
_OF_PROGRAMS = ("crash", "restart", "login", "logout")
_IN_FLIGHT = ("arrive", "send", "store", "discard")
_TABLES_OF_ROWS = ("store", "cursors", "cursor")
"""The keys of a state that hold a table, of which each thing is a row."""


class _Program(History):
    """The row that says whether a node runs, and whether its person is logged in."""

    def __init__(self, node: str, unfinished: Container[int]) -> None:
        super().__init__("the server" if node == SERVER else "the client", "")
        self.is_server = node == SERVER
        self.unfinished = unfinished  # the steps at which a learner's code stops over a mistake
        self.down = ""
        self.is_away = False
        self.changes: list[str] = []

    def read(self, event: Event) -> None:
        """The node crashes or starts again, or its person comes or goes."""
        match event.kind:
            case "crash" if event.causes and event.causes[0] in self.unfinished:
                self.down = "stopped over a mistake in its code"
            case "crash":
                self.down = "down"
            case "restart":
                self.down = ""
            case "login" | "logout" if self.is_server:
                return  # somebody else's: it is in the row of who is online
            case _:
                self.is_away = event.kind == "logout"
        self.changes.append(_CHANGES[event.kind])

    def tell(self, t: float) -> None:
        """Say how it is just after everything that happens at `t`."""
        changes, self.changes = self.changes, []
        self.stand(t, self._text(), join(changes) if changes else "")

    def _text(self) -> str:
        if self.down:
            return f"{self.down}: it holds nothing but its disk"
        if self.is_server:
            return "running"
        return f"running, its person is logged {'out' if self.is_away else 'in'}"


_CHANGES = {"crash": "crashed", "restart": "started again", "login": "logged in", "logout": "logged out"}
