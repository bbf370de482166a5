"""What holds in every run, whatever is said and whatever is lost; and what happens in some, so that "every" counts.

A failing example is printed as Python: paste `scenario` and `faults` into a notebook.
"""

import os
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from random import Random

import pytest
from hypothesis import Phase, find, given, settings
from worlds import runs

from imteach import LADDER, Drop, Scenario, Trace
from imteach.protocol import STATUSES
from imteach.sim import EVENT_KINDS
from imteach.sim.simulator import Simulator

ACKING = tuple(name for name, rung in LADDER.items() if rung.acks)
RETRANSMITTING = tuple(name for name, rung in LADDER.items() if rung.retransmits)
DEDUPING = tuple(name for name, rung in LADDER.items() if rung.dedups)

# Which kinds of event lead to which
LEADS_TO = {
    "say": set(),
    "send": {"say", "arrive", "retransmit"},
    "arrive": {"send"},
    "drop": {"send"},
    "timer_start": {"say", "timer_fire"},
    "timer_cancel": {"arrive"},
    "timer_fire": {"timer_start"},
    "retransmit": {"timer_fire"},
    "show": {"arrive"},
    "discard": {"arrive"},
    "status": {"say", "arrive", "timer_fire"},
}


def run(case):
    scenario, faults = case
    return scenario.run(*faults)


def kinds(trace):
    return {event.kind for event in trace.events}


# Every run …


@given(runs())
def test_time_never_goes_back_and_ids_count_up(case):
    events = run(case).events
    assert [event.id for event in events] == list(range(len(events)))
    assert all(before.t <= after.t for before, after in pairwise(events))
    assert all(event.t >= 0 for event in events)


def test_each_kind_of_event_has_its_kinds_of_cause():
    assert set(LEADS_TO) == set(EVENT_KINDS)


@given(runs())
def test_each_event_has_one_earlier_cause_of_the_right_kind_unless_a_person_spoke(case):
    events = run(case).events
    for event in events:
        assert len(event.causes) == (event.kind != "say")
        for cause in event.causes:
            assert cause < event.id
            assert events[cause].kind in LEADS_TO[event.kind]
            if event.kind not in ("arrive", "drop"):
                assert events[cause].node == event.node  # only a packet carries a cause to another node


@given(runs())
def test_each_packet_is_sent_once_and_ends_once_on_its_own_link_after_its_latency(case):
    trace = run(case)
    sends = {e.packet: e for e in trace.events if e.kind == "send"}
    assert Counter(e.packet for e in trace.events if e.kind == "send") == Counter(p.name for p in trace.packets)
    ends = Counter((e.packet, e.kind) for e in trace.events if e.kind in ("arrive", "drop"))
    assert set(ends.values()) <= {1}
    dropped = {fault.packet for fault in trace.faults} - {fault.packet for fault in trace.unused}
    for packet in trace.packets:
        end = "drop" if packet.name in dropped else "arrive"
        assert [kind for name, kind in ends if name == packet.name] == [end]
        (event,) = (e for e in trace.events if e.kind == end and e.packet == packet.name)
        assert event.causes == (sends[packet.name].id,)
        assert (sends[packet.name].node, sends[packet.name].t) == (packet.src, packet.sent)
        person = packet.src if packet.dst == "server" else packet.dst
        assert packet.due == pytest.approx(packet.sent + trace.scenario.latency_of(person), abs=0.001)
        if end == "arrive":
            assert (event.node, event.t, packet.arrived, packet.fate) == (packet.dst, packet.due, packet.due, "arrived")
        else:
            assert (event.node, packet.arrived, packet.fate) == ("network", None, "dropped")
            assert packet.sent <= event.t <= packet.due


@given(runs())
def test_packets_are_numbered_from_1_by_message_and_kind(case):
    numbers = {}
    for packet in run(case).packets:
        numbers.setdefault((packet.msgid, packet.kind), []).append(packet.number)
        assert packet.name == f"{packet.msgid}/{packet.kind}#{packet.number}"
    assert all(counted == list(range(1, len(counted) + 1)) for counted in numbers.values())


@given(runs())
def test_every_timer_that_starts_is_cancelled_or_runs_out_at_its_time(case):
    trace = run(case)
    running = {}
    for event in trace.events:
        key = (event.node, event.timer)
        if event.kind == "timer_start":
            assert key not in running
            running[key] = event
        elif event.kind == "timer_cancel":
            assert event.t <= running.pop(key).until
        elif event.kind == "timer_fire":
            started = running.pop(key)
            assert (event.t, event.causes) == (started.until, (started.id,))
    assert running == {}


@given(runs())
def test_the_same_scenario_and_faults_give_the_same_bytes(case):
    assert run(case).to_json() == run(case).to_json()


@given(runs())
def test_a_trace_reads_back_equal_and_writes_the_same_bytes(case):
    trace = run(case)
    read = Trace.from_json(trace.to_json())
    assert read == trace
    assert read.to_json() == trace.to_json()
    assert (read.messages, read.promises) == (trace.messages, trace.promises)


@given(runs())
def test_replaying_a_trace_ends_where_the_nodes_ended(case):
    scenario, faults = case
    simulator = Simulator(scenario, faults)
    trace = simulator.run()
    end = trace.events[-1].t
    held = {name: {**node.state(), "timers": {}} for name, node in simulator.nodes.items()}
    assert trace.state_at(end) == held
    assert Trace.from_json(trace.to_json()).state_at(end) == held


