"""The one kind of error that a user's input can cause."""


class InputError(ValueError):
    """Something a person typed or a file holds is not what was expected. One clear line, fit to be shown.

    >>> raise InputError("no rung 'tcp'; the rungs are basic, acked, retransmit, dedup")
    Traceback (most recent call last):
    imteach.errors.InputError: no rung 'tcp'; the rungs are basic, acked, retransmit, dedup
    """


def quoted(value: object, limit: int = 60) -> str:
    """Return `value` as Python would print it, cut to `limit` characters, for use in an error.

    >>> quoted("msg:X")
    "'msg:X'"
    """
    try:
        text = repr(value)
    except (RecursionError, ValueError):  # nested without end, or a whole number of thousands of digits
        text = "a value too large to print"
    return text if len(text) <= limit else text[: limit - 1] + "…"
