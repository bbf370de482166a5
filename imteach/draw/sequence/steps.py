"""What a picture says beside each lifeline, in words, before anything has a place.

A *step* is one moment of one node: what it was told, and everything it then did.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from math import inf

from msgspec import Struct

from imteach.draw.sequence.words import names, remarks
from imteach.plain import plain
from imteach.protocol import KINDS, SERVER, STATUSES, Value
from imteach.scenario import Partition
from imteach.trace import EVENT_KINDS, Event, PacketRecord, Trace, instant

TRIGGERS = frozenset((
    "say", "resend", "unsaid", "arrive", "timer_fire", "start", "login", "logout", "crash", "restart"
))  # fmt: skip
LOSSES = frozenset(("drop", "lose"))
SELDOM_SEEN = frozenset(("login", "logout", "start", "timer_fire"))  # of the triggers: see `_is_seen`
ACKS = frozenset(("ack:R", "offlineack:R"))  # what says of a message that it was shown
DISCARDED = "discarded"
LAST = "last"  # the table on a disk that holds the number given last
BUBBLES = ("said", "shown")


class Line(Value, frozen=True):
    """One line beside a lifeline.

    `kind` says what it tells of: node, timer, said, shown, written, again, unsaid, status or quiet. `tag` is the
    msgid, where several messages are said and the reader needs it; `status` a status, if any; `sign` a status's sign
    inside a bubble.
    """

    kind: str
    text: str
    msgid: str
    tag: str = ""
    status: str = ""
    sign: str = ""

    @property
    def is_bubble(self) -> bool:
        """Whether it is drawn as a bubble: what was said, and what a person is shown."""
        return self.kind in BUBBLES


class Did(Struct, gc=False):
    """What a step did several times in a row, told in one line: of which messages, and before which of its lines."""

    what: str
    place: int
    msgids: list[str]


class Step(Struct, gc=False):
    """One moment of one node at `t` simulated ms: the packets it sent, and the lines to write, as things happened.

    `after` is the number of the step that caused it, `arrived` the packet that it began with, if any. `did` is what
    becomes a line when all of the step is known. `is_told` if words stand below its arrow: why the packet was lost
    that would have begun it.
    """

    number: int
    t: float
    node: str
    after: int | None = None
    arrived: str | None = None
    sends: list[str] = []
    lines: list[Line] = []
    did: list[Did] = []
    is_told: bool = False


class TimerRun(Struct, gc=False):
    """A timer from its start to its end: the numbers of the two steps (`stop` is None if it still ran).

    `ended` is fired, cancelled, lost (its node crashed) or running.
    """

    node: str
    name: str
    start: int
    stop: int | None = None
    ended: str = "running"


class Absence(Struct, gc=False):
    """A stretch in which a node is `out` (its person is logged out) or `down` (crashed): the numbers of two steps."""

    node: str
    kind: str
    start: int
    stop: int | None = None


class Cut(Value, frozen=True):
    """A cut link of a person, as far as the run goes: two moments (`mended` is None if that comes later)."""

    person: str
    words: str
    begins: Step
    mended: Step | None


class Story:
    """A trace told in steps.

    `steps` in order, `missed` (the step that each packet which did not arrive would have begun), `timers`, `absences`,
    `cuts`, and `last`, when it ends; by packet name the number of the step it was `sent_in`, the time at which it
    `ended`, `why` it was lost, and the `remarks` on it.
    """

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self._packets = trace.packet
        self._msgids = {packet.msgid for packet in trace.packets}
        self.several = len({*(said.msgid for said in trace.messages), *self._msgids} - {None}) > 1
        self.steps: list[Step] = []
        self.timers: list[TimerRun] = []
        self.absences: list[Absence] = []
        self.sent_in: dict[str, int] = {}
        self.missed: list[Step] = []
        self.ended: dict[str, float] = {}
        self.why: dict[str, str] = {}
        self._running: defaultdict[str, dict[str, TimerRun]] = defaultdict(dict)  # by node and name
        self._absent: dict[str, Absence] = {}
        self._came: defaultdict[str, set[tuple[str, str | None]]] = defaultdict(set)  # at each node: kind and msgid
        self._shown: set[tuple[str, str | None]] = set()
        self._acked: dict[tuple[str, str], int] = {}  # by node and msgid: the step of the first ack
        self._cursors: dict[tuple[str, str], int] = {}  # by node and group: up to where it has acked
        self._acked_before: set[tuple[int, str]] = set()  # what was discarded in which step, and acked in one before
        self._waits: set[tuple[int, str]] = set()  # in which step which timer started
        self._step_of: dict[int, int] = {}  # by event id
        self._tell(trace.events)
        for packet in trace.packets:
            if packet.fate != "arrived":
                number = -1 - len(self.missed)
                self.ended.setdefault(packet.name, packet.due)
                missed = Step(number, self.until(packet), packet.dst, self.sent_in[packet.name], packet.name)
                self.missed.append(missed)
                missed.is_told = packet.fate == "lost" and self.ended[packet.name] == missed.t
        self.absences = [absence for absence in self.absences if absence.start != absence.stop]
        for step in self.steps:
            if step.lines or step.did:
                self._settle(step)
        self.last = max([step.t for step in self.steps] + list(self.ended.values()), default=0)
        self.cuts = self._cuts()
        people = trace.scenario.people
        usual = {person: trace.scenario.latency_of(person) if trace.timed else inf for person in people}
        self.remarks = {
            packet.name: found for packet in trace.packets if (found := remarks(packet, usual[packet.person]))
        }
        for step in self.steps:
            if len(step.sends) > 1:
                self._say_what_for(step)

    def until(self, packet: PacketRecord) -> float:
        """When a packet ends its way, or would have; without a clock only the step that ended it says so."""
        if packet.arrived is not None:
            return packet.arrived
        return packet.due if self.trace.timed else self.ended[packet.name]

    def never_left(self, packet: PacketRecord) -> bool:
        """Whether a packet was lost where it was sent."""
        ended = self.ended[packet.name]
        return packet.fate == "lost" and (ended < packet.due if self.trace.timed else ended == packet.sent)

    def fate(self, packet: PacketRecord) -> str:
        """What became of a packet that did not arrive, and why, in words; empty if it arrived."""
        if packet.fate == "arrived":
            return ""
        why = self.why.get(packet.name)
        return f"{packet.fate}: {plain(why)}" if why else packet.fate

    def _say_what_for(self, step: Step) -> None:
        """Tell the pulls of one step apart: one for the person, one for each group."""
        pulls = [self.trace.packet[name] for name in step.sends if "/offline:R#" in name]
        for packet in pulls if len(pulls) > 1 else ():
            self.remarks.setdefault(packet.name, []).append(f"for {plain(packet.group or step.node)}")

    def _cuts(self) -> list[Cut]:
        """The links that were cut while the run went on."""
        cuts: list[Cut] = []
        for fault in self.trace.faults:
            if not isinstance(fault, Partition) or fault.at > self.last:
                continue
            person = fault.other if fault.one == SERVER else fault.one
            words = f"✂ {fault.one} – {fault.other} cut" if fault.both else f"✂ {fault.one} → {fault.other} cut"
            end = None if fault.lasting is None else instant(fault.at + fault.lasting)
            number = -1 - len(self.missed) - 2 * len(cuts)
            begins = Step(number, fault.at, f"cut {len(cuts)}")
            mended = None if end is None or end > self.last else Step(number - 1, end, begins.node)
            cuts.append(Cut(person, words, begins, mended))
        return cuts

    # What happened, event by event

    def _tell(self, events: Iterable[Event]) -> None:
        step = None
        for event in events:
            kind = event.kind
            if kind in TRIGGERS:
                if kind not in SELDOM_SEEN or self._is_seen(event):
                    step = self._step(event)
            elif kind in LOSSES:
                self._is_lost(event)
                continue
            if step is not None:
                self._step_of[event.id] = step.number
                if (tell := _TELLERS[kind]) is not None:
                    tell(self, event, step)

    def _step(self, event: Event) -> Step:
        """Begin a step."""
        after = self._step_of.get(event.causes[0]) if event.causes else None
        arrived = event.packet if event.kind == "arrive" else None
        step = Step(len(self.steps), event.t, event.node, after, arrived)
        self.steps.append(step)
        return step

    def _is_seen(self, event: Event) -> bool:
        """Whether something is to be seen of it, apart from what came before: a restarted client logs in at once."""
        if event.kind in ("login", "logout"):
            return not self._follows_restart(event)
        if event.kind == "timer_fire" and not self._of_group(event.timer, "heartbeat"):
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
            if not (event.kind == "timer_start" and self._of_group(event.timer, "heartbeat"))
            for cause in event.causes
        }

    def _of_group(self, timer: str | None, *whats: str) -> bool:
        """Whether this is a group's timer for one of these."""
        what, _, group = (timer or "").partition(":")
        return what in whats and group in self.trace.scenario.groups

    def _line(self, step: Step, kind: str, text: str, event: Event, tag: bool = True) -> None:
        msgid = plain(event.msgid or event.timer or "")
        step.lines.append(Line(kind, text, msgid, msgid if tag and self.several else "", event.status or ""))

    def _did(self, step: Step, what: str, msgid: str | None) -> None:
        """Remember what is told in one line with the same before it, if nothing stands between."""
        place = len(step.lines)
        if not step.did or (step.did[-1].what, step.did[-1].place) != (what, place):
            step.did.append(Did(what, place, []))
        step.did[-1].msgids.append(str(msgid))

    # What people do

    def _on_say(self, event: Event, step: Step) -> None:
        self._line(step, "said", plain(event.text or ""), event)

    def _on_resend(self, event: Event, step: Step) -> None:
        self._line(step, "said", "↻ send again", event)
        self._came[event.node].difference_update([(kind, event.msgid) for kind in KINDS])

    def _on_unsaid(self, event: Event, step: Step) -> None:
        text = plain(event.text or "")
        for line in ("not sent again:", text) if event.msgid else (f"“{text}” is never said",):
            self._line(step, "unsaid", line, event, tag=False)

    # Nodes that come and go

    def _on_login(self, event: Event, step: Step) -> None:
        if event.to is not None:
            self._line(step, "quiet", f"{plain(event.to)} is online", event)
            return
        self._is_back(event.node, step)
        if step.lines and step.lines[0].kind == "node":
            step.lines[0] = step.lines[0]._replace(text=f"{step.lines[0].text}, logs in")
        else:
            self._line(step, "node", "● logs in again" if event.causes else "● logs in", event)

    def _on_logout(self, event: Event, step: Step) -> None:
        if event.to is not None:
            self._line(step, "quiet", f"{plain(event.to)} is gone", event)
            return
        if event.causes:  # a restart, of somebody who is away
            step.lines[0] = step.lines[0]._replace(text=f"{step.lines[0].text}, logged out")
            return
        self._is_absent(event.node, "out", step)
        self._line(step, "node", "○ logs out", event)

    def _on_crash(self, event: Event, step: Step) -> None:
        words = "✕ its code stops here" if event in self.trace.mistakes else "✕ crashes"
        step.lines.append(Line("node", words, "", status="crash"))
        self._is_absent(event.node, "down", step)
        lost = self._running.pop(event.node, {}).values()
        for run in lost:
            run.stop, run.ended = step.number, "lost"
        if lost:
            self._line(step, "quiet", "its timer is lost" if len(lost) == 1 else "its timers are lost", event)
        self._came.pop(event.node, None)

    def _on_restart(self, event: Event, step: Step) -> None:
        self._line(step, "node", "↻ restarts", event)
        self._is_back(event.node, step)
        if event.node != SERVER:
            self._is_absent(event.node, "out", step)  # until it logs in, at once if nothing keeps it

    def _is_absent(self, node: str, kind: str, step: Step) -> None:
        self._is_back(node, step)
        self._absent[node] = Absence(node, kind, step.number)
        self.absences.append(self._absent[node])

    def _is_back(self, node: str, step: Step) -> None:
        absence = self._absent.pop(node, None)
        if absence is not None:
            absence.stop = step.number

    # Packets

    def _on_send(self, event: Event, step: Step) -> None:
        name = str(event.packet)
        step.sends.append(name)
        self.sent_in[name] = step.number
        packet = self._packets[name]
        if packet.kind == "ack:R" and packet.group:
            of = (event.node, packet.group)
            self._cursors[of] = max(packet.cursor, self._cursors.get(of, 0))
        elif packet.kind in ACKS:
            for msgid in _confirmed(packet):
                self._acked.setdefault((event.node, msgid), step.number)

    def _is_lost(self, event: Event) -> None:
        name = str(event.packet)
        self.ended[name] = event.t
        if event.kind == "lose":
            self.why[name] = event.text or ""

    def _on_arrive(self, event: Event, step: Step) -> None:
        packet = self._packets[str(event.packet)]
        self.ended[packet.name] = event.t
        self._came[packet.dst].add((packet.kind, packet.msgid))

    def _on_retransmit(self, event: Event, step: Step) -> None:
        if all(line.kind != "said" for line in step.lines):  # where a person asks for it, that is said already
            self._line(step, "timer", "→ sends again", event, tag=bool(step.lines) and step.lines[0].kind == "node")

    # Messages

    def _on_show(self, event: Event, step: Step) -> None:
        written = step.lines[-1:] if step.lines and step.lines[-1].kind == "written" else []
        if written and written[0].msgid == plain(event.msgid or ""):
            step.lines.pop()
        else:
            written = []
        self._line(step, "shown", plain(event.text or ""), event)
        step.lines += [line._replace(text="written and shown") for line in written]
        if (event.node, event.said) in self._shown:
            self._line(step, "again", "a duplicate", event, tag=False)
        self._shown.add((event.node, event.said))

    def _on_discard(self, event: Event, step: Step) -> None:
        self._did(step, event.text or "shown before", event.msgid)
        if self._was_acked(event, step):
            self._acked_before.add((step.number, str(event.msgid)))

    def _was_acked(self, event: Event, step: Step) -> bool:
        """Whether its node acked a message before this step; in a group, whether a cursor of its own covers it."""
        arrived = self._packets.get(str(event.packet))
        if arrived is None or not arrived.group:
            return self._acked.get((event.node, str(event.msgid)), step.number) < step.number
        numbers = {kept.msgid: kept.seq for kept in arrived.kept} or {str(arrived.msgid): arrived.seq}
        return self._cursors.get((event.node, arrived.group), 0) >= numbers.get(str(event.msgid), inf)

    def _on_hold(self, event: Event, step: Step) -> None:
        self._did(step, "hold", event.msgid)

    def _on_store(self, event: Event, step: Step) -> None:
        self._line(step, "quiet", f"stores {plain(event.msgid or '')} for {plain(event.to or '')}", event, tag=False)

    def _on_delete(self, event: Event, step: Step) -> None:
        self._did(step, "delete", event.msgid)

    def _on_write(self, event: Event, step: Step) -> None:
        table, _, key = str(event.key).partition("/")
        if table == "dedup":
            self._line(step, "written", f"writes {plain(event.key or '')}", event, tag=False)
        elif table == "cursor" and event.packet is not None:
            cursor = self.trace.packet[event.packet].cursor
            self._line(step, "quiet", f"{plain(key.rpartition('/')[2])}'s cursor: {cursor}", event, tag=False)
        else:
            self._did(step, "erase" if event.text == "erased" else "write", event.key)

    def _on_status(self, event: Event, step: Step) -> None:
        if event.status == "forgotten":
            self._line(step, "status", "forgotten, off the screen", event)
            return
        sign = STATUSES.get(str(event.status), "")
        if self.several and event.status == "sending" and step.lines and step.lines[-1].kind == "said":
            step.lines[-1] = step.lines[-1]._replace(sign=sign)  # saves a line where many are said
            return
        self._line(step, "status", f"{sign} {event.status}", event)

    # Timers

    def _on_timer_start(self, event: Event, step: Step) -> None:
        if self._of_group(event.timer, "heartbeat", "ack"):
            return  # they run nearly always: bars for them would hide the others
        run = TimerRun(event.node, str(event.timer), step.number)
        self._running[event.node][run.name] = run
        self._waits.add((step.number, plain(run.name)))
        self.timers.append(run)

    def _on_timer_cancel(self, event: Event, step: Step) -> None:
        run = self._running[event.node].pop(str(event.timer), None)
        if run is not None:
            run.stop, run.ended = step.number, "cancelled"
            if not self.several and not self._of_group(run.name, "pull"):  # where many run, their bars say it
                self._line(step, "quiet", "timer cancelled", event)

    def _on_timer_fire(self, event: Event, step: Step) -> None:
        if self._of_group(event.timer, "heartbeat"):
            self._line(step, "quiet", "heartbeat", event, tag=False)
        elif self._of_group(event.timer, "ack"):
            self._line(step, "quiet", "time to ack", event, tag=False)
        run = self._running[event.node].pop(str(event.timer), None)
        if run is not None:
            run.stop, run.ended = step.number, "fired"
            lasted = instant(event.t - self.steps[run.start].t)
            why = self._why(event)
            text = f"{why} in {lasted} ms" if self.trace.timed else f"time is up: {why}"
            self._line(step, "timer", text, event, tag=not self._is_pull(event.timer))

    def _why(self, event: Event) -> str:
        """What had not come when a timer ran out."""
        if self._is_pull(event.timer):
            return "no offline:A"
        if event.timer not in self._msgids:
            return "time ran out"  # a timer of another name waits for we know not what
        came = self._came[event.node]
        missing = [kind for kind in ("msg:A", "ack:N") if (kind, event.timer) not in came]
        if not self.trace.scenario.setting.acks:
            return "no msg:A" if "msg:A" in missing else "time ran out"
        return {2: "no answer", 1: "no ack:N"}[len(missing)] if "ack:N" in missing else "time ran out"

    def _is_pull(self, timer: str | None) -> bool:
        return self.trace.scenario.setting.stores and (timer == "pull" or self._of_group(timer, "pull"))

    # When all of a step is known

    def _settle(self, step: Step) -> None:
        """Say in one line each what a step did several times, and what it decided when its timer ran out."""
        gave_up = [line.msgid for line in step.lines if line.status in ("failed", "unconfirmed")]
        stops = any((step.number, msgid) not in self._waits for msgid in gave_up)  # a learner's client may wait on
        for did in reversed(step.did):
            told = self._told(step, did.what, did.msgids)
            step.lines[did.place : did.place] = [Line("quiet", text, names(did.msgids)) for text in told]
        if step.lines[0].kind != "timer":
            return
        if step.lines[0].text.startswith("no offline:A"):
            asks = any(self.trace.packet[name].kind == "offline:R" for name in step.sends)
            step.lines.insert(1, Line("timer", "→ pulls again" if asks else "→ stops pulling", ""))
        elif stops:
            step.lines.insert(1, Line("timer", "→ stops waiting", step.lines[0].msgid))

    def _told(self, step: Step, what: str, msgids: list[str]) -> list[str]:
        """What a step did with these messages, as lines."""
        which, one = names(msgids), len(msgids) == 1
        match what:
            case "hold":
                number = self._number(step, msgids[0]) if one else 0
                if number:
                    return [f"{which} is early, number {number}:", "held back"]
                return [f"{which} is early: held back" if one else f"{which} held back"]
            case "delete":
                return [f"deletes {which}"]
            case "write" | "erase":
                tables = [key.partition("/")[0] for key in msgids]
                if one and tables[0] != LAST:
                    return [f"{what}s {which}"]
                told = zip(tables, msgids, strict=True)
                words = [self._number_given(step, key) if table == LAST else table for table, key in told]
                return [f"{what}s {names(dict.fromkeys(words))}"]
            case "shown before":
                return [f"{which} {'was' if one else 'were'} shown before:", self._discarded(step, msgids)]
        return [f"{which} {'is' if one else 'are'} {what}:", self._discarded(step, msgids)]

    def _number(self, step: Step, msgid: str) -> int:
        """The number of a message that arrived in this step, alone or in an offline:A; 0 if it has none."""
        if step.arrived is None:
            return 0
        packet = self.trace.packet[step.arrived]
        return {kept.msgid: kept.seq for kept in packet.kept}.get(msgid, packet.seq)

    def _number_given(self, step: Step, key: str) -> str:
        """What a client writes of the number that it gave last: it leaves in the same step, in a msg:R."""
        if key.partition("/")[2] in self.trace.scenario.groups:  # the server's number is the one that counts there
            return "number"
        sent = [self.trace.packet[name] for name in step.sends]
        return " ".join(["number", *(str(packet.seq) for packet in sent if packet.kind == "msg:R")])

    def _discarded(self, step: Step, msgids: list[str]) -> str:
        """Say of discarded messages whether they are acked, and whether they were before.

        A group's ack says a cursor. It may come in a later step; and in the first that covers a message, it is not for
        the copy of it that is discarded.
        """
        acks = [self.trace.packet[name] for name in step.sends if self.trace.packet[name].kind in ACKS]
        acked = {msgid for packet in acks for msgid in _confirmed(packet)}
        again = all((step.number, msgid) in self._acked_before for msgid in msgids)
        if step.arrived is not None and self.trace.packet[step.arrived].group:
            return f"{DISCARDED}, acked again" if acks and again else DISCARDED
        if acked.issuperset(msgids):
            return f"{DISCARDED}, acked{' again' * again}"
        return DISCARDED if not acked.isdisjoint(msgids) else f"{DISCARDED}, not acked"


def _confirmed(packet: PacketRecord) -> Iterable[str]:
    """The msgids that an ack names."""
    return packet.msgids if packet.msgid is None else [packet.msgid]


_TELLERS = {kind: getattr(Story, f"_on_{kind}", None) for kind in EVENT_KINDS}
