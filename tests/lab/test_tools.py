"""Every fault by hand: a tool, what it is pointed at, and what it does there."""

import math
import re
from itertools import pairwise

import pytest

from imteach import Client, Crash, Delay, Drop, Duplicate, InputError, Loss, Offline, Partition, Say, Scenario
from imteach.lab.scripts import WEB
from imteach.lab.session import Session
from imteach.lab.steps.history import AlreadyError
from imteach.lab.tools import TARGETS, TOOLS, made_by, tool_of
from imteach.scenario import FAULTS
from imteach.trace.spans import just_after

TWO = Scenario("dedup", say=[Say("one"), Say("two", at=10)])


def the(session: Session, kind: str, **about: object) -> int:
    """The id of the first event like this."""
    return session.trace.happened(kind, **about)[0].id


# The table


PAGE = (WEB / "actions.js").read_text("utf-8")
SELECTORS = {"packet": "data-packet", "node": "data-node", "event": "data-event", "link": "data-link"}


def test_the_toolbar_has_these_tools_in_this_order_and_each_acts_there_on_what_it_acts_on_here():
    shown = re.findall(r'tool: "(\w+)",\n.*?on: ([^\n]*),\n', PAGE, re.DOTALL)
    assert [name for name, _ in shown] == list(TOOLS)
    heads = re.search(r'const HEADS = ("[^\n]*");', PAGE)[1]
    for name, selector in shown:
        acts_on = {sort for sort, data in SELECTORS.items() if data in selector.replace("HEADS", heads)}
        assert acts_on == set(TOOLS[name].acts_on) <= set(TARGETS)


def test_every_tool_but_why_makes_a_kind_of_fault():
    made = {name for name in TOOLS if any(tool_of_kind(kind) == name for kind in FAULTS.values())}
    assert made == set(TOOLS) - {"why"}


def test_no_two_actions_of_the_page_have_one_key():
    keys = re.findall(r'key: "(.)"', PAGE)
    assert len(keys) == 17
    assert len(set(keys)) == len(keys)


def tool_of_kind(kind: type) -> str | None:
    return next((tool.name for tool in TOOLS.values() if tool.kind is kind), None)


def test_a_tool_makes_the_kind_of_fault_that_it_says():
    session = Session("offline")
    targets = {"packet": "m1/msg:N#1", "node": "bob", "link": "bob-server", "event": the(session, "show")}
    for tool in TOOLS.values():
        for sort in tool.makes:
            fault = made_by(tool.name, session.trace, 100, **{sort: targets[sort]})
            assert isinstance(fault, tool.kind)
            assert tool_of(fault) == tool.name


# Packets


def test_a_packet_tool_strikes_the_packet_and_another_takes_its_place():
    session = Session(TWO)
    session.apply(Crash("bob", at=900, down=50))
    session.use("drop", packet="m1/ack:N#1")
    session.use("cut", link="bob-server", at=2000)
    session.use("delay", packet="m1/ack:N#1")
    assert session.faults == (
        Crash("bob", at=900, down=50),
        Delay("m1/ack:N#1", by=400),
        Partition("bob", "server", at=2000, lasting=500),
    )
    session.use("duplicate", packet="m1/ack:N#1")
    assert session.faults[1] == Duplicate("m1/ack:N#1")
    session.drop("m1/ack:N")
    assert session.faults[1] == Drop("m1/ack:N#1")
    session.lose("m2/ack:N")
    session.apply(Duplicate("m2/ack:N"))
    session.lose("m2/ack:N")  # a click on today's page
    assert session.faults[3:] == (Drop("m2/ack:N#1"),)


def test_a_delay_is_long_enough_for_a_retransmission_to_come_first():
    session = Session(Scenario("dedup", latency={"bob": 120}))
    session.use("delay", packet="msg:N")
    late, again = session.trace.packet["msg:N"], session.trace.packet["msg:N#2"]
    assert late.arrived > again.arrived
    assert session.trace.happened("discard", packet="m1/msg:N#1")


def test_a_tool_that_struck_already_changes_nothing_even_after_its_amount_was_turned():
    session = Session("dedup")
    session.use("delay", packet="ack:N")
    session.change("delay m1/ack:N#1+400", "by", 7)
    session.use("crash", node="bob", at=150)
    session.change("crash bob@150+100", "down", 7)
    for _ in range(2):
        session.use("delay", packet="m1/ack:N#1")
        session.use("crash", node="bob", at=150)
    assert session.faults == (Delay("m1/ack:N#1", by=7), Crash("bob", at=150, down=7))
    for _ in range(4):
        session.undo()
    assert not session.can_undo


