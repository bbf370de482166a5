"""Who knows what at each moment of a run: that the server has a message, that its receiver has it, that this is known.

Whoever has an event in their past can know of it (Halpern and Moses, "Knowledge and Common Knowledge in a Distributed
Environment"). So this reads the causes of what happened, and believes no node:

- The server has a message as soon as it takes a msg:R of it. The server keeps nothing of what is in flight, so this
  says that it was there. A group's server that discards a message, too early or too late, does not have it.
- A receiver has a message as soon as they are shown it or their client holds it back. What a client held back is lost
  with it in a crash: nobody knows any longer that the receiver has it, since it is not so.
- A node knows something from the first packet on whose causes lead back to a step that shows it: an arrival of the
  message, or a step that shows it or holds it back, after which the receiver has it. A duplicate that is discarded, for
  it was shown before, shows it as well; a message that is discarded for another reason does not.
- Of a step about several messages a packet shows those that it names, if it names any: if the ack:R of m2 is lost, that
  of m1 is no substitute, even where both messages were shown in one step.
- Followed are packets back to the steps that sent them, and timers back to the steps that started them. That one thing
  came before another at one node tells nothing: if the ack:N of m1 is lost, a msg:A of m2 does not stand in for it. Nor
  does anything come with what people and faults do: a person says or sends something, logs in, a client starts again.
- What a person knows they know for good: a crash of their client does not take it away.

In a group an ack:R names a cursor: it shows whatever has a number up to there in the group's log, if its member had it
when that ack:R was sent. So the server learns who has a message; its sender does not, for the causes of a group's ack:N
are the sender's own msg:R and nothing that a member did: the sender knows that the server has the message, and only
believes that the members do.

A sender *believes* that a receiver has a message while their screen says `delivered` and they do not know it: after a
fabricated ack:N, or because a learner's client or server says so.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import inf
from operator import attrgetter
from typing import NamedTuple

from imteach.protocol import SERVER
from imteach.scenario.scenario import Scenario
from imteach.trace.outcomes import receivers
from imteach.trace.records import STEPS, Event, PacketRecord

Key = tuple[str, str, str]
"""Who knows it; who has the message, or for its receiver its sender, who knows that they have it; the message."""

NOBODY: frozenset[str] = frozenset()


class Knows(NamedTuple):
    """What a node knows of one message, or does not know, at one moment; `msgid` is the first one of what was said.

    `packet` is the packet by whose arrival it knows it. Four values to unpack:

    >>> claim, msgid, true, packet = Knows("bob has it", "m1", True, "m1/ack:N#1")
    >>> true, Knows("bob has it", "m1", True, "m1/ack:N#1").believed
    (True, False)
    """

    claim: str
    msgid: str
    true: bool
    packet: str | None

    @property
    def believed(self) -> bool:
        """Whether the node takes this for true without knowing it."""
        return False


class Believes(Knows):
    """What a node does not know, but takes for true: `packet` is the packet that made it believe so, if any did.

    >>> row = Believes("bob has it", "m1", False, "m1/ack:N#1")
    >>> row.true, row.believed
    (False, True)
    """

    __slots__ = ()

    @property
    def believed(self) -> bool:
        """Whether the node takes this for true without knowing it."""
        return True


class Change(NamedTuple):
    """From `t` simulated ms on: whether a claim is known, whether it is only believed, and by which packet."""

    t: float
    true: bool
    believed: bool
    packet: str | None


class Fact(NamedTuple):
    """What a node knows of one message in the whole of a run: the changes, in time order.

    The first is at the moment when the message is said, and there is one at most at any moment.
    """

    node: str
    claim: str
    msgid: str
    changes: tuple[Change, ...]

    def at(self, t: float) -> Knows | None:
        """Return what the node knows after all that happens at `t` simulated ms; None if nothing was said by then.

        >>> fact = Fact("alice", "bob has it", "m1", (Change(0, False, False, None), Change(200, True, False, "m1/…")))
        >>> fact.at(199), fact.at(200).true
        (Knows(claim='bob has it', msgid='m1', true=False, packet=None), True)
        """
        behind = bisect_right(self.changes, t, key=attrgetter("t"))
        if behind == 0:
            return None
        _, true, believed, packet = self.changes[behind - 1]
        return (Believes if believed else Knows)(self.claim, self.msgid, true, packet)


def knowledge(scenario: Scenario, packets: Mapping[str, PacketRecord], events: Sequence[Event]) -> tuple[Fact, ...]:
    """Return all that nodes know of messages in a run, at all its moments: for each thing said, in that order.

    First what the server knows of it, then its sender, then its receivers.
    """
    reader = _Reader(scenario, packets, events)
    for event in events:
        reader.read(event)
    return tuple(
        Fact(node, reader.claim(key), said, tuple(line.changes))
        for key, line in reader.lines.items()
        for node, _, said in [key]
    )


class _Line:
    """A fact in the making: whether it is known now, and by which packet; how that changed."""

    def __init__(self, t: float) -> None:
        self.true = False
        self.changes = [Change(t, False, False, None)]

    def change(self, t: float, true: bool, believed: bool = False, packet: str | None = None) -> None:
        """From now on, `t`, it is like this; what it was earlier in the same instant does not count."""
        self.true = true
        if self.changes[-1].t == t:
            self.changes.pop()
        if not self.changes or self.changes[-1][1:] != (true, believed, packet):
            self.changes.append(Change(t, true, believed, packet))


class _Ack(NamedTuple):
    """A group's ack:R that the server has got: whose it is, its cursor, the event of its sending."""

    group: str
    member: str
    cursor: int
    sent: int


