"""The steps taken so far, and the way back and forth among them."""

from collections.abc import Sequence
from copy import copy
from typing import Self

from imteach.errors import InputError
from imteach.learner import LearnerError
from imteach.scenario import Drop, Fault, Scenario
from imteach.scenario.scenario import checked_scenario
from imteach.trace import Trace


class AlreadyError(InputError):
    """Nothing is left to do: what was asked for is so already, as after the first of two clicks."""


class Steps:
    """A run, and the steps that led to it. A step that cannot be run raises and changes nothing.

    The history is a list of traces, because a trace knows its scenario and its faults.
    """

    def __init__(self, scenario: Scenario | str, *faults: Fault) -> None:
        self._past: list[Trace] = []
        self._undone: list[Trace] = []  # the last undone stands last
        self._first = self._now = ran(checked_scenario(scenario), faults)

    @property
    def trace(self) -> Trace:
        """The run as it is now."""
        return self._now

    @property
    def scenario(self) -> Scenario:
        """The scenario as it is now, on the rung chosen."""
        return self._now.scenario

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults that strike it now, with their whole names, in the order in which they were made."""
        return self._now.faults

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether there is an undone step, and none was taken since."""
        return bool(self._undone)

    @property
    def can_reset(self) -> bool:
        """Whether anything differs from the beginning."""
        return (self.scenario, set(self.faults)) != (self._first.scenario, set(self._first.faults))

    def twin(self) -> Self:
        """Return one that stands where this one does, and goes on by itself."""
        other = copy(self)
        other._past, other._undone = self._past.copy(), self._undone.copy()
        return other

    def undo(self) -> None:
        """Take the last step back. Raises `InputError` when there is none."""
        if not self._past:
            raise InputError("nothing to undo: this is how the lab began")
        self._undone.append(self._now)
        self._now = self._past.pop()

    def redo(self) -> None:
        """Take the step again that was undone last. Raises `InputError` when there is none.

        >>> from imteach.lab.session import Session
        >>> session = Session("dedup")
        >>> session.drop("ack:N"); session.undo(); session.redo()
        >>> session
        Session(Scenario("dedup"), Drop("ack:N"))
        """
        if not self._undone:
            raise InputError("nothing to redo: no step was undone, or another was taken since")
        self._past.append(self._now)
        self._now = self._undone.pop()

    def reset(self) -> None:
        """Go back to the beginning. That is a step too, and can be undone."""
        if self.can_reset:
            self._step(self._first)

    def _step(self, trace: Trace) -> None:
        self._past.append(self._now)
        self._now = trace
        self._undone.clear()

    def _let_strike(self, faults: Sequence[Fault]) -> None:
        """Take a step to these faults, if that changes anything."""
        faults = tuple(dict.fromkeys(faults))
        if faults != self.faults:
            self._step(ran(self.scenario, faults))

    def _whole(self, name: str) -> Drop:
        return Drop(name).resolve(self.scenario)


def ran(scenario: Scenario, faults: tuple[Fault, ...]) -> Trace:
    """Return the run, even if a learner's own code stopped in it."""
    try:
        return scenario.run(*faults)
    except LearnerError as error:
        if error.trace is None:
            raise
        return error.trace
