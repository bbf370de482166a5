"""Scenarios: what may be said, by whom, over which links; each wrong value gets one line that says what is right."""

import pytest
from hypothesis import given
from worlds import SAYS, scenarios

from imteach import Client, InputError, Say, Scenario, Server
from imteach.scenario import Resend  # noqa: F401, for eval

TOO_LONG = "x" * 10_001


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"rung": "tcp"}, "no rung 'tcp'; the rungs are basic, acked, retransmit, dedup"),
        ({"rung": None}, "no rung None; the rungs are"),
        ({"rung": ["dedup"]}, r"no rung \['dedup'\]; the rungs are"),
        ({"say": "hello"}, "say: expected a list of Say"),
        ({"say": None}, "say: expected a list of Say"),
        ({"say": [Say(), "hi"]}, r"say\[1\]: expected a Say, such as .*, got 'hi'"),
        ({"people": "alice"}, "people: expected a list of names, got 'alice'"),
        ({"people": {"alice", "bob"}}, "people: expected a list of names"),
        ({"people": ["alice", "bob", "alice"]}, "people: expected each name once, got alice, bob, alice"),
        ({"people": ["alice", "carol"]}, "people: 'bob' sends or receives something, but is not one of alice, carol"),
        ({"people": ["alice", "bob", ""]}, "people: expected a name of letters, digits and _, at most 40, got ''"),
        ({"people": ["alice", "bob", "x" * 41]}, "people: expected a name"),
        ({"people": ["alice", "bob", "a b"]}, "people: expected a name"),
        ({"people": ["alice", "bob", "<b>"]}, "people: expected a name"),
        ({"people": ["alice", "bob\n"]}, "people: expected a name"),
        ({"people": ["alice", "bob", 3]}, "people: expected a name .*, got 3"),
        ({"people": ["alice", "bob", "server"]}, "people: 'server' is the server's own name"),
        ({"people": ["alice", "bob", "network"]}, "people: 'network' is the network's own name"),
        ({"latency": -1}, "latency: expected a time in ms of at least 0, got -1"),
        ({"latency": "50"}, "latency: expected a time in ms of at least 0, got '50'"),
        ({"latency": True}, "latency: expected a time in ms of at least 0, got True"),
        ({"latency": float("nan")}, "latency: expected a time in ms of at least 0, got nan"),
        ({"latency": float("inf")}, "latency: expected a time in ms of at most 1000000000, got inf"),
        ({"latency": 10**9 + 1}, "latency: expected a time in ms of at most 1000000000, got 1000000001"),
        ({"latency": None}, "latency: expected a time .*, got None"),
        ({"latency": {"bob": -1}}, r"latency\['bob'\]: expected a time in ms of at least 0, got -1"),
        ({"latency": {"carol": 5}}, "latency: no person 'carol'; people are alice, bob"),
        (
            {"latency": {"bob>alice": 5}},
            "latency: no way 'bob>alice'; a way is from or to the server, such as server>bob",
        ),
        ({"latency": {"server>carol": 5}}, "latency: no way 'server>carol'; a way is from or to the server"),
        ({"latency": {"server>bob": "5"}}, r"latency\['server>bob'\]: expected a time in ms of at least 0, got '5'"),
        (
            {"dedup_limit": -1},
            "dedup_limit: expected a whole number from 0 to 1000000, got -1; None stands for no limit",
        ),
        ({"dedup_limit": 1.5}, "dedup_limit: expected a whole number from 0 to 1000000, got 1.5; None stands for"),
        ({"dedup_limit": True}, "dedup_limit: expected a whole number from 0 to 1000000, got True"),
        ({"dedup_for": 0}, "dedup_for: expected a time in ms greater than 0, got 0; None stands for no limit"),
        ({"store_for": "5 s"}, "store_for: expected a time in ms greater than 0, got '5 s'; None stands for no limit"),
        ({"jitter": -1}, "jitter: expected a time in ms of at least 0, got -1"),
        ({"jitter": None}, "jitter: expected a time in ms of at least 0, got None"),
        ({"seed": 0.5}, "seed: expected a whole number from 0 to 1000000000000, got 0.5"),
        ({"latency": {"server": 5}}, "latency: no person 'server'; people are alice, bob"),
        ({"rto": 0}, "rto: expected a time in ms greater than 0, got 0"),
        ({"rto": -300}, "rto: expected a time in ms greater than 0, got -300"),
        ({"rto": "300"}, "rto: expected a time in ms greater than 0, got '300'"),
        ({"rto": 10**5000}, "rto: expected a time in ms of at most 1000000000, got a value too large to print"),
        ({"retries": -1}, "retries: expected a whole number from 0 to 1000, got -1"),
        ({"retries": 1001}, "retries: expected a whole number from 0 to 1000, got 1001"),
        ({"retries": 2.0}, "retries: expected a whole number from 0 to 1000, got 2.0"),
        ({"retries": True}, "retries: expected a whole number from 0 to 1000, got True"),
        ({"backoff": 0.5}, "backoff: expected a number from 1 to 1000000000, got 0.5"),
        ({"backoff": float("nan")}, "backoff: expected a number from 1 to 1000000000, got nan"),
        ({"backoff": "2"}, "backoff: expected a number from 1 to 1000000000, got '2'"),
        ({"client": Server}, "client: expected a class made from Client"),
        ({"client": Client("x", None, 0, None)}, "client: expected a class made from Client"),
        ({"server": Client}, "server: expected a class made from Server"),
    ],
)
def test_a_wrong_value_gets_one_line_that_names_it(arguments, why):
    with pytest.raises(InputError, match=why) as caught:
        Scenario(**{"rung": "dedup", **arguments})
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"text": 7}, "text: expected text of at most 10000 characters, got 7"),
        ({"text": TOO_LONG}, "text: expected text of at most 10000 characters, got 'xxx"),
        ({"text": "\ud800"}, "text: expected whole characters, got half of one"),
        ({"sender": ""}, "sender: expected a name"),
        ({"sender": "server"}, "sender: 'server' is the server's own name"),
        ({"to": "network"}, "to: 'network' is the network's own name"),
        ({"to": None}, "to: expected a name"),
        ({"to": "alice"}, "to: expected somebody else than the sender, 'alice'"),
        ({"at": -0.5}, "at: expected a time in ms of at least 0, got -0.5"),
        ({"at": "0"}, "at: expected a time in ms of at least 0, got '0'"),
        ({"at": False}, "at: expected a time in ms of at least 0, got False"),
    ],
)
def test_a_wrong_thing_said_gets_one_line_that_names_it(arguments, why):
    with pytest.raises(InputError, match=why) as caught:
        Say(**arguments)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("text", "say"),
    [
        ("alice>bob:hello", Say("hello")),
        ("alice>bob@100:hello", Say("hello", at=100)),
        ("bob>alice@2.5:hi", Say("hi", "bob", "alice", 2.5)),
        ("alice>bob:", Say("")),
        ("alice>bob@1:10:30 > 10@25\nnext line", Say("10:30 > 10@25\nnext line", at=1)),
    ],
)
def test_what_is_said_can_be_typed_in_one_line(text, say):
    assert Say.parse(text) == say


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("hello", "expected SENDER>RECEIVER@MS:TEXT"),
        ("alice>bob", "expected SENDER>RECEIVER@MS:TEXT"),
        ("alice:hello", "expected SENDER>RECEIVER@MS:TEXT"),
        ("alice>bob@soon:hello", "at: expected a time in ms, got 'soon'"),
        ("alice>bob@-1:hello", "at: expected a time in ms of at least 0"),
        ("alice>bob@nan:hello", "at: expected a time in ms of at least 0"),
        (">bob:hello", "sender: expected a name"),
        ("alice>:hello", "to: expected a name"),
        ("alice>alice:hello", "to: expected somebody else"),
    ],
)
def test_a_mistyped_line_is_refused(text, why):
    with pytest.raises(InputError, match=why):
        Say.parse(text)


