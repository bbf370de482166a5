"""What lesson 16 says of its three families and does not compute before the reader's eyes: here it is computed."""

import json
import re
from functools import cache
from pathlib import Path

import pytest

from imteach import Client, Crash, Delay, Drop, Duplicate, Offline, Say, Scenario, Server, explore, fault_map

LESSON = Path(__file__).parents[2] / "lessons" / "16-how-real-systems-do-it.ipynb"
CELLS = json.loads(LESSON.read_text("utf-8"))["cells"]
HOP_BY_HOP = ("QoS 1", "QoS 2")
TOLD_ONLY_OF_THE_SERVER = (*HOP_BY_HOP, "numbers")
MOST_LINES = 45  # of a family: under a page


def source(cell):
    return "".join(cell["source"])


@cache
def lesson():
    """All names that the lesson's cells define."""
    namespace = {"__name__": "__main__"}
    for cell in CELLS:
        if cell["cell_type"] == "code":
            exec(source(cell), namespace)
    return namespace


def family(name, **more):
    return lesson()["all_four"](**more)[name]


@cache
def solved(start):
    """The names of the lesson, with those of the solution that begins with this class."""
    (solution,) = (
        code
        for cell in CELLS
        if cell["cell_type"] == "markdown"
        for code in re.findall(r"^```python\n(.*?)^```", source(cell), re.MULTILINE | re.DOTALL)
        if code.startswith(f"class {start}(")
    )
    namespace = dict(lesson())
    exec(solution, namespace)
    return namespace


@pytest.mark.parametrize(
    "classes", [("QoS1Client", "QoS1Server"), ("QoS2Client", "QoS2Server"), ("NumbersClient", "NumbersServer")]
)
def test_each_family_is_two_short_subclasses(classes):
    lines = []
    for name in classes:
        assert issubclass(lesson()[name], Client | Server)
        (cell,) = (source(cell) for cell in CELLS if f"class {name}(" in source(cell))
        code = cell.partition(f"class {name}(")[2].partition("\n\n\n")[0]
        lines += [line for line in code.splitlines() if line.strip()]
    assert 15 < len(lines) <= MOST_LINES


# Packets, and what alice knows


@pytest.mark.parametrize(("name", "packets"), [("end to end", 6), ("QoS 1", 4), ("QoS 2", 8), ("numbers", 3)])
def test_so_many_packets_take_one_message_and_alice_learns_of_bob_only_end_to_end(name, packets):
    run = family(name).run()
    (hello,) = run.messages
    assert len(run.packets) == packets
    assert hello.shown == {"bob": 1}
    told = name not in TOLD_ONLY_OF_THE_SERVER
    assert hello.status == ("delivered" if told else "sent")
    assert run.promises["all_delivered"] == told
    server_has_it, bob_has_it = run.knows("alice")
    assert (server_has_it.true, bob_has_it.true) == (True, told)
    assert not bob_has_it.believed


def test_who_knows_that_bob_has_it_is_as_the_table_says():
    assert {name: set(nodes) - {"bob"} for name, nodes in lesson()["who_knows"]().items()} == {
        "end to end": {"alice", "server"},
        "QoS 1": {"server"},
        "QoS 2": {"server"},
        "numbers": set(),
    }


# Losses


@pytest.mark.parametrize("name", ["end to end", *TOLD_ONLY_OF_THE_SERVER])
def test_no_single_loss_is_silent_and_only_at_qos_1_does_one_make_two_copies(name):
    losses = fault_map(family(name)).singles
    for cell in losses:
        assert cell.trace.promises["no_silent_loss"], cell
        assert cell.trace.promises["no_false_failure"], cell
    twice = [cell.short_names for cell in losses if not cell.trace.promises["no_duplicates"]]
    assert twice == (["msg:A", "ack:R"] if name == "QoS 1" else [])


def test_at_qos_1_a_lost_msg_n_is_repaired_by_one_packet_and_alice_notices_nothing():
    fine, lost = family("QoS 1").run(), family("QoS 1").run(Drop("msg:N"))
    assert lost.seen_by("alice") == fine.seen_by("alice")
    assert len(lost.packets) == len(fine.packets) + 1
    assert lost.messages[0].shown == {"bob": 1}


