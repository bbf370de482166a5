"""What a learner's code names: modules, functions, tables. It is read off the code, and nothing of it is run."""

import sys
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from types import CellType, CodeType, FunctionType, ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from imteach.errors import is_learners_file
from imteach.learner.watch import codes_in, functions_of, is_written

if TYPE_CHECKING:
    from dis import Instruction

NOTHING: Any = object()
"""Stands for what is not there, or not known."""


class Reference(NamedTuple):
    """One place in a code that names something: `random.random` has the path ("random", "random").

    The first name is one of the module, of the function `around`, or what the code itself `imported`, such as
    "random.random". `is_bare`: it is called there without an argument. `is_stored`: it is assigned to.
    """

    path: tuple[str, ...]
    line: int
    around: bool = False
    imported: str = ""
    is_bare: bool = False
    is_stored: bool = False


class Named(NamedTuple):
    """What a function names. `values` are those along the path, as far as names tell: what a run makes is not known."""

    function: Any  # a FunctionType, which a type checker would take for a method
    reference: Reference
    values: tuple[Any, ...]

    @property
    def name(self) -> str:
        """How the code writes it, as far as it is known."""
        return ".".join(self.reference.path[: max(len(self.values), 1)])

    @property
    def rest(self) -> tuple[str, ...]:
        """The attributes of it that the code goes on to."""
        return self.reference.path[len(self.values) :]


def named_in(functions: Iterable[FunctionType]) -> Iterator[Named]:
    """Yield everything that these functions, and those defined inside them, name.

    >>> def last(): return sys.argv.pop()
    >>> [(named.name, named.rest) for named in named_in([last])]
    [('sys.argv', ('pop',))]
    """
    for function in functions:
        for code in codes_in(function.__code__):
            for reference in references(code):
                yield _looked_up(function, reference)


def reached(own: Sequence[type], called: Container[str] | None = None) -> list[FunctionType]:
    """Return the functions of a learner's that these classes have, and those that they come to.

    With the names of the methods that are `called`, only those to which a step can come: a method that nobody calls,
    such as one to try things out with, is not among them.
    """
    methods = [function for owner in own for function in functions_of(owner)]
    names: set[str] = set()  # that what was reached uses; one who calls by `getattr` may call any

    def is_called(method: FunctionType) -> bool:
        name = method.__name__
        return called is None or name in called or name.startswith("__") or bool(names & {name, "getattr"})

    found: dict[int, FunctionType] = {}
    to_do = list(filter(is_called, methods))
    while to_do:
        for function in to_do:
            found[id(function)] = function
            names.update(name for code in codes_in(function.__code__) for name in code.co_names)
        named = [value for each in named_in(to_do) for value in each.values]
        methods += [method for kind in named if isinstance(kind, type) for method in functions_of(kind)]
        functions = [value for value in named if isinstance(value, FunctionType) and is_written(value)]
        to_do = [each for each in (*functions, *filter(is_called, methods)) if id(each) not in found]
    return list(found.values())


def _looked_up(function: FunctionType, reference: Reference) -> Named:
    value, values = _first(function, reference), []
    for attribute in (*reference.path[1:], ""):
        if value is NOTHING:
            break
        values.append(value)
        value = attribute_of(value, attribute)
    return Named(function, reference, tuple(values))


def _first(function: FunctionType, reference: Reference) -> Any:
    """Return what stands behind the first name of a path."""
    if reference.imported:
        module, _, name = reference.imported.rpartition(".")
        return attribute_of(sys.modules.get(module), name) if module else sys.modules.get(name, NOTHING)
    if not reference.around:
        return function.__globals__.get(reference.path[0], NOTHING)
    cell = cells_of(function).get(reference.path[0])
    try:
        return cell.cell_contents if cell else NOTHING  # there is none for a name of this very function
    except ValueError:  # nothing is in it yet
        return NOTHING


