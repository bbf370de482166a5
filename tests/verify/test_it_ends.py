"""`it_ends`: no run goes round for ever. What goes round, what only seems to, and the run that is shown."""

import json
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kept import kept
from machines import protocol
from nightly import by_night

from imteach import (
    LADDER,
    Client,
    Crash,
    Drop,
    InputError,
    Late,
    Offline,
    Say,
    Scenario,
    Server,
    check,
    examine,
    explore,
)
from imteach.protocol import StartTimer, Transmit
from imteach.tell import why_broken
from imteach.verify.search.codes import Change
from imteach.verify.search.loops.circle import Ahead, Circle
from imteach.verify.search.loops.recurring import circles, recurring
from imteach.verify.search.state import Action

AWAY = (Offline("bob", at=0, lasting=1000),)
GONE = (Offline("bob"),)
FRIENDS = {"groups": {"friends": ["alice", "bob", "carol"]}, "say": [Say("hello", to="friends")], "retries": 0}


class PingPong(Client):
    """It acknowledges that its acknowledgement was answered."""

    def on_ack_a(self, packet):
        return self.acknowledge(packet)


class PullsOn(Client):
    """It pulls again after each page, an empty one too."""

    def on_offline_a(self, packet):
        return [*super().on_offline_a(packet), *self.pull(packet.group)]


class NeverGivesUp(Client):
    def on_timer(self, msgid):
        waits = msgid in self.queue
        return [Transmit(self.msg_r(msgid, self.queue[msgid].message)), StartTimer(msgid)] if waits else []


class Restless(Client):
    """Its timer does nothing but start itself."""

    def on_msg_a(self, packet):
        return [*super().on_msg_a(packet), StartTimer("again", 1)]

    def timer(self, name):
        return [StartTimer("again", 1)] if name == "again" else super().timer(name)


class Quarrel(Server):
    """After one lost msg:A it asks and answers itself in circles."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.asked = 0

    def on_msg_r(self, packet):
        self.asked = min(self.asked + 1, 2)
        return super().on_msg_r(packet)

    def on_ack_r(self, packet):
        again = [Transmit(self.msg_n(packet, packet.src))] if self.asked == 2 else []
        return [*super().on_ack_r(packet), *again]


class TakesTurns(Client):
    """Two timers that start each other: the state comes back after two of them."""

    def on_msg_a(self, packet):
        return [*super().on_msg_a(packet), StartTimer("tick", 1)]

    def timer(self, name):
        other = {"tick": "tock", "tock": "tick"}.get(name)
        return super().timer(name) if other is None else [StartTimer(other, 1)]


LOOPS = {
    "a ping-pong of acks": (Scenario("dedup", client=PingPong, retries=0), ()),
    "an endless pull": (Scenario("offline", client=PullsOn, retries=0), AWAY),
    "a sender who never gives up": (Scenario("dedup", client=NeverGivesUp), GONE),
    "a timer that starts itself": (Scenario("dedup", client=Restless, retries=0), ()),
    "two timers": (Scenario("dedup", client=TakesTurns, retries=0), ()),
}


@pytest.mark.parametrize("reduce", [True, False])
@pytest.mark.parametrize("name", LOOPS)
def test_a_loop_is_found_and_shown(name, reduce):
    scenario, away = LOOPS[name]
    found = check(scenario, 0, given=away, reduce=reduce, most_states=20_000)
    verdict = found.promises["it_ends"]
    assert not verdict.holds
    assert verdict.broken_by == away or not verdict.broken_by
    assert 0 < verdict.example.loop < len(verdict.steps)
    assert verdict.trace.loop is not None  # follow has seen that these steps lead back to where they began
    assert kept(verdict.trace)["it_ends"] is False
    assert f", the last {verdict.example.loop} over and over" in found.to_text()
    assert json.loads(found.to_json())["promises"]["it_ends"]["loop"] == verdict.example.loop


@pytest.mark.parametrize("name", LOOPS)
def test_a_loop_is_found_with_the_clock_too(name):
    scenario, away = LOOPS[name]
    found = explore(scenario, 1, given=away, most_states=20_000)
    verdict = found.promises["it_ends"]
    assert (verdict.holds, verdict.broken_by) == (False, ())
    assert found.unfinished == "faults may strike in any round of a run that goes round for ever"
    assert not any(other.holds for other in found.promises.values())
    assert verdict.trace.faults == away
    assert 0 < verdict.trace.loop < verdict.trace.events[-1].t


def test_a_loop_that_takes_a_fault_is_shown_with_it():
    mine = Scenario("dedup", server=Quarrel, retries=1)
    assert explore(mine, 0).promises["it_ends"].holds
    timed = explore(mine, 1).promises["it_ends"]
    assert timed.broken_by == (Drop("m1/msg:R#1"),) or len(timed.broken_by) == 1
    assert timed.trace.faults == timed.broken_by
    assert timed.trace.unused == ()
    assert timed.trace.loop is not None
    assert check(mine, 0, most_states=20_000).promises["it_ends"].example.loop > 0  # without a clock it takes no fault


@pytest.mark.parametrize("rung", LADDER)
def test_ours_come_to_an_end_at_every_rung(rung):
    for faults in (0, 1):
        assert check(Scenario(rung, retries=1), faults).promises["it_ends"].holds
        assert explore(Scenario(rung), faults).promises["it_ends"].holds
    if rung == "group":
        assert check(Scenario(rung, **FRIENDS), 1).promises["it_ends"].holds


def test_who_is_waited_for_and_will_come_makes_no_loop():
    back = Scenario("dedup", client=NeverGivesUp)
    assert check(back, 0, given=AWAY, most_states=5_000).promises["it_ends"].example is None  # bob will be back
    assert check(back, 0, given=GONE).promises["it_ends"].example is not None


class NothingNewEachTime(Client):
    """Each heartbeat makes it hold something else, and the second one what it held at first."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.odd = False

    def on_heartbeat(self, group):
        self.odd = not self.odd
        return super().on_heartbeat(group)


