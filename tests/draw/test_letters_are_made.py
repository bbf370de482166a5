"""Which signs are one, and which take two columns, is what `tools/letters.py` wrote, and no hand since."""

import importlib.util
from pathlib import Path

import pytest

from imteach.draw.letters import widths

ROOT = Path(__file__).parents[2]
_spec = importlib.util.spec_from_file_location("letters_tool", ROOT / "tools" / "letters.py")
assert _spec is not None and _spec.loader is not None  # noqa: PT018  # for the reader's types
tool = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(tool)


def test_the_tool_writes_the_file_that_is_read() -> None:
    assert Path(widths.__file__) == tool.TABLE


@pytest.mark.parametrize("name", tool.SETS)
def test_a_set_is_as_the_tool_would_write_it(name: str) -> None:
    if f"ranges of Unicode {tool.unicode_version()};" not in (widths.__doc__ or ""):
        pytest.skip("wcwidth here is of another Unicode than the tables: tools/letters.py makes them anew")
    those, _ = tool.SETS[name]
    assert getattr(widths, name).split() == tool.wrapped(tool.ranges(those)).split()
