"""Each fault: its Python, its text, its effect in a trace, and one clear line for what is wrong."""

from dataclasses import replace

import pytest
from hypothesis import given
from worlds import EVERY_FAULT, faults

from imteach import (
    Again,
    Beat,
    Crash,
    Delay,
    Drop,
    Duplicate,
    InputError,
    Late,
    Loss,
    Offline,
    Partition,
    Say,
    Scenario,
    Trace,
)
from imteach.lab.session import Session
from imteach.scenario import FAULTS, parse_fault
from imteach.tell import fault_in_words, why_unused

FORMS = [
    (Drop("m1/ack:N#1"), 'Drop("m1/ack:N#1")', "drop m1/ack:N#1"),
    (Duplicate("m1/msg:N#1"), 'Duplicate("m1/msg:N#1")', "duplicate m1/msg:N#1"),
    (Duplicate("m1/msg:N#1", after=50), 'Duplicate("m1/msg:N#1", after=50)', "duplicate m1/msg:N#1+50"),
    (Delay("m1/msg:N#1", by=400), 'Delay("m1/msg:N#1", by=400)', "delay m1/msg:N#1+400"),
    (Delay("m1/msg:N>bob#2~3", by=0.5), 'Delay("m1/msg:N>bob#2~3", by=0.5)', "delay m1/msg:N>bob#2~3+0.5"),
    (Crash("bob", at=150, down=50), 'Crash("bob", at=150, down=50)', "crash bob@150+50"),
    (Crash("bob", after="show m1", down=50), 'Crash("bob", after="show m1", down=50)', "crash bob@show:m1+50"),
    (
        Crash("bob", after="send m1/ack:R", down=5),
        'Crash("bob", after="send m1/ack:R#1", down=5)',
        "crash bob@send:m1/ack:R#1+5",
    ),
    (Crash("bob", after="show m1#2"), 'Crash("bob", after="show m1#2", down=100)', "crash bob@show:m1#2+100"),
    (Offline("bob", at=0, lasting=1000), 'Offline("bob", at=0, lasting=1000)', "offline bob@0+1000"),
    (Offline("bob"), 'Offline("bob", at=0)', "offline bob@0"),
    (
        Offline("bob", after="show m1", lasting=9),
        'Offline("bob", after="show m1", lasting=9)',
        "offline bob@show:m1+9",
    ),
    (Offline("bob", after="show m1#2"), 'Offline("bob", after="show m1#2")', "offline bob@show:m1#2"),
    (Offline("bob", after="show m+1"), 'Offline("bob", after="show m+1")', "offline bob@show:m+1#1"),
    (
        Offline("bob", after="send msg:N", lasting=5),
        'Offline("bob", after="send msg:N#1", lasting=5)',
        "offline bob@send:msg:N#1+5",
    ),
    (
        Partition("alice", "server", at=100, lasting=500),
        'Partition("alice", "server", at=100, lasting=500)',
        "partition alice-server@100+500",
    ),
    (
        Partition("alice", "server", at=1, both=False),
        'Partition("alice", "server", at=1, both=False)',
        "partition alice>server@1",
    ),
    (
        Partition("server", "alice", at=1, both=False),
        'Partition("server", "alice", at=1, both=False)',
        "partition server>alice@1",
    ),
    (Loss(0.2, seed=1), "Loss(0.2, seed=1)", "loss 0.2 seed 1"),
    (Again("m1", at=70), 'Again("m1", at=70)', "again m1@70"),
    (Again("m+1", after="show m+1#2"), 'Again("m+1", after="show m+1#2")', "again m+1@show:m+1#2"),
    (Again("m+1", after="show m+1"), 'Again("m+1", after="show m+1")', "again m+1@show:m+1"),
    (Again("m1", after="send msg:A"), 'Again("m1", after="send msg:A#1")', "again m1@send:msg:A#1"),
    (Beat("bob", at=70), 'Beat("bob", at=70)', "beat bob@70"),
    (
        Beat("bob", after="send m1/msg:N>bob"),
        'Beat("bob", after="send m1/msg:N>bob#1")',
        "beat bob@send:m1/msg:N>bob#1",
    ),
    (Late("alice", "m1#1"), 'Late("alice", "m1")', "late alice@m1"),
    (Late("bob", "pull:friends#02"), 'Late("bob", "pull:friends#2")', "late bob@pull:friends#2"),
]


