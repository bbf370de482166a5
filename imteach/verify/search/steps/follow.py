"""A run without a clock, step by step: the caller, not the time, decides what happens next.

At each moment the simulator offers the steps that can happen then, such as `m1/msg:R#1 arrives`, and takes the one
that the caller names. The times of the trace only count the steps.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

from imteach.errors import InputError, quoted
from imteach.learner.mistakes import LearnerError, Mistake
from imteach.protocol import SERVER, Effect, Packet
from imteach.scenario import Again, Beat, Crash, Drop, Duplicate, Fault, Late, Offline, Scenario
from imteach.scenario.checks import whole
from imteach.scenario.faults import checked_given
from imteach.scenario.scenario import HEARTBEAT, checked_scenario
from imteach.scenario.untimely import nth_cancel
from imteach.sim.agenda import ARRIVAL, PRESENCE, Appointment
from imteach.sim.rows import NONE
from imteach.sim.run import Running, TooLate
from imteach.sim.simulator import Simulator
from imteach.tell import the
from imteach.tell.words import few
from imteach.trace import Trace, instant
from imteach.trace.outcomes import is_under_way
from imteach.trace.records import STEPS_END, Event, is_late
from imteach.verify.search.rules import World
from imteach.verify.search.state import Action, State
from imteach.verify.search.steps.come_round import check_round, position
from imteach.verify.search.steps.step import CUT_SHORT, TOLD_LATE, Step, by_a_fault, noticed, readings, step_of

TICK = 1
"""From one step to the next: the times of such a run are the numbers of its steps, as sentences and pictures say."""

_MOST_OFFERED = 12


def follow(scenario: Scenario | str, steps: Iterable[str | Step], given: Sequence[Fault] = (), loop: int = 0) -> Trace:
    """Run `scenario` without a clock, as these steps say, and return the trace; times only count the steps.

    A step is one of:
    - `alice says “hello”`, `alice sends m1 again`;
    - `m1/msg:R#1 arrives`, `m1/msg:R#1 is dropped`, `m1/msg:R#1 is copied`; in short `msg:R arrives`, if only one can;
    - `alice's timer m1 runs out`; `… too early`, if it is a heartbeat that comes while other things are under way;
    - `bob crashes`, `bob starts again`, `the server learns that bob is online` or `gone`;
    - `the server notices that bob is gone`, by itself, after a crash; `… by crash 2`, if it has yet to notice several;
    - `the link between bob and the server is cut`, `… works again`, as `given` has it;
    - `bob logs out`, `bob logs in`: as `given` has it; if it has nothing of bob, at any moment, as a fault (beside what
      it has, bob can do so `once more`);
    - `alice sends m1 again too early`: it is still under way.

    Added to a step, `, bob crashes after effect 1` cuts short what bob does in it; `, but alice's timer m1 had run out`
    tells alice right after it of a timer that she stopped in it. The last `loop` steps go round for ever: the trace's
    `loop` is the moment before them. (A loop made by hand may have faults in it; those that a search finds have none.)
    Raises `InputError` for a step that cannot happen then, and says what can, and for a loop that does not lead back to
    where it began; `LearnerError` where a learner's class cannot go on, with the run.

    >>> trace = follow(Scenario("basic"), ["alice says “hello”", "m1/msg:R#1 arrives", "m1/msg:N#1 is dropped"])
    >>> trace.messages[0].shown
    {'bob': 0}
    """
    if isinstance(steps, str) or not isinstance(steps, Iterable):
        raise InputError(
            f"expected a list of sentences, such as ['alice says “hello”'], got {quoted(steps)}", where="steps"
        )
    scenario, steps = checked_scenario(scenario), list(steps)
    if isinstance(loop, int) and loop > len(steps):
        raise InputError(f"the last {loop} steps cannot go round, for there are only {len(steps)}", where="loop")
    first = len(steps) - whole(loop, "loop", most=len(steps))  # of those that go round
    follower = Follower(scenario, checked_given(given, scenario))
    follower.begin()
    follower.take(steps[:first])
    since, before = (follower.now, position(follower)) if loop else (None, None)
    follower.take(steps[first:])
    if before is not None and not follower.mistakes:
        check_round(before, position(follower), loop)
    trace = follower.trace()
    if follower.mistakes:
        raise LearnerError(*follower.mistakes[0], trace)
    return replace(trace, loop=since)


class Unordered:
    """What may happen next, in the order in which it was added; there is no clock."""

    def __init__(self) -> None:
        self._made = 0
        self.all: list[Appointment] = []

    def add(self, t: float, rank: int, what: str, about: Any) -> None:
        """Add something that may happen from now on."""
        self.all.append(Appointment(t, rank, self._made, what, about))
        self._made += 1

    def plan(self) -> None:
        """What is planned at the start may happen in any order, like everything else."""


class Follower(Simulator):
    """A simulator whose clock is a list of steps. See `follow`."""

    def __init__(self, scenario: Scenario, given: Sequence[Fault]) -> None:
        super().__init__(scenario, given)
        self.jitter = None  # it takes as long as the steps say
        self.is_direct = self.is_timed = False  # a packet arrives when a step says so, not when it is due
        self.agenda: Unordered = Unordered()  # type: ignore[assignment]  # it is never asked what is due first
        self.crash_after: tuple[str, int] | None = None  # who crashes in this step, and after how many effects
        self.given = self.faults
        self.struck: list[Fault] = list(self.given)
        self.crashed: dict[str, int] = {}  # the event of the crash of each node that is down

    def read(self, text: object) -> Step:
        """Return the step that this text says, one of those that can happen now. Raises `InputError`."""
        offered = self.offers()
        for step in readings(text):
            if step.whole in offered:
                return step
        fitting = [step for step in offered if _in_short(step) == text]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise InputError(f"{quoted(text)} can be {few([repr(str(step)) for step in fitting])} here; say which")
        cut = (CUT_SHORT.fullmatch(text) or TOLD_LATE.fullmatch(text)) if isinstance(text, str) else None
        raise _cannot_happen(cut["step"] if cut else text, offered)

    def take(self, steps: Iterable[str | Step]) -> None:
        """Let these steps happen, one after the other. Raises `InputError` for one that cannot."""
        for step in steps:
            self.step(step if isinstance(step, Step) else self.read(step))

    def step(self, step: Step) -> None:
        """Let this step happen. Raises `InputError` if it cannot."""
        self.written.now += TICK
        offered = self.offers()
        if step.whole not in offered:
            raise _cannot_happen(str(step.whole), offered)
        self.crash_after = (step.who, step.effects) if step.effects else None
        first = len(self.written.log)
        offered[step.whole]()
        if step.late:
            self._tell_late(step, first)
        if self.crash_after is not None:
            raise InputError(f"{quoted(str(step))} cannot happen here: {step.who} does nothing over it")
        self._lose_what_goes_nowhere()

    def along(self, world: World, path: Iterable[tuple[State, Action]]) -> Iterator[Step]:
        """Follow a path of a search from the start on, and yield each step of it once it was taken."""
        self.begin()
        for state, action in path:
            step = step_of(world, state, action, self.in_flight)
            self.step(step)
            yield step

    def offers(self) -> dict[Step, Callable[[], None]]:
        """Return the steps that can happen now, each with what makes it happen."""
        offers: dict[Step, Callable[[], None]] = {}
        for due in self._next():
            for step, happen in self._steps_of(due):
                offers.setdefault(step, happen)
        for node in self.nodes:
            if node not in self.network.down:
                offers.setdefault(Step("crash", (the(node),)), partial(self._crash, node))
        for person in filter(self.network.is_in, self.scenario.people):
            offers.setdefault(by_a_fault(person, True, self.given), partial(self._log_out, person))
        for msgid in filter(self._is_under_way, self.scenario.msgids):
            offers.setdefault(Step("again", (self.sender_of(msgid), msgid)), partial(self._send_too_early, msgid))
        return offers

    def in_flight(self, packet: Packet) -> str:
        """Return the name of the packet in flight that says this; of equal ones, of the one sent first."""
        for due in self.agenda.all:
            if due.what == "arrive" and self.written.sent[due.about]._replace(fabricated=False) == packet:
                return self.name_of(due.about)
        raise InputError(f"no such packet is in flight: {quoted(packet, 200)}")

    def name_of(self, number: int) -> str:
        """Return the name of a packet."""
        return self.written.names()[number]

    def _queue(self, due: Appointment) -> object:
        """Return the queue that this is in, whose things happen in order; None if it is in none."""
        if due.what in ("say", "resend"):
            return "what people do"
        if due.what in ("leave", "come_back", "cut", "mend"):
            return due.about if isinstance(due.about, str) else frozenset(due.about)
        if due.what == "server_learns" and not due.about[0].crash:
            return ("news of", due.about[0].person)
        return None

    def _crashes_to_notice(self, person: str) -> list[Appointment]:
        """Those crashes of a person that the server has yet to notice."""
        learns = [due for due in self.agenda.all if due.what == "server_learns"]
        return [due for due in learns if due.about[0].person == person and due.about[0].crash]

    def _next(self) -> list[Appointment]:
        """What is pending and may be next: people's doings one by one, and a person's own news in their order."""
        first = []
        seen: set[object] = set()
        for due in sorted(self.agenda.all, key=lambda due: (due.t, due.order)):
            queue = self._queue(due)
            if queue is None or queue not in seen:
                first.append(due)
            seen.add(queue)
        return sorted(first, key=lambda due: due.order)

    def _steps_of(self, due: Appointment) -> list[tuple[Step, Callable[[], None]]]:
        """The steps that something pending can be, with what makes each happen."""
        if due.what == "arrive":
            packet = (self.name_of(due.about),)
            return [
                (Step("arrive", packet), self._taker(due)),
                (Step("drop", packet), partial(self._drop, due)),
                (Step("copy", packet), partial(self._copy, due.about)),
            ]
        step = self._step_of(due)
        if step is None:
            return []
        early = [(step._replace(what="beat"), partial(self._beat, due))] if self._is_heartbeat(due) else []
        return [(step, self._taker(due)), *early]

    def _step_of(self, due: Appointment) -> Step | None:
        """The step that something pending is, if it is no packet; None for a timer that no longer runs."""
        match due.what, due.about:
            case "timer", Running(node, name):
                return Step("timer", (node, name)) if self.runs(due.about) else None
            case "say", message:
                return Step("say", (message.sender, message.text))
            case "resend", wanted:
                return Step("resend", (self.scenario.sender_of(wanted.msgid), wanted.msgid))
            case "restart", (node, _):
                return Step("restart", (the(node),))
            case "server_learns", (news, _):
                if news.crash:
                    return noticed(news.person, self._crashes_to_notice(news.person).index(due) + 1)
                return Step("online" if news.online else "gone", (news.person,))
            case "log_in", fault:
                return by_a_fault(fault.person, False, self.given)
            case (("leave" | "come_back"), person):
                return Step("logout" if due.what == "leave" else "login", (person,))
        return Step(due.what, (next(name for name in due.about if name != SERVER),))  # "cut" or "mend" a link

    def _taker(self, due: Appointment) -> Callable[[], None]:
        """Return what makes something pending happen; both ways of a link are cut at once."""

        def take() -> None:
            together = [due]
            if due.what in ("cut", "mend"):
                together += [d for d in self.agenda.all if d.t == due.t and d.about == due.about[::-1]]
            for each in together:
                self.agenda.all.remove(each)
                getattr(self, each.what)(each.about)

        return take

    # Faults

    def _drop(self, due: Appointment) -> None:
        """A packet vanishes on its way."""
        self.agenda.all.remove(due)
        self.struck.append(Drop(self.name_of(due.about)))
        self.drop(due.about)

    def _copy(self, number: int) -> None:
        """The network makes a copy of a packet that has left: so the copy has, too, on the same connection."""
        self.struck.append(Duplicate(self.name_of(number).partition("~")[0]))
        copy = self.written.copy(number)
        packet = self.written.sent[number]
        due = instant(self.now + self.latency[packet.src, packet.dst])
        if number in self.nowhere:
            self.nowhere.add(copy)
        self.agenda.add(due, ARRIVAL, "arrive", copy)

    def _is_heartbeat(self, due: Appointment) -> bool:
        """Whether this is a heartbeat, which is a fault if it comes while something else is under way."""
        return due.what == "timer" and due.about.wait == HEARTBEAT

    def _beat(self, due: Appointment) -> None:
        """A heartbeat comes before its time."""
        self.agenda.all.remove(due)
        fault = Beat(due.about.node, at=self.now)
        self.struck.append(fault)
        self.run_out(due.about, str(fault))

    def _log_out(self, person: str) -> None:
        """A person logs out now, and will log in again; only then it is known how long they were away."""
        fault = Offline(person, at=self.now)
        self.struck.append(fault)
        self.agenda.add(self.now, PRESENCE, "log_in", fault)
        self.leave(person)

    def log_in(self, fault: Offline) -> None:
        """Who logged out by a fault logs in again."""
        struck = Offline(fault.person, at=fault.at, lasting=self.now - fault.at)
        self.struck = [struck if each is fault else each for each in self.struck]
        self.come_back(fault.person)

    def _is_under_way(self, msgid: str) -> bool:
        """Whether a person's screen says that this is under way, so that they may be too impatient to wait for it."""
        sender = self.sender_of(msgid)
        seen = self.screen[sender].get(msgid)
        if seen is None or sender in self.network.down:
            return False
        return is_under_way(self.written.log[seen].status, self.scenario.setting)

    def _send_too_early(self, msgid: str) -> None:
        """A person sends again what is under way."""
        fault = Again(msgid, at=self.now)
        self.struck.append(fault)
        self.again(fault)

    def _tell_late(self, step: Step, first: int) -> None:
        """A node is told of a timer that it stopped in this step, whose events begin with the `first`."""
        stops = [event for event in self.written.events() if event.kind == "timer_cancel" and event.node == step.who]
        named = [event for event in stops if event.timer == step.late]
        number = next((number for number, event in enumerate(named, 1) if event.id >= first), None)
        if number is None:
            raise InputError(f"{quoted(str(step))} cannot happen here: {the(step.who)} stops no such timer over it")
        fault = Late(step.who, nth_cancel(step.late, number))
        self.struck.append(fault)
        stopped = named[number - 1].id
        self.late_timer(TooLate(Running(step.who, step.late, stopped, ""), stopped, fault))

    def _crash(self, node: str) -> None:
        """A node crashes now."""
        self.crash(Crash(node, at=self.now))

    def crash(self, fault: Crash, cause: int = NONE) -> None:
        """A node crashes: remember it, because only its restart shows how long it was down."""
        self.crashed[fault.node] = len(self.written.log)
        super().crash(fault, cause)

    def restart(self, about: tuple[str, int]) -> None:
        """A node starts again, so it is known how long it was down."""
        node, crashed = about
        at = self.written.log[crashed].t
        fault = Crash(node, at=at, down=self.now - at)
        self.struck.append(fault)
        self.written.amend(crashed, str(fault))
        super().restart(about)

    def perform(self, node: str, effects: Sequence[Effect | Mistake], step: int) -> None:
        """Make the effects of one step happen; or only the first of them, after which the node crashes."""
        if self.crash_after is None or self.crash_after[0] != the(node):
            super().perform(node, effects, step)
            return
        who, cut = self.crash_after
        self.crash_after = None
        if cut > len(effects):
            raise InputError(f"{who} cannot crash after effect {cut} here: there are only {len(effects)}")
        super().perform(node, effects[:cut], step)
        self._crash(node)

    def _lose_what_goes_nowhere(self) -> None:
        """Lose what was sent on a connection that is gone now, because it will arrive nowhere."""
        for due in list(self.agenda.all):
            if due.what == "arrive" and due.about in self.nowhere:
                self.agenda.all.remove(due)
                self.arrive(due.about)

    # What is written down

    def trace(self) -> Trace:
        """Return what was written down, with times that count the steps."""
        self.faults = tuple(dict.fromkeys(self.struck))
        self._lose_what_is_left()
        trace = super().trace()
        ends = {event.packet: event.t for event in trace.events if event.kind in ("arrive", "drop", "lose")}
        packets = tuple(packet._replace(due=ends.get(packet.name, packet.due)) for packet in trace.packets)
        events = _with_ends_of_timers(trace.events)
        return Trace(trace.scenario, trace.faults, trace.unused, packets, events, timed=False)

    def _lose_what_is_left(self) -> None:
        """What is still in flight when the steps end never arrives in this trace."""
        self.written.now += TICK
        for due in list(self.agenda.all):
            if due.what == "arrive":
                self.agenda.all.remove(due)
                self.lose(due.about, STEPS_END)


def _in_short(step: Step) -> str:
    """A step about a packet without its msgid and number; any other step as it is."""
    return re.sub(r"^[^ /]+/([^ #]+)#[^ ]+", r"\1", str(step))


def _cannot_happen(step: object, offered: Iterable[Step]) -> InputError:
    others = ", ".join(repr(str(offer)) for offer in islice(offered, _MOST_OFFERED)) or "nothing more"
    return InputError(f"{quoted(step)} cannot happen here; what can: {others}")


def _with_ends_of_timers(events: Sequence[Event]) -> tuple[Event, ...]:
    """Let each timer run until the event that ends it, however long its node wanted it to run."""
    started: dict[tuple[str, str], int] = {}
    until: dict[int, float] = {}
    for event in events:
        key = (event.node, str(event.timer))
        if event.kind == "timer_start":
            started[key] = event.id
        elif event.kind in ("timer_fire", "timer_cancel") and key in started and not is_late(event):
            until[started[key]] = event.t
    return tuple(e._replace(until=until.get(e.id, e.until)) if e.kind == "timer_start" else e for e in events)
