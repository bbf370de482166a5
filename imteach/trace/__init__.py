"""What happened: the records of a run, its outcomes, the state of each node, causes. Imports `scenario`."""

from imteach.trace.causes import happens_before
from imteach.trace.knowledge import Fact, Knows, Since
from imteach.trace.records import EVENT_KINDS, Event, PacketRecord, instant
from imteach.trace.trace import Trace

__all__ = ["EVENT_KINDS", "Event", "Fact", "Knows", "PacketRecord", "Since", "Trace", "happens_before", "instant"]
