"""What the sentence of a mistake says of values and exceptions: the same words in each run."""

import re

from imteach.errors import quoted
from imteach.plain import plain


def who(node: object, method: str) -> str:
    """Return the name of a method, with its class."""
    return f"{type(node).__name__}.{method}"


def text_of(error: BaseException) -> str:
    """Return an exception as the last line of a traceback has it, on one line."""
    try:
        words = " ".join(steady(str(error)).split())[:200]
    except Exception:  # a learner's own exception can fail to say what it is
        words = ""
    return f"{type(error).__name__}{f': {words}' if words else ''}"


def shown(value: object) -> str:
    """Return a value as it was returned, or in words what it is."""
    if hasattr(value, "close") and hasattr(value, "cr_await"):
        value.close()  # else Python says later that it was never awaited
        return "a coroutine (a method of a node is no async def)"
    if hasattr(value, "gi_frame"):
        return "a generator (it has yield where it needs return)"
    return plain(steady(quoted(value)))


def steady(text: str) -> str:
    """Leave out addresses, which differ in each run."""
    return re.sub(r" at 0x[0-9a-fA-F]+", "", plain(text))
