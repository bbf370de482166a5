"""Many learners who do anything at all: every step leads somewhere, and there is always a way back."""

from itertools import pairwise
from random import Random

import pytest
from sessions import scenario, take_a_step

from imteach import Drop, InputError, Say, Scenario
from imteach.lab import page
from imteach.lab.session import Session
from imteach.trace import Trace


def history(session: Session) -> list[Trace]:
    """Every run that can be reached by undo and redo, the first one first. The session is then as it was."""
    redone = undone = 0
    while session.can_redo:
        session.redo()
        redone += 1
    runs = [session.trace]
    while session.can_undo:
        session.undo()
        runs.insert(0, session.trace)
        undone += 1
    for _ in range(undone - redone):
        session.redo()
    return runs


@pytest.mark.parametrize("seed", range(60))
def test_there_is_always_a_way_back_and_forth_through_runs_that_run(seed: int):
    chance = Random(seed)
    session = Session(scenario(chance))
    first = session.trace
    taken = 0
    for _ in range(25):
        before = (session.trace, session.can_undo, session.can_redo)
        if take_a_step(session, chance):
            taken += 1
        else:
            assert (session.trace, session.can_undo, session.can_redo) == before
        page.everything(session)
    assert taken > 3
    now = session.trace
    runs = history(session)
    assert session.trace is now
    assert runs[0] is first
    assert any(run is now for run in runs)
    assert all(one is not other for one, other in pairwise(runs))
    for run in runs:  # each can be run again, and gives the same
        assert run.scenario.run(*run.faults) == run


@pytest.mark.parametrize("seed", range(60, 90))
def test_what_is_said_or_unsaid_leaves_every_fault_that_met_something_meeting_the_same(seed: int):
    """For the packets: what was said when, and to whom, and the kind and number of the packet."""
    chance = Random(seed)
    session = Session(scenario(chance))
    for _ in range(12):
        take_a_step(session, chance)
        before = met(session.trace)
        try:
            session.say("something new", at=chance.choice((0, 5, 90)))
        except InputError:
            continue
        session.undo()
        session.redo()
        after = met(session.trace)
        lost = {fault for fault in before if fault not in after}
        assert not lost, (session.code, lost)


def met(trace: Trace) -> list[tuple]:
    """What was said in each message whose packet a fault names, with the packet's name without its msgid."""
    texts = {outcome.msgid: (outcome.sender, outcome.text) for outcome in trace.messages}
    found = []
    for fault in trace.faults:
        owner, _, kind = getattr(fault, "packet", "").partition("/")
        if owner in texts:
            found.append((type(fault), texts[owner], kind))
    return found


def test_undo_and_redo_go_back_and_forth_and_a_new_step_ends_that():
    session = Session("dedup")
    steps = [
        lambda: session.use("drop", packet="ack:N"),
        lambda: session.say("and?", at=50),
        lambda: session.set_online("bob", False, at=900),
        lambda: session.choose("offline"),
        session.reset,
    ]
    runs = [session.trace]
    for step in steps:
        step()
        runs.append(session.trace)
    for run in reversed(runs[:-1]):
        session.undo()
        assert session.trace is run
    assert not session.can_undo
    for run in runs[1:]:
        session.redo()
        assert session.trace is run
    assert not session.can_redo
    with pytest.raises(InputError, match="nothing to redo"):
        session.redo()
    session.undo()
    session.drop("m1/msg:A")
    assert not session.can_redo
    session.undo()
    assert session.can_redo
    session.choose(session.rung)  # no step
    assert session.can_redo


def test_a_step_that_is_refused_leaves_redo_as_it_was():
    session = Session(Scenario("dedup", say=[Say("hello")]), Drop("ack:N"))
    session.drop("msg:A")
    session.undo()
    with pytest.raises(InputError):
        session.use("drop", packet="m1/ack:N#9")
    with pytest.raises(InputError):
        session.say("")
    session.drop("ack:N")  # is dropped already
    assert session.can_redo
