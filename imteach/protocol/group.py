"""The rung `group`: one message to many (ours; the article leaves groups to a "future topic").

The server numbers what is said in a group. It stores one copy of each message under the next number, in the order in
which the messages come; from one sender it takes them in the sender's order. The sender transmits and waits as ever:
its ack:N says that the message is kept for every member, and which number it has in the group.

- msg:R comes for a group: answer msg:A. If the message is the next of its sender, store it, notify the sender with
  ack:N, and each other member who is online with msg:N. If it is too early, it is not stored and there is no ack:N: its
  sender transmits it again after the one that is missing.
- ack:R comes from a member: remember its cursor, never backwards, and answer ack:A.
- offline:R comes from a member: answer with the messages after its cursor, a page at most. Whoever is no member gets
  none.

A member shows a group's messages in the order of the group's numbers, and holds back what comes early. It counts what
it said itself too, for that has a number as well. Its *cursor* is the highest number up to which nothing is missing.

- It acknowledges with the cursor, after every few messages or when a while has passed since the first.
- It pulls from its cursor on when it logs in, when a gap shows, and at each heartbeat. The heartbeat is there for a
  lost msg:N after which no other came.
"""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from imteach.protocol.client import NewMsgid
from imteach.protocol.effects import CancelTimer, Discard, Disk, Effect, StartTimer, Store, Transmit, Write, timer_name
from imteach.protocol.ladder import Rung
from imteach.protocol.ordered import HoldBack, OrderedClient, OrderedServer
from imteach.protocol.packets import SERVER, Kept, Message, Packet, as_kept


class GroupClient(OrderedClient):
    """A client whose person may be a member of groups: it sends to them, and shows what is said in them in order."""

    _timers: ClassVar = OrderedClient._timers | {"heartbeat": "on_heartbeat", "ack": "on_ack_timer"}

    def __init__(
        self, name: str, rung: Rung, retries: int, new_msgid: NewMsgid, groups: Iterable[str] = (), ack_every: int = 1
    ) -> None:
        super().__init__(name, rung, retries, new_msgid)
        self.ack_every = ack_every
        self.groups: dict[str, HoldBack[Kept]] = {group: HoldBack() for group in groups}
        self.unacked: dict[str, int] = {}  # by group: how many messages since the last ack

    def restart(self, disk: Disk) -> list[Effect]:
        """Start again after a crash, with nothing but what was written: transmit what still waits for its ack:N."""
        again = OrderedClient.restart(self, disk)
        return [*self.on_start(), *again]

    def on_start(self) -> list[Effect]:
        """The program starts: a heartbeat for each group."""
        return [self.heartbeat(group) for group in self.groups]

    def on_login(self) -> list[Effect]:
        """Online again: ask for what was kept meanwhile, for this person and for each of their groups."""
        groups = self.groups if self.rung.stores else ()
        return [*OrderedClient.on_login(self), *(effect for group in groups for effect in self.pull(group))]

    def on_heartbeat(self, group: str) -> list[Effect]:
        """Start the next heartbeat, and pull what may have been lost, if online and not pulling already."""
        pull = self.pull(group) if self.online and group not in self.pulls else []
        return [self.heartbeat(group), *pull]

    def on_ack_timer(self, group: str) -> list[Effect]:
        """It is time to ack what came; nothing is left of that if the timer had run out when it was cancelled."""
        return self.send_cursor(group) if self.unacked.get(group) else []

    def on_ack_n(self, packet: Packet) -> list[Effect]:
        """The receiver has the message; or the server has it for a group, and says its number there."""
        effects = OrderedClient.on_ack_n(self, packet)
        return [*effects, *self.take_group([as_kept(packet)], packet.group)] if packet.group and effects else effects

    # Small pieces that the methods above share

    def take_group(self, arrived: Iterable[Kept], group: str) -> list[Effect]:
        """Show what is in its turn by the group's numbers, ack with the cursor, pull where there is a gap."""
        effects, shown = self.let_through(arrived)
        effects += self.count_for_ack(group, sum(kept.message.sender != self.name for kept in shown))
        gap = self.groups[group].held and group not in self.pulls
        return [*effects, *(self.pull(group) if self.more.pop(group, False) or gap else [])]

    def _take_from(self, group: str, arrived: Iterable[Kept]) -> list[Effect]:
        """Take what came for this person (`group` is "") or from a group."""
        return self.take_group(arrived, group) if group else OrderedClient._take_from(self, group, arrived)

    def count_for_ack(self, group: str, count: int) -> list[Effect]:
        """Count so many more messages; ack after every `ack_every`, or `ack_delay` after the first not acked."""
        before = self.unacked.get(group, 0)
        self.unacked[group] = before + count
        if self.unacked[group] >= self.ack_every:
            return self.send_cursor(group)
        return [StartTimer(timer_name("ack", group), wait="ack_delay")] if before == 0 < count else []

    def send_cursor(self, group: str) -> list[Effect]:
        """Transmit ack:R with the cursor of this group."""
        self.unacked[group] = 0
        ack = Packet("ack:R", "", self.name, SERVER, group=group, cursor=self._cursor(group))
        return [CancelTimer(timer_name("ack", group)), Transmit(ack)]

    def _cursor(self, group: str) -> int:
        """The highest number of a group up to which nothing is missing here."""
        return self.groups[group].cursor if group else 0

    def heartbeat(self, group: str) -> Effect:
        """Return the `StartTimer` of this group's next heartbeat."""
        return StartTimer(timer_name("heartbeat", group), wait="heartbeat")

    def conversation(self, message: Message) -> str:
        """Whose numbers a message carries: its group's, or its sender's."""
        return message.to if message.to in self.groups else OrderedClient.conversation(self, message)

    def buffer(self, conversation: str) -> HoldBack[Kept]:
        """The hold-back buffer of a conversation, or of a group."""
        return self.groups[conversation] if conversation in self.groups else OrderedClient.buffer(self, conversation)

    def _buffers(self) -> dict[str, HoldBack[Kept]]:
        """The hold-back buffers by conversation and by group."""
        return OrderedClient._buffers(self) | self.groups

    def state(self) -> dict[str, Any]:
        """What this client holds: its waiting-ack queue (msgid: tries), its dedup table, each status.

        From the rung `ordered` on also what it holds back (sender or group: msgids), and the cursor of each group.
        """
        cursor = {group: buffer.cursor for group, buffer in self.groups.items()}
        return OrderedClient.state(self) | ({"cursor": cursor} if self.groups else {})


