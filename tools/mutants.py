"""Mutation testing of `imteach/protocol`: change one thing at a time, and see whether a test notices.

    python tools/mutants.py [--only FILE…] [--jobs N] [--list]

Each mutant is one small change in a copy of the code. Something is another: a comparison turned round, `and` for `or`,
a condition negated, a constant changed, the least for the greatest, `any` for `all`, one effect before the other. Or
something is left out: a statement, a keyword, an element of a list, an entry of a dictionary, the condition of a
comprehension, the bounds of a slice. The tests run against it until one fails; a mutant that no test notices has
survived.

Prints how far it is, each survivor with its line when it is found, and at the end the share that was noticed, by file,
and all survivors again. The files are tried in the order in which they are named, so that a run that is broken off says
something, too. Leave the code alone while it runs. A thousand mutants took 16 minutes on two busy cores,
and 11 minutes of a core's time.

What survives now (6 of 1,023) differs in nothing that anybody can see: a default that no call leaves to it (the `msgid`
of a resend), the last number 1 for 0 where numbers begin at 1, `<=` where what is equal was sorted out before, another
order where one side is always empty or the least is looked for, -2 where only the sign is read.
"""

import argparse
import ast
import copy
import os
import resource
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import hypothesis  # noqa: F401  # loaded once, for all processes
import pytest

ROOT = Path(__file__).parents[1]
CODE = Path("imteach") / "protocol"
# From the fastest to the slowest: the first round that notices is the last
STORIES = [
    f"tests/sim/test_{story}.py" for story in ("ordered", "timing", "group", "offline", "durable", "stateless_server")
]
ROUNDS = [
    ["tests/protocol"],
    ["imteach/protocol", *STORIES],
    ["tests/trace/test_in_order.py"],
    ["tests/sim/test_rung_classes.py"],
]
PATIENCE = 60  # seconds of a core, of which the code as it is takes 7
ROOM = 4 << 30  # bytes of memory: a mutant may go round and collect for ever
NEWS = 25  # after how many mutants it says how far it is
TURNED = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
OTHERS = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list"}


class Mutant(NamedTuple):
    """One change: the file, the line, what was done there, and the code with it."""

    file: str
    line: int
    change: str
    code: str


def mutants_of(file: Path) -> Iterator[Mutant]:
    """Yield every mutant of this file, each once: two changes can come to the same."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    codes = {ast.unparse(tree)}
    for number, node in enumerate(ast.walk(tree)):
        for change in range(_changes(node)):
            twin = copy.deepcopy(tree)
            place = list(ast.walk(twin))[number]
            before = ast.unparse(place)
            after = _change(twin, place, change)
            if after is not None:
                words = f"{before.strip().splitlines()[0][:70]}  →  {after.strip().splitlines()[0][:70]}"
                line = next(part.lineno for part in ast.walk(node) if hasattr(part, "lineno"))
                code = ast.unparse(ast.fix_missing_locations(twin))
                if code not in codes:
                    codes.add(code)
                    yield Mutant(file.name, line, words, code)


def _changes(node: ast.AST) -> int:
    """How many changes to try at a node."""
    match node:
        case ast.List(elts=parts):
            return 2 * len(parts) - 1 if parts else 0  # leave one out, or let two neighbours change places
        case ast.Tuple(elts=parts) | ast.Dict(keys=parts):
            return len(parts)
        case ast.Call(keywords=parts) | ast.comprehension(ifs=parts):
            return len(parts)
    return int(isinstance(node, (*_EXPRESSIONS, *_STATEMENTS)))


_EXPRESSIONS = (ast.Compare, ast.BoolOp, ast.BinOp, ast.UnaryOp, ast.If, ast.IfExp, ast.Constant, ast.Name, ast.Slice)
_STATEMENTS = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.Delete, ast.Return)


def _change(tree: ast.AST, node: ast.AST, which: int) -> str | None:
    """Change this node of the tree in place, and return what it is now; None if it is not to be changed."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in TURNED:
            node.ops = [TURNED[type(op)]()]
        case ast.BoolOp(op=op) | ast.BinOp(op=op) if type(op) in TURNED:
            node.op = TURNED[type(op)]()
        case ast.If() | ast.IfExp():
            node.test = ast.UnaryOp(ast.Not(), node.test)
        case ast.UnaryOp(op=ast.Not()):
            node.operand = ast.UnaryOp(ast.Not(), node.operand)
        case ast.Name(id=name) if name in OTHERS:
            node.id = OTHERS[name]
        case ast.Slice():
            node.lower = node.upper = None
        case ast.Constant(value=bool(value)):
            node.value = not value
        case ast.Constant(value=int(value)):
            node.value = value + 1
        case ast.Constant(value=str(value)) if not _is_words(tree, node):
            node.value = f"{value}X"
        case ast.List(elts=parts) if which >= len(parts):
            second = which - len(parts) + 1
            parts.insert(second - 1, parts.pop(second))
        case ast.List() | ast.Tuple() if isinstance(node.ctx, ast.Load) and not _is_words(tree, node):
            del node.elts[which]
        case ast.Dict():
            del node.keys[which], node.values[which]
        case ast.Call():
            del node.keywords[which]
        case ast.comprehension():
            del node.ifs[which]
        case _ if isinstance(node, _STATEMENTS) and not _is_words(tree, node):
            return _leave_out(tree, node)
        case _:
            return None
    return ast.unparse(node)


