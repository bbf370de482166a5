"""What could happen, and why it did: sentences about a run. Imports `sim` and `protocol`."""

from imteach.verify.explain import PROMISE_TITLES, in_short, why_broken

__all__ = ["PROMISE_TITLES", "in_short", "why_broken"]
