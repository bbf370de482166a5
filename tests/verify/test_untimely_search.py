"""What comes at the wrong time, without a clock: somebody is out for a while, cannot wait, or is told a timer late."""

import random
from collections import deque

import pytest
from real_bugs import BUGS

from imteach import (
    LADDER,
    Again,
    Beat,
    Client,
    Crash,
    Drop,
    InputError,
    Late,
    LearnerError,
    Offline,
    Say,
    Scenario,
    Server,
    Trace,
    check,
    explore,
    follow,
    state_graph,
)
from imteach.protocol import StartTimer, Write
from imteach.verify.search.codes import Codes
from imteach.verify.search.loop import Loop, Rules
from imteach.verify.search.rules import World
from imteach.verify.search.steps.follow import Follower
from imteach.verify.search.steps.step import step_of

TWO = [Say("one"), Say("two", at=20)]
THREE = [*TWO, Say("three", at=40)]
BOB_AWAY = (Offline("bob", at=0, lasting=1000),)
PAIR = {"say": [Say("hi", to="all")], "groups": {"all": ["alice", "bob"]}}


def at(rung, **more):
    return Scenario(rung, **(PAIR if rung == "group" else {}), **{"retries": 1, **more})


def broken(scenario, faults, kinds, given=()):
    found = check(scenario, faults, kinds, given)
    assert found.finished
    return {name for name, verdict in found.promises.items() if not verdict.holds}


# What one fault of each kind breaks at each rung, that no loss of time alone breaks


BREAKS = {
    # Below `offline` what comes for somebody who is out goes nowhere, and at `basic` alice is told nothing of that.
    # Nobody keeps anything for a sender who is out: what she sends is lost, and so is the ack:N for her.
    "away": {rung: {"no_false_failure", "all_delivered"} for rung in LADDER} | {"basic": {"no_silent_loss"}},
    # Of what is not in the queue any more there is nothing to do.
    "late": {},
    # Before `dedup` nobody knows a message again. (At `retransmit` it takes no fault: a timer comes too early.)
    "again": {"basic": {"no_duplicates"}, "acked": {"no_duplicates"}},
}


@pytest.mark.parametrize("rung", LADDER)
@pytest.mark.parametrize("kind", BREAKS)
def test_our_own_classes_break_what_they_must_and_nothing_else(rung, kind):
    without = broken(at(rung), 0, [kind])
    assert broken(at(rung), 1, [kind]) - without == BREAKS[kind].get(rung, set())


@pytest.mark.parametrize("rung", ["dedup", "offline", "durable", "ordered", "group"])
def test_from_dedup_on_impatience_and_late_timers_break_nothing_of_ours_in_twos_either(rung):
    assert broken(at(rung, retries=0), 2, ["late", "again"]) == set()


def test_the_kinds_can_be_asked_for_and_are_told_by_their_names():
    found = check(Scenario("acked"), 1, ["again", "late", "away"])
    assert found.kinds == ("away", "late", "again")
    assert "(an absence, a late timer or an impatient person)" in found.to_text()


# What each kind shows of a class that has a mistake


class Trusting(Client):
    """Believes that a cancelled timer never comes."""

    def on_timer(self, msgid):
        entry = self.queue[msgid]
        self.queue[msgid] = entry._replace(tries=entry.tries)
        return super().on_timer(msgid)


class NewName(Client):
    """Sends again under a new msgid, so that nobody can tell that it is the same."""

    def on_resend(self, msgid, message):
        return self.on_say(message)


@pytest.mark.parametrize("reduce", [True, False])
def test_a_class_that_trusts_its_cancels_is_caught_by_one_late_timer(reduce):
    scenario = Scenario("dedup", client=Trusting, retries=1)
    assert check(scenario, 2, ["drop"], reduce=reduce).finished
    with pytest.raises(LearnerError) as caught:
        check(scenario, 1, ["late"], reduce=reduce)
    assert "Trusting.on_timer raised KeyError: 'm1' when its timer m1, cancelled already, ran out" in str(caught.value)
    assert caught.value.trace.faults == (Late("alice", "m1"),)
    assert [event.timer for event in caught.value.trace.happened("timer_fire")] == ["m1"]


def test_a_class_that_takes_a_second_sending_for_a_new_message_is_caught_by_one_impatient_person():
    scenario = Scenario("dedup", client=NewName, retries=1)
    assert "no_duplicates" not in broken(scenario, 2, ["drop", "late"])
    verdict = check(scenario, 1, ["again"]).promises["no_duplicates"]
    (fault,) = verdict.broken_by
    assert isinstance(fault, Again)
    assert verdict.trace.messages[0].shown == {"bob": 2}
    assert "alice sends m1 again too early" in verdict.steps
    assert follow(scenario, verdict.steps) == verdict.trace