def test_quiet_states_that_lead_to_each_other_are_a_loop():
    found = check(Scenario("group", client=NothingNewEachTime, **FRIENDS), 0)
    verdict = found.promises["it_ends"]
    assert verdict.example.loop >= 2
    assert any("heartbeat" in step for step in verdict.steps[-verdict.example.loop :])
    assert not found.sometimes["ends"]


def test_a_search_with_a_loop_says_why_it_stopped():
    found = check(Scenario("offline", client=PullsOn), 0, given=AWAY)
    assert found.states < 100_000  # and not two million
    assert found.unfinished == f"it stopped after {found.states} states, for a run goes round for ever"


def test_the_python_of_a_loop_shows_it():
    space = {"PingPong": PingPong, "PullsOn": PullsOn}
    verdict = check(LOOPS["a ping-pong of acks"][0], 0).promises["it_ends"]
    exec(verdict.python.replace("\n\nfollow", "\n\nshown = follow"), space)
    assert space["shown"] == verdict.trace
    verdict = explore(*LOOPS["an endless pull"][:1], 0, given=AWAY).promises["it_ends"]
    exec(verdict.python.replace("\n\nexplore", "\n\nfound = explore"), space)
    assert space["found"].promises["it_ends"].trace == verdict.trace


def test_examine_says_what_goes_round():
    report = examine(PingPong)
    assert (report.promise, report.faults) == ("it_ends", ())
    assert "again and again the server sends ack:A and ack:N, and bob sends ack:R" in report.reason
    assert report.counterexample.loop is not None


# The pieces


