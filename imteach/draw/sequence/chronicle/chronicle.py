"""A run told in moments: all that its picture says, before anything has a place."""

from math import inf

from imteach.draw.sequence.chronicle.moments import CutSpan, Moment
from imteach.draw.sequence.chronicle.summed_up import SummedUp
from imteach.draw.sequence.chronicle.telling import Telling
from imteach.draw.sequence.words import UNDER_WAY, remarks
from imteach.plain import plain
from imteach.protocol import SERVER
from imteach.scenario import Partition
from imteach.trace import PacketRecord, Trace, instant
from imteach.trace.records import STEPS_END


class Chronicle:
    """A trace told in moments.

    `moments` in order, `missed` (the moments that packets which did not arrive would have begun), `timers`,
    `absences`, `cuts` with their `edges`, and `last`, when it ends; by packet name the number of the moment it was
    `sent_in`, the time at which it `ended`, `why` it was lost, and the `remarks` on it. `several` if more than one
    message is said.
    """

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        told = Telling(trace)
        self.several = told.several
        self.moments, self.timers, self.sent_in = told.moments, told.timers.runs, told.sent_in
        self.ended, self.why = told.ended, told.why
        self._not_lost = self._under_way()
        self.missed = self._missed()
        self.absences = [absence for absence in told.absences if absence.start != absence.stop]
        summed_up = SummedUp(trace, told.acked, told.timers.waits)
        for moment in self.moments:
            if moment.lines or moment.did:
                summed_up.settle(moment)
        self.last = max([moment.t for moment in self.moments] + list(self.ended.values()), default=0)
        self.cuts = self._cuts()
        self.edges = [edge for cut in self.cuts for edge in (cut.begins, cut.mended) if edge is not None]
        self.remarks = self._remarks()

    def until(self, packet: PacketRecord) -> float:
        """When a packet's way ends, or would have ended; without a clock, when it was lost."""
        if packet.arrived is not None:
            return packet.arrived
        return packet.due if self.trace.timed else self.ended[packet.name]

    def never_left(self, packet: PacketRecord) -> bool:
        """Whether a packet was lost where it was sent."""
        ended = self.ended[packet.name]
        return packet.fate == "lost" and (ended < packet.due if self.trace.timed else ended == packet.sent)

    def fate(self, packet: PacketRecord) -> str:
        """What became of a packet that did not arrive, and why, in words; empty if it arrived."""
        why = self.why.get(packet.name)
        return f"{packet.fate}: {plain(why)}" if why else self.ending(packet)

    def ending(self, packet: PacketRecord) -> str:
        """What became of a packet that did not arrive, in a word or two; empty if it arrived."""
        if packet.name in self._not_lost:
            return UNDER_WAY
        return "" if packet.fate == "arrived" else packet.fate

    def _under_way(self) -> set[str]:
        """The packets that are not lost, though the steps end, because they wait for the next round."""
        found = {name for name, why in self.why.items() if why == STEPS_END} if self.trace.loop is not None else set()
        for name in found:
            del self.why[name]
        return found

    def _missed(self) -> list[Moment]:
        """The moments that packets which did not arrive would have begun."""
        missed: list[Moment] = []
        for packet in self.trace.packets:
            if packet.fate != "arrived":
                self.ended.setdefault(packet.name, packet.due)
                number, after = -1 - len(missed), self.sent_in[packet.name]
                moment = Moment(number, self.until(packet), packet.dst, after, packet.name)
                moment.is_told = packet.fate == "lost" and self.ended[packet.name] == moment.t
                missed.append(moment)
        return missed

    def _remarks(self) -> dict[str, list[str]]:
        """What is unusual about packets, by name; the pulls of one moment are told apart: see `_say_what_for`."""
        packets = self.trace.packets
        unusual = {packet.name: words for packet in packets if (words := remarks(packet, self.usual(packet)))}
        for moment in self.moments:
            if len(moment.sends) > 1:
                self._say_what_for(moment, unusual)
        return unusual

    def usual(self, packet: PacketRecord) -> float:
        """How long a packet takes, its jitter with it, if no fault delays it; without a clock none is late."""
        return self.trace.scenario.takes_as(packet.name, packet.src, packet.dst) if self.trace.timed else inf

    def _say_what_for(self, moment: Moment, remarks: dict[str, list[str]]) -> None:
        """Tell the pulls of one moment apart: one for the person, one for each group."""
        pulls = [self.trace.packet[name] for name in moment.sends if "/offline:R#" in name]
        for packet in pulls if len(pulls) > 1 else ():
            remarks.setdefault(packet.name, []).append(f"for {plain(packet.group or moment.node)}")

    def _cuts(self) -> list[CutSpan]:
        """The links that were cut while the run went on."""
        cuts: list[CutSpan] = []
        for fault in self.trace.faults:
            if not isinstance(fault, Partition) or fault.at > self.last:
                continue
            person = fault.other if fault.one == SERVER else fault.one
            words = f"✂ {fault.one} – {fault.other} cut" if fault.both else f"✂ {fault.one} → {fault.other} cut"
            end = None if fault.lasting is None else instant(fault.at + fault.lasting)
            number = -1 - len(self.missed) - 2 * len(cuts)
            begins = Moment(number, fault.at, f"cut {len(cuts)}")
            mended = None if end is None or end > self.last else Moment(number - 1, end, begins.node)
            cuts.append(CutSpan(person, words, begins, mended))
        return cuts