def test_at_qos_1_the_server_passes_both_msg_r_on_where_the_first_puback_is_lost():
    run = family("QoS 1").run(Drop("msg:A"))
    assert run.counts["msg:R"] == run.counts["msg:N"] == 2
    assert run.messages[0].shown == {"bob": 2}


@pytest.mark.parametrize("fault", [Drop, Duplicate, lambda name: Delay(name, by=40)])
def test_qos_2_shows_it_once_whatever_happens_to_one_packet(fault):
    for packet in family("QoS 2").run().packets:
        run = family("QoS 2").run(fault(packet.name))
        assert run.messages[0].shown == {"bob": 1}, packet.name
        assert run.messages[0].status == "sent", packet.name


def test_a_table_grows_end_to_end_and_is_empty_after_qos_2():
    said = [Say(f"number {n}", at=1000 * n) for n in range(3)]
    dedup = {name: family(name, say=said).run().state_at(9000)["bob"]["dedup"] for name in ("end to end", "QoS 2")}
    assert dedup == {"end to end": ["m1", "m2", "m3"], "QoS 2": []}


def test_a_gap_is_seen_when_something_comes_behind_it_or_at_a_login():
    two = lesson()["numbers_two"]
    assert not family("numbers").run(Drop("msg:N")).happened("show")
    assert [(event.text, event.t) for event in two.run(Drop("m1/msg:N")).happened("show")] == [
        ("hello", 1200),
        ("are you there?", 1200),
    ]
    back = two.run(Drop("m2/msg:N"), Offline("bob", at=1500, lasting=200))
    assert [event.t for event in back.happened("show")] == [100, 1800]


# Crashes


@pytest.mark.parametrize("name", ["end to end", *TOLD_ONLY_OF_THE_SERVER])
def test_only_a_server_that_holds_in_memory_what_it_has_answered_loses_it_in_a_crash(name):
    run = family(name).run(lesson()["after_its_answer"])
    assert not run.unused
    assert run.promises["no_silent_loss"] == (name not in HOP_BY_HOP)
    assert run.messages[0].shown == {"bob": int(name not in HOP_BY_HOP)}


def test_without_its_session_qos_2_shows_it_twice_or_not_at_all():
    restarted = lesson()["restarted"]
    twice = family("QoS 2").run(Drop("ack:R"), restarted)
    assert twice.messages[0].shown == {"bob": 2}
    later = solved("ShowsAtRelease")["later"]
    assert later.run().messages[0].shown == {"bob": 1}
    never = later.run(restarted)
    assert (never.messages[0].shown, never.messages[0].status) == ({"bob": 0}, "sent")


def test_a_client_that_forgets_what_it_has_seen_is_shown_it_again():
    run = family("numbers").run(Crash("bob", at=160, down=20))
    assert run.messages[0].shown == {"bob": 2}


def test_a_server_that_writes_first_loses_nothing_in_a_crash_and_one_that_writes_last_does():
    def shown(server, after):
        scenario = Scenario("retransmit", client=lesson()["QoS1Client"], server=server)
        run = scenario.run(Crash("server", after=after, down=100))
        assert not run.unused
        return run.messages[0].shown["bob"]

    names = solved("WritesFirst")
    afters = ["write m1", "send m1/msg:A", "send m1/msg:N"]
    assert [shown(names["WritesFirst"], after) for after in afters] == [2, 1, 1]
    assert shown(names["WritesDown"], "send m1/msg:A") == 0


@pytest.mark.parametrize("name", TOLD_ONLY_OF_THE_SERVER)
@pytest.mark.parametrize("kind", ["drop", "duplicate", "delay", "crash", "away", "late", "again"])
def test_no_single_fault_stops_their_code_or_makes_a_false_delivery(name, kind):
    found = explore(family(name, say=lesson()["two"]), faults=1, kinds=[kind])
    assert found.finished
    assert "no_false_delivery" in found.promises
    assert found.promises["no_false_delivery"].holds
