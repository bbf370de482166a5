"""The door for pictures and sentences: a value is asked for them, and what answers stands above it.

A `Trace` shows itself, yet knows nothing of drawing; a `Scenario` runs, yet knows no simulator. Who answers such a
question is registered in imteach's own `__init__`, which stands above them all, and is loaded when it is first asked.
"""

from collections.abc import Callable, Mapping
from typing import Any

from imteach.lazily import load

_REGISTERED: dict[str, str] = {}
_LOADED: dict[str, Callable[..., Any]] = {}


def register(answers: Mapping[str, str]) -> None:
    """Say who answers: for each question such as "Trace.to_svg" a function, as "module:name".

    >>> register({"str.shouted": "builtins:ascii"})
    >>> ask("str.shouted", "hi")
    "'hi'"
    """
    _REGISTERED.update(answers)


def ask(question: str, of: object, *more: object) -> Any:
    """Return what the function that is registered for this question answers of a value, and of `more` besides."""
    answer = _LOADED.get(question)
    if answer is None:
        answer = _LOADED[question] = load(_REGISTERED[question])
    return answer(of, *more)
