"""What came of each thing said, read from the events of a run."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from imteach.protocol import SERVER, Outcome
from imteach.sim.records import Event, PacketRecord
from imteach.sim.scenario import Scenario


def outcomes(scenario: Scenario, packets: Mapping[str, PacketRecord], events: Iterable[Event]) -> tuple[Outcome, ...]:
    """Return an `Outcome` for each thing said, in the order in which it was said."""
    reader = OutcomeReader(scenario.groups, packets)
    for event in events:
        reader.read(event)
    return reader.outcomes()


class Packets(Protocol):
    """The packets of a run by name."""

    def get(self, name: str, /) -> PacketRecord | None:
        """Return the packet of this name, if there is one."""
        ...


class OutcomeReader:
    """Everything that outcomes are made of, event by event."""

    def __init__(self, groups: Mapping[str, Iterable[str]], packets: Packets) -> None:
        self.packets = packets
        self.members = {group: tuple(members) for group, members in groups.items()}
        self.rows: dict[str, Event] = {}  # the say event of each thing said, by its first msgid
        self.to: dict[str, tuple[str, ...]] = {}
        self.status: dict[str, str | None] = {}
        self.shown: dict[str, dict[str, int]] = {}
        self.stored: dict[str, dict[str, int]] = {}
        self.log: dict[str, list[str]] = {}  # what each group's store holds, by its numbers
        self.cursors: dict[tuple[str, str], int] = {}  # by group and member: how far it has acked
        self.late: dict[str, list[str]] = {}
        self.away: dict[str, None] = {}  # who is logged out now
        self.place: dict[str, int] = {}  # when each thing was said, or last sent again by its person
        # the latest said of what was shown so far, by sender, to and receiver: where it was said, not sent again
        self.newest: dict[tuple[str, str, str], int] = {}

    def read(self, event: Event) -> None:
        """Take one event in."""
        said = event.said
        match event.kind:
            case "say" if said is not None:
                self.said(event, said)
            case "resend" if said is not None:
                self.place[said] = event.id
            case "status" if said is not None:
                self.status[said] = event.status
            case "show" if said in self.rows:
                self.show(event, str(said))
            case "store" if said in self.rows:
                self.store(event, str(said))
            case "delete" if said in self.rows:
                self.stored[str(said)][str(event.to)] -= 1
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
        self.place[said] = event.id

    def store(self, event: Event, said: str) -> None:
        """The server stores something: for one person, or one copy for every member who has not acked it yet."""
        stored = self.stored[said]
        if event.to not in self.members:
            stored[str(event.to)] = stored.get(str(event.to), 0) + 1
            return
        self.log.setdefault(str(event.to), []).append(said)
        for receiver in self.to[said]:
            stored[receiver] = 1

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
        """Somebody was shown something: count it, and see whether something said later was shown before."""
        shown, row = self.shown[said], self.rows[said]
        shown[event.node] = shown.get(event.node, 0) + 1
        if shown[event.node] > 1:
            return
        conversation = (row.node, str(row.to), event.node)
        if self.place[said] < self.newest.get(conversation, -1):
            self.late.setdefault(said, []).append(event.node)
        self.newest[conversation] = max(row.id, self.newest.get(conversation, -1))

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
