"""What a learner's code keeps outside its nodes. All nodes and all runs share it, so it must not change in a run.

There are three such places: the class itself, the default value of a parameter, and what a function declares `global`.
"""

from collections.abc import Callable, Iterable, Iterator
from copy import copy
from functools import partial
from types import FunctionType
from typing import Any, NamedTuple

from imteach.learner.lines import class_attribute_line, line_at
from imteach.learner.mistakes import Line
from imteach.learner.watch import functions_of

_TABLES = (dict, list, set)
_PLAIN = (bool, int, float, str, tuple, frozenset, type(None))


class Place(NamedTuple):
    """A place outside the nodes: what it is called, what to write instead, its line, and what it held at first.

    `line` returns its line, `now` what it holds now; `put_back` lets it hold `before` again.
    """

    name: str
    rule: str
    line: Callable[[], Line | None]
    before: Any
    now: Callable[[], Any]
    put_back: Callable[[], object]

    def changed(self) -> bool:
        """Whether it holds something else now. What cannot be compared, as a learner's own class may have it, does."""
        now = self.now()
        try:
            return now is not self.before and bool(now != self.before)
        except Exception:
            return True


def places_outside(own: list[type]) -> list[Place]:
    """Return every place outside the nodes in which code of these classes could keep something."""
    functions = [function for owner in own for function in functions_of(owner)]
    return [*_in_classes(own), *_in_defaults(functions), *_in_globals(functions)]


def _in_classes(own: list[type]) -> Iterator[Place]:
    for owner in own:
        for klass in owner.__mro__:
            if klass.__module__.startswith("imteach.") or klass is object:
                continue
            for name, held in vars(klass).items():
                rule = f"what stands in a class is shared by all nodes and all runs: set self.{name} in __init__"
                line = partial(class_attribute_line, name, own)
                if isinstance(held, _TABLES):
                    yield _table(f"{owner.__name__}.{name}", rule, line, held)
                elif isinstance(held, _PLAIN) and not name.startswith("__"):
                    yield Place(f"{owner.__name__}.{name}", rule, line, held, *_attribute(klass, name, held))


def _in_defaults(functions: Iterable[FunctionType]) -> Iterator[Place]:
    for function in functions:
        code = function.__code__
        defaults = function.__defaults__ or ()  # those of the last parameters
        names = code.co_varnames[code.co_argcount - len(defaults) : code.co_argcount]
        given = dict(zip(names, defaults, strict=True))
        for name, held in {**given, **(function.__kwdefaults__ or {})}.items():
            if isinstance(held, _TABLES):
                rule = f"that is made once, and shared by all nodes and all runs: write {name}=None, and make it inside"
                where = f"the default value of {name} in {code.co_name}"
                yield _table(where, rule, partial(line_at, code.co_filename, code.co_firstlineno), held)


def _in_globals(functions: Iterable[FunctionType]) -> Iterator[Place]:
    from dis import get_instructions  # takes long to load

    for function in functions:
        code, names = function.__code__, function.__globals__
        stored = {each.argval for each in get_instructions(code) if each.opname == "STORE_GLOBAL"}
        for name in sorted(stored & names.keys()):
            rule = f"what is global is shared by all nodes and all runs: keep self.{name}, set in __init__"
            line = partial(line_at, code.co_filename, code.co_firstlineno)
            yield Place(f"the global {name}", rule, line, names[name], *_item(names, name, names[name]))


def _table(name: str, rule: str, line: Callable[[], Line | None], held: Any) -> Place:
    before = copy(held)

    def put_back() -> None:
        held.clear()
        (held.extend if isinstance(held, list) else held.update)(before)

    return Place(name, rule, line, before, lambda: held, put_back)


def _attribute(klass: type, name: str, value: object) -> tuple[Callable[[], Any], Callable[[], object]]:
    return lambda: vars(klass).get(name), lambda: setattr(klass, name, value)


def _item(names: dict[str, Any], name: str, value: object) -> tuple[Callable[[], Any], Callable[[], object]]:
    return lambda: names.get(name), lambda: names.__setitem__(name, value)
