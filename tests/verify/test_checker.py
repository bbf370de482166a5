"""Every interleaving: the search and the simulator tell the same story, and the shortest path is found."""

import random

import pytest
from nightly import by_night

from imteach import Client, InputError, Loss, Offline, Partition, Resend, Say, Scenario, Trace, check, explore, follow
from imteach.protocol import LADDER, CancelTimer, Discard
from imteach.verify.search.codes import Codes
from imteach.verify.search.rules import World
from imteach.verify.search.scripts import CHECK_KINDS
from imteach.verify.search.steps.follow import Follower
from imteach.verify.search.steps.step import step_of

TWO = [Say("one"), Say("two", at=20)]
BOTH_WAYS = [Say("hello"), Say("hi", sender="bob", to="alice", at=10)]
AWAY = (Offline("bob", at=0, lasting=1000),)
PATHS = by_night(60, in_the_gate=10)

WORLDS = [
    *((Scenario(rung), ()) for rung in LADDER),
    (Scenario("retransmit", say=TWO), ()),
    (Scenario("durable", say=BOTH_WAYS, retries=1), ()),
    (Scenario("ordered", say=TWO, retries=1), ()),
    (Scenario("offline"), AWAY),
    (Scenario("ordered", say=TWO), AWAY),
    (Scenario("durable", retries=0, resend=[Resend("m1", at=2000)]), ()),
    (Scenario("offline"), (Partition("bob", "server", at=0, lasting=500),)),
    (Scenario("group", groups={"all": ["alice", "bob", "carol"]}, say=TWO[:1] and [Say("hi", to="all")]), ()),
]


def at_most_twice(said):
    """A search counts to two: no promise asks how much more often something was shown."""
    return said._replace(shown={who: min(count, 2) for who, count in said.shown.items()})


@pytest.mark.parametrize("number", range(len(WORLDS)))
def test_a_random_path_through_the_search_is_a_run_of_the_simulator(number):
    """Whatever path the search takes, the simulator can follow it, and comes to the same end."""
    scenario, given = WORLDS[number]
    chance = random.Random(number)
    ended = 0
    for _ in range(PATHS):
        world, follower = World(scenario, given, CHECK_KINDS), Follower(scenario, given)
        follower.begin()
        state, left, beats = world.start, chance.choice([0, 1, 2, 4]), 0
        while choices := list(world.next(state, CHECK_KINDS, left)):
            beats += bool(world.heartbeats(state)) and not any(takes for *_, takes in choices)
            if beats > 3 and choices[0][0] in world.heartbeats(state):
                break  # heartbeats never end
            action, after, takes = chance.choice(choices)
            follower.step(step_of(world, state, action, follower.in_flight))
            state, left = after, left - takes
        trace = follower.trace()
        assert tuple(world.outcomes(state).values()) == tuple(map(at_most_twice, trace.messages))
        assert Trace.from_json(trace.to_json()).promises == trace.promises
        ended += 1
    assert ended == PATHS


def test_the_first_end_that_breaks_a_promise_has_the_fewest_faults_and_then_the_fewest_steps():
    found = check(Scenario("basic"), faults=2)
    silent = found.promises["no_silent_loss"]
    assert silent.steps == (
        "alice says “hello”",
        "m1/msg:R#1 arrives",
        "m1/msg:A#1 arrives",
        "m1/msg:N#1 is dropped",
    )
    assert found.promises["no_false_failure"].broken_by == ()  # the timer ran out before msg:A came: no fault at all


def test_a_counterexample_is_told_in_the_order_of_sending_and_timers_run_out_only_when_they_must():
    steps = check(Scenario("retransmit"), faults=0).promises["no_duplicates"].steps
    assert (
        steps.index("m1/ack:A#1 arrives") < steps.index("alice's timer m1 runs out") < steps.index("m1/ack:N#1 arrives")
    )
    assert [step for step in steps if "#1 arrives" in step] == [
        f"m1/{kind}#1 arrives" for kind in ("msg:R", "msg:A", "msg:N", "ack:R", "ack:A", "ack:N")
    ]