def test_a_packet_that_is_lost_may_arrive_if_it_is_late_or_twice():
    session = Session("dedup", Crash("bob", at=90, down=50))
    assert session.trace.packet["msg:N"].fate == "lost"
    with pytest.raises(InputError, match=r"m1/msg:N#1 does not arrive anyway, because of: crash bob@90\+50"):
        session.use("drop", packet="msg:N")
    assert not session.can_undo
    session.apply(Delay("msg:N", by=1000))  # the server takes bob for present until it learns of the crash
    session.use("duplicate", packet="msg:N#1")
    assert session.faults[1] == Duplicate("m1/msg:N#1")


def test_a_packet_that_never_leaves_its_sender_can_be_neither_copied_nor_delayed():
    session = Session("dedup", Partition("alice", "server", lasting=100))
    with pytest.raises(InputError, match=r"m1/msg:R#1 does not leave alice, because of: partition alice-server@0\+100"):
        session.use("duplicate", packet="msg:R")
    with pytest.raises(InputError, match="m1/msg:R#1 does not arrive anyway"):
        session.use("delay", packet="msg:R")
    session.use("delay", packet="msg:R#2")
    assert session.trace.packet["msg:R#2"].arrived == 300 + 50 + 400


def test_a_packet_lost_by_chance_can_be_copied_but_not_delayed():
    session = Session("dedup", Loss(1))
    with pytest.raises(InputError, match="does not arrive anyway, because of: loss 1 seed 0"):
        session.use("delay", packet="msg:R")
    session.use("duplicate", packet="msg:R")  # the copy has a throw of its own
    assert "m1/msg:R#1~2" in session.trace.packet


def test_a_copy_can_be_dropped_and_not_copied_again():
    session = Session("dedup", Duplicate("msg:N"))
    session.use("drop", packet="m1/msg:N#1~2")
    assert session.trace.packet["m1/msg:N#1~2"].fate == "dropped"
    with pytest.raises(InputError, match="is a copy already"):
        session.use("duplicate", packet="m1/msg:N#1~2")


# Nodes, links, events


def test_a_node_crashes_right_after_what_was_pointed_at_and_before_what_it_does_next():
    session = Session("dedup")
    session.use("crash", event=the(session, "show"))
    assert session.faults == (Crash("bob", after="show m1", down=100),)
    assert session.trace.happened("show", node="bob")
    assert session.trace.packet["msg:N"].fate == "arrived"
    assert session.trace.packet["ack:R"].sent == 400  # only for the retransmission


def test_the_second_of_two_showings_is_another_effect():
    session = Session("retransmit", Drop("ack:N"))
    second = session.trace.happened("show")[1].id
    session.use("crash", event=second)
    assert session.faults[1] == Crash("bob", after="show m1#2", down=100)


@pytest.mark.parametrize(("kind", "node"), [("arrive", "bob"), ("status", "alice"), ("say", "alice")])
def test_where_no_crash_can_follow_at_once_that_moment_stays_and_the_crash_is_right_after_it(kind: str, node: str):
    session = Session("dedup")
    event = session.trace.happened(kind, node=node)[-1]
    session.use("crash", event=event.id)
    assert session.trace.happened(kind, node=node)[-1].t == event.t  # it happened all the same
    (crash,) = session.trace.happened("crash", node=node)
    assert event.t < crash.t <= event.t + 1
    assert not [e for e in session.trace.events if event.t < e.t < crash.t]


def test_right_after_is_before_what_comes_next_however_soon():
    trace = Scenario("dedup", latency=0.5).run()
    times = sorted({event.t for event in trace.events})
    for t, following in pairwise(times):
        assert t < just_after(t, trace) < following


def test_a_person_logs_out_after_an_event_and_the_server_cannot():
    session = Session("offline")
    session.use("away", event=the(session, "show"))
    assert session.faults == (Offline("bob", after="show m1", lasting=1000),)
    arrival = the(session, "arrive", node="server")
    for target in ({"node": "server", "at": 0}, {"event": arrival}):
        with pytest.raises(InputError, match="the server has no person who could log out; people are alice, bob"):
            session.use("away", **target)


def test_who_is_away_does_not_leave_and_a_link_that_is_cut_is_not_cut():
    session = Session("offline", Offline("bob", lasting=1000), Partition("alice", "server", at=100, lasting=200))
    with pytest.raises(InputError, match=r"bob is logged out already at 400 ms, because of: offline bob@0\+1000"):
        session.use("away", node="bob", at=400)
    with pytest.raises(InputError, match=r"the link alice-server is cut already at 150 ms, because of: partition"):
        session.use("cut", link="alice-server", at=150)
    session.use("away", node="bob", at=1000)  # he has just come back
    session.use("cut", link="alice-server", at=300)
    session.use("cut", link="bob-server", at=150)
    assert len(session.faults) == 5


def test_a_node_that_is_down_does_not_crash():
    session = Session("dedup", Crash("bob", at=50, down=100))
    with pytest.raises(InputError, match="bob was down already at that time, so nothing crashed"):
        session.use("crash", node="bob", at=100)
    assert session.faults == (Crash("bob", at=50, down=100),)