@pytest.mark.parametrize(("fault", "python", "text"), FORMS)
def test_a_fault_prints_as_the_python_that_makes_it_and_as_text_that_reads_back(fault, python, text):
    assert (repr(fault), str(fault)) == (python, text)
    assert eval(python) == fault
    assert parse_fault(text) == fault
    assert hash(parse_fault(text)) == hash(fault)
    kind, _, rest = text.partition(" ")
    assert FAULTS[kind].parse(rest) == fault


@given(faults(Scenario("group", say=[Say(), Say(to="friends")], groups={"friends": ["alice", "bob"]}), most=3))
def test_any_fault_reads_back(some):
    for fault in some:
        assert parse_fault(str(fault)) == fault
        assert eval(repr(fault)) == fault


def test_the_words_in_short():
    assert parse_fault("duplicate msg:N") == Duplicate("msg:N")
    assert parse_fault("offline bob") == Offline("bob")
    assert parse_fault("partition alice-server") == Partition("alice", "server")
    assert parse_fault("loss 0.2") == Loss(0.2, seed=0)
    assert set(FAULTS.values()) == set(EVERY_FAULT)


@pytest.mark.parametrize("fault", [fault for fault, _, _ in FORMS if hasattr(fault, "packet")])
def test_a_fault_on_a_packet_that_was_never_sent_is_reported(fault):
    missed = replace(fault, name="m1/msg:R#9")
    trace = Scenario("basic").run(missed)
    assert trace.unused == (missed,)
    assert why_unused(missed, trace).startswith("this run never sent that packet, so nothing was ")


@pytest.mark.parametrize("fault", [fault for fault, _, _ in FORMS if not isinstance(fault, Drop)])
def test_every_fault_but_a_drop_says_what_it_does(fault):
    """The packets say it of a drop."""
    assert fault_in_words(fault)


@pytest.mark.parametrize("fault", [fault for fault, _, _ in FORMS if hasattr(fault, "packet")])
def test_the_lab_shows_a_packets_name_as_short_as_one_would_type_it(fault):
    assert "m1/" not in Session(Scenario("dedup"), replace(fault, name="m1/ack:N#1")).code


