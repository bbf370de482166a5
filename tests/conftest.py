"""How hard the tests try (see nightly.py), and which of them begin."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from nightly import NIGHTLY

settings.register_profile("quick", max_examples=30, derandomize=True, database=None, deadline=None)
settings.register_profile("nightly", max_examples=3000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "nightly" if NIGHTLY else "quick"))

FIRST = ("browser", "lessons", "course", "teacher", "verify", "lab")
"""Folders whose files take longest: what is left for the end is short, so that no core waits long for another."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {folder: place for place, folder in enumerate(FIRST)}
    items.sort(key=lambda item: places.get(folder_of(item.path), len(FIRST)))


def folder_of(path: Path) -> str:
    """The folder of tests that a file is in, or nothing where it has doctests only."""
    here = Path(__file__).parent
    return path.relative_to(here).parts[0] if path.is_relative_to(here) else ""
