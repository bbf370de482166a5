"""When it happens: scenarios, faults, a virtual clock and a network, giving a trace. Imports `protocol`."""

from imteach.sim.agenda import instant
from imteach.sim.faults import FAULTS, Crash, Delay, Drop, Duplicate, Fault, Loss, Offline, Partition, parse_fault
from imteach.sim.mistakes import LearnerError
from imteach.sim.naming import PacketName, parse_name, short_name
from imteach.sim.orders import done_instead
from imteach.sim.people import Resend, Say, python
from imteach.sim.records import EVENT_KINDS, Event, PacketRecord
from imteach.sim.scenario import DEFAULT_LATENCY, Scenario
from imteach.sim.scenario_file import parse_scenario, read_scenario, to_toml, usual_say
from imteach.sim.telling import the
from imteach.sim.trace import Trace

__all__ = [
    "DEFAULT_LATENCY",
    "EVENT_KINDS",
    "FAULTS",
    "Crash",
    "Delay",
    "Drop",
    "Duplicate",
    "Event",
    "Fault",
    "LearnerError",
    "Loss",
    "Offline",
    "PacketName",
    "PacketRecord",
    "Partition",
    "Resend",
    "Say",
    "Scenario",
    "Trace",
    "done_instead",
    "instant",
    "parse_fault",
    "parse_name",
    "parse_scenario",
    "python",
    "read_scenario",
    "short_name",
    "the",
    "to_toml",
    "usual_say",
]
