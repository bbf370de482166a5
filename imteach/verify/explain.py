"""Why a promise is broken, in one sentence about this very run; and what came of a run, in short.

Each fact in a sentence is read from the trace: what was shown when, which packet was dropped, which timer ran out
before which packet could arrive. A message's way is followed packet by packet along the causes of the events, so
a learner's own class is explained by what it did, not by what it should have done.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from imteach.errors import InputError, quoted
from imteach.plain import plain
from imteach.protocol import PROMISES, SERVER, STATUSES, Outcome
from imteach.sim import Event, PacketRecord, Trace, instant

PROMISE_TITLES: dict[str, str] = {
    "no_duplicates": "Nothing is shown twice",
    "no_false_delivery": "No false ✓✓",
    "no_silent_loss": "No loss goes unnoticed",
    "no_false_failure": "No false failure",
    "all_delivered": "Everything arrives, and the sender knows",
}
"""Each promise in a few words, in the order of `PROMISES`; its rule is the first line of its docstring there."""

TEXT_SHOWN = 40  # characters of a message that a sentence quotes
NAMES_SHOWN = 4  # packets that a sentence names before it counts the rest

TO_SENDER = ("msg:A",)  # the way back of the server's own answer
TO_RECEIVER = ("msg:N",)  # the way of a message to its receiver, after msg:R
BACK_TO_SENDER = ("msg:N", "ack:R", "ack:N")  # and on to the sender's ✓✓


def why_broken(trace: Trace, promise: str) -> str:
    """Return one sentence that says why this run breaks `promise`, "" if it keeps it.

    Where several messages break it the first is explained and the others are counted. Raises `InputError` for a
    name that is no promise.

    >>> from imteach import Drop, Scenario
    >>> print(why_broken(Scenario("acked").run(Drop("msg:N")), "all_delivered"))
    bob never saw “hello” (m1), because m1/msg:N#1 was dropped; alice's screen says ✓? unconfirmed.
    >>> why_broken(Scenario("dedup").run(Drop("msg:N")), "all_delivered")
    ''
    """
    if promise not in PROMISES:
        raise InputError(f"no promise {quoted(promise)}; the promises are {', '.join(PROMISES)}")
    broken_by = [said for said in trace.messages if not PROMISES[promise](said)]
    if not broken_by:
        return ""
    more = len(broken_by) - 1
    others = f" (and {_counted(more, 'more message')})" if more else ""
    return f"{_SENTENCES[promise](_Case(trace, broken_by[0]))}{others}."


def in_short(trace: Trace) -> str:
    """Return what came of a run in a few short sentences, for a screen reader or as a picture's alternative text.

    >>> from imteach import Drop, Scenario
    >>> in_short(Scenario("dedup").run(Drop("ack:N")))
    'm1/ack:N#1 is dropped. bob is shown “hello” once. alice sees ✓✓ delivered. All 5 promises are kept.'
    """
    return " ".join(f"{part}." for part in (*_struck(trace), *_came(trace.messages), _verdict(trace.promises)))


# What came of a run


def _struck(trace: Trace) -> list[str]:
    """What the faults did."""
    dropped = [packet.name for packet in trace.packets if packet.fate == "dropped"]
    idle = [fault.packet for fault in trace.unused]
    parts = [f"{_few(dropped)} {_be(dropped)} dropped" if dropped else "Nothing is dropped"]
    if idle:
        parts.append(f"{_few(idle)} {'was' if len(idle) == 1 else 'were'} to be dropped but never sent")
    return parts


def _came(messages: Sequence[Outcome]) -> list[str]:
    """What came of the things said: in words for one, in numbers for several."""
    if not messages:
        return ["Nothing is said"]
    if len(messages) == 1:
        (said,) = messages
        shown = [f"{who} is {_times_shown(times, _quote(said.text))}" for who, times in said.shown.items()]
        return [*shown, f"{said.sender} sees {_sign(said.status)}"]
    shown_to = Counter(min(said.shown[who] for who in said.to) for said in messages)
    seen = Counter(_sign(said.status) for said in messages)
    return [
        f"{len(messages)} messages are said",
        "Shown to the receiver: " + ", ".join(f"{shown_to[n]} {_times(n)}" for n in sorted(shown_to)),
        "Their senders see: " + ", ".join(f"{count} {sign}" for sign, count in seen.items()),
    ]


def _verdict(promises: dict[str, bool]) -> str:
    broken = [f"“{PROMISE_TITLES[name]}”" for name, holds in promises.items() if not holds]
    if not broken:
        return f"All {len(promises)} promises are kept"
    return f"{len(broken)} of {len(promises)} promises {_be(broken)} broken: {', '.join(broken)}"


# One message's case


class _Stop(NamedTuple):
    """Where the way of a message came to its end: at `packet`, by its `fate`, or for want of a `missing` one."""

    fate: str
    packet: PacketRecord
    missing: str = ""


class _Case:
    """What happened to one thing said, read from the events and the packets of its run."""

    def __init__(self, trace: Trace, said: Outcome) -> None:
        self.trace = trace
        self.said = said
        self.sender = said.sender
        self.receiver = next((who for who in said.to if said.shown[who] != 1), said.to[0])
        self.name = f"{_quote(said.text)} ({said.msgid})"
        self.screen = f"{self.sender}'s screen says {_sign(said.status)}"

    def events(self, kind: str) -> list[Event]:
        """The events of this kind that are about this message."""
        return [event for event in self.trace.events if event.kind == kind and event.said == self.said.msgid]

    @cached_property
    def shows(self) -> list[Event]:
        """When the receiver was shown it."""
        return [event for event in self.events("show") if event.node == self.receiver]

    @cached_property
    def requests(self) -> list[PacketRecord]:
        """Each transmission of its msg:R."""
        return [p for p in self.trace.packets if p.kind == "msg:R" and p.said == self.said.msgid]

    def requests_before(self, event: Event) -> list[PacketRecord]:
        """The transmissions of its msg:R that came before `event`."""
        sent = {earlier.packet for earlier in self.events("send") if earlier.id < event.id}
        return [request for request in self.requests if request.name in sent]

    @cached_property
    def follow_ups(self) -> dict[str, list[PacketRecord]]:
        """For each packet the packets of this message that its arrival led to."""
        led_to: dict[str, list[PacketRecord]] = {}
        for event in self.events("send"):
            arrival = self.behind(event, "arrive")
            if arrival is not None:
                led_to.setdefault(str(arrival.packet), []).append(self.trace.packet[str(event.packet)])
        return led_to

    def behind(self, event: Event, *kinds: str) -> Event | None:
        """The nearest event of one of these kinds in the chain of causes that led to `event`."""
        while event.causes:
            event = self.trace.events[event.causes[0]]
            if event.kind in kinds:
                return event
        return None

    def stops(self, packet: PacketRecord, way: Sequence[str]) -> list[_Stop]:
        """Follow `packet` along the kinds of packet on its `way`, and return where that ended."""
        if packet.fate != "arrived" or not way:
            return [_Stop(packet.fate, packet)]
        following = [p for p in self.follow_ups.get(packet.name, []) if p.kind == way[0]]
        if not following:
            return [_Stop("no answer", packet, way[0])]
        return [stop for p in following for stop in self.stops(p, way[1:])]

    def all_stops(self, way: Sequence[str]) -> list[_Stop]:
        """Where each transmission of msg:R, and what followed from it, came to its end."""
        return [stop for request in self.requests for stop in self.stops(request, way)]

    def in_time(self, stop: _Stop, way: Sequence[str], t: float) -> bool:
        """Whether the last packet of the `way` could have come by `t` from where the way stopped."""
        kinds = ("msg:R", *way)
        ahead = kinds[kinds.index(stop.packet.kind) + 1 :]
        links = [self.receiver if kind in ("msg:N", "ack:R") else self.sender for kind in ahead]
        return instant(stop.packet.due + sum(map(self.trace.scenario.latency_of, links))) <= t

    @cached_property
    def effects(self) -> dict[str, list[Event]]:
        """For each packet that arrived what its arrival led to at once."""
        arrivals = {event.id: str(event.packet) for event in self.trace.events if event.kind == "arrive"}
        effects: dict[str, list[Event]] = {name: [] for name in arrivals.values()}
        for event in self.trace.events:
            for cause in event.causes:
                if cause in arrivals:
                    effects[arrivals[cause]].append(event)
        return effects

    @cached_property
    def timed(self) -> set[str]:
        """The packets that arrived while the timer of their message was running at their node."""
        running: set[tuple[str, str | None]] = set()
        timed = set()
        for event in self.trace.events:
            if event.kind == "timer_start":
                running.add((event.node, event.timer))
            elif event.timer is not None:
                running.discard((event.node, event.timer))
            elif event.kind == "arrive" and (event.node, event.msgid) in running:
                timed.add(str(event.packet))
        return timed

    @cached_property
    def settled(self) -> Event | None:
        """The event that set the status which the sender's screen shows at the end."""
        settled = None
        for report in self.events("status"):
            if settled is None or report.status != settled.status:
                settled = report
        return settled

    # Pieces of sentences

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
        return self.told(self.all_stops(TO_RECEIVER))

    def why_no_ack_n(self) -> str:
        """What kept the sender's screen from saying that the receiver has it."""
        delivered = next((report for report in self.events("status") if report.status == "delivered"), None)
        if delivered is not None and self.settled is not None:
            taken_back = f"later reported {self.said.status}{_when(self.settled)}"
            return f"{self.sender}'s client reported delivered at {delivered.t} ms, and {taken_back}"
        return self.told(self.all_stops(BACK_TO_SENDER))

    def why_given_up(self) -> str:
        """Why the screen came to say `failed`, and why that stayed.

        A reason to give up is only what could have come before; what could have come later might have corrected it.
        """
        settled, rung = self.settled, self.trace.scenario.setting
        assert settled is not None  # a status was seen, so it was reported
        stops: list[tuple[_Stop, Sequence[str]]] = []
        if rung.acks:
            stops += [(stop, BACK_TO_SENDER) for stop in self.all_stops(BACK_TO_SENDER)]
        after = [stop for stop, way in stops if not self.in_time(stop, way, settled.t)]
        if not rung.retransmits:  # there msg:A would have done, had it come before the timer ran out
            stops += [(stop, TO_SENDER) for stop in self.all_stops(TO_SENDER)]
        cut = [stop for stop, way in stops if self.in_time(stop, way, settled.t)]
        late = [stop.packet for stop, way in stops if stop.fate == "arrived" and stop.packet.due > settled.t]
        told = self.why_failed(settled, cut, late)
        heard = settled.packet is not None and any(stop.fate == "arrived" for stop in after)
        if after and not heard:
            told += f", and {self.told(after)}, so no later ack:N corrected it"
        return told

    def why_failed(self, settled: Event, cut: Sequence[_Stop], late: Sequence[PacketRecord]) -> str:
        """Why the client reported `failed`: `cut` could have come before, but for this, and `late` came after."""
        if settled.packet is not None:
            return f"{self.sender}'s client reported failed{_when(settled)}"
        gave_up = f"{self.sender}'s client gave up at {settled.t} ms"
        timer = self.behind(settled, "timer_fire", "arrive", "say")
        if timer is None or timer.kind != "timer_fire":
            return f"{gave_up} without waiting for its timer"
        rung = self.trace.scenario.setting
        unanswered = [stop for stop in cut if not (rung.acks and self.heeded(stop.packet))]
        if unanswered:
            return f"{self.told(unanswered)}, so {gave_up}"
        if late:
            first = min(late, key=lambda packet: packet.due)
            return f"{gave_up}, before {first.name} could arrive at {first.due} ms"
        return f"{gave_up}, before any {'ack:N' if cut or rung.retransmits else 'answer'} could arrive"

    def heeded(self, packet: PacketRecord) -> bool:
        """Whether this is a msg:A at which the sender's client reported `sent`."""
        return (
            packet.kind == "msg:A"
            and packet.fate == "arrived"
            and any(event.status == "sent" for event in self.effects[packet.name])
        )

    def told(self, stops: Iterable[_Stop]) -> str:
        """Say where the ways of a message ended, the same ends together."""
        ends: dict[str, list[str]] = {}
        for stop in dict.fromkeys(stops):
            ends.setdefault(self.end(stop), []).append(stop.packet.name)
        return _and(
            [
                phrase.format(names=_few(names), was="was" if len(names) == 1 else "were")
                for phrase, names in ends.items()
            ]
        )

    def end(self, stop: _Stop) -> str:
        """How a way ended, as a phrase with room for the packets' names."""
        if stop.fate in ("dropped", "lost"):
            return f"{{names}} {{was}} {stop.fate}"
        at = "the server" if stop.packet.dst == SERVER else f"{stop.packet.dst}'s client"
        if stop.missing:
            return f"{at} sent no {stop.missing} for {{names}}"
        if stop.packet.kind == "msg:N":
            discarded = any(e.packet == stop.packet.name for e in self.events("discard"))
            return f"{at} {'discarded' if discarded else 'got but did not show'} {{names}}"
        did = self.did(stop.packet)
        return f"{at} {did}" if did else f"{at} took no notice of {{names}}"

    def did(self, packet: PacketRecord) -> str:
        """What a client did when this packet arrived, as a phrase with room for its name; "" if nothing."""
        events = self.effects[packet.name]
        if not events:
            return ""
        kinds = {event.kind for event in events}
        deeds = [_deed(event) for event in events if event.kind != "timer_cancel" or "timer_start" not in kinds]
        but = ""
        if "status" not in kinds:
            but = " but reported nothing"
        elif not kinds & {"timer_cancel", "timer_start"} and packet.name in self.timed:
            but = " but kept its timer"
        return f"{_and(list(dict.fromkeys(deeds)))} when {{names}} arrived{but}"


