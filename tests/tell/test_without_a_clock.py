"""Sentences about runs without a clock: no time exists there, so they name the steps, by the picture's numbers."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from rounds import ping_pong, pulls_in_vain

import imteach.tell
from imteach import Client, Compare, LearnerError, Scenario, check, follow
from imteach.draw import to_shiviz, to_svg
from imteach.draw.sequence.notebook import alt_text
from imteach.errors import InputError
from imteach.tell import PROMISE_TITLES, in_a_line, in_short, why, why_broken, why_not
from imteach.tell.moments.phones import phone_histories

TIME = re.compile(r"[0-9] ?ms\b")
SEARCHES = {
    "basic": ("drop",),
    "retransmit": ("drop",),
    "dedup": ("crash",),
    "offline": ("away", "late"),
}


class Silent(Client):
    """A learner's class that forgets to return its effects."""

    def on_msg_n(self, packet):
        super().on_msg_n(packet)


def stopped():
    """A run in which a learner's class makes a mistake."""
    with pytest.raises(LearnerError) as error:
        follow(Scenario("basic", client=Silent), ["alice says “hello”", "m1/msg:R#1 arrives", "m1/msg:N#1 arrives"])
    assert error.value.trace is not None
    return error.value.trace


@pytest.fixture(scope="module")
def runs():
    """Runs without a clock: all that small searches find, two that go round for ever, and one that stops."""
    found = [
        verdict.trace
        for rung, kinds in SEARCHES.items()
        for verdict in check(Scenario(rung, retries=1), faults=1, kinds=kinds).promises.values()
        if verdict.trace is not None
    ]
    assert len(found) >= 8
    away = follow("offline", ["bob logs out", "bob crashes", "alice says “hello”", "m1/msg:R#1 arrives"])
    return [*found, ping_pong(), pulls_in_vain(), away, stopped()]


def sentences(trace):
    """Everything that is said of a run, in words."""
    yield from (line for event in trace.events for line in why(trace, event))
    yield from (why_broken(trace, promise) for promise in PROMISE_TITLES if promise != "it_ends" or trace.loop)
    yield from (in_short(trace), in_a_line(trace), alt_text(trace), to_shiviz(trace))
    yield from (line for node in (*trace.scenario.people, "server") for line in trace.seen_by(node))
    yield from (note.note for phone in phone_histories(trace) for bubble in phone.bubbles for note in bubble.notes)
    yield from re.findall(r'aria-label="([^"]*)"', to_svg(trace))
    yield from (mistake.text for mistake in trace.mistakes)
    for said in trace.messages:
        for who in (said.sender, *said.to):
            for t in (None, *range(int(trace.events[-1].t) + 1)):
                try:
                    yield from why_not(trace, said.msgid, who, t)
                except InputError as error:
                    yield str(error)


@pytest.mark.filterwarnings("ignore:ShiViz draws no arrow")
def test_no_sentence_about_a_run_without_a_clock_says_ms(runs):
    for trace in runs:
        assert not trace.timed
        told = [str(sentence) for sentence in sentences(trace)]
        assert len(told) > 20
        assert [sentence for sentence in told if TIME.search(sentence)] == []
        assert any("step" in sentence for sentence in told)


def test_nor_does_what_tells_two_of_them_apart(runs):
    for one, other in pairwise(runs):
        told = Compare(one, other)
        assert not TIME.search(f"{told.sentence}{told!r}")


def test_a_step_that_is_named_is_the_one_that_follow_was_given():
    steps = [
        "alice says “hello”",
        "m1/msg:R#1 arrives",
        "m1/msg:N#1 arrives",
        "alice's timer m1 runs out",
        "m1/msg:R#2 arrives",
        "m1/msg:N#2 arrives",
    ]
    trace = follow("retransmit", steps)
    assert [event.t for event in trace.happened("show")] == [steps.index(f"m1/msg:N#{n} arrives") + 1 for n in (1, 2)]
    assert [f"{line}" for line in why(trace, trace.happened("show")[1])] == [
        "step 1: alice says “hello” to bob",
        "step 4: alice's timer for m1 runs out: no ack:N had come",
        "step 4: alice sends msg:R again, as m1/msg:R#2",
        "step 5: m1/msg:R#2 reaches the server",
        "step 6: m1/msg:N#2 reaches bob",
        "step 6: bob is shown “hello” again: the first time was at step 3",
    ]
    assert f"{why_broken(trace, 'no_duplicates')}" == (
        "bob was shown “hello” (m1) twice, at step 3 and at step 6: alice's timer ran out at step 4, before any ack:N "
        "could arrive, so alice sent msg:R again."
    )
    waits = follow("retransmit", [*steps[:2], "m1/msg:N#1 is dropped"])
    assert waits.why_not("m1", "bob", at=3)[-1] == "step 3: alice waits for ack:N: the timer runs"


def test_the_table_of_a_search_without_a_clock_gives_its_faults_no_times():
    found = check(Scenario("dedup", retries=1), faults=1, kinds=["crash"])
    table = found.to_text()
    assert "crash bob; " in table
    assert "@" not in table


def test_a_mistake_in_such_a_run_names_its_step():
    (stop,) = stopped().mistakes
    assert str(stop.text).startswith("Silent.on_msg_n returned None when m1/msg:N#1 arrived at step 3;")


def test_only_one_place_in_this_room_puts_ms_behind_a_moment():
    """Else the next sentence speaks of ms where no time exists: `stamp`, `at` and `from_then_on` know of the clock."""
    room = Path(imteach.tell.__file__).parent
    wrote = [
        f"{file.relative_to(room)}: {line.strip()}"
        for file in sorted(room.rglob("*.py"))
        for line in file.read_text("utf-8").splitlines()
        if re.search(r"\.(t|due|sent|arrived|loop)(:g)?\} ms", line)
    ]
    assert wrote == []
