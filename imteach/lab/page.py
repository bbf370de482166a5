"""What the lab's page shows of a run, as plain data that goes to the page as JSON. Every text is text, not markup."""

from collections.abc import Iterable, Mapping, Sequence
from math import inf
from typing import Any

from imteach.draw import Drawn, alt_text
from imteach.draw.compare.pages import KEPT, TwoDrawn
from imteach.draw.sequence.window import WINDOW, Window
from imteach.lab.command import command
from imteach.lab.session import Session
from imteach.lab.steps.overtaking import swappable
from imteach.lab.steps.setting import NUMBERS, does_something, why_stays
from imteach.lab.steps.situations import GROUP, offered, shown_by
from imteach.lab.tools import Amount, amounts_of, tool_of
from imteach.protocol import LADDER, SERVER
from imteach.scenario import Beat, Crash, Delay, Drop, Duplicate, Fault, Late, Offline, Partition
from imteach.tell import fault_in_words, in_short, why_unused
from imteach.tell.difference import ALIKE
from imteach.tell.moments import instants, told
from imteach.tell.moments.phones import Bubble, phone_histories
from imteach.tell.reasons.past import past, told_of
from imteach.tell.reasons.title import title
from imteach.tell.reasons.why import Reason, reasons
from imteach.tell.reasons.why_not import reasons_not, title_not
from imteach.trace import Event, Trace
from imteach.trace.compare import Compare
from imteach.trace.spans import spans
from imteach.trace.unused import EffectNames

Part = dict[str, Any]


def ladder(session: Session) -> Part:
    """The rungs, lowest first, each with what it adds, and the one chosen."""
    rungs = [{"name": rung.name, "adds": rung.adds} for rung in LADDER.values()]
    return {"chosen": session.rung, "rungs": rungs}


def of_the_picture(drawn: Drawn) -> Part:
    """What of a picture stands where and when, in its own order: see `Drawn`."""
    rows: dict[str, Sequence[Iterable[Any]]] = {
        "axis": drawn.axis,
        "notes": drawn.notes,
        "packets": drawn.packets,
        "links": drawn.links,
    }
    return {"nodes": drawn.nodes, **{name: list(map(list, pairs)) for name, pairs in rows.items()}}


def phones(trace: Trace, at: float | None = None) -> list[Part]:
    """For each person their chat as they see it at `at` simulated ms (None: the end), in time order.

    What they sent again stands at the place by which `in_order` is judged: see `places`. A phone shows the last
    `MOST_BUBBLES` of a long chat; `earlier` counts those before.

    >>> from imteach import Drop, Scenario
    >>> for phone in phones(Scenario("retransmit").run(Drop("ack:N"))):
    ...     print(phone["person"], [bubble["note"] for bubble in phone["bubbles"]])
    alice ['✓✓ delivered']
    bob ['at 100 ms', 'at 400 ms, shown again']
    """
    until = inf if at is None else at
    return [
        {
            "person": phone.person,
            "bubbles": [_bubble_at(bubble, until) for bubble in phone.bubbles if bubble.since <= until],
            "earlier": phone.earlier,
        }
        for phone in phone_histories(trace)
    ]


def _bubble_at(bubble: Bubble, until: float) -> Part:
    """A bubble with the note that stands beside it at a moment."""
    note = [note for note in bubble.notes if note.since <= until][-1]
    return {
        "own": bubble.own,
        "msgid": bubble.msgid,
        "said": bubble.said,
        "text": bubble.text,
        "who": bubble.who,
        "note": note.note,
        "mood": note.mood,
    }


