"""imteach: why a message can be lost without anyone noticing, and how six packets mend it.

>>> from imteach import Drop, Scenario
>>> Scenario("dedup").run(Drop("ack:N")).promises["no_duplicates"]
True
"""

from typing import TYPE_CHECKING, Any

from imteach.errors import InputError
from imteach.protocol import LADDER, Client, Server
from imteach.sim import (
    Crash,
    Delay,
    Drop,
    Duplicate,
    LearnerError,
    Loss,
    Offline,
    Partition,
    Resend,
    Say,
    Scenario,
    Trace,
    read_scenario,
)

if TYPE_CHECKING:
    from imteach.lab import Lab
    from imteach.verify import check, explore, follow, stats, sweep

__version__ = "0.1.0"

__all__ = [
    "LADDER",
    "Client",
    "Crash",
    "Delay",
    "Drop",
    "Duplicate",
    "InputError",
    "Lab",
    "LearnerError",
    "Loss",
    "Offline",
    "Partition",
    "Resend",
    "Say",
    "Scenario",
    "Server",
    "Trace",
    "check",
    "explore",
    "follow",
    "read_scenario",
    "stats",
    "sweep",
]


def __getattr__(name: str) -> Any:
    """Load what is first asked for: the lab brings ipywidgets, and `import imteach` does without both."""
    if name == "Lab":
        from imteach.lab import Lab

        return Lab
    if name in ("check", "explore", "follow", "stats", "sweep"):
        from imteach import verify

        return getattr(verify, name)
    raise AttributeError(f"module 'imteach' has no attribute {name!r}")
