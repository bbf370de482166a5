"""Two runs beside each other: the first instant at which not the same happens in both."""

import json
import random

import pytest
from gallery import GALLERY

from imteach import Compare, Crash, Delay, Drop, InputError, Say, Scenario, Trace, follow
from imteach.trace.compare import Difference

DEDUP = Scenario("dedup")


def test_a_dropped_packet_is_the_first_difference():
    compare = Compare(DEDUP.run(Drop("ack:N")), DEDUP.run())
    assert compare.first is not None
    assert compare.first.t == 180
    assert [(event.kind, event.packet) for event in compare.first.one] == [("drop", "m1/ack:N#1")]
    assert compare.first.other == ()


def test_a_delay_shows_when_the_packet_would_have_arrived_not_when_it_is_sent():
    first = Compare(DEDUP.run(), DEDUP.run(Delay("msg:N", by=300))).first
    assert first is not None
    assert (first.t, first.one[0].kind, first.one[0].packet) == (100, "arrive", "m1/msg:N#1")


def test_what_a_packet_carries_counts_though_its_name_is_the_same():
    ordered = Scenario("ordered").run()
    first = Compare(Scenario("durable").run(), ordered).first
    assert first is not None
    sent = [event.packet for event in first.other if event.kind == "send"]
    assert "m1/msg:R#1" in sent
    assert ordered.packet["m1/msg:R#1"].seq == 1


def test_two_faults_that_differ_only_in_what_has_not_happened_yet_do_not_differ_yet():
    first = Compare(DEDUP.run(Crash("bob", at=90, down=100)), DEDUP.run(Crash("bob", at=90, down=200))).first
    assert first is not None
    assert (first.t, [event.kind for event in first.one]) == (190, ["restart", "login"])


def test_two_rungs_that_do_the_same_are_the_same():
    compare = Compare(Scenario("retransmit").run(), DEDUP.run())
    assert compare.first is None
    assert compare.outcome == []


@pytest.mark.parametrize("name", GALLERY)
def test_a_run_beside_itself_has_no_difference(name):
    trace = GALLERY[name]
    assert Compare(trace, trace).first is None


def happened(trace: Trace, before: float) -> list[tuple[object, ...]]:
    told = [
        (event.t, event.node, event.kind, event.packet, event.msgid, event.status, event.timer, event.until)
        for event in trace.events
        if event.t < before
    ]
    return sorted(told, key=repr)


def test_before_the_first_difference_the_same_happens_and_at_it_something_else():
    names, found = list(GALLERY), 0
    for one, other in (random.Random(7).sample(names, 2) for _ in range(200)):
        compare = Compare(GALLERY[one], GALLERY[one] if GALLERY[one].timed != GALLERY[other].timed else GALLERY[other])
        if compare.first is not None:
            first, found = compare.first, found + 1
            assert happened(compare.one, first.t) == happened(compare.other, first.t), (one, other)
            assert first.one or first.other
            assert {event.t for event in (*first.one, *first.other)} == {first.t}
            back = Compare(compare.other, compare.one).first
            assert back == Difference(first.t, first.other, first.one)
    assert found > 100


def test_only_traces_with_one_time_scale_are_compared():
    with pytest.raises(InputError, match=r"expected two traces, such as Scenario\('dedup'\).run\(\), got Scenario"):
        Compare(DEDUP, DEDUP.run())  # type: ignore[arg-type]
    with pytest.raises(InputError, match="expected two runs with a clock or two without, got one of each"):
        Compare(DEDUP.run(), follow("dedup", []))


def test_the_json_says_when_what_and_what_came_of_each():
    compare = Compare(Scenario("retransmit").run(Drop("ack:N")), DEDUP.run(Drop("ack:N")))
    told = json.loads(compare.to_json())
    assert list(told) == ["schema", "same", "sentence", "first", "outcome", "one", "other"]
    assert (told["schema"], told["same"], told["first"]["t"]) == ("imteach/compare/1", False, 400)
    assert told["sentence"] == f"{compare.sentence}"
    assert [event["kind"] for event in told["first"]["other"]] == ["discard"]
    assert (told["one"]["messages"][0]["shown"], told["other"]["messages"][0]["shown"]) == ({"bob": 2}, {"bob": 1})
    assert (told["one"]["promises"]["no_duplicates"], told["other"]["promises"]["no_duplicates"]) == (False, True)
    same = json.loads(Compare(DEDUP.run(), DEDUP.run()).to_json())
    assert (same["same"], same["first"]) == (True, None)


def test_a_run_in_which_nothing_is_said_is_a_run_too():
    first = Compare(Scenario("dedup", say=[]).run(), Scenario("dedup", say=[Say("hi", at=30)]).run()).first
    assert first is not None
    assert (first.t, first.one, first.other[0].kind) == (30, (), "say")
