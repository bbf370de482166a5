"""The rung `durable`: a client writes what must survive a crash (ours, beyond the article).

The effects of one step happen one by one, and a crash may fall between any two of them. So the client writes down
what a packet promises before it transmits that packet:

- The msgid of a message is written in one step with showing it, and before ack:R. If the client shows first and writes
  later, a crash in between shows the message twice; if it writes or acknowledges first, such a crash loses it.
- The queue entry of a message is written before its msg:R is transmitted, and erased when its status is settled.

After the crash the client reads its dedup table, and transmits each message that was in the queue again, with fresh
tries. It no longer knows the messages that were settled; they need nothing.

The server writes from the rung `offline` on, before it fabricates an ack:N.
"""

from typing import Any

from imteach.protocol.effects import Disk, Effect, Write
from imteach.protocol.offline import OfflineClient
from imteach.protocol.packets import Arrived, Kept, Message


class DurableClient(OfflineClient):
    """A client that writes its dedup table and its waiting-ack queue."""

    def restart(self, disk: Disk) -> list[Effect]:
        """Start again after a crash, with nothing but what was written: transmit what still waits for its ack:N."""
        self.dedup.update(dict.fromkeys(disk.read("dedup")))
        waiting = [Kept.from_row(row) for row in disk.read("queue").values()]
        return [effect for kept in waiting for effect in self._request_again(kept)]

    def _request_again(self, kept: Kept) -> list[Effect]:
        """Send a message again that was in the queue when the client crashed."""
        return self.request(kept.msgid, kept.message)

    def _shown_write(self, arrived: Arrived) -> Write | None:
        """What is written in one step with showing this message: that it was shown."""
        return Write("dedup", arrived.msgid, self._place(arrived)) if self.rung.writes else None

    def _place(self, arrived: Arrived) -> Any:
        """The value to write under the msgid of a message that is shown: True, here."""
        return True

    def _queue_write(self, msgid: str, message: Message | None) -> Write | None:
        """What is written when a message enters the queue, or leaves it (`message` is None)."""
        return Write("queue", msgid, message and self._row(msgid, message)) if self.rung.writes else None

    def _row(self, msgid: str, message: Message) -> list[Any]:
        """A message of the queue as it is written."""
        return Kept(msgid, message).row()
