"""What an examination found: a table of what was tried, and the smallest run that breaks a promise."""

import json
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import NamedTuple

from imteach.draw.sequence.notebook import image
from imteach.draw.sequence.text import to_text
from imteach.draw.tables import Table, as_html, as_markdown, as_text
from imteach.learner.mistakes import LearnerError
from imteach.printed import fold
from imteach.protocol import Client
from imteach.scenario import Fault, Scenario
from imteach.tell.promise import promise_named, why_broken
from imteach.trace import Trace
from imteach.verify.search.finding import Path, Plan


class Tried(NamedTuple):
    """A trial that was made: its name, the bugs it exposes, what was looked at, how long it took, what came of it.

    `looked_at` is how many plans (with the clock) or states (without it) there were: `36 plans`.
    """

    name: str
    exposes: str
    looked_at: str
    seconds: float
    verdict: str


class Broken(NamedTuple):
    """A promise that a class broke, in which trial and scenario, and the smallest run in which it did."""

    promise: str
    trial: str
    scenario: Scenario
    example: Plan | Path


FOR_EVER = "makes a run that goes on for ever"


def mistake_is(mistake: LearnerError) -> str:
    """What is wrong with a class that made this mistake."""
    return "does not come to an end" if FOR_EVER in mistake.sentence else "cannot go on"


@dataclass(frozen=True, repr=False)
class Examination:
    """What came of examining a class. See `examine`.

    `tried` has a row for each trial that was made, `left` are the names of those that were not begun. `like` is the
    rung of our class by which it was measured, where that is another. In a notebook it shows as a table with the
    counterexample's diagram below.
    """

    made: type
    rung: str
    tried: tuple[Tried, ...]
    left: tuple[str, ...]
    broken: Broken | None = None
    mistake: LearnerError | None = None
    interrupted: bool = False
    like: str | None = None

    @property
    def passed(self) -> bool:
        """Whether nothing was broken, and every trial came to its end."""
        unfinished = any(row.verdict.startswith("?") for row in self.tried)
        return self.broken is None and self.mistake is None and not self.left and not unfinished

    @property
    def promise(self) -> str | None:
        """The promise that was broken, by name."""
        return self.broken and self.broken.promise

    @property
    def scenario(self) -> Scenario | None:
        """The scenario in which it was."""
        return self.broken and self.broken.scenario

    @property
    def faults(self) -> tuple[Fault, ...] | None:
        """The faults that did it: () if none was needed; None if nothing was broken."""
        return self.broken and self.broken.example.faults

    @property
    def counterexample(self) -> Trace | None:
        """The smallest run that breaks the promise, or in which the class cannot go on."""
        return self.mistake.trace if self.mistake else self.broken and self.broken.example.trace

    @property
    def python(self) -> str | None:
        """That run as Python, to be pasted into a cell."""
        return self.broken and self.broken.example.python

    @cached_property
    def reason(self) -> str:
        """Why the class fails, in two sentences; "" if it passed."""
        if self.mistake:
            return f"{self.mistake.said}."
        if self.broken is None:
            return ""
        ours = "Client" if issubclass(self.made, Client) else "Server"
        why = why_broken(self.broken.example.trace, self.broken.promise)
        there = f" at {self.like}" if self.like else ""
        return f"{why} imteach's own {ours} keeps this promise{there} against as many faults."

    @property
    def not_tried(self) -> tuple[str, ...]:
        """What this examination does not answer, a sentence each."""
        unfinished = [f"The trial “{row.name}” did not come to its end." for row in self.tried if row.verdict[0] == "?"]
        left = [f"Not begun: {', '.join(self.left)}."] if self.left else []
        return (*unfinished, *left, "Not tried: other scenarios, other rungs, more faults than each trial has.")

    @property
    def caption(self) -> str:
        """What came of it, in a line."""
        what = f"{self.made.__name__} at {self.rung}"
        if self.mistake:
            return f"{what}: ✕ it {mistake_is(self.mistake)}"
        if self.broken:
            return f"{what}: ✕ it breaks {promise_named(self.broken.promise)}"
        return f"{what}: ✓ it keeps what imteach's own class keeps" if self.passed else f"{what}: not finished"

    def to_text(self) -> str:
        """Return it for a terminal: what came of it, the counterexample as a diagram, and what was tried."""
        parts = ["\n".join(map(fold, self._lines())) + "\n", as_text([self._table()])]
        if self.counterexample is not None:
            parts.insert(1, to_text(self.counterexample))
        return "\n".join(parts)

    def to_markdown(self) -> str:
        """Return what came of it and what was tried in Markdown."""
        return "\n\n".join([*self._lines(), as_markdown([self._table()])])

    def to_json(self) -> str:
        """Return it as JSON text, ending in a newline."""
        parts = {
            "schema": "imteach/examine/1",
            "class": self.made.__name__,
            "rung": self.rung,
            "passed": self.passed,
            "promise": self.promise,
            "faults": None if self.faults is None else [str(fault) for fault in self.faults],
            "reason": self.reason,
            "python": self.python,
            "tried": [{"name": row.name, "looked_at": row.looked_at, "verdict": row.verdict} for row in self.tried],
            "not_tried": list(self.not_tried),
        }
        return json.dumps(parts, ensure_ascii=False, indent=1) + "\n"

    def _lines(self) -> list[str]:
        """What came of it: the answer, what it takes, and why."""
        takes = [f"In the trial “{self.broken.trial}” it takes {self.broken.example}."] if self.broken else []
        return [self.caption, *takes, *([self.reason] if self.reason else [])]

    def _table(self) -> Table:
        columns = ["trial", "verdict", "looked at", "what it exposes"]
        rows = [[row.name, row.verdict, row.looked_at, row.exposes] for row in self.tried]
        return Table(f"What was tried, at {self.rung}", columns, rows, self.not_tried, words=True)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        drawn = "" if self.counterexample is None else image(self.counterexample)
        first, *others = (escape(line) for line in self._lines())
        answer = f"<p><strong>{first}</strong></p>{''.join(f'<p>{line}</p>' for line in others)}"
        return {"text/plain": self.to_text(), "text/html": f"{answer}{drawn}{as_html([self._table()])}"}

    def __repr__(self) -> str:
        return self.to_text().rstrip()
