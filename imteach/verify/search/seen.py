"""What one node's person has seen so far, and what the node has stored: all that the promises will be judged by."""

from typing import TypeVar

from imteach.trace.outcomes import Conversation, Screen, Shelf

K = TypeVar("K")
V = TypeVar("V")


class Seen:
    """What one person has seen, and what their node has stored.

    It keeps no order that no promise depends on; so what happened in another order, and is the same, is equal.

    >>> bobs = Seen()
    >>> bobs.show("m1", ("alice", "bob", "bob"), place=1)
    >>> bobs.report("m2", "m2", "sending")
    >>> bobs.screen.shown, bobs.signs
    ({'m1': 1}, {'m2': 'sending'})
    """

    def __init__(self) -> None:
        self.screen = Screen()
        self.shelf = Shelf()
        self.signs: dict[str, str] = {}  # by msgid: the last status seen
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

    def in_order(self) -> "Seen":
        """Put what it holds into one order, so that it is equal to any other that holds the same; return it."""
        for part in (self.screen, self.shelf, self):
            for name, table in vars(part).items():
                if isinstance(table, dict):
                    setattr(part, name, _in_order(table))
        self.shelf.stored = {
            said: copies
            for said, held in self.shelf.stored.items()
            if (copies := _in_order({to: count for to, count in held.items() if count}))
        }
        self.shelf.copies = {place: count for place, count in self.shelf.copies.items() if count}
        return self


def _in_order(table: dict[K, V]) -> dict[K, V]:
    return {key: table[key] for key in sorted(table)}  # type: ignore[type-var]
