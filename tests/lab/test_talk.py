"""A learner plays both people: they say something, take it back, send it again, log out and in."""

import math

import pytest

from imteach import Again, Client, Crash, Delay, Drop, Duplicate, InputError, Late, Offline, Resend, Say, Scenario
from imteach.lab.session import Session
from imteach.lab.steps.history import AlreadyError
from imteach.protocol import Transmit
from imteach.trace.spans import spans

LATER = Scenario("durable", say=[Say("hello", at=100), Say("still there?", at=200)])


def said(session: Session) -> list[str]:
    return [outcome.text for outcome in session.trace.messages]


def struck_texts(session: Session) -> dict[str, str]:
    """For each fault that names a packet or an effect, what was said there."""
    texts = {outcome.msgid: outcome.text for outcome in session.trace.messages}
    return {str(fault).replace("m2", "M").replace("m1", "M").replace("m3", "M"): texts[owner(fault)]
            for fault in session.faults}  # fmt: skip


def owner(fault) -> str:
    words = f"{fault} ".replace("/", " ").replace("@", " ").replace(":", " ").replace("+", " ").replace("#", " ")
    return next(word for word in words.split() if word.startswith("m") and word[1:].isdigit())


NAMED = (
    Drop("m1/ack:N#1"),
    Duplicate("m2/msg:N", after=30),
    Delay("m2/msg:R#1", by=20),
    Crash("bob", after="show m1#1", down=50),
    Crash("alice", after="send m2/msg:R", down=50),
    Crash("alice", after="write m2#2", down=50),
    Offline("bob", after="show m2", lasting=100),
    Late("alice", "m1"),
    Late("alice", "m2#2"),
    Again("m1", after="send m1/msg:A"),
    Again("m2", at=230),
)


def test_what_is_said_earlier_takes_the_first_msgid_and_every_fault_still_means_the_same_thing_said():
    session = Session(LATER, *NAMED)
    before, meant = session.faults, struck_texts(session)
    assert set(meant.values()) == {"hello", "still there?"}
    session.say("good morning", at=0)
    assert said(session) == ["good morning", "hello", "still there?"]
    assert struck_texts(session) == meant
    assert [str(fault).replace("m2", "m1").replace("m3", "m2") for fault in session.faults] == list(map(str, before))
    assert "m1" not in map(owner, session.faults)
    session.unsay("m1")
    assert (session.faults, session.scenario) == (before, LATER)
    session.undo()
    session.undo()
    assert session.faults == before


def test_each_kind_of_name_is_renamed_with_what_was_said():
    session = Session(LATER, *NAMED)
    session.say("good morning", at=0)
    assert session.faults == (
        Drop("m2/ack:N#1"),
        Duplicate("m3/msg:N", after=30),
        Delay("m3/msg:R#1", by=20),
        Crash("bob", after="show m2", down=50),
        Crash("alice", after="send m3/msg:R", down=50),
        Crash("alice", after="write m3#2", down=50),
        Offline("bob", after="show m3", lasting=100),
        Late("alice", "m2"),
        Late("alice", "m3#2"),
        Again("m2", after="send m2/msg:A"),
        Again("m3", at=230),
    )


def test_what_is_said_later_renames_nothing():
    session = Session("dedup", Drop("ack:N"), Offline("bob", at=900, lasting=100))
    session.say("later", at=500)
    session.say("at the same moment, but second", at=0)
    session.say("an answer", sender="bob", to="alice", at=700)
    assert session.trace.packet["m1/ack:N#1"].fate == "dropped"
    assert said(session) == ["hello", "at the same moment, but second", "later", "an answer"]
    assert session.code.startswith('Scenario("dedup", say=[Say("hello"), Say("later", at=500)')


def test_a_resend_goes_with_the_message_that_failed():
    session = Session(Scenario("basic", say=[Say("hello", at=100)]), Drop("msg:R"))
    session.resend("m1", at=2000)
    assert session.trace.messages[0].shown == {"bob": 1}
    session.say("before", at=0)
    assert session.scenario.resend == (Resend("m2", at=2000),)
    assert session.trace.messages[1].shown == {"bob": 1}
    session.unsay("m2")
    assert (session.scenario.resend, session.faults) == ((), ())
    session.undo()
    session.unsay("m1")
    assert session.scenario.resend == (Resend("m1", at=2000),)
    assert said(session) == ["hello"]


