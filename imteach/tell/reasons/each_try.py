"""What became of each try to bring a message to its receiver, or its ack:N to its sender: a sentence an event."""

from collections.abc import Callable, Iterator
from functools import cached_property

from imteach.plain import plain
from imteach.protocol import SERVER, forgotten_by
from imteach.tell.case import Case
from imteach.tell.event import sentence
from imteach.tell.facts import BACK_TO_SENDER, TO_RECEIVER, TO_SENDER, Stop
from imteach.tell.reasons.until import IN_FLIGHT
from imteach.tell.reasons.why import Reason, why_again
from imteach.tell.way_ends import node_at
from imteach.tell.words import cut, in_ms, quote, sign, the
from imteach.trace import Event, PacketRecord
from imteach.trace.records import STEPS_END


class EachTry:
    """One thing said on its way to one person, as far as its run has come: to the receiver, or back to the sender."""

    def __init__(self, case: Case, to_sender: bool) -> None:
        self.case = case
        self.trace = case.trace
        self.to_sender = to_sender
        self.acks = case.trace.scenario.setting.acks
        self.words: dict[str, Callable[[Event], str]] = {
            "say": lambda event: sentence(event._replace(text=cut(str(event.text)))),
            "resend": lambda event: f"{sentence(event)}, {why_again(self.trace, event)}",
            "unsaid": sentence,
            "retransmit": lambda event: f"{event.node} sends msg:R again, as {event.packet}",
            "store": sentence,
            "delete": self._delete,
            "show": self._show,
            "status": self._status,
        }

    def reasons(self) -> list[Reason]:
        """Return a sentence for each event that has to do with it, in time order."""
        told = [*self._each_event(), *self._each_dead_end()]
        return [reason for _, reason in sorted(told, key=lambda entry: entry[0])]

    # Which packets are on its way

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of packet that are to follow msg:R on the way, one by one. In a group ack:N follows at once."""
        if not self.to_sender:
            return TO_RECEIVER
        if not self.acks:
            return TO_SENDER
        return ("ack:N",) if self.case.group else BACK_TO_SENDER

    def is_on_its_way(self, packet: PacketRecord) -> bool:
        """Whether the message, or what tells its sender of it, depends on this packet."""
        if packet.name in self.pulls:
            return True
        kinds = {"msg:R", *self.kinds, *(() if self.acks else TO_RECEIVER)}
        if packet.said != self.case.said.msgid or packet.kind not in kinds:
            return False
        return packet.kind not in ("msg:N", "ack:R") or packet.person == self.case.receiver

    @cached_property
    def pulls(self) -> dict[str, Stop]:
        """Each pull and answer, since the server stored it, that could have brought it and did not, by packet."""
        if self.to_sender or not self.case.events("store"):
            return {}
        return {stop.packet.name: stop for stop in self.case.pulls_in_vain()}

    @cached_property
    def dead_ends(self) -> dict[str, Stop]:
        """Where the message, or what tells of it, arrived and went no further, by the packet that arrived."""
        stops = {stop.packet.name: stop for stop in self.case.all_stops(self.kinds)} | self.pulls
        return {name: stop for name, stop in stops.items() if stop.packet.fate == "arrived"}

    # What is told

    def _each_event(self) -> Iterator[tuple[int, Reason]]:
        for event in self.trace.events:
            told = self._told(event)
            if told:
                yield event.id, Reason(f"{self.case.stamp(event)}: {plain(told)}", event.id, event.packet)

    def _told(self, event: Event) -> str:
        """What is to be said of this event; "" if it has nothing to do with the message."""
        if event.kind in ("drop", "lose"):
            return self._gone(event)
        if event.kind in ("crash", "restart", "logout", "login"):
            return self._presence(event)
        if event.kind == "write":
            return self._acked_past(event)
        words = self.words.get(event.kind)
        return words(event) if words is not None and event.said == self.case.said.msgid else ""

    def _gone(self, event: Event) -> str:
        packet = self.trace.packet[str(event.packet)]
        if not self.is_on_its_way(packet) or event.text == STEPS_END:
            return ""
        return sentence(event) if event.kind == "lose" else f"{sentence(event)} on its way to {the(packet.dst)}"

    def _delete(self, event: Event) -> str:
        step = self.case.step(event)
        after = f", after {in_ms(self.trace, 'store_for')}" if forgotten_by(step.timer) else self.case.unasked(step)
        return f"{sentence(event)}{after}"

    def _show(self, event: Event) -> str:
        if self.case.group or event.node != self.case.receiver:
            return ""
        return f"{event.node} is shown {quote(str(event.text))}{'' if event == self.case.shows[0] else ' again'}"

    def _acked_past(self, event: Event) -> str:
        """That a member's ack:R moved its cursor past the message, which it was not shown."""
        past = "" if self.to_sender or event.key != f"cursor/{self.case.group}/{self.case.receiver}" else event.packet
        told = self.case.acked_past() if past else ""
        return told if told.startswith(f"{past} ") else ""

    # Who was there

    @cached_property
    def _involved(self) -> set[str]:
        """The nodes without which it does not come through."""
        others = set() if self.to_sender and self.case.group else {self.case.receiver}
        return {self.case.sender, SERVER, *others}

    def _presence(self, event: Event) -> str:
        """Who crashed or was away, since the message was said or while it was said."""
        at_server = event.node == SERVER and event.kind in ("login", "logout")
        if event.node not in self._involved or at_server or self._is_told_already(event):
            return ""
        back = {"crash": "restart", "logout": "login"}
        if event.kind in back and event.id < self._said.id:
            ended = self._next(event, back[event.kind])
            return sentence(event) if ended is None or ended.id > self._said.id else ""
        if event.kind == "login" and not self._was_away(event):
            return ""
        return sentence(event) if event.id > self._said.id else ""

    @cached_property
    def _said(self) -> Event:
        return self.case.events("say")[0]

    def _next(self, event: Event, kind: str) -> Event | None:
        """The next event of this kind at the same node."""
        later = self.trace.events[event.id + 1 :]
        return next((other for other in later if other.kind == kind and other.node == event.node), None)

    def _was_away(self, login: Event) -> bool:
        """Whether a person had logged out before this login; a client also logs in after a restart of the server."""
        before = reversed(self.trace.events[: login.id])
        last = next((e for e in before if e.kind in ("login", "logout") and e.node == login.node), None)
        return last is not None and last.kind == "logout"

    def _is_told_already(self, event: Event) -> bool:
        """Whether this crash is told with the packet at whose arrival it came."""
        return event.kind == "crash" and any(event is self._crash_at(stop) for stop in self.dead_ends.values())

    # Where it arrived and went no further

    def _each_dead_end(self) -> Iterator[tuple[int, Reason]]:
        for name, stop in self.dead_ends.items():
            told, arrival = self._dead_end(stop), self.case.endings[name]
            if told:
                yield (
                    self._place(stop),
                    Reason(f"{self.case.stamp(arrival)}: {plain(told)}", arrival.id, name),
                )

    def _place(self, stop: Stop) -> int:
        """After which event it is said: after all that its node did then, but that somebody was away comes first."""
        arrival = self.case.endings[stop.packet.name]
        if stop.missing == "msg:N" and self.case.receiver not in self.case.online_at(stop.packet):
            return arrival.id
        at = (arrival.node, arrival.t)  # a later restart follows from that step as well
        done = [event.id for event in self.case.in_step(arrival) if (event.node, event.t) == at]
        crash = self._crash_at(stop)
        return max([arrival.id, *done, *([crash.id] if crash is not None else [])])

    def _crash_at(self, stop: Stop) -> Event | None:
        """The crash of a node while it handled the packet of this stop."""
        step = self.case.endings[stop.packet.name]
        mine = {step.id, *(event.id for event in self.case.in_step(step))}
        return next((crash for crash in self.case.crashes(step.node) if crash.causes and crash.causes[0] in mine), None)

    def _dead_end(self, stop: Stop) -> str:
        kinds = {event.kind: event for event in self.case.effects[stop.packet.name]}
        if stop.missing == "ack:R" and self._crash_at(stop) is None and not self.is_acked_later(stop.packet):
            at, name = node_at(stop.packet), stop.packet.name
            if "hold" in kinds:
                return f"{at} {self.case.instead_of_showing(stop.packet)}".format(names=name)
            if "discard" in kinds:
                return f"{at} discarded {name}{self.case.as_what(kinds['discard'])} and sent no ack:R for it"
        if self.to_sender and stop.packet.kind == self.kinds[-1] and "status" in kinds:
            return ""  # its status is told
        return self.case.told([stop])

    def is_acked_later(self, packet: PacketRecord) -> bool:
        """Whether the receiver acked the message in a later step than that in which this packet came."""
        came = self.case.endings[packet.name]
        later = [str(event.packet) for event in self.case.events("send") if event.id > came.id]
        return any(self.trace.packet[name].kind == "ack:R" for name in later)

    # What the sender saw

    def _status(self, event: Event) -> str:
        seen = f"{event.node} sees {event.msgid} {sign(event.status)}"
        match event.status:
            case "failed":
                return self._gave_up(event) or seen
            case "unconfirmed":
                return self._unsure(event) or seen
            case "delivered":
                kept = self.case.group or (event.packet and self.trace.packet[event.packet].fabricated)
                return f"{seen}{', because the server keeps it' if kept else ''}"
            case "sent" if not self.acks:
                stops = any(e.kind == "timer_cancel" for e in self.case.in_step(self.case.step(event)))
                return f"{seen}{', and waits for nothing more' if stops else ''}"
            case "forgotten":
                return f"{event.node}'s client has forgotten {event.msgid}"
        return ""

    def _gave_up(self, event: Event) -> str:
        """Why the client gave up at its timer; "" if it was not that."""
        if self.case.step(event).kind != "timer_fire":
            return ""
        setting, allowed = self.trace.scenario.setting, self.case.allowed
        if not setting.retransmits:
            return f"{event.node} gives up: the timer runs out, and {setting.name} never sends again"
        used = len(self.case.round_before(event)[0])
        if used < allowed:
            return f"{event.node} gives up after {used} of {allowed} tries"
        return f"{event.node} gives up: {'the only try is' if allowed == 1 else f'all {allowed} tries are'} used"

    def _unsure(self, event: Event) -> str:
        """That the timer ran out when msg:A had come and ack:N had not; "" if it was not so."""
        arrived = [e for e in self.case.events("arrive") if e.id < event.id and e.node == event.node]
        kinds = {self.trace.packet[str(e.packet)].kind for e in arrived}
        if self.case.step(event).kind != "timer_fire" or "msg:A" not in kinds or "ack:N" in kinds:
            return ""
        return f"{event.node}'s timer runs out: msg:A had come, but no ack:N"

    def flights(self) -> list[PacketRecord]:
        """The packets on its way that are under way now."""
        flying = [packet for packet in self.trace.packets if packet.fate == IN_FLIGHT]
        pulls = self.case.pulls() + self.case.answers() if self.case.said.stored[self.case.receiver] else []
        mine = set() if self.to_sender else {packet.name for packet in pulls}
        return [packet for packet in flying if packet.name in mine or self.is_on_its_way(packet)]
