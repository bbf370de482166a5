"""Numbered things in order: what comes early is held back until its turn."""

from typing import Generic, TypeVar

T = TypeVar("T")


class HoldBack(Generic[T]):
    """The hold-back buffer of one conversation or one group: `turn` is the number that is to come next.

    >>> bobs = HoldBack()
    >>> bobs.take(2, "two"), bobs.take(1, "one"), bobs.turn
    ([], ['one', 'two'], 3)
    """

    def __init__(self, turn: int = 1) -> None:
        self.turn = turn
        self.held: dict[int, T] = {}

    def take(self, number: int, thing: T, base: int = 0) -> list[T]:
        """Take a thing in, and return those whose turn has come, in order.

        Nothing below `base` is waited for any longer: what is held below it comes out, gaps or not.

        >>> bobs = HoldBack()
        >>> bobs.take(3, "three"), bobs.take(5, "five", base=4), bobs.turn
        ([], ['three'], 4)
        """
        self.held[number] = thing
        ready = [self.held.pop(early) for early in sorted(self.held) if early < base]
        self.turn = max(self.turn, base)
        while self.turn in self.held:
            ready.append(self.held.pop(self.turn))
            self.turn += 1
        return ready

    def pass_by(self, number: int) -> None:
        """Wait no longer for this number or one below it."""
        self.turn = max(self.turn, number + 1)

    @property
    def cursor(self) -> int:
        """The highest number up to which nothing is missing."""
        return self.turn - 1