def test_faults_are_equal_by_what_they_do():
    assert Drop("m1/ack:N") == Drop("m1/ack:N#1") != Drop("m1/ack:N#2")
    assert Delay("ack:N", by=5.0) == Delay("ack:N#1", by=5) != Delay("ack:N", by=6)
    assert Duplicate("ack:N") != Duplicate("ack:N", after=50)
    assert Crash("bob", after="show m1") == Crash("bob", after="show m1#1") != Crash("bob", after="show m1#2")
    assert Partition("server", "bob") == Partition("bob", "server")
    assert Partition("server", "bob", both=False) != Partition("bob", "server", both=False)
    assert Late("alice", "m1") == Late("alice", "m1#1") != Late("alice", "m1#2")
    assert Loss(0, seed=1) == Loss(0.0, seed=1) != Loss(0, seed=2)
    assert len({fault for fault, _, _ in FORMS} | {parse_fault(text) for _, _, text in FORMS}) == len(FORMS)
    for fault, _, _ in FORMS:
        with pytest.raises(AttributeError):
            fault.at = 7


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: Delay("ack:N", by=-1), "by: expected a time in ms of at least 0, got -1"),
        (lambda: Delay("ack:N", by="5"), "by: expected a time in ms of at least 0, got '5'"),
        (lambda: Duplicate("ack:N", after=-1), "after: expected a time in ms of at least 0"),
        (lambda: Duplicate("hello"), "no packet 'hello'; kinds are"),
        (lambda: Crash("bob", at=-1), "at: expected a time in ms of at least 0, got -1"),
        (lambda: Crash("bob", at=1, down=0), "down: expected a time in ms greater than 0, got 0"),
        (lambda: Crash("bob"), "crash bob: expected either at=MS or after="),
        (lambda: Crash("bob", at=1, after="show m1"), "crash bob: expected either at=MS or after="),
        (lambda: Crash("bob", after="eat m1"), "after: expected EFFECT OF, such as 'show m1', got 'eat m1'"),
        (lambda: Crash("bob", after="show"), "after: expected EFFECT OF"),
        (
            lambda: Crash("bob", after="show dedup/m1"),
            "after: expected show MSGID, such as 'show m1', got 'show dedup/m1'; a msgid has no /, #, > or ~",
        ),
        (lambda: Crash("server", after="store m1>bob"), "after: expected store MSGID"),
        (lambda: Crash("bob", after="send m1"), "no packet 'm1#1'; kinds are"),
        (lambda: Crash("b b", at=1), "crash: expected the name of a node, such as bob or server, got 'b b'"),
        (lambda: Offline("bob", at=-1), "at: expected a time in ms of at least 0"),
        (lambda: Offline("bob", lasting=0), "lasting: expected a time in ms greater than 0, got 0"),
        (lambda: Offline(None), "offline: expected the name of a node"),
        (lambda: Offline("bob", at=5, after="show m1"), "offline bob: expected either at=MS or after=.show m1"),
        (lambda: Offline("bob", after="eat m1"), "after: expected EFFECT OF, such as 'show m1', got 'eat m1'"),
        (lambda: Offline("bob", after=7), "after: expected EFFECT OF, such as 'show m1', got 7"),
        (lambda: Partition("alice", "bob"), "a link runs between a person and the server, not alice and bob"),
        (lambda: Partition("server", "server"), "a link runs between a person and the server"),
        (lambda: Partition("alice", "server", lasting=0), "lasting: expected a time in ms greater than 0"),
        (lambda: Loss(1.5), "p: expected a number from 0 to 1, got 1.5"),
        (lambda: Loss(0.1, seed=-1), "seed: expected a whole number"),
        (lambda: Loss(0.1, seed=1.5), "seed: expected a whole number"),
        (lambda: Loss("0.1"), "p: expected a number from 0 to 1, got '0.1'"),
        (lambda: Again("m1"), 'again m1: expected either at=MS or after="EFFECT OF", such as after="send m1/msg:R#1"'),
        (lambda: Again("m1", at=1, after="show m1"), "again m1: expected either at=MS or after="),
        (lambda: Again("m1", at=-1), "at: expected a time in ms of at least 0, got -1"),
        (lambda: Again("m/1", at=1), "again: expected the msgid of a message, such as m1, got 'm/1'"),
        (lambda: Again(1, at=1), "again: expected the msgid of a message, such as m1, got 1"),
        (lambda: Again("m1", after="msg:R"), "after: expected EFFECT OF, such as 'show m1', got 'msg:R'"),
        (lambda: Beat("bob"), 'beat bob: expected either at=MS or after="EFFECT OF", such as after="send m1/msg:R#1"'),
        (lambda: Beat("bob", at="5"), "at: expected a time in ms of at least 0, got '5'"),
        (lambda: Beat(None, at=5), "beat: expected the name of a node"),
        (lambda: Late("b b", "m1"), "late: expected the name of a node, such as bob or server, got 'b b'"),
        (lambda: Late("bob", ""), "timer: expected the name of a timer, such as m1 or pull, got ''"),
        (lambda: Late("bob", None), "timer: expected the name of a timer"),
        (lambda: Late("bob", "m\n1"), "timer: expected the name of a timer"),
        (lambda: Late("bob", "my own"), "timer: expected the name of a timer, such as m1 or pull, got 'my own'"),
        (lambda: Late("bob", "m1#2#1"), "timer: expected the name of a timer"),
        (lambda: Late("bob", "m1#0"), "timer: 'm1#0'; the times that a timer is cancelled are numbered from #1"),
    ],
)
def test_a_wrong_value_gets_one_line(make, why):
    with pytest.raises(InputError, match=why) as caught:
        make()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no fault ''; faults are drop, duplicate, delay, crash, offline, partition, loss, late, again, beat"),
        ("explode bob", "no fault 'explode bob'; faults are"),
        ("delay m1/msg:N", "expected NAME.MS, such as m1/msg:N#1.400"),
        ("delay m1/msg:N+soon", "by: expected a time in ms, got 'soon'"),
        ("duplicate m1/msg:N+x", "after: expected a time in ms, got 'x'"),
        ("crash bob", "expected NODE@MS.MS or NODE@EFFECT:OF.MS"),
        ("crash bob@show:m1", "expected NODE@MS.MS or NODE@EFFECT:OF.MS"),
        ("crash bob@x+5", "at: expected a time in ms, got 'x'"),
        ("crash bob@5+nan", "down: expected a time in ms greater than 0, got nan"),
        ("offline bob@x", "at: expected a time in ms, got 'x'"),
        ("offline @5", "offline: expected the name of a node"),
        ("offline bob@eat:m1", "after: expected EFFECT OF, such as 'show m1', got 'eat m1'"),
        ("offline bob@show:m1+soon", "lasting: expected a time in ms, got 'soon'"),
        ("offline bob@show:m1+0", "lasting: expected a time in ms greater than 0, got 0"),
        ("partition alice", "expected PERSON-server@MS.MS"),
        ("partition alice-bob", "a link runs between a person and the server"),
        ("loss much", "expected P seed S"),
        ("again m1", "expected MSGID@MS or MSGID@EFFECT:OF, such as m1@70, got 'm1'"),
        ("again m1@soon", "at: expected a time in ms, got 'soon' in 'm1@soon'"),
        ("again m1@eat:m1", "after: expected EFFECT OF, such as 'show m1', got 'eat m1'"),
        ("again @7", "again: expected the msgid of a message"),
        ("beat bob", "expected PERSON@MS or PERSON@EFFECT:OF, such as bob@70, got 'bob'"),
        ("beat bob@", "at: expected a time in ms, got ''"),
        ("late alice", "expected NODE@TIMER, such as alice@m1, got 'alice'"),
        ("late alice@", "timer: expected the name of a timer"),
        ("late @m1", "late: expected the name of a node"),
    ],
)
def test_wrong_text_gets_one_line(text, why):
    with pytest.raises(InputError, match=why) as caught:
        parse_fault(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (Crash("eve", at=1), "no node 'eve'; nodes are alice, bob, server"),
        (Offline("eve"), "no person 'eve'; people are alice, bob"),
        (Offline("server"), "no person 'server'; people are alice, bob"),
        (Partition("eve", "server"), "no node 'eve'"),
        (Late("eve", "m1"), "no node 'eve'; nodes are alice, bob, server"),
        (Beat("bob", at=5), "beat: 'bob' is in no group, so no heartbeat comes; nobody is"),
        (Again("m2", at=5), "again: no message 'm2'; the messages said are m1"),
    ],
)
def test_a_fault_on_nobody_of_the_scenario_gets_one_line(fault, why):
    with pytest.raises(InputError, match=why):
        Scenario("dedup").run(fault)


