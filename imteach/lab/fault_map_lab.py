"""`FaultMapLab`: a fault map in which each cell opens its run in the interactive diagram below."""

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets
from traitlets import Dict, Int, List, Unicode

from imteach.draw import image
from imteach.errors import InputError, quoted
from imteach.lab.live import LiveWidget
from imteach.lab.scripts import page_script, page_style
from imteach.lab.still import for_listeners
from imteach.lab.widget import Lab
from imteach.plain import plain
from imteach.scenario import Drop, Fault, Scenario
from imteach.trace import Trace
from imteach.verify import Cell, FaultMap, fault_map
from imteach.verify.losses.tables import faults_text, legend, live_html

STILL = (
    "<b>A still table.</b> To make it live, run the code cells above it and then this one (Ctrl+Enter): "
    "then click a cell to open its run."
)
"""The text above a still table. It begins as the lab's does: see `imteach.lab.still.STILL`."""

NOWHERE = "The diagram shows a run that is not in this map."


class FaultMapTable(LiveWidget):
    """The table of a `FaultMapLab`: buttons, one for each cell of the map. It says which one was chosen.

    `choose` is called with the page's message; the text of its errors is shown below the table. `lock` is the lab's.
    """

    _esm = page_script("fault_map.js")
    _css = page_style("fault_map.css")

    table = Unicode().tag(sync=True)
    still = Dict().tag(sync=True)  # what goes into a saved notebook
    legend: List[Any] = List().tag(sync=True)
    chosen = Unicode(None, allow_none=True).tag(sync=True)  # what is lost in the cell that is open; None: no cell's run
    said = Unicode().tag(sync=True)
    rev = Int().tag(sync=True)  # counts Python's answers: the page's `data-rev`

    def __init__(self, choose: Callable[[object], None], lock: Any) -> None:
        self._choose = choose
        super().__init__(lock)

    def say(self, text: str) -> None:
        """Say something below the table."""
        self.said = text
        self.rev += 1

    def _answer(self, content: object) -> None:
        """Open the cell that the learner chose in the page; if that fails, say so below the table."""
        try:
            self._choose(content)
        except Exception as error:  # as in the lab, no traceback where nobody looks for one
            self.say(str(error))
        self.rev += 1  # also where the cell was open already


class FaultMapLab(ipywidgets.VBox):  # type: ignore[misc]
    """A fault map, and below it a `Lab`: choose a cell of the map, and the lab shows its run.

    `scenario` is a `Scenario` or the name of a rung; with `faults=2` the map has each pair of losses; `given` are
    faults that strike in every run of it. When the lab goes to another rung, so does the map. Every step has a
    twin in Python: `choose("ack:N")`, `choose("ack:N", "ack:N#2")`, and `choose()` for nothing lost. `map` is the
    `FaultMap`, `cell` the cell that is open, `lab` the `Lab`, `trace` its run. Raises `InputError` as `fault_map` does.

    >>> losses = FaultMapLab("retransmit")
    >>> losses.choose("ack:N")
    >>> losses.cell
    <Cell ack:N lost: shown twice>
    >>> losses.lab.rung = "dedup"
    >>> losses.cell
    <Cell ack:N lost: repaired>
    """

    def __init__(self, scenario: Scenario | str, faults: int = 1, given: Sequence[Fault] = ()) -> None:
        first = fault_map(scenario, faults, given)
        self.lab = Lab(first.scenario, *first.given)
        self._maps = {first.scenario.rung: first}
        self._table = FaultMapTable(self._open_text, self.lab._lock)
        self._take(first)
        super().__init__(children=[self._table, self.lab])
        self.add_class("imteach-fault-map-lab")
        self._show()
        self.lab.observe(self._follow, "picture")

    def choose(self, *names: str) -> None:  # not named `open`: ipywidgets calls that itself
        """Show the run in which these packets are lost. Raises `InputError` if the map has no such cell."""
        self.lab.faults = self._map[names].faults

    @property
    def map(self) -> FaultMap:
        """The map as it is now, on the rung that the lab is on."""
        return self._map

    @property
    def cell(self) -> Cell | None:
        """The cell whose run the lab shows; None if it shows a run that is not in the map."""
        ours, mapped = self.lab.scenario, self._map.scenario
        if (ours.say, ours.resend) != (mapped.say, mapped.resend):  # somebody said something more in the lab
            return None
        struck, given = set(self.lab.faults), set(self._map.given)
        lost = {fault.packet for fault in struck - given if isinstance(fault, Drop)}
        whole = given <= struck and len(lost) == len(struck - given)  # all given strike, others are drops
        return self._map.find(*lost) if whole else None

    @property
    def trace(self) -> Trace:
        """The run that the lab shows."""
        return self.lab.trace

    def __repr__(self) -> str:
        faults = f", faults={self._map.faults}" if self._map.faults != 1 else ""
        given = f", given=[{', '.join(map(repr, self._map.given))}]" if self._map.given else ""
        return f"FaultMapLab({self._map.scenario!r}{faults}{given})"

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """The live map; and for a page that has no kernel a still one, with the picture of the run that is open."""
        data = super()._repr_mimebundle_(**kwargs) or {}
        html = f"<p>{STILL}</p>{self._map.to_html()}{image(self.trace)}"
        return for_listeners({**data, "text/plain": repr(self), "text/html": html})

    # The page

    def _take(self, new: FaultMap) -> None:
        """Use this map from now on, and tell the page what to save of it."""
        self._map = new
        self._table.still = {"words": f"<p>{STILL}</p>", "html": new.to_html(), "text": repr(self)}

    def _show(self, news: str = "") -> None:
        """Bring the table up to date with the map and the lab."""
        cell = self.cell
        shows = f"The diagram shows: {plain(cell.sentence)}" if cell else NOWHERE
        with self._table.hold_sync():
            self._table.table = live_html(self._map)
            self._table.legend = [end._asdict() for end in legend(self._map)]
            self._table.chosen = faults_text(cell) if cell else None
            self._table.say(f"{news} {shows}".strip())

    def _follow(self, _change: object) -> None:
        """The lab shows another run, perhaps on another rung: mark its cell, on the map of that rung."""
        rung = self.lab.rung
        if rung == self._map.scenario.rung:
            self._show()
            return
        try:
            self._take(self._maps.get(rung) or fault_map(self.lab.scenario, self._map.faults, self._map.given))
        except Exception as error:  # too large on this rung, or a learner's own client that stops under some loss
            self._table.say(f"There is no map of {rung}, because one of its runs stopped: {error}")
            return
        self._maps[rung] = self._map
        self._show(f"This is the map of {rung} now.")

    def _open_text(self, content: object) -> None:
        wanted = content.get("open") if isinstance(content, dict) else None
        for cell in self._map.cells:
            if faults_text(cell) == wanted:
                self.lab.faults = cell.faults
                return
        raise InputError(f"the page asked for {quoted(content)}, which is no cell of this map")
