"""Effects: what a node asks its driver to do. A node itself does nothing but remember.

A node, a client or the server, is told what happened and returns a list of effects, which happen one by one in that
order. The simulator, a checker, a real network and a unit test can all drive the same nodes (*sans-IO*).

A node never writes to its disk itself either. It asks for that with an effect: `Write`, or one that holds a `Write`
(`Show`, `Forget`, `Report`, `Store`, `Delete`). A crash may fall between any two effects: what was written before it is
there afterwards, and nothing else. The driver keeps one `Disk` for each node, which the node reads when it starts
again: a dictionary in the simulator; a database could stand behind the same two methods.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from imteach.protocol.packets import Kept, Message, Packet
from imteach.protocol.value import Value

STATUSES = {"sending": "◷", "sent": "✓", "delivered": "✓✓", "unconfirmed": "✓?", "failed": "!", "forgotten": ""}
"""What the sender's person can see beside a message, with the sign for it.

No client reports `forgotten`: it means that a crash lost the message, and that no sign is left on the screen.
"""


class Transmit(Value, frozen=True):
    """Put this packet on the network.

    >>> Transmit(Packet("msg:R", "m1", "alice", "server", Message(0, "alice", "bob", "hello"))).packet.kind
    'msg:R'
    """

    packet: Packet


WAITS: dict[str, str] = {
    "rto": "an answer is waited for",
    "pull": "an offline:A is waited for, as long as any other answer",
    "ack_delay": "a member of a group puts off its ack, to send one for several messages",
    "heartbeat": "a member of a group pulls, so that what was lost is found",
    "dedup_for": "a client remembers that it has shown a message, for so long",
    "store_for": "the server keeps a message for somebody who is away, for so long",
}
"""What timers are for: `StartTimer.wait`."""


class StartTimer(Value, frozen=True):
    """Start a timer, and call `timer` with its name when it runs out. One of the same name is cancelled first.

    `wait` is what the timer is for: a key of `WAITS`. The driver knows how long it runs; for `rto` and `pull` that is
    one RTO at attempt 1, and more at later ones if there is a backoff.

    >>> StartTimer("m1", attempt=2)
    StartTimer(name='m1', attempt=2, wait='rto')
    """

    name: str
    attempt: int = 1
    wait: str = "rto"


def timer_name(what: str, group: str = "") -> str:
    """Return the name of a timer that belongs to no message.

    >>> timer_name("pull"), timer_name("heartbeat", "friends")
    ('pull', 'heartbeat:friends')
    """
    return f"{what}:{group}" if group else what


class CancelTimer(Value, frozen=True):
    """Stop the timer of this name. Nothing happens if it does not run.

    >>> CancelTimer("m1")
    CancelTimer(name='m1')
    """

    name: str


class Write(Value, frozen=True):
    """Write a value to the node's own disk, under a table and a key; None takes the key away.

    >>> Write("dedup", "m1")
    Write(table='dedup', key='m1', value=True)
    """

    table: str
    key: str
    value: Any = True


class Show(Value, frozen=True):
    """Show this message to the person, and write `write` in the same step: no crash falls in between.

    >>> Show("m1", Message(0, "alice", "bob", "hello")).message.text
    'hello'
    """

    msgid: str
    message: Message
    write: Write | None = None


class Discard(Value, frozen=True):
    """Do not show this message.

    `why` is "" if its msgid was shown before, and "too late" if its turn in the conversation is over. The server of a
    group discards a message that is "too late" or "too early". The effect changes nothing: it is there for the trace.

    >>> Discard("m1", Message(0, "alice", "bob", "hello"), "too late").why
    'too late'
    """

    msgid: str
    message: Message
    why: str = ""


class Hold(Value, frozen=True):
    """Hold this message back, because one before it is missing. It changes nothing: it is there for the trace.

    >>> Hold("m2", Message(1, "alice", "bob", "and?")).msgid
    'm2'
    """

    msgid: str
    message: Message


class Forget(Value, frozen=True):
    """Forget that this message was shown: its msgid has left the dedup table. `write` as in `Show`.

    >>> Forget("m1", Write("dedup", "m1", None)).write.key
    'm1'
    """

    msgid: str
    write: Write | None = None


class Store(Value, frozen=True):
    """Keep a message for an absent person, or for a group: it is on the server's disk when this is done.

    >>> Store("bob", Kept("m1", Message(0, "alice", "bob", "hello"))).write.key
    'bob/m1'
    """

    to: str
    kept: Kept

    @property
    def write(self) -> Write:
        """What is written: the row of this message in the table `store`."""
        return Write("store", f"{self.to}/{self.kept.msgid}", self.kept.row())


class Delete(Value, frozen=True):
    """Delete a message that was kept: the person whom it was kept for has it now.

    >>> Delete("bob", "m1").write
    Write(table='store', key='bob/m1', value=None)
    """

    to: str
    msgid: str

    @property
    def write(self) -> Write:
        """What is written: None for the row of this message, which takes it away."""
        return Write("store", f"{self.to}/{self.msgid}", None)


class Report(Value, frozen=True):
    """Let the sender's person see this status beside the message: a key of `STATUSES`. `write` as in `Show`.

    >>> Report("m1", "delivered").status
    'delivered'
    """

    msgid: str
    status: str
    write: Write | None = None


Effect = Transmit | StartTimer | CancelTimer | Show | Discard | Hold | Forget | Report | Write | Store | Delete
"""Whatever a node can ask for."""


class Disk(Protocol):
    """Tables of plain values (what JSON can hold), each under a key. Two methods, and no more."""

    def read(self, table: str) -> Mapping[str, Any]:
        """Return what is in this table, by key, in the order in which the keys came; {} if nothing was written."""

    def write(self, table: str, key: str, value: Any) -> None:
        """Write one value, whole or not at all; None takes the key away."""


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
        """Return what is in this table, by key."""
        return self._tables.get(table, {})

    def write(self, table: str, key: str, value: Any) -> None:
        """Write one value; None takes the key away."""
        rows = self._tables.setdefault(table, {})
        if value is None:
            rows.pop(key, None)
        else:
            rows[key] = value