# What each does, as the trace has it


def test_a_drop_and_a_loss_end_a_packet_on_its_way():
    for fault in (Drop("msg:R"), Loss(1)):
        trace = Scenario("basic").run(fault)
        assert [(e.kind, e.t, e.packet) for e in trace.events if e.node == "network"] == [("drop", 30, "m1/msg:R#1")]
        assert trace.packet["msg:R"].fate == "dropped"


def test_a_loss_of_0_loses_nothing_and_the_same_seed_the_same():
    assert Scenario("dedup").run(Loss(0)).events == Scenario("dedup").run().events
    says = [Say(str(n), at=n) for n in range(20)]
    runs = [Scenario("dedup", say=says).run(Loss(0.3, seed=seed)).to_json() for seed in (1, 1, 2)]
    assert runs[0] == runs[1] != runs[2]


def test_a_loss_hangs_on_the_name_so_another_fault_changes_no_throw():
    says = [Say(str(n), at=n) for n in range(20)]
    plain = Scenario("dedup", say=says).run(Loss(0.3, seed=1))
    other = Scenario("dedup", say=says).run(Loss(0.3, seed=1), Delay("m3/msg:R", by=100), Drop("m5/msg:N"))
    both = set(plain.packet) & set(other.packet) - {"m5/msg:N#1"}
    assert len(both) > 60
    assert all(
        (plain.packet[name].fate, other.packet[name].fate) in {("arrived",) * 2, ("dropped",) * 2} for name in both
    )


