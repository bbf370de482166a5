"""The gallery: each picture that the tests keep, with code that makes it and can be pasted.

The runs are those of `tests/shared/gallery.py`. Their code is read from there, and completed by what it needs: imports,
and the classes and lists that it names. Sphinx runs it and shows what it gives, as a notebook does.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from imteach.planted import PLANTED

HERE = Path(__file__).resolve().parent
RUNS = HERE.parents[1] / "tests" / "shared" / "gallery.py"
OURS = re.compile(r"\s*# type: ignore.*")

CELL = "\n## {title}\n\n```{{code-cell}}\n{code}\n```\n"


def write(source: Path) -> None:
    """Write the two pages: one of each kind of picture, one of each thing that a sequence diagram can say."""
    kinds, runs = (HERE / "gallery.md").read_text("utf-8").split("\n<!-- the second page -->\n")
    (source / "gallery").mkdir()
    (source / "gallery" / "index.md").write_text(kinds, "utf-8")
    cells = [CELL.format(title=name.replace("-", " ").capitalize(), code=code) for name, code in pictures()]
    (source / "gallery" / "sequence.md").write_text(runs + "".join(cells), "utf-8")


def pictures() -> Iterator[tuple[str, str]]:
    """Yield the name of each picture, and the code that makes it, whole."""
    text = RUNS.read_text("utf-8")
    tree = ast.parse(text)
    known = {name: node for node in tree.body for name in defined(node)}
    runs = next(node.value for node in tree.body if isinstance(node, ast.AnnAssign))
    for key, value in zip(runs.keys, runs.values, strict=True):
        needed = needs(value, known)
        if key is not None and not any(getattr(node, "module", "") == "rounds" for node in needed.values()):
            space = "\n" * (
                3 if any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in needed.values()) else 2
            )
            yield key.value, f"{told(text, tree, needed)}{space}{source_of(text, value)}"
    for name in PLANTED:
        yield f"planted-{name}", f'from imteach.planted import PLANTED\n\nPLANTED["{name}"].trace'


def defined(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement defines.

    >>> list(defined(ast.parse("from imteach import Say, Drop").body[0])), list(defined(ast.parse("ONE = 1").body[0]))
    (['Say', 'Drop'], ['ONE'])
    """
    match node:
        case ast.ImportFrom(names=names):
            yield from (alias.name for alias in names)
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.ClassDef(name=name) | ast.FunctionDef(name=name):
            yield name


def needs(node: ast.AST, known: dict[str, ast.stmt]) -> dict[str, ast.stmt]:
    """Return what of the known names a piece of code needs, also by way of one another."""
    found: dict[str, ast.stmt] = {}
    names = [each.id for each in ast.walk(node) if isinstance(each, ast.Name) and each.id in known]
    for name in names:
        if known[name] is not node:
            found |= {name: known[name], **needs(known[name], known)}
    return found


def told(text: str, tree: ast.Module, needed: dict[str, ast.stmt]) -> str:
    """Return these statements as they stand in the file, its imports without what is not needed."""
    imports, rest = [], [""]
    for node in tree.body:
        names = [name for name in defined(node) if needed.get(name) is node]
        if names and isinstance(node, ast.ImportFrom):
            imports.append(f"from {node.module} import {', '.join(names)}")
        elif names:
            code = source_of(text, node)
            rest.append(code if isinstance(node, ast.Assign) else f"\n{code}\n")
    return "\n".join(imports + rest).rstrip("\n")


def source_of(text: str, node: ast.stmt | ast.expr) -> str:
    """Return the code of a node, moved to the left margin, without what is for a type checker alone."""
    line = text.splitlines()[node.lineno - 1]
    margin = " " * (len(line) - len(line.lstrip()))
    return OURS.sub("", re.sub(f"^{margin}", "", ast.get_source_segment(text, node) or "", flags=re.MULTILINE))
