"""The numbers of a lab, its people, and the article's situations by name: steps like any other."""

import json
from dataclasses import replace
from inspect import getdoc

import pytest

from imteach import LADDER, Client, Crash, Drop, InputError, Lab, Offline, Partition, Resend, Say, Scenario
from imteach.lab import page
from imteach.lab.session import Session
from imteach.lab.steps.setting import NUMBERS, SETTINGS
from imteach.lab.steps.situations import SITUATIONS, offered
from imteach.trace import Trace

GROUP = {"friends": ["alice", "bob", "carol"]}


def fields(session: Session) -> dict[str, object]:
    return {name: getattr(session.scenario, name) for name in SETTINGS}


# Numbers


def test_several_numbers_are_one_step_and_the_faults_stay():
    session = Session("dedup", Drop("ack:N"))
    session.set(rto=200, retries=1, backoff=2, latency={"bob": 80}, presence_timeout=5)
    assert session.faults == (Drop("m1/ack:N#1"),)
    assert session.trace.packet["m1/msg:R#2"].sent == 200
    assert session.trace.packet["m1/msg:N#1"].arrived == 50 + 80
    session.undo()
    assert session.scenario == Scenario("dedup")
    session.redo()
    assert (session.scenario.rto, session.scenario.latency) == (200, {"bob": 80})


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"rto": 0}, "rto: expected a time in ms greater than 0, got 0"),
        ({"rto": 10**10}, "rto: expected a time in ms of at most 1000000000"),
        ({"retries": 1.5}, "retries: expected a whole number from 0 to 1000, got 1.5"),
        ({"backoff": 0.5}, "backoff: expected a number from 1"),
        ({"latency": {"carol": 9}}, "latency: no person 'carol'"),
        ({"rto": 100, "latency": -1}, "latency: expected a time in ms of at least 0, got -1"),
        ({"rung": "basic"}, "no setting 'rung'; settings are rto, "),
        ({"groups": GROUP}, "groups: the rung 'dedup' has no groups; use the rung 'group'"),
        ({"groups": ["alice"]}, "groups: expected members by name"),
    ],
)
def test_a_value_that_breaks_its_rule_is_refused_and_nothing_changes(settings, says: str):
    session = Session("dedup", Drop("ack:N"))
    before = session.trace
    with pytest.raises(InputError) as refused:
        session.set(**settings)
    assert says in str(refused.value)
    assert session.trace is before
    assert not session.can_undo


def test_what_is_so_already_is_no_step():
    session = Session(Scenario("dedup", latency=20))
    session.set(rto=300, latency={"alice": 20, "bob": 20})
    session.turn("latency", 20, "bob")
    session.set()
    assert not session.can_undo


def test_the_latency_of_one_leaves_the_others_as_they_are_and_is_said_as_shortly_as_it_can_be():
    session = Session(Scenario("dedup", latency=20))
    session.turn("latency", 80, "bob")
    assert session.scenario.latency == {"alice": 20, "bob": 80}
    session.turn("latency", 50, "alice")
    assert session.scenario.latency == {"bob": 80}
    session.turn("latency", 50, "bob")
    assert session.scenario.latency == 50
    with pytest.raises(InputError, match="rto is the same for everybody"):
        session.turn("rto", 50, "bob")
    with pytest.raises(InputError, match="nobody here is 'server'; here are alice, bob"):
        session.turn("latency", 50, "server")


def test_setting_the_latency_of_one_link_sets_both_its_ways_and_no_way_of_another():
    session = Session(Scenario("dedup", latency={"server>bob": 200, "alice>server": 30}))
    session.turn("latency", 80, "bob")
    assert session.scenario.latency == {"bob": 80, "alice>server": 30}
    session.turn("latency", 50, "alice")
    session.turn("latency", 50, "bob")
    assert session.scenario.latency == 50


def test_who_goes_takes_the_latency_of_their_ways_along():
    says = [Say()]
    session = Session(Scenario("dedup", say=says, people=["alice", "bob", "carol"], latency={"server>carol": 7}))
    session.remove_person("carol")
    assert session.scenario == Scenario("dedup", say=says)


