"""What an answer goes through: stages, one after the other, and what came of each."""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from imteach.trace import Trace

YOU_STOPPED = "not tried to its end, because you stopped it"


class StageResult(NamedTuple):
    """A stage by its name, whether the answer passed it (None: not tried, or not to its end), and what is to say.

    >>> tuple(StageResult("it runs", True, "1 plan"))
    ('it runs', True, '1 plan')
    """

    name: str
    passed: bool | None
    note: str


class Judged(NamedTuple):
    """What came of one stage: as in `StageResult`, and where it failed a run that shows it, and why in sentences.

    `stopped` says that the learner stopped it, so nothing more is to be tried.
    """

    passed: bool | None
    note: str
    counterexample: Trace | None = None
    reason: str = ""
    stopped: bool = False


class Stage(NamedTuple):
    """One stage: its name, and what looks at an answer there."""

    name: str
    look: Callable[[Any], Judged]


class Judge(Protocol):
    """What judges the answers to one kind of exercise.

    `accept` returns the answer as the stages take it, or raises `InputError` for what is no answer at all. `untried`
    says what none of the stages tries.
    """

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages, in their order."""
        ...

    @property
    def untried(self) -> str:
        """What no stage tries, in a sentence."""
        ...

    def accept(self, answer: object) -> Any:
        """Return the answer as the stages take it."""
        ...
