"""The effects: values that whoever drives a node may keep, compare and hand on."""

import pytest
from fakelink import HELLO, packet

from imteach.protocol import (
    LADDER,
    CancelTimer,
    Delete,
    Discard,
    Hold,
    Kept,
    Outcome,
    Report,
    Show,
    StartTimer,
    Store,
    Transmit,
    Waiting,
    Write,
)

EFFECTS = [
    Transmit(packet("msg:R")),
    StartTimer("m1"),
    CancelTimer("m1"),
    Write("dedup", "m1"),
    Show("m1", HELLO),
    Discard("m1", HELLO),
    Hold("m1", HELLO),
    Store("bob", Kept("m1", HELLO)),
    Delete("bob", "m1"),
    Report("m1", "sent"),
]
OTHERS = [
    HELLO,
    packet("msg:R"),
    Kept("m1", HELLO),
    Waiting(HELLO, tries=1),
    LADDER["dedup"],
    Outcome("m1", "alice", ("bob",), "hello", "sent", {"bob": 1}, {"bob": 0}),
]


@pytest.mark.parametrize("value", [*EFFECTS, *OTHERS], ids=lambda value: type(value).__name__)
def test_what_was_asked_for_and_what_came_of_it_cannot_be_changed_afterwards(value):
    first = next(name for name in type(value).__annotations__ if hasattr(value, name))
    with pytest.raises(AttributeError):
        setattr(value, first, "m2")


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: type(effect).__name__)
def test_an_effect_is_small_and_can_be_a_key(effect):
    assert not hasattr(effect, "__dict__")  # a long run holds very many
    assert {effect: True}[effect]


def test_what_was_stored_and_what_is_deleted_meet_under_one_key():
    stored, deleted = Store("bob", Kept("m1", HELLO)).write, Delete("bob", "m1").write
    assert (stored.table, stored.key) == (deleted.table, deleted.key)
    assert (Kept.from_row(stored.value), deleted.value) == (Kept("m1", HELLO), None)


def test_what_is_left_out_means_the_usual():
    assert StartTimer("m1") == StartTimer("m1", attempt=1, wait="rto")
    assert Discard("m1", HELLO) == Discard("m1", HELLO, why="")
    assert Write("dedup", "m1") == Write("dedup", "m1", True)