@given(runs())
def test_at_every_moment_a_client_waits_with_a_timer_for_each_entry_of_its_queue(case):
    trace = run(case)
    for t in dict.fromkeys(event.t for event in trace.events):
        for name, node in trace.state_at(t).items():
            assert node["timers"].keys() == node.get("queue", {}).keys(), (t, name)
            assert all(until >= t for until in node["timers"].values())


@given(runs())
def test_each_thing_said_has_one_row_and_a_status_that_will_not_change(case):
    trace = run(case)
    assert [said.text for said in trace.messages] == [say.text for say in trace.scenario.in_order]
    assert all(said.status in set(STATUSES) - {"sending"} for said in trace.messages)


@given(runs())
def test_msg_r_is_transmitted_at_most_once_more_than_the_retries(case):
    trace = run(case)
    most = 1 + (trace.scenario.retries if trace.scenario.setting.retransmits else 0)
    assert all(packet.number <= most for packet in trace.packets if packet.kind == "msg:R")


@given(runs())
def test_the_server_sends_one_msg_a_and_one_msg_n_for_each_msg_r_that_it_gets(case):
    trace = run(case)
    got = Counter(packet.kind for packet in trace.packets if packet.fate == "arrived")
    sent = Counter(packet.kind for packet in trace.packets)
    assert sent["msg:A"] == sent["msg:N"] == got["msg:R"]
    assert sent["ack:A"] == sent["ack:N"] == got["ack:R"]


@given(runs(DEDUPING))
def test_from_dedup_on_nothing_is_shown_twice(case):
    assert run(case).promises["no_duplicates"]


@given(runs(ACKING))
def test_from_acked_on_delivered_is_true_and_no_loss_is_silent(case):
    promises = run(case).promises
    assert promises["no_false_delivery"]
    assert promises["no_silent_loss"]


@given(runs(RETRANSMITTING))
def test_from_retransmit_on_fewer_losses_than_transmissions_are_repaired(case):
    scenario, faults = case
    lost = Counter(fault.packet.partition("/")[0] for fault in set(faults))
    for said in scenario.run(*faults).messages:
        if lost[said.msgid] <= scenario.retries:
            assert said.status == "delivered"
            assert said.shown[said.to[0]] >= 1


@given(runs())
def test_what_is_not_dropped_does_not_matter(case):
    scenario, faults = case
    trace = scenario.run(*faults)
    used = [fault for fault in trace.faults if fault not in trace.unused]
    assert scenario.run(*used).events == trace.events


def test_hash_seeds_and_processes_make_no_difference():
    code = (
        "from imteach import *\n"
        "says = [Say('one'), Say('two', 'bob', 'carol', at=7), Say('three', 'carol', 'alice', at=9)]\n"
        "faults = [Drop('m1/ack:N'), Drop('m3/msg:R'), Drop('m2/msg:N'), Drop('m9/msg:N')]\n"
        "print(Scenario('dedup', say=says).run(*faults).to_json())"
    ).replace("import *", "import Drop, Say, Scenario")
    printed = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(printed) == 1


# … and some run, or the sentences above would say nothing

SOMETIMES = {
    "a loss is repaired": (
        RETRANSMITTING,
        lambda trace: any(p.fate == "dropped" for p in trace.packets) and all(trace.promises.values()),
    ),
    "delivered though something was lost": (
        ("acked",),
        lambda trace: any(p.fate == "dropped" for p in trace.packets) and trace.promises["all_delivered"],
    ),
    "a retransmission is needed": (DEDUPING, lambda trace: "retransmit" in kinds(trace)),
    "a retransmission is too early": (
        RETRANSMITTING,
        lambda trace: "retransmit" in kinds(trace) and "drop" not in kinds(trace),
    ),
    "the tries are spent": (DEDUPING, lambda trace: any(said.status == "failed" for said in trace.messages)),
    "a failure is false": (DEDUPING, lambda trace: not trace.promises["no_false_failure"]),
    "a failure is taken back": (
        ACKING,
        lambda trace: any(
            event.status == "delivered" and any(e.status == "failed" and e.msgid == event.msgid for e in trace.events)
            for event in trace.events
        ),
    ),
    "unconfirmed": (("acked",), lambda trace: any(said.status == "unconfirmed" for said in trace.messages)),
    "a silent loss on basic": (("basic",), lambda trace: not trace.promises["no_silent_loss"]),
    "a duplicate is shown below dedup": (("retransmit",), lambda trace: not trace.promises["no_duplicates"]),
    "a duplicate is discarded from dedup on": (DEDUPING, lambda trace: "discard" in kinds(trace)),
    "a fault is unused": (tuple(LADDER), lambda trace: bool(trace.unused)),
    "several messages and all is well": (
        DEDUPING,
        lambda trace: len(trace.messages) > 1 and all(trace.promises.values()),
    ),
    "both directions at once": (
        ACKING,
        lambda trace: len({said.sender for said in trace.messages}) > 1 and trace.promises["all_delivered"],
    ),
    "two timers run at once": (
        DEDUPING,
        lambda trace: any(len(trace.state_at(e.t)[e.node]["timers"]) > 1 for e in trace.events if e.kind == "say"),
    ),
}


@pytest.mark.parametrize("what", SOMETIMES)
def test_sometimes(what):
    rungs, happens = SOMETIMES[what]
    scenario, _ = find(
        runs(rungs),
        lambda case: happens(run(case)),
        settings=settings(max_examples=3000, database=None, phases=[Phase.generate]),
        random=Random(1),
    )
    assert scenario.rung in rungs


def test_every_kind_of_event_happens():
    traces = [Scenario(rung).run(Drop("ack:N")) for rung in LADDER]
    assert set().union(*map(kinds, traces)) == set(EVENT_KINDS)
