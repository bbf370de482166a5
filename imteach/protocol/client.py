"""The client: the sender's side and the receiver's side, both in every client.

A client is told what happened (`receive`, `timer`, `command`) and returns the effects it asks for. It knows no
time and no network. One method for one packet kind; override one, and hand the class to `Scenario(client=…)`.
"""

from collections.abc import Callable, Iterable
from typing import Any

from imteach.protocol.disk import Disk
from imteach.protocol.effects import CancelTimer, Discard, Effect, Hold, Report, Show, StartTimer, Transmit, Write
from imteach.protocol.holdback import HoldBack
from imteach.protocol.ladder import Rung
from imteach.protocol.packets import NO_MESSAGE, SERVER, Kept, Message, Packet
from imteach.protocol.value import Value


class Waiting(Value, frozen=True):
    """An entry of the waiting-ack queue: the message, and how often its msg:R was transmitted."""

    message: Message
    tries: int


class Client:
    """One person's client: client-A for what its person says, client-B for what others say to it.

    `rung` is its setting, `retries` how often it may retransmit one message, `new_msgid` asks the driver for a
    fresh msgid. `groups` are those that its person is a member of, and `ack_every` after how many of a group's
    messages it acks. `timer` takes a timer's name; a message's timer is named by its msgid.

    Source: the article, sections 2, 4, 6, 8 and 9.

    >>> from imteach.protocol import LADDER
    >>> alice = Client("alice", LADDER["dedup"], retries=2, new_msgid=lambda: "m1")
    >>> for effect in alice.command("say", Message(said=0, sender="alice", to="bob", text="hello")):
    ...     print(type(effect).__name__)
    Report
    Transmit
    StartTimer
    """

    def __init__(
        self,
        name: str,
        rung: Rung,
        retries: int,
        new_msgid: Callable[[], str],
        groups: Iterable[str] = (),
        ack_every: int = 1,
    ) -> None:
        self.name = name
        self.rung = rung
        self.retries = retries
        self.new_msgid = new_msgid
        self.ack_every = ack_every
        self.online = True
        self.queue: dict[str, Waiting] = {}  # the waiting-ack queue, by msgid
        self.status: dict[str, str] = {}  # what its person sees beside each message said
        self.dedup: dict[str, None] = {}  # the msgids shown, oldest first
        self.pulls: dict[str, int] = {}  # by what is pulled for ("" or a group): how often offline:R was transmitted
        self.more: dict[str, bool] = {}  # and whether the last page said that there is more
        self.last: dict[str, int] = {}  # the last number given, by whom the messages are to
        self.numbers: dict[str, int] = {}  # the numbers of the messages in the queue, by msgid
        self.turns: dict[str, HoldBack[Kept]] = {}  # what is held back, by who sent it
        self.pulled: dict[str, None] = {}  # the msgids held back that came with a pull
        self.groups: dict[str, HoldBack[Kept]] = {group: HoldBack() for group in groups}
        self.unacked: dict[str, int] = {}  # by group: how many messages since the last ack

    # What its driver calls

    def receive(self, packet: Packet) -> list[Effect]:
        """A packet has arrived: return what to do."""
        match packet.kind:
            case "msg:A":
                return self.on_msg_a(packet)
            case "msg:N":
                return self.on_msg_n(packet)
            case "ack:A":
                return self.on_ack_a(packet)
            case "ack:N":
                return self.on_ack_n(packet)
            case "offline:A":
                return self.on_offline_a(packet)
        raise ValueError(f"a client receives msg:A, msg:N, ack:A, ack:N and offline:A, not {packet.kind!r}")

    def timer(self, name: str) -> list[Effect]:
        """The timer of this name has run out: return what to do."""
        what, _, group = name.partition(":")
        match what:
            case "pull":
                return self.on_pull_timer(group)
            case "heartbeat":
                return self.on_heartbeat(group)
            case "ack":
                return self.send_cursor(group)
        return self.on_timer(name)

    def command(self, name: str, message: Message = NO_MESSAGE, msgid: str = "") -> list[Effect]:
        """The person wants something: `start`, `say` or `resend` a message, `login`, `logout`. Return what to do."""
        match name:
            case "start":
                return self.on_start()
            case "say":
                return self.on_say(message)
            case "resend":
                return self.on_resend(msgid, message)
            case "login":
                return self.on_login()
            case "logout":
                return self.on_logout()
        raise ValueError(f"no command {name!r}; a client knows: start, say, resend, login, logout")

    def restart(self, disk: Disk) -> list[Effect]:
        """Start again after a crash, with nothing but what was written: transmit what still waits for its ack:N."""
        for msgid, place in disk.read("dedup").items():
            self.dedup[msgid] = None
            if place is not True:  # from the rung `ordered` on, where it stood in which conversation
                conversation, number = place
                self.buffer(conversation).pass_by(number)
        self.last.update(disk.read("last"))
        waiting = [Kept.from_row(row) for row in disk.read("queue").values()]
        for kept in waiting:  # a crash may have come between the two writes
            self.last[kept.message.to] = max(kept.number, self.last.get(kept.message.to, 0))
        again = [effect for kept in waiting for effect in self.request(kept.msgid, kept.message, kept.number)]
        return [*self.on_start(), *again]

    # The sender

    def on_say(self, message: Message) -> list[Effect]:
        """Make a msgid, put the message in the waiting-ack queue, transmit msg:R, start its timer."""
        return self.send(self.new_msgid(), message)

    def on_resend(self, msgid: str, message: Message) -> list[Effect]:
        """Do the same again under the same msgid, with fresh tries, because the person asks for it."""
        return self.send(msgid, message)

    def on_msg_a(self, packet: Packet) -> list[Effect]:
        """The server has it: `sending` becomes `sent`, and no other status changes."""
        msgid = packet.msgid
        if self.status.get(msgid) != "sending":
            return []
        sent = self.report(msgid, "sent")
        if self.rung.acks:
            return [sent]
        del self.queue[msgid]  # without ack packets there is nothing more to wait for
        return [CancelTimer(msgid), sent]

    def on_ack_n(self, packet: Packet) -> list[Effect]:
        """The receiver has it: out of the queue, timer off, `delivered`, however late it comes."""
        msgid = packet.msgid
        forgotten = msgid not in self.status and msgid not in self.queue  # in a crash
        if forgotten or self.status.get(msgid) == "delivered":
            return []
        own = self.take_group([as_kept(packet)], packet.group) if packet.group else []  # it has its number there now
        return [CancelTimer(msgid), self.report(msgid, "delivered", self.out_of_queue(msgid)), *own]

    def on_timer(self, msgid: str) -> list[Effect]:
        """No answer in time: retransmit with the same msgid while tries are left, else give up."""
        entry = self.queue[msgid]
        if self.rung.retransmits and entry.tries <= self.retries:
            self.queue[msgid] = entry._replace(tries=entry.tries + 1)
            return [Transmit(self.msg_r(msgid, entry.message)), StartTimer(msgid, attempt=entry.tries + 1)]
        server_has_it = self.status[msgid] == "sent"
        noticed_only = server_has_it and not self.rung.retransmits
        return [self.report(msgid, "unconfirmed" if noticed_only else "failed", self.out_of_queue(msgid))]

    # The receiver

    def on_msg_n(self, packet: Packet) -> list[Effect]:
        """A message for this person: show it, unless dedup knows its msgid. Acknowledge it in both cases."""
        if packet.group:
            return self.take_group([as_kept(packet)], packet.group)
        if self.rung.orders:
            return self.take([as_kept(packet)])
        return [self.show_or_discard(packet), *self.acknowledge(packet)]

    def on_ack_a(self, packet: Packet) -> list[Effect]:
        """The server has our ack:R: nothing more to do."""
        return []

    # The receiver who was away: pull what the server kept

    def on_login(self) -> list[Effect]:
        """Online again: ask for what was kept meanwhile, for this person and for each of their groups."""
        self.online = True
        if not self.rung.stores:
            return []
        return [effect for of in ("", *self.groups) for effect in self.pull(of)]

    def on_logout(self) -> list[Effect]:
        """Offline: what is transmitted now is lost, so no heartbeat pulls."""
        self.online = False
        return []

    def on_offline_a(self, packet: Packet) -> list[Effect]:
        """Here is a page of what was kept: show it by the same rules, say what we have, pull on if there is more."""
        self.pulls.pop(packet.group, None)
        self.more[packet.group] = packet.more
        answered = CancelTimer(timer_name("pull", packet.group))
        if packet.group:
            return [answered, *self.take_group(packet.kept, packet.group)]
        self.pulled.update(dict.fromkeys(kept.msgid for kept in packet.kept))
        return [answered, *self.take(packet.kept)]

    def on_pull_timer(self, group: str) -> list[Effect]:
        """No offline:A in time: pull again, as often as a message is sent again, then wait for the next login."""
        tries = self.pulls[group]
        if tries <= self.retries:
            return self.pull(group, tries + 1)
        del self.pulls[group]
        return []

    # The member of a group

    def on_start(self) -> list[Effect]:
        """The program starts: a heartbeat for each group."""
        return [self.heartbeat(group) for group in self.groups]

    def on_heartbeat(self, group: str) -> list[Effect]:
        """Time to look whether anything was lost: pull, and again at the next heartbeat."""
        pull = self.pull(group) if self.online and group not in self.pulls else []
        return [self.heartbeat(group), *pull]

    def take_group(self, arrived: Iterable[Kept], group: str) -> list[Effect]:
        """Show what is in its turn by the group's numbers, ack with the cursor, pull where there is a gap."""
        effects, shown = self.let_through(arrived)
        effects += self.count_for_ack(group, sum(kept.message.sender != self.name for kept in shown))
        gap = self.groups[group].held and group not in self.pulls
        return [*effects, *(self.pull(group) if self.more.pop(group, False) or gap else [])]

    def count_for_ack(self, group: str, count: int) -> list[Effect]:
        """Ack after every `ack_every` messages, or when a while has passed since the first that is not acked."""
        before = self.unacked.get(group, 0)
        self.unacked[group] = before + count
        if self.unacked[group] >= self.ack_every:
            return self.send_cursor(group)
        return [StartTimer(timer_name("ack", group), wait="ack_delay")] if before == 0 < count else []

    def send_cursor(self, group: str) -> list[Effect]:
        """Tell the server up to which number nothing is missing here."""
        self.unacked[group] = 0
        ack = Packet("ack:R", "", self.name, SERVER, group=group, cursor=self.groups[group].cursor)
        return [CancelTimer(timer_name("ack", group)), Transmit(ack)]

    # Small pieces that the methods above share

    def send(self, msgid: str, message: Message) -> list[Effect]:
        """Send a message, from the rung `ordered` on under its conversation's next number."""
        if not self.rung.orders:
            return self.request(msgid, message)
        number = self.last[message.to] = self.last.get(message.to, 0) + 1
        queued, *sent = self.request(msgid, message, number)
        return [queued, Write("last", message.to, number), *sent]

    def request(self, msgid: str, message: Message, number: int = 0) -> list[Effect]:
        """Put a message in the waiting-ack queue, transmit its msg:R, start its timer."""
        self.queue[msgid] = Waiting(message, tries=1)
        self.numbers[msgid] = number
        written = Write("queue", msgid, Kept(msgid, message, number).row()) if self.rung.writes else None
        return [self.report(msgid, "sending", written), Transmit(self.msg_r(msgid, message)), StartTimer(msgid)]

    def msg_r(self, msgid: str, message: Message) -> Packet:
        """The request that asks the server to take this message, with its number if it has one."""
        request = Packet("msg:R", msgid, self.name, SERVER, message)
        if not self.rung.orders:
            return request
        waited_for = [self.numbers[other] for other, entry in self.queue.items() if entry.message.to == message.to]
        return request._replace(number=self.numbers[msgid], base=min(waited_for))

    def report(self, msgid: str, status: str, write: Write | None = None) -> Report:
        """Remember the status of a message and let the person see it; `write` is written in the same step."""
        self.status[msgid] = status
        return Report(msgid, status, write)

    def out_of_queue(self, msgid: str) -> Write | None:
        """Take a message out of the waiting-ack queue; return what makes that durable, from the rung `durable` on."""
        entry = self.queue.pop(msgid, None)
        self.numbers.pop(msgid, None)
        return Write("queue", msgid, None) if entry and self.rung.writes else None

    def show_or_discard(self, arrived: Packet | Kept) -> Effect:
        """Show a message that arrived once; from the rung `dedup` on, discard what was shown before."""
        msgid, message = arrived.msgid, arrived.message
        if msgid in self.dedup:
            return Discard(msgid, message)
        if self.rung.dedups:
            self.dedup[msgid] = None
        place = [self.conversation(message), arrived.number] if arrived.number else True
        return Show(msgid, message, Write("dedup", msgid, place) if self.rung.writes else None)

    def acknowledge(self, arrived: Packet | Kept) -> list[Effect]:
        """Tell the server that the message that arrived was shown, from the rung `acked` on."""
        ack = Packet("ack:R", arrived.msgid, self.name, SERVER, arrived.message)
        return [Transmit(ack)] if self.rung.acks else []

    def take(self, arrived: Iterable[Kept]) -> list[Effect]:
        """Show what is in its turn, and acknowledge that: with offlineack:R what was pulled, with ack:R the rest."""
        effects, shown = self.let_through(arrived)
        pulled = [kept.msgid for kept in shown if kept.msgid in self.pulled]
        for kept in shown:
            effects += [] if kept.msgid in pulled else self.acknowledge(kept)
        if not pulled:
            return effects
        for msgid in pulled:
            self.pulled.pop(msgid, None)
        effects.append(Transmit(Packet("offlineack:R", "", self.name, SERVER, msgids=tuple(dict.fromkeys(pulled)))))
        return [*effects, *(self.pull("") if self.more.pop("", False) else [])]

    def let_through(self, arrived: Iterable[Kept]) -> tuple[list[Effect], list[Kept]]:
        """Show what is in its turn now, hold back what is early; return what to do, and what is done with."""
        effects: list[Effect] = []
        done: list[Kept] = []
        for kept in arrived:
            ready = self.in_turn(kept)
            done += ready
            effects += [self.show_or_discard(each) for each in ready if each.message.sender != self.name]
            if kept not in ready and kept.message.sender != self.name:
                effects.append(self.hold_or_give_up(kept))
        return effects, done

    def hold_or_give_up(self, kept: Kept) -> Effect:
        """Hold back what is early; what comes when nobody waits for it any more is shown no more, nor acknowledged."""
        early = kept.number >= self.buffer(self.conversation(kept.message)).turn
        return Hold(kept.msgid, kept.message) if early else Discard(kept.msgid, kept.message, "too late")

    def in_turn(self, kept: Kept) -> list[Kept]:
        """Return the messages whose turn has come, now that this one is here; itself, if it has no number."""
        if not kept.number:
            return [kept]
        buffer = self.buffer(self.conversation(kept.message))
        if kept.number < buffer.turn:
            return [kept] if kept.msgid in self.dedup else []
        return buffer.take(kept.number, kept, kept.base)

    def conversation(self, message: Message) -> str:
        """Whose numbers a message carries: its group's, or its sender's."""
        return message.to if message.to in self.groups else message.sender

    def buffer(self, conversation: str) -> HoldBack[Kept]:
        """The hold-back buffer of a conversation."""
        if conversation in self.groups:
            return self.groups[conversation]
        return self.turns.setdefault(conversation, HoldBack())

    def pull(self, group: str, tries: int = 1) -> list[Effect]:
        """Ask for what the server kept: for this person, or in a group from the cursor on."""
        self.pulls[group] = tries
        cursor = self.groups[group].cursor if group else 0
        request = Packet("offline:R", "", self.name, SERVER, group=group, cursor=cursor)
        return [Transmit(request), StartTimer(timer_name("pull", group), tries, wait="pull")]

    def heartbeat(self, group: str) -> Effect:
        """Start the timer that runs out at the next heartbeat of this group."""
        return StartTimer(timer_name("heartbeat", group), wait="heartbeat")

    def state(self) -> dict[str, Any]:
        """What this client holds: its waiting-ack queue (msgid: tries), its dedup table, each status.

        From the rung `ordered` on also what it holds back (sender or group: msgids), and the cursor of each group.
        """
        state: dict[str, Any] = {
            "queue": {msgid: entry.tries for msgid, entry in self.queue.items()},
            "dedup": list(self.dedup),
            "status": dict(self.status),
        }
        if self.rung.orders:
            held = {name: [kept.msgid for kept in buffer.held.values()] for name, buffer in self.turns.items()}
            held |= {name: [kept.msgid for kept in buffer.held.values()] for name, buffer in self.groups.items()}
            state["held"] = {name: msgids for name, msgids in held.items() if msgids}
        if self.groups:
            state["cursor"] = {group: buffer.cursor for group, buffer in self.groups.items()}
        return state


def as_kept(packet: Packet) -> Kept:
    """Return what a packet carries as it would be kept.

    >>> as_kept(Packet("msg:N", "m1", "server", "bob", Message(0, "alice", "bob", "hello"), number=7)).number
    7
    """
    return Kept(packet.msgid, packet.message, packet.number, packet.base)


def timer_name(what: str, group: str = "") -> str:
    """Return the name of a timer that belongs to no message.

    >>> timer_name("pull"), timer_name("heartbeat", "friends")
    ('pull', 'heartbeat:friends')
    """
    return f"{what}:{group}" if group else what