class _Reader:
    """Reads a run event by event, and looks back from each arrival as far as its node has not looked before."""

    def __init__(self, scenario: Scenario, packets: Mapping[str, PacketRecord], events: Sequence[Event]) -> None:
        self.scenario = scenario
        self.packets = packets
        self.events = tuple(events)  # each is looked up by its id
        self.lines: dict[Key, _Line] = {}
        # Of each thing said:
        self.says: dict[str, Event] = {}
        self.to: dict[str, tuple[str, ...]] = {}  # its receivers
        self.delivered: dict[str, str | None] = {}  # that its sender's screen says so now, and by which packet
        # Who has it. A step is the id of an event at which a node was told something:
        self.taken: dict[str, int] = {}  # by thing said: the step in which the server took it
        self.has: dict[tuple[str, str], int] = {}  # by receiver and thing said: the step since which they have it
        self.held: defaultdict[str, set[str]] = defaultdict(set)  # what is only held back, by receiver
        # What a step shows to whoever has it in their past:
        self.about: defaultdict[int, dict[str, None]] = defaultdict(dict)  # the things said that it is about
        self.first: dict[str, str] = {}  # by msgid: the thing said, as it was brought to its receiver
        self.refused: set[tuple[int, str]] = set()  # … and those among them that were discarded unseen
        self.acks: dict[int, _Ack] = {}
        self.behind: list[tuple[int, ...]] = []  # by event: see `steps_behind`
        # How far each node has looked, by step: whose steps lay between
        self.looked: defaultdict[str, dict[int, frozenset[str]]] = defaultdict(dict)
        # Of groups:
        self.number: dict[str, int] = {}  # by thing said: its number in its group's log
        self.logged: Counter[str] = Counter()  # how many there are in each log
        self.news: defaultdict[Key, dict[str, None]] = defaultdict(dict)  # see `has_news`

    def claim(self, key: Key) -> str:
        """The claim of a fact, in words."""
        node, whom, said = key
        if whom == SERVER:
            return "the server has it"
        return f"{whom} has it" if whom in self.to[said] else f"{whom} knows that {node} has it"

    def read(self, event: Event) -> None:
        """Read one event."""
        said = event.said
        self.behind.append(self.steps_behind(event) if event.kind in _LEADS else ())
        if event.kind == "say" and said is not None and said not in self.says:
            self.say(event, said)
        elif event.kind == "arrive":
            self.arrive(event)
        elif event.kind == "crash":
            self.crash(event)
        elif said in self.says and event.kind in _ABOUT:
            _ABOUT[event.kind](self, event, said)

    # What happens to messages

    def say(self, event: Event, said: str) -> None:
        """Something is said: nobody knows anything of it so far."""
        sender = event.node
        self.says[said] = event
        to = self.to[said] = receivers(self.scenario, sender, str(event.to))
        for node in (SERVER, sender):
            for whom in (SERVER, *to):
                self.lines[node, whom, said] = _Line(event.t)
        for node in to:
            self.lines[node, node, said] = _Line(event.t)
            self.lines[node, sender, said] = _Line(event.t)

    def arrive(self, event: Event) -> None:
        """A packet reaches its node, which learns from it whatever its causes show."""
        packet = self.packets[str(event.packet)]
        if event.node != SERVER:
            for msgid, said in ((packet.msgid, packet.said), *((kept.msgid, kept.said) for kept in packet.kept)):
                if said is not None and event.node in self.to.get(said, ()):
                    self.about[event.id][said] = None
                    self.first[str(msgid)] = said
        elif packet.kind == "msg:R" and packet.said in self.says:
            self.take(event, packet.said)
        elif packet.kind == "ack:R" and packet.group:
            self.acks[event.id] = _Ack(packet.group, packet.src, packet.cursor, event.causes[0])
        self.look_back(event)

    def take(self, event: Event, said: str) -> None:
        """The server takes a message; if it discards it, that is an event of the same step, still to come."""
        self.about[event.id][said] = None
        if self.taken.setdefault(said, event.id) == event.id:
            self.lines[SERVER, SERVER, said].change(event.t, True, packet=event.packet)

    def get(self, event: Event, said: str) -> None:
        """Somebody is shown a message, or their client holds it back."""
        who, step = event.node, event.causes[0]
        if who not in self.to[said]:
            return
        self.about[step][said] = None
        if event.kind == "show":
            self.held[who].discard(said)
        if (who, said) in self.has:
            return
        if event.kind == "hold":
            self.held[who].add(said)
        self.has[who, said] = step
        self.lines[who, who, said].change(event.t, True, packet=self.brought_by(step))
        group = str(self.says[said].to)
        if group in self.scenario.groups:
            for node in (SERVER, self.says[said].node, who):
                self.news[node, who, group][said] = None

    def brought_by(self, step: int) -> str | None:
        """The packet whose arrival led to a step of its receiver, at once or after a timer; None if none did."""
        while self.events[step].kind != "arrive":
            if not self.behind[step]:
                return None
            step = self.behind[step][0]
        return self.events[step].packet

    def discard(self, event: Event, said: str) -> None:
        """A message is discarded: whoever does so has it only if they had it before."""
        step = event.causes[0]
        if event.node == SERVER and self.taken.get(said) == step:
            del self.taken[said]
            self.lines[SERVER, SERVER, said].change(event.t, False)
        if event.text is not None:
            self.refused.add((step, said))

    def crash(self, event: Event) -> None:
        """A client crashes: what it held back is gone, and nobody knows what is so no longer."""
        who = event.node
        for said in self.held.pop(who, ()):
            del self.has[who, said]
            sender, group = self.says[said].node, str(self.says[said].to)
            for key in ((who, who, said), (who, sender, said), (SERVER, who, said)):
                self.lines[key].change(event.t, False)
            self.lines[sender, who, said].true = False
            self.doubt(sender, who, said, event.t)
            for node in (SERVER, sender, who):
                self.news[node, who, group].pop(said, None)

    def status(self, event: Event, said: str) -> None:
        """A person sees a new status: they believe what it says as long as they do not know."""
        sender = event.node
        if sender != self.says[said].node:
            return
        if event.status != "delivered":
            self.delivered.pop(said, None)
        elif said not in self.delivered:
            self.delivered[said] = event.packet
        for receiver in self.to[said]:
            self.doubt(sender, receiver, said, event.t)

    def doubt(self, sender: str, receiver: str, said: str, t: float) -> None:
        """If a sender does not know that a receiver has something, they believe it or not, as their screen says."""
        line = self.lines[sender, receiver, said]
        if not line.true:
            line.change(t, False, said in self.delivered, self.delivered.get(said))

    def store(self, event: Event, said: str) -> None:
        """The server stores a message; in a group it gets the next number."""
        group = str(event.to)
        self.logged[group] += 1
        self.number.setdefault(said, self.logged[group])

    # Who learns of it

    def look_back(self, arrival: Event) -> None:
        """The node of an arrival learns what the events behind it show.

        It stops where the node has looked before. What lies behind that it need not look at again, unless other people
        lie between this time: they know then what the events behind them show.
        """
        node = arrival.node
        looked = self.looked[node]
        ahead = [(arrival.id, NOBODY)]
        while ahead:
            step, between = ahead.pop()
            before = looked.get(step)
            if before is not None:
                if between <= before:
                    continue
                between |= before
            looked[step] = between
            self.learn_from_cursor(step, between, arrival)
            at = self.events[step].node
            if at not in (node, SERVER):
                between |= {at}
            for earlier in self.behind[step]:
                self.learn_from(earlier, step, between, arrival)
                ahead.append((earlier, between))

    def steps_behind(self, event: Event) -> tuple[int, ...]:
        """Return the steps that led to an event so that knowledge travels: no doings of people or of faults."""
        found: list[int] = []
        for cause in event.causes:
            kind = self.events[cause].kind
            if kind in STEPS:
                found.append(cause)
            elif event.kind != "timer_fire" or kind == "timer_start":  # a fault lets a cancelled timer run out
                found += self.behind[cause]
        return tuple(found)

    def learn_from(self, step: int, then: int, between: frozenset[str], arrival: Event) -> None:
        """The node of an arrival learns what a step in its past shows by having led to another step, `then`."""
        at = self.events[step].node
        for said in self.shown(step, then):
            if (step, said) in self.refused:
                continue
            if at != SERVER:
                if self.has.get((at, said), inf) <= step:
                    self.learn_receipt(at, said, between, arrival)
            elif arrival.node == self.says[said].node and self.taken.get(said, inf) <= step:
                self.learn((arrival.node, SERVER, said), arrival)

    def shown(self, step: int, then: int) -> Iterable[str]:
        """Return the things said that a step may be about for whoever knows that it led to another step, `then`.

        Of several they are those that the packet in between names, if it names any.
        """
        about = self.about.get(step, {})
        if len(about) < 2 or self.events[then].packet is None:
            return about
        packet = self.packets[str(self.events[then].packet)]
        named = {packet.said, *(self.first.get(msgid) for msgid in packet.msgids)}
        return [said for said in about if said in named] or about

    def learn_from_cursor(self, step: int, between: frozenset[str], arrival: Event) -> None:
        """The node of an arrival learns what an ack:R with a cursor shows, if one came to the server in this step."""
        ack = self.acks.get(step)
        if ack is not None:
            for said in self.has_news(ack, between, arrival.node):
                self.learn_receipt(ack.member, said, between, arrival)

    def has_news(self, ack: _Ack, between: frozenset[str], node: str) -> Iterable[str]:
        """Return what this ack:R shows, by its cursor, of which the node does not know yet that the member has it."""
        if node == ack.member and not between:
            return ()  # nobody lies between of whom they could learn that they know it
        return [
            said
            for said in self.news.get((node, ack.member, ack.group), ())
            if self.number.get(said, inf) <= ack.cursor and self.has[ack.member, said] < ack.sent
        ]

    def learn_receipt(self, receiver: str, said: str, between: frozenset[str], arrival: Event) -> None:
        """A node learns that a receiver has something; the receiver, that the sender knows it if they lie between."""
        node, sender = arrival.node, self.says[said].node
        if node != receiver:
            self.learn((node, receiver, said), arrival)
        elif sender in between:
            self.learn((node, sender, said), arrival)

    def learn(self, key: Key, arrival: Event) -> None:
        """A node knows something from now on, if it concerns it."""
        line = self.lines.get(key)
        if line is None or line.true:
            return
        line.change(arrival.t, True, packet=arrival.packet)
        node, whom, said = key
        who = node if whom not in self.to[said] else whom
        self.news[node, who, str(self.says[said].to)].pop(said, None)


_LEADS = ("arrive", "timer_fire", "send", "retransmit", "timer_start")
"""The kinds of event through which knowledge travels."""

_ABOUT = {
    "show": _Reader.get,
    "hold": _Reader.get,
    "discard": _Reader.discard,
    "status": _Reader.status,
    "store": _Reader.store,
}
"""By kind of event about a message: what it changes."""
