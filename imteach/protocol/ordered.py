"""The rung `ordered`: messages carry numbers, and the receiver shows them in order (ours, beyond the article).

A conversation is what one person says to another. The sender numbers the messages of each conversation from 1. Each
msg:R carries its `number` and the `base`: the lowest number in the conversation that its sender still waits for. A
message that a person sends again gets a new number, under the same msgid.

The receiver remembers for each conversation the number whose *turn* it is:

- A message in its turn is shown and acknowledged, and after it those that were held back and are in turn now.
- One that comes early is held back. It is not acknowledged before it is shown.
- Once a `base` has come, nothing below it is waited for any more: what is held back there is shown, gaps or not.
- One that comes after its turn is acknowledged again if it was shown. If it was not, the receiver has stopped waiting
  for it: it is discarded and not acknowledged, so that its sender ends with `failed`, which is true.

The server passes number and base on. If it still keeps messages from this sender for the receiver, it lowers the base
to the lowest number among them. The sender may have its ack:N for these already, wait for them no longer and name a
higher base; with that one, a later message could be shown before those that are still to be pulled.

A client writes the last number that it gave, and under the msgid of each message shown its conversation and number.
"""

from collections.abc import Iterable
from typing import Any, Generic, TypeVar

from imteach.protocol.durable import DurableClient
from imteach.protocol.effects import Discard, Disk, Effect, Hold, Write
from imteach.protocol.offline import OfflineServer
from imteach.protocol.packets import SERVER, Arrived, Kept, Message, Packet, as_kept

T = TypeVar("T")


class HoldBack(Generic[T]):
    """The hold-back buffer of one conversation or one group: `turn` is the number that is to be shown next.

    >>> bobs = HoldBack()
    >>> bobs.take(2, "two"), bobs.take(1, "one"), bobs.turn
    ([], ['one', 'two'], 3)
    """

    def __init__(self, turn: int = 1) -> None:
        self.turn = turn
        self.held: dict[int, T] = {}

    def take(self, number: int, thing: T, base: int = 0) -> list[T]:
        """Take a thing in, and return those whose turn has come, in order.

        Nothing below `base` is waited for any longer: what is held below it comes out, gaps or not. A `number` below
        `turn` comes too late, and is for the caller to refuse: it would stay in the buffer.

        >>> bobs = HoldBack()
        >>> bobs.take(3, "three"), bobs.take(5, "five", base=4), bobs.turn
        ([], ['three'], 4)
        """
        self.held[number] = thing
        ready = [self.held.pop(early) for early in sorted(self.held) if early < base]
        self.turn = max(self.turn, base)
        while self.turn in self.held:
            ready.append(self.held.pop(self.turn))
            self.turn += 1
        return ready

    def pass_by(self, number: int) -> None:
        """Wait no longer for this number, nor for any below it."""
        self.turn = max(self.turn, number + 1)

    @property
    def cursor(self) -> int:
        """The highest number up to which nothing is missing."""
        return self.turn - 1


