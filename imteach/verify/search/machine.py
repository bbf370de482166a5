"""A node as a table: for each state and each thing it is told, what it does and which state it is in then.

The table is filled by asking the node itself, once for each state and thing told. So a search runs the code under test,
a learner's own included. A learner's is asked several times, to see that it always does the same, unless it is slow.
"""

from collections.abc import Callable, Hashable, Iterator, Sized
from typing import Any, NamedTuple

from imteach.bars import stopwatch
from imteach.learner.learners import Learners
from imteach.learner.mistakes import LearnerError, Mistake
from imteach.learner.returned import checked
from imteach.learner.snapshot import RULE, UnfitError, restored, snapshot
from imteach.protocol import SERVER, Effect
from imteach.scenario import Scenario
from imteach.trace.leftovers import Held, held_by

TIMES = 8
"""How often a learner's node is asked: one that tosses a coin passes only if it answers the same each time."""

SLOW = 0.05
"""A step of a learner's that takes this many seconds is asked once."""

AGAIN = 0.002
"""Any other is asked again for this many seconds, or for as long as it took at first.

So a search of a slow class takes twice its time at most, and a pause of the machine does not pass for a slow step.
"""

MANY = 100
"""A node that was seen in so many states holds something that grows; ours are seen in some twenty of them."""

Told = tuple[Hashable, ...]
"""What a node is told: the name of the method that its driver calls, and the arguments."""


class Move(NamedTuple):
    """What a node does when it is told something: the state it is in then, its effects, the msgids it was handed.

    Or the `mistake` in a learner's code, because of which it does nothing.
    """

    state: int
    effects: tuple[Effect, ...]
    handed: int
    mistake: Mistake | None = None


