"""A Jupyter server extension: a click reaches the kernel, and the new picture the page, without waiting.

Jupyter serves the kernel's WebSocket without TCP_NODELAY, so that a small message waits some 40 ms for the
acknowledgement of the one before (Nagle's algorithm; RFC 896). This sets it when the WebSocket opens.
"""

import functools
from importlib import import_module
from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "imteach.lab.jupyter.nodelay"}]


def _load_jupyter_server_extension(serverapp: Any) -> None:
    """Wrap the `open` of the kernel's WebSocket. What it wraps is no public API: without it the lab is only slower."""
    try:
        handler: Any = import_module("jupyter_server.services.kernels.websocket").KernelWebsocketHandler
        inner: Any = handler.open
    except (ImportError, AttributeError) as error:
        serverapp.log.warning("imteach: no TCP_NODELAY for the kernel's WebSocket (%s); clicks take longer", error)
        return
    if hasattr(inner, "imteach_nodelay"):
        return  # loaded twice

    @functools.wraps(inner)
    def open_without_delay(self: Any, *args: Any, **named: Any) -> Any:
        try:
            self.set_nodelay(True)
        except Exception as error:  # whatever it is, the kernel must still be reached
            serverapp.log.warning("imteach: TCP_NODELAY could not be set (%r); clicks take longer", error)
        return inner(self, *args, **named)

    handler.open = open_without_delay
    handler.open.imteach_nodelay = True
