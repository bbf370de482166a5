"""What a page asks for: each message does what it says, comes twice without harm, and cannot be trusted."""

import gc
import inspect
import json
import logging
import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as any_

from imteach import Crash, Delay, Drop, FaultMapLab, Lab, Offline, Partition, Predict, Resend, Say, Scenario
from imteach.lab.actions import ACTIONS, ENVELOPE
from imteach.lab.session import Session

TWO = Scenario("offline", say=[Say("one", at=100), Say("two", at=110)])


def revision(lab: Lab) -> int:
    return int(lab.picture.partition('data-rev="')[2].partition('"')[0])


def tell(lab: Lab, **message: object) -> None:
    """Let the lab hear what its page says, which shows what the lab shows unless the message says otherwise."""
    lab._handle_custom_msg({"rev": revision(lab)} | message, [])


def state(lab: Lab) -> tuple:
    return lab.trace, lab.steps, lab.scenario


def test_every_action_has_a_method_that_takes_its_fields():
    for name, wish in ACTIONS.items():
        method = getattr(Lab if wish.for_eyes else Session, wish.method)
        assert len(inspect.signature(method).parameters) - 1 == len(wish.takes), name
        assert wish.about
        assert not set(wish.takes) & set(ENVELOPE)


def test_what_the_page_asks_for_is_done():
    lab = Lab(TWO)
    tell(lab, do="strike", tool="duplicate", packet="m1/ack:N#1")
    tell(lab, do="strike", tool="crash", node="server", at=900)
    tell(lab, do="strike", tool="cut", link="alice-server", at=1200.0)
    shown = lab.trace.happened("show", node="bob")[0].id
    tell(lab, do="strike", tool="away", event=shown, at=None)
    tell(lab, do="change", fault="crash server@900+100", amount="down", value=50)
    tell(lab, do="change", fault="offline bob@show:m1+1000", amount="lasting", value=None)
    assert lab.refusal == ""
    assert lab.faults[1:] == (
        Crash("server", at=900, down=50),
        Partition("alice", "server", at=1200, lasting=500),
        Offline("bob", after="show m1"),
    )
    assert [row["tool"] for row in lab.struck] == ["duplicate", "crash", "cut", "away"]
    tell(lab, do="undo")
    tell(lab, do="redo")
    assert lab.faults[3] == Offline("bob", after="show m1")
    assert lab.steps == {"undo": True, "redo": False, "reset": True}
    tell(lab, do="reset")
    tell(lab, do="swap", one="m1/msg:N#1", other="m2/msg:N#1")
    assert lab.faults == (Delay("m1/msg:N#1", by=11),)
    tell(lab, do="reset")
    tell(lab, do="say", sender="bob", to="alice", text="<b>first</b>", at=0)
    tell(lab, do="presence", person="bob", online=False, at=150)
    tell(lab, do="presence", person="bob", online=True, at=700)
    tell(lab, do="resend", msgid="m2", at=5000)
    assert lab.phones[1]["bubbles"][0]["text"] == "<b>first</b>"
    assert lab.faults == (Offline("bob", at=150, lasting=550),)
    assert lab.scenario.resend == (Resend("m2", at=5000),)
    tell(lab, do="unsay", msgid="m1")
    assert (lab.scenario.say, lab.scenario.resend) == (TWO.say, (Resend("m1", at=5000),))
    assert lab.refusal == ""


def test_each_step_has_its_twin_in_python():
    lab, session = Lab(TWO), Session(TWO)
    for one in (lab, session):
        one.apply(Crash("bob", at=500))
        one.use("drop", packet="m1/ack:N")
        one.change("crash bob@500+100", "down", 20)
        one.say("hi", sender="bob", to="alice", at=40)
        one.resend("m1", at=2000)
        one.set_online("alice", False, at=3000)
        one.swap("m2/msg:A", "m3/msg:A")
        one.undo()
        one.redo()
        one.unsay("m1")
    assert lab.trace == session.trace
    assert (lab.command, lab.code, lab.to_text()) == (session.command, session.code, session.to_text())
    assert lab.swappable("m1/msg:R") == session.swappable("m1/msg:R")
    assert "m2/msg:R#1" in lab.swappable("m1/msg:R")


