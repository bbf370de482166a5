"""What each node has acked, and when: whether a message that it discards was acked before."""

from collections.abc import Iterable
from math import inf

from imteach.draw.sequence.chronicle.moments import Moment
from imteach.trace import Event, PacketRecord

ACKS = frozenset(("ack:R", "offlineack:R"))  # the packets that say that a message was shown


def confirmed(packet: PacketRecord) -> Iterable[str]:
    """Return the msgids that an ack names."""
    return packet.msgids if packet.msgid is None else [packet.msgid]


class Acked:
    """Which messages each node has acked so far, and which of those it discards it had acked before."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], int] = {}  # by node and msgid: the moment of the first ack
        self._cursors: dict[tuple[str, str], int] = {}  # by node and group: up to where it has acked
        self._before: set[tuple[int, str]] = set()  # discarded in this moment, acked in an earlier one

    def sent(self, packet: PacketRecord, moment: Moment) -> None:
        """Take in a packet that a node sends: if it is an ack, note which messages it acks."""
        if packet.kind == "ack:R" and packet.group:
            of = (moment.node, packet.group)
            self._cursors[of] = max(packet.cursor, self._cursors.get(of, 0))
        elif packet.kind in ACKS:
            for msgid in confirmed(packet):
                self._first.setdefault((moment.node, msgid), moment.number)

    def discarded(self, event: Event, moment: Moment, arrived: PacketRecord | None) -> None:
        """Take in that a message is discarded; it came in the packet `arrived`."""
        if self._is_acked(event, moment, arrived):
            self._before.add((moment.number, str(event.msgid)))

    def before(self, moment: Moment, msgids: Iterable[str]) -> bool:
        """Whether all of these, discarded in this moment, were acked in an earlier one."""
        return all((moment.number, msgid) in self._before for msgid in msgids)

    def _is_acked(self, event: Event, moment: Moment, arrived: PacketRecord | None) -> bool:
        """Whether a message was acked before this moment; in a group, whether the node's own cursor covers it."""
        if arrived is None or not arrived.group:
            return self._first.get((event.node, str(event.msgid)), moment.number) < moment.number
        numbers = {kept.msgid: kept.seq for kept in arrived.kept} or {str(arrived.msgid): arrived.seq}
        return self._cursors.get((event.node, arrived.group), 0) >= numbers.get(str(event.msgid), inf)
