"""A shortest way as a person would tell it: packets in the order of their sending, timers and crashes only then.

A search that leaves steps out takes some before their time. Steps that commute can change places afterwards.
"""

from itertools import pairwise

from imteach.verify.search.codes import Codes
from imteach.verify.search.state import Action

_ORDER = {
    "do": 0,
    **dict.fromkeys(("arrive", "drop", "copy"), 1),
    **dict.fromkeys(("restart", "back", "learn"), 2),
    **dict.fromkeys(("timer", "beat"), 3),
    **dict.fromkeys(("crash", "away", "again"), 4),
}
"""What comes first, if either may."""


def as_told(codes: Codes, way: list[int]) -> list[int]:
    """Return the states on a way to the same end by the same steps, in the order in which they are told best.

    >>> from imteach.scenario import Scenario
    >>> from imteach.verify.search.rules import World
    >>> codes = Codes(World(Scenario("basic")), ["drop"], copies=10)
    >>> start = codes.number(codes.world.start)
    >>> way = [start]
    >>> for what in ("do", "arrive", "timer", "arrive"):
    ...     way.append(next(after for action, after, _ in codes.steps(way[-1]) if action.what == what))
    >>> told = as_told(codes, way)
    >>> [codes.step(before, after).what for before, after in zip(told, told[1:])]
    ['do', 'arrive', 'timer', 'arrive']
    """
    told = list(way)
    steps = [codes.step(before, after) for before, after in pairwise(way)]
    changed = True
    while changed:
        changed = False
        for place, (first, second) in enumerate(pairwise(steps)):
            if _rank(second) < _rank(first):
                between = _between(codes, told[place], second, first, told[place + 2])
                if between is not None:
                    told[place + 1], changed = between, True
                    steps[place : place + 2] = second, first
                    break  # the pairs are others now
    return told


def _between(codes: Codes, before: int, first: Action, second: Action, after: int) -> int | None:
    """Return the state between two others, if these two steps lead from one to the other; None if they do not."""
    middle = _after(codes, before, first)
    return middle if middle is not None and _after(codes, middle, second) == after else None


def _after(codes: Codes, number: int, action: Action) -> int | None:
    """Return the number of the state after this step; None if it cannot happen there."""
    return next((after for step, after, _ in codes.steps(number, faults=1) if step == action), None)


def _rank(action: Action) -> tuple[int, int]:
    """Packets are numbered in the order in which they were sent first."""
    return _ORDER[action.what], action.about if isinstance(action.about, int) and _ORDER[action.what] == 1 else 0