def test_a_class_that_forgets_at_its_logout_is_caught_by_one_absence():
    scenario = Scenario("dedup", client=BUGS["ForgetsAtLogout"][0], retries=1)
    assert "no_duplicates" not in broken(scenario, 2, ["drop"])
    verdict = check(scenario, 1, ["away"]).promises["no_duplicates"]
    (fault,) = verdict.broken_by
    assert (type(fault), fault.person) == (Offline, "bob")
    assert fault.lasting == verdict.steps.index("bob logs in") - verdict.steps.index("bob logs out")


class TeaDrinker(Client):
    """Has a timer that starts anew at each login; its tea is cold when that has run out."""

    cold = False

    def on_start(self):
        return [*super().on_start(), StartTimer("tea")]

    def on_login(self):
        self.cold = False
        return [*super().on_login(), StartTimer("tea")]

    def on_timer(self, msgid):
        self.cold |= msgid == "tea"
        return super().on_timer(msgid)


# A run with them, step by step


SAID = ["alice says “hello”", "m1/msg:R#1 arrives"]


def test_an_absence_is_a_fault_that_is_known_when_it_is_over():
    trace = follow("offline", [*SAID, "bob logs out", "bob logs in"])
    assert trace.faults == (Offline("bob", at=3, lasting=1),)
    assert [(event.t, event.kind) for event in trace.events if event.kind in ("login", "logout")] == [
        (3, "logout"), (4, "login")
    ]  # fmt: skip
    assert follow("offline", [*SAID, "bob logs out"]).faults == (Offline("bob", at=3),)


def test_who_is_out_or_down_cannot_log_out():
    for gone in ("bob logs out", "bob crashes"):
        with pytest.raises(InputError, match="'bob logs out' cannot happen here"):
            follow("offline", [gone, "bob logs out"])
    with pytest.raises(InputError, match="'the server logs out' cannot happen here"):
        follow("offline", ["the server logs out"])


def test_who_logs_in_while_their_client_is_down_is_in_when_it_starts_again():
    steps = ["bob logs out", "bob crashes", "bob logs in", "bob starts again"]
    events = [event.kind for event in follow("offline", steps).events if event.node == "bob"]
    assert [kind for kind in events if kind in ("logout", "crash", "restart", "login")] == [
        "logout", "crash", "restart", "login"
    ]  # fmt: skip


def test_beside_what_is_given_a_person_is_out_once_more_and_in_when_both_are_over():
    steps = ["bob logs out once more", "bob logs out", "bob logs in once more", "bob logs in"]
    trace = follow("offline", steps, BOB_AWAY)
    assert trace.faults == (*BOB_AWAY, Offline("bob", at=1, lasting=2))
    assert [(e.t, e.kind) for e in trace.events if e.node == "bob" and e.kind.startswith("log")] == [
        (1, "logout"), (4, "login")
    ]  # fmt: skip
    with pytest.raises(InputError, match="'bob logs out once more' cannot happen here"):
        follow("offline", ["bob logs out", "bob logs out once more"], BOB_AWAY)
    with pytest.raises(InputError, match="'bob logs in once more' cannot happen here"):
        follow("offline", ["bob logs out", "bob logs in once more"], BOB_AWAY)


def test_what_is_given_stays_as_it_is_if_a_fault_begins_at_the_same_moment():
    given = (Offline("bob", at=1),)
    trace = follow("offline", ["bob logs out once more", "bob logs in once more"], given)
    assert trace.faults == (*given, Offline("bob", at=1, lasting=1))


def test_a_late_timer_is_told_right_after_the_step_that_stopped_it():
    acked = [*SAID, "m1/msg:N#1 arrives", "m1/ack:R#1 arrives"]
    trace = follow("dedup", [*acked, "m1/ack:N#1 arrives, but alice's timer m1 had run out", "m1/ack:A#1 arrives"])
    assert trace.faults == (Late("alice", "m1"),)
    (told,) = trace.happened("timer_fire")
    assert (told.t, told.text) == (5, "late alice@m1")
    assert trace.events[told.causes[0]].kind == "timer_cancel"
    assert Trace.from_json(trace.to_json()) == trace


def test_one_that_began_anew_runs_on_and_its_number_is_the_time_it_was_stopped():
    steps = ["bob logs out", "bob logs in", "bob logs out", "bob logs in", "bob logs out"]
    late = "bob logs in, but bob's timer pull had run out"
    trace = follow("offline", [*steps, late, "bob/offline:R#1 arrives", "bob/offline:A#1 arrives"])
    assert trace.faults[-1] == Late("bob", "pull#2")
    starts = [(event.t, event.until) for event in trace.happened("timer_start", timer="pull")]
    assert starts == [(2, 4), (4, 6), (6, 6), (6, 8)]  # login, login, login; told late, it pulls again
    assert trace.unused == ()


