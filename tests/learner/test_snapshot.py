"""Copying and comparing what a node holds, whatever a learner put in it."""

from collections import Counter, defaultdict, deque

import pytest

from imteach import InputError
from imteach.learner.snapshot import restored, snapshot
from imteach.protocol import LADDER, Client


class Mine(Client):
    """A learner's client with a bit of everything."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.seen = {"m1", "m2"}
        self.log = deque(["m1"], maxlen=3)
        self.counts = Counter(m1=2)
        self.by_sender = defaultdict(list, alice=["m1"])
        self.same = self.by_sender["alice"]
        self.handlers = {"msg:N": self.on_msg_n}
        self.me = self


def mine():
    return Mine("bob", LADDER["dedup"], 2, str)


def test_a_copy_holds_the_same_and_shares_nothing():
    node = mine()
    copy = restored(snapshot(node))
    assert snapshot(copy) == snapshot(node)
    copy.seen.add("m3")
    copy.log.append("m2")
    copy.by_sender["bob"].append("m9")
    copy.queue["m1"] = None
    assert (node.seen, list(node.log), dict(node.by_sender), node.queue) == (
        {"m1", "m2"},
        ["m1"],
        {"alice": ["m1"]},
        {},
    )
    assert snapshot(copy) != snapshot(node)
    assert copy.log.maxlen == 3


def test_one_list_under_two_names_stays_one_and_methods_are_the_copys_own():
    copy = restored(snapshot(mine()))
    copy.same.append("m2")
    assert copy.by_sender["alice"] == ["m1", "m2"]
    assert copy.me is copy
    assert copy.handlers["msg:N"].__self__ is copy


def test_the_order_of_a_dictionary_is_part_of_the_state():
    one, other = {"a": 1, "b": 2}, {"b": 2, "a": 1}
    assert one == other
    assert snapshot(one) != snapshot(other)


@pytest.mark.parametrize("unfit", [iter([1]), (n for n in "ab"), open])
def test_what_cannot_be_copied_is_named_with_its_place(unfit):
    node = mine()
    node.by_sender["alice"] = unfit
    if unfit is open:
        snapshot(node)  # a function never changes
        return
    with pytest.raises(InputError, match=r"self\.by_sender\[…\] is <.*>; a search"):
        snapshot(node)
