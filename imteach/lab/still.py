"""A Jupyter server extension: what is saved of a lab is its still picture, not a view of a widget that will be gone.

Opened again without its kernel, a saved view shows "Error displaying widget: model not found" and hides the picture
that stands beside it. The page that is open keeps its live lab. An output that was taken back, as a progress bar is
at its end, is not saved at all.
"""

from typing import Any

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
"""What shows a live widget: nothing but its id, which means nothing to the next kernel."""


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "imteach.lab.still"}]


def _load_jupyter_server_extension(serverapp: Any) -> None:
    serverapp.contents_manager.register_pre_save_hook(keep_still_pictures)


def keep_still_pictures(model: dict[str, Any], **_: Any) -> None:
    """Take the view of a widget out of each output that has a picture to show instead, and drop empty outputs.

    >>> data = {WIDGET_VIEW: {"model_id": "1"}, "text/html": "<p>A still picture.</p>"}
    >>> cell = {"cell_type": "code", "outputs": [{"output_type": "display_data", "data": data}]}
    >>> keep_still_pictures({"type": "notebook", "content": {"cells": [cell]}})
    >>> list(data)
    ['text/html']
    """
    if model.get("type") != "notebook" or not model.get("content"):
        return
    for cell in model["content"].get("cells", []):
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "text/html" in data:
                data.pop(WIDGET_VIEW, None)
        if cell.get("outputs"):
            cell["outputs"] = [output for output in cell["outputs"] if output.get("data") != {}]
