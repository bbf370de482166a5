"""How a run ended, as a sign and a word or two: the worst outcome among the things said."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from imteach.protocol import Outcome
from imteach.tell.words import times


class End(NamedTuple):
    """One way for a run to end: its sign, its name, what it means. `mood` is good, honest or bad.

    An honest end: something did not arrive, or may not have, and no screen says anything false.
    """

    sign: str
    name: str
    means: str
    mood: str


_BROKEN: dict[str, End] = {
    "no_false_delivery": End("✗", "false ✓✓", "the sender sees ✓✓, and the receiver hasn't got it", "bad"),
    "no_silent_loss": End("∅", "silent loss", "it is lost, and its sender sees no sign of that", "bad"),
    "no_false_failure": End("≠", "false failure", "the sender sees a failure, and the receiver has it", "bad"),
    "no_duplicates": End("2×", "shown twice", "the receiver sees it more than once", "bad"),
    "in_order": End("⇅", "out of order", "the receiver sees it after something said later", "bad"),
    "stored_once": End("2□", "stored twice", "the server keeps two copies of it at one moment", "bad"),
}
"""The end of a run that breaks a promise, the worst first."""

_FAILED = End("!", "true failure", "it did not arrive, and its sender sees that", "honest")
_UNSURE = End("?", "unconfirmed", "the sender sees that it cannot tell whether it arrived", "honest")
_KEPT = End("□", "kept", "the server keeps it, and the receiver has not been shown it", "honest")
_SENT = End("✓", "only sent", "it arrived, and its sender is never told so", "honest")
_REPAIRED = End("↻", "repaired", "all is well in the end; something was sent again", "good")
_HARMLESS = End("=", "harmless", "all is well, and nothing had to be sent again", "good")

ENDS: tuple[End, ...] = (*_BROKEN.values(), _FAILED, _UNSURE, _KEPT, _SENT, _REPAIRED, _HARMLESS)
"""Every end, the worst first. If something was shown more than twice, its end says how often."""


def end_of(messages: Sequence[Outcome], promises: Mapping[str, bool], sent_again: Collection[object]) -> End:
    """Return the end of a run: the worst outcome of anything said. `sent_again` are packets that only a loss causes.

    >>> from imteach import Drop, Scenario
    >>> trace = Scenario("retransmit").run(Drop("ack:N"))
    >>> end_of(trace.messages, trace.promises, ["m1/msg:R#2"]).name
    'shown twice'
    """
    for promise, end in _BROKEN.items():
        if not promises.get(promise, True):
            return _shown(messages) if promise == "no_duplicates" else end
    if promises["all_delivered"]:
        return _REPAIRED if sent_again else _HARMLESS
    statuses = {said.status for said in messages}
    if "failed" in statuses:
        return _FAILED
    if "unconfirmed" in statuses:
        return _UNSURE
    shown = all(said.shown[receiver] for said in messages for receiver in said.to)
    return _SENT if shown else _KEPT


def worst_first(ends: Iterable[End]) -> list[End]:
    """Return these ends, each once, the worst first: shown 3 times before shown twice.

    >>> [end.sign for end in worst_first([ENDS[3], ENDS[-1], ENDS[3]._replace(sign="3×"), ENDS[-1]])]
    ['3×', '2×', '=']
    """
    kinds = [end.means for end in ENDS]
    return sorted(set(ends), key=lambda end: (-kinds.index(end.means), len(end.sign), end.sign), reverse=True)


def _shown(messages: Sequence[Outcome]) -> End:
    """The end in which something was shown too often, with how often that was at most."""
    count = max(said.shown[receiver] for said in messages for receiver in said.to)
    return _BROKEN["no_duplicates"]._replace(sign=f"{count}×", name=f"shown {times(count)}")
