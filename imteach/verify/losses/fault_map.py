"""The fault map: what comes of losing each packet, and of losing each two."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from imteach.bars import with_bar
from imteach.errors import InputError, quoted
from imteach.learner.learners import unsteady
from imteach.printed import Sentence
from imteach.protocol import Outcome
from imteach.scenario import Drop, Fault, Scenario, short_name
from imteach.scenario.faults import checked_given
from imteach.scenario.scenario import checked_scenario
from imteach.tell.ends import End, end_of, worst_first
from imteach.tell.promise import PROMISE_TITLES
from imteach.tell.words import counted, few, join, sign, times
from imteach.trace import Trace
from imteach.verify.losses import tables
from imteach.verify.search.finding import Plan

MOST_RUNS = 5000
"""So many runs a map may need: more would not fit on any page."""

Names = tuple[str, ...]


@dataclass(frozen=True, repr=False)
class Cell:
    """One place in a fault map: what is lost there, and what came of it.

    - `lost`: the drops, in the order in which they strike, with whole names; none in the undisturbed run.
    - `end`: how it ended, an `End` with a sign, a name and what it means.
    - `messages`: an `Outcome` for each thing said. `broken`: the names of the promises that are broken.
    - `copies`: how many copies of the messages reached a receiver's client. `packets`: how many were sent in all.
    - `scenario`, and `given`: what strikes in every run of the map.

    >>> cell = fault_map("retransmit")["ack:N"]
    >>> cell
    <Cell ack:N lost: shown twice>
    >>> cell.sentence
    'ack:N lost: shown twice. alice sees ✓✓ delivered, bob is shown it twice; 2 copies reached bob, 12 packets in all. \
Broken: “Nothing is shown twice”.'
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
        """What the senders see in the end: the status with its sign; of several messages which ones see it."""
        return _grouped((sign(said.status), said.msgid) for said in self.messages) or "nothing is said"

    @property
    def saw(self) -> str:
        """How often the receivers were shown it; of several messages or receivers which ones how often."""
        several = any(len(said.to) > 1 for said in self.messages)
        return _grouped(
            (_shown(said, receiver), f"{said.msgid} to {receiver}" if several else said.msgid)
            for said in self.messages
            for receiver in said.to
        )

    @property
    def sentence(self) -> str:
        """All of it in words, for a screen reader."""
        broken = [f"“{PROMISE_TITLES[name]}”" for name in self.broken]
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


@dataclass(frozen=True, repr=False)
class FaultMap:
    """What comes of each loss: a table, in a notebook, in a terminal or in Markdown. `fault_map` makes one.

    - `scenario`, and `given`: the faults that strike in every run of the map.
    - `faults`: how many packets are lost in a run at most, 1 or 2.
    - `cells`: the undisturbed run, each single loss in the order of sending, then each pair, by its first loss.
    - `seconds`: the names of the packets that are the second loss of a pair, in the order in which they can be sent.

    `map["ack:N"]`, `map["ack:N", "ack:N#2"]` in either order, and `map[()]` for nothing lost are cells.

    >>> pairs = fault_map("dedup", faults=2)
    >>> {end.name: count for end, count in pairs.ends.items()}
    {'repaired': 32, 'harmless': 4}
    >>> pairs["ack:N#2", "ack:N"].believes
    '✓✓ delivered'
    """

    scenario: Scenario
    faults: int
    given: tuple[Fault, ...]
    cells: tuple[Cell, ...]
    seconds: Names

    @property
    def nothing(self) -> Cell:
        """The run in which nothing is lost."""
        return self.cells[0]

    @cached_property
    def singles(self) -> tuple[Cell, ...]:
        """The cells with one loss, in the order of sending."""
        return tuple(cell for cell in self.cells if len(cell.lost) == 1)

    @cached_property
    def ends(self) -> dict[End, int]:
        """How many cells end how, the worst end first."""
        counts = Counter(cell.end for cell in self.cells)
        return {end: counts[end] for end in worst_first(counts)}

    @cached_property
    def _by_names(self) -> dict[frozenset[str], Cell]:
        return {frozenset(cell.names): cell for cell in self.cells}

    def find(self, *names: str) -> Cell | None:
        """Return the cell in which the packets of these whole names are lost; None if they cannot all be lost."""
        return self._by_names.get(frozenset(names))

    def __getitem__(self, names: str | Sequence[str]) -> Cell:
        if not isinstance(names, Sequence):
            raise InputError(f'expected a packet\'s name, such as "ack:N", or two of them, got {quoted(names)}')
        names = (names,) if isinstance(names, str) else tuple(names)
        cell = self.find(*(Drop(name).resolve(self.scenario).packet for name in names))
        if cell is not None:
            return cell
        if len(names) > self.faults:
            raise InputError(
                f"in this map at most {counted(self.faults, 'packet')} can be lost, got {quoted(names)}; "
                f"fault_map(…, faults=2) has pairs, and the scenario's run() takes any number"
            )
        possible = ", ".join(single.names[0] for single in self.singles)
        together = "" if len(names) == 1 else ", and with one of them lost the other must still be sent"
        raise InputError(f"no cell {quoted(names)}; packets that can be lost first: {possible}{together}")

    @property
    def caption(self) -> str:
        """What the map is of, in a line."""
        return tables.caption(self)

    def to_text(self) -> str:
        """Return the map as a table for a terminal."""
        return tables.to_text(self)

    def to_markdown(self) -> str:
        """Return the map as a table in Markdown."""
        return tables.to_markdown(self)

    def to_html(self) -> str:
        """Return the map as a table in HTML that stands alone."""
        return tables.to_html(self)

    def __iter__(self) -> Iterator[Cell]:
        return iter(self.cells)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.to_text(), "text/html": self.to_html()}

    def __repr__(self) -> str:
        return self.to_text().rstrip()


