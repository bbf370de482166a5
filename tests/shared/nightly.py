"""By night the tests try more: `IMTEACH_NIGHTLY=1 pytest -o faulthandler_timeout=3600`.

What tries hundreds or thousands of cases has a share in the gate that takes seconds. By night all of them are tried,
and Hypothesis looks for examples that were never tried before.
"""

import os
from typing import TypeVar

Number = TypeVar("Number")

NIGHTLY = bool(os.environ.get("IMTEACH_NIGHTLY"))


def by_night(most: Number, in_the_gate: Number) -> Number:
    """How much to try."""
    return most if NIGHTLY else in_the_gate