@given(st.dictionaries(st.integers(0, 7), st.lists(st.integers(0, 7), max_size=3), max_size=8))
@settings(max_examples=200)
def test_circles_are_the_states_that_can_be_come_to_from_each_other(after):
    def reached(start):
        met, waiting = {start}, [start]
        for state in waiting:
            waiting += [other for other in dict.fromkeys(after.get(state, ())) if other not in met]
            met.update(waiting)
        return met

    states = {*after, *(other for further in after.values() for other in further)}
    found = [frozenset(circle) for circle in circles(after)]
    assert sorted(state for circle in found for state in circle) == sorted(states)
    for circle in found:
        for state in circle:
            assert circle == {other for other in reached(state) if state in reached(other)}


STEP = Change(delta=1, node=0, held=(0, 0), shared=(0, 0), taken=None, sent=())


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ([STEP], {1}),
        ([STEP._replace(held=(0, 1))], set()),  # nothing leads back
        ([STEP._replace(held=(0, 1)), STEP._replace(delta=2, held=(1, 0))], {1, 2}),
        ([STEP._replace(held=(0, 1)), STEP._replace(delta=2, held=(1, 0), node=1)], set()),  # another node's
        ([STEP._replace(shared=(0, 1))], set()),
        ([STEP._replace(taken=5)], set()),  # nobody sends it
        ([STEP._replace(sent=(5,))], set()),  # nobody takes it
        ([STEP._replace(sent=(5,)), STEP._replace(delta=2, node=1, taken=5)], {1, 2}),
        ([STEP._replace(sent=(5,)), STEP._replace(delta=2, node=1, taken=5, sent=(6,))], set()),
    ],
)
def test_a_step_recurs_only_if_all_that_it_changes_comes_back(changes, left):
    assert recurring(changes) == left


TIMER, GO, BACK = Action("timer", (0, "m1")), Action("do", 0), Action("do", 1)


def test_a_timer_that_is_started_anew_in_each_round_need_not_run_out():
    steps = {1: [Ahead(GO, 2), Ahead(TIMER, 9)], 2: [Ahead(BACK, 1), Ahead(TIMER, 9)]}
    assert Circle([1, 2], steps.__getitem__, lambda hop: set()).loop(1) == []
    renews = Circle([1, 2], steps.__getitem__, lambda hop: {TIMER} if hop.what == BACK else set())
    assert [hop.what for hop in renews.loop(1)] == [GO, BACK]


def test_what_a_walk_leaves_aside_does_not_hinder_a_loop():
    steps = {1: [Ahead(GO, 1), Ahead(BACK, 9, is_followed=False)]}
    assert [hop.what for hop in Circle([1], steps.__getitem__, lambda hop: set()).loop(1)] == [GO]


def test_a_loop_goes_by_what_would_wait_for_ever():
    steps = {1: [Ahead(GO, 1), Ahead(BACK, 2)], 2: [Ahead(GO, 1)]}
    assert [hop.what for hop in Circle([1, 2], steps.__getitem__, lambda hop: set()).loop(1)] == [GO, BACK, GO]


def test_a_run_without_end_in_which_nothing_comes_back_is_refused():
    class Counts(Restless):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.count = 0

        def timer(self, name):
            self.count += name == "again"
            return super().timer(name)

    with pytest.raises(InputError, match="it does not end"):
        explore(Scenario("dedup", client=Counts), faults=1)
    report = examine(Counts, only="one message")
    assert report.caption == "Counts at dedup: ✕ it does not come to an end"
    assert report.counterexample is None


@pytest.mark.parametrize(
    "given",
    [
        (Crash("server", at=120, down=100),),
        (*AWAY, Drop("m1/msg:R#1")),
        (*AWAY, Crash("server", after="send m1/ack:N#1", down=100)),
        (*AWAY, Late("alice", "m1")),
    ],
)
def test_a_loop_is_found_whatever_was_named_before_it(given):
    found = explore(Scenario("offline", client=PullsOn), 0, given=given)
    verdict = found.promises["it_ends"]
    assert verdict.broken_by == ()
    assert verdict.trace.faults == given
    packets = [packet.kind for packet in verdict.trace.packets if packet.sent > verdict.trace.loop]
    assert 2 <= len(packets) <= 4  # one pull and its answer, of each who pulls; and the loop is marked where it begins


