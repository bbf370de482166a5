"""How it stands with a message that has not come through: what still works at it, or that nothing does."""

from functools import cached_property

from imteach.protocol import SERVER
from imteach.tell.endless import since
from imteach.tell.facts import PULL
from imteach.tell.reasons.each_try import EachTry
from imteach.tell.way_ends import STOPPED
from imteach.tell.words import be, few, join, sign, the
from imteach.trace import Event, PacketRecord


class HowItStands:
    """How it stands with one message at one moment, in one sentence. `is_over`: the run has come to its end."""

    def __init__(self, each_try: EachTry, is_over: bool) -> None:
        self.each_try = each_try
        self.case = each_try.case
        self.trace = each_try.trace
        self.is_over = is_over
        self.who = self.case.sender if each_try.to_sender else self.case.receiver

    def sentence(self) -> str:
        """Return how it stands, without the time."""
        if self.trace.loop is not None:
            what = f"{self.who} {'is never told' if self.each_try.to_sender else 'is not shown it'}"
            return f"{since(self.trace)}, and {what}"
        if self._can_never_know:
            return f"{self.trace.rung} has no ack:N: {self.who} can never know whether {self.case.receiver} has it"
        if self._is_held:
            return f"{self._held()}{f', and {self._under_way()}' if self.flights else ''}"
        if self.flights:
            return self._under_way()
        return self._at_the_sender() if self.each_try.to_sender else self._at_the_receiver()

    @cached_property
    def flights(self) -> list[PacketRecord]:
        """The packets under way that the sentence tells of; for what is held back, pulls only."""
        if self.trace.loop is not None or self._can_never_know:
            return []
        flights = self.each_try.flights()
        return [packet for packet in flights if packet.kind in PULL] if self._is_held else flights

    @property
    def _can_never_know(self) -> bool:
        """Whether the sender waits for no ack:N, and has not given up either."""
        return self.each_try.to_sender and not self.each_try.acks and self.case.said.status != "failed"

    def _under_way(self) -> str:
        """What is in flight, and whereto; what becomes of it nobody knows yet."""
        to: dict[str, list[str]] = {}
        for packet in self.flights:
            to.setdefault(packet.dst, []).append(packet.name)
        ways = [f"{few(names)} {be(names)} on {_its(names)} way to {the(dst)}" for dst, names in to.items()]
        return join(ways)

    @cached_property
    def running(self) -> dict[tuple[str, str], Event]:
        """The timers that run, by node and name: when each was started."""
        running: dict[tuple[str, str], Event] = {}
        for event in self.trace.events:
            if event.kind == "timer_start":
                running[event.node, str(event.timer)] = event
            elif event.kind in ("timer_cancel", "timer_fire"):
                running.pop((event.node, str(event.timer)), None)
            elif event.kind == "crash":
                running = {which: start for which, start in running.items() if which[0] != event.node}
        return running

    @cached_property
    def down(self) -> dict[str, Event]:
        """The nodes that are down, each with its crash."""
        down: dict[str, Event] = {}
        for event in self.trace.events:
            if event.kind == "crash":
                down[event.node] = event
            elif event.kind == "restart":
                down.pop(event.node, None)
        return down

    # At the receiver

    def _at_the_receiver(self) -> str:
        if self.case.said.stored[self.who]:
            return self._kept()
        return self._waits() or self._sender_is_down() or f"{self._never()}{self._what_the_sender_sees()}"

    @cached_property
    def _is_held(self) -> bool:
        """Whether the question is about the receiver, whose client holds the message back now."""
        last = None
        for event in self.trace.events:
            mine = event.said == self.case.said.msgid and event.kind in ("hold", "discard")
            if event.node == self.who and (mine or event.kind == "crash"):
                last = event.kind
        return last == "hold" and not self.each_try.to_sender

    def _held(self) -> str:
        missing = self._missing_before() or ["a message"]
        return f"{self.who}'s client still holds it back: {few(missing)} before it {be(missing)} missing"

    def _missing_before(self) -> list[str]:
        """What stands before the held message and was not shown, as far as the packets tell it."""
        numbers = self._numbers()
        mine = numbers.get(self.case.said.msgid, 0)
        has = {event.said for event in self.trace.happened("show", node=self.who)}
        has |= {said.msgid for said in self.trace.messages if said.sender == self.who and said.status == "delivered"}
        return [said for said, number in numbers.items() if number < mine and said not in has]

    def _numbers(self) -> dict[str, int]:
        """The number of each message in the conversation, or in the group, as far as packets have carried one."""
        numbered = [p for p in self.trace.packets if p.said is not None and p.seq and p.group == self.case.group]
        return {str(p.said): p.seq for p in numbered if self.case.group or self._is_same_talk(p.said)}

    def _is_same_talk(self, msgid: str | None) -> bool:
        said = next(said for said in self.trace.messages if said.msgid == msgid)
        return (said.sender, said.to) == (self.case.sender, self.case.said.to)

    def _kept(self) -> str:
        """That the server keeps it, and why it has not come from there."""
        if self.case.lost_from_memory:
            return f"the server has it on its disk for {self.who}, and has not known of it since its restart"
        keeps = f"the server keeps it for {self.who}"
        if self.who in self.down:
            return f"{keeps}, who crashed {self.case.at(self.down[self.who])}"
        if self.who in self.case.said.away:
            return f"{keeps}, who is logged out"
        if SERVER in self.down:
            return f"the server has it on its disk for {self.who}, and is down"
        due = self._next_pull()
        if due:
            return f"{keeps}, and {due}"
        return f"{keeps}, who {'has pulled it in vain' if self.each_try.pulls else 'has not pulled it'}"

    def _next_pull(self) -> str:
        """Which timer of the receiver is to bring it; the heartbeats of a run that is over brought nothing."""
        group = self.case.group
        pull = self.running.get((self.who, f"pull:{group}" if group else "pull"))
        if pull is not None:
            return f"{self.who}'s timer for a pull runs{self._till(pull)}"
        beat = self.running.get((self.who, f"heartbeat:{group}"))
        return "" if beat is None or self.is_over else f"{self.who}'s next heartbeat is due{self._till(beat, 'at')}"

    def _never(self) -> str:
        """That nothing works at it any more."""
        if not self.case.requests:
            return self.case.why_never_sent()
        return f"nothing brings it to {self.who} any more"

    def _what_the_sender_sees(self) -> str:
        case, sees = self.case, f"{self.case.sender} sees {sign(self.case.said.status)}"
        match case.said.status:
            case "failed":
                return f", and {case.sender}'s screen says so: ! failed"
            case "unconfirmed":
                return f", and {case.sender} cannot know that: ✓? unconfirmed"
            case "delivered":
                return f", yet {sees}"
            case "sent" if not self.each_try.acks:
                return f", and nobody notices: {sees}"
            case "forgotten":
                return f", and nobody will know: {case.sender}'s client has forgotten it"
        return f"; {sees}{case.why_not_again()}"

    # At the sender

    def _at_the_sender(self) -> str:
        return self._waits() or self._sender_is_down() or self._screen_and_truth()

    def _screen_and_truth(self) -> str:
        """What the sender's screen says, and whether that is so."""
        case = self.case
        if not case.requests:
            return case.why_never_sent()
        if case.said.status == "forgotten":
            return f"{self.who}'s client has forgotten it, {self._truth('though', 'and')}"
        again = case.why_not_again()
        sees = f"{self.who} sees {sign(case.said.status)}"
        return f"{sees}{again}" if again else f"{sees}, {self._truth('though', 'and')}"

    def _truth(self, though: str, also: str) -> str:
        """What became of the message in truth."""
        case, receiver = self.case, self.case.receiver
        if case.group:
            return f"{though if case.events('store') else also} the server {self._stored_or_not} it for {case.group}"
        if case.shows:
            shown = f"{though} {receiver} was shown it {self.case.at(case.shows[0])}"
            return shown if self.each_try.acks else f"{shown}: {self.trace.rung} has no ack:N to tell"
        if case.said.stored[receiver]:
            return f"{though} the server keeps it for {receiver}"
        return f"{also} {receiver} {'never saw' if self.is_over else 'has not seen'} it"

    @property
    def _stored_or_not(self) -> str:
        return "has stored" if self.case.events("store") else "has not stored"

    # Both

    def _waits(self) -> str:
        """That the sender's client still waits, and how long; "" if no timer of it runs for this message."""
        started = [self.running.get((self.case.sender, timer)) for timer in self.case.timer_names]
        awaited = "ack:N" if self.each_try.acks else "msg:A"
        timer = next(filter(None, started), None)
        return "" if timer is None else f"{self.case.sender} waits for {awaited}: the timer runs{self._till(timer)}"

    def _sender_is_down(self) -> str:
        """That the sender's client is down, if it is: it may send again later, or has stopped for ever."""
        crash = self.down.get(self.case.sender)
        if crash is None:
            return ""
        if crash in self.trace.mistakes:
            return f"nobody sends it any more: {self.case.sender}'s client {STOPPED} {self.case.at(crash)}"
        return f"nothing of it is on its way, and {self.case.sender} has been down since {self.case.stamp(crash)}"

    def _till(self, timer: Event, word: str = "until") -> str:
        """When a timer is to run out, where the run has a clock."""
        return f" {word} {timer.until} ms" if self.trace.timed and timer.until is not None else ""


def _its(names: list[str]) -> str:
    return "its" if len(names) == 1 else "their"
