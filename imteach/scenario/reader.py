"""Reading JSON that strangers wrote: every value is checked, and an error names its field."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeGuard

from imteach.errors import InputError, quoted
from imteach.scenario.checks import can_be_written, moment, whole

SIZE_LIMIT = 64 * 2**20  # characters in one file


def parse_json(text: str, what: str) -> "Fields":
    """Return the object that this JSON text holds, ready to be read field by field.

    >>> parse_json('{"t": 300}', "trace").moment("t")
    300
    >>> parse_json('{"t": "late"}', "trace").moment("t")
    Traceback (most recent call last):
    imteach.errors.InputError: trace: t: expected a time in ms of at least 0, got 'late'
    """
    if not isinstance(text, str):
        raise InputError(f"expected JSON text, got {quoted(text)}", where=what)
    if len(text) > SIZE_LIMIT:
        raise InputError(f"{len(text)} characters; at most {SIZE_LIMIT} are read", where=what)
    import json  # only a file that is read needs it

    try:
        value = json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise InputError("nested too deeply to be read", where=what) from None
    except ValueError as error:
        raise InputError(f"not readable as JSON: {error}", where=what) from None
    return Fields(value, f"{what}: ")


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and can_be_written(value)


def _first(names: Iterable[str], most: int = 12) -> str:
    """Return these names for an error message; if they are many, the first few and the number of the rest."""
    names = list(names)
    rest = f" or {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def same(value: object, expected: object) -> bool:
    """Whether a value from JSON is this one: unlike for `==`, true is not 1.

    >>> same({"bob": 1}, {"bob": 1}), same({"bob": True}, {"bob": 1})
    (True, False)
    """
    if type(value) is not type(expected):
        return False
    if isinstance(value, dict) and isinstance(expected, dict):
        return value.keys() == expected.keys() and all(same(value[name], expected[name]) for name in expected)
    if isinstance(value, list) and isinstance(expected, list):
        return len(value) == len(expected) and all(map(same, value, expected))
    return value == expected


class Fields:
    """One JSON object. Each method returns a field of one type, or raises `InputError` that names it.

    `where` is the path of the object itself, as errors show it.
    """

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise InputError(f"expected an object with named fields, got {quoted(value)}", where=where.rstrip(".: "))
        self._value: dict[str, Any] = value
        self.where = where

    def wrong(self, name: str, expected: str) -> InputError:
        """Return the error for a field that is not what was expected."""
        got = quoted(self._value[name]) if name in self._value else "nothing"
        return InputError(f"expected {expected}, got {got}", where=f"{self.where}{name}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._value)

    def has(self, name: str) -> bool:
        """Whether the field is there, and not null."""
        return self._value.get(name) is not None

    def raw(self, name: str) -> Any:
        """The field as JSON has it, None where it is missing."""
        return self._value.get(name)

    def text(self, name: str, among: Any = None) -> str:
        """A text; one of `among`, if given."""
        value = self._value.get(name)
        if not _is_text(value):
            raise self.wrong(name, "text")
        if among is not None and value not in among:
            raise self.wrong(name, f"one of {_first(among)}")
        return value

    def switch(self, name: str, usual: bool) -> bool:
        """True or false; `usual` where it is missing."""
        value = self._value.get(name, usual)
        if not isinstance(value, bool):
            raise self.wrong(name, "true or false")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self._value.get(name)
        if not isinstance(value, list) or not all(map(_is_text, value)):
            raise self.wrong(name, "a list of texts")
        return tuple(value)

    def moment(self, name: str) -> float:
        """A moment of a run in simulated ms, at least 0."""
        return moment(self._value.get(name), f"{self.where}{name}")

    def whole(self, name: str, most: int) -> int:
        """A whole number from 0 to `most`."""
        return whole(self._value.get(name), f"{self.where}{name}", most)

    def object(self, name: str) -> "Fields":
        """An object."""
        return Fields(self._value.get(name), f"{self.where}{name}.")

    def objects(self, name: str) -> Iterator["Fields"]:
        """A list of objects, one after another."""
        value = self._value.get(name)
        if not isinstance(value, list):
            raise self.wrong(name, "a list")
        for number, item in enumerate(value):
            yield Fields(item, f"{self.where}{name}[{number}].")
