"""The promises as rules for one thing said: a table of what was shown and what the sender's screen says."""

import pytest

from imteach.protocol import PROMISES, STATUSES, Outcome, judge

ALL = set(PROMISES)


def outcome(status, shown, stored=0):
    return Outcome("m1", "alice", ("bob",), "hello", status, {"bob": shown}, {"bob": stored})


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
        (None, 0, {"no_silent_loss", "all_delivered"}),
    ],
)
def test_which_promises_an_outcome_breaks(status, shown, broken):
    held = judge([outcome(status, shown)])
    assert list(held) == list(PROMISES)
    assert {name for name, holds in held.items() if not holds} == broken


@pytest.mark.parametrize("status", STATUSES)
def test_what_is_durably_stored_is_not_lost(status):
    held = judge([outcome(status, 0, stored=1)])
    assert held["no_silent_loss"]
    assert held["no_false_delivery"]
    assert held["all_delivered"] == (status == "delivered")


def test_a_run_keeps_a_promise_only_if_everything_said_does():
    held = judge([outcome("delivered", 1), outcome("failed", 1), outcome("delivered", 2)])
    assert {name for name, holds in held.items() if not holds} == {
        "no_duplicates",
        "no_false_failure",
        "all_delivered",
    }


def test_when_nothing_is_said_every_promise_is_kept():
    assert judge([]) == dict.fromkeys(ALL, True)


def test_a_message_to_several_is_judged_by_each_of_them():
    def to_two(status, bob, carol):
        nothing = {"bob": 0, "carol": 0}
        return judge([Outcome("m1", "alice", ("bob", "carol"), "hi", status, {"bob": bob, "carol": carol}, nothing)])

    assert not to_two("delivered", 1, 0)["no_false_delivery"]
    assert not to_two("delivered", 1, 2)["no_duplicates"]
    assert not to_two("sent", 0, 1)["no_silent_loss"]
    assert not to_two("failed", 0, 1)["no_false_failure"]
    assert to_two("delivered", 1, 1) == dict.fromkeys(ALL, True)