def faults(trace: Trace) -> list[Part]:
    """Every fault: a sentence, the tool that makes such faults, what it strikes and when, and what can be turned.

    `since` and `until` are in simulated ms, as it strikes in this run: None for a fault that does not, and `until` also
    for one that lasts to the end. `tool` is None for the kinds that no tool makes.

    >>> from imteach import Offline, Scenario
    >>> (row,) = faults(Scenario("offline").run(Offline("bob", after="show m1", lasting=1000)))
    >>> row["text"], row["on"], row["since"], row["until"]
    ('bob logs out right after: show m1, for 1000 ms.', {'node': 'bob', 'event': 10}, 100, 1100)
    >>> row["amounts"]
    [{'name': 'lasting', 'label': 'is away for', 'unit': 'ms', 'open': True, 'value': 1000}]
    """
    did = _effects(trace)
    return [
        {
            "fault": str(fault),
            "text": _fault_text(fault, trace),
            "tool": tool_of(fault),
            "on": _struck(fault, did),
            "since": span.since,
            "until": span.until,
            "amounts": [
                {**_amount(amount), "value": _value(fault, amount.name, trace)} for amount in amounts_of(fault)
            ],
            "overtakers": _overtakers(fault, trace),
            "unused": fault in trace.unused,
        }
        for fault, span in spans(trace).items()
    ]


def _amount(amount: Amount) -> Part:
    return {"name": amount.name, "label": amount.label, "unit": "ms", "open": amount.open}


def _value(fault: Fault, name: str, trace: Trace) -> float | None:
    """How much it is now; a copy for which nothing is said comes one latency later."""
    value: float | None = getattr(fault, name)
    if value is None and isinstance(fault, Duplicate):
        packet = trace.packet.get(fault.packet)
        return None if packet is None else trace.scenario.takes(packet.src, packet.dst)
    return value


def _fault_text(fault: Fault, trace: Trace) -> str:
    """What a fault does, or why it does nothing, as a sentence."""
    if fault in trace.unused:
        return f"{fault}: {why_unused(fault, trace)}."
    if isinstance(fault, Drop):
        return f"The network loses {fault.packet}."
    return f"{fault_in_words(fault)}."


MOST_OVERTAKERS = 8
"""The most packets that a late one is offered to arrive behind."""


def _overtakers(fault: Fault, trace: Trace) -> list[str]:
    """Of a packet that is late, which others it could be made to arrive right behind; [] for other faults."""
    if not isinstance(fault, Delay) or fault.packet not in trace.packet or trace.packet[fault.packet].fate != "arrived":
        return []
    return swappable(trace, fault.packet)[:MOST_OVERTAKERS]


def _effects(trace: Trace) -> dict[tuple[str, str], int]:
    """What nodes did that a fault of this run follows: the event's id, by the node and the name of what it did."""
    if not any(isinstance(fault, Crash | Offline) and fault.after for fault in trace.faults):
        return {}
    names = EffectNames()
    named = ((event, names.name(event)) for event in trace.events)
    return {(event.node, name): event.id for event, name in named if name is not None}


def _struck(fault: Fault, did: Mapping[tuple[str, str], int]) -> dict[str, str | int]:
    """What a fault strikes, as a tool would be pointed at it; {} if that is no one thing in the picture."""
    match fault:
        case Drop() | Duplicate() | Delay():
            return {"packet": fault.packet}
        case Crash(node, after=after) | Offline(node, after=after):
            event = did.get((node, str(after)))
            return {"node": node} if event is None else {"node": node, "event": event}
        case Late(node) | Beat(node):
            return {"node": node}
        case Partition(one, other):
            return {"link": f"{other if one == SERVER else one}-{SERVER}"}
    return {}


def why(trace: Trace, event: Event) -> Part:
    """Why this event happened: the question, the reasons, and all that led to it. Raises `InputError` for no event.

    >>> from imteach import Scenario
    >>> trace = Scenario("retransmit").run(Drop("ack:N"))
    >>> asked = why(trace, trace.happened("timer_fire")[0])
    >>> asked["title"], asked["reasons"][-1]["packets"], asked["packets"]
    ("Why does alice's timer for m1 run out?", ['m1/ack:N#1'], ['m1/ack:N#1'])
    """
    events, packets = past(trace, event)
    return _asked(title(trace, event), reasons(trace, event), events, packets)


