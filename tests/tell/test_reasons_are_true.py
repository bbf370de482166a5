"""Every reason is borne out by the events of its run: classes with real bugs under drops, delays and crashes."""

from itertools import islice

import pytest
from claims import Claims
from hypothesis import given
from nightly import NIGHTLY
from real_bugs import BUGS
from worlds import runs

from imteach import LADDER, Client, Crash, Delay, Drop, InputError, Offline
from imteach.protocol import PROMISES
from imteach.tell import why_broken
from imteach.trace.unused import EffectNames
from imteach.verify import TRIALS

MOST = 200 if NIGHTLY else 8
"""Plans of one fault that are tried in each trial, of each kind of fault."""

BY_DAY = {
    "basic": ["one message", "nobody is there", "the same words twice", "sent again after a failure"],
    "offline": ["bob is away", "the server crashes while bob is away"],
    "ordered": ["in order after an absence"],
    "group": ["a group", "a member is away"],
}
"""The trials that are run by day, by the rung from which on they are; by night all of them are."""


def trials(rung):
    by_day = [name for since in islice(LADDER, list(LADDER).index(rung) + 1) for name in BY_DAY.get(since, ())]
    return [trial for trial in TRIALS.values() if trial.suits(rung) and (NIGHTLY or trial.name in by_day)]


def plans(trace):
    """Plans of one fault for what happens in this run."""
    yield ()
    names = [packet.name for packet in trace.packets if packet.copy == 1][:MOST]
    yield from ((Drop(name),) for name in names)
    yield from ((Delay(name, by=400),) for name in names[: MOST // 3])
    effects = EffectNames()
    after = [(event.node, name) for event in trace.events if (name := effects.name(event))]
    yield from ((Crash(node, after=name, down=100),) for node, name in after[: 2 * MOST])
    yield from ((Crash(node, at=160, down=100),) for node in ("alice", "server"))
    yield (Offline("bob", at=160, lasting=300),)


def false_claims(trace):
    """What the reasons of a run claim and is not so."""
    wrong = []
    for promise, holds in trace.promises.items():
        if not holds:
            said = next(said.msgid for said in trace.messages if not PROMISES[promise](said))
            wrong += Claims().false_claims(trace, promise, why_broken(trace, promise), said)
    return wrong


def checked(scenario, given):
    """Run a scenario under all its plans; return what its reasons claim and is not so."""
    try:
        base = scenario.run(*given)
    except InputError:  # it does not end
        return []
    wrong = []
    for plan in plans(base):
        try:
            trace = scenario.run(*given, *plan)
        except InputError:
            continue
        wrong += false_claims(trace)
    return wrong


@pytest.mark.parametrize("bug", BUGS)
def test_what_is_said_of_a_class_with_a_bug_is_so(bug):
    made, rung = BUGS[bug]
    kind = "client" if issubclass(made, Client) else "server"
    for trial in trials(rung):
        assert checked(trial.scenario(rung, **{kind: made}), trial.given) == [], trial.name


@pytest.mark.parametrize("rung", LADDER)
def test_what_is_said_of_the_protocol_itself_is_so(rung):
    for trial in trials(rung):
        assert checked(trial.scenario(rung), trial.given) == [], trial.name


@given(runs())
def test_what_is_said_of_any_run_is_so(case):
    scenario, faults = case
    assert false_claims(scenario.run(*faults)) == []
