"""Something is said, or unsaid, in a run that has faults already.

Msgids are handed out in the order in which things are said. So what is said earlier gives others a new one; and a fault
or a resend that names one is renamed with it, so that it means the same thing said as before.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from imteach.scenario import Again, Beat, Crash, Delay, Drop, Duplicate, Fault, Late, Offline, Say, Scenario, parse_name
from imteach.trace import Trace

_ROUNDS = 4  # of naming and running until the names are those of the run that they lead to

_AFTER = re.compile(r"(?P<effect>\S+) (?P<of>\S+?)(?P<number>#[0-9]+)?")
_TIMER = re.compile(r"(?P<of>[^#]+)(?P<number>#[0-9]+)?")

Run = Callable[[Scenario, tuple[Fault, ...]], Trace]


class _Thing(NamedTuple):
    """A thing said, by its place in `Scenario.say`, under its n-th msgid: a buggy client may give it several."""

    place: int
    nth: int = 0


def retold(trace: Trace, say: Sequence[Say], places: Sequence[int | None], run: Run) -> Trace:
    """Return the run in which these things are said instead, under the same faults.

    `places` has for each thing said until now its place in `say`; None if it is not said any more: then faults and
    resends that name it are gone, too. `run` runs a scenario under faults.

    >>> from imteach import Drop
    >>> trace = Scenario("dedup", say=[Say("hello", at=100)]).run(Drop("m1/ack:N"))
    >>> retold(trace, [*trace.scenario.say, Say("good morning")], [0], lambda scenario, faults: scenario.run(*faults))
    <Trace of "dedup", drop m2/ack:N#1: m1 delivered, shown to bob 1 time; m2 delivered, shown to bob 1 time; \
all promises kept>
    """
    old = {**_by_order(trace.scenario.say), **_by_run(trace)}
    new: Mapping[_Thing, str] = {}
    names = _names(old, places, say, new)
    for _ in range(_ROUNDS):
        scenario, faults = _renamed(trace, say, names)
        told = run(scenario, faults)
        new = {thing: msgid for msgid, thing in _by_run(told).items()}
        if names == (names := _names(old, places, say, new)):
            break
    return told


def place_of(msgid: str, trace: Trace) -> int:
    """Return the place in `Scenario.say` of the thing said under this msgid. Raises `InputError` if there is none."""
    things = {**_by_order(trace.scenario.say), **_by_run(trace)}
    if not isinstance(msgid, str) or msgid not in things:
        trace.scenario.checked_msgid(msgid, "msgid")
    return things[msgid].place


def _by_order(say: Sequence[Say]) -> dict[str, _Thing]:
    """What each msgid stands for if everything is said."""
    in_order = sorted(range(len(say)), key=lambda place: say[place].at)
    return {f"m{number}": _Thing(place) for number, place in enumerate(in_order, start=1)}


def _by_run(trace: Trace) -> dict[str, _Thing]:
    """What each msgid stands for in a run: what somebody was down for took none, and so others have lower ones."""
    tried = [e for e in trace.events if e.kind == "say" or (e.kind == "unsaid" and e.to is not None)]
    things = {
        event.msgid: thing
        for event, thing in zip(tried, _by_order(trace.scenario.say).values(), strict=False)
        if event.kind == "say" and event.msgid is not None
    }
    for packet in trace.packets:
        if packet.msgid is not None and packet.msgid not in things and packet.said in things:
            place = things[packet.said].place
            things[packet.msgid] = _Thing(place, sum(thing.place == place for thing in things.values()))
    return things


def _names(
    old: Mapping[str, _Thing], places: Sequence[int | None], say: Sequence[Say], new: Mapping[_Thing, str]
) -> dict[str, str | None]:
    """Return the new msgid of each old one; None for what is not said any more."""
    by_order = {thing: msgid for msgid, thing in _by_order(say).items()}
    names: dict[str, str | None] = {}
    for msgid, (place, nth) in old.items():
        now = places[place]
        thing = None if now is None else _Thing(now, nth)
        names[msgid] = None if thing is None else new.get(thing, by_order.get(thing, msgid))
    return names


def _renamed(trace: Trace, say: Sequence[Say], names: Mapping[str, str | None]) -> tuple[Scenario, tuple[Fault, ...]]:
    """Return the scenario in which these things are said, and the faults, all under the new names."""
    resend = [
        replace(again, msgid=msgid) for again in trace.scenario.resend if (msgid := names.get(again.msgid, again.msgid))
    ]
    faults = [renamed for fault in trace.faults if (renamed := _fault_renamed(fault, names)) is not None]
    return replace(trace.scenario, say=say, resend=resend), tuple(faults)


def _fault_renamed(fault: Fault, names: Mapping[str, str | None]) -> Fault | None:
    """Return the fault with new msgids; None if it names what is not said any more."""
    match fault:
        case Drop() | Duplicate() | Delay():
            packet = _packet_renamed(fault.packet, names)
            return None if packet is None else replace(fault, name=packet)
        case Late(_, timer):
            name = _within(_TIMER, timer, names)
            return None if name is None else replace(fault, timer=name)
        case Again(msgid) if names.get(msgid, msgid) is None:
            return None
        case Crash(after=str(after)) | Offline(after=str(after)) | Again(after=str(after)) | Beat(after=str(after)):
            effect = _effect_renamed(after, names)
            if effect is None:
                return None
            fault = replace(fault, after=effect)
    return replace(fault, msgid=str(names.get(fault.msgid, fault.msgid))) if isinstance(fault, Again) else fault


def _packet_renamed(packet: str, names: Mapping[str, str | None]) -> str | None:
    name = parse_name(packet)
    owner = names.get(str(name.owner), name.owner)
    return None if owner is None else str(name._replace(owner=owner))


def _effect_renamed(after: str, names: Mapping[str, str | None]) -> str | None:
    effect, _, of = after.partition(" ")
    if effect == "send":
        packet = _packet_renamed(of, names)
        return None if packet is None else f"send {packet}"
    return _within(_AFTER, after, names)


def _within(form: re.Pattern[str], text: str, names: Mapping[str, str | None]) -> str | None:
    """Return the text with what it is `of` renamed, if that is a msgid."""
    match = form.fullmatch(text)
    if match is None or match["of"] not in names:
        return text
    name = names[match["of"]]
    return None if name is None else text[: match.start("of")] + name + text[match.end("of") :]