def test_a_duplicate_is_a_send_of_the_network_caused_by_the_senders():
    trace = Scenario("dedup").run(Duplicate("msg:N"), Duplicate("msg:A", after=7))
    copy = trace.packet["m1/msg:N#1~2"]
    assert (copy.sent, copy.arrived, copy.number, copy.copy) == (50, 150, 1, 2)  # one latency after the first
    assert trace.packet["m1/msg:A#1~2"].arrived == 107
    (sent,) = trace.happened("send", packet=copy.name)
    assert sent.node == "network"
    assert trace.events[sent.causes[0]].packet == "m1/msg:N#1"
    assert [e.packet for e in trace.happened("discard")] == [copy.name]
    assert trace.counts["msg:N"] == 1


def test_a_copy_arrives_though_the_first_is_dropped():
    trace = Scenario("acked").run(Duplicate("msg:N"), Drop("msg:N"))
    assert [e.packet for e in trace.happened("show")] == ["m1/msg:N#1~2"]


def test_a_delay_comes_on_top_of_the_latency_and_delays_add_up():
    assert Scenario("basic").run(Delay("msg:N", by=400)).packet["msg:N"].arrived == 500
    assert Scenario("basic").run(Delay("msg:N", by=400), Delay("msg:N", by=7)).packet["msg:N"].arrived == 507


def test_a_crash_and_its_restart_are_told_with_their_fault():
    trace = Scenario("dedup").run(Crash("bob", at=70, down=300))
    assert [(e.t, e.kind, e.text) for e in trace.events if e.node == "bob"][:3] == [
        (70, "crash", "crash bob@70+300"),
        (370, "restart", None),
        (370, "login", None),
    ]
    assert trace.happened("lose")[0].text == "bob is down"
    assert trace.state_at(100)["bob"] == {}


def test_one_who_is_down_cannot_crash_again_and_the_trace_reports_it():
    trace = Scenario("dedup").run(Crash("bob", at=70, down=300), Crash("bob", at=80, down=1))
    assert trace.unused == (Crash("bob", at=80, down=1),)
    assert len(trace.happened("restart")) == 1


def test_a_partition_cuts_the_ways_it_says_and_nobodys_presence():
    both = Scenario("basic").run(Partition("bob", "server", at=40, lasting=1000))
    assert [e.text for e in both.happened("lose")] == ["the link from the server to bob is cut"]
    one_way = Scenario("acked").run(Partition("bob", "server", both=False))
    assert one_way.messages[0].shown == {"bob": 1}
    assert [p.name for p in one_way.packets if p.fate == "lost"] == ["m1/ack:R#1"]
    assert one_way.state_at(1000)["server"]["online"] == ["alice", "bob"]


