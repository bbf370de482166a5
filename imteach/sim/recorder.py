"""What a run writes down as it happens: its events, its packets, and which thing said each msgid stands for."""

from collections import Counter
from collections.abc import Hashable
from typing import Any, NamedTuple

from imteach.errors import InputError
from imteach.protocol import NO_MESSAGE, Message, Packet
from imteach.sim.records import Event, KeptRecord, PacketRecord


class Flight(NamedTuple):
    """A packet on its way: its name, when it is due, the event of its sending.

    `nowhere`: it goes on a connection that is gone. `wait` is "pull" if it is part of a pull that brings nothing.
    """

    packet: Packet
    name: str
    due: float
    sent: int
    nowhere: bool
    wait: str


class Recorder:
    """The record of one run in the making, of `most_events` events at most. `now` is the time that events get.

    >>> record = Recorder(most_events=10)
    >>> record.event("bob", "logout"), record.events[0].t
    (0, 0)
    """

    def __init__(self, most_events: int) -> None:
        self.now: float = 0
        self.events: list[Event] = []
        self.flights: dict[str, Flight] = {}  # every packet, by name
        self.ends: dict[str, tuple[float | None, str]] = {}  # when each arrived, and its fate
        self.messages: dict[str, Message] = {}  # by the first msgid of each thing said
        self.handed_out: list[str] = []  # msgids made in this step
        self._most_events = most_events
        self._msgids_made = 0
        self._said: dict[int, str] = {}  # the first msgid of each thing said
        self._carries: dict[str, int] = {}  # which thing said a msgid stands for
        self._transmissions: Counter[str] = Counter()  # by name without number
        self._requested: set[int] = set()  # things said that were transmitted before

    def new_msgid(self) -> str:
        """Hand out m1, m2 … in the order in which clients ask."""
        self._msgids_made += 1
        msgid = f"m{self._msgids_made}"
        self.handed_out.append(msgid)
        return msgid

    def key(self) -> Hashable:
        """All that decides which msgids are still to come, and which things said msgids stand for."""
        return self._msgids_made, tuple(self._said.items()), tuple(self._carries.items())

    @property
    def msgids_made(self) -> int:
        """How many msgids were handed out."""
        return self._msgids_made

    def names_key(self) -> Hashable:
        """All that decides the names of the packets to come."""
        return frozenset(self._transmissions.items())

    def know(self, msgid: str, message: Message) -> None:
        """Remember which thing said a msgid stands for, and the first msgid of each thing said."""
        if message.said not in self._said:
            self._said[message.said] = msgid
            self.messages[msgid] = message
        self._carries[msgid] = message.said

    def know_packet(self, packet: Packet) -> None:
        """Remember the same for all messages that a packet carries."""
        if packet.message is not NO_MESSAGE:
            self.know(packet.msgid, packet.message)
        for kept in packet.kept:
            self.know(kept.msgid, kept.message)

    def knows(self, msgid: str) -> bool:
        """Whether this is the msgid of something said."""
        return msgid in self._carries

    def name(self, packet: Packet) -> str:
        """Return the name of a packet that is transmitted now: the next of its kind."""
        to = f">{packet.dst}" if packet.kind == "msg:N" and packet.group else ""
        name = f"{packet.msgid or packet.person}/{packet.kind}{to}"
        self._transmissions[name] += 1
        return f"{name}#{self._transmissions[name]}"

    def is_again(self, packet: Packet) -> bool:
        """Whether this msg:R, transmitted now, is a retransmission: of the same thing said, under any msgid."""
        again = packet.message.said in self._requested
        self._requested.add(packet.message.said)
        return again

    def event(self, node: str, kind: str, *causes: int, **about: Any) -> int:
        """Write an event down and return its id. Raises `InputError` where a run does not end."""
        if len(self.events) >= self._most_events:
            raise InputError(f"the run was stopped at {self.now} ms after {self._most_events} events: it does not end")
        msgid = about.get("msgid")
        if msgid is not None and "said" not in about:
            about["said"] = self._said.get(self._carries.get(msgid, -1), msgid)
        event = Event(len(self.events), self.now, node, kind, causes, **about)
        if self.handed_out or kind == "say":
            made, self.handed_out = tuple(self.handed_out), []
            if made != event.handed_out:
                event = event._replace(new_msgids=made)
        self.events.append(event)
        return event.id

    def packets(self) -> tuple[PacketRecord, ...]:
        """Return what became of each packet, once all have ended, in the order of their sending."""
        return tuple(map(self._packet, self.flights.values()))

    def _packet(self, flight: Flight) -> PacketRecord:
        packet, name, due, sent, *_ = flight
        arrived, fate = self.ends[name]
        said = self._said.get(packet.message.said)
        kept = tuple(KeptRecord(k.msgid, self._said[k.message.said], k.number, k.base) for k in packet.kept)
        return PacketRecord(
            name, packet.kind, packet.msgid or None, packet.src, packet.dst, self.events[sent].t, due, arrived, fate,
            said, packet.number, packet.base, packet.fabricated, kept, packet.more, packet.msgids, packet.group,
            packet.cursor,
        )  # fmt: skip
