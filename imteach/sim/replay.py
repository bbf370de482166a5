"""What a node held at a moment: the same machine, told the same things again.

A trace records everything that each node was told. A node does nothing but remember what it is told, so a fresh
one that is told the same holds the same; this works for a trace from any driver, and for a learner's own class.
"""

from collections.abc import Iterable
from typing import Any

from imteach.errors import InputError
from imteach.protocol import Message, Packet
from imteach.sim.checks import moment
from imteach.sim.records import Event, PacketRecord
from imteach.sim.scenario import Scenario


def state_at(
    scenario: Scenario, packets: Iterable[PacketRecord], events: Iterable[Event], t: float
) -> dict[str, dict[str, Any]]:
    """Return what each node holds just after everything that happens at `t` simulated ms.

    Raises `InputError` where the events of a file do not fit together.
    """
    moment(t, "t")
    made: list[str] = []
    nodes = scenario.nodes(lambda: made.pop(0))
    messages: dict[str | None, Message] = {}  # by the first msgid of what was said
    records = {packet.name: packet for packet in packets}
    timers: dict[str, dict[str, float | None]] = {name: {} for name in nodes}
    try:
        for event in events:
            if event.t > t:
                break
            made[:] = event.handed_out
            match event.kind:
                case "say":
                    message = Message(len(messages), event.node, str(event.to), str(event.text))
                    messages[event.said] = message
                    nodes[event.node].command("say", message)
                case "arrive":
                    record = records[str(event.packet)]
                    packet = Packet(record.kind, record.msgid, record.src, record.dst, messages[record.said])
                    nodes[event.node].receive(packet)
                case "timer_start":
                    timers[event.node][str(event.timer)] = event.until
                case "timer_cancel":
                    del timers[event.node][str(event.timer)]
                case "timer_fire":
                    del timers[event.node][str(event.timer)]
                    nodes[event.node].timer(str(event.timer))
    except (KeyError, IndexError, ValueError):  # ValueError: a node was told what it can't be told
        raise InputError(f"events[{event.id}]: it does not fit the events before it") from None
    return {name: {**node.state(), "timers": timers[name]} for name, node in nodes.items()}