def _deed(event: Event) -> str:
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
    return "showed a message" if event.kind == "show" else "discarded a message"


def _when(report: Event) -> str:
    """When a status was reported, and at which arrival, if it was one."""
    return f" when {report.packet} arrived at {report.t} ms" if report.packet else f" at {report.t} ms"


def _no_duplicates(case: _Case) -> str:
    first, second, *_ = case.shows
    moments = [f"at {show.t} ms" + (f" as {show.msgid}" if show.msgid != first.msgid else "") for show in case.shows]
    times = f"{case.receiver} was shown {case.name} {_times(len(case.shows))}, {_few(moments)}"
    kept = case.trace.scenario.setting.dedups and second.msgid == first.msgid
    undiscarded = f", and {case.receiver}'s client did not discard it" if kept else ""
    return f"{times}: {_why_shown_again(case, first, second)}{undiscarded}"


def _why_shown_again(case: _Case, first: Event, second: Event) -> str:
    """What led to the second showing, as far as the causes tell."""
    again = case.behind(second, "retransmit")
    if again is None or again is case.behind(first, "retransmit"):
        if None in (first.packet, second.packet) or first.packet == second.packet:
            return f"{case.receiver}'s client showed it again without being sent it again"
        return f"both {first.packet} and {second.packet} arrived, and no retransmission lies between them"
    why = case.behind(again, "timer_fire", "arrive", "say")
    resent = f"sent msg:R again at {again.t} ms"
    if why is None or why.kind == "say":
        return f"{again.node}'s client {resent} of its own accord"
    if why.kind == "arrive":
        return f"{again.node}'s client {resent}, when {why.packet} arrived"
    return _why_timer_ran_out(case, why, resent)


