"""Whether a search may leave steps out, and since when it knows.

To know which steps commute, each node is asked what it would do whatever came to it: see `commute`. A class that counts
what it gets has no end of answers. So the questions are rationed: as long as they lead to no end, the search follows
every order, and it asks on only once it has itself come much further.
"""

from collections.abc import Callable
from typing import NamedTuple

from imteach.verify.search.codes import Codes
from imteach.verify.search.loop import Rules
from imteach.verify.search.quiet import QuietStates
from imteach.verify.search.reduce.commute import Commuting, IrreducibleError
from imteach.verify.search.reduce.fewer import Fewer
from imteach.verify.search.scripts import NODE_KINDS


class Ration(NamedTuple):
    """How many questions may be asked before the search begins; and for how many states one more."""

    questions: int
    states: int


RATIONS = {"ours": Ration(1_000, 4), "a learner's": Ration(100, 25)}
"""A learner's node answers slower, and may have no end of answers."""


_NO_END = "no end was found of what its nodes may hold ({:,} steps of theirs were tried), as where something is counted"


class Reducing:
    """What may happen in the states of a search: all of it, or less, where steps commute.

    `why_not` says why nothing could be left out; "" if it was told not to, or something could.
    """

    def __init__(self, codes: Codes, wanted: bool) -> None:
        self.codes = codes
        self.strikes_nodes = any(kind in codes.kinds for kind in NODE_KINDS)
        self._ration = RATIONS["ours" if codes.world.scenario.is_ours else "a learner's"]
        self.why_not = ""
        self._commuting: Commuting | None = None
        self._fewer: Fewer | None = None
        self._starts: list[int] = []
        self._next = 0  # after how many states to ask on
        if wanted:
            self._try(lambda: Commuting(codes.world, after_crashes="crash" in codes.kinds))

    @property
    def is_on(self) -> bool:
        """Whether anything was left out."""
        return self._fewer is not None and self._fewer.left_out

    def _try(self, make: Callable[[], Commuting]) -> None:
        try:
            self._commuting = make()
        except IrreducibleError as error:
            self._commuting, self.why_not = None, str(error)

    def rules(self, left: int, starts: list[int], at_end: Callable[[int], None], most: int) -> Rules:
        """Return what may happen from these states on, in which so many faults may still strike.

        `at_end` and `most` are those of `QuietStates`.
        """
        ways, faults = self.codes.ways, self.codes.faults
        if not (self.strikes_nodes and left) and self.is_known(starts):
            assert self._fewer is not None
            ways, faults = self._fewer.ways, self._fewer.faults
        return Rules(ways, faults, QuietStates(self.codes, ways, at_end, most))

    def is_known(self, starts: list[int]) -> bool:
        """Whether it is known what commutes from these states on."""
        if self._fewer is None and self._commuting is not None and not self._starts:
            self._starts = starts
            self._cover(self._ration.questions)
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
                self.why_not = _NO_END.format(commuting.questions)
        except IrreducibleError as error:
            self._commuting, self.why_not = None, str(error)
        self._next = commuting.questions * self._ration.states
