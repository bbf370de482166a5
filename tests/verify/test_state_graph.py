"""The state space as a graph: exactly what `check` goes through, in its words, with its shortest run marked."""

import networkx
import pytest
from nightly import by_night

from imteach import Client, InputError, LearnerError, Offline, Resend, Say, Scenario, check, state_graph
from imteach.planted import PLANTED
from imteach.protocol import PROMISES, Discard

SMALL = [
    (Scenario("basic"), 0, ["drop"], ()),
    (Scenario("basic"), 1, ["drop"], ()),
    (Scenario("basic"), 2, ["drop", "duplicate"], ()),
    (Scenario("basic"), 1, ["crash"], ()),
    (Scenario("basic", say=[Say("one"), Say("two")]), 0, ["drop"], ()),
    (Scenario("acked"), 1, ["drop"], ()),
    (Scenario("retransmit", retries=1), 1, ["drop"], ()),
    (Scenario("dedup", retries=1), 2, ["drop"], ()),
    (Scenario("durable", retries=0, resend=[Resend("m1", at=2000)]), 1, ["drop"], ()),
    (Scenario("offline", retries=0), 0, ["drop"], (Offline("bob", at=0, lasting=1000),)),
]


@pytest.mark.parametrize("number", range(len(SMALL)))
def test_it_has_the_states_and_the_transitions_of_check(number):
    scenario, faults, kinds, given = SMALL[number]
    graph, found = state_graph(scenario, faults, kinds, given), check(scenario, faults, kinds, given, reduce=False)
    assert found.finished
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (found.states, found.transitions)
    assert list(graph) == list(range(found.states))
    ends = [told for _, told in graph.nodes(data=True) if told["end"]]
    assert bool(ends) == found.sometimes["ends"]


@pytest.mark.parametrize("number", range(len(SMALL)))
def test_the_marked_run_is_that_of_check_for_every_promise(number):
    scenario, faults, kinds, given = SMALL[number]
    found = check(scenario, faults, kinds, given, reduce=False)
    one_of_each = {verdict.holds: promise for promise, verdict in found.promises.items() if promise in PROMISES}
    for promise in by_night(
        [name for name in found.promises if name in PROMISES], in_the_gate=list(one_of_each.values())
    ):
        verdict = found.promises[promise]
        graph = state_graph(scenario, faults, kinds, given, promise=promise)
        marked = sorted((told["step"], told["label"], edge) for *edge, told in graph.edges(data=True) if told["step"])
        assert [label for _, label, _ in marked] == list(verdict.steps or ())
        assert [step for step, _, _ in marked] == list(range(1, len(marked) + 1))
        places = [0, *(after for _, _, (_, after) in marked)]
        assert [before for _, _, (before, _) in marked] == places[:-1]  # it is one way, from the start on
        assert graph.graph["promise"] == ("" if verdict.steps is None else promise)


def test_an_end_where_the_promise_is_broken_is_where_the_marked_run_leads():
    graph = state_graph(Scenario("basic"), faults=1)
    (last,) = [after for _, after, told in graph.edges(data=True) if told["step"] == 4]
    assert graph.nodes[last]["breaks"] == ("No loss goes unnoticed",)
    assert graph.nodes[last]["label"] == "alice: ✓ sent\nin flight: –\nbob: –\nfaults: 1"
    assert graph.out_degree(last) == 0


def test_every_way_through_the_graph_comes_to_an_end():
    graph = state_graph(Scenario("acked"), faults=1)
    assert networkx.is_directed_acyclic_graph(graph)
    assert {node for node in graph if graph.out_degree(node) == 0} == {
        node for node, told in graph.nodes(data=True) if told["end"]
    }


def test_a_label_says_what_people_see_and_what_is_in_flight_and_tells_states_apart():
    graph = state_graph(Scenario("basic"), faults=1)
    labels = [told["label"] for _, told in graph.nodes(data=True)]
    assert len(set(labels)) == len(labels)
    assert "alice: ! failed\nin flight: msg:A, msg:N\nbob: –" in labels


