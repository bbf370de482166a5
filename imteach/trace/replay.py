"""What a node held at a moment: a fresh node gets the same input again.

A trace records all input of each node, and the state of a node depends on nothing else. So a fresh node with the same
input holds the same; this works for a trace from any driver, and for a learner's own class.
"""

from collections import deque
from collections.abc import Container, Iterable
from math import inf
from typing import Any

from imteach.errors import InputError
from imteach.protocol import (
    NO_MESSAGE,
    SERVER,
    Client,
    Delete,
    Effect,
    Forget,
    Kept,
    MemoryDisk,
    Message,
    Packet,
    Report,
    Server,
    Show,
    Store,
    Write,
)
from imteach.scenario.checks import moment
from imteach.scenario.scenario import HEARTBEAT, Scenario
from imteach.trace.records import Event, PacketRecord, is_late, mistakes_in


def state_at(
    scenario: Scenario, packets: Iterable[PacketRecord], events: Iterable[Event], t: float
) -> dict[str, dict[str, Any]]:
    """Return what each node holds just after everything that happens at `t` simulated ms; {} for one that is down.

    Raises `InputError` where the events of a file do not fit together.
    """
    return _replayed(scenario, packets, tuple(events), moment(t, "t")).state(t)


def nodes_after(
    scenario: Scenario, packets: Iterable[PacketRecord], events: Iterable[Event]
) -> dict[str, Client | Server]:
    """Return the nodes that are running when all these events have happened, by name, as they are then.

    Raises `InputError` where the events of a file do not fit together.
    """
    replay = _replayed(scenario, packets, tuple(events), inf)
    return {name: node for name, node in replay.nodes.items() if name not in replay.down}


def _replayed(scenario: Scenario, packets: Iterable[PacketRecord], events: tuple[Event, ...], t: float) -> "Replay":
    """Return the nodes just after everything that happens at `t` simulated ms."""
    replay = Replay(scenario, packets, {crash.causes[0] for crash in mistakes_in(events)})
    for event in events:
        if event.t > t:
            break
        replay.tell(event)
    return replay


class Replay:
    """Nodes that get again the input which the events of a trace record.

    `unfinished` are the events at which a learner's code stopped: its node is down from there on, and does not get
    that input again.
    """

    def __init__(
        self, scenario: Scenario, packets: Iterable[PacketRecord], unfinished: Container[int] = frozenset()
    ) -> None:
        self.scenario = scenario
        self.unfinished = unfinished
        self.made: deque[str] = deque()  # msgids to hand out in this step
        self.nodes = scenario.nodes(self.made.popleft)
        self.disks = {name: MemoryDisk() for name in self.nodes}
        self.to_write: dict[str, deque[Write]] = {name: deque() for name in self.nodes}  # asked for in this step
        self.down: set[str] = set()
        self.said: dict[str | None, Message] = {}  # by the first msgid of what was said
        self.records = {packet.name: packet for packet in packets}
        self.timers: dict[str, dict[str, float | None]] = {name: {} for name in self.nodes}

    def state(self, t: float) -> dict[str, dict[str, Any]]:
        """What each node holds at `t` simulated ms."""
        return {
            name: {} if name in self.down else {**node.state(), "timers": self._running(name, t)}
            for name, node in self.nodes.items()
        }

    def _running(self, name: str, t: float) -> dict[str, float | None]:
        """The running timers of a node, but for the last heartbeats of a group: the run ends before they come."""
        return {
            timer: until
            for timer, until in self.timers[name].items()
            if until is None or until > t or not timer.startswith(HEARTBEAT)
        }

    def tell(self, event: Event) -> None:
        """Replay one event. Raises `InputError` if it does not fit those before it."""
        self.made.clear()
        self.made.extend(event.handed_out)
        try:
            effects = self._told(event)
        except (KeyError, IndexError, ValueError, AttributeError):  # input that the node cannot have got
            raise InputError("it does not fit the events before it", where=f"events[{event.id}]") from None
        if effects is not None:
            self.to_write[event.node] = deque(filter(None, map(_write_of, effects)))

    def _told(self, event: Event) -> list[Effect] | None:
        """Give a node the input of this event; return the effects that it asks for, None if the event is no input."""
        node = event.node
        if event.id in self.unfinished and event.kind != "say":
            return None
        match event.kind:
            case "start":
                return self._client(node).command("start")
            case "say":
                message = Message(len(self.said), node, str(event.to), str(event.text))
                self.said[event.said] = message
                if event.id in self.unfinished:
                    return None
                return self._client(node).command("say", message)
            case "resend":
                return self._client(node).command("resend", self.said[event.said], str(event.msgid))
            case "arrive":
                return self.nodes[node].receive(self._packet(self.records[str(event.packet)]))
            case "timer_fire":
                if not is_late(event):
                    del self.timers[node][str(event.timer)]
                return self.nodes[node].timer(str(event.timer))
            case "login" | "logout" if node == SERVER:
                return self._server().presence(str(event.to), event.kind == "login")
            case "login" | "logout":
                return self._client(node).command(event.kind)
            case "restart":
                self.down.remove(node)
                self.nodes[node] = self.scenario.node(node, self.made.popleft)
                return self.nodes[node].restart(self.disks[node])
            case "crash":
                self.down.add(node)
                self.timers[node].clear()
            case "timer_start":
                self.timers[node][str(event.timer)] = event.until
            case "timer_cancel":
                del self.timers[node][str(event.timer)]
            case "write" | "store" | "delete":
                write = self.to_write[node].popleft()
                self.disks[node].write(write.table, write.key, write.value)
        return None

    def _client(self, name: str) -> Client:
        node = self.nodes[name]
        if not isinstance(node, Client):
            raise ValueError(f"{name} is no client")
        return node

    def _server(self) -> Server:
        node = self.nodes[SERVER]
        assert isinstance(node, Server)
        return node

    def _packet(self, record: PacketRecord) -> Packet:
        """Return the packet of this record, with all that it carries."""
        return Packet(
            record.kind,
            record.msgid or "",
            record.src,
            record.dst,
            NO_MESSAGE if record.said is None else self.said[record.said],
            record.seq,
            record.base,
            False,  # no client can see that an ack:N is fabricated
            tuple(Kept(kept.msgid, self.said[kept.said], kept.seq, kept.base) for kept in record.kept),
            record.more,
            record.msgids,
            record.group,
            record.cursor,
        )


def _write_of(effect: Effect) -> Write | None:
    """What an effect writes to the disk, if anything."""
    match effect:
        case Write():
            return effect
        case Show(write=write) | Forget(write=write) | Report(write=write) | Store(write=write) | Delete(write=write):
            return write
    return None