class OrderedClient(DurableClient):
    """A client that numbers what its person says, and holds back what comes early."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.last: dict[str, int] = {}  # the last number given, by receiver
        self.numbers: dict[str, int] = {}  # the numbers of the messages in the queue, by msgid
        self.turns: dict[str, HoldBack[Kept]] = {}  # the hold-back buffers, by sender

    def restart(self, disk: Disk) -> list[Effect]:
        """Start again after a crash: go on from the numbers that were written, transmit what still waits."""
        places = [place for place in disk.read("dedup").values() if place is not True]  # True: it had no number
        for conversation, number in places:
            self.buffer(conversation).pass_by(number)
        self.last.update(disk.read("last"))
        return DurableClient.restart(self, disk)

    # The sender

    def send(self, msgid: str, message: Message) -> list[Effect]:
        """Send a message under its conversation's next number."""
        if not self.rung.orders:
            return DurableClient.send(self, msgid, message)
        number = self.last[message.to] = self.last.get(message.to, 0) + 1
        queued, *sent = self.request(msgid, message, number)
        return [queued, Write("last", message.to, number), *sent]

    def request(self, msgid: str, message: Message, number: int = 0) -> list[Effect]:
        """Put a message in the waiting-ack queue, transmit its msg:R, start its timer."""
        self.numbers[msgid] = number
        return DurableClient.request(self, msgid, message)

    def _request_again(self, kept: Kept) -> list[Effect]:
        """Send a message again that was in the queue when the client crashed, under the number that it had."""
        last = self.last.get(kept.message.to, 0)
        self.last[kept.message.to] = max(kept.number, last)  # the crash may have come before `last` was written
        return self.request(kept.msgid, kept.message, kept.number)

    def msg_r(self, msgid: str, message: Message) -> Packet:
        """The request that asks the server to take this message, with its number and base."""
        if not self.rung.orders:
            return DurableClient.msg_r(self, msgid, message)
        waited_for = [self.numbers[other] for other, entry in self.queue.items() if entry.message.to == message.to]
        return Packet("msg:R", msgid, self.name, SERVER, message, self.numbers[msgid], min(waited_for))

    def _row(self, msgid: str, message: Message) -> list[Any]:
        """A message of the queue as it is written, with its number."""
        return Kept(msgid, message, self.numbers[msgid]).row()

    def out_of_queue(self, msgid: str) -> Write | None:
        """Take a message out of the waiting-ack queue, and forget its number; return the write of that."""
        self.numbers.pop(msgid, None)
        return DurableClient.out_of_queue(self, msgid)

    # The receiver

    def on_msg_n(self, packet: Packet) -> list[Effect]:
        """A message for this person: show it in its turn, and acknowledge it when it is shown."""
        if not self.rung.orders:
            return DurableClient.on_msg_n(self, packet)
        return self._take_from(packet.group, [as_kept(packet)])

    def _place(self, arrived: Arrived) -> Any:
        """The value to write under the msgid of a message that is shown: its conversation and number, if it has one."""
        return [self.conversation(arrived.message), arrived.number] if arrived.number else True

    def let_through(self, arrived: Iterable[Kept]) -> tuple[list[Effect], list[Kept]]:
        """Show what is in its turn now, hold back what is early; return the effects, and what is done with."""
        effects: list[Effect] = []
        done: list[Kept] = []
        for kept in arrived:
            shown, ready = DurableClient.let_through(self, self.in_turn(kept))
            effects += shown
            done += ready
            if kept not in ready and kept.message.sender != self.name:  # what this person said is not shown anyway
                effects.append(self.hold_or_give_up(kept))
        return effects, done

    def hold_or_give_up(self, kept: Kept) -> Effect:
        """What to do with a message that is not in its turn: hold it back if it is early, else discard it."""
        early = kept.number >= self.buffer(self.conversation(kept.message)).turn
        return Hold(kept.msgid, kept.message) if early else Discard(kept.msgid, kept.message, "too late")

    def in_turn(self, kept: Kept) -> list[Kept]:
        """Return the messages that are done with, now that this one is here: those whose turn has come.

        One without a number has no turn to wait for. One after its turn is done with if it was shown.
        """
        if not kept.number:
            return [kept]
        buffer = self.buffer(self.conversation(kept.message))
        if kept.number < buffer.turn:
            return [kept] if kept.msgid in self.dedup else []
        return buffer.take(kept.number, kept, kept.base)

    def conversation(self, message: Message) -> str:
        """Whose numbers a message carries: its sender's."""
        return message.sender

    def buffer(self, conversation: str) -> HoldBack[Kept]:
        """The hold-back buffer of a conversation."""
        return self.turns.setdefault(conversation, HoldBack())

    def state(self) -> dict[str, Any]:
        """What this client holds: its queue, its dedup table, each status, what it holds back (sender: msgids)."""
        early = {name: buffer.held.values() for name, buffer in self._buffers().items() if buffer.held}
        held = {name: [kept.msgid for kept in messages] for name, messages in early.items()}
        return DurableClient.state(self) | ({"held": held} if self.rung.orders else {})

    def _buffers(self) -> dict[str, HoldBack[Kept]]:
        """The hold-back buffers by conversation."""
        return self.turns


class OrderedServer(OfflineServer):
    """A server that passes `number` and `base` on."""

    def msg_n(self, packet: Packet, to: str) -> Packet:
        """The notify that brings the message of this msg:R to its receiver, with its number and base."""
        return packet.follow_up("msg:N", to, number=packet.number, base=self.base(to, packet))

    def base(self, to: str, sent: Packet | Kept) -> int:
        """Return the base for `to`: what the sender names, or the lowest number that the server keeps from this sender.

        The lower of the two counts, or a message that goes straight to the receiver could be shown before an earlier
        one that is still to be pulled.
        """
        kept = self.store.get(to)
        if not kept:
            return sent.base
        return min([sent.base, *(one.number for one in kept.values() if one.message.sender == sent.message.sender)])

    def _offline_a(self, packet: Packet, kept: list[Kept]) -> Packet:
        """The answer to this offline:R, with as many of the messages kept as a page holds, each with its base."""
        page = OfflineServer._offline_a(self, packet, kept)
        return page._replace(kept=tuple(one._replace(base=self.base(packet.src, one)) for one in page.kept))