def test_what_the_network_does_is_no_nodes_doing():
    session = Session("dedup", Drop("msg:N"))
    with pytest.raises(InputError, match="the network did that; nodes can crash: alice, bob, server"):
        session.use("crash", event=the(session, "drop"))
    with pytest.raises(InputError, match="the network has no person"):
        session.use("away", event=the(session, "drop"))


class Wicked:
    def __repr__(self) -> str:
        raise RuntimeError("no")


NONSENSE = [
    {},
    {"tool": None, "packet": "ack:N"},
    {"tool": ["drop"], "packet": "ack:N"},
    {"tool": "hammer", "packet": "ack:N"},
    {"tool": "why", "packet": "ack:N"},
    {"tool": "drop"},
    {"tool": "drop", "node": "bob", "at": 1},
    {"tool": "drop", "packet": "ack:N", "node": "bob", "at": 1},
    {"tool": "drop", "packet": 7},
    {"tool": "drop", "packet": {"ack:N": 1}},
    {"tool": "drop", "packet": "m1/ack:N#9"},
    {"tool": "drop", "packet": "m7/ack:N#1"},
    {"tool": "drop", "packet": "x" * 100_000},
    {"tool": "drop", "packet": Wicked()},
    {"tool": "crash", "node": "bob"},
    *({"tool": "crash", "node": "bob", "at": at} for at in (-1, math.nan, math.inf, True, "1", [1], 10**400, 1e300)),
    *({"tool": "crash", "node": node, "at": 1} for node in ("carol", "network", 7, ["bob"], "x" * 10**5, Wicked())),
    *({"tool": "crash", "event": event} for event in (-1, 10**6, True, 1.0, "1", [1], math.nan, Wicked())),
    *({"tool": "away", "node": node, "at": 1} for node in ("server", "carol", 7)),
    *({"tool": "cut", "link": link, "at": 1} for link in ("alice-bob", "server", "alice", 7, ["alice-server"])),
    {"tool": "cut", "link": "alice-server", "at": None},
]


@pytest.mark.parametrize("given", NONSENSE, ids=lambda given: str(len(str(list(given.values())[:1]))))
def test_what_makes_no_sense_is_refused_in_a_sentence_and_changes_nothing(given):
    session = Session("dedup", Drop("ack:A"))
    before = session.trace
    with pytest.raises(InputError) as refused:
        session.use(**{"tool": "", **given})
    assert 0 < len(str(refused.value)) < 300
    assert session.trace is before
    assert not session.can_undo


# Amounts


def test_an_amount_is_turned_where_the_fault_stands():
    session = Session("offline", Offline("bob", lasting=1000), Drop("msg:R"), Duplicate("msg:A"))
    session.change("offline bob@0+1000", "lasting", None)
    session.change("offline bob@0", "at", 20)
    session.change("duplicate m1/msg:A#1", "after", 9)
    assert session.faults == (Offline("bob", at=20), Drop("m1/msg:R#1"), Duplicate("m1/msg:A#1", after=9))
    session.change("duplicate m1/msg:A#1+9", "after", 9)  # no step
    for _ in range(3):
        session.undo()
    assert not session.can_undo


def test_two_changes_that_follow_close_on_each_other_both_count():
    session = Session("dedup", Crash("bob", at=150, down=50))
    for down in (60, 70, 50, 80):  # a page that has not yet seen the new text
        session.change("crash bob@150+50", "down", down)
    assert session.faults == (Crash("bob", at=150, down=80),)


@pytest.mark.parametrize(
    ("fault", "amount", "value", "says"),
    [
        ("crash bob@150+50", "down", 0, "down: expected a time in ms greater than 0, got 0"),
        ("crash bob@150+50", "down", None, "down: expected a time"),
        ("crash bob@150+50", "down", math.nan, "down: expected a time"),
        ("crash bob@150+50", "down", True, "down: expected a time"),
        ("crash bob@150+50", "down", "9", "down: expected a time"),
        ("crash bob@150+50", "at", 10**10, "at: expected a time in ms of at most"),
        ("crash bob@150+50", "node", "alice", "has no amount 'node'; it has at, down"),
        ("crash bob@150+50", ["at"], 1, "has no amount"),
        ("crash alice@show:m2+50", "at", 1, "has no amount 'at'; it has down"),
        ("drop m1/ack:N#1", "by", 1, "has no amount 'by'; it has none"),
        ("delay m1/ack:N#1+1", "by", 1, "no fault 'delay m1/ack:N#1.1' strikes here; those that do: crash"),
        (7, "by", 1, "no fault 7 strikes here"),
        ("x" * 10**6, "by", 1, "no fault 'xxx"),
    ],
)
def test_an_amount_that_cannot_be_is_refused(fault, amount, value, says: str):
    session = Session("dedup", Crash("bob", at=150, down=50), Drop("ack:N"), Crash("alice", after="show m2", down=50))
    with pytest.raises(InputError, match=says):
        session.change(fault, amount, value)
    assert not session.can_undo


