"""What a run writes down as it happens: its events, its packets, and which thing said each msgid stands for."""

from collections.abc import Hashable

from imteach.errors import InputError
from imteach.protocol import NO_MESSAGE, Kept, Message, Packet, Value
from imteach.trace.records import Event, KeptRecord, PacketRecord


class Flight(Value, frozen=True):
    """A packet on its way: its name, when it is due, the event of its sending.

    `nowhere`: it goes on a connection that is gone. `wait` is "pull" if it is part of a pull that brings nothing.
    `number` counts the packets of a run from 0, copies too.
    """

    packet: Packet
    name: str
    due: float
    sent: int
    nowhere: bool
    wait: str
    number: int


_FATES = {"arrive": "arrived", "drop": "dropped", "lose": "lost"}


class Recorder:
    """The record of one run in the making, of `most_events` events at most. `now` is the time that events get.

    >>> record = Recorder(most_events=10)
    >>> record.event("bob", "logout", ()), record.events[0].t
    (0, 0)
    """

    def __init__(self, most_events: int) -> None:
        self.now: float = 0
        self.events: list[Event] = []
        self.flights: dict[str, Flight] = {}  # every packet, by name
        self.ends: list[int] = []  # by a packet's number: the event of its end; -1 until then
        self.messages: dict[str, Message] = {}  # by the first msgid of each thing said
        self.handed_out: list[str] = []  # msgids made in this step
        self._most_events = most_events
        self._msgids_made = 0
        self._said: dict[int, str] = {}  # the first msgid of each thing said
        self._carried: dict[str, Message] = {}  # which thing said a msgid stands for
        self._first: dict[str | None, str] = {}  # the first msgid of what each msgid stands for
        self._transmissions: dict[str, int] = {}  # by name without number
        self._requested: set[int] = set()  # things said that were transmitted before

    def new_msgid(self) -> str:
        """Hand out m1, m2 … in the order in which clients ask."""
        self._msgids_made += 1
        msgid = f"m{self._msgids_made}"
        self.handed_out.append(msgid)
        return msgid

    def key(self) -> Hashable:
        """All that decides which msgids are still to come, and which things said msgids stand for."""
        return self._msgids_made, tuple(self._said.items()), tuple(self._first.items())

    @property
    def msgids_made(self) -> int:
        """How many msgids were handed out."""
        return self._msgids_made

    def names_key(self) -> Hashable:
        """All that decides the names of the packets to come."""
        return frozenset(self._transmissions.items())

    def know(self, msgid: str, message: Message) -> None:
        """Remember which thing said a msgid stands for, and the first msgid of each thing said."""
        if self._carried.get(msgid) is message:
            return  # the usual case: it was said once, and all its packets carry it
        if message.said not in self._said:
            self._said[message.said] = msgid
            self.messages[msgid] = message
        self._carried[msgid] = message
        self._first[msgid] = self._said[message.said]

    def know_packet(self, packet: Packet) -> None:
        """Remember the same for all messages that a packet carries."""
        if packet.message is not NO_MESSAGE:
            self.know(packet.msgid, packet.message)
        for kept in packet.kept:
            self.know(kept.msgid, kept.message)

    def knows(self, msgid: str) -> bool:
        """Whether this is the msgid of something said."""
        return msgid in self._first

    def name(self, packet: Packet) -> str:
        """Return the name of a packet that is transmitted now: the next of its kind. What it carries is known then."""
        if self._carried.get(packet.msgid) is not packet.message or packet.kept:
            self.know_packet(packet)
        name = f"{packet.msgid or packet.person}/{packet.kind}"
        if packet.group and packet.kind == "msg:N":
            name = f"{name}>{packet.dst}"
        number = self._transmissions[name] = self._transmissions.get(name, 0) + 1
        return f"{name}#{number}"

    def is_again(self, packet: Packet) -> bool:
        """Whether this msg:R, transmitted now, is a retransmission: of the same thing said, under any msgid."""
        again = packet.message.said in self._requested
        self._requested.add(packet.message.said)
        return again

    def event(
        self,
        node: str,
        kind: str,
        causes: tuple[int, ...],
        packet: str | None = None,
        msgid: str | None = None,
        status: str | None = None,
        text: str | None = None,
        to: str | None = None,
        timer: str | None = None,
        until: float | None = None,
        key: str | None = None,
        said: str | None = None,
    ) -> int:
        """Write an event down and return its id. Raises `InputError` where a run does not end."""
        number = len(self.events)
        if number >= self._most_events:
            raise self._endless()
        if msgid is not None and said is None:
            said = self._first.get(msgid, msgid)
        event = Event(number, self.now, node, kind, causes, packet, msgid, said, status, text, to, timer, until, key)
        if self.handed_out or kind == "say":
            event = self._with_msgids(event)
        self.events.append(event)
        return number

    def _endless(self) -> InputError:
        return InputError(f"the run was stopped at {self.now} ms after {self._most_events} events: it does not end")

    def _with_msgids(self, event: Event) -> Event:
        """The event of a step in which msgids were handed out."""
        made, self.handed_out = tuple(self.handed_out), []
        return event if made == event.handed_out else event._replace(new_msgids=made)

    def send(self, at: str, packet: Packet, name: str, due: float, cause: int, nowhere: bool, wait: str) -> Flight:
        """Write down that a packet sets out on its way."""
        msgid = packet.msgid or None
        sent = len(self.events)
        self.events.append(Event(sent, self.now, at, "send", (cause,), name, msgid, self._first.get(msgid, msgid)))
        flight = self.flights[name] = Flight(packet, name, due, sent, nowhere, wait, len(self.ends))
        self.ends.append(-1)
        return flight

    def end(self, flight: Flight, at: str, kind: str, why: str | None = None) -> int:
        """Write down how a packet's way ends, and return the event: `arrive`, `drop` or `lose`."""
        end = self.ends[flight.number] = len(self.events)
        if end >= self._most_events:
            raise self._endless()
        msgid = flight.packet.msgid or None
        said = self._first.get(msgid, msgid)
        event = Event(end, self.now, at, kind, (flight.sent,), flight.name, msgid, said, None, why)
        self.events.append(self._with_msgids(event) if self.handed_out else event)
        return end

    def packets(self) -> tuple[PacketRecord, ...]:
        """Return what became of each packet, once all have ended, in the order of their sending."""
        return tuple(map(self._packet, self.flights.values()))

    def _packet(self, flight: Flight) -> PacketRecord:
        packet = flight.packet
        end = self.events[self.ends[flight.number]]
        fate = _FATES[end.kind]
        arrived = end.t if fate == "arrived" else None
        said = self._said.get(packet.message.said)
        kept = tuple(map(self._kept, packet.kept)) if packet.kept else ()
        return PacketRecord(
            flight.name, packet.kind, packet.msgid or None, packet.src, packet.dst, self.events[flight.sent].t,
            flight.due, arrived, fate, said, packet.number, packet.base, packet.fabricated, kept, packet.more,
            packet.msgids, packet.group, packet.cursor,
        )  # fmt: skip

    def _kept(self, kept: Kept) -> KeptRecord:
        return KeptRecord(kept.msgid, self._said[kept.message.said], kept.number, kept.base)