def test_a_run_that_would_not_end_is_refused():
    session = Session(Scenario("group", groups=GROUP, say=[Say(to="friends")]))
    session.set(latency=5000)
    with pytest.raises(InputError, match="the run was stopped"):
        session.set(heartbeat=1)
    assert session.scenario.heartbeat == 2000


def test_every_number_is_a_field_of_the_scenario_and_its_rule_is_the_scenarios():
    for number in NUMBERS:
        assert f"`{number.name}`" in str(getdoc(Scenario))
        usual = getattr(Scenario("group"), number.name)
        assert number.least <= usual <= number.most
        replace(Scenario("group"), **{number.name: number.least or number.step})
        for wrong in (number.least - 1, number.most + 1):
            with pytest.raises(InputError, match=number.name):
                replace(Scenario("group"), **{number.name: wrong})


def test_a_number_that_does_nothing_says_so_and_indeed_it_changes_nothing():
    other = {"retries": 5, "backoff": 3, "heartbeat": 900, "ack_every": 2, "ack_delay": 10}
    for rung in LADDER:
        session = Session(rung, Drop("msg:N"))
        for row in page.settings(session)["numbers"]:
            if row["useless"]:
                changed = replace(session.scenario, **{row["name"]: other[row["name"]]})
                assert changed.run(*session.faults).events == session.trace.events, (rung, row["name"])
    assert [row["name"] for row in page.settings(Session("retransmit"))["numbers"] if row["useless"]] == [
        "heartbeat",
        "ack_every",
        "ack_delay",
    ]


# People and groups


def test_somebody_who_says_nothing_stands_beside_and_can_go_again():
    session = Session("dedup", Drop("ack:N"))
    before = session.trace
    session.add_person("carol")
    assert session.scenario.people == ("alice", "bob", "carol")
    assert session.faults == before.faults
    assert [phone["person"] for phone in page.phones(session.trace)] == ["alice", "bob", "carol"]
    session.say("hi", sender="carol", to="alice", at=700)
    with pytest.raises(InputError, match="carol stays: carol says something"):
        session.remove_person("carol")
    session.undo()
    session.turn("latency", 80, "carol")
    session.remove_person("carol")
    assert session.trace == before


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("bob", "bob is here already"),
        ("server", "'server' is the server's own name"),
        ("m1", "'m1' is what a msgid looks like"),
        ("<b>", "expected a name of letters, digits and _"),
        ("", "expected a name of letters, digits and _"),
        (7, "expected a name of letters, digits and _"),
    ],
)
def test_a_name_that_cannot_be_is_refused(name, says: str):
    session = Session("dedup")
    with pytest.raises(InputError) as refused:
        session.add_person(name)
    assert says in str(refused.value)
    assert not session.can_undo


def test_a_lab_does_not_grow_without_end():
    session = Session("basic")
    for number in range(10):
        session.add_person(f"p{number}")
    with pytest.raises(InputError, match="at most 12 people"):
        session.add_person("one_more")


@pytest.mark.parametrize(
    ("session", "name", "says"),
    [
        (Session("dedup"), "alice", "alice stays: alice says something"),
        (Session("dedup"), "bob", "bob stays: something is said to bob"),
        (Session(Scenario("dedup", say=())), "bob", "bob stays: there must be two people"),
        (Session("dedup"), "carol", "nobody here is 'carol'; here are alice, bob"),
        (
            Session(Scenario("dedup", people=["alice", "bob", "carol"]), Crash("carol", at=7)),
            "carol",
            r"carol stays: crash carol@7\+100 strikes there; take it back first",
        ),
        (
            Session(Scenario("dedup", people=["alice", "bob", "carol"]), Partition("server", "carol", both=False)),
            "carol",
            "carol stays: partition server>carol@0 strikes there",
        ),
        (
            Session(Scenario("group", groups=GROUP, say=[Say(to="friends")]), Drop("m1/msg:N>carol")),
            "carol",
            "carol stays: drop m1/msg:N>carol#1 strikes there",
        ),
        (
            Session(
                Scenario("group", groups={"us": ["alice", "bob"]}, say=[Say(to="us")], people=["alice", "bob", "x"])
            ),
            "bob",
            "bob stays: without bob only one would be left in us",
        ),
    ],
)
def test_who_has_a_part_in_what_happens_stays_and_a_sentence_says_which(session: Session, name: str, says: str):
    before = session.trace
    with pytest.raises(InputError, match=says):
        session.remove_person(name)
    assert session.trace is before
    told = {row["person"]: row["stays"] for row in page.settings(session)["people"]}
    assert bool(told.get(name, "not here"))


