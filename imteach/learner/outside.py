"""What a learner's code keeps outside its nodes. All nodes and all runs share it, so it must not change in a run.

There are three such places: the class itself, the default value of a parameter, and what is global: what a function
declares so, and the tables and the generators of numbers that it names.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from functools import partial
from types import FunctionType
from typing import Any, NamedTuple

from imteach.learner.lines import class_attribute_line, line_at
from imteach.learner.mistakes import Line
from imteach.learner.named import NOTHING, Named, attribute_of, cells_of, named_in, reached

_TABLES = (dict, list, set, deque)
_PLAIN = (bool, int, float, str, tuple, frozenset, type(None))


class Place(NamedTuple):
    """A place outside the nodes: what it is called, what to write instead, its line, and what it held at first.

    `line` returns its line, `now` what it holds now; `put_back` lets it hold `before` again. `table` is the thing
    itself, if it is one that changes in place and that a node could hold, too.
    """

    name: str
    rule: str
    line: Callable[[], Line | None]
    before: Any
    now: Callable[[], Any]
    put_back: Callable[[], object]
    table: Any = None

    @property
    def told(self) -> str:
        """What somebody did who changed it."""
        return f"changed {self.name}"

    def changed(self) -> bool:
        """Whether it holds something else now. What cannot be compared, as a learner's own class may have it, does."""
        now = self.now()
        try:
            return now is not self.before and bool(now != self.before)
        except Exception:
            return True


def places_outside(own: list[type]) -> list[Place]:
    """Return every place outside the nodes in which code of these classes could keep something."""
    functions = reached(own)
    return [*_in_classes(own), *_in_defaults(functions), *_in_globals(functions)]


def _in_classes(own: list[type]) -> Iterator[Place]:
    for owner in own:
        for klass in owner.__mro__:
            if klass.__module__.startswith("imteach.") or klass is object:
                continue
            for name, held in vars(klass).items():
                rule = f"what stands in a class is shared by all nodes and all runs: set self.{name} in __init__"
                line = partial(class_attribute_line, name, own)
                if _changes_in_place(held):
                    yield _in_place(f"{owner.__name__}.{name}", rule, line, held)
                elif isinstance(held, _PLAIN) and not name.startswith("__"):
                    yield Place(f"{owner.__name__}.{name}", rule, line, held, *_attribute(klass, name, held))


def _in_defaults(functions: Iterable[FunctionType]) -> Iterator[Place]:
    for function in functions:
        code = function.__code__
        defaults = function.__defaults__ or ()  # those of the last parameters
        names = code.co_varnames[code.co_argcount - len(defaults) : code.co_argcount]
        given = dict(zip(names, defaults, strict=True))
        for name, held in {**given, **(function.__kwdefaults__ or {})}.items():
            if _changes_in_place(held):
                rule = f"that is made once, and shared by all nodes and all runs: write {name}=None, and make it inside"
                where = f"the default value of {name} in {code.co_name}"
                yield _in_place(where, rule, partial(line_at, code.co_filename, code.co_firstlineno), held)


def _in_globals(functions: Iterable[FunctionType]) -> Iterator[Place]:
    tables: dict[int, list[Named]] = {}
    for named in named_in(functions):
        if named.reference.is_stored and len(named.reference.path) == 1:
            yield from _declared(named)
        elif named.values and _changes_in_place(named.values[-1]):
            tables.setdefault(id(named.values[-1]), []).append(named)
        elif len(named.values) > 1 and isinstance(named.values[-1], _PLAIN):
            yield _of_another(named)
    for uses in tables.values():
        if not all(use.rest and use.rest[0] in _WRITES for use in uses):  # a log that no node reads does no harm
            yield _in_place(*_words(uses[0]), partial(_changing_line, uses), uses[0].values[-1])


_WRITES = ("append", "appendleft", "extend", "insert", "add", "update")
"""They change a table, and tell nothing of what is in it."""


