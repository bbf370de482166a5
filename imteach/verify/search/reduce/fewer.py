"""What may happen in a state, less what may be left out: where some steps can come first, only those are followed."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from imteach.verify.search.codes import FIELD_MASK, Codes, Deltas
from imteach.verify.search.reduce.commute import Coming, Commuting
from imteach.verify.search.rules import PACKET_FAULTS
from imteach.verify.search.state import Action, Numbers, State


class Here(NamedTuple):
    """What may happen at one node in a state.

    Its number among all such; the actions; for each what may come before it, by what is at hand; and the events that
    are at hand at this node, as bits.
    """

    number: int
    may: tuple[Action, ...]
    coming: tuple[Coming, ...]
    at_hand: int


Choice = tuple[Deltas, Deltas]
"""What each way adds that is followed: without a fault, by a fault."""


class Fewer:
    """The ways of `codes`; but where some steps of a node can come first only these, with their faults."""

    def __init__(self, codes: Codes, commuting: Commuting) -> None:
        self.codes = codes
        self.commuting = commuting
        self.left_out = False  # whether anything was
        self._numbers = Numbers()
        self._may: dict[int, bool] = {}  # by what is shared, by number
        self._here: list[dict[int, Here]] = [{} for _ in codes.tables]
        self._choices: list[dict[tuple[int, tuple[int, ...]], Choice]] = [{} for _ in codes.tables]
        self._last: tuple[int, Choice | None] = (-1, None)  # it is asked twice about each state

    def ways(self, number: int) -> list[Deltas]:
        """Return what may happen without a fault, heartbeats aside: for each node what each way adds."""
        only = self.only(number)
        return self.codes.ways(number) if only is None else [only[0]]

    def faults(self, number: int) -> list[Deltas]:
        """Return where a fault may strike."""
        only = self.only(number)
        return self.codes.faults(number) if only is None else [only[1]]

    def only(self, number: int) -> Choice | None:
        """Return the smallest choice of steps that can come first; None if there is none, so all are to be followed."""
        if number != self._last[0]:
            self._last = (number, self._smallest(number))
        return self._last[1]

    def _smallest(self, number: int) -> Choice | None:
        if not self._applies(number & FIELD_MASK):
            return None
        keys = [number & table.mask for table in self.codes.tables]
        here = [
            found.get(key) or self._found(node, key)
            for node, (key, found) in enumerate(zip(keys, self._here, strict=True))
        ]
        smallest = None
        for node, (place, _, comings, _) in enumerate(here):
            before = []
            for coming in comings:
                events = 0
                for _, _, _, at_hand in here:
                    events |= coming[at_hand]
                before.append(events)
            choice = self._choices[node].get((place, tuple(before)))
            if choice is None:
                choice = self._chosen(node, keys[node], here[node], before)
                self._choices[node][place, tuple(before)] = choice
            if len(choice[0]) == 1:
                self.left_out = self.left_out or sum(len(may) for _, may, _, _ in here) > 1
                return choice  # no other can be smaller
            if choice[0] and (smallest is None or len(choice[0]) < len(smallest[0])):
                smallest = choice
        if smallest is not None:
            self.left_out = self.left_out or sum(len(may) for _, may, _, _ in here) > len(smallest[0])
        return smallest

    def _applies(self, shared: int) -> bool:
        if shared not in self._may:
            self._may[shared] = self.commuting.applies(self.codes.shared[shared])
        return self._may[shared]

    def _found(self, node: int, key: int) -> Here:
        """Find out what may happen at a node. How many copies of a packet are in flight does not matter."""
        part = self.codes.part(node, key)
        may = tuple(self.codes.alone(node, part))
        number = self._numbers.of((node, key & self.codes.holds[node], may))
        coming = (self.commuting.coming_before(self.commuting.bit(node, action)) for action in may)
        here = Here(number, may, tuple(coming), self.commuting.at_hand(part, node))
        self._here[node][key] = here
        return here

    def _chosen(self, node: int, key: int, here: Here, before: Sequence[int]) -> Choice:
        """The smallest choice of what may happen at this node; () and () if there is none."""
        part = self.codes.part(node, key)
        view = self.commuting.number(part, node)
        choices = (
            self.commuting.persistent(node, view, action, here.may, coming)
            for action, coming in zip(here.may, before, strict=True)
        )
        chosen = min((choice for choice in choices if choice), key=len, default=[])
        packets = [action.about for action in chosen if action.what == "arrive"]
        kinds = [what for what, kind in PACKET_FAULTS.items() if kind in self.codes.kinds]
        strikes = [Action(what, packet) for packet in packets for what in kinds]
        return self._deltas(node, key, part, chosen), self._deltas(node, key, part, strikes)

    def _deltas(self, node: int, key: int, part: State, actions: Iterable[Action]) -> Deltas:
        return tuple(self.codes.delta(node, part, key, action) for action in actions)
