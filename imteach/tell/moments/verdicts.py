"""The promises so far: at each moment whether a run keeps them, has not come to that yet, or has broken them.

Promises are judged at the end of a run, but some cannot be mended: what was shown twice stays shown twice. Those are
broken from that moment on. Any other is open while its outcomes so far would break it, for what is missing can still
come; only the end says that it is broken.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import attrgetter

from imteach.protocol import PROMISES, SERVER, Outcome, Value, judge
from imteach.tell.promise import why_broken
from imteach.tell.reasons.until import until
from imteach.tell.words import counted, quote, sign
from imteach.trace import Event, Trace
from imteach.trace.outcomes import OutcomeReader, outcome

CANNOT_BE_MENDED = ("no_duplicates", "in_order", "stored_once")
"""The promises that are broken for good in the moment in which something breaks them."""


class SoFar(Value, frozen=True):
    """How a promise stands from `since` on, in simulated ms: `holds` is "kept", "open" or "broken".

    `why` is a sentence that says why it is open or broken. Where it is kept only because the server keeps something for
    a receiver who has not been shown it, it says that; else it is "".
    """

    since: float
    holds: str
    why: str = ""


class PromiseHistory(Value, frozen=True):
    """A promise by its name, and how it stands from which moment on; the last is how the run ends."""

    name: str
    history: tuple[SoFar, ...]


def verdicts(trace: Trace) -> list[PromiseHistory]:
    """Return how each promise that counts at this rung stands at each moment.

    >>> from imteach import Drop, Scenario
    >>> for verdict in verdicts(Scenario("retransmit").run(Drop("ack:N"))):
    ...     print(verdict.name, [(so_far.since, so_far.holds) for so_far in verdict.history])
    no_duplicates [(0, 'kept'), (400, 'broken')]
    no_false_delivery [(0, 'kept')]
    no_silent_loss [(0, 'open'), (100, 'kept')]
    no_false_failure [(0, 'kept')]
    all_delivered [(0, 'open'), (100, 'open'), (500, 'kept')]
    """
    reader = _Judging(trace)
    histories: dict[str, list[SoFar]] = {name: [SoFar(0, "kept")] for name in reader.breaking}
    for t, events in groupby(trace.events, key=attrgetter("t")):
        for name in reader.read(events):
            _add(histories[name], SoFar(t, *reader.so_far(name)))
    end = trace.events[-1].t if trace.events else 0
    for name, breaking in reader.breaking.items():
        at_end = ("broken", f"{why_broken(trace, name)}") if breaking else reader.so_far(name)
        _add(histories[name], SoFar(end, *at_end))
    return [PromiseHistory(name, tuple(_explained(history, name, trace))) for name, history in histories.items()]


def _explained(history: list[SoFar], name: str, trace: Trace) -> Iterator[SoFar]:
    """Yield a promise's history with the reason as of the moment in which it breaks; what says no more is left out."""
    why = None
    for so_far in history:
        if so_far.holds == "broken" and why is None:
            so_far = so_far._replace(why=f"{why_broken(until(trace, so_far.since), name)}")
        if so_far.why != why or so_far.holds != "broken":
            yield so_far
        why = so_far.why if so_far.holds == "broken" else None


def _add(history: list[SoFar], now: SoFar) -> None:
    """Add how a promise stands now, if that differs; what stood there in the same moment is gone."""
    if history[-1].since == now.since:
        history.pop()
    if not history or (history[-1].holds, history[-1].why) != (now.holds, now.why):
        history.append(now)


