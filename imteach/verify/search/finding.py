"""What a search found about each promise: the smallest run that breaks it, and all of it as a table or as JSON."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from typing import Any, ClassVar, NamedTuple

from imteach.draw.tables import Table, as_html, as_markdown, as_text
from imteach.errors import InputError, quoted
from imteach.protocol import PROMISE_TITLES, SEARCHED, judge
from imteach.scenario import Fault, Scenario
from imteach.scenario.checks import whole
from imteach.tell.fault import fault_named
from imteach.tell.words import counted, join
from imteach.trace import Trace
from imteach.verify.search.steps.follow import follow
from imteach.verify.search.steps.step import Step


@dataclass(frozen=True)
class Plan:
    """A run with a clock, to be run again: a scenario and its faults, those `given` first.

    >>> from imteach import Drop
    >>> print(Plan(Scenario("retransmit"), (), (Drop("ack:N"),)).python)
    from imteach import Drop, Scenario
    <BLANKLINE>
    Scenario("retransmit").run(Drop("ack:N"))
    """

    scenario: Scenario
    given: tuple[Fault, ...]
    faults: tuple[Fault, ...]

    @cached_property
    def trace(self) -> Trace:
        """The run."""
        return self.scenario.run(*self.given, *self.faults)

    @property
    def python(self) -> str:
        """The run as Python, to be pasted into a cell."""
        faults = (*self.given, *self.faults)
        return f"{imports(self.scenario, faults)}\n\n{self.scenario!r}.run({', '.join(map(repr, faults))})"

    def __str__(self) -> str:
        return ", ".join(map(str, self.faults)) or "no fault at all"


@dataclass(frozen=True)
class Path:
    """A run without a clock, to be run again: what happens, step by step. The last `loop` steps go round for ever.

    >>> print(Path(Scenario("basic"), (), (Step("say", ("alice", "hello")),)).python)
    from imteach import Scenario, follow
    <BLANKLINE>
    follow(Scenario("basic"), [
        'alice says “hello”',
    ])
    """

    scenario: Scenario
    given: tuple[Fault, ...]
    steps: tuple[Step, ...]
    loop: int = 0

    @cached_property
    def trace(self) -> Trace:
        """The run."""
        return follow(self.scenario, self.steps, self.given, self.loop)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults that struck, those `given` aside."""
        return tuple(fault for fault in self.trace.faults if fault not in self.given)

    @property
    def python(self) -> str:
        """The run as Python, to be pasted into a cell."""
        steps = "".join(f"    {str(step)!r},\n" for step in self.steps)
        given = f", given=[{', '.join(map(repr, self.given))}]" if self.given else ""
        more = f"{given}, loop={self.loop}" if self.loop else given
        return f"{imports(self.scenario, self.given, 'follow')}\n\nfollow({self.scenario!r}, [\n{steps}]{more})"

    def __str__(self) -> str:
        faults = ", ".join(fault_named(fault, timed=False) for fault in self.faults) or "no fault at all"
        over_and_over = f", the last {self.loop} over and over" if self.loop else ""
        return f"{faults}; {counted(len(self.steps), 'step')}{over_and_over}"


def imports(scenario: Scenario, faults: tuple[Fault, ...], *more: str) -> str:
    """The line that imports what these need; a learner's own class is in the notebook already."""
    names = {"Scenario", *more, *(type(fault).__name__ for fault in faults)}
    names |= {name for name in ("Say", "Resend") if f"{name}(" in repr(scenario)}
    return f"from imteach import {', '.join(sorted(names))}"


@dataclass(frozen=True)
class Verdict:
    """What a search found about one promise.

    `holds` is only true if the search came to its end and nothing broke the promise. `example` is the smallest run that
    breaks it, None if none was found.
    """

    promise: str
    holds: bool
    example: Plan | Path | None = None

    @property
    def broken_by(self) -> tuple[Fault, ...] | None:
        """The faults of the smallest run that breaks the promise: () if it needs none; None if nothing breaks it."""
        return None if self.example is None else self.example.faults

    @property
    def steps(self) -> tuple[str, ...] | None:
        """What happens in that run, in words, if it has no clock."""
        return tuple(map(str, self.example.steps)) if isinstance(self.example, Path) else None

    @property
    def trace(self) -> Trace | None:
        """That run. In a notebook it shows as a sequence diagram."""
        return None if self.example is None else self.example.trace

    @property
    def python(self) -> str | None:
        """That run as Python, to be pasted into a cell."""
        return None if self.example is None else self.example.python

    def __str__(self) -> str:
        if self.example is not None:
            return "✕ broken"
        return "✓ holds" if self.holds else "? not finished"


class Cost(NamedTuple):
    """What a search took: how many seconds, and how many megabytes its process had used by then at most.

    >>> print(Cost(3.46, 79), Cost(0.02, None), sep="; ")
    3.5 s, 79 MB; 0.0 s
    """

    seconds: float
    megabytes: int | None

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s" + ("" if self.megabytes is None else f", {self.megabytes} MB")


