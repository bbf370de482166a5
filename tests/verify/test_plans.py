"""Each set of faults is one way through the graph of plans, and each step of that graph is run once."""

from collections.abc import Iterator

import pytest
from brute import brute, every_plan

from imteach import Offline, Partition, Say, Scenario, explore
from imteach.protocol import Client, StartTimer
from imteach.verify.timed.branching import Branching
from imteach.verify.timed.plans import PlanGraph, Strikes, named

AT_ONCE = [Say("one"), Say("hi", sender="bob", to="alice")]
FRIENDS = {"friends": ["alice", "bob", "carol"]}
AWAY = (Offline("bob", at=0, lasting=1000),)


@pytest.fixture
def steps(monkeypatch):
    """Counts the steps of runs that a search makes, each as the faults that struck in it."""
    made: list[tuple[object, ...]] = []
    after = Branching.after
    monkeypatch.setattr(Branching, "after", lambda run, faults: made.append(tuple(faults)) or after(run, faults))
    return made


def searched(scenario: Scenario, faults: int, kinds: tuple[str, ...], given: tuple[Offline, ...] = ()) -> PlanGraph:
    graph = PlanGraph(kinds, faults, most_states=2_000)
    graph.add(Branching(scenario, given))
    for _ in graph.search():
        pass
    return graph


def ways(graph: PlanGraph, state: int, left: int) -> Iterator[list[Strikes]]:
    """Yield every way from a state to an end, with at most so many faults."""
    if state in graph.ends:
        yield []
    for edge in graph.edges.get(state, ()):
        if edge.takes <= left:
            yield from ([edge.strikes, *rest] for rest in ways(graph, edge.after, left - edge.takes))


@pytest.mark.parametrize(
    ("scenario", "kinds"),
    [
        (Scenario("dedup", say=AT_ONCE, retries=1), ("drop",)),
        (Scenario("dedup", retries=1), ("drop", "duplicate", "delay")),
        (Scenario("group", say=[Say("hi all", to="friends")], groups=FRIENDS, retries=0), ("drop",)),
    ],
)
def test_two_faults_in_either_order_are_one_plan(scenario, kinds):
    graph = searched(scenario, 2, kinds)
    plans = [named(Branching(scenario, []), way) for way in ways(graph, 0, 2)]
    assert len(plans) == len({frozenset(plan) for plan in plans}) == graph.plans(0, 2)
    assert {frozenset(plan) for plan in plans} == {plan for plan, _ in every_plan(scenario, 2, kinds)}


def test_each_step_is_run_once_however_many_plans_share_it(steps):
    graph = searched(Scenario("dedup", say=[Say("one"), Say("two", at=10)]), 3, ("drop",))
    alone = sum(map(len, ways(graph, 0, 3)))
    assert graph.plans(0, 3) == 737
    assert len(steps) == sum(map(len, graph.edges.values())) == 1363
    assert alone == 17_527  # so many, were each plan run by itself


class Restless(Client):
    """Pulls again whatever a pull brings."""

    def on_offline_a(self, packet):
        return [*super().on_offline_a(packet), *self.pull("")]


def test_a_class_that_pulls_for_ever_comes_back_to_a_state_that_is_known():
    graph = searched(Scenario("offline", client=Restless), 1, ("drop",), AWAY)
    assert len(graph) < 500  # its run is stopped only after 108,200 events


class Stubborn(Client):
    """Pulls at every heartbeat, for which it needs no group, though it still waits for the last answer."""

    def on_start(self):
        return [StartTimer("tick", wait="heartbeat")]

    def timer(self, name):
        return [*self.on_start(), *self.pull("")] if name == "tick" else super().timer(name)


@pytest.mark.parametrize("heartbeat", [100, 250])
def test_a_pull_in_vain_goes_on_until_the_patience_is_over_and_no_run_is_taken_for_one_without_end(heartbeat):
    """Until then the run comes back to where it was but for the time since there was news, which therefore counts."""
    scenario = Scenario("offline", client=Stubborn, retries=0, heartbeat=heartbeat)
    cut = (Partition("bob", "server", at=60),)
    found = explore(scenario, 1, ("drop",), cut)
    plans, broken = brute(scenario, 1, ("drop",), cut)
    assert found.plans == plans
    assert {name: verdict.broken_by for name, verdict in found.promises.items()} == broken
