"""What a node holds, as a value: it can be kept, compared, and made into a node again.

A checker goes on from one state in many ways, so it must be able to come back to it, and to see that it has been there
before. It does both with the attributes of the node, whoever wrote its class.
"""

from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Hashable, Sequence
from dataclasses import is_dataclass
from enum import Enum
from functools import lru_cache
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, NamedTuple

from imteach.errors import InputError, quoted
from imteach.protocol import Value

_LEAVES = (
    str,
    int,
    float,
    complex,
    bytes,
    range,
    type(None),
    type,
    Enum,
    FunctionType,
    BuiltinFunctionType,
    ModuleType,
)
"""What never changes, so that a copy may share it."""

_PLAIN = frozenset((str, int, float, bool, type(None)))
"""Most of what a node holds: recognised at once."""

KINDS = 256
"""Of so many classes it is remembered what their objects are made of."""


class _Again(NamedTuple):
    """Stands for a thing that was met before: the same list under two names stays one list."""

    number: int


class _Part(NamedTuple):
    """A thing that can change: its class, and what it holds."""

    kind: type
    holds: tuple[Any, ...]


class _Method(NamedTuple):
    """A method of a thing that is part of the state."""

    of: Any
    name: str


def snapshot(node: object, shared: Sequence[Any] = ()) -> Hashable:
    """Return what `node` holds as a value: equal for two nodes that hold the same.

    What is `shared` by all nodes is no part of it: each copy will hold the very same. Raises `UnfitError` where the
    node holds something that can be neither copied nor compared.

    >>> from imteach.protocol import LADDER, Client
    >>> alice, too = (Client("alice", LADDER["dedup"], 2, new_msgid=str) for _ in range(2))
    >>> snapshot(alice) == snapshot(too), snapshot(alice) == snapshot(Client("bob", LADDER["dedup"], 2, new_msgid=str))
    (True, False)
    """
    try:
        image: Hashable = _image(node, {id(thing): number for number, thing in enumerate(shared)}, "self")
    except RecursionError:
        raise UnfitError(_TooDeep(), "self") from None
    return image


class _TooDeep:
    """Stands for a thing inside a thing, and so on: too deep to be copied, or even printed."""

    def __repr__(self) -> str:
        return "something nested too deeply"


_DEEPEST = 100  # lists in lists, and so on: far more than a node needs, far less than Python can follow


def _check_depth(where: str) -> None:
    """Raise `UnfitError` if a thing is nested too deeply: `where` has a part for each level."""
    if len(where) > _DEEPEST and where.count(".") + where.count("[") > _DEEPEST:
        attribute = where.removeprefix("self.").partition("[")[0].partition(".")[0]
        raise UnfitError(_TooDeep(), f"self.{attribute}")


def restored(image: Hashable, shared: Sequence[Any] = ()) -> Any:
    """Return a copy of what the snapshot `image` was taken of, which shares nothing with it that can change.

    But it holds what is `shared` by all nodes, given in the same order as to `snapshot`.

    >>> table = {"m1": [1, 2]}
    >>> again = restored(snapshot(table))
    >>> again["m1"].append(3)
    >>> table, again
    ({'m1': [1, 2]}, {'m1': [1, 2, 3]})
    """
    return _made(image, [*shared])


def _image(value: Any, met: dict[int, int], where: str) -> Any:
    kind: Any = type(value)
    if kind in _PLAIN or isinstance(value, _LEAVES):
        return value
    if isinstance(value, MethodType):
        return _method(value, met)
    if _is_frozen(kind) and _is_hashable(value):
        return value
    if isinstance(value, tuple | Value):
        images = [_image(part, met, where) for part in value]
        unchanging = all(image is part for image, part in zip(images, value, strict=True))
        return value if unchanging else _Part(kind, tuple(images))
    if isinstance(value, frozenset):
        return _elements(value, where)
    if id(value) in met:
        return _Again(met[id(value)])
    _check_depth(where)
    met[id(value)] = len(met)
    if kind in _PAIRS:
        factory = (_image(value.default_factory, met, where),) if kind is defaultdict else ()
        pairs = ((_image(key, met, where), _image(held, met, f"{where}[…]")) for key, held in value.items())
        return _Part(kind, (*factory, *pairs))
    if kind is list:
        return _Part(kind, tuple(_image(held, met, f"{where}[…]") for held in value))
    if kind is deque:
        return _Part(kind, (value.maxlen, *(_image(held, met, f"{where}[…]") for held in value)))
    if kind is set:
        return _Part(kind, (_elements(value, where),))
    return _Part(kind, tuple((name, _image(held, met, f"{where}.{name}")) for name, held in _attributes(value, where)))


