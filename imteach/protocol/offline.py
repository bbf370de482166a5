"""The rung `offline`: the server keeps messages for those who are away (section 9).

The server:

- msg:R comes for somebody who is not online: store the message, once a msgid, and only then notify the sender with a
  *fabricated* ack:N: one without an ack:R behind it. The sender is done, and the message is now in the server's care.
- offline:R comes: answer offline:A with the oldest messages stored for that client, a page at most, and whether there
  are more. Those that the offline:R names are left out: the client holds them already.
- offlineack:R comes: delete the messages that it names, and no others: an offline:A can be lost like any packet.
- After a crash the server reads what it stored from its disk.

The client:

- Its person logs in: pull, that is transmit offline:R and start the pull timer.
- offline:A comes: cancel the timer, show each message by the same rules as if it had come with a msg:N, acknowledge
  all of them with one offlineack:R, and pull again if there are more.
- The pull timer runs out: pull again, at most `retries` times; then wait for the next login.

From the rung `ordered` on a client may hold back what a page brought, and that is not acknowledged before it is shown.
So it stays the oldest that the server keeps: with 20 messages of that sort the same page would come again and again,
while what they wait for, or what somebody else said, is on the next one. Therefore an offline:R for the next page names
what earlier pages brought and the client holds back. The server could sort what it keeps by the senders' numbers
instead, but that helps only where the number that is waited for is kept. And it cannot remember which page it sent
last: it keeps nothing about what is in flight.

At the last rung a client pulls in the same way what was said in a group. So `group` says below what is pulled: here it
is always "", what was kept for this person.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from imteach.protocol.client import ArticleClient
from imteach.protocol.effects import CancelTimer, Delete, Disk, Effect, StartTimer, Store, Transmit, timer_name
from imteach.protocol.packets import SERVER, Kept, Packet, as_kept
from imteach.protocol.server import ArticleServer

PAGE = 20
"""How many kept messages one offline:A brings at most."""


class OfflineClient(ArticleClient):
    """The article's client, which also pulls what was kept for its person."""

    _receives: ClassVar = ArticleClient._receives | {"offline:A": "on_offline_a"}
    _timers: ClassVar = {"pull": "on_pull_timer"}  # those that belong to no message

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pulls: dict[str, int] = {}  # the pulls under way, by group: how often offline:R was transmitted
        self.more: dict[str, bool] = {}  # by group: whether the last page said that there is more
        self.pulled: dict[str, None] = {}  # the msgids that came with a pull and are not acknowledged yet

    def timer(self, name: str) -> list[Effect]:
        """The timer of this name has run out: return what to do."""
        what, _, group = name.partition(":")
        if what not in self._timers:
            return ArticleClient.timer(self, name)
        effects: list[Effect] = getattr(self, self._timers[what])(group)
        return effects

    def on_login(self) -> list[Effect]:
        """Online again: ask for what was kept meanwhile."""
        return [*ArticleClient.on_login(self), *(self.pull("") if self.rung.stores else [])]

    def on_offline_a(self, packet: Packet) -> list[Effect]:
        """Here is a page of what was kept: show it by the same rules, acknowledge it, pull on if there is more."""
        self.pulls.pop(packet.group, None)
        self.more[packet.group] = packet.more
        if not packet.group:
            self.pulled.update(dict.fromkeys(kept.msgid for kept in packet.kept))
        return [CancelTimer(timer_name("pull", packet.group)), *self._take_from(packet.group, packet.kept)]

    def on_pull_timer(self, group: str) -> list[Effect]:
        """No offline:A in time: pull again, at most `retries` times, then wait for the next login."""
        tries = self.pulls.get(group, 0)  # 0: told too late, the timer had run out when it was cancelled
        if 0 < tries <= self.retries:
            return self.pull(group, tries + 1)
        self.pulls.pop(group, None)
        return []

    def pull(self, group: str, tries: int = 1) -> list[Effect]:
        """Ask for what the server kept, and start the pull timer.

        Where the last page said that there is more, name what came so far and is held back: that need not come again.
        """
        self.pulls[group] = tries
        held = tuple(self.pulled) if not group and self.more.get(group) else ()
        request = Packet("offline:R", "", self.name, SERVER, msgids=held, group=group, cursor=self._cursor(group))
        return [Transmit(request), StartTimer(timer_name("pull", group), tries, wait="pull")]

    def _cursor(self, group: str) -> int:
        """The number in the group after which it pulls; 0 for what was kept for this person."""
        return 0

    def take(self, arrived: Iterable[Kept]) -> list[Effect]:
        """Show what came, and acknowledge what is done with; pull on if there is more.

        What came with a pull is acknowledged with one offlineack:R, and what came with a msg:N with an ack:R; from the
        rung `ordered` on, the latter may have been held back until now.
        """
        effects, done = self.let_through(arrived)
        pulled = [kept.msgid for kept in done if kept.msgid in self.pulled]
        for kept in done:
            effects += [] if kept.msgid in pulled else self.acknowledge(kept)
        if pulled:
            self.pulled = {msgid: None for msgid in self.pulled if msgid not in pulled}
            effects.append(Transmit(Packet("offlineack:R", "", self.name, SERVER, msgids=tuple(dict.fromkeys(pulled)))))
        pull_on = self.pull("") if self.more.get("") else []
        if pulled or pull_on:
            self.more.pop("", None)
        return [*effects, *pull_on]

    def _take_from(self, group: str, arrived: Iterable[Kept]) -> list[Effect]:
        """Take what came for this person (`group` is "") or, at the last rung, from a group."""
        return self.take(arrived)

    def let_through(self, arrived: Iterable[Kept]) -> tuple[list[Effect], list[Kept]]:
        """Show what came; return the effects, and the messages that are done with: here all of them.

        Done with are those that are shown now or were before. What this person said is not shown to them: in a group
        it comes back with what others said.
        """
        done = list(arrived)
        return [self.show_or_discard(kept) for kept in done if kept.message.sender != self.name], done


