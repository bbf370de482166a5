"""What a learner does in a lab, without a page: rungs, drops, and every step back."""

import pytest

from imteach import (
    Client,
    Crash,
    Delay,
    Drop,
    Duplicate,
    InputError,
    Offline,
    Partition,
    Resend,
    Say,
    Scenario,
)
from imteach.lab.session import Session
from imteach.protocol import StartTimer

TWO = Scenario("dedup", say=[Say("hello"), Say("still there?", at=100)])


def packets(session: Session) -> list[str]:
    return [packet.name for packet in session.trace.packets]


def test_a_rungs_name_will_do_for_a_scenario():
    assert Session("acked").scenario == Scenario("acked")


def test_a_dropped_packet_is_retransmitted_and_the_drop_can_be_taken_back():
    session = Session("dedup")
    before = session.trace
    assert "m1/msg:R#2" not in packets(session)

    session.drop("msg:N")
    assert session.faults == (Drop("m1/msg:N#1"),)
    assert session.trace.packet["m1/msg:N#1"].fate == "dropped"
    assert "m1/msg:R#2" in packets(session)

    session.take_back("m1/msg:N#1")
    assert session.faults == ()
    assert session.trace == before


def test_dropping_twice_is_dropping_once_and_one_step():
    session = Session("dedup")
    session.drop("ack:N")
    session.drop("m1/ack:N#1")
    assert len(session.faults) == 1
    session.undo()
    assert not session.can_undo


def test_a_click_drops_a_packet_and_the_next_click_takes_it_back():
    session = Session("dedup")
    for _ in range(2):  # what is dropped stays dropped
        session.lose("m1/ack:N#1")
        assert session.faults == (Drop("m1/ack:N"),)
    session.spare("m1/ack:N#1")
    assert session.faults == ()
    with pytest.raises(InputError, match="m1/ack:N#1 is not dropped"):
        session.spare("m1/ack:N#1")


def test_what_was_dropped_stays_dropped_on_another_rung():
    session = Session("acked", Drop("ack:N"))
    session.choose("retransmit")
    assert session.rung == "retransmit"
    assert session.trace.packet["m1/ack:N#1"].fate == "dropped"
    assert session.trace.promises["no_duplicates"] is False
    session.choose("dedup")
    assert session.trace.promises["no_duplicates"] is True


def test_a_drop_that_meets_no_packet_on_this_rung_waits_for_one_that_has_it():
    session = Session("acked", Drop("ack:R"))
    session.choose("basic")
    assert session.trace.unused == session.faults == (Drop("m1/ack:R#1"),)
    session.choose("acked")
    assert session.trace.unused == ()


def test_choosing_another_rung_keeps_the_rest_of_the_scenario():
    class Polite(Client):
        pass

    scenario = Scenario("basic", say=TWO.say, latency={"bob": 80}, rto=400, retries=1, client=Polite)
    session = Session(scenario)
    session.choose("dedup")
    assert repr(session.scenario) == repr(scenario).replace("basic", "dedup")
    assert session.scenario.client is Polite


def test_undo_goes_back_step_by_step():
    session = Session("basic")
    session.choose("retransmit")
    session.drop("ack:N")
    session.drop("msg:A")
    session.undo()
    assert session.faults == (Drop("m1/ack:N#1"),)
    session.undo()
    assert (session.rung, session.faults) == ("retransmit", ())
    session.undo()
    assert session.rung == "basic"
    assert not session.can_undo


def test_reset_goes_back_to_the_beginning_and_can_be_undone():
    session = Session("dedup", Drop("ack:N"))
    assert not session.can_reset
    session.drop("msg:A")
    session.choose("acked")
    assert session.can_reset
    session.reset()
    assert (session.rung, session.faults) == ("dedup", (Drop("m1/ack:N#1"),))
    assert not session.can_reset
    session.undo()
    assert (session.rung, len(session.faults)) == ("acked", 2)


def test_reset_at_the_beginning_is_no_step():
    session = Session("dedup")
    session.reset()
    assert not session.can_undo


def test_choosing_the_same_rung_is_no_step():
    session = Session("dedup")
    session.choose("dedup")
    assert not session.can_undo


@pytest.mark.parametrize(
    "session",
    [
        Session("dedup"),
        Session("retransmit", Drop("ack:N"), Drop("m1/msg:R#2")),
        Session(TWO, Drop("m2/ack:N#1"), Drop("m1/msg:A#2")),
        Session(Scenario("acked", say=[Say('it\'s "me"', "zoë", "bob")], rto=500)),
    ],
    ids=repr,
)
def test_the_code_gives_the_same_run(session: Session):
    assert eval(session.code, {"Scenario": Scenario, "Drop": Drop, "Say": Say}) == session.trace


