"""The promises: what a learner may expect of a protocol, judged at the end of a run.

They are part of the protocol, not of one driver: the simulator, a checker and a real network judge by the same
five sentences. The end of a run is when nothing is in flight and no timer runs.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """What came of one thing said, under its first msgid.

    `status` is what the sender's person sees (None if nothing), `shown` counts how often each receiver was shown
    it, `stored` how often it is durably stored for each.

    >>> Outcome("m1", "alice", ("bob",), "hello", "delivered", {"bob": 1}, {"bob": 0}).reached("bob")
    True
    """

    msgid: str
    sender: str
    to: tuple[str, ...]
    text: str
    status: str | None
    shown: Mapping[str, int]
    stored: Mapping[str, int]

    def reached(self, receiver: str) -> bool:
        """Whether it was shown to this receiver, or is durably stored for them."""
        return self.shown[receiver] > 0 or self.stored[receiver] > 0


def no_duplicates(said: Outcome) -> bool:
    """Nothing said is shown more than once to one receiver."""
    return all(said.shown[receiver] <= 1 for receiver in said.to)


def no_false_delivery(said: Outcome) -> bool:
    """`delivered` at the sender means: shown at the receiver, or durably stored for it."""
    return said.status != "delivered" or all(said.reached(receiver) for receiver in said.to)


def no_silent_loss(said: Outcome) -> bool:
    """What is neither shown nor durably stored, the sender shows as `failed` or `unconfirmed`."""
    return said.status in ("failed", "unconfirmed") or all(said.reached(receiver) for receiver in said.to)


def no_false_failure(said: Outcome) -> bool:
    """`failed` at the sender means: not shown at the receiver."""
    return said.status != "failed" or not any(said.shown[receiver] for receiver in said.to)


def all_delivered(said: Outcome) -> bool:
    """Everything said is shown at every receiver, or durably stored for it, and the sender shows `delivered`."""
    return said.status == "delivered" and all(said.reached(receiver) for receiver in said.to)


PROMISES: dict[str, Callable[[Outcome], bool]] = {
    promise.__name__: promise
    for promise in (no_duplicates, no_false_delivery, no_silent_loss, no_false_failure, all_delivered)
}
"""Each promise by name, as a rule for one thing said; a run keeps it if everything said does."""


def judge(outcomes: Iterable[Outcome]) -> dict[str, bool]:
    """Return for each promise whether everything said keeps it.

    >>> twice = Outcome("m1", "alice", ("bob",), "hello", "delivered", {"bob": 2}, {"bob": 0})
    >>> judge([twice])["no_duplicates"], judge([twice])["all_delivered"]
    (False, True)
    """
    outcomes = list(outcomes)
    return {name: all(holds(said) for said in outcomes) for name, holds in PROMISES.items()}
