"""How wide text is: the same number in every Python."""

from fractions import Fraction

import pytest

from imteach.draw.measure import text_width


@pytest.mark.parametrize(
    "text", ["hello", "m1 was shown before:", "✓✓ delivered", "你好 👋", "", "writes queue, number"]
)
@pytest.mark.parametrize("size", [10.5, 11.5, 13.0])
def test_a_width_is_rounded_once_whatever_the_python_adds_up(text, size):
    """Python 3.12 and later add floats up more exactly than 3.11: a picture would differ by a tenth of a pixel."""
    exact = sum(Fraction(text_width(char, 100)) for char in text) * Fraction(size) / 100
    assert text_width(text, size) == pytest.approx(float(exact), abs=1e-9)
    assert (text_width(text, 100) * 100).is_integer() or not text
    assert text_width(text, 100) == sum(round(text_width(char, 100)) for char in text)
