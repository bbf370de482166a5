"""What a page without Python is told of one run: all that the live page would show, and every reason it can ask for."""

from collections.abc import Callable, Iterator
from typing import Any

from imteach.draw import drawn, windows
from imteach.errors import InputError
from imteach.lab import page
from imteach.lab.answers.reached import drop_of
from imteach.lab.moments import Histories
from imteach.lab.session import Session
from imteach.trace import Trace

Part = dict[str, Any]

OF_PYTHON = ("steps", "settings", "presets", "situation", "beside")
"""The parts that such a page counts itself, or hides, because they need Python."""


def told(run: Session) -> Part:
    """Return what the page shows of this run, by the name of the part, and under `asked` what it can be asked.

    It is what `Lab` sends, but for a picture's number, which is 0 here, and for `OF_PYTHON`.

    >>> parts = told(Session("basic"))
    >>> parts["code"], len(parts["picture"]), [name for name, _ in parts["asked"]["packet"]]
    ('Scenario("basic").run()', 32, ['m1/msg:R#1', 'm1/msg:A#1', 'm1/msg:N#1'])
    """
    trace = run.trace
    (window,) = windows(trace)
    shown, histories = drawn(trace, 0, window), Histories(trace).shown(window)
    parts = page.everything(run)
    for name in OF_PYTHON:
        parts.pop(name, None)
    return {
        "picture": shown.svg.split("\n"),  # most lines stand in other pictures, too
        "drawn": page.of_the_picture(shown),
        **histories,
        **parts,
        "stretch": page.stretch([window], 0),
        "refusal": run.mistake,
        "asked": {
            "event": [[event, _answer(page.why, trace, trace.events[event])] for event, *_ in shown.notes],
            "packet": [[packet.name, _answer(page.why_of_packet, trace, packet.name)] for packet in trace.packets],
            "not": [
                [msgid, who, _history(trace, msgid, who, at)] for msgid, who, at in _doubts(trace, histories["knows"])
            ],
            "vain": [[packet.name, str(why)] for packet in trace.packets if (why := _vain(run, packet.name))],
        },
    }


def _answer(ask: Callable[..., Part], *about: Any) -> Part:
    """Return the answer; where there is none, what the widget says then, as `refusal`."""
    try:
        return ask(*about)
    except InputError as error:
        return {"refusal": str(error)}
    except Exception as error:  # of a learner's own code
        return {"refusal": f"That run stopped with {type(error).__name__}: {error}"}


def _vain(run: Session, packet: str) -> InputError | None:
    """Return why a click on this packet drops nothing, if so."""
    drop = drop_of(run, packet)
    return drop if isinstance(drop, InputError) else None


def _doubts(trace: Trace, known: list[Part]) -> Iterator[tuple[str, str, list[float]]]:
    """Yield of which message whom one can ask why they do not know of it, and at which instants."""
    instants = list(dict.fromkeys(event.t for event in trace.events))
    for said in known:
        for who in dict.fromkeys(row["ask"] for row in said["rows"] if row["ask"]):
            rows = [row["history"] for row in said["rows"] if row["ask"] == who]
            open_at = [t for t in instants if t >= said["said"] and not all(_is_so(history, t) for history in rows)]
            yield said["msgid"], who, open_at


def _is_so(history: list[list[Any]], t: float) -> bool:
    """Whether it is so by this moment, and so there is no question beside it."""
    return next((is_so for since, is_so, *_ in reversed(history) if since <= t), False)


def _history(trace: Trace, msgid: str, who: str, instants: list[float]) -> list[tuple[float, Part]]:
    """Return why somebody does not know, from when on: between two instants the answer differs only in its time.

    The last reason begins with that time; the page puts it there.
    """
    history: list[tuple[float, Part]] = []
    end = trace.events[-1].t
    for t in instants:
        answer = _answer(page.why_not, trace, msgid, who, None if t >= end else t)
        if "reasons" in answer:
            last = answer["reasons"][-1]
            last["text"] = last["text"].removeprefix(f"{t} ms: ")
        if not history or history[-1][1] != answer:
            history.append((t, answer))
    return history
