"""The hold-back buffer by itself."""

from imteach.protocol import HoldBack


def test_with_no_base_nothing_is_given_up_wherever_the_numbers_begin():
    buffer = HoldBack(turn=0)
    assert buffer.take(1, "one") == []
    assert buffer.take(0, "zero") == ["zero", "one"]
