"""Six bugs that people really write, each a small class to run, to draw and to hand to the explorer.

Every one looks right as long as nothing goes wrong. `PLANTED` holds them by name, each with the promise that it breaks
and the fewest faults that show it.

>>> bug = PLANTED["silent dedup"]
>>> bug.trace.promises[bug.promise]
False
"""

from dataclasses import dataclass
from functools import cached_property

from imteach.protocol import CancelTimer, Client, Delete, Discard, Effect, Packet, Server, Show, StartTimer, Transmit
from imteach.scenario import Crash, Drop, Fault, Offline, Scenario
from imteach.scenario.checks import ByName
from imteach.trace import Trace


class SilentDedup(Client):
    """A duplicate is discarded, and not acknowledged again.

    It seems right: the message is shown, what more is there to do? But alice retransmits because no ack:N reached her.
    Her retransmissions are discarded in silence, until her client gives up and reports a failure.
    """

    def on_msg_n(self, packet: Packet) -> list[Effect]:
        """A message for this person: show it and acknowledge it, or discard it."""
        effect = self.show_or_discard(packet)
        return [effect] if isinstance(effect, Discard) else [effect, *self.acknowledge(packet)]


class NewMsgid(Client):
    """Each retransmission gets a new msgid.

    It seems tidy: every msg:R is another packet, so let it have its own id. But it is the same message, and bob's dedup
    recognises it by nothing but its msgid.
    """

    def on_timer(self, msgid: str) -> list[Effect]:
        """No answer in time: transmit the message anew while tries are left, else give up."""
        entry = self.queue[msgid]
        if entry.tries > self.retries:
            return super().on_timer(msgid)
        del self.queue[msgid]
        again = self.new_msgid()
        self.queue[again] = entry._replace(tries=entry.tries + 1)
        self.status[again] = self.status[msgid]
        return [Transmit(self.msg_r(again, entry.message)), StartTimer(again, attempt=entry.tries + 1)]


class GoneAtMsgA(Client):
    """The entry leaves the waiting-ack queue at msg:A.

    It seems answered: "acknowledge" is its name. But msg:A says that the server has the message, not bob; if msg:N is
    lost now, nobody retransmits and nobody notices.
    """

    def on_msg_a(self, packet: Packet) -> list[Effect]:
        """The server has it: `sent`, and nothing more to wait for."""
        effects = super().on_msg_a(packet)
        self.out_of_queue(packet.msgid)
        return [*effects, CancelTimer(packet.msgid)]


class ShowsFirst(Client):
    """A message is shown before dedup is asked.

    It seems quick: the check was added later, below the line that shows. It finds every duplicate, but too late.
    """

    def on_msg_n(self, packet: Packet) -> list[Effect]:
        """A message for this person: show it; discard it if it was shown before; acknowledge it."""
        shown = Show(packet.msgid, packet.message)
        if packet.msgid in self.dedup:
            return [shown, Discard(packet.msgid, packet.message), *self.acknowledge(packet)]
        self.dedup[packet.msgid] = None
        return [shown, *self.acknowledge(packet)]


class DeletesAtOfflineA(Server):
    """What was kept is deleted as soon as it is sent with offline:A.

    It seems done: bob asked, bob gets it, and offlineack:R is one packet more. But offline:A can be lost, and alice
    already sees ✓✓, because it was stored.
    """

    def on_offline_r(self, packet: Packet) -> list[Effect]:
        """A client asks for what was kept: send it and delete it."""
        (answer,) = super().on_offline_r(packet)
        kept = answer.packet.kept  # type: ignore[union-attr]
        for each in kept:
            del self.store[packet.src][each.msgid]
        return [answer, *(Delete(packet.src, each.msgid) for each in kept)]


class AcksFirst(Client):
    """ack:R is transmitted before the message is shown and written.

    It seems polite to answer at once. But a crash may fall between any two effects: then alice sees ✓✓, nobody
    retransmits, and bob's phone has nothing, not on its screen and not on its disk.
    """

    def on_msg_n(self, packet: Packet) -> list[Effect]:
        """A message for this person: acknowledge it, then show it and write that down, or discard it."""
        return [*self.acknowledge(packet), self.show_or_discard(packet)]


@dataclass(frozen=True)
class Planted:
    """A bug: the class that has it, the rung that it is planted in, and what brings it to light.

    Under the `given` faults the right class keeps `promise`, whatever further faults of these `kinds` strike, up to as
    many as `broken_by` has. The bug breaks it under `broken_by`: the fewest faults that do, and of those the earliest.
    """

    bug: type[Client] | type[Server]
    rung: str
    promise: str
    broken_by: tuple[Fault, ...]
    kinds: tuple[str, ...] = ("drop",)
    given: tuple[Fault, ...] = ()

    @property
    def told(self) -> str:
        """The bug in one sentence.

        >>> PLANTED["acks first"].told
        'ack:R is transmitted before the message is shown and written.'
        """
        return str(self.bug.__doc__).partition("\n")[0]

    @property
    def right(self) -> Scenario:
        """The scenario without the bug: alice says hello to bob."""
        return Scenario(self.rung)

    def scenario(self) -> Scenario:
        """Return the scenario with the bug.

        >>> PLANTED["deletes at offline:A"].scenario()
        Scenario("offline", server=DeletesAtOfflineA)
        """
        if issubclass(self.bug, Server):
            return Scenario(self.rung, server=self.bug)
        return Scenario(self.rung, client=self.bug)

    @cached_property
    def trace(self) -> Trace:
        """The smallest run that breaks the promise: a picture of the bug."""
        return self.scenario().run(*self.given, *self.broken_by)


PLANTED: ByName[Planted] = ByName(
    "bug",
    {
        "silent dedup": Planted(SilentDedup, "dedup", "no_false_failure", (Drop("m1/ack:R#1"),)),
        "new msgid": Planted(NewMsgid, "dedup", "no_duplicates", (Drop("m1/ack:R#1"),)),
        "gone at msg:A": Planted(GoneAtMsgA, "dedup", "no_silent_loss", (Drop("m1/msg:N#1"),)),
        "shows first": Planted(ShowsFirst, "dedup", "no_duplicates", (Drop("m1/ack:R#1"),)),
        "deletes at offline:A": Planted(
            DeletesAtOfflineA,
            "offline",
            "no_false_delivery",
            (Drop("bob/offline:A#1"),),
            given=(Offline("bob", at=0, lasting=1000),),
        ),
        "acks first": Planted(
            AcksFirst,
            "durable",
            "no_false_delivery",
            (Crash("bob", after="send m1/ack:R#1", down=100),),
            kinds=("crash",),
        ),
    },
)
"""The six bugs, by name."""
