"""One event as a short sentence, as its node would tell it."""

from collections.abc import Callable

from imteach.plain import plain
from imteach.protocol import STATUSES
from imteach.sim.records import Event

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
    "discard": lambda event: f"discards {event.msgid}, shown before",
    "status": lambda event: f"sees {event.msgid} {STATUSES.get(str(event.status), '')} {event.status}",
}


def tell(event: Event) -> str:
    """Return what happened as a short sentence with its time, without who it happened to.

    >>> from imteach import Scenario
    >>> tell(Scenario("basic").run().events[0])
    '0 ms: says “hello” to bob'
    """
    return f"{event.t} ms: {plain(_WORDS[event.kind](event))}"
