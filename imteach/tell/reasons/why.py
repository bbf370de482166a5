"""Why something happened: the chain of causes behind an event, as sentences.

What did not happen is no cause, yet often the reason: a timer runs out because an ack:N was dropped. Such reasons
are added to the sentence of the event that they explain.
"""

from collections.abc import Callable, Iterable, Iterator

from imteach.plain import plain
from imteach.printed import Sentence, Sentences
from imteach.protocol import SERVER, Value, forgotten_by
from imteach.scenario.scenario import HEARTBEAT
from imteach.tell.event import sentence
from imteach.tell.words import at, cut, few, in_ms, quote, remembers, sign, stamp, the
from imteach.trace import Event, PacketRecord, Trace
from imteach.trace.records import is_early, is_late

AWAITED = ("msg:R", "msg:N", "ack:R", "ack:N")  # the packets that the ack:N of a waiting sender depends on
AWAITED_BELOW = ("msg:R", "msg:A")  # where there is no ack:N


class Reason(Value, frozen=True):
    """One sentence about a run, and what in a picture of it the sentence is about.

    `text` is the sentence, with its time in simulated ms, and `event` the id of the event that it tells of. `packet` is
    the name of the packet whose arrow it is about, if any; `also` names the other packets that it tells of, such as
    those that are missed when a timer runs out.
    """

    text: str
    event: int
    packet: str | None = None
    also: tuple[str, ...] = ()


def in_sentences(reasons: Iterable[Reason]) -> list[str]:
    """Return what these reasons say, without what they are about."""
    return Sentences(Sentence(reason.text) for reason in reasons)


def why(trace: Trace, event: Event) -> list[str]:
    """Return why this event happened, in a few short sentences, the beginning first.

    Raises `InputError` if it is no event of this trace.

    >>> from imteach import Drop, Scenario
    >>> trace = Scenario("retransmit").run(Drop("ack:N"))
    >>> for sentence in why(trace, trace.happened("show")[1]):
    ...     print(sentence)
    0 ms: alice says “hello” to bob
    300 ms: alice's timer for m1 runs out: m1/ack:N#1 was dropped
    300 ms: alice sends msg:R again, as m1/msg:R#2
    350 ms: m1/msg:R#2 reaches the server
    400 ms: m1/msg:N#2 reaches bob
    400 ms: bob is shown “hello” again: the first time was at 100 ms
    """
    return in_sentences(reasons(trace, event))


def reasons(trace: Trace, event: Event) -> list[Reason]:
    """Return why this event happened: the sentences of `why`, each with what it is about.

    Raises `InputError` if it is no event of this trace.

    >>> from imteach import Drop, Scenario
    >>> trace = Scenario("retransmit").run(Drop("ack:N"))
    >>> fired, *_ = trace.happened("timer_fire")
    >>> print(reasons(trace, fired)[-1].text, reasons(trace, fired)[-1].also)
    300 ms: alice's timer for m1 runs out: m1/ack:N#1 was dropped ('m1/ack:N#1',)
    """
    return list(_Chain(trace, event).reasons())


def why_again(trace: Trace, resend: Event) -> str:
    """Why a person sent a message again: what their screen said about it, as a clause."""
    seen = trace.events[resend.causes[0]].status if resend.causes else "failed"
    return "because it had failed" if seen == "failed" else f"while it was under way ({sign(seen)})"


def _led_to(trace: Trace, event: Event) -> list[Event]:
    """The causes of an event, and where it shows a message that the server had kept, how that came to be kept."""
    causes = trace.causes(event)
    brought = trace.packet[str(event.packet)] if event.kind == "show" and event.packet else None
    if brought is None or brought.kind != "offline:A":
        return causes
    groups = trace.scenario.groups
    stores = (each for each in trace.events[: event.id] if each.kind == "store" and each.said == event.said)
    theirs = [store for store in stores if event.node in (store.to, *groups.get(str(store.to), ()))]
    kept = [each for store in theirs for each in (*trace.causes(store), store)]
    return sorted({each.id: each for each in (*kept, *causes)}.values(), key=lambda each: each.id)


