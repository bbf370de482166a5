"""The run that settles a question: its own, or of several runs the one that the answer is mistaken about."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from imteach.course.predictions.kinds import AnswerKind, choice_in_words
from imteach.tell import in_short
from imteach.tell.words import join, quote, sign, times
from imteach.trace import Trace
from imteach.verify.losses.fault_map import FaultMap
from imteach.verify.search.finding import Finding

MOST_MESSAGES = 2
"""Of a run with more messages than these, a line says what came of it in short."""


class SettlingRun(NamedTuple):
    """A run to look at. `name` says which of several it is: "" for the only one.

    `others` say in a line each what came of the other runs that the answer is mistaken about.
    """

    trace: Trace
    name: str = ""
    others: tuple[str, ...] = ()


def settled_by(
    kind: AnswerKind, said: Any, rights: tuple[Any, ...], result: object, because: object
) -> SettlingRun | None:
    """Return the run to look at after an answer, or None if the question is about no single run.

    That is the run that the question is about; or the one that the author names by `because`; or, of runs by name and
    of a map of losses or a search, that of the first choice that the answer is mistaken about.

    >>> from imteach import fault_map
    >>> from imteach.course.predictions.kinds import ChooseSeveral
    >>> losses = fault_map("retransmit")
    >>> run = settled_by(ChooseSeveral(("msg:A", "ack:R")), (0,), ((1,),), losses, None)
    >>> run.name, run.trace.messages[0].shown
    ('ack:R, which you left out', {'bob': 2})
    >>> run.others
    ('msg:A, which you chose: alice sees ✓✓ delivered, bob is shown “hello” once',)
    """
    looked_at = [(choice_in_words(choice), why) for choice, why in kind.to_look_at(said, rights)]
    for runs in (because, result):
        if isinstance(runs, Trace):
            kept = [f"{name}, {why}: this run keeps it" for name, why in looked_at if why and runs.promises.get(name)]
            return SettlingRun(runs, others=tuple(kept) if _mistaken(looked_at) else ())
        named = _by_name(runs)
        found = [(f"{name}, {why}" if why else name, named[name]) for name, why in looked_at if name in named]
        if found:
            name, trace = found[0]
            others = [f"{name}: {came_of(run)}" for name, run in found[1:]] if _mistaken(looked_at) else []
            return SettlingRun(trace, name, (*others, *_kept(runs, looked_at)))
        if runs is because and named:
            name, trace = next(iter(named.items()))
            return SettlingRun(trace, name)
    return None


def came_of(trace: Trace) -> str:
    """Return what came of a run, in a line: what each sender sees, how often it is shown, and what was lost by itself.

    >>> from imteach import Crash, Scenario
    >>> came_of(Scenario("dedup").run(Crash("server", at=120, down=100)))
    'alice sees ✓✓ delivered, bob is shown “hello” once; m1/ack:R#1 was lost'
    """
    if trace.mistakes or trace.loop is not None or len(trace.messages) > MOST_MESSAGES:
        return f"{in_short(trace)}"
    ends = [
        ", ".join(
            [
                f"{outcome.sender} sees {sign(outcome.status)}",
                *(
                    f"{who} is shown {quote(outcome.text)} {times(count)}"
                    if count
                    else f"{who} never sees {quote(outcome.text)}"
                    for who, count in outcome.shown.items()
                ),
            ]
        )
        for outcome in trace.messages
    ]
    lost = [packet.name for packet in trace.packets if packet.fate == "lost"]
    gone = [f"{join(lost)} {'was' if len(lost) == 1 else 'were'} lost"] if lost else []
    return "; ".join([*ends, *gone])


def _mistaken(looked_at: list[tuple[str, str]]) -> bool:
    """Whether the answer is mistaken about any of these choices: a right one only has examples."""
    return any("you" in why for _, why in looked_at)


def _kept(runs: object, looked_at: list[tuple[str, str]]) -> list[str]:
    """That the promises hold which an answer says a search has found broken."""
    if not isinstance(runs, Finding):
        return []
    kept = [(name, why) for name, why in looked_at if name in runs.promises and runs.promises[name].trace is None]
    return [f"{name}, {why}: no run that was tried breaks it" for name, why in kept]


def _by_name(runs: object) -> dict[str, Trace]:
    """Several runs, each by its name: a single loss by what is lost, a counterexample by the promise that it breaks."""
    if isinstance(runs, Finding):
        return {name: verdict.trace for name, verdict in runs.promises.items() if verdict.trace is not None}
    if isinstance(runs, FaultMap):
        return {cell.short_names: cell.trace for cell in runs.singles}
    if isinstance(runs, Mapping):
        return {str(name): run for name, run in runs.items() if isinstance(run, Trace)}
    return {}
