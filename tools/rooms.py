"""Draws the rooms of imteach from its real imports: `docs/rooms.dot`, and with graphviz's `dot` also `docs/rooms.svg`.

`python tools/rooms.py` writes both. `tests/test_rooms.py` says when they no longer show what is there.

A box is a room: a folder of `imteach`, or the single files of its top together. It says what it is for, in the words of
its own docstring, and which modules are in it. A solid arrow is an import. Where one room reaches another by way of a
third, only the longer way is drawn, or the picture would be all arrows. A dashed arrow is a question that
`imteach.views` passes up to who answers it.
"""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from textwrap import wrap

HERE = Path(__file__).resolve().parents[1]
SOURCE = HERE / "imteach"
DOT, SVG = HERE / "docs" / "rooms.dot", HERE / "docs" / "rooms.svg"

ROOT = "imteach"  # its __init__, which names what lies below it
TOP = ("__main__",)  # single files above everything; all others at the top level are the ground
GROUND = "ground"
OWN_BOX = ("planted",)  # a single file that stands between rooms
FOR = {
    GROUND: "Small tools that every room may use",
    ROOT: "The names that everybody uses",
    "planted": "Six bugs that people really write",
    "lab": "The widgets for Jupyter, and their page",
}
"""What a room is for, where its docstring does not begin with it."""

WIDTH = 44  # characters in a line of a box

# Boxes bring their own ground, so their words can be read whatever the page is; lines between them are a middle grey.
STYLE = """
.node path, .node polygon { fill: #f6f8fa; stroke: #57606a }
.node text { fill: #1f2328 }
.edge path, .edge polygon { stroke: #6e7781 }
.edge polygon { fill: #6e7781 }
@media (prefers-color-scheme: dark) {
  .node path, .node polygon { fill: #161b22; stroke: #8b949e }
  .node text { fill: #e6edf3 }
  .edge path, .edge polygon { stroke: #8b949e }
  .edge polygon { fill: #8b949e }
}
"""


def name_of(file: Path) -> str:
    """Return the name of the module in this file."""
    return ".".join(file.relative_to(HERE).with_suffix("").parts).removesuffix(".__init__")


TREES = {name_of(file): ast.parse(file.read_text("utf-8")) for file in sorted(SOURCE.rglob("*.py"))}


def room_of(module: str) -> str:
    """Return the room that a module stands in, or that a name imported from `imteach` is of."""
    part = (*module.split("."), "")[1]
    if f"imteach.{part}" not in TREES:
        return ROOT
    return part if (SOURCE / part).is_dir() or part in (*OWN_BOX, *TOP) else GROUND


def imported(node: ast.AST) -> Iterator[str]:
    """Yield the modules of imteach that are imported below this node, but not those that only a reader is told of."""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module="imteach", names=names):
                yield from (f"imteach.{alias.name}" for alias in names)
            case ast.ImportFrom(module=str(module)):
                yield module
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                continue
            case _:
                yield from imported(child)


def imports() -> dict[str, set[str]]:
    """Return for each room those that it imports."""
    rooms: dict[str, set[str]] = {}
    for module, tree in TREES.items():
        here = room_of(module)
        there = {room_of(name) for name in imported(tree) if name.partition(".")[0] == "imteach"}
        rooms.setdefault(here, set()).update(there - {here})
    return {room: rooms[room] for room in sorted(rooms) if room not in TOP}


def drawn(rooms: dict[str, set[str]]) -> Iterator[tuple[str, str]]:
    """Yield the imports that follow from no others: from whom to whom."""
    for room, below in rooms.items():
        by_others = set().union(*(reached(rooms, other) for other in below))
        yield from ((room, other) for other in sorted(below - by_others))


def reached(rooms: dict[str, set[str]], room: str) -> set[str]:
    """Return every room that this one imports, or that one of those does, and so on."""
    found: set[str] = set()
    look_at = [room]
    while look_at:
        new = rooms[look_at.pop()] - found
        found |= new
        look_at += new
    return found


