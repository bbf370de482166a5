"""What one node's person has seen so far, and what the node has stored: all that the promises will be judged by."""

from typing import Any, TypeVar

from imteach.trace.outcomes import Conversation, Screen, Shelf

K = TypeVar("K")

Image = tuple[tuple[Any, ...], ...]
"""All that a `Seen` holds, as a value: equal for two that hold the same, and taken faster than a snapshot."""


class Seen:
    """What one person has seen, and what their node has stored.

    It keeps no order that no promise depends on; so what happened in another order, and is the same, is equal.

    >>> bobs = Seen()
    >>> bobs.show("m1", ("alice", "bob", "bob"), place=1)
    >>> bobs.report("m2", "m2", "sending")
    >>> bobs.screen.shown, bobs.signs
    ({'m1': 1}, {'m2': 'sending'})
    >>> Seen.of(bobs.image()).image() == bobs.image()
    True
    """

    def __init__(self) -> None:
        self.screen = Screen()
        self.shelf = Shelf()
        self.signs: dict[str, str] = {}  # by msgid: the last status seen
        self.sent = 0  # how many packets, where somebody asks
        self.stands_for: dict[str, str] = {}  # the thing said, for each msgid that is not the first one of it

    def know(self, msgid: str, said: str) -> None:
        """Remember which thing said a msgid stands for here."""
        if msgid != said:
            self.stands_for[msgid] = said
        else:
            self.stands_for.pop(msgid, None)

    def said(self, msgid: str) -> str:
        """Return the thing said that a msgid stands for here: the first msgid of it."""
        return self.stands_for.get(msgid, msgid)

    def show(self, said: str, conversation: Conversation, place: int) -> None:
        """Something is shown. More than once is more than once: no promise asks how often."""
        self.screen.show(said, conversation, place)
        self.screen.shown[said] = min(self.screen.shown[said], 2)

    def report(self, msgid: str, said: str, status: str) -> None:
        """A person sees a new status."""
        self.signs[msgid] = status
        self.screen.status[said] = status

    def image(self) -> Image:
        """Return all that it holds as a value, in one order; what is counted and is 0 is left out."""
        screen, shelf = self.screen, self.shelf
        stored = {said: _in_order(_counted(held)) for said, held in shelf.stored.items() if any(held.values())}
        log = {group: tuple(held) for group, held in shelf.log.items()}
        shown: list[dict[Any, Any]] = [screen.status, screen.shown, screen.late, screen.newest]
        kept: list[dict[Any, Any]] = [shelf.cursors, shelf.twice, _counted(shelf.copies), stored, log]
        return (*map(_in_order, [*shown, self.signs, self.stands_for, *kept]), (self.sent,))

    @classmethod
    def of(cls, image: Image) -> "Seen":
        """Return what this image was taken of, as a copy that can change."""
        seen = cls()
        screen, shelf = seen.screen, seen.shelf
        *tables, (seen.sent,) = image
        *shown, seen.signs, seen.stands_for, shelf.cursors, shelf.twice, shelf.copies, stored, log = map(dict, tables)
        screen.status, screen.shown, screen.late, screen.newest = shown
        shelf.stored = {said: dict(held) for said, held in stored.items()}
        shelf.log = {group: list(held) for group, held in log.items()}
        return seen


def _counted(counts: dict[K, int]) -> dict[K, int]:
    return {key: count for key, count in counts.items() if count}


def _in_order(table: dict[Any, Any]) -> tuple[Any, ...]:
    return tuple(sorted(table.items())) if table else ()
