"""What is forgotten in the end: no dedup table and no offline store can grow for ever (ours).

The article's receiver remembers each msgid that it has shown, and its server keeps a message until somebody comes for
it. Whoever runs such a system chooses numbers. Without them, as is usual here, nothing is forgotten.

The client, from the rung `dedup` on:

- `dedup_limit` is chosen: after it has shown a message it forgets the oldest msgids, until it remembers so many.
- `forgets` is chosen: with a message that it shows it starts a timer, and when that runs out it forgets the msgid.
- A message whose msgid it forgot is new to it, and is shown again when it comes again. From the rung `ordered` on its
  number tells that its turn is over, but not that it was shown: it is discarded without an ack:R.

The server, from the rung `offline` on:

- `forgets` is chosen: with a message that it stores for somebody it starts a timer, and when that runs out it deletes
  the message. Nobody is told; the sender has had its ack:N. What was said in a group it keeps, for the cursors of the
  members count in it.

A node knows no time, so after a crash these timers begin anew for all that is on its disk.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from imteach.protocol.effects import CancelTimer, Delete, Disk, Effect, Forget, Show, StartTimer, Store, Write
from imteach.protocol.group import GroupClient, GroupServer
from imteach.protocol.packets import Packet

FORGET = "forget"
"""What the names of these timers begin with: `forget:m1`."""


def forget_timer(msgid: str) -> str:
    """Return the name of the timer after which what is known of this msgid is forgotten.

    >>> forget_timer("m1")
    'forget:m1'
    """
    return f"{FORGET}:{msgid}"


def forgotten_by(timer: str | None) -> str:
    """Return the msgid that is forgotten when the timer of this name runs out; "" if it is no such timer.

    >>> forgotten_by("forget:m1"), forgotten_by("m1")
    ('m1', '')
    """
    what, _, msgid = str(timer).partition(":")
    return msgid if what == FORGET else ""


class ForgetfulClient(GroupClient):
    """A client that remembers at most `dedup_limit` of the msgids it has shown (None: all), or each for a time only.

    If it `forgets`, a timer says when; its driver knows how long that is.
    """

    _timers: ClassVar = GroupClient._timers | {FORGET: "on_forget_timer"}

    dedup_limit: int | None = None
    forgets: bool = False

    def receive(self, packet: Packet) -> list[Effect]:
        """A packet has arrived: return what to do. After what is shown, something older may be forgotten."""
        effects = GroupClient.receive(self, packet)
        if self.dedup_limit is None and not self.forgets:
            return effects
        return self._then_forget(effects)

    def restart(self, disk: Disk) -> list[Effect]:
        """Start again after a crash, with nothing but what was written, and forget from there on as before."""
        for conversation, number in disk.read("turn").items():
            self.buffer(conversation).pass_by(number)
        again = GroupClient.restart(self, disk)
        return [*again, *self._forget_later(self.dedup), *self.forget_oldest()]

    def on_forget_timer(self, msgid: str) -> list[Effect]:
        """A msgid was remembered for long enough; it may be forgotten already, if the timer is told too late."""
        return [self.forget(msgid)] if msgid in self.dedup else []

    # Small pieces that the methods above share

    def _then_forget(self, effects: list[Effect]) -> list[Effect]:
        """Return these effects, and after them what is forgotten because of what they show."""
        if not isinstance(effects, list):  # a learner's method can return anything; the driver says what is wrong
            return effects
        shown = [each for each in effects if isinstance(each, Show) and each.msgid in self.dedup]
        turns = [turn for each in shown for turn in self._turn_write(each)]
        return [*effects, *turns, *self._forget_later(each.msgid for each in shown), *self.forget_oldest()]

    def _forget_later(self, msgids: Iterable[str]) -> list[Effect]:
        """Start the timers after which these msgids are forgotten, if that is chosen."""
        return [StartTimer(forget_timer(msgid), wait="dedup_for") for msgid in msgids] if self.forgets else []

    def forget_oldest(self) -> list[Effect]:
        """Forget the oldest msgids, until no more than `dedup_limit` are left."""
        if self.dedup_limit is None:
            return []
        too_many = list(self.dedup)[: max(len(self.dedup) - self.dedup_limit, 0)]
        timers = [CancelTimer(forget_timer(msgid)) for msgid in too_many] if self.forgets else []
        return [*timers, *map(self.forget, too_many)]

    def forget(self, msgid: str) -> Effect:
        """Take a msgid out of the dedup table; from the rung `durable` on, off the disk, too."""
        del self.dedup[msgid]
        return Forget(msgid, Write("dedup", msgid, None) if self.rung.writes else None)

    def _turn_write(self, shown: Show) -> list[Effect]:
        """Write down how far a conversation has come, for what says so now may be forgotten: see `_place`."""
        place: Any = shown.write.value if shown.write else True
        return [Write("turn", *place)] if isinstance(place, list) else []


class ForgetfulServer(GroupServer):
    """A server that keeps a message for an absent person only for a time, if it `forgets`; its driver knows how long.

    What was said in a group it keeps.
    """

    forgets: bool = False

    def receive(self, packet: Packet) -> list[Effect]:
        """A packet has arrived: return what to do. What is stored will be forgotten, unless it is pulled before."""
        effects = GroupServer.receive(self, packet)
        return self._then_forget(effects) if self.forgets and isinstance(effects, list) else effects

    def timer(self, name: str) -> list[Effect]:
        """A timer has run out: return what to do. There are none but those after which a message is forgotten."""
        msgid = forgotten_by(name)
        return self.on_forget_timer(msgid) if msgid and self.forgets else GroupServer.timer(self, name)

    def on_forget_timer(self, msgid: str) -> list[Effect]:
        """A message was kept for long enough: delete it. It may be gone already, if the timer is told too late."""
        kept_for = [to for to, kept in self.store.items() if to not in self.groups and msgid in kept]
        for to in kept_for:
            del self.store[to][msgid]
        return [Delete(to, msgid) for to in kept_for]

    def restart(self, disk: Disk) -> list[Effect]:
        """Start again after a crash: what is kept is read, and is forgotten after the whole time again."""
        again = GroupServer.restart(self, disk)
        kept = [msgid for to, kept in self.store.items() if to not in self.groups for msgid in kept]
        return [*again, *(self._forget_later(msgid) for msgid in kept if self.forgets)]

    # Small pieces that the methods above share

    def _then_forget(self, effects: list[Effect]) -> list[Effect]:
        """Return these effects, and after them the timers of what they store and delete."""
        timers: list[Effect] = []
        for effect in effects:
            if isinstance(effect, Store) and effect.to not in self.groups:
                timers.append(self._forget_later(effect.kept.msgid))
            elif isinstance(effect, Delete) and effect.to not in self.groups:
                timers.append(CancelTimer(forget_timer(effect.msgid)))
        return [*effects, *timers]

    def _forget_later(self, msgid: str) -> Effect:
        """Start the timer after which this message is forgotten."""
        return StartTimer(forget_timer(msgid), wait="store_for")
