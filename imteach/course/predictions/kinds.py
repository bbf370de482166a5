"""The kinds of answers: what a learner may answer, what the author's answer about a run means, and their words.

An answer comes from Python (`said`), from the page, which cannot be trusted (`heard`), or from the author (`rights`:
all that count as right). All three become values of one kind; `words` is such a value in words.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from imteach.errors import InputError, quoted
from imteach.protocol import PROMISE_TITLES
from imteach.tell.words import join
from imteach.trace import Event, PacketRecord

MOST_CHOICES = 12
"""The most choices of one question: more, and nobody reads them all."""

TOO_FEW = 2

_NUMBER = re.compile(r"\s*(-?[0-9]+(?:\.[0-9]+)?)\s*(\D*)")


class AnswerKind:
    """A kind of answer. `name` is the page's word for it."""

    name = ""

    @property
    def parts(self) -> dict[str, Any]:
        """What the page needs to ask for such an answer."""
        return {}

    @property
    def expected(self) -> str:
        """What may be answered, in words: for errors."""
        raise NotImplementedError

    def said(self, *given: object) -> Any:
        """Return the value of what somebody answered in Python. Raises `InputError` for no such answer."""
        raise NotImplementedError

    def heard(self, sent: object) -> Any:
        """Return the value of what the page sent. Raises `InputError` for anything else."""
        raise NotImplementedError

    def rights(self, answer: object) -> tuple[Any, ...]:
        """Return the values that are right, as the author's answer says. Raises `InputError` if it makes no sense."""
        raise NotImplementedError

    def is_right(self, value: Any, rights: tuple[Any, ...]) -> bool:
        """Whether a value counts as one of those that are right."""
        return value in rights

    def words(self, value: Any) -> str:
        """Return a value in words."""
        raise NotImplementedError

    def to_look_at(self, value: Any, rights: tuple[Any, ...]) -> list[tuple[object, str]]:
        """Return the choices to look at after this answer, each with why: first those it is mistaken about."""
        return []

    def refused(self, got: object) -> InputError:
        """Return the error for what is no answer of this kind."""
        return InputError(f"expected {self.expected}, got {quoted(got)}", where="answer")


@dataclass(frozen=True)
class _OfChoices(AnswerKind):
    """A kind of answer that is made of choices; a choice is known by its place."""

    choices: tuple[object, ...]

    def __post_init__(self) -> None:
        texts = self.texts
        if not TOO_FEW <= len(texts) <= MOST_CHOICES:
            raise InputError(f"expected {TOO_FEW} to {MOST_CHOICES}, got {len(texts)}", where=self.field)
        for place, text in enumerate(texts):
            if text in texts[:place]:
                raise InputError(f"expected each only once, got {quoted(text)} again", where=self.field)

    @property
    def field(self) -> str:
        """The argument that holds them."""
        return "choices"

    @property
    def texts(self) -> list[str]:
        """Each choice as the learner reads it."""
        return [choice_in_words(choice) for choice in self.choices]

    @property
    def parts(self) -> dict[str, Any]:
        return {"choices": [_with_its_title(text) for text in self.texts]}

    @property
    def expected(self) -> str:
        return f"one of {', '.join(map(repr, self.choices))}"

    def place(self, answer: object) -> int:
        """Return the place of a choice: given itself, as its text, as its promise's title, or as its number from 0.

        A number that is itself a choice is that choice.
        """
        places = [place for place, choice in enumerate(self.choices) if same(choice, answer)]
        if places:
            return places[0]
        if isinstance(answer, bool):
            answer = "yes" if answer else "no"
        for texts in (self.texts, self.parts["choices"], [PROMISE_TITLES.get(text, text) for text in self.texts]):
            if isinstance(answer, str) and answer in texts:
                return texts.index(answer)
        if isinstance(answer, int) and not isinstance(answer, bool) and answer in range(len(self.choices)):
            return answer
        raise self.refused(answer)

    def sent_place(self, sent: object) -> int:
        """Return the place that the page sent."""
        if isinstance(sent, int) and not isinstance(sent, bool) and sent in range(len(self.choices)):
            return sent
        raise self.refused(sent)


