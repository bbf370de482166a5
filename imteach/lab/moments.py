"""What the lab's page shows at each moment, as plain data: sent once a run, and switched in the page.

All that stands beside the picture is a history: entries that begin with the simulated ms from which they hold. For a
long run, of which the picture shows a window, only what is so in that window is told.
"""

from collections.abc import Iterable, Sequence
from math import inf
from typing import Any

from imteach.draw.sequence.window import Window
from imteach.plain import plain
from imteach.protocol import SERVER
from imteach.tell import PROMISE_TITLES
from imteach.tell.moments import holds, instants, jumps, phone_histories, told, verdicts
from imteach.tell.moments.holds import Holdings
from imteach.tell.moments.phones import MOST_BUBBLES, Phone
from imteach.tell.words import cut, the
from imteach.trace import Trace
from imteach.trace.knowledge import Fact

Part = dict[str, Any]
Entry = list[Any]
"""An entry of a history: its time in simulated ms, and what holds from then on."""

MOST_KNOWN = 12
"""The most messages of which the page says who knows what: the last ones."""


class Histories:
    """The histories of one run, cut for each window of it that is shown.

    What is told of the whole run is made once; what each side holds is read for each window, because to look at every
    moment of a long run takes most of the time.
    """

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.verdicts = verdicts(trace)
        self.phones = phone_histories(trace, most=len(trace.events))
        self.last = trace.events[-1].t if trace.events else 0
        self.instants, self.jumps, self.told = instants(trace), jumps(trace, self.verdicts), told(trace)

    def shown(self, window: Window) -> dict[str, Any]:
        """All that changes as time goes on in this window, by the name of the trait that carries it.

        >>> from imteach import Drop, Scenario
        >>> from imteach.draw.sequence.window import windows
        >>> trace = Scenario("dedup").run(Drop("ack:N"))
        >>> shown = Histories(trace).shown(*windows(trace))
        >>> shown["moments"]["jumps"]
        {'timeout': [300], 'loss': [180], 'duplicate': [400], 'broken': []}
        >>> row = shown["holds"][0]["rows"][1]
        >>> row["what"], row["history"][:2]
        ('waiting-ack queue', [[0, 'm1: try 1 of 3', 'm1 added'], [300, 'm1: try 2 of 3', 'm1: try 2']])
        """
        span = _Span(window)
        return {
            "moments": {
                "end": span.end(self.trace),
                **({} if span.stop >= self.last else {"part": True}),
                "instants": span.within(self.instants),
                "jumps": {sort: span.within(times) for sort, times in self.jumps.items()},
                "told": span.cut([[t, line] for t, line in self.told]),
            },
            "promises": [
                {
                    "name": verdict.name,
                    "title": PROMISE_TITLES[verdict.name],
                    "history": span.cut([[s.since, s.holds, s.why] for s in verdict.history]),
                }
                for verdict in self.verdicts
            ],
            "chats": _chats(self.phones, self.trace, span),
            "holds": _holds(holds(self.trace, span.start, span.stop), span),
            "knows": _knows(self.trace, span),
        }


class _Span:
    """The stretch of time that a window shows; all of it, if it shows the whole run."""

    def __init__(self, window: Window) -> None:
        self.is_whole = window.is_whole
        self.window = window
        self.start = 0.0 if window.is_whole else window.start
        self.stop = inf if window.is_whole else window.end

    def end(self, trace: Trace) -> float:
        """When the last thing happens that can be shown."""
        last = trace.events[-1].t if trace.events else 0
        return last if self.is_whole else min(self.window.end, last)

    def within(self, times: Iterable[float]) -> list[float]:
        """Those of these times that it shows."""
        return [t for t in times if self.is_whole or self.window.start <= t <= self.window.end]

    def cut(self, history: Sequence[Entry]) -> list[Entry]:
        """Return a history as far as it is shown: what holds as the window begins, and all that changes in it."""
        if self.is_whole:
            return list(history)
        before = [entry for entry in history if entry[0] < self.window.start]
        return [*before[-1:], *(entry for entry in history if self.window.start <= entry[0] <= self.window.end)]

    def has(self, since: float, ended: float | None) -> bool:
        """Whether something that lasts from then until then is seen in it."""
        return self.is_whole or (since <= self.window.end and (ended is None or ended >= self.window.start))


