"""The promises: what a learner may expect of a protocol, judged at the end of a run.

They are part of the protocol, not of one driver: the simulator, a checker and a real network can be judged by the same
rules. The end of a run is when nothing is in flight and no timer runs, heartbeats aside.
"""

from collections.abc import Callable, Iterable, Mapping

from imteach.protocol.ladder import Rung
from imteach.protocol.value import Value


class Outcome(Value, frozen=True):
    """What came of one thing said; `msgid` is the first that its client gave it.

    `status` is what the sender's person sees (None if nothing), `shown` how often it was shown to each receiver,
    `stored` how often it is durably stored for each. `away` are the receivers who are logged out at the end, `late`
    those who were shown it only after something that was said later in the same conversation. `twice` says whether two
    copies of it were in the store at one moment: for one person, or in a group's log.

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
    away: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    twice: bool = False

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
    """Everything said is shown at every receiver, and its sender shows `delivered`.

    For a receiver who is logged out at the end, durably stored will do.
    """
    has_come = (said.shown[receiver] or (said.stored[receiver] and receiver in said.away) for receiver in said.to)
    return said.status == "delivered" and all(has_come)


def in_order(said: Outcome) -> bool:
    """A receiver sees a conversation in the order in which it was said. Judged from the rung `ordered` on."""
    return not said.late


def stored_once(said: Outcome) -> bool:
    """Two copies of one message are never in the store at one moment. Judged from the rung `offline` on."""
    return not said.twice


_ALL = (no_duplicates, no_false_delivery, no_silent_loss, no_false_failure, all_delivered, in_order, stored_once)

PROMISES: dict[str, Callable[[Outcome], bool]] = {promise.__name__: promise for promise in _ALL}
"""Each promise by name, as a rule for one thing said; a run keeps it if everything said does."""

_NEEDS = {"in_order": "orders", "stored_once": "stores"}
"""The flag of a rung without which a promise does not count there; the others count on every rung."""


def judge(outcomes: Iterable[Outcome], rung: Rung) -> dict[str, bool]:
    """Return by name, for each promise that counts at this rung, whether everything said keeps it.

    >>> from imteach.protocol import LADDER
    >>> twice = Outcome("m1", "alice", ("bob",), "hello", "delivered", {"bob": 2}, {"bob": 0})
    >>> judge([twice], LADDER["retransmit"])["no_duplicates"], "in_order" in judge([twice], LADDER["retransmit"])
    (False, False)
    """
    outcomes = list(outcomes)
    judged = (name for name in PROMISES if name not in _NEEDS or getattr(rung, _NEEDS[name]))
    return {name: all(PROMISES[name](said) for said in outcomes) for name in judged}


SEARCHED: dict[str, str] = {
    "nothing_left_behind": "Once a run is over, the server holds presence, its store and cursors only, and no client "
    "has a message in its queue that its person sees as settled.",
    "it_ends": "No run goes round for ever without news.",
    "few_packets": "No run sends more packets than the search was told to allow. Judged only if it was told.",
}
"""The promises that only a search can judge, each with its rule: about all that nodes hold, and about all runs."""

PROMISE_TITLES: dict[str, str] = {
    "no_duplicates": "Nothing is shown twice",
    "no_false_delivery": "No false ✓✓",
    "no_silent_loss": "No loss goes unnoticed",
    "no_false_failure": "No false failure",
    "all_delivered": "Everything arrives, and the sender knows",
    "in_order": "In the order in which it was said",
    "stored_once": "Nothing is stored twice",
    "nothing_left_behind": "Nothing is left behind",
    "it_ends": "Every run comes to an end",
    "few_packets": "No more packets than allowed",
}
"""Each promise in a few words, for people, in the order of `PROMISES`, then of `SEARCHED`, where its rule stands."""