def fault_map(scenario: Scenario | str, faults: int = 1, given: Sequence[Fault] = ()) -> FaultMap:
    """Return what comes of losing each packet of a scenario, and with `faults=2` also of losing each two.

    `scenario` is a `Scenario` or the name of a rung; `given` are faults that strike in every run. A second loss may
    hit any packet that is sent once the first is lost: a retransmission, for instance. Raises `InputError` for more
    than two losses, and where the map would need more than `MOST_RUNS` runs.

    >>> fault_map("basic")
    Fault map of “basic”: one packet lost
    lost     what came of it  alice sees  bob is shown it  copies at bob  packets  broken promises
    nothing  ✓ only sent      ✓ sent      once             1              3        all_delivered
    msg:R    ! true failure   ! failed    never            0              1        all_delivered
    msg:A    ≠ false failure  ! failed    once             1              3        no_false_failure,
                                                                                   all_delivered
    msg:N    ∅ silent loss    ✓ sent      never            0              3        no_silent_loss,
                                                                                   all_delivered
    ∅   silent loss: it is lost, and its sender sees no sign of that (1 run)
    ≠   false failure: the sender sees a failure, and the receiver has it (1 run)
    !   true failure: it did not arrive, and its sender sees that (1 run)
    ✓   only sent: it arrived, and its sender is never told so (1 run)
    """
    scenario = checked_scenario(scenario)
    if faults not in (1, 2) or isinstance(faults, bool):
        raise InputError(f"faults: expected 1 or 2, got {quoted(faults)}; explore() looks at more of them")
    base = scenario.run(*checked_given(given, scenario))
    runs = _Runs(scenario, base)
    runs.lose([(name,) for name in _arriving(base)])
    if faults == 2:
        runs.lose(runs.pairs)
    return FaultMap(scenario, faults, runs.given, tuple(runs.cells), runs.seconds())


class _Runs:
    """The runs of one map: the cells made of them, the pairs still to be lost, when each packet can first be sent."""

    def __init__(self, scenario: Scenario, base: Trace) -> None:
        self.scenario, self.given = scenario, base.faults
        self.usual = {packet.name for packet in base.packets}
        self.cells: list[Cell] = []
        self.pairs: list[Names] = []
        self.first_sent: dict[str, float] = {}
        self._take(base)

    def lose(self, plans: Sequence[Names]) -> None:
        """Lose the packets of each of these plans, in a run of its own."""
        if len(plans) > MOST_RUNS:
            raise InputError(
                f"faults: this map would need {len(plans)} runs, and has room for {MOST_RUNS}; let fewer things be "
                "said, or lose one packet at a time, with faults=1"
            )
        for names in with_bar(plans, len(plans), "runs"):
            self._take(self.scenario.run(*self.given, *map(Drop, names)), *names)

    def seconds(self) -> Names:
        """The packets that are the second loss of a pair, in the order in which they can first be sent."""
        can_be = {second for _, second in self.pairs}
        in_order = sorted(self.first_sent, key=self.first_sent.__getitem__)
        return tuple(name for name in in_order if name in can_be)

    def _take(self, trace: Trace, *lost: str) -> None:
        """Take in what came of the run in which these packets are lost."""
        for packet in trace.packets:
            self.first_sent[packet.name] = min(packet.sent, self.first_sent.get(packet.name, packet.sent))
        if not {packet.name for packet in trace.packets}.issuperset(lost):
            raise unsteady((self.scenario.client, self.scenario.server), trace)  # it was sent when nothing was lost
        if len(lost) == 1:
            self.pairs += [(*lost, second) for second in _arriving(trace, after=lost[0])]
        sent_again = [packet.name for packet in trace.packets if packet.name not in self.usual]
        self.cells.append(
            Cell(
                self.scenario,
                self.given,
                lost=tuple(map(Drop, lost)),
                end=end_of(trace.messages, trace.promises, sent_again),
                messages=trace.messages,
                broken=tuple(name for name, holds in trace.promises.items() if not holds),
                copies=sum(_copies(trace)),
                packets=len(trace.packets),
            )
        )


def _arriving(trace: Trace, after: str | None = None) -> list[str]:
    """The packets that can still be lost, of those sent after this one."""
    names = [packet.name for packet in trace.packets if packet.fate == "arrived" or packet.name == after]
    return names if after is None else names[names.index(after) + 1 :]


def _copies(trace: Trace) -> Iterator[int]:
    """How many messages each packet brought to a receiver's client."""
    for packet in trace.packets:
        if packet.fate == "arrived":
            yield len(packet.kept) if packet.kind == "offline:A" else packet.kind == "msg:N"


# Pieces of sentences


def _shown(said: Outcome, receiver: str) -> str:
    """How often somebody was shown something; that the server keeps it, where it does."""
    kept = " (kept by the server)" if said.stored[receiver] and not said.shown[receiver] else ""
    return times(said.shown[receiver]) + kept


def _grouped(each: Iterable[tuple[str, str]]) -> str:
    """What holds for which of several things, the same put together; just what holds where it is one.

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
