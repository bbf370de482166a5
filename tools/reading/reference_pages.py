"""The reference: which names are public, a page for each room that offers some, our docstrings as Sphinx reads them.

A name has one entry, under its shortest name (`imteach.Scenario`), on the page of the room that it comes from. Each
page begins with a table of all that the room offers, also of what comes from another one.
"""

import ast
import importlib
import inspect
import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from pprint import pformat
from typing import Any

import imteach

ROOMS = ["imteach", *(f"imteach.{room}" for room in ("scenario", "trace", "protocol", "verify", "tell", "draw"))]
ROOMS += [f"imteach.{room}" for room in ("lab", "course", "learner", "sim")]
"""The packages whose names are public: what everybody uses, then what is further inside."""

COURSE = "imteach.course"
LONGEST = 400  # signs of a value that is shown

CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)")
LIST = re.compile(r"^(( *)(?!- )\S.*\n)(?=\2- )", re.MULTILINE)  # a line above the first item
DOCTEST = re.compile(r"(^ *>>> .*?(?:\n\s*\n|\Z))", re.MULTILINE | re.DOTALL)


def public() -> dict[str, list[str]]:
    """Return by room its public names; `imteach.course` has those of `imteach` that come from it."""
    names = {room: list(getattr(importlib.import_module(room), "__all__", [])) for room in ROOMS}
    of_course = (name for name in names["imteach"] if home(name, value_of("imteach", name)).startswith(COURSE))
    return names | {COURSE: list(of_course)}


def value_of(room: str, name: str) -> Any:
    """Return what a public name stands for."""
    return getattr(importlib.import_module(room), name)


def home(name: str, value: object) -> str:
    """Return the module that defines a name: it says so itself, or its source does."""
    return str(value.__module__) if kind_of(value) else written()[name][0]


@cache
def written() -> dict[str, tuple[str, str]]:
    """Return by name, of all values that have a docstring below them, the module and the docstring."""
    found: dict[str, tuple[str, str]] = {}
    for file in sorted(Path(imteach.__file__).parent.rglob("*.py")):
        module = ".".join(file.relative_to(Path(imteach.__file__).parents[1]).with_suffix("").parts)
        for node, below in pairwise(ast.parse(file.read_text("utf-8")).body):
            match node, below:
                case (
                    ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str(text))),
                ):
                    found[name] = (module.removesuffix(".__init__"), inspect.cleandoc(text))
    return found


@cache
def entries() -> dict[str, tuple[str, str]]:
    """Return by its name, for each public name, the room under which it is told of, and the room whose page has it."""
    found: dict[str, tuple[str, str]] = {}
    for room, names in public().items():
        for name in (name for name in names if name not in found):
            own = ".".join(home(name, value_of(room, name)).split(".")[:2])
            found[name] = (room, own if own in ROOMS else "imteach")
    return found


def write(source: Path) -> None:
    """Write the pages of the rooms, and one that lists them."""
    (source / "api").mkdir()
    for room, names in public().items():
        (source / "api" / f"{room}.rst").write_text("\n".join(page(room, names)), "utf-8")
    listed = "\n".join(f"   {room}" for room in ROOMS[1:])
    top = (source / "api" / "imteach.rst").read_text("utf-8")
    (source / "api" / "imteach.rst").write_text(f"{top}\n.. toctree::\n   :hidden:\n\n{listed}\n", "utf-8")


def page(room: str, names: list[str]) -> Iterator[str]:
    """Yield the lines of a room's page: what it is for, its names in a table, and an entry for each that is its own."""
    title = "Reference" if room == "imteach" else room
    yield from [title, "=" * len(title), "", as_rst(inspect.getdoc(importlib.import_module(room)) or ""), ""]
    yield from [".. list-table::", "   :class: names", "   :widths: 25 75", ""]
    for name in sorted(names, key=str.lower):
        under = entries()[name][0]
        first = as_rst(doc(name, value_of(under, name)).partition("\n\n")[0]).replace("\n", " ")
        yield from [f"   * - :py:obj:`{name} <{under}.{name}>`", f"     - {first}"]
    for name, (under, own) in sorted(entries().items(), key=lambda entry: entry[0].lower()):
        if own == room:
            yield from ["", *entry(under, name, value_of(under, name))]


def entry(room: str, name: str, value: object) -> Iterator[str]:
    """Yield the lines of a name's entry. Sphinx finds the text of a class or function; of a value, we do."""
    if kind := kind_of(value):
        yield f".. auto{kind}:: {room}.{name}"
        return
    yield from [f".. py:data:: {room}.{name}", ""]
    yield from (f"   {line}" for line in as_rst(doc(name, value)).splitlines())
    shown = pformat(dict(value) if isinstance(value, Mapping) else value, width=100, sort_dicts=False)
    if len(shown) <= LONGEST and " at 0x" not in shown:
        yield from ["", "   .. code-block:: python", "", *(f"      {line}" for line in shown.splitlines())]


def kind_of(value: object) -> str:
    """Return how Sphinx calls what documents itself; "" for any other value.

    >>> kind_of(OSError), kind_of(kind_of), kind_of(1)
    ('exception', 'function', '')
    """
    if inspect.isclass(value):
        return "exception" if issubclass(value, Exception) else "class"
    return "function" if inspect.isroutine(value) else ""


def doc(name: str, value: object) -> str:
    """Return the docstring of a public name."""
    return inspect.getdoc(value) or "" if kind_of(value) else written()[name][1]


def as_rst(text: str) -> str:
    """Return a docstring of ours as reStructuredText: `code` is code, and a public name leads to its entry.

    >>> as_rst("A `Scenario` on the rung `dedup`.")
    'A :py:obj:`Scenario <imteach.Scenario>` on the rung ``dedup``.'
    """
    pieces = DOCTEST.split(text)  # every second one is an example
    return "".join(piece if place % 2 else _prose(piece) for place, piece in enumerate(pieces))


def _prose(text: str) -> str:
    return CODE.sub(_linked, LIST.sub(r"\1\n", text))


def _linked(code: re.Match[str]) -> str:
    name = code[1]
    return f":py:obj:`{name} <{entries()[name][0]}.{name}>`" if name in entries() else f"``{name}``"
