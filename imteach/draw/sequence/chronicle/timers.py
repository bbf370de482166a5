"""Which timers run when, and what had not come when one ran out."""

from collections import defaultdict

from imteach.draw.sequence.chronicle.moments import Moment, TimerRun
from imteach.plain import plain
from imteach.protocol import KINDS
from imteach.trace import Event, PacketRecord, Trace


class Timers:
    """The timers of a run so far: `runs` in the order of their starts, and which started in which moment (`waits`)."""

    def __init__(self, trace: Trace) -> None:
        self.runs: list[TimerRun] = []
        self.waits: set[tuple[int, str]] = set()
        self._scenario = trace.scenario
        self._msgids = {packet.msgid for packet in trace.packets}
        self._running: defaultdict[str, dict[str, TimerRun]] = defaultdict(dict)  # by node and name
        self._came: defaultdict[str, set[tuple[str, str | None]]] = defaultdict(set)  # at each node: kind and msgid

    def start(self, event: Event, moment: Moment) -> None:
        """A timer starts."""
        run = TimerRun(event.node, str(event.timer), moment.number)
        self._running[event.node][run.name] = run
        self.waits.add((moment.number, plain(run.name)))
        self.runs.append(run)

    def end(self, event: Event, moment: Moment, ended: str) -> TimerRun | None:
        """A timer has `ended`, by firing or being cancelled: return its run, None if it is not drawn."""
        run = self._running[event.node].pop(str(event.timer), None)
        if run is not None:
            run.stop, run.ended = moment.number, ended
        return run

    def crash(self, node: str, moment: Moment) -> int:
        """A node crashes: all its timers are lost, and what had come to it is forgotten. Return how many were lost."""
        lost = self._running.pop(node, {}).values()
        for run in lost:
            run.stop, run.ended = moment.number, "lost"
        self._came.pop(node, None)
        return len(lost)

    def arrive(self, packet: PacketRecord) -> None:
        """A packet comes to its node."""
        self._came[packet.dst].add((packet.kind, packet.msgid))

    def resend(self, node: str, msgid: str | None) -> None:
        """A message is sent once more: what had come for it before no longer counts."""
        self._came[node].difference_update([(kind, msgid) for kind in KINDS])

    def why(self, event: Event) -> str:
        """What had not come when a timer ran out."""
        if self.is_pull(event.timer):
            return "no offline:A"
        if event.timer not in self._msgids:
            return "time ran out"  # we do not know what a timer of another name waits for
        came = self._came[event.node]
        missing = [kind for kind in ("msg:A", "ack:N") if (kind, event.timer) not in came]
        if not self._scenario.setting.acks:
            return "no msg:A" if "msg:A" in missing else "time ran out"
        return {2: "no answer", 1: "no ack:N"}[len(missing)] if "ack:N" in missing else "time ran out"

    def is_pull(self, timer: str | None) -> bool:
        """Whether this timer waits for an answer to a pull."""
        return self._scenario.setting.stores and (timer == "pull" or self.is_of_group(timer, "pull"))

    def is_of_group(self, timer: str | None, *whats: str) -> bool:
        """Whether this is a group's timer for one of these."""
        what, _, group = (timer or "").partition(":")
        return what in whats and group in self._scenario.groups
