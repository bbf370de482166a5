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
    "Loss",
    "Offline",
    "Partition",
    "Resend",
    "Say",
    "Scenario",
    "Server",
    "Trace",
    "read_scenario",
]


def __getattr__(name: str) -> Any:
    """Load the lab when it is first asked for: it brings ipywidgets, which `import imteach` does without."""
    if name == "Lab":
        from imteach.lab import Lab

        return Lab
    raise AttributeError(f"module 'imteach' has no attribute {name!r}")
