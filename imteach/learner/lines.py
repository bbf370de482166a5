"""The learner's own line: the one with the mistake, or the first of the loop, method or class that has it."""

import ast
import linecache
import re
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from imteach.errors import is_learners_file
from imteach.learner.mistakes import Line
from imteach.learner.watch import functions_of

if TYPE_CHECKING:
    from traceback import FrameSummary


def learners_frames(error: BaseException) -> "list[FrameSummary]":
    """Return where in a learner's code an error was raised, the innermost place last."""
    from traceback import extract_tb  # only a mistake needs it

    return [frame for frame in extract_tb(error.__traceback__) if is_learners_file(frame.filename)]


def line_at(filename: str, number: int) -> Line | None:
    """Return the line of this number in a file; None where its text is not known."""
    from pathlib import Path  # as above

    text = linecache.getline(filename, number).strip()
    return Line(number, text, "" if _is_cell(filename) else Path(filename).name) if text else None


def _is_cell(filename: str) -> bool:
    """Whether this is a notebook's cell, and no file."""
    from pathlib import Path  # as above

    path = Path(filename)
    return path.parent.name.startswith("ipykernel_") or not path.is_file()


def line_of(frame: "FrameSummary") -> Line | None:
    """Return the line that a frame stands at."""
    return line_at(frame.filename, frame.lineno or 0)


def assignments(owner: type, attribute: str) -> Iterator[Line]:
    """Yield the lines of a learner's class that assign to this attribute of self."""
    for function in functions_of(owner):
        code = function.__code__
        lines = linecache.getlines(code.co_filename)
        for number in sorted({line for *_, line in code.co_lines() if line}):
            if re.search(rf"\bself\.{attribute}\b.*=", "".join(lines[number - 1 : number])):
                line = line_at(code.co_filename, number)
                if line is not None:
                    yield line


def loop_line(frame: "FrameSummary") -> Line | None:
    """Return the first line of the loop that seems not to end.

    Of the loops around this line that is the innermost `while`, else the innermost `for`, because a `for` usually ends;
    the line itself if there is no loop.
    """
    number = frame.lineno or 0
    try:
        tree = ast.parse("".join(linecache.getlines(frame.filename)))
    except SyntaxError:  # a cell can hold text that is not Python
        return line_of(frame)
    loops = (node for node in ast.walk(tree) if isinstance(node, ast.While | ast.For))
    around = [
        (isinstance(loop, ast.While), loop.lineno) for loop in loops if loop.lineno <= number <= (loop.end_lineno or 0)
    ]
    return line_at(frame.filename, max(around, default=(False, number))[1])


def def_line(owner: type, method: str, own: Sequence[type]) -> Line | None:
    """Return the line that begins a method, if a learner wrote it; else the one that begins their class."""
    for function in functions_of(owner):
        if function.__name__ == method:
            return line_at(function.__code__.co_filename, function.__code__.co_firstlineno)
    return class_line(owner, own)


def class_line(owner: type, own: Sequence[type]) -> Line | None:
    """Return the line that begins this class; if it is one of ours, the one that begins the learner's first class."""
    owner = owner if owner in own else own[0]
    codes = [function.__code__ for function in functions_of(owner) if function.__code__.co_filename != _NO_FILE]
    first = min(codes, key=lambda code: code.co_firstlineno, default=None)
    for file in [first.co_filename] if first else _files_of(owner):
        lines = linecache.getlines(file)[: first and first.co_firstlineno]
        numbers = [n for n, text in enumerate(lines, start=1) if re.match(rf"\s*class\s+{owner.__name__}\b", text)]
        if numbers:
            return line_at(file, numbers[-1])
    return None


_NO_FILE = "<string>"  # of what a dataclass writes for its class


def _files_of(owner: type) -> list[str]:
    """Where a class without methods may stand: in the file of its module, else in a cell, the newest first."""
    file = getattr(sys.modules.get(owner.__module__), "__file__", None)
    return [file] if file else [name for name in reversed(list(linecache.cache)) if _is_cell(name)]


def member_line(owner: type, name: str) -> Line | None:
    """Return the line in which a learner's class defines this name; None where none of its functions says where."""
    for function in functions_of(owner):
        code = function.__code__
        if code.co_name == name:
            return line_at(code.co_filename, code.co_firstlineno)
    return class_attribute_line(name, [owner]) if any(functions_of(owner)) else None


def class_attribute_line(name: str, own: Sequence[type]) -> Line | None:
    """Return the line in which a class of the learner's assigns to this name."""
    for owner in own:
        begins = class_line(owner, own)
        file = next(functions_of(owner)).__code__.co_filename
        for number, text in enumerate(linecache.getlines(file), start=1):
            if begins and number > begins.number and re.match(rf"\s+{name}\b[^=]*=", text):
                return line_at(file, number)
    return None