def _why_timer_ran_out(case: _Case, fired: Event, resent: str) -> str:
    """Why the sender had no ack:N when its timer fired: it was lost, it was on its way, or it was not heeded."""
    cut: list[_Stop] = []
    late: list[PacketRecord] = []
    for request in case.requests_before(fired):
        for stop in case.stops(request, BACK_TO_SENDER):
            if case.in_time(stop, BACK_TO_SENDER, fired.t):
                cut.append(stop)  # it had the time to come, but for this
            elif stop.fate == "arrived":
                late.append(stop.packet)
    if cut:
        return f"{case.told(cut)}, so {case.sender}, still waiting, {resent}"
    awaited = f"{late[0].name} could arrive at {late[0].arrived} ms" if late else "any ack:N could arrive"
    return f"{case.sender}'s timer ran out at {fired.t} ms, before {awaited}, so {case.sender} sent msg:R again"


def _no_false_delivery(case: _Case) -> str:
    return f"{case.screen}{_since(case)}, yet {case.never_saw}"


def _since(case: _Case) -> str:
    """Which packet made the sender's screen say what it says."""
    settled = case.settled
    if settled is None or settled.packet is None:
        return ""
    return f" since {settled.packet} arrived at {settled.t} ms"


def _no_silent_loss(case: _Case) -> str:
    return f"{case.never_saw}, yet {case.screen} and nobody will ever know"


