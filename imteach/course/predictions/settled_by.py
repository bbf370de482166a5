"""The run that settles a question: its own, or of several runs the one that the answer is mistaken about."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from imteach.course.predictions.kinds import AnswerKind, choice_in_words
from imteach.trace import Trace
from imteach.verify.losses.fault_map import FaultMap
from imteach.verify.search.finding import Finding


class SettlingRun(NamedTuple):
    """A run to look at. `name` says which of several it is: "" for the only one."""

    trace: Trace
    name: str = ""


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
    """
    for runs in (because, result):
        if isinstance(runs, Trace):
            return SettlingRun(runs)
        named = _by_name(runs)
        for choice, why in kind.to_look_at(said, rights):
            name = choice_in_words(choice)
            if name in named:
                return SettlingRun(named[name], f"{name}, {why}" if why else name)
        if runs is because and named:
            name, trace = next(iter(named.items()))
            return SettlingRun(trace, name)
    return None


def _by_name(runs: object) -> dict[str, Trace]:
    """Several runs, each by its name: a single loss by what is lost, a counterexample by the promise that it breaks."""
    if isinstance(runs, Finding):
        return {name: verdict.trace for name, verdict in runs.promises.items() if verdict.trace is not None}
    if isinstance(runs, FaultMap):
        return {cell.short_names: cell.trace for cell in runs.singles}
    if isinstance(runs, Mapping):
        return {str(name): run for name, run in runs.items() if isinstance(run, Trace)}
    return {}