class OfflineServer(ArticleServer):
    """The article's server, which also keeps messages for those who are away."""

    _receives: ClassVar = ArticleServer._receives | {"offline:R": "on_offline_r", "offlineack:R": "on_offlineack_r"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.store: dict[str, dict[str, Kept]] = {}  # what is kept for each person or group, by msgid

    def restart(self, disk: Disk) -> list[Effect]:
        """Start again after a crash: nobody is online yet, and what was stored is read."""
        for key, row in disk.read("store").items():
            self.keep(key.partition("/")[0], Kept.from_row(row))
        return ArticleServer.restart(self, disk)

    def on_offline_r(self, packet: Packet) -> list[Effect]:
        """A client asks for what was kept: answer with the oldest, a page at most, and whether there are more."""
        kept = self.store.get(packet.src, {}).values()
        return [Transmit(self._offline_a(packet, [one for one in kept if one.msgid not in packet.msgids]))]

    def on_offlineack_r(self, packet: Packet) -> list[Effect]:
        """The receiver has the messages that this packet names: delete them."""
        mine = self.store.get(packet.src, {})
        return [Delete(packet.src, msgid) for msgid in packet.msgids if mine.pop(msgid, None)]

    def _not_online(self, packet: Packet) -> list[Effect]:
        """The receiver of this msg:R is not online: keep its message."""
        return self.keep_for_absent(packet) if self.rung.stores else []

    def keep(self, to: str, kept: Kept) -> None:
        """Remember a message that is kept for a person or a group; this writes nothing."""
        self.store.setdefault(to, {})[kept.msgid] = kept

    def keep_for_absent(self, packet: Packet) -> list[Effect]:
        """Store the message of this msg:R, once a msgid, and only then notify the sender: a fabricated ack:N."""
        to = packet.message.to
        fabricated = Transmit(packet.follow_up("ack:N", to=packet.src, fabricated=True))
        if packet.msgid in self.store.get(to, {}):
            return [fabricated]
        kept = as_kept(packet)
        self.keep(to, kept)
        return [Store(to, kept), fabricated]

    def _offline_a(self, packet: Packet, kept: list[Kept]) -> Packet:
        """The answer to this offline:R, with as many of the messages kept as a page holds."""
        brought, more = tuple(kept[:PAGE]), len(kept) > PAGE
        return Packet("offline:A", "", packet.dst, packet.src, kept=brought, more=more, group=packet.group)

    def state(self) -> dict[str, Any]:
        """What the server holds: who is online and what it keeps for whom; and nothing about messages in flight."""
        store = {to: list(kept) for to, kept in self.store.items() if kept}
        return ArticleServer.state(self) | ({"store": store} if self.rung.stores else {})
