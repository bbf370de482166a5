"""More than a page is kept, and what the first page brings must wait for what comes on a later one."""

import pytest

from imteach import LADDER, Delay, Drop, Duplicate, Offline, Say, Scenario, Trace, explore
from imteach.draw.sequence.words import packet_sentence
from imteach.protocol import offline
from imteach.verify.exams.trials import TRIALS

ORDERING = [name for name, rung in LADDER.items() if rung.orders]
AWAY = Offline("bob", at=0, lasting=2500)
LATE = Delay("m1/msg:R#1", by=400)  # so it is kept last
FAILS = [Drop(f"m1/msg:R#{number}") for number in (1, 2, 3)]
ALICES = [Say(f"no. {number}", at=100 + 10 * number) for number in range(1, 22)]
CAROLS = Say("hi", sender="carol", at=1500)


def shown(trace):
    return [event.text for event in trace.happened("show", node="bob")]


def carried(trace, kind):
    return [packet.msgids for packet in trace.packets if packet.kind == kind]


@pytest.mark.parametrize("rung", ORDERING)
def test_the_next_page_is_pulled_though_nothing_of_the_first_one_can_be_shown(rung):
    trace = TRIALS["more than a page is kept"].scenario(rung).run(AWAY, LATE)
    kept = [f"m{number}" for number in (*range(2, 22), 1)]
    pages = [[one.msgid for one in packet.kept] for packet in trace.packets if packet.kind == "offline:A"]
    assert pages == [kept[:20], kept[20:]]
    assert carried(trace, "offline:R") == [(), tuple(kept[:20])]
    assert shown(trace) == [say.text for say in trace.scenario.say]
    assert carried(trace, "offlineack:R") == [tuple(f"m{number}" for number in range(1, 22))]
    assert trace.state_at(9999)["server"]["store"] == {}
    assert trace.state_at(9999)["bob"]["held"] == {}
    assert all(trace.promises.values())


def test_the_pull_that_goes_on_says_what_is_held_back_in_words_and_in_a_file():
    trace = TRIALS["more than a page is kept"].scenario("ordered").run(AWAY, LATE)
    assert packet_sentence(trace.packet["bob/offline:R#2"]).endswith("holds back m2 … m21")
    assert Trace.from_json(trace.to_json()) == trace


STRIKES = [
    *(Drop(f"bob/{name}") for name in ("offline:R#1", "offline:A#1", "offline:R#2", "offline:A#2")),
    *(Duplicate(f"bob/{name}", after=70) for name in ("offline:R#1", "offline:A#1", "offline:R#2", "offline:A#2")),
    *(Delay(f"bob/{name}", by=400) for name in ("offline:R#1", "offline:A#1", "offline:R#2", "offline:A#2")),
]


@pytest.mark.parametrize("strikes", STRIKES, ids=str)
def test_whatever_befalls_one_of_its_packets_everything_is_shown_in_order_and_deleted(strikes):
    trace = Scenario("ordered", say=[*ALICES, CAROLS]).run(AWAY, LATE, strikes)
    assert not trace.unused
    assert sorted(shown(trace)) == sorted(say.text for say in trace.scenario.say)
    assert trace.state_at(9999)["server"]["store"] == {}
    assert all(trace.promises.values())


def test_one_sender_whose_message_failed_does_not_stand_in_the_way_of_another():
    """No number that bob waits for is kept, so no order of the pages would help."""
    scenario = Scenario("ordered", say=[*ALICES, CAROLS])
    trace = scenario.run(AWAY, *FAILS)
    assert shown(trace) == ["hi"]
    assert carried(trace, "offlineack:R") == [("m22",)]
    more = Scenario("ordered", say=[*ALICES, CAROLS, Say("again", at=4000)]).run(AWAY, *FAILS)
    assert shown(more) == ["hi", *(say.text for say in ALICES[1:]), "again"]  # the limit of test_ordered.py
    assert more.state_at(9999)["server"]["store"] == {}


def test_a_later_page_may_say_that_what_the_first_one_waits_for_will_not_come():
    trace = Scenario("ordered", say=[*ALICES, Say("later", at=2000)]).run(AWAY, *FAILS)
    assert shown(trace) == [*(say.text for say in ALICES[1:]), "later"]
    assert trace.state_at(9999)["server"]["store"] == {}


@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.parametrize("rung", ORDERING)
def test_however_small_a_page_is_no_fault_breaks_more_than_with_a_large_one(rung, size, monkeypatch):
    says = [Say("one"), Say("two", at=20), Say("hi", sender="carol", at=30), Say("three", at=40)]
    scenario = Scenario(rung, say=says, retries=2)
    given = (Offline("bob", at=0, lasting=1000), Delay("m1/msg:R#1", by=60))
    monkeypatch.setattr(offline, "PAGE", size)
    run = scenario.run(*given)
    assert len([packet for packet in run.packets if packet.kind == "offline:A"]) == -(-4 // size)
    assert run.state_at(9999)["server"]["store"] == {}
    found = explore(scenario, 1, ["drop", "duplicate", "delay", "crash"], given)
    assert found.finished
    assert all(verdict.holds for verdict in found.promises.values())
