"""`Lab`, the interactive sequence diagram: a thin widget around a `Session`."""

from collections.abc import Callable, Sequence
from typing import Any

from traitlets import Dict, List, Unicode

from imteach.draw import image, to_svg
from imteach.draw.sequence.window import Window, windows
from imteach.errors import InputError, quoted
from imteach.lab import page
from imteach.lab.live import WEB, LiveWidget, page_script
from imteach.lab.session import Session
from imteach.lab.still import STILL, for_listeners, parts
from imteach.scenario import Fault, Scenario
from imteach.trace import Trace


class Lab(LiveWidget):
    """A sequence diagram that a learner can break: click a packet to drop it, click it again to take that back.

    `scenario` is a `Scenario` or the name of a rung, `faults` what strikes it from the beginning. Every step has
    a twin in Python: `lab.drop("ack:N")`, `lab.take_back("ack:N")`, `lab.rung = "acked"`, `lab.undo()`,
    `lab.reset()`; `lab.trace` is the run as it is now, `lab.code` the Python that gives it. Raises `InputError`
    for a name without meaning in this scenario.

    >>> lab = Lab("dedup")
    >>> lab.drop("ack:N")
    >>> lab
    Lab(Scenario("dedup"), Drop("ack:N"))
    >>> lab.trace.packet["m1/ack:N#2"].fate
    'arrived'
    """

    _esm = page_script("lab.js")
    _css = WEB / "lab.css"

    # The parts of the page. Only those that a step changes are sent and drawn again.
    picture = Unicode().tag(sync=True)
    still = Dict().tag(sync=True)  # what is around the picture when it is saved
    ladder = Dict().tag(sync=True)
    outcome = Unicode().tag(sync=True)
    phones: List[Any] = List().tag(sync=True)
    promises: List[Any] = List().tag(sync=True)
    fault_rows: List[Any] = List().tag(sync=True)
    code = Unicode().tag(sync=True)
    steps = Dict().tag(sync=True)
    refusal = Unicode().tag(sync=True)
    stretch = Dict().tag(sync=True)

    def __init__(self, scenario: Scenario | str, *faults: Fault) -> None:
        self._session = Session(scenario, *faults)
        self._rev = 0  # counts the pictures shown: the page's `data-rev`
        self._shown: Trace | None = None
        self._windows: list[Window] = []
        self._window = 0  # the place of the one that is shown
        super().__init__()
        self._show()

    # What a learner does, in Python

    @property
    def rung(self) -> str:
        """The rung chosen. Set it to climb: `lab.rung = "dedup"`; what was dropped stays dropped."""
        return self._session.rung

    @rung.setter
    def rung(self, name: str) -> None:
        self._step(lambda: self._session.choose(name))

    def drop(self, name: str) -> None:
        """Drop the packet of this name too: `"ack:N"`, `"m1/msg:N#2"`. Raises `InputError` for a wrong name."""
        self._step(lambda: self._session.drop(name))

    def take_back(self, name: str) -> None:
        """Stop dropping the packet of this name. Raises `InputError` if it is not dropped."""
        self._step(lambda: self._session.take_back(name))

    def take_fault_back(self, text: str) -> None:
        """Remove a fault by its text: `"crash bob@150+50"`. Raises `InputError` if there is no such fault."""
        self._step(lambda: self._session.take_fault_back(text))

    @property
    def window(self) -> int:
        """Which part of a long run the picture shows, from 0. Set it to look at another: `lab.window = 3`.

        A page would take seconds to draw thousands of packets. Raises `InputError` if there is no such part.
        """
        return self._window

    @window.setter
    def window(self, place: int) -> None:
        self._step(lambda: self._look_at(place))

    def undo(self) -> None:
        """Take the last step back, wherever it was made. Raises `InputError` when there is none."""
        self._step(self._session.undo)

    def reset(self) -> None:
        """Go back to how the lab began. `undo` brings the steps back."""
        self._step(self._session.reset)

    # What it holds

    @property
    def trace(self) -> Trace:
        """The run as it is now."""
        return self._session.trace

    @property
    def scenario(self) -> Scenario:
        """The scenario as it is now, on the rung chosen."""
        return self._session.scenario

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults that strike it now, with their whole names. Set them all: `lab.faults = [Drop("ack:N")]`."""
        return self._session.faults

    @faults.setter
    def faults(self, faults: Sequence[Fault]) -> None:
        self._step(lambda: self._session.strike(*faults))

    def __repr__(self) -> str:
        return repr(self._session).replace("Session", "Lab", 1)

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The live widget, and a still picture for a page that has no kernel."""
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        html = f"<p>{STILL}</p>{image(self.trace, self._windows[self._window])}"
        return for_listeners({**data, "text/plain": repr(self), "text/html": html}), metadata

    def _step(self, step: Callable[[], None]) -> None:
        """Take a step and show what came of it, before anybody else takes one."""
        with self._lock, self.hold_sync():
            step()
            self._show()

    # The page

    def _show(self, refusal: str = "") -> None:
        """Bring the page up to date with the session, in one message. What did not change is not drawn again."""
        with self.hold_sync():
            if self._session.trace is not self._shown:
                self._shown = self._session.trace
                self._windows = windows(self.trace)
                self._look_at(min(self._window, len(self._windows) - 1))
                self.still = {**parts(self.trace), "text": repr(self)}
                for part, value in page.everything(self._session).items():
                    setattr(self, part, value)
            self.refusal = refusal or self._session.mistake

    def _look_at(self, place: int) -> None:
        """Draw this part of the run."""
        if not isinstance(place, int) or place not in range(len(self._windows)):
            last = len(self._windows) - 1
            raise InputError(f"expected one of 0 to {last}, the parts of this run, not {quoted(place)}", where="window")
        self._window = place
        self._rev += 1
        self.picture = to_svg(self.trace, self._rev, self._windows[place])
        self.stretch = page.stretch(self._windows, place)

    def _answer(self, content: object) -> None:
        """Do what the learner did in the page. What cannot be done changes nothing, and the page says so.

        A message cannot be trusted (an old page, another tab), and a learner's own client may raise anything:
        neither may leave a traceback where nobody looks for one.
        """
        try:
            self._do(content)
        except InputError as error:
            self._show(refusal=str(error))
        except Exception as error:
            self._show(refusal=f"That run stopped with {type(error).__name__}: {error}")
        else:
            self._show()

    def _do(self, content: object) -> None:
        """Bring about what the page asks for: "drop" or "spare", never "toggle".

        The learner may have clicked in an older picture; its number is the message's `rev`. What is already as asked
        for is not done again, and what another step has changed since then stays as it is.
        """
        message = content if isinstance(content, dict) else {}
        is_new = message.get("rev") == self._rev
        actions: dict[str, Callable[[], None]] = {
            "drop": lambda: self._session.lose(message.get("packet", "")),
            "spare": lambda: self._session.spare(message.get("packet", "")),
            "take back": lambda: self._session.take_fault_back(message.get("fault", "")),
            "rung": lambda: self._session.choose(message.get("rung", "")),
            "window": lambda: self._look_at(message.get("window", -1)),
            "undo": self._session.undo,
            "reset": self._session.reset,
        }
        what = message.get("do")
        if not isinstance(what, str) or what not in actions:
            raise InputError(f"the page asked for {quoted(content)}, which the lab does not know")
        if what == "undo" and not is_new:
            raise InputError("the last step is another one by now, so nothing was undone; Undo takes that one back")
        try:
            actions[what]()
        except InputError:
            if is_new or what not in ("spare", "take back"):
                raise  # otherwise, what the learner wanted removed is already gone
