"""Every state once, with the fewest faults, and without a clock by the shortest way: both walks, by brute force."""

import random

import pytest

from imteach.verify.search.loop import EnoughError, Loop, Rules
from imteach.verify.timed.walk import Walk


def some_ways(chance, states, takes=(0, 0, 1, 2)):
    """Ways between these states, some of which take a fault: for each the state after it and how many it takes."""
    return {state: [(chance.randrange(states), chance.choice(takes)) for _ in range(3)] for state in range(states)}


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


# The walk of `explore`, by depth


def walked(graph, faults):
    walk = Walk(faults)
    walk.start(0)
    looked_at = []

    def ways(state, left):
        looked_at.append((state, faults - left))
        return [(f"way {number}", after, takes) for number, (after, takes) in enumerate(graph[state]) if takes <= left]

    for _ in walk.states(ways):
        pass
    return walk, looked_at


@pytest.mark.parametrize("seed", range(20))
def test_every_state_is_looked_at_once_and_with_the_fewest_faults(seed):
    graph = some_ways(random.Random(seed), 40)
    for faults in range(4):
        walk, looked_at = walked(graph, faults)
        best = fewest(graph, faults)
        assert dict(looked_at) == {state: struck for state, (struck, _) in best.items()}
        assert len(looked_at) == len(walk.came_from) == len(best)
        assert [struck for _, struck in looked_at] == sorted(struck for _, struck in looked_at)


@pytest.mark.parametrize("seed", range(5))
def test_the_way_to_a_state_is_one_that_leads_there(seed):
    graph = some_ways(random.Random(seed), 40)
    walk, looked_at = walked(graph, 2)
    for state, struck in looked_at:
        here, taken = 0, 0
        for before, name in walk.way_to(state):
            assert before == here
            here, takes = graph[before][int(name.removeprefix("way "))]
            taken += takes
        assert (here, taken) == (state, struck)


def test_by_depth_an_end_is_seen_before_all_that_lies_beside_it():
    tree = {number: [(2 * number + 1, 0), (2 * number + 2, 0)] if number < 7 else [] for number in range(15)}
    assert [state for state, _ in walked(tree, 0)[1]][:5] == [0, 2, 6, 14, 13]


def test_a_walk_may_begin_in_several_states_some_with_faults_behind_them():
    walk = Walk(2)
    for state, struck in ((10, 1), (20, 2), (30, 0), (20, 1)):
        walk.start(state, struck)
    left_at = {}
    for _ in walk.states(lambda state, left: left_at.update({state: left}) or []):
        pass
    assert left_at == {30: 2, 10: 1, 20: 1}


# The loop of `check`, by breadth, where a way is a number that is added and takes one fault at most


def looped(graph, faults, most=None):
    loop = Loop(0, faults, most)

    def of(state, wanted):
        return [tuple(after - state for after, takes in graph[state] if takes == wanted)]

    rules = Rules(lambda state: of(state, 0), lambda state: of(state, 1), lambda state: ())
    for _ in loop.states(lambda left, starts: rules):
        pass
    return loop


@pytest.mark.parametrize("seed", range(40))
def test_by_breadth_each_state_is_reached_with_the_fewest_faults_and_then_the_fewest_steps(seed):
    graph = some_ways(random.Random(seed), 40, takes=(0, 0, 1))
    for faults in range(4):
        loop = looped(graph, faults)
        best = fewest(graph, faults)
        assert list(loop.came_from) == sorted(loop.came_from, key=best.__getitem__)
        assert {state: len(loop.way_to(state)) - 1 for state in loop.came_from} == {
            state: steps for state, (_, steps) in best.items()
        }
        assert loop.looked == len(best)
        struck = [sum(place >= first for first in loop.layers) - 1 for place in range(len(best))]
        assert struck == [best[state][0] for state in loop.came_from]
        assert loop.waiting == 0


def test_of_ways_that_are_alike_the_one_that_was_found_first_is_kept():
    loop = looped({0: [(2, 0), (1, 0)], 1: [(3, 0)], 2: [(3, 0), (3, 0)], 3: []}, 0)
    assert loop.way_to(3) == [0, 2, 3]
    assert loop.transitions == 5


def test_of_ways_that_are_alike_the_one_on_which_the_fault_comes_last_is_kept():
    loop = looped({0: [(1, 0), (2, 1)], 1: [(3, 1)], 2: [(3, 0)], 3: []}, 1)
    assert loop.way_to(3) == [0, 1, 3]


def test_a_loop_without_end_gives_up_after_as_many_states_as_it_may():
    loop = Loop(0, faults=0, most=100)
    on = Rules(lambda state: [(1,)], lambda state: [], lambda state: ())
    with pytest.raises(EnoughError):
        for _ in loop.states(lambda left, starts: on):
            pass
    assert (loop.looked, loop.here) == (100, 99)


def test_a_loop_that_has_just_enough_states_comes_to_its_end():
    assert looped({0: [(1, 0)], 1: [(0, 0)]}, 0, most=2).looked == 2


def test_where_nothing_may_happen_it_asks_what_comes_when_all_is_quiet():
    quiet = []
    rules = Rules(
        lambda state: [()], lambda state: [], lambda state: quiet.append(state) or ((5,) if state < 10 else ())
    )
    loop = Loop(0, faults=0)
    for _ in loop.states(lambda left, starts: rules):
        pass
    assert quiet == [0, 5, 10]
