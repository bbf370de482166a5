"""The garbage collector is off while a picture is drawn, or a click answered."""

import gc
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def uncollected(draw: Callable[P, T]) -> Callable[P, T]:
    """Return the same function, with the garbage collector off while it runs; it must make few reference cycles.

    A picture of many packets is made of very many small things, all of them in use until it is done. The collector
    would look through them all again and again, and through the trace: the more packets, the more each would cost.

    >>> @uncollected
    ... def is_collecting():
    ...     return gc.isenabled()
    >>> is_collecting(), gc.isenabled()
    (False, True)
    """

    @wraps(draw)
    def drawn(*args: P.args, **named: P.kwargs) -> T:
        was_collecting = gc.isenabled()
        gc.disable()
        try:
            return draw(*args, **named)
        finally:
            if was_collecting:
                gc.enable()

    return drawn
