"""The packets: what an empty one carries."""

from fakelink import HELLO

from imteach.protocol import Kept, Packet


def test_a_number_that_was_not_given_is_0_which_stands_for_none():
    kept = Kept("m1", HELLO)
    assert (kept.number, kept.base, kept.sent_as) == (0, 0, 0)
    pull = Packet("offline:R", "", "bob", "server")
    assert (pull.number, pull.base, pull.cursor) == (0, 0, 0)


def test_where_no_message_is_carried_there_are_no_words_and_nothing_was_said():
    carried = Packet("offline:R", "", "bob", "server").message
    assert carried.said < 0  # the first thing of a run has the number 0
    assert (carried.sender, carried.to, carried.text) == ("", "", "")


def test_a_message_comes_back_from_a_disk_with_each_of_its_numbers():
    kept = Kept("m1", HELLO, number=1, base=2, sent_as=3)
    assert kept.row() == ["m1", [0, "alice", "bob", "hello"], 1, 2, 3]
    assert Kept.from_row(kept.row()) == kept
