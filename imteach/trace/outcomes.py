"""The outcome of each thing said, read from the events of a run, and its place on its sender's screen.

From the rung `ordered` on, a message that is sent again before anybody was shown it is said anew: it may stand where it
was said or where it was sent again. It is late if all these places come before something that was shown earlier.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

from imteach.protocol import SERVER, Outcome
from imteach.scenario.scenario import Scenario
from imteach.trace.records import Event, PacketRecord

if TYPE_CHECKING:
    from imteach.trace.trace import Trace

Conversation = tuple[str, str, str]
"""Who says something, to whom, and which receiver is shown it."""


def outcomes(scenario: Scenario, packets: Mapping[str, PacketRecord], events: Iterable[Event]) -> tuple[Outcome, ...]:
    """Return an `Outcome` for each thing said, in the order in which it was said."""
    reader = OutcomeReader(scenario, packets)
    for event in events:
        reader.read(event)
    return reader.outcomes()


def places(trace: "Trace") -> dict[str, int]:
    """Return the place of each thing said on its sender's screen: the id of its `say` event or of a `resend`.

    It is the latest of the possible places that agrees with what was shown. So a run keeps `in_order` if and only if
    everybody was shown each conversation in the order in which it stands on its sender's screen.

    >>> from imteach import Drop, Resend, Say, Scenario
    >>> scenario = Scenario("ordered", say=[Say("one"), Say("two", at=50)], resend=[Resend("m1", at=2000)])
    >>> trace = scenario.run(*(Drop(f"m1/msg:R#{number}") for number in (1, 2, 3)))
    >>> {said: trace.events[place].kind for said, place in places(trace).items()}
    {'m1': 'resend', 'm2': 'say'}
    """
    reader = OutcomeReader(trace.scenario, trace.packet)
    may: dict[str, tuple[int, ...]] = {}  # the possible places of what was shown, when it was shown first
    seen: defaultdict[Conversation, dict[str, None]] = defaultdict(dict)  # what each receiver was shown, in order
    for event in trace.events:
        said = event.said if event.kind == "show" else None
        if said in reader.rows:
            may.setdefault(said, reader.place[said])
        reader.read(event)
        if said in reader.rows and event.node not in reader.late.get(said, ()):
            seen[reader.conversation(said, event.node)].setdefault(said)
    behind: defaultdict[str, list[str]] = defaultdict(list)  # what some receiver was shown right after it
    for shown in seen.values():
        for said, after in pairwise(shown):
            behind[said].append(after)
    at = {said: place[-1] for said, place in reader.place.items()}
    for said in sorted(may.keys() - reader.late.keys(), key=at.__getitem__, reverse=True):
        at[said] = max(place for place in may[said] if all(place < at[after] for after in behind[said]))
    return at


class Packets(Protocol):
    """The packets of a run by name."""

    def get(self, name: str, /) -> PacketRecord | None:
        """Return the packet of this name, if there is one."""
        ...


class OutcomeReader:
    """Reads a run event by event and keeps what its outcomes are made of."""

    def __init__(self, scenario: Scenario, packets: Packets) -> None:
        self.packets = packets
        self.says_anew = scenario.setting.orders
        self.members = {group: tuple(members) for group, members in scenario.groups.items()}
        self.rows: dict[str, Event] = {}  # the say event of each thing said, by its first msgid
        self.to: dict[str, tuple[str, ...]] = {}
        self.status: dict[str, str | None] = {}
        self.shown: dict[str, dict[str, int]] = {}
        self.stored: dict[str, dict[str, int]] = {}
        self.log: dict[str, list[str]] = {}  # by group: the things said in its store, in the order of their numbers
        self.cursors: dict[tuple[str, str], int] = {}  # by group and member: how far it has acked
        self.late: dict[str, list[str]] = {}
        self.away: dict[str, None] = {}  # who is logged out now
        self.place: dict[str, tuple[int, ...]] = {}  # the possible places of each thing said; then the one that counts
        self.newest: dict[Conversation, int] = {}  # the latest place of all that was shown so far

    def read(self, event: Event) -> None:
        """Read one event."""
        said = event.said
        match event.kind:
            case "say" if said is not None:
                self.said(event, said)
            case "resend" if said in self.rows and self.says_anew and not any(self.shown[str(said)].values()):
                self.place[str(said)] += (event.id,)
            case "status" if said is not None:
                self.status[said] = event.status
            case "show" if said in self.rows:
                self.show(event, str(said))
            case "store" if said in self.rows:
                self.store(event, str(said))
            case "delete" if said in self.rows:
                self.delete(event, str(said))
            case "write" if event.node == SERVER and str(event.key).startswith("cursor/"):
                self.move_cursor(event)
            case "logout" if event.node != SERVER:
                self.away[event.node] = None
            case "login":
                self.away.pop(event.node, None)

    def said(self, event: Event, said: str) -> None:
        """Somebody said something: nobody has it yet."""
        told: tuple[str, ...] = (str(event.to),)
        if event.to in self.members:
            told = tuple(member for member in self.members[str(event.to)] if member != event.node)
        self.rows[said], self.to[said] = event, told
        self.shown[said], self.stored[said] = dict.fromkeys(told, 0), dict.fromkeys(told, 0)
        self.place[said] = (event.id,)

    def store(self, event: Event, said: str) -> None:
        """The server stores something: for one person, or one copy for every member who has not acked it yet."""
        stored = self.stored[said]
        if event.to not in self.members:
            stored[str(event.to)] = stored.get(str(event.to), 0) + 1
            return
        self.log.setdefault(str(event.to), []).append(said)
        for receiver in self.to[said]:
            stored[receiver] = 1

    def delete(self, event: Event, said: str) -> None:
        """The server deletes something that it keeps: for one person, or a group's copy, for every member."""
        stored = self.stored[said]
        for receiver in self.to[said] if event.to in self.members else [str(event.to)]:
            stored[receiver] = max(0, stored.get(receiver, 0) - 1)

    def move_cursor(self, event: Event) -> None:
        """A member has acked a group's messages up to its cursor: none of them is kept for it any longer."""
        _, group, member = str(event.key).split("/", 2)
        ack = self.packets.get(str(event.packet))
        cursor = ack.cursor if ack is not None else 0
        for said in self.log.get(group, [])[self.cursors.get((group, member), 0) : cursor]:
            if member in self.stored[said]:
                self.stored[said][member] = 0
        self.cursors[group, member] = cursor

    def show(self, event: Event, said: str) -> None:
        """Somebody was shown something: count it, and note whether something said later was shown before."""
        shown = self.shown[said]
        shown[event.node] = shown.get(event.node, 0) + 1
        if shown[event.node] > 1:
            return
        conversation = self.conversation(said, event.node)
        newest = self.newest.get(conversation, -1)
        if len(self.place[said]) > 1:  # nobody was shown it so far
            self.place[said] = (self.first_behind(newest, said),)
        (place,) = self.place[said]
        if place < newest:
            self.late.setdefault(said, []).append(event.node)
        self.newest[conversation] = max(place, newest)

    def first_behind(self, newest: int, said: str) -> int:
        """The first possible place of something that comes after `newest`; its last place, if none does."""
        places = self.place[said]
        return next((place for place in places if place > newest), places[-1])

    def conversation(self, said: str, receiver: str) -> Conversation:
        """The conversation to which something belongs for this receiver."""
        return self.rows[said].node, str(self.rows[said].to), receiver

    def outcomes(self) -> tuple[Outcome, ...]:
        """What came of each thing said."""
        return tuple(
            Outcome(
                msgid=said,
                sender=row.node,
                to=self.to[said],
                text=str(row.text),
                status=self.status.get(said),
                shown=self.shown[said],
                stored=self.stored[said],
                away=tuple(receiver for receiver in self.to[said] if receiver in self.away),
                late=tuple(self.late.get(said, ())),
            )
            for said, row in self.rows.items()
        )
