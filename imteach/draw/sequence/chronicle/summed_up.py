"""Once all of a moment is known: what it did several times, in one line, and what it decided as a timer ran out."""

from imteach.draw.sequence.chronicle.acks import ACKS, Acked, confirmed
from imteach.draw.sequence.chronicle.moments import Moment, NoteLine
from imteach.tell.words import names
from imteach.trace import Trace

DISCARDED = "discarded"
LAST = "last"  # the table on a disk that holds the last number given


class SummedUp:
    """What is said of a moment once all of it is known. `waits`: which timer, by name, started in which moment."""

    def __init__(self, trace: Trace, acked: Acked, waits: set[tuple[int, str]]) -> None:
        self.trace = trace
        self._acked = acked
        self._waits = waits

    def settle(self, moment: Moment) -> None:
        """Say in one line each what a moment did several times, and what it decided when its timer ran out."""
        gave_up = [line.msgid for line in moment.lines if line.status in ("failed", "unconfirmed")]
        stops = any((moment.number, msgid) not in self._waits for msgid in gave_up)  # a learner's client may still wait
        for did in reversed(moment.did):
            told = self._told(moment, did.what, did.msgids)
            moment.lines[did.place : did.place] = [
                NoteLine("quiet", text, names(did.msgids), event=did.event) for text in told
            ]
        if moment.lines[0].kind != "timer":
            return
        if moment.lines[0].text.startswith("no offline:A"):
            asks = any(self.trace.packet[name].kind == "offline:R" for name in moment.sends)
            decided = "→ pulls again" if asks else "→ stops pulling"
            moment.lines.insert(1, moment.lines[0]._replace(text=decided, msgid="", tag=""))
        elif stops:
            moment.lines.insert(1, moment.lines[0]._replace(text="→ stops waiting", tag=""))

    def _told(self, moment: Moment, what: str, msgids: list[str]) -> list[str]:
        """What a moment did with these messages, as lines."""
        which, one = names(msgids), len(msgids) == 1
        match what:
            case "hold":
                number = self._number(moment, msgids[0]) if one else 0
                if number:
                    return [f"{which} is early, number {number}:", "held back"]
                return [f"{which} is early: held back" if one else f"{which} held back"]
            case "delete":
                return [f"deletes {which}"]
            case "forget":
                return [f"forgets {which}"]
            case "write" | "erase":
                tables = [key.partition("/")[0] for key in msgids]
                if one and tables[0] != LAST:
                    return [f"{what}s {which}"]
                told = zip(tables, msgids, strict=True)
                words = [self._number_given(moment, key) if table == LAST else table for table, key in told]
                return [f"{what}s {names(dict.fromkeys(words))}"]
            case "shown before":
                return [f"{which} {'was' if one else 'were'} shown before:", self._discarded(moment, msgids)]
        return [f"{which} {'is' if one else 'are'} {what}:", self._discarded(moment, msgids)]

    def _number(self, moment: Moment, msgid: str) -> int:
        """The number of a message that arrived in this moment, alone or in an offline:A; 0 if it has none."""
        if moment.arrived is None:
            return 0
        packet = self.trace.packet[moment.arrived]
        return {kept.msgid: kept.seq for kept in packet.kept}.get(msgid, packet.seq)

    def _number_given(self, moment: Moment, key: str) -> str:
        """Name what a client writes when it gives a number: a msg:R of the same moment carries that number."""
        if key.partition("/")[2] in self.trace.scenario.groups:  # the server's number is the one that counts there
            return "number"
        sent = [self.trace.packet[name] for name in moment.sends]
        return " ".join(["number", *(str(packet.seq) for packet in sent if packet.kind == "msg:R")])

    def _discarded(self, moment: Moment, msgids: list[str]) -> str:
        """Say whether discarded messages are acked, and whether they were acked before.

        A group's ack carries a cursor. It may come in a later moment; and the first one that covers a message is not
        for its discarded copy.
        """
        acks = [self.trace.packet[name] for name in moment.sends if self.trace.packet[name].kind in ACKS]
        acked = {msgid for packet in acks for msgid in confirmed(packet)}
        again = self._acked.before(moment, msgids)
        if moment.arrived is not None and self.trace.packet[moment.arrived].group:
            return f"{DISCARDED}, acked again" if acks and again else DISCARDED
        if acked.issuperset(msgids):
            return f"{DISCARDED}, acked{' again' * again}"
        return DISCARDED if not acked.isdisjoint(msgids) else f"{DISCARDED}, not acked"
