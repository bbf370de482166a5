"""How a value answers what only the layers above it can know, such as how it looks in a picture or in words.

A `Trace` shows itself, yet knows nothing of drawing; a `Scenario` runs, yet knows no simulator. imteach's own
`__init__`, above all layers, registers here which function answers each such question. It is loaded when first asked.
"""

from collections.abc import Callable, Mapping
from typing import Any

from imteach.lazily import load

_REGISTERED: dict[str, str] = {}
_LOADED: dict[str, Callable[..., Any]] = {}


def register(answers: Mapping[str, str]) -> None:
    """Register the function that answers each question, such as "Trace.to_svg"; it is given as "module:name".

    >>> register({"str.shouted": "builtins:ascii"})
    >>> ask("str.shouted", "hi")
    "'hi'"
    """
    _REGISTERED.update(answers)


def ask(question: str, of: object, *more: object) -> Any:
    """Call the function registered for this question with the value `of` and `more` arguments; return its answer."""
    answer = _LOADED.get(question)
    if answer is None:
        answer = _LOADED[question] = load(_REGISTERED[question])
    return answer(of, *more)
