"""What came of a run, in a few short sentences."""

from collections import Counter
from collections.abc import Sequence

from imteach.printed import Sentence
from imteach.protocol import SERVER, Outcome
from imteach.sim import (
    Crash,
    Delay,
    Drop,
    Duplicate,
    Fault,
    Loss,
    Offline,
    Partition,
    Trace,
    the,
)
from imteach.verify.words import be, few, quote, sign, times, times_shown

PROMISE_TITLES: dict[str, str] = {
    "no_duplicates": "Nothing is shown twice",
    "no_false_delivery": "No false ✓✓",
    "no_silent_loss": "No loss goes unnoticed",
    "no_false_failure": "No false failure",
    "all_delivered": "Everything arrives, and the sender knows",
    "in_order": "In the order in which it was said",
}
"""Each promise in a few words, in the order of `PROMISES`; its rule is the first line of its docstring there."""


def in_short(trace: Trace) -> str:
    """Return what came of a run in a few short sentences, for a screen reader or as a picture's alternative text.

    >>> from imteach import Drop, Scenario
    >>> in_short(Scenario("dedup").run(Drop("ack:N")))
    'm1/ack:N#1 is dropped. bob is shown “hello” once. alice sees ✓✓ delivered. All 5 promises are kept.'
    """
    parts = (*_stopped(trace), *_struck(trace), *_came(trace.messages), _verdict(trace.promises))
    return Sentence(" ".join(f"{part}." for part in parts))


def _stopped(trace: Trace) -> list[str]:
    """The nodes that stopped over a mistake in a learner's code. Which mistake, the trace's `mistakes` say."""
    return [f"The code of {the(crash.node)} stops at {crash.t} ms, over a mistake" for crash in trace.mistakes]


def _struck(trace: Trace) -> list[str]:
    """What the faults did, and which packets did not arrive."""
    dropped = [packet.name for packet in trace.packets if packet.fate == "dropped"]
    lost = [packet.name for packet in trace.packets if packet.fate == "lost"]
    happened = [fault_in_words(fault) for fault in trace.faults if fault not in trace.unused]
    parts = [words for words in happened if words]
    if dropped or not parts:
        parts.append(f"{few(dropped)} {be(dropped)} dropped" if dropped else "Nothing is dropped")
    if lost:
        parts.append(f"{few(lost)} {be(lost)} lost")
    idle = [fault.packet for fault in trace.unused if isinstance(fault, Drop)]
    if idle:
        parts.append(f"{few(idle)} {'was' if len(idle) == 1 else 'were'} to be dropped but never sent")
    parts += [
        f"{type(fault).__name__}{str(fault)[len(type(fault).__name__) :]} never happened"
        for fault in trace.unused
        if not isinstance(fault, Drop)
    ]
    return parts


def fault_in_words(fault: Fault) -> str:
    """What a fault does, as a sentence; "" for a drop, which the packets tell.

    >>> fault_in_words(Offline("bob", lasting=1000))
    'bob logs out at 0 ms for 1000 ms'
    """
    match fault:
        case Duplicate(packet=packet):
            return f"The network makes a copy of {packet}"
        case Delay(packet=packet, by=by):
            return f"{packet} takes {by} ms longer"
        case Crash(node, at, after, down):
            when = f"at {at} ms" if after is None else f"right after: {after}"
            return f"{'The server' if node == SERVER else node} crashes {when} and is down for {down} ms"
        case Offline(person, at, lasting):
            return f"{person} logs out at {at} ms {_for(lasting)}"
        case Partition(one, other, at, lasting, both):
            way = f"between {the(one)} and {the(other)}" if both else f"from {the(one)} to {the(other)}"
            return f"The link {way} is cut at {at} ms {_for(lasting)}"
        case Loss(p):
            return f"Each packet is dropped with a chance of {p:.0%}"
    return ""


def _for(lasting: float | None) -> str:
    return "and stays away" if lasting is None else f"for {lasting} ms"


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


def _verdict(promises: dict[str, bool]) -> str:
    broken = [f"“{PROMISE_TITLES[name]}”" for name, holds in promises.items() if not holds]
    if not broken:
        return f"All {len(promises)} promises are kept"
    return f"{len(broken)} of {len(promises)} promises {be(broken)} broken: {', '.join(broken)}"
