"""The one search: every state once, with the fewest faults, and by the shortest way."""

import random

import pytest

from imteach.verify.search.loop import EnoughError
from imteach.verify.timed.walk import Walk, fewest_steps_first, last_found_first


def some_ways(chance, states):
    """Ways between these states, some of which take a fault: for each the state after it and how many it takes."""
    return {
        state: [(chance.randrange(states), chance.choice([0, 0, 1, 2])) for _ in range(3)] for state in range(states)
    }


def walked(graph, faults, order=fewest_steps_first, most=None):
    walk = Walk(faults, most, order)
    walk.start(0)
    looked_at = []

    def ways(state, left):
        looked_at.append((state, faults - left))
        return [(f"way {number}", after, takes) for number, (after, takes) in enumerate(graph[state]) if takes <= left]

    for _ in walk.states(ways):
        pass
    return walk, looked_at


def fewest(graph, faults):
    """By brute force: for each state the fewest faults, and with those the fewest steps, that lead to it."""
    best = {0: (0, 0)}
    for _ in graph:
        for before, (struck, steps) in list(best.items()):
            for after, takes in graph[before]:
                cost = (struck + takes, steps + 1)
                if cost[0] <= faults and cost < best.get(after, (faults + 1, 0)):
                    best[after] = cost
    return best


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("order", [fewest_steps_first, last_found_first])
def test_every_state_is_looked_at_once_and_with_the_fewest_faults(seed, order):
    graph = some_ways(random.Random(seed), 40)
    for faults in range(4):
        walk, looked_at = walked(graph, faults, order)
        best = fewest(graph, faults)
        assert dict(looked_at) == {state: struck for state, (struck, _) in best.items()}
        assert len(looked_at) == len(walk.came_from) == len(best)
        assert [struck for _, struck in looked_at] == sorted(struck for _, struck in looked_at)


@pytest.mark.parametrize("seed", range(20))
def test_the_way_to_a_state_is_the_shortest_of_those_with_the_fewest_faults(seed):
    graph = some_ways(random.Random(seed), 40)
    walk, looked_at = walked(graph, 2)
    best = fewest(graph, 2)
    assert [best[state] for state, _ in looked_at] == sorted(best.values())
    for state, (struck, steps) in best.items():
        way = walk.way_to(state)
        here, taken = 0, 0
        for before, name in way:
            assert before == here
            here, takes = graph[before][int(name.removeprefix("way "))]
            taken += takes
        assert (here, taken, len(way)) == (state, struck, steps)


def test_of_ways_that_are_alike_the_one_that_was_found_first_is_kept():
    walk, _ = walked({0: [(2, 0), (1, 0)], 1: [(3, 0)], 2: [(3, 0), (3, 0)], 3: []}, 0)
    assert walk.way_to(3) == [(0, "way 0"), (2, "way 0")]


def test_by_depth_an_end_is_seen_before_all_that_lies_beside_it():
    tree = {number: [(2 * number + 1, 0), (2 * number + 2, 0)] if number < 7 else [] for number in range(15)}
    assert [state for state, _ in walked(tree, 0)[1]] == list(range(15))
    assert [state for state, _ in walked(tree, 0, last_found_first)[1]][:5] == [0, 2, 6, 14, 13]


@pytest.mark.parametrize("order", [fewest_steps_first, last_found_first])
def test_a_walk_without_end_gives_up_after_as_many_states_as_it_may(order):
    walk = Walk(0, most=100, order=order)
    walk.start(0)
    states = walk.states(lambda state, left: [("on", state + 1, 0)])
    assert [next(states) for _ in range(100)] == list(range(100)) == list(walk.came_from)
    assert walk.here == 99
    with pytest.raises(EnoughError):
        next(states)


def test_a_walk_that_has_just_enough_states_comes_to_its_end():
    assert len(walked({0: [(1, 0)], 1: [(0, 0)]}, 0, most=2)[0].came_from) == 2


def test_a_walk_may_begin_in_several_states_some_with_faults_behind_them():
    walk = Walk(2)
    for state, struck in ((10, 1), (20, 2), (30, 0), (20, 1)):
        walk.start(state, struck)
    left_at = {}
    for _ in walk.states(lambda state, left: left_at.update({state: left}) or []):
        pass
    assert left_at == {30: 2, 10: 1, 20: 1}
