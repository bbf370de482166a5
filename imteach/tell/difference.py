"""What differs in two runs, in words: where they part, and what came of each."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from imteach.plain import plain
from imteach.printed import Sentence, Sentences
from imteach.protocol import Outcome
from imteach.tell.event import sentence
from imteach.tell.fault import fault_named
from imteach.tell.promise import promise_named
from imteach.tell.words import NAMES_SHOWN, at, be, capital, content, counted, cut, join, quote, sign, stamp, the, times
from imteach.trace import Event, Trace
from imteach.trace.compare import Compare

MOST_TOLD = 12
"""Sentences about what came of it, before the rest is only counted."""

_WAY_ENDS = ("arrive", "drop", "lose")
_LOSSES = ("drop", "lose")
_OF_A_TIMER = ("timer_start", "timer_cancel", "timer_fire")
_IS_TOLD: dict[str, Callable[[Event], str]] = {
    "arrive": lambda event: f"{event.packet} reaches {the(event.node)}",
    "send": lambda event: _copied(event) or sentence(event),
    "retransmit": lambda event: f"{event.node} tries again with {event.packet}",
    "timer_fire": lambda event: f"{the(event.node)}'s {sentence(event).removeprefix('the ')}",
    "lose": lambda event: f"{event.packet} is lost ({event.text})",
    "resend": lambda event: sentence(event).replace(", too early", " too early"),
    "login": lambda event: sentence(event) if event.to else f"{event.node} comes online",
    "logout": lambda event: sentence(event) if event.to else f"{event.node} goes offline",
}
"""Events told in other words than elsewhere: here two nodes, or two runs, stand side by side."""


def _copied(event: Event) -> str:
    name, tilde, _ = str(event.packet).partition("~")
    return f"{name} is copied" if tilde else ""


def compare_in_a_line(compare: Compare) -> str:
    """Return one line about two runs: what was run, and where they part. It is the `repr` of a `Compare`.

    >>> from imteach import Drop, Scenario
    >>> compare_in_a_line(Compare(Scenario("basic").run(), Scenario("basic").run(Drop("ack:N"))))
    '<Compare "basic" and "basic", drop m1/ack:N#1: The two runs are the same: 12 events.>'
    """
    runs = (", ".join([f'"{trace.rung}"', *_few_faults(trace)]) for trace in (compare.one, compare.other))
    return f"<Compare {' and '.join(runs)}: {compare.sentence}>"


def _few_faults(trace: Trace) -> list[str]:
    """Return the faults of a run as text; of many the first, and how many more."""
    faults = [fault_named(fault, trace.timed) for fault in trace.faults]
    more = len(faults) - NAMES_SHOWN
    return faults if more < 2 else [*faults[:NAMES_SHOWN], f"{more} more faults"]


# Where they part


def difference_in_words(compare: Compare) -> str:
    """Return the first difference of two runs in a sentence, and whether anything is the same before it.

    >>> from imteach import Drop, Scenario
    >>> scenario = Scenario("dedup")
    >>> print(difference_in_words(Compare(scenario.run(), scenario.run(Drop("ack:N")))))
    At 180 ms m1/ack:N#1 is dropped in the second run; in the first it reaches alice at
        200 ms. Until then both are the same.
    >>> print(difference_in_words(Compare(scenario.run(), scenario.run())))
    The two runs are the same: 19 events.
    """
    first = compare.first
    if first is None:
        return Sentence(f"The two runs are the same: {counted(len(compare.one.events), 'event')}.")
    here, there = _Run("first", compare.one, first.one), _Run("second", compare.other, first.other)
    told = capital(f"{at(first.t, compare.one.timed)} {_told(first.t, here, there)}.")
    before = any(run.trace.events[0].t < first.t for run in (here, there) if run.trace.events)
    return Sentence(f"{told} Until then both are the same." if before else told)


class _Run:
    """One of the two runs, by its `name`, with the events that only it has when they part."""

    def __init__(self, name: str, trace: Trace, only: Sequence[Event]) -> None:
        self.name = name
        self.trace = trace
        self.clauses = {event.id: _clause(event) for event in only}
        self.only = only

    def beyond(self, other: "_Run") -> list[Event]:
        """Return those events that are not told in the same words of the other run."""
        return [event for event in self.only if self.clauses[event.id] not in other.clauses.values()]


def _clause(event: Event) -> str:
    """Return what happens, as a clause."""
    if event.text is not None:
        event = event._replace(text=cut(event.text))
    return plain(_IS_TOLD.get(event.kind, sentence)(event))


def _told(t: float, first: _Run, second: _Run) -> str:
    """Return what happens in one run, and what in the other instead, as a clause."""
    ours, theirs = first.beyond(second), second.beyond(first)
    if not ours and not theirs:
        return _unlike(first, second)
    if not ours or (theirs and theirs[0].kind in _LOSSES and ours[0].kind not in _LOSSES):
        first, second, ours, theirs = second, first, theirs, ours
    event = ours[0]
    there = next((second.clauses[each.id] for each in theirs if _subject(each) == _subject(event)), None)
    there = there or _instead(event, t, second.trace)
    return f"{first.clauses[event.id]} in the {first.name} run; in the {second.name} {there}"


def _unlike(first: _Run, second: _Run) -> str:
    """Return what happens in both runs, told in the same words, and yet differs."""
    here = first.only[0]
    clause = first.clauses[here.id]
    there = next(event for event in second.only if second.clauses[event.id] == clause)
    ways = [_way(here, first.trace), _way(there, second.trace)]
    return f"{clause} in both runs, but not alike: {ways[0]} in the first, {ways[1]} in the second"


def _subject(event: Event) -> tuple[str | None, ...]:
    """What an event is about; two events of one instant with the same subject stand for each other."""
    if event.kind in _WAY_ENDS:
        return "packet", event.packet
    return ("timer", event.node, event.timer) if event.kind in _OF_A_TIMER else ("node", event.node)


def _way(event: Event, trace: Trace) -> str:
    """Return how something happens that is told in the same words in both runs."""
    if event.kind == "send" and event.packet is not None:
        return ", ".join(content(trace.packet[event.packet])) or "without anything more"
    if event.until is not None:
        return f"until {stamp(event.until, trace.timed)}"
    return f"after {event.packet}" if event.packet else "in one way"


def _instead(event: Event, t: float, trace: Trace) -> str:
    """Return what happens in the other run to the subject of an event that it does not have at `t`."""
    if event.kind in (*_WAY_ENDS, "send") and "~" not in str(event.packet):
        return _of_packet(str(event.packet), event.kind, trace)
    kinds = ("timer_fire", "timer_cancel") if event.kind in _OF_A_TIMER[1:] else (event.kind,)
    later = next((each for each in trace.events if each.t > t and each.kind in kinds and _is_like(each, event)), None)
    if later is not None:
        how = "only" if later.kind == event.kind else _VERBS[later.kind]
        return f"{how} {at(later.t, trace.timed)}"
    if trace.events and trace.events[-1].t < t:
        return f"nothing happens any more after {stamp(trace.events[-1].t, trace.timed)}"
    return "that does not happen"


_VERBS = {"timer_fire": "it runs out", "timer_cancel": "it is cancelled"}
_ENDS = {"drop": "it is dropped", "lose": "it is lost"}


def _of_packet(name: str, kind: str, trace: Trace) -> str:
    """Return what becomes of a packet in a run in which it is not sent, or does not end, as in the other."""
    packet = trace.packet.get(name)
    if packet is None:
        return "it is never sent"
    if kind == "send":
        return f"only {at(packet.sent, trace.timed)}"
    end = next(event for event in trace.events if event.packet == name and event.kind in _WAY_ENDS)
    how = "only" if end.kind == kind else _ENDS.get(end.kind, f"it reaches {the(packet.dst)}")
    return f"{how} {at(end.t, trace.timed)}"


def _is_like(later: Event, event: Event) -> bool:
    """Whether the same happens later."""
    fields = ("node", "msgid", "timer", "to", "key", "status", *(["text"] if event.kind == "say" else []))
    return all(getattr(later, name) == getattr(event, name) for name in fields)


# What came of each


ALIKE = "What came of it is the same in both."
"""What is said where `what_came_of_each` has nothing to say of two runs that differ, or of two that do not."""


def what_came_of_each(compare: Compare) -> list[str]:
    """Return what came of two runs where that differs, a sentence each; the first `MOST_TOLD`, and how many more.

    >>> from imteach import Drop, Scenario
    >>> print(what_came_of_each(Compare(Scenario("retransmit").run(Drop("ack:N")), Scenario("dedup").run())))
    bob is shown “hello” twice in the first run, once in the second.
    “Nothing is shown twice” (no_duplicates) is broken in the first run, kept in the second.
    12 packets are sent in the first run, 6 in the second.
    """
    told = [f"{clause}." for clause in _differing(compare.one, compare.other)]
    more = len(told) - MOST_TOLD
    return Sentences(told if more < 2 else [*told[:MOST_TOLD], f"{more} more things differ."])


def _differing(one: Trace, other: Trace) -> Iterator[str]:
    """Yield what differs, as clauses: what was said, shown and seen, in which order, the promises, how each ends."""
    here, there = ({said.msgid: said for said in trace.messages} for trace in (one, other))
    several = len(here.keys() | there.keys()) > 1
    for msgid in dict.fromkeys([*here, *there]):
        for clause in _of_message(here.get(msgid), there.get(msgid)):
            yield f"{msgid}: {clause}" if several else clause
    yield from _of_order(one, other)
    if one.loop is None and other.loop is None:  # promises are judged at ends
        yield from _of_promises(one.promises, other.promises)
    yield from _in_one_only(
        *[[f"The code of {the(crash.node)} stops over a mistake" for crash in run.mistakes] for run in (one, other)]
    )
    yield from _in_one_only(*[["It goes round for ever"] if run.loop is not None else [] for run in (one, other)])
    if len(one.packets) != len(other.packets):
        sent = f"{counted(len(one.packets), 'packet')} {be(one.packets)} sent"
        yield f"{sent} in the first run, {len(other.packets)} in the second"


def _of_message(here: Outcome | None, there: Outcome | None) -> Iterator[str]:
    """Yield what differs in what came of one thing said."""
    if here is None or there is None:
        said = here or there
        if said is not None:
            run = "first" if here is not None else "second"
            yield f"{_says(said)} in the {run} run only"
        return
    if (here.sender, here.to) != (there.sender, there.to):
        yield f"{_says(here)} in the first run, {_says(there)} in the second"
    elif here.text != there.text:
        yield f"{here.sender} says {quote(here.text)} in the first run, {quote(there.text)} in the second"
    for who in dict.fromkeys([*here.shown, *there.shown]):
        counts = here.shown.get(who, 0), there.shown.get(who, 0)
        if counts[0] != counts[1]:
            what = "it" if here.text != there.text else quote(here.text)
            yield f"{who} is shown {what} {times(counts[0])} in the first run, {times(counts[1])} in the second"
    if here.sender == there.sender and here.status != there.status:
        yield f"{here.sender} sees {sign(here.status)} in the first run, {sign(there.status)} in the second"


def _says(said: Outcome) -> str:
    return f"{said.sender} says {quote(said.text)} to {join(said.to)}"


def _of_order(here: Trace, there: Trace) -> Iterator[str]:
    """Yield whom two messages are shown to in one order in one run, and the other way round in the other."""
    texts = {said.msgid: quote(said.text) for said in here.messages}
    first, second = _shown_first(here), _shown_first(there)
    for who, order in first.items():
        common = [msgid for msgid in order if msgid in second.get(who, [])]
        other = [msgid for msgid in second.get(who, []) if msgid in common]
        earlier, later = next(((a, b) for a, b in zip(common, other, strict=True) if a != b), (None, None))
        if earlier is not None and later is not None:
            pair = f"{texts[earlier]} before {texts[later]}"
            yield f"{who} is shown {pair} in the first run, after it in the second"


def _shown_first(trace: Trace) -> dict[str, list[str]]:
    """Return for each person the messages in the order in which they are shown for the first time."""
    order: dict[str, dict[str, None]] = {}
    for event in trace.happened("show"):
        order.setdefault(event.node, {}).setdefault(str(event.said))
    return {who: list(shown) for who, shown in order.items()}


def _of_promises(here: dict[str, bool], there: dict[str, bool]) -> Iterator[str]:
    """Yield which promises one of the runs breaks and the other does not."""
    verdicts = {True: "kept", False: "broken", None: "not made"}
    for name in dict.fromkeys([*here, *there]):
        first, second = here.get(name), there.get(name)
        if first != second and False in (first, second):
            yield f"{promise_named(name)} is {verdicts[first]} in the first run, {verdicts[second]} in the second"


def _in_one_only(here: Sequence[str], there: Sequence[str]) -> Iterator[str]:
    """Yield what holds in one of the two runs."""
    for run, mine, its in (("first", here, there), ("second", there, here)):
        yield from (f"{clause} in the {run} run only" for clause in islice(mine, 3) if clause not in its)
