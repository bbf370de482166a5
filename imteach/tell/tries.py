"""How a sender tried, in words: how many tries it used, which timer of it ended how, and why nothing was sent again."""

from collections.abc import Sequence

from imteach.tell.event import when
from imteach.tell.stored import Stored
from imteach.tell.way_ends import STOPPED, deed_named
from imteach.tell.words import few, quote
from imteach.trace import Event

ROUNDS = ("say", "resend", "restart")
"""The steps with which a round of tries begins: what is sent there is sent with fresh tries."""


ENDINGS = ("timer_cancel", "timer_fire")

OTHERS = ("heartbeat", "pull", "ack")
"""What the names of timers begin with that are for no message."""


class Tries(Stored):
    """The tries of a message at its sender, in pieces of sentences."""

    # How many were used

    @property
    def allowed(self) -> int:
        """How often a msg:R may be transmitted in one round."""
        return self.trace.scenario.retries + 1

    def round_before(self, event: Event) -> tuple[list[str], Event | None]:
        """The tries of the latest round before this event, by their packets, and the step with which it began.

        What the client sent for another reason than a timer (at a msg:A, say) is no try.
        """
        tries: list[str] = []
        began = None
        for request in self.requests_before(event):
            step = self.step(self.sendings[request.name])
            if step.kind in ROUNDS and step is not began:
                tries, began = [], step
            if step.kind in (*ROUNDS, "timer_fire") and request.copy == 1:
                tries.append(request.name)
        return tries, began

    def tries_used(self, gave_up: Event) -> str:
        """How many tries were used when the client gave up, where that is not all of them or not the first round."""
        tries, began = self.round_before(gave_up)
        used, allowed = len(tries), self.allowed
        if began is None or not self.trace.scenario.setting.retransmits:
            return ""
        if used >= allowed and began.kind == "say":
            return ""
        of = f"{used} of {allowed} {'try' if allowed == 1 else 'tries'}"
        return f", after {of}{self.since(began)}{self.used_for_others(gave_up, tries)}"

    def used_for_others(self, gave_up: Event, tries: Sequence[str]) -> str:
        """For what the client had retransmitted before, if just these tries are missing; "" if they are not."""
        again = [event for event in self.trace.events[: gave_up.id] if event.kind == "retransmit"]
        by_timer = [event for event in again if event.node == self.sender and self.step(event).kind == "timer_fire"]
        others = [str(event.packet) for event in by_timer if event.packet not in tries]
        missing = self.allowed - len(tries)
        if not others or len(others) != missing:
            return ""
        return f" ({missing} {'was' if missing == 1 else 'were'} used before, for {few(others)})"

    def since(self, began: Event) -> str:
        """With what the round began, unless with saying it."""
        if began.kind == "resend":
            return f" since {self.sender} sent it again {self.at(began)}"
        return f" since its restart {self.at(began)}" if began.kind == "restart" else ""

    # Why nothing was sent again

    def why_never_sent(self) -> str:
        """That no msg:R was ever sent for it, and what came in between."""
        crash = next((c for c in self.crashes(self.sender) if c.causes and self.step(c).said == self.said.msgid), None)
        client = f"{self.sender}'s client"
        if crash is not None and self.trace.events[crash.causes[0]] is not self.step(crash):
            last = self.trace.events[crash.causes[0]]
            return f"{client} crashed after it {deed_named(last)} and before it sent a msg:R for it"
        if self.stopped_at(self.events("say")[0]):
            return f"{client} {STOPPED} before it sent a msg:R for it"
        waits = self.said.status in ("sending", "sent")
        return f"{client} never sent a msg:R for it" + (f", and no timer of {self.sender}'s runs" if waits else "")

    def why_not_again(self) -> str:
        """Why a client that still waits for its ack:N will never send it again nor give up; "" if it does not wait."""
        waiting = ("sending", "sent") if self.trace.scenario.setting.acks else ("sending",)
        is_over = self.said.status not in waiting
        took_back = any(report.status == "delivered" for report in self.events("status"))
        if is_over or took_back or not self.requests:
            return ""
        tries, began = self.round_before(self.trace.events[-1])
        used = len(tries)
        so = "so no timer runs"
        if self.trace.scenario.setting.retransmits and began is not None and used < self.allowed:
            so = f"so only {used} of {self.allowed} tries {'was' if used == 1 else 'were'} used{self.since(began)}"
        return f", and {self.how_waiting_ended()}, {so}"

    def resent_in_vain(self) -> str:
        """That the client did nothing when its person sent the message again, after it had failed; "" if it did."""
        if self.said.status != "failed":
            return ""
        vain = [resend for resend in self.events("resend") if not self.in_step(resend)]
        return (
            f", and {self.sender}'s client did nothing when {self.sender} sent it again {self.at(vain[-1])}"
            if vain
            else ""
        )

    def how_waiting_ended(self) -> str:
        """What became of the timer that the client had for its latest msg:R."""
        client = f"{self.sender}'s client"
        last = self.sendings[self.requests[-1].name]
        in_vain = [event for event in self.events("resend") if event.id > last.id]
        if in_vain:
            return f"{client} sent nothing when {self.sender} sent it again {self.at(in_vain[-1])}"
        end = self.end_of_timer(last)
        if end is None:
            return f"{client} started no timer after {last.packet}"
        if end in self.trace.mistakes or self.stopped_at(end):
            return f"{client} {STOPPED} {self.at(end)}"
        if end.kind == "crash":
            return f"{client} crashed {self.at(end)}"
        if end.kind == "timer_fire":
            return f"{client} sent nothing when its timer ran out {self.at(end)}"
        return f"{client} stopped its timer {self.when_stopped(self.step(end))}"

    def when_stopped(self, step: Event) -> str:
        """The step in which a timer was stopped, as a clause."""
        if step.kind == "say":
            return f"when {self.sender} said {quote(str(step.text))} ({step.msgid}) {self.at(step)}"
        return when(step, self.trace.timed)

    def end_of_timer(self, sent: Event) -> Event | None:
        """The event with which the timer ended that ran after `sent`: stopped, run out or gone in a crash.

        None if none ran. A timer that is started anew for another message has ended for this one.
        """
        names = self.timer_names
        running, ended = False, None
        mine: set[int] = set()  # the steps in which it ran out
        for event in self.trace.events:
            if event.node != self.sender:
                continue
            if event.kind == "timer_start" and event.timer in names:
                step = self.step(event)
                running = running or step.id in mine or self.is_about_it(step)
            elif running and (event.kind == "crash" or (event.kind in ENDINGS and event.timer in names)):
                running, ended = False, event
                mine.add(event.id)
        return ended if ended is not None and ended.id > self.step(sent).id else None

    @property
    def timer_names(self) -> dict[str, None]:
        """The names of the timers that the client started when it sent this message."""
        started = [timer for request in self.requests for timer in self.timers_with(self.sendings[request.name])]
        return dict.fromkeys(str(timer.timer) for timer in started)

    def timers_with(self, sent: Event) -> list[Event]:
        """The timers that the client started in the step in which it sent this msg:R, for this message."""
        done = self.in_step(self.step(sent))
        timers = [
            event for event in done if event.kind == "timer_start" and str(event.timer).partition(":")[0] not in OTHERS
        ]
        named = [timer for timer in timers if timer.timer == sent.msgid]
        others = any(event.kind == "send" and event.said != sent.said for event in done)
        return named if named or others else timers

    def is_about_it(self, step: Event) -> bool:
        """Whether the client was told something about this message in this step, or started again."""
        packet = self.trace.packet.get(str(step.packet)) if step.packet else None
        return step.kind == "restart" or self.said.msgid == (packet.said if packet is not None else step.said)
