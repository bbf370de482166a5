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
    from imteach.lab import FaultMapLab, Lab
    from imteach.verify import check, explore, fault_map, follow, machine_graph, state_graph, stats, sweep

__version__ = "0.1.0"

__all__ = [
    "LADDER",
    "Client",
    "Crash",
    "Delay",
    "Drop",
    "Duplicate",
    "FaultMapLab",
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
    "fault_map",
    "follow",
    "machine_graph",
    "read_scenario",
    "state_graph",
    "stats",
    "sweep",
]


def __getattr__(name: str) -> Any:
    """Load what is first asked for: the lab brings ipywidgets, and `import imteach` does without both."""
    if name in ("FaultMapLab", "Lab"):
        from imteach import lab

        return getattr(lab, name)
    if name in ("check", "explore", "fault_map", "follow", "machine_graph", "state_graph", "stats", "sweep"):
        from imteach import verify

        return getattr(verify, name)
    raise AttributeError(f"module 'imteach' has no attribute {name!r}")
