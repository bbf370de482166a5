"""A learner's code that cannot go on, met by a search: their line, and the smallest run that leads there."""

import itertools
import random

import pytest

from imteach import Drop, LearnerError, Scenario, check, explore, machine_graph
from imteach.learner.snapshot import UnfitError, snapshot
from imteach.protocol import Client

SEARCHES = pytest.mark.parametrize("search", [explore, check])


class Slips(Client):
    def on_ack_n(self, packet):
        return super().on_ack_n(packet)

    def timer(self, name):
        del self.queue["m9"]
        return super().timer(name)


class Forgets(Client):
    def on_ack_n(self, packet):
        super().on_ack_n(packet)


class Turns(Client):
    def on_msg_n(self, packet):
        while packet:
            pass


class Hoards(Client):
    def on_msg_n(self, packet):
        self.seen = (number for number in [1])
        return super().on_msg_n(packet)


class Rolls(Client):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.dice = random.Random(1)


class Tosses(Client):
    coin = itertools.cycle([True, False])  # stands for random.random() < 0.5

    def on_msg_n(self, packet):
        return [] if next(self.coin) else super().on_msg_n(packet)


class Nests(Client):
    def on_msg_n(self, packet):
        self.nest = []
        for _ in range(LEVELS):
            self.nest = [self.nest]
        return super().on_msg_n(packet)


LEVELS = 150


class Memory:
    """What an object in the module keeps is not noticed where only its methods are named."""

    def __init__(self):
        self.seen = []

    def knows(self, thing):
        self.seen.append(thing)
        return thing in self.seen[:-1]

    def count(self):
        return len(self.seen)


MEMORY = Memory()


class RemembersForAll(Client):
    def on_msg_n(self, packet):
        return [] if MEMORY.knows(packet.msgid) else super().on_msg_n(packet)


class CountsForAll(Client):
    def on_ack_n(self, packet):
        MEMORY.knows(packet)
        self.count = MEMORY.count()
        return super().on_ack_n(packet)


def found(search, client, faults=1):
    with pytest.raises(LearnerError) as error:
        search(Scenario("dedup", client=client), faults=faults)
    return error.value


@SEARCHES
@pytest.mark.parametrize(
    ("client", "words", "line"),
    [
        (Slips, "Slips.timer raised KeyError: 'm9' when its timer m1 ran out", 'del self.queue["m9"]'),
        (Forgets, "Forgets.on_ack_n returned None when m1/ack:N#1 arrived", "super().on_ack_n(packet)"),
        (Turns, "Turns.on_msg_n did not come to an end when m1/msg:N#1 arrived", "while packet:"),
        (Hoards, "Hoards kept <generator object", "self.seen = (number for number in [1])"),
    ],
)
def test_it_is_told_in_one_sentence_with_the_line_and_the_run_so_far(search, client, words, line):
    error = found(search, client)
    assert error.sentence.startswith(words)
    assert (error.line.text, error.line.file) == (line, "test_mistakes_found.py")
    assert error.trace.events
    if client is not Hoards:  # which would run well, but for a search
        assert "its code stops here" in error.trace.to_text()


def test_with_a_clock_the_run_has_the_fewest_faults():
    assert found(explore, Slips, faults=3).trace.faults == (Drop("m1/msg:R#1"),)
    assert found(explore, Forgets, faults=3).trace.faults == ()


def test_without_a_clock_it_has_the_fewest_steps():
    error = found(check, Slips)
    assert [event.kind for event in error.trace.events if event.kind in ("say", "arrive", "timer_fire")] == [
        "say", "timer_fire",
    ]  # fmt: skip


@SEARCHES
def test_what_hides_its_state_is_told_before_anything_runs(search):
    error = found(search, Rolls)
    assert error.sentence.startswith("Rolls kept <random.Random object> in self.dice from the start; a search")
    assert error.line.text == "self.dice = random.Random(1)"
    assert error.trace is None


@SEARCHES
@pytest.mark.parametrize("levels", [150, 300, 5000])
def test_what_is_nested_too_deeply_is_told(search, monkeypatch, levels):
    monkeypatch.setattr(f"{__name__}.LEVELS", levels)
    error = found(search, Nests)
    assert error.sentence.startswith("Nests kept something nested too deeply in self.nest ")
    assert error.line.text == "self.nest = []"


def test_what_nests_tuples_too_deeply_is_told():
    nest = ()
    for _ in range(5000):
        nest = (nest, [])
    with pytest.raises(UnfitError, match=r"^self is something nested too deeply; "):
        snapshot([nest])


def test_a_mistake_that_is_gone_when_the_run_is_made_again_is_told():
    MEMORY.seen.clear()
    error = found(explore, RemembersForAll)
    assert error.sentence.startswith("RemembersForAll did not do the same in two runs that are the same; a search must")
    assert error.line.text == "class RemembersForAll(Client):"


def test_a_graph_says_so_too():
    MEMORY.seen.clear()
    with pytest.raises(LearnerError, match=r"^RemembersForAll did not do the same in two runs that are the same; "):
        machine_graph(Scenario("basic", client=RemembersForAll), "bob")


@SEARCHES
@pytest.mark.parametrize(("client", "method"), [(Tosses, "on_msg_n"), (CountsForAll, "on_ack_n")])
def test_code_that_does_now_this_and_now_that_is_told(search, client, method):
    error = found(search, client)
    assert error.sentence.startswith(f"{client.__name__}.{method} did two different things in one state ")
    assert error.sentence.endswith("no random numbers, no clock, nothing kept outside self")
    assert error.line.text == f"def {method}(self, packet):"


def test_workers_bring_the_mistake_back_whole():
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as pool, pytest.raises(LearnerError) as error:
        explore(Scenario("dedup", client=Slips), faults=2, executor=pool)
    assert error.value.trace == found(explore, Slips, faults=2).trace
