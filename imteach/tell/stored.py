"""What the server kept of one thing said, in words: whether it was stored, who pulled it, and what deleted it."""

from collections.abc import Iterator

from imteach.protocol import SERVER, forgotten_by
from imteach.tell.facts import Stop
from imteach.tell.way_ends import WayEnds, node_at
from imteach.tell.words import counted, in_ms
from imteach.trace import Event, PacketRecord


class Stored(WayEnds):
    """What the server kept for a receiver who was never shown it, in pieces of sentences."""

    # Not stored

    def why_not_stored(self) -> str:
        """That the server did not store what it was to keep, and told its sender that it did; "" if not so."""
        told = [request for request in self.requests if request.fate == "arrived" and self.is_to_keep(request)]
        acks = [p for request in told for p in self.follow_ups.get(request.name, []) if p.kind == "ack:N"]
        if not acks or self.events("store"):
            return ""
        crash = self.crash_after(acks[0])
        if crash is None:
            return f"the server did not store it but sent {acks[0].name}"
        return f"the server crashed {self.at(crash)}, after it sent {acks[0].name} and before it stored it"

    def crash_after(self, packet: PacketRecord) -> Event | None:
        """The crash of a node right after it sent this packet, if there is one."""
        sent = self.sendings[packet.name].id
        return next((crash for crash in self.crashes(packet.src) if sent in crash.causes), None)

    # Deleted

    @property
    def deletion(self) -> Event | None:
        """When what the server kept for the receiver, or for its group, was deleted."""
        kept_for = (self.receiver, self.group)
        return next((event for event in self.events("delete") if event.to in kept_for), None)

    def why_deleted(self) -> str:
        """Which packet deleted what the server kept, and what became of the answer that had brought it."""
        deletion = self.deletion
        if deletion is None:
            return ""
        step = self.step(deletion)
        if forgotten_by(step.timer):
            forgot = f"the server forgot it after {in_ms(self.trace, 'store_for')}, {self.at(deletion)}"
            in_vain = list(self.pulls_in_vain(deletion))
            return f"{self.told(in_vain)}, and {forgot}" if in_vain else forgot
        by = f"{step.packet} deleted" if step.packet else "the server deleted"
        deleted = f"{by} what the server kept {self.at(deletion)}{self.unasked(step)}"
        brought = [Stop(p.fate, p) for p in self.answers() if self.brings(p)]
        return f"{deleted}, and {self.told(brought)}" if brought else deleted

    def unasked(self, step: Event) -> str:
        """That the packet at which it was deleted did not ask for that; "" if it did."""
        packet = self.trace.packet.get(str(step.packet))
        if packet is None or packet.kind != "offlineack:R":
            return ""
        mine = {event.msgid for event in self.events("store")}
        if not mine & set(packet.msgids):
            return ", though it does not name it"
        return f", though it came from {packet.src}" if packet.src != self.receiver else ""

    # Pulled in vain

    def why_not_pulled(self) -> str:
        """Why the receiver has not got what the server keeps for it, as what comes after "who"."""
        if self.receiver in self.said.away:
            return "is logged out"
        stops = list(self.pulls_in_vain())
        return f"pulled it in vain: {self.told(stops)}" if stops else "has not pulled it"

    def pulls_in_vain(self, until: Event | None = None) -> Iterator[Stop]:
        """Where each pull ended that could have brought it: those since it was stored, and `until` it was deleted."""
        since = self.events("store")[0].id
        for pull in self.pulls():
            if until is not None and self.sendings[pull.name].id > until.id:
                continue
            answers = [p for p in self.answers() if self.step(self.sendings[p.name]).packet == pull.name]
            ended = self.endings.get(pull.name)  # none if the run was cut off
            if ended is None or ended.id < since:
                continue
            if pull.fate != "arrived" or not answers:
                yield Stop(pull.fate, pull, "offline:A" if pull.fate == "arrived" else "")
            yield from (Stop(answer.fate, answer) for answer in answers)

    def pulls(self) -> list[PacketRecord]:
        """Each offline:R of the receiver, for what was kept where this message was."""
        packets = self.trace.packets
        return [p for p in packets if p.kind == "offline:R" and p.src == self.receiver and p.group == self.group]

    def answers(self) -> list[PacketRecord]:
        """Each offline:A that answered such a pull."""
        packets = self.trace.packets
        return [p for p in packets if p.kind == "offline:A" and p.dst == self.receiver and p.group == self.group]

    def brings(self, answer: PacketRecord) -> bool:
        """Whether this offline:A brings the message."""
        return any(kept.said == self.said.msgid for kept in answer.kept)

    def end(self, stop: Stop) -> str:
        """How a way or a pull ended, as a phrase with room for the packets' names."""
        packet = stop.packet
        if packet.kind != "offline:A" or stop.fate != "arrived" or self.stopped_at(self.endings[packet.name]):
            return super().end(stop)
        if self.brings(packet):
            return f"{node_at(packet)} {self.instead_of_showing(packet)}"
        if not packet.kept:
            return f"{{names}} came back empty{self.after_restart(packet)}"
        others = counted(len(packet.kept), "other message")
        return f"{{names}} brought {others} and said that there {self.and_more(packet)}"

    def and_more(self, answer: PacketRecord) -> str:
        """What an offline:A said about more, and that nobody asked for it, if so."""
        if not answer.more:
            return "are no more"
        later = any(self.sendings[pull.name].id > self.endings[answer.name].id for pull in self.pulls())
        return "are more" if later else f"are more, and {self.receiver}'s client did not pull again"

    def after_restart(self, answer: PacketRecord) -> str:
        """That the server had been started again since it stored the message, when it gave this answer; or ""."""
        restart = self.restart_before(answer)
        return "" if restart is None else f" after the server's restart {self.at(restart)}"

    def restart_before(self, answer: PacketRecord) -> Event | None:
        """The latest restart of the server between storing the message and this answer."""
        stored, sent = self.events("store")[0], self.sendings[answer.name].id
        restarts = self.trace.happened("restart", node=SERVER)
        return next((event for event in reversed(restarts) if stored.id < event.id < sent), None)

    @property
    def lost_from_memory(self) -> bool:
        """Whether the server has it on its disk, and after a restart did not know of it any longer."""
        return any(not p.kept and self.restart_before(p) for p in self.answers())
