"""One place in a fault map: what is lost there, and what came of it, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from imteach.printed import Sentence
from imteach.protocol import Outcome
from imteach.scenario import Drop, Fault, Scenario, short_name
from imteach.tell.ends import End
from imteach.tell.promise import promise_named
from imteach.tell.words import counted, few, join, sign, times
from imteach.trace import Trace
from imteach.verify.search.finding import Plan

Names = tuple[str, ...]


@dataclass(frozen=True, repr=False)
class Cell:
    """One place in a fault map: what is lost there, and what came of it.

    - `lost`: the drops, in the order in which they strike, with whole names; none in the undisturbed run.
    - `end`: how it ended, an `End` with a sign, a name and what it means.
    - `messages`: an `Outcome` for each thing said. `broken`: the names of the promises that are broken.
    - `copies`: how many copies of the messages reached a receiver's client. `packets`: how many were sent in all.
    - `scenario`, and `given`: what strikes in every run of the map.

    >>> from imteach import fault_map
    >>> cell = fault_map("retransmit")["ack:N"]
    >>> cell
    <Cell ack:N lost: shown twice>
    >>> cell.sentence
    'ack:N lost: shown twice. alice sees ✓✓ delivered, bob is shown it twice; 2 copies reached bob, 12 packets in all. \
Broken: “Nothing is shown twice” (no_duplicates).'
    >>> cell.trace.faults
    (Drop("m1/ack:N#1"),)
    """

    scenario: Scenario
    given: tuple[Fault, ...]
    lost: tuple[Drop, ...]
    end: End
    messages: tuple[Outcome, ...]
    broken: Names
    copies: int
    packets: int

    @property
    def names(self) -> Names:
        """The names of the packets that are lost."""
        return tuple(drop.packet for drop in self.lost)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Everything that strikes in its run: what is given for the whole map, then what is lost here."""
        return (*self.given, *self.lost)

    @cached_property
    def _plan(self) -> Plan:
        return Plan(self.scenario, self.given, self.lost)

    @property
    def trace(self) -> Trace:
        """The run itself, made when it is first asked for. In a notebook it shows as a sequence diagram."""
        return self._plan.trace

    @property
    def python(self) -> str:
        """The run as Python, to be pasted into a cell of a notebook."""
        return self._plan.python

    @property
    def title(self) -> str:
        """What is lost, in short names: `ack:N and ack:N#2 lost`."""
        return f"{self.short_names or 'nothing'} lost"

    @property
    def short_names(self) -> str:
        """The names of what is lost, as short as they can be; "" where nothing is."""
        return join([short_name(name, self.scenario.msgids) for name in self.names]) if self.lost else ""

    @property
    def believes(self) -> str:
        """What the senders see in the end: the status with its sign; with several messages, which has which."""
        return _grouped((sign(said.status), said.msgid) for said in self.messages) or "nothing is said"

    @property
    def saw(self) -> str:
        """How often the receivers were shown it; with several messages or receivers, which ones how often."""
        several = any(len(said.to) > 1 for said in self.messages)
        return _grouped(
            (_shown(said, receiver), f"{said.msgid} to {receiver}" if several else said.msgid)
            for said in self.messages
            for receiver in said.to
        )

    @property
    def sentence(self) -> str:
        """All of it in words, for a screen reader."""
        broken = [promise_named(name) for name in self.broken]
        promises = f"Broken: {join(broken)}" if broken else "No promise is broken"
        return Sentence(f"{self.title}: {self.end.name}. {self._came()}. {promises}.")

    def _came(self) -> str:
        copies = {0: "no copy", 1: "1 copy"}.get(self.copies, f"{self.copies} copies")
        if len(self.messages) == 1 and len(self.messages[0].to) == 1:
            (said,) = self.messages
            shown = f"shown it {self.saw}" if said.shown[said.to[0]] else f"{self.saw} shown it"
            seen = f"{said.sender} sees {self.believes}, {said.to[0]} is {shown}"
            reached = f"{copies} reached {said.to[0]}"
        else:
            seen = f"The senders see {self.believes}. Shown {self.saw}"
            reached = f"{copies} reached a receiver"
        return f"{seen}; {reached}, {counted(self.packets, 'packet')} in all"

    def __repr__(self) -> str:
        return f"<Cell {self.title}: {self.end.name}>"


def _shown(said: Outcome, receiver: str) -> str:
    """How often somebody was shown something; and that the server keeps it, where it does."""
    kept = " (kept by the server)" if said.stored[receiver] and not said.shown[receiver] else ""
    return times(said.shown[receiver]) + kept


def _grouped(each: Iterable[tuple[str, str]]) -> str:
    """Say what holds for which things, those alike together; for a single thing only what holds.

    >>> _grouped([("once", "m1"), ("twice", "m2"), ("once", "m3")]), _grouped([("once", "m1"), ("once", "m2")])
    ('once: m1 and m3; twice: m2', 'once: all 2')
    """
    groups: dict[str, list[str]] = {}
    for what, of in each:
        groups.setdefault(what, []).append(of)
    if len(groups) == 1:
        ((what, alike),) = groups.items()
        return what if len(alike) == 1 else f"{what}: all {len(alike)}"
    return "; ".join(f"{what}: {few(of)}" for what, of in groups.items())
