"""What a learner does in a lab: choose a rung, strike, talk, set, take steps back. Plain Python, without a widget.

What each step means stands in `imteach.lab.steps`: faults, talk, settings, the way back, and a run kept beside.
"""

from dataclasses import replace

from imteach.errors import InputError, quoted
from imteach.lab.command import command
from imteach.lab.steps.history import ran
from imteach.lab.steps.keeping import Keeping
from imteach.lab.steps.setting import Setting
from imteach.lab.steps.striking import Striking
from imteach.lab.steps.talking import Talking
from imteach.protocol import LADDER
from imteach.scenario import from_link, is_link, parse_scenario, to_link, to_toml
from imteach.scenario.faults import shortened


class Session(Striking, Talking, Setting, Keeping):
    """A scenario, the faults that strike it now, and every step back to how it began.

    `scenario` is a `Scenario` or the name of a rung. Every change is run at once; a step that cannot be run
    raises and changes nothing. If a learner's own code makes a mistake, the step counts all the same: the trace is the
    run in which the code stopped, and `mistake` says why.

    >>> session = Session("dedup")
    >>> session.drop("ack:N")
    >>> session.choose("retransmit")
    >>> print(session.code)
    Scenario("retransmit").run(Drop("ack:N"))
    >>> session.trace.promises["no_duplicates"]
    False
    >>> session.undo(); session.undo()
    >>> print(session.code)
    Scenario("dedup").run()
    """

    @property
    def rung(self) -> str:
        """The name of the rung chosen."""
        return self.scenario.rung

    @property
    def code(self) -> str:
        """The Python that gives this very trace."""
        return f"{self.scenario!r}.run({', '.join(self._short_faults())})"

    @property
    def command(self) -> str:
        """The line for a POSIX shell that runs this; "" if no command line can.

        >>> from imteach import Drop
        >>> Session("dedup", Drop("ack:N")).command
        'imteach run dedup --drop ack:N'
        """
        return command(self.scenario, self.faults).line

    @property
    def command_note(self) -> str:
        """What to do before that line is run, or why there is none; "" if there is nothing to say."""
        return command(self.scenario, self.faults).note

    def to_text(self) -> str:
        """Return the scenario and its faults as a scenario file's text.

        Raises `InputError` for what a file cannot hold: a learner's own class.
        """
        return to_toml(self.scenario, self.faults)

    @classmethod
    def from_text(cls, text: str) -> "Session":
        r"""Return a session that begins with what a scenario file's text says.

        Raises `InputError` that names the key, or the line, that is wrong.

        >>> Session.from_text('rung = "dedup"\nfaults = ["drop ack:N"]')
        Session(Scenario("dedup"), Drop("ack:N"))
        """
        scenario, faults = parse_scenario(text)
        return cls(scenario, *faults)

    def open(self, text: str) -> None:
        r"""Go to what a scenario file's text, or the link of a lab, says: a step.

        Raises `InputError` that names the key, or the line.

        >>> session = Session("dedup")
        >>> session.open('rung = "basic"\nfaults = ["drop msg:N"]')
        >>> session
        Session(Scenario("basic"), Drop("msg:N"))
        >>> session.undo(); session.rung
        'dedup'
        """
        if not isinstance(text, str):
            raise InputError(f"expected the text of a scenario file, got {quoted(text)}")
        scenario, faults = parse_scenario(from_link(text) if is_link(text) else text)
        self._step(ran(scenario, tuple(faults)))

    def link(self) -> str:
        """Return the scenario and its faults as the fragment of a link, `#lab=…`. Raises `InputError` as `to_text`."""
        return to_link(self.to_text())

    @classmethod
    def from_link(cls, link: str) -> "Session":
        """Return a session that begins with what such a link holds. Raises `InputError` for what is no such link.

        >>> from imteach import Drop
        >>> Session.from_link(Session("dedup", Drop("ack:N")).link())
        Session(Scenario("dedup"), Drop("ack:N"))
        """
        return cls.from_text(from_link(link))

    @property
    def mistake(self) -> str:
        """What a learner's own code did wrong in this run, in a sentence, with its line; "" if nothing."""
        return next((str(crash.text) for crash in self.trace.mistakes), "")

    def choose(self, name: str) -> None:
        """Run the scenario on the rung of this name, with the same faults. Raises `InputError` for no such rung."""
        if not isinstance(name, str) or name not in LADDER:
            raise InputError(f"no rung {quoted(name)}; the rungs are {', '.join(LADDER)}")
        if name != self.rung:
            self._step(ran(replace(self.scenario, rung=name), self.faults))

    def __repr__(self) -> str:
        return f"Session({', '.join([repr(self.scenario), *self._short_faults()])})"

    def _short_faults(self) -> list[str]:
        return [repr(shortened(fault, self.scenario)) for fault in self.faults]
