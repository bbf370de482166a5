"""One packet overtakes another: a delay that lets what was sent later on the same way arrive first."""

from imteach.errors import InputError
from imteach.scenario import Delay, Drop
from imteach.trace import PacketRecord, Trace
from imteach.trace.spans import just_after


def swappable(trace: Trace, name: str) -> list[str]:
    """Return the packets that this one could let arrive first: sent later on the same way, and not because of it.

    >>> from imteach import Say, Scenario
    >>> swappable(Scenario("dedup", say=[Say("one"), Say("two", at=10)]).run(), "m1/msg:N")
    ['m2/msg:N#1', 'm2/ack:A#1']
    """
    one = _arrived(trace, name)
    after, due = trace.packets[_place(trace, one) + 1 :], one.due - _delayed(trace, one)
    same_way = [other for other in after if (one.src, one.dst) == (other.src, other.dst)]
    behind = [other for other in same_way if other.arrived is not None and other.arrived >= due]
    return [other.name for other in behind if not _comes_of(trace, other, one)]


def delay_behind(trace: Trace, one: str, other: str) -> Delay:
    """Return the delay by which a packet arrives right after another. Raises `InputError` where that cannot be.

    >>> from imteach import Say, Scenario
    >>> scenario = Scenario("dedup", say=[Say("one"), Say("two", at=10)])
    >>> late = delay_behind(scenario.run(), "m1/msg:N", "m2/msg:N")
    >>> late, scenario.run(late).packet["m1/msg:N"].arrived, scenario.run(late).packet["m2/msg:N"].arrived
    (Delay("m1/msg:N#1", by=11), 111, 110)
    """
    first, second = _arrived(trace, one), _arrived(trace, other)
    if (first.src, first.dst) != (second.src, second.dst):
        raise InputError(f"{first.name} and {second.name} do not go the same way, so neither can overtake the other")
    if _place(trace, second) <= _place(trace, first):
        raise InputError(f"{second.name} is not sent after {first.name}, so there is nothing to overtake")
    if _comes_of(trace, second, first):
        raise InputError(f"{second.name} is sent because of {first.name}, so it cannot arrive before it")
    due = first.due - _delayed(trace, first)
    return Delay(first.name, by=round(just_after(second.due, trace) - due, 3))


def _delayed(trace: Trace, packet: PacketRecord) -> float:
    """By how much faults delay this packet."""
    return sum(fault.by for fault in trace.faults if isinstance(fault, Delay) and fault.packet == packet.name)


def is_behind(trace: Trace, one: str, other: str) -> bool:
    """Whether both packets go the same way and arrive in this run, and `one` after `other`."""
    first, second = trace.packet.get(one), trace.packet.get(other)
    if first is None or second is None or first.arrived is None or second.arrived is None:
        return False
    return (first.src, first.dst) == (second.src, second.dst) and first.arrived > second.arrived


def is_something_between(trace: Trace, one: str, other: str) -> bool:
    """Whether anything happens after one packet has arrived and before another does."""
    since, until = trace.packet[one].arrived, trace.packet[other].arrived
    return since is not None and until is not None and any(since < event.t < until for event in trace.events)


def _arrived(trace: Trace, name: str) -> PacketRecord:
    whole = Drop(name).resolve(trace.scenario).packet
    if whole not in trace.packet:
        raise InputError(f"{whole} is not sent in this run")
    packet = trace.packet[whole]
    if packet.fate != "arrived":
        raise InputError(f"{whole} does not arrive in this run, so it has no place among the others")
    return packet


def _place(trace: Trace, packet: PacketRecord) -> int:
    return next(place for place, other in enumerate(trace.packets) if other.name == packet.name)


def _comes_of(trace: Trace, packet: PacketRecord, other: PacketRecord) -> bool:
    """Whether a packet was sent because another one had arrived."""
    sent = next(event for event in trace.events if event.kind == "send" and event.packet == packet.name)
    return any(cause.kind == "arrive" and cause.packet == other.name for cause in trace.causes(sent))
