"""What holds in every run, whatever is said and whatever strikes; and what happens in some, so that "every" counts.

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
from hypothesis import strategies as st
from worlds import EVERY_FAULT, PACKET_FAULTS, WITHOUT_CRASHES, runs

from imteach import LADDER, Crash, Delay, Drop, Duplicate, Loss, Offline, Partition, Say, Scenario, Trace
from imteach.protocol import SERVER, STATUSES
from imteach.scenario import Resend, parse_name
from imteach.sim.simulator import Simulator
from imteach.trace import EVENT_KINDS, instant


def rungs(idea):
    return tuple(name for name, rung in LADDER.items() if getattr(rung, idea))


ACKING, RETRANSMITTING, DEDUPING, STORING = map(rungs, ("acks", "retransmits", "dedups", "stores"))
WRITING, ORDERING, GROUPING = map(rungs, ("writes", "orders", "groups"))

# Which kinds of event lead to which; None stands for no cause at all
STEPS = {"start", "say", "resend", "arrive", "timer_fire", "login", "restart"}
LEADS_TO = {
    "start": {None},
    "say": {None},
    "unsaid": {None},
    "resend": {"status"},
    "send": {"say", "resend", "arrive", "timer_fire", "login", "restart", "retransmit", "send"},
    "arrive": {"send"},
    "drop": {"send"},
    "lose": {"send"},
    "timer_start": STEPS,
    "timer_cancel": {"arrive", "login", "timer_fire", "resend"},
    "timer_fire": {"timer_start", "timer_cancel"},
    "retransmit": {"timer_fire", "resend", "restart"},
    "show": {"arrive"},
    "discard": {"arrive"},
    "hold": {"arrive"},
    "forget": {"arrive", "timer_fire", "restart"},
    "write": {"say", "resend", "arrive", "timer_fire", "restart"},
    "store": {"arrive"},
    "delete": {"arrive", "timer_fire"},
    "status": {"say", "resend", "arrive", "timer_fire", "restart"},
    "login": {None, "login", "restart"},
    "logout": {None, "logout", "restart", "crash"},
    "crash": {None, "send", "show", "store", "write", "delete", "status"},
    "restart": {"crash"},
}


def run(case):
    scenario, faults = case
    return scenario.run(*faults)


def kinds(trace):
    return {event.kind for event in trace.events}


def crashed(trace, node=None):
    return [event for event in trace.events if event.kind == "crash" and node in (None, event.node)]


def is_heartbeat(timer):
    return timer.startswith("heartbeat:")


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
def test_each_event_has_at_most_one_cause_an_earlier_one_of_the_right_kind(case):
    events = run(case).events
    for event in events:
        causes = [events[cause] for cause in event.causes]
        assert len(causes) <= 1
        assert all(cause.id < event.id for cause in causes)
        assert (causes[0].kind if causes else None) in LEADS_TO[event.kind]
        # a cause comes to another node only with a packet, or with a connection
        if causes and causes[0].node != event.node:
            copied = event.kind == "send" and event.node == "network"
            connects = event.kind in ("login", "logout") and SERVER in (event.node, causes[0].node)
            assert event.kind in ("arrive", "drop", "lose") or copied or connects


@given(runs())
def test_each_packet_is_sent_once_and_ends_once_as_its_record_says(case):
    trace = run(case)
    sends = {e.packet: e for e in trace.events if e.kind == "send"}
    assert Counter(e.packet for e in trace.events if e.kind == "send") == Counter(p.name for p in trace.packets)
    ends = [event for event in trace.events if event.kind in ("arrive", "drop", "lose")]
    assert Counter(event.packet for event in ends) == Counter(sends.keys())
    for event in ends:
        packet, sent = trace.packet[event.packet], sends[event.packet]
        assert event.causes == (sent.id,)
        assert (sent.node, sent.t) == (packet.src if packet.copy == 1 else "network", packet.sent)
        assert packet.fate == {"arrive": "arrived", "drop": "dropped", "lose": "lost"}[event.kind]
        if event.kind == "arrive":
            assert (event.node, event.t, packet.arrived) == (packet.dst, packet.due, packet.due)
        else:
            assert (event.node, packet.arrived) == ("network", None)
            assert packet.sent <= event.t <= packet.due
            assert bool(event.text) == (event.kind == "lose")


@given(runs())
def test_a_packet_takes_its_links_latency_and_what_its_faults_add(case):
    trace = run(case)
    for packet in trace.packets:
        name = parse_name(packet.name)
        original = str(name._replace(copy=1))
        latency = trace.scenario.takes(packet.src, packet.dst)
        jitter = trace.scenario.takes_as(original, packet.src, packet.dst) - latency
        assert 0 <= jitter <= trace.scenario.jitter
        takes = latency + jitter + sum(f.by for f in trace.faults if isinstance(f, Delay) and f.packet == original)
        copies = [f.after for f in trace.faults if isinstance(f, Duplicate) and f.packet == original]
        if name.copy > 1:
            after = copies[name.copy - 2]
            takes += latency if after is None else after
        assert packet.due == pytest.approx(packet.sent + takes, abs=0.001)
        if name.copy == 1:
            made = [p.name for p in trace.packets if p.name.partition("~")[0] == packet.name]
            assert len(made) == 1 + len(copies)


@given(runs())
def test_what_is_dropped_a_fault_named_and_what_a_fault_names_never_arrives(case):
    trace = run(case)
    for packet in trace.packets:
        struck = any(
            fault.packet == packet.name if isinstance(fault, Drop) else fault.strikes(packet.name)
            for fault in trace.faults
            if isinstance(fault, Drop | Loss)
        )
        assert packet.fate in (("dropped", "lost") if struck else ("arrived", "lost"))


@given(runs(kinds=PACKET_FAULTS))
def test_while_everybody_can_be_reached_nothing_is_lost_but_by_a_drop(case):
    trace = run(case)
    dropped = {fault.packet for fault in trace.faults if isinstance(fault, Drop)}
    assert {packet.name for packet in trace.packets if packet.fate != "arrived"} == dropped & set(trace.packet)
    assert not kinds(trace) & {"lose", "store", "delete", "crash", "restart", "login", "logout", "unsaid"} - {
        "store" if trace.scenario.groups else None,
        "unsaid" if trace.scenario.resend else None,
    }


@given(runs())
def test_nothing_happens_at_a_node_that_is_down_and_it_stays_down_as_long_as_the_fault_says(case):
    trace = run(case)
    down = {}
    for event in trace.events:
        if event.kind == "crash":
            assert event.node not in down
            down[event.node] = event
        elif event.kind == "restart":
            crash = down.pop(event.node)
            (fault,) = (f for f in trace.faults if isinstance(f, Crash) and str(f) == crash.text)
            assert event.causes == (crash.id,)
            assert event.t == instant(crash.t + fault.down)
        else:
            assert event.node not in down or event.kind == "unsaid"
    assert down == {}


@given(runs())
def test_a_crash_after_an_effect_follows_that_effect_at_once_and_ends_its_step(case):
    trace = run(case)
    for crash in crashed(trace):
        if crash.causes:
            effect = trace.events[crash.causes[0]]
            assert effect.node == crash.node
            step = effect.causes[0] if trace.events[effect.causes[0]].kind != "retransmit" else effect.causes[0] - 1
            assert not any(e.node == crash.node and step in e.causes for e in trace.events[crash.id :])


@given(runs())
def test_nobody_who_is_logged_out_gets_a_packet_or_gets_one_through(case):
    trace = run(case)
    away = set()
    for event in trace.events:
        if event.node != SERVER and event.kind in ("login", "logout"):
            (away.add if event.kind == "logout" else away.discard)(event.node)
        assert event.kind != "arrive" or event.node not in away
        if event.kind == "send" and event.node in away:
            assert trace.packet[event.packet].fate == "lost"


@given(runs())
def test_packets_are_numbered_from_1_by_owner_kind_and_member(case):
    numbers = {}
    for packet in run(case).packets:
        name = parse_name(packet.name)
        person = packet.src if packet.dst == SERVER else packet.dst
        assert (name.owner, name.kind) == (packet.msgid or person, packet.kind)
        assert name.to == (packet.dst if packet.group and packet.kind == "msg:N" else None)
        if name.copy == 1:
            numbers.setdefault(name._replace(number=0), []).append(packet.number)
    assert all(counted == list(range(1, len(counted) + 1)) for counted in numbers.values())


@given(runs())
def test_every_timer_that_starts_is_cancelled_or_runs_out_at_its_time_or_ends_with_its_node(case):
    trace = run(case)
    running, cancelled = {}, {}
    for event in trace.events:
        key = (event.node, event.timer)
        if event.kind == "timer_start":
            assert key not in running
            running[key] = event
        elif event.kind == "timer_cancel":
            assert event.t <= running.pop(key).until
            cancelled[key] = event
        elif event.kind == "timer_fire" and str(event.text).startswith("beat "):
            started = running.pop(key)
            assert event.t <= started.until
            assert event.causes == (started.id,)
        elif event.kind == "timer_fire" and event.text:  # told late
            assert (event.t, event.causes) == (cancelled[key].t, (cancelled[key].id,))
        elif event.kind == "timer_fire":
            started = running.pop(key)
            assert (event.t, event.causes) == (started.until, (started.id,))
        elif event.kind == "crash":
            running = {timer: start for timer, start in running.items() if timer[0] != event.node}
    in_groups = {(who, f"heartbeat:{group}") for group, members in trace.scenario.groups.items() for who in members}
    assert set(running) == in_groups


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
    held = {
        name: {
            **node.state(),
            "timers": {timer: trace.events[run.started].until for timer, run in simulator.timers[name].items()},
        }
        for name, node in simulator.nodes.items()
    }
    assert trace.state_at(end) == held
    assert Trace.from_json(trace.to_json()).state_at(end) == held


@given(runs())
def test_at_every_moment_a_client_waits_with_a_timer_for_each_entry_of_its_queue(case):
    trace = run(case)
    for t in dict.fromkeys(event.t for event in trace.events):
        for name, node in trace.state_at(t).items():
            timers = node.get("timers", {})
            others = {timer for timer in timers if timer.partition(":")[0] in ("pull", "ack", "heartbeat")}
            assert timers.keys() - others == node.get("queue", {}).keys(), (t, name)
            # At the end of a run, while pulls in vain run out, a heartbeat comes no more though its time is past.
            running = {timer: until for timer, until in timers.items() if not timer.startswith("heartbeat")}
            assert all(until >= t for until in running.values())


@given(runs())
def test_each_thing_said_has_one_row_and_a_status_that_will_not_change(case):
    trace = run(case)
    unsaid = [event for event in trace.events if event.kind == "unsaid" and event.msgid is None]
    said = [said.text for said in trace.messages] + [event.text for event in unsaid]
    assert Counter(said) == Counter(say.text for say in trace.scenario.in_order)
    if not crashed(trace):
        assert said == [say.text for say in trace.scenario.in_order]
    for said in trace.messages:
        crash = crashed(trace, said.sender)
        assert said.status in set(STATUSES) - {"sending"} or (said.status is None and crash)
        assert said.status != "forgotten" or (crash and not LADDER[trace.rung].writes)


@given(runs())
def test_msg_r_is_transmitted_at_most_once_more_than_the_retries_in_each_life(case):
    trace = run(case)
    most = 1 + (trace.scenario.retries if trace.scenario.setting.retransmits else 0)
    sent = Counter(packet.msgid for packet in trace.packets if packet.kind == "msg:R" and packet.copy == 1)
    for said in trace.messages:
        again = sum(event.kind == "resend" and event.msgid == said.msgid for event in trace.events)
        lives = 1 + again + (len(crashed(trace, said.sender)) if LADDER[trace.rung].writes else 0)
        assert sent[said.msgid] <= most * lives


@given(runs())
def test_the_server_answers_each_request_once_and_passes_each_message_on_or_keeps_it(case):
    trace = run(case)
    got = Counter(packet.kind for packet in trace.packets if packet.fate == "arrived")
    sent = Counter(packet.kind for packet in trace.packets if packet.copy == 1)
    if crashed(trace, SERVER):
        return
    assert (sent["msg:A"], sent["ack:A"], sent["offline:A"]) == (got["msg:R"], got["ack:R"], got["offline:R"])
    if not trace.scenario.groups:
        fabricated = sum(packet.fabricated and packet.copy == 1 for packet in trace.packets)
        assert sent["ack:N"] - fabricated == got["ack:R"]
        passed_on = sent["msg:N"] + fabricated
        assert passed_on == got["msg:R"] if LADDER[trace.rung].stores else passed_on <= got["msg:R"]


@given(runs())
def test_a_message_is_stored_at_most_once_for_each_receiver(case):
    kept = set()
    for event in run(case).events:
        if event.kind == "store":
            assert (event.to, event.msgid) not in kept
            kept.add((event.to, event.msgid))
        elif event.kind == "delete":
            kept.remove((event.to, event.msgid))


# What each rung promises


@given(runs(DEDUPING, WITHOUT_CRASHES))
def test_from_dedup_on_nothing_is_shown_twice_unless_somebody_crashes(case):
    assert run(case).promises["no_duplicates"]


@given(runs(WRITING))
def test_from_durable_on_nothing_is_shown_twice_whatever_strikes(case):
    assert run(case).promises["no_duplicates"]


@given(runs(ACKING))
def test_from_acked_on_delivered_is_true_whatever_strikes(case):
    assert run(case).promises["no_false_delivery"]


@given(runs(ACKING, WITHOUT_CRASHES))
def test_from_acked_on_no_loss_is_silent_unless_somebody_crashes(case):
    assert run(case).promises["no_silent_loss"]


@given(runs(WRITING))
def test_from_durable_on_no_loss_of_what_its_client_took_on_is_silent_whatever_strikes(case):
    for said in run(case).messages:
        assert said.status in (None, "failed") or all(map(said.reached, said.to))


@given(runs(ORDERING))
def test_from_ordered_on_a_person_sees_a_conversation_in_order_whatever_strikes(case):
    for said in run(case).messages:
        assert not said.late or len(said.to) > 1


@given(runs(GROUPING))
def test_all_members_of_a_group_see_its_messages_in_one_order_whatever_strikes(case):
    trace = run(case)
    stored = [event.msgid for event in trace.events if event.kind == "store" and event.to in trace.scenario.groups]
    for person in trace.scenario.people:
        seen = [event.msgid for event in trace.events if event.kind == "show" and event.node == person]
        seen = [msgid for msgid in seen if msgid in stored]
        assert seen == sorted(seen, key=stored.index)


@given(runs(RETRANSMITTING, (Drop,), resends=False))
def test_from_retransmit_on_fewer_losses_than_transmissions_are_repaired(case):
    scenario, faults = case
    if scenario.groups:
        return  # there a heartbeat repairs it, see `test_group.py`
    lost = Counter(fault.packet.partition("/")[0] for fault in set(faults))
    if scenario.setting.orders:  # there one message waits for another
        lost = dict.fromkeys(scenario.msgids, lost.total())
    for said in scenario.run(*faults).messages:
        if lost[said.msgid] <= scenario.retries:
            assert said.status == "delivered"
            assert said.shown[said.to[0]] >= 1


@given(runs(GROUPING, (Drop, Duplicate, Delay)))
def test_in_a_group_what_the_server_keeps_every_member_is_shown_once_the_drops_are_over(case):
    trace = run(case)
    for said in trace.messages:
        stored = any(event.msgid == said.msgid for event in trace.events if event.kind == "store")
        pulls_lost = sum(p.kind.startswith("offline") and p.fate == "dropped" for p in trace.packets)
        if stored and pulls_lost <= trace.scenario.retries:
            assert all(said.shown.values())


@given(runs())
def test_what_never_happened_does_not_matter(case):
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


def dropped(trace, *kinds):
    return [packet for packet in trace.packets if packet.fate == "dropped" and (packet.kind in kinds or not kinds)]


def shown_again_after_a_crash(trace):
    for crash in crashed(trace):
        before = {
            event.msgid for event in trace.events[: crash.id] if event.kind == "show" and event.node == crash.node
        }
        for event in trace.events[crash.id :]:
            if event.kind in ("show", "discard") and event.node == crash.node and event.msgid in before:
                yield event.kind


def brought_again(trace):
    """Whether a lost offlineack:R made a pull bring a message that was shown before."""
    pulled = {packet.name for packet in trace.packets if packet.kind == "offline:A"}
    lost = [packet for packet in trace.packets if packet.kind == "offlineack:R" and packet.fate != "arrived"]
    return lost and any(event.kind == "discard" and event.packet in pulled for event in trace.events)


def repaired_by_a_heartbeat(trace):
    """Whether a member was shown something that it pulled because of a heartbeat, not of a gap or a login."""
    pulled = [e for e in trace.happened("show") if e.packet and trace.packet[e.packet].kind == "offline:A"]
    beats = [cause for show in pulled for cause in trace.causes(show) if cause.kind == "timer_fire"]
    return bool(dropped(trace, "msg:N")) and any(is_heartbeat(cause.timer) for cause in beats)


SOMETIMES = {
    "a loss is repaired": (
        runs(RETRANSMITTING),
        lambda trace: dropped(trace) and all(trace.promises.values()),
    ),
    "delivered though something was lost": (
        runs(("acked",)),
        lambda trace: dropped(trace) and trace.promises["all_delivered"],
    ),
    "a retransmission is needed": (runs(DEDUPING), lambda trace: "retransmit" in kinds(trace)),
    "a retransmission is too early": (
        runs(RETRANSMITTING),
        lambda trace: "retransmit" in kinds(trace) and {p.fate for p in trace.packets} == {"arrived"},
    ),
    "the tries are spent": (runs(DEDUPING), lambda trace: any(said.status == "failed" for said in trace.messages)),
    "a failure is false": (runs(DEDUPING), lambda trace: not trace.promises["no_false_failure"]),
    "a failure is taken back": (
        runs(ACKING),
        lambda trace: any(
            event.status == "delivered" and any(e.status == "failed" and e.msgid == event.msgid for e in trace.events)
            for event in trace.events
        ),
    ),
    "unconfirmed": (runs(("acked",)), lambda trace: any(said.status == "unconfirmed" for said in trace.messages)),
    "a silent loss on basic": (runs(("basic",)), lambda trace: not trace.promises["no_silent_loss"]),
    "a duplicate is shown below dedup": (runs(("retransmit",)), lambda trace: not trace.promises["no_duplicates"]),
    "a duplicate is discarded from dedup on": (runs(DEDUPING), lambda trace: "discard" in kinds(trace)),
    "a network's copy is discarded": (
        runs(DEDUPING, PACKET_FAULTS),
        lambda trace: any(event.kind == "discard" and "~" in event.packet for event in trace.events),
    ),
    "a fault is unused": (runs(), lambda trace: bool(trace.unused)),
    "several messages and all is well": (
        runs(DEDUPING),
        lambda trace: len(trace.messages) > 1 and all(trace.promises.values()),
    ),
    "both directions at once": (
        runs(ACKING),
        lambda trace: len({said.sender for said in trace.messages}) > 1 and trace.promises["all_delivered"],
    ),
    "two timers run at once": (
        runs(DEDUPING),
        lambda trace: any(
            len(trace.state_at(e.t).get(e.node, {}).get("timers", ())) > 1 for e in trace.events if e.kind == "say"
        ),
    ),
    "a delay lets a later message overtake": (
        runs(("durable",), (Delay,)),
        lambda trace: any(said.late for said in trace.messages),
    ),
    "resent after it failed, and delivered": (
        runs(RETRANSMITTING),
        lambda trace: any(
            said.status == "delivered" and any(e.kind == "resend" and e.msgid == said.msgid for e in trace.events)
            for said in trace.messages
        ),
    ),
    "what cannot be said is told": (
        runs(),
        lambda trace: any(event.kind == "unsaid" and event.msgid is None for event in trace.events),
    ),
    "a partition loses a packet": (
        runs(kinds=(Partition,)),
        lambda trace: any(event.kind == "lose" and "is cut" in event.text for event in trace.events),
    ),
    "a message for an absent receiver goes nowhere below offline": (
        runs(("dedup",), (Offline,)),
        lambda trace: any(said.status == "failed" and said.away for said in trace.messages),
    ),
    "a message is forgotten": (
        runs(ACKING, (Crash,)),
        lambda trace: any(said.status == "forgotten" for said in trace.messages),
    ),
    "a crash loses a dedup table": (
        runs(("dedup", "offline"), (Crash, Drop)),
        lambda trace: "show" in shown_again_after_a_crash(trace),
    ),
    "a dedup table survives a crash": (
        runs(WRITING, (Crash, Drop)),
        lambda trace: "discard" in shown_again_after_a_crash(trace),
    ),
    "a queue survives a crash": (
        runs(WRITING, (Crash,)),
        lambda trace: (
            any(
                event.kind == "retransmit" and trace.events[event.causes[0]].kind == "restart" for event in trace.events
            )
            and trace.promises["all_delivered"]
        ),
    ),
    "a fabricated ack:N": (
        runs(STORING, (Offline,)),
        lambda trace: any(p.fabricated and p.fate == "arrived" for p in trace.packets),
    ),
    "a page of a pull, and then it is deleted": (
        runs(STORING, (Offline,)),
        lambda trace: any(p.kept for p in trace.packets) and "delete" in kinds(trace),
    ),
    "stored for one who is away to the end": (
        runs(STORING, (Offline,)),
        lambda trace: (
            any(said.away and any(said.stored.values()) for said in trace.messages) and trace.promises["all_delivered"]
        ),
    ),
    "a lost offlineack:R brings messages again": (
        st.tuples(
            st.just(Scenario("offline", say=[Say(), Say(at=600)])),
            st.tuples(
                st.builds(Offline, st.just("bob"), st.sampled_from([0, 500]), st.integers(100, 400)),
                st.builds(Offline, st.just("bob"), st.sampled_from([0, 500]), st.integers(100, 400)),
                st.builds(Loss, st.just(0.3), st.integers(0, 99)),
            ),
        ),
        brought_again,
    ),
    "an old connection is gone": (
        runs(kinds=(Crash, Delay)),
        lambda trace: any(event.kind == "lose" and "old connection" in event.text for event in trace.events),
    ),
    "a message is held back": (runs(ORDERING), lambda trace: "hold" in kinds(trace)),
    "held back, shown later, all is well": (
        runs(("ordered",), (Drop,)),
        lambda trace: "hold" in kinds(trace) and all(trace.promises.values()),
    ),
    "too late": (
        st.tuples(
            st.just(Scenario("ordered", say=[Say(), Say(at=400)], retries=0)),
            st.lists(st.builds(Delay, st.sampled_from(["m1/msg:R", "m1/msg:N", "m2/msg:N"]), st.integers(0, 900))),
        ),
        lambda trace: any(event.kind == "discard" and event.text == "too late" for event in trace.events),
    ),
    "a gap in a group is pulled": (
        runs(GROUPING, (Drop, Delay)),
        lambda trace: bool(trace.scenario.groups) and {"hold", "show"} <= kinds(trace) and "offline:A" in trace.counts,
    ),
    "a gap is repaired by a heartbeat": (runs(GROUPING, (Drop,)), repaired_by_a_heartbeat),
    "a group where all is well": (
        runs(GROUPING, PACKET_FAULTS),
        lambda trace: any(len(said.to) > 1 for said in trace.messages) and all(trace.promises.values()),
    ),
    "one ack for several messages of a group": (
        runs(GROUPING),
        lambda trace: (
            trace.scenario.ack_every > 1
            and any(p.kind == "ack:R" and p.group and p.number == 1 and p.cursor > 1 for p in trace.packets)
        ),
    ),
}


@pytest.mark.parametrize("what", SOMETIMES)
def test_sometimes(what):
    cases, happens = SOMETIMES[what]
    find(
        cases,
        lambda case: bool(happens(run(case))),
        settings=settings(max_examples=3000, database=None, phases=[Phase.generate]),
        random=Random(1),
    )


def test_every_kind_of_event_happens():
    says = [Say("one"), Say("two", at=10), Say("three", at=20)]
    traces = [Scenario(rung).run(Drop("ack:N")) for rung in LADDER]
    traces += [
        Scenario("ordered", say=says).run(Drop("m1/msg:N"), Offline("bob", at=200, lasting=500)),
        Scenario("offline").run(Offline("bob", lasting=500)),
        Scenario("ordered", resend=[Resend("m1", at=2000)]).run(*(Drop(f"msg:R#{n}") for n in (1, 2, 3))),
        Scenario("group", say=[Say(to="friends", at=5)], groups={"friends": ["alice", "bob"]}).run(
            Crash("alice", at=1)
        ),
        Scenario("basic").run(Partition("bob", "server")),
        Scenario("dedup", dedup_for=10).run(),
    ]
    assert set().union(*map(kinds, traces)) == set(EVENT_KINDS)


def test_every_kind_of_fault_is_in_the_random_runs():
    from imteach.scenario import FAULTS

    assert set(EVERY_FAULT) == set(FAULTS.values())
