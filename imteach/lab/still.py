"""The still picture that stands for a live widget where no kernel runs. It shows the widget as it was when saved.

The page makes it anew each time the notebook is saved (`jupyter_data`), from what Python sent it (`parts`).
"""

import os
import sys
from collections.abc import Mapping
from typing import Any

from imteach.draw.sequence.notebook import tag
from imteach.trace import Trace

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
"""The output that shows a live widget. It holds only the widget's id, which the next kernel does not know."""

STILL = (
    "<b>A still picture.</b> To make it live, run the code cells above it and then this one (Ctrl+Enter): "
    "then click a packet to drop it."
)
"""The text above a still picture. The page recognises our pictures by how this text begins."""


def parts(trace: Trace) -> dict[str, str]:
    """Return what the page puts around its picture, to save it.

    >>> from imteach import Scenario
    >>> made = parts(Scenario("basic").run())
    >>> made["before"].startswith('<img alt="Sequence diagram: basic'), made["after"]
    (True, '">')
    """
    before, after = tag(trace)
    return {"words": f"<p>{STILL}</p>", "before": before, "after": after}


def for_listeners(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a cell shows, without the live view if nobody could click on it.

    Readers would then see nothing but the view, and it would be blank: programs that run notebooks (nbclient, and so
    nbconvert --execute, nbgrader, papermill) save the widgets' state, and a page with both prefers the view.
    """
    return {kind: value for kind, value in data.items() if kind != WIDGET_VIEW or _somebody_listens()}


def _somebody_listens() -> bool:
    """Whether a person may have run this cell: then the request to run it allows `input()`, too.

    Voilà's requests are like nbclient's, yet it shows live widgets; its kernels have an environment variable for it.
    """
    if "VOILA_PREHEAT" in os.environ:
        return True
    ipython: Any = sys.modules.get("IPython")  # a notebook's kernel has loaded it
    shell: Any = ipython.get_ipython() if ipython is not None else None
    request = shell.get_parent() if hasattr(shell, "get_parent") else None
    return bool((request or {}).get("content", {}).get("allow_stdin", True))
