"""The outcome of each thing said, read from the events of a run, and its place on its sender's screen.

From the rung `ordered` on, a message that is sent again before anybody was shown it is said anew: it may stand where it
was said or where it was sent again. It is late if all these places come before something that was shown earlier.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

from imteach.protocol import SERVER, Outcome, Rung
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
        if said in reader.rows and said not in reader.screens[event.node].late:
            seen[reader.conversation(said, event.node)].setdefault(said)
    behind: defaultdict[str, list[str]] = defaultdict(list)  # what some receiver was shown right after it
    for shown in seen.values():
        for said, after in pairwise(shown):
            behind[said].append(after)
    at = {said: place[-1] for said, place in reader.place.items()}
    late = {said for screen in reader.screens.values() for said in screen.late}
    for said in sorted(may.keys() - late, key=at.__getitem__, reverse=True):
        at[said] = max(place for place in may[said] if all(place < at[after] for after in behind[said]))
    return at


def is_under_way(status: str | None, rung: Rung) -> bool:
    """Whether a message with this status on its sender's screen is not settled yet.

    >>> from imteach.protocol import LADDER
    >>> is_under_way("sent", LADDER["basic"]), is_under_way("sent", LADDER["acked"])
    (False, True)
    """
    return status == "sending" or (status == "sent" and rung.acks)


class Packets(Protocol):
    """The packets of a run by name."""

    def get(self, name: str, /) -> PacketRecord | None:
        """Return the packet of this name, if there is one."""
        ...


class Screen:
    """What one person sees: the last status of each thing they said, and what they were shown.

    A `place` is where something stands on its sender's screen: a number that grows.

    >>> bobs, talk = Screen(), ("alice", "bob", "bob")
    >>> bobs.show("m2", talk, 2), bobs.show("m1", talk, 1)
    (None, None)
    >>> bobs.shown, list(bobs.late)
    ({'m2': 1, 'm1': 1}, ['m1'])
    """

    def __init__(self) -> None:
        self.status: dict[str, str] = {}
        self.shown: dict[str, int] = {}  # how often each thing said was shown
        self.late: dict[str, None] = {}  # what was shown only after something said later in the same conversation
        self.newest: dict[Conversation, int] = {}  # the latest place of all that was shown so far

    def show(self, said: str, conversation: Conversation, place: int) -> None:
        """Something is shown: count it, and note whether something said later was shown before."""
        self.shown[said] = self.shown.get(said, 0) + 1
        if self.shown[said] > 1:
            return
        newest = self.newest.get(conversation, -1)
        if place < newest:
            self.late[said] = None
        self.newest[conversation] = max(place, newest)

    def place_among(self, places: Sequence[int], conversation: Conversation) -> int:
        """Return the first of these places behind all that was shown so far; the last one, if none is."""
        newest = self.newest.get(conversation, -1)
        return next((place for place in places if place > newest), places[-1])


class Shelf:
    """What is stored: how many copies of each thing said for whom, and how far the members of groups have acked.

    >>> shelf = Shelf()
    >>> shelf.store("m1", "friends", ["bob", "carol"], is_group=True)
    >>> shelf.move_cursor("friends", "bob", 1)
    >>> shelf.stored
    {'m1': {'bob': 0, 'carol': 1}}
    >>> shelf.store("m1", "friends", ["bob", "carol"], is_group=True)
    >>> list(shelf.twice)
    ['m1']
    """

    def __init__(self) -> None:
        self.stored: dict[str, dict[str, int]] = {}
        self.log: dict[str, list[str]] = {}  # by group: the things said in its store, in the order of their numbers
        self.cursors: dict[tuple[str, str], int] = {}  # by group and member: how far it has acked
        self.copies: dict[tuple[str, str], int] = {}  # by thing said and by person or group: how often it lies there
        self.twice: dict[str, None] = {}  # the things said of which two copies lay in one place at one moment

    def store(self, said: str, to: str, receivers: Iterable[str], is_group: bool) -> None:
        """Store something: for one person, or one copy for every member who has not acked it yet."""
        self.copies[said, to] = self.copies.get((said, to), 0) + 1
        if self.copies[said, to] > 1:
            self.twice[said] = None
        stored = self.stored.setdefault(said, {})
        if not is_group:
            stored[to] = stored.get(to, 0) + 1
            return
        self.log.setdefault(to, []).append(said)
        stored.update(dict.fromkeys(receivers, 1))

    def delete(self, said: str, to: str, receivers: Iterable[str], is_group: bool) -> None:
        """Delete something that is kept: for one person, or a group's copy, for every member."""
        self.copies[said, to] = max(0, self.copies.get((said, to), 0) - 1)
        stored = self.stored.setdefault(said, {})
        for receiver in receivers if is_group else [to]:
            stored[receiver] = max(0, stored.get(receiver, 0) - 1)

    def move_cursor(self, group: str, member: str, cursor: int) -> None:
        """A member has acked a group's messages up to its cursor: none of them is kept for it any longer."""
        for said in self.log.get(group, [])[self.cursors.get((group, member), 0) : cursor]:
            if self.stored.get(said, {}).get(member):
                self.stored[said][member] = 0
        self.cursors[group, member] = cursor