def test_what_nobody_could_say_has_no_msgid_and_names_still_mean_the_same():
    """alice is down at 100 ms: so what she says at 500 ms is m1."""
    scenario = Scenario("dedup", say=[Say("unheard", at=100), Say("heard", at=500)])
    session = Session(scenario, Crash("alice", at=50, down=100), Drop("m1/ack:N"))
    assert said(session) == ["heard"]
    session.say("early", at=0)
    assert said(session) == ["early", "heard"]
    assert session.faults[1] == Drop("m2/ack:N#1")
    session.unsay("m2")
    assert said(session) == ["early"]
    assert session.faults == (Crash("alice", at=50, down=100),)
    assert session.scenario.say == (Say("unheard", at=100), Say("early"))


def test_a_client_that_makes_a_new_msgid_for_a_retransmission_keeps_its_faults_where_they_were():
    class Renames(Client):
        def on_timer(self, timer):
            return [
                Transmit(effect.packet._replace(msgid=self.new_msgid())) if isinstance(effect, Transmit) else effect
                for effect in super().on_timer(timer)
            ]

    session = Session(
        Scenario("retransmit", say=[Say("hello", at=100)], client=Renames), Drop("m1/msg:R"), Drop("m2/msg:N")
    )
    assert session.trace.packet["m2/msg:R#1"].said == "m1"
    assert session.trace.packet["m2/msg:N#1"].fate == "dropped"
    session.say("before", at=0)
    assert session.faults == (Drop("m2/msg:R#1"), Drop("m3/msg:N#1"))
    assert session.trace.packet["m3/msg:N#1"].said == "m2"


def test_names_of_persons_and_groups_stay():
    scenario = Scenario("group", groups={"us": ["alice", "bob", "carol"]}, say=[Say("hi", to="us", at=100)])
    session = Session(scenario, Drop("bob/ack:R#1"), Drop("m1/msg:N>carol"), Crash("server", after="write us/bob"))
    session.say("first", sender="carol", to="us", at=0)
    assert session.faults == (
        Drop("bob/ack:R#1"),
        Drop("m2/msg:N>carol#1"),
        Crash("server", after="write us/bob", down=100),
    )


def test_what_is_said_can_be_anything_with_a_sign_in_it():
    session = Session("dedup")
    for number, text in enumerate(["</svg><script>alert(1)</script>", "\u202eolleh", "✓", "\x00!", "x" * 10_000]):
        session.say(text, at=1000 * (number + 1))
    assert said(session)[-1] == "x" * 10_000


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ({"text": ""}, "text: expected something to say, got ''"),
        ({"text": " \n\t "}, "text: expected something to say"),
        ({"text": "x" * 10_001}, "text: expected text of at most 10000 characters"),
        ({"text": "\ud800"}, "text: expected whole characters"),
        ({"text": 7}, "text: expected text"),
        ({"text": None}, "text: expected text"),
        ({"sender": "carol"}, "sender: nobody here is 'carol'; here are alice, bob"),
        ({"sender": "server"}, "sender: 'server' is the server's own name"),
        ({"sender": ["alice"]}, "sender: expected a name"),
        ({"to": "alice"}, "to: expected somebody else than the sender"),
        ({"to": "dave"}, "to: nobody here is 'dave'"),
        *(({"at": at}, "at: expected a time in ms") for at in (-1, math.nan, math.inf, None, "7", True, 10**30, [])),
    ],
)
def test_what_cannot_be_said_is_refused_and_nothing_changes(what, says: str):
    session = Session("dedup")
    with pytest.raises(InputError, match=says) as refused:
        session.say(**{"text": "hi", **what})
    assert len(str(refused.value)) < 200
    assert not session.can_undo


def test_the_same_thing_at_the_same_moment_is_said_once():
    session = Session("dedup")
    with pytest.raises(AlreadyError, match="alice says that to bob at 0 ms already"):
        session.say("hello")
    session.say("hello", at=1)
    session.say("hello", sender="bob", to="alice")
    assert len(said(session)) == 3