class _Chain:
    """The causes of one event, as sentences one by one."""

    def __init__(self, trace: Trace, event: Event) -> None:
        self.trace = trace
        self.events = [*_led_to(trace, event), event]
        self.end = event
        arrived = {event.packet for event in self.events if event.kind == "arrive"}
        self.in_addition: dict[str, Callable[[Event], str]] = {
            "say": lambda e: sentence(e._replace(text=cut(str(e.text)))),
            "resend": lambda e: f"{sentence(e)}, {why_again(trace, e)}",
            "send": lambda e: "" if e.packet in arrived else self._send(e),
            "arrive": lambda e: f"{e.packet} reaches {the(e.node)}{self._fabricated(e)}",
            "timer_fire": self._timer_fire,
            "timer_start": lambda e: sentence(e) if e is self.end else "",
            "retransmit": lambda e: f"{e.node} sends msg:R again, as {e.packet}",
            "show": self._show,
            "discard": lambda e: f"{e.node} discards {e.msgid}{self._because(e)}",
            "forget": self._forget,
            "write": lambda e: sentence(e) if e is self.end else "",
            "status": lambda e: f"{e.node} sees {e.msgid} {sign(e.status)}",
            "start": lambda e: "",
        }  # other kinds of event have the words of `sentence`

    def at(self, event: Event) -> str:
        """When an event happened, at the end of a clause."""
        return at(event.t, self.trace.timed)

    def reasons(self) -> Iterator[Reason]:
        """Yield a sentence for each event that is worth one."""
        for event in self.events:
            told = self.in_addition.get(event.kind, sentence)(event)
            if told:
                yield Reason(
                    f"{stamp(event.t, self.trace.timed)}: {plain(told)}", event.id, event.packet, self._also(event)
                )

    def _also(self, event: Event) -> tuple[str, ...]:
        """The packets besides its own that the sentence about an event tells of."""
        match event.kind:
            case "timer_fire":
                return tuple(packet.name for packet, _ in self._gone(event))
            case "show" | "discard":
                first = self._first_shown(event)
                return (first.packet,) if first is not None and first.packet not in (None, event.packet) else ()
        return ()

    def _send(self, event: Event) -> str:
        if "~" in str(event.packet):
            return f"the network makes a copy: {event.packet}"
        return sentence(event)

    def _fabricated(self, event: Event) -> str:
        packet = self.trace.packet[str(event.packet)]
        if packet.fabricated:
            stored = any(e.kind == "store" and e.said == event.said for e in self.trace.events[: event.id])
            why = "because it keeps the message" if stored else "and has not stored it"
            return f" (the server made it itself, {why})"
        return " (a copy that the network made)" if packet.copy > 1 else ""

    def _timer_fire(self, event: Event) -> str:
        what, _, of = str(event.timer).partition(":")
        if is_late(event):
            return f"{event.node}'s timer for {event.timer} runs out, though it was cancelled: it had run out already"
        if forgotten_by(event.timer):
            return self._time_is_over(event, of)
        if what == "heartbeat":
            return f"{event.node}'s heartbeat of {of}{', before its time' if is_early(event) else ''}"
        if event.node == SERVER:  # only a learner's server has one, and what it waits for is its own affair
            return f"the server's timer for {event.timer} runs out"
        fired = f"{event.node}'s timer for {'its pull' if what == 'pull' else event.timer} runs out"
        awaited = "offline:A" if what == "pull" else "ack:N" if self.trace.scenario.setting.acks else "msg:A"
        return f"{fired}: {self._missing(event) or f'no {awaited} had come'}"

    def _missing(self, fired: Event) -> str:
        """Which packets that the timer was waiting on did not arrive while it ran, and what became of them."""
        gone: dict[str, list[str]] = {}
        for packet, words in self._gone(fired):
            gone.setdefault(words, []).append(packet.name)
        return " and ".join(
            f"{few(names)} {'was' if len(names) == 1 else 'were'} {words}" for words, names in gone.items()
        )

    def _gone(self, fired: Event) -> Iterator[tuple[PacketRecord, str]]:
        """Yield the packets that the timer was waiting on and that were gone while it ran, with what became of them.

        A timer that had been cancelled waited on nothing, nor does a heartbeat.
        """
        if is_late(fired) or str(fired.timer).startswith(HEARTBEAT):
            return
        started = fired.causes[0]
        pulls = str(fired.timer).partition(":")[0] == "pull"
        for event in self.trace.events[started : fired.id]:
            if event.kind not in ("drop", "lose"):
                continue
            packet = self.trace.packet[str(event.packet)]
            own_pull = pulls and packet.kind in ("offline:R", "offline:A") and fired.node in (packet.src, packet.dst)
            on_the_way = packet.kind in (AWAITED if self.trace.scenario.setting.acks else AWAITED_BELOW)
            if own_pull or (event.said is not None and event.said == self._said_of(fired) and on_the_way):
                yield packet, "dropped" if event.kind == "drop" else f"lost ({event.text})"

    def _said_of(self, fired: Event) -> str | None:
        """The thing said to which the timer that fired belongs."""
        return next((event.said for event in self.trace.events if event.msgid == fired.timer), None)

    def _show(self, event: Event) -> str:
        first = self._first_shown(event)
        shown = f"{event.node} is shown {quote(str(event.text))}"
        if first is None:
            return shown
        crash = next(
            (e for e in self.trace.events[first.id : event.id] if e.kind == "crash" and e.node == event.node), None
        )
        told = f"{shown} again: the first time was {self.at(first)}"
        if not self.trace.scenario.setting.dedups:
            return told
        if first.msgid != event.msgid:
            return f"{told}, as {first.msgid}, and {event.msgid} is another msgid"
        if crash:
            return f"{told}, and the crash {self.at(crash)} made the client forget it"
        return f"{told}{self._had_forgotten(first, event)}"

    def _had_forgotten(self, first: Event, event: Event) -> str:
        """That a client had forgotten, when this event came, what it showed in the first one; "" if it had not."""
        between = self.trace.events[first.id : event.id]
        forgotten = (e for e in between if e.kind == "forget" and (e.node, e.msgid) == (event.node, first.msgid))
        return next((f", and the client had forgotten that {self.at(e)}{self._as_it(e)}" for e in forgotten), "")

    def _forget(self, event: Event) -> str:
        return f"{event.node}'s client forgets {event.msgid}{self._as_it(event)}"

    def _as_it(self, forgotten: Event) -> str:
        """Why a client forgets, as far as the scenario says."""
        why = remembers(self.trace, forgotten)
        return f": it {why}" if why else ""

    def _time_is_over(self, event: Event, msgid: str) -> str:
        if event.node == SERVER:
            return f"the server has kept {msgid} for {in_ms(self.trace, 'store_for')}"
        return f"{event.node}'s client has remembered {msgid} for {in_ms(self.trace, 'dedup_for')}"

    def _because(self, event: Event) -> str:
        """Why a message is discarded."""
        if not event.text:
            return self._shown_before(event)
        shows = (e for e in self.trace.events[: event.id] if e.kind == "show" and e.node == event.node)
        shown = next((e for e in shows if e.msgid == event.msgid), None)
        forgotten = self._had_forgotten(shown, event) if shown else ""
        return f": {event.text}{f'; it was shown {self.at(shown)}{forgotten}' if shown and forgotten else ''}"

    def _shown_before(self, event: Event) -> str:
        first = self._first_shown(event)
        return f": it was shown {self.at(first)}" if first else ", though it was not shown before"

    def _first_shown(self, event: Event) -> Event | None:
        """When this person was first shown what an event shows again, or discards because of its msgid."""
        shows = (e for e in self.trace.events[: event.id] if e.kind == "show" and e.node == event.node)
        if event.kind == "discard":
            return None if event.text else next((e for e in shows if e.msgid == event.msgid), None)
        return next((e for e in shows if e.said == event.said), None)