def test_a_timer_that_runs_out_early_shows_a_message_twice_without_any_fault():
    verdict = check(Scenario("retransmit"), faults=0).promises["no_duplicates"]
    assert verdict.broken_by == ()
    assert verdict.trace.messages[0].shown == {"bob": 2}
    assert "alice's timer m1 runs out" in verdict.steps


def test_a_counterexample_is_python_that_reproduces_it():
    verdict = check(Scenario("dedup"), faults=3).promises["no_false_failure"]
    space = {}
    imports, call = verdict.python.split("\n\n")
    exec(imports, space)
    trace = eval(call, space)
    assert trace == verdict.trace
    assert not trace.promises["no_false_failure"]


def test_what_was_stopped_is_never_said_to_hold():
    found = check(Scenario("dedup"), faults=1, most_states=100, reduce=False)
    assert not found.finished
    assert not any(verdict.holds for verdict in found.promises.values())
    assert "Not finished: it stopped after 100 states." in found.to_text()


def test_an_interrupt_keeps_what_was_found(monkeypatch):
    looked = []
    ways = Codes.ways

    def interrupted(codes, number):
        looked.append(number)
        if len(looked) > 400:
            raise KeyboardInterrupt
        return ways(codes, number)

    monkeypatch.setattr(Codes, "ways", interrupted)
    found = check(Scenario("retransmit"), faults=1, reduce=False)
    assert found.unfinished == "it was interrupted"
    assert found.promises["no_silent_loss"].holds is False


class Mute(Client):
    """Says nothing, ever."""

    def on_say(self, message):
        return []


def test_a_client_that_does_nothing_does_not_pass_as_one_that_delivers():
    found = check(Scenario("dedup", client=Mute), faults=1)
    assert found.promises["no_duplicates"].holds  # it is true of one that never shows anything
    assert found.sometimes == {"ends": True, "shown": False, "delivered": False}
    assert "Never seen: a run that ends with everything shown." in found.to_text()


class Deaf(Client):
    """Discards a duplicate without acking it again."""

    def on_msg_n(self, packet):
        if packet.msgid in self.dedup:
            return [Discard(packet.msgid, packet.message)]
        return super().on_msg_n(packet)


def test_the_classic_bug_needs_one_lost_ack_and_the_right_client_three():
    wrong = check(Scenario("dedup", client=Deaf), faults=1).promises["no_false_failure"]
    assert len(wrong.broken_by) == 1
    right = check(Scenario("dedup"), faults=2)
    assert all(verdict.holds for verdict in right.promises.values())


def test_a_group_is_judged_when_its_heartbeats_bring_nothing_more():
    group = Scenario("group", groups={"all": ["alice", "bob", "carol"]}, say=[Say("hi", to="all")], retries=1)
    found = check(group, faults=1)
    assert found.finished
    assert all(verdict.holds for verdict in found.promises.values())


def test_a_pull_that_gave_up_is_no_end_because_the_next_heartbeat_repairs_it():
    """Two faults take the message and the only pull of a client that never tries twice; a later heartbeat brings it."""
    group = Scenario("group", groups={"all": ["alice", "bob"]}, say=[Say("hi", to="all")], retries=0)
    found = check(group, faults=3)
    assert found.finished
    assert found.promises["no_silent_loss"].holds
    assert found.promises["no_false_delivery"].holds


class PullsForEver(Client):
    """Pulls again after every answer, and counts the answers: no two rounds are the same."""

    answers = 0

    def on_offline_a(self, packet):
        self.answers += 1
        return [*super().on_offline_a(packet), *self.pull(packet.group)]


@pytest.mark.parametrize("reduce", [True, False])
def test_what_one_heartbeat_brings_may_have_no_end_and_is_given_up_as_any_search_is(reduce):
    group = {"say": [], "groups": {"all": ["alice", "bob"]}, "retries": 0}
    found = check(Scenario("group", client=PullsForEver, **group), faults=0, most_states=2_000, reduce=reduce)
    assert found.unfinished == "it stopped after 2000 states"
    assert not any(verdict.holds for verdict in found.promises.values())


class ForgetsAtItsHeartbeat(Client):
    """What waits for an answer is forgotten at a heartbeat: no harm, as long as that comes when nothing waits."""

    def on_heartbeat(self, group):
        self.queue.clear()
        return [*(CancelTimer(msgid) for msgid in self.status), *super().on_heartbeat(group)]


