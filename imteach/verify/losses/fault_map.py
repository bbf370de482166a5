"""The fault map: what comes of losing each packet, and each pair of packets."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from imteach.errors import InputError, quoted
from imteach.scenario import Drop, Fault, Scenario
from imteach.scenario.faults import checked_given
from imteach.scenario.scenario import checked_scenario
from imteach.tell.ends import End, worst_first
from imteach.tell.words import counted
from imteach.verify.losses import tables
from imteach.verify.losses.cell import Cell, Names
from imteach.verify.losses.runs import Runs, arriving


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
    """Return what comes of losing each packet of a scenario, and with `faults=2` also each pair.

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
    no_silent_loss: “No loss goes unnoticed”
    no_false_failure: “No false failure”
    all_delivered: “Everything arrives, and the sender knows”
    """
    scenario = checked_scenario(scenario)
    if faults not in (1, 2) or isinstance(faults, bool):
        raise InputError(f"expected 1 or 2, got {quoted(faults)}; explore() looks at more of them", where="faults")
    base = scenario.run(*checked_given(given, scenario))
    runs = Runs(scenario, base)
    runs.lose([(name,) for name in arriving(base)])
    if faults == 2:
        runs.lose(runs.pairs)
    return FaultMap(scenario, faults, runs.given, tuple(runs.cells), runs.seconds())
