"""What people do: they say something, send it again, log out and in."""

from dataclasses import replace

from imteach.errors import InputError, quoted
from imteach.lab.steps.coming_and_going import with_presence
from imteach.lab.steps.history import AlreadyError, Steps, ran
from imteach.lab.steps.renaming import place_of, retold
from imteach.scenario import Resend, Say


class Talking(Steps):
    """Steps of a learner who plays everybody."""

    def say(self, text: str, sender: str = "alice", to: str = "bob", at: float = 0) -> None:
        """Let somebody say something more, to a person or a group, `at` so many simulated ms.

        Msgids go by the order in which things are said; what names one keeps its meaning. Raises `InputError` for a
        text without a word in it, for a text that is too long, and for somebody who is not here.

        >>> from imteach import Drop, Scenario
        >>> from imteach.lab.session import Session
        >>> session = Session(Scenario("dedup", say=[Say("hello", at=100)]), Drop("m1/ack:N"))
        >>> session.say("good morning", at=0)
        >>> session.faults
        (Drop("m2/ack:N#1"),)
        """
        told = Say(text, sender, to, at)
        if not text.strip():
            raise InputError(f"expected something to say, got {quoted(text)}", where="text")
        for name, among in (("sender", self.scenario.people), ("to", (*self.scenario.people, *self.scenario.groups))):
            if getattr(told, name) not in among:
                raise InputError(
                    f"nobody here is {quoted(getattr(told, name))}; here are {', '.join(among[:12])}", where=name
                )
        if told in self.scenario.say:
            raise AlreadyError(f"{sender} says that to {to} at {told.at} ms already")
        said = self.scenario.say
        self._step(retold(self.trace, [*said, told], range(len(said)), ran))

    def unsay(self, msgid: str) -> None:
        """Let something not be said. Faults that strike its packets go with it. Raises `InputError` for no such msgid.

        >>> from imteach import Drop, Scenario
        >>> from imteach.lab.session import Session
        >>> session = Session(Scenario("dedup", say=[Say("one"), Say("two", at=10)]), Drop("m2/ack:N"))
        >>> session.unsay("m1")
        >>> session
        Session(Scenario("dedup", say=[Say("two", at=10)]), Drop("ack:N"))
        """
        gone = place_of(msgid, self.trace)
        said = list(self.scenario.say)
        places = [None if place == gone else place - (place > gone) for place in range(len(said))]
        self._step(retold(self.trace, said[:gone] + said[gone + 1 :], places, ran))

    def resend(self, msgid: str, at: float) -> None:
        """Let a person send again what failed, `at` so many simulated ms. Raises `InputError` for no such msgid.

        If their screen does not show `failed` at that moment, they have nothing to press; the trace says so.

        >>> from imteach import Drop
        >>> from imteach.lab.session import Session
        >>> session = Session("basic", Drop("msg:R"))
        >>> session.resend("m1", at=2000)
        >>> session.trace.messages[0].status
        'sent'
        """
        again = Resend(msgid, at)
        if again in self.scenario.resend:
            raise AlreadyError(f"{msgid} is sent again at {again.at} ms already")
        self._step(ran(replace(self.scenario, resend=[*self.scenario.resend, again]), self.faults))

    def set_online(self, person: str, online: bool, at: float) -> None:
        """Log a person out or in `at` so many simulated ms. Who is logged out stays away until logged in again.

        Raises `InputError` for nobody who is here, and for a login of somebody who is not away then.

        >>> from imteach.lab.session import Session
        >>> session = Session("offline")
        >>> session.set_online("bob", False, at=0)
        >>> session.faults
        (Offline("bob", at=0),)
        >>> session.set_online("bob", True, at=1000)
        >>> session.faults
        (Offline("bob", at=0, lasting=1000),)
        """
        self._let_strike(with_presence(self.trace, person, online, at))
