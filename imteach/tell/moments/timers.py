"""The timers of a node: when each began, when it would run out, and how it ended, so that a page can draw a bar."""

from imteach.protocol import SERVER, Value, forgotten_by
from imteach.scenario import Scenario
from imteach.tell.words import cut
from imteach.trace import Event
from imteach.trace.records import is_early, is_late

RUNS_OUT = "runs out"
CANCELLED = "cancelled"
LOST = "lost in the crash"
TOLD_LATE = "runs out although it was cancelled"
BEFORE_ITS_TIME = "comes before its time"


class HeldTimer(Value, frozen=True):
    """A timer that runs at a node from `since` until `ended`, and would run out at `until`; all in simulated ms.

    `name` is what the node calls it, `label` what it is for. `until` is None in a run without a clock, `ended` if it
    still runs at the end; `how` says how it ended, "" if it did not.
    """

    name: str
    label: str
    node: str
    since: float
    until: float | None
    ended: float | None = None
    how: str = ""


_FOR_A_PERSON = {"pull": "waits for offline:A"}
_FOR_A_GROUP = {
    "pull": "waits for offline:A of {}",
    "heartbeat": "next heartbeat of {}",
    "ack": "puts off its ack in {}",
}


class NodeTimers:
    """The timers of one node while a run is read."""

    def __init__(self, scenario: Scenario, node: str) -> None:
        self.node = node
        self.answer = "ack:N" if scenario.setting.acks else "msg:A"
        self.own: set[str] = set()  # the msgids that this node was handed out
        self.running: dict[str, HeldTimer] = {}
        self.over: list[tuple[int, HeldTimer]] = []  # each with the number of timers that had started before it
        self.order: dict[str, int] = {}
        self.started = 0

    def read(self, event: Event) -> None:
        """Read what happens to a timer of this node, or that the node crashes."""
        match event.kind:
            case "timer_start":
                self._start(event)
            case "timer_cancel":
                self._end(str(event.timer), event.t, CANCELLED)
            case "timer_fire" if is_late(event):
                self._told_late(event)
            case "timer_fire":
                self._end(str(event.timer), event.t, BEFORE_ITS_TIME if is_early(event) else RUNS_OUT)
            case "crash":
                for name in list(self.running):
                    self._end(name, event.t, LOST)

    def _start(self, event: Event) -> None:
        name = str(event.timer)
        self.started += 1
        self.order[name] = self.started
        self.running[name] = HeldTimer(name, self.label(name), self.node, event.t, event.until)

    def _told_late(self, event: Event) -> None:
        """A timer that was cancelled runs out; one of the same name may have started since, and runs on."""
        name, t = str(event.timer), event.t
        self.started += 1
        self.over.append((self.started, HeldTimer(name, self.label(name), self.node, t, t, t, TOLD_LATE)))

    def _end(self, name: str, t: float, how: str) -> None:
        timer = self.running.pop(name, None)
        if timer is not None:
            self.over.append((self.order[name], timer._replace(ended=t, how=how)))

    def label(self, name: str) -> str:
        """What a timer is for, as far as its name tells."""
        what, _, group = name.partition(":")
        if forgotten_by(name):
            return f"{'keeps' if self.node == SERVER else 'remembers'} {cut(group)}"
        if group and what in _FOR_A_GROUP:
            return _FOR_A_GROUP[what].format(cut(group))
        if name in self.own and self.node != SERVER:
            return f"waits for {self.answer} of {cut(name)}"
        return _FOR_A_PERSON.get(name, f"timer {cut(name)}")

    def done(self) -> tuple[HeldTimer, ...]:
        """Return all of them, in the order in which they started."""
        still = [(self.order[name], timer) for name, timer in self.running.items()]
        return tuple(timer for _, timer in sorted([*self.over, *still], key=lambda pair: pair[0]))