def why_of_packet(trace: Trace, name: str) -> Part:
    """Why a packet arrived, or did not. Raises `InputError` for one that was never sent."""
    sent = trace.packet[name].name
    return why(trace, next(event for event in trace.events if event.packet == sent and event.kind in ENDS))


def why_not(trace: Trace, msgid: str, who: str, at: float | None) -> Part:
    """Why somebody did not see a message by `at` simulated ms, or did not learn that it is there: see `Trace.why_not`.

    Raises `InputError` if they did.
    """
    told = reasons_not(trace, msgid, who, at)
    return _asked(title_not(trace, msgid, who), told, *told_of(trace, told))


ENDS = ("arrive", "drop", "lose")
"""How a packet's way can end, as kinds of event."""


def _asked(question: str, told: Iterable[Reason], events: Iterable[int], packets: Iterable[str]) -> Part:
    rows = [
        {
            "text": reason.text,
            "event": reason.event,
            "packets": [*([reason.packet] if reason.packet else []), *reason.also],
        }
        for reason in told
    ]
    return {"title": str(question), "reasons": rows, "events": list(events), "packets": list(packets)}


def stretch(parts: list[Window], place: int) -> Part:
    """Which window of a long run the picture shows, and the places of its neighbours; {} if it shows the whole run.

    >>> from imteach import Scenario
    >>> from imteach.draw.sequence.window import windows
    >>> trace = Scenario("basic").run()
    >>> stretch(windows(trace), 0)
    {}
    >>> stretch(windows(trace, size=2), 1)["words"]
    'Showing packet 3 of 3, 50 to 100 ms'
    """
    if len(parts) == 1:
        return {}
    return {
        "words": f"Showing {parts[place].words}",
        "earlier": place - 1 if place > 0 else None,
        "later": place + 1 if place + 1 < len(parts) else None,
    }


CHANGE_ONE = "Now change one thing in the second run: where the two part is marked in both."
TOO_LONG = "A run of more than {:,} packets is shown in parts, so these two do not stand beside each other."


def can_stand_beside(compare: Compare) -> bool:
    """Whether both runs are short enough to be shown whole."""
    return max(len(run.packets) for run in (compare.one, compare.other)) <= WINDOW


def beside(compare: Compare, two: TwoDrawn | None, alone: Drawn) -> Part:
    """What differs from the run that is kept, and its picture: a height there is the same time in the present one.

    `two` is None if one of the two runs is too long for that; then `note` says so. `alone` is the present run by
    itself: that is what is saved with a notebook.

    >>> from imteach import Scenario
    >>> from imteach.draw import drawn
    >>> run = Scenario("basic").run
    >>> part = beside(Compare(run(), run(Drop("msg:N"))), None, drawn(run()))
    >>> part["came"][0], part["note"]
    ('bob is shown “hello” once in the first run, never in the second.', 'A run of more than 200 packets is shown in \
parts, so these two do not stand beside each other.')
    """
    came = [f"{sentence}" for sentence in compare.outcome] or [ALIKE if compare.first else CHANGE_ONE]
    told = {"sentence": f"{compare.sentence}", "came": came, "same": compare.first is None}
    if two is None:
        return {**told, "note": TOO_LONG.format(WINDOW)}
    return {
        **told,
        "note": "",
        "about": f"{KEPT}: {alt_text(compare.one)}",
        "picture": two.kept.svg,
        "drawn": of_the_picture(two.kept),
        "left": two.left,
        "alone": {"picture": alone.svg, "sheet": alone.sheet},
    }


