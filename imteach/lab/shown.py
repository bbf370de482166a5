"""What the lab's page shows of a session, and which of it is news: plain data, without a widget."""

from copy import copy
from typing import Any, NamedTuple

from imteach.draw import Drawn, drawn
from imteach.draw.compare.pages import drawn_beside
from imteach.draw.sequence.window import Window, windows
from imteach.errors import InputError, quoted
from imteach.lab import page
from imteach.lab.moments import Histories
from imteach.lab.session import Session
from imteach.lab.still import parts
from imteach.trace import Trace
from imteach.trace.compare import Compare


class Shown:
    """A session as a page shows it. Parts are named as the traits of `Lab` that carry them.

    `rev` counts the pictures (the page's `data-rev`), `window` is the part of a long run that is drawn. From the
    picture `run_since` on the run is this one, and since `names_since` msgids are those of now.

    >>> shown = Shown(Session("dedup"))
    >>> sorted(shown.news())[:3], shown.rev
    (['beside', 'chats', 'code'], 1)
    >>> shown.news()
    {}
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.rev = self.window = self.run_since = self.names_since = 0
        self.windows: list[Window] = []
        self._trace: Trace | None = None
        self._kept: Trace | None = None
        self._histories: Histories

    def twin(self) -> "Shown":
        """Return one that shows the same, with a session of its own: a step there is none here."""
        other = copy(self)
        other.session = self.session.twin()
        return other

    def news(self) -> dict[str, Any]:
        """Return the parts that a step may have changed, and take it that they are shown from now on."""
        if self.session.trace is not self._trace:
            return self._of_another_run()
        if self.session.kept is not self._kept:
            return self.look_at(self.window)
        return {}

    def _of_another_run(self) -> dict[str, Any]:
        before, self._trace = self._trace, self.session.trace
        self.windows, self._histories = windows(self._trace), Histories(self._trace)
        looked = self.look_at(min(self.window, len(self.windows) - 1))
        self.run_since = self.rev
        if before is not None and before.scenario.say != self._trace.scenario.say:
            self.names_since = self.rev
        return {
            **looked,
            "why": {},  # that was asked of another run
            "exported": {},
            "still": {**parts(self._trace), "text": as_lab(self.session)},
            **page.everything(self.session),
        }

    def look_at(self, place: int) -> dict[str, Any]:
        """Draw this part of a long run, from 0, and return its parts. Raises `InputError` if there is none."""
        if not isinstance(place, int) or place not in range(len(self.windows)):
            last = len(self.windows) - 1
            raise InputError(f"expected one of 0 to {last}, the parts of this run, not {quoted(place)}", where="window")
        self.window = place
        self.rev += 1
        self._kept, compare = self.session.kept, self.session.compare
        alone = drawn(self.session.trace, self.rev, self.windows[place])
        beside, shown = self._beside(compare, alone)
        histories = self._histories.shown(self.windows[place])
        if compare is not None and page.can_stand_beside(compare):
            histories["moments"] = page.moments_of_both(histories["moments"], compare)
        return {
            "picture": shown.svg,
            "sheet": shown.sheet,
            "drawn": page.of_the_picture(shown),
            "beside": beside,
            **histories,
            "stretch": page.stretch(self.windows, place),
        }

    def _beside(self, compare: Compare | None, alone: Drawn) -> tuple[page.Part, Drawn]:
        """What stands beside the picture, and the picture: on the time scale of both runs if one is kept."""
        if compare is None:
            return {}, alone
        two = drawn_beside(compare, self.rev) if page.can_stand_beside(compare) else None
        return page.beside(compare, two, alone), alone if two is None else two.now


class ReadyStep(NamedTuple):
    """What a step will show, worked out before it is taken: the message that asks for it, and from where it begins."""

    message: object
    since: Shown
    rev: int
    shown: Shown
    news: dict[str, Any]

    def is_for(self, content: object, now: Shown) -> bool:
        """Whether it is what this message asks for now."""
        if not isinstance(content, dict) or now is not self.since or now.rev != self.rev:
            return False
        return {name: value for name, value in content.items() if name not in ("rev", "ask")} == self.message


def as_lab(session: Session) -> str:
    """Return the Python that makes a lab of this session.

    >>> as_lab(Session("dedup"))
    'Lab(Scenario("dedup"))'
    """
    return repr(session).replace("Session", "Lab", 1)
