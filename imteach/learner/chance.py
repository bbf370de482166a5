"""A clock or chance in a learner's class: with either, the same scenario would not always give the same trace.

It is found in the code before anything runs, because a run may well come out right: `random() < 0.1` seldom strikes.
Nobody is accused who is right: not for a method that nobody calls, nor for `random.Random(1)` or `random.seed(1)`,
which bring the same numbers in each run, nor for `perf_counter`, which measures how long code takes.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from imteach.learner.lines import class_attribute_line, line_at
from imteach.learner.mistakes import LearnerError, Line
from imteach.learner.named import Named, named_in, reached
from imteach.learner.watch import functions_of

_CLOCKS = frozenset(
    {f"time.{name}{unit}" for name in ("time", "monotonic", "clock_gettime") for unit in ("", "_ns")}
    | {f"datetime.datetime.{name}" for name in ("now", "utcnow", "today")}
    | {"datetime.date.today"}
)
_CHANCE = frozenset({"uuid.uuid1", "uuid.uuid4", "os.urandom", "os.getrandom", "random.SystemRandom"})
_BARE_CLOCKS = frozenset(f"time.{name}" for name in ("localtime", "gmtime", "ctime", "asctime"))
_BARE_CHANCE = frozenset({"random.Random", "numpy.random.default_rng", "numpy.random.RandomState"})
"""Of these it matters whether they are called with an argument: a time to be told, a seed."""

_SEEDS = frozenset({"random.seed", "numpy.random.seed"})
_DICE = ("random.", "secrets.", "numpy.random.")
_NO_DICE = frozenset({"seed", "getstate", "setstate", "get_state", "set_state", "compare_digest", "default_rng"})

_CLOCK_RULE = "a node has no clock: to wait it returns StartTimer, and is told when the timer runs out"
_CHANCE_RULE = "a node tosses no coin: what it does follows from what it is told and from what it holds"


def check_no_chance(own: list[type], called: frozenset[str]) -> None:
    """Raise `LearnerError` for a clock or chance in what these classes do when the methods `called` are called."""
    functions = reached(own, called)
    found = [(named, full_name(named)) for named in named_in(functions)]
    is_seeded = any(name in _SEEDS and not named.reference.is_bare for named, name in found)
    for named, name in found:
        rule = _rule(name, named.reference.is_bare, is_seeded)
        if rule:
            line = line_at(named.function.__code__.co_filename, named.reference.line)
            raise _error(_who(own, named.function), name, rule, line)
    for who, value, where in _held(own, functions):
        rule = _rule(_own_name(value), is_bare=False, is_seeded=is_seeded)
        if rule:
            raise _error(who, _own_name(value), rule, where())


def _error(who: str, name: str, rule: str, line: Line | None) -> LearnerError:
    return LearnerError(f"{who} asks {name}(), so two runs that are the same could differ; {rule}", line)


def _rule(name: str, is_bare: bool, is_seeded: bool) -> str:
    """The rule against what has this full name; "" if there is none."""
    if name in _CLOCKS or (is_bare and name in _BARE_CLOCKS):
        return _CLOCK_RULE
    if name in _CHANCE or (is_bare and name in _BARE_CHANCE):
        return _CHANCE_RULE
    last = name.rpartition(".")[2]
    is_dice = name.startswith(_DICE) and last.islower() and last not in _NO_DICE
    return _CHANCE_RULE if is_dice and not (is_seeded and not name.startswith("secrets.")) else ""


def _who(own: Iterable[type], function: FunctionType) -> str:
    """The name of a function, with its class."""
    owner = next((owner for owner in own if function in functions_of(owner)), None)
    return f"{owner.__name__}.{function.__name__}" if owner else function.__qualname__.rpartition("<locals>.")[2]


def full_name(named: Named) -> str:
    """Return what stands behind a name, as its own module calls it: `datetime.datetime.now`; "" where that is unknown.

    >>> [full_name(named) for named in named_in([full_name])]
    ['imteach.learner.chance._own_name']
    """
    first = named.reference.imported or (_own_name(named.values[0]) if named.values else "")
    return ".".join((first, *named.reference.path[1:])) if first else ""


def _own_name(value: Any) -> str:
    """Return the full name of a module, a class or a function; "" for anything else."""
    if isinstance(value, ModuleType):
        return _OS.get(value.__name__, value.__name__)
    if isinstance(value, type | FunctionType):
        return f"{value.__module__}.{value.__qualname__}"
    if not isinstance(value, BuiltinFunctionType | MethodType):
        return ""
    owner = value.__self__
    if isinstance(owner, ModuleType | type):
        return f"{_own_name(owner)}.{value.__name__}"
    if owner is getattr(sys.modules.get("random"), "_inst", None):  # its methods are the functions of `random`
        return f"random.{value.__name__}"
    is_secret = (type(owner).__module__, type(owner).__qualname__) == ("random", "SystemRandom")
    return f"secrets.{value.__name__}" if is_secret else ""


_OS = {"posix": "os", "nt": "os"}  # where the functions of `os` come from


def _held(own: list[type], functions: Iterable[FunctionType]) -> Iterator[tuple[str, Any, Callable[[], Line | None]]]:
    """Yield what the classes hold themselves, and the default values of these functions, each with who and where."""
    for owner in own:
        for klass in owner.__mro__:
            if not klass.__module__.startswith("imteach.") and klass is not object:
                for name, value in vars(klass).items():
                    yield f"{owner.__name__}.{name}", value, partial(class_attribute_line, name, own)
    for function in functions:
        for value in (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()):
            code = function.__code__
            yield _who(own, function), value, partial(line_at, code.co_filename, code.co_firstlineno)