# One packet overtakes another


def test_two_packets_change_places_on_their_way():
    session = Session(Scenario("dedup", say=[Say("one"), Say("two", at=10)]))
    assert "m2/msg:N#1" in session.swappable("m1/msg:N")
    session.swap("m1/msg:N#1", "m2/msg:N#1")
    assert [event.msgid for event in session.trace.happened("show")] == ["m2", "m1"]
    with pytest.raises(AlreadyError, match="m1/msg:N#1 arrives after m2/msg:N#1 already"):
        session.swap("m1/msg:N", "m2/msg:N")
    session.undo()
    assert [event.msgid for event in session.trace.happened("show")] == ["m1", "m2"]


def test_nearly_every_packet_that_is_said_to_be_swappable_is_and_the_others_are_refused_with_the_reason():
    refused, tried = [], 0
    for rung in ("dedup", "ordered"):
        session = Session(Scenario(rung, say=[Say("one"), Say("two", at=10), Say("three", at=310)]), Drop("m1/ack:N"))
        before = session.trace
        for packet in (packet for packet in before.packets if packet.fate == "arrived"):
            for other in session.swappable(packet.name):
                tried += 1
                try:
                    session.swap(packet.name, other)
                except InputError as error:  # the run takes another turn
                    refused.append(str(error))
                    assert session.trace is before
                    continue
                assert session.trace.packet[packet.name].arrived > session.trace.packet[other].arrived
                session.undo()
    assert tried > 100
    assert len(refused) < 5
    assert all("does not come as it does now, so they cannot be swapped" in said for said in refused)


@pytest.mark.parametrize(
    ("one", "other", "says"),
    [
        ("m1/msg:N", "m2/msg:R", "m1/msg:N#1 and m2/msg:R#1 do not go the same way"),
        ("m2/msg:N", "m1/msg:N", "m2/msg:N#1 arrives after m1/msg:N#1 already"),
        ("m1/msg:R", "m1/msg:R", "m1/msg:R#1 is not sent after m1/msg:R#1"),
        ("m1/msg:N", "m1/ack:A", "m1/ack:A#1 is sent because of m1/msg:N#1, so it cannot arrive before it"),
        ("m1/msg:N", "m9/msg:N", "m9/msg:N#1 is not sent in this run"),
        ("m1/msg:A", "m2/msg:A", "m1/msg:A#1 does not arrive in this run"),
        (7, "m2/msg:N", "a packet's name is text"),
        ("m1/msg:N", ["m2/msg:N"], "a packet's name is text"),
    ],
)
def test_what_cannot_be_swapped_is_refused_with_the_reason(one, other, says: str):
    session = Session(TWO, Drop("m1/msg:A"))
    with pytest.raises(InputError, match=says):
        session.swap(one, other)
    assert not session.can_undo


# Any fault


def test_any_fault_can_be_applied_and_one_that_is_there_changes_nothing():
    session = Session("offline", Drop("ack:N"))
    session.apply(Offline("bob", lasting=1000), Loss(0.1, seed=3), Crash("server", after="store m1"))
    assert len(session.faults) == 4
    session.apply(Drop("m1/ack:N"), Offline("bob", lasting=1000))
    session.apply()
    session.undo()
    assert (len(session.faults), session.can_undo) == (1, False)


def test_of_several_faults_on_one_packet_only_the_new_one_stays():
    session = Session("dedup", Delay("ack:N", by=5), Drop("msg:A"), Duplicate("ack:N"))
    session.apply(Drop("ack:N"))
    assert session.faults == (Drop("m1/ack:N#1"), Drop("m1/msg:A#1"))


@pytest.mark.parametrize("fault", ["drop ack:N", None, Drop, Crash("carol", at=1), Offline("server")])
def test_what_is_no_fault_here_is_refused_and_nothing_of_it_strikes(fault):
    session = Session("dedup")
    with pytest.raises(InputError):
        session.apply(Drop("ack:N"), fault)
    assert session.faults == ()


def test_a_tool_works_on_a_learners_own_class_that_stops():
    class Fragile(Client):
        def on_timer(self, msgid):
            raise KeyError(msgid)

    session = Session(Scenario("dedup", client=Fragile))
    session.use("drop", packet="ack:N")
    assert session.mistake
    with pytest.raises(InputError, match="alice was down already"):  # her code has stopped
        session.use("crash", event=the(session, "timer_fire"))
    session.use("crash", event=the(session, "show"))
    assert len(session.faults) == 2
