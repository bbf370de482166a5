"""What could happen, and why it did: sentences about a run. Imports `sim` and `protocol`."""

from imteach.verify.causes import happens_before, why
from imteach.verify.cost import group_cost, group_cost_formula
from imteach.verify.explain import why_broken
from imteach.verify.short import PROMISE_TITLES, fault_in_words, in_short

__all__ = [
    "PROMISE_TITLES",
    "fault_in_words",
    "group_cost",
    "group_cost_formula",
    "happens_before",
    "in_short",
    "why",
    "why_broken",
]