@lru_cache(maxsize=KINDS)
def _is_frozen(kind: type) -> bool:
    """Whether objects of this class cannot change, apart from what they hold."""
    return issubclass(kind, Value) or (is_dataclass(kind) and kind.__dataclass_params__.frozen)  # type: ignore[attr-defined]


def _is_hashable(value: object) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


_PAIRS = (dict, OrderedDict, Counter, defaultdict)


def _method(value: MethodType, met: dict[int, int]) -> Any:
    """Return a method's image: a method of the node, or of what it holds, joins the copy; any other stays itself."""
    if id(value.__self__) in met:
        return _Method(_Again(met[id(value.__self__)]), value.__name__)
    return value


def _elements(value: set[Any] | frozenset[Any], where: str) -> frozenset[Any]:
    """Return what is in a set, if none of it can change."""
    for element in value:
        if _image(element, {}, where) is not element:
            raise UnfitError(element, where)
    return frozenset(value)


def _attributes(value: Any, where: str) -> list[tuple[str, Any]]:
    """Return the attributes of an object by name, in the order in which it got them."""
    kind: Any = type(value)
    slots, is_fit = _made_of(kind)
    if not is_fit or not (slots or hasattr(value, "__dict__")):
        raise UnfitError(value, where)
    held = {name: getattr(value, name) for name in slots if hasattr(value, name)}
    return list((held | getattr(value, "__dict__", {})).items())


@lru_cache(maxsize=KINDS)
def _made_of(kind: type) -> tuple[list[str], bool]:
    """Return the slots of a class, and whether its objects hold nothing besides them and their dictionary."""
    slots = [name for base in kind.__mro__ for name in _slots(base)]
    visible = object.__basicsize__ + 8 * (2 + len(slots))  # its dictionary, its weak references and its slots
    hides = kind.__basicsize__ > visible  # such as a file, of which Python sees only a part
    return slots, not (kind.__module__ == "builtins" or issubclass(kind, _HOLDERS) or hides)


_HOLDERS = (dict, list, set, deque, bytearray, memoryview)
"""A subclass of one of these holds more than its attributes."""


def _slots(kind: type) -> tuple[str, ...]:
    slots = kind.__dict__.get("__slots__", ())
    names = (slots,) if isinstance(slots, str) else (name for name in slots if name not in ("__dict__", "__weakref__"))
    return tuple(_inside(kind, name) for name in names)


def _inside(kind: type, name: str) -> str:
    """Return the name under which Python keeps an attribute of this class: `__seen` as `_Mine__seen`."""
    is_private = name.startswith("__") and not name.endswith("__")
    return f"_{kind.__name__.lstrip('_')}{name}" if is_private else name


RULE = (
    "a search of every way things can go can neither copy nor compare that; "
    "keep numbers, text, tuples, lists, dictionaries and sets, or objects made of them"
)


class UnfitError(InputError):
    """A node holds `value` at `where` (`held_at`), such as `self.seen`, of which no snapshot can be taken."""

    def __init__(self, value: object, where: str) -> None:
        self.held_at = where  # `where` is what an `InputError` is about: a field of what was given
        self.shown = quoted(value)
        super().__init__(f"{where} is {self.shown}; {RULE}")


def _made(image: Any, made: list[Any]) -> Any:
    if isinstance(image, _Again):
        return made[image.number]
    if isinstance(image, _Method):
        return getattr(_made(image.of, made), image.name)
    if not isinstance(image, _Part):
        return image
    kind, holds = image
    if issubclass(kind, Value):
        return kind(*(_made(part, made) for part in holds))
    if issubclass(kind, tuple):
        parts = (_made(part, made) for part in holds)
        return kind._make(parts) if hasattr(kind, "_make") else kind(parts)
    return _changing(kind, holds, made)


def _changing(kind: Any, holds: tuple[Any, ...], made: list[Any]) -> Any:
    """Make a thing that can change. It enters `made` before what it holds, because that may hold it in turn."""
    thing: Any = deque(maxlen=holds[0]) if kind is deque else kind.__new__(kind)
    made.append(thing)
    if kind in _PAIRS:
        if kind is defaultdict:
            thing.default_factory, holds = _made(holds[0], made), holds[1:]
        for key, held in holds:
            thing[_made(key, made)] = _made(held, made)
    elif kind is list:
        thing.extend(_made(held, made) for held in holds)
    elif kind is deque:
        thing.extend(_made(held, made) for held in holds[1:])
    elif kind is set:
        thing.update(holds[0])
    else:
        for name, held in holds:
            object.__setattr__(thing, name, _made(held, made))
    return thing