def _words(named: Named) -> tuple[str, str]:
    """What a place that a function names is called, and what to write instead."""
    what = "outer" if named.reference.around else "global"  # the first is a variable of a function around the class
    kept = named.name.rpartition(".")[2]
    rule = f"what is {what} is shared by all nodes and all runs: keep self.{kept}, set in __init__"
    return f"the {what} {named.name}", rule


def _declared(named: Named) -> Iterator[Place]:
    """A name that a function declares `global` or `nonlocal`, and assigns to."""
    code, names, (name,) = named.function.__code__, named.function.__globals__, named.reference.path
    line = partial(line_at, code.co_filename, code.co_firstlineno)
    if not named.reference.around:
        before = names.get(name, NOTHING)
        put_back = partial(names.pop, name, None) if before is NOTHING else partial(names.__setitem__, name, before)
        yield Place(*_words(named), line, before, lambda: names.get(name, NOTHING), put_back)
    elif named.values:
        cell, (before,) = cells_of(named.function)[name], named.values
        yield Place(
            *_words(named), line, before, lambda: cell.cell_contents, partial(setattr, cell, "cell_contents", before)
        )


def _of_another(named: Named) -> Place:
    """A number or a text that stands in another class, or in another module."""
    owner, held = named.values[-2:]
    attribute = _attribute(owner, named.reference.path[len(named.values) - 1], held)
    return Place(*_words(named), partial(_line_of, named), held, *attribute)


def _attribute(owner: Any, name: str, value: object) -> tuple[Callable[[], Any], Callable[[], object]]:
    return lambda: attribute_of(owner, name), lambda: setattr(owner, name, value)


def _line_of(named: Named) -> Line | None:
    return line_at(named.function.__code__.co_filename, named.reference.line)


def _changing_line(uses: list[Named]) -> Line | None:
    """Return the line that seems to change a table, else the first that names it."""
    lines = list(filter(None, map(_line_of, uses)))
    name = re.escape(uses[0].name)
    change = rf"\bdel {name}\b|\b{name}(\[.*\])?(\.({'|'.join(_CHANGES)})\(|\s*[-+|&^*]?=[^=])"
    return next((line for line in lines if re.search(change, line.text)), lines[0] if lines else None)


_CHANGES = (*_WRITES, "pop", "popleft", "popitem", "remove", "discard", "clear", "setdefault", "sort", "reverse")


# What changes in place


def _changes_in_place(held: object) -> bool:
    return isinstance(held, _TABLES) or _is_dice(held) or _is_count(held)


def _is_dice(held: object) -> bool:
    """Whether it is a generator of random numbers, which gives another one each time."""
    return type(held).__module__ == "random" and hasattr(held, "getstate")


def _is_count(held: object) -> bool:
    """Whether it is an `itertools.count`."""
    return type(held).__module__ == "itertools" and type(held).__name__ == "count"


def _in_place(name: str, rule: str, line: Callable[[], Line | None], held: Any) -> Place:
    if _is_dice(held):
        state = held.getstate()
        return Place(name, rule, line, state, held.getstate, lambda: held.setstate(state))
    if _is_count(held):
        return Place(name, rule, line, repr(held), lambda: repr(held), lambda: None)  # it goes one way only
    before = _copied(held)

    def put_back() -> None:
        held.clear()
        (held.extend if isinstance(held, list | deque) else held.update)(_copied(before))

    return Place(name, rule, line, before, lambda: held, put_back, held)


def _copied(table: Any) -> Any:
    """Return a copy of a table, in which each table is a copy, too."""
    try:
        return _deep(table)
    except RecursionError:  # it holds itself
        return copy(table)
    except Exception:  # a learner's own kind of table, which cannot be copied, and so not be compared
        return table


def _deep(held: Any) -> Any:
    if isinstance(held, _TABLES):
        held = copy(held)
        pairs = held.items() if isinstance(held, dict) else enumerate(held) if not isinstance(held, set) else ()
        for key, value in list(pairs):
            if isinstance(value, _TABLES):
                held[key] = _deep(value)
    return held