def test_a_link_is_cut_at_the_persons_end():
    leaves = Scenario("acked").run(Partition("bob", "server", at=90, lasting=30, both=False))  # over before 150
    assert (leaves.packet["ack:R"].fate, leaves.happened("lose")[0].t) == ("lost", 100)
    arrives = Scenario("basic").run(Partition("bob", "server", at=90, lasting=30))
    assert (arrives.packet["msg:N"].fate, arrives.happened("lose")[0].t) == ("lost", 100)
    for at in (10, 60):  # msg:R has left alice, msg:N is not yet at bob
        passes = Scenario("basic").run(*(Partition(who, "server", at=at, lasting=30) for who in ("alice", "bob")))
        assert {packet.fate for packet in passes.packets} == {"arrived"}


def test_two_cuts_of_one_link_hold_until_both_are_over():
    faults = [Partition("bob", "server", lasting=200), Partition("bob", "server", at=10, lasting=20)]
    assert Scenario("basic").run(*faults).packet["msg:N"].fate == "lost"


@pytest.mark.parametrize(
    "fault",
    [
        Drop("m1/ack:N#9"),
        Duplicate("m1/ack:N#9"),
        Delay("m1/ack:N#9", by=1),
        Crash("bob", after="show m1#2"),
        Crash("bob", after="send m1/ack:R#2"),
        Crash("server", after="store m1"),
        Late("alice", "m1#2"),
        Late("bob", "m1"),
        Offline("bob", after="show m1#2", lasting=5),
        Offline("bob", after="send m1/msg:N#2"),
        Again("m1", after="show m1#2"),
        Again("m1", after="send m1/msg:R#2"),
    ],
)
def test_a_fault_that_names_what_never_happened_is_unused_and_changes_nothing(fault):
    trace = Scenario("dedup").run(fault)
    assert trace.unused == (fault,)
    assert trace.events == Scenario("dedup").run().events
    assert Trace.from_json(trace.to_json()).unused == (fault,)


@pytest.mark.parametrize(
    ("after", "instead"),
    [
        ("write dedup/m1", "bob did: write m1"),  # the table is not part of the name
        ("show hello", "bob did: show m1"),  # nor is what was said
        ("show m1#2", "bob did: show m1"),
        ("send ack:R#2", "bob did: send m1/ack:R#1"),
        ("store m1", "bob did: write m1, show m1, send m1/ack:R#1"),  # nothing like it: all that there was
    ],
)
def test_a_crash_that_never_came_says_what_its_node_did_instead(after, instead):
    trace = Scenario("durable").run(Crash("bob", after=after))
    assert f"(never happened; {instead})" in repr(trace)
    assert f"({instead})" in trace.to_text().splitlines()[2]


def test_of_two_crashes_behind_one_effect_the_one_that_does_nothing_names_no_other():
    trace = Scenario("durable").run(Crash("bob", after="show m1", down=50), Crash("bob", after="show m1", down=60))
    assert len(trace.unused) == 1
    assert "(never happened):" in repr(trace) or "(never happened)," in repr(trace)
    silent = Scenario("durable", say=[]).run(Crash("bob", after="show m1"))
    assert "(never happened):" in repr(silent)


def test_a_key_of_any_form_can_be_what_was_written():
    friends = Scenario("group", say=[Say("hi", to="friends")], groups={"friends": ["alice", "bob", "carol"]})
    assert friends.run(Crash("server", after="write friends/bob")).unused == ()


def test_a_fault_that_struck_is_not_unused():
    struck = [Drop("m1/msg:A#1"), Duplicate("m1/ack:A#1"), Delay("m1/ack:R#1", by=3), Crash("bob", after="show m1")]
    assert Scenario("dedup").run(*struck).unused == ()