def test_a_loop_begins_when_all_of_an_instant_has_happened():
    class Mirror(Server):
        def on_ack_r(self, packet):
            return [*super().on_ack_r(packet), Transmit(packet.follow_up("msg:N", to=packet.src))]

    trace = explore(Scenario("dedup", server=Mirror), 0).promises["it_ends"].trace
    assert "ack:R" in why_broken(trace, "it_ends")
    rounds = [event for event in trace.events if event.t > trace.loop]
    assert sorted({event.node for event in rounds if event.kind == "send"}) == ["bob", "server"]


def test_who_counts_tries_for_ever_is_told_soon():
    class Counts(Client):
        def on_timer(self, msgid):
            if msgid not in self.queue:
                return []
            entry = self.queue[msgid] = self.queue[msgid]._replace(tries=self.queue[msgid].tries + 1)
            return [Transmit(self.msg_r(msgid, entry.message)), StartTimer(msgid, entry.tries)]

    report = examine(Counts, only="nobody is there")
    assert report.caption == "Counts at dedup: ✕ it does not come to an end"
    assert "again and again alice's timer for m1 runs out and alice sends m1/msg:R" in report.reason.replace(
        "\n    ", " "
    )
    assert sum(row.seconds for row in report.tried) < 10


def test_a_pull_that_never_gives_up_is_found_where_nobody_answers():
    class PullsWithoutEnd(Client):
        def on_pull_timer(self, group):
            return self.pull(group)

    report = examine(PullsWithoutEnd, "offline", only="nobody answers a pull")
    assert (report.promise, report.faults) == ("it_ends", ())
    reason = report.reason.replace("\n    ", " ")
    assert "again and again bob's timer for its pull runs out and bob sends offline:R" in reason
    assert report.counterexample.loop < 1500  # and not only after all patience is over


def test_what_grows_is_named_where_no_state_comes_back():
    class Logs(PingPong):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.log = []

        def on_ack_a(self, packet):
            self.log.append(packet.msgid)
            return super().on_ack_a(packet)

    with pytest.raises(InputError, match=r"it does not end; .*; self\.log of bob grows, so no state comes back$"):
        explore(Scenario("dedup", client=Logs), 0)


@pytest.mark.parametrize("name", LOOPS)
def test_workers_find_the_same_loop(name):
    scenario, away = LOOPS[name]
    with ThreadPoolExecutor(2) as pool:
        together = explore(scenario, 1, given=away, executor=pool)
    alone = explore(scenario, 1, given=away)
    assert together.promises["it_ends"].broken_by == alone.promises["it_ends"].broken_by == ()
    assert together.promises["it_ends"].trace == alone.promises["it_ends"].trace
    assert together.unfinished == alone.unfinished


WITH_LOOPS = (24, 255, 259, 320, 368, 393, 410, 538, 762, 865, 1115, 1194)


@pytest.mark.parametrize("part", range(10))
def test_with_and_without_reduction_the_same_protocols_go_round(part):
    """Protocols made by chance whose talk nothing limits. Each loop that is told is one, for `follow` checks that."""
    loops = 0
    for seed in by_night(range(200 * part, 200 * (part + 1)), in_the_gate=(part, *WITH_LOOPS[part : part + 3])):
        client, server = protocol(random.Random(seed), is_endless=True)
        scenario = Scenario("dedup", client=client, server=server, retries=0)
        less, whole = (check(scenario, seed % 2, reduce=reduce, most_states=4000) for reduce in (True, False))
        for found in (less, whole):
            verdict = found.promises["it_ends"]
            assert verdict.example is None or verdict.trace.loop is not None
            loops += verdict.example is not None
        if less.finished and whole.finished:
            one, other = less.promises["it_ends"], whole.promises["it_ends"]
            assert one.holds == other.holds
            assert len(one.broken_by or ()) == len(other.broken_by or ())
    assert loops > 1
