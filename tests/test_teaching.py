"""The teachers' page: each run that changes a mind does what the page says, in the order in which it says so."""

import re
from pathlib import Path

import pytest

from imteach import Scenario

PAGE = (Path(__file__).parents[1] / "docs" / "teaching.md").read_text("utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)

ENDS = [
    ("sent", 0, {"no_silent_loss", "all_delivered"}),
    ("failed", 1, {"no_false_failure", "all_delivered"}),
    ("unconfirmed", 0, {"all_delivered"}),
    ("failed", 1, {"no_false_failure", "all_delivered"}),
    ("delivered", 2, {"no_duplicates"}),
    ("failed", 1, {"no_false_failure", "all_delivered"}),
    ("delivered", 2, {"no_duplicates"}),
    ("delivered", 1, set()),
    ("failed", 1, {"no_false_failure", "all_delivered"}),
]
"""What alice sees, how often bob is shown it, and which promises are broken."""


def test_the_runs_that_change_minds(monkeypatch):
    runs = []
    run = Scenario.run
    monkeypatch.setattr(Scenario, "run", lambda self, *faults: runs.append(run(self, *faults)) or runs[-1])
    exec(BLOCKS[0], {"__name__": "__main__"})
    assert len(runs) == len(re.findall('^# "', BLOCKS[0], re.MULTILINE))
    found = [
        (
            trace.messages[0].status,
            trace.messages[0].shown["bob"],
            {name for name, holds in trace.promises.items() if not holds},
        )
        for trace in runs
    ]
    assert found == ENDS


@pytest.mark.parametrize("block", BLOCKS[1:], ids=["papers", "points"])
def test_the_other_code_runs(block, capsys):
    exec(block, {"__name__": "__main__"})
    assert capsys.readouterr().err == ""
