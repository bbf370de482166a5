"""Pieces of the text form of values: how they are written and read back."""

from imteach.errors import InputError, quoted


def python(text: str) -> str:
    """Return `text` as Python source, in double quotes where that needs no escape.

    >>> print(python("hello"), python('say "hi"'))
    "hello" 'say "hi"'
    """
    return f'"{text}"' if repr(text) == f"'{text}'" and '"' not in text else repr(text)


def number_in(text: str, where: str, of: str) -> float:
    """Return the number that `text`, a part of `of`, stands for; raise `InputError` if it is no number.

    >>> number_in("100", "at", "alice>bob@100:hello")
    100.0
    >>> number_in("soon", "at", "m1@soon")
    Traceback (most recent call last):
    imteach.errors.InputError: at: expected a time in ms, got 'soon' in 'm1@soon'
    """
    try:
        return float(text)
    except ValueError:
        raise InputError(f"expected a time in ms, got {quoted(text)} in {quoted(of)}", where=where) from None


def plus(ms: float | None) -> str:
    """Return how long something lasts, as a value's text ends with it: `+50`; "" for None.

    >>> plus(50), plus(None)
    ('+50', '')
    """
    return "" if ms is None else f"+{ms}"