@dataclass(frozen=True, repr=False)
class Finding:
    """What a search found about the promises of a scenario, with at most `faults` faults of these `kinds`.

    `given` are faults that strike in every run. `unfinished` says why the search did not come to its end, "" if it did.
    `cost` is what it took.
    """

    scenario: Scenario
    faults: int
    kinds: tuple[str, ...]
    given: tuple[Fault, ...]
    promises: dict[str, Verdict]
    unfinished: str
    cost: Cost = field(compare=False)  # it differs each time, so nothing that is saved says it

    schema: ClassVar[str]
    every: ClassVar[str]  # what was tried, every one of them

    @property
    def finished(self) -> bool:
        """Whether the search came to its end. If not, no promise is said to hold."""
        return not self.unfinished

    @property
    def counts(self) -> dict[str, int]:
        """How many of each thing were looked at, by its name."""
        raise NotImplementedError

    def notes(self) -> list[str]:
        """What follows from it, a sentence each."""
        unfinished = [f"Not finished: {self.unfinished}. So no promise is said to hold."] if self.unfinished else []
        no_heartbeat = "beat" in self.kinds and self.scenario.is_ours and not self.scenario.groups
        return [
            *unfinished,
            *(["No heartbeat came too early: only members of groups have one."] if no_heartbeat else []),
        ]

    def in_json(self, verdict: Verdict) -> Any:
        """The smallest run that breaks a promise, as JSON has it."""
        raise NotImplementedError

    example_name: ClassVar[str]

    def to_json(self) -> str:
        """Return it as JSON text, ending in a newline."""
        promises = {
            name: {"holds": verdict.holds, self.example_name: self.in_json(verdict), **_loop_of(verdict)}
            for name, verdict in self.promises.items()
        }
        parts = {
            "schema": self.schema,
            "rung": self.scenario.rung,
            "faults": self.faults,
            "kinds": list(self.kinds),
            "given": [str(fault) for fault in self.given],
            "finished": self.finished,
            **self.counts,
            **self.more(),
            "promises": promises,
        }
        return json.dumps(parts, ensure_ascii=False, indent=1) + "\n"

    def more(self) -> dict[str, Any]:
        """What else the JSON says."""
        return {}

    def to_text(self) -> str:
        """Return it as a table for a terminal, a line for each promise; printed, it is as wide as a notebook's page."""
        return as_text([self._table()], line=inf)

    def to_markdown(self) -> str:
        """Return it as a table in Markdown."""
        return as_markdown([self._table()])

    def _table(self) -> Table:
        rows = [
            [PROMISE_TITLES[name], name, str(verdict), "" if verdict.example is None else str(verdict.example)]
            for name, verdict in self.promises.items()
        ]
        kinds = [_A_FAULT.get(kind, f"a {kind}") for kind in self.kinds] or ["no kind"]
        given = f", on top of {join([str(fault) for fault in self.given])}" if self.given else ""
        most = (
            f"at most {counted(self.faults, 'fault')} ({join(kinds).replace(' and ', ' or ')})"
            if self.faults
            else "no fault"
        )
        counts = join([counted(count, name.removesuffix("s")) for name, count in self.counts.items()])
        caption = f"{self.scenario.rung}: {self.every} with {most}{given}: {counts}"
        columns = ["promise", "in Python", "verdict", "smallest run against it"]
        return Table(caption, columns, rows, self.notes(), words=True, code="in Python")

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.to_text(), "text/html": as_html([self._table()])}

    def __repr__(self) -> str:
        return as_text([self._table()]).rstrip()


def _loop_of(verdict: Verdict) -> dict[str, int]:
    """How many of the last steps go round for ever, as JSON has it, where any do."""
    return {"loop": verdict.example.loop} if isinstance(verdict.example, Path) and verdict.example.loop else {}


_A_FAULT = {"away": "an absence", "late": "a late timer", "again": "an impatient person", "beat": "an early heartbeat"}
"""What one fault of a kind is called, where that is not the word for the kind."""


def promises_of(scenario: Scenario, most_packets: int | None = None) -> tuple[str, ...]:
    """Return the names of the promises that a search judges in this scenario, if so many packets may be sent."""
    asked = (name for name in SEARCHED if name != "few_packets" or most_packets is not None)
    return (*judge((), scenario.setting), *asked)


def checked_bound(most_packets: int | None) -> int | None:
    """Return how many packets a run may send, None if nobody asks; raise `InputError` for what is no such number."""
    return None if most_packets is None else whole(most_packets, "most_packets", most=MOST_ASKED)


MOST_ASKED = 10**9
"""The most states that a search may be asked to look at."""


_CALLED = {
    "drop": ("drop", "loss", "lose", "lost"),
    "duplicate": ("duplicate", "copy", "copies", "double"),
    "delay": ("delay", "slow"),
    "crash": ("crash", "restart", "failure"),
    "away": ("away", "offline", "logout", "login", "absence"),
    "late": ("late", "timer", "timeout"),
    "again": ("again", "resend", "impatient"),
    "beat": ("beat", "heartbeat"),
}
"""What else a person may call each kind of fault; the class of a fault among it, in lower case."""

_MEANT = {word: kind for kind, words in _CALLED.items() for word in words}


def checked_kinds(kinds: Iterable[str], known: Sequence[str]) -> tuple[str, ...]:
    """Return these kinds of fault, in the order in which they are known; raise `InputError` for another.

    >>> checked_kinds(["copy"], ["drop", "duplicate"])
    Traceback (most recent call last):
    imteach.errors.InputError: kinds: no kind 'copy' here; it is called duplicate; kinds are drop, duplicate
    """
    if not isinstance(kinds, Iterable):
        raise InputError(f"expected a list of {', '.join(known)}, got {quoted(kinds)}", where="kinds")
    chosen = (kinds,) if isinstance(kinds, str) else tuple(kinds)
    for kind in chosen:
        if kind not in known:
            meant = _MEANT.get(kind.strip().lower()) if isinstance(kind, str) else None
            called = f" it is called {meant};" if meant in known else ""
            raise InputError(f"no kind {quoted(kind)} here;{called} kinds are {', '.join(known)}", where="kinds")
    return tuple(kind for kind in known if kind in chosen)
