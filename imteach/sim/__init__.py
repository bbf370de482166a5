"""When it happens: scenarios, faults, a virtual clock and a network, giving a trace. Imports `protocol`."""

from imteach.sim.agenda import instant
from imteach.sim.faults import Drop, Fault, parse_fault
from imteach.sim.naming import PacketName, parse_name, short_name
from imteach.sim.records import EVENT_KINDS, Event, PacketRecord
from imteach.sim.scenario import DEFAULT_LATENCY, Say, Scenario, python
from imteach.sim.trace import Trace

__all__ = [
    "DEFAULT_LATENCY",
    "EVENT_KINDS",
    "Drop",
    "Event",
    "Fault",
    "PacketName",
    "PacketRecord",
    "Say",
    "Scenario",
    "Trace",
    "instant",
    "parse_fault",
    "parse_name",
    "python",
    "short_name",
]
