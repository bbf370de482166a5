"""Which steps may happen over and over; mostly none, and then every run comes to its end.

What happens over and over must lead each node back to what it held, and each packet that it takes from the network must
be put there again. So of all steps that nodes were asked about those fall away that lead to where their node never
comes back from (one try more, a message shown), those that take what no other puts on its way, those that put there
what no other takes; and then those that needed these.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from imteach.verify.search.codes import Change

S = TypeVar("S", bound=Hashable)


def recurring(changes: Iterable[Change]) -> set[int]:
    """Return what those steps add to a state's number that may be steps of a loop; none: every run comes to its end.

    >>> step = Change(delta=5, node=0, held=(0, 0), shared=(0, 0), taken=7, sent=(7,))
    >>> recurring([step]), recurring([step._replace(held=(0, 1))]), recurring([step._replace(taken=8)])
    ({5}, set(), set())
    """
    left = list(changes)
    while True:
        taken = {change.taken for change in left}
        sent = {packet for change in left for packet in change.sent} | {None}
        held = {node: _circle_of(change.held for change in left if change.node == node) for node in _nodes(left)}
        shared = _circle_of(change.shared for change in left)
        kept = [
            change
            for change in left
            if change.taken in sent
            and taken.issuperset(change.sent)
            and _returns(held[change.node], change.held)
            and _returns(shared, change.shared)
        ]
        if len(kept) == len(left):
            return {change.delta for change in kept}
        left = kept


def _nodes(changes: Iterable[Change]) -> set[int]:
    return {change.node for change in changes}


def _circle_of(steps: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Number all that steps lead from and to, so that two have one number if each can be come to from the other."""
    after: dict[int, list[int]] = {}
    for before, then in steps:
        after.setdefault(before, []).append(then)
    return {held: number for number, circle in enumerate(circles(after)) for held in circle}


def _returns(circle_of: Mapping[int, int], step: tuple[int, int]) -> bool:
    before, after = step
    return circle_of[before] == circle_of[after]


def circles(after: Mapping[S, Sequence[S]]) -> Iterator[list[S]]:
    """Yield the largest sets of states of which each can be come to from each other, those that lead nowhere first.

    `after` says which states follow on a state, if any. (These are its strongly connected components, found in
    Tarjan's way.)

    >>> list(circles({1: [2], 2: [3], 3: [2, 4]}))
    [[4], [3, 2], [1]]
    """
    number: dict[S, int] = {}
    lowest: dict[S, int] = {}  # the lowest number of an open state that can be come to from here
    open_: dict[S, None] = {}  # in the order of their numbers
    for start in after:
        way: list[tuple[S, Iterator[S]]] = []
        if start not in number:
            number[start] = lowest[start] = len(number)
            open_[start] = None
            way.append((start, iter(after[start])))
        while way:
            state, further = way[-1]
            new = next((other for other in further if _is_new(state, other, number, lowest, open_)), None)
            if new is not None:
                number[new] = lowest[new] = len(number)
                open_[new] = None
                way.append((new, iter(after.get(new, ()))))
                continue
            way.pop()
            if way:
                before = way[-1][0]
                lowest[before] = min(lowest[before], lowest[state])
            if lowest[state] == number[state]:
                yield _closed(open_, state)


def _is_new(state: S, other: S, number: dict[S, int], lowest: dict[S, int], open_: dict[S, None]) -> bool:
    """Whether a state that follows was not met before; if it was, and is open, the way leads back there."""
    if other in open_:
        lowest[state] = min(lowest[state], number[other])
    return other not in number


def _closed(open_: dict[S, None], state: S) -> list[S]:
    """Take the states off the end of those that are open, up to this one."""
    circle: list[S] = []
    while not circle or circle[-1] != state:
        circle.append(open_.popitem()[0])
    return circle