def test_on_the_rung_group_the_hello_goes_to_the_group_and_comes_back_when_there_is_none():
    session = Session("dedup", Crash("bob", at=500))
    session.choose("group")
    session.add_person("carol")
    assert session.scenario.groups == {}  # she stands beside: nobody has made a group yet
    session.gather(["alice", "bob", "carol"])
    assert session.trace.messages[0].shown == {"bob": 1, "carol": 1}
    assert session.faults == (Crash("bob", at=500),)
    session.add_person("dave")
    assert session.trace.messages[0].shown == {"bob": 1, "carol": 1, "dave": 1}
    session.gather(["alice", "bob"])
    assert session.scenario.people == ("alice", "bob", "carol", "dave")
    session.gather([])
    assert (session.scenario.groups, session.scenario.say) == ({}, (Say("hello"),))
    session.choose("dedup")


def test_a_group_brings_its_members():
    session = Session("group")
    session.set(groups=GROUP)
    assert session.scenario.people == ("alice", "bob", "carol")
    session.set(groups={"us": ["bob", "carol"]})
    assert session.scenario.say == (Say("hello", sender="bob", to="us"),)
    session.remove_person("alice")
    assert session.scenario.people == ("bob", "carol")


@pytest.mark.parametrize(
    ("members", "says"),
    [
        (["alice"], "a group has two members or more, and alice would be alone in it"),
        (["alice", "mallory"], "nobody here is 'mallory'"),
        (["alice", "alice"], "expected each name once"),
        ("alice", "expected a list of names"),
        (None, "expected a list of names"),
        ([["alice"], "bob"], "nobody here is"),
    ],
)
def test_who_cannot_be_a_group_is_told_so(members, says: str):
    session = Session("group")
    with pytest.raises(InputError, match=says):
        session.gather(members)
    assert not session.can_undo


def test_a_group_in_which_something_was_said_stays_and_a_fault_must_mean_something():
    session = Session("group", Drop("msg:N"))
    with pytest.raises(InputError, match=r"drop m1/msg:N#1 would mean nothing then \(.*\); take it back first"):
        session.set(groups=GROUP)
    session.take_back("msg:N")
    session.set(groups=GROUP)
    session.say("me too", sender="bob", to="friends", at=90)
    with pytest.raises(InputError, match="something is said to friends, so there must be such a group"):
        session.gather([])


def test_of_several_groups_the_page_changes_none():
    groups = {"us": ["alice", "bob"], "them": ["bob", "carol"]}
    session = Session(Scenario("group", groups=groups, say=[Say(to="us")]))
    assert page.settings(session)["group"] is None
    with pytest.raises(InputError, match="there are several groups: us, them"):
        session.gather(["alice", "carol"])
    session.add_person("dave")
    assert {*session.scenario.groups["us"], *session.scenario.groups["them"]} == {"alice", "bob", "carol"}


# Situations


def in_(name: str, rung: str) -> Trace:
    """The run of a situation on a rung, reached from there: the preset must not have gone to another one."""
    session = Session(rung)
    session.preset(name)
    assert (session.rung, session.climbed) == (rung, "")
    return session.trace


def came_of(trace: Trace) -> tuple[str, int, int]:
    """What the sender's screen says, how often bob saw it, and how many copies the server keeps for him."""
    (message,) = trace.messages
    return message.status, message.shown["bob"], message.stored["bob"]


