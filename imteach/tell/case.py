"""One thing said and what happened to it, in words: pieces of sentences about what `facts` finds.

Each is read from the trace: what was shown when, which packet was dropped, which timer ran out before which packet
could arrive.
"""

from collections.abc import Iterable, Sequence

from imteach.protocol import SERVER, Outcome
from imteach.tell.facts import BACK_TO_SENDER, PULL, TO_RECEIVER, TO_SENDER, Facts, Stop
from imteach.tell.words import few, join, quote, sign
from imteach.trace import Event, PacketRecord, Trace
from imteach.trace.records import is_late


class Case(Facts):
    """What happened to one thing said, in pieces of sentences; `name` and `screen` are such pieces, too."""

    def __init__(self, trace: Trace, said: Outcome, receiver: str) -> None:
        super().__init__(trace, said, receiver)
        self.name = f"{quote(said.text)} ({said.msgid})"
        self.screen = f"{self.sender}'s screen says {sign(said.status)}"

    @property
    def saw(self) -> str:
        """That the receiver was shown it, and when."""
        first = self.shows[0]
        return f"{self.receiver} was shown {self.name} at {first.t} ms"

    @property
    def never_saw(self) -> str:
        """That the receiver was not shown it, and why."""
        return f"{self.receiver} never saw {self.name}, because {self.why_not_shown()}"

    def why_not_shown(self) -> str:
        """What kept it from the receiver's screen."""
        if not self.requests:
            return f"{self.sender}'s client never sent a msg:R for it"
        if self.said.stored[self.receiver] and not self.to_group:
            return f"the server keeps it for {self.receiver}, who {self.why_not_pulled()}"
        deleted = [event for event in self.events("delete") if event.to == self.receiver]
        kept = f", and what the server kept was deleted at {deleted[0].t} ms" if deleted else ""
        return self.told(self.all_stops(TO_RECEIVER)) + kept + self.acked_past()

    def why_not_pulled(self) -> str:
        """Why the receiver has not got what the server keeps for it."""
        if self.receiver in self.said.away:
            return "is logged out"
        pulls = [p for p in self.trace.packets if p.kind in PULL and self.receiver in (p.src, p.dst)]
        lost = [Stop(p.fate, p) for p in pulls if p.fate != "arrived"]
        return f"pulled it in vain: {self.told(lost)}" if lost else "has not pulled it"

    def acked_past(self) -> str:
        """That the receiver's client acked past it, in a group: what it says it has, the server will not send again."""
        mine = [p for p in self.trace.packets if p.said == self.said.msgid and p.group]
        if not mine or self.said.stored[self.receiver]:
            return ""
        acks = (p for p in self.trace.packets if p.kind == "ack:R" and p.src == self.receiver)
        past = next((ack for ack in acks if ack.group == mine[0].group and ack.cursor >= mine[0].seq), None)
        return f", and {past.name} acked past it, up to {past.cursor}" if past else ""

    def why_no_ack_n(self) -> str:
        """What kept the sender's screen from saying that the receiver has it."""
        delivered = next((report for report in self.events("status") if report.status == "delivered"), None)
        if delivered is not None and self.settled is not None:
            taken_back = f"later reported {self.said.status}{when(self.settled)}"
            return f"{self.sender}'s client reported delivered at {delivered.t} ms, and {taken_back}"
        return self.told(self.all_stops(BACK_TO_SENDER))

    def why_given_up(self) -> str:
        """Why the screen came to say `failed`, and why that stayed.

        Only what could have come before is a reason to give up; what could have come later might have corrected it.
        """
        settled, rung = self.settled, self.trace.scenario.setting
        assert settled is not None  # a status was seen, so it was reported
        stops: list[tuple[Stop, Sequence[str]]] = []
        if rung.acks:
            stops += [(stop, BACK_TO_SENDER) for stop in self.all_stops(BACK_TO_SENDER)]
        after = [stop for stop, way in stops if not self.in_time(stop, way, settled.t)]
        if not rung.retransmits:  # there a msg:A before the timer ran out would have been enough
            stops += [(stop, TO_SENDER) for stop in self.all_stops(TO_SENDER)]
        cut = [stop for stop, way in stops if self.in_time(stop, way, settled.t)]
        late = [stop.packet for stop, way in stops if stop.fate == "arrived" and stop.packet.due > settled.t]
        told = self.why_failed(settled, cut, late)
        heard = settled.packet is not None and any(stop.fate == "arrived" for stop in after)
        if after and not heard:
            told += f", and {self.told(after)}, so no later ack:N corrected it"
        return told

    def why_failed(self, settled: Event, cut: Sequence[Stop], late: Sequence[PacketRecord]) -> str:
        """Why the client reported `failed`: `cut` would have come in time, had nothing cut it; `late` came after."""
        if settled.packet is not None:
            return f"{self.sender}'s client reported failed{when(settled)}"
        gave_up = f"{self.sender}'s client gave up at {settled.t} ms"
        timer = self.behind(settled, "timer_fire", "arrive", "say")
        if timer is None or timer.kind != "timer_fire":
            return f"{gave_up} without waiting for its timer"
        if is_late(timer):
            return f"{gave_up}, told of a timer that had run out when it was cancelled"
        rung = self.trace.scenario.setting
        unanswered = [stop for stop in cut if not (rung.acks and self.heeded(stop.packet))]
        if unanswered:
            return f"{self.told(unanswered)}, so {gave_up}"
        if late:
            first = min(late, key=lambda packet: packet.due)
            return f"{gave_up}, before {first.name} could arrive at {first.due} ms"
        return f"{gave_up}, before any {'ack:N' if cut or rung.retransmits else 'answer'} could arrive"

    def told(self, stops: Iterable[Stop]) -> str:
        """Say where the ways of a message ended, the same ends together."""
        ends: dict[str, list[str]] = {}
        for stop in dict.fromkeys(stops):
            ends.setdefault(self.end(stop), []).append(stop.packet.name)
        return join(
            [
                phrase.format(names=few(names), was="was" if len(names) == 1 else "were")
                for phrase, names in ends.items()
            ]
        )

    def end(self, stop: Stop) -> str:
        """How a way ended, as a phrase with room for the packets' names."""
        if stop.fate == "dropped":
            return "{names} {was} dropped"
        if stop.fate == "lost":
            return f"{{names}} {{was}} lost ({self.why_lost(stop.packet)})"
        at = "the server" if stop.packet.dst == SERVER else f"{stop.packet.dst}'s client"
        if stop.missing == "msg:N" and self.receiver not in self.online_at(stop.packet):
            return f"{self.receiver} was not online when {{names}} reached the server"
        not_taken = [event for event in self.events("discard") if event.packet == stop.packet.name and event.text]
        if stop.missing and not_taken:
            return f"{at} discarded {{names}} as {not_taken[0].text}"
        if stop.missing and self.crashed_at(stop.packet):
            return f"{at} crashed before it sent {'an' if stop.missing[0] == 'a' else 'a'} {stop.missing} for {{names}}"
        if stop.missing:
            return f"{at} sent no {stop.missing} for {{names}}"
        if stop.packet.kind == "msg:N":
            return f"{at} {self.instead_of_showing(stop.packet)}"
        did = self.did(stop.packet)
        return f"{at} {did}" if did else f"{at} took no notice of {{names}}"

    def why_lost(self, packet: PacketRecord) -> str:
        """Why a packet reached nobody."""
        return next(str(e.text) for e in self.trace.events if e.kind == "lose" and e.packet == packet.name)

    def instead_of_showing(self, packet: PacketRecord) -> str:
        """What a client did with a msg:N that it did not show, as a phrase with room for its name."""
        events = self.effects[packet.name]
        kinds = {event.kind: event for event in events}
        if self.crashed_at(packet):
            return "crashed before it showed {names}"
        if "hold" in kinds:
            return "held back {names}, because a message before it was missing"
        if "discard" in kinds:
            return "discarded {names}" + (f" as {kinds['discard'].text}" if kinds["discard"].text else "")
        return "got but did not show {names}"

    @property
    def forgot(self) -> str:
        """When the sender's client forgot it, in words."""
        assert self.settled is not None  # `forgotten` was seen, so it was recorded
        crash = self.behind(self.settled, "crash")
        at = f" at {crash.t} ms" if crash is not None else ""
        return f"{self.sender}'s client crashed{at} and forgot it, so {self.sender}'s screen shows nothing"

    def did(self, packet: PacketRecord) -> str:
        """What a client did when this packet arrived, as a phrase with room for its name; "" if nothing."""
        events = self.effects[packet.name]
        if not events:
            return ""
        kinds = {event.kind for event in events}
        deeds = [deed(event) for event in events if event.kind != "timer_cancel" or "timer_start" not in kinds]
        but = ""
        if "status" not in kinds:
            but = " but reported nothing"
        elif not kinds & {"timer_cancel", "timer_start"} and packet.name in self.timed:
            but = " but kept its timer"
        return f"{join(list(dict.fromkeys(deeds)))} when {{names}} arrived{but}"


def deed(event: Event) -> str:
    """What a client did, in a few words."""
    match event.kind:
        case "status":
            return f"reported {event.status}"
        case "timer_start":
            return "started its timer again"
        case "timer_cancel":
            return "stopped its timer"
        case "retransmit":
            return "sent msg:R again"
        case "send":
            return f"sent {str(event.packet).partition('/')[2].partition('#')[0]}"
    return _DEEDS.get(event.kind, "discarded a message")


_DEEDS = {
    "show": "showed a message",
    "hold": "held a message back",
    "write": "wrote to its disk",
    "store": "stored a message",
    "delete": "deleted a message",
}


def when(report: Event) -> str:
    """When a status was reported, and at which arrival, if it was one."""
    return f" when {report.packet} arrived at {report.t} ms" if report.packet else f" at {report.t} ms"
