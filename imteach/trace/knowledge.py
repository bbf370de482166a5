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
from collections import defaultdict
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from imteach.protocol import SERVER
from imteach.scenario.scenario import Scenario
from imteach.trace.causes import steps_behind
from imteach.trace.having import Having
from imteach.trace.records import Event, PacketRecord

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


class Since(NamedTuple):
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
    changes: tuple[Since, ...]

    def at(self, t: float) -> Knows | None:
        """Return what the node knows after all that happens at `t` simulated ms; None if nothing was said by then.

        >>> fact = Fact("alice", "bob has it", "m1", (Since(0, False, False, None), Since(200, True, False, "m1/…")))
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
    reader = _Knowing(scenario, packets, events)
    for event in reader.events:
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
        self.changes = [Since(t, False, False, None)]

    def change(self, t: float, true: bool, believed: bool = False, packet: str | None = None) -> None:
        """From now on, `t`, it is like this; what it was earlier in the same instant does not count."""
        self.true = true
        if self.changes[-1].t == t:
            self.changes.pop()
        if not self.changes or self.changes[-1][1:] != (true, believed, packet):
            self.changes.append(Since(t, true, believed, packet))


class _Knowing:
    """Reads a run event by event, and looks back from each arrival as far as its node has not looked before."""

    def __init__(self, scenario: Scenario, packets: Mapping[str, PacketRecord], events: Sequence[Event]) -> None:
        self.events = tuple(events)  # each is looked up by its id
        self.behind = steps_behind(self.events)
        self.groups = scenario.groups
        self.having = Having(scenario, packets, self.events)
        self.lines: dict[Key, _Line] = {}
        self.delivered: dict[str, str | None] = {}  # what its sender's screen says so of now, and by which packet
        # By node, how far it has looked: by step, whose steps lay between
        self.looked: defaultdict[str, dict[int, frozenset[str]]] = defaultdict(dict)
        # By node, member and group: what the member has and the node does not know of, as it came to the member
        self.news: defaultdict[Key, dict[str, None]] = defaultdict(dict)

    def claim(self, key: Key) -> str:
        """The claim of a fact, in words."""
        node, whom, said = key
        if whom == SERVER:
            return "the server has it"
        return f"{whom} has it" if whom in self.having.to[said] else f"{whom} knows that {node} has it"

    def sender(self, said: str) -> str:
        """Who said it."""
        return self.having.says[said].node

    def read(self, event: Event) -> None:
        """Read one event."""
        changed = self.having.read(event)
        for who, said in changed:
            if (who, said) in self.having.has:
                self.get(who, said, event.t)
            else:
                self.lose(who, said, event.t)
        if event.kind == "arrive":
            self.look_back(event)
        elif event.kind == "say":
            self.say(event)
        elif event.kind == "status":
            self.status(event)

    # What happens to messages

    def say(self, event: Event) -> None:
        """Something is said: nobody knows anything of it so far."""
        sender, said = event.node, str(event.said)
        to = self.having.to[said]
        keys = [(node, whom, said) for node in (SERVER, sender) for whom in (SERVER, *to)]
        keys += [(node, whom, said) for node in to for whom in (node, sender)]
        self.lines |= {key: _Line(event.t) for key in keys}

    def get(self, who: str, said: str, t: float) -> None:
        """Somebody has something from now on, and knows it; others may learn of it."""
        self.lines[who, who, said].change(t, True, packet=self.brought_by(self.having.has[who, said]))
        group = str(self.having.says[said].to)
        if who != SERVER and group in self.groups:
            for node in (SERVER, self.sender(said), who):
                self.news[node, who, group][said] = None

    def brought_by(self, step: int) -> str | None:
        """The packet whose arrival led to a step of its receiver, at once or after a timer; None if none did."""
        while self.events[step].kind != "arrive":
            if not self.behind[step]:
                return None
            step = self.behind[step][0]
        return self.events[step].packet

    def lose(self, who: str, said: str, t: float) -> None:
        """Somebody has something no longer, and nobody knows what is not so."""
        sender, group = self.sender(said), str(self.having.says[said].to)
        for key in ((who, who, said), (SERVER, who, said), (who, sender, said)):
            if key in self.lines:
                self.lines[key].change(t, False)
        self.lines[sender, who, said].true = False
        self.doubt(sender, who, said, t)
        for node in (SERVER, sender, who):
            self.news[node, who, group].pop(said, None)

    def status(self, event: Event) -> None:
        """A person sees a new status: they believe what it says as long as they do not know."""
        sender, said = event.node, str(event.said)
        if said not in self.having.says or sender != self.sender(said):
            return
        if event.status != "delivered":
            self.delivered.pop(said, None)
        elif said not in self.delivered:
            self.delivered[said] = event.packet
        for receiver in self.having.to[said]:
            self.doubt(sender, receiver, said, event.t)

    def doubt(self, sender: str, whom: str, said: str, t: float) -> None:
        """If a sender does not know that a receiver has something, they believe it or not, as their screen says."""
        line = self.lines[sender, whom, said]
        if not line.true:
            believed = whom != SERVER and said in self.delivered
            line.change(t, False, believed, self.delivered[said] if believed else None)

    # Who learns of it

    def look_back(self, arrival: Event) -> None:
        """The node of an arrival learns what the steps behind it show.

        It stops where the node has looked before. What lies behind that it need not look at again, unless other people
        lie between this time: they know then what the steps behind them show.
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
                for said in self.having.shown(earlier, step):
                    self.learn(self.events[earlier].node, said, between, arrival)
                ahead.append((earlier, between))

    def learn_from_cursor(self, step: int, between: frozenset[str], arrival: Event) -> None:
        """The node of an arrival learns what an ack:R with a cursor shows, if one came to the server in this step."""
        ack = self.having.acks.get(step)
        if ack is None or (arrival.node == ack.member and not between):
            return  # nobody lies between of whom the member could learn that they know it
        news = self.news.get((arrival.node, ack.member, ack.group), ())
        for said in self.having.covered(ack, news):
            self.learn(ack.member, said, between, arrival)

    def learn(self, who: str, said: str, between: frozenset[str], arrival: Event) -> None:
        """The node of an arrival learns, if it concerns it, that somebody has something.

        If it is who has it, it can only learn that the sender knows it: if the sender lies between.
        """
        node, sender = arrival.node, self.sender(said)
        if node == who and sender not in between:
            return
        line = self.lines.get((node, sender if node == who else who, said))
        if line is not None and not line.true:
            line.change(arrival.t, True, packet=arrival.packet)
            self.news[node, who, str(self.having.says[said].to)].pop(said, None)
