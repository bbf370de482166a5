"""What each node holds at a moment of a run."""

import pytest

from imteach import Client, Drop, InputError, Say, Scenario, Trace
from imteach.protocol import StartTimer, Transmit, Waiting


def waiting(tries, status, until):
    return {"queue": {"m1": tries}, "dedup": [], "status": {"m1": status}, "timers": {"m1": until}}


DONE = {"queue": {}, "dedup": [], "status": {"m1": "delivered"}, "timers": {}}


@pytest.mark.parametrize(
    ("t", "alice"),
    [
        (0, waiting(1, "sending", 300)),
        (99.999, waiting(1, "sending", 300)),
        (100, waiting(1, "sent", 300)),
        (299, waiting(1, "sent", 300)),
        (300, waiting(2, "sent", 600)),
        (499, waiting(2, "sent", 600)),
        (500, DONE),
        (10**9, DONE),
    ],
)
def test_the_sender_moment_by_moment_when_ack_n_is_lost(t, alice):
    assert Scenario("dedup").run(Drop("ack:N")).state_at(t)["alice"] == alice


def test_the_receiver_knows_a_msgid_from_the_moment_it_was_shown():
    trace = Scenario("dedup").run(Drop("ack:N"))
    assert trace.state_at(99)["bob"] == {"queue": {}, "dedup": [], "status": {}, "timers": {}}
    assert trace.state_at(100)["bob"]["dedup"] == ["m1"]
    assert trace.state_at(500)["bob"] == {"queue": {}, "dedup": ["m1"], "status": {}, "timers": {}}
    assert Scenario("retransmit").run().state_at(500)["bob"]["dedup"] == []


def test_the_server_holds_nothing_about_any_message():
    trace = Scenario("dedup", say=[Say(), Say("hi", "bob", "alice", 20)]).run(Drop("m1/ack:N"))
    states = [trace.state_at(event.t)["server"] for event in trace.events]
    assert all(state == {"online": ["alice", "bob"], "timers": {}} for state in states)


def test_before_anything_was_said_everybody_holds_nothing():
    state = Scenario("dedup", say=[Say(at=100)]).run().state_at(50)
    assert state["alice"] == state["bob"] == {"queue": {}, "dedup": [], "status": {}, "timers": {}}


def test_what_happens_at_t_has_happened():
    trace = Scenario("basic", latency=0).run()
    assert trace.state_at(0)["alice"]["status"] == {"m1": "sent"}


def test_a_failure_empties_the_queue():
    state = Scenario("basic").run(Drop("msg:R")).state_at(300)["alice"]
    assert state == {"queue": {}, "dedup": [], "status": {"m1": "failed"}, "timers": {}}


def test_asking_twice_gives_the_same_and_changes_nothing():
    trace = Scenario("dedup").run(Drop("ack:N"))
    before = trace.to_json()
    assert trace.state_at(350) == trace.state_at(350)
    trace.state_at(350)["alice"]["queue"].clear()
    assert trace.state_at(350)["alice"]["queue"] == {"m1": 2}
    assert trace.to_json() == before


@pytest.mark.parametrize("t", [-1, "100", None, True, float("nan")])
def test_what_is_no_moment(t):
    with pytest.raises(InputError, match="t: expected a time in ms of at least 0"):
        Scenario("dedup").run().state_at(t)


class CountsItsTimeouts(Client):
    """A learner's client: it remembers something more, and asks for a new msgid at each retransmission."""

    timeouts = 0

    def on_timer(self, msgid):
        self.timeouts += 1
        message, tries = self.queue.pop(msgid)
        fresh = self.new_msgid()
        self.queue[fresh] = Waiting(message, tries + 1)
        return [Transmit(self.msg_r(fresh, message)), StartTimer(fresh), self.report(fresh, "sending")]

    def state(self):
        return {"timeouts": self.timeouts, "queue": list(self.queue)}


def test_a_learners_own_class_is_asked_for_its_own_state():
    trace = Scenario("dedup", client=CountsItsTimeouts).run(Drop("msg:R"))
    assert trace.state_at(299)["alice"] == {"timeouts": 0, "queue": ["m1"], "timers": {"m1": 300}}
    assert trace.state_at(300)["alice"] == {"timeouts": 1, "queue": ["m2"], "timers": {"m2": 600}}
    assert trace.state_at(500)["alice"] == {"timeouts": 1, "queue": [], "timers": {}}


def test_a_trace_from_a_file_knows_it_too():
    trace = Scenario("dedup", say=[Say(), Say("hi", "bob", "alice", 20)], rto=90).run(Drop("m2/msg:N"))
    read = Trace.from_json(trace.to_json())
    assert read == Trace.from_json(trace.to_json())
    for t in {event.t for event in trace.events}:
        assert read.state_at(t) == trace.state_at(t)


def test_a_trace_from_a_file_that_a_learners_class_made_can_be_read_but_not_replayed():
    trace = Scenario("dedup", client=CountsItsTimeouts).run(Drop("msg:R"))
    read = Trace.from_json(trace.to_json())
    assert read == Trace.from_json(trace.to_json())
    assert read.messages == trace.messages
    assert read.to_json() == trace.to_json()
    with pytest.raises(InputError, match="this trace was made by CountsItsTimeouts, and a file cannot hold a class"):
        read.state_at(100)


def test_events_of_a_file_that_do_not_fit_together_are_named():
    text = Scenario("dedup").run().to_json()
    wrong = text.replace('"node": "alice", "kind": "timer_start"', '"node": "bob", "kind": "timer_start"')
    assert wrong != text
    with pytest.raises(InputError, match=r"events\[\d+\]: it does not fit the events before it"):
        Trace.from_json(wrong).state_at(1000)


def test_heartbeats_that_never_come_are_no_longer_waited_for():
    trace = Scenario("group", say=[Say(to="friends")], groups={"friends": ["alice", "bob"]}).run()
    end = trace.events[-1].t
    assert trace.state_at(end)["bob"]["timers"] == {"heartbeat:friends": 4000}
    assert trace.state_at(3999)["bob"]["timers"] == {"heartbeat:friends": 4000}
    assert trace.state_at(4000)["bob"]["timers"] == {}


def test_what_one_node_saw_is_told_in_order_and_is_nobody_elses():
    trace = Scenario("dedup").run(Drop("ack:N"))
    assert trace.seen_by("bob") == [
        "100 ms: receives m1/msg:N",
        "100 ms: shows “hello” (m1)",
        "100 ms: sends m1/ack:R#1",
        "200 ms: receives m1/ack:A",
        "400 ms: receives m1/msg:N",
        "400 ms: discards m1, shown before",
        "400 ms: sends m1/ack:R#2",
        "500 ms: receives m1/ack:A",
    ]
    assert trace.seen_by("alice")[6:9] == [
        "300 ms: the timer for m1 runs out",
        "300 ms: tries again: m1/msg:R#2",
        "300 ms: sends m1/msg:R#2",
    ]
    with pytest.raises(InputError, match="no node 'carol'; nodes are alice, bob, server"):
        trace.seen_by("carol")