class GroupServer(OrderedServer):
    """A server that also keeps what is said in groups: one copy of each message, and a cursor for each member."""

    def __init__(self, rung: Rung, people: Iterable[str], groups: Mapping[str, Iterable[str]] | None = None) -> None:
        super().__init__(rung, people)
        self.groups = {name: dict.fromkeys(members) for name, members in (groups or {}).items()}
        self.cursors: dict[str, dict[str, int]] = {}  # by group: how far each member has acked

    def restart(self, disk: Disk) -> list[Effect]:
        """Start again after a crash: what is kept is read, and nobody is online yet."""
        for key, cursor in disk.read("cursor").items():
            group, _, member = key.partition("/")
            self.cursors.setdefault(group, {})[member] = cursor
        return OrderedServer.restart(self, disk)

    def on_ack_r(self, packet: Packet) -> list[Effect]:
        """A message was shown: answer the receiver, and notify the sender. In a group: move a cursor, and answer."""
        if not packet.group:
            return OrderedServer.on_ack_r(self, packet)
        return [*self.move_cursor(packet), Transmit(packet.follow_up("ack:A", to=packet.src, group=packet.group))]

    def on_offline_r(self, packet: Packet) -> list[Effect]:
        """A client asks for what was kept: answer with the oldest, a page at most, and whether there are more."""
        if not packet.group:
            return OrderedServer.on_offline_r(self, packet)
        is_member = packet.src in self.groups.get(packet.group, {})
        log = list(self.store.get(packet.group, {}).values()) if is_member else []
        return [Transmit(self._offline_a(packet, log[packet.cursor :]))]  # they are numbered from 1, in this order

    # Small pieces that the methods above share

    def _not_online(self, packet: Packet) -> list[Effect]:
        """Take the message of this msg:R for its group, which is never online, or keep it for a person who is away."""
        is_for_group = packet.message.to in self.groups
        return self.take_for_group(packet) if is_for_group else OrderedServer._not_online(self, packet)

    def take_for_group(self, packet: Packet) -> list[Effect]:
        """Store one copy under the group's next number, notify the sender and each other member who is online."""
        group = packet.message.to
        log = self.store.setdefault(group, {})
        if packet.msgid in log:
            return [self.confirm(packet, log[packet.msgid])]
        turn = self.turn_of(packet)
        if packet.number not in (0, turn):
            return [Discard(packet.msgid, packet.message, "too late" if packet.number < turn else "too early")]
        kept = Kept(packet.msgid, packet.message, number=len(log) + 1, sent_as=packet.number)
        self.keep(group, kept)
        others = [member for member in self.groups[group] if member in self.online and member != packet.src]
        notify = [packet.follow_up("msg:N", to=member, number=kept.number, group=group) for member in others]
        return [Store(group, kept), self.confirm(packet, kept), *map(Transmit, notify)]

    def turn_of(self, packet: Packet) -> int:
        """Return the number that this sender's next message in this group must have.

        A message that comes before its turn gets no ack:N, so its sender transmits it again later.
        """
        log = self.store.get(packet.message.to, {}).values()
        taken = max((kept.sent_as for kept in log if kept.message.sender == packet.src), default=0)
        return max(taken + 1, packet.base)

    def confirm(self, packet: Packet, kept: Kept) -> Effect:
        """Notify the sender that the server keeps its message for the group, and under which number."""
        return Transmit(packet.follow_up("ack:N", to=packet.src, number=kept.number, group=packet.message.to))

    def move_cursor(self, packet: Packet) -> list[Effect]:
        """A member has everything up to its cursor: remember how far it is, and never go back."""
        cursors = self.cursors.setdefault(packet.group, {})
        if packet.cursor <= cursors.get(packet.src, 0):
            return []
        cursors[packet.src] = packet.cursor
        return [Write("cursor", f"{packet.group}/{packet.src}", packet.cursor)]

    def state(self) -> dict[str, Any]:
        """What the server holds: who is online, what it keeps for whom; and nothing about messages in flight."""
        cursors = {group: dict(cursors) for group, cursors in self.cursors.items()}
        return OrderedServer.state(self) | ({"cursors": cursors} if self.groups else {})