def test_what_differs_unseen_is_told_where_people_see_the_same():
    graph = state_graph(Scenario("basic"), faults=1, kinds=["crash"])
    labels = [told["label"] for _, told in graph.nodes(data=True)]
    assert any("\nserver: yet to learn that bob is gone · " in label for label in labels)
    assert any("\nserver: online alice · " in label for label in labels)


def test_what_is_the_same_in_every_state_is_told_of_none():
    for _, told in state_graph(Scenario("basic"), faults=0).nodes(data=True):
        assert [subject for subject, _ in told["rows"]] == ["alice", "in flight", "bob"]


def test_faults_are_marked_and_the_steps_are_the_words_of_check():
    graph = state_graph(Scenario("basic"), faults=1)
    assert {told["label"] for _, _, told in graph.out_edges(1, data=True) if told["fault"]} == {"m1/msg:R#1 is dropped"}
    assert {told["label"] for _, _, told in graph.out_edges(1, data=True) if not told["fault"]} == {
        "m1/msg:R#1 arrives",
        "alice's timer m1 runs out",
    }


class Deaf(Client):
    """Discards a duplicate without acking it again."""

    def on_msg_n(self, packet):
        if packet.msgid in self.dedup:
            return [Discard(packet.msgid, packet.message)]
        return super().on_msg_n(packet)


def test_a_learners_bug_shows_in_the_graph_of_their_own_class():
    wrong, right = (
        state_graph(Scenario("dedup", retries=1, **own), faults=1, promise="no_false_failure")
        for own in ({"client": Deaf}, {})
    )
    assert wrong.graph["promise"] == "no_false_failure"
    assert right.graph["promise"] == ""
    assert right.graph["notes"][0].endswith("every promise is kept at every end.")


def test_a_planted_bug_is_marked_too():
    bug = PLANTED["silent dedup"]
    graph = state_graph(Scenario(bug.rung, retries=1, client=bug.bug), faults=1, promise=bug.promise)
    assert graph.graph["promise"] == bug.promise


class Broken(Client):
    def on_msg_n(self, packet):
        return packet.nothing


def test_a_mistake_in_a_learners_class_is_told_as_check_tells_it():
    with pytest.raises(LearnerError) as told:
        state_graph(Scenario("basic", client=Broken))
    with pytest.raises(LearnerError) as expected:
        check(Scenario("basic", client=Broken))
    assert str(told.value) == str(expected.value)


def test_too_large_a_space_is_refused_with_its_sizes_and_what_to_ask_for():
    with pytest.raises(InputError) as refused:
        state_graph(Scenario("dedup"), faults=3, most_states=60)
    assert str(refused.value) == (
        "this state space has 1,079 states and 6,096 transitions; a graph of more than 60 states cannot be read: ask "
        "for fewer faults, fewer retries (retries=0), or the machine of one node (machine_graph, --machine)"
    )
    with pytest.raises(InputError, match="this state space has more than 5,000 states"):
        state_graph(Scenario("retransmit", say=[Say("one"), Say("two")]))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"faults": -1}, "faults: expected a whole number"),
        ({"kinds": ["delay"]}, "kinds are drop, duplicate, crash"),
        ({"promise": "no_loss"}, "no promise 'no_loss' at the rung 'basic'; the promises are no_duplicates"),
        ({"promise": "in_order"}, "no promise 'in_order' at the rung 'basic'; the promises are no_duplicates"),
    ],
)
def test_a_wrong_argument_is_told_with_the_right_ones(wrong, said):
    with pytest.raises(InputError, match=said):
        state_graph(Scenario("basic"), **wrong)


def test_it_is_a_networkx_graph_and_so_are_its_parts():
    graph = state_graph(Scenario("basic"), faults=1)
    assert isinstance(graph, networkx.MultiDiGraph)
    assert networkx.shortest_path_length(graph, 0, 15) == 4
    part = graph.subgraph([0, 1, 2])
    assert type(part) is type(graph)
    assert part.to_dot().count(" -> ") == 2


def test_its_words_are_text_whatever_was_said():
    graph = state_graph(Scenario("basic", say=[Say("\x1b[31mred\u202e")]), faults=1)
    assert "1. alice says “" in graph.to_text()
    assert not {"\x1b", "\u202e"} & set(graph.to_text())
