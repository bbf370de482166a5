"""`Predict`: a question about a run that is asked before it, takes one answer, and is graded from the run's trace."""

from collections.abc import Callable, Sequence
from functools import cached_property
from threading import RLock
from typing import Any

from imteach.course.predictions import next_event
from imteach.course.predictions.asked import asked_in_html, asked_in_parts, asked_in_text
from imteach.course.predictions.grade import Grade, grade
from imteach.course.predictions.kinds import (
    AnswerKind,
    ChooseOne,
    ChooseSeveral,
    GiveNumber,
    PickPacket,
    PutInOrder,
)
from imteach.course.predictions.shown import run_in_parts, verdict_in_parts
from imteach.course.progress.kept import note
from imteach.errors import InputError, quoted
from imteach.lab.page import phones
from imteach.printed import Sentence, Sentences
from imteach.scenario import Fault, Scenario
from imteach.scenario.checks import words
from imteach.trace import Event, Trace

Result = Any
"""What a question is about: a `Trace`, or whatever a function gave that was run in its place."""

Because = Callable[[Result], object] | None

Subject = Scenario | str | Callable[[], Result]


class Predict:
    """A question about a run, which is run only when it is answered: the verdict comes from its trace, with the reason.

    `scenario` is a `Scenario`, the name of a rung, or a function without arguments that gives any other result (a
    search, a table, several traces); `faults` strike it. The learner chooses one of the `choices`. `answer` is given
    the trace and returns the right choice, or its place among them; or the list of events (or packets) of which the
    number is that place. The reason tells of these events, or of those that `because` returns, given the trace, too;
    if there are none, of what people saw. About several runs by name, or a map of losses, the reason is told from the
    run of the choice that the answer is mistaken about, or from the run that `because` returns.

    An answer can be given once: in the page, or by `answer`. Other kinds are `Predict.several`, `.number`, `.packet`,
    `.order` and `.phone`. Raises `InputError` for choices that make no sense, and for an answer that is none of them.

    >>> from imteach import Drop
    >>> guess = Predict("How often is hello shown on bob's phone?", Scenario("retransmit"), Drop("ack:N"),
    ...                 choices=["never", "once", "twice"], answer=lambda trace: trace.happened("show"))
    >>> guess.answer("once")
    Not so. You said: once. The run says: twice.
    0 ms: alice says “hello” to bob
    100 ms: m1/msg:N#1 reaches bob
    100 ms: bob is shown “hello”
    300 ms: alice's timer for m1 runs out: m1/ack:N#1 was dropped
    300 ms: alice sends msg:R again, as m1/msg:R#2
    350 ms: m1/msg:R#2 reaches the server
    400 ms: m1/msg:N#2 reaches bob
    400 ms: bob is shown “hello” again: the first time was at 100 ms
    >>> guess.right
    False
    """

    def __init__(
        self,
        question: str,
        scenario: Subject,
        *faults: Fault,
        choices: Sequence[object] = (),
        answer: Callable[[Result], object] | object,
        because: Because = None,
    ) -> None:
        self._begin(question, scenario, faults, ChooseOne(_several(choices, "choices")), answer, because)

    def _begin(
        self,
        question: str,
        scenario: Subject,
        faults: tuple[Fault, ...],
        kind: AnswerKind,
        answer: object,
        because: Because,
    ) -> None:
        self.question = words(question, "question")
        self.scenario: Any = Scenario(scenario) if isinstance(scenario, str) else scenario
        self.faults = faults
        if not isinstance(self.scenario, Scenario) and not callable(self.scenario):
            raise InputError(
                f"expected a Scenario, the name of a rung or a function, got {quoted(scenario)}", where="scenario"
            )
        self._kind = kind
        self._answer = answer
        self._because = because
        self._grade: Grade | None = None
        self._said: Any = None
        self.lock = RLock()

    @classmethod
    def _of(
        cls,
        question: str,
        scenario: Subject,
        faults: tuple[Fault, ...],
        kind: AnswerKind,
        answer: object,
        because: Because = None,
    ) -> "Predict":
        made = cls.__new__(cls)
        made._begin(question, scenario, faults, kind, answer, because)
        return made

    @classmethod
    def several(
        cls,
        question: str,
        scenario: Subject,
        *faults: Fault,
        choices: Sequence[object],
        answer: object,
        because: Because = None,
    ) -> "Predict":
        """Return a question of which several choices, or none, are right; `answer` returns a list of those.

        >>> from imteach import Drop
        >>> guess = Predict.several("Which are never sent?", Scenario("basic"), Drop("msg:R"),
        ...                         choices=["msg:A", "msg:N"], answer=lambda trace: ["msg:A", "msg:N"])
        >>> guess.answer("msg:A", "msg:N").right
        True
        """
        return cls._of(question, scenario, faults, ChooseSeveral(_several(choices, "choices")), answer, because)

    @classmethod
    def number(
        cls,
        question: str,
        scenario: Subject,
        *faults: Fault,
        answer: object,
        unit: str = "ms",
        within: float = 0,
        because: Because = None,
    ) -> "Predict":
        """Return a question for a number. `answer` returns it, or an event (its time) or a list (how many there are).

        A number at most `within` away from it is right, too.

        >>> from imteach import Drop
        >>> guess = Predict.number("When does alice's timer run out?", Scenario("dedup"), Drop("msg:R"),
        ...                        answer=lambda trace: trace.happened("timer_fire")[0])
        >>> guess.answer("300 ms").right
        True
        """
        return cls._of(question, scenario, faults, GiveNumber(unit, within), answer, because)

    @classmethod
    def packet(
        cls,
        question: str,
        scenario: Subject,
        *faults: Fault,
        answer: object,
        shown: Trace | None = None,
        because: Because = None,
    ) -> "Predict":
        """Return a question that is answered by choosing a packet in a picture.

        The picture is of the run `shown`; unless given, of the scenario without the faults. `answer` returns the
        packet, or a list of all that are right.

        >>> from imteach import Drop
        >>> guess = Predict.packet("Which packet is sent again?", Scenario("dedup"), Drop("ack:N"),
        ...                        answer="msg:R", because=lambda trace: trace.happened("retransmit"))
        >>> guess.answer("msg:N").right
        False
        """
        picture = shown if shown is not None else Scenario(scenario) if isinstance(scenario, str) else scenario
        if isinstance(picture, Scenario):
            picture = picture.run()
        if not isinstance(picture, Trace):
            raise InputError(f"expected a run to choose a packet of, got {quoted(picture)}", where="shown")
        kind = PickPacket(tuple(packet.name for packet in picture.packets))
        made = cls._of(question, scenario, faults, kind, answer, because)
        made._picture = picture
        return made

    @classmethod
    def order(
        cls,
        question: str,
        scenario: Subject,
        *faults: Fault,
        items: Sequence[object],
        answer: object,
        because: Because = None,
    ) -> "Predict":
        """Return a question that is answered by putting `items` in order; `answer` returns them in the right one.

        They are offered in alphabetical order, whatever the order of `items`, which may be the right one.

        >>> guess = Predict.order("Who learns of it first?", Scenario("acked"), items=["alice", "bob"],
        ...                       answer=lambda trace: ["bob", "alice"])
        >>> guess.answer("alice", "bob").right
        False
        """
        offered = tuple(sorted(_several(items, "items"), key=str))
        return cls._of(question, scenario, faults, PutInOrder(offered), answer, because)

    @classmethod
    def phone(
        cls,
        question: str,
        scenario: Scenario | str,
        *faults: Fault,
        person: str = "bob",
        choices: Sequence[Sequence[str]],
        at: float | None = None,
    ) -> "Predict":
        """Return a question for what somebody's phone shows `at` so many simulated ms (None: at the end).

        Each choice is the list of the texts on it, in their order; the right one is read from the run.

        >>> from imteach import Drop
        >>> guess = Predict.phone("What does bob see?", "retransmit", Drop("ack:N"), choices=[["hello"], ["hello"] * 2])
        >>> guess.answer(["hello", "hello"]).right
        True
        """

        def on_the_screen(trace: Trace) -> list[str]:
            return [bubble["text"] for p in phones(trace, at) if p["person"] == person for bubble in p["bubbles"]]

        def what_came(trace: Trace) -> list[Event]:
            seen = ("say", "resend", "show", "discard")  # what puts a bubble there, or does not
            return [e for e in trace.events if e.node == person and e.kind in seen and (at is None or e.t <= at)]

        kind = ChooseOne(_several(choices, "choices"))
        return cls._of(question, scenario, faults, kind, on_the_screen, what_came)

    @classmethod
    def next(cls, scenario: Scenario | str, *faults: Fault, at: float, question: str = "") -> "Predict":
        """Return the question what happens next, after `at` simulated ms; what may come next is found in the run.

        It shows what has happened so far. Raises `InputError` for a moment after which nothing happens.

        >>> from imteach import Drop
        >>> guess = Predict.next("dedup", Drop("ack:N"), at=200)
        >>> guess.answer("the timer for m1 runs out").right
        True
        """
        whole = Scenario(scenario) if isinstance(scenario, str) else scenario
        trace = whole.run(*faults)
        kind = ChooseOne(next_event.offered(trace, whole.run(), at))
        asked = question or f"What happens next, after {at} ms?"

        def right(run: Trace) -> str:
            return next_event.right_one(run, at)

        made = cls._of(asked, whole, faults, kind, right, lambda run: next_event.after(run, at))
        made._so_far = next_event.so_far(trace, at)
        return made

    _picture: Trace | None = None  # of which a packet is to be chosen
    _so_far: Sequence[str] = ()  # what has happened before what is asked for

    # What a learner does

    def answer(self, *said: object) -> Grade:
        """Commit an answer, run what it is about and return the verdict, with the reason.

        Raises `InputError` for what is no answer to this question, and if one was committed before.
        """
        with self.lock:
            self._check_open()
            return self._commit(self._kind.said(*said))

    def _check_open(self) -> None:
        if self._grade is not None:
            raise InputError(
                f"this was answered already: {self._kind.words(self._said)}; run its cell again to be asked anew",
                where="answer",
            )

    def hear(self, sent: object) -> Grade:
        """Commit the answer that a page sent. Raises `InputError` as `answer` does."""
        with self.lock:
            self._check_open()
            return self._commit(self._kind.heard(sent))

    def _commit(self, said: Any) -> Grade:
        answered = self._answered
        events = self._because(self._result) if self._because is not None else answered
        made = grade(self._kind, said, answered, self._result, events)
        self._said, self._grade = said, made
        if self._view is not None:
            self._view.show()
        note("predict", self.question, self._kind.words(said), made.right)
        return made

    @property
    def right(self) -> bool | None:
        """Whether the answer committed is right; None as long as there is none."""
        return None if self._grade is None else self._grade.right

    @property
    def reason(self) -> Sentences:
        """The verdict in sentences, from the run. Before an answer is committed, how to commit one."""
        if self._grade is None:
            return Sentences([Sentence(f"No answer yet. Commit one: answer(…), with {self._kind.expected}.")])
        return self._grade.reason

    @property
    def solution(self) -> str:
        """What is right, in words, for a teacher: the run is run for it. It commits no answer."""
        return ", or ".join(map(self._kind.words, self._kind.rights(self._answered)))

    @property
    def _answered(self) -> object:
        return self._answer(self._result) if callable(self._answer) else self._answer

    def reveal(self) -> Result:
        """Return the run, for the cells below. It says so if no answer was committed before."""
        if self._grade is None:
            print(Sentence(f"You have not answered yet: {self.question}"))
        return self._result

    @cached_property
    def _result(self) -> Result:
        """The run that it is about: it is run when an answer is committed, or when it is revealed."""
        return self.scenario.run(*self.faults) if isinstance(self.scenario, Scenario) else self.scenario()

    # How it is shown

    @property
    def asked(self) -> dict[str, Any]:
        """The question, for a page."""
        return asked_in_parts(self.question, self._kind, self._picture, self._so_far)

    @property
    def verdict(self) -> dict[str, Any]:
        """The verdict, for a page; {} as long as no answer is committed."""
        return {} if self._grade is None else verdict_in_parts(self._kind, self._said, self._grade)

    @property
    def run(self) -> dict[str, Any]:
        """The run that it is about, for a page; {} as long as no answer is committed."""
        return {} if self._grade is None else run_in_parts(self._result, self._grade.settled_by)

    def __repr__(self) -> str:
        return asked_in_text(self.question, self._kind, self._so_far)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Return the question as a live page where ipywidgets is installed, and as it stands on paper."""
        still = {
            "text/plain": repr(self),
            "text/html": asked_in_html(self.question, self._kind, self._picture, self._so_far),
        }
        return still if self.view is None else self.view.bundle(still, **kwargs)

    @property
    def view(self) -> Any:
        """Its live page, made when it is first asked for; None without the extra `lab`."""
        if self._view is None:
            try:
                from imteach.course.predictions.view import PredictView
            except ImportError:
                return None
            self._view = PredictView(self)
        return self._view

    _view: Any = None


def _several(choices: object, field: str) -> tuple[object, ...]:
    if isinstance(choices, str) or not isinstance(choices, Sequence):
        raise InputError(f"expected a list, got {quoted(choices)}", where=field)
    return tuple(choices)