def _is_words(tree: ast.AST, node: ast.AST) -> bool:
    """Whether nothing depends on this: a docstring, a type and its name, a declaration only, a return of None."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.AnnAssign(value=None) | ast.Return(value=ast.Constant(value=None)):
            return True
    for parent in ast.walk(tree):
        texts = [parent.value] if isinstance(parent, ast.Expr) else []
        texts = parent.args if isinstance(parent, ast.Call) and ast.unparse(parent.func) == "TypeVar" else texts
        types = [getattr(parent, name, None) for name in ("annotation", "returns")]
        types += [parent.slice] if isinstance(parent, ast.Subscript) and "Callable" in ast.unparse(parent) else []
        if node in texts or any(of is not None and node in ast.walk(of) for of in types):
            return True
    return False


def _leave_out(tree: ast.AST, node: ast.AST) -> str | None:
    for parent in ast.walk(tree):
        for name in ("body", "orelse"):
            body = getattr(parent, name, None)
            if isinstance(body, list) and node in body and not isinstance(parent, ast.Module):
                body[body.index(node)] = ast.Pass()
                return "(left out)"
    return None


def passes(copied: Path, rounds: list[list[str]]) -> bool:
    """Whether all tests pass in a copy of the project; as they run, for the process that calls this."""
    os.chdir(copied)
    sys.path.insert(0, str(copied))
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        options = ["-x", "-q", "-p", "no:cacheprovider", "-o", "addopts=--doctest-modules"]  # one process, no workers
        return all(pytest.main([*options, *tests]) == 0 for tests in rounds)


def start(mutant: Mutant | None, copied: Path, rounds: list[list[str]]) -> int:
    """Let the tests run against a mutant (None: the code as it is) in a process of their own; return its number."""
    if mutant:
        (copied / CODE / mutant.file).write_text(mutant.code, encoding="utf-8")
    process = os.fork()
    if process == 0:
        sys.dont_write_bytecode = mutant is not None  # what was compiled from the code as it is stays
        resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE))  # a mutant that does not end is noticed, too
        resource.setrlimit(resource.RLIMIT_AS, (ROOM, ROOM))
        os._exit(0 if passes(copied, rounds) else 1)
    return process


def verdicts(mutants: list[Mutant], copies: list[Path], rounds: list[list[str]]) -> Iterator[tuple[Mutant, bool]]:
    """Yield each mutant and whether a test noticed it: one at a time in each copy."""
    running: dict[int, tuple[Mutant, Path]] = {}
    waiting = mutants[::-1]
    while waiting or running:
        while waiting and copies:
            mutant, copied = waiting.pop(), copies.pop()
            running[start(mutant, copied, rounds)] = mutant, copied
        process, status = os.wait()
        mutant, copied = running.pop(process)
        shutil.copy2(ROOT / CODE / mutant.file, copied / CODE / mutant.file)
        copies.append(copied)
        yield mutant, status != 0


def survivors(mutants: list[Mutant], copies: list[Path], rounds: list[list[str]]) -> list[Mutant]:
    """Return the mutants that no test notices; print each at once, and now and then how far it is."""
    survived: list[Mutant] = []
    began = time.monotonic()
    for tried, (mutant, noticed) in enumerate(verdicts(mutants, copies, rounds), start=1):
        if not noticed:
            survived.append(mutant)
            print(f"survived: {in_words(mutant)}", flush=True)
        if tried % NEWS == 0:
            minutes = (time.monotonic() - began) / 60
            share = f"{tried} of {len(mutants)} tried, {len(survived)} survived"
            print(f"{share}; {minutes:.0f} min, about {minutes * (len(mutants) / tried - 1):.0f} to go", flush=True)
    return survived


def in_words(mutant: Mutant) -> str:
    """Where a mutant is and what was changed."""
    return f"{mutant.file}:{mutant.line}: {mutant.change}"


def summary(mutants: list[Mutant], survived: list[Mutant]) -> Iterator[str]:
    """Yield the lines that say what came of it: by file, in all, and each survivor."""
    total, missed = Counter(mutant.file for mutant in mutants), Counter(mutant.file for mutant in survived)
    for file, count in total.items():
        yield f"{file:14}{count - missed[file]:5} of {count:4}  {1 - missed[file] / count:6.1%}"
    count = len(mutants) - len(survived)
    yield f"{count} of {len(mutants)} mutants were noticed: {count / len(mutants):.1%}"
    yield from map(in_words, survived)


def copies_of_the_project(folder: Path, number: int) -> list[Path]:
    """Copy what the tests need so often, and see that they pass there with the code as it is."""
    first, *others = (folder / str(job) for job in range(number))
    first.mkdir()
    for part in ("imteach", "tests", "docs", "pyproject.toml"):
        copying = shutil.copytree if (ROOT / part).is_dir() else shutil.copy2
        copying(ROOT / part, first / part)
    if os.waitpid(start(None, first, ROUNDS), 0)[1]:
        sys.exit("the tests do not pass without a mutant either")
    for other in others:
        shutil.copytree(first, other)  # with what was compiled
    return [first, *others]


def main() -> None:
    """Make the mutants and run the tests."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--only", nargs="*", help="files of imteach/protocol (all)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--list", action="store_true", help="only list the mutants")
    told = parser.parse_args()
    files = [ROOT / CODE / name for name in told.only] if told.only else sorted((ROOT / CODE).glob("*.py"))
    mutants = [mutant for file in files if file.name != "__init__.py" for mutant in mutants_of(file)]
    if told.list:
        print("\n".join(map(in_words, mutants)))
        return
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    with tempfile.TemporaryDirectory() as folder:
        survived = survivors(mutants, copies_of_the_project(Path(folder), told.jobs), ROUNDS)
    print("\n".join(summary(mutants, survived)))


if __name__ == "__main__":
    main()
