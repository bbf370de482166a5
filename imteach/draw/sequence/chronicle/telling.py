"""Event by event: which moments a run has, and what is written beside them."""

from collections.abc import Iterable
from functools import cached_property

from imteach.draw.sequence.chronicle.acks import Acked
from imteach.draw.sequence.chronicle.moments import Absence, Did, Moment, NoteLine
from imteach.draw.sequence.chronicle.timers import Timers
from imteach.plain import plain
from imteach.protocol import SERVER, STATUSES, forgotten_by
from imteach.tell.words import in_ms
from imteach.trace import EVENT_KINDS, Event, Trace, instant
from imteach.trace.records import is_early, is_late, is_too_early

TRIGGERS = frozenset((
    "say", "resend", "unsaid", "arrive", "timer_fire", "start", "login", "logout", "crash", "restart"
))  # fmt: skip
LOSSES = frozenset(("drop", "lose"))
SELDOM_SEEN = frozenset(("login", "logout", "start", "timer_fire"))  # of the triggers: see `_is_seen`


class Telling:
    """What happened, taken in event by event.

    `moments` in order, `absences`, `timers`, and what each node has `acked`; by packet name the number of the moment it
    was `sent_in`, the time at which it `ended`, and `why` it was lost. `several` if more than one message is said.
    """

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self._packets = trace.packet
        msgids = {*(said.msgid for said in trace.messages), *(packet.msgid for packet in trace.packets)}
        self.several = len(msgids - {None}) > 1
        self.moments: list[Moment] = []
        self.timers = Timers(trace)
        self.absences: list[Absence] = []
        self.sent_in: dict[str, int] = {}
        self.ended: dict[str, float] = {}
        self.why: dict[str, str] = {}
        self.acked = Acked()
        self._absent: dict[str, Absence] = {}
        self._shown: set[tuple[str, str | None]] = set()
        self._moment_of: dict[int, int] = {}  # by event id
        self._tell(trace.events)

    def _tell(self, events: Iterable[Event]) -> None:
        moment = None
        for event in events:
            kind = event.kind
            if kind in TRIGGERS:
                if kind not in SELDOM_SEEN or self._is_seen(event):
                    moment = self._begin(event)
            elif kind in LOSSES:
                self._is_lost(event)
                continue
            if moment is not None:
                self._moment_of[event.id] = moment.number
                if (tell := _TELLERS[kind]) is not None:
                    tell(self, event, moment)

    def _begin(self, event: Event) -> Moment:
        """Begin a moment."""
        after = self._moment_of.get(event.causes[0]) if event.causes else None
        arrived = event.packet if event.kind == "arrive" else None
        moment = Moment(len(self.moments), event.t, event.node, after, arrived)
        self.moments.append(moment)
        return moment

    def _is_seen(self, event: Event) -> bool:
        """Whether an event shows as a moment of its own: the login that follows a restart at once does not."""
        if event.kind in ("login", "logout"):
            return not self._follows_restart(event)
        if event.kind == "timer_fire" and (is_early(event) or not self.timers.is_of_group(event.timer, "heartbeat")):
            return True
        return event.id in self._led_to_something

    def _follows_restart(self, event: Event) -> bool:
        cause = self.trace.events[event.causes[0]] if event.causes else None
        return cause is not None and cause.kind == "restart" and cause.node == event.node

    @cached_property
    def _led_to_something(self) -> set[int]:
        """The events that led to more than the next heartbeat."""
        return {
            cause
            for event in self.trace.events
            if not (event.kind == "timer_start" and self.timers.is_of_group(event.timer, "heartbeat"))
            for cause in event.causes
        }

    def _line(self, moment: Moment, kind: str, text: str, event: Event, tag: bool = True) -> None:
        msgid = plain(event.msgid or event.timer or "")
        shown_tag = msgid if tag and self.several else ""
        moment.lines.append(NoteLine(kind, text, msgid, shown_tag, event.status or "", event=event.id))

    def _did(self, moment: Moment, what: str, msgid: str | None, event: Event) -> None:
        """Remember something that shares a line with the same thing just before it."""
        place = len(moment.lines)
        if not moment.did or (moment.did[-1].what, moment.did[-1].place) != (what, place):
            moment.did.append(Did(what, place, event.id, []))
        moment.did[-1].msgids.append(str(msgid))

    # What people do

    def _on_say(self, event: Event, moment: Moment) -> None:
        self._line(moment, "said", plain(event.text or ""), event)

    def _on_resend(self, event: Event, moment: Moment) -> None:
        self._line(moment, "said", "↻ send again, too early" if is_too_early(event) else "↻ send again", event)
        self.timers.resend(event.node, event.msgid)

    def _on_unsaid(self, event: Event, moment: Moment) -> None:
        text = plain(event.text or "")
        for line in ("not sent again:", text) if event.msgid else (f"“{text}” is never said",):
            self._line(moment, "unsaid", line, event, tag=False)

    # Nodes that come and go

    def _on_login(self, event: Event, moment: Moment) -> None:
        if event.to is not None:
            self._line(moment, "quiet", f"{plain(event.to)} is online", event)
            return
        self._is_back(event.node, moment)
        if moment.lines and moment.lines[0].kind == "node":
            moment.lines[0] = moment.lines[0]._replace(text=f"{moment.lines[0].text}, logs in")
        else:
            self._line(moment, "node", "● logs in again" if event.causes else "● logs in", event)

    def _on_logout(self, event: Event, moment: Moment) -> None:
        if event.to is not None:
            self._line(moment, "quiet", f"{plain(event.to)} is gone", event)
            return
        if event.causes:  # a restart, of somebody who is away
            moment.lines[0] = moment.lines[0]._replace(text=f"{moment.lines[0].text}, logged out")
            return
        self._is_absent(event.node, "out", moment)
        self._line(moment, "node", "○ logs out", event)

    def _on_crash(self, event: Event, moment: Moment) -> None:
        words = "✕ its code stops here" if event in self.trace.mistakes else "✕ crashes"
        moment.lines.append(NoteLine("node", words, "", status="crash", event=event.id))
        self._is_absent(event.node, "down", moment)
        lost = self.timers.crash(event.node, moment)
        if lost:
            self._line(moment, "quiet", "its timer is lost" if lost == 1 else "its timers are lost", event)

    def _on_restart(self, event: Event, moment: Moment) -> None:
        self._line(moment, "node", "↻ restarts", event)
        self._is_back(event.node, moment)
        if event.node != SERVER:
            self._is_absent(event.node, "out", moment)  # until it logs in: at once, if nothing prevents it

    def _is_absent(self, node: str, kind: str, moment: Moment) -> None:
        self._is_back(node, moment)
        self._absent[node] = Absence(node, kind, moment.number)
        self.absences.append(self._absent[node])

    def _is_back(self, node: str, moment: Moment) -> None:
        absence = self._absent.pop(node, None)
        if absence is not None:
            absence.stop = moment.number

    # Packets

    def _on_send(self, event: Event, moment: Moment) -> None:
        name = str(event.packet)
        moment.sends.append(name)
        self.sent_in[name] = moment.number
        self.acked.sent(self._packets[name], moment)

    def _is_lost(self, event: Event) -> None:
        name = str(event.packet)
        self.ended[name] = event.t
        if event.kind == "lose":
            self.why[name] = event.text or ""

    def _on_arrive(self, event: Event, moment: Moment) -> None:
        packet = self._packets[str(event.packet)]
        self.ended[packet.name] = event.t
        self.timers.arrive(packet)

    def _on_retransmit(self, event: Event, moment: Moment) -> None:
        if all(line.kind != "said" for line in moment.lines):  # if a person asked for it, a line says so already
            tag = bool(moment.lines) and moment.lines[0].kind == "node"
            self._line(moment, "timer", "→ sends again", event, tag)

    # Messages

    def _on_show(self, event: Event, moment: Moment) -> None:
        written = moment.lines[-1:] if moment.lines and moment.lines[-1].kind == "written" else []
        if written and written[0].msgid == plain(event.msgid or ""):
            moment.lines.pop()
        else:
            written = []
        self._line(moment, "shown", plain(event.text or ""), event)
        moment.lines += [line._replace(text="written and shown") for line in written]
        if (event.node, event.said) in self._shown:
            self._line(moment, "again", "a duplicate", event, tag=False)
        self._shown.add((event.node, event.said))

    def _on_discard(self, event: Event, moment: Moment) -> None:
        self._did(moment, event.text or "shown before", event.msgid, event)
        self.acked.discarded(event, moment, self._packets.get(str(event.packet)))

    def _on_hold(self, event: Event, moment: Moment) -> None:
        self._did(moment, "hold", event.msgid, event)

    def _on_forget(self, event: Event, moment: Moment) -> None:
        self._did(moment, "forget", event.msgid, event)

    def _on_store(self, event: Event, moment: Moment) -> None:
        self._line(moment, "quiet", f"stores {plain(event.msgid or '')} for {plain(event.to or '')}", event, tag=False)

    def _on_delete(self, event: Event, moment: Moment) -> None:
        self._did(moment, "delete", event.msgid, event)

    def _on_write(self, event: Event, moment: Moment) -> None:
        table, _, key = str(event.key).partition("/")
        if table == "dedup" and event.text != "erased":
            self._line(moment, "written", f"writes {plain(event.key or '')}", event, tag=False)
        elif table == "cursor" and event.packet is not None:
            cursor = self.trace.packet[event.packet].cursor
            self._line(moment, "quiet", f"{plain(key.rpartition('/')[2])}'s cursor: {cursor}", event, tag=False)
        else:
            self._did(moment, "erase" if event.text == "erased" else "write", event.key, event)

    def _on_status(self, event: Event, moment: Moment) -> None:
        if event.status == "forgotten":
            self._line(moment, "status", "forgotten, off the screen", event)
            return
        sign = STATUSES.get(str(event.status), "")
        if self.several and event.status == "sending" and moment.lines and moment.lines[-1].kind == "said":
            moment.lines[-1] = moment.lines[-1]._replace(sign=sign)  # saves a line where many messages are said
            return
        self._line(moment, "status", f"{sign} {event.status}", event)

    # Timers

    def _on_timer_start(self, event: Event, moment: Moment) -> None:
        if not (self.timers.is_of_group(event.timer, "heartbeat", "ack") or forgotten_by(event.timer)):
            self.timers.start(event, moment)  # those run nearly always: bars for them would hide the others

    def _on_timer_cancel(self, event: Event, moment: Moment) -> None:
        run = self.timers.end(event, moment, "cancelled")
        if run is not None and not self.several and not self.timers.is_of_group(run.name, "pull"):
            self._line(moment, "quiet", "timer cancelled", event)  # where many timers run, their bars show it

    def _on_timer_fire(self, event: Event, moment: Moment) -> None:
        if self.timers.is_of_group(event.timer, "heartbeat"):
            self._line(moment, "quiet", "early heartbeat" if is_early(event) else "heartbeat", event, tag=False)
        elif self.timers.is_of_group(event.timer, "ack"):
            self._line(moment, "quiet", "time to ack", event, tag=False)
        elif forgotten_by(event.timer) and not is_late(event):
            number = "store_for" if event.node == SERVER else "dedup_for"
            self._line(moment, "quiet", f"{in_ms(self.trace, number)} are over:", event, tag=False)
        if is_late(event):
            self._line(moment, "timer", "timer, told too late", event)
            return
        run = self.timers.end(event, moment, "fired")
        if run is not None:
            lasted = instant(event.t - self.moments[run.start].t)
            why = self.timers.why(event)
            text = f"{why} in {lasted} ms" if self.trace.timed else f"time is up: {why}"
            self._line(moment, "timer", text, event, tag=not self.timers.is_pull(event.timer))


_TELLERS = {kind: getattr(Telling, f"_on_{kind}", None) for kind in EVENT_KINDS}
