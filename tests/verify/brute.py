"""The slow way to explore: every set of faults that all strike, found by adding any fault to any plan."""

from imteach import Crash, Delay, Drop, Duplicate
from imteach.sim.faults import parse_fault

EFFECTS = {"show": "show", "store": "store", "write": "write", "delete": "write"}


def brute(scenario, faults, kinds, given=()):
    """Return every plan of at most so many faults that all strike, with its trace."""
    plans = {}
    level = [()]
    for number in range(faults + 1):
        found = {}
        for plan in level:
            key = frozenset(plan)
            if key in plans or len(key) != number:
                continue
            trace = scenario.run(*given, *plan)
            if trace.unused:
                continue
            plans[key] = found[key] = trace
        level = [(*plan, fault) for plan, trace in found.items() for fault in possible(scenario, trace, kinds)]
    return plans


def possible(scenario, trace, kinds):
    for packet in trace.packets:
        if "drop" in kinds:
            yield Drop(packet.name)
        if "duplicate" in kinds and packet.copy == 1:
            yield Duplicate(packet.name)
        if "delay" in kinds:
            yield Delay(packet.name, by=scenario.rto + 2 * scenario.latency_of(packet.person))
        if "crash" in kinds and packet.copy == 1:
            yield Crash(packet.src, after=f"send {packet.name}", down=100)
    if "crash" in kinds:
        times = {}
        for event in trace.events:
            if event.kind in EFFECTS:
                what = f"{EFFECTS[event.kind]} {event.msgid or event.key.partition('/')[2]}"
                times[event.node, what] = times.get((event.node, what), 0) + 1
                number = times[event.node, what]
                yield Crash(event.node, after=what if number == 1 else f"{what}#{number}", down=100)


def as_plan(texts):
    return frozenset(map(parse_fault, texts))
