"""What is to happen: people, what they say, faults, the names of packets, scenario files. Imports `protocol`."""

from imteach.scenario.faults import (
    FAULTS,
    Again,
    Beat,
    Crash,
    Delay,
    Drop,
    Duplicate,
    Fault,
    Late,
    Loss,
    Offline,
    Partition,
    parse_fault,
)
from imteach.scenario.file import parse_scenario, read_scenario, to_toml, usual_say
from imteach.scenario.links import from_link, is_link, to_link
from imteach.scenario.naming import PacketName, parse_name, short_name
from imteach.scenario.people import Resend, Say
from imteach.scenario.scenario import DEFAULT_LATENCY, HEARTBEAT, Scenario
from imteach.scenario.texts import python

__all__ = [
    "DEFAULT_LATENCY",
    "FAULTS",
    "HEARTBEAT",
    "Again",
    "Beat",
    "Crash",
    "Delay",
    "Drop",
    "Duplicate",
    "Fault",
    "Late",
    "Loss",
    "Offline",
    "PacketName",
    "Partition",
    "Resend",
    "Say",
    "Scenario",
    "from_link",
    "is_link",
    "parse_fault",
    "parse_name",
    "parse_scenario",
    "python",
    "read_scenario",
    "short_name",
    "to_link",
    "to_toml",
    "usual_say",
]