def receivers(scenario: Scenario, sender: str, to: str) -> tuple[str, ...]:
    """Return who is to be shown what this sender says `to` a person or a group."""
    return tuple(member for member in scenario.groups.get(to, (to,)) if member != sender or to not in scenario.groups)


def outcome(
    said: str,
    sender: str,
    to: tuple[str, ...],
    text: str,
    screens: Mapping[str, Screen],
    shelf: Shelf,
    away: Container[str],
) -> Outcome:
    """Put together what came of one thing said, from what each person sees and what is stored."""
    shown = {who: screen.shown[said] for who, screen in screens.items() if said in screen.shown}
    return Outcome(
        msgid=said,
        sender=sender,
        to=to,
        text=text,
        status=screens[sender].status.get(said) if sender in screens else None,
        shown=dict.fromkeys(to, 0) | shown,
        stored=dict.fromkeys(to, 0) | shelf.stored.get(said, {}),
        away=tuple(receiver for receiver in to if receiver in away),
        late=tuple(who for who, screen in screens.items() if said in screen.late),
        twice=said in shelf.twice,
    )


class OutcomeReader:
    """Reads a run event by event and keeps what its outcomes are made of."""

    def __init__(self, scenario: Scenario, packets: Packets) -> None:
        self.scenario = scenario
        self.packets = packets
        self.says_anew = scenario.setting.orders
        self.rows: dict[str, Event] = {}  # the say event of each thing said, by its first msgid
        self.to: dict[str, tuple[str, ...]] = {}
        self.screens: dict[str, Screen] = {}
        self.shelf = Shelf()
        self.away: dict[str, None] = {}  # who is logged out now
        self.place: dict[str, tuple[int, ...]] = {}  # the possible places of each thing said; then the one that counts

    def read(self, event: Event) -> None:
        """Read one event."""
        said = event.said
        match event.kind:
            case "say" if said is not None:
                self.rows[said], self.place[said] = event, (event.id,)
                self.to[said] = receivers(self.scenario, event.node, str(event.to))
            case "resend" if said in self.rows and self.says_anew and not self.is_shown(str(said)):
                self.place[str(said)] += (event.id,)
            case "status" if said is not None:
                self.screen(event.node).status[said] = str(event.status)
            case "show" if said in self.rows:
                self.show(event, str(said))
            case "store" if said in self.rows:
                self.shelf.store(*self.copy(event, str(said)))
            case "delete" if said in self.rows:
                self.shelf.delete(*self.copy(event, str(said)))
            case "write" if event.node == SERVER and str(event.key).startswith("cursor/"):
                self.move_cursor(event)
            case "logout" if event.node != SERVER:
                self.away[event.node] = None
            case "login":
                self.away.pop(event.node, None)

    def screen(self, person: str) -> Screen:
        """What this person sees."""
        return self.screens.setdefault(person, Screen())

    def is_shown(self, said: str) -> bool:
        """Whether anybody was shown this."""
        return any(said in screen.shown for screen in self.screens.values())

    def show(self, event: Event, said: str) -> None:
        """Somebody was shown something; if nobody was so far, the place where it stands is settled now."""
        screen, conversation = self.screen(event.node), self.conversation(said, event.node)
        if len(self.place[said]) > 1:
            self.place[said] = (screen.place_among(self.place[said], conversation),)
        screen.show(said, conversation, self.place[said][0])

    def copy(self, event: Event, said: str) -> tuple[str, str, tuple[str, ...], bool]:
        """What is stored or deleted, for whom, who of a group is to be shown it, and whether it is a group's."""
        to = str(event.to)
        return said, to, self.to[said], to in self.scenario.groups

    def move_cursor(self, event: Event) -> None:
        """A member has acked a group's messages up to its cursor."""
        _, group, member = str(event.key).split("/", 2)
        ack = self.packets.get(str(event.packet))
        self.shelf.move_cursor(group, member, ack.cursor if ack is not None else 0)

    def conversation(self, said: str, receiver: str) -> Conversation:
        """The conversation to which something belongs for this receiver."""
        return self.rows[said].node, str(self.rows[said].to), receiver

    def outcomes(self) -> tuple[Outcome, ...]:
        """What came of each thing said."""
        return tuple(
            outcome(said, row.node, self.to[said], str(row.text), self.screens, self.shelf, self.away)
            for said, row in self.rows.items()
        )
