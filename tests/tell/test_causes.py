"""Why something happened: the chain of causes, in sentences and as a graph."""

import sys

import networkx
import pytest
from hypothesis import given
from worlds import runs  # the random runs of the simulator's tests

from imteach import Client, Crash, Drop, Duplicate, InputError, Offline, Partition, Resend, Say, Scenario
from imteach.protocol import Discard
from imteach.tell import why
from imteach.tell.reasons.why import why_again
from imteach.trace import EVENT_KINDS, happens_before


def second_show(trace):
    return why(trace, trace.happened("show", node="bob")[1])


ALL_ACK_N = [Drop(f"ack:N#{number}") for number in (1, 2, 3)]


class NewMsgidAtResend(Client):
    def on_resend(self, msgid, message):
        return self.on_say(message)


# In sentences


def test_why_hello_is_shown_twice_after_a_lost_ack_n():
    assert second_show(Scenario("retransmit").run(Drop("ack:N"))) == [
        "0 ms: alice says “hello” to bob",
        "300 ms: alice's timer for m1 runs out: m1/ack:N#1 was dropped",
        "300 ms: alice sends msg:R again, as m1/msg:R#2",
        "350 ms: m1/msg:R#2 reaches the server",
        "400 ms: m1/msg:N#2 reaches bob",
        "400 ms: bob is shown “hello” again: the first time was at 100 ms",
    ]


def test_why_hello_is_shown_twice_after_a_crash():
    told = second_show(Scenario("offline").run(Crash("bob", after="show m1", down=50)))
    assert told[1] == "300 ms: alice's timer for m1 runs out: no ack:N had come"
    assert told[-1] == (
        "400 ms: bob is shown “hello” again: the first time was at 100 ms, "
        "and the crash at 100 ms made the client forget it"
    )


def test_why_hello_is_shown_twice_after_a_resend_with_a_new_msgid():
    scenario = Scenario("dedup", client=NewMsgidAtResend, resend=[Resend("m1", at=2000)])
    told = second_show(scenario.run(*ALL_ACK_N))
    assert "900 ms: alice sees m1 ! failed" in told
    assert "2000 ms: alice sends m1 again, because it had failed" in told
    assert told[-1].endswith("the first time was at 100 ms, as m1, and m2 is another msgid")


def test_why_a_person_sent_it_again_is_what_the_screen_said():
    trace = Scenario("dedup", resend=[Resend("m1", at=2000)]).run(*ALL_ACK_N)
    (resend,) = trace.happened("resend")
    (sent,) = trace.happened("status", status="sent")[:1]
    assert why_again(trace, resend) == "because it had failed"
    assert why_again(trace, resend._replace(causes=(sent.id,))) == "while it was under way (✓ sent)"


def test_why_hello_is_shown_twice_by_a_copy_of_the_network():
    told = second_show(Scenario("retransmit").run(Duplicate("msg:N")))
    assert "50 ms: the network makes a copy: m1/msg:N#1~2" not in told  # the copy's arrival says it
    assert told[-2] == "150 ms: m1/msg:N#1~2 reaches bob (a copy that the network made)"


def test_why_a_stored_message_is_shown_at_login():
    trace = Scenario("offline").run(Offline("bob", lasting=1000))
    (show,) = trace.happened("show")
    told = trace.why(show)
    assert told == [
        "0 ms: alice says “hello” to bob",
        "50 ms: m1/msg:R#1 reaches the server",
        "50 ms: the server stores m1 for bob",
        "1000 ms: bob logs in",
        "1050 ms: bob/offline:R#1 reaches the server",
        "1100 ms: bob/offline:A#1 reaches bob",
        "1100 ms: bob is shown “hello”",
    ]


def test_why_a_stored_message_is_shown_to_a_member_of_a_group():
    groups = {"friends": ["alice", "bob", "carol"]}
    trace = Scenario("group", groups=groups, say=[Say("hi", to="friends", at=100)]).run(
        Offline("bob", at=50, lasting=400)
    )
    carol, bob = trace.happened("show")
    assert "150 ms: the server stores m1 for friends" in trace.why(bob)
    assert not any("stores" in line for line in trace.why(carol))  # to her it was passed on at once


def test_why_alice_sees_delivered_by_a_fabricated_ack():
    trace = Scenario("offline").run(Offline("bob", lasting=1000))
    delivered = trace.happened("status", status="delivered")[0]
    assert trace.why(delivered)[-2:] == [
        "100 ms: m1/ack:N#1 reaches alice (the server made it itself, because it keeps the message)",
        "100 ms: alice sees m1 ✓✓ delivered",
    ]


def test_why_a_packet_is_lost():
    trace = Scenario("dedup").run(Partition("bob", "server", lasting=250))
    (lost, *_) = trace.happened("lose")
    assert trace.why(lost)[-1] == "50 ms: m1/msg:N#1 is lost: the link from the server to bob is cut"


def test_why_a_pull_is_sent_again():
    trace = Scenario("offline").run(Offline("bob", lasting=1000), Drop("bob/offline:A"))
    (fired,) = trace.happened("timer_fire", node="bob")
    assert trace.why(fired)[-1] == "1300 ms: bob's timer for its pull runs out: bob/offline:A#1 was dropped"


class DiscardsAll(Client):
    def on_msg_n(self, packet):
        return [Discard(packet.msgid, packet.message), *self.acknowledge(packet)]


