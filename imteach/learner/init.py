"""A learner's `__init__` that does not call ours, and a dataclass, which has an `__init__` of its own making."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from imteach.protocol import Client, Server

if TYPE_CHECKING:
    from traceback import FrameSummary

INIT = "write def __init__(self, *args, **kwargs): and, as its first line, super().__init__(*args, **kwargs)"

_MEND = f"leave @dataclass out, and to keep more {INIT}"


def lacks_init(error: BaseException) -> bool:
    """Whether a node lacks what our own `__init__` gives it, because the learner's did not call that."""
    return (
        isinstance(error, AttributeError)
        and isinstance(error.obj, Client | Server)
        and "rung" not in vars(error.obj)  # our `__init__` gives it to every node
    )


def of_dataclass(owner: type, error: BaseException, frames: "Sequence[FrameSummary]") -> str:
    """Say which rule it is, if an error comes of a class being a dataclass; "" if not. `frames` are the learner's."""
    if not any("__dataclass_params__" in vars(klass) for klass in owner.__mro__):
        return ""
    if isinstance(error, TypeError) and str(error).startswith("super(type, obj): "):
        return f"@dataclass(slots=True) makes another class, in which super() does not work: {_MEND}"
    no_init = lacks_init(error) or (isinstance(error, TypeError) and not frames)
    return f"the __init__ that @dataclass makes takes the place of ours: {_MEND}" if _made(owner) and no_init else ""


def _made(owner: type) -> bool:
    """Whether `dataclass` wrote its `__init__`."""
    init = next(vars(klass)["__init__"] for klass in owner.__mro__ if "__init__" in vars(klass))
    return getattr(getattr(init, "__code__", None), "co_filename", "") == "<string>"