def test_one_that_began_anew_has_not_ended_when_the_old_one_is_told_late():
    trace = follow(
        Scenario("basic", client=TeaDrinker), ["bob logs out", "bob logs in, but bob's timer tea had run out"]
    )
    assert [event.t < event.until for event in trace.happened("timer_start", node="bob")] == [True, True]


def test_a_restart_of_the_server_makes_people_log_in_again_who_may_stop_a_timer_too_late():
    late = "the server starts again, but bob's timer pull had run out"
    trace = follow("offline", ["bob logs out", "bob logs in", "the server crashes", late])
    assert Late("bob", "pull") in trace.faults
    world = World(Scenario("offline"), kinds=["crash", "away", "late"])
    state = world.start
    for what in ("away", "back", "crash"):
        node = world.server if what == "crash" else world.place["bob"]
        state = next(
            after
            for action, after, _ in world.next(state, ["crash", "away"], 1)
            if (action.what, action.about, action.crash_after) == (what, node, 0)
        )
    named = Follower(world.scenario, ()).in_flight
    late_ones = [action for action, _, _ in world.next(state, ["late"], 1) if action.late]
    assert [str(step_of(world, state, action, named)) for action in late_ones] == [late]


def test_where_no_such_timer_is_stopped_it_is_said():
    for step, who in [
        ("alice says “hello”, but alice's timer m1 had run out", "alice"),
        ("alice says “hello”, but server's timer m1 had run out", "the server"),
        ("alice says “hello”, but bob's timer pull had run out", "bob"),
    ]:
        with pytest.raises(InputError, match=f"cannot happen here: {who} stops no such timer over it"):
            follow("dedup", [step])
    with pytest.raises(InputError, match="'bob falls' cannot happen here; what can: "):
        follow("dedup", ["bob falls, but bob's timer pull had run out"])


def test_an_impatient_person_sends_again_what_is_under_way():
    trace = follow("acked", [*SAID, "m1/msg:A#1 arrives", "alice sends m1 again too early"])
    assert trace.faults == (Again("m1", at=4),)
    (pressed,) = trace.happened("resend")
    assert (pressed.t, pressed.text) == (4, "again m1@4")
    assert trace.why(pressed)[-1] == "step 4: alice sends m1 again, too early, while it was under way (✓ sent)"


@pytest.mark.parametrize(
    "steps",
    [[], [*SAID, "m1/msg:A#1 arrives"], ["alice says “hello”", "alice's timer m1 runs out"], [*SAID, "alice crashes"]],
)
def test_there_is_nothing_to_press_where_nothing_is_under_way(steps):
    """Not said yet; sent, which settles it at `basic`; failed; and alice is down."""
    with pytest.raises(InputError, match="'alice sends m1 again too early' cannot happen here"):
        follow("basic", [*steps, "alice sends m1 again too early"])


def test_beside_a_crash_and_an_early_heartbeat_each_is_a_fault_of_the_trace():
    steps = ["bob's timer heartbeat:all runs out too early", "bob logs out", "bob crashes", "bob logs in"]
    trace = follow(at("group"), [*steps, "bob starts again"])
    assert trace.faults == (Beat("bob", at=1), Offline("bob", at=2, lasting=2), Crash("bob", at=3, down=2))
    assert Trace.from_json(trace.to_json()) == trace


# The search knows them as the simulator does


@pytest.mark.parametrize(
    ("scenario", "given", "kinds"),
    [
        (Scenario("ordered", say=THREE, retries=0), (), ("again",)),
        (Scenario("durable", say=TWO, retries=1), BOB_AWAY, ("away", "late", "again", "crash")),
        (Scenario("group", say=[Say("1", to="all"), Say("2", "bob", "all", 1)], groups=PAIR["groups"], ack_every=2),
         (), ("away", "late", "again", "beat")),
    ],
)  # fmt: skip
def test_on_random_paths_every_fault_that_strikes_stands_in_the_trace(scenario, given, kinds):
    for seed in range(12):
        chance = random.Random(seed)
        world, follower = World(scenario, given, kinds), Follower(scenario, given)
        follower.begin()
        state, left, struck = world.start, chance.choice([1, 2, 5]), 0
        for _ in range(60):
            choices = list(world.next(state, kinds, left))
            choices = [each for each in choices if each[2]] * chance.randrange(2) or choices
            if not choices:
                break
            action, after, takes = chance.choice(choices)
            follower.step(follower.read(str(step_of(world, state, action, follower.in_flight))))
            state, left, struck = after, left - takes, struck + takes
        while mend := [each for each in world.next(state) if each[0].what in ("restart", "back")]:
            follower.step(step_of(world, state, mend[0][0], follower.in_flight))
            state = mend[0][1]
        trace = follower.trace()
        assert len(trace.faults) == len(given) + struck
        assert trace.unused == ()
        assert [said.late for said in world.outcomes(state).values()] == [said.late for said in trace.messages]
        assert Trace.from_json(trace.to_json()) == trace