def moments_of_both(moments: Part, compare: Compare) -> Part:
    """The moments of the present run with those of the one kept beside it, so that the time goes through both.

    One can jump to where they part, too.

    >>> from imteach import Scenario
    >>> run, present = Scenario("basic").run, {"end": 50, "instants": [0, 50], "told": [], "jumps": {}}
    >>> both = moments_of_both(present, Compare(run(Drop("msg:N")), run()))
    >>> both["end"], both["instants"], both["told"][2], both["jumps"]
    (100, [0, 50, 80, 100], [80, 'In the first run: m1/msg:N#1 is dropped'], {'difference': [80]})
    """
    kept = compare.one
    here = {t for t, _ in moments["told"]}
    only_there = [[t, f"In the first run: {line}"] for t, line in told(kept) if t not in here]
    return {
        **moments,
        "end": max([moments["end"], *(event.t for event in kept.events[-1:])]),
        "instants": sorted({*moments["instants"], *instants(kept)}),
        "told": sorted([*moments["told"], *only_there]),
        "jumps": {**moments["jumps"], "difference": [] if compare.first is None else [compare.first.t]},
    }


def settings(session: Session) -> Part:
    """The numbers that can be set, with what each does; the people with their links; and who is in the group.

    `useless` says why a number does nothing now, `stays` why somebody cannot go; "" if it does, or they can. What only
    groups have is `beside` the matter below their rung. `group` is None there, and where there are several.

    >>> part = settings(Session("acked"))
    >>> [(row["name"], row["value"], row["useless"]) for row in part["numbers"]][:2]
    [('rto', 300, ''), ('retries', 2, 'Does nothing below the rung retransmit.')]
    >>> part["people"][1]
    {'person': 'bob', 'latency': 50, 'member': False, 'stays': 'something is said to bob'}
    """
    scenario, trace = session.scenario, session.trace
    rows = [
        {
            **{name: getattr(number, name) for name in ("name", "label", "unit", "about", "step", "least", "most")},
            "value": getattr(scenario, number.name),
            "beside": number.needs == "group" and not scenario.setting.groups,
            "useless": "" if does_something(number, scenario) else _useless(number.needs),
        }
        for number in NUMBERS
    ]
    group = next(iter(scenario.groups), GROUP) if scenario.setting.groups and len(scenario.groups) < 2 else None
    members = scenario.groups.get(str(group), ())
    people = [
        {
            "person": name,
            "latency": scenario.latency_of(name),
            "member": name in members,
            "stays": why_stays(trace, name),
        }
        for name in scenario.people
    ]
    return {"numbers": rows, "people": people, "group": group}


def _useless(needs: str) -> str:
    return "Does nothing without a group." if needs == "group" else f"Does nothing below the rung {needs}."


def presets(session: Session) -> list[Part]:
    """The situations by name, and to which rung the lab would go for each; "" if it would stay.

    >>> [row["name"] for row in presets(Session("basic")) if row["climbs"] == "retransmit"]
    ['every try is lost']
    """
    height = list(LADDER).index
    return [
        {"name": name, "climbs": one.rung if height(one.rung) > height(session.rung) else ""}
        for name, one in offered(session.scenario).items()
    ]


def situation(session: Session) -> Part:
    """The name of the situation in which the run is, None if it has none; and why its rung is another one now.

    >>> situation(Session("basic", Drop("msg:N")))
    {'now': 'msg:N is lost', 'note': ''}
    """
    return {"now": shown_by(session.trace), "note": session.climbed}


def everything(session: Session) -> dict[str, Any]:
    """All parts of the page but the picture, by the name of the trait that carries each."""
    trace = session.trace
    return {
        "ladder": ladder(session),
        "outcome": f"{in_short(trace)}",
        "struck": faults(trace),
        "settings": settings(session),
        "presets": presets(session),
        "situation": situation(session),
        "code": session.code,
        **_command(session),
        "steps": {"undo": session.can_undo, "redo": session.can_redo, "reset": session.can_reset},
    }


def _command(session: Session) -> dict[str, str]:
    line, note = command(session.scenario, session.faults)
    return {"command": line, "command_note": note}