def test_the_code_is_as_short_as_the_names_allow():
    assert Session("dedup", Drop("m1/ack:N#1")).code == 'Scenario("dedup").run(Drop("ack:N"))'
    assert Session("dedup", Drop("m1/ack:N#2")).code == 'Scenario("dedup").run(Drop("ack:N#2"))'
    assert Session(TWO, Drop("m2/ack:N#1")).code.endswith('.run(Drop("m2/ack:N"))')


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: Session("tcp"), "no rung 'tcp'; the rungs are basic"),
        (lambda: Session(7), "expected a Scenario or a rung's name"),
        (lambda: Session("dedup", "ack:N"), r'expected a fault, such as Drop\("ack:N"\), got \'ack:N\''),
        (lambda: Session("dedup").choose("tcp"), "no rung 'tcp'"),
        (lambda: Session("dedup").choose(["dedup"]), "no rung"),
        (lambda: Session("dedup").drop("msg:X"), "kinds are msg:R"),
        (lambda: Session("dedup").drop(None), "a packet's name is text"),
        (lambda: Session(TWO).drop("ack:N"), "which message's ack:N#1"),
        (lambda: Session("dedup").take_back("ack:N"), "m1/ack:N#1 is not dropped; dropped are: none"),
        (lambda: Session("dedup").lose("m1/ack:N#9"), "m1/ack:N#9 is not sent in this run"),
        (lambda: Session("dedup").undo(), "nothing to undo"),
    ],
)
def test_a_wrong_step_says_what_was_expected(wrong, says: str):
    with pytest.raises(InputError, match=says):
        wrong()


class Fragile(Client):
    def on_timer(self, msgid):
        raise RuntimeError("no idea what to do now")


def test_a_mistake_in_a_learners_code_is_told_beside_the_run_and_the_step_can_be_undone():
    session = Session(Scenario("dedup", client=Fragile))
    before = session.trace
    assert session.mistake == ""
    session.drop("ack:N")
    assert session.mistake.startswith(
        "Fragile.on_timer raised RuntimeError: no idea what to do now when its timer m1 ran out at 300 ms (line "
    )
    assert [event.kind for event in session.trace.events if event.node == "alice"][-2:] == ["timer_fire", "crash"]
    session.drop("msg:A")  # and the lab lives on
    session.undo()
    session.undo()
    assert session.trace is before
    assert session.mistake == ""


def test_a_lab_opens_on_a_class_that_fails_at_once():
    class Mute(Client):
        def on_say(self, message):
            return message

    session = Session(Scenario("dedup", client=Mute))
    assert session.mistake.startswith("Mute.on_say returned Message(")
    session.choose("acked")
    assert session.rung == "acked"


def test_a_step_that_cannot_be_run_changes_nothing():
    class Endless(Client):
        def on_timer(self, msgid):
            return [StartTimer(msgid)]

    session = Session(Scenario("dedup", client=Endless))
    before = session.trace
    with pytest.raises(InputError, match="it does not end"):
        session.drop("ack:N")
    assert session.trace is before
    assert not session.can_undo


# Faults that are no drop


def test_a_fault_that_is_no_drop_strikes_from_the_beginning_and_can_be_taken_back():
    session = Session("offline", Offline("bob", lasting=1000), Drop("msg:R"))
    assert session.code == 'Scenario("offline").run(Offline("bob", at=0, lasting=1000), Drop("msg:R"))'
    session.take_fault_back("offline bob@0+1000")
    assert session.faults == (Drop("m1/msg:R"),)
    session.undo()
    assert len(session.faults) == 2


def test_a_drop_can_be_taken_back_by_its_text_too():
    session = Session("basic", Drop("ack:N"))
    session.take_fault_back("drop m1/ack:N#1")
    assert session.faults == ()


@pytest.mark.parametrize("text", ["offline bob@0+999", "crash", "", "m1/ack:N#1", None, 7])
def test_a_fault_that_does_not_strike_cannot_be_taken_back(text):
    session = Session("offline", Offline("bob", lasting=1000))
    with pytest.raises(InputError):
        session.take_fault_back(text)
    assert session.faults == (Offline("bob", lasting=1000),)
    assert not session.can_undo


def test_a_packet_that_is_lost_anyway_is_not_dropped_as_well():
    session = Session("dedup", Partition("bob", "server", lasting=200))
    with pytest.raises(InputError, match=r"m1/msg:N#1 does not arrive anyway, because of: partition bob-server@0\+200"):
        session.lose("msg:N")
    with pytest.raises(InputError, match=r"m1/msg:N#1 does not arrive, because of: partition bob-server@0\+200"):
        session.spare("msg:N")
    assert not session.can_undo


def test_the_python_of_a_session_gives_this_very_trace():
    groups = {"friends": ["alice", "bob", "carol"]}
    scenario = Scenario("group", groups=groups, say=[Say("hi", to="friends")], resend=[Resend("m1", at=2500)])
    session = Session(
        scenario, Duplicate("m1/msg:N>bob", after=30), Delay("bob/ack:R", by=9), Crash("carol", after="show m1")
    )
    session.drop("m1/msg:N>carol")
    names = {"Scenario": Scenario, "Say": Say, "Resend": Resend, "Drop": Drop, "Duplicate": Duplicate}
    assert eval(session.code, {**names, "Delay": Delay, "Crash": Crash}) == session.trace


def test_a_rung_without_groups_is_refused_for_a_group_and_nothing_changes():
    session = Session(Scenario("group", groups={"us": ["alice", "bob"]}, say=[Say("hi", to="us")]))
    with pytest.raises(InputError, match="groups: the rung 'dedup' has no groups; use the rung 'group'"):
        session.choose("dedup")
    assert session.rung == "group"