WHAT_COMES_OF_IT = {
    "nothing goes wrong": {"basic": ("sent", 1, 0), "acked": ("delivered", 1, 0)},
    "msg:R is lost": {"basic": ("failed", 0, 0), "retransmit": ("delivered", 1, 0)},
    "msg:A is lost": {"basic": ("failed", 1, 0), "acked": ("delivered", 1, 0)},
    "msg:N is lost": {"basic": ("sent", 0, 0), "acked": ("unconfirmed", 0, 0), "retransmit": ("delivered", 1, 0)},
    "ack:R is lost": {"acked": ("unconfirmed", 1, 0), "retransmit": ("delivered", 2, 0), "dedup": ("delivered", 1, 0)},
    "ack:A is lost": {"acked": ("delivered", 1, 0)},
    "ack:N is lost": {"acked": ("unconfirmed", 1, 0), "retransmit": ("delivered", 2, 0), "dedup": ("delivered", 1, 0)},
    "every try is lost": {"retransmit": ("failed", 0, 0), "durable": ("failed", 0, 0)},
    "the link to alice is cut": {"basic": ("failed", 1, 0), "retransmit": ("delivered", 2, 0)},
    "the server crashes before msg:N": {"basic": ("sent", 0, 0), "retransmit": ("delivered", 1, 0)},
    "bob is offline": {"basic": ("sent", 0, 0), "dedup": ("failed", 0, 0), "offline": ("delivered", 0, 1)},
    "bob logs in again": {"offline": ("delivered", 1, 0)},
    "bob crashes right after showing it": {
        "acked": ("unconfirmed", 1, 0),
        "dedup": ("delivered", 2, 0),
        "durable": ("delivered", 1, 0),
    },
}


@pytest.mark.parametrize(("name", "rung"), [(name, rung) for name, rungs in WHAT_COMES_OF_IT.items() for rung in rungs])
def test_a_situation_shows_what_its_name_says(name: str, rung: str):
    trace = in_(name, rung)
    assert came_of(trace) == WHAT_COMES_OF_IT[name][rung]
    assert trace.unused == ()


@pytest.mark.parametrize("rung", LADDER)
def test_of_two_messages_the_first_is_late_and_overtaken_below_ordered(rung: str):
    trace = in_("two messages, the first is late", rung)
    shown = [event.msgid for event in trace.happened("show", node="bob")]
    assert shown == (["m2", "m1"] if list(LADDER).index(rung) < list(LADDER).index("ordered") else ["m1", "m2"])
    assert trace.packet["m1/msg:N#1"].arrived > trace.packet["m2/msg:N#1"].arrived


def test_in_a_group_who_misses_it_is_helped_by_the_heartbeat():
    trace = in_("carol misses it in a group", "group")
    assert trace.packet["m1/msg:N>carol#1"].fate == "dropped"
    assert trace.messages[0].shown == {"bob": 1, "carol": 1}
    assert [event.t for event in trace.happened("show", node="carol")] > [2000]


def test_each_situation_is_told_of_and_none_needs_a_higher_rung_than_it_says():
    assert {*WHAT_COMES_OF_IT, "two messages, the first is late", "carol misses it in a group"} == {
        *offered(Scenario("basic"))
    }
    for name, situation in offered(Scenario("basic")).items():
        session = Session("basic")
        session.preset(name)
        assert session.rung == situation.rung
        assert bool(session.climbed) == (situation.rung != "basic")
        assert session.trace.unused == ()  # below it, there would be nothing to strike, or it would be no step


@pytest.mark.parametrize("situation", [one for one in SITUATIONS if one.rung not in ("basic", "group")])
def test_below_its_rung_a_situation_would_show_something_else(situation):
    below = list(LADDER)[list(LADDER).index(situation.rung) - 1]
    lowest = Session(situation.rung)
    lowest.preset(situation.words.format(bob="bob"))
    trace = Scenario(below, say=lowest.scenario.say).run(*lowest.faults)
    there, here = trace.messages[0], lowest.trace.messages[0]
    assert trace.unused or (there.status, there.shown, there.stored) != (here.status, here.shown, here.stored)


def test_a_preset_is_one_step_and_says_if_it_needs_another_rung():
    scenario = Scenario("retransmit", say=[Say("one"), Say("two", at=5)], resend=[Resend("m1", at=3000)], rto=200)
    session = Session(scenario, Drop("m2/msg:R"))
    session.preset("bob logs in again")
    assert session.scenario == Scenario("offline", rto=200)  # the rung, what is said; but not the patience
    assert session.faults == (Offline("bob", at=0, lasting=1000),)
    told = "This is the rung offline: on the rung retransmit there is no such thing as “bob logs in again”."
    assert session.climbed == told
    session.preset("ack:N is lost")
    assert (session.rung, session.climbed) == ("offline", "")
    session.undo()
    assert session.climbed == told
    session.undo()
    assert (session.scenario, session.faults) == (scenario, (Drop("m2/msg:R#1"),))
    assert not session.can_undo