def _no_false_failure(case: _Case) -> str:
    return f"{case.screen}, yet {case.saw}: {case.why_given_up()}"


def _all_delivered(case: _Case) -> str:
    said = case.said
    if not said.reached(case.receiver):
        return f"{case.never_saw}; {case.screen}"
    if said.status == "failed":
        return f"{case.saw}, but {case.screen}: {case.why_given_up()}"
    if said.status == "sent" and not case.trace.scenario.setting.acks:
        why = f"this rung has no ack:R, ack:A and ack:N, so {case.sender} can never know"
        return f"{case.saw}, but {case.screen}: {why}"
    return f"{case.saw}, but {case.screen}, because {case.why_no_ack_n()}"


_SENTENCES = {
    "no_duplicates": _no_duplicates,
    "no_false_delivery": _no_false_delivery,
    "no_silent_loss": _no_silent_loss,
    "no_false_failure": _no_false_failure,
    "all_delivered": _all_delivered,
}


# Words


def _quote(text: str) -> str:
    """What a person said, on one line, cut where it is long."""
    line = " ".join(plain(text).split())
    return f"“{line if len(line) <= TEXT_SHOWN else line[: TEXT_SHOWN - 1] + '…'}”"


def _sign(status: str | None) -> str:
    return f"{STATUSES[status]} {status}" if status is not None else "nothing"


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


def _times_shown(count: int, what: str) -> str:
    return f"shown {what} {_times(count)}" if count else f"never shown {what}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"


def _be(things: Sequence[object]) -> str:
    return "is" if len(things) == 1 else "are"


def _few(names: Sequence[str]) -> str:
    """Name the first few, count the rest; one more is named as well."""
    names = list(names)
    rest = len(names) - NAMES_SHOWN
    return _and(names if rest <= 1 else [*names[:NAMES_SHOWN], f"{rest} more"])


def _and(parts: Sequence[str]) -> str:
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last
