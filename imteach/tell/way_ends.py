"""Where the ways of one thing said ended, in words: pieces of sentences about what `facts` finds."""

from collections.abc import Iterable, Sequence

from imteach.protocol import SERVER
from imteach.tell.facts import Facts, Stop
from imteach.tell.words import few, join, quote, the
from imteach.trace import Event, PacketRecord

STOPPED = "stopped over a mistake in its code"


class WayEnds(Facts):
    """The ways of a message from each msg:R on, in pieces of sentences."""

    def told(self, stops: Iterable[Stop]) -> str:
        """Say where the ways of a message ended, the same ends together."""
        ends: dict[str, list[str]] = {}
        for stop in dict.fromkeys(stops):
            ends.setdefault(self.end(stop), []).append(stop.packet.name)
        phrases = [
            phrase.format(names=few(names), was="was" if len(names) == 1 else "were") for phrase, names in ends.items()
        ]
        return in_a_row(phrases)

    def end(self, stop: Stop) -> str:
        """How a way ended, as a phrase with room for the packets' names."""
        packet = stop.packet
        if packet.kind == "ack:N" and packet.dst != self.sender:
            return f"{the(packet.src)} sent {{names}} to {packet.dst} instead of {self.sender}"
        if stop.fate == "dropped":
            return "{names} {was} dropped"
        if stop.fate == "lost":
            return f"{{names}} {{was}} lost ({self.why_lost(packet)})"
        at = node_at(packet)
        if self.stopped_at(self.endings[packet.name]):
            return f"{at} {STOPPED} when {{names}} arrived"
        if stop.missing:
            return self.missing(stop)
        if packet.kind == "msg:N":
            return f"{at} {self.instead_of_showing(packet)}"
        did = self.did(packet)
        return f"{at} {did}" if did else f"{at}{self.had_forgotten(packet)} took no notice of {{names}}"

    def missing(self, stop: Stop) -> str:
        """That a packet which should have followed did not, and why, as a phrase with room for names."""
        at = node_at(stop.packet)
        if stop.missing == "msg:N" and self.receiver not in self.online_at(stop.packet):
            return f"{self.receiver} was not online when {{names}} reached the server"
        not_taken = [event for event in self.events("discard") if event.packet == stop.packet.name and event.text]
        if not_taken:
            return f"{at} discarded {{names}}{self.as_what(not_taken[0])}"
        article = "a" if stop.missing[0] == "m" else "an"
        if self.last_deed(stop.packet):
            return f"{at} crashed before it sent {article} {stop.missing} for {{names}}"
        return f"{at} sent no {stop.missing} for {{names}}"

    def why_lost(self, packet: PacketRecord) -> str:
        """Why a packet reached nobody."""
        return next(str(e.text) for e in self.trace.events if e.kind == "lose" and e.packet == packet.name)

    def had_forgotten(self, packet: PacketRecord) -> str:
        """That the client which took no notice of this packet had lost what it was about in a crash; "" if not."""
        arrived, me = self.endings[packet.name].id, packet.dst
        known = [event for event in self.trace.events[:arrived] if event.node == me and event.said == self.said.msgid]
        crash = next((crash for crash in reversed(self.crashes(me)) if crash.id < arrived), None)
        if crash is None or not known or known[-1].id > crash.id:
            return ""
        return f", which had forgotten it in the crash {self.at(crash)},"

    def though_written(self, node: str, crash: Event) -> str:
        """That a node wrote something about the message which was on its disk when it crashed; "" if nothing was."""
        rows: dict[str | None, str | None] = {}
        for write in self.events("write"):
            if write.node == node and write.id < crash.id:
                rows[write.key] = write.text
        kept = [str(key) for key, erased in rows.items() if not erased]
        return f", though it had written {join(kept)}" if kept else ""

    def instead_of_showing(self, packet: PacketRecord) -> str:
        """What a client did with what a packet brought and it did not show, as a phrase with room for its name."""
        kinds = {event.kind: event for event in self.effects[packet.name] if event.said == self.said.msgid}
        it, then = ("it", " when {names} brought it") if packet.kept else ("{names}", "")
        if "hold" in kinds:
            why = f"because a message before it was missing{self.held_until(kinds['hold'])}"
            return f"held it back when {{names}} brought it, {why}" if packet.kept else f"held back {{names}}, {why}"
        if "discard" in kinds:
            return f"discarded {it}{self.as_what(kinds['discard'])}{then}"
        last = self.last_deed(packet)
        if last is not None:
            return f"crashed after it {deed_named(last)} and before it showed {it}{then and ',' + then}"
        return f"did not show it{then}" if packet.kept else "got but did not show {names}"

    def as_what(self, discarded: Event) -> str:
        """As what a message was discarded; "" if it was shown before. Whoever forgot that takes it for too late."""
        if not discarded.text:
            return ""
        forgotten = self.forgotten(discarded.node, discarded)
        had = f" (it had forgotten {self.at(forgotten)} that it showed it)" if forgotten else ""
        return f" as {discarded.text}{had}"

    def forgotten(self, node: str, before: Event) -> Event | None:
        """When a client last forgot, before this event, that it had shown the message; None if it did not."""
        forgets = (event for event in self.events("forget") if event.node == node and event.id < before.id)
        return max(forgets, key=lambda event: event.id, default=None)

    def held_until(self, hold: Event) -> str:
        """That a crash took what was held back, before it was shown; "" if none did."""
        crash = next((crash for crash in self.crashes(hold.node) if crash.id > hold.id), None)
        shown = next((show for show in self.shows if show.id > hold.id), None)
        if crash is None or (shown is not None and shown.id < crash.id):
            return ""
        return f", and lost it in the crash {self.at(crash)}"

    def did(self, packet: PacketRecord) -> str:
        """What a client did when this packet arrived, as a phrase with room for its name; "" if nothing."""
        events = self.effects[packet.name]
        if not events:
            return ""
        kinds = {event.kind for event in events}
        deeds = [deed(event) for event in events if event.kind != "timer_cancel" or "timer_start" not in kinds]
        but = ""
        if "status" not in kinds:
            but = " but reported nothing"
        elif not kinds & {"timer_cancel", "timer_start"} and packet.name in self.timed:
            but = " but kept its timer"
        return f"{join(list(dict.fromkeys(deeds)))} when {{names}} arrived{but}"


