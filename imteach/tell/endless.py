"""What a run that does not end does over and over, in words."""

from collections import Counter
from collections.abc import Sequence

from imteach.tell.words import join, the
from imteach.trace import Event


def over_and_over(latest: Sequence[Event]) -> str:
    """Return what the `latest` events of a run that does not end have in common, as a clause; "" if nothing is sent.

    It is the timer that ran out most often and what was sent then, or what was sent most often without a timer.

    >>> fired = Event(7, 900, "alice", "timer_fire", (5,), timer="m1")
    >>> over_and_over([fired, Event(8, 900, "alice", "send", (7,), packet="m1/msg:R#9")])
    "again and again alice's timer for m1 runs out and alice sends m1/msg:R"
    """
    by_id = {event.id: event for event in latest}
    fires = Counter(_runs_out(event) for event in latest if event.kind == "timer_fire")
    sent: Counter[str] = Counter()
    with_timer: dict[str, list[str]] = {}  # what was sent when a timer had run out
    for event in latest:
        if event.kind != "send" or "~" in str(event.packet):
            continue
        sends = f"{the(event.node)} sends {str(event.packet).partition('#')[0]}"
        cause = by_id.get(event.causes[0]) if event.causes else None
        step = by_id.get(cause.causes[0]) if cause is not None and cause.kind == "retransmit" else cause
        if step is not None and step.kind == "timer_fire":
            with_timer.setdefault(_runs_out(step), []).append(sends)
        else:
            sent[sends] += 1
    timer = max(with_timer, key=fires.__getitem__, default=None)
    often = max(sent, key=sent.__getitem__, default=None)
    if timer is not None and (often is None or fires[timer] >= sent[often] - 1):  # one may lie before the latest
        return f"again and again {join([timer, *dict.fromkeys(with_timer[timer])])}"
    return f"again and again {often}" if often is not None else ""


def _runs_out(fired: Event) -> str:
    what, _, group = str(fired.timer).partition(":")
    if what == "heartbeat":
        return f"{fired.node}'s heartbeat of {group} comes"
    return f"{fired.node}'s timer for {'its pull' if what == 'pull' else fired.timer} runs out"
