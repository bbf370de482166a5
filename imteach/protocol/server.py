"""The server: it passes on, it answers, and it keeps no state for messages in flight.

It retransmits nothing and starts no timer, so it may be restarted between any two packets: the sender's
retransmission recovers. What it keeps, for absent people and for groups, it keeps on its disk.
Source: the article, sections 2, 4 and 9; groups are its "future topic".
"""

from collections.abc import Iterable, Mapping
from typing import Any

from imteach.protocol.disk import Disk
from imteach.protocol.effects import Delete, Discard, Effect, Store, Transmit, Write
from imteach.protocol.ladder import Rung
from imteach.protocol.packets import Kept, Message, Packet

PAGE = 20
"""How many kept messages one offline:A brings at most."""


class Server:
    """The server between all clients.

    `people` are the names of those who are logged in at the start, `groups` the members of each group by its name.

    >>> from imteach.protocol import LADDER
    >>> hello = Message(said=0, sender="alice", to="bob", text="hello")
    >>> server = Server(LADDER["basic"], ["alice", "bob"])
    >>> for effect in server.receive(Packet("msg:R", "m1", "alice", "server", hello)):
    ...     print(effect.packet.kind, "to", effect.packet.dst)
    msg:A to alice
    msg:N to bob
    """

    def __init__(self, rung: Rung, people: Iterable[str], groups: Mapping[str, Iterable[str]] | None = None) -> None:
        self.rung = rung
        self.online = dict.fromkeys(people)  # who is logged in
        self.groups = {name: dict.fromkeys(members) for name, members in (groups or {}).items()}
        self.store: dict[str, dict[str, Kept]] = {}  # what is kept for each person and for each group, by msgid
        self.cursors: dict[str, dict[str, int]] = {}  # by group: how far each member has acked

    # What its driver calls

    def receive(self, packet: Packet) -> list[Effect]:
        """A packet has arrived: return what to do."""
        match packet.kind:
            case "msg:R":
                return self.on_msg_r(packet)
            case "ack:R":
                return self.on_ack_r(packet)
            case "offline:R":
                return self.on_offline_r(packet)
            case "offlineack:R":
                return self.on_offlineack_r(packet)
        raise ValueError(f"the server receives msg:R, ack:R, offline:R and offlineack:R, not {packet.kind!r}")

    def timer(self, name: str) -> list[Effect]:
        """The server starts no timer, so none can run out."""
        raise ValueError(f"the server has no timer {name!r}: it starts none")

    def command(self, name: str, message: Message | None = None, msgid: str | None = None) -> list[Effect]:
        """Nobody types at the server."""
        raise ValueError(f"the server has no person to {name} anything")

    def presence(self, person: str, online: bool) -> list[Effect]:
        """A connection has come or gone: remember who is online."""
        if online:
            self.online[person] = None
        else:
            self.online.pop(person, None)
        return []

    def restart(self, disk: Disk) -> list[Effect]:
        """Start again after a crash: what is kept is read, and nobody is online yet."""
        self.online.clear()
        for key, row in disk.read("store").items():
            self.keep(key.partition("/")[0], Kept.from_row(row))
        for key, cursor in disk.read("cursor").items():
            group, _, member = key.partition("/")
            self.cursors.setdefault(group, {})[member] = cursor
        return []

    # One method for one packet kind

    def on_msg_r(self, packet: Packet) -> list[Effect]:
        """A client asks to take a message: answer it, and notify the receiver, or keep it for one who is absent."""
        to = packet.message.to
        answer = Transmit(packet.follow_up("msg:A", to=packet.src))
        if to in self.groups:
            return [answer, *self.take_for_group(packet)]
        if to in self.online:
            return [answer, Transmit(self.msg_n(packet, to))]
        if self.rung.stores:
            return [answer, *self.keep_for_absent(packet)]
        return [answer]

    def on_ack_r(self, packet: Packet) -> list[Effect]:
        """The receiver has shown a message: answer it, and tell the sender."""
        answer = Transmit(packet.follow_up("ack:A", to=packet.src, group=packet.group))
        if packet.group:
            return [*self.move_cursor(packet), answer]
        return [answer, Transmit(packet.follow_up("ack:N", to=packet.message.sender))]

    def on_offline_r(self, packet: Packet) -> list[Effect]:
        """A client asks for what was kept: answer with the oldest, a page at most, and whether there are more."""
        if not packet.group:
            kept = list(self.store.get(packet.src, {}).values())
        elif packet.src in self.groups.get(packet.group, {}):
            log = list(self.store.get(packet.group, {}).values())
            kept = log[packet.cursor :]  # a group's messages are numbered from 1, in the order of the store
        else:
            kept = []  # who is no member gets nothing
        page = Packet("offline:A", "", packet.dst, packet.src, group=packet.group)
        brought = tuple(one._replace(base=self.base(packet.src, one)) for one in kept[:PAGE])
        return [Transmit(page._replace(kept=brought, more=len(kept) > PAGE))]

    def on_offlineack_r(self, packet: Packet) -> list[Effect]:
        """The receiver has these messages: delete them."""
        mine = self.store.get(packet.src, {})
        there = [msgid for msgid in packet.msgids if msgid in mine]
        for msgid in there:
            del mine[msgid]
        return [Delete(packet.src, msgid) for msgid in there]

    # Small pieces that the methods above share

    def msg_n(self, packet: Packet, to: str) -> Packet:
        """The notify that brings the message of this msg:R to its receiver, with its numbers."""
        return packet.follow_up("msg:N", to, number=packet.number, base=self.base(to, packet))

    def base(self, to: str, sent: Packet | Kept) -> int:
        """The lowest number that is waited for: by the sender, who says so, or by the server, who keeps it for `to`.

        What the server keeps its sender does not wait for any more; what comes straight must not pass it by.
        """
        kept = self.store.get(to)
        if not kept:
            return sent.base
        numbers = (one.number for one in kept.values() if one.message.sender == sent.message.sender)
        return min((sent.base, *numbers))

    def keep(self, to: str, kept: Kept) -> None:
        """Remember what is kept for a person or a group."""
        self.store.setdefault(to, {})[kept.msgid] = kept

    def keep_for_absent(self, packet: Packet) -> list[Effect]:
        """Store the message of this msg:R, once a msgid, and only then tell the sender that it is in good hands."""
        to = packet.message.to
        fabricated = Transmit(packet.follow_up("ack:N", to=packet.src, fabricated=True))
        if packet.msgid in self.store.get(to, {}):
            return [fabricated]
        kept = Kept(packet.msgid, packet.message, packet.number, packet.base)
        self.keep(to, kept)
        return [Store(to, kept), fabricated]

    def take_for_group(self, packet: Packet) -> list[Effect]:
        """Store one copy under the group's next number, tell the sender, and notify each other member online."""
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
        """The number of the message that is to come next from this sender in this group.

        One that is too early comes again, after the one that is missing: its sender gets no ack:N for it.
        """
        log = self.store.get(packet.message.to, {}).values()
        taken = max((kept.sent_as for kept in log if kept.message.sender == packet.src), default=0)
        return max(taken + 1, packet.base)

    def confirm(self, packet: Packet, kept: Kept) -> Effect:
        """Tell the sender that the group has its message, and under which number."""
        group = packet.message.to
        return Transmit(packet.follow_up("ack:N", to=packet.src, number=kept.number, group=group))

    def move_cursor(self, packet: Packet) -> list[Effect]:
        """A member has everything up to its cursor: remember how far it is, and never go back."""
        cursors = self.cursors.setdefault(packet.group, {})
        if packet.cursor <= cursors.get(packet.src, 0):
            return []
        cursors[packet.src] = packet.cursor
        return [Write("cursor", f"{packet.group}/{packet.src}", packet.cursor)]

    def state(self) -> dict[str, Any]:
        """What the server holds: who is online, what it keeps for whom; and nothing about messages in flight."""
        state: dict[str, Any] = {"online": list(self.online)}
        if self.rung.stores:
            state["store"] = {to: list(kept) for to, kept in self.store.items() if kept}
        if self.groups:
            state["cursors"] = {group: dict(cursors) for group, cursors in self.cursors.items()}
        return state
