"""A value: what packets, effects and records have in common."""

import gc

import pytest
from fakelink import HELLO, packet

from imteach.protocol import Value


class Letter(Value):
    """A value whose class does not say for itself that it cannot be changed."""

    to: str
    text: str = ""


def test_a_value_cannot_be_changed_even_where_its_class_does_not_say_so_again():
    letter = Letter("bob")
    with pytest.raises(AttributeError):
        letter.text = "hello"
    assert {letter: True}[Letter("bob")]  # so it can be a key, as one that may change could not


def test_the_garbage_collector_leaves_values_out():
    assert not gc.is_tracked(packet("msg:N"))
    assert gc.is_tracked([packet("msg:N")])


def test_a_value_as_a_dictionary_has_its_fields_in_their_order_and_what_they_hold_as_it_is():
    assert list(HELLO._asdict().items()) == [("said", 0), ("sender", "alice"), ("to", "bob"), ("text", "hello")]
    assert packet("msg:N")._asdict()["message"] is HELLO
