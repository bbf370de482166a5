"""Every plan of faults: as many as there are, and the smallest one first."""

import json
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
from brute import brute
from kept import kept
from nightly import by_night

from imteach import (
    Again,
    Beat,
    Crash,
    Delay,
    Drop,
    Duplicate,
    InputError,
    Late,
    Loss,
    Offline,
    Partition,
    Resend,
    Say,
    Scenario,
    check,
    explore,
)
from imteach.planted import SilentDedup
from imteach.protocol import LADDER
from imteach.verify.search.scripts import CHECK_KINDS
from imteach.verify.timed.branching import Branching

ALL = ("drop", "duplicate", "delay", "crash", "away", "late", "again", "beat")
TWO = [Say("one"), Say("two", at=20)]
MOST = by_night(3, in_the_gate=2)  # of faults, where three take seconds
FRIENDS = {"friends": ["alice", "bob", "carol"]}
IN_GROUP = [Say("hi all", to="friends")]
AWAY = (Offline("bob", at=0, lasting=1000),)


@pytest.mark.parametrize(
    ("scenario", "faults", "kinds", "given"),
    [
        *((Scenario(rung), 2, ("drop",), ()) for rung in LADDER),
        (Scenario("dedup"), 4, ("drop",), ()),
        (Scenario("retransmit", retries=1), 2, ALL, ()),
        (Scenario("durable", retries=1), 2, ("drop", "crash"), ()),
        (Scenario("ordered", say=TWO, retries=1), 2, ("drop", "delay"), ()),
        (Scenario("offline"), 2, ("drop", "crash"), AWAY),
        (Scenario("durable", retries=0), MOST, ("drop", "crash"), ()),  # crashes lead back to where a run was before
        (Scenario("dedup", latency={"bob": 33.4}, rto=250.7, backoff=1.5), 2, ("drop", "delay"), ()),
        (Scenario("retransmit", resend=[Resend("m1", at=1000)], retries=1), MOST, ("drop", "duplicate"), ()),
        (Scenario("ordered", say=[Say("one"), Say("two")], retries=1, backoff=2), 1, ALL, ()),
        (Scenario("group", say=IN_GROUP, groups=FRIENDS, retries=0), 1, ALL, ()),
        (
            Scenario("durable", retries=1),
            by_night(2, in_the_gate=1),
            ("drop", "crash"),
            (Crash("bob", at=90), Crash("server", after="send m1/ack:N#1")),
        ),
        (Scenario("dedup"), 2, ("drop", "duplicate", "delay"), (Drop("m1/ack:N#1"), Duplicate("m1/msg:N#1"))),
        (Scenario("dedup", say=TWO, retries=1), 1, ("drop", "crash"), (Loss(0.3, seed=4),)),
        (Scenario("offline", say=TWO, retries=1), 1, ALL, (Partition("bob", "server", at=60, lasting=900),)),
        (Scenario("dedup", client=SilentDedup), 2, ALL, ()),
        (Scenario("dedup", retries=1), 3, ("drop", "late"), ()),
        *((Scenario(rung, retries=1), 2, ("drop", "away"), ()) for rung in ("dedup", "offline", "durable")),
        (Scenario("offline", retries=0), 2, ("away", "crash"), (Offline("bob", after="send m1/msg:N#1", lasting=80),)),
        (Scenario("ordered", say=TWO, retries=0), 2, ("away",), ()),
        *((Scenario(rung, retries=1), 2, ("drop", "again"), ()) for rung in ("basic", "acked", "dedup", "durable")),
        (Scenario("durable", retries=0), 2, ("again", "crash", "late"), (Again("m1", at=70),)),
        (Scenario("dedup", latency=0, retries=0), 3, ("again", "drop"), ()),
        (Scenario("ordered", say=TWO, retries=0), 1, ("again", "delay"), (Again("m1", after="send m1/msg:A#1"),)),
        (Scenario("group", say=IN_GROUP, groups=FRIENDS, retries=0), 2, ("again",), ()),
        (Scenario("group", say=IN_GROUP, groups=FRIENDS, retries=0), 1, ("drop", "beat"), (Beat("bob", at=60),)),
        (
            Scenario("group", say=IN_GROUP, groups={"friends": ["alice", "bob"]}, retries=0, latency=20),
            2,
            ("beat", "crash"),
            (Drop("m1/msg:N>bob#1"),),
        ),
        (Scenario("group", say=IN_GROUP, groups=FRIENDS, retries=0), 1, ("away", "late", "again", "beat"), ()),
        (Scenario("dedup", jitter=150, seed=7), 1, ALL, ()),
        (Scenario("dedup", say=TWO, retries=1, dedup_limit=1), 1, ALL, ()),
        (Scenario("durable", say=TWO, retries=0, dedup_limit=1, dedup_for=400), 1, ("crash", "drop", "late"), ()),
        (Scenario("ordered", say=TWO, retries=1, dedup_limit=1), 2, ("drop",), ()),
        (Scenario("offline", retries=1, store_for=500), 1, ALL, (Offline("bob", at=0, lasting=900),)),
        (Scenario("offline", retries=1, dedup_for=250, store_for=150), 2, ("drop", "away"), ()),
        (Scenario("dedup", latency={"server>bob": 170, "alice>server": 5}, retries=1), 1, ALL, ()),
        (Scenario("ordered", say=TWO, jitter=80, seed=2, retries=1), 1, ("drop", "delay"), (Delay("m1/msg:N", by=30),)),
        (Scenario("group", say=IN_GROUP, groups=FRIENDS, jitter=120, seed=1, retries=0), 1, ("drop", "away"), ()),
        (Scenario("offline", retries=1), 2, ("drop", "late", "crash"), (*AWAY, Late("bob", "pull"))),
        (Scenario("group", say=IN_GROUP, groups=FRIENDS, retries=0, ack_every=2), 1, ("late", "crash"), ()),
    ],
)
def test_it_tries_the_plans_that_there_are_and_finds_the_fewest_faults(scenario, faults, kinds, given):
    found = explore(scenario, faults, kinds, given)
    plans, broken = brute(scenario, faults, kinds, given)
    assert found.plans == plans
    assert {name: verdict.broken_by for name, verdict in found.promises.items()} == broken
    for name, verdict in found.promises.items():
        assert verdict.holds == (broken[name] is None)
        assert verdict.holds or not kept(verdict.trace)[name]


