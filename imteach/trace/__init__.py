"""What happened: the records of a run, what came of it, what each side held, what led to what. Imports `scenario`."""

from imteach.trace.causes import happens_before
from imteach.trace.records import EVENT_KINDS, Event, PacketRecord, instant
from imteach.trace.trace import Trace

__all__ = ["EVENT_KINDS", "Event", "PacketRecord", "Trace", "happens_before", "instant"]
