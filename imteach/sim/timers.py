"""Timers: they start, are cancelled, and run out."""

from imteach.protocol import CancelTimer, StartTimer
from imteach.scenario.faults import Beat
from imteach.scenario.scenario import HEARTBEAT
from imteach.sim.agenda import TIMER
from imteach.sim.run import Run, Running, TooLate
from imteach.trace.records import instant


class Waits(Run):
    """A run in which nodes wait, each with timers of its own."""

    def start_timer(self, node: str, timer: StartTimer, step: int) -> None:
        """Start a timer; one of the same name that still runs is cancelled first."""
        name, attempt, wait = timer.name, timer.attempt, timer.wait
        timers, written = self.timers[node], self.written
        if name in timers:
            self.cancel_timer(node, CancelTimer(name), step)
        lasts = written.lasts.get((wait, attempt))
        if lasts is None:
            lasts = written.lasts[wait, attempt] = self.scenario.wait(wait, attempt)
        until = written.now + lasts
        if type(until) is not int:
            until = instant(until)
        running = timers[name] = Running(node, name, written.effect(timer), wait)
        self.agenda.add(until, TIMER, "timer", running)

    def cancel_timer(self, node: str, timer: CancelTimer, _: int) -> None:
        """Stop a timer, if it runs."""
        running = self.timers[node].get(timer.name)
        if running is not None:
            self.forget_timer(running)
            cancelled = self.written.effect(timer)
            if self.orders.late:
                self.may_be_late(running, cancelled)

    def may_be_late(self, running: Running, cancelled: int) -> None:
        """If a fault says that a timer had run out when it was cancelled, its node will be told so after this step."""
        late = self.orders.late_timer(running.node, running.name)
        if late is not None:
            self.expect(self.now, TIMER, "late_timer", TooLate(running, cancelled, late))

    def late_timer(self, late: TooLate) -> None:
        """A node is told of a timer that it had cancelled, unless it crashed in that step."""
        node, timer = late.running.node, late.running.name
        if node in self.network.down:
            return
        effects = self.told(node, "timer", timer)
        fired = self.written.event(node, "timer_fire", late.cancelled, what=timer, more=str(late.fault))
        self.perform(node, effects, fired)

    def timer(self, running: Running) -> None:
        """A timer runs out, unless it was cancelled or started anew."""
        if self.runs(running):
            if running.wait == HEARTBEAT:
                self.quiet.heartbeat(running.node, running.name)
            self.run_out(running)

    def run_out(self, running: Running, too_early: str | None = None) -> None:
        """A timer that runs has run out, maybe `too_early`: by the fault of this text."""
        self.forget_timer(running)
        effects = self.told(running.node, "timer", running.name)
        fired = self.written.event(running.node, "timer_fire", running.started, what=running.name, more=too_early)
        self.perform(running.node, effects, fired)

    def beat(self, fault: Beat) -> None:
        """Each heartbeat of a person comes before its time, and counts as none of those that end a quiet run."""
        for running in list(self.timers[fault.person].values()):
            if running.wait == HEARTBEAT and self.runs(running):
                self.run_out(running, str(fault))

    def runs(self, running: Running) -> bool:
        """Whether this timer still runs."""
        return self.timers[running.node].get(running.name) is running

    def forget_timer(self, running: Running) -> None:
        """A timer runs no more."""
        del self.timers[running.node][running.name]
