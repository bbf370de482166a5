"""Questions drawn by a seed: a self-test behind a lesson, or a final. The engine makes and grades them.

Each template turns a rung and what is lost into a question. Which rung and which losses is drawn; what is right is read
from the run, as with every `Predict`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from textwrap import wrap
from typing import Any

from imteach.course.predictions.predict import Predict
from imteach.errors import InputError, quoted
from imteach.printed import LINE
from imteach.scenario import Drop, Fault, Say, Scenario
from imteach.scenario.checks import whole
from imteach.tell.words import join, sign
from imteach.trace import Trace

MOST_QUESTIONS = 40
SEEDS = 10**9
PLAIN = ("basic", "acked", "retransmit", "dedup", "offline", "durable", "ordered")
"""The rungs that questions are about: in a group there are too many packets to see it all in the head."""

STATUSES = ("sent", "delivered", "unconfirmed", "failed")
COUNTS = ("never", "once", "twice", "three times")


class Draw:
    """What is drawn: the same for a seed on every machine, and in every version of Python."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def one(self, several: Sequence[Any]) -> Any:
        """Return one of several."""
        return several[int(self._random.random() * len(several))]  # `choice` may change with a version, this may not

    def losses(self, scenario: Scenario) -> tuple[Drop, ...]:
        """Return one or two losses that strike one after the other; the second may be of what is sent again."""
        lost: tuple[Drop, ...] = ()
        for _ in range(self.one((1, 1, 2))):
            sent = [packet.name for packet in scenario.run(*lost).packets if packet.fate == "arrived"]
            if sent:  # else the first loss was the end of it all
                lost += (Drop(self.one(sent)),)
        return lost


def _where(scenario: Scenario, lost: Sequence[Fault]) -> str:
    """The rung and what is lost, as a question begins."""
    names = [fault.packet.removeprefix("m1/").removesuffix("#1") for fault in lost if isinstance(fault, Drop)]
    return f"At `{scenario.rung}`, {join(names)} {'is' if len(names) == 1 else 'are'} dropped."


def _shown(draw: Draw, scenario: Scenario) -> Predict:
    lost = draw.losses(scenario)
    asked = f"{_where(scenario, lost)} How often is “hello” shown on bob's phone?"
    return Predict(asked, scenario, *lost, choices=COUNTS, answer=lambda trace: trace.happened("show", node="bob"))


def _seen(draw: Draw, scenario: Scenario) -> Predict:
    lost = draw.losses(scenario)
    asked = f"{_where(scenario, lost)} What does alice see beside “hello” at the end?"
    choices = [sign(status) for status in STATUSES]
    return Predict(
        asked,
        scenario,
        *lost,
        choices=choices,
        answer=lambda trace: sign(trace.messages[0].status),
        because=lambda trace: trace.happened("status")[-1],
    )


def _sent(draw: Draw, scenario: Scenario) -> Predict:
    lost = draw.losses(scenario)
    asked = f"{_where(scenario, lost)} How many packets are sent in all, with those that are lost?"
    return Predict.number(asked, scenario, *lost, unit="packets", answer=lambda trace: len(trace.packets))


def _tries(draw: Draw, scenario: Scenario) -> Predict:
    lost = draw.losses(scenario)
    asked = f"{_where(scenario, lost)} How often does alice send “hello” again?"
    return Predict(asked, scenario, *lost, choices=COUNTS, answer=lambda trace: trace.happened("retransmit"))


def _broken(draw: Draw, scenario: Scenario) -> Predict:
    lost = draw.losses(scenario)
    names = list(scenario.run().promises)

    def broken(trace: Trace) -> list[str]:
        return [name for name in names if not trace.promises[name]]

    asked = f"{_where(scenario, lost)} Which promises does this run break?"
    return Predict.several(asked, scenario, *lost, choices=names, answer=broken)


def _next(draw: Draw, scenario: Scenario) -> Predict:
    lost = draw.losses(scenario)
    moments = sorted({event.t for event in scenario.run(*lost).events})
    at = draw.one(moments[:-1])
    return Predict.next(scenario, *lost, at=at, question=f"{_where(scenario, lost)} What happens next, after {at} ms?")


def _two(draw: Draw, scenario: Scenario) -> Predict:
    both = replace(scenario, say=[Say("one"), Say("two", at=draw.one((10, 20, 40)))])
    lost = (Drop(draw.one(("m1/msg:N", "m2/msg:N", "m1/msg:R", "m2/msg:R", "m1/ack:N", "m2/ack:R"))),)
    asked = f"{_where(both, lost)} alice says “one”, and {both.say[1].at} ms later “two”. What does bob's phone show?"
    choices = [["one", "two"], ["two", "one"], ["one"], ["two"], ["one", "two", "one"], ["one", "two", "two"]]
    return Predict.phone(asked, both, *lost, choices=choices)