class Machine:
    """One node of a scenario as a table of its moves. A state is a number; 0 is the state at the start.

    >>> bob = Machine(Scenario("basic"), "bob")
    >>> move = bob.move(0, ("command", "login"))
    >>> move.state, move.effects
    (0, ())
    """

    def __init__(self, scenario: Scenario, name: str) -> None:
        self.name = name
        self.moves: dict[tuple[int, Told], Move | None] = {}  # None: it asks for msgids, so those made matter too
        self._asking: dict[tuple[int, Told, int], Move] = {}
        self._once: dict[tuple[int, Told, int], Move] = {}  # what a learner's node was asked once only
        self._scenario = scenario
        self._numbers: dict[Hashable, int] = {}
        self._images: list[Hashable] = []
        self._held: dict[int, tuple[Held, ...]] = {}
        self._made = 0
        self._handed = 0
        self._learners = Learners.among((scenario.client, scenario.server), (*scenario.people, SERVER))
        self._shared = [] if self._learners is None else self._learners.tables  # no part of a state
        self.number(self._first())

    def fresh(self) -> Any:
        """Return the node as it starts."""
        if self._learners is None:
            return self._scenario.node(self.name, self._new_msgid)
        return self._learners.made(lambda: self._scenario.node(self.name, self._new_msgid))

    def number(self, image: Hashable) -> int:
        """Return the number of the state that this is a snapshot of."""
        number = self._numbers.setdefault(image, len(self._images))
        if number == len(self._images):
            self._images.append(image)
        return number

    @property
    def states(self) -> range:
        """The numbers of all states that it was seen in."""
        return range(len(self._images))

    def node(self, state: int) -> Any:
        """Return a node that is in this state."""
        return restored(self._images[state], self._shared)

    def growing(self, state: int) -> list[str]:
        """Return the attributes that are larger in this state than in the one met before, if it has met very many."""
        if state < MANY:
            return []
        before, now = vars(self.node(state - 1)), vars(self.node(state))
        return [name for name, value in now.items() if name in before and _size(value) > _size(before[name])]

    def held(self, state: int) -> tuple[Held, ...]:
        """Return what the node holds in this state that may be left behind when a run is over."""
        if state not in self._held:
            self._held[state] = held_by(self._scenario, self.name, self.node(state))
        return self._held[state]

    def move(self, state: int, told: Told, made: int = 0, sure: bool = True) -> Move:
        """Return what the node does in this state when it is told this, `made` msgids having been made before.

        If it need not be `sure`, because this may never happen, a learner's node is asked once only. Raises
        `InputError` for effects that a node may not return; what a learner's class does wrong is in the move.
        """
        move = self.moves.get((state, told))
        if move is None:
            move = self._asking.get((state, told, made))
        if move is None and not sure and self._learners is not None:
            return self._ask_once(self._learners, state, told, made)
        if move is None:
            move = self._ask(state, told, made)
            if move.handed:
                self.moves[state, told], self._asking[state, told, made] = None, move
            else:
                self.moves[state, told] = move
        return move

    def every(self) -> Iterator[tuple[int, Told, Move]]:
        """Yield every move that was asked for: the state, what the node was told there, what it did. In that order."""
        asking: dict[tuple[int, Told], list[Move]] = {}
        for (state, told, _), move in self._asking.items():
            asking.setdefault((state, told), []).append(move)
        for (state, told), only in self.moves.items():
            for move in asking[state, told] if only is None else [only]:
                yield state, told, move

    def _ask(self, state: int, told: Told, made: int) -> Move:
        if self._learners is None:
            node, call, arguments = self._step(state, told, made)
            effects = checked(call(*arguments), type(node).__name__)
            return Move(self.number(snapshot(node, self._shared)), tuple(effects), self._handed)
        seconds = stopwatch()
        move = self._ask_learners(self._learners, state, told, made)
        move = self._once.get((state, told, made), move)  # the same, unless the node wavers
        took = seconds()
        if move.mistake or took >= SLOW:
            return move
        if all(move == self._ask_learners(self._learners, state, told, made) for _ in _again(took)):
            return move
        node, call, arguments = self._step(state, told, made)
        return Move(state, (), 0, self._learners.wavers(node, call, *arguments))

    def _ask_once(self, learners: Learners, state: int, told: Told, made: int) -> Move:
        place = (state, told, made)
        if place not in self._once:
            self._once[place] = self._ask_learners(learners, state, told, made)
        return self._once[place]

    def _ask_learners(self, learners: Learners, state: int, told: Told, made: int) -> Move:
        node, call, arguments = self._step(state, told, made)
        done = learners.called(node, call, *arguments)
        mistake = next((each for each in done if isinstance(each, Mistake)), None)
        if mistake is None:
            try:
                return Move(self.number(snapshot(node, self._shared)), tuple(done), self._handed)  # type: ignore[arg-type]
            except UnfitError as unfit:
                mistake = learners.keeps(node, unfit.shown, unfit.held_at, RULE)
        return Move(state, (), self._handed, mistake)  # what it holds now is never looked at

    def _step(self, state: int, told: Told, made: int) -> tuple[Any, Callable[..., object], list[Any]]:
        """Return a node in this state, the method of it that is to be called, and the arguments."""
        self._made, self._handed = made, 0
        method, *arguments = told
        node = self.fresh() if method == "restart" else self.node(state)
        if method == "restart":
            arguments = [restored(arguments[0])]  # the disk
        return node, getattr(node, str(method)), arguments

    def _first(self) -> Hashable:
        """Return the snapshot of the node as it starts."""
        node = self.fresh()
        try:
            return snapshot(node, self._shared)
        except UnfitError as unfit:
            if self._learners is None:
                raise
            mistake = self._learners.keeps(node, unfit.shown, unfit.held_at, RULE)
            raise LearnerError(mistake.sentence("from the start"), mistake.line) from unfit

    def _new_msgid(self) -> str:
        self._handed += 1
        return f"m{self._made + self._handed}"


def _size(value: object) -> float:
    """How large a number, or how long a list or a table is; 0 for anything else."""
    if isinstance(value, int | float):
        return value
    return len(value) if isinstance(value, Sized) else 0


def _again(took: float) -> Iterator[int]:
    """Count the times that a step which `took` so many seconds is asked again, while there is time for it."""
    seconds = stopwatch()
    for time in range(1, TIMES):
        if seconds() > max(took, AGAIN):
            return
        yield time