def test_what_a_class_discards_is_not_said_to_have_been_shown():
    trace = Scenario("dedup", client=DiscardsAll).run()
    assert trace.why(trace.happened("discard")[0])[-1] == "100 ms: bob discards m1, though it was not shown before"
    trace = Scenario("dedup").run(Drop("ack:N"))
    assert trace.why(trace.happened("discard")[0])[-1] == "400 ms: bob discards m1: it was shown at 100 ms"


def test_on_the_lowest_rung_a_lost_msg_a_is_the_reason():
    trace = Scenario("basic").run(Drop("msg:A"))
    (fired,) = trace.happened("timer_fire")
    assert trace.why(fired)[-1] == "300 ms: alice's timer for m1 runs out: m1/msg:A#1 was dropped"


def test_what_is_lost_of_another_message_is_no_reason():
    says = [Say("one"), Say("two", at=10)]
    trace = Scenario("dedup", say=says).run(Drop("m1/ack:N"), Drop("m2/msg:N"))
    (fired,) = trace.happened("timer_fire", timer="m1")
    assert trace.why(fired)[-1] == "300 ms: alice's timer for m1 runs out: m1/ack:N#1 was dropped"


def test_why_a_message_is_held_back_and_shown_later():
    trace = Scenario("ordered", say=[Say("one"), Say("two", at=20)]).run(Drop("m1/msg:R"))
    (hold, *_) = trace.happened("hold")
    assert trace.why(hold)[-1] == "120 ms: bob holds m2 back, one before it is missing"


def test_a_write_that_takes_away_is_told_as_one():
    trace = Scenario("durable").run()
    queue = trace.happened("write", node="alice", key="queue/m1")
    assert [trace.why(write)[-1] for write in queue] == [
        "0 ms: alice writes queue/m1",
        "200 ms: alice erases queue/m1",
    ]


def test_an_event_of_another_run_is_refused():
    one, other = Scenario("basic").run(), Scenario("dedup").run(Drop("ack:N"))
    with pytest.raises(InputError, match="is no event of this trace"):
        why(one, other.events[-1])
    with pytest.raises(InputError, match="is no event of this trace"):
        one.causes(other.events[-1])


def test_a_kind_or_a_field_that_events_do_not_have_is_named():
    trace = Scenario("basic").run()
    with pytest.raises(InputError, match="no kind of event 'shown'; kinds are start, say"):
        trace.happened("shown")
    with pytest.raises(InputError, match="no field 'who'; an event has id, t, node"):
        trace.happened("show", who="bob")


@given(runs())
def test_every_event_of_every_run_can_be_told(case):
    scenario, faults = case
    trace = scenario.run(*faults)
    for event in trace.events[:: max(1, len(trace.events) // 40)]:
        told = trace.why(event)
        assert told == trace.why(event)
        assert all("None" not in sentence and "\n" not in sentence for sentence in told)
        times = [float(sentence.partition(" ms: ")[0]) for sentence in told]
        assert times == sorted(times)
        assert all(t <= event.t for t in times)


# As a graph


@given(runs())
def test_the_graph_has_no_circle_and_reaches_just_the_causes_by_their_edges(case):
    scenario, faults = case
    trace = scenario.run(*faults)
    graph = happens_before(trace)
    assert sorted(graph) == [event.id for event in trace.events]
    assert networkx.is_directed_acyclic_graph(graph)
    causes_only = graph.edge_subgraph(edge for edge in graph.edges if not graph.edges[edge].get("order"))
    for event in trace.events[-3:]:
        behind = networkx.ancestors(causes_only, event.id) if event.id in causes_only else set()
        assert behind == {cause.id for cause in trace.causes(event)}


def test_two_people_who_do_not_hear_of_each_other_happen_side_by_side():
    says = [Say("one"), Say("two", "carol", "dave")]
    trace = Scenario("basic", say=says).run()
    graph = trace.happens_before()
    seen_by_bob, seen_by_dave = (trace.happened("show", node=name)[0].id for name in ("bob", "dave"))
    alice, carol = (trace.happened("say", node=name)[0].id for name in ("alice", "carol"))
    assert not networkx.has_path(graph, alice, carol)
    assert not networkx.has_path(graph, carol, alice)
    assert networkx.has_path(graph, alice, seen_by_bob)
    assert networkx.has_path(graph, alice, seen_by_dave)  # the server had taken m1 when it took m2
    assert not networkx.has_path(graph, carol, seen_by_bob)


def test_without_networkx_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "networkx", None)
    with pytest.raises(InputError, match=r"networkx is not installed; it comes with: .* -m pip install"):
        Scenario("basic").run().happens_before()


def test_every_kind_of_event_has_its_words():
    told = set()
    traces = [
        Scenario("offline").run(Offline("bob", lasting=1000), Drop("bob/offline:A")),
        Scenario("durable").run(Crash("bob", after="show m1", down=50), Crash("alice", at=20, down=30)),
        Scenario("dedup", resend=[Resend("m1", at=2000)]).run(*ALL_ACK_N),
        Scenario("dedup", resend=[Resend("m1", at=50)]).run(Partition("bob", "server", lasting=350)),
        Scenario("ordered", say=[Say("one"), Say("two", at=20)]).run(Drop("m1/msg:R")),
        Scenario("group", groups={"us": ["alice", "bob"]}, say=[Say("hi", to="us")]).run(),
        Scenario("dedup", dedup_for=10).run(),
    ]
    for trace in traces:
        for event in trace.events:
            told.add(event.kind)
            assert trace.why(event)[-1:] or event.kind == "start"
    assert told == set(EVENT_KINDS)
