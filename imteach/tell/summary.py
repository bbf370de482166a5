"""What came of a run, in a few short sentences."""

from collections import Counter
from collections.abc import Sequence

from imteach.printed import Sentence
from imteach.protocol import Outcome
from imteach.scenario import Drop, Fault
from imteach.tell.endless import since
from imteach.tell.fault import done_instead, fault_in_words, fault_named
from imteach.tell.promise import promise_named
from imteach.tell.words import at, be, capital, few, quote, sign, the, times, times_shown
from imteach.trace import Trace
from imteach.trace.records import STEPS_END


def in_short(trace: Trace) -> str:
    """Return what came of a run in a few short sentences, for a screen reader or as a picture's alternative text.

    >>> from imteach import Drop, Scenario
    >>> in_short(Scenario("dedup").run(Drop("ack:N")))
    'm1/ack:N#1 is dropped. bob is shown “hello” once. alice sees ✓✓ delivered. All 5 promises are kept.'
    """
    parts = (*_stopped(trace), *_struck(trace), *_came(trace.messages), _verdict(trace))
    return Sentence(" ".join(f"{part}." for part in parts))


def _stopped(trace: Trace) -> list[str]:
    """The nodes that stopped because of a mistake in a learner's code; the trace's `mistakes` say which."""
    return [
        f"The code of {the(crash.node)} stops {at(crash.t, trace.timed)}, over a mistake" for crash in trace.mistakes
    ]


def _struck(trace: Trace) -> list[str]:
    """What the faults did, and which packets did not arrive."""
    dropped = [packet.name for packet in trace.packets if packet.fate == "dropped"]
    lost = _lost(trace)
    happened = [fault_in_words(fault, trace.timed) for fault in trace.faults if fault not in trace.unused]
    parts = [words for words in happened if words]
    if dropped or not parts:
        parts.append(f"{few(dropped)} {be(dropped)} dropped" if dropped else "Nothing is dropped")
    if lost:
        parts.append(f"{few(lost)} {be(lost)} lost")
    idle = [fault.packet for fault in trace.unused if isinstance(fault, Drop)]
    if idle:
        parts.append(f"{few(idle)} {'was' if len(idle) == 1 else 'were'} to be dropped but never sent")
    parts += [
        f"{capital(fault_named(fault, trace.timed))} never happened"
        for fault in trace.unused
        if not isinstance(fault, Drop)
    ]
    return parts


def _lost(trace: Trace) -> list[str]:
    """The packets that were lost; one that only waits for the next round is not."""
    waits = [e.packet for e in trace.happened("lose", text=STEPS_END)] if trace.loop is not None else []
    return [packet.name for packet in trace.packets if packet.fate == "lost" and packet.name not in waits]


def _came(messages: Sequence[Outcome]) -> list[str]:
    """What came of the things said: in words for one, in numbers for several."""
    if not messages:
        return ["Nothing is said"]
    if len(messages) == 1:
        (said,) = messages
        shown = [f"{who} is {times_shown(times, quote(said.text))}" for who, times in said.shown.items()]
        return [*shown, f"{said.sender} sees {sign(said.status)}"]
    shown_to = Counter(min(said.shown[who] for who in said.to) for said in messages)
    seen = Counter(sign(said.status) for said in messages)
    return [
        f"{len(messages)} messages are said",
        "Shown to the receiver: " + ", ".join(f"{shown_to[n]} {times(n)}" for n in sorted(shown_to)),
        "Their senders see: " + ", ".join(f"{count} {sign}" for sign, count in seen.items()),
    ]


def _verdict(trace: Trace) -> str:
    """Which promises are broken; they are judged at ends, so nothing is said of them where there is none."""
    if trace.loop is not None:
        return capital(since(trace))
    promises = trace.promises
    broken = [promise_named(name) for name, holds in promises.items() if not holds]
    if not broken:
        return f"All {len(promises)} promises are kept"
    return f"{len(broken)} of {len(promises)} promises {be(broken)} broken: {', '.join(broken)}"


def in_a_line(trace: Trace) -> str:
    """Return one line about a trace, its faults and its outcome: the trace's `repr`.

    >>> from imteach import Drop, Scenario
    >>> in_a_line(Scenario("retransmit").run(Drop("ack:N")))
    '<Trace of "retransmit", drop m1/ack:N#1: m1 delivered, shown to bob 2 times; broken: no_duplicates>'
    """
    faults = "".join(f", {fault_named(fault, trace.timed)}{_never_happened(trace, fault)}" for fault in trace.faults)
    came = "; ".join(_came_of(outcome) for outcome in trace.messages) or "nothing said"
    broken = [name for name, holds in trace.promises.items() if not holds]
    verdict = since(trace) or (f"broken: {', '.join(broken)}" if broken else "all promises kept")
    stopped = "".join(f"; {crash.text}" for crash in trace.mistakes[:1])
    return f'<Trace of "{trace.rung}"{faults}: {came}; {verdict}{stopped}>'


def _never_happened(trace: Trace, fault: Fault) -> str:
    """The note after a fault that named something which never happened."""
    if fault not in trace.unused:
        return ""
    instead = done_instead(fault, trace.events)
    return f" (never happened; {instead})" if instead else " (never happened)"


def _came_of(outcome: Outcome) -> str:
    """Say in a few words what came of one thing said."""
    shown = ", ".join(f"shown to {who} {times} time{'s' * (times != 1)}" for who, times in outcome.shown.items())
    return f"{outcome.msgid} {outcome.status or 'never sent'}, {shown}"
