"""Who has each message at each moment of a run, and which steps show it to those who have them in their past.

A step is the id of an event at which a node is told something; what it does then are effects of that step.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import inf
from typing import NamedTuple

from imteach.protocol import SERVER
from imteach.scenario.scenario import Scenario
from imteach.trace.outcomes import receivers
from imteach.trace.records import Event, PacketRecord

Has = tuple[str, str]
"""Who has something, a receiver or the server; and the first msgid of what was said."""


class CursorAck(NamedTuple):
    """A group's ack:R that has come to the server: whose it is, its cursor, the event of its sending."""

    group: str
    member: str
    cursor: int
    sent: int


class Having:
    """Reads a run event by event, and keeps who has what so far.

    The server has a message from the step on in which it takes a msg:R of it; a receiver, from the step on in which
    they are shown it or their client holds it back. What a client only holds back it loses in a crash.
    """

    def __init__(self, scenario: Scenario, packets: Mapping[str, PacketRecord], events: Sequence[Event]) -> None:
        self.scenario = scenario
        self.packets = packets
        self.events = events
        self.says: dict[str, Event] = {}  # by thing said
        self.to: dict[str, tuple[str, ...]] = {}  # by thing said: its receivers
        self.has: dict[Has, int] = {}  # the step since which they have it
        self.acks: dict[int, CursorAck] = {}  # by the step in which it comes
        self._held: defaultdict[str, set[str]] = defaultdict(set)  # by receiver: what is held back and was never shown
        self._about: defaultdict[int, dict[str, None]] = defaultdict(dict)  # by step: the things said that it is about
        self._refused: set[tuple[int, str]] = set()  # … and which of them were discarded, but not as shown before
        self._first: dict[str, str] = {}  # by msgid, as a receiver got it: the thing said
        self._number: dict[str, int] = {}  # by thing said: its number in its group's log
        self._logged: Counter[str] = Counter()  # by group: how many are in the log

    def read(self, event: Event) -> Iterable[Has]:
        """Read one event, and return who has what from now on, or has it no longer."""
        read = _READ.get(event.kind)
        return () if read is None else read(self, event)

    def say(self, event: Event) -> Iterable[Has]:
        """Something is said; nobody has it so far but its sender."""
        if event.said is not None and event.said not in self.says:
            self.says[event.said] = event
            self.to[event.said] = receivers(self.scenario, event.node, str(event.to))
        return ()

    def arrive(self, event: Event) -> Iterable[Has]:
        """A packet reaches its node. If the server takes a message now and discards it, that is still to come."""
        packet = self.packets[str(event.packet)]
        if event.node != SERVER:
            self.bring(event, packet)
        elif packet.kind == "msg:R" and packet.said in self.says:
            self._about[event.id][packet.said] = None
            if (SERVER, packet.said) not in self.has:
                self.has[SERVER, packet.said] = event.id
                return [(SERVER, packet.said)]
        elif packet.kind == "ack:R" and packet.group:
            self.acks[event.id] = CursorAck(packet.group, packet.src, packet.cursor, event.causes[0])
        return ()

    def bring(self, event: Event, packet: PacketRecord) -> None:
        """A packet reaches a client: the step is about all that it brings to its receiver."""
        for msgid, said in ((packet.msgid, packet.said), *((kept.msgid, kept.said) for kept in packet.kept)):
            if said is not None and event.node in self.to.get(said, ()):
                self._about[event.id][said] = None
                self._first[str(msgid)] = said

    def get(self, event: Event) -> Iterable[Has]:
        """Somebody is shown a message, or their client holds it back."""
        who, said, step = event.node, str(event.said), event.causes[0]
        if who not in self.to.get(said, ()):
            return ()
        self._about[step][said] = None
        if event.kind == "show":
            self._held[who].discard(said)
        if (who, said) in self.has:
            return ()
        if event.kind == "hold":
            self._held[who].add(said)
        self.has[who, said] = step
        return [(who, said)]

    def discard(self, event: Event) -> Iterable[Has]:
        """A message is discarded: whoever does so has it only if they had it before."""
        said, step = str(event.said), event.causes[0]
        if event.text is not None:
            self._refused.add((step, said))
        if event.node == SERVER and self.has.get((SERVER, said)) == step:
            del self.has[SERVER, said]
            return [(SERVER, said)]
        return ()

    def crash(self, event: Event) -> Iterable[Has]:
        """A node crashes: what its client held back is gone."""
        lost = [(event.node, said) for said in self._held.pop(event.node, ())]
        for each in lost:
            del self.has[each]
        return lost

    def store(self, event: Event) -> Iterable[Has]:
        """The server stores a message; in a group it gets the next number."""
        self._logged[str(event.to)] += 1
        self._number.setdefault(str(event.said), self._logged[str(event.to)])
        return ()

    def shown(self, step: int, then: int) -> Iterable[str]:
        """Return what a step shows, by having led to another one, `then`, that its node has: the things said."""
        node = self.events[step].node
        for said in self._named(step, then):
            if self.has.get((node, said), inf) <= step and (step, said) not in self._refused:
                yield said

    def _named(self, step: int, then: int) -> Iterable[str]:
        """Return the things said that a step is about; of several those which the packet to `then` names, if any."""
        about = self._about.get(step, {})
        if len(about) < 2 or self.events[then].packet is None:
            return about
        packet = self.packets[str(self.events[then].packet)]
        named = {packet.said, *(self._first.get(msgid) for msgid in packet.msgids)}
        return [said for said in about if said in named] or about

    def covered(self, ack: CursorAck, among: Iterable[str]) -> list[str]:
        """Return what this ack:R shows that its member has, of things said in the order in which the member got them.

        It is what has a number up to the cursor and was there when the ack:R was sent.
        """
        found = []
        for said in among:
            if self.has[ack.member, said] > ack.sent:
                break
            if self._number.get(said, inf) <= ack.cursor:
                found.append(said)
        return found


_READ: dict[str, Callable[[Having, Event], Iterable[Has]]] = {
    "say": Having.say,
    "arrive": Having.arrive,
    "show": Having.get,
    "hold": Having.get,
    "discard": Having.discard,
    "crash": Having.crash,
    "store": Having.store,
}
"""By kind of event: what it changes."""
