"""One thing said and what happened to it, in words: pieces of sentences about what `facts` finds.

Each is read from the trace: what was shown when, which packet was dropped, which timer ran out before which packet
could arrive.
"""

from collections.abc import Sequence

from imteach.protocol import Outcome
from imteach.tell.facts import BACK_TO_SENDER, TO_RECEIVER, TO_SENDER, Stop
from imteach.tell.tries import Tries
from imteach.tell.words import at, quote, sign
from imteach.trace import Event, PacketRecord, Trace
from imteach.trace.records import is_late


class Case(Tries):
    """What happened to one thing said, in pieces of sentences; `name` and `screen` are such pieces, too."""

    def __init__(self, trace: Trace, said: Outcome, receiver: str) -> None:
        super().__init__(trace, said, receiver)
        self.name = f"{quote(said.text)} ({said.msgid})"
        self.screen = f"{self.sender}'s screen says {sign(said.status)}"

    @property
    def saw(self) -> str:
        """That the receiver was shown it, and when."""
        first = self.shows[0]
        return f"{self.receiver} was shown {self.name} {self.at(first)}"

    @property
    def never_saw(self) -> str:
        """That the receiver was not shown it, and why."""
        return f"{self.receiver} never saw {self.name}, because {self.why_not_shown()}"

    def why_not_shown(self) -> str:
        """What kept it from the receiver's screen."""
        if not self.requests:
            return self.why_never_sent()
        return f"{self.why_not_come()}{self.why_not_again()}{self.resent_in_vain()}"

    def why_not_come(self) -> str:
        """Where its ways to the receiver ended, and what became of what the server kept."""
        stored = self.said.stored[self.receiver]
        if stored and not self.group:
            keeps = "has it on its disk" if self.lost_from_memory else "keeps it"
            return f"the server {keeps} for {self.receiver}, who {self.why_not_pulled()}"
        ways = self.told(self.all_stops(TO_RECEIVER))
        if stored and self.receiver not in self.said.away:
            return f"{ways}, and {self.receiver} {self.why_not_pulled()}"
        not_stored = self.why_not_stored()
        if not_stored and self.group:  # nobody was to be notified of what was not stored
            return not_stored
        then = not_stored or self.why_deleted() or self.acked_past()
        return f"{ways}, and {then}" if then else ways

    def acked_past(self) -> str:
        """That the receiver's client acked past it, in a group: what it says it has, the server will not send again."""
        mine = [p for p in self.trace.packets if p.said == self.said.msgid and p.group]
        if not mine or self.said.stored[self.receiver]:
            return ""
        acks = (p for p in self.trace.packets if p.kind == "ack:R" and p.src == self.receiver)
        past = next((ack for ack in acks if ack.group == mine[0].group and ack.cursor >= mine[0].seq), None)
        return f"{past.name} acked past it, up to {past.cursor}" if past else ""

    def why_no_ack_n(self) -> str:
        """What kept the sender's screen from saying that the receiver has it."""
        delivered = next((report for report in self.events("status") if report.status == "delivered"), None)
        if delivered is not None and self.settled is not None:
            taken_back = f"later reported {self.said.status}{self.when(self.settled)}"
            return f"{self.sender}'s client reported delivered {self.at(delivered)}, and {taken_back}"
        way = BACK_TO_SENDER if self.trace.scenario.setting.acks else TO_SENDER
        stops = self.all_stops(way)
        heard = any(stop.fate == "arrived" and stop.packet.kind == way[-1] and self.did(stop.packet) for stop in stops)
        return self.told(stops) + ("" if heard else self.why_not_again())

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
        return f"{told}{self.resent_in_vain()}"

    def why_failed(self, settled: Event, cut: Sequence[Stop], late: Sequence[PacketRecord]) -> str:
        """Why the client reported `failed`: `cut` would have come in time, had nothing cut it; `late` came after."""
        if settled.packet is not None:
            return f"{self.sender}'s client reported failed{self.when(settled)}"
        gave_up = f"{self.sender}'s client gave up {self.at(settled)}{self.tries_used(settled)}"
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
            return f"{gave_up}, before {first.name} could arrive {at(first.due, self.trace.timed)}"
        return f"{gave_up}, before any {'ack:N' if cut or rung.retransmits else 'answer'} could arrive"

    def when(self, report: Event) -> str:
        """When a status was reported, and at which arrival, if it was one."""
        return f" when {report.packet} arrived {self.at(report)}" if report.packet else f" {self.at(report)}"

    @property
    def forgot(self) -> str:
        """When the sender's client forgot it, in words."""
        assert self.settled is not None  # `forgotten` was seen, so it was recorded
        crash = self.behind(self.settled, "crash")
        at = f" {self.at(crash)}" if crash is not None else ""
        though = self.though_written(self.sender, crash) if crash is not None else ""
        return f"{self.sender}'s client crashed{at} and forgot it{though}, so {self.sender}'s screen shows nothing"
