"""`stored_once`: never two copies of one message in the store at one moment, as traces and searches judge it."""

import json
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from real_bugs import BUGS
from worlds import runs

from imteach import (
    LADDER,
    Client,
    Crash,
    Drop,
    Duplicate,
    InputError,
    Offline,
    Resend,
    Say,
    Scenario,
    Server,
    Trace,
    check,
    examine,
    explore,
    fault_map,
    stats,
)
from imteach.protocol import Delete, Store
from imteach.tell import why_broken
from imteach.trace.outcomes import OutcomeReader
from imteach.verify.search.seen import Seen
from imteach.verify.timed.branching import _reader_key

STORING = [name for name, rung in LADDER.items() if rung.stores]
AWAY = Offline("bob", at=0, lasting=1000)
StoresAgain, StoresTwice = BUGS["StoresAgain"][0], BUGS["StoresTwice"][0]
FRIENDS = {"groups": {"friends": ["alice", "bob", "carol"]}, "say": [Say("hello", to="friends")]}


class StoresAlways(Server):
    """It stores whatever comes, for a person or in a group's log; deletes what is acked, also of a group."""

    def keep_for_absent(self, packet):
        return [*super().keep_for_absent(packet), Store(packet.message.to, self.of(packet))]

    def of(self, packet):
        return self.store[packet.message.to][packet.msgid]

    def take_for_group(self, packet):
        known = packet.msgid in self.store.get(packet.message.to, {})
        effects = super().take_for_group(packet)
        return [*effects, Store(packet.message.to, self.of(packet))] if known else effects

    def move_cursor(self, packet):
        log = list(self.store.get(packet.group, {}))
        return [*super().move_cursor(packet), *(Delete(packet.group, msgid) for msgid in log[: packet.cursor])]


def naive(trace):
    """Count again at every event: of what two or more copies lay in one place at one moment."""
    twice = set()
    for until in range(len(trace.events) + 1):
        copies = Counter()
        for event in trace.events[:until]:
            place = event.said, event.to
            if event.kind == "store":
                copies[place] += 1
            elif event.kind == "delete" and copies[place]:
                copies[place] -= 1
        twice |= {said for (said, _), count in copies.items() if count > 1}
    return twice


@pytest.mark.parametrize("rung", STORING)
@pytest.mark.parametrize("faults", [(Drop("ack:N"),), (Drop("ack:N"), Drop("ack:N#2")), (Duplicate("msg:R"),)])
def test_ours_stores_once_what_comes_again_and_one_that_does_not_look_stores_it_twice(rung, faults):
    assert Scenario(rung).run(AWAY, *faults).promises["stored_once"]
    broken = Scenario(rung, server=StoresAgain).run(AWAY, *faults)
    assert {name for name, holds in broken.promises.items() if not holds} == {"stored_once"}
    assert [said.twice for said in broken.messages] == [True]


def test_what_was_deleted_may_be_stored_again():
    """bob has it and is away again when msg:R comes for the second time: one copy after the other."""
    absences = AWAY, Offline("bob", at=1200, lasting=1000)
    scenario = Scenario("offline", server=StoresAgain, rto=1400)
    trace = scenario.run(*absences, Drop("ack:N"))
    assert [event.kind for event in trace.events if event.kind in ("store", "delete")] == ["store", "delete"] * 2
    assert trace.promises["stored_once"]


def test_one_copy_for_each_of_two_people_is_one_copy_for_each():
    class ForCarolToo(Server):
        def keep_for_absent(self, packet):
            stored, told = super().keep_for_absent(packet)
            return [stored, stored._replace(to="carol"), told]

    people = ["alice", "bob", "carol"]
    assert Scenario("offline", people=people, server=ForCarolToo).run(AWAY).promises["stored_once"]


def test_in_a_groups_log_there_is_one_copy_for_all():
    drop = Drop("m1/ack:N#1")
    assert Scenario("group", **FRIENDS).run(drop).promises["stored_once"]
    broken = Scenario("group", server=StoresTwice, **FRIENDS).run(drop)
    assert not broken.promises["stored_once"]
    assert why_broken(broken, "stored_once") == (
        "“hello” (m1) was stored for friends when m1/msg:R#1 arrived at 50 ms, and again when m1/msg:R#2 arrived at "
        "350 ms: m1/ack:N#1 was dropped, so alice, still waiting, sent msg:R again at 300 ms, and the server stored it "
        "beside the copy that it kept."
    )


def test_below_offline_it_is_not_judged_and_can_be_asked_about():
    class StoresAnyway(Server):
        def _not_online(self, packet):
            return StoresAgain.keep_for_absent(self, packet)

    trace = Scenario("dedup", server=StoresAnyway).run(AWAY, Drop("ack:N"))
    assert "stored_once" not in trace.promises
    assert why_broken(trace, "stored_once").startswith("“hello” (m1) was stored for bob when m1/msg:R#1 arrived")