def test_the_one_that_matches_is_marked_however_one_came_there():
    session = Session("dedup")
    assert page.situation(session)["now"] == "nothing goes wrong"
    session.drop("ack:N")
    assert page.situation(session)["now"] == "ack:N is lost"
    session.apply(Crash("bob", at=900))
    assert page.situation(session)["now"] is None
    for name in offered(session.scenario):
        session.preset(name)
        assert page.situation(session)["now"] == name
        session.preset(name)  # is no step
        session.undo()


def test_every_try_counts_the_tries_that_there_are():
    session = Session(Scenario("dedup", retries=4))
    session.preset("every try is lost")
    assert [fault.packet for fault in session.faults] == [f"m1/msg:R#{number}" for number in range(1, 6)]
    assert session.trace.messages[0].status == "failed"


def test_a_situation_has_the_people_that_there_are():
    session = Session(Scenario("dedup", say=[Say(sender="ann", to="ben")]))
    session.preset("ben is offline")
    assert session.faults == (Offline("ben", at=0),)
    session.preset("alice misses it in a group")  # the first name that is free
    assert session.scenario.groups == {"friends": ("ann", "ben", "alice")}
    with pytest.raises(InputError, match="no situation 'bob is offline'; situations are: nothing goes wrong, msg:R"):
        session.preset("bob is offline")


def test_odd_labs_have_situations_or_say_why_not():
    alone = Session(Scenario("dedup", people=["alice"], say=()))
    assert page.situation(alone)["now"] is None
    with pytest.raises(InputError, match="a situation needs two people"):
        alone.preset("msg:N is lost")
    friends = Session(Scenario("dedup", say=[Say(sender="friends", to="bob")]))
    assert page.situation(friends)["now"] == "nothing goes wrong"
    with pytest.raises(InputError, match="'friends' is a person's name"):
        friends.preset("alice misses it in a group")

    class Silent(Client):
        pass

    own = Session(Scenario("dedup", client=Silent))
    own.preset("msg:N is lost")
    assert own.scenario.client is Silent


# The page


def test_the_parts_of_the_page_are_json_and_what_they_say_can_be_asked_for():
    lab = Lab(Scenario("group", groups=GROUP, say=[Say(to="friends")]))
    assert json.loads(json.dumps([lab.settings, lab.presets, lab.situation])) == [
        lab.settings,
        lab.presets,
        lab.situation,
    ]
    for row in lab.settings["numbers"]:
        lab._handle_custom_msg({"do": "set", "name": row["name"], "value": row["value"] + 1, "rev": lab._shown.rev}, [])
        assert lab.refusal == ""
        assert getattr(lab.scenario, row["name"]) == row["value"] + 1
    for row in lab.presets:
        lab._handle_custom_msg({"do": "preset", "name": row["name"], "rev": lab._shown.rev}, [])
        assert (lab.refusal, lab.situation["now"]) == ("", row["name"])


def test_the_lab_has_the_same_steps_and_its_python_and_its_file_stay_right():
    lab = Lab("dedup")
    lab.set(rto=200, latency={"bob": 80})
    assert (lab.code, lab.command) == (
        "Scenario(\"dedup\", latency={'bob': 80}, rto=200).run()",
        "imteach run lab.toml",
    )
    assert lab.command_note.startswith("No option says latency")
    lab.set(latency=20)
    assert lab.command == "imteach run dedup --rto 200 --latency 20"
    lab.add_person("carol")
    assert lab.scenario == Lab.from_text(lab.to_text()).scenario
    assert eval(lab.code, {"Scenario": Scenario}) == lab.trace
    lab.remove_person("carol")
    lab.preset("ack:N is lost")
    assert lab.command == "imteach run dedup --rto 200 --latency 20 --drop ack:N"
    lab.rung = "group"
    lab.set(groups=GROUP)
    assert lab.command == "imteach run group --group friends=alice,bob,carol --rto 200 --latency 20 --drop ack:N"
    for _ in range(7):
        lab.undo()
    assert lab.code == 'Scenario("dedup").run()'
