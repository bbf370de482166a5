"""A learner's own code: what it may return, its mistakes in one sentence, what it keeps. Imports `scenario`."""

from imteach.learner.mistakes import LearnerError

__all__ = ["LearnerError"]
