"""What people ask of the searches, and how they are told what was expected."""

import pytest

from imteach import Drop, InputError, Scenario, check, explore, follow, stats, sweep
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


def test_steps_are_a_list():
    with pytest.raises(InputError, match="steps: expected a list of sentences"):
        follow("basic", "alice says “hello”")


def test_a_search_that_is_to_stop_looks_at_no_more_states_than_that():
    assert check("dedup", faults=0, most_states=100).states == 100
