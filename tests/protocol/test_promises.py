"""The promises as rules for one thing said: a table of what was shown and what the sender's screen says."""

import pytest

from imteach.protocol import LADDER, PROMISES, STATUSES, Outcome, judge

ALL = set(PROMISES)
RUNG = LADDER["ordered"]  # one that is judged by every promise


def outcome(status, shown, stored=0, **more):
    return Outcome("m1", "alice", ("bob",), "hello", status, {"bob": shown}, {"bob": stored}, **more)


@pytest.mark.parametrize(
    ("status", "shown", "broken"),
    [
        ("delivered", 1, set()),
        ("delivered", 2, {"no_duplicates"}),
        ("delivered", 0, {"no_false_delivery", "no_silent_loss", "all_delivered"}),
        ("failed", 0, {"all_delivered"}),
        ("failed", 1, {"no_false_failure", "all_delivered"}),
        ("failed", 2, {"no_duplicates", "no_false_failure", "all_delivered"}),
        ("unconfirmed", 0, {"all_delivered"}),
        ("unconfirmed", 1, {"all_delivered"}),
        ("sent", 0, {"no_silent_loss", "all_delivered"}),
        ("sent", 1, {"all_delivered"}),
        ("sending", 0, {"no_silent_loss", "all_delivered"}),
        ("forgotten", 0, {"no_silent_loss", "all_delivered"}),
        ("forgotten", 1, {"all_delivered"}),
        (None, 0, {"no_silent_loss", "all_delivered"}),
    ],
)
def test_which_promises_an_outcome_breaks(status, shown, broken):
    held = judge([outcome(status, shown)], RUNG)
    assert list(held) == list(PROMISES)
    assert {name for name, holds in held.items() if not holds} == broken


@pytest.mark.parametrize("status", STATUSES)
def test_what_is_durably_stored_is_not_lost_and_for_one_who_is_away_it_is_enough(status):
    here, away = (judge([outcome(status, 0, stored=1, away=who)], RUNG) for who in ((), ("bob",)))
    for held in (here, away):
        assert held["no_silent_loss"]
        assert held["no_false_delivery"]
    assert not here["all_delivered"]
    assert away["all_delivered"] == (status == "delivered")


def test_one_who_is_away_and_for_whom_nothing_is_stored_has_not_got_it():
    assert not judge([outcome("delivered", 0, away=("bob",))], RUNG)["all_delivered"]
    assert judge([outcome("delivered", 1, away=("bob",))], RUNG)["all_delivered"]


@pytest.mark.parametrize("rung", LADDER)
def test_order_is_judged_from_ordered_on(rung):
    late = judge([outcome("delivered", 1, late=("bob",))], LADDER[rung])
    assert late.get("in_order") == (False if LADDER[rung].orders else None)
    assert {name for name, holds in late.items() if not holds} <= {"in_order"}
    assert judge([outcome("delivered", 1)], LADDER[rung]).get("in_order", True)


@pytest.mark.parametrize("rung", LADDER)
def test_what_lies_in_the_store_is_judged_from_offline_on(rung):
    twice = judge([outcome("delivered", 1, twice=True)], LADDER[rung])
    assert twice.get("stored_once") == (False if LADDER[rung].stores else None)
    assert {name for name, holds in twice.items() if not holds} <= {"stored_once"}
    assert judge([outcome("delivered", 1, stored=1)], LADDER[rung]).get("stored_once", True)


def test_a_run_keeps_a_promise_only_if_everything_said_does():
    held = judge([outcome("delivered", 1), outcome("failed", 1), outcome("delivered", 2)], RUNG)
    assert {name for name, holds in held.items() if not holds} == {
        "no_duplicates",
        "no_false_failure",
        "all_delivered",
    }


def test_when_nothing_is_said_every_promise_is_kept():
    assert judge([], RUNG) == dict.fromkeys(ALL, True)


def test_a_message_to_several_is_judged_by_each_of_them():
    def to_two(status, bob, carol):
        nothing = {"bob": 0, "carol": 0}
        return judge(
            [Outcome("m1", "alice", ("bob", "carol"), "hi", status, {"bob": bob, "carol": carol}, nothing)], RUNG
        )

    assert not to_two("delivered", 1, 0)["no_false_delivery"]
    assert not to_two("delivered", 1, 2)["no_duplicates"]
    assert not to_two("sent", 0, 1)["no_silent_loss"]
    assert not to_two("failed", 0, 1)["no_false_failure"]
    assert to_two("delivered", 1, 1) == dict.fromkeys(ALL, True)


def test_each_promise_sees_everything_said_also_where_that_is_handed_over_one_by_one():
    false_failure = outcome("failed", 1)  # breaks the fourth and the fifth promise, not the first
    kept = judge(iter([false_failure]), RUNG)
    assert {name for name, holds in kept.items() if not holds} == {"no_false_failure", "all_delivered"}
