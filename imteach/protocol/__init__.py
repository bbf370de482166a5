"""What each side does: `Client` and `Server` as sans-IO machines, their packets, effects and promises.

It imports nothing else of imteach and knows no time, no socket and no picture. To read it:

1. `packets`: what travels; `effects`: what a node asks for, and its disk; `ladder`: the rungs; `promises`: what is
   expected of them.
2. `client` and `server`: the article, sections 1 to 8.
3. `offline`, `durable`, `ordered`, `group`: what each further rung builds around them.
4. `forgetful`: what is forgotten, on every rung, where somebody chooses that; `whole` puts all together.
"""

from imteach.protocol.client import Waiting
from imteach.protocol.forgetful import forgotten_by
from imteach.protocol.ladder import LADDER, Rung
from imteach.protocol.offline import PAGE
from imteach.protocol.ordered import HoldBack
from imteach.protocol.packets import KINDS, NO_MESSAGE, SERVER, Kept, Message, Packet
from imteach.protocol.promises import PROMISE_TITLES, PROMISES, SEARCHED, Outcome, judge
from imteach.protocol.value import Value
from imteach.protocol.whole import Client, Server

from imteach.protocol.effects import (  # isort: skip
    STATUSES, WAITS, CancelTimer, Delete, Discard, Disk, Effect, Forget, Hold, MemoryDisk, Report, Show, StartTimer,
    Store, Transmit, Write,
)  # fmt: skip

__all__ = [
    "KINDS", "LADDER", "NO_MESSAGE", "PAGE", "PROMISES", "PROMISE_TITLES", "SEARCHED", "SERVER", "STATUSES", "WAITS",
    "CancelTimer", "Client", "Delete", "Discard", "Disk", "Effect", "Forget", "Hold", "HoldBack", "Kept", "MemoryDisk",
    "Message", "Outcome", "Packet", "Report", "Rung", "Server", "Show", "StartTimer", "Store", "Transmit", "Value",
    "Waiting", "Write", "forgotten_by", "judge",
]  # fmt: skip
