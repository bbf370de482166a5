"""What a learner does in a lab: choose a rung, drop packets, take steps back. Plain Python, without a widget."""

from dataclasses import replace

from imteach.errors import InputError, quoted
from imteach.learner import LearnerError
from imteach.protocol import LADDER
from imteach.scenario import Delay, Drop, Duplicate, Fault, Scenario, parse_fault, short_name
from imteach.scenario.scenario import checked_scenario
from imteach.trace import Trace


class Session:
    """A scenario, the faults that strike it now, and every step back to how it began.

    `scenario` is a `Scenario` or the name of a rung. Every change is run at once; a step that cannot be run
    raises and changes nothing. If a learner's own code makes a mistake, the step counts all the same: the trace is the
    run in which the code stopped, and `mistake` says why. The history is a list of traces, because a trace knows its
    scenario and its faults.

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

    def __init__(self, scenario: Scenario | str, *faults: Fault) -> None:
        self._past: list[Trace] = []
        self._first = self._now = _run(checked_scenario(scenario), faults)

    # What it holds

    @property
    def trace(self) -> Trace:
        """The run as it is now."""
        return self._now

    @property
    def scenario(self) -> Scenario:
        """The scenario as it is now, on the rung chosen."""
        return self._now.scenario

    @property
    def rung(self) -> str:
        """The name of the rung chosen."""
        return self.scenario.rung

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults that strike it now, with their whole names, in the order in which they were made."""
        return self._now.faults

    @property
    def code(self) -> str:
        """The Python that gives this very trace."""
        return f"{self.scenario!r}.run({', '.join(self._short_faults())})"

    @property
    def mistake(self) -> str:
        """What a learner's own code did wrong in this run, in a sentence, with its line; "" if nothing."""
        return next((str(crash.text) for crash in self.trace.mistakes), "")

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        return bool(self._past)

    @property
    def can_reset(self) -> bool:
        """Whether anything differs from the beginning."""
        return (self.scenario, set(self.faults)) != (self._first.scenario, set(self._first.faults))

    # What a learner does

    def choose(self, name: str) -> None:
        """Run the scenario on the rung of this name, with the same faults. Raises `InputError` for no such rung."""
        if not isinstance(name, str) or name not in LADDER:
            raise InputError(f"no rung {quoted(name)}; the rungs are {', '.join(LADDER)}")
        if name != self.rung:
            self._step(_run(replace(self.scenario, rung=name), self.faults))

    def drop(self, name: str) -> None:
        """Drop the packet of this name too. Raises `InputError` for a name that no packet can have here."""
        fault = self._whole(name)
        if fault not in self.faults:
            self._step(_run(self.scenario, (*self.faults, fault)))

    def strike(self, *faults: Fault) -> None:
        """Let these faults strike, and no others. Raises `InputError` for one that means nothing here.

        >>> session = Session("dedup", Drop("msg:R"))
        >>> session.strike(Drop("ack:N"))
        >>> session.faults
        (Drop("m1/ack:N#1"),)
        """
        struck = self.scenario.run(*faults)
        if set(struck.faults) != set(self.faults):
            self._step(struck)

    def take_back(self, name: str) -> None:
        """Stop dropping this packet. Raises `InputError` if it is not one of those dropped.

        >>> Session("dedup", Drop("ack:N")).take_back("msg:N")
        Traceback (most recent call last):
        imteach.errors.InputError: m1/msg:N#1 is not dropped; dropped are: m1/ack:N#1
        """
        fault = self._whole(name)
        if fault not in self.faults:
            dropped = ", ".join(other.packet for other in self.faults if isinstance(other, Drop)) or "none"
            raise InputError(f"{fault.packet} is not dropped; dropped are: {dropped}")
        self._without(fault)

    def take_fault_back(self, text: str) -> None:
        """Remove the fault with this text, whatever its kind. Raises `InputError` if it does not strike now.

        >>> from imteach import Crash
        >>> session = Session("dedup", Crash("bob", at=150, down=50))
        >>> session.take_fault_back("crash bob@150+50")
        >>> session.faults
        ()
        """
        fault = parse_fault(text) if isinstance(text, str) else None
        if fault is None or fault not in self.faults:
            raise InputError(f"no fault {quoted(text)} strikes here; those that do: {self._faults_in_words()}")
        self._without(fault)

    def lose(self, name: str) -> None:
        """Drop a packet of this run, as a click on its arrow does. A packet that is dropped already stays dropped.

        Raises `InputError` for a packet that is not sent in this run, and for one that does not arrive anyway.
        """
        fault = self._whole(name)
        if fault in self.faults:
            return
        if fault.packet not in self.trace.packet:
            raise InputError(f"{fault.packet} is not sent in this run")
        if self.trace.packet[fault.packet].fate != "arrived":
            raise InputError(f"{fault.packet} does not arrive anyway, because of: {self._faults_in_words()}")
        self.drop(name)

    def spare(self, name: str) -> None:
        """Take the drop of a packet back, as a click on the arrow of a dropped packet does.

        Raises `InputError` if no drop names this packet.
        """
        fault = self._whole(name)
        lost = self.trace.packet.get(fault.packet)
        if fault not in self.faults and lost is not None and lost.fate != "arrived":
            raise InputError(f"{fault.packet} does not arrive, because of: {self._faults_in_words()}")
        self.take_back(name)

    def undo(self) -> None:
        """Take the last step back. Raises `InputError` when there is none."""
        if not self._past:
            raise InputError("nothing to undo: this is how the lab began")
        self._now = self._past.pop()

    def reset(self) -> None:
        """Go back to the beginning. That is a step too, and can be undone."""
        if self.can_reset:
            self._step(self._first)

    def __repr__(self) -> str:
        return f"Session({', '.join([repr(self.scenario), *self._short_faults()])})"

    def _step(self, trace: Trace) -> None:
        self._past.append(self._now)
        self._now = trace

    def _without(self, fault: Fault) -> None:
        self._step(_run(self.scenario, tuple(other for other in self.faults if other != fault)))

    def _whole(self, name: str) -> Drop:
        return Drop(name).resolve(self.scenario)

    def _faults_in_words(self) -> str:
        return ", ".join(map(str, self.faults)) or "none"

    def _short_faults(self) -> list[str]:
        return [repr(_shortened(fault, self.scenario.msgids)) for fault in self.faults]


def _shortened(fault: Fault, msgids: list[str]) -> Fault:
    """Return the same fault as a learner would write it in a run with these msgids."""
    if isinstance(fault, Drop | Duplicate | Delay):
        return replace(fault, name=short_name(fault.packet, msgids))
    return fault


def _run(scenario: Scenario, faults: tuple[Fault, ...]) -> Trace:
    """Return the run, even if a learner's own code stopped in it."""
    try:
        return scenario.run(*faults)
    except LearnerError as error:
        if error.trace is None:
            raise
        return error.trace