TWICE = [
    {"do": "strike", "tool": "drop", "packet": "m1/ack:N#1"},
    {"do": "strike", "tool": "crash", "node": "bob", "at": 500},
    {"do": "strike", "tool": "cut", "link": "bob-server", "at": 500},
    {"do": "take back", "fault": "delay m1/msg:A#1+7"},
    {"do": "change", "fault": "delay m1/msg:A#1+7", "amount": "by", "value": 9},
    {"do": "say", "sender": "bob", "to": "alice", "text": "hi", "at": 400},
    {"do": "resend", "msgid": "m1", "at": 2000},
    {"do": "presence", "person": "bob", "online": False, "at": 900},
    {"do": "presence", "person": "alice", "online": True, "at": 600},
    {"do": "swap", "one": "m1/msg:N#1", "other": "m2/msg:N#1"},
    {"do": "set", "name": "rto", "value": 200},
    {"do": "set", "name": "latency", "value": 80, "who": "bob"},
    {"do": "preset", "name": "ack:N is lost"},
    {"do": "add person", "person": "carol"},
    {"do": "remove person", "person": "dave"},
]


@pytest.mark.parametrize("message", TWICE, ids=lambda message: f"{message['do']} {message.get('tool', '')}")
def test_a_double_click_is_one_step_and_no_complaint(message):
    lab = Lab(replace(TWO, people=["alice", "bob", "dave"]), Delay("m1/msg:A", by=7), Offline("alice", at=550))
    seen = revision(lab)
    tell(lab, **message, rev=seen)
    once = state(lab)
    assert lab.steps["undo"]
    for _ in range(2):
        tell(lab, **message, rev=seen)
    assert (state(lab), lab.refusal) == (once, "")
    lab.undo()
    assert not lab.steps["undo"]


@pytest.mark.parametrize("what", ["undo", "redo"])
def test_a_double_click_on_undo_or_redo_is_one(what: str):
    lab = Lab(TWO)
    for name in ("m1/ack:N", "m2/ack:N", "m1/ack:R"):
        lab.drop(name)
    if what == "redo":
        for _ in range(3):
            lab.undo()
    seen = revision(lab)
    tell(lab, do=what, rev=seen)
    once = state(lab)
    tell(lab, do=what, rev=seen)
    assert state(lab) == once
    assert "so nothing was" in lab.refusal


def test_a_name_from_before_something_was_said_is_not_taken_for_another_message():
    lab = Lab(TWO, Drop("m2/ack:N"), Crash("bob", after="show m2"))
    seen = revision(lab)
    lab.say("early", sender="bob", to="alice", at=0)  # m1, m2 are m2, m3 now
    for message in (
        {"do": "drop", "packet": "m1/msg:N#1"},
        {"do": "strike", "tool": "drop", "packet": "m1/msg:N#1"},
        {"do": "take back", "fault": "crash bob@show:m2+100"},
        {"do": "change", "fault": "drop m2/ack:N#1", "amount": "by", "value": 1},
        {"do": "unsay", "msgid": "m1"},
        {"do": "resend", "msgid": "m1", "at": 900},
        {"do": "swap", "one": "m1/msg:N#1", "other": "m2/msg:N#1"},
        {"do": "strike", "tool": "crash", "event": 3},
    ):
        before = state(lab)
        tell(lab, **message, rev=seen)
        assert state(lab) == before
        assert "so nothing was done" in lab.refusal
    tell(lab, do="strike", tool="crash", node="bob", at=900, rev=seen)  # means what it meant
    assert lab.faults[-1] == Crash("bob", at=900)


def test_an_event_is_one_of_the_run_that_was_seen_in_whichever_window():
    lab = Lab(Scenario("acked", say=[Say(f"message {n}", at=50 * n) for n in range(50)]))
    seen = revision(lab)
    lab.window = 1
    tell(lab, do="strike", tool="crash", event=1, rev=seen)
    assert len(lab.faults) == 1
    tell(lab, do="strike", tool="crash", event=9, rev=seen)
    assert len(lab.faults) == 1
    assert lab.refusal == "the picture shows another run by now, so nothing was done; choose the event there"


