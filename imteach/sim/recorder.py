"""What a run writes down as it happens: its events, its packets, and which thing said each msgid stands for.

It makes no records: those are made when somebody looks (`events`, `packets`), and most of a long run is never looked
at. Packets go by their number here, from 0; a packet's name is text, made when it is asked for.
"""

from bisect import bisect_left
from collections.abc import Hashable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from imteach.errors import InputError
from imteach.protocol import NO_MESSAGE, Effect, Kept, Message, Packet, Transmit
from imteach.scenario.checks import NETWORK
from imteach.sim.network import Way
from imteach.sim.rows import EVENT_OF, NONE, Row, arrived, event_of_row, is_step, sent, timer_started
from imteach.tell.endless import over_and_over
from imteach.trace.records import STEPS, Event, KeptRecord, PacketRecord, instant

LATELY = 500
"""How many of its latest events are looked at to say what a run that does not end does over and over."""

_FATES = {"arrive": "arrived", "drop": "dropped", "lose": "lost"}


class Sending(NamedTuple):
    """When a packet was sent: at which event, at which time; and when it arrives if nothing strikes."""

    event: int
    t: float
    due: float


class Recorder:
    """The record of a run that is going on, of `most_events` events at most. Each event gets the time `now`.

    `latency` is the simulated ms that a packet takes, by from where to where it goes.

    >>> record = Recorder(most_events=10)
    >>> record.event("bob", "logout"), record.events()[0].t
    (0, 0)
    """

    def __init__(self, most_events: int, latency: Mapping[Way, float] = MappingProxyType({})) -> None:
        self.now: float = 0
        self.log: list[Any] = []  # an entry for each event, by its id: see `rows`
        self.lasts: dict[tuple[str, int], float] = {}  # how long timers run, by what is waited for and the attempt
        self._first_at: dict[int, str] = {}  # by event the first msgid of what was said, if not its msgid
        self._new_msgids: dict[int, tuple[str, ...]] = {}  # by event, where they are not the usual: see `Event`
        # Of each packet, by its number:
        self.sent: list[Packet] = []
        self.late: dict[int, float] = {}  # when it arrives, if nothing strikes, where that is not as its link has it
        self.slow: set[int] = set()  # those that a fault delays, and copies that the network made
        self._latency = latency
        self._names: list[str] = []  # as far as somebody asked for them
        self._transmissions: dict[str, int] = {}  # how many are named of an owner and kind, by the first: "m1/msg:N#1"
        self._sendings: list[Sending] = []  # as far as somebody asked for them: see `_read_on`
        self._read: tuple[int, float, str] = 0, 0, ""  # how many events were read for that, and the last step in them
        # Of what is said:
        self.messages: dict[str, Message] = {}  # by the first msgid of each thing said
        self.handed_out: list[str] = []  # msgids made in this step
        self.most_events = most_events
        self._msgids_made = 0
        self._first_of_thing: dict[int, str] = {}  # by thing said (its number): the first msgid
        self.message_of: dict[str, Message] = {}  # by msgid: the thing said
        self._first_of_msgid: dict[str, str] = {}  # by msgid: the first msgid of the thing said
        self.differ = False  # whether any msgid is not the first of its thing said
        self._requested: set[int] = set()  # things said that were transmitted before

    def fork(self) -> "Recorder":
        """Return a copy: what happens to one does not change the other."""
        twin = object.__new__(Recorder)
        twin.__dict__.update(self.__dict__)
        for name in _GROWS:
            twin.__dict__[name] = self.__dict__[name].copy()
        return twin

    # Which thing said a msgid stands for

    def new_msgid(self) -> str:
        """Hand out m1, m2 … in the order in which clients ask."""
        self._msgids_made += 1
        msgid = f"m{self._msgids_made}"
        self.handed_out.append(msgid)
        return msgid

    def key(self) -> Hashable:
        """All that decides which msgids are still to come, and which things said msgids stand for."""
        return self._msgids_made, tuple(self._first_of_thing.items()), tuple(self._first_of_msgid.items())

    @property
    def msgids_made(self) -> int:
        """How many msgids were handed out."""
        return self._msgids_made

    def know(self, msgid: str, message: Message) -> None:
        """Remember which thing said a msgid stands for, and the first msgid of each thing said."""
        if self.message_of.get(msgid) is message:
            return  # the usual case: it was said once, and all its packets carry it
        if message.said not in self._first_of_thing:
            self._first_of_thing[message.said] = msgid
            self.messages[msgid] = message
        self.message_of[msgid] = message
        first = self._first_of_msgid[msgid] = self._first_of_thing[message.said]
        self.differ = self.differ or first != msgid

    def know_packet(self, packet: Packet) -> None:
        """Remember the same for all messages that a packet carries."""
        if packet.message is not NO_MESSAGE:
            self.know(packet.msgid, packet.message)
        for kept in packet.kept:
            self.know(kept.msgid, kept.message)

    def knows(self, msgid: str) -> bool:
        """Whether this is the msgid of something said."""
        return msgid in self._first_of_msgid

    def is_again(self, message: Message) -> bool:
        """Whether a msg:R of this, transmitted now, is a retransmission: of the same thing said, under any msgid."""
        again = message.said in self._requested
        self._requested.add(message.said)
        return again

    # Events

    def event(
        self, node: str, kind: str, cause: int = NONE, packet: int = NONE, what: str | None = None, more: Any = None
    ) -> int:
        """Write an event down as a `Row` and return its id."""
        number = len(self.log)
        self.log.append(Row(kind, self.now, node, cause, packet, what, more))
        if self.differ and what is not None:
            self.note_first(number, what)
        if self.handed_out:
            self._note_msgids(number, kind, what)
        return number

    def effect(self, effect: Effect, msgid: str = "") -> int:
        """Write down that an effect of the last step happened, about this message if any; return the event's id."""
        number = len(self.log)
        self.log.append(effect)
        if self.differ:
            self.note_first(number, msgid)
        return number

    def endless(self) -> InputError:
        """Return what is wrong with a run of more than `most_events` events, and what it did over and over."""
        lately = over_and_over(self.events(max(0, len(self.log) - LATELY)))
        stopped = f"the run was stopped at {self.now} ms after {self.most_events} events: it does not end"
        return InputError(f"{stopped}; {lately}" if lately else stopped)

    def note_first(self, number: int, msgid: str) -> None:
        """Remember for this event the first msgid of what this msgid stands for, if that is another one."""
        first = self._first_of_msgid.get(msgid, msgid)
        if first != msgid:
            self._first_at[number] = first

    def _note_msgids(self, number: int, kind: str, msgid: str | None) -> None:
        """In this step msgids were handed out: remember them, unless it was the usual one for something said."""
        made, self.handed_out = tuple(self.handed_out), []
        if kind != "say" or made != (msgid,):
            self._new_msgids[number] = made

    def amend(self, number: int, more: Any) -> None:
        """Replace what a `Row` holds as `more`, which is known only now."""
        self.log[number] = self.log[number]._replace(more=more)

    def events(self, first: int = 0) -> tuple[Event, ...]:
        """Return the events from the id `first` on."""
        begin = first
        while begin and not (begin < len(self.log) and is_step(self.log[begin])):
            begin -= 1
        found = self._events(begin)
        for number, made in self._new_msgids.items():
            if number >= begin:
                found[number - begin] = found[number - begin]._replace(new_msgids=made)
        return tuple(found[first - begin :])

    def _events(self, begin: int) -> list[Event]:
        """Return the events from the id `begin` on, which is a step, so that the effects after it have their cause."""
        self._read_on(begin)
        names, said, sendings = self.names(), self._first_at, self._sendings
        packet = bisect_left(sendings, (begin,))  # the next that is sent
        t, node, about = 0.0, "", None
        why: tuple[int, ...] = ()
        found: list[Event] = []
        for number, entry in enumerate(self.log[begin:], begin):
            kind = type(entry)
            if kind is int:
                t, node, about, why = sendings[entry].due, self.sent[entry].dst, names[entry], (number,)
                found.append(arrived(number, t, self.sent[entry], sendings[entry].event, about))
                continue
            if kind is Row:
                name = None if entry.packet == NONE else names[entry.packet]
                cause = sendings[entry.packet].event if entry.kind in _FATES else entry.cause
                causes: tuple[int, ...] = () if cause == NONE else (cause,)
                found.append(event_of_row(number, causes, name, said.get(number), entry))
                if entry.kind in STEPS:
                    t, node, about, why = entry.t, entry.node, name, (number,)
                elif entry.kind == "send":  # a copy
                    if packet == len(sendings):
                        self._note_sending(number, entry.t, _way_of(self.sent[packet]))
                    packet += 1
                continue
            made = EVENT_OF[kind]
            if made is sent:
                if packet == len(sendings):
                    self._note_sending(number, t, (node, entry.packet.dst))
                causes = (number - 1,) if found[-1].kind == "retransmit" else why
                found.append(sent(number, t, node, causes, names[packet], said.get(number), entry))
                packet += 1
            elif made is timer_started:
                until = instant(t + self.lasts[entry.wait, entry.attempt])
                found.append(timer_started(number, t, node, why, None, None, entry, until))
            else:
                found.append(made(number, t, node, why, about, said.get(number), entry))
        if len(self.log) > self._read[0]:
            self._read = len(self.log), t, node
        return found

    # Packets

    def copy(self, original: int) -> int:
        """Write down that the network sends a copy of a packet, and return the copy's number."""
        self._read_on()
        names = self.names()
        packet, name = self.sent[original], names[original].partition("~")[0]
        copies = sum(other.partition("~")[0] == name for other in names)
        number = len(self.sent)
        self.sent.append(packet)
        names.append(f"{name}~{copies + 1}")
        if self.differ:
            self.note_first(len(self.log), packet.msgid)
        self.log.append(Row("send", self.now, NETWORK, self._sendings[original].event, number, packet.msgid or None))
        return number

    def end(self, number: int, at: str, kind: str, why: str | None = None) -> int:
        """Write down how a packet's way ends, and return the event: `arrive`, `drop` or `lose`.

        Its cause is the packet's sending; which event that was is found out when somebody looks.
        """
        return self.event(at, kind, NONE, number, self.sent[number].msgid or None, why)

    def number_of(self, step: int) -> int:
        """Return the number of the packet that a step is about, or `NONE`."""
        entry = self.log[step]
        number: int = entry if type(entry) is int else entry.packet
        return number

    def packet_of(self, event: int) -> Packet:
        """Return the packet that an event is about."""
        entry = self.log[event]
        packet: Packet = entry.packet if isinstance(entry, Transmit) else self.sent[self.number_of(event)]
        return packet

    def names(self) -> list[str]:
        """Return the names of all packets so far, by their numbers: `m1/msg:N#2`, `m1/msg:N>carol#1`, `m1/msg:N#1~2`.

        In a group each member has a msg:N#1.
        """
        while len(self._names) < len(self.sent):
            self.next_name()
        return self._names

    def next_name(self) -> str:
        """Give the first packet that has none its name: it is the next transmission of its kind for its owner."""
        names, transmissions = self._names, self._transmissions
        packet = self.sent[len(names)]
        to = f">{packet.dst}" if packet.group and packet.kind == "msg:N" else ""
        name = f"{packet.msgid or packet.person}/{packet.kind}{to}#1"
        if name in transmissions:
            nth = transmissions[name] = transmissions[name] + 1
            name = f"{name[:-1]}{nth}"
        else:
            transmissions[name] = 1
        names.append(name)
        return name

    def times_sent(self, name: str) -> int:
        """Return how many packets had a name like this, but for its number: for `m1/msg:R#3` how often msg:R of m1."""
        self.names()
        return self._transmissions.get(f"{name.partition('#')[0]}#1", 0)

    def names_key(self) -> Hashable:
        """All that decides the names of the packets to come."""
        self.names()
        return frozenset(self._transmissions.items())

    def _read_on(self, end: int | None = None) -> None:
        """Find out from the log, on to this event or its end, when each packet was sent and would arrive."""
        first, t, node = self._read
        end = len(self.log) if end is None else end
        if first >= end:
            return
        for number, entry in enumerate(self.log[first:end], first):
            kind = type(entry)
            if kind is int:
                t, node = self._sendings[entry].due, self.sent[entry].dst
            elif kind is Row:
                if entry.kind in STEPS:
                    t, node = entry.t, entry.node
                elif entry.kind == "send":  # a copy
                    self._note_sending(number, entry.t, _way_of(self.sent[entry.packet]))
            elif EVENT_OF[kind] is sent:
                self._note_sending(number, t, (node, entry.packet.dst))
        self._read = end, t, node

    def _note_sending(self, event: int, t: float, way: Way) -> None:
        """Remember that the next packet was sent in this event, at `t`, on this way."""
        number = len(self._sendings)
        due = self.late[number] if number in self.late else instant(t + self._latency[way])
        self._sendings.append(Sending(event, t, due))

    def packets(self) -> tuple[PacketRecord, ...]:
        """Return what became of each packet, once all have ended, in the order of their sending."""
        self._read_on()
        ends: dict[int, tuple[str, float]] = {}
        for entry in self.log:
            if type(entry) is int:
                ends[entry] = "arrived", self._sendings[entry].due
            elif type(entry) is Row and entry.kind in _FATES:
                ends[entry.packet] = _FATES[entry.kind], entry.t
        return tuple(self._packet(number, *ends[number]) for number in range(len(self.sent)))

    def _packet(self, number: int, fate: str, ended: float) -> PacketRecord:
        _, sent, due = self._sendings[number]
        packet, arrived = self.sent[number], ended if fate == "arrived" else None
        said = self._first_of_thing.get(packet.message.said)
        kept = tuple(map(self._kept, packet.kept)) if packet.kept else ()
        return PacketRecord(
            self.names()[number], packet.kind, packet.msgid or None, packet.src, packet.dst, sent,
            due, arrived, fate, said, packet.number, packet.base, packet.fabricated, kept, packet.more,
            packet.msgids, packet.group, packet.cursor,
        )  # fmt: skip

    def _kept(self, kept: Kept) -> KeptRecord:
        return KeptRecord(kept.msgid, self._first_of_thing[kept.message.said], kept.number, kept.base)


def _way_of(packet: Packet) -> Way:
    return packet.src, packet.dst


_GROWS = (
    *("log", "_first_at", "_new_msgids", "sent", "late", "slow", "_names", "_transmissions", "_sendings"),
    *("messages", "handed_out", "_first_of_thing", "message_of", "_first_of_msgid", "_requested"),
)
"""The parts of a `Recorder` that grow with its run."""