class ChooseOne(_OfChoices):
    """One of the choices.

    >>> kind = ChooseOne(("never", "once", "twice"))
    >>> kind.said("twice"), kind.rights(1), kind.words(0)
    (2, (1,), 'never')
    """

    name = "one"

    def said(self, *given: object) -> int:
        if len(given) != 1:
            raise self.refused(given)
        return self.place(given[0])

    def heard(self, sent: object) -> int:
        return self.sent_place(sent)

    def rights(self, answer: object) -> tuple[int, ...]:
        found = found_in(answer)
        is_choice = any(same(choice, answer) for choice in self.choices)
        return (self.place(answer if is_choice or found is None else len(found)),)

    def words(self, value: int) -> str:
        return self.texts[value]

    def to_look_at(self, value: int, rights: tuple[int, ...]) -> list[tuple[object, str]]:
        (right,) = rights
        other = [] if value == right else [(self.choices[right], "which is right")]
        return [(self.choices[value], "which you chose" if other else ""), *other]


class ChooseSeveral(_OfChoices):
    """Any number of the choices, also none.

    >>> kind = ChooseSeveral(("msg:R", "msg:A", "msg:N"))
    >>> kind.said("msg:N", "msg:R"), kind.rights([]), kind.words((0, 2)), kind.words(())
    ((0, 2), ((),), 'msg:R and msg:N', 'none of them')
    >>> ChooseSeveral(("2 and 3", "3 and 4")).words((0, 1))
    '2 and 3; 3 and 4'
    """

    name = "several"

    @property
    def expected(self) -> str:
        return f"any of {', '.join(map(repr, self.choices))}, or nothing for none of them"

    def said(self, *given: object) -> tuple[int, ...]:
        return tuple(sorted({self.place(one) for one in _spread(given)}))

    def heard(self, sent: object) -> tuple[int, ...]:
        if not isinstance(sent, list) or len(sent) > len(self.choices):
            raise self.refused(sent)
        return tuple(sorted({self.sent_place(one) for one in sent}))

    def rights(self, answer: object) -> tuple[tuple[int, ...], ...]:
        if isinstance(answer, str) or not isinstance(answer, Sequence | set | frozenset):
            raise self.refused(answer)
        return (self.said(*answer),)

    def words(self, value: tuple[int, ...]) -> str:
        said = [self.texts[place] for place in value]
        if any(", " in text or " and " in text for text in said):
            return "; ".join(said)  # so that one sees where each begins
        return join(said) if said else "none of them"

    def to_look_at(self, value: tuple[int, ...], rights: tuple[tuple[int, ...], ...]) -> list[tuple[object, str]]:
        (right,) = rights
        missed = [(self.choices[place], "which you left out") for place in right if place not in value]
        taken = [(self.choices[place], "which you chose") for place in value if place not in right]
        return missed + taken or [(self.choices[place], "for example") for place in right or range(len(self.choices))]


class PutInOrder(_OfChoices):
    """All the items, in some order.

    >>> kind = PutInOrder(("msg:R", "msg:N", "ack:R"))
    >>> kind.said("msg:N", "msg:R", "ack:R"), kind.words((1, 0, 2))
    ((1, 0, 2), 'msg:N → msg:R → ack:R')
    """

    name = "order"

    @property
    def field(self) -> str:
        return "items"

    @property
    def expected(self) -> str:
        return f"{', '.join(map(repr, self.choices))}, each once, in some order"

    def said(self, *given: object) -> tuple[int, ...]:
        return self._whole(tuple(self.place(one) for one in _spread(given)), given)

    def heard(self, sent: object) -> tuple[int, ...]:
        if not isinstance(sent, list) or len(sent) != len(self.choices):
            raise self.refused(sent)
        return self._whole(tuple(self.sent_place(one) for one in sent), sent)

    def _whole(self, places: tuple[int, ...], given: object) -> tuple[int, ...]:
        if sorted(places) != list(range(len(self.choices))):
            raise self.refused(given)
        return places

    def rights(self, answer: object) -> tuple[tuple[int, ...], ...]:
        if isinstance(answer, str) or not isinstance(answer, Sequence):
            raise self.refused(answer)
        return (self.said(*answer),)

    def words(self, value: tuple[int, ...]) -> str:
        return " → ".join(self.texts[place] for place in value)


