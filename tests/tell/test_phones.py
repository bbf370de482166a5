"""What the phones show at every moment; what they show in the end is in `test_lab_page`."""

import pytest
from gallery import GALLERY
from hypothesis import given, settings
from nightly import by_night
from worlds import runs

from imteach import Crash, Drop, Offline, Say, Scenario
from imteach.scenario import Resend
from imteach.tell.moments import phone_histories
from imteach.trace.outcomes import OutcomeReader


def phone(trace, person):
    return next(mine for mine in phone_histories(trace) if mine.person == person)


def notes(trace, person):
    return [
        (bubble.since, [(n.since, n.note, n.mood) for n in bubble.notes]) for bubble in phone(trace, person).bubbles
    ]


def test_each_status_stands_there_from_its_time_on():
    trace = Scenario("dedup", say=[Say(at=20)]).run(Drop("ack:N"))
    assert notes(trace, "alice") == [
        (20, [(20, "◷ sending", "sending"), (120, "✓ sent", "sent"), (520, "✓✓ delivered", "delivered")])
    ]
    assert notes(trace, "bob") == [(120, [(120, "at 120 ms", "")])]


def test_what_is_shown_again_is_a_bubble_of_its_own_from_then_on():
    trace = Scenario("retransmit").run(Drop("ack:N"))
    assert notes(trace, "bob") == [
        (100, [(100, "at 100 ms", "")]),
        (400, [(400, "at 400 ms, shown again", "duplicate")]),
    ]


def test_what_is_sent_again_stands_at_its_new_place_from_when_it_was_said():
    scenario = Scenario("ordered", say=[Say("one"), Say("two", at=50)], resend=[Resend("m1", at=2000)])
    trace = scenario.run(*(Drop(f"m1/msg:R#{number}") for number in (1, 2, 3)))
    mine = phone(trace, "alice").bubbles
    assert [(bubble.text, bubble.since) for bubble in mine] == [("two", 50), ("one", 0)]
    assert [note.note for note in mine[1].notes] == ["◷ sending", "! failed", "◷ sending", "✓ sent", "✓✓ delivered"]


def test_a_crash_leaves_what_the_person_saw_and_then_nothing():
    trace = Scenario("dedup").run(Crash("alice", at=60, down=30))
    assert notes(trace, "alice") == [(0, [(0, "◷ sending", "sending"), (90, "forgotten, off the screen", "forgotten")])]
    assert phone(trace, "alice").down == ((60, 90),)
    assert phone(trace, "bob").down == ()


def test_when_its_person_is_away():
    trace = Scenario("offline").run(Offline("bob", at=20, lasting=400), Offline("bob", at=700))
    assert phone(trace, "bob").away == ((20, 420), (700, None))
    assert phone(trace, "alice").away == ()
    crashed = Scenario("offline").run(Offline("bob", at=20, lasting=400), Crash("bob", at=60, down=30))
    assert len(crashed.happened("logout", node="bob")) == 2
    assert phone(crashed, "bob").away == ((20, 420),)
    assert phone(crashed, "bob").down == ((60, 90),)


def test_as_many_bubbles_as_one_asks_for():
    trace = Scenario("dedup", say=[Say(at=100 * n) for n in range(9)]).run()
    last = phone_histories(trace, most=4)[0]
    assert [bubble.msgid for bubble in last.bubbles] == ["m6", "m7", "m8", "m9"]
    assert last.earlier == 5
    assert phone(trace, "alice").earlier == 0


def agrees(trace):
    """Whether at each moment the notes are the statuses of then, and the bubbles are what was shown until then."""
    reader = OutcomeReader(trace.scenario, trace.packet if trace.scenario.groups else {})
    mine = phone_histories(trace, most=10**6)
    for number, event in enumerate(trace.events):
        reader.read(event)
        if trace.events[number + 1 : number + 2] and trace.events[number + 1].t == event.t:
            continue
        for one in mine:
            seen = [bubble for bubble in one.bubbles if bubble.since <= event.t]
            own = {
                bubble.said: [n for n in bubble.notes if n.since <= event.t][-1].mood for bubble in seen if bubble.own
            }
            said = [said for said, row in reader.rows.items() if row.node == one.person]
            screen = reader.screen(one.person)
            assert own == {msgid: screen.status.get(msgid, "") for msgid in said}
            shown = [bubble.said for bubble in seen if not bubble.own]
            assert {msgid: shown.count(msgid) for msgid in shown} == screen.shown


@pytest.mark.parametrize("name", GALLERY)
def test_at_each_moment_the_screen_of_then(name):
    agrees(GALLERY[name])


@given(runs())
@settings(max_examples=by_night(500, 40), deadline=None)
def test_at_each_moment_the_screen_of_then_whatever_strikes(run):
    scenario, faults = run
    agrees(scenario.run(*faults))
