"""What came of an answer: right or not, what the run says, and why, each reason with what it is about in a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from imteach.course.predictions.evidence import (
    broken_ones,
    did_not_happen,
    evidence,
    seen_by_people,
    settling,
    stopped,
    struck_nothing,
    told,
)
from imteach.course.predictions.kinds import AnswerKind, found_in
from imteach.course.predictions.settled_by import SettlingRun, settled_by
from imteach.printed import Sentence, Sentences
from imteach.tell import Reason, told_of


@dataclass(frozen=True)
class Grade:
    """What came of an answer: `sentence` says it, and `rights` holds every right value.

    `reasons` say why, from the run in `settled_by`; `events` and `packets` light up in its picture.
    """

    right: bool
    sentence: str
    rights: tuple[Any, ...]
    reasons: tuple[Reason, ...] = ()
    events: tuple[int, ...] = ()
    packets: tuple[str, ...] = ()
    settled_by: SettlingRun | None = None

    @property
    def reason(self) -> Sentences:
        """The sentence and the reasons, as text."""
        run = [f"{self.settled_by.name}:"] if self.settled_by and self.settled_by.name else []
        others = self.settled_by.others if self.settled_by else ()
        told = (self.sentence, *run, *(reason.text for reason in self.reasons), *others)
        return Sentences(Sentence(text) for text in told)

    def __str__(self) -> str:
        return str(self.reason)

    def __repr__(self) -> str:
        return str(self)


def grade(kind: AnswerKind, said: Any, answer: object, result: object, because: object) -> Grade:
    """Return what came of what was `said`, as the author's `answer` says, which was read from `result`.

    `because` are the events or packets that settle it, if it has any; or the run that does, or several by their names.
    """
    rights = kind.rights(answer)
    right = kind.is_right(said, rights)
    sentence = in_a_sentence(kind, said, rights, right)
    run = settled_by(kind, said, rights, result, because)
    if run is None:
        return Grade(right, sentence, rights)
    because = because if run.trace is result else None  # of another run nothing more is known
    counted = found_in(because) is not None
    events = evidence(run.trace, because)
    missing = did_not_happen(run.trace) if events == seen_by_people(run.trace) else []
    settles = settling(events, said if found_in(answer) is not None and not right else None)
    reasons = [
        *(missing or told(run.trace, events, settles, counted)),
        *broken_ones(run.trace, answer),
        *stopped(run.trace),
        *(struck_nothing(run.trace) if run.trace is result else []),
    ]
    return Grade(right, sentence, rights, tuple(reasons), *told_of(run.trace, reasons), run)


def in_a_sentence(kind: AnswerKind, said: Any, rights: Sequence[Any], right: bool) -> str:
    """Return the verdict as one sentence.

    >>> from imteach.course.predictions.kinds import ChooseOne, GiveNumber
    >>> in_a_sentence(ChooseOne(("never", "once", "twice")), 1, [2], False)
    'Not so. You said: once. The run says: twice.'
    >>> in_a_sentence(GiveNumber("ms", within=20), 310, [300], True)
    'Right, near enough. You said: 310 ms. The run says: 300 ms.'
    """
    if right and said not in rights:
        return f"Right, near enough. You said: {kind.words(said)}. The run says: {kind.words(rights[0])}."
    if right:
        return f"Right: {kind.words(said)}."
    return f"Not so. You said: {kind.words(said)}. The run says: {', or '.join(map(kind.words, rights))}."
