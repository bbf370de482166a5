"""Two runs beside each other: the first difference in what happened."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import Any

from imteach.errors import InputError, quoted
from imteach.printed import LINE, fold
from imteach.protocol import Value
from imteach.trace.file import event_out, message_out
from imteach.trace.records import Event
from imteach.trace.trace import Trace
from imteach.views import ask

SCHEMA = "imteach/compare/1"

CARRIED = ("kind", "src", "dst", "seq", "base", "fabricated", "kept", "more", "msgids", "group", "cursor")
"""What a packet is, apart from when it is where: two runs may send one of the same name that carries something else."""

FROM_A_FAULT = ("crash", "timer_fire", "resend")
"""Events whose `text` names a fault with all its amounts; what happens is the same if only those differ."""


class Difference(Value, frozen=True):
    """The first difference of two runs: at `t` simulated ms, after all that is the same in both.

    `one` and `other` are the events of that instant that only the first run has, and only the second, as they happened.
    One of the two may be empty.
    """

    t: float
    one: tuple[Event, ...]
    other: tuple[Event, ...]


@dataclass(frozen=True, repr=False)
class Compare:
    """Two runs side by side on one time scale, with the first difference marked. In a notebook it shows as a picture.

    `one` and `other` are traces. Raises `InputError` for anything else, and for a run with a clock beside one without:
    they have no time scale in common.

    >>> from imteach import Drop, Scenario
    >>> compare = Compare(Scenario("retransmit").run(Drop("ack:N")), Scenario("dedup").run(Drop("ack:N")))
    >>> print(compare.sentence)
    At 400 ms bob shows “hello” (m1) in the first run; in the second bob discards m1,
        shown before. Until then both are the same.
    >>> compare.first.t, [event.kind for event in compare.first.other]
    (400, ['discard'])
    """

    one: Trace
    other: Trace

    def __post_init__(self) -> None:
        for trace in (self.one, self.other):
            if not isinstance(trace, Trace):
                raise InputError(f"expected two traces, such as Scenario('dedup').run(), got {quoted(trace)}")
        if self.one.timed != self.other.timed:
            raise InputError("expected two runs with a clock or two without, got one of each: they share no time scale")

    @cached_property
    def first(self) -> Difference | None:
        """The first difference; None if the same happens in both runs, at the same times."""
        return first_difference(self.one, self.other)

    @cached_property
    def sentence(self) -> str:
        """The first difference, in a sentence or two."""
        sentence: str = ask("Compare.sentence", self)
        return sentence

    @cached_property
    def outcome(self) -> list[str]:
        """What came of it, where that differs: a sentence each for what was shown, statuses, promises. Maybe none."""
        sentences: list[str] = ask("Compare.outcome", self)
        return sentences

    def to_svg(self) -> str:
        """Return both sequence diagrams as one SVG text, side by side on one time scale. Same traces, same bytes."""
        svg: str = ask("Compare.to_svg", self)
        return svg

    def to_text(self, width: int = LINE) -> str:
        """Return both diagrams as text: side by side if that fits into `width` columns, else below each other."""
        text: str = ask("Compare.to_text", self, width)
        return text

    def to_json(self) -> str:
        """Return the first difference, and what came of each run, as JSON text: schema `imteach/compare/1`."""
        import json  # only what is written needs it

        first = self.first
        parts = {
            "schema": SCHEMA,
            "same": first is None,
            "sentence": f"{self.sentence}",
            "first": first and {"t": first.t, "one": _events_out(first.one), "other": _events_out(first.other)},
            "outcome": [f"{sentence}" for sentence in self.outcome],
            "one": _run_out(self.one),
            "other": _run_out(self.other),
        }
        return json.dumps(parts, ensure_ascii=False, indent=1) + "\n"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        bundle: dict[str, str] = ask("Compare.mimebundle", self)
        return bundle

    def __repr__(self) -> str:
        line: str = ask("Compare.in_a_line", self)
        return line

    def __str__(self) -> str:
        return fold(repr(self))


def _events_out(events: Iterable[Event]) -> list[dict[str, Any]]:
    return [event_out(event) for event in events]


def _run_out(trace: Trace) -> dict[str, Any]:
    """What a run was, and what came of it."""
    return {
        "rung": trace.rung,
        "faults": [str(fault) for fault in trace.faults],
        "packets": len(trace.packets),
        "events": len(trace.events),
        "messages": [message_out(outcome) for outcome in trace.messages],
        "promises": dict(trace.promises),
        **({} if trace.loop is None else {"loop": trace.loop}),
    }


def first_difference(one: Trace, other: Trace) -> Difference | None:
    """Return the first instant at which not the same happens in two runs; None if there is none.

    The order of what happens within an instant makes no difference, nor does what led to it.

    >>> from imteach import Scenario
    >>> first_difference(Scenario("basic").run(), Scenario("basic").run()) is None
    True
    """
    if one is other:
        return None
    instants = _instants(one), _instants(other)
    while True:
        here, there = (next(each, None) for each in instants)
        if here is None and there is None:
            return None
        t = min(instant[0] for instant in (here, there) if instant is not None)
        mine, its = (instant[1] if instant is not None and instant[0] == t else [] for instant in (here, there))
        only_mine, only_its = _only(mine, one, its, other), _only(its, other, mine, one)
        if only_mine or only_its:
            return Difference(t, only_mine, only_its)


def _instants(trace: Trace) -> Iterator[tuple[float, list[Event]]]:
    for t, events in groupby(trace.events, key=attrgetter("t")):
        yield t, list(events)


def _only(mine: Sequence[Event], my: Trace, its: Sequence[Event], other: Trace) -> tuple[Event, ...]:
    """Return the events of an instant in `my` run that the `other` has not, or not so often."""
    left = Counter(_what_happened(event, other) for event in its)
    only = []
    for event in mine:
        what = _what_happened(event, my)
        left[what] -= 1
        if left[what] < 0:
            only.append(event)
    return tuple(only)


_ASIDE = ("id", "causes", "text")


def _what_happened(event: Event, trace: Trace) -> tuple[object, ...]:
    """An event without what only says where it stands in its run; of a packet that is sent, also what it carries."""
    text = event.text
    if text is not None and event.kind in FROM_A_FAULT:
        text = text.partition(" ")[0]
    told = [value for name, value in event._asdict().items() if name not in _ASIDE]
    packet = trace.packet[str(event.packet)] if event.kind == "send" else None
    return (*told, text, *(getattr(packet, name) for name in CARRIED if packet is not None))