def asked() -> Iterator[tuple[str, str]]:
    """Yield what goes through the door `imteach.views`: the room that asks, and the one that answers."""
    from imteach.views import _REGISTERED

    pairs = set()
    for module, tree in TREES.items():
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Name(id="ask"), args=[ast.Constant(value=str(question)), *_]):
                    pairs.add((room_of(module), room_of(_REGISTERED[question].partition(":")[0])))
    yield from sorted((here, there) for here, there in pairs if here != there)


def what_for(room: str) -> str:
    """Return what a room is for, as its docstring begins."""
    docstring = ast.get_docstring(TREES[f"imteach.{room}"]) if room not in FOR else FOR[room]
    return (docstring or "").partition(":")[0].partition(".")[0].replace("`", "")


def modules_in(room: str) -> list[str]:
    """Return the modules in a room, in lines: those of a folder inside it behind the folder's name."""
    folders: dict[str, list[str]] = {}
    for module in TREES:
        parts = module.removeprefix("imteach.").split(".")
        is_folder = SOURCE.joinpath(*parts).is_dir()
        if room_of(module) == room and not is_folder and room not in (ROOT, *OWN_BOX):
            folder = "/".join(parts[1:-1])
            folders.setdefault(folder, []).append(parts[-1])
    lines = []
    for folder, names in sorted(folders.items()):
        lines += wrap(f"{folder}/ {' '.join(names)}" if folder else " ".join(names), WIDTH)
    return lines


def label(room: str) -> str:
    """Return what stands in a box, as DOT's HTML."""
    modules = "".join(f'<br/><font point-size="10">{line}</font>' for line in modules_in(room))
    return f'<<b>{room}</b><br/><font point-size="11">{what_for(room)}</font>{modules}>'


def dot() -> str:
    """Return the drawing in DOT."""
    rooms = imports()
    lines = [
        "// Made by tools/rooms.py from the imports of imteach. Not to be changed by hand.",
        "digraph rooms {",
        "  graph [rankdir=TB, nodesep=0.35, ranksep=0.4, bgcolor=transparent]",
        '  node [shape=box, style="rounded,filled", fillcolor="#f6f8fa", margin="0.2,0.08"]',
        '  node [fontname="Helvetica,Arial,sans-serif", fontsize=13]',
        "  edge [arrowsize=0.7]",
        *(f"  {room} [label={label(room)}]" for room in rooms),
        *(f"  {here} -> {there}" for here, there in drawn(rooms)),
        *(f"  {here} -> {there} [style=dashed, constraint=false]" for here, there in asked()),
        "}",
    ]
    return "\n".join(lines) + "\n"


def mark(text: str) -> str:
    """Return the line by which an SVG says which DOT it was made of."""
    return f"<!-- rooms.dot {sha256(text.encode()).hexdigest()} -->"


def svg(text: str) -> str:
    """Return the picture that `dot` makes of this DOT, in a light and a dark look."""
    done = subprocess.run(["dot", "-Tsvg"], input=text, capture_output=True, text=True, check=True)
    _, begin, picture = done.stdout.partition("<svg")
    head, end, body = picture.partition(">")
    kept = "\n".join(line for line in body.splitlines() if not line.startswith("<!--"))
    title = "<title>The rooms of imteach, and which imports which</title>"
    return f"{mark(text)}\n{begin}{head}{end}\n{title}\n<style>{STYLE}</style>{kept}\n"


def main() -> int:
    """Write the drawing, and the picture where graphviz is installed."""
    text = dot()
    DOT.write_text(text, "utf-8")
    if shutil.which("dot") is None:
        print("docs/rooms.dot is written; docs/rooms.svg needs graphviz: apt install graphviz", file=sys.stderr)
        return 1
    SVG.write_text(svg(text), "utf-8")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(HERE))
    raise SystemExit(main())
