"""What the lab's page shows of a run, as plain data that goes to the page as JSON. Every text is text, not markup."""

from typing import Any

from imteach.draw.sequence.window import Window
from imteach.lab.session import Session
from imteach.protocol import LADDER
from imteach.scenario import Drop
from imteach.tell import PROMISE_TITLES, fault_in_words, in_short, why_broken, why_unused
from imteach.tell.moments.phones import Bubble, phone_histories
from imteach.trace import Trace

Part = dict[str, Any]


def ladder(session: Session) -> Part:
    """The rungs, lowest first, each with what it adds, and the one chosen."""
    rungs = [{"name": rung.name, "adds": rung.adds} for rung in LADDER.values()]
    return {"chosen": session.rung, "rungs": rungs}


def phones(trace: Trace) -> list[Part]:
    """For each person their chat as they see it at the end: what they said and were shown, in time order.

    What they sent again stands at the place by which `in_order` is judged: see `places`. A phone shows the last
    `MOST_BUBBLES` of a long chat; `earlier` counts those before.

    >>> from imteach import Drop, Scenario
    >>> for phone in phones(Scenario("retransmit").run(Drop("ack:N"))):
    ...     print(phone["person"], [bubble["note"] for bubble in phone["bubbles"]])
    alice ['✓✓ delivered']
    bob ['at 100 ms', 'at 400 ms, shown again']
    """
    return [
        {"person": phone.person, "bubbles": [_at_the_end(bubble) for bubble in phone.bubbles], "earlier": phone.earlier}
        for phone in phone_histories(trace)
    ]


def _at_the_end(bubble: Bubble) -> Part:
    """A bubble with the note that stands beside it in the end."""
    return {
        "own": bubble.own,
        "msgid": bubble.msgid,
        "said": bubble.said,
        "text": bubble.text,
        "who": bubble.who,
        "note": bubble.notes[-1].note,
        "mood": bubble.notes[-1].mood,
    }


def promises(trace: Trace) -> list[Part]:
    """Each promise: its title, whether this run keeps it, and if not, one sentence that says why."""
    return [
        {
            "name": name,
            "title": PROMISE_TITLES[name],
            "holds": holds,
            "why": "" if holds else why_broken(trace, name),
        }
        for name, holds in trace.promises.items()
    ]


def fault_rows(trace: Trace) -> list[Part]:
    """The faults that cannot be clicked in the diagram, each as a line that can be taken back.

    They are all faults but drops, and the drops of packets that were never sent.
    """
    rows = []
    for fault in trace.faults:
        if fault in trace.unused:
            text = f"{fault}: {why_unused(fault, trace)}."
        elif isinstance(fault, Drop):
            continue
        else:
            text = f"{fault_in_words(fault)}."
        rows.append({"fault": str(fault), "text": text})
    return rows


def stretch(parts: list[Window], place: int) -> Part:
    """Which window of a long run the picture shows, and the places of its neighbours; {} if it shows the whole run.

    >>> from imteach import Scenario
    >>> from imteach.draw.sequence.window import windows
    >>> trace = Scenario("basic").run()
    >>> stretch(windows(trace), 0)
    {}
    >>> stretch(windows(trace, size=2), 1)["words"]
    'Showing packet 3 of 3, 50 to 100 ms'
    """
    if len(parts) == 1:
        return {}
    return {
        "words": f"Showing {parts[place].words}",
        "earlier": place - 1 if place > 0 else None,
        "later": place + 1 if place + 1 < len(parts) else None,
    }


def everything(session: Session) -> dict[str, Any]:
    """All parts of the page but the picture, by the name of the trait that carries each."""
    trace = session.trace
    return {
        "ladder": ladder(session),
        "outcome": in_short(trace),
        "phones": phones(trace),
        "promises": promises(trace),
        "fault_rows": fault_rows(trace),
        "code": session.code,
        "steps": {"undo": session.can_undo, "reset": session.can_reset},
    }