def in_a_row(phrases: Sequence[str]) -> str:
    """Put phrases together with commas and an `and`, so that no name at an end is read as one of those that follow.

    >>> in_a_row(["the server sent no ack:N for m1/ack:R#1", "m1/msg:R#2 was dropped"])
    'the server sent no ack:N for m1/ack:R#1, and m1/msg:R#2 was dropped'
    """
    told = ""
    for place, phrase in enumerate(phrases):
        link = " and " if place == len(phrases) - 1 else ", "
        names_meet = "#" in told.rpartition(" ")[2] and "#" in phrase.partition(" ")[0]
        told += (", and " if names_meet else link) * bool(place) + phrase
    return told


def node_at(packet: PacketRecord) -> str:
    """The node that a packet was sent to, in words."""
    return "the server" if packet.dst == SERVER else f"{packet.dst}'s client"


def deed(event: Event) -> str:
    """What a client did, in a few words."""
    match event.kind:
        case "status":
            return f"reported {event.status}"
        case "timer_start":
            return "started its timer again"
        case "timer_cancel":
            return "stopped its timer"
        case "retransmit":
            return "sent msg:R again"
        case "send":
            return f"sent {str(event.packet).partition('/')[2].partition('#')[0]}"
    return _DEEDS[event.kind]


_DEEDS = {
    "show": "showed a message",
    "hold": "held a message back",
    "forget": "forgot a message",
    "write": "wrote to its disk",
    "store": "stored a message",
    "delete": "deleted a message",
    "discard": "discarded a message",
    "crash": STOPPED,
}


def deed_named(event: Event) -> str:
    """What a node did, with the name of the packet, the row or the message."""
    match event.kind:
        case "send":
            return f"sent {event.packet}"
        case "write":
            return f"{'erased' if event.text else 'wrote'} {event.key}"
        case "show":
            return f"showed {quote(str(event.text))} ({event.msgid})"
        case "store":
            return f"stored {event.msgid}"
        case "delete":
            return f"deleted {event.msgid}"
    return deed(event)