TEMPLATES: tuple[Callable[[Draw, Scenario], Predict], ...] = (_shown, _seen, _sent, _tries, _broken, _next, _two)


@dataclass(frozen=True, eq=False, repr=False)
class Quiz:
    """Questions drawn by a seed. Each is a `Predict`; `score` says how many are answered, and how many right."""

    seed: int
    questions: tuple[Predict, ...]

    @property
    def score(self) -> str:
        """How many are answered, and how many right."""
        answered = [question for question in self.questions if question.right is not None]
        right = sum(bool(question.right) for question in answered)
        return f"{len(answered)} of {len(self.questions)} answered, {right} right"

    def paper(self) -> str:
        """Return the questions as a sheet to print, with room for the answers.

        >>> print(quiz(seed=7, questions=1, upto="dedup").paper())
        Quiz 7                                   Name: ______________________________
        <BLANKLINE>
        1. At acked, ack:R is dropped. How often is “hello” shown on bob's phone?
           [ ] never   [ ] once   [ ] twice   [ ] three times
        <BLANKLINE>
        """
        rows = [f"Quiz {self.seed:<36}Name: {'_' * 30}", ""]
        for number, question in enumerate(self.questions, 1):
            rows += [*_on_paper(number, question), ""]
        return "\n".join(rows)

    def key(self) -> str:
        """Return what is right, question by question: each is run for it."""
        rows = [f"{number:>2}. {question.solution}" for number, question in enumerate(self.questions, 1)]
        return "\n".join([f"Quiz {self.seed}: what is right", *rows])

    def __iter__(self) -> Iterator[Predict]:
        return iter(self.questions)

    def __len__(self) -> int:
        return len(self.questions)

    def __getitem__(self, place: int) -> Predict:
        return self.questions[place]

    def __repr__(self) -> str:
        return "\n".join([f"Quiz {self.seed}: {self.score}", *map(repr, self.questions)])

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Return all questions, one below the other: live where ipywidgets is installed."""
        bundles = [question._repr_mimebundle_(**kwargs) for question in self.questions]
        stills = [bundle[0] if isinstance(bundle, tuple) else bundle for bundle in bundles]
        still = {"text/plain": repr(self), "text/html": "".join(bundle["text/html"] for bundle in stills)}
        views = [question.view for question in self.questions]
        if None in views:
            return still
        from ipywidgets import VBox  # with the extra `lab`

        from imteach.lab.still import for_listeners

        return for_listeners({**VBox(views)._repr_mimebundle_(), **still})


def _on_paper(number: int, question: Predict) -> Iterator[str]:
    """A question as lines of a sheet."""
    lead = f"{number}. "
    hang = " " * len(lead)
    text = question.question.replace("`", "")
    yield from wrap(text, LINE, initial_indent=lead, subsequent_indent=hang)
    yield from (f"{hang}{told}" for told in question.asked["soFar"])
    boxes = [f"[ ] {choice}" for choice in question.asked.get("choices", [])]
    if not boxes:
        yield f"{hang}________ {question.asked.get('unit', '')}".rstrip()
    elif sum(map(len, boxes)) + 3 * len(boxes) <= LINE - len(hang):
        yield hang + "   ".join(boxes)
    else:
        yield from (hang + box for box in boxes)


def quiz(seed: int = 1, questions: int = 12, upto: str = "ordered") -> Quiz:
    """Return questions drawn by a seed, about the rungs `upto` this one; no two are the same.

    Raises `InputError` for a seed or a number of questions that is no whole number in range, or for no such rung.

    >>> final = quiz(seed=7, questions=3, upto="dedup")
    >>> for question in final:
    ...     print(question.question)
    At `acked`, ack:R is dropped. How often is “hello” shown on bob's phone?
    At `basic`, msg:A is dropped. What does alice see beside “hello” at the end?
    At `basic`, msg:R is dropped. How many packets are sent in all, with those that are lost?
    >>> final.score
    '0 of 3 answered, 0 right'
    """
    draw = Draw(whole(seed, "seed", most=SEEDS))
    wanted = whole(questions, "questions", most=MOST_QUESTIONS, least=1)
    if upto not in PLAIN:
        raise InputError(f"expected one of {', '.join(PLAIN)}, got {quoted(upto)}", where="upto")
    rungs = PLAIN[: PLAIN.index(upto) + 1]
    made: dict[str, Predict] = {}
    for place in range(20 * wanted):
        question = TEMPLATES[place % len(TEMPLATES)](draw, Scenario(draw.one(rungs)))
        made.setdefault(question.question, question)
        if len(made) == wanted:
            break
    return Quiz(seed, tuple(made.values()))
