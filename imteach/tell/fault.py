"""A fault in words: what it does, or what happened instead."""

from collections.abc import Iterable, Sequence

from imteach.protocol import SERVER
from imteach.scenario import Again, Beat, Crash, Delay, Drop, Duplicate, Fault, Late, Loss, Offline, Partition
from imteach.tell.words import the
from imteach.trace import Event, Trace
from imteach.trace.unused import EffectNames, timers_cancelled

MOST_NAMED = 3  # effects that a node did instead of the one that never happened


def fault_in_words(fault: Fault, timed: bool = True) -> str:
    """What a fault does, as a sentence; "" for a drop, which the list of dropped packets shows.

    Where a run is not `timed` there is no clock, and the sentence says nothing of times.

    >>> fault_in_words(Offline("bob", lasting=1000))
    'bob logs out at 0 ms for 1000 ms'
    >>> fault_in_words(Offline("bob", lasting=1000), timed=False)
    'bob logs out, and in again'
    """
    return _with_times(fault) if timed else _without_times(fault)


def fault_named(fault: Fault, timed: bool = True) -> str:
    """A fault as text, as titles and tables name it; where there is no clock, without its times.

    >>> fault_named(Crash("bob", at=150, down=50)), fault_named(Crash("bob", at=3, down=2), timed=False)
    ('crash bob@150+50', 'crash bob')
    """
    if timed or isinstance(fault, Drop | Late):
        return str(fault)
    return f"duplicate {fault.packet}" if isinstance(fault, Duplicate) else str(fault).partition("@")[0]


def _without_times(fault: Fault) -> str:
    match fault:
        case Crash(node):
            return f"{'The server' if node == SERVER else node} crashes, and starts again"
        case Offline(person, lasting=lasting):
            return f"{person} logs out, and {'stays away' if lasting is None else 'in again'}"
        case Partition(one, other, lasting=lasting, both=both):
            return f"The link {_way(one, other, both)} is cut, and {'stays cut' if lasting is None else 'works again'}"
        case Again(msgid):
            return f"{msgid} is to be sent again, failed or not"
        case Beat(person):
            return f"{person}'s heartbeat comes before its time"
    return _with_times(fault)


def _way(one: str, other: str, both: bool) -> str:
    return f"between {the(one)} and {the(other)}" if both else f"from {the(one)} to {the(other)}"


def _with_times(fault: Fault) -> str:
    match fault:
        case Duplicate(packet=packet):
            return f"The network makes a copy of {packet}"
        case Delay(packet=packet, by=by):
            return f"{packet} takes {by} ms longer"
        case Crash(node, at, after, down):
            when = f"at {at} ms" if after is None else f"right after: {after}"
            return f"{'The server' if node == SERVER else node} crashes {when} and is down for {down} ms"
        case Offline(person, at, lasting, after):
            when = f"at {at} ms" if after is None else f"right after: {after},"
            return f"{person} logs out {when} {_for(lasting)}"
        case Partition(one, other, at, lasting, both):
            return f"The link {_way(one, other, both)} is cut at {at} ms {_for(lasting, 'stays cut')}"
        case Loss(p):
            return f"Each packet is dropped with a chance of {p:.0%}"
        case Again(msgid, at, after):
            when = f"at {at} ms" if after is None else f"right after: {after}"
            return f"{msgid} is to be sent again {when}, failed or not"
        case Beat(person, at, after):
            when = f"at {at} ms" if after is None else f"right after: {after}"
            return f"{person}'s heartbeat comes before its time, {when}"
        case Late(node, timer):
            name, _, number = timer.rpartition("#")
            when = f"it was cancelled (#{number})" if name else "it was cancelled"
            whose = "The server's" if node == SERVER else f"{node}'s"
            return f"{whose} timer for {name or timer} had run out already when {when}"
    return ""


def _for(lasting: float | None, for_good: str = "stays away") -> str:
    return f"and {for_good}" if lasting is None else f"for {lasting} ms"


def done_instead(fault: Fault, events: Iterable[Event]) -> str:
    """Say in a few words what a node did instead of what a fault was to follow; "" for faults that follow nothing.

    >>> shown = Event(0, 100, "bob", "show", (), msgid="m1")
    >>> done_instead(Crash("bob", after="show hello"), [shown]), done_instead(Drop("ack:N"), [shown])
    ('bob did: show m1', '')
    """
    if isinstance(fault, Late):
        cancelled = [timer for node, timer in timers_cancelled(events) if node == fault.node]
        return f"{the(fault.node)} cancelled: {_first(cancelled)}" if cancelled else ""
    match fault:
        case Crash(node, after=str(after)):
            return _did_instead(node, after, events)
        case Offline(node, after=str(after)) if not after.startswith("send "):
            return _did_instead(node, after, events)
    return ""


def _did_instead(node: str, after: str, events: Iterable[Event]) -> str:
    names = EffectNames()
    did = [name for event in events if event.node == node and (name := names.name(event))]
    if not did or after in did:  # two crashes after one effect: the second does nothing
        return ""
    alike = [name for name in did if name.split()[0] == after.split()[0]] or did
    return f"{the(node)} did: {_first(alike)}"


def _first(names: Sequence[str]) -> str:
    return ", ".join(names[:MOST_NAMED]) + (" …" if len(names) > MOST_NAMED else "")


def why_unused(fault: Fault, trace: Trace) -> str:
    """Return why a fault came to nothing in this run, and what its node did instead, as a clause.

    >>> from imteach import Scenario
    >>> why_unused(Drop("m1/ack:N#7"), Scenario("basic").run())
    'this run never sent that packet, so nothing was dropped'
    >>> why_unused(Crash("bob", after="show hello"), Scenario("basic").run())
    'bob never did that in this run, so nothing crashed; bob did: show m1'
    """
    instead = done_instead(fault, trace.events)
    return f"{_never_happened(fault)}{f'; {instead}' if instead else ''}"


def _never_happened(fault: Fault) -> str:
    never_sent = "this run never sent that packet, so nothing was"
    match fault:
        case Drop():
            return f"{never_sent} dropped"
        case Duplicate():
            return f"{never_sent} duplicated"
        case Delay():
            return f"{never_sent} delayed"
        case Crash(node, at=None):
            return f"{the(node)} never did that in this run, so nothing crashed"
        case Crash(node):
            return f"{the(node)} was down already at that time, so nothing crashed"
        case Offline(after=str(after)) if after.startswith("send "):
            return "this run never sent that packet, so nobody logged out"
        case Offline(person):
            return f"{person} never did that in this run, so nobody logged out"
        case Beat(person):
            return f"nobody did that in this run, so no heartbeat of {person} came before its time"
        case Again(msgid):
            return f"nobody did that in this run, so nobody sent {msgid} again"
        case Late(node):
            return f"{the(node)} never cancelled that timer in this run, so it did not come late"
    return "it never happened in this run"