class _Judging:
    """Reads a run, and keeps for each promise which of the things said break it now.

    Only what an event is about is judged again. `breaking` has the msgids by promise, that which broke it first first;
    `kept_for` those which would break it if what the server keeps did not count.
    """

    def __init__(self, trace: Trace) -> None:
        # elsewhere no outcome depends on what a packet carries
        self.reader = OutcomeReader(trace.scenario, trace.packet if trace.scenario.groups else {})
        self.breaking: dict[str, dict[str, None]] = {name: {} for name in judge((), trace.scenario.setting)}
        self.kept_for: dict[str, dict[str, None]] = {name: {} for name in self.breaking}
        self.missed: dict[str, dict[str, None]] = {}  # by receiver: what they have not been shown

    def read(self, events: Iterable[Event]) -> set[str]:
        """Read what happens in one moment; return the promises that may stand otherwise after it."""
        about: dict[str, None] = {}
        for event in events:
            about.update(dict.fromkeys(self._about(event)))
            self.reader.read(event)
            self._note_missed(event)
        return {name for said in about if said in self.reader.rows for name in self._judge(said)}

    def _about(self, event: Event) -> Iterable[str]:
        """What an event can change the outcome of."""
        if event.said is not None and event.kind in ("say", "resend", "status", "show", "store", "delete"):
            return [event.said]
        if event.kind in ("login", "logout") and event.node != SERVER:
            return self.missed.get(event.node, ())
        if event.kind == "write" and event.node == SERVER and str(event.key).startswith("cursor/"):
            return self._passed(event)
        return ()

    def _passed(self, event: Event) -> list[str]:
        """What a group's member acks when its cursor moves."""
        _, group, member = str(event.key).split("/", 2)
        shelf, ack = self.reader.shelf, self.reader.packets.get(str(event.packet))
        return shelf.log.get(group, [])[shelf.cursors.get((group, member), 0) : ack.cursor if ack else 0]

    def _note_missed(self, event: Event) -> None:
        """Note for each receiver what they have not been shown."""
        said = event.said
        if said is None or said not in self.reader.rows:
            return
        if event.kind == "say":
            for receiver in self.reader.to[said]:
                self.missed.setdefault(receiver, {})[said] = None
        elif event.kind == "show":
            self.missed.get(event.node, {}).pop(said, None)

    def outcome(self, said: str) -> Outcome:
        """What came of one thing said, so far."""
        reader = self.reader
        row = reader.rows[said]
        return outcome(said, row.node, reader.to[said], str(row.text), reader.screens, reader.shelf, reader.away)

    def _judge(self, said: str) -> list[str]:
        """Judge one thing said again; return the promises that may stand otherwise now."""
        so_far = self.outcome(said)
        shown_only = so_far._replace(stored=dict.fromkeys(so_far.to, 0)) if any(so_far.stored.values()) else so_far
        touched = []
        for name, breaking in self.breaking.items():
            holds = PROMISES[name](so_far)
            counts = holds and shown_only is not so_far and not PROMISES[name](shown_only)
            is_in = said in breaking or said in self.kept_for[name]
            _keep(breaking, said, not holds)
            _keep(self.kept_for[name], said, counts)
            if is_in or counts or not holds:
                touched.append(name)
        return touched

    def so_far(self, name: str) -> tuple[str, str]:
        """How a promise stands now, and why."""
        breaking = self.breaking[name]
        if not breaking:
            return "kept", self._counted(name)
        first, more = self.outcome(next(iter(breaking))), len(breaking) - 1
        others = f" (and {counted(more, 'more message')})" if more else ""
        return "broken" if name in CANNOT_BE_MENDED else "open", f"{_WHY[name](first)}{others}."

    def _counted(self, name: str) -> str:
        """That this promise counts something as arrived which the server keeps; "" if it counts no such thing."""
        if not self.kept_for[name]:
            return ""
        first, more = self.outcome(next(iter(self.kept_for[name]))), len(self.kept_for[name]) - 1
        receiver = next(who for who in first.to if first.stored[who] and not first.shown[who])
        others = f" (and {counted(more, 'more message')})" if more else ""
        return f"The server keeps {quote(first.text)} for {receiver}{others}: that counts as arrived."


def _keep(place: dict[str, None], said: str, is_there: bool) -> None:
    """Let a msgid be there, or not; one that is there already keeps its place."""
    if is_there:
        place[said] = None
    else:
        place.pop(said, None)


def _missing(said: Outcome) -> str:
    """Who has not been shown this, and has nothing kept for them: the first of them."""
    receiver = next((who for who in said.to if not said.reached(who)), said.to[0])
    return f"{receiver} has not been shown {quote(said.text)}"


def _screen(said: Outcome) -> str:
    return f"{said.sender}'s screen says {sign(said.status)}"


def _not_delivered(said: Outcome) -> str:
    """What is missing until it is shown at every receiver and its sender knows."""
    unseen = next((who for who in said.to if not said.shown[who]), None)
    if unseen is not None and not said.stored[unseen]:
        return f"Not yet: {unseen} has not been shown {quote(said.text)}"
    if unseen is not None and unseen not in said.away:
        return f"Not yet: {quote(said.text)} is kept for {unseen}, who has not been shown it"
    where = f"{quote(said.text)} is kept for {unseen}" if unseen else f"{said.to[0]} was shown {quote(said.text)}"
    return f"Not yet: {where}, but {_screen(said)}"


def _shown_twice(said: Outcome) -> str:
    receiver = next(who for who in said.to if said.shown[who] > 1)
    return f"{receiver} was shown {quote(said.text)} more than once"


def _shown_late(said: Outcome) -> str:
    return f"{said.late[0]} was shown {quote(said.text)} after something that was said later"


def _false_failure(said: Outcome) -> str:
    receiver = next(who for who in said.to if said.shown[who])
    return f"For now {_screen(said)}, yet {receiver} was shown {quote(said.text)}"


_WHY: dict[str, Callable[[Outcome], str]] = {
    "no_duplicates": _shown_twice,
    "no_false_delivery": lambda said: f"For now {_screen(said)}, yet {_missing(said)}",
    "no_silent_loss": lambda said: f"Not yet: {_missing(said)}, and {_screen(said)}",
    "no_false_failure": _false_failure,
    "all_delivered": _not_delivered,
    "in_order": _shown_late,
    "stored_once": lambda said: f"{quote(said.text)} was stored twice",
}
"""For each promise why this message would break it, if the run ended now."""
