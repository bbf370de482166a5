"""What a host looks at, to run again what depends on a lab: the trait `code`, by `observe` or `reactive_read`."""

import pytest

from imteach import Crash, Drop, Lab

STEPS = {
    "a click": lambda lab: lab._hear(lab, {"do": "drop", "packet": "m1/ack:N#1", "rev": 1, "ask": ["view", 1]}, []),
    "a drop in a cell": lambda lab: lab.drop("ack:N"),
    "another fault": lambda lab: lab.apply(Crash("bob", at=150)),
    "another rung": lambda lab: setattr(lab, "rung", "acked"),
    "a setting": lambda lab: lab.set(rto=200),
    "something said": lambda lab: lab.say("hi", at=400),
    "back": lambda lab: lab.undo(),
}


@pytest.mark.parametrize("step", STEPS)
def test_code_changes_once_with_the_run_and_the_run_is_there_by_then(step):
    lab = Lab("dedup", Drop("msg:A"))
    lab.drop("ack:A")
    seen = []
    before = lab.trace
    lab.observe(lambda change: seen.append((change.new, lab.trace, lab.faults)), "code")
    STEPS[step](lab)
    assert seen == [(lab.code, lab.trace, lab.faults)]
    assert lab.trace is not before


def test_it_does_not_change_with_what_is_looked_at():
    lab = Lab("dedup")
    seen = []
    lab.observe(seen.append, "code")
    lab.at = 60
    lab._hear(lab, {"do": "why", "packet": "m1/ack:N#1", "rev": 1, "ask": ["view", 1]}, [])
    lab.keep()
    assert lab.why
    assert seen == []
