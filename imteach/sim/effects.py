"""What nodes ask for happens: their effects, one by one, in the order returned."""

from collections.abc import Callable, Sequence

from imteach.learner.mistakes import Mistake, in_one_line
from imteach.protocol import (
    CancelTimer,
    Delete,
    Discard,
    Effect,
    Forget,
    Hold,
    Report,
    Show,
    StartTimer,
    Store,
    Transmit,
    Write,
)
from imteach.sim.flights import Flights
from imteach.sim.orders import LATER
from imteach.sim.presence import Presence
from imteach.sim.rows import ByKind
from imteach.tell.event import when


class Effects(Presence, Flights):
    """A run in which the effects of each step happen: each kind as `_HAPPEN` has it."""

    def perform(self, node: str, effects: Sequence[Effect | Mistake], step: int) -> None:
        """Make the effects of a step happen, one by one, until all are done or the node crashes in between.

        `step` is the id of the event at which the node was told something: the last one written down.
        """
        if not self.orders.ask_effects:
            for effect in effects:
                _HAPPEN[type(effect)](self, node, effect, step)
            return
        for effect in effects:
            first = len(self.written.log)
            _HAPPEN[type(effect)](self, node, effect, step)
            crash, later = self.orders.after(node, self.written.events(first))
            for fault in later:
                self.expect(self.now, *LATER[type(fault)], fault)
            if crash:
                self.crash(*crash)
                return

    def report(self, node: str, report: Report, step: int) -> None:
        """A person sees a new status beside a message."""
        if report.write is not None:
            self.write(node, report.write, step)
        self.screen[node][report.msgid] = self.written.effect(report, report.msgid)

    def show(self, node: str, show: Show, step: int) -> None:
        """A person is shown a message."""
        self.written.know(show.msgid, show.message)
        if show.write is not None:
            self.write(node, show.write, step)
        self.quiet.news(self.written.now)
        self.written.effect(show, show.msgid)

    def discard(self, node: str, discard: Discard, step: int) -> None:
        """A message is not shown."""
        self.written.know(discard.msgid, discard.message)
        self.written.effect(discard, discard.msgid)

    def hold(self, node: str, hold: Hold, step: int) -> None:
        """A message is held back."""
        self.written.know(hold.msgid, hold.message)
        self.quiet.news(self.written.now)
        self.written.effect(hold, hold.msgid)

    def forget(self, node: str, forget: Forget, step: int) -> None:
        """A client forgets that it has shown a message."""
        if forget.write is not None:
            self.write(node, forget.write, step)
        self.written.effect(forget, forget.msgid)

    def store(self, node: str, store: Store, step: int) -> None:
        """The server stores a message."""
        kept = store.kept
        self.written.know(kept.msgid, kept.message)
        self.save(node, store.write)
        self.quiet.news(self.written.now)
        self.written.effect(store, kept.msgid)

    def delete(self, node: str, delete: Delete, step: int) -> None:
        """The server deletes a stored message."""
        self.save(node, delete.write)
        self.written.effect(delete, delete.msgid)

    def write(self, node: str, write: Write, step: int) -> None:
        """Write to a node's disk, as an event."""
        self.save(node, write)
        msgid = write.key if self.written.knows(write.key) else None
        text, key = "erased" if write.value is None else None, f"{write.table}/{write.key}"
        self.written.event(node, "write", step, self.written.number_of(step), msgid, (text, key))

    def save(self, node: str, write: Write) -> None:
        """Write to a node's disk; the caller writes the event down."""
        self.disks[node].write(write.table, write.key, write.value)

    def stop(self, node: str, mistake: Mistake, step: int) -> None:
        """A learner's code made a mistake: its node is down to the end, and the world goes on without it."""
        found = sentence, line = mistake.sentence(when(self.written.events(step)[0], self.is_timed)), mistake.line
        self.mistakes = (*self.mistakes, found)
        self.go_down(node, in_one_line(sentence, line), step)


_HAPPEN: ByKind[Callable[..., None]] = ByKind(
    {
        Transmit: Effects.transmit,
        StartTimer: Effects.start_timer,
        CancelTimer: Effects.cancel_timer,
        Report: Effects.report,
        Show: Effects.show,
        Discard: Effects.discard,
        Hold: Effects.hold,
        Forget: Effects.forget,
        Store: Effects.store,
        Delete: Effects.delete,
        Write: Effects.write,
        Mistake: Effects.stop,
    }
)
