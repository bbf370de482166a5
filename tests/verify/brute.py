"""The slow and plain way to try every plan of faults: what the real explorer is compared with."""

from collections import Counter
from collections.abc import Iterable, Iterator

from kept import kept

from imteach import Again, Beat, Crash, Delay, Drop, Duplicate, Late, Offline, Scenario, Trace
from imteach.protocol import SERVER
from imteach.scenario import Fault
from imteach.trace import Event

EFFECTS = {"show": "show", "send": "send", "store": "store", "write": "write", "delete": "write"}
KIND = {
    Drop: "drop",
    Duplicate: "duplicate",
    Delay: "delay",
    Crash: "crash",
    Offline: "away",
    Late: "late",
    Again: "again",
    Beat: "beat",
}
Plan = tuple[Fault, ...]


def every_plan(
    scenario: Scenario, faults: int, kinds: Iterable[str], given: Plan = ()
) -> Iterator[tuple[frozenset[Fault], Trace]]:
    """Yield every plan of at most `faults` faults of these kinds on top of `given`, with its run, the empty one first.

    A plan is a set of faults that all meet something in its run. It is found by adding a fault to a smaller plan:
    without the one that strikes last, all others strike as before.
    """
    order = list(kinds)
    now = [frozenset[Fault]()]
    for _ in range(faults + 1):
        later: dict[frozenset[Fault], None] = {}
        for plan in now:
            trace = scenario.run(*given, *plan)
            if any(fault in trace.unused or not is_still_possible(fault, trace) for fault in plan):
                continue
            yield plan, trace
            for fault in possible(trace, order):
                if fault not in plan and fault not in given:
                    later[plan | {fault}] = None
        now = list(later)


def brute(
    scenario: Scenario, faults: int, kinds: Iterable[str], given: Plan = ()
) -> tuple[int, dict[str, Plan | None]]:
    """Run every plan; return how many there are, and for each promise the smallest that breaks it (None: none does).

    Smallest is: the fewest faults, then the earliest, by the events at which they strike, in order (a packet's fault at
    its sending; a crash, a logout, an impatient person and an early heartbeat at the effect that they follow; a late
    timer where it is cancelled), then by `kinds`, then by the members of groups.
    """
    order = list(kinds)
    plans = 0
    found: dict[str, tuple[object, Plan]] = {}
    for plan, trace in every_plan(scenario, faults, kinds, given):
        plans += 1
        struck = sorted(((place(fault, trace, order), fault) for fault in plan), key=lambda each: each[0])
        rank = len(plan), [each[0] for each in struck]
        for promise, holds in kept(trace).items():
            if not holds and (promise not in found or rank < found[promise][0]):
                found[promise] = rank, tuple(fault for *_, fault in struck)
    return plans, {promise: found[promise][1] if promise in found else None for promise in kept(trace)}


def possible(trace: Trace, kinds: Iterable[str]) -> Iterator[Fault]:
    """Yield every fault of these kinds that would meet something in this run."""
    for packet in trace.packets:
        if "drop" in kinds:
            yield Drop(packet.name)
        if "duplicate" in kinds and packet.copy == 1:
            yield Duplicate(packet.name)
        if "delay" in kinds:
            yield Delay(packet.name, by=trace.scenario.rto + trace.scenario.round_trip(packet.person))
    if "crash" in kinds:
        for event, effect in effects(trace):
            yield Crash(event.node, after=effect, down=100)
    if "away" in kinds:
        for event, effect in effects(trace):
            if event.node != SERVER:
                yield Offline(event.node, after=effect, lasting=1000)
    if "again" in kinds:
        yield from (Again(event.said, after=f"send {event.packet}") for event in impatient(trace))
    if "beat" in kinds:
        yield from (Beat(person, after=f"send {event.packet}") for event, person in beating(trace))
    if "late" in kinds:
        for event, timer in cancelled(trace):
            yield Late(event.node, timer)


def effects(trace: Trace) -> Iterator[tuple[Event, str]]:
    """Yield each effect of a node that a crash can follow, under the name that a crash calls it by."""
    times: Counter[tuple[str, str]] = Counter()
    for event in trace.events:
        if event.kind not in EFFECTS or event.node == "network":
            continue
        if event.kind == "send":
            yield event, f"send {event.packet}"
            continue
        name = f"{EFFECTS[event.kind]} {event.msgid or str(event.key).partition('/')[2]}"
        times[event.node, name] += 1
        yield event, name if times[event.node, name] == 1 else f"{name}#{times[event.node, name]}"


def impatient(trace: Trace) -> Iterator[Event]:
    """Yield each sending of a packet while its message is under way, so that its sender may be impatient."""
    under_way = ("sending", "sent") if trace.scenario.setting.acks else ("sending",)
    status: dict[str | None, str | None] = {}
    for event in trace.events:
        if event.kind == "status":
            status[event.msgid] = event.status
        elif event.kind == "send" and event.node != "network" and status.get(event.said) in under_way:
            yield event


def beating(trace: Trace) -> Iterator[tuple[Event, str]]:
    """Yield each sending of a packet with each member of a group whose heart may beat then: who is not down."""
    down: set[str] = set()
    crashed = {event.causes[0]: event.node for event in trace.happened("crash") if event.causes}
    for event in trace.events:
        if event.kind == "crash":
            down.add(event.node)
        elif event.kind == "restart":
            down.discard(event.node)
        elif event.kind == "send" and event.node != "network":
            members = (person for members in trace.scenario.groups.values() for person in members)
            yield from ((event, who) for who in members if who not in {*down, crashed.get(event.id)})


def is_still_possible(fault: Fault, trace: Trace) -> bool:
    """Whether a fault of a smaller plan still strikes.

    Nobody is impatient about what another fault has settled, and no heart beats that another fault has stopped.
    """
    match fault:
        case Again(after=after):
            return any(f"send {event.packet}" == after for event in impatient(trace))
        case Beat(person, after=after):
            return any((f"send {event.packet}", who) == (after, person) for event, who in beating(trace))
    return True


def cancelled(trace: Trace) -> Iterator[tuple[Event, str]]:
    """Yield each time that a timer is cancelled, and the timer as a late one is called by."""
    times: Counter[tuple[str, str | None]] = Counter()
    for event in trace.happened("timer_cancel"):
        times[event.node, event.timer] += 1
        number = times[event.node, event.timer]
        yield event, f"{event.timer}" if number == 1 else f"{event.timer}#{number}"


def place(fault: Fault, trace: Trace, order: list[str]) -> tuple[int, int, int]:
    """Return where a fault stands among those of its plan: by event, by kind, by whom of several it strikes."""
    person = list(trace.scenario.groups_of).index(fault.person) if isinstance(fault, Beat) else 0
    return strikes(fault, trace), order.index(KIND[type(fault)]), person


def strikes(fault: Fault, trace: Trace) -> int:
    """Return the event at which a fault strikes in this run; a crash, the effect that it follows."""
    if isinstance(fault, Crash):
        return trace.happened("crash", text=str(fault))[0].causes[0]
    if isinstance(fault, Offline):
        followed = (event.id for event, effect in effects(trace) if (event.node, effect) == (fault.person, fault.after))
        return next(followed)
    if isinstance(fault, Again | Beat):
        return trace.happened("send", packet=str(fault.after).removeprefix("send "))[0].id
    if isinstance(fault, Late):
        return next(event.id for event, timer in cancelled(trace) if (event.node, timer) == (fault.node, fault.timer))
    return trace.happened("send", packet=fault.packet)[0].id
