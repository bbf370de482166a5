"""One event as a sentence. `seen_by`, reasons and mistakes share these words for what a node does.

`what_it_does` is the part after the node's name ("shows “hello” (m1)"), `sentence` has the name before it, and `when`
makes a clause of an event that is input to a node ("when m1/msg:N#1 arrived at 100 ms").
"""

from collections.abc import Callable

from imteach.plain import plain
from imteach.protocol import STATUSES
from imteach.tell.words import at, stamp, the
from imteach.trace import Event, Trace
from imteach.trace.records import is_early, is_late, is_too_early

_DOES: dict[str, Callable[[Event], str]] = {
    "say": lambda event: f"says “{event.text}” to {event.to}",
    "send": lambda event: f"sends {event.packet}",
    "arrive": lambda event: f"receives {event.packet}",
    "timer_start": lambda event: f"starts a timer for {event.timer}",
    "timer_cancel": lambda event: f"cancels the timer for {event.timer}",
    "retransmit": lambda event: f"tries again: {event.packet}",
    "show": lambda event: f"shows “{event.text}” ({event.msgid})",
    "discard": lambda event: f"discards {event.msgid}, {event.text or 'shown before'}",
    "hold": lambda event: f"holds {event.msgid} back, one before it is missing",
    "forget": lambda event: f"forgets {event.msgid}",
    "status": lambda event: f"sees {event.msgid} {_sign(event)}{event.status}",
    "start": lambda event: "starts",
    "resend": lambda event: f"sends {event.msgid} again{', too early' if is_too_early(event) else ''}",
    "unsaid": lambda event: f"cannot send {event.msgid} again: {event.text}" if event.msgid else _unsaid(event),
    "write": lambda event: f"{'erases' if event.text else 'writes'} {event.key}",
    "store": lambda event: f"stores {event.msgid} for {event.to}",
    "delete": lambda event: f"deletes {event.msgid}, kept for {event.to}",
    "login": lambda event: f"learns that {event.to} is online" if event.to else "logs in",
    "logout": lambda event: f"learns that {event.to} is gone" if event.to else "logs out",
    "crash": lambda event: "crashes",
    "restart": lambda event: "starts again",
}
"""What a node does, by the kind of event."""

_HAPPENS: dict[str, Callable[[Event], str]] = {
    "drop": lambda event: f"{event.packet} is dropped",
    "lose": lambda event: f"{event.packet} is lost: {event.text}",
    "timer_fire": lambda event: f"the timer for {event.timer}{_cancelled(event)} runs out{_early(event)}",
}
"""Events that are no node's doing: they happen to a packet or to a timer."""

_WHEN: dict[str, Callable[[Event], str]] = {
    "start": lambda event: "it started",
    "say": lambda event: f"{event.node} said “{plain(event.text or '')}”",
    "resend": lambda event: f"{event.node} sent {event.msgid} again{', too early,' if is_too_early(event) else ''}",
    "arrive": lambda event: f"{event.packet} arrived",
    "timer_fire": lambda event: f"its timer {event.timer}{_cancelled(event)} ran out{_early(event)}",
    "login": lambda event: f"it learned that {event.to} is online" if event.to else f"{event.node} logged in",
    "logout": lambda event: f"it learned that {event.to} is gone" if event.to else f"{event.node} logged out",
    "restart": lambda event: "it started again",
}
"""The events that are input to a node, in the past tense."""


def _sign(event: Event) -> str:
    sign = STATUSES.get(str(event.status), "")
    return f"{sign} " if sign else ""


def _unsaid(event: Event) -> str:
    return f"cannot say “{event.text}” to {event.to}: the client is down"


def _cancelled(event: Event) -> str:
    return ", cancelled already," if is_late(event) else ""


def _early(event: Event) -> str:
    return " too early" if is_early(event) else ""


def what_it_does(event: Event) -> str:
    """Return what happened, without the node and the time.

    >>> what_it_does(Event(0, 0, "server", "store", (), msgid="m1", to="bob"))
    'stores m1 for bob'
    """
    does = _DOES.get(event.kind) or _HAPPENS[event.kind]
    return plain(does(event))


def sentence(event: Event) -> str:
    """Return what happened and which node did it, without the time.

    >>> sentence(Event(0, 0, "server", "store", (), msgid="m1", to="bob"))
    'the server stores m1 for bob'
    >>> sentence(Event(0, 0, "network", "drop", (), packet="m1/ack:N#1"))
    'm1/ack:N#1 is dropped'
    """
    does = what_it_does(event)
    return f"{the(event.node)} {does}" if event.kind in _DOES else does


def when(event: Event, timed: bool = True) -> str:
    """Return the step of a node that begins with this event, as a clause. `timed`: whether the run has a clock.

    >>> when(Event(3, 100, "bob", "arrive", (2,), packet="m1/msg:N#1"))
    'when m1/msg:N#1 arrived at 100 ms'
    """
    return f"when {_WHEN[event.kind](event)} {at(event.t, timed)}"


def tell(event: Event, timed: bool = True) -> str:
    """Return what happened and when, without the node. `timed`: whether the run has a clock.

    >>> from imteach import Scenario
    >>> tell(Scenario("basic").run().events[0])
    '0 ms: says “hello” to bob'
    """
    return f"{stamp(event.t, timed)}: {what_it_does(event)}"


def seen_by(trace: Trace, node: str) -> list[str]:
    """Return everything that happened at one node, in time order, a short sentence each.

    It says what the node can know: a packet that arrives has no number, which is the trace's own count, and a timer
    does not say that it comes too late.

    >>> from imteach import Drop, Scenario
    >>> trace = Scenario("retransmit").run(Drop("msg:N"))
    >>> [line for line in seen_by(trace, "alice") if "receives" in line]
    ['100 ms: receives m1/msg:A', '400 ms: receives m1/msg:A', '500 ms: receives m1/ack:N']
    """
    return [tell(_as_its_node_knows(event), trace.timed) for event in trace.events if event.node == node]


def _as_its_node_knows(event: Event) -> Event:
    if event.kind == "timer_fire":
        return event._replace(text=None)
    return event._replace(packet=str(event.packet).partition("#")[0]) if event.kind == "arrive" else event