@dataclass(frozen=True)
class GiveNumber(AnswerKind):
    """A number, with its unit: `unit` is "" for a mere count. Each number within `within` of the right one is right.

    >>> kind = GiveNumber("ms")
    >>> kind.said(300), kind.said("300 ms"), kind.words(300), GiveNumber("packets").words(1)
    (300, 300, '300 ms', '1 packet')
    """

    unit: str
    within: float = 0

    name = "number"

    @property
    def parts(self) -> dict[str, Any]:
        return {"unit": self.unit}

    @property
    def expected(self) -> str:
        return f"a number of {self.unit}" if self.unit else "a number"

    def said(self, *given: object) -> float:
        if len(given) != 1 or isinstance(given[0], bool):
            raise self.refused(given[0] if len(given) == 1 else given)
        return self._number(given[0])

    def heard(self, sent: object) -> float:
        if not isinstance(sent, str) or len(sent) > 40:
            raise self.refused(sent)
        return self._number(sent)

    def _number(self, given: object) -> float:
        if isinstance(given, str) and (read := _NUMBER.fullmatch(given)) and read[2].strip() in ("", self.unit):
            given = float(read[1])
        if not isinstance(given, int | float) or not math.isfinite(given):
            raise self.refused(given)
        return int(given) if given == int(given) else given

    def rights(self, answer: object) -> tuple[float, ...]:
        if isinstance(answer, Event):
            return (answer.t,)
        found = found_in(answer)
        return (self.said(answer if found is None else len(found)),)

    def is_right(self, value: float, rights: tuple[float, ...]) -> bool:
        return any(abs(value - right) <= self.within for right in rights)

    def words(self, value: float) -> str:
        is_one = value == 1 and self.unit != "ms"
        return f"{value} {self.unit.removesuffix('s') if is_one else self.unit}".rstrip()


@dataclass(frozen=True)
class PickPacket(AnswerKind):
    """One of the packets of a picture, by its name.

    >>> kind = PickPacket(("m1/msg:R#1", "m1/msg:N#1"))
    >>> kind.said("msg:N"), kind.rights(["m1/msg:R#1", "m1/msg:N#1"])
    ('m1/msg:N#1', ('m1/msg:R#1', 'm1/msg:N#1'))
    """

    names: tuple[str, ...]

    name = "packet"

    @property
    def expected(self) -> str:
        return f"one of the packets {', '.join(self.names)}"

    def said(self, *given: object) -> str:
        if len(given) != 1:
            raise self.refused(given)
        return self._named(given[0])

    def heard(self, sent: object) -> str:
        if not isinstance(sent, str) or sent not in self.names:
            raise self.refused(sent)
        return sent

    def _named(self, given: object) -> str:
        """Return the whole name of a packet, also of a short one that fits only one of them, or the first msgid's."""
        if isinstance(given, Event | PacketRecord):
            given = given.packet if isinstance(given, Event) else given.name
        for pattern in ("{}", "{}#1", "m1/{}", "m1/{}#1"):
            if pattern.format(given) in self.names:
                return pattern.format(given)
        raise self.refused(given)

    def rights(self, answer: object) -> tuple[str, ...]:
        several = answer if isinstance(answer, list | tuple | set | frozenset) else [answer]
        if not several:
            raise self.refused(answer)
        return tuple(dict.fromkeys(self._named(one) for one in several))

    def words(self, value: str) -> str:
        return value


def choice_in_words(choice: object) -> str:
    """Return a choice as a learner reads it; a list of texts is what somebody's phone shows.

    >>> choice_in_words("twice"), choice_in_words(True), choice_in_words(["hello", "hello"]), choice_in_words([])
    ('twice', 'yes', '“hello”, then “hello”', 'nothing')
    """
    if isinstance(choice, bool):
        return "yes" if choice else "no"
    if isinstance(choice, list | tuple):
        return ", then ".join(f"“{text}”" for text in choice) or "nothing"
    return str(choice)


def _with_its_title(text: str) -> str:
    """A choice as it stands in the question: the name of a promise with its title."""
    return f"{PROMISE_TITLES[text]} ({text})" if text in PROMISE_TITLES else text


def same(choice: object, answer: object) -> bool:
    """Whether an answer is this choice itself: 1 is not True, and a list is the tuple of the same texts."""
    if isinstance(choice, list | tuple) and isinstance(answer, list | tuple):
        return list(choice) == list(answer)
    return type(choice) is type(answer) and choice == answer


def found_in(answer: object) -> list[Event | PacketRecord] | None:
    """Return the author's answer if it is a list of what was found in a run, of which the number counts; else None."""
    is_found = isinstance(answer, list) and all(isinstance(one, Event | PacketRecord) for one in answer)
    return cast("list[Event | PacketRecord]", answer) if is_found else None


def _spread(given: Sequence[object]) -> Sequence[object]:
    """What was given one by one, or all in one list."""
    whole = given[0] if len(given) == 1 else None
    return list(whole) if isinstance(whole, list | tuple | set | frozenset) else given
