"""What our widgets share: the page sends requests one by one, and learns for each that it is answered.

The page's half is `live.js`. A request is a message, because a trait that is used as an event loses events. It carries
its view and its number there; `answered` holds the number of the last request of each view that Python has handled,
successfully or not. So a page knows what is still pending, even if answers come late or several at once.
"""

import json
import zlib
from threading import RLock
from typing import Any

import anywidget
from traitlets import Dict, Int

MOST_VIEWS = 16
"""The most views of one widget to remember. If there are more, the oldest look pending until they ask again."""


def packed(value: object, _widget: object) -> bytes:
    """Return what goes to the page of a large part: JSON, deflated. `lab_unpack.js` is the page's half."""
    return zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), 1)


LARGE: dict[str, Any] = {"sync": True, "to_json": packed}
"""How a trait is tagged that goes to the page compressed."""


class LiveWidget(anywidget.AnyWidget):
    """A widget that does what its page asks for, one step at a time, in whatever thread a request arrives.

    ipykernel 7 answers requests in another thread than the one that runs cells, even while a cell runs. `_lock` makes
    each step atomic: all its changes reach the page in one piece, before the next step.
    """

    answered = Dict().tag(sync=True)  # by view: the number of its last request that is done
    drawn_until = Int().tag(sync=True)  # a page's own: of its last request that it has drawn, for hosts that look there

    def __init__(self, lock: Any = None) -> None:
        self._lock = lock or RLock()
        self._asking = ""  # the view whose request is being done
        super().__init__()
        self.on_msg(self._hear)

    def open(self) -> None:
        """Open the connection to the page."""
        super().open()
        self._listen_beside_cells()

    def send_state(self, key: Any = None) -> None:
        """Send what changed, or these parts of it, to the page."""
        super().send_state(key)
        self._listen_beside_cells()

    def _listen_beside_cells(self) -> None:
        """Have the next request answered at once, even while a cell runs.

        ipykernel 7.4 hands a request to the thread that last sent something to the page: after a step in a cell, to
        the thread that runs cells. It has no switch for that; but if we remove what it remembers, the request goes
        where the page addressed it. See `findings/comm_message_goes_where_the_kernel_last_published.sh`.
        """
        if self.comm is not None:
            self.comm.__dict__.pop("_reply_subshell_id", None)

    def _hear(self, _widget: object, content: object, _buffers: object) -> None:
        ask = content.get("ask") if isinstance(content, dict) else None
        with self._lock, self.hold_sync():
            self._asking = ask[0] if isinstance(ask, list) and ask and isinstance(ask[0], str) else ""
            self._answer(content)
            self._done_with(ask)

    def _answer(self, content: object) -> None:
        """Do what the page asks for, and show it. A message cannot be trusted: if it makes no sense, show that."""
        raise NotImplementedError

    def _done_with(self, ask: object) -> None:
        match ask:
            case [str(view), int(number)] if len(view) <= 40:
                others = {name: last for name, last in self.answered.items() if name != view}
                kept = list(others.items())[1 - MOST_VIEWS :]
                self.answered = {**dict(kept), view: number}
