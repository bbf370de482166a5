"""What a trace is made of: one record for each packet and one for each event."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar, overload

from imteach.protocol import SERVER, Value

T = TypeVar("T")

FATES = ("arrived", "dropped", "lost")
"""How a packet's way can end: at its receiver, by a fault, or because an end could not be reached."""

EVENT_KINDS: dict[str, str] = {
    "start": "a client starts, in a scenario with groups",
    "say": "a person says something",
    "resend": "a person sends again what failed, or too early what is under way",
    "unsaid": "a person wanted to say something, or to send it again, and could not",
    "send": "a node transmits a packet",
    "arrive": "a packet reaches its node",
    "drop": "a fault makes a packet vanish on its way",
    "lose": "a packet is lost, because its receiver or its sender cannot be reached",
    "timer_start": "a timer starts",
    "timer_cancel": "a timer is stopped before it ran out",
    "timer_fire": "a timer runs out",
    "retransmit": "a client transmits a message again",
    "show": "a person is shown a message",
    "discard": "a message is discarded: its msgid was shown before, or it came too late or too early",
    "hold": "a message is held back, because one before it is missing",
    "forget": "a client forgets that it has shown a message: its msgid leaves the dedup table",
    "write": "a node writes to its disk",
    "store": "the server stores a message, on its disk",
    "delete": "the server deletes a stored message",
    "status": "the sender's person sees a new status",
    "login": "a client logs in; at the server, it learns that",
    "logout": "a client logs out; at the server, it learns that, or that a client is gone",
    "crash": "a node crashes",
    "restart": "a node starts again after a crash, with what is on its disk",
}
"""Every kind of event, with what it means."""


STEPS = ("start", "say", "resend", "arrive", "timer_fire", "login", "logout", "restart")
"""The kinds of event that are input to a node, and the cause of the effects that it then asks for.

In a retransmission the event `retransmit` stands between the step and the `send`.
"""

STEPS_END = "the steps end here"
"""Why a packet is lost that was still in flight when the steps of a run without a clock came to their end."""


class Records(Sequence[T], Generic[T]):
    """A tuple of records that are made when somebody first looks at one. How many there are is known before.

    A run writes down bare rows; a trace of a million packets that nobody looks at costs no more than those.

    >>> records = Records(3, lambda: ("one", "two", "three"))
    >>> len(records), records[:2], records == ("one", "two", "three")
    (3, ('one', 'two'), True)
    """

    __slots__ = ("_count", "_made", "_make")

    def __init__(self, count: int, make: Callable[[], tuple[T, ...]]) -> None:
        self._count = count
        self._make: Callable[[], tuple[T, ...]] | None = make
        self._made: tuple[T, ...] = ()

    @property
    def all(self) -> tuple[T, ...]:
        """All of them, as a plain tuple."""
        make = self._make
        if make is not None:
            self._made = make()
            self._make = None  # it holds the rows, which nobody needs now
        return self._made

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[T]:
        return iter(self.all)

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[T, ...]: ...
    def __getitem__(self, place: int | slice) -> T | tuple[T, ...]:
        return self.all[place]

    def __contains__(self, record: object) -> bool:
        return record in self.all

    def __add__(self, others: Iterable[T]) -> tuple[T, ...]:
        return (*self.all, *others)

    def __radd__(self, others: Iterable[T]) -> tuple[T, ...]:
        return (*others, *self.all)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Records):
            return other is self or self.all == other.all
        return self.all == other if isinstance(other, tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.all)

    def __repr__(self) -> str:
        return repr(self.all)

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (self.all,)  # what is copied or sent to another process is a plain tuple


class KeptRecord(Value, frozen=True):
    """A kept message in an offline:A: see `imteach.protocol.Kept`, where `seq` is called `number`.

    `said` is the first msgid of the thing said.
    """

    msgid: str
    said: str
    seq: int = 0
    base: int = 0