HOSTILE = [
    {"do": "strike"},
    {"do": "strike", "tool": "hammer", "packet": "m1/ack:N#1"},
    {"do": "strike", "tool": "crash", "packet": "m1/ack:N#1"},
    {"do": "strike", "tool": "drop", "packet": ["m1/ack:N#1"]},
    {"do": "strike", "tool": "drop", "packet": "m1/ack:N#1", "node": "bob", "at": 1},
    {"do": "strike", "tool": "drop", "packet": "m1/ack:R#1", "extra": 1},
    {"do": "strike", "tool": "drop", "packet": "x" * 10**6},
    {"do": "strike", "tool": "crash", "event": True},
    {"do": "strike", "tool": "crash", "event": 10**6},
    {"do": "strike", "tool": "crash", "event": -1},
    *(
        {"do": "strike", "tool": "crash", "node": "bob", "at": at}
        for at in (None, -1, math.nan, math.inf, "1", True, {})
    ),
    {"do": "strike", "tool": {"drop": 1}, "packet": "m1/ack:N#1"},
    {"do": "why", "event": 10**6},
    {"do": "why", "event": -1},
    {"do": "why", "packet": "m9/ack:N#1"},
    {"do": "change", "fault": "drop m1/ack:N#1", "amount": "by"},
    {"do": "change", "fault": "drop m1/ack:N#1", "amount": "by", "value": 1},
    {"do": "change", "fault": "crash bob@500+100", "amount": "down", "value": "1"},
    {"do": "change", "fault": "crash bob@500+100", "amount": "__class__", "value": 1},
    {"do": "change", "fault": ["crash bob@500+100"], "amount": "down", "value": 1},
    {"do": "say", "sender": "bob", "to": "alice", "text": "", "at": 1},
    {"do": "say", "sender": "bob", "to": "alice", "text": " ", "at": 1},
    {"do": "say", "sender": "bob", "to": "alice", "text": "x" * 10_001, "at": 1},
    {"do": "say", "sender": "bob", "to": "alice", "text": {"a": "b"}, "at": 1},
    {"do": "say", "sender": "bob", "to": "alice", "text": "\udc00", "at": 1},
    {"do": "say", "sender": "mallory", "to": "alice", "text": "hi", "at": 1},
    {"do": "say", "sender": "bob", "to": "alice", "text": "hi"},
    {"do": "say", "sender": "bob", "to": "alice", "text": "hi", "at": 10**400},
    {"do": "unsay", "msgid": "m9"},
    {"do": "unsay", "msgid": 1},
    {"do": "resend", "msgid": "m9", "at": 1},
    {"do": "resend", "msgid": "m1", "at": -0.5},
    {"do": "presence", "person": "server", "online": False, "at": 1},
    {"do": "presence", "person": "bob", "online": "yes", "at": 1},
    {"do": "presence", "person": "bob", "online": True, "at": 1},
    {"do": "swap", "one": "m1/ack:N#1", "other": "m1/ack:N#1"},
    {"do": "swap", "one": "m1/ack:N#1"},
    {"do": "set", "name": "rto"},
    {"do": "set", "name": "client", "value": 1},
    {"do": "set", "name": "say", "value": []},
    {"do": "set", "name": "groups", "value": {"us": ["alice", "bob"]}},
    {"do": "set", "name": ["rto"], "value": 1},
    {"do": "set", "name": "rto", "value": 1, "who": "bob"},
    {"do": "set", "name": "latency", "value": 1, "who": "server"},
    {"do": "set", "name": "latency", "value": {"<b>": 1}},
    {"do": "set", "name": "latency", "value": {"bob": "1"}},
    *(
        {"do": "set", "name": name, "value": value}
        for name in ("rto", "retries", "backoff", "latency", "heartbeat", "ack_every")
        for value in (None, -1, math.nan, math.inf, "1", True, [1], 10**400)
    ),
    {"do": "preset", "name": "bob is ill"},
    {"do": "preset", "name": ["ack:N is lost"]},
    {"do": "preset", "name": "x" * 10**6},
    {"do": "add person", "person": "<script>"},
    {"do": "add person", "person": "x" * 41},
    {"do": "add person", "person": None},
    {"do": "add person", "person": "bob"},
    {"do": "remove person", "person": "bob"},
    {"do": "remove person", "person": "mallory"},
    {"do": "group", "members": ["alice", "bob"]},
    {"do": "group", "members": "alice"},
    {"do": "group", "members": {"alice": 1}},
    {"do": "group", "members": [["alice"]]},
    {"do": "group", "members": ["alice"] * 10**5},
    {"do": "redo"},
    {"do": "redo", "times": 10**9},
    {"do": "__init__"},
    {"do": "strike", "__proto__": {}},
    {"do": "say", **{f"key {n}": n for n in range(1000)}},
]


