"""The virtual clock: a `Scenario` runs and gives a `Trace`. Imports `trace`, `tell` and `learner`.

Lessons and other people's notebooks import from here whatever a run takes and returns.
"""

from imteach.learner import LearnerError
from imteach.scenario import (
    DEFAULT_LATENCY,
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
    PacketName,
    Partition,
    Resend,
    Say,
    Scenario,
    parse_fault,
    parse_name,
    parse_scenario,
    python,
    read_scenario,
    short_name,
    to_toml,
    usual_say,
)
from imteach.tell.fault import done_instead
from imteach.tell.words import the
from imteach.trace import EVENT_KINDS, Event, PacketRecord, Trace, instant

__all__ = [
    "DEFAULT_LATENCY",
    "EVENT_KINDS",
    "FAULTS",
    "Again",
    "Beat",
    "Crash",
    "Delay",
    "Drop",
    "Duplicate",
    "Event",
    "Fault",
    "Late",
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
