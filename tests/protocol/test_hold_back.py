"""The hold-back buffer by itself."""

from imteach.protocol import HoldBack


def test_with_no_base_nothing_is_given_up_wherever_the_numbers_begin():
    buffer = HoldBack(turn=0)
    assert buffer.take(1, "one") == []
    assert buffer.take(0, "zero") == ["zero", "one"]


def test_what_is_given_out_below_a_base_comes_in_order_in_whichever_it_was_held():
    buffer = HoldBack()
    assert buffer.take(3, "three") == buffer.take(2, "two") == []
    assert buffer.take(5, "five", base=4) == ["two", "three"]
