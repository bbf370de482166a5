"""Whether a search may leave steps out, and since when it knows.

To know which steps commute, each node is asked what it would do whatever came to it: see `commute`. A class that counts
what it gets has no end of answers. So the questions are rationed: as long as they lead to no end, the search follows
every order, and it asks on only once it has itself come much further.
"""

from collections.abc import Callable

from imteach.verify.search.codes import Codes
from imteach.verify.search.loop import Rules
from imteach.verify.search.quiet import QuietStates
from imteach.verify.search.reduce.commute import Commuting, IrreducibleError
from imteach.verify.search.reduce.fewer import Fewer
from imteach.verify.search.scripts import NODE_KINDS

QUESTIONS = 1_000
"""So many questions may be asked before the search begins."""

STATES_A_QUESTION = {"ours": 4, "a learner's": 20}
"""For so many states that the search has looked at, one more question may be asked: a learner's node answers slower."""


class Reducing:
    """What may happen in the states of a search: all of it, or less, where steps commute.

    `is_on` says whether anything was left out, `why_not` why nothing could be; "" if it was told not to.
    """

    def __init__(self, codes: Codes, wanted: bool) -> None:
        self.codes = codes
        self.strikes_nodes = any(kind in codes.kinds for kind in NODE_KINDS)
        self.is_on = False
        self.why_not = ""
        self._commuting: Commuting | None = None
        self._fewer: Fewer | None = None
        self._starts: list[int] = []
        self._next = 0  # after how many states to ask on
        if wanted:
            self._try(lambda: Commuting(codes.world, after_crashes="crash" in codes.kinds))

    def _try(self, make: Callable[[], Commuting]) -> None:
        try:
            self._commuting = make()
        except IrreducibleError as error:
            self._commuting, self.why_not = None, str(error)

    def rules(self, left: int, starts: list[int], at_end: Callable[[int], None]) -> Rules:
        """Return what may happen from these states on, in which so many faults may still strike."""
        ways, faults = self.codes.ways, self.codes.faults
        if not (self.strikes_nodes and left) and self.is_known(starts):
            assert self._fewer is not None
            self.is_on = True
            ways, faults = self._fewer.ways, self._fewer.faults
        return Rules(ways, faults, QuietStates(self.codes, ways, at_end))

    def is_known(self, starts: list[int]) -> bool:
        """Whether it is known what commutes from these states on."""
        if self._fewer is None and self._commuting is not None and not self._starts:
            self._starts = starts
            self._cover(QUESTIONS)
        return self._fewer is not None

    def is_ready_after(self, looked: int) -> bool:
        """Whether it is known by now what commutes, after a search has looked at so many states without it."""
        if self._fewer is not None or self._commuting is None or not self._starts or looked < self._next:
            return False
        self._cover(2 * self._commuting.questions)
        return self._fewer is not None

    def _cover(self, questions: int) -> None:
        commuting = self._commuting
        assert commuting is not None
        try:
            if commuting.cover(map(self.codes.state, self._starts), questions):
                self._fewer = Fewer(self.codes, commuting)
                self.why_not = ""
            else:
                self.why_not = f"after {commuting.questions} questions there was no end of what a node may hold"
        except IrreducibleError as error:
            self._commuting, self.why_not = None, str(error)
        whose = "ours" if self.codes.world.scenario.is_ours else "a learner's"
        self._next = (2 * commuting.questions - QUESTIONS) * STATES_A_QUESTION[whose]
