"""For every test, also the doctests in imteach/, which know nothing of tests/conftest.py."""

import os

os.environ["IMTEACH_PROGRESS"] = ""  # what tests answer is no learner's progress