def test_what_is_sent_again_stands_in_the_order_in_which_that_was_done():
    """Bob is shown three, one, two; on the screen two was sent again first, and one after it: so two is late."""
    scenario = Scenario("ordered", client=BUGS["ShowsWhatComes"][0], say=THREE, retries=0)
    said = [f"alice says “{say.text}”" for say in THREE]
    asked = [f"m{number}/msg:R#1 arrives" for number in (1, 2, 3)]
    again = ["alice sends m2 again too early", "alice sends m1 again too early"]
    shown = [f"m{number}/msg:N#1 arrives" for number in (3, 1, 2)]
    world, follower = World(scenario, kinds=["again"]), Follower(scenario, ())
    follower.begin()
    state = world.start
    for sentence in [*said, *asked, *again, *shown]:
        ways = world.next(state, ["again"], 1)
        state = next(to for on, to, _ in ways if str(step_of(world, state, on, follower.in_flight)) == sentence)
        follower.step(follower.read(sentence))
    assert [one.late for one in world.outcomes(state).values()] == [(), ("bob",), ()]
    assert [one.late for one in follower.trace().messages] == [(), ("bob",), ()]


class Notes(Server):
    """Writes two rows when it starts again, so that a crash can fall between them."""

    def restart(self, disk):
        count = len(disk.read("starts"))
        return [*super().restart(disk), *(Write(table, str(count), True) for table in ("starts", "more"))]


@pytest.mark.parametrize(
    ("scenario", "kinds", "faults", "given"),
    [
        (Scenario("basic"), ("away", "late", "again"), 2, ()),
        (Scenario("basic", say=[], client=TeaDrinker), ("away", "crash", "late"), 2, ()),
        (Scenario("basic", say=[]), ("away",), 2, BOB_AWAY),
        (Scenario("acked", server=Notes), ("crash", "again"), 1, ()),
        (Scenario("basic", say=[], server=Notes), ("crash",), 2, ()),
    ],
)
def test_a_search_by_numbers_reaches_what_the_rules_allow(scenario, kinds, faults, given):
    """The plain way: a queue of states, each with the faults that struck; and every state has a path in words."""
    world = World(scenario, given, kinds)
    fewest, waiting = {world.start: 0}, deque([world.start])
    while waiting:
        state = waiting.popleft()
        for _, after, takes in world.next(state, kinds, faults - fewest[state]):
            if fewest[state] + takes < fewest.get(after, faults + 1):
                fewest[after] = fewest[state] + takes
                waiting.append(after)
    codes = Codes(world, kinds, copies=60)
    loop = Loop(codes.number(world.start), faults)
    rules = Rules(codes.ways, codes.faults, codes.heartbeats)
    for _ in loop.states(lambda left, starts: rules):
        pass
    struck = {
        codes.state(number): sum(place >= first for first in loop.layers) - 1
        for place, number in enumerate(loop.came_from)
    }
    assert struck == fewest
    for number, before in loop.came_from.items():
        assert before is None or codes.step(before, number)


@pytest.mark.parametrize("rung", LADDER)
@pytest.mark.parametrize("kinds", [("away",), ("late",), ("again",), ("drop", "again")])
def test_what_a_run_with_a_clock_breaks_is_broken_without_one_by_no_more_faults(rung, kinds):
    timed, free = (search(at(rung, retries=0), 1, kinds) for search in (explore, check))
    for name, verdict in timed.promises.items():
        if verdict.broken_by is not None:
            assert len(free.promises[name].broken_by) <= len(verdict.broken_by)


def test_a_graph_of_states_tells_apart_who_is_out_by_a_fault():
    graph = state_graph(Scenario("basic", say=[]), 1, ["away"], BOB_AWAY)
    labels = [told["label"] for _, told in graph.nodes(data=True)]
    assert (
        len(set(labels)) == len(labels) == check(Scenario("basic", say=[]), 1, ["away"], BOB_AWAY, reduce=False).states
    )
    assert any("bob is to log in once more" in label for label in labels)
    steps = {told["label"] for *_, told in graph.edges(data=True)}
    assert {"bob logs out", "bob logs out once more", "alice logs out", "alice logs in"} <= steps


def test_what_needs_a_clock_is_given_to_no_search_without_one():
    for fault in (Late("alice", "m1"), Again("m1", at=50), Drop("msg:R")):
        with pytest.raises(InputError, match="needs a clock or a packet's name, and this search has neither"):
            check("dedup", given=[fault])
