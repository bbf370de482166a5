"""The client of the article: the sender's side and the receiver's side, both in every client.

A client is told what happened (`receive`, `timer`, `command`) and returns the effects it asks for. It knows no
time and no network. There is one method for each packet kind.

What the sender does (sections 2, 4 and 6):

- A person says something: make a new msgid, put the message in the waiting-ack queue, transmit msg:R and start its
  timer. The person sees `sending`.
- msg:A comes: the server has the message. The person sees `sent`.
- ack:N comes: the receiver has the message. It leaves the queue, its timer is cancelled, and the person sees
  `delivered`.
- The timer runs out: transmit msg:R again under the same msgid while tries are left. After the last try the message
  leaves the queue, and the person sees `failed`. A timer may have run out just when it was cancelled, and is then told
  too late: of what is not in the queue any more there is nothing to do.

What the receiver does (sections 4, 7 and 8):

- msg:N comes: show the message, unless its msgid was shown before, and transmit ack:R in both cases. Whoever does not
  acknowledge a duplicate leaves its sender waiting.
- ack:A comes: there is nothing more to do.

The lower rungs do less, and a client reads in `rung` what to leave out: at `basic` nobody transmits ack:R, so the
sender is done at msg:A; at `acked` a sender whose timer runs out gives up at once, with `unconfirmed` if msg:A came;
up to `retransmit` the receiver shows whatever comes.

What the ladder adds beyond section 8 is built around this class, in a file of its own for each further rung. `Client`,
in `whole`, is all of them together.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from imteach.protocol.effects import CancelTimer, Discard, Disk, Effect, Report, Show, StartTimer, Transmit, Write
from imteach.protocol.ladder import Rung
from imteach.protocol.packets import NO_MESSAGE, SERVER, Arrived, Message, Packet, listed
from imteach.protocol.value import Value

NewMsgid = Callable[[], str]
"""Returns a fresh msgid at each call; the driver provides it."""


class Waiting(Value, frozen=True):
    """An entry of the waiting-ack queue: the message, and how often its msg:R was transmitted."""

    message: Message
    tries: int


class ArticleClient:
    """One person's client, as sections 1 to 8 of the article have it, for the rungs `basic` to `dedup`.

    `rung` is its rung of the ladder, `retries` how often it may retransmit one message; `new_msgid` asks the driver for
    a fresh msgid.

    >>> from imteach.protocol import LADDER
    >>> alice = ArticleClient("alice", LADDER["dedup"], retries=2, new_msgid=lambda: "m1")
    >>> for effect in alice.command("say", Message(said=0, sender="alice", to="bob", text="hello")):
    ...     print(type(effect).__name__)
    Report
    Transmit
    StartTimer
    """

    _receives: ClassVar = {"msg:A": "on_msg_a", "msg:N": "on_msg_n", "ack:A": "on_ack_a", "ack:N": "on_ack_n"}
    _commands: ClassVar = ("start", "say", "resend", "login", "logout")

    def __init__(self, name: str, rung: Rung, retries: int, new_msgid: NewMsgid) -> None:
        self.name = name
        self.rung = rung
        self.retries = retries
        self.new_msgid = new_msgid
        self.online = True
        self.queue: dict[str, Waiting] = {}  # the waiting-ack queue, by msgid
        self.status: dict[str, str] = {}  # what its person sees beside each message said
        self.dedup: dict[str, None] = {}  # the msgids shown, oldest first

    # What its driver calls

    def receive(self, packet: Packet) -> list[Effect]:
        """A packet has arrived: return what to do. There is one method for each kind.

        Raises ValueError for a kind that a client does not receive.
        """
        method = self._receives.get(packet.kind)
        if method is None:
            raise ValueError(f"a client receives {listed(self._receives)}, not {packet.kind!r}")
        effects: list[Effect] = getattr(self, method)(packet)
        return effects

    def timer(self, name: str) -> list[Effect]:
        """The timer of this name has run out: return what to do. A message's timer has its msgid as its name."""
        return self.on_timer(name)

    def command(self, name: str, message: Message = NO_MESSAGE, msgid: str = "") -> list[Effect]:
        """The person wants to `start`, `say` or `resend` a message, `login` or `logout`: return what to do.

        Raises ValueError for any other command.
        """
        if name == "say":
            return self.on_say(message)
        if name == "resend":
            return self.on_resend(msgid, message)
        if name not in self._commands:
            raise ValueError(f"no command {name!r}; a client knows: {', '.join(self._commands)}")
        effects: list[Effect] = getattr(self, f"on_{name}", list)()  # there is no `on_start` here: nothing to do
        return effects

    def restart(self, disk: Disk) -> list[Effect]:
        """Start again after a crash. Nothing was written, so nothing is known and there is nothing to do."""
        return []

    # The sender

    def on_say(self, message: Message) -> list[Effect]:
        """Make a msgid, put the message in the waiting-ack queue, transmit msg:R, start its timer."""
        return self.send(self.new_msgid(), message)

    def on_resend(self, msgid: str, message: Message) -> list[Effect]:
        """Send the message again under the same msgid, with fresh tries: the person asked for it."""
        return self.send(msgid, message)

    def on_msg_a(self, packet: Packet) -> list[Effect]:
        """The server has the message: `sending` becomes `sent`, and no other status changes."""
        if self.status.get(packet.msgid) != "sending":
            return []
        sent = self.report(packet.msgid, "sent")
        if self.rung.acks:
            return [sent]
        del self.queue[packet.msgid]  # without ack packets there is nothing more to wait for
        return [CancelTimer(packet.msgid), sent]

    def on_ack_n(self, packet: Packet) -> list[Effect]:
        """The receiver has the message: out of the queue, timer off, `delivered`, however late ack:N comes."""
        msgid = packet.msgid
        forgotten = msgid not in self.status and msgid not in self.queue  # in a crash
        if forgotten or self.status.get(msgid) == "delivered":
            return []
        return [CancelTimer(msgid), self.report(msgid, "delivered", self.out_of_queue(msgid))]

    def on_timer(self, msgid: str) -> list[Effect]:
        """No answer in time: retransmit with the same msgid while tries are left, else give up."""
        entry = self.queue.get(msgid)
        if entry is None:  # told too late: the timer had run out when it was cancelled
            return []
        if self.rung.retransmits and entry.tries <= self.retries:
            self.queue[msgid] = entry._replace(tries=entry.tries + 1)
            return [Transmit(self.msg_r(msgid, entry.message)), StartTimer(msgid, attempt=entry.tries + 1)]
        unconfirmed = self.status[msgid] == "sent" and not self.rung.retransmits
        return [self.report(msgid, "unconfirmed" if unconfirmed else "failed", self.out_of_queue(msgid))]

    # The receiver

    def on_msg_n(self, packet: Packet) -> list[Effect]:
        """A message for this person: show it, unless dedup knows its msgid. Acknowledge it in both cases."""
        return [self.show_or_discard(packet), *self.acknowledge(packet)]

    def on_ack_a(self, packet: Packet) -> list[Effect]:
        """The server has our ack:R: nothing more to do."""
        return []

    # The person comes and goes

    def on_login(self) -> list[Effect]:
        """The person is online again."""
        self.online = True
        return []

    def on_logout(self) -> list[Effect]:
        """The person goes offline: what is transmitted before the next login is lost."""
        self.online = False
        return []

    # Small pieces that the methods above share

    def send(self, msgid: str, message: Message) -> list[Effect]:
        """Send a message under this msgid, for the first time or because its person asks for it again."""
        return self.request(msgid, message)

    def request(self, msgid: str, message: Message) -> list[Effect]:
        """Put a message in the waiting-ack queue, transmit its msg:R, start its timer."""
        self.queue[msgid] = Waiting(message, tries=1)
        queued = self.report(msgid, "sending", self._queue_write(msgid, message))
        return [queued, Transmit(self.msg_r(msgid, message)), StartTimer(msgid)]

    def msg_r(self, msgid: str, message: Message) -> Packet:
        """The request that asks the server to take this message."""
        return Packet("msg:R", msgid, self.name, SERVER, message)

    def report(self, msgid: str, status: str, write: Write | None = None) -> Report:
        """Remember the status of a message, and return its `Report`; `write` is written in the same step."""
        self.status[msgid] = status
        return Report(msgid, status, write)

    def out_of_queue(self, msgid: str) -> Write | None:
        """Take a message out of the waiting-ack queue; from the rung `durable` on, return the write of that."""
        return self._queue_write(msgid, None) if self.queue.pop(msgid, None) else None

    def _queue_write(self, msgid: str, message: Message | None) -> Write | None:
        """What is written when a message enters the queue, or leaves it (`message` is None): nothing here."""
        return None

    def _shown_write(self, arrived: Arrived) -> Write | None:
        """What is written when this message is shown: nothing here."""
        return None

    def show_or_discard(self, arrived: Arrived) -> Effect:
        """Show a message that arrived; from the rung `dedup` on, discard it if it was shown before."""
        if arrived.msgid in self.dedup:
            return Discard(arrived.msgid, arrived.message)
        if self.rung.dedups:
            self.dedup[arrived.msgid] = None
        return Show(arrived.msgid, arrived.message, self._shown_write(arrived))

    def acknowledge(self, arrived: Arrived) -> list[Effect]:
        """Transmit the ack:R of a message that arrived, from the rung `acked` on."""
        ack = Packet("ack:R", arrived.msgid, self.name, SERVER, arrived.message)
        return [Transmit(ack)] if self.rung.acks else []

    def state(self) -> dict[str, Any]:
        """What this client holds: its waiting-ack queue (msgid: tries), its dedup table, each status."""
        queue = {msgid: entry.tries for msgid, entry in self.queue.items()}
        return {"queue": queue, "dedup": list(self.dedup), "status": dict(self.status)}
