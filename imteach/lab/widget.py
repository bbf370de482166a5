"""`Lab`, the interactive sequence diagram: a thin widget around a `Session`."""

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import Any

from traitlets import Any as AnyTrait
from traitlets import Dict, List, Unicode, validate

from imteach.draw import image
from imteach.draw.collector import uncollected
from imteach.errors import InputError
from imteach.files import check_writable, write_whole
from imteach.lab import page
from imteach.lab.actions import NAMES, Wish, understood
from imteach.lab.answers.file import one_file
from imteach.lab.live import LARGE, LiveWidget, packed
from imteach.lab.scripts import page_script, style_with_pictures
from imteach.lab.session import Session
from imteach.lab.share import exported, forms
from imteach.lab.shown import ReadyStep, Shown, as_lab
from imteach.lab.steps.history import AlreadyError
from imteach.lab.still import STILL, for_listeners
from imteach.scenario import Fault, Scenario, from_link, parse_scenario
from imteach.scenario.checks import milliseconds, whole
from imteach.trace import Trace

MOST_AHEAD = 1000
"""The most packets of a run in which steps are worked out before they are taken: that takes some 50 ms then."""


class Lab(LiveWidget):
    """A sequence diagram that a learner can break: click a packet to drop it, click it again to take that back.

    `scenario` is a `Scenario` or the name of a rung, `faults` what strikes it from the beginning. Every step has
    a twin in Python:

    - faults: `lab.drop("ack:N")`, `lab.take_back("ack:N")`, `lab.apply(Crash("bob", at=150))`, `lab.use("crash",
      node="bob", at=150)`, `lab.change("crash bob@150+100", "down", 50)`, `lab.swap("m1/msg:N", "m2/msg:N")`
    - talk: `lab.say("hi", sender="bob", to="alice", at=400)`, `lab.unsay("m2")`, `lab.resend("m1", at=2000)`,
      `lab.set_online("bob", False, at=100)`
    - settings: `lab.set(rto=200, latency={"bob": 80})`, `lab.add_person("carol")`, `lab.remove_person("carol")`,
      `lab.preset("ack:N is lost")`
    - steps: `lab.rung = "acked"`, `lab.undo()`, `lab.redo()`, `lab.reset()`
    - beside: `lab.keep()`, `lab.put_away()`

    `lab.trace` is the run as it is now, `lab.code` the Python that gives it, `lab.command` the same for a shell,
    `lab.to_text()` the same as a scenario file. Times are simulated ms. Raises `InputError` for a name without meaning
    in this scenario; a step that raises changes nothing.

    >>> lab = Lab("dedup")
    >>> lab.drop("ack:N")
    >>> lab
    Lab(Scenario("dedup"), Drop("ack:N"))
    >>> lab.trace.packet["m1/ack:N#2"].fate
    'arrived'
    """

    _esm = page_script("lab.js")
    _css = style_with_pictures("lab.css")

    # The parts of the page. Only those that a step changes are sent and drawn again.
    picture = Unicode().tag(**LARGE)
    sheet = Unicode().tag(sync=True)  # the style that is saved with the picture
    drawn = Dict().tag(**LARGE)  # what of the picture stands at which moment
    beside = Dict().tag(**LARGE)  # the run that is kept, with its picture; {} if none is
    still = Dict().tag(sync=True)  # what is around the picture when it is saved
    ladder = Dict().tag(sync=True)
    outcome = Unicode().tag(sync=True)
    moments = Dict().tag(**LARGE)
    chats: List[Any] = List().tag(**LARGE)
    promises: List[Any] = List().tag(**LARGE)
    holds: List[Any] = List().tag(**LARGE)
    knows: List[Any] = List().tag(**LARGE)
    why = Dict().tag(**LARGE)
    forms: List[Any] = List().tag(sync=True)  # what it can be saved as
    exported = Dict().tag(**LARGE)  # what was saved last, for the view that asked for it
    at = AnyTrait(None).tag(sync=True)  # the moment shown, in simulated ms; None: the end
    struck: List[Any] = List().tag(sync=True)
    settings = Dict().tag(sync=True)
    presets: List[Any] = List().tag(sync=True)
    situation = Dict().tag(sync=True)  # the one of them that it is in
    code = Unicode().tag(sync=True)
    command = Unicode().tag(sync=True)  # the line for a shell; "" if there is none
    command_note = Unicode().tag(sync=True)  # why there is none, or what to do first
    steps = Dict().tag(sync=True)
    refusal = Unicode().tag(sync=True)
    stretch = Dict().tag(sync=True)

    def __init__(self, scenario: Scenario | str, *faults: Fault) -> None:
        self._shown = Shown(Session(scenario, *faults))
        self._ahead: ReadyStep | None = None
        super().__init__()
        self.forms = forms()
        self._show()

    @property
    def _session(self) -> Session:
        return self._shown.session

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

    def apply(self, *faults: Fault) -> None:
        """Let these faults strike, too: see `Session.apply`. Raises `InputError` for one that means nothing here."""
        self._step(lambda: self._session.apply(*faults))

    def use(self, tool: str, **target: Any) -> None:
        """Use a tool: `lab.use("drop", packet="ack:N")`, `lab.use("cut", link="bob-server", at=0)`.

        See `Session.use`. Raises `InputError` where it would do nothing.
        """
        self._step(lambda: self._session.use(tool, **target))

    def change(self, fault: str, amount: str, value: float | None) -> None:
        """Turn an amount of a fault: `lab.change("crash bob@150+100", "down", 50)`. Raises `InputError`."""
        self._step(lambda: self._session.change(fault, amount, value))

    def swap(self, one: str, other: str) -> None:
        """Let a packet arrive right after another that is sent later. Raises `InputError` where that cannot be."""
        self._step(lambda: self._session.swap(one, other))

    def swappable(self, name: str) -> list[str]:
        """Return the packets that could overtake this one."""
        return self._session.swappable(name)

    def say(self, text: str, sender: str = "alice", to: str = "bob", at: float = 0) -> None:
        """Let somebody say something more, `at` so many simulated ms. Raises `InputError`: see `Session.say`."""
        self._step(lambda: self._session.say(text, sender, to, at))

    def unsay(self, msgid: str) -> None:
        """Let something not be said; faults that strike its packets go with it. Raises `InputError`."""
        self._step(lambda: self._session.unsay(msgid))

    def resend(self, msgid: str, at: float) -> None:
        """Let a person send again what failed, `at` so many simulated ms. Raises `InputError` for no such msgid."""
        self._step(lambda: self._session.resend(msgid, at))

    def set_online(self, person: str, online: bool, at: float) -> None:
        """Log a person out or in `at` so many simulated ms. Raises `InputError`: see `Session.set_online`."""
        self._step(lambda: self._session.set_online(person, online, at))

    def set(self, **settings: Any) -> None:
        """Set fields of the scenario in one step: `lab.set(rto=200, latency={"bob": 80})`. Times are in simulated ms.

        Faults stay. Raises `InputError`: see `Session.set`.
        """
        self._step(lambda: self._session.set(**settings))

    def add_person(self, name: str) -> None:
        """Let somebody more be there, and in the group if there is one. Raises `InputError` for no name."""
        self._step(lambda: self._session.add_person(name))

    def remove_person(self, name: str) -> None:
        """Let somebody go. Raises `InputError` if they have a part in what happens: see `Session.remove_person`."""
        self._step(lambda: self._session.remove_person(name))

    def preset(self, name: str) -> None:
        """Go to a situation of the article: `lab.preset("ack:N is lost")`. Raises `InputError` with all their names.

        The rung stays, unless it is too low for that: see `Session.preset`.
        """
        self._step(lambda: self._session.preset(name))

    @property
    def window(self) -> int:
        """Which part of a long run the picture shows, from 0. Set it to look at another: `lab.window = 3`.

        A page would take seconds to draw thousands of packets. Raises `InputError` if there is no such part.
        """
        return self._shown.window

    @window.setter
    def window(self, place: int) -> None:
        self._step(lambda: self._look_at(place))

    def undo(self) -> None:
        """Take the last step back, wherever it was made. Raises `InputError` when there is none."""
        self._step(self._session.undo)

    def redo(self) -> None:
        """Take the step again that was undone last. Raises `InputError` when there is none."""
        self._step(self._session.redo)

    def reset(self) -> None:
        """Go back to how the lab began. `undo` brings the steps back."""
        self._step(self._session.reset)

    def keep(self) -> None:
        """Keep this run beside the next ones, on one time scale; it takes the place of one that was kept before.

        That is no step: undo, redo and reset leave it there. `Compare(lab.kept, lab.trace)` says what differs.
        """
        self._step(self._session.keep)

    def put_away(self) -> None:
        """Keep no run any more. Raises `InputError` if none is kept."""
        self._step(self._session.put_away)

    # What it holds

    def to_text(self) -> str:
        """Return the scenario and its faults as a scenario file's text, which `imteach run` reads.

        Raises `InputError` for what a file cannot hold: a class of your own.
        """
        return self._session.to_text()

    @classmethod
    def from_text(cls, text: str) -> "Lab":
        r"""Return a lab that begins with what a scenario file's text says.

        Raises `InputError` that names the key, or the line, that is wrong.

        >>> Lab.from_text('rung = "dedup"\nfaults = ["drop ack:N"]')
        Lab(Scenario("dedup"), Drop("ack:N"))
        """
        scenario, faults = parse_scenario(text)
        return cls(scenario, *faults)

    def open_text(self, text: str) -> None:  # not `open`: ipywidgets calls that itself
        """Go to what a scenario file's text, or a link of a lab, says: a step. Raises `InputError`."""
        self._step(lambda: self._session.open(text))

    def link(self) -> str:
        """Return the scenario and its faults as the fragment of a link, `#lab=…`. Raises `InputError` as `to_text`."""
        return self._session.link()

    @classmethod
    def from_link(cls, link: str) -> "Lab":
        """Return a lab that begins with what such a link holds. Raises `InputError` for what is no such link.

        >>> Lab.from_link(Lab("dedup").link())
        Lab(Scenario("dedup"))
        """
        return cls.from_text(from_link(link))

    def to_page(self, path: str | PathLike[str], faults: int = 2) -> None:
        """Write the lab as it is now to one HTML file that needs no Python: a reader drops up to `faults` packets more.

        See `imteach.lab.answers`: it has every rung but `group`, and works every run out, which takes some seconds. The
        file is written whole or not at all. Raises `InputError` for what is too much for one file.
        """
        check_writable(path)
        write_whole(path, one_file(self.scenario, self.faults, faults, self.at))

    @property
    def phones(self) -> list[dict[str, Any]]:
        """What each person's phone shows at the moment `at`: their bubbles, in the order in which they stand.

        >>> lab = Lab("dedup")
        >>> lab.at = 60
        >>> [(phone["person"], [bubble["note"] for bubble in phone["bubbles"]]) for phone in lab.phones]
        [('alice', ['◷ sending']), ('bob', [])]
        """
        return page.phones(self.trace, self.at)

    @property
    def trace(self) -> Trace:
        """The run as it is now."""
        return self._session.trace

    @property
    def kept(self) -> Trace | None:
        """The run that is kept beside, with its scenario and its faults; None if none is.

        >>> lab = Lab("dedup")
        >>> lab.keep()
        >>> lab.drop("ack:N")
        >>> lab.kept.faults, lab.trace.faults
        ((), (Drop("m1/ack:N#1"),))
        """
        return self._session.kept

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
        return as_lab(self._session)

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The live widget, and a still picture for a page that has no kernel."""
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        html = f"<p>{STILL}</p>{image(self.trace, self._shown.windows[self.window])}"
        return for_listeners({**data, "text/plain": repr(self), "text/html": html}), metadata

    @validate("at")
    def _checked_at(self, proposal: Any) -> float | None:
        """Return the moment that is to be shown, if it is one: a page may ask for anything."""
        return None if proposal["value"] is None else milliseconds(proposal["value"], "at")

    def _step(self, step: Callable[[], None]) -> None:
        """Take a step and show what came of it, before anybody else takes one."""
        with self._lock, self.hold_sync():
            step()
            self._show()

    # The page

    def _show(self, refusal: str = "") -> None:
        """Bring the page up to date with the session, in one message. What did not change is not drawn again."""
        with self.hold_sync():
            self._bring(self._shown.news())
            self.refusal = refusal or self._session.mistake

    def _look_at(self, place: int) -> None:
        """Draw this part of a long run. Raises `InputError` if there is no such part."""
        self._bring(self._shown.look_at(place))

    def _bring(self, parts: Mapping[str, Any]) -> None:
        for part, value in parts.items():
            setattr(self, part, value)

    def _ask_why(self, event: int | None, packet: str | None) -> None:
        """Show why this event happened, or what became of this packet; with neither, put the reasons away."""
        if packet is not None:
            self.why = page.why_of_packet(self.trace, packet)
        elif event is not None:
            last = len(self.trace.events) - 1
            self.why = page.why(self.trace, self.trace.events[whole(event, "event", most=last)])
        else:
            self.why = {}

    def _ask_why_not(self, msgid: str, who: str, at: float) -> None:
        """Show why somebody did not see a message by this moment, or did not learn that it is there."""
        self.why = page.why_not(self.trace, msgid, who, None if at >= self.trace.events[-1].t else at)

    def _export(self, form: str) -> None:
        """Make the lab in this form, for the view that asks for it to save."""
        self.exported = {"view": self._asking, **exported(self._session, form)}

    @uncollected  # a run, its moments and its picture are all in use until they are sent
    def _hear(self, _widget: object, content: object, _buffers: object) -> None:
        super()._hear(_widget, content, _buffers)

    def _answer(self, content: object) -> None:
        """Do what the learner did in the page. What cannot be done changes nothing, and the page says so.

        A message cannot be trusted (an old page, another tab), and a learner's own client may raise anything:
        neither may leave a traceback where nobody looks for one.
        """
        try:
            wish, given = understood(content)
            if wish.is_ahead:
                self._get_ready(**given)
                return
            self._do(content, wish, given)
        except InputError as error:
            self._show(refusal=str(error))
        except Exception as error:
            self._show(refusal=f"That run stopped with {type(error).__name__}: {error}")
        else:
            self._show()

    def _get_ready(self, to: object) -> None:
        """Let the page have what a step will show, before it is taken: nothing changes, and nothing is refused yet."""
        self._ahead = self._taken_ahead(to)
        told: dict[str, Any] = {"ready": to, "rev": self._shown.rev, "parts": None, "large": []}
        buffers = []
        if self._ahead is not None:
            parts = {part: value for part, value in self._ahead.news.items() if value != getattr(self, part)}
            told["large"] = [part for part in parts if self.trait_metadata(part, "to_json") is packed]
            buffers = [packed(parts.pop(part), self) for part in told["large"]]
            told["parts"] = parts
        self.send(told, buffers=buffers)

    def _taken_ahead(self, to: object) -> ReadyStep | None:
        """Take the step that this message asks for, in a twin of what is shown; None if that cannot be.

        A learner's own code is not asked beforehand: it would print, count and take its time for what nobody wanted.
        Nor is a long run: a click on something else would have to wait for it.
        """
        if not self.scenario.is_ours or len(self.trace.packets) > MOST_AHEAD:
            return None
        shown = self._shown.twin()
        try:
            wish, given = understood(to)
            if wish.for_eyes:
                return None
            getattr(shown.session, wish.method)(*given.values())
            return ReadyStep(to, self._shown, self._shown.rev, shown, shown.news())
        except Exception:
            return None  # it is said when the step is taken

    def _do(self, content: object, wish: Wish, given: Mapping[str, Any]) -> None:
        """Bring about what the page asks for: "drop" or "spare", never "toggle".

        The learner may have clicked in an older picture; its number is the message's `rev`. What is already as asked
        for is not done again, and what another step has changed since then stays as it is.
        """
        rev = content.get("rev") if isinstance(content, dict) else None
        seen = rev if isinstance(rev, int) and not isinstance(rev, bool) else 0
        is_new = seen == self._shown.rev
        if is_new and self._ahead is not None and self._ahead.is_for(content, self._shown):
            self._shown = self._ahead.shown
            self._bring(self._ahead.news)
            return
        if not is_new:
            self._check_still_means_that(wish, given, seen)
        doer = self if wish.for_eyes else self._session
        try:
            getattr(doer, wish.method)(*given.values())
        except InputError as error:
            if is_new or not (wish.may_be_gone or isinstance(error, AlreadyError)):
                raise  # otherwise, it is as the learner wanted it to be

    def _check_still_means_that(self, wish: Wish, given: Mapping[str, Any], seen: int) -> None:
        """Raise `InputError` if a message that is about an older picture could mean something else by now."""
        if wish.only_now:
            raise InputError(wish.only_now)
        if wish.only_this_run and seen < self._shown.run_since:
            raise InputError(wish.only_this_run)
        if given.get("event") is not None and seen < self._shown.run_since:
            raise InputError("the picture shows another run by now, so nothing was done; choose the event there")
        if seen < self._shown.names_since and any(given.get(name) is not None for name in NAMES):
            raise InputError("msgids are others by now, because of what is said, so nothing was done; choose again")
