"""One thing said and what happened to it, as its trace has it: its way is followed packet by packet.

A way is followed along the causes of the events, so a learner's own class is explained by what it did, not by what it
should have done.
"""

from collections.abc import Sequence
from functools import cached_property
from itertools import starmap
from typing import NamedTuple

from imteach.protocol import SERVER, Outcome
from imteach.tell.words import at, stamp
from imteach.trace import Event, PacketRecord, Trace, instant
from imteach.trace.outcomes import places
from imteach.trace.records import STEPS, is_late

TO_SENDER = ("msg:A",)  # the way back of the server's own answer
TO_RECEIVER = ("msg:N",)  # the way of a message to its receiver, after msg:R
BACK_TO_SENDER = ("msg:N", "ack:R", "ack:N")  # and on to the sender's ✓✓
PULL = ("offline:R", "offline:A")


class Stop(NamedTuple):
    """Where the way of a message ended: at `packet`, by its `fate`, or because a `missing` one never followed."""

    fate: str
    packet: PacketRecord
    missing: str = ""


class Facts:
    """What happened to one thing said on its way to one receiver, read from the events and the packets of its run."""

    def __init__(self, trace: Trace, said: Outcome, receiver: str) -> None:
        self.trace = trace
        self.said = said
        self.sender = said.sender
        self.receiver = receiver

    @cached_property
    def group(self) -> str:
        """The group to which it was said; "" if it was said to a person."""
        return next((str(event.to) for event in self.events("say") if event.to in self.trace.scenario.groups), "")

    def events(self, kind: str) -> list[Event]:
        """The events of this kind that are about this message."""
        return [event for event in self.trace.events if event.kind == kind and event.said == self.said.msgid]

    def at(self, event: Event) -> str:
        """When an event happened, at the end of a clause: `at 300 ms`, or without a clock `at step 6`."""
        return at(event.t, self.trace.timed)

    def stamp(self, event: Event) -> str:
        """When an event happened, by itself: `300 ms`, or without a clock `step 6`."""
        return stamp(event.t, self.trace.timed)

    @cached_property
    def shows(self) -> list[Event]:
        """When the receiver was shown it."""
        return [event for event in self.events("show") if event.node == self.receiver]

    @cached_property
    def requests(self) -> list[PacketRecord]:
        """Each transmission of its msg:R."""
        return [p for p in self.trace.packets if p.kind == "msg:R" and p.said == self.said.msgid]

    def requests_before(self, event: Event) -> list[PacketRecord]:
        """The transmissions of its msg:R that came before `event`."""
        sent = {earlier.packet for earlier in self.events("send") if earlier.id < event.id}
        return [request for request in self.requests if request.name in sent]

    @cached_property
    def follow_ups(self) -> dict[str, list[PacketRecord]]:
        """For each packet the packets of this message that its arrival led to."""
        led_to: dict[str, list[PacketRecord]] = {}
        for event in self.events("send"):
            arrival = self.behind(event, "arrive")
            if arrival is not None:
                led_to.setdefault(str(arrival.packet), []).append(self.trace.packet[str(event.packet)])
        return led_to

    def behind(self, event: Event, *kinds: str) -> Event | None:
        """The nearest event of one of these kinds in the chain of causes that led to `event`."""
        while event.causes:
            event = self.trace.events[event.causes[0]]
            if event.kind in kinds:
                return event
        return None

    def step(self, event: Event) -> Event:
        """The step in which this event happened: what its node was told."""
        return self.behind(event, *STEPS) or event

    def in_step(self, step: Event) -> list[Event]:
        """Everything that a node did in this step, in order."""
        return [event for event in self.trace.events[step.id + 1 :] if event.causes and self.step(event) is step]

    def stops(self, packet: PacketRecord, way: Sequence[str]) -> list[Stop]:
        """Follow `packet` along the kinds of packet on its `way`, and return where that ended.

        Where the server answers a msg:R with an ack:N of its own, because it keeps the message, that is the way back.
        """
        if packet.fate != "arrived" or not way:
            return [Stop(packet.fate, packet)]
        after = self.follow_ups.get(packet.name, [])
        if (
            packet.kind == "msg:R"
            and "ack:N" in way
            and (self.is_to_keep(packet) or any(p.kind == "ack:N" for p in after))
        ):
            way = ("ack:N",)
        following = [p for p in after if p.kind == way[0] and (p.kind != "msg:N" or p.dst == self.receiver)]
        if not following:
            return [Stop("no answer", packet, way[0])]
        return [stop for p in following for stop in self.stops(p, way[1:])]

    def all_stops(self, way: Sequence[str]) -> list[Stop]:
        """Where each transmission of msg:R, and what followed from it, came to its end."""
        return [stop for request in self.requests for stop in self.stops(request, way)]

    def is_to_keep(self, request: PacketRecord) -> bool:
        """Whether the server is to keep the message of this msg:R, and to answer with an ack:N of its own."""
        if not self.trace.scenario.setting.stores:
            return False
        return bool(self.group) or self.receiver not in self.online_at(request)

    def in_time(self, stop: Stop, way: Sequence[str], t: float) -> bool:
        """Whether the last packet of the `way` could have come by `t` from where the way stopped."""
        kinds = ("msg:R", *way)
        ahead = kinds[kinds.index(stop.missing or stop.packet.kind) + (not stop.missing) :]
        ways = [self.way_of(kind) for kind in ahead]
        return instant(stop.packet.due + sum(starmap(self.trace.scenario.takes, ways))) <= t

    def way_of(self, kind: str) -> tuple[str, str]:
        """From where to where a packet of this kind of this message goes."""
        person = self.receiver if kind in ("msg:N", "ack:R") else self.sender
        return (person, SERVER) if kind.endswith(":R") else (SERVER, person)

    @cached_property
    def effects(self) -> dict[str, list[Event]]:
        """For each packet that arrived what its arrival led to at once."""
        arrivals = {event.id: str(event.packet) for event in self.trace.events if event.kind == "arrive"}
        effects: dict[str, list[Event]] = {name: [] for name in arrivals.values()}
        for event in self.trace.events:
            for cause in event.causes:
                if cause in arrivals:
                    effects[arrivals[cause]].append(event)
        return effects

    @cached_property
    def timed(self) -> set[str]:
        """The packets that arrived while the timer of their message was running at their node."""
        running: set[tuple[str, str | None]] = set()
        timed = set()
        for event in self.trace.events:
            if event.kind == "timer_start":
                running.add((event.node, event.timer))
            elif event.timer is not None and not is_late(event):
                running.discard((event.node, event.timer))
            elif event.kind == "arrive" and (event.node, event.msgid) in running:
                timed.add(str(event.packet))
        return timed

    @cached_property
    def settled(self) -> Event | None:
        """The event that set the status which the sender's screen shows at the end."""
        settled = None
        for report in self.events("status"):
            if settled is None or report.status != settled.status:
                settled = report
        return settled

    def heeded(self, packet: PacketRecord) -> bool:
        """Whether this is a msg:A at which the sender's client reported `sent`."""
        return (
            packet.kind == "msg:A"
            and packet.fate == "arrived"
            and any(event.status == "sent" for event in self.effects[packet.name])
        )

    def online_at(self, packet: PacketRecord) -> set[str]:
        """Whom the server thought online when this packet reached it."""
        online = set(self.trace.scenario.people)
        for event in self.trace.events:
            if event.kind == "arrive" and event.packet == packet.name:
                break
            if event.node == SERVER and event.kind == "login":
                online.add(str(event.to))
            elif event.node == SERVER and event.kind == "logout":
                online.discard(str(event.to))
            elif event.node == SERVER and event.kind == "restart":
                online.clear()
        return online

    def last_deed(self, packet: PacketRecord) -> Event | None:
        """The effect after which the node that this packet reached crashed, while it handled it; None if it did not."""
        effects = [event.id for event in self.effects[packet.name]]
        crashes = (crash for crash in self.crashes(packet.dst) if crash.causes and crash.causes[0] in effects)
        return next((self.trace.events[crash.causes[0]] for crash in crashes), None)

    def stopped_at(self, step: Event) -> bool:
        """Whether a node stopped in this step because of a mistake in a learner's code."""
        return any(mistake.causes[0] == step.id for mistake in self.trace.mistakes)

    def crashes(self, node: str) -> list[Event]:
        """The crashes of a node."""
        return [event for event in self.trace.events if event.kind == "crash" and event.node == node]

    @cached_property
    def sendings(self) -> dict[str, Event]:
        """When each packet was sent, by its name."""
        return {str(event.packet): event for event in self.trace.happened("send")}

    @cached_property
    def endings(self) -> dict[str, Event]:
        """When each packet's way ended, by its name: it arrived, was dropped or was lost."""
        return {str(event.packet): event for event in self.trace.events if event.kind in ("arrive", "drop", "lose")}

    def crash_between(self, node: str, first: Event, second: Event) -> Event | None:
        """The crash of a node between two events, if there is one."""
        return next((c for c in self.crashes(node) if first.id < c.id < second.id), None)

    @cached_property
    def stored_twice(self) -> list[Event]:
        """The two storings after which two copies of it lay in one place: for a person, or in a group's log.

        An empty list, if there never were two.
        """
        kept: dict[str | None, list[Event]] = {}
        for event in self.trace.events:
            if event.kind not in ("store", "delete") or event.said != self.said.msgid:
                continue
            here = kept.setdefault(event.to, [])
            if event.kind == "store":
                here.append(event)
            else:
                del here[:1]
            if len(here) == 2:
                return here
        return []

    def copy_behind(self, event: Event) -> str:
        """The copy that the network made in the chain of causes that led to `event`; "" if there is none."""
        copies = (str(cause.packet) for cause in self.trace.causes(event) if cause.kind == "send")
        return next((packet for packet in copies if "~" in packet), "")

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each thing said stands on its sender's screen."""
        return places(self.trace)
