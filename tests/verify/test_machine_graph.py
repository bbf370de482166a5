"""A node's state machine, read off what its own code does."""

import subprocess
import sys

import pytest

from imteach import Client, InputError, Say, Scenario, Server, machine_graph
from imteach.protocol import Discard
from imteach.verify.graphs.held import held, in_words


def edges(graph):
    return [(before, after, told["label"]) for before, after, told in graph.edges(data=True)]


def test_bob_shows_a_message_once_and_acks_it_every_time():
    assert edges(machine_graph(Scenario("dedup"), "bob")) == [
        (0, 1, "m1/msg:N arrives / show m1, m1/ack:R to server"),
        (1, 1, "m1/ack:A arrives / nothing"),
        (1, 1, "m1/msg:N arrives / discard m1, m1/ack:R to server"),
    ]


def test_alice_says_it_and_waits():
    graph = machine_graph(Scenario("basic"), "alice")
    assert graph.nodes[0]["start"]
    assert graph.nodes[1]["label"] == "queue: m1 (try 1)\nstatus: m1 ◷ sending"
    assert edges(graph)[0] == (0, 1, "say “hello” / m1 ◷ sending, m1/msg:R to server, start timer m1")


def test_the_server_keeps_no_state_for_messages_in_flight():
    graph = machine_graph(Scenario("dedup"), "server", faults=2)
    assert [told["label"] for _, told in graph.nodes(data=True)] == ["holds: nothing that changes"]
    assert {label.partition(" / ")[0] for _, _, label in edges(graph)} == {"m1/msg:R arrives", "m1/ack:R arrives"}


class Deaf(Client):
    """Discards a duplicate without acking it again, and counts them."""

    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        self.again = 0

    def on_msg_n(self, packet):
        if packet.msgid in self.dedup:
            self.again += 1
            return [Discard(packet.msgid, packet.message)]
        return super().on_msg_n(packet)


def test_a_learners_own_class_is_drawn_as_it_is_and_so_is_what_it_keeps():
    graph = machine_graph(Scenario("dedup", client=Deaf), "bob", faults=0)
    assert [told["label"] for _, told in graph.nodes(data=True)] == [
        "dedup: –\nagain: 0",
        "dedup: m1\nagain: 0",
        "dedup: m1\nagain: 1",
        "dedup: m1\nagain: 2",
    ]
    assert (1, 2, "m1/msg:N arrives / discard m1") in edges(graph)


class Counts(Server):
    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        self.seen = set()

    def on_msg_r(self, packet):
        self.seen.add(packet.msgid)
        return super().on_msg_r(packet)


def test_a_server_of_a_learner_that_keeps_a_state_has_more_than_one():
    graph = machine_graph(Scenario("dedup", server=Counts), "server", faults=0)
    assert [told["label"] for _, told in graph.nodes(data=True)] == ["seen: –", "seen: m1"]


def test_a_crashed_node_starts_again_from_its_disk():
    graph = machine_graph(Scenario("durable", retries=0), "bob", faults=1, kinds=["crash"])
    again = {(graph.nodes[after]["label"], told["told"]) for _, after, told in graph.out_edges("down", data=True)}
    assert {(label.partition("\n")[0], told) for label, told in again} == {
        ("dedup: –", "starts again with nothing on its disk"),
        ("dedup: m1", "starts again with dedup m1"),
    }


def test_msgids_that_the_node_asks_for_have_their_own_edges():
    said = [
        label for _, _, label in edges(machine_graph(Scenario("basic", say=[Say("a"), Say("b")]), "alice", faults=0))
    ]
    assert any(label.startswith("say “a” / m1") for label in said)
    assert any(label.startswith("say “b” / m2") for label in said)


def test_a_node_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(InputError, match="no node 'carol'; the nodes are alice, bob, server"):
        machine_graph(Scenario("basic"), "carol")


class Thing:
    def __init__(self):
        self.count = 2
        self.me = self


def test_whatever_a_learner_keeps_is_said_in_few_words_and_without_addresses():
    assert in_words(Thing()).startswith("Thing(count 2, me Thing(")
    assert in_words({"a": [1, {"b"}], "c": None}) == "a: 1, b, c"
    assert in_words(len) == "len"
    assert held(Thing())["count"] == "2"
    assert len(held(type("Long", (), {"__init__": lambda self: setattr(self, "x", "y" * 500)})())["x"]) == 60


def test_the_order_of_a_set_is_the_same_in_every_process():
    code = "from imteach.verify.graphs.held import in_words; print(in_words({'a', 'b', 'c', 'd', 'e', 'f'}))"
    said = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in "12"
    }  # fmt: skip
    assert said == {"a, b, c, d, e, f\n"}


def test_a_machine_that_is_too_large_is_told_without_the_advice_to_ask_for_a_machine(monkeypatch):
    monkeypatch.setattr(sys.modules["imteach.verify.graphs.machine_graph"], "MOST_STATES", 100)
    with pytest.raises(InputError, match=r"cannot be read: ask for fewer retries \(retries=0\)$"):
        machine_graph("dedup", "bob", faults=0)
    few = machine_graph(Scenario("basic"), "bob", faults=0)
    assert few.graph["smaller"] == "a smaller scenario"
