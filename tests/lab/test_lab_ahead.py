"""What a step will show, worked out before it is taken: nothing changes by that, and it is what the step then shows."""

import json
import zlib
from typing import Any

import pytest

from imteach import Client, Drop, Lab, Say, Scenario
from imteach.lab.live import packed
from imteach.lab.widget import MOST_AHEAD

STEPS = [
    {"do": "strike", "tool": "drop", "packet": "m1/ack:N#1", "at": None},
    {"do": "strike", "tool": "crash", "node": "bob", "at": 90},
    {"do": "take back", "fault": "drop m1/msg:N#1"},
    {"do": "rung", "rung": "basic"},
    {"do": "say", "text": "hi", "sender": "bob", "to": "alice", "at": 20},
    {"do": "set", "name": "rto", "value": 150},
    {"do": "undo"},
    {"do": "keep"},
]


def begun() -> Lab:
    lab = Lab("dedup", Drop("msg:N"))
    lab.rung = "offline"
    return lab


def tell(lab: Lab, message: dict[str, Any]) -> list[tuple[Any, Any]]:
    """Let the lab hear what its page says, and return what it says besides its traits."""
    told: list[tuple[Any, Any]] = []
    lab.send = lambda content, buffers=(): told.append((content, buffers))
    lab._handle_custom_msg({"rev": lab._shown.rev, **message}, [])
    return told


def state(lab: Lab) -> dict[str, Any]:
    own = [
        name
        for name in lab.keys
        if not name.startswith("_") and name not in ("layout", "answered", "tabbable", "tooltip")
    ]
    return {name: getattr(lab, name) for name in own} | {"trace": lab.trace, "kept": lab.kept}


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step["do"])
def test_what_was_worked_out_ahead_is_what_the_step_shows(step: dict[str, Any]):
    lab, other = begun(), begun()
    before = state(lab)
    ((content, buffers),) = tell(lab, {"do": "ready", "to": step})
    assert state(lab) == before
    assert content["ready"] == step
    tell(lab, step)
    tell(other, step)
    assert state(lab) == state(other)
    changed = {name for name, value in state(lab).items() if value != before[name] and name not in ("trace", "kept")}
    told = content["parts"] | {
        name: json.loads(zlib.decompress(buffer)) for name, buffer in zip(content["large"], buffers, strict=True)
    }
    assert told == json.loads(json.dumps({name: getattr(lab, name) for name in changed - {"refusal"}}))
    assert [
        packed(getattr(lab, name), lab) for name in content["large"]
    ] == buffers  # byte for byte: else it is drawn twice


def test_it_is_not_worked_out_again():
    lab = begun()
    step = STEPS[0]
    tell(lab, {"do": "ready", "to": step})
    ahead = lab._ahead.shown.session.trace
    tell(lab, {**step, "ask": ["v", 1]})
    assert lab.trace is ahead
    assert lab.answered == {"v": 1}


def test_what_another_step_has_made_old_is_not_shown():
    lab = begun()
    tell(lab, {"do": "ready", "to": STEPS[0]})
    lab.drop("ack:R")
    tell(lab, STEPS[0])
    assert [str(fault) for fault in lab.faults] == ["drop m1/msg:N#1", "drop m1/ack:R#1", "drop m1/ack:N#1"]
    lab.undo()
    lab.undo()  # the run is that of before, but nothing says so of its steps
    tell(lab, STEPS[0])
    assert [str(fault) for fault in lab.faults] == ["drop m1/msg:N#1", "drop m1/ack:N#1"]
    lab.undo()
    assert [str(fault) for fault in lab.faults] == ["drop m1/msg:N#1"]


def test_the_steps_to_take_back_are_those_of_the_lab():
    lab = begun()
    tell(lab, {"do": "ready", "to": {"do": "undo"}})
    lab.drop("ack:N")
    lab.undo()
    assert lab.rung == "offline"
    lab.redo()
    assert len(lab.faults) == 2


def test_a_learners_own_code_is_not_run_before_it_is_wanted():
    made = []

    class Counting(Client):
        def on_say(self, message):
            made.append(message)
            return super().on_say(message)

    lab = Lab(Scenario("dedup", client=Counting))
    before = len(made)
    ((content, buffers),) = tell(lab, {"do": "ready", "to": STEPS[0]})
    assert (content["parts"], buffers) == (None, [])
    assert len(made) == before
    tell(lab, STEPS[0])
    assert lab.faults == (Drop("m1/ack:N#1"),)


NONE = [
    None,
    7,
    [],
    {},
    {"do": "ready", "to": {"do": "undo"}},
    {"do": "why", "packet": "m1/msg:R#1"},
    {"do": "export", "form": "svg"},
    {"do": "strike", "tool": "drop", "packet": "m9/msg:R#1", "at": None},
    {"do": "redo"},
    {"do": "say", "text": "x" * 10_001, "sender": "bob", "to": "alice", "at": 0},
]


@pytest.mark.parametrize("to", NONE, ids=str)
def test_what_cannot_be_done_is_refused_when_it_is_asked_for_and_not_before(to: object):
    lab = begun()
    tell(lab, {"do": "nonsense"})
    before = state(lab)
    assert before["refusal"]
    ((content, buffers),) = tell(lab, {"do": "ready", "to": to})
    assert (content["ready"], content["parts"], buffers) == (to, None, [])
    assert state(lab) == before


def test_a_long_run_is_worked_out_for_the_part_that_is_shown():
    lab = Lab(Scenario("dedup", say=[Say("hello", at=100 * number) for number in range(80)]))
    lab.window = 1
    step = {"do": "strike", "tool": "drop", "packet": "m40/msg:R#1", "at": None}
    ((content, _),) = tell(lab, {"do": "ready", "to": step})
    assert "picture" in content["large"]
    tell(lab, step)
    assert lab.window == 1
    assert "m40" in lab.picture


def test_of_a_very_long_run_nothing_is_worked_out_ahead():
    def parts(messages: int) -> object:
        lab = Lab(Scenario("dedup", say=[Say("hello", at=100 * number) for number in range(messages)]))
        ((content, _),) = tell(lab, {"do": "ready", "to": {**STEPS[0], "packet": "m2/msg:R#1"}})
        return content["parts"]

    assert parts(MOST_AHEAD // 6) is not None
    assert parts(MOST_AHEAD // 6 + 1) is None
