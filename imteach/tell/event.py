"""One event as a short sentence, as its node would tell it."""

from collections.abc import Callable

from imteach.plain import plain
from imteach.protocol import STATUSES
from imteach.trace import Event, Trace

_WORDS: dict[str, Callable[[Event], str]] = {
    "say": lambda event: f"says “{event.text}” to {event.to}",
    "send": lambda event: f"sends {event.packet}",
    "arrive": lambda event: f"receives {event.packet}",
    "drop": lambda event: f"{event.packet} is dropped",
    "timer_start": lambda event: f"starts a timer for {event.timer}",
    "timer_cancel": lambda event: f"cancels the timer for {event.timer}",
    "timer_fire": lambda event: f"the timer for {event.timer} runs out",
    "retransmit": lambda event: f"tries again: {event.packet}",
    "show": lambda event: f"shows “{event.text}” ({event.msgid})",
    "discard": lambda event: f"discards {event.msgid}, {event.text or 'shown before'}",
    "hold": lambda event: f"holds {event.msgid} back, one before it is missing",
    "status": lambda event: f"sees {event.msgid} {_sign(event)}{event.status}",
    "start": lambda event: "starts",
    "resend": lambda event: f"sends {event.msgid} again",
    "unsaid": lambda event: f"cannot send {event.msgid} again: {event.text}" if event.msgid else _unsaid(event),
    "lose": lambda event: f"{event.packet} is lost: {event.text}",
    "write": lambda event: f"{'erases' if event.text else 'writes'} {event.key}",
    "store": lambda event: f"stores {event.msgid} for {event.to}",
    "delete": lambda event: f"deletes {event.msgid}, kept for {event.to}",
    "login": lambda event: f"learns that {event.to} is online" if event.to else "logs in",
    "logout": lambda event: f"learns that {event.to} is gone" if event.to else "logs out",
    "crash": lambda event: "crashes",
    "restart": lambda event: "starts again",
}


def _sign(event: Event) -> str:
    sign = STATUSES.get(str(event.status), "")
    return f"{sign} " if sign else ""


def _unsaid(event: Event) -> str:
    return f"cannot say “{event.text}” to {event.to}: the client is down"


def seen_by(trace: Trace, node: str) -> list[str]:
    """Return everything that happened at one node, as the node knows it, a short sentence each.

    >>> from imteach import Scenario
    >>> seen_by(Scenario("basic").run(), "bob")
    ['100 ms: receives m1/msg:N', '100 ms: shows “hello” (m1)']
    """
    return [tell_at_node(event) for event in trace.events if event.node == node]


def tell_at_node(event: Event) -> str:
    """Return the same as its node knows it: without the number of a packet that arrives.

    >>> from imteach import Drop, Scenario
    >>> tell_at_node(Scenario("retransmit").run(Drop("msg:N")).happened("arrive", packet="m1/msg:A#2")[0])
    '400 ms: receives m1/msg:A'
    """
    if event.kind == "arrive":
        event = event._replace(packet=str(event.packet).partition("#")[0])
    return tell(event)


def tell(event: Event) -> str:
    """Return what happened as a short sentence with its time, without who it happened to.

    >>> from imteach import Scenario
    >>> tell(Scenario("basic").run().events[0])
    '0 ms: says “hello” to bob'
    """
    return f"{event.t} ms: {plain(_WORDS[event.kind](event))}"