def test_the_defaults_are_those_of_the_protocol_page():
    scenario = Scenario("dedup")
    assert scenario.say == (Say("hello", "alice", "bob", at=0),)
    assert (scenario.people, scenario.latency, scenario.rto, scenario.retries, scenario.backoff) == (
        ("alice", "bob"),
        50,
        300,
        2,
        1,
    )


def test_people_are_those_who_speak_in_the_order_they_are_named_unless_given():
    says = [Say("1", "carol", "bob"), Say("2", "alice", "carol")]
    assert Scenario("dedup", say=says).people == ("carol", "bob", "alice")
    given_people = ["alice", "bob", "carol", "dave"]
    assert Scenario("dedup", say=says, people=given_people).people == tuple(given_people)
    assert Scenario("dedup", say=[]).people == ("alice", "bob")


def test_one_say_may_stand_alone():
    assert Scenario("dedup", say=Say("hi")) == Scenario("dedup", say=[Say("hi")])


def test_whole_times_are_kept_whole():
    assert repr(Scenario("dedup", rto=300.0, latency=50.0)) == 'Scenario("dedup")'
    assert repr(Say("hi", at=2.50)) == 'Say("hi", at=2.5)'


@given(scenarios())
def test_a_scenario_prints_as_the_python_that_makes_it(scenario):
    assert eval(repr(scenario)) == scenario


@given(SAYS)
def test_a_say_prints_as_the_python_that_makes_it(say):
    assert eval(repr(say)) == say


@pytest.mark.parametrize("text", ["", '"', "'", "\\", "'\"", "\n", "✓✓", "\x00", "a" * 10_000])
def test_any_text_prints_as_python(text):
    assert eval(repr(Say(text))) == Say(text)


def test_a_learners_class_prints_by_its_name():
    class Mine(Client):
        pass

    scenario = Scenario("dedup", client=Mine)
    assert repr(scenario) == 'Scenario("dedup", client=Mine)'
    assert eval(repr(scenario), {"Scenario": Scenario, "Mine": Mine}) == scenario


def test_changing_the_lists_it_was_made_from_changes_nothing():
    says, latency = [Say()], {"bob": 5}
    scenario = Scenario("dedup", say=says, latency=latency)
    says.append(Say("more"))
    latency["bob"] = 500
    assert scenario == Scenario("dedup", latency={"bob": 5})