def test_of_the_plans_with_the_fewest_faults_the_one_that_strikes_first_is_told():
    found = explore(Scenario("retransmit"), faults=2)
    assert found.promises["no_duplicates"].broken_by == (Drop("m1/ack:R#1"),)  # not ack:N, which is sent later


def test_a_counterexample_is_python_that_reproduces_it():
    verdict = explore(Scenario("dedup", say=TWO), faults=3).promises["no_false_failure"]
    space = {}
    *first, last = verdict.python.splitlines()
    exec("\n".join(first), space)
    trace = eval(last, space)
    assert trace == verdict.trace
    assert not trace.promises["no_false_failure"]


def test_any_number_of_workers_finds_the_same_bytes():
    alone = explore(Scenario("offline"), 2, ALL, AWAY)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        assert explore(Scenario("offline"), 2, ALL, AWAY, executor=pool).to_json() == alone.to_json()


def test_what_was_stopped_is_never_said_to_hold():
    found = explore(Scenario("dedup"), faults=3, most_states=150)
    assert not found.finished
    assert 40 < found.plans < 177
    assert not any(verdict.holds for verdict in found.promises.values())
    assert f"Not finished: it stopped after {found.plans} plans." in found.to_text()
    assert "✓ holds" not in found.to_text()
    assert json.loads(found.to_json())["finished"] is False


def test_an_interrupt_keeps_what_was_found(monkeypatch):
    ends = []
    broken = Branching.broken

    def interrupted(run):
        if len(ends) == 2:
            raise KeyboardInterrupt
        ends.append(broken(run))
        return ends[-1]

    monkeypatch.setattr(Branching, "broken", interrupted)
    found = explore(Scenario("retransmit"), faults=2)
    assert found.promises["no_duplicates"].broken_by == (Drop("m1/ack:R#1"),)
    assert found.unfinished == f"it was interrupted after {found.plans} plans"
    assert found.plans < 36


def test_plans_that_come_to_the_same_state_are_counted_one_by_one_and_judged_together(monkeypatch):
    judged = []
    broken = Branching.broken
    monkeypatch.setattr(Branching, "broken", lambda run: judged.append(run) or broken(run))
    assert explore(Scenario("dedup"), faults=6).plans == 1009
    assert len(judged) < 30


@pytest.mark.parametrize("workers", [1, 2])
def test_workers_that_are_stopped_keep_what_they_found(workers):
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        found = explore(Scenario("dedup"), faults=4, executor=pool, most_states=30)
    assert not found.finished
    assert 1 < found.plans < 479


def test_a_wrong_kind_is_refused_with_those_that_there_are():
    with pytest.raises(InputError, match="no kind 'fire' here; kinds are drop, duplicate, delay, crash"):
        explore(Scenario("dedup"), kinds=["fire"])
    with pytest.raises(InputError, match="faults"):
        explore(Scenario("dedup"), faults=-1)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("copy", "duplicate"),
        *((word, "drop") for word in ("loss", "lose", "lost", "Drop")),
        *((word, "away") for word in ("offline", "logout", "Offline")),
        ("heartbeat", "beat"),
        ("restart", "crash"),
        ("resend", "again"),
        ("timeout", "late"),
        ("slow", "delay"),
    ],
)
def test_a_kind_under_another_name_is_told_what_it_is_called(word, kind):
    with pytest.raises(InputError, match=rf"^kinds: no kind '{word}' here; it is called {kind}; kinds are drop, dup"):
        explore(Scenario("dedup"), kinds=["drop", word])


@pytest.mark.parametrize("kinds", [["slow"], ["delay"], [Drop], [3]])
def test_what_a_search_does_not_know_under_any_name_it_does_not_suggest(kinds):
    with pytest.raises(InputError, match=rf"here; kinds are {', '.join(CHECK_KINDS)}$"):
        check(Scenario("dedup"), kinds=kinds)


def test_a_table_of_words_stands_to_the_left_in_html_as_in_text():
    html = explore(Scenario("dedup"), faults=1)._repr_mimebundle_()["text/html"]
    cells = html.count("<th ") + html.count("<td")
    assert cells == 4 + 7 * 4
    assert html.count('style="text-align: left"') == cells + 1  # and the caption
