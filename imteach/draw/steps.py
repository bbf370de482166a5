"""What a picture says beside each lifeline, in words, before anything has a place.

A *step* is one moment of one node: what it was told, and everything it then did.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from imteach.plain import plain
from imteach.protocol import STATUSES
from imteach.sim import DEFAULT_LATENCY, Event, PacketRecord, Scenario, Trace, instant

TRIGGERS = ("say", "arrive", "timer_fire")
DISCARDED = "discarded"
ORDER = ("timer", "said", "shown", "again", "status", "quiet")  # of the lines of one step, from the top


class Line(NamedTuple):
    """One line beside a lifeline.

    `kind` is said, shown, again, status, timer or quiet; `tag` the msgid, where several messages are said and the
    reader needs it; `status` a status, if any; `sign` a status's sign inside a bubble.
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
        return self.kind in ("said", "shown")


@dataclass
class Step:
    """One moment of one node at `t` simulated ms: the packets it sent, and the lines to write.

    `after` is the number of the step that caused it, `arrived` the packet that it began with, if any.
    """

    number: int
    t: float
    node: str
    after: int | None = None
    arrived: str | None = None
    sends: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


@dataclass
class TimerRun:
    """A timer from its start to its end: the numbers of the two steps (`stop` is None if it still ran)."""

    node: str
    name: str
    start: int
    stop: int | None = None
    fired: bool = False


class Story:
    """A trace told in steps.

    `steps` in order, `missed` (the step that each packet which did not arrive would have begun), `timers`, and by
    packet name the number of the step it was `sent_in`, and the time at which it `ended`.
    """

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.several = len(trace.messages) > 1
        self.steps: list[Step] = []
        self.timers: list[TimerRun] = []
        self.sent_in: dict[str, int] = {}
        self.missed: list[Step] = []
        self.ended: dict[str, float] = {}
        self._running: dict[tuple[str, str], TimerRun] = {}
        self._msgids = {packet.msgid for packet in trace.packets}
        self._came: set[tuple[str, str, str | None]] = set()  # node, kind and msgid of what arrived
        self._shown: set[tuple[str, str | None]] = set()
        self._step_of: dict[int, int] = {}  # by event id
        for event in trace.events:
            self._tell(event)
        for packet in trace.packets:
            if packet.fate != "arrived":
                number = -1 - len(self.missed)
                self.ended.setdefault(packet.name, packet.due)
                self.missed.append(Step(number, packet.due, packet.dst, self.sent_in[packet.name], packet.name))
        for step in self.steps:
            self._settle(step)

    def _settle(self, step: Step) -> None:
        """Put the lines of a step in order, and say of a discarded message whether it was acked: now it is known."""
        acked = any(self.trace.packet[name].kind == "ack:R" for name in step.sends)
        told = f"{DISCARDED}, acked again" if acked else f"{DISCARDED}, not acked"
        lines = [line._replace(text=told) if line.text == DISCARDED else line for line in step.lines]
        step.lines = sorted(lines, key=lambda line: ORDER.index(line.kind))

    def _tell(self, event: Event) -> None:
        if event.kind in TRIGGERS:
            after = self._step_of.get(event.causes[0]) if event.causes else None
            arrived = event.packet if event.kind == "arrive" else None
            self.steps.append(Step(len(self.steps), event.t, event.node, after, arrived))
        if event.kind in ("arrive", "drop"):
            self.ended[str(event.packet)] = event.t
        if not self.steps or event.kind == "drop":
            return
        step = self.steps[-1]
        self._step_of[event.id] = step.number
        tell = getattr(self, f"_on_{event.kind}", None)
        if tell is not None:
            tell(event, step)

    def _line(self, step: Step, kind: str, text: str, event: Event, tag: bool = True) -> None:
        msgid = plain(event.msgid or event.timer or "")
        step.lines.append(Line(kind, text, msgid, msgid if tag and self.several else "", event.status or ""))

    def _on_say(self, event: Event, step: Step) -> None:
        self._line(step, "said", plain(event.text or ""), event)

    def _on_send(self, event: Event, step: Step) -> None:
        step.sends.append(str(event.packet))
        self.sent_in[str(event.packet)] = step.number

    def _on_arrive(self, event: Event, step: Step) -> None:
        packet = self.trace.packet[str(event.packet)]
        self._came.add((packet.dst, packet.kind, packet.msgid))

    def _on_show(self, event: Event, step: Step) -> None:
        self._line(step, "shown", plain(event.text or ""), event)
        if (event.node, event.said) in self._shown:
            self._line(step, "again", "a duplicate", event, tag=False)
        self._shown.add((event.node, event.said))

    def _on_discard(self, event: Event, step: Step) -> None:
        self._line(step, "quiet", f"{plain(event.msgid or '')} was shown before:", event, tag=False)
        self._line(step, "quiet", DISCARDED, event, tag=False)

    def _on_status(self, event: Event, step: Step) -> None:
        sign = STATUSES.get(str(event.status), "")
        if self.several and event.status == "sending" and step.lines and step.lines[-1].kind == "said":
            step.lines[-1] = step.lines[-1]._replace(sign=sign)  # saves a line where many are said
            return
        self._line(step, "status", f"{sign} {event.status}", event)
        if step.lines[0].kind == "timer" and event.status in ("failed", "unconfirmed"):
            self._line(step, "timer", "→ stops waiting", event, tag=False)

    def _on_timer_start(self, event: Event, step: Step) -> None:
        run = TimerRun(event.node, str(event.timer), step.number)
        self._running[event.node, run.name] = run
        self.timers.append(run)

    def _on_timer_cancel(self, event: Event, step: Step) -> None:
        run = self._running.pop((event.node, str(event.timer)), None)
        if run is not None:
            run.stop = step.number
            if not self.several:  # where many run, their bars say it
                self._line(step, "quiet", "timer cancelled", event)

    def _on_timer_fire(self, event: Event, step: Step) -> None:
        run = self._running.pop((event.node, str(event.timer)), None)
        if run is not None:
            run.stop, run.fired = step.number, True
            lasted = instant(event.t - self.steps[run.start].t)
            self._line(step, "timer", f"{self._why(event)} in {lasted} ms", event)

    def _why(self, event: Event) -> str:
        """What had not come when a timer ran out."""
        if event.timer not in self._msgids:
            return "time ran out"  # a timer of another name waits for we know not what
        missing = [kind for kind in ("msg:A", "ack:N") if (event.node, kind, event.timer) not in self._came]
        if not self.trace.scenario.setting.acks:
            return "no msg:A" if "msg:A" in missing else "time ran out"
        return {2: "no answer", 1: "no ack:N"}[len(missing)] if "ack:N" in missing else "time ran out"

    def _on_retransmit(self, event: Event, step: Step) -> None:
        self._line(step, "timer", "→ sends again", event, tag=False)


