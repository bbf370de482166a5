"""Rules for single values that people type or files hold. Each returns the value or raises `InputError`."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TypeGuard, TypeVar

from imteach.errors import InputError, quoted
from imteach.protocol import PROMISE_TITLES, SERVER

NETWORK = "network"  # where a packet is dropped or lost: no node, but an event must name a place
LONGEST = 10**9  # simulated ms, eleven days; more is a slip of the keyboard
LATEST = 10**15  # simulated ms: the last moment that a trace may reach after many waits
TEXT_LIMIT = 10_000  # characters in one message

V = TypeVar("V")

_PERSON = re.compile(r"\w{1,40}")


def milliseconds(value: object, where: str, above: float | None = None, most: float = LONGEST) -> float:
    """Return `value` if it is a time in simulated ms: at least 0, or greater than `above`; and no more than `most`.

    >>> milliseconds(50.0, "latency")
    50
    >>> milliseconds(0, "rto", above=0)
    Traceback (most recent call last):
    imteach.errors.InputError: rto: expected a time in ms greater than 0, got 0
    """
    rule = f"greater than {above}" if above is not None else "of at least 0"
    if _is_number(value) and value <= most:
        allowed = value >= 0 if above is None else value > above
        if allowed:
            return int(value) if value == int(value) else value
    if _is_number(value) and value > most:
        rule = f"of at most {most}"
    raise InputError(f"expected a time in ms {rule}, got {quoted(value)}", where=where)


def moment(value: object, where: str) -> float:
    """Return `value` if it is a moment of a run, in simulated ms: a run may last longer than any one wait in it.

    >>> moment(5 * LONGEST, "t")
    5000000000
    """
    return milliseconds(value, where, most=LATEST)


def factor(value: object, where: str) -> float:
    """Return `value` if it is a number from 1 to `LONGEST`.

    >>> factor(0.5, "backoff")
    Traceback (most recent call last):
    imteach.errors.InputError: backoff: expected a number from 1 to 1000000000, got 0.5
    """
    if _is_number(value) and 1 <= value <= LONGEST:
        return int(value) if value == int(value) else value
    raise InputError(f"expected a number from 1 to {LONGEST}, got {quoted(value)}", where=where)


def share(value: object, where: str) -> float:
    """Return `value` if it is a number from 0 to 1.

    >>> share(1.5, "p")
    Traceback (most recent call last):
    imteach.errors.InputError: p: expected a number from 0 to 1, got 1.5
    """
    if _is_number(value) and 0 <= value <= 1:
        return value
    raise InputError(f"expected a number from 0 to 1, got {quoted(value)}", where=where)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def whole(value: object, where: str, most: int, least: int = 0) -> int:
    """Return `value` if it is a whole number from `least` to `most`.

    >>> whole(-1, "retries", most=1000)
    Traceback (most recent call last):
    imteach.errors.InputError: retries: expected a whole number from 0 to 1000, got -1
    """
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
        return value
    raise InputError(f"expected a whole number from {least} to {most}, got {quoted(value)}", where=where)


def person(value: object, where: str) -> str:
    """Return `value` if it can be a person's name.

    >>> person("server", "people")
    Traceback (most recent call last):
    imteach.errors.InputError: people: 'server' is the server's own name; a person needs another
    """
    if not isinstance(value, str) or not _PERSON.fullmatch(value):
        raise InputError(f"expected a name of letters, digits and _, at most 40, got {quoted(value)}", where=where)
    if re.fullmatch("m[0-9]+", value):
        raise InputError(f"{value!r} is what a msgid looks like; a person needs another name", where=where)
    if value in (SERVER, NETWORK):
        raise InputError(f"{value!r} is the {value}'s own name; a person needs another", where=where)
    return value


def node_name(value: object, where: str) -> str:
    """Return `value` if it can be the name of a node: a person's, or the server's.

    >>> node_name("b b", "crash")
    Traceback (most recent call last):
    imteach.errors.InputError: crash: expected the name of a node, such as bob or server, got 'b b'
    """
    if not isinstance(value, str) or not _PERSON.fullmatch(value):
        raise InputError(f"expected the name of a node, such as bob or server, got {quoted(value)}", where=where)
    return value


def words(value: object, where: str) -> str:
    """Return `value` if it can be what a person says.

    >>> words(7, "text")
    Traceback (most recent call last):
    imteach.errors.InputError: text: expected text of at most 10000 characters, got 7
    """
    if isinstance(value, str) and not can_be_written(value):
        raise InputError(f"expected whole characters, got half of one in {quoted(value)}", where=where)
    if isinstance(value, str) and len(value) <= TEXT_LIMIT:
        return value
    raise InputError(f"expected text of at most {TEXT_LIMIT} characters, got {quoted(value)}", where=where)


def can_be_written(text: str) -> bool:
    """Whether this text can go to a file: half of a surrogate pair, which JSON can hold, cannot.

    >>> can_be_written("✓"), can_be_written(chr(0xD800))
    (True, False)
    """
    return not any("\ud800" <= c <= "\udfff" for c in text)


class ByName(dict[str, V]):
    """Things by name. The error for an unknown name lists the known ones, and `what` says what they are.

    `also` are other names for them: the name that each stands for.

    >>> ByName("promise", {"no_duplicates": True, "no_silent_loss": False})["no_duplicate"]
    Traceback (most recent call last):
    imteach.errors.InputError: no promise 'no_duplicate'; there are no_duplicates, no_silent_loss
    """

    def __init__(self, what: str, things: Mapping[str, V], also: Mapping[str, str] = MappingProxyType({})) -> None:
        super().__init__(things)
        self.what = what
        self.also = also

    def __missing__(self, name: object) -> V:
        meant = self.also.get(name, "") if isinstance(name, str) else ""
        if meant in self:
            return self[meant]
        raise InputError(f"no {self.what} {quoted(name)}; there are {', '.join(self)}")


def by_promise(things: Mapping[str, V] = MappingProxyType({})) -> ByName[V]:
    """Return things by promise, to be had by its name and by its title.

    >>> by_promise({"no_duplicates": True})["Nothing is shown twice"]
    True
    """
    return ByName("promise", things, {title: name for name, title in PROMISE_TITLES.items()})


def promise_called(text: object, known: Iterable[str], at: str = "") -> str:
    """Return the name of a promise that is called so: by its name, or by its title. Raises `InputError` for neither.

    `known` are those that count here, `at` says where that is.

    >>> promise_called("Nothing is shown twice", ["no_duplicates"])
    'no_duplicates'
    """
    known = list(known)
    for name in known:
        if text in (name, PROMISE_TITLES[name]):
            return name
    raise InputError(f"no promise {quoted(text)}{at}; the promises are {', '.join(known)}")
