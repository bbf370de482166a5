"""What a test needs that may be missing. In the gate nothing may be: there the test runs, and fails."""

import os
import shutil

import pytest

dot = pytest.mark.skipif(
    shutil.which("dot") is None and not os.environ.get("IMTEACH_CI"),
    reason="no graphviz on this machine: apt install graphviz",
)
plantuml = pytest.mark.skipif(
    shutil.which("plantuml") is None and not os.environ.get("IMTEACH_CI"),
    reason="no PlantUML on this machine: apt install plantuml",
)