# Against a count of its own


STORERS = st.sampled_from([Server, StoresAgain, StoresAlways, StoresTwice])
CASES = st.tuples(runs(STORING), STORERS)


def run(case):
    (scenario, faults), server = case
    return replace(scenario, server=server).run(*faults)


@given(CASES)
def test_it_is_what_a_count_over_the_events_finds(case):
    trace = run(case)
    twice = naive(trace)
    assert {said.msgid for said in trace.messages if said.twice} == twice
    assert trace.promises["stored_once"] == (not twice)
    assert bool(why_broken(trace, "stored_once")) == bool(twice)


@given(runs(STORING))
def test_ours_keeps_it_whatever_strikes(case):
    assert run((case, Server)).promises["stored_once"]


@pytest.mark.parametrize("again", [1, 2000])
def test_sometimes_a_group_keeps_two_copies_and_sometimes_one_after_the_other(again):
    """So that the two tests above compare something: `again` is when msg:R comes for the second time."""
    trace = Scenario("group", server=StoresAlways, **FRIENDS).run(Duplicate("m1/msg:R#1", after=again))
    assert len(trace.happened("store")) == 2
    assert bool(naive(trace)) == (again == 1)
    assert trace.promises["stored_once"] == (again == 2000)


# In the searches


class DeletesEveryCopy(StoresAgain):
    """In the end nothing shows how often it was stored."""

    def on_offlineack_r(self, packet):
        return super().on_offlineack_r(packet) * 3


@pytest.mark.parametrize("server", [StoresAgain, DeletesEveryCopy])
def test_explore_finds_it_with_one_drop(server):
    """Also where the run goes on as if no copy had been there: it is remembered."""
    found = explore(Scenario("offline", server=server), 1, given=[AWAY]).promises
    assert found["stored_once"].broken_by == (Drop("m1/ack:N#1"),)
    assert {name for name, verdict in found.items() if not verdict.holds} == {"stored_once"}
    assert explore(Scenario("offline"), 1, given=[AWAY]).promises["stored_once"].holds


@pytest.mark.parametrize("reduce", [True, False])
@pytest.mark.parametrize("server", [StoresAgain, DeletesEveryCopy])
def test_check_finds_it_and_ours_keeps_it(server, reduce):
    """Without a clock no loss is needed: the timer may run out before any answer comes."""
    never = [Offline("bob")]
    found = check(Scenario("offline", server=server, retries=1), 0, given=never, reduce=reduce)
    assert found.promises["stored_once"].broken_by == ()
    assert not found.promises["stored_once"].trace.promises["stored_once"]
    assert check(Scenario("offline", retries=1), 1, given=never, reduce=reduce).promises["stored_once"].holds


def test_check_finds_it_in_a_groups_log():
    alone = {"groups": {"friends": ["alice", "bob"]}, "say": [Say("hi", to="friends")], "retries": 1}
    assert not check(Scenario("group", server=StoresTwice, **alone), 0).promises["stored_once"].holds
    assert check(Scenario("group", **alone), 1).promises["stored_once"].holds


def test_how_often_it_lies_there_now_counts_and_that_it_lay_there_once_does_not():
    def seen(*steps):
        one = Seen()
        for step in steps:
            step(one.shelf)
        return one.image()

    def timed(*steps):
        reader = OutcomeReader(Scenario("group", **FRIENDS), {})
        for step in steps:
            step(reader.shelf)
        return _reader_key(reader)

    def store(shelf):
        shelf.store("m1", "friends", ["bob"], is_group=True)

    def delete(shelf):
        shelf.delete("m1", "friends", ["bob"], is_group=True)

    def ack(shelf):
        shelf.move_cursor("friends", "bob", 1)

    for key in seen, timed:
        assert key(store, ack) != key(store, ack, delete)  # one more would be the second, or not
    bobs = {"to": "bob", "receivers": ["bob"], "is_group": False}
    assert seen() == seen(lambda shelf: shelf.store("m1", **bobs), lambda shelf: shelf.delete("m1", **bobs))


def test_examine_finds_it_and_says_why():
    report = examine(StoresAgain, "offline", only="bob is away")
    assert (report.promise, report.faults) == ("stored_once", (Drop("m1/ack:N#1"),))
    assert report.caption == "StoresAgain at offline: ✕ it breaks “Nothing is stored twice” (stored_once)"
    assert report.reason == (
        "“hello” (m1) was stored for bob when m1/msg:R#1 arrived at 50 ms, and again when m1/msg:R#2 arrived at 350 "
        "ms: m1/ack:N#1 was dropped, so alice, still waiting, sent msg:R again at 300 ms, and the server stored it "
        "beside the copy that it kept. imteach's own Server keeps this promise against as many faults."
    )