def cells_of(function: FunctionType) -> dict[str, CellType]:
    """Return the variables of the functions around this one that it uses."""
    return dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))


def attribute_of(value: Any, name: str) -> Any:
    """Return what a module, a class or an object of a learner's holds under this name; else `NOTHING`.

    It is looked up and not asked for, because that could run a learner's code.
    """
    if isinstance(value, type):
        holders = value.__mro__
    else:
        holders = (value,) if isinstance(value, ModuleType | SimpleNamespace) or _is_theirs(value) else ()
    return next((vars(holder)[name] for holder in holders if name in vars(holder)), NOTHING)


def _is_theirs(value: Any) -> bool:
    """Whether this is an object of a learner's class, or a function of theirs, with attributes of its own."""
    module = value.__module__ if isinstance(value, FunctionType) else type(value).__module__
    file = getattr(sys.modules.get(module), "__file__", None)  # a notebook has none
    return hasattr(value, "__dict__") and (module == "__main__" or (file is not None and is_learners_file(file)))


@lru_cache(maxsize=1024)  # each run asks for what the last one asked for
def references(code: CodeType) -> tuple[Reference, ...]:
    """Return the places in this code that name something which is not its own, in their order."""
    from dis import get_instructions  # takes long to load

    instructions = [each for each in get_instructions(code) if each.opname not in _BESIDES]
    imported = dict(_imports(instructions))
    found = []
    for at, each in enumerate(instructions):
        if each.opname in _FREE:
            found.append(_reference(code, instructions[at:], each.argval, ""))
        if each.opname.endswith(_LOCALS):
            *others, last = each.argval if isinstance(each.argval, tuple) else (each.argval,)  # some load two at once
            if not each.opname.startswith("STORE"):
                found += [_reference(code, [each], name, imported[name]) for name in others if name in imported]
            if last in imported:
                found.append(_reference(code, instructions[at:], last, imported[last]))
    return tuple(found)


def _reference(code: CodeType, rest: Sequence["Instruction"], name: str, imported: str) -> Reference:
    """Return the reference that the first of these instructions begins, and the next ones go on with."""
    path, last = [name], 0
    while last + 1 < len(rest) and rest[last + 1].opname in _ATTRIBUTES:
        last += 1
        path.append(rest[last].argval)
    after = rest[last + 1] if last + 1 < len(rest) else None
    where = rest[last].positions
    return Reference(
        tuple(path),
        line=(where and where.lineno) or code.co_firstlineno,
        around=rest[0].opname in ("LOAD_DEREF", "STORE_DEREF"),
        imported=imported,
        is_bare=after is not None and after.opname == "CALL" and after.arg == 0,
        is_stored=rest[last].opname in ("STORE_ATTR", "STORE_GLOBAL", "STORE_DEREF"),
    )


def _imports(instructions: Sequence["Instruction"]) -> Iterator[tuple[str, str]]:
    """Yield what a code imports for itself: the name it gets, and what it is called where it comes from."""
    module = ""
    for each, then in pairwise(instructions):
        module = each.argval if each.opname == "IMPORT_NAME" else module
        if each.opname in ("IMPORT_NAME", "IMPORT_FROM") and then.opname.startswith("STORE_"):
            name = then.argval[0] if isinstance(then.argval, tuple) else then.argval
            yield name, f"{module}.{each.argval}" if each.opname == "IMPORT_FROM" else module.partition(".")[0]


_BESIDES = ("CACHE", "PRECALL", "PUSH_NULL", "COPY", "NOP", "EXTENDED_ARG")
_FREE = ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_DEREF", "STORE_GLOBAL", "STORE_DEREF")
_LOCALS = ("LOAD_FAST", "LOAD_FAST_BORROW", "LOAD_FAST_CHECK", "LOAD_DEREF")
_ATTRIBUTES = ("LOAD_ATTR", "LOAD_METHOD", "STORE_ATTR")
