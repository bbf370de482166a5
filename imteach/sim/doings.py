"""What people do: they start their clients, say something, and send again what failed."""

from imteach.protocol import Message
from imteach.scenario.faults import Again
from imteach.scenario.people import Resend
from imteach.sim.rows import NONE
from imteach.sim.run import Run
from imteach.trace.outcomes import is_under_way


class Doings(Run):
    """A run in which people do things."""

    def start(self, person: str) -> None:
        """A person's client starts; if it asks for nothing, there is nothing to write down."""
        effects = self.told(person, "command", "start")
        if effects:
            self.perform(person, effects, self.record(person, "start"))

    def say(self, message: Message) -> None:
        """A person says something to their client."""
        person, about = message.sender, (message.text, message.to)
        if person in self.network.down:
            self.record(person, "unsaid", more=about)
            return
        effects = self.told(person, "command", "say", message)
        made = self.written.handed_out
        msgid = made[0] if made else self.written.new_msgid()  # a client that asks for none: what is said needs one
        self.written.know(msgid, message)
        self.perform(person, effects, self.record(person, "say", NONE, NONE, msgid, about))

    def resend(self, wanted: Resend) -> None:
        """A person sends a message again, if their screen shows that it failed."""
        self._send_again(wanted.msgid)

    def again(self, fault: Again) -> None:
        """An impatient person sends a message again, if their screen shows that it is under way, or failed."""
        self._send_again(fault.msgid, str(fault))

    def sender_of(self, msgid: str) -> str:
        """Who said what has this msgid, or was to say it: the scenario counts also what somebody was down for."""
        said = self.written.messages.get(msgid)
        return said.sender if said else self.scenario.sender_of(msgid)

    def _send_again(self, msgid: str, too_early: str | None = None) -> None:
        """A person sends a message again; before it failed only if a fault, with this text, lets it be `too_early`."""
        person = self.sender_of(msgid)
        seen = self.screen[person].get(msgid)
        status = None if seen is None else self.written.log[seen].status
        is_down = person in self.network.down
        early = too_early if is_under_way(status, self.scenario.setting) else None
        if seen is None or is_down or (status != "failed" and early is None):
            why = f"{msgid} was never said" if seen is None else f"{msgid} is {status}"
            self.record(person, "unsaid", what=msgid, more=(f"{person} is down" if is_down else why, None))
            return
        effects = self.told(person, "command", "resend", self.written.messages[msgid], msgid)
        self.perform(person, effects, self.record(person, "resend", seen, what=msgid, more=early))
