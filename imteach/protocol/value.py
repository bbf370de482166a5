"""What runs are made of: small values, of which a long run makes millions."""

from collections.abc import Iterator
from typing import Any, Self

from msgspec import Struct
from msgspec.structs import asdict, astuple, replace


class Value(Struct, frozen=True, gc=False):
    """A value: it cannot be changed, and is equal to any other of its class that holds the same.

    It is used like a named tuple, except that its fields have no index: it can be unpacked, `_replace` returns a
    changed copy, `_asdict` a dictionary. Making one takes at most a fourth of the time of a named tuple. Python's
    garbage collector leaves it out; otherwise it would look through all of a long run again and again.

    >>> class Letter(Value, frozen=True):
    ...     to: str
    ...     text: str = ""
    >>> Letter("bob")._replace(text="hello"), Letter("bob") == Letter("bob")
    (Letter(to='bob', text='hello'), True)
    """

    def __iter__(self) -> Iterator[Any]:
        return iter(astuple(self))

    def _replace(self, **changes: Any) -> Self:
        return replace(self, **changes)

    def _asdict(self) -> dict[str, Any]:
        return asdict(self)
