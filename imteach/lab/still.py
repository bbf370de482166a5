"""What stands in the place of a live widget where nothing is live: its still picture, of when it was saved.

The page makes it anew each time that the notebook is saved (`jupyter_data`), from what Python sent it (`parts`).
"""

import os
import sys
from collections.abc import Mapping
from typing import Any

from imteach.draw.sequence.notebook import tag
from imteach.trace import Trace

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
"""What shows a live widget: nothing but its id, which means nothing to the next kernel."""

STILL = (
    "<b>A still picture.</b> To make it live, run the code cells above it and then this one (Ctrl+Enter): "
    "then click a packet to drop it."
)
"""What stands above the picture where there is no live lab. The page knows our pictures by how this begins."""


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
    """Return what a cell shows, without the live view where nobody could click on it.

    There the view would be all that is seen, and it is blank: programs that run notebooks (nbclient, and so
    nbconvert --execute, nbgrader, papermill) save the widgets' state, and a page with both prefers the view.
    """
    return {kind: value for kind, value in data.items() if kind != WIDGET_VIEW or _somebody_listens()}


def _somebody_listens() -> bool:
    """Whether a person may have run this cell: whoever asked for it could then answer an `input()`, too.

    Voilà asks as nbclient does, and then shows live widgets; it tells its kernels whether they waited for a reader.
    """
    if "VOILA_PREHEAT" in os.environ:
        return True
    ipython: Any = sys.modules.get("IPython")  # whoever runs a notebook has loaded it
    shell: Any = ipython.get_ipython() if ipython is not None else None
    request = shell.get_parent() if hasattr(shell, "get_parent") else None
    return bool((request or {}).get("content", {}).get("allow_stdin", True))