def test_the_fault_map_and_the_statistics_tell_of_it():
    careless = Scenario("offline", server=StoresAgain)
    cell = fault_map(careless, given=[AWAY])["ack:N"]
    assert (cell.end.sign, cell.end.name, cell.broken) == ("2□", "stored twice", ("stored_once",))
    assert cell.sentence.endswith(" Broken: “Nothing is stored twice” (stored_once).")
    measured = stats(careless, loss=0.2, messages=200, given=[AWAY])
    assert measured.measures["stored_twice"].value > 0
    assert not measured.example("stored_twice").promises["stored_once"]
    assert "stored_twice: stored more than once" in measured.to_text()
    ours = stats(Scenario("offline"), loss=0.2, messages=200, given=[AWAY])
    assert ours.measures["stored_twice"].value == 0
    assert "stored_twice" not in ours.to_text()


# Why


class TwiceAtOnce(Server):
    """Two effects for one message."""

    def keep_for_absent(self, packet):
        stored, told = super().keep_for_absent(packet)
        return [stored, stored, told]


class ForgetsWhatItKeeps(Server):
    """After a crash it begins with an empty store."""

    def restart(self, disk):
        self.online.clear()
        self.store.clear()
        return []


class ResendIsNew(Client):
    """To send again is to say it anew, under another msgid."""

    def on_resend(self, msgid, message):
        return self.on_say(message)


NEVER_HEARD = [Drop(f"m1/ack:N#{number}") for number in (1, 2, 3)]
WHY = {
    "a copy made by the network": (
        {"server": StoresAgain}, [Offline("bob"), Duplicate("msg:R")],
        ("when m1/msg:R#1 arrived at 50 ms, and again when m1/msg:R#1~2 arrived at 100 ms: the network made a copy of "
        "m1/msg:R#1, and the server stored it beside the copy that it kept."),
    ),
    "two effects for one packet": (
        {"server": TwiceAtOnce}, [Offline("bob")], "twice when m1/msg:R#1 arrived at 50 ms.",
    ),
    "a crash between the two": (
        {"server": ForgetsWhatItKeeps}, [Offline("bob"), Drop("ack:N"), Crash("server", at=200, down=50)],
        ("when m1/msg:R#1 arrived at 50 ms, and again when m1/msg:R#2 arrived at 350 ms: m1/ack:N#1 was dropped, so "
        "alice, still waiting, sent msg:R again at 300 ms, and the server had forgotten in the crash at 200 ms that it "
        "kept it."),
    ),
    "a resend under another msgid": (
        {"client": ResendIsNew, "resend": [Resend("m1", at=2000)]}, [Offline("bob"), *NEVER_HEARD],
        ("when m1/msg:R#1 arrived at 50 ms, and again when m2/msg:R#1 arrived at 2050 ms as m2: alice sent it again at "
        "2000 ms, because it had failed, and the server cannot recognise m2 as the same message."),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WHY)
def test_the_reason_names_the_packets_and_the_cause(case):
    settings, faults, why = WHY[case]
    trace = Scenario("offline", **settings).run(*faults)
    assert why_broken(trace, "stored_once") == f"“hello” (m1) was stored for bob {why}"


# In a file


def file(server, *faults):
    return json.loads(Scenario("offline", server=server).run(AWAY, *faults).to_json())


def test_a_trace_file_says_what_was_stored_twice():
    once, twice = file(Server, Drop("ack:N")), file(StoresAgain, Drop("ack:N"))
    assert "twice" not in once["messages"][0]
    assert (twice["messages"][0]["twice"], twice["promises"]["stored_once"]) == (True, False)
    read = Trace.from_json(json.dumps(twice))
    assert not read.promises["stored_once"]
    assert json.loads(read.to_json()) == twice


@pytest.mark.parametrize("server", [Server, StoresAgain])
def test_a_file_from_before_it_was_a_promise_is_still_read(server):
    old = file(server, Drop("ack:N"))
    del old["promises"]["stored_once"]
    old["messages"][0].pop("twice", None)
    assert Trace.from_json(json.dumps(old)).promises["stored_once"] == (server is Server)


def test_a_file_that_says_otherwise_is_refused():
    wrong = file(StoresAgain, Drop("ack:N"))
    wrong["promises"]["stored_once"] = True
    with pytest.raises(InputError, match="trace: promises: expected what follows from the events"):
        Trace.from_json(json.dumps(wrong))
    wrong = file(StoresAgain, Drop("ack:N"))
    del wrong["messages"][0]["twice"]
    with pytest.raises(InputError, match="trace: messages: expected what follows from the events"):
        Trace.from_json(json.dumps(wrong))