def _chats(phones: Sequence[Phone], trace: Trace, span: _Span) -> list[Part]:
    """Each person's phone: its bubbles with their notes, when its person is away, to whom they can say something."""
    people, groups = trace.scenario.people, trace.scenario.groups_of
    seen = _seen(trace)
    return [
        {
            "person": phone.person,
            "earlier": max(0, len(chat) - MOST_BUBBLES),
            "away": list(map(list, phone.away)),
            "down": list(map(list, phone.down)),
            "to": [*groups.get(phone.person, ()), *(other for other in people if other != phone.person)],
            "bubbles": [
                {
                    "own": bubble.own,
                    "msgid": bubble.msgid,
                    "text": bubble.text,
                    "who": bubble.who,
                    "since": bubble.since,
                    "notes": [[note.since, note.note, note.mood] for note in bubble.notes],
                    **({"said": bubble.said, "seen": seen[bubble.said]} if bubble.own else {}),
                }
                for bubble in chat[-MOST_BUBBLES:]
            ],
        }
        for phone in phones
        for chat in [[bubble for bubble in phone.bubbles if bubble.since <= span.stop]]
    ]


def _seen(trace: Trace) -> dict[str, list[Entry]]:
    """For each thing said, when it was first shown to each receiver, in simulated ms; None if it never was."""
    first: dict[tuple[str, str], float] = {}
    for event in trace.events:
        if event.kind == "show" and event.said is not None:
            first.setdefault((event.said, event.node), event.t)
    return {said.msgid: [[who, first.get((said.msgid, who))] for who in said.to] for said in trace.messages}


def _holds(held: Holdings, span: _Span) -> list[Part]:
    """What each side holds, the server last."""
    if held.why_none:
        why = [{"what": "not known", "history": [[0, plain(held.why_none), ""]]}]
        return [{"node": SERVER, "rows": why, "timers": []}]
    return [
        {
            "node": holder.node,
            "rows": [
                {"what": row.what, "history": span.cut([[s.since, s.text, s.change] for s in row.history])}
                for row in holder.rows
            ],
            "timers": [
                [timer.label, timer.since, timer.until, timer.ended, timer.how]
                for timer in holder.timers
                if span.has(timer.since, timer.ended)
            ],
        }
        for holder in held.holders
    ]


def _knows(trace: Trace, span: _Span) -> list[Part]:
    """Who knows what of each of the last messages said by the end of what is shown."""
    facts: dict[str, list[Fact]] = {}
    for fact in trace.knowledge:
        if fact.changes[0].t <= span.end(trace):
            facts.setdefault(fact.msgid, []).append(fact)
    texts = {outcome.msgid: outcome for outcome in trace.messages}
    return [
        {
            "msgid": msgid,
            "text": cut(texts[msgid].text),
            "said": rows[0].changes[0].t,
            "rows": [_known(fact, texts[msgid].sender, span) for fact in sorted(rows, key=_is_known)],
        }
        for msgid, rows in list(facts.items())[-MOST_KNOWN:]
    ]


def _is_known(fact: Fact) -> bool:
    """Whether it is about what a node knows of another; else about what it has itself, which comes first."""
    return fact.claim != f"{the(fact.node)} has it"


def _known(fact: Fact, sender: str, span: _Span) -> Part:
    """A row: what is so, or who knows it; and of whom one can ask why it is not."""
    knows = _is_known(fact)
    can_ask = fact.node != SERVER and fact.claim != f"{the(SERVER)} has it" and (not knows or fact.node == sender)
    return {
        "claim": f"{the(fact.node)} knows that {fact.claim}" if knows else fact.claim,
        "ask": fact.node if can_ask else "",
        "history": span.cut([list(change) for change in fact.changes]),
    }