def test_a_heartbeat_that_comes_too_early_is_a_fault_that_can_be_asked_for():
    group = {"say": [Say("hi", to="all")], "groups": {"all": ["alice", "bob"]}, "retries": 0}
    mine, ours = Scenario("group", client=ForgetsAtItsHeartbeat, **group), Scenario("group", **group)
    assert check(mine, faults=0).promises["no_silent_loss"].holds
    broken = check(mine, faults=2, kinds=["drop", "beat"]).promises["no_silent_loss"]
    assert sorted(str(fault).split("@")[0] for fault in broken.broken_by) == ["beat alice", "drop m1/msg:R#1"]
    assert "alice's timer heartbeat:all runs out too early" in broken.steps
    assert follow(mine, broken.steps) == broken.trace
    assert check(ours, faults=2, kinds=["drop", "beat"]).promises["no_silent_loss"].holds


def test_what_needs_a_clock_is_refused():
    with pytest.raises(InputError, match="needs a clock or a packet's name"):
        check(Scenario("dedup"), given=[Loss(0.2)])
    with pytest.raises(InputError, match="kinds are drop, duplicate, crash, away, late, again, beat"):
        check(Scenario("dedup"), kinds=["delay"])


def test_a_step_that_cannot_happen_is_told_with_those_that_can():
    with pytest.raises(InputError, match=r"'m1/msg:R#1 arrives' cannot happen here; what can: 'alice says “hello”'"):
        follow(Scenario("basic"), ["m1/msg:R#1 arrives"])


def test_what_is_left_in_flight_when_the_steps_end_is_told_as_lost():
    trace = follow(Scenario("basic"), ["alice says “hello”"])
    assert [packet.fate for packet in trace.packets] == ["lost"]


def test_a_run_without_a_clock_is_drawn_as_one():
    trace = check("retransmit", faults=0).promises["no_duplicates"].trace
    assert not trace.timed
    assert Trace.from_json(trace.to_json()) == trace
    text = trace.to_text()
    assert text.splitlines()[1] == "no clock: the times only count the steps; 2 retries"
    assert "time is up: no ack:N" in text
    assert "late" not in text
    assert "RTO" not in text
    assert "timed" not in Scenario("retransmit").run().to_json()


# Steps that are none


@pytest.mark.parametrize("text", ["”, bob crashes after effect 1", "hi” crashes after effect x", "a, b\nc"])
def test_who_says_what_looks_like_a_crash_is_followed(text):
    found = check(Scenario("basic", say=[Say(text)]), faults=1)
    trace = found.promises["no_silent_loss"].trace
    assert trace.messages[0].text == text
    assert not trace.promises["no_silent_loss"]


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("alice says “hello”, bob crashes after effect 1", "cannot happen here: bob does nothing over it"),
        (
            "alice says “hello”, alice crashes after effect 9",
            "alice cannot crash after effect 9 here: there are only 3$",
        ),
        ("alice says “hello”, alice crashes after effect 0", "cannot happen here; what can: 'alice says “hello”'"),
        ("alice says “hello”, alice crashes after effect x", "cannot happen here; what can: 'alice says “hello”'"),
        (7, "^7 cannot happen here; what can: 'alice says “hello”'"),
    ],
)
def test_a_step_that_cannot_be_is_told_in_one_line(step, said):
    with pytest.raises(InputError, match=said):
        follow(Scenario("basic"), [step])


def test_steps_are_a_list():
    for steps in ("alice says “hello”", None, 7):
        with pytest.raises(InputError, match="steps: expected a list of sentences"):
            follow(Scenario("basic"), steps)


def test_a_fault_that_is_given_twice_strikes_once():
    once, twice = (check(Scenario("basic"), faults=0, given=[Offline("bob", at=0, lasting=9)] * n) for n in (1, 2))
    assert twice == once


def test_what_a_search_took_is_known_and_in_nothing_that_is_saved():
    for search in (check, explore):
        one, two = search("dedup", 1), search("dedup", 1)
        assert one.cost.seconds > 0
        assert one == two
        assert one.to_json() == two.to_json()
        assert repr(one) == repr(two)
        assert str(one.cost).endswith(f"{one.cost.seconds:.1f} s, {one.cost.megabytes} MB")
