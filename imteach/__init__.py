"""imteach: why a message can be lost without anyone noticing, and how six packets mend it.

>>> from imteach import Drop, Scenario
>>> Scenario("dedup").run(Drop("ack:N")).promises["no_duplicates"]
True
"""

from typing import TYPE_CHECKING

from imteach.errors import InputError
from imteach.lazily import LAB, offer
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

# The lab brings ipywidgets, and `import imteach` does without it and without the searches.
offer(
    __name__,
    {
        "lab": ["FaultMapLab", "Lab"],
        "verify": ["check", "explore", "fault_map", "follow", "machine_graph", "state_graph", "stats", "sweep"],
    },
    needs={"lab": LAB},
)
