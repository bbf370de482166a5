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
from imteach.sim import Event, PacketRecord, Trace

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
    return f"{_SENTENCES[promise](_Story(trace, broken_by[0]))}{others}."


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


# One message's story


class _Stop(NamedTuple):
    """Where the way of a message came to its end: at `packet`, by its `fate`, or for want of a `missing` one."""

    fate: str
    packet: PacketRecord
    missing: str = ""

    @property
    def arrived(self) -> float:
        """When the packet arrived; before everything if it did not."""
        return -1 if self.packet.arrived is None else self.packet.arrived


class _Story:
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
        """What kept the sender from hearing that the receiver has it."""
        return self.told(self.all_stops(BACK_TO_SENDER))

    def why_given_up(self) -> str:
        """What its sender waited for in vain before the screen said `failed`, and until when."""
        settled, rung = self.settled, self.trace.scenario.setting
        assert settled is not None  # a status was seen, so it was reported
        stops = self.all_stops(BACK_TO_SENDER) if rung.acks else []
        if not rung.retransmits:  # there msg:A would have done, had it come before the timer ran out
            stops += self.all_stops(TO_SENDER)
        late = [stop for stop in stops if stop.fate == "arrived" and stop.arrived > settled.t]
        cut = [stop for stop in stops if stop not in late]
        timer = self.behind(settled, "timer_fire", "arrive", "say")
        gave_up = f"{self.sender}'s client gave up at {settled.t} ms"
        if timer is None or timer.kind != "timer_fire":
            gave_up += " without waiting for its timer"
        if late:
            packet = late[0].packet
            gave_up += f", before {packet.name} could arrive at {packet.arrived} ms"
        return f"{self.told(cut)}, {'and' if late else 'so'} {gave_up}" if cut else gave_up

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
        return f"{at} took no notice of {{names}}"


def _no_duplicates(story: _Story) -> str:
    first, second, *_ = story.shows
    moments = [f"at {show.t} ms" + (f" as {show.msgid}" if show.msgid != first.msgid else "") for show in story.shows]
    times = f"{story.receiver} was shown {story.name} {_times(len(story.shows))}, {_few(moments)}"
    kept = story.trace.scenario.setting.dedups and second.msgid == first.msgid
    undiscarded = f", and {story.receiver}'s client did not discard it" if kept else ""
    return f"{times}: {_why_shown_again(story, first, second)}{undiscarded}"


def _why_shown_again(story: _Story, first: Event, second: Event) -> str:
    """What led to the second showing, as far as the causes tell."""
    again = story.behind(second, "retransmit")
    if again is None or again is story.behind(first, "retransmit"):
        if None in (first.packet, second.packet) or first.packet == second.packet:
            return f"{story.receiver}'s client showed it again without being sent it again"
        return f"both {first.packet} and {second.packet} arrived, and no retransmission lies between them"
    why = story.behind(again, "timer_fire", "arrive", "say")
    resent = f"sent msg:R again at {again.t} ms"
    if why is None or why.kind == "say":
        return f"{again.node}'s client {resent} of its own accord"
    if why.kind == "arrive":
        return f"{again.node}'s client {resent}, when {why.packet} arrived"
    return _why_timer_ran_out(story, why, resent)


def _why_timer_ran_out(story: _Story, fired: Event, resent: str) -> str:
    """Why the sender had no ack:N when its timer fired: it was lost, it was on its way, or it was not heeded."""
    scenario = story.trace.scenario
    round_trip = 2 * (scenario.latency_of(story.sender) + scenario.latency_of(story.receiver))
    cut: list[_Stop] = []
    late: list[PacketRecord] = []
    for request in story.requests_before(fired):
        for stop in story.stops(request, BACK_TO_SENDER):
            if stop.fate == "arrived" and stop.arrived > fired.t:
                late.append(stop.packet)
            elif stop.fate == "arrived" or request.sent + round_trip <= fired.t:
                cut.append(stop)  # it had the time to come, but for this
    if cut:
        return f"{story.told(cut)}, so {story.sender}, still waiting, {resent}"
    awaited = f"{late[0].name} could arrive at {late[0].arrived} ms" if late else "any ack:N could arrive"
    return f"{story.sender}'s timer ran out at {fired.t} ms, before {awaited}, so {story.sender} sent msg:R again"


def _no_false_delivery(story: _Story) -> str:
    return f"{story.screen}{_since(story)}, yet {story.never_saw}"


def _since(story: _Story) -> str:
    """Which packet made the sender's screen say what it says."""
    settled = story.settled
    if settled is None or settled.packet is None:
        return ""
    return f" since {settled.packet} arrived at {settled.t} ms"


def _no_silent_loss(story: _Story) -> str:
    return f"{story.never_saw}, yet {story.screen} and nobody will ever know"


def _no_false_failure(story: _Story) -> str:
    return f"{story.screen}, yet {story.saw}: {story.why_given_up()}"


def _all_delivered(story: _Story) -> str:
    said = story.said
    if not said.reached(story.receiver):
        return f"{story.never_saw}; {story.screen}"
    if said.status == "failed":
        return f"{story.saw}, but {story.screen}: {story.why_given_up()}"
    if said.status == "sent" and not story.trace.scenario.setting.acks:
        why = f"this rung has no ack:R, ack:A and ack:N, so {story.sender} can never know"
        return f"{story.saw}, but {story.screen}: {why}"
    return f"{story.saw}, but {story.screen}, because {story.why_no_ack_n()}"


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
