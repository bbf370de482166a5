"""What came of an answer: right or not, what the run says, and why, each reason with what it is about in a picture."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from imteach.course.predictions.evidence import evidence, settling, told
from imteach.course.predictions.kinds import AnswerKind, found_in
from imteach.printed import Sentence, Sentences
from imteach.tell import Reason, told_of
from imteach.trace import Trace


@dataclass(frozen=True)
class Grade:
    """What came of an answer: `sentence` says it, and `rights` holds every right value.

    `reasons` say why, from the run; `events` and `packets` light up in its picture.
    """

    right: bool
    sentence: str
    rights: tuple[Any, ...]
    reasons: tuple[Reason, ...] = ()
    events: tuple[int, ...] = ()
    packets: tuple[str, ...] = ()

    @property
    def reason(self) -> Sentences:
        """The sentence and the reasons, as text."""
        return Sentences(Sentence(text) for text in (self.sentence, *(reason.text for reason in self.reasons)))

    def __str__(self) -> str:
        return str(self.reason)

    def __repr__(self) -> str:
        return str(self)


def grade(kind: AnswerKind, said: Any, answer: object, result: object, because: object) -> Grade:
    """Return what came of what was `said`, as the author's `answer` says, which was read from `result`.

    `because` are the events or packets that settle it, if it has any.
    """
    rights = kind.rights(answer)
    right = kind.is_right(said, rights)
    sentence = in_a_sentence(kind, said, rights, right)
    if not isinstance(result, Trace):
        return Grade(right, sentence, rights)
    events = evidence(result, because)
    counted = said if found_in(because) is not None else None
    settles = settling(events, None if right else counted)
    reasons = told(result, events, settles, found_in(because) is not None)
    return Grade(right, sentence, rights, tuple(reasons), *told_of(result, reasons))


def in_a_sentence(kind: AnswerKind, said: Any, rights: Iterable[Any], right: bool) -> str:
    """Return the verdict as one sentence.

    >>> from imteach.course.predictions.kinds import ChooseOne
    >>> in_a_sentence(ChooseOne(("never", "once", "twice")), 1, [2], False)
    'Not so. You said: once. The run says: twice.'
    """
    if right:
        return f"Right: {kind.words(said)}."
    return f"Not so. You said: {kind.words(said)}. The run says: {', or '.join(map(kind.words, rights))}."