def packet_label(packet: PacketRecord, several: bool) -> str:
    """What stands on a packet's arrow: its msgid where several are said, its kind, its number from #2 on.

    >>> from imteach import Drop, Scenario
    >>> [packet_label(packet, several=False) for packet in Scenario("retransmit").run(Drop("msg:N")).packets][:4]
    ['msg:R', 'msg:A', 'msg:N', 'msg:R #2']
    """
    words = [plain(packet.msgid)] if several else []
    words.append(packet.kind)
    if packet.number > 1:
        words.append(f"#{packet.number}")
    return " ".join(words)


def packet_sentence(packet: PacketRecord) -> str:
    """A packet as a sentence, for those who cannot see its arrow.

    >>> from imteach import Scenario
    >>> packet_sentence(Scenario("basic").run().packets[0])
    'msg:R of m1 from alice to server: sent at 0 ms, arrived at 50 ms'
    """
    number = f", transmission {packet.number}," if packet.number > 1 else ""
    end = f"arrived at {packet.arrived} ms" if packet.fate == "arrived" else packet.fate
    way = f"from {packet.src} to {packet.dst}"
    return f"{packet.kind} of {plain(packet.msgid)}{number} {way}: sent at {packet.sent} ms, {end}"


def title(trace: Trace) -> str:
    """What the picture is of, in a line.

    >>> from imteach import Drop, Scenario
    >>> title(Scenario("dedup").run(Drop("ack:N")))
    'dedup, m1/ack:N#1 dropped'
    """
    dropped = [packet.name for packet in trace.packets if packet.fate == "dropped"]
    if not dropped:
        return f"{trace.rung}, nothing dropped"
    names = ", ".join(plain(name) for name in dropped[:3])
    return f"{trace.rung}, {names}{f' and {len(dropped) - 3} more' if len(dropped) > 3 else ''} dropped"


def settings(scenario: Scenario) -> str:
    """What the picture does not show of a scenario, in a line.

    >>> from imteach import Scenario
    >>> settings(Scenario("acked", latency={"bob": 200})), settings(Scenario("dedup", backoff=2))
    ('latency 50 ms, bob 200 ms; RTO 300 ms', 'latency 50 ms; RTO 300 ms, doubling; 2 retries')
    """
    latency = f"latency {scenario.latency} ms"
    if isinstance(scenario.latency, Mapping):
        each = [f"{person} {ms} ms" for person, ms in scenario.latency.items()]
        others = [] if len(each) == len(scenario.people) else [f"{DEFAULT_LATENCY} ms"]
        latency = f"latency {', '.join([*others, *each])}"
    growth = "" if scenario.backoff == 1 else f", each {scenario.backoff} times the one before"
    growth = ", doubling" if scenario.backoff == 2 else growth
    count = scenario.retries
    retries = f"; {count} {'retry' if count == 1 else 'retries'}" if scenario.setting.retransmits else ""
    return f"{latency}; RTO {scenario.rto} ms{growth}{retries}"
