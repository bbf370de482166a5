"""The arguments of the searches, and the errors that say what was expected."""

import pytest

from imteach import Drop, InputError, Scenario, check, explore, follow, stats, sweep
from imteach.planted import PLANTED
from imteach.verify import fault_map, machine_graph, state_graph

ASKED = [
    explore,
    check,
    lambda scenario: follow(scenario, []),
    lambda scenario: stats(scenario, 0.1, 1),
    lambda scenario: sweep(scenario, [0.1], 1),
    fault_map,
    state_graph,
    lambda scenario: machine_graph(scenario, "bob"),
]


@pytest.mark.parametrize("ask", ASKED)
def test_a_rungs_name_will_do_for_its_usual_scenario(ask):
    if ask in (explore, check):
        assert ask("basic").to_json() == ask(Scenario("basic")).to_json()
    ask("basic")
    with pytest.raises(InputError, match="scenario: expected a Scenario or a rung's name, such as 'dedup', got <Trace"):
        ask(Scenario("basic").run())


@pytest.mark.parametrize("search", [explore, check])
def test_given_faults_are_a_list(search):
    with pytest.raises(InputError, match=r"given: expected a list of faults, such as \[Offline"):
        search("basic", given=Drop("ack:N"))


@pytest.mark.parametrize("found", [explore("basic"), check("basic"), Scenario("basic").run()])
def test_who_asks_for_no_promise_is_told_which_there_are(found):
    with pytest.raises(InputError, match="no promise 'no_duplicate'; there are no_duplicates, no_false_delivery"):
        found.promises["no_duplicate"]
    assert found.promises.get("no_duplicate") is None


def test_a_search_that_is_to_stop_looks_at_no_more_states_than_that():
    assert check("dedup", faults=0, most_states=10).states == 10


@pytest.mark.parametrize("search", [explore, check, state_graph])
@pytest.mark.parametrize("most", [-1, "5", 2.5, True, float("nan")])
def test_how_many_states_is_a_whole_number(search, most):
    with pytest.raises(InputError, match="most_states: expected a whole number from 0 to 1000000000, got "):
        search("basic", most_states=most)


@pytest.mark.parametrize("search", [explore, check, state_graph])
@pytest.mark.parametrize("kinds", [None, 7])
def test_kinds_are_a_list(search, kinds):
    with pytest.raises(InputError, match=f"kinds: expected a list of drop, duplicate, .*, got {kinds}"):
        search("basic", kinds=kinds)


@pytest.mark.parametrize("names", [None, 7, Drop("ack:N")])
def test_a_cell_is_asked_for_by_names(names):
    with pytest.raises(InputError, match=r"expected a packet's name, such as \"ack:N\", or two of them, got "):
        fault_map("acked")[names]


def test_who_asks_for_no_bug_or_no_measure_is_told_which_there_are():
    with pytest.raises(InputError, match="no bug 'silent-dedup'; there are silent dedup, new msgid, "):
        PLANTED["silent-dedup"]
    with pytest.raises(InputError, match="no measure 'lost'; there are delivered, shown, "):
        stats("basic", 0.1, 1).measures["lost"]