@pytest.mark.parametrize("msgid", ["m2", "hello", "", None, 1, ["m1"], "m1/msg:R"])
def test_what_was_not_said_can_be_neither_unsaid_nor_sent_again(msgid):
    session = Session("dedup")
    with pytest.raises(InputError):
        session.unsay(msgid)
    with pytest.raises(InputError):
        session.resend(msgid, at=2000)
    assert not session.can_undo


def test_when_everything_is_unsaid_nothing_happens_and_there_is_a_way_back():
    session = Session("dedup", Drop("ack:N"))
    session.unsay("m1")
    assert (session.trace.packets, session.faults, session.scenario.people) == ((), (), ("alice", "bob"))
    session.say("again", sender="bob", to="alice")
    assert said(session) == ["again"]
    session.undo()
    session.undo()
    assert session.faults == (Drop("m1/ack:N#1"),)


# Online and offline


def online(session: Session, person: str, at: float) -> bool:
    return not any(
        isinstance(f, Offline) and f.person == person and s.holds(at) for f, s in spans(session.trace).items()
    )


def test_bob_logs_out_and_in_again_and_gets_what_was_kept_for_him():
    session = Session("offline")
    session.set_online("bob", False, at=0)
    assert session.faults == (Offline("bob"),)
    assert session.trace.messages[0].shown == {"bob": 0}
    session.set_online("bob", True, at=1000)
    assert session.faults == (Offline("bob", lasting=1000),)
    assert session.trace.messages[0].shown == {"bob": 1}
    session.set_online("bob", False, at=1500)
    assert session.faults[1] == Offline("bob", at=1500)
    session.set_online("bob", True, at=400)  # in the middle of the first: he comes back sooner
    assert session.faults == (Offline("bob", lasting=400), Offline("bob", at=1500))


def test_somebody_who_left_after_an_effect_comes_back_at_a_time():
    session = Session("offline", Offline("bob", after="show m1"))
    session.set_online("bob", True, at=600)
    assert session.faults == (Offline("bob", after="show m1", lasting=500),)


def test_two_clicks_on_the_switch_are_one():
    session = Session("offline")
    session.set_online("bob", False, at=100)
    with pytest.raises(AlreadyError, match="bob is logged out already at 100 ms, because of: offline bob@100"):
        session.set_online("bob", False, at=100)
    session.set_online("bob", True, at=300)
    with pytest.raises(AlreadyError, match=r"bob is logged in at 300 ms; logged out by: offline bob@100\+200"):
        session.set_online("bob", True, at=300)
    assert session.faults == (Offline("bob", at=100, lasting=200),)


def test_every_reason_to_be_away_ends_when_somebody_logs_in():
    session = Session("offline", Offline("bob"), Offline("bob", at=50, lasting=900), Offline("alice"))
    session.set_online("bob", True, at=200)
    assert session.faults == (Offline("bob", lasting=200), Offline("bob", at=50, lasting=150), Offline("alice"))
    assert (online(session, "bob", 200), online(session, "alice", 200)) == (True, False)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (("bob", True, 50), "bob is logged in at 50 ms; logged out by: offline bob@100"),
        (("alice", True, 50), "alice is logged in at 50 ms; logged out by: none"),
        (("bob", True, 100), "at: bob logs out at 100 ms, and can log in later than that"),
        (("carol", False, 50), "no person 'carol'; people are alice, bob"),
        (("server", False, 50), "no person 'server'"),
        (("bob", 1, 150), "online: expected true or false, got 1"),
        (("bob", None, 150), "online: expected true or false"),
        (("bob", True, -1), "at: expected a time in ms"),
        (("bob", True, math.nan), "at: expected a time in ms"),
        ((["bob"], True, 150), "offline: expected the name of a node"),
    ],
)
def test_a_login_before_any_absence_and_other_nonsense_is_refused(asked, says: str):
    session = Session("offline", Offline("bob", at=100))
    with pytest.raises(InputError, match=says):
        session.set_online(*asked)
    assert not session.can_undo