class PacketRecord(Value, frozen=True):
    """One packet of a run. Times in simulated ms.

    `due` is when it arrives unless it is dropped or lost, `arrived` when it did (None unless `fate` is "arrived").
    `said` is the first msgid of the thing said that it carries; only a client that gives a retransmission a new
    msgid makes it differ from `msgid`. Both are None for a packet that belongs to a person. The other fields are what
    only some kinds carry: see `imteach.protocol.Packet`, where `seq` is called `number`.
    """

    name: str
    kind: str
    msgid: str | None
    src: str
    dst: str
    sent: float
    due: float
    arrived: float | None
    fate: str
    said: str | None
    seq: int = 0
    base: int = 0
    fabricated: bool = False
    kept: tuple[KeptRecord, ...] = ()
    more: bool = False
    msgids: tuple[str, ...] = ()
    group: str = ""
    cursor: int = 0

    @property
    def number(self) -> int:
        """Which transmission of this kind it is for its message, or for its person, from 1."""
        return int(self.name.partition("#")[2].partition("~")[0])

    @property
    def copy(self) -> int:
        """1 for the packet itself; 2, 3 … for the copies that the network made."""
        return int(self.name.partition("~")[2] or 1)

    @property
    def person(self) -> str:
        """The person whose client sends or receives it."""
        return self.dst if self.src == SERVER else self.src


class Event(Value, frozen=True):
    """One event of a run: event `id` happened at `t` simulated ms at `node`, because of the events `causes`.

    The other fields are None where they mean nothing:
    - `packet` names the packet (retransmit, send, arrive, drop, lose, and what an arrival led to);
    - `msgid` is the message, `said` the first msgid of what was said, `status` a new status;
    - `text` and `to` are what was said, or could not be, and to whom. `to` is also for whom a message is stored or
      deleted, and at the server who logged in or out. `text` also says why a packet is lost, why a message is discarded
      if not for its msgid, which fault or mistake a crash comes from, which fault lets a timer run out or a message be
      sent again, why a message could not be sent again, and `erased` if a write removes its key;
    - `timer` names a timer, `until` is when it runs out, in simulated ms; `key` says where a node writes: TABLE/KEY;
    - `new_msgids` are those which the driver handed out in this step; None stands for the normal case: one at `say`,
      none at other events.
    """

    id: int
    t: float
    node: str
    kind: str
    causes: tuple[int, ...]
    packet: str | None = None
    msgid: str | None = None
    said: str | None = None
    status: str | None = None
    text: str | None = None
    to: str | None = None
    timer: str | None = None
    until: float | None = None
    key: str | None = None
    new_msgids: tuple[str, ...] | None = None

    @property
    def handed_out(self) -> tuple[str, ...]:
        """The msgids that the driver handed out in this step."""
        if self.new_msgids is not None:
            return self.new_msgids
        return (self.msgid,) if self.kind == "say" and self.msgid is not None else ()

    def __repr__(self) -> str:
        given = [f"{name}={value!r}" for name, value in self._asdict().items() if value is not None]
        return f"Event({', '.join(given)})"


def instant(t: float) -> float:
    """Return `t` in simulated ms as a trace keeps it: to the microsecond, and whole where it can be.

    >>> instant(0.1 + 0.2), instant(50.0)
    (0.3, 50)
    """
    if isinstance(t, int):
        return t
    t = round(t, 3)
    return int(t) if t.is_integer() else t


def mistakes_in(events: Iterable[Event]) -> Iterator[Event]:
    """Yield the crashes of nodes that stopped because of a mistake in their code; `text` says which mistake.

    A crash that a fault orders has no cause, or an effect as its cause; one from a mistake has a step as its cause.
    """
    before: list[str] = []
    for event in events:
        before.append(event.kind)
        if event.kind == "crash" and event.causes and before[event.causes[0]] in STEPS:
            yield event


def is_too_early(event: Event) -> bool:
    """Whether a person sends a message again here that is still under way: `text` says which fault that was.

    >>> is_too_early(Event(9, 70, "alice", "resend", (8,), msgid="m1", text="again m1@70"))
    True
    """
    return event.kind == "resend" and event.text is not None


def is_early(event: Event) -> bool:
    """Whether a heartbeat comes here before its time: `text` says which fault that was.

    >>> is_early(Event(9, 70, "bob", "timer_fire", (8,), text="beat bob@70", timer="heartbeat:friends"))
    True
    """
    return event.kind == "timer_fire" and str(event.text).startswith("beat ")


def is_late(event: Event) -> bool:
    """Whether a timer runs out here although its node had cancelled it: `text` says which fault that was.

    >>> is_late(Event(9, 200, "alice", "timer_fire", (8,), text="late alice@m1", timer="m1"))
    True
    """
    return event.kind == "timer_fire" and str(event.text).startswith("late ")