@pytest.mark.parametrize("message", HOSTILE, ids=lambda message: str(message)[:50])
def test_what_makes_no_sense_is_refused_in_a_sentence_and_changes_nothing(message, caplog):
    lab = Lab(TWO, Drop("m1/ack:N"), Crash("bob", at=500))
    before = state(lab)
    with caplog.at_level(logging.DEBUG):
        tell(lab, **message)
    assert state(lab) == before
    assert 0 < len(lab.refusal) < 400
    assert "stopped with" not in lab.refusal  # an error that nobody meant
    assert not caplog.records
    tell(lab, do="drop", packet="m2/ack:N#1")
    assert lab.refusal == ""


leaves = any_.one_of(
    any_.none(),
    any_.booleans(),
    any_.integers(),
    any_.floats(),
    any_.text(max_size=20),
    any_.sampled_from(
        [
            "m1",
            "m1/ack:N#1",
            "bob",
            "server",
            "bob-server",
            "crash",
            "away",
            "drop",
            "down",
            "crash bob@500+100",
            "latency",
            "carol",
            "ack:N is lost",
            0,
            400,
        ]
    ),
)
nested = any_.recursive(leaves, lambda inner: any_.lists(inner, max_size=3) | any_.dictionaries(any_.text(), inner))
fields = sorted({name for wish in ACTIONS.values() for name in wish.takes} | {"rev", "ask", "other key"})
anything = any_.dictionaries(any_.sampled_from(fields), leaves | nested, max_size=8)
aimed = any_.sampled_from(sorted(ACTIONS)).flatmap(
    lambda what: any_.fixed_dictionaries(
        {"do": any_.just(what), **dict.fromkeys(ACTIONS[what].takes, leaves)}, optional={"rev": any_.integers(0, 9)}
    )
)


@settings(max_examples=25, deadline=None)
@given(any_.lists(aimed | anything.map(lambda found: {"do": "strike"} | found) | nested, max_size=12))
def test_no_message_leaves_the_lab_in_a_state_that_cannot_be(messages):
    lab = Lab(TWO, Drop("m1/ack:N"), Crash("bob", at=500))
    for message in messages:
        before = state(lab)
        lab._handle_custom_msg({"rev": revision(lab)} | message if isinstance(message, dict) else message, [])
        assert len(lab.refusal) < 400
        assert "stopped with" not in lab.refusal
        if lab.refusal:
            assert state(lab) == before
        assert lab.scenario.run(*lab.faults) == lab.trace
    assert json.loads(json.dumps(lab.struck)) == lab.struck
    assert Lab.from_text(lab.to_text()).trace == lab.trace


def test_the_garbage_collector_waits_until_a_click_is_answered(monkeypatch: pytest.MonkeyPatch):
    lab, collecting = Lab("dedup"), []
    monkeypatch.setattr(lab, "_answer", lambda content: collecting.append(gc.isenabled()))
    tell(lab, do="undo")
    assert (collecting, gc.isenabled()) == ([False], True)


def sentences(value: object) -> list[str]:
    """The texts in a value that are no plain `str`, which another host's encoder takes for an object."""
    if isinstance(value, dict):
        return [found for pair in value.items() for part in pair for found in sentences(part)]
    if isinstance(value, list | tuple):
        return [found for part in value for found in sentences(part)]
    return [str(value)] if isinstance(value, str) and type(value) is not str else []


def test_a_page_gets_plain_texts():
    lab = Lab("retransmit", Drop("ack:N"))
    lab.keep()
    tell(lab, do="why not", msgid="m1", who="bob", at=50)
    assert sentences(lab.get_state()) == []
    assert all(sentences(part.get_state()) == [] for part in FaultMapLab("acked").children)
    guess = Predict("How often?", "retransmit", Drop("ack:N"), choices=["once", "twice"], answer="twice")
    view = guess.view
    guess.answer("once")
    assert sentences(view.get_state()) == []
