"""What the server keeps of messages in flight: nothing. It passes them on and forgets them, and says so.

"Client-side retransmission keeps the server stateless" (section 9 of the article): it may crash between any two
packets, and the senders' retransmissions repair that.
"""

from itertools import starmap
from typing import Any

from imteach.protocol import SERVER, Server
from imteach.tell.moments.rows import History
from imteach.tell.words import cut, few, join
from imteach.trace import Event, PacketRecord
from imteach.trace.leftovers import held_by
from imteach.trace.replay import Replay

WHAT = "messages in flight"
NOTHING_TO_LOSE = "nothing is kept, so a crash loses nothing here"
OF_ITS_OWN = "only in memory: a server that keeps them loses them in a crash"


class InFlight(History):
    """The row that says what became of the messages that the server has just handled."""

    def __init__(self, replay: Replay) -> None:
        super().__init__(WHAT, NOTHING_TO_LOSE if replay.scenario.server is Server else OF_ITS_OWN)
        self.replay = replay
        self.packets = replay.records
        self.step: PacketRecord | None = None  # what has arrived last
        self.deeds: dict[tuple[str, str], list[str]] = {}  # what it did in this moment, and with which messages
        self.done_with = True  # whether it did anything with what has arrived last
        self.stand(0, "none kept: nothing has come yet")

    def read(self, event: Event) -> None:
        """Read something that happens at the server."""
        if event.kind == "arrive":
            self._judge_step()
            self.step = self.packets[str(event.packet)]
            self.done_with = self.step.kind != "msg:R"
        elif self.step is None:
            return
        elif event.kind == "send":
            self._sent(self.packets[str(event.packet)])
        elif event.kind == "store":
            self._did("stored", str(event.msgid), str(event.to))
        elif event.kind == "discard":
            self._did("refused", str(event.msgid), str(event.text or "again"))

    def _sent(self, packet: PacketRecord) -> None:
        """The server transmits something in this step."""
        assert self.step is not None
        if packet.kind == "msg:N" and self.step.kind == "msg:R":
            self._did("copied" if packet.group else "passed", str(packet.msgid))
        elif packet.kind == "ack:N" and self.step.kind == "ack:R":
            self._did("told", str(packet.msgid), self.step.src)
        elif packet.kind == "ack:N" and not self.done_with:
            self._did("found", str(packet.msgid))

    def _did(self, deed: str, msgid: str, about: str = "") -> None:
        self.done_with = True
        msgids = self.deeds.setdefault((deed, about), [])
        if msgid not in msgids[-1:]:  # to each member of a group in turn
            msgids.append(msgid)

    def _judge_step(self) -> None:
        """Nothing more happens in this step: if nothing happened to its message, that went nowhere."""
        if self.step is not None and not self.done_with:
            self._did("nowhere", str(self.step.msgid))
        self.step = None

    def tell(self, t: float, node: Any) -> None:
        """Say what the server holds just after everything that happens at `t`."""
        self._judge_step()
        deeds, self.deeds = self.deeds, {}
        held = self._held(node)
        if held:
            self.stand(t, f"it still holds {held}")
        elif deeds:
            self.stand(t, f"none kept: it {', and '.join(starmap(_in_words, deeds.items()))}")
        elif self.standings[-1].text.startswith(("it still holds", "none: ")):
            self.stand(t, "none kept")

    def down(self, t: float) -> None:
        """The server crashes."""
        self.step, self.deeds = None, {}
        self.stand(t, "none: it is down")

    def _held(self, node: Any) -> str:
        """What a learner's server keeps of messages, in attributes that imteach's own does not have; "" if nothing."""
        if type(node) is Server:
            return ""
        try:
            things = held_by(self.replay.scenario, SERVER, node)
        except Exception:  # a learner's own objects can refuse to be looked at
            return ""
        first_msgid = dict(enumerate(map(str, self.replay.said)))  # of the things said so far, by their numbers
        held: dict[str, dict[str, None]] = {}
        for thing in things:
            msgid = thing.msgid or first_msgid.get(thing.said)
            if msgid:
                held.setdefault(thing.attribute, {})[cut(msgid)] = None
        return join([f"{few(list(msgids))} in self.{cut(name)}" for name, msgids in held.items()]) if held else ""


_DEEDS = {
    "passed": "passed {} on and forgot {them}",
    "told": "passed on that {about} has {} and forgot it",
    "copied": "passed copies of {} on to who is online",
    "stored": "put {} into its store for {about}, so {they} in flight no more",
    "found": "found {} in its store",
    "nowhere": "had nobody to pass {} on to and forgot {them}",
    "refused": "did not take {} ({about}) and forgot {them}",
}


def _in_words(deed: tuple[str, str], msgids: list[str]) -> str:
    """What the server did with these messages."""
    what, about = deed
    names = few([cut(msgid) for msgid in msgids])
    one = len(msgids) == 1
    return _DEEDS[what].format(
        names, them="it" if one else "them", they="it is" if one else "they are", about=cut(about)
    )
